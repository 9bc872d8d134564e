//! Returns and cancellations: everything follows what is kept.

mod money;
mod points;
mod restore;

use points::TakenPoints;
use restore::reverse_draws;

use crate::id::PurchaseId;
use crate::ledger::{
    Account, ActivityEntry, CarryEntry, Draw, Entry, IssueCause, MetricEntry, PurchaseEntry,
    PurchaseState, RedemptionState, ReissueCause, RestorationEntry, ReturnEntry, Returned,
    ReversalEntry, RewardIssueEntry, RewardState, RewardVoidEntry, RulePoints, Source, VoidCause,
    WriteOffEntry, later, measured_by,
};
use crate::number::{Fraction, Money, Points, Rounding, mul_div_round};
use crate::purchase::{PayPoints, ReturnLine};
use crate::scheme::compiled::{Metric, Scheme, Wallet};
use crate::scheme::compiled_offer::Offer;
use crate::scheme::{OnReturn, RefundMoney, RefundPoints, Shortfall, TaxRounding};

use crate::time::Date;

use crate::evaluate::arith::{Checked, index};
use crate::evaluate::cart::Cart;
use crate::evaluate::context::Context;
use crate::evaluate::draft::Draft;
use crate::evaluate::drain::{Taken, draw_back, sum};
use crate::evaluate::due::post_late;
use crate::evaluate::earn::{EarnInput, Earned, earn, keep_sticky};
use crate::evaluate::error::ActError;
use crate::evaluate::kept::{add_back, kept, paid_for};
use crate::evaluate::ladder::refold_tiers;
use crate::evaluate::limit::{key, named};
use crate::evaluate::offers::{count, give_back, in_scheme};
use crate::evaluate::price::{Priced, Wishes, price, tax_in};
use crate::evaluate::purse::{Purse, total_key};
use crate::evaluate::record::count_rule;
use crate::evaluate::stamp::{StampList, Stamps, day_key, stamps};
use crate::evaluate::sums::{Sums, on_kept};
use crate::evaluate::tier::measure;

/// What a purchase is worth in the parts that are kept.
struct Kept {
    units: Vec<u32>,
    all_back: bool,
    earned: Earned,
    stamps: StampList,
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
    let before = crate::evaluate::kept::returned(state);
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
            let name = crate::evaluate::cart::line_name(line, place);
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
        // The entry of the return stands before those that follow, so they see what it does to deadlines.
        draft
            .account
            .set_activity(&self.activity_without(context.account))?;
        self.restore(draft, purchase, &kept)?;
        self.reissue(draft, purchase, &kept)?;
        self.void_issued(draft, purchase, &kept)?;
        let points_metrics = self.take_points(draft, purchase, &kept)?;
        self.take_stamps(draft, purchase, &kept)?;
        self.uncount_spending(draft, &kept)?;
        self.take_progress(draft, &context)?;
        let entry = self.return_entry(&context, lines, &kept, &points_metrics)?;
        draft.push_at(place, Entry::Return(Box::new(entry)))?;
        refold_tiers(draft)
    }

    /// Evaluates what is kept under the terms of the sale.
    fn kept(&self, context: &mut Context<'_>) -> Result<Kept, ActError> {
        let (units, given_back) = kept(self.entry, &self.after);
        let all_back = units.iter().all(|units| *units == 0);
        let nothing = self.cancel || all_back;
        let priced;
        let sums = match self.scheme.returns.money {
            RefundMoney::Reprice if !nothing => {
                priced = self.reprice(context, &units)?;
                let sums = Sums::of_priced(self.scheme, self.cart, &priced, Some(&units));
                sums.less(&given_back)
            }
            _ => {
                let shipping = match nothing {
                    true => Vec::new(),
                    false => self.shipping_paid(),
                };
                let (cart, entry) = (self.cart, self.entry);
                Sums::of_kept(self.scheme, cart, entry, &units, &given_back, shipping)
            }
        };
        let (base, shipping) = sums.earn_base(context)?;
        let input = EarnInput {
            base: &base,
            shipping,
            paid_units: &sums.paid_units,
            all_units: &sums.all_units,
        };
        let mut earned = Earned::default();
        earn(context, &sums.amounts(), input, None, &mut earned)?;
        let mut met = Vec::new();
        let stamps = self.with_sticky(context, stamps(context, &sums, input, &mut met, None)?)?;
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
                of_card.map_or(0, |stamps| stamps.granted)
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
                let charge = crate::evaluate::card::take_stamps(draft, card, purchase, count)?;
                let left = self.refund.saturating_sub(self.charged).max(0);
                self.charged = self.charged.plus(charge.min(left))?;
            } else if posted > target {
                let count = posted.saturating_sub(target);
                crate::evaluate::card::put_stamps(draft, place, count, Some(purchase))?;
            }
            if card.stamps_per_day > 0 {
                let change = i64::from(posted).saturating_sub(i64::from(target));
                draft.count(day_key(card, self.state.at.date()), change)?;
            }
        }
        Ok(())
    }

    /// Stamps that sticky rules gave are not taken.
    fn with_sticky(
        &self,
        context: &mut Context<'_>,
        mut stamps: StampList,
    ) -> Result<StampList, ActError> {
        let rules = self.scheme.cards.iter().flat_map(|card| &card.rules);
        if !rules.clone().any(|rule| rule.sticky) {
            return Ok(stamps);
        }
        let (units, given_back) = kept(self.entry, &vec![Returned::default(); self.after.len()]);
        let shipping = self.shipping_paid();
        let sums = Sums::of_kept(
            self.scheme,
            self.cart,
            self.entry,
            &units,
            &given_back,
            shipping,
        );
        let (base, shipping) = sums.earn_base(context)?;
        let input = EarnInput {
            base: &base,
            shipping,
            paid_units: &sums.paid_units,
            all_units: &sums.all_units,
        };
        let sold = crate::evaluate::stamp::stamps(context, &sums, input, &mut Vec::new(), None)?;
        for of in sold.iter().filter(|of| of.sticky > 0) {
            match stamps.iter_mut().find(|found| found.card == of.card) {
                Some(found) => {
                    let lost = of.sticky.saturating_sub(found.sticky);
                    found.granted = found.granted.saturating_add(lost);
                }
                None => stamps.push(Stamps {
                    granted: of.sticky,
                    ..*of
                }),
            }
        }
        Ok(stamps)
    }

    /// What is no longer kept counts to no challenge, in the period of the sale.
    fn take_progress(&self, draft: &mut Draft<'_>, context: &Context<'_>) -> Result<(), ActError> {
        if self.scheme.challenges.is_empty() {
            return Ok(());
        }
        let adds = |returned: &[Returned]| {
            let (units, given_back) = kept(self.entry, returned);
            let (cart, entry) = (self.cart, self.entry);
            let sums = Sums::of_kept(self.scheme, cart, entry, &units, &given_back, Vec::new());
            context.adds(&sums.amounts())
        };
        let before = adds(&crate::evaluate::kept::returned(self.state));
        let after = adds(&self.after);
        let both = before.iter().zip(&after);
        let change: Vec<Vec<i64>> = both
            .map(|(before, after)| {
                let parts = before.iter().zip(after);
                parts
                    .map(|(before, after)| after.saturating_sub(*before))
                    .collect()
            })
            .collect();
        let date = self.state.at.date();
        crate::evaluate::challenge::move_counters(draft, self.scheme, date, &change)
    }

    /// What a cancelled purchase had counted to guards and budgets.
    fn uncount_spending(&self, draft: &mut Draft<'_>, kept: &Kept) -> Result<(), ActError> {
        if !self.cancel {
            return match kept.all_back {
                true => self.give_uses_back(draft),
                false => Ok(()),
            };
        }
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
            .filter(|redemption| redemption.purchase() == Some(&self.entry.purchase.id));
        let redemptions = i64::try_from(redemptions.count()).unwrap_or(0);
        if guards.redemptions_per_day > 0 && redemptions > 0 {
            draft.count(
                crate::evaluate::purse::redemptions_key(date),
                redemptions.saturating_neg(),
            )?;
        }
        self.uncount_offers(draft, date)?;
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

    /// The offers that the purchase used, and what each gave in minor units.
    fn offers_used(&self, account: &Account) -> Vec<(&Offer, i64)> {
        let mut used: Vec<(&Offer, i64)> = Vec::new();
        // Gifts without a price and rewards took nothing off.
        let lines = self.entry.purchase.lines.iter();
        let gifts = lines.filter_map(|line| line.gift_of.as_ref());
        let issued = account
            .rewards
            .iter()
            .filter_map(|reward| match &reward.cause {
                IssueCause::Offer(cause) if cause.purchase == self.entry.purchase.id => {
                    Some(&cause.offer)
                }
                _ => None,
            });
        for id in gifts.chain(issued) {
            let known = used.iter().any(|(offer, _)| offer.id == *id);
            let offer = self.scheme.offers.iter().find(|offer| offer.id == *id);
            if let Some(offer) = offer.filter(|_| !known) {
                used.push((offer, 0));
            }
        }
        for discount in &self.entry.discounts {
            let Source::Offer(source) = &discount.source else {
                continue;
            };
            let offer = self.scheme.offers.iter().find(|o| o.id == source.offer);
            let Some(offer) = offer else { continue };
            let shipping = discount.shipping.map_or(0, Money::minor);
            let given = discount.amount.minor().saturating_add(shipping);
            match used.iter_mut().find(|(known, _)| known.id == offer.id) {
                Some((_, sum)) => *sum = sum.saturating_add(given),
                None => used.push((offer, given)),
            }
        }
        used
    }

    /// A cancelled sale never took place: uses and budgets are as before, but for offers that keep
    /// their uses.
    fn uncount_offers(&self, draft: &mut Draft<'_>, date: Date) -> Result<(), ActError> {
        for (offer, given) in self.offers_used(&draft.account) {
            let given = in_scheme(self.cart, given).unwrap_or(0).saturating_neg();
            let uses = if offer.cancel_keeps_use || self.uses_back() {
                0
            } else {
                -1
            };
            count(draft, offer, self.entry, date, uses, given)?;
        }
        Ok(())
    }

    /// Whether an earlier return of everything gave the uses back already.
    fn uses_back(&self) -> bool {
        crate::evaluate::kept::is_fully_returned(self.state)
    }

    /// A return of everything gives the use of codes and of members' limits back; what all members
    /// share stays used, and budgets do.
    fn give_uses_back(&self, draft: &mut Draft<'_>) -> Result<(), ActError> {
        if self.uses_back() {
            return Ok(());
        }
        for (offer, _) in self.offers_used(&draft.account) {
            give_back(draft, offer, self.entry, self.state.at.date())?;
        }
        Ok(())
    }

    fn return_entry(
        &self,
        context: &Context<'_>,
        lines: Vec<ReturnLine>,
        kept: &Kept,
        points: &[TakenPoints],
    ) -> Result<ReturnEntry, ActError> {
        let money = |minor| Money::of(minor, self.cart.currency);
        let mut metrics = Vec::new();
        for (ladder, left) in self.scheme.ladders.iter().zip(&kept.metrics) {
            if ladder.on_return == OnReturn::Never && !self.cancel {
                continue;
            }
            let so_far = || {
                let of_ladder = |metrics| measured_by(&ladder.id, metrics);
                let later = self.state.activated.iter();
                let later = later.filter(|later| later.ladder == ladder.id);
                later.fold(
                    of_ladder(&self.entry.metrics).saturating_add(of_ladder(&self.state.metrics)),
                    |sum, later| sum.saturating_add(later.amount),
                )
            };
            let change = match ladder.metric {
                Metric::Balance(_) => 0,
                // Earlier returns took nothing of it.
                Metric::PointsEarned(_) if ladder.on_return == OnReturn::Never => {
                    so_far().saturating_neg()
                }
                Metric::PointsEarned(wallet) => points
                    .iter()
                    .filter(|taken| taken.wallet == wallet)
                    .map(|taken| match ladder.count_pending {
                        true => taken.points,
                        false => taken.usable,
                    })
                    .fold(0_i64, i64::saturating_sub),
                Metric::Spend(_) | Metric::Visits(_) | Metric::Items(_) => {
                    left.saturating_sub(so_far())
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
            carry: self.carry(kept)?,
            activity: self.activity_without(context.account),
        })
    }

    /// A cancelled sale kept no points alive: what else the member did counts.
    fn activity_without(&self, account: &Account) -> Vec<ActivityEntry> {
        let cancelled = |id: &PurchaseId| {
            *id == self.entry.purchase.id
                || account.purchase(id).is_some_and(|state| state.cancelled)
        };
        let set = self.entry.activity.iter().filter(|_| self.cancel);
        set.filter_map(|active| {
            let state = account.wallet(&active.wallet)?;
            let sales = account.purchases.iter();
            let sales = sales.filter(|sale| !cancelled(&sale.entry.purchase.id));
            let sold = sales
                .flat_map(|sale| &sale.entry.activity)
                .filter(|of| of.wallet == active.wallet)
                .map(|of| of.expiry);
            let expiry = sold.fold(state.activity_besides, later);
            (expiry != state.activity).then(|| ActivityEntry {
                wallet: active.wallet.clone(),
                expiry,
                before: None,
            })
        })
        .collect()
    }

    /// What the kept part leaves over, against what was left over so far.
    fn carry(&self, kept: &Kept) -> Result<Vec<CarryEntry>, ActError> {
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
                let before = crate::evaluate::record::carried_in(&self.entry.terms, &wallet.id)?;
                match left {
                    Some((_, left)) => left
                        .checked_sub(before)
                        .ok_or_else(|| ActError::overflow("a carry"))?,
                    None => Fraction::ZERO,
                }
            };
            let change = wanted
                .checked_sub(sum)
                .ok_or_else(|| ActError::overflow("a carry"))?;
            changes.extend(crate::evaluate::record::carry_entry(&wallet.id, change)?);
        }
        Ok(changes)
    }
}
