//! Earned points that follow what is kept.

use super::*;

impl Returning<'_> {
    /// Earned points follow what is kept. What ladders of points lose.
    pub(super) fn take_points(
        &mut self,
        draft: &mut Draft<'_>,
        purchase: &PurchaseId,
        kept: &Kept,
    ) -> Result<Vec<(u16, i64)>, ActError> {
        let mut metrics = Vec::new();
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
            let posted = self
                .state
                .reversed
                .iter()
                .find(|reversed| reversed.wallet == wallet.id)
                .map_or(0, |reversed| {
                    sum(&reversed.draws)
                        .milli()
                        .saturating_add(reversed.deficit.milli())
                        .saturating_add(reversed.written_off.milli())
                });
            let change = target.saturating_sub(posted);
            let (losses, gains) = self.recount_rules(draft, wallet, number, kept, change)?;
            if change > 0 || !losses.is_empty() {
                let usable = self.reverse(draft, purchase, wallet, change.max(0), losses)?;
                metrics.push((number, usable.saturating_neg()));
            }
            if change < 0 || !gains.is_empty() {
                let back = change.min(0).saturating_neg();
                self.give_back(draft, purchase, wallet, back, gains)?;
                metrics.push((number, back));
            }
        }
        Ok(metrics)
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
        let target = match self.scheme.returns.points {
            RefundPoints::None => 0,
            RefundPoints::Reprice => granted.saturating_sub(kept.earned.granted(number)),
            // Points that no line brought go with the last unit.
            RefundPoints::LineAttributed if kept.all_back => granted,
            RefundPoints::LineAttributed => self.line_target(wallet, kept),
            RefundPoints::Proportional => {
                if kept.all_back {
                    granted
                } else {
                    let all: Vec<u32> = self
                        .entry
                        .purchase
                        .lines
                        .iter()
                        .map(|line| line.quantity)
                        .collect();
                    let sold = self.goods(&all, false);
                    let left = self.goods(&kept.units, true);
                    let steps = granted.checked_div(wallet.unit).unwrap_or(0);
                    let gone = sold.saturating_sub(left);
                    let part = mul_div_round(steps, gone, sold.max(1), Rounding::Floor);
                    part.unwrap_or(0).saturating_mul(wallet.unit)
                }
            }
        };
        Ok(target.clamp(0, granted))
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

    /// What each rule loses and regains now. Its counters follow, in the period of the sale.
    pub(super) fn recount_rules(
        &self,
        draft: &mut Draft<'_>,
        wallet: &Wallet,
        number: u16,
        kept: &Kept,
        change: i64,
    ) -> Result<(Vec<RulePoints>, Vec<RulePoints>), ActError> {
        let date = self.state.at.date();
        let (mut losses, mut gains) = (Vec::new(), Vec::new());
        if self.scheme.returns.points == RefundPoints::None && !self.cancel {
            return Ok((losses, gains));
        }
        for earned in self
            .entry
            .earned
            .iter()
            .filter(|earned| earned.wallet == wallet.id)
        {
            let Some(place) = self
                .scheme
                .rules
                .iter()
                .position(|rule| rule.id == earned.rule)
            else {
                continue;
            };
            let Some(rule) = self.scheme.rules.get(place) else {
                continue;
            };
            let source = PartSource::Rule(crate::evaluate::arith::small(place));
            let left = if self.cancel {
                0
            } else {
                kept.earned
                    .parts
                    .iter()
                    .filter(|part| part.source == source && part.wallet == number)
                    .fold(0_i64, |sum, part| sum.saturating_add(part.granted))
            };
            let lost = earned.points.milli().saturating_sub(left).max(0);
            let before = self
                .state
                .lost
                .iter()
                .find(|loss| loss.wallet == wallet.id && loss.rule.rule == earned.rule)
                .map_or(0, |loss| loss.rule.points.milli());
            let now = lost.saturating_sub(before);
            if now == 0 {
                continue;
            }
            let all = earned.points.milli();
            let times = i64::from(before >= all).saturating_sub(i64::from(lost >= all));
            self.recount_rule(draft, rule, date, now.saturating_neg(), times)?;
            let points = RulePoints {
                rule: earned.rule.clone(),
                points: Points::from_milli(now.saturating_abs()),
            };
            if now > 0 {
                losses.push(points);
            } else {
                gains.push(points);
            }
        }
        for cap in &wallet.caps {
            if let Some(key) = key(cap, date).filter(|key| self.cancel || !key.is_shared()) {
                draft.count(key, change.saturating_neg())?;
            }
        }
        Ok((losses, gains))
    }

    pub(super) fn recount_rule(
        &self,
        draft: &mut Draft<'_>,
        rule: &crate::scheme::compiled::EarnRule,
        date: crate::time::Date,
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
        let pending = draws
            .iter()
            .filter(|draw| {
                draft
                    .account
                    .wallet(&wallet.id)
                    .and_then(|state| state.lot(draw.lot))
                    .is_some_and(|lot| lot.pending().is_some())
            })
            .fold(0_i64, |sum, draw| sum.saturating_add(draw.points.milli()));
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

    /// What an earlier return took comes back: the deficit first, then the latest lots.
    pub(super) fn give_back(
        &self,
        draft: &mut Draft<'_>,
        purchase: &PurchaseId,
        wallet: &Wallet,
        points: i64,
        rules: Vec<RulePoints>,
    ) -> Result<(), ActError> {
        let reversed = draft.account.purchase(purchase).and_then(|state| {
            state
                .reversed
                .iter()
                .find(|reversed| reversed.wallet == wallet.id)
                .cloned()
        });
        let Some(reversed) = reversed else {
            return Ok(());
        };
        let owed = draft
            .account
            .wallet(&wallet.id)
            .map_or(Points::ZERO, |state| state.deficit);
        let points = Points::from_milli(points);
        let deficit = reversed.deficit.min(points).min(owed);
        let rest = points.checked_sub(deficit).unwrap_or(Points::ZERO);
        let draws = reverse_draws(&reversed.draws, Points::ZERO, rest);
        let lots: Vec<_> = draws.iter().map(|draw| draw.lot).collect();
        draft.push(Entry::Restoration(Box::new(RestorationEntry {
            wallet: wallet.id.clone(),
            redemption: None,
            purchase: Some(purchase.clone()),
            draws,
            deficit,
            lots: Vec::new(),
            rules,
        })))?;
        post_due(draft)?;
        for lot in lots {
            draft.fill_deficit(&wallet.id, lot)?;
        }
        Ok(())
    }
}
