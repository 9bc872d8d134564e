//! Named rounding, and the only crossing from Decimal to an integer.

use std::cmp::Ordering;

use rust_decimal::Decimal;
use serde::Serialize;

use super::text::{SAFE_RANGE, pow10};
use super::{NumberError, within_safe};
use crate::tree::Readable;

/// How a value between two integers becomes one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Readable)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// To the nearest; a half goes away from zero. 2.5 → 3, −2.5 → −3.
    HalfUp,
    /// To the nearest; a half goes toward zero. 2.5 → 2, −2.5 → −2.
    HalfDown,
    /// To the nearest; a half goes to the even neighbour. 2.5 → 2, 3.5 → 4.
    HalfEven,
    /// Toward zero. 2.9 → 2, −2.9 → −2.
    Down,
    /// Away from zero. 2.1 → 3, −2.1 → −3.
    Up,
    /// Toward negative infinity. 2.9 → 2, −2.1 → −3.
    Floor,
    /// Toward positive infinity. 2.1 → 3, −2.9 → −2.
    Ceil,
}

/// `num` / `den`, rounded by `mode`; nothing when `den` is zero or the result does not fit.
///
/// # Examples
///
/// ```
/// use loyalty_core::number::{Rounding, div_round};
///
/// assert_eq!(div_round(-5, 2, Rounding::HalfUp), Some(-3));
/// assert_eq!(div_round(1, 0, Rounding::Floor), None);
/// ```
#[inline]
pub fn div_round(num: i128, den: i128, mode: Rounding) -> Option<i128> {
    let (num, den) = match den.cmp(&0) {
        Ordering::Greater => (num, den),
        Ordering::Equal => return None,
        Ordering::Less => (num.checked_neg()?, den.checked_neg()?),
    };
    let (floor, rest) = div_rem_floor(num, den);
    Some(round_with_remainder(floor, rest, den, num < 0, mode))
}

/// `a` × `b` / `den`, rounded once by `mode`; nothing when `den` is zero or the result does not fit.
#[inline]
pub fn mul_div_round(a: i64, b: i64, den: i64, mode: Rounding) -> Option<i64> {
    // Mostly a product of 64 bits that is not below zero.
    if let (Some(product @ 0..), 1..) = (a.checked_mul(b), den) {
        let (floor, rest) = (product.checked_div(den)?, product.checked_rem(den)?);
        let half = || rest.cmp(&den.saturating_sub(rest));
        let up = rest != 0 && goes_up(half, floor & 1 == 0, false, mode);
        // With a rest the denominator is at least 2, so the successor of the floor exists.
        return Some(if up { floor.saturating_add(1) } else { floor });
    }
    // A product of two 64-bit factors fits 128 bits.
    let product = i128::from(a).wrapping_mul(i128::from(b));
    div_round(product, i128::from(den), mode).and_then(|result| i64::try_from(result).ok())
}

/// A decimal number as an integer count of 10^−`exponent`, rounded by `mode`.
///
/// # Errors
///
/// `number.range` beyond ±[`SAFE_MAX`](super::SAFE_MAX).
///
/// # Examples
///
/// ```
/// use loyalty_core::number::{Rounding, round_decimal};
/// use rust_decimal::Decimal;
///
/// assert_eq!(round_decimal(Decimal::new(14_9925, 4), 2, Rounding::HalfUp)?, 1499);
/// # Ok::<(), loyalty_core::number::NumberError>(())
/// ```
pub fn round_decimal(decimal: Decimal, exponent: u8, mode: Rounding) -> Result<i64, NumberError> {
    let scale = u8::try_from(decimal.scale()).unwrap_or(u8::MAX);
    let rounded = if scale <= exponent {
        decimal
            .mantissa()
            .checked_mul(pow10(exponent.saturating_sub(scale)))
    } else {
        div_round(
            decimal.mantissa(),
            pow10(scale.saturating_sub(exponent)),
            mode,
        )
    };
    rounded
        .and_then(within_safe)
        .ok_or_else(|| NumberError::range(decimal, SAFE_RANGE))
}

/// The floor of `num` / `den` and what is left, in `0..den`; `den` is above zero.
#[inline]
pub(super) fn div_rem_floor(num: i128, den: i128) -> (i128, i128) {
    debug_assert!(den > 0, "denominators are above zero");
    // A 64-bit division is several times as fast.
    if let (Ok(num), Ok(den)) = (u64::try_from(num), u64::try_from(den)) {
        let floor = num.checked_div(den).unwrap_or(0);
        let rest = num.checked_rem(den).unwrap_or(0);
        return (i128::from(floor), i128::from(rest));
    }
    if let (Ok(num), Ok(den)) = (i64::try_from(num), i64::try_from(den)) {
        let floor = num.checked_div_euclid(den).unwrap_or(0);
        let rest = num.checked_rem_euclid(den).unwrap_or(0);
        return (i128::from(floor), i128::from(rest));
    }
    (
        num.checked_div_euclid(den).unwrap_or(0),
        num.checked_rem_euclid(den).unwrap_or(0),
    )
}

/// The integer that `mode` takes for `floor` + `rest`/`den`.
#[inline]
pub(super) fn round_with_remainder(
    floor: i128,
    rest: i128,
    den: i128,
    negative: bool,
    mode: Rounding,
) -> i128 {
    debug_assert!((0..den).contains(&rest), "the rest of a division by {den}");
    if rest == 0 {
        return floor;
    }
    let half = || rest.cmp(&den.saturating_sub(rest));
    let up = goes_up(half, floor & 1 == 0, negative, mode);
    // With a rest the denominator is at least 2, so the successor of the floor exists.
    if up { floor.saturating_add(1) } else { floor }
}

/// Whether `mode` takes the successor of a floor with a rest. `half` compares the rest with what is
/// missing to the successor, `even` is about the floor.
#[inline]
fn goes_up(half: impl Fn() -> Ordering, even: bool, negative: bool, mode: Rounding) -> bool {
    match mode {
        Rounding::Floor => false,
        Rounding::Ceil => true,
        Rounding::Down => negative,
        Rounding::Up => !negative,
        Rounding::HalfUp => half()
            .then(if negative {
                Ordering::Less
            } else {
                Ordering::Greater
            })
            .is_gt(),
        Rounding::HalfDown => half()
            .then(if negative {
                Ordering::Greater
            } else {
                Ordering::Less
            })
            .is_gt(),
        Rounding::HalfEven => half()
            .then(if even {
                Ordering::Less
            } else {
                Ordering::Greater
            })
            .is_gt(),
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::super::SAFE_MAX;
    use super::*;

    const ALL: [Rounding; 7] = [
        Rounding::HalfUp,
        Rounding::HalfDown,
        Rounding::HalfEven,
        Rounding::Down,
        Rounding::Up,
        Rounding::Floor,
        Rounding::Ceil,
    ];

    #[test]
    fn each_mode_on_tenths() {
        // Rows: tenths; columns in the order of ALL.
        for (tenths, expected) in [
            (20, [2, 2, 2, 2, 2, 2, 2]),
            (21, [2, 2, 2, 2, 3, 2, 3]),
            (25, [3, 2, 2, 2, 3, 2, 3]),
            (26, [3, 3, 3, 2, 3, 2, 3]),
            (35, [4, 3, 4, 3, 4, 3, 4]),
            (-21, [-2, -2, -2, -2, -3, -3, -2]),
            (-25, [-3, -2, -2, -2, -3, -3, -2]),
            (-26, [-3, -3, -3, -2, -3, -3, -2]),
            (-35, [-4, -3, -4, -3, -4, -4, -3]),
            (5, [1, 0, 0, 0, 1, 0, 1]),
            (-5, [-1, 0, 0, 0, -1, -1, 0]),
        ] {
            for (mode, expected) in ALL.iter().zip(expected) {
                assert_eq!(
                    div_round(tenths, 10, *mode),
                    Some(expected),
                    "{tenths}/10 {mode:?}"
                );
                assert_eq!(
                    div_round(-tenths, -10, *mode),
                    Some(expected),
                    "{tenths}/10 {mode:?}"
                );
            }
        }
    }

    #[test]
    fn no_division_by_zero_and_no_overflow() {
        for mode in ALL {
            assert_eq!(div_round(1, 0, mode), None);
            assert_eq!(div_round(i128::MIN, -1, mode), None);
            assert_eq!(div_round(i128::MIN, 1, mode), Some(i128::MIN));
            assert!(div_round(i128::MAX, 2, mode).is_some());
            assert_eq!(mul_div_round(i64::MAX, i64::MAX, 1, mode), None);
            assert_eq!(mul_div_round(i64::MIN, i64::MIN, i64::MAX, mode), None);
            assert_eq!(
                mul_div_round(i64::MAX, i64::MAX, i64::MAX, mode),
                Some(i64::MAX)
            );
        }
    }

    #[test]
    fn decimals_round_by_the_named_mode() {
        let decimal = |text: &str| Decimal::from_str_exact(text).unwrap();
        assert_eq!(
            round_decimal(decimal("14.9925"), 2, Rounding::HalfUp),
            Ok(1499)
        );
        assert_eq!(round_decimal(decimal("0.005"), 2, Rounding::HalfUp), Ok(1));
        assert_eq!(
            round_decimal(decimal("0.005"), 2, Rounding::HalfEven),
            Ok(0)
        );
        assert_eq!(
            round_decimal(decimal("-0.005"), 2, Rounding::HalfUp),
            Ok(-1)
        );
        assert_eq!(round_decimal(decimal("7"), 3, Rounding::Floor), Ok(7000));
        assert_eq!(
            round_decimal(Decimal::MAX, 0, Rounding::Floor)
                .unwrap_err()
                .code(),
            "number.range"
        );
        assert_eq!(
            round_decimal(Decimal::ONE, 255, Rounding::Floor)
                .unwrap_err()
                .code(),
            "number.range"
        );
        assert_eq!(round_decimal(Decimal::ZERO, 255, Rounding::Floor), Ok(0));
    }

    #[test]
    fn modes_are_snake_case_text() {
        assert_eq!(
            serde_json::to_string(&Rounding::HalfEven).unwrap(),
            "\"half_even\""
        );
        assert_eq!(
            serde_json::from_str::<Rounding>("\"ceil\"").unwrap(),
            Rounding::Ceil
        );
    }

    proptest! {
        #[test]
        fn the_result_is_a_neighbour(num in any::<i64>(), den in 1_i64.., mode in prop::sample::select(ALL.to_vec())) {
            let (num, den) = (i128::from(num), i128::from(den));
            let result = div_round(num, den, mode).unwrap();
            prop_assert!((result * den - num).abs() < den);
            prop_assert_eq!(result * den == num, num % den == 0);
            if matches!(mode, Rounding::HalfUp | Rounding::HalfDown | Rounding::HalfEven) {
                prop_assert!((result * den - num).abs() * 2 <= den);
            }
        }

        #[test]
        fn symmetric_modes_are_symmetric(num in any::<i64>(), den in 1_i64..) {
            for mode in [Rounding::HalfUp, Rounding::HalfDown, Rounding::HalfEven, Rounding::Down, Rounding::Up] {
                let (num, den) = (i128::from(num), i128::from(den));
                prop_assert_eq!(div_round(-num, den, mode), div_round(num, den, mode).map(|result| -result));
            }
        }

        #[test]
        fn narrow_and_wide_division_agree(num in any::<i64>(), den in 1_i64.., mode in prop::sample::select(ALL.to_vec())) {
            let shift = 1_i128 << 60;
            prop_assert_eq!(
                div_round(i128::from(num) * shift, i128::from(den) * shift, mode),
                div_round(i128::from(num), i128::from(den), mode)
            );
        }

        #[test]
        fn a_product_is_divided_as_it_is(
            a in any::<i64>(), b in prop_oneof![-9_i64..10, any::<i64>()], den in prop_oneof![-9_i64..10, any::<i64>()],
            shift in 0_u32..62, mode in prop::sample::select(ALL.to_vec()),
        ) {
            let a = a >> shift;
            let exact = div_round(i128::from(a) * i128::from(b), i128::from(den), mode);
            prop_assert_eq!(mul_div_round(a, b, den, mode), exact.and_then(|exact| i64::try_from(exact).ok()));
        }

        #[test]
        fn a_whole_decimal_never_changes(value in -SAFE_MAX..=SAFE_MAX, mode in prop::sample::select(ALL.to_vec())) {
            prop_assert_eq!(round_decimal(Decimal::new(value, 4), 4, mode), Ok(value));
        }
    }
}
