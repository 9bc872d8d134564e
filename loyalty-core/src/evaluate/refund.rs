//! Returns and cancellations: everything follows what is kept.

use crate::id::PurchaseId;
use crate::ledger::{
    CarryEntry, Draw, Entry, IssueCause, MetricEntry, PurchaseEntry, PurchaseState,
    RedemptionState, ReissueCause, RestorationEntry, ReturnEntry, Returned, ReversalEntry,
    RewardIssueEntry, RewardState, RewardVoidEntry, RulePoints, Source, VoidCause, WriteOffEntry,
};
use crate::number::{Fraction, Money, Points, Rounding, mul_div_round};
use crate::purchase::{PayPoints, ReturnLine};
use crate::scheme::compiled::{Metric, Scheme, Wallet};
use crate::scheme::{OnReturn, RefundMoney, RefundPoints, Shortfall};

use super::arith::{Checked, index};
use super::cart::Cart;
use super::context::Context;
use super::draft::Draft;
use super::drain::{draw_back, sum};
use super::due::post_due;
use super::earn::{EarnInput, Earned, PartSource, earn, keep_sticky};
use super::error::ActError;
use super::kept::{add_back, kept, paid_for};
use super::ladder::refold_tiers;
use super::limit::{key, named};
use super::price::{Wishes, price, tax_in};
use super::purse::{Purse, total_key};
use super::record::count_rule;
use super::stamp::{Stamps, day_key, stamps};
use super::sums::{Sums, on_kept};
use super::tier::measure;

/// What a purchase is worth in the parts that are kept.
struct Kept {
    units: Vec<u32>,
    all_back: bool,
    earned: Earned,
    stamps: Vec<Stamps>,
    metrics: Vec<i64>,
}

/// A return in the making.
struct Returning<'a> {
    scheme: &'a Scheme,
    cart: &'a Cart,
    entry: &'a PurchaseEntry,
    state: &'a PurchaseState,
    cancel: bool,
    after: Vec<Returned>,
    /// Minor units charged for points or rewards that are gone.
    charged: i64,
    /// Minor units of the refund before charges.
    refund: i64,
}

/// Posts a return, or a cancellation, on a draft. `scheme` is the one that decided the purchase.
pub(crate) fn post_return(
    draft: &mut Draft<'_>,
    scheme: &Scheme,
    purchase: &PurchaseId,
    lines: Option<&[ReturnLine]>,
) -> Result<(), ActError> {
    let cancel = lines.is_none();
    let state = draft.account.purchase(purchase).cloned().ok_or_else(|| {
        ActError::refused("purchase.unknown", purchase, "a purchase of the account")
    })?;
    if state.cancelled {
        return Err(ActError::refused(
            "return.cancelled",
            purchase,
            "a purchase that stands",
        ));
    }
    let cart = Cart::try_new(scheme, &state.entry.purchase)?;
    let (after, lines) = match lines {
        Some(lines) => (add_back(&state, lines)?, lines.to_vec()),
        None => everything(&state),
    };
    let returning = Returning {
        scheme,
        cart: &cart,
        entry: &state.entry,
        state: &state,
        cancel,
        after,
        charged: 0,
        refund: 0,
    };
    returning.post(draft, purchase, lines)
}

/// Everything that is still there, as a cancellation takes it.
fn everything(state: &PurchaseState) -> (Vec<Returned>, Vec<ReturnLine>) {
    let before = super::kept::returned(state);
    let mut after = before.clone();
    let mut lines = Vec::new();
    for (place, (line, back)) in state
        .entry
        .purchase
        .lines
        .iter()
        .zip(&mut after)
        .enumerate()
    {
        let left = line.quantity.saturating_sub(back.quantity);
        if left > 0 {
            back.quantity = line.quantity;
            let name = super::cart::line_name(line, place);
            if let Ok(line) = crate::id::LineId::try_new(name) {
                lines.push(ReturnLine {
                    line,
                    back: crate::purchase::Back::Quantity(left),
                });
            }
        }
    }
    (after, lines)
}

impl Returning<'_> {
    fn post(
        mut self,
        draft: &mut Draft<'_>,
        purchase: &PurchaseId,
        lines: Vec<ReturnLine>,
    ) -> Result<(), ActError> {
        let place = draft.entries.len();
        let account = draft.account.clone();
        let mut context = Context::pinned(
            self.scheme,
            &account,
            self.cart,
            &self.entry.terms,
            self.entry.ordinal,
            self.state.at,
        );
        let kept = self.kept(&mut context)?;
        self.refund = self.money(&context, &kept)?;
        self.restore(draft, purchase, &kept)?;
        self.reissue(draft, purchase, &kept)?;
        let points_metrics = self.take_points(draft, purchase, &kept)?;
        self.take_stamps(draft, purchase, &kept)?;
        self.uncount_spending(draft, &kept)?;
        let entry = self.return_entry(&context, lines, &kept, &points_metrics)?;
        draft.push_at(place, Entry::Return(Box::new(entry)))?;
        refold_tiers(draft)
    }

    /// Evaluates what is kept under the terms of the sale.
    fn kept(&self, context: &mut Context<'_>) -> Result<Kept, ActError> {
        let (units, given_back) = kept(self.entry, &self.after);
        let all_back = units.iter().all(|units| *units == 0);
        let nothing = self.cancel || all_back;
        let sums = if nothing {
            Sums::of_kept(self.scheme, self.cart, self.entry, &units, &given_back, 0)
        } else {
            match self.scheme.returns.money {
                RefundMoney::Frozen => {
                    let shipping = self.shipping_paid();
                    Sums::of_kept(
                        self.scheme,
                        self.cart,
                        self.entry,
                        &units,
                        &given_back,
                        shipping,
                    )
                }
                RefundMoney::Reprice => {
                    let priced = self.reprice(context, &units)?;
                    Sums::of_priced(context, &priced, Some(&units)).less(&given_back)
                }
            }
        };
        let (base, shipping) = sums.earn_base(context)?;
        let input = EarnInput {
            base: &base,
            shipping,
            paid_units: &sums.paid_units,
            all_units: &sums.all_units,
        };
        let mut earned = earn(context, &sums.amounts(), input, None)?;
        let mut met = Vec::new();
        let stamps = stamps(context, &sums, input, &mut met, None)?;
        let metrics = self
            .scheme
            .ladders
            .iter()
            .map(|ladder| {
                if nothing {
                    0
                } else {
                    measure(context, ladder, &sums, &earned)
                }
            })
            .collect();
        if !self.cancel {
            keep_sticky(&mut earned, self.scheme, &self.entry.earned);
        }
        Ok(Kept {
            units,
            all_back: nothing,
            earned,
            stamps,
            metrics,
        })
    }

    /// Prices what is kept with the rewards and the points that were used.
    fn reprice(
        &self,
        context: &Context<'_>,
        units: &[u32],
    ) -> Result<super::price::Priced, ActError> {
        let mut points = vec![0_i64; self.scheme.wallets.len()];
        let mut pay_points: Vec<PayPoints> = Vec::new();
        for paid in &self.entry.purchase.pay_points {
            pay_points.push(PayPoints {
                wallet: paid.wallet.clone(),
                points: None,
            });
        }
        for discount in self.entry.discounts.iter().chain(&self.entry.tenders) {
            let Source::Points(source) = &discount.source else {
                continue;
            };
            let place = self
                .scheme
                .wallets
                .iter()
                .position(|w| w.id == source.wallet);
            let redemption = usize::try_from(source.redemption).ok();
            let spent = redemption
                .and_then(|number| context.account.redemptions.get(number))
                .map_or(0, |redemption| sum(&redemption.draws).milli());
            if let Some(left) = place.and_then(|place| points.get_mut(place)) {
                *left = left.saturating_add(spent);
            }
        }
        let mut purse = Purse::repricing(points);
        let wishes = Wishes {
            claims: &self.entry.purchase.claims,
            pay_points: &pay_points,
            quantities: Some(units),
        };
        price(context, wishes, &mut purse, None)
    }

    fn shipping_paid(&self) -> i64 {
        let charged = self
            .cart
            .shipping
            .iter()
            .fold(0_i64, |sum, charge| sum.saturating_add(charge.amount));
        let off = self.entry.discounts.iter().fold(0_i64, |sum, discount| {
            sum.saturating_add(discount.shipping.map_or(0, Money::minor))
        });
        charged.saturating_sub(off).max(0)
    }

    /// What was paid in money: the total less what points paid.
    fn paid(&self) -> i64 {
        let tenders = self.entry.tenders.iter().fold(0_i64, |sum, tender| {
            sum.saturating_add(tender.amount.minor())
        });
        self.entry.total.minor().saturating_sub(tenders).max(0)
    }

    /// The money to give back now, before charges.
    fn money(&self, context: &Context<'_>, kept: &Kept) -> Result<i64, ActError> {
        let paid = self.paid();
        let back = if kept.all_back {
            paid
        } else {
            let worth = match self.scheme.returns.money {
                RefundMoney::Frozen => self.frozen_worth(&kept.units)?,
                RefundMoney::Reprice => {
                    let given = self
                        .after
                        .iter()
                        .fold(0_i64, |s, b| s.saturating_add(b.amount_minor));
                    self.reprice(context, &kept.units)?
                        .due_in_money()
                        .saturating_sub(given)
                }
            };
            paid.saturating_sub(worth.max(0))
        };
        Ok(back
            .min(paid)
            .saturating_sub(self.state.refunded_minor)
            .max(0))
    }

    /// What was paid for the kept units, with their tax and the delivery, less amounts given back.
    fn frozen_worth(&self, units: &[u32]) -> Result<i64, ActError> {
        let mut worth = self.shipping_paid();
        let mut rates: Vec<(crate::scheme::compiled::Rate, i64)> = Vec::new();
        for (place, ((line, units), back)) in self
            .cart
            .lines
            .iter()
            .zip(units)
            .zip(&self.after)
            .enumerate()
        {
            let paid = paid_for(self.entry, place, *units)
                .saturating_sub(back.amount_minor)
                .max(0);
            worth = worth.plus(paid)?;
            if let Some(rate) = line.tax.filter(|_| !self.cart.tax_included) {
                let taxed = self.net_of(place, *units);
                match rates.iter_mut().find(|(known, _)| *known == rate) {
                    Some((_, sum)) => *sum = sum.plus(taxed)?,
                    None => rates.push((rate, taxed)),
                }
            }
        }
        for (charge, left) in self.cart.shipping.iter().zip([self.shipping_paid()]) {
            if let Some(rate) = charge.tax.filter(|_| !self.cart.tax_included) {
                match rates.iter_mut().find(|(known, _)| *known == rate) {
                    Some((_, sum)) => *sum = sum.plus(left)?,
                    None => rates.push((rate, left)),
                }
            }
        }
        for (rate, sum) in rates {
            worth = worth.plus(tax_in(sum, rate, false)?)?;
        }
        Ok(worth)
    }

    /// A line's amount after discounts on its kept units: what tax applies to.
    fn net_of(&self, place: usize, units: u32) -> i64 {
        let Some(line) = self.cart.lines.get(place) else {
            return 0;
        };
        let mut kept = vec![0; self.cart.lines.len()];
        if let Some(slot) = kept.get_mut(place) {
            *slot = units;
        }
        let off = self
            .entry
            .discounts
            .iter()
            .flat_map(|discount| &discount.shares)
            .filter(|share| index(share.line) == place)
            .fold(0_i64, |sum, share| {
                sum.saturating_add(on_kept(share, &kept))
            });
        line.price
            .saturating_mul(i64::from(units))
            .saturating_sub(off)
    }

    /// Spent points come back to their lots, as far as the lines that they paid for did.
    fn restore(
        &self,
        draft: &mut Draft<'_>,
        purchase: &PurchaseId,
        kept: &Kept,
    ) -> Result<(), ActError> {
        let redemptions: Vec<(u64, RedemptionState)> = draft
            .account
            .redemptions
            .iter()
            .enumerate()
            .filter(|(_, redemption)| redemption.purchase.as_ref() == Some(purchase))
            .map(|(number, redemption)| {
                (
                    u64::try_from(number).unwrap_or(u64::MAX),
                    redemption.clone(),
                )
            })
            .collect();
        for (number, redemption) in redemptions {
            let due = self.restored_so_far(number, &redemption, kept);
            let back = due.checked_sub(redemption.restored).unwrap_or(Points::ZERO);
            if back > Points::ZERO {
                self.put_back(draft, purchase, number, &redemption, back)?;
            }
        }
        Ok(())
    }

    /// How many points of a redemption are to be back in all.
    fn restored_so_far(&self, number: u64, redemption: &RedemptionState, kept: &Kept) -> Points {
        let spent = sum(&redemption.draws);
        if kept.all_back {
            return spent;
        }
        let unit = self
            .scheme
            .wallets
            .iter()
            .find(|wallet| wallet.id == redemption.wallet)
            .map_or(1, |wallet| wallet.unit);
        let discount = self
            .entry
            .discounts
            .iter()
            .chain(&self.entry.tenders)
            .find(|discount| match &discount.source {
                Source::Points(source) => source.redemption == number,
                Source::Reward(source) => Some(source.issue) == redemption.issue,
                Source::Benefit(_) => false,
            });
        let all: Vec<u32> = self
            .entry
            .purchase
            .lines
            .iter()
            .map(|line| line.quantity)
            .collect();
        let mut back = 0_i64;
        for (place, points) in redemption.lines.iter().enumerate() {
            let on = |units: &[u32]| {
                discount
                    .iter()
                    .flat_map(|discount| &discount.shares)
                    .filter(|share| index(share.line) == place)
                    .fold(0_i64, |sum, share| {
                        sum.saturating_add(on_kept(share, units))
                    })
            };
            let (whole, left) = match on(&all) {
                0 => {
                    let units = |of: &[u32]| i64::from(of.get(place).copied().unwrap_or(0));
                    (units(&all), units(&kept.units))
                }
                whole => (whole, on(&kept.units)),
            };
            let steps = points.milli().checked_div(unit).unwrap_or(0);
            let gone = whole.saturating_sub(left);
            let part = mul_div_round(steps, gone, whole.max(1), Rounding::Floor).unwrap_or(0);
            back = back.saturating_add(part.saturating_mul(unit));
        }
        Points::from_milli(back).min(spent)
    }

    fn put_back(
        &self,
        draft: &mut Draft<'_>,
        purchase: &PurchaseId,
        number: u64,
        redemption: &RedemptionState,
        points: Points,
    ) -> Result<(), ActError> {
        let draws = reverse_draws(&redemption.draws, redemption.restored, points);
        let grace = self.scheme.returns.restore_grace_days;
        let wallet = redemption.wallet.clone();
        let mut entry = RestorationEntry {
            wallet: wallet.clone(),
            redemption: Some(number),
            purchase: Some(purchase.clone()),
            draws: Vec::new(),
            deficit: Points::ZERO,
            lots: Vec::new(),
            rules: Vec::new(),
        };
        for draw in draws {
            match self.with_grace(draft, &wallet, &draw, grace, entry.lots.len())? {
                Some(lot) => entry.lots.push(lot),
                None => entry.draws.push(draw),
            }
        }
        let lots: Vec<_> = entry
            .draws
            .iter()
            .map(|draw| draw.lot)
            .chain(entry.lots.iter().map(|lot| lot.lot))
            .collect();
        draft.push(Entry::Restoration(Box::new(entry)))?;
        post_due(draft)?;
        for lot in lots {
            draft.fill_deficit(&wallet, lot)?;
        }
        Ok(())
    }

    /// A lot of its own for points whose deadline is nearer than the grace.
    fn with_grace(
        &self,
        draft: &Draft<'_>,
        wallet: &crate::id::WalletId,
        draw: &Draw,
        grace: u32,
        before: usize,
    ) -> Result<Option<crate::ledger::LotOpen>, ActError> {
        use crate::scheme::{LastDay, RoundUp};
        use crate::time::Span;
        if grace == 0 {
            return Ok(None);
        }
        let Some(state) = draft.account.wallet(wallet) else {
            return Ok(None);
        };
        let Some(lot) = state.lot(draw.lot) else {
            return Ok(None);
        };
        let Some(old) = state.deadline(lot) else {
            return Ok(None);
        };
        let longer = super::expiry::validity_end(
            Span::Days(grace),
            RoundUp::None,
            LastDay::Inclusive,
            draft.at(),
        )?;
        let offset = draft.at().offset_ms();
        if old.order_ms(offset) >= longer.order_ms(offset) {
            return Ok(None);
        }
        let next = draft.next_lot(wallet).get();
        let number = next.saturating_add(u64::try_from(before).unwrap_or(0));
        Ok(Some(crate::ledger::LotOpen {
            lot: crate::id::LotId::new(number),
            points: draw.points,
            pending: None,
            expiry: Some(longer),
            activity: false,
            promotional: lot.promotional,
        }))
    }

    /// Rewards used on the purchase: bought ones end with it, those issued earlier are issued anew
    /// once everything that they lowered is back.
    fn reissue(
        &self,
        draft: &mut Draft<'_>,
        purchase: &PurchaseId,
        kept: &Kept,
    ) -> Result<(), ActError> {
        let used: Vec<(u64, crate::ledger::Reward)> = draft
            .account
            .rewards
            .iter()
            .enumerate()
            .filter(|(_, issued)| {
                matches!(&issued.state, RewardState::Used(used)
                    if used.purchase.as_ref() == Some(purchase))
            })
            .map(|(number, issued)| (u64::try_from(number).unwrap_or(u64::MAX), issued.clone()))
            .collect();
        for (issue, reward) in used {
            if !kept.all_back && !self.lowered_is_back(issue, kept) {
                continue;
            }
            let bought = match &reward.cause {
                IssueCause::Redemption(cause) => usize::try_from(cause.redemption)
                    .ok()
                    .and_then(|number| draft.account.redemptions.get(number))
                    .is_some_and(|redemption| redemption.purchase.as_ref() == Some(purchase)),
                IssueCause::Grant(_) => reward.issued == self.state.at && reward.expiry.is_none(),
                _ => false,
            };
            if bought {
                if kept.all_back {
                    let cause = VoidCause::Returned;
                    draft.push(Entry::RewardVoid(RewardVoidEntry { issue, cause }))?;
                }
                continue;
            }
            let cause = VoidCause::Reissued;
            draft.push(Entry::RewardVoid(RewardVoidEntry { issue, cause }))?;
            let number = draft.next_issue();
            draft.push(Entry::RewardIssue(Box::new(RewardIssueEntry {
                issue: number,
                reward: reward.reward.clone(),
                cause: IssueCause::Reissue(ReissueCause { issue }),
                expiry: reward.expiry,
            })))?;
            post_due(draft)?;
        }
        Ok(())
    }

    fn lowered_is_back(&self, issue: u64, kept: &Kept) -> bool {
        let discount = self.entry.discounts.iter().find(
            |discount| matches!(&discount.source, Source::Reward(source) if source.issue == issue),
        );
        discount.is_some_and(|discount| {
            !discount.shares.is_empty()
                && discount
                    .shares
                    .iter()
                    .all(|share| on_kept(share, &kept.units) == 0)
        })
    }

    /// Earned points follow what is kept. What ladders of points lose.
    fn take_points(
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
            let counted = self.uncount_rules(draft, wallet, number, kept, change)?;
            if change > 0 {
                let usable = self.reverse(draft, purchase, wallet, change, counted)?;
                metrics.push((number, usable.saturating_neg()));
            } else if change < 0 {
                self.give_back(draft, purchase, wallet, change.saturating_neg())?;
                metrics.push((number, change.saturating_neg()));
            }
        }
        Ok(metrics)
    }

    /// What is to be taken back of a wallet's points in all.
    fn target(
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

    fn goods(&self, units: &[u32], less_given_back: bool) -> i64 {
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

    fn line_target(&self, wallet: &Wallet, kept: &Kept) -> i64 {
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

    /// What each rule loses now. Its counters go down in the period of the sale.
    fn uncount_rules(
        &self,
        draft: &mut Draft<'_>,
        wallet: &Wallet,
        number: u16,
        kept: &Kept,
        change: i64,
    ) -> Result<Vec<RulePoints>, ActError> {
        let date = self.state.at.date();
        let mut rules = Vec::new();
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
            let source = PartSource::Rule(super::arith::small(place));
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
            if now <= 0 {
                continue;
            }
            let gone = lost >= earned.points.milli();
            self.count_rule_down(draft, rule, date, now, gone)?;
            rules.push(RulePoints {
                rule: earned.rule.clone(),
                points: Points::from_milli(now),
            });
        }
        for cap in &wallet.caps {
            if let Some(key) = key(cap, date).filter(|key| self.cancel || !key.is_shared()) {
                draft.count(key, change.saturating_neg())?;
            }
        }
        Ok(rules)
    }

    fn count_rule_down(
        &self,
        draft: &mut Draft<'_>,
        rule: &crate::scheme::compiled::EarnRule,
        date: crate::time::Date,
        points: i64,
        gone: bool,
    ) -> Result<(), ActError> {
        let shared = draft.pool.len();
        count_rule(
            draft,
            rule,
            date,
            points.saturating_neg(),
            if gone { -1 } else { 0 },
        )?;
        if !self.cancel {
            draft.pool.truncate(shared);
        }
        if rule.occasion && gone && self.entry.terms.occasions.contains(&rule.id) {
            let name = format!("rule.{}.occasion@", rule.id);
            let met = self.entry.terms.headroom.iter();
            let met = met
                .map(|h| &h.limit)
                .find(|limit| limit.as_str().starts_with(&name));
            if let Some(limit) = met.cloned() {
                draft.count(limit, -1)?;
            }
        }
        Ok(())
    }

    /// Takes points back: the purchase's own, then others, then the shortfall's way. How many of
    /// them had been usable.
    fn reverse(
        &mut self,
        draft: &mut Draft<'_>,
        purchase: &PurchaseId,
        wallet: &Wallet,
        points: i64,
        rules: Vec<RulePoints>,
    ) -> Result<i64, ActError> {
        let (draws, short) = draw_back(
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
                    .is_some_and(|lot| lot.pending.is_some())
            })
            .fold(0_i64, |sum, draw| sum.saturating_add(draw.points.milli()));
        let (deficit, written_off, charged) = self.shortfall(wallet, short.milli())?;
        draft.push(Entry::Reversal(Box::new(ReversalEntry {
            wallet: wallet.id.clone(),
            purchase: purchase.clone(),
            draws,
            deficit: Points::from_milli(deficit),
            written_off: Points::from_milli(written_off),
            rules,
        })))?;
        if written_off > 0 {
            let money = |minor| Money::of(minor, self.cart.currency);
            draft.push(Entry::WriteOff(WriteOffEntry {
                wallet: wallet.id.clone(),
                points: Points::from_milli(written_off),
                charged: (charged > 0).then(|| money(charged)),
            }))?;
        }
        self.charged = self.charged.plus(charged)?;
        Ok(points.saturating_sub(pending))
    }

    /// Deficit, written off, and minor units charged for points that are gone.
    fn shortfall(&self, wallet: &Wallet, short: i64) -> Result<(i64, i64, i64), ActError> {
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
    fn give_back(
        &self,
        draft: &mut Draft<'_>,
        purchase: &PurchaseId,
        wallet: &Wallet,
        points: i64,
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
            rules: Vec::new(),
        })))?;
        post_due(draft)?;
        for lot in lots {
            draft.fill_deficit(&wallet.id, lot)?;
        }
        Ok(())
    }

    fn take_stamps(
        &mut self,
        draft: &mut Draft<'_>,
        purchase: &PurchaseId,
        kept: &Kept,
    ) -> Result<(), ActError> {
        for granted in &self.entry.stamps {
            let Some(place) = self
                .scheme
                .cards
                .iter()
                .position(|card| card.id == granted.card)
            else {
                continue;
            };
            let Some(card) = self.scheme.cards.get(place) else {
                continue;
            };
            let left = if self.cancel {
                0
            } else {
                let of_card = kept.stamps.iter().find(|stamps| stamps.card == place);
                of_card
                    .map_or(0, |stamps| stamps.granted)
                    .max(self.sticky_stamps(card, granted.stamps))
            };
            let target = granted.stamps.saturating_sub(left.min(granted.stamps));
            let present = draft.account.card(&card.id).map_or(0, |held| {
                held.instances
                    .iter()
                    .flat_map(|instance| &instance.stamps)
                    .filter(|run| run.purchase.as_ref() == Some(purchase))
                    .fold(0_u32, |sum, run| sum.saturating_add(run.count))
            });
            let posted = granted.stamps.saturating_sub(present);
            if target > posted {
                let count = target.saturating_sub(posted);
                let charge = super::card::take_stamps(draft, card, purchase, count)?;
                let left = self.refund.saturating_sub(self.charged).max(0);
                self.charged = self.charged.plus(charge.min(left))?;
            } else if posted > target {
                let count = posted.saturating_sub(target);
                super::card::put_stamps(draft, place, count, Some(purchase))?;
            }
            if card.stamps_per_day > 0 {
                let change = i64::from(posted).saturating_sub(i64::from(target));
                draft.count(day_key(card, self.state.at.date()), change)?;
            }
        }
        Ok(())
    }

    /// Stamps that a sticky rule gave are not taken.
    fn sticky_stamps(&self, card: &crate::scheme::compiled::Card, granted: u32) -> u32 {
        if card.rules.iter().all(|rule| rule.sticky) {
            granted
        } else {
            0
        }
    }

    /// What a cancelled purchase had counted to guards and budgets.
    fn uncount_spending(&self, draft: &mut Draft<'_>, kept: &Kept) -> Result<(), ActError> {
        if !self.cancel {
            return Ok(());
        }
        let _ = kept;
        let date = self.state.at.date();
        let guards = &self.scheme.guards;
        if guards.earning_purchases_per_day > 0
            && !(self.entry.earned.is_empty() && self.entry.stamps.is_empty())
        {
            draft.count(
                named(
                    "guard.earning_purchases",
                    crate::scheme::CapPeriod::Day,
                    date,
                ),
                -1,
            )?;
        }
        let redemptions = draft
            .account
            .redemptions
            .iter()
            .filter(|redemption| redemption.purchase.as_ref() == Some(&self.entry.purchase.id));
        let redemptions = i64::try_from(redemptions.count()).unwrap_or(0);
        if guards.redemptions_per_day > 0 && redemptions > 0 {
            let name = named("guard.redemptions", crate::scheme::CapPeriod::Day, date);
            draft.count(name, redemptions.saturating_neg())?;
        }
        for discount in &self.entry.discounts {
            let Source::Reward(source) = &discount.source else {
                continue;
            };
            let limited = self
                .scheme
                .rewards
                .iter()
                .any(|reward| reward.id == source.reward && reward.limit_total > 0);
            let bought = draft
                .account
                .reward(source.issue)
                .is_some_and(|issued| matches!(issued.cause, IssueCause::Redemption(_)));
            if limited && bought {
                draft.count(total_key(&source.reward), -1)?;
            }
        }
        Ok(())
    }

    fn return_entry(
        &self,
        context: &Context<'_>,
        lines: Vec<ReturnLine>,
        kept: &Kept,
        points: &[(u16, i64)],
    ) -> Result<ReturnEntry, ActError> {
        let money = |minor| Money::of(minor, self.cart.currency);
        let mut metrics = Vec::new();
        for (ladder, left) in self.scheme.ladders.iter().zip(&kept.metrics) {
            if ladder.on_return == OnReturn::Never && !self.cancel {
                continue;
            }
            let change = match ladder.metric {
                Metric::Balance(_) => 0,
                Metric::PointsEarned(wallet) => points
                    .iter()
                    .filter(|(of, _)| *of == wallet)
                    .fold(0_i64, |sum, (_, change)| sum.saturating_add(*change)),
                Metric::Spend(_) | Metric::Visits(_) | Metric::Items(_) => {
                    let of_ladder = |entries: &[MetricEntry]| {
                        entries
                            .iter()
                            .filter(|entry| entry.ladder == ladder.id)
                            .fold(0_i64, |sum, entry| sum.saturating_add(entry.amount))
                    };
                    let now = of_ladder(&self.entry.metrics)
                        .saturating_add(of_ladder(&self.state.metrics));
                    left.saturating_sub(now)
                }
            };
            if change != 0 {
                metrics.push(MetricEntry {
                    ladder: ladder.id.clone(),
                    amount: change,
                });
            }
        }
        let charged = self.charged.min(self.refund);
        Ok(ReturnEntry {
            purchase: self.entry.purchase.id.clone(),
            lines,
            cancel: self.cancel,
            refund: money(self.refund.minus(charged)?),
            charged: (charged > 0).then(|| money(charged)),
            metrics,
            carry: self.carry(context, kept)?,
        })
    }

    /// What the kept part leaves over, against what was left over so far.
    fn carry(&self, context: &Context<'_>, kept: &Kept) -> Result<Vec<CarryEntry>, ActError> {
        let mut changes = Vec::new();
        for (place, wallet) in self.scheme.wallets.iter().enumerate() {
            if !wallet.carry {
                continue;
            }
            let number = u16::try_from(place).unwrap_or(u16::MAX);
            let so_far = self.entry.carry.iter().chain(&self.state.carry);
            let mut sum = Fraction::ZERO;
            for carry in so_far.filter(|carry| carry.wallet == wallet.id) {
                let part = Fraction::try_new(i128::from(carry.num), i128::from(carry.den))?;
                sum = sum
                    .checked_add(part)
                    .ok_or_else(|| ActError::overflow("a carry"))?;
            }
            let wanted = if kept.all_back {
                Fraction::ZERO
            } else {
                let left = kept.earned.carry.iter().find(|(of, _)| *of == number);
                let before = super::record::carried_in(&self.entry.terms, &wallet.id)?;
                match left {
                    Some((_, left)) => left
                        .checked_sub(before)
                        .ok_or_else(|| ActError::overflow("a carry"))?,
                    None => Fraction::ZERO,
                }
            };
            let change = wanted
                .checked_sub(sum)
                .ok_or_else(|| ActError::overflow("a carry"))?
                .reduced();
            if !change.is_zero() {
                changes.push(super::record::carry_entry(&wallet.id, change)?);
            }
        }
        let _ = context;
        Ok(changes)
    }
}

/// Draws in reverse order, after what is back already.
fn reverse_draws(draws: &[Draw], back: Points, points: Points) -> Vec<Draw> {
    let mut skip = back;
    let mut left = points;
    let mut found = Vec::new();
    for draw in draws.iter().rev() {
        let skipped = draw.points.min(skip);
        skip = skip.checked_sub(skipped).unwrap_or(Points::ZERO);
        let free = draw.points.checked_sub(skipped).unwrap_or(Points::ZERO);
        let part = free.min(left);
        if part.is_zero() {
            continue;
        }
        left = left.checked_sub(part).unwrap_or(Points::ZERO);
        found.push(Draw {
            lot: draw.lot,
            points: part,
        });
    }
    found
}
