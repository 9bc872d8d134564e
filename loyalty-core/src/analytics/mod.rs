//! Retention analytics: exact summaries, metrics, and the published customer-base models.
//!
//! Input is borrowed columns ([`columns::Purchases`], [`columns::Activities`]). Everything is a pure
//! function of its arguments: there is no clock, no randomness (a simulation takes the caller's
//! seed), no file and no network. Money stays in integer minor units until a statistic needs f64.
//! Every transcendental function comes from the pinned `libm` crate and every long sum runs in
//! fixed blocks, so the same input gives the same bits on every platform and thread count.

pub mod cohort;
pub mod columns;
pub mod error;
pub mod index;
pub mod metrics;
pub mod models;
pub mod occasions;
pub mod partial;
pub mod segments;
pub mod special;
pub mod summary;

pub mod civil;
mod parallel;
mod population;
mod radix;
mod scatter;
mod shards;

pub use error::{Absent, AnalyticsError};

/// The examples of the models page.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/models.md")]
struct ModelsPage;

/// The example of the metrics page.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/metrics.md")]
struct MetricsPage;
