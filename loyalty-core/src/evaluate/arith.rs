//! Checked arithmetic that reads in line.

use super::error::ActError;
use crate::number::{SAFE_MAX, product, within_safe};

/// Arithmetic that answers with a typed error instead of wrapping.
pub(super) trait Checked: Sized {
    fn plus(self, other: Self) -> Result<Self, ActError>;
    fn minus(self, other: Self) -> Result<Self, ActError>;
    fn times(self, other: Self) -> Result<Self, ActError>;
}

macro_rules! checked {
    ($($type:ty),*) => {
        $(impl Checked for $type {
            #[inline]
            fn plus(self, other: Self) -> Result<Self, ActError> {
                self.checked_add(other).ok_or_else(|| ActError::overflow("a sum"))
            }
            #[inline]
            fn minus(self, other: Self) -> Result<Self, ActError> {
                self.checked_sub(other).ok_or_else(|| ActError::overflow("a difference"))
            }
            #[inline]
            fn times(self, other: Self) -> Result<Self, ActError> {
                self.checked_mul(other).ok_or_else(|| ActError::overflow("a product"))
            }
        })*
    };
}
checked!(i64, u64, u32, usize);

impl Checked for i128 {
    #[inline]
    fn plus(self, other: Self) -> Result<Self, ActError> {
        self.checked_add(other)
            .ok_or_else(|| ActError::overflow("a sum"))
    }
    #[inline]
    fn minus(self, other: Self) -> Result<Self, ActError> {
        self.checked_sub(other)
            .ok_or_else(|| ActError::overflow("a difference"))
    }
    #[inline]
    fn times(self, other: Self) -> Result<Self, ActError> {
        product(self, other).ok_or_else(|| ActError::overflow("a product"))
    }
}

/// The sum of amounts that are not below zero; the largest number where it does not fit.
#[inline]
pub(super) fn sum(amounts: impl IntoIterator<Item = i64>) -> i64 {
    let mut amounts = amounts.into_iter();
    let sum = amounts.try_fold(0_i64, i64::checked_add);
    sum.unwrap_or(i64::MAX)
}

/// `value` within the range that every platform holds exactly.
#[inline]
pub(super) fn safe(value: i128, what: &'static str) -> Result<i64, ActError> {
    within_safe(value).ok_or_else(|| ActError::overflow(what))
}

/// Whether an amount lies within the safe range.
#[inline]
pub(super) fn in_range(value: i64) -> bool {
    (0..=SAFE_MAX).contains(&value)
}

/// A count as an index type.
#[inline]
pub(super) fn index(value: u32) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

/// An index as a small number.
#[inline]
pub(super) fn small(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// `floor(a / b)` for `b` above zero.
#[inline]
pub(super) fn div_floor(a: i128, b: i128) -> i128 {
    match (i64::try_from(a), i64::try_from(b)) {
        // A 64-bit division is several times as fast.
        (Ok(a), Ok(b)) => i128::from(a.checked_div_euclid(b).unwrap_or(0)),
        _ => a.checked_div_euclid(b).unwrap_or(0),
    }
}
