//! Checked sums over what an account holds, and lists that grow.

use crate::number::{Fraction, Points, SAFE_MAX};

use super::entry::CarryEntry;
use super::error::{LedgerError, LedgerErrorKind};

/// Adds to the end of a list what is made in its place there: `push` would be handed it made
/// elsewhere, and copying what was just written waits for the writes.
#[inline(always)]
pub(super) fn push_made<T>(list: &mut Vec<T>, make: impl FnOnce() -> T) {
    list.extend(std::iter::once_with(make));
}

/// Adds points in place.
#[inline]
pub(super) fn add(to: &mut Points, by: Points, what: &'static str) -> Result<(), LedgerError> {
    put(to, to.milli().wrapping_add(by.milli()), what)
}

/// Takes points away in place; the caller has checked that there are enough.
#[inline]
pub(super) fn take(from: &mut Points, by: Points, what: &'static str) -> Result<(), LedgerError> {
    put(from, from.milli().wrapping_sub(by.milli()), what)
}

/// What stood there was within the safe range: a sum or difference that wraps around is far beyond it.
#[inline]
fn put(into: &mut Points, milli: i64, what: &'static str) -> Result<(), LedgerError> {
    if !(-SAFE_MAX..=SAFE_MAX).contains(&milli) {
        return Err(LedgerErrorKind::Overflow { what }.into());
    }
    *into = Points::from_milli(milli);
    Ok(())
}

/// The sum of points.
pub(super) fn sum(
    parts: impl IntoIterator<Item = Points>,
    what: &'static str,
) -> Result<Points, LedgerError> {
    let mut total = Points::ZERO;
    for part in parts {
        add(&mut total, part, what)?;
    }
    Ok(total)
}

/// Adds a count or minor units in place.
#[inline]
pub(super) fn add_i64(to: &mut i64, by: i64, what: &'static str) -> Result<(), LedgerError> {
    let total = to
        .checked_add(by)
        .filter(|sum| sum.unsigned_abs() <= SAFE_MAX.unsigned_abs());
    *to = total.ok_or(LedgerErrorKind::Overflow { what })?;
    Ok(())
}

/// Refuses points below zero.
#[inline]
pub(super) fn not_negative(points: Points, what: &'static str) -> Result<(), LedgerError> {
    if points.is_negative() {
        return Err(LedgerErrorKind::Negative {
            what,
            found: points.milli(),
        }
        .into());
    }
    Ok(())
}

/// Adds a carried fraction in place, in lowest terms; a sum too fine for 64 bits is rounded up at
/// twelve decimals.
pub(super) fn add_carry(num: &mut i64, den: &mut i64, by: &CarryEntry) -> Result<(), LedgerError> {
    if by.den <= 0 {
        return Err(LedgerError::state(
            "the denominator of a carried fraction",
            "not positive",
            "positive",
        ));
    }
    let sum = Fraction::over(*num, *den).checked_add(Fraction::over(by.num, by.den));
    let kept = sum.and_then(|sum| sum.kept(|part| i64::try_from(part).ok()));
    (*num, *den) = kept.ok_or(LedgerErrorKind::Overflow {
        what: "a carried fraction",
    })?;
    Ok(())
}
