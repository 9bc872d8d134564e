//! Checked sums over what an account holds, and lists that grow.

use crate::number::{Points, SAFE_MAX};

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
    put(to, to.milli().checked_add(by.milli()), what)
}

/// Takes points away in place; the caller has checked that there are enough.
#[inline]
pub(super) fn take(from: &mut Points, by: Points, what: &'static str) -> Result<(), LedgerError> {
    put(from, from.milli().checked_sub(by.milli()), what)
}

#[inline]
fn put(into: &mut Points, milli: Option<i64>, what: &'static str) -> Result<(), LedgerError> {
    match milli {
        Some(milli) if (-SAFE_MAX..=SAFE_MAX).contains(&milli) => {
            *into = Points::from_milli(milli);
            Ok(())
        }
        _ => Err(LedgerErrorKind::Overflow { what }.into()),
    }
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

/// Adds a carried fraction in place, in lowest terms.
pub(super) fn add_carry(num: &mut i64, den: &mut i64, by: &CarryEntry) -> Result<(), LedgerError> {
    let what = "a carried fraction";
    let overflow = LedgerErrorKind::Overflow { what };
    if by.den <= 0 {
        return Err(LedgerError::state(
            "the denominator of a carried fraction",
            "not positive",
            "positive",
        ));
    }
    let (n, d) = sum_of_fractions((*num, *den), (by.num, by.den)).ok_or(overflow)?;
    (*num, *den) = (n, d);
    Ok(())
}

fn sum_of_fractions(a: (i64, i64), b: (i64, i64)) -> Option<(i64, i64)> {
    let (an, ad, bn, bd) = (
        i128::from(a.0),
        i128::from(a.1),
        i128::from(b.0),
        i128::from(b.1),
    );
    let num = an.checked_mul(bd)?.checked_add(bn.checked_mul(ad)?)?;
    let den = ad.checked_mul(bd)?;
    let divisor = greatest_common_divisor(num.unsigned_abs(), den.unsigned_abs());
    let divisor = i128::try_from(divisor).ok()?;
    let num = i64::try_from(num.checked_div(divisor)?).ok()?;
    let den = i64::try_from(den.checked_div(divisor)?).ok()?;
    Some((num, den))
}

fn greatest_common_divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a.checked_rem(b).unwrap_or(0));
    }
    a
}
