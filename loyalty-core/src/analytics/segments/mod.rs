//! Segmentations, one file each: RFM scores and named segments, passivating states, value deciles.

pub mod passivation;
pub mod rfm;
pub mod rfm_presets;
