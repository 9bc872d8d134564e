//! What base rules and multipliers bring, exactly.

use super::exact::{Common, Exact, Fractions, Scale};
use super::*;

/// A whole number of milli-points is one of these.
const WHOLE: Rate = Rate { num: 1, den: 1 };

/// What base rules and multipliers bring to a wallet, exactly.
pub(super) struct Exactly<N> {
    /// By part.
    pub(super) parts: PerLine<N>,
    /// By line, where returns are attributed to lines.
    pub(super) lines: Option<Vec<N>>,
    pub(super) total: N,
}

impl Work<'_, '_, '_> {
    /// What base rules and multipliers bring to a wallet, rounded and shared out over the parts.
    pub(super) fn multiplied(&mut self, place: u16, wallet: &Wallet) -> Result<(), ActError> {
        if let Some(scale) = self.common(place, wallet.unit)
            && let Some(exact) = self.sum(place, &scale)
        {
            return self.round(place, wallet, &scale, &exact);
        }
        self.multiplied_by_fractions(place, wallet)
    }

    #[cold]
    fn multiplied_by_fractions(&mut self, place: u16, wallet: &Wallet) -> Result<(), ActError> {
        let exact = self.sum(place, &Fractions);
        let exact = exact.ok_or_else(|| ActError::overflow("a sum of points"))?;
        self.round(place, wallet, &Fractions, &exact)
    }

    /// One denominator for everything that the wallet's rules multiply.
    fn common(&self, wallet: u16, step: i64) -> Option<Common> {
        let base = self.base.iter().filter(|base| base.rule.wallet == wallet);
        let base = base.map(|base| match base.rule.give {
            Give::PerAmount(rate) => rate.den,
            _ => 1,
        });
        let lines = self.of_lines.iter().filter(|m| m.wallet == wallet);
        let order = self.of_order.iter().filter(|m| m.wallet == wallet);
        Common::of(
            self.context.scheme.combine_multipliers,
            base,
            lines.map(|m| m.rate.den),
            order.map(|m| m.rate.den),
            step,
        )
    }

    /// The lines' points with their multipliers, the order's own base, and the order's multipliers;
    /// nothing when a number does not fit.
    fn sum<S: Scale>(&self, wallet: u16, scale: &S) -> Option<Exactly<S::Number>> {
        let lines = self.context.cart.lines.len();
        let keep_lines =
            self.context.scheme.returns.points == crate::scheme::RefundPoints::LineAttributed;
        let zero = S::Number::ZERO;
        let mut exact = Exactly {
            parts: PerLine::from_elem(zero, self.earned.parts.len()),
            lines: keep_lines.then(|| Vec::with_capacity(lines)),
            total: zero,
        };
        let parts = &mut exact.parts;
        let mut total = zero;
        for place in 0..lines {
            let mut sum = self.line_base(wallet, place, scale, parts)?;
            if !sum.is_zero() {
                let here = |multiplier: &Multiplier<'_>| multiplier.lines.contains(place);
                sum = self.multiply(sum, wallet, &self.of_lines, here, parts)?;
                total = total.plus(sum)?;
            }
            if let Some(by_line) = &mut exact.lines {
                by_line.push(sum);
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
            add_to(parts, base.part, extra)?;
            total = total.plus(extra)?;
        }
        if !total.is_zero() {
            total = self.multiply(total, wallet, &self.of_order, |_| true, parts)?;
        }
        exact.total = total;
        Some(exact)
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

    /// Applies the multipliers of the wallet that match, and adds to each one's part what it brings.
    #[inline]
    fn multiply<N: Exact>(
        &self,
        base: N,
        wallet: u16,
        multipliers: &[Multiplier<'_>],
        matching: impl Fn(&Multiplier<'_>) -> bool,
        parts: &mut [N],
    ) -> Option<N> {
        let combine = self.context.scheme.combine_multipliers;
        let mut running = base;
        let mut best: Option<&Multiplier<'_>> = None;
        for multiplier in multipliers {
            if multiplier.wallet != wallet || !matching(multiplier) {
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
