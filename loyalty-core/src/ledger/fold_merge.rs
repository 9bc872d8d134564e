//! A merge: another account's state, renumbered behind what stands here.
//!
//! The survivor keeps its tiers, its status and its chain. What follows from the merge (filling the
//! deficit, pouring open cards together, the higher tier) is posted as entries of its own.

use std::sync::Arc;

use crate::id::LotId;

use super::account::{Account, Card, KeyRecord, Ladder, PurchaseState, Totals, Wallet};
use super::arith::add;
use super::entry::{
    CarryEntry, CountEntry, DiscountEntry, Draw, IssueCause, MergeInEntry, PurchaseEntry, Source,
};
use super::error::{LedgerError, LedgerErrorKind};
use super::fold::GroupContext;
use super::fold_points::day_of_lapse;
use super::group::ActKind;
use super::wallet::{later, number};
use crate::number::Sort;
use crate::time::Moment;

/// By how much the other account's numbers rise.
struct Shift {
    lots: Vec<(crate::id::WalletId, u64)>,
    cards: Vec<(crate::id::CardId, u32)>,
    redemptions: u64,
    issues: u64,
}

impl Account {
    pub(super) fn merge_in(
        &mut self,
        entry: &MergeInEntry,
        context: &GroupContext<'_>,
    ) -> Result<(), LedgerError> {
        let other = &*entry.account;
        if other.member == self.member {
            let (found, allowed) = (other.member.clone(), self.member.clone());
            return Err(LedgerErrorKind::Member { found, allowed }.into());
        }
        if let Some(last) = other
            .at
            .filter(|last| last.instant_ms() > context.at.instant_ms())
        {
            return Err(LedgerErrorKind::OutOfOrder {
                found: context.at,
                allowed: last,
            }
            .into());
        }
        let shift = self.shift_for(other);
        for wallet in &other.wallets {
            self.wallet_or_new(&wallet.id)?.pour(wallet, context.at)?;
        }
        for card in &other.cards {
            self.card_or_new(&card.id)?.pour(card);
        }
        for ladder in &other.ladders {
            self.ladder_or_new(&ladder.id)?.pour(ladder)?;
        }
        for counter in &other.counters {
            self.count(&CountEntry {
                limit: counter.limit.clone(),
                change: counter.count,
            })?;
        }
        self.pour_numbered(other, &shift)?;
        self.pour_keys(other, context.seq);
        self.purchase_count = self.purchase_count.saturating_add(other.purchase_count);
        self.joined = [self.joined, other.joined].into_iter().flatten().min();
        Ok(())
    }

    fn shift_for(&self, other: &Self) -> Shift {
        let lots = other.wallets.iter().map(|wallet| {
            (
                wallet.id.clone(),
                self.wallet(&wallet.id)
                    .map_or(0, |own| number(own.lots.len())),
            )
        });
        let cards = other.cards.iter().map(|card| {
            let own = self.card(&card.id).map_or(0, |own| own.instances.len());
            (card.id.clone(), u32::try_from(own).unwrap_or(u32::MAX))
        });
        Shift {
            lots: lots.collect(),
            cards: cards.collect(),
            redemptions: number(self.redemptions.len()),
            issues: number(self.rewards.len()),
        }
    }

    /// Redemptions, rewards, purchases and holds: what names lots, cards and issues by number.
    fn pour_numbered(&mut self, other: &Self, shift: &Shift) -> Result<(), LedgerError> {
        for state in &other.redemptions {
            let mut state = state.clone();
            shift.draws(&state.wallet, state.draws.as_mut());
            if let Some(terms) = state.terms.as_mut().filter(|terms| terms.issue.is_some()) {
                let terms = Arc::make_mut(terms);
                terms.issue = terms.issue.map(|issue| issue.saturating_add(shift.issues));
            }
            self.redemptions.push(state);
        }
        for reward in &other.rewards {
            let mut reward = reward.clone();
            shift.cause(&mut reward.cause);
            self.rewards.push(reward);
        }
        let open = self
            .rewards
            .iter()
            .position(|reward| reward.state.is_open());
        self.first_ready = open.unwrap_or(self.rewards.len());
        for purchase in &other.purchases {
            self.purchases.push(shift.purchase(purchase));
        }
        for hold in &other.holds {
            if self.hold(&hold.id).is_some() {
                return Err(LedgerError::state(
                    "a hold to pour in",
                    "named as another",
                    "a name of its own",
                ));
            }
            let mut hold = hold.clone();
            for draw in &mut hold.draws {
                draw.lot = shift.lot(&draw.wallet, draw.lot);
            }
            hold.issues
                .iter_mut()
                .for_each(|issue| *issue = issue.saturating_add(shift.issues));
            self.holds.push(hold);
        }
        Ok(())
    }

    /// The other's keys are kept, so that what was posted there is not posted again here; those of
    /// acts that its own calendar brought are not.
    fn pour_keys(&mut self, other: &Self, seq: u64) {
        self.index.follow(&self.keys);
        for record in other
            .keys
            .iter()
            .filter(|record| record.act != ActKind::Due)
        {
            if self.posted(record.act, &record.key).is_none() {
                self.keys.push(KeyRecord {
                    seq,
                    ..record.clone()
                });
                self.index.follow(&self.keys);
            }
        }
    }
}

impl Shift {
    fn lot(&self, wallet: &crate::id::WalletId, lot: LotId) -> LotId {
        let by = self
            .lots
            .iter()
            .find(|(id, _)| id == wallet)
            .map_or(0, |(_, by)| *by);
        LotId::new(lot.get().saturating_add(by))
    }

    fn draws(&self, wallet: &crate::id::WalletId, draws: &mut [Draw]) {
        draws
            .iter_mut()
            .for_each(|draw| draw.lot = self.lot(wallet, draw.lot));
    }

    fn instance(&self, card: &crate::id::CardId, instance: u32) -> u32 {
        let by = self
            .cards
            .iter()
            .find(|(id, _)| id == card)
            .map_or(0, |(_, by)| *by);
        instance.saturating_add(by)
    }

    fn cause(&self, cause: &mut IssueCause) {
        match cause {
            IssueCause::Redemption(of) => {
                of.redemption = of.redemption.saturating_add(self.redemptions)
            }
            IssueCause::Card(of) => of.instance = self.instance(&of.card, of.instance),
            IssueCause::Milestone(of) => of.instance = self.instance(&of.card, of.instance),
            IssueCause::Reissue(of) => of.issue = of.issue.saturating_add(self.issues),
            IssueCause::Tier(_) | IssueCause::Grant(_) | IssueCause::Offer(_) => {}
        }
    }

    fn purchase(&self, state: &Arc<PurchaseState>) -> Arc<PurchaseState> {
        let numbered = |entry: &PurchaseEntry| {
            let mut all = entry.discounts.iter().chain(&entry.tenders);
            all.any(|discount| !matches!(discount.source, Source::Benefit(_)))
        };
        let mut state = Arc::clone(state);
        if numbered(&state.entry) {
            let entry = Arc::make_mut(&mut Arc::make_mut(&mut state).entry);
            entry
                .discounts
                .iter_mut()
                .chain(&mut entry.tenders)
                .for_each(|discount| self.source(discount));
        }
        if !state.reversed.is_empty() {
            for reversed in &mut Arc::make_mut(&mut state).reversed {
                let wallet = reversed.wallet.clone();
                self.draws(&wallet, &mut reversed.draws);
            }
        }
        state
    }

    fn source(&self, discount: &mut DiscountEntry) {
        match &mut discount.source {
            Source::Reward(of) => of.issue = of.issue.saturating_add(self.issues),
            Source::Points(of) => of.redemption = of.redemption.saturating_add(self.redemptions),
            Source::Benefit(_) | Source::Offer(_) | Source::Deduction(_) => {}
        }
    }
}

impl Wallet {
    /// Another wallet's lots behind these; deficits and totals add.
    fn pour(&mut self, other: &Self, at: Moment) -> Result<(), LedgerError> {
        let mut poured = other.clone();
        self.end_inactive(at)?;
        poured.end_inactive(at)?;
        self.lots.append(&mut poured.lots);
        add(&mut self.deficit, other.deficit, "the deficit")?;
        self.totals.pour(&other.totals)?;
        self.activity = later(self.activity, other.activity);
        self.activity_besides = later(self.activity_besides, other.activity_besides);
        self.active_again = None;
        let carry = CarryEntry {
            wallet: self.id.clone(),
            num: other.carry_num,
            den: other.carry_den,
        };
        super::arith::add_carry(&mut self.carry_num, &mut self.carry_den, &carry)?;
        self.advance();
        Ok(())
    }
}

impl Wallet {
    /// What has lapsed by inactivity, or would have if it had held points, stays so whatever the other did.
    fn end_inactive(&mut self, at: Moment) -> Result<(), LedgerError> {
        let (activity, again) = (self.activity, self.active_again);
        for lot in self.lots.iter_mut().filter(|lot| lot.activity()) {
            let end = lot.deadline(activity, again);
            if lot.expired_on().is_none() && end.is_some_and(|end| end.reached(at)) {
                lot.expired_on = day_of_lapse(end, at)?.into();
            }
        }
        Ok(())
    }
}

impl Totals {
    fn pour(&mut self, other: &Self) -> Result<(), LedgerError> {
        let pairs = [
            (&mut self.earned, other.earned),
            (&mut self.adjusted_in, other.adjusted_in),
            (&mut self.transferred_in, other.transferred_in),
            (&mut self.restored, other.restored),
            (&mut self.unspent, other.unspent),
            (&mut self.reinstated, other.reinstated),
            (&mut self.written_off, other.written_off),
            (&mut self.redeemed, other.redeemed),
            (&mut self.expired, other.expired),
            (&mut self.reversed, other.reversed),
            (&mut self.adjusted_out, other.adjusted_out),
            (&mut self.transferred_out, other.transferred_out),
        ];
        pairs
            .into_iter()
            .try_for_each(|(own, by)| add(own, by, "the totals of a wallet"))
    }
}

impl Card {
    fn pour(&mut self, other: &Self) {
        self.instances.extend(other.instances.iter().cloned());
        let both = [self.last_stamp, other.last_stamp];
        self.last_stamp = both
            .into_iter()
            .flatten()
            .max_by_key(|moment| moment.instant_ms());
        self.advance();
    }
}

impl Ladder {
    /// What was measured adds up, day by day; the other's changes stand at their days.
    fn pour(&mut self, other: &Self) -> Result<(), LedgerError> {
        for point in &other.points {
            self.measure(point.date, point.amount)?;
        }
        self.changes.extend(other.changes.iter().cloned());
        self.changes.order_by_key(|change| change.date);
        Ok(())
    }
}
