//! What base rules and multipliers bring, exactly.

use super::*;

impl<'s> Work<'_, '_, 's> {
    /// The lines' points with their multipliers, and the order's own base.
    pub(super) fn base_total(&mut self, wallet: u16) -> Result<Fraction, ActError> {
        let cart = self.context.cart;
        let keep_lines =
            self.context.scheme.returns.points == crate::scheme::RefundPoints::LineAttributed;
        let mut by_line = Vec::new();
        let mut total = Fraction::ZERO;
        for (place, line) in cart.lines.iter().enumerate() {
            let mut sum = Fraction::ZERO;
            if line.eligible {
                sum = self.line_base(wallet, place)?;
                if !sum.is_zero() {
                    sum = self.line_multipliers(wallet, place, sum)?;
                    total = add(total, sum)?;
                }
            }
            if keep_lines {
                by_line.push(sum);
            }
        }
        if keep_lines {
            self.earned.lines.push((wallet, by_line));
        }
        for slot in 0..self.base.len() {
            let Some((part, rule)) = self.base.get(slot).copied() else {
                continue;
            };
            if rule.wallet != wallet {
                continue;
            }
            let extra = match rule.give {
                Give::PerPurchase(points) | Give::Fixed(points) => Fraction::from_int(points),
                Give::PerAmount(rate) if rule.target.is_none() => {
                    of_amount(self.input.shipping, rate)?
                }
                _ => continue,
            };
            self.add_to(part, extra)?;
            total = add(total, extra)?;
        }
        Ok(total)
    }

    /// What the base rules bring on one line, before multipliers.
    pub(super) fn line_base(&mut self, wallet: u16, place: usize) -> Result<Fraction, ActError> {
        let cart = self.context.cart;
        let Some(line) = cart.lines.get(place) else {
            return Ok(Fraction::ZERO);
        };
        let best_only = self.context.scheme.combine_rules == CombineRules::Best;
        let mut sum = Fraction::ZERO;
        let mut best: Option<(usize, Fraction)> = None;
        for slot in 0..self.base.len() {
            let Some((part, rule)) = self.base.get(slot).copied() else {
                continue;
            };
            if rule.wallet != wallet
                || rule
                    .target
                    .as_ref()
                    .is_some_and(|target| !cart.matches(line, target))
            {
                continue;
            }
            let brings = match rule.give {
                Give::PerAmount(rate) => {
                    of_amount(self.input.base.get(place).copied().unwrap_or(0), rate)?
                }
                Give::PerUnit(points) => {
                    let units = self.units_for(rule).get(place).copied().unwrap_or(0);
                    Fraction::from_int(points.times(i64::from(units))?)
                }
                _ => continue,
            };
            if brings.is_zero() {
                continue;
            }
            if best_only {
                if best.is_none_or(|(_, most)| brings > most) {
                    best = Some((part, brings));
                }
            } else {
                self.add_to(part, brings)?;
                sum = add(sum, brings)?;
            }
        }
        if let Some((part, brings)) = best {
            self.add_to(part, brings)?;
            sum = brings;
        }
        Ok(sum)
    }

    pub(super) fn line_multipliers(
        &mut self,
        wallet: u16,
        place: usize,
        base: Fraction,
    ) -> Result<Fraction, ActError> {
        let cart = self.context.cart;
        let Some(line) = cart.lines.get(place) else {
            return Ok(base);
        };
        let matching = |m: &Multiplier<'s>| {
            m.wallet == wallet
                && m.rule.is_some_and(|rule| {
                    rule.target
                        .as_ref()
                        .is_none_or(|target| cart.matches(line, target))
                })
        };
        self.multiply(base, matching)
    }

    pub(super) fn order_multipliers(
        &mut self,
        wallet: u16,
        base: Fraction,
    ) -> Result<Fraction, ActError> {
        if base.is_zero() {
            return Ok(base);
        }
        self.multiply(base, |m| m.wallet == wallet && m.rule.is_none())
    }

    /// Applies the matching multipliers and adds to each one's part what it brings.
    pub(super) fn multiply(
        &mut self,
        base: Fraction,
        matching: impl Fn(&Multiplier<'s>) -> bool,
    ) -> Result<Fraction, ActError> {
        let combine = self.context.scheme.combine_multipliers;
        let mut running = base;
        let mut best: Option<(usize, Rate)> = None;
        for slot in 0..self.multipliers.len() {
            let Some(multiplier) = self.multipliers.get(slot) else {
                continue;
            };
            if !matching(multiplier) {
                continue;
            }
            let (part, rate) = (multiplier.part, multiplier.rate);
            match combine {
                CombineMultipliers::Best => {
                    if best.is_none_or(|(_, most)| higher(rate, most)) {
                        best = Some((part, rate));
                    }
                }
                CombineMultipliers::Product => {
                    running = self.increment(part, running, running, rate)?;
                }
                CombineMultipliers::SumOfIncrements => {
                    running = self.increment(part, running, base, rate)?;
                }
            }
        }
        match best {
            Some((part, rate)) => self.increment(part, base, base, rate),
            None => Ok(running),
        }
    }

    /// `running + on × (rate − 1)`; the difference goes to the part.
    pub(super) fn increment(
        &mut self,
        part: usize,
        running: Fraction,
        on: Fraction,
        rate: Rate,
    ) -> Result<Fraction, ActError> {
        let step = Fraction::try_new(i128::from(rate.num.minus(rate.den)?), i128::from(rate.den))?;
        let extra = on
            .checked_mul(step)
            .ok_or_else(|| ActError::overflow("a multiplier"))?;
        self.add_to(part, extra)?;
        add(running, extra)
    }

    pub(super) fn add_to(&mut self, part: usize, extra: Fraction) -> Result<(), ActError> {
        if let Some(part) = self.earned.parts.get_mut(part) {
            part.exact = add(part.exact, extra)?;
        }
        Ok(())
    }
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
