//! Rounding, bonuses and caps: from exact amounts to points.

use super::exact::{self, Scale};
use super::lines::Exactly;
use super::*;
use crate::number::{Sort, each_largest};

impl<'s> Work<'_, '_, 's> {
    /// Rounds the wallet's total once and shares it out over the parts.
    pub(super) fn round<S: Scale>(
        &mut self,
        place: u16,
        wallet: &Wallet,
        scale: &S,
        exact: &Exactly<S::Number>,
    ) -> Result<(), ActError> {
        if let Some(lines) = &exact.lines {
            let lines = lines.iter().map(|line| scale.fraction(*line));
            self.earned.lines.push((place, lines.collect()));
        }
        if wallet.round_per_rule {
            let mut negative = false;
            for (part, exact) in self.earned.parts.iter_mut().zip(&exact.parts) {
                if part.wallet == place {
                    part.wanted = rounded(scale.fraction(*exact), wallet.unit, wallet.rounding)?;
                    part.granted = part.wanted;
                    negative |= part.wanted < 0;
                }
            }
            if negative {
                let parts = self.earned.parts.iter_mut();
                take_negative(parts.filter(|part| part.wallet == place).collect())?;
            }
            return Ok(());
        }
        let points = if wallet.carry {
            let total = add(scale.fraction(exact.total), self.carried(wallet)?)?;
            let points = rounded(total, wallet.unit, wallet.rounding)?.max(0);
            let left = total
                .checked_sub(Fraction::from_int(points))
                .ok_or_else(|| ActError::overflow("a carried fraction"))?;
            self.earned.carry.push((place, left.reduced()));
            points
        } else {
            scale
                .round(exact.total, wallet.unit, wallet.rounding)
                .ok_or_else(|| ActError::overflow("points"))?
                .max(0)
        };
        share_out(
            &mut self.earned.parts,
            place,
            (points, wallet.unit),
            scale,
            &exact.parts,
        )
    }

    /// What was carried in.
    fn carried(&self, wallet: &Wallet) -> Result<Fraction, ActError> {
        let (num, den) = match self.context.pinned {
            Some(terms) => terms
                .carry
                .iter()
                .find(|carry| carry.wallet == wallet.id)
                .map_or((0, 1), |carry| (carry.num, carry.den)),
            None => self
                .context
                .account
                .wallet(&wallet.id)
                .map_or((0, 1), |found| (found.carry_num, found.carry_den.max(1))),
        };
        Ok(Fraction::try_new(i128::from(num), i128::from(den))?)
    }

    /// Bonuses that no multiplier touches.
    pub(super) fn fixed_bonuses(&mut self, place: u16, wallet: &Wallet) -> Result<(), ActError> {
        let asked = self.fixed.iter().any(|fixed| fixed.rule.requires_base);
        let base_earned = asked && self.earned.granted(place) > 0;
        for slot in 0..self.fixed.len() {
            let Some(fixed) = self.fixed.get(slot).copied() else {
                continue;
            };
            if fixed.rule.wallet != place || (fixed.rule.requires_base && !base_earned) {
                continue;
            }
            let points = match fixed.rule.give {
                Give::Fixed(points) | Give::PerPurchase(points)
                    if points.checked_rem(wallet.unit) == Some(0) && is_safe(points) =>
                {
                    points
                }
                _ => rounded(self.fixed_points(fixed)?, wallet.unit, wallet.rounding)?,
            };
            if let Some(part) = self.earned.parts.get_mut(fixed.part) {
                part.wanted = points;
                part.granted = points;
            }
            self.attribute_fixed(place, fixed.lines, points)?;
        }
        Ok(())
    }

    fn fixed_points(&self, fixed: Admitted<'_>) -> Result<Fraction, ActError> {
        match fixed.rule.give {
            Give::Fixed(points) | Give::PerPurchase(points) => Ok(Fraction::from_int(points)),
            Give::PerUnit(points) => {
                let units = fixed.lines.of(self.input.units_for(fixed.rule));
                let units = units.fold(0_i64, |sum, units| sum.saturating_add(i64::from(units)));
                Ok(Fraction::from_int(points.times(units)?))
            }
            Give::PerAmount(rate) => {
                let base = fixed.lines.of(self.input.base);
                let delivery = match fixed.rule.target {
                    None => self.input.shipping,
                    Some(_) => 0,
                };
                of_amount(base.fold(delivery, i64::saturating_add), rate)
            }
            Give::MultiplyLines(_) | Give::MultiplyOrder(_) | Give::Event { .. } => {
                Ok(Fraction::ZERO)
            }
        }
    }

    /// Shares a bonus out over the lines that it belongs to, where returns need it.
    fn attribute_fixed(
        &mut self,
        wallet: u16,
        of: LineSet<'_>,
        points: i64,
    ) -> Result<(), ActError> {
        let Some((_, lines)) = self.earned.lines.iter_mut().find(|(of, _)| *of == wallet) else {
            return Ok(());
        };
        let sum = of.of(self.input.base).fold(0_i64, i64::saturating_add);
        if sum == 0 {
            return Ok(());
        }
        for place in of.places() {
            let (Some(line), Some(weight)) = (lines.get_mut(place), self.input.base.get(place))
            else {
                continue;
            };
            let share = i128::from(points).times(i128::from(*weight))?;
            *line = add(*line, Fraction::try_new(share, i128::from(sum))?)?;
        }
        Ok(())
    }

    /// Caps of rules, then of the wallet, then the most it may hold.
    pub(super) fn caps(&mut self, place: u16, wallet: &Wallet) -> Result<(), ActError> {
        let context = self.context;
        let Earned { parts, met, .. } = &mut *self.earned;
        let capped = match context.scheme.flags.rule_points_caps {
            true => &mut **parts,
            false => &mut [],
        };
        for part in capped.iter_mut().filter(|part| part.wallet == place) {
            let PartSource::Rule(rule) = part.source else {
                continue;
            };
            let Some(rule) = context.scheme.rules.get(index(rule)) else {
                continue;
            };
            for cap in &rule.points_caps {
                let left = context.headroom(cap, met)?;
                part.granted = part.granted.min(whole(left, wallet.unit));
            }
        }
        if wallet.caps.is_empty() && wallet.balance_max.is_none() {
            return Ok(());
        }
        let mut most = i64::MAX;
        for cap in &wallet.caps {
            most = most.min(context.headroom(cap, met)?);
        }
        if let Some(max) = wallet.balance_max {
            most = most.min(self.balance_room(wallet, max)?);
        }
        self.trim(place, whole(most, wallet.unit), wallet.unit)
    }

    fn balance_room(&mut self, wallet: &Wallet, max: i64) -> Result<i64, ActError> {
        let key = crate::ledger::LimitKey::new(&format!("wallet.{}.balance", wallet.id), None);
        if self.context.pinned.is_some() {
            return self.context.headroom_of(key, max, &mut self.earned.met);
        }
        let left = balance_room(self.context, wallet, max);
        self.earned.met.push(Headroom { limit: key, left });
        Ok(left)
    }

    /// Lowers the wallet's parts in proportion so that they sum to at most `most`.
    pub(super) fn trim(&mut self, wallet: u16, most: i64, unit: i64) -> Result<(), ActError> {
        let sum = self.earned.granted(wallet);
        if sum <= most {
            return Ok(());
        }
        let of_wallet = |part: &&mut Part| part.wallet == wallet;
        let weights: Vec<i64> = self
            .earned
            .parts
            .iter()
            .filter(|part| part.wallet == wallet)
            .map(|part| part.granted.checked_div(unit).unwrap_or(0).max(0))
            .collect();
        let shares = allocate(
            most.checked_div(unit).unwrap_or(0),
            &weights,
            Some(&weights),
        )?;
        for (part, share) in self.earned.parts.iter_mut().filter(of_wallet).zip(shares) {
            part.granted = share.saturating_mul(unit);
        }
        Ok(())
    }
}

/// How many more points a wallet may hold, usable and pending ones together.
pub(crate) fn balance_room(context: &Context<'_>, wallet: &Wallet, max: i64) -> i64 {
    let balance = context.account.balance(&wallet.id, context.at);
    let holds = balance
        .balance
        .milli()
        .saturating_add(balance.pending.milli());
    max.saturating_sub(holds).max(0)
}

/// Whole steps of `unit` below `points`.
pub(crate) fn whole(points: i64, unit: i64) -> i64 {
    points.saturating_sub(points.checked_rem_euclid(unit).unwrap_or(0))
}

/// An exact number of milli-points, rounded to a step.
pub(super) fn rounded(exact: Fraction, unit: i64, mode: Rounding) -> Result<i64, ActError> {
    if let Some(points) = exact.whole()
        && points.checked_rem(unit) == Some(0)
        && is_safe(points)
    {
        return Ok(points);
    }
    let den = exact.den().times(i128::from(unit))?;
    let steps = Fraction::try_new(exact.num(), den)?.round(mode);
    safe(steps.times(i128::from(unit))?, "points")
}

/// Shares `points` out over a wallet's parts by their exact amounts: largest remainder, ties to the
/// earlier part. A part that a factor below one made negative is taken off the largest part.
fn share_out<S: Scale>(
    parts: &mut [Part],
    wallet: u16,
    (points, step): (i64, i64),
    scale: &S,
    exact: &[S::Number],
) -> Result<(), ActError> {
    let shares =
        |part: &Part, exact: &S::Number| part.wallet == wallet && !exact::Exact::is_zero(*exact);
    let zero = <S::Number as exact::Exact>::ZERO;
    let mut rest = points.checked_div(step).unwrap_or(0);
    let mut overs: PerLine<S::Number> = PerLine::from_elem(zero, parts.len());
    let (mut count, mut negative) = (0_i64, false);
    for ((part, exact), left) in parts.iter_mut().zip(exact).zip(&mut overs) {
        if !shares(part, exact) {
            continue;
        }
        let (steps, over) = scale
            .steps(*exact, step)
            .filter(|(steps, _)| is_safe(*steps))
            .ok_or_else(|| ActError::overflow("points"))?;
        part.wanted = steps.times(step)?;
        part.granted = part.wanted;
        rest = rest.minus(steps)?;
        *left = over;
        count = count.saturating_add(i64::from(!exact::Exact::is_zero(over)));
        negative |= steps < 0;
    }
    if (1..=count).contains(&rest) {
        // Each of the largest gets one.
        let steps = usize::try_from(rest).unwrap_or(0);
        each_largest(&mut overs, zero, steps, |place| {
            if let Some(part) = parts.get_mut(place) {
                part.wanted = part.wanted.saturating_add(step);
                part.granted = part.wanted;
            }
        });
    } else if rest != 0 {
        let of_wallet = parts.iter().zip(exact).zip(&overs).enumerate();
        let of_wallet = of_wallet.filter(|(_, ((part, exact), _))| shares(part, exact));
        let mut order: Vec<(S::Number, usize)> =
            of_wallet.map(|(place, (_, over))| (*over, place)).collect();
        order.order_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        if rest < 0 {
            // A carried debt: the smallest remainders, the later ones first, give a step.
            order.reverse();
        }
        hand_out(parts, rest, step, order.iter().map(|(_, place)| *place))?;
        negative |= rest < 0;
    }
    if negative {
        let of_wallet = parts.iter_mut().zip(exact);
        let of_wallet = of_wallet.filter(|(part, exact)| shares(part, exact));
        take_negative(of_wallet.map(|(part, _)| part).collect())?;
    }
    Ok(())
}

/// Adds steps in turn, one a part, until nothing is left: whole rounds first.
fn hand_out(
    parts: &mut [Part],
    rest: i64,
    step: i64,
    order: impl ExactSizeIterator<Item = usize>,
) -> Result<(), ActError> {
    let count = i64::try_from(order.len()).unwrap_or(i64::MAX);
    let round = rest.checked_div(count).unwrap_or(0);
    let last = rest.checked_rem(count).unwrap_or(0);
    for (place, turn) in order.zip(0_u64..) {
        let extra = if turn < last.unsigned_abs() {
            round.plus(last.signum())?
        } else {
            round
        };
        if let (Some(part), true) = (parts.get_mut(place), extra != 0) {
            part.wanted = part.wanted.plus(extra.times(step)?)?;
            part.granted = part.wanted;
        }
    }
    Ok(())
}

/// Takes what factors below one made negative off the largest parts.
fn take_negative(mut parts: Vec<&mut Part>) -> Result<(), ActError> {
    let mut owed = 0_i64;
    for part in &mut parts {
        owed = owed.saturating_sub(part.wanted.min(0));
        part.wanted = part.wanted.max(0);
    }
    while owed > 0 {
        let Some(largest) = parts.iter_mut().max_by_key(|part| part.wanted) else {
            break;
        };
        let take = owed.min(largest.wanted);
        if take == 0 {
            break;
        }
        largest.wanted = largest.wanted.minus(take)?;
        owed = owed.minus(take)?;
    }
    for part in parts {
        part.granted = part.wanted;
    }
    Ok(())
}
