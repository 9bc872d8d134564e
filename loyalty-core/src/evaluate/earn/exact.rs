//! Exact numbers for what rules bring: whole numbers over one denominator, and fractions where
//! these do not fit.

use super::*;
use crate::number::mul_div_round;

/// An exact number of milli-points.
pub(super) trait Exact: Copy + Ord {
    /// Nothing.
    const ZERO: Self;

    fn is_zero(self) -> bool;

    /// The sum, or nothing when it does not fit.
    fn plus(self, other: Self) -> Option<Self>;

    /// This × `num` / `den`, or nothing when it does not fit.
    fn times(self, num: i64, den: i64) -> Option<Self>;
}

/// What turns amounts into exact numbers, and these into fractions.
pub(super) trait Scale {
    type Number: Exact;

    /// `amount` × `rate`, or nothing when it does not fit.
    fn of(&self, amount: i64, rate: Rate) -> Option<Self::Number>;

    fn fraction(&self, number: Self::Number) -> Fraction;

    /// A number rounded to a multiple of `step` milli-points, or nothing when it does not fit.
    fn round(&self, number: Self::Number, step: i64, mode: Rounding) -> Option<i64>;

    /// How many whole steps of `step` milli-points there are up to a number, and what is left of
    /// it; what is left of two numbers compares as their parts of a step do.
    fn steps(&self, number: Self::Number, step: i64) -> Option<(i64, Self::Number)>;
}

impl Exact for Fraction {
    const ZERO: Self = Fraction::ZERO;

    fn is_zero(self) -> bool {
        Fraction::is_zero(&self)
    }

    fn plus(self, other: Self) -> Option<Self> {
        self.checked_add(other)
    }

    fn times(self, num: i64, den: i64) -> Option<Self> {
        self.checked_mul(Fraction::try_new(i128::from(num), i128::from(den)).ok()?)
    }
}

/// Fractions of any denominator.
pub(super) struct Fractions;

impl Scale for Fractions {
    type Number = Fraction;

    fn of(&self, amount: i64, rate: Rate) -> Option<Fraction> {
        of_amount(amount, rate).ok()
    }

    fn fraction(&self, number: Fraction) -> Fraction {
        number
    }

    fn round(&self, number: Fraction, step: i64, mode: Rounding) -> Option<i64> {
        settle::rounded(number, step, mode).ok()
    }

    fn steps(&self, number: Fraction, step: i64) -> Option<(i64, Fraction)> {
        number.steps(step)
    }
}

impl Exact for i64 {
    const ZERO: Self = 0;

    #[inline]
    fn is_zero(self) -> bool {
        self == 0
    }

    #[inline]
    fn plus(self, other: Self) -> Option<Self> {
        self.checked_add(other)
    }

    #[inline]
    fn times(self, num: i64, den: i64) -> Option<Self> {
        let product = self.checked_mul(num)?;
        if den == 1 {
            return Some(product);
        }
        match product.checked_rem(den)? {
            0 => product.checked_div(den),
            _ => None,
        }
    }
}

/// Whole numbers over one denominator, which every step of a wallet's rules keeps whole.
pub(super) struct Common {
    den: i64,
}

impl Common {
    /// A scale for rules with these denominators: those of the base rules, and of the multipliers
    /// of lines and of the order. Nothing when their common denominator does not fit, also times
    /// the `step` to which the sum is rounded.
    ///
    /// Multipliers of one stage follow each other where they combine as a product, so that their
    /// denominators multiply; else each works on the same amount.
    pub(super) fn of(
        combine: CombineMultipliers,
        mut base: impl Iterator<Item = i64>,
        mut lines: impl Iterator<Item = i64>,
        mut order: impl Iterator<Item = i64>,
        step: i64,
    ) -> Option<Self> {
        let multiple = |known: i64, den: i64| match known.checked_rem(den)? {
            0 => Some(known),
            _ => known.checked_mul(den),
        };
        let in_turn = |known: i64, den: i64| match combine {
            CombineMultipliers::Product => known.checked_mul(den),
            CombineMultipliers::Best | CombineMultipliers::SumOfIncrements => multiple(known, den),
        };
        let den = base
            .try_fold(1, multiple)?
            .checked_mul(lines.try_fold(1, in_turn)?)?
            .checked_mul(order.try_fold(1, in_turn)?)?;
        den.checked_mul(step)?;
        Some(Self { den })
    }
}

impl Scale for Common {
    type Number = i64;

    #[inline]
    fn of(&self, amount: i64, rate: Rate) -> Option<i64> {
        let unit = if rate.den == 1 {
            self.den
        } else {
            self.den.checked_div(rate.den)?
        };
        amount.checked_mul(rate.num)?.checked_mul(unit)
    }

    #[inline]
    fn fraction(&self, number: i64) -> Fraction {
        Fraction::over(number, self.den)
    }

    #[inline]
    fn round(&self, number: i64, step: i64, mode: Rounding) -> Option<i64> {
        let den = self.den.checked_mul(step)?;
        let points = mul_div_round(number, 1, den, mode)?.checked_mul(step)?;
        is_safe(points).then_some(points)
    }

    #[inline]
    fn steps(&self, number: i64, step: i64) -> Option<(i64, i64)> {
        let den = self.den.checked_mul(step)?;
        if number >= 0 {
            return Some((number.checked_div(den)?, number.checked_rem(den)?));
        }
        let steps = number.checked_div_euclid(den)?;
        Some((steps, number.checked_sub(steps.checked_mul(den)?)?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A stage of multipliers on one number.
    fn stage<N: Exact>(combine: CombineMultipliers, on: N, rates: &[Rate]) -> Option<N> {
        let mut running = on;
        for rate in rates {
            let from = match combine {
                CombineMultipliers::Product => running,
                CombineMultipliers::Best | CombineMultipliers::SumOfIncrements => on,
            };
            running = running.plus(from.times(rate.num.checked_sub(rate.den)?, rate.den)?)?;
        }
        Some(running)
    }

    /// Lines of amounts under a base rule each, with their multipliers, then the order's.
    fn total<S: Scale>(
        scale: &S,
        combine: CombineMultipliers,
        lines: &[(i64, Rate)],
        of_lines: &[Rate],
        of_order: &[Rate],
    ) -> Option<Fraction> {
        let mut total = S::Number::ZERO;
        for (amount, rate) in lines {
            total = total.plus(stage(combine, scale.of(*amount, *rate)?, of_lines)?)?;
        }
        Some(scale.fraction(stage(combine, total, of_order)?))
    }

    fn rates(count: usize) -> impl Strategy<Value = Vec<Rate>> {
        let rate = (0_i64..40, 1_i64..30).prop_map(|(num, den)| Rate { num, den });
        prop::collection::vec(rate, 0..count)
    }

    proptest! {
        #[test]
        fn one_denominator_and_fractions_agree(
            amounts in prop::collection::vec(0_i64..10_000_000, 3),
            base in rates(4), of_lines in rates(4), of_order in rates(3),
            combine in prop::sample::select(vec![
                CombineMultipliers::Product,
                CombineMultipliers::SumOfIncrements,
                CombineMultipliers::Best,
            ]),
        ) {
            let dens = |rates: &[Rate]| rates.iter().map(|rate| rate.den).collect::<Vec<_>>();
            let lines: Vec<(i64, Rate)> = amounts.into_iter().zip(base.iter().copied()).collect();
            let common = Common::of(
                combine,
                dens(&base).into_iter(),
                dens(&of_lines).into_iter(),
                dens(&of_order).into_iter(),
                1_000,
            );
            let exact = total(&Fractions, combine, &lines, &of_lines, &of_order);
            if let Some(found) = common.and_then(|scale| total(&scale, combine, &lines, &of_lines, &of_order)) {
                prop_assert_eq!(Some(found), exact);
            }
            let small = [&base, &of_lines, &of_order].iter().all(|rates| rates.len() < 2);
            if small {
                let scale = Common::of(combine, dens(&base).into_iter(), dens(&of_lines).into_iter(), dens(&of_order).into_iter(), 1_000);
                let found = scale.and_then(|scale| total(&scale, combine, &lines, &of_lines, &of_order));
                prop_assert_eq!(found, exact);
            }
        }
    }
}
