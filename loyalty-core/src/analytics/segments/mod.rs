//! Segmentations, one file each: columns of the rows, RFM scores and named segments, passivating states.

pub mod column;
pub mod passivation;
pub mod rfm;
pub mod rfm_presets;
