//! Money, points, rates, exact fractions and rounding: integers decide.
//!
//! Every stored amount is an integer: money in minor units of its currency, points in thousandths.
//! Rates are scaled integers or ratios, sums of contributions are exact fractions, and each place
//! that rounds names its mode. [`rust_decimal::Decimal`] appears at borders only;
//! [`round_decimal`] and [`Money::try_from_decimal`] are the only ways from there to an integer.
//!
//! # Text
//!
//! Money, points and rates are written `-?digits(.digits)?`: ASCII digits, at most fifteen before
//! the point and six after it; no `+`, no exponent, no separators, no spaces. JSON and TOML
//! numbers are refused.
//!
//! # Range
//!
//! Amounts stay within ±[`SAFE_MAX`] (2^53 − 1) so that every host, JavaScript among them, holds
//! them exactly.
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

mod allocate;
mod currency;
mod error;
mod fraction;
mod money;
mod points;
mod rate;
mod round;
mod sort;
mod text;

pub use allocate::*;
pub use currency::*;
pub use error::*;
pub use fraction::*;
pub use money::*;
pub use points::*;
pub use rate::*;
pub use round::*;
pub(crate) use sort::{Sort, each_largest, sort_numbers};

/// The largest magnitude of an amount in minor units or of points in thousandths: 2^53 − 1.
pub const SAFE_MAX: i64 = 9_007_199_254_740_991;

/// Whether `value` is within ±[`SAFE_MAX`].
#[inline]
pub(crate) const fn is_safe(value: i64) -> bool {
    value.unsigned_abs() <= SAFE_MAX.unsigned_abs()
}

/// `value` when it is within ±[`SAFE_MAX`].
#[inline]
pub(crate) fn within_safe(value: i128) -> Option<i64> {
    i64::try_from(value).ok().filter(|small| is_safe(*small))
}
