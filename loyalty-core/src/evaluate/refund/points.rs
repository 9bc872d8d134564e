//! Earned points that follow what is kept.

use super::*;

use crate::evaluate::expiry::{lot_expiry, open_lot};
use crate::id::RuleId;
use crate::ledger::LotOpen;
use crate::number::allocate_within;
use crate::scheme::compiled::EarnRule;

impl Returning<'_> {
    /// Earned points follow what is kept.
    pub(super) fn take_points(
        &mut self,
        draft: &mut Draft<'_>,
        purchase: &PurchaseId,
        kept: &Kept,
    ) -> Result<Vec<TakenPoints>, ActError> {
        let mut all = Vec::new();
        if self.scheme.returns.points == RefundPoints::None && !self.cancel {
            return Ok(all);
        }
        for (place, wallet) in self.scheme.wallets.iter().enumerate() {
            let granted = self
                .entry
                .earned
                .iter()
                .filter(|earned| earned.wallet == wallet.id)
                .fold(0_i64, |sum, earned| {
                    sum.saturating_add(earned.points.milli())
                });
            if granted == 0 {
                continue;
            }
            let number = u16::try_from(place).unwrap_or(u16::MAX);
            let target = self.target(wallet, number, granted, kept)?;
            let mut reversed = self.state.reversed.iter();
            let reversed = reversed.find(|reversed| reversed.wallet == wallet.id);
            let taken = reversed.map_or(Points::ZERO, |reversed| sum(&reversed.draws));
            let [deficit, written_off] = reversed.map_or([Points::ZERO; 2], |reversed| {
                [reversed.deficit, reversed.written_off]
            });
            // What was not owed does not come back.
            let comes_back = taken.milli().saturating_add(deficit.milli());
            let posted = comes_back.saturating_add(written_off.milli());
            let change = target.saturating_sub(posted);
            let change = change.max(comes_back.saturating_neg());
            let mut rules = self.recount_parts(draft, wallet, number, kept, change)?;
            if change < 0 {
                let back = change.saturating_neg();
                for rule in &mut rules {
                    rule.points = Points::ZERO.checked_sub(rule.points).unwrap_or_default();
                }
                let usable = self.give_back(draft, purchase, wallet, back, rules)?;
                all.push(TakenPoints {
                    wallet: number,
                    points: change,
                    usable: usable.saturating_neg(),
                });
            } else if change > 0 || !rules.is_empty() {
                let usable = self.reverse(draft, purchase, wallet, change, rules)?;
                all.push(TakenPoints {
                    wallet: number,
                    points: change,
                    usable,
                });
            }
        }
        Ok(all)
    }

    /// What is to be taken back of a wallet's points in all.
    pub(super) fn target(
        &self,
        wallet: &Wallet,
        number: u16,
        granted: i64,
        kept: &Kept,
    ) -> Result<i64, ActError> {
        if self.cancel {
            return Ok(granted);
        }
        let of_wallet = self.entry.earned.iter().filter(|e| e.wallet == wallet.id);
        let sticky = of_wallet.filter(|earned| self.is_sticky(&earned.rule));
        let loose = sticky.fold(granted, |left, earned| {
            left.saturating_sub(earned.points.milli())
        });
        let target = match self.scheme.returns.points {
            RefundPoints::None => 0,
            RefundPoints::Reprice => granted.saturating_sub(kept.earned.granted(number)),
            // Points that no line brought go with the last unit.
            _ if kept.all_back => loose,
            RefundPoints::LineAttributed => self.line_target(wallet, kept).min(loose),
            RefundPoints::Proportional => {
                let lines = self.entry.purchase.lines.iter();
                let all: Vec<u32> = lines.map(|line| line.quantity).collect();
                let sold = self.goods(&all, false);
                let left = self.goods(&kept.units, true);
                let steps = loose.checked_div(wallet.unit).unwrap_or(0);
                let gone = sold.saturating_sub(left);
                let part = mul_div_round(steps, gone, sold.max(1), Rounding::Floor);
                part.unwrap_or(0).saturating_mul(wallet.unit)
            }
        };
        Ok(target.clamp(0, granted))
    }

    /// Whether what a rule gave is kept when goods come back.
    fn is_sticky(&self, rule: &RuleId) -> bool {
        let mut rules = self.scheme.rules.iter();
        !self.cancel && rules.any(|known| known.sticky && known.id == *rule)
    }

    pub(super) fn goods(&self, units: &[u32], less_given_back: bool) -> i64 {
        units
            .iter()
            .enumerate()
            .zip(&self.after)
            .fold(0_i64, |sum, ((place, units), back)| {
                let given = if less_given_back {
                    back.amount_minor
                } else {
                    0
                };
                sum.saturating_add(
                    paid_for(self.entry, place, *units)
                        .saturating_sub(given)
                        .max(0),
                )
            })
    }

    pub(super) fn line_target(&self, wallet: &Wallet, kept: &Kept) -> i64 {
        let lines = self
            .entry
            .earned
            .iter()
            .find(|earned| earned.wallet == wallet.id)
            .map_or(&[][..], |earned| earned.lines.as_slice());
        let mut target = 0_i64;
        for (place, points) in lines.iter().enumerate() {
            let sold = self
                .entry
                .purchase
                .lines
                .get(place)
                .map_or(0, |line| line.quantity);
            let left = kept.units.get(place).copied().unwrap_or(0);
            let paid = paid_for(self.entry, place, sold);
            let given = self.after.get(place).map_or(0, |back| back.amount_minor);
            let kept_paid = paid_for(self.entry, place, left)
                .saturating_sub(given)
                .max(0);
            let (whole, rest) = if paid > 0 {
                (paid, kept_paid)
            } else {
                (i64::from(sold), i64::from(left))
            };
            let steps = points.milli().checked_div(wallet.unit).unwrap_or(0);
            let gone = whole.saturating_sub(rest);
            let part = mul_div_round(steps, gone, whole.max(1), Rounding::Floor).unwrap_or(0);
            target = target.saturating_add(part.saturating_mul(wallet.unit));
        }
        target
    }

    /// What each rule and benefit loses, less than nothing where it gains: parts that sum to `change`.
    /// Counters follow, in the period of the sale.
    fn recount_parts(
        &self,
        draft: &mut Draft<'_>,
        wallet: &Wallet,
        number: u16,
        kept: &Kept,
        change: i64,
    ) -> Result<Vec<RulePoints>, ActError> {
        let date = self.state.at.date();
        let mut parts = Vec::new();
        let losses = self.losses(wallet, number, kept);
        for (loss, by) in losses.iter().zip(fitted(&losses, wallet.unit, change)?) {
            if by == 0 {
                continue;
            }
            let so_far = loss.so_far.saturating_add(by);
            let rule = |rule: &&EarnRule| rule.id == loss.rule;
            if let Some(rule) = self.scheme.rules.iter().find(rule) {
                let before = i64::from(loss.so_far < loss.granted);
                let times = i64::from(so_far < loss.granted).saturating_sub(before);
                self.recount_rule(draft, rule, date, by.saturating_neg(), times)?;
            }
            parts.push(RulePoints {
                rule: loss.rule.clone(),
                points: Points::from_milli(by),
            });
        }
        for cap in &wallet.caps {
            if let Some(key) = key(cap, date).filter(|key| self.cancel || !key.is_shared()) {
                draft.count(key, change.saturating_neg())?;
            }
        }
        Ok(parts)
    }

    /// All that granted something, on what was sold or on what is kept.
    fn losses(&self, wallet: &Wallet, number: u16, kept: &Kept) -> Vec<Loss> {
        let mut losses: Vec<Loss> = Vec::new();
        let earned = self.entry.earned.iter();
        for earned in earned.filter(|earned| earned.wallet == wallet.id) {
            note(&mut losses, &earned.rule, |loss| {
                loss.granted = earned.points.milli()
            });
        }
        let so_far = self.state.lost.iter();
        for lost in so_far.filter(|lost| lost.wallet == wallet.id) {
            note(&mut losses, &lost.rule.rule, |loss| {
                loss.so_far = lost.rule.points.milli()
            });
        }
        let kept = kept.earned.parts.iter().filter(|_| !self.cancel);
        for part in kept.filter(|part| part.wallet == number && part.granted != 0) {
            if let Some(rule) = part.id(self.scheme) {
                note(&mut losses, rule, |loss| loss.left = part.granted);
            }
        }
        for loss in &mut losses {
            loss.sticky = self.is_sticky(&loss.rule);
        }
        losses
    }

    pub(super) fn recount_rule(
        &self,
        draft: &mut Draft<'_>,
        rule: &EarnRule,
        date: Date,
        points: i64,
        times: i64,
    ) -> Result<(), ActError> {
        let shared = draft.pool.len();
        count_rule(draft, rule, date, points, times)?;
        if !self.cancel {
            draft.pool.truncate(shared);
        }
        if rule.occasion && times != 0 && self.entry.terms.occasions.contains(&rule.id) {
            let name = format!("rule.{}.occasion@", rule.id);
            let met = self.entry.terms.headroom.iter();
            let met = met
                .map(|h| &h.limit)
                .find(|limit| limit.as_str().starts_with(&name));
            if let Some(limit) = met.cloned() {
                draft.count(limit, times)?;
            }
        }
        Ok(())
    }

    /// Takes points back: the purchase's own, then others, then the shortfall's way. How many of
    /// them had been usable.
    pub(super) fn reverse(
        &mut self,
        draft: &mut Draft<'_>,
        purchase: &PurchaseId,
        wallet: &Wallet,
        points: i64,
        rules: Vec<RulePoints>,
    ) -> Result<i64, ActError> {
        let Taken {
            draws,
            lapsed,
            short,
        } = draw_back(
            &draft.account,
            &wallet.id,
            purchase,
            Points::from_milli(points),
            wallet.drain_other_lots,
            draft.at(),
        );
        let pending = pending(&draft.account, wallet, &draws);
        let (deficit, written_off, charged) = self.shortfall(wallet, short.milli())?;
        draft.push(Entry::Reversal(Box::new(ReversalEntry {
            wallet: wallet.id.clone(),
            purchase: purchase.clone(),
            draws,
            deficit: Points::from_milli(deficit),
            written_off: Points::from_milli(written_off),
            lapsed,
            rules,
        })))?;
        if written_off > 0 {
            let money = |minor| Money::of(minor, self.cart.currency);
            draft.push(Entry::WriteOff(Box::new(WriteOffEntry {
                wallet: wallet.id.clone(),
                points: Points::from_milli(written_off),
                charged: (charged > 0).then(|| money(charged)),
            })))?;
        }
        self.charged = self.charged.plus(charged)?;
        Ok(points.saturating_sub(pending))
    }

    /// Deficit, written off, and minor units charged for points that are gone.
    pub(super) fn shortfall(
        &self,
        wallet: &Wallet,
        short: i64,
    ) -> Result<(i64, i64, i64), ActError> {
        if short == 0 {
            return Ok((0, 0, 0));
        }
        match wallet.shortfall {
            Shortfall::Deficit => Ok((short, 0, 0)),
            Shortfall::WriteOff => Ok((0, short, 0)),
            Shortfall::ChargeRefund => {
                let Some(redemption) = &wallet.redemption else {
                    return Ok((short, 0, 0));
                };
                let value = |points| {
                    mul_div_round(points, redemption.minor, redemption.points, Rounding::Ceil)
                        .ok_or_else(|| ActError::overflow("a charge"))
                };
                let left = self.refund.saturating_sub(self.charged).max(0);
                let wanted = value(short)?;
                if wanted <= left {
                    return Ok((0, short, wanted));
                }
                let covered =
                    mul_div_round(left, redemption.points, redemption.minor, Rounding::Floor)
                        .unwrap_or(0);
                let covered = covered
                    .saturating_sub(covered.checked_rem(wallet.unit).unwrap_or(0))
                    .min(short);
                Ok((
                    short.saturating_sub(covered),
                    covered,
                    value(covered)?.min(left),
                ))
            }
        }
    }

    /// What an earlier return took comes back: the deficit first, then the latest lots. Points of a
    /// deficit that was filled since have no lot: they stand in one of their own, valid like points
    /// that are earned now. How many of them are usable at once.
    pub(super) fn give_back(
        &self,
        draft: &mut Draft<'_>,
        purchase: &PurchaseId,
        wallet: &Wallet,
        points: i64,
        rules: Vec<RulePoints>,
    ) -> Result<i64, ActError> {
        let reversed = draft.account.purchase(purchase).and_then(|state| {
            state
                .reversed
                .iter()
                .find(|reversed| reversed.wallet == wallet.id)
                .cloned()
        });
        let Some(reversed) = reversed else {
            return Ok(0);
        };
        let owed = draft
            .account
            .wallet(&wallet.id)
            .map_or(Points::ZERO, |state| state.deficit);
        let points = Points::from_milli(points);
        let deficit = reversed.deficit.min(points).min(owed);
        let rest = points.checked_sub(deficit).unwrap_or(Points::ZERO);
        let draws = reverse_draws(&reversed.draws, Points::ZERO, rest);
        let usable = points
            .milli()
            .saturating_sub(pending(&draft.account, wallet, &draws));
        let filled = reversed.deficit.checked_sub(deficit);
        let no_lot = rest.checked_sub(sum(&draws)).unwrap_or(Points::ZERO);
        let own = no_lot.min(filled.unwrap_or(Points::ZERO));
        let own = self.own_lot(draft, wallet, own)?;
        let lots: Vec<_> = draws.iter().map(|draw| draw.lot).collect();
        let lots = lots.into_iter().chain(own.iter().map(|lot| lot.lot));
        let lots: Vec<_> = lots.collect();
        draft.push(Entry::Restoration(Box::new(RestorationEntry {
            wallet: wallet.id.clone(),
            redemption: None,
            purchase: Some(purchase.clone()),
            draws,
            deficit,
            lots: own.into_iter().collect(),
            rules,
        })))?;
        post_late(draft)?;
        for lot in lots {
            draft.fill_deficit(&wallet.id, lot)?;
        }
        Ok(usable)
    }

    /// A usable lot for points that come back without one, unless there are none.
    fn own_lot(
        &self,
        draft: &Draft<'_>,
        wallet: &Wallet,
        points: Points,
    ) -> Result<Option<LotOpen>, ActError> {
        if points.is_zero() {
            return Ok(None);
        }
        let number = draft.next_lot(&wallet.id);
        Ok(Some(LotOpen {
            pending: None,
            expiry: lot_expiry(&wallet.terms.expiry, draft.at())?,
            ..open_lot(&wallet.terms, number, points, draft.at())?
        }))
    }
}

/// How many points of draws wait.
fn pending(account: &Account, wallet: &Wallet, draws: &[Draw]) -> i64 {
    let state = account.wallet(&wallet.id);
    let waits = |draw: &&Draw| {
        let lot = state.and_then(|state| state.lot(draw.lot));
        lot.is_some_and(|lot| lot.pending().is_some())
    };
    let waiting = draws.iter().filter(waits);
    waiting.fold(0_i64, |sum, draw| sum.saturating_add(draw.points.milli()))
}

/// What a return takes of a wallet's points in milli-points, less than nothing where it gives back.
pub(super) struct TakenPoints {
    pub(super) wallet: u16,
    pub(super) points: i64,
    /// Those among them that could be used.
    pub(super) usable: i64,
}

/// What a rule or benefit granted, lost so far, and grants on what is kept, in milli-points.
struct Loss {
    rule: RuleId,
    granted: i64,
    so_far: i64,
    left: i64,
    /// Whether none of it is taken.
    sticky: bool,
}

/// Notes something about a rule's loss, which is listed where it is not yet.
fn note(losses: &mut Vec<Loss>, rule: &RuleId, set: impl FnOnce(&mut Loss)) {
    if let Some(loss) = losses.iter_mut().find(|loss| loss.rule == *rule) {
        return set(loss);
    }
    let mut loss = Loss {
        rule: rule.clone(),
        granted: 0,
        so_far: 0,
        left: 0,
        sticky: false,
    };
    set(&mut loss);
    losses.push(loss);
}

/// The parts of a change. Where returns ask what is kept for its points, they are what each rule
/// grants on it less than before. Else that is only where they begin: they are lowered, or raised by
/// what there is room for, to sum to the change.
fn fitted(losses: &[Loss], unit: i64, change: i64) -> Result<Vec<i64>, ActError> {
    let sum = |of: &[i64]| of.iter().fold(0_i64, |sum, part| sum.saturating_add(*part));
    let wanted = |loss: &Loss| {
        let lost = loss.granted.saturating_sub(loss.left);
        lost.saturating_sub(loss.so_far)
    };
    let exact: Vec<i64> = losses.iter().map(wanted).collect();
    if sum(&exact) == change {
        return Ok(exact);
    }
    let (step, sign) = (unit.max(1), change.signum());
    let steps = |milli: i64| milli.checked_div(step).unwrap_or(0).max(0);
    let (mut parts, mut rooms) = (Vec::new(), Vec::new());
    for (loss, wanted) in losses.iter().zip(exact) {
        let room = match change > 0 {
            _ if loss.sticky => 0,
            true => steps(loss.granted.saturating_sub(loss.so_far)),
            false => steps(loss.so_far),
        };
        let part = steps(wanted.saturating_mul(sign)).min(room);
        parts.push(part);
        rooms.push(room.saturating_sub(part));
    }
    let whole = steps(change.saturating_abs());
    if whole <= sum(&parts) {
        allocate_within(whole, &mut parts)?;
    } else {
        let missing = whole.saturating_sub(sum(&parts)).min(sum(&rooms));
        allocate_within(missing, &mut rooms)?;
        for (part, more) in parts.iter_mut().zip(rooms) {
            *part = part.saturating_add(more);
        }
    }
    let signed = step.saturating_mul(sign);
    Ok(parts
        .iter()
        .map(|part| part.saturating_mul(signed))
        .collect())
}
