//! Exact fractions, for sums that are rounded once.

use std::cmp::Ordering;
use std::fmt;

use super::round::{div_rem_floor, round_with_remainder};
use super::{Multiplier, NumberError, NumberErrorKind, Percent, Ratio, Rounding};

/// A denominator up to which a sum keeps the product of the two denominators; above it the least
/// common multiple is taken. Small enough that the next sum cannot overflow in practice.
const PRODUCT_DENOMINATOR_MAX: i128 = 1 << 62;

/// An exact fraction of 128-bit integers with a denominator above zero.
///
/// Fractions are reduced only where a result would otherwise not fit. Equality and order are by
/// value: 1/2 equals 2/4. They are found by cross multiplication, and where that would overflow by
/// comparing continued fractions, so they are exact for every pair.
///
/// # Examples
///
/// ```
/// use loyalty_core::number::{Fraction, Rounding};
///
/// // One point per 900, over amounts of 1000 and 500: one sum, rounded once.
/// let a = Fraction::try_new(1000, 900)?;
/// let b = Fraction::try_new(500, 900)?;
/// let sum = a.checked_add(b).ok_or("overflow")?;
/// assert_eq!(sum.floor(), 1);
/// assert_eq!(sum.round(Rounding::HalfUp), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct Fraction {
    num: i128,
    den: i128,
}

impl Fraction {
    /// Zero.
    pub const ZERO: Fraction = Fraction { num: 0, den: 1 };
    /// One.
    pub const ONE: Fraction = Fraction { num: 1, den: 1 };

    /// `num` over `den`; a negative denominator moves its sign to the numerator.
    ///
    /// # Errors
    ///
    /// `number.zero_denominator`, and `number.overflow` where the sign of the smallest integer
    /// cannot change.
    #[inline]
    pub fn try_new(num: i128, den: i128) -> Result<Self, NumberError> {
        if den > 0 {
            return Ok(Self { num, den });
        }
        if den == 0 {
            return Err(NumberErrorKind::ZeroDenominator { numerator: num }.into());
        }
        match (num.checked_neg(), den.checked_neg()) {
            (Some(num), Some(den)) => Ok(Self { num, den }),
            _ => Err(NumberErrorKind::Overflow {
                what: "the fraction",
            }
            .into()),
        }
    }

    /// `num` over `den`; 0 where `den` is not above zero.
    #[inline]
    pub(crate) fn over(num: i64, den: i64) -> Self {
        if den <= 0 {
            return Self::ZERO;
        }
        Self {
            num: i128::from(num),
            den: i128::from(den),
        }
    }

    /// A whole number.
    #[inline]
    pub fn from_int(whole: i64) -> Self {
        Self {
            num: i128::from(whole),
            den: 1,
        }
    }

    /// The numerator as held, not necessarily in lowest terms.
    #[inline]
    pub const fn num(self) -> i128 {
        self.num
    }

    /// The denominator as held, above zero.
    #[inline]
    pub const fn den(self) -> i128 {
        self.den
    }

    /// The integer that this is written as, if it is over one.
    #[inline]
    pub(crate) fn whole(self) -> Option<i64> {
        match self.den {
            1 => i64::try_from(self.num).ok(),
            _ => None,
        }
    }

    /// Whether this is zero.
    #[inline]
    pub const fn is_zero(&self) -> bool {
        self.num == 0
    }

    /// The exact sum, or nothing when it does not fit over the least common denominator.
    #[inline]
    pub fn checked_add(self, other: Fraction) -> Option<Fraction> {
        if self.den == other.den {
            if let Some(num) = self.num.checked_add(other.num) {
                return Some(Fraction { num, den: self.den });
            }
        } else if let Some(sum) = self.add_small(other) {
            return Some(sum);
        }
        self.add_unlike(other)
    }

    /// The exact difference, or nothing when it does not fit over the least common denominator.
    #[inline]
    pub fn checked_sub(self, other: Fraction) -> Option<Fraction> {
        match other.num.checked_neg() {
            Some(num) => self.checked_add(Fraction {
                num,
                den: other.den,
            }),
            None => {
                let other = other.reduced();
                self.checked_add(Fraction {
                    num: other.num.checked_neg()?,
                    den: other.den,
                })
            }
        }
    }

    /// The exact product, or nothing when it does not fit in lowest terms.
    #[inline]
    pub fn checked_mul(self, other: Fraction) -> Option<Fraction> {
        match (product(self.num, other.num), product(self.den, other.den)) {
            (Some(num), Some(den)) => Some(Fraction { num, den }),
            _ => self.mul_reduced(other),
        }
    }

    /// The largest integer that is not above this.
    #[inline]
    pub fn floor(self) -> i128 {
        div_rem_floor(self.num, self.den).0
    }

    /// How many whole steps there are up to this, and the part of a step that is left; nothing when
    /// it does not fit.
    #[inline]
    pub(crate) fn steps(self, step: i64) -> Option<(i64, Fraction)> {
        let whole = |of: Fraction| {
            let den = product(of.den, i128::from(step)).filter(|den| *den > 0)?;
            Some((of.num, den))
        };
        let (num, den) = whole(self).or_else(|| whole(self.reduced()))?;
        let (floor, num) = div_rem_floor(num, den);
        Some((i64::try_from(floor).ok()?, Fraction { num, den }))
    }

    /// The integer that `mode` takes for this.
    #[inline]
    pub fn round(self, mode: Rounding) -> i128 {
        let (floor, rest) = div_rem_floor(self.num, self.den);
        round_with_remainder(floor, rest, self.den, self.num < 0, mode)
    }

    /// The same value in lowest terms.
    pub fn reduced(self) -> Fraction {
        let divisor = gcd(self.num.unsigned_abs(), self.den.unsigned_abs());
        self.divided_by(divisor)
    }

    /// This in lowest terms where `fits` says so, else the next multiple of 10⁻¹² up; nothing when
    /// that does not fit either.
    pub(crate) fn kept(self, fits: impl Fn(i128) -> Option<i64>) -> Option<(i64, i64)> {
        let parts = |of: Fraction| Some((fits(of.num)?, fits(of.den)?));
        let exact = self.reduced();
        parts(exact).or_else(|| parts(exact.up_to_decimals(12)?.reduced()))
    }

    /// The smallest multiple of 10^−`decimals` that is not below this.
    #[cold]
    fn up_to_decimals(self, decimals: u32) -> Option<Fraction> {
        let (mut num, mut rest) = div_rem_floor(self.num, self.den);
        let mut den = 1_i128;
        for _ in 0..decimals {
            let (digit, left) = div_rem_floor(rest.checked_mul(10)?, self.den);
            num = num.checked_mul(10)?.checked_add(digit)?;
            den = den.checked_mul(10)?;
            rest = left;
        }
        let num = num.checked_add(i128::from(rest > 0))?;
        Some(Fraction { num, den })
    }

    fn divided_by(self, divisor: u128) -> Fraction {
        match i128::try_from(divisor) {
            Ok(divisor) if divisor > 1 => Fraction {
                num: self.num.checked_div(divisor).unwrap_or(self.num),
                den: self.den.checked_div(divisor).unwrap_or(self.den),
            },
            _ => self,
        }
    }

    /// The sum over the product of the denominators, where all parts have 64 bits.
    #[inline]
    fn add_small(self, other: Fraction) -> Option<Fraction> {
        let [a, b, c, d] = [self.num, self.den, other.num, other.den].map(i64::try_from);
        let (Ok(a), Ok(b), Ok(c), Ok(d)) = (a, b, c, d) else {
            return None;
        };
        let den = wide(b, d);
        if den > PRODUCT_DENOMINATOR_MAX {
            return None;
        }
        let num = wide(a, d).checked_add(wide(c, b))?;
        Some(Fraction { num, den })
    }

    #[cold]
    fn add_unlike(self, other: Fraction) -> Option<Fraction> {
        let plain = || {
            let den = product(self.den, other.den).filter(|den| *den <= PRODUCT_DENOMINATOR_MAX)?;
            let num = product(self.num, other.den)?.checked_add(product(other.num, self.den)?)?;
            Some(Fraction { num, den })
        };
        plain()
            .or_else(|| add_by_common_multiple(self, other))
            .or_else(|| add_by_common_multiple(self.reduced(), other.reduced()))
    }

    #[cold]
    fn mul_reduced(self, other: Fraction) -> Option<Fraction> {
        let (a, b) = (self.reduced(), other.reduced());
        let left = Fraction {
            num: a.num,
            den: b.den,
        }
        .reduced();
        let right = Fraction {
            num: b.num,
            den: a.den,
        }
        .reduced();
        Some(Fraction {
            num: product(left.num, right.num)?,
            den: product(left.den, right.den)?,
        })
    }
}

/// The sum over the least common multiple of the two denominators.
fn add_by_common_multiple(a: Fraction, b: Fraction) -> Option<Fraction> {
    let common = i128::try_from(gcd(a.den.unsigned_abs(), b.den.unsigned_abs())).ok()?;
    let a_factor = b.den.checked_div(common)?;
    let b_factor = a.den.checked_div(common)?;
    let den = product(a.den, a_factor)?;
    match (product(a.num, a_factor), product(b.num, b_factor)) {
        (Some(left), Some(right)) => left.checked_add(right).map(|num| Fraction { num, den }),
        _ => None,
    }
}

/// `a` × `b`, which two 64-bit factors never carry beyond 128 bits.
#[inline]
fn wide(a: i64, b: i64) -> i128 {
    i128::from(a).wrapping_mul(i128::from(b))
}

/// `a` × `b`, or nothing beyond 128 bits.
#[inline]
pub(crate) fn product(a: i128, b: i128) -> Option<i128> {
    match (i64::try_from(a), i64::try_from(b)) {
        // This is the case of every sum over a cart.
        (Ok(a), Ok(b)) => Some(wide(a, b)),
        _ => a.checked_mul(b),
    }
}

/// The greatest common divisor; `gcd(0, n)` is `n`.
pub(super) fn gcd(a: u128, b: u128) -> u128 {
    let (mut a, mut b) = (a, b);
    while let (Err(_), _) | (_, Err(_)) = (u64::try_from(a), u64::try_from(b)) {
        match a.checked_rem(b) {
            Some(rest) => (a, b) = (b, rest),
            None => return a,
        }
    }
    match (u64::try_from(a), u64::try_from(b)) {
        (Ok(a), Ok(b)) => u128::from(gcd_small(a, b)),
        _ => a,
    }
}

fn gcd_small(a: u64, b: u64) -> u64 {
    let (mut a, mut b) = (a, b);
    while let Some(rest) = a.checked_rem(b) {
        (a, b) = (b, rest);
    }
    a
}

impl PartialEq for Fraction {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Fraction {}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.den == other.den {
            return self.num.cmp(&other.num);
        }
        match (product(self.num, other.den), product(other.num, self.den)) {
            (Some(left), Some(right)) => left.cmp(&right),
            _ => compare_continued(*self, *other),
        }
    }
}

/// Compares term by term of the continued fractions, which never needs more than 128 bits.
#[cold]
fn compare_continued(a: Fraction, b: Fraction) -> Ordering {
    let (mut a, mut b) = (a, b);
    let mut reversed = false;
    loop {
        let (a_floor, a_rest) = div_rem_floor(a.num, a.den);
        let (b_floor, b_rest) = div_rem_floor(b.num, b.den);
        let order = match a_floor.cmp(&b_floor) {
            Ordering::Equal => match (a_rest, b_rest) {
                (0, _) | (_, 0) => a_rest.cmp(&b_rest),
                _ => {
                    // a_rest/a.den < b_rest/b.den exactly when the reciprocals compare the other way.
                    a = Fraction {
                        num: a.den,
                        den: a_rest,
                    };
                    b = Fraction {
                        num: b.den,
                        den: b_rest,
                    };
                    reversed = !reversed;
                    continue;
                }
            },
            unequal => unequal,
        };
        return if reversed { order.reverse() } else { order };
    }
}

impl From<Ratio> for Fraction {
    #[inline]
    fn from(ratio: Ratio) -> Self {
        Self {
            num: i128::from(ratio.num()),
            den: i128::from(ratio.den()),
        }
    }
}

impl From<Percent> for Fraction {
    fn from(percent: Percent) -> Self {
        let (num, den) = percent.parts();
        Self {
            num: i128::from(num),
            den: i128::from(den),
        }
    }
}

impl From<Multiplier> for Fraction {
    fn from(factor: Multiplier) -> Self {
        let (num, den) = factor.parts();
        Self {
            num: i128::from(num),
            den: i128::from(den),
        }
    }
}

impl Default for Fraction {
    fn default() -> Self {
        Self::ZERO
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.num, self.den)
    }
}

impl fmt::Debug for Fraction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Fraction({self})")
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fraction(num: i128, den: i128) -> Fraction {
        Fraction::try_new(num, den).unwrap()
    }

    #[test]
    fn equality_is_by_value() {
        assert_eq!(fraction(1, 2), fraction(2, 4));
        assert_eq!(fraction(-1, 2), fraction(1, -2));
        assert_ne!(fraction(1, 3), fraction(333_333, 1_000_000));
    }

    #[test]
    fn refuses_a_zero_denominator() {
        assert_eq!(
            Fraction::try_new(1, 0).unwrap_err().code(),
            "number.zero_denominator"
        );
        assert_eq!(
            Fraction::try_new(i128::MIN, -1).unwrap_err().code(),
            "number.overflow"
        );
    }

    #[test]
    fn reduces_where_the_plain_result_would_not_fit() {
        // A factor with a common divisor of its own, none with the other one.
        let long = fraction(7 * (1 << 100), 11 * (1 << 100));
        assert_eq!(
            long.checked_mul(fraction((1 << 30) - 1, 1 << 30)),
            Some(fraction(7 * ((1 << 30) - 1), 11 * (1 << 30)))
        );
        assert_eq!(
            fraction(7 << 100, 2 << 100).steps(1 << 30),
            Some((0, fraction(7, 1 << 31)))
        );
        let big = 1_i128 << 100;
        assert_eq!(
            fraction(1, big).checked_add(fraction(1, big * 2)),
            Some(fraction(3, big * 2))
        );
        assert_eq!(
            fraction(big, 3).checked_mul(fraction(3, big)),
            Some(Fraction::ONE)
        );
        assert_eq!(
            fraction(i128::MAX, 2).checked_add(fraction(i128::MAX, 2)),
            None
        );
        assert_eq!(fraction(i128::MAX, 1).checked_add(Fraction::ONE), None);
        assert_eq!(fraction(big, 1).checked_mul(fraction(big, 1)), None);
        assert_eq!(
            Fraction::ZERO.checked_sub(fraction(i128::MIN, 2)),
            Some(fraction(1 << 126, 1))
        );
    }

    #[test]
    fn order_is_exact_beyond_128_bits() {
        let a = fraction(i128::MAX, i128::MAX - 1);
        let b = fraction(i128::MAX - 1, i128::MAX - 2);
        assert!(a < b);
        assert!(fraction(i128::MIN, 3) < fraction(i128::MIN, 5));
        assert_eq!(
            fraction(i128::MAX, 3).cmp(&fraction(i128::MAX, 3)),
            Ordering::Equal
        );
    }

    #[test]
    fn what_is_too_fine_to_keep_is_rounded_up_at_twelve_decimals() {
        let small = |part: i128| i64::try_from(part).ok().filter(|part| part.abs() < 1 << 53);
        assert_eq!(fraction(2, 6).kept(small), Some((1, 3)));
        assert_eq!(fraction(-7, 14).kept(small), Some((-1, 2)));
        let fine = 1_i128 << 60;
        let grid = 1_000_000_000_000;
        assert_eq!(fraction(1, fine).kept(small), Some((1, grid)));
        assert_eq!(fraction(-1, fine).kept(small), Some((0, 1)));
        assert_eq!(
            fraction(fine + 1, fine * 2).kept(small),
            Some((500_000_000_001, grid))
        );
        assert_eq!(fraction(i128::MAX, 3).kept(small), None);
        assert_eq!(fraction(i128::MAX - 1, i128::MAX).kept(small), None);
    }

    #[test]
    fn rounds_once_over_a_sum() {
        let third = fraction(1, 3);
        let sum = third
            .checked_add(third)
            .and_then(|two| two.checked_add(third))
            .unwrap();
        assert_eq!((sum.floor(), sum), (1, Fraction::ONE));
        assert_eq!(fraction(-1, 2).floor(), -1);
        assert_eq!(fraction(5, 2).round(Rounding::HalfEven), 2);
    }

    proptest! {
        #[test]
        fn agrees_with_cross_multiplication(
            a in any::<i32>(), b in 1..i32::MAX, c in any::<i32>(), d in 1..i32::MAX,
        ) {
            let [a, b, c, d] = [a, b, c, d].map(i128::from);
            let (left, right) = (fraction(a, b), fraction(c, d));
            prop_assert_eq!(left.cmp(&right), (a * d).cmp(&(c * b)));
            prop_assert_eq!(compare_continued(left, right), (a * d).cmp(&(c * b)));
            prop_assert_eq!(left.checked_add(right).unwrap(), fraction(a * d + c * b, b * d));
            prop_assert_eq!(left.checked_sub(right).unwrap(), fraction(a * d - c * b, b * d));
            prop_assert_eq!(left.checked_mul(right).unwrap(), fraction(a * c, b * d));
        }

        #[test]
        fn sums_do_not_depend_on_order(values in prop::collection::vec((-1_000_000_i64..1_000_000, 1_i64..2_000), 1..12)) {
            let add = |sum: Fraction, (num, den): &(i64, i64)| {
                sum.checked_add(fraction(i128::from(*num), i128::from(*den)))
            };
            let forward = values.iter().try_fold(Fraction::ZERO, add);
            let backward = values.iter().rev().try_fold(Fraction::ZERO, add);
            if let (Some(forward), Some(backward)) = (forward, backward) {
                prop_assert_eq!(forward, backward);
                prop_assert_eq!(forward.floor(), backward.floor());
            }
        }

        #[test]
        fn nothing_panics(a in any::<i128>(), b in any::<i128>(), c in any::<i128>(), d in any::<i128>()) {
            if let (Ok(left), Ok(right)) = (Fraction::try_new(a, b), Fraction::try_new(c, d)) {
                let _ = (left.checked_add(right), left.checked_sub(right), left.checked_mul(right));
                prop_assert_eq!(left.cmp(&right), right.cmp(&left).reverse());
                prop_assert_eq!(left.cmp(&right), compare_continued(left, right));
                prop_assert!(left.floor() <= left.round(Rounding::Ceil));
                prop_assert_eq!(left.reduced(), left);
            }
        }
    }
}
