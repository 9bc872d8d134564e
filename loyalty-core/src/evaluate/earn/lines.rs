//! What base rules and multipliers bring, exactly.

use super::exact::{Common, Exact, Fractions, Scale};
use super::*;

/// A whole number of milli-points is one of these.
const WHOLE: Rate = Rate { num: 1, den: 1 };

impl Work<'_, '_, '_> {
    /// What base rules and multipliers bring to a wallet: the parts, and their sum.
    pub(super) fn multiplied(&mut self, wallet: u16) -> Result<Fraction, ActError> {
        if let Some(scale) = self.common(wallet)
            && let Some(total) = self.sum(wallet, &scale)
        {
            return Ok(total);
        }
        self.sum(wallet, &Fractions)
            .ok_or_else(|| ActError::overflow("a sum of points"))
    }

    /// One denominator for everything that the wallet's rules multiply.
    fn common(&self, wallet: u16) -> Option<Common> {
        let base = self.base.iter().filter(|base| base.rule.wallet == wallet);
        let base = base.map(|base| match base.rule.give {
            Give::PerAmount(rate) => rate.den,
            _ => 1,
        });
        let of_wallet = || self.multipliers.iter().filter(|m| m.wallet == wallet);
        let lines = of_wallet()
            .filter(|m| m.lines.is_some())
            .map(|m| m.rate.den);
        let order = of_wallet()
            .filter(|m| m.lines.is_none())
            .map(|m| m.rate.den);
        let combine = self.context.scheme.combine_multipliers;
        Common::of(combine, base, lines, order)
    }

    /// The lines' points with their multipliers, the order's own base, and the order's multipliers;
    /// nothing when a number does not fit.
    fn sum<S: Scale>(&mut self, wallet: u16, scale: &S) -> Option<Fraction> {
        let lines = self.context.cart.lines.len();
        let keep_lines =
            self.context.scheme.returns.points == crate::scheme::RefundPoints::LineAttributed;
        let zero = S::Number::ZERO;
        let mut parts = PerLine::from_elem(zero, self.earned.parts.len());
        let mut by_line = Vec::new();
        let mut total = zero;
        for place in 0..lines {
            let mut sum = self.line_base(wallet, place, scale, &mut parts)?;
            if !sum.is_zero() {
                let here = |lines: Option<LineSet<'_>>| lines.is_some_and(|l| l.contains(place));
                sum = self.multiply(sum, wallet, here, &mut parts)?;
                total = total.plus(sum)?;
            }
            if keep_lines {
                by_line.push(scale.fraction(sum));
            }
        }
        for base in &self.base {
            if base.rule.wallet != wallet {
                continue;
            }
            let extra = match base.rule.give {
                Give::PerPurchase(points) | Give::Fixed(points) => scale.of(points, WHOLE)?,
                Give::PerAmount(rate) if base.rule.target.is_none() => {
                    scale.of(self.input.shipping, rate)?
                }
                _ => continue,
            };
            add_to(&mut parts, base.part, extra)?;
            total = total.plus(extra)?;
        }
        if !total.is_zero() {
            total = self.multiply(total, wallet, |lines| lines.is_none(), &mut parts)?;
        }
        for (part, exact) in self.earned.parts.iter_mut().zip(parts) {
            if part.wallet == wallet {
                part.exact = scale.fraction(exact);
            }
        }
        if keep_lines {
            self.earned.lines.push((wallet, by_line));
        }
        Some(scale.fraction(total))
    }

    /// What the base rules bring on one line, before multipliers.
    #[inline]
    fn line_base<S: Scale>(
        &self,
        wallet: u16,
        place: usize,
        scale: &S,
        parts: &mut [S::Number],
    ) -> Option<S::Number> {
        let best_only = self.context.scheme.combine_rules == CombineRules::Best;
        let mut sum = S::Number::ZERO;
        let mut best: Option<(usize, S::Number)> = None;
        for base in &self.base {
            if base.rule.wallet != wallet || !base.lines.contains(place) {
                continue;
            }
            let brings = match base.rule.give {
                Give::PerAmount(rate) => {
                    scale.of(self.input.base.get(place).copied().unwrap_or(0), rate)?
                }
                Give::PerUnit(points) => {
                    let units = self.input.units_for(base.rule);
                    let units = units.get(place).copied().unwrap_or(0);
                    scale.of(points.checked_mul(i64::from(units))?, WHOLE)?
                }
                _ => continue,
            };
            if brings.is_zero() {
                continue;
            }
            if best_only {
                if best.is_none_or(|(_, most)| brings > most) {
                    best = Some((base.part, brings));
                }
            } else {
                add_to(parts, base.part, brings)?;
                sum = sum.plus(brings)?;
            }
        }
        if let Some((part, brings)) = best {
            add_to(parts, part, brings)?;
            sum = brings;
        }
        Some(sum)
    }

    /// Applies the multipliers of the wallet whose lines match, and adds to each one's part what it
    /// brings.
    #[inline]
    fn multiply<N: Exact>(
        &self,
        base: N,
        wallet: u16,
        matching: impl Fn(Option<LineSet<'_>>) -> bool,
        parts: &mut [N],
    ) -> Option<N> {
        let combine = self.context.scheme.combine_multipliers;
        let mut running = base;
        let mut best: Option<&Multiplier<'_>> = None;
        for multiplier in &self.multipliers {
            if multiplier.wallet != wallet || !matching(multiplier.lines) {
                continue;
            }
            match combine {
                CombineMultipliers::Best => {
                    if best.is_none_or(|most| higher(multiplier.rate, most.rate)) {
                        best = Some(multiplier);
                    }
                }
                CombineMultipliers::Product => {
                    running = increment(parts, multiplier, running, running)?;
                }
                CombineMultipliers::SumOfIncrements => {
                    running = increment(parts, multiplier, running, base)?;
                }
            }
        }
        match best {
            Some(multiplier) => increment(parts, multiplier, base, base),
            None => Some(running),
        }
    }
}

/// `running + on × (rate − 1)`; the difference goes to the multiplier's part.
#[inline]
fn increment<N: Exact>(
    parts: &mut [N],
    multiplier: &Multiplier<'_>,
    running: N,
    on: N,
) -> Option<N> {
    let rate = multiplier.rate;
    let extra = on.times(rate.num.checked_sub(rate.den)?, rate.den)?;
    add_to(parts, multiplier.part, extra)?;
    running.plus(extra)
}

#[inline]
fn add_to<N: Exact>(parts: &mut [N], part: usize, extra: N) -> Option<()> {
    if let Some(exact) = parts.get_mut(part) {
        *exact = exact.plus(extra)?;
    }
    Some(())
}

pub(super) fn add(a: Fraction, b: Fraction) -> Result<Fraction, ActError> {
    a.checked_add(b)
        .ok_or_else(|| ActError::overflow("a sum of points"))
}

/// `amount × rate` as an exact fraction of a milli-point.
pub(super) fn of_amount(amount: i64, rate: Rate) -> Result<Fraction, ActError> {
    let num = i128::from(amount).times(i128::from(rate.num))?;
    Ok(Fraction::try_new(num, i128::from(rate.den))?)
}

pub(super) fn higher(a: Rate, b: Rate) -> bool {
    i128::from(a.num).saturating_mul(i128::from(b.den))
        > i128::from(b.num).saturating_mul(i128::from(a.den))
}
