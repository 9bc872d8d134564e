//! Moments, dates, spans and deadlines, all given by the caller.
//!
//! The core reads no clock and holds no zone data. A host names an instant together with the civil
//! date and time in the scheme's zone, a [`Moment`]; everything else follows from the two. Gaps and
//! overlaps of a zone are therefore the border's matter: the feature `tz` of this crate, `zoneinfo`
//! in Python and `Intl` in JavaScript turn an instant into a moment.
//!
//! Arithmetic in days, months and years is on civil dates, arithmetic in minutes, hours and exact
//! days is on instants; the two never mix ([`Span`], [`Deadline`]).
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::float_arithmetic,
    clippy::cast_lossless,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)]

mod civil;
mod date;
mod error;
mod moment;
mod scan;
mod span;
#[cfg(feature = "tz")]
mod zone;

pub use civil::*;
pub use date::*;
pub use error::*;
pub use moment::*;
pub use span::*;
#[cfg(feature = "tz")]
pub use zone::*;

/// Milliseconds in a civil day of the core: civil days have no leap seconds and no changes of clock.
pub const DAY_MS: i64 = 86_400_000;
