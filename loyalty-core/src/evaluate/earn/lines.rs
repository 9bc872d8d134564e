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
        let keep_lines =
            self.context.scheme.returns.points == crate::scheme::RefundPoints::LineAttributed;
        let zero = S::Number::ZERO;
        let mut exact = Exactly {
            parts: PerLine::from_elem(zero, self.earned.parts.len()),
            lines: None,
            total: zero,
        };
        let parts = &mut *exact.parts;
        let mut by_line = PerLine::from_elem(zero, self.context.cart.lines.len());
        let lines = &mut *by_line;
        self.base_of_lines(wallet, scale, lines, parts)?;
        self.multiply(wallet, &self.of_lines, lines, parts)?;
        let mut total = zero;
        for line in &*lines {
            total = total.plus(*line)?;
        }
        let best_only = self.context.scheme.combine_rules == CombineRules::Best;
        let mut on_delivery = None;
        for base in &self.base {
            if base.rule.wallet != wallet {
                continue;
            }
            let extra = match base.rule.give {
                Give::PerPurchase(points) | Give::Fixed(points) => scale.of(points, WHOLE)?,
                Give::PerAmount(rate) if base.rule.target.is_none() => {
                    let brings = scale.of(self.input.shipping, rate)?;
                    if best_only {
                        // Delivery is like a line: of several rules the best pays.
                        if on_delivery.is_none_or(|(best, _)| brings > best) {
                            on_delivery = Some((brings, base.part));
                        }
                        continue;
                    }
                    brings
                }
                _ => continue,
            };
            add_to(parts, base.part, extra)?;
            total = total.plus(extra)?;
        }
        if let Some((brings, part)) = on_delivery {
            add_to(parts, part, brings)?;
            total = total.plus(brings)?;
        }
        let mut order = [total];
        self.multiply(wallet, &self.of_order, &mut order, parts)?;
        [exact.total] = order;
        if keep_lines {
            // Beside bonuses, a line's points are those with the order's multipliers.
            let mut scratch = PerLine::from_elem(zero, self.earned.parts.len());
            for line in by_line.iter_mut() {
                self.multiply(
                    wallet,
                    &self.of_order,
                    std::slice::from_mut(line),
                    &mut scratch,
                )?;
            }
        }
        exact.lines = keep_lines.then(|| by_line.to_vec());
        Some(exact)
    }

    /// What the base rules bring on every line, before multipliers.
    fn base_of_lines<S: Scale>(
        &self,
        wallet: u16,
        scale: &S,
        lines: &mut [S::Number],
        parts: &mut [S::Number],
    ) -> Option<()> {
        let best_only = self.context.scheme.combine_rules == CombineRules::Best;
        let count = if best_only { lines.len() } else { 0 };
        let mut best = PerLine::from_elem(usize::MAX, count);
        for base in &self.base {
            if base.rule.wallet != wallet {
                continue;
            }
            let (amounts, units, rate) = match base.rule.give {
                Give::PerAmount(rate) => (self.input.base, &[][..], rate),
                Give::PerUnit(points) => {
                    let units = self.input.units_for(base.rule);
                    (
                        &[][..],
                        units,
                        Rate {
                            num: points,
                            den: 1,
                        },
                    )
                }
                _ => continue,
            };
            let mut sum = S::Number::ZERO;
            for place in base.lines.places() {
                let Some(line) = lines.get_mut(place) else {
                    break;
                };
                let units = || units.get(place).map_or(0, |units| i64::from(*units));
                let amount = amounts.get(place).copied().unwrap_or_else(units);
                let brings = scale.of(amount, rate)?;
                if !best_only {
                    *line = line.plus(brings)?;
                    sum = sum.plus(brings)?;
                } else if brings > *line
                    && let Some(best) = best.get_mut(place)
                {
                    (*line, *best) = (brings, base.part);
                }
            }
            add_to(parts, base.part, sum)?;
        }
        for (best, brings) in best.iter().zip(lines) {
            add_to(parts, *best, *brings)?;
        }
        Some(())
    }

    /// Applies the wallet's multipliers, each to the values of its lines, and adds to each one's
    /// part what it brings.
    fn multiply<N: Exact>(
        &self,
        wallet: u16,
        multipliers: &[Multiplier<'_>],
        values: &mut [N],
        parts: &mut [N],
    ) -> Option<()> {
        if multipliers.is_empty() {
            return Some(());
        }
        let of_wallet = multipliers.iter().filter(|m| m.wallet == wallet);
        match self.context.scheme.combine_multipliers {
            CombineMultipliers::Product => {
                for multiplier in of_wallet {
                    for place in multiplier.lines.places() {
                        if let Some(value) = values.get_mut(place) {
                            *value = increment(parts, multiplier, *value, *value)?;
                        }
                    }
                }
            }
            CombineMultipliers::SumOfIncrements => {
                let mut before = PerLine::from_elem(N::ZERO, values.len());
                before.copy_from_slice(values);
                for multiplier in of_wallet {
                    for place in multiplier.lines.places() {
                        if let (Some(value), Some(before)) =
                            (values.get_mut(place), before.get(place))
                        {
                            *value = increment(parts, multiplier, *value, *before)?;
                        }
                    }
                }
            }
            CombineMultipliers::Best => {
                let mut best: PerLine<Option<&Multiplier<'_>>> =
                    PerLine::from_elem(None, values.len());
                for multiplier in of_wallet {
                    for place in multiplier.lines.places() {
                        if let Some(best) = best.get_mut(place)
                            && best.is_none_or(|most| higher(multiplier.rate, most.rate))
                        {
                            *best = Some(multiplier);
                        }
                    }
                }
                for (best, value) in best.iter().zip(values) {
                    if let Some(multiplier) = best {
                        *value = increment(parts, multiplier, *value, *value)?;
                    }
                }
            }
        }
        Some(())
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
