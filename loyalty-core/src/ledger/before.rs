//! What a group may change, kept beside the account until the group is folded.
//!
//! An entry names what it changes: the lots, the purchase, the reward, the card, the ladder, the
//! counter. Those are copied, and of a list that grows its length. So a group that fails is undone at
//! the cost of the group, however long the account is.

use std::sync::Arc;

use crate::id::{CardId, HoldId, LadderId, LotId, PurchaseId, WalletId};
use crate::number::Points;
use crate::time::Date;

use super::account::{
    Account, Card, Hold, Instance, Ladder, PurchaseState, RewardState, Status, Wallet,
};
use super::entry::{Draw, Entry, MetricEntry};
use super::fold::GroupContext;
use super::fold_points::day_of_activation;
use super::group::Group;
use super::limit_key::LimitKey;
use super::lot::Lot;
use super::wallet::place;

/// What a group may change, as it stood before.
#[derive(Default)]
pub(super) struct Before {
    /// All of it, where another account is poured in.
    whole: Option<Box<Account>>,
    joined: Option<Date>,
    status: Status,
    purchase_count: u64,
    first_ready: usize,
    holds: Vec<Hold>,
    wallets: Vec<WalletBefore>,
    purchase_length: usize,
    purchases: Vec<(usize, Arc<PurchaseState>)>,
    redemption_length: usize,
    redemptions: Vec<(usize, Points)>,
    reward_length: usize,
    rewards: Vec<(usize, RewardState)>,
    cards: Vec<(CardId, Option<CardBefore>)>,
    ladders: Vec<(LadderId, Option<LadderBefore>)>,
    counters: Vec<(LimitKey, i64)>,
}

/// A wallet without its lots, how many there were, and those that are named.
type WalletBefore = (Wallet, usize, Vec<(usize, Lot)>);
/// A card without its instances, how many there were, and the one that is named.
type CardBefore = (Card, usize, Option<(usize, Instance)>);
/// A ladder without its lists, how many changes there were, and what was measured on a day.
type LadderBefore = (Ladder, usize, Date, i64);

impl Before {
    /// What a group may change in an account.
    pub(super) fn of(account: &Account, group: &Group) -> Self {
        if group
            .entries
            .iter()
            .any(|entry| matches!(entry, Entry::MergeIn(_)))
        {
            return Self {
                whole: Some(Box::new(account.clone())),
                ..Self::default()
            };
        }
        let wallets = account
            .wallets
            .iter()
            .map(|wallet| (head_of(wallet), wallet.lots.len(), Vec::new()));
        let mut before = Self {
            whole: None,
            joined: account.joined,
            status: account.status,
            purchase_count: account.purchase_count,
            first_ready: account.first_ready,
            holds: account.holds.clone(),
            wallets: wallets.collect(),
            purchase_length: account.purchases.len(),
            redemption_length: account.redemptions.len(),
            reward_length: account.rewards.len(),
            ..Self::default()
        };
        let context = GroupContext::of(group);
        for entry in &group.entries {
            before.keep(account, entry, &context);
        }
        before
    }

    /// Keeps what an entry names.
    fn keep(&mut self, account: &Account, entry: &Entry, context: &GroupContext<'_>) {
        let day = context.occurred.date();
        match entry {
            Entry::Purchase(entry) => self.keep_days(account, &entry.metrics, day),
            Entry::Return(entry) => {
                self.keep_purchase(account, &entry.purchase);
                self.keep_days(account, &entry.metrics, day);
                if let Some(sold) = account.purchase(&entry.purchase) {
                    self.keep_days(account, &entry.metrics, sold.at.date());
                    for later in &sold.activated {
                        self.keep_ladder(account, &later.ladder, later.date);
                    }
                }
            }
            Entry::Event(entry) => {
                if let Some(purchase) = &entry.purchase {
                    self.keep_purchase(account, purchase);
                }
                self.keep_days(account, &entry.metrics, day);
            }
            Entry::Activation(entry) => {
                self.keep_lot(account, &entry.wallet, entry.lot);
                let wallet = account.wallet(&entry.wallet);
                if let Some(lot) = wallet.and_then(|wallet| wallet.lot(entry.lot)) {
                    let day = day_of_activation(lot, context);
                    self.keep_days(account, &entry.metrics, day);
                    if let Some(purchase) = lot.purchase().filter(|_| !entry.metrics.is_empty()) {
                        self.keep_purchase(account, purchase);
                    }
                }
            }
            Entry::Redemption(entry) => self.keep_draws(account, &entry.wallet, &entry.draws),
            Entry::Restoration(entry) => {
                self.keep_draws(account, &entry.wallet, &entry.draws);
                if let Some(purchase) = &entry.purchase {
                    self.keep_purchase(account, purchase);
                }
                let place = entry.redemption.and_then(|n| usize::try_from(n).ok());
                if let Some(place) = place
                    && let Some(state) = account.redemptions.get(place)
                {
                    self.redemptions.push((place, state.restored));
                }
            }
            Entry::Reversal(entry) => {
                self.keep_draws(account, &entry.wallet, &entry.draws);
                self.keep_draws(account, &entry.wallet, &entry.lapsed);
                self.keep_purchase(account, &entry.purchase);
            }
            Entry::Expiry(entry) | Entry::DeficitFill(entry) => {
                self.keep_lot(account, &entry.wallet, entry.lot);
            }
            Entry::Adjustment(entry) => {
                self.keep_draws(account, &entry.wallet, &entry.draws);
                if let Some(into) = &entry.into {
                    self.keep_lot(account, &entry.wallet, into.lot);
                }
            }
            Entry::TierChange(entry) => self.keep_ladder(account, &entry.ladder, day),
            Entry::CardOpen(entry) => self.keep_card(account, &entry.card, entry.instance),
            Entry::Stamp(entry) => self.keep_card(account, &entry.card, entry.instance),
            Entry::CardComplete(entry) => self.keep_card(account, &entry.card, entry.instance),
            Entry::RewardUse(entry) => self.keep_reward(account, entry.issue),
            Entry::RewardVoid(entry) => self.keep_reward(account, entry.issue),
            Entry::Count(entry) => {
                let count = account.counter(&entry.limit);
                self.counters.push((entry.limit.clone(), count));
            }
            Entry::Hold(entry) => {
                for draw in &entry.draws {
                    self.keep_lot(account, &draw.wallet, draw.lot);
                }
                for issue in &entry.issues {
                    self.keep_reward(account, *issue);
                }
            }
            Entry::Capture(entry) | Entry::Release(entry) => self.keep_held(account, &entry.hold),
            Entry::TransferOut(entry) => self.keep_draws(account, &entry.wallet, &entry.draws),
            Entry::Reinstatement(entry) => self.keep_draws(account, &entry.wallet, &entry.of),
            // They change sums, which are kept of every wallet, and add to lists.
            Entry::Earning(_)
            | Entry::WriteOff(_)
            | Entry::RewardIssue(_)
            | Entry::TransferIn(_)
            | Entry::MergeIn(_) => {}
        }
    }

    fn keep_lot(&mut self, account: &Account, wallet: &WalletId, lot: LotId) {
        let kept = self
            .wallets
            .iter_mut()
            .find(|(head, ..)| head.id == *wallet);
        let found = account.wallet(wallet).and_then(|wallet| wallet.lot(lot));
        if let (Some((_, _, lots)), Some(found)) = (kept, found) {
            lots.push((place(lot), found.clone()));
        }
    }

    fn keep_draws(&mut self, account: &Account, wallet: &WalletId, draws: &[Draw]) {
        for draw in draws {
            self.keep_lot(account, wallet, draw.lot);
        }
    }

    fn keep_held(&mut self, account: &Account, hold: &HoldId) {
        let Some(hold) = account.hold(hold) else {
            return;
        };
        for draw in &hold.draws {
            self.keep_lot(account, &draw.wallet, draw.lot);
        }
        for issue in &hold.issues {
            self.keep_reward(account, *issue);
        }
    }

    fn keep_purchase(&mut self, account: &Account, id: &PurchaseId) {
        let named = |state: &Arc<PurchaseState>| state.entry.purchase.id == *id;
        if let Some(place) = account.purchases.iter().rposition(named)
            && let Some(state) = account.purchases.get(place)
        {
            self.purchases.push((place, Arc::clone(state)));
        }
    }

    fn keep_reward(&mut self, account: &Account, issue: u64) {
        if let Some(reward) = account.reward(issue) {
            let place = usize::try_from(issue).unwrap_or(usize::MAX);
            self.rewards.push((place, reward.state.clone()));
        }
    }

    fn keep_card(&mut self, account: &Account, id: &CardId, instance: u32) {
        let before = account.card(id).map(|card| {
            let place = usize::try_from(instance).unwrap_or(usize::MAX);
            let named = card.instances.get(place).cloned();
            let head = Card {
                id: card.id.clone(),
                instances: Vec::new(),
                ..*card
            };
            (
                head,
                card.instances.len(),
                named.map(|named| (place, named)),
            )
        });
        self.cards.push((id.clone(), before));
    }

    fn keep_days(&mut self, account: &Account, metrics: &[MetricEntry], day: Date) {
        for metric in metrics {
            self.keep_ladder(account, &metric.ladder, day);
        }
    }

    fn keep_ladder(&mut self, account: &Account, id: &LadderId, day: Date) {
        let before = account.ladder(id).map(|ladder| {
            let head = Ladder {
                id: ladder.id.clone(),
                tier: ladder.tier.clone(),
                floor: ladder.floor.clone(),
                points: Vec::new(),
                changes: Vec::new(),
                ..*ladder
            };
            (head, ladder.changes.len(), day, ladder.measured(day))
        });
        self.ladders.push((id.clone(), before));
    }

    /// Makes the account what it was.
    pub(super) fn put_back(self, account: &mut Account) {
        if let Some(whole) = self.whole {
            *account = *whole;
            return;
        }
        account.joined = self.joined;
        account.status = self.status;
        account.purchase_count = self.purchase_count;
        account.first_ready = self.first_ready;
        account.holds = self.holds;
        put_back_wallets(&mut account.wallets, self.wallets);
        account.purchases.truncate(self.purchase_length);
        for (place, state) in self.purchases {
            put(&mut account.purchases, place, state);
        }
        account.redemptions.truncate(self.redemption_length);
        for (place, restored) in self.redemptions {
            let state = account.redemptions.get_mut(place);
            state.into_iter().for_each(|s| s.restored = restored);
        }
        account.rewards.truncate(self.reward_length);
        for (place, state) in self.rewards {
            if let Some(reward) = account.rewards.get_mut(place) {
                reward.state = state;
            }
        }
        for (id, before) in self.cards {
            put_back_card(&mut account.cards, &id, before);
        }
        for (id, before) in self.ladders {
            put_back_ladder(&mut account.ladders, &id, before);
        }
        for (limit, count) in self.counters {
            account.set_counter(&limit, count);
        }
    }
}

/// A wallet without its lots.
fn head_of(wallet: &Wallet) -> Wallet {
    Wallet {
        id: wallet.id.clone(),
        lots: Vec::new(),
        ..*wallet
    }
}

fn put<T>(list: &mut [T], place: usize, value: T) {
    if let Some(at) = list.get_mut(place) {
        *at = value;
    }
}

fn put_back_wallets(wallets: &mut Vec<Wallet>, before: Vec<WalletBefore>) {
    wallets.retain(|wallet| before.iter().any(|(head, ..)| head.id == wallet.id));
    for (wallet, (head, length, named)) in wallets.iter_mut().zip(before) {
        let mut lots = std::mem::take(&mut wallet.lots);
        lots.truncate(length);
        for (place, lot) in named {
            put(&mut lots, place, lot);
        }
        *wallet = Wallet { lots, ..head };
    }
}

fn put_back_card(cards: &mut Vec<Card>, id: &CardId, before: Option<CardBefore>) {
    let Some((head, length, named)) = before else {
        cards.retain(|card| card.id != *id);
        return;
    };
    let Some(card) = cards.iter_mut().find(|card| card.id == *id) else {
        return;
    };
    let mut instances = std::mem::take(&mut card.instances);
    instances.truncate(length);
    if let Some((place, instance)) = named {
        put(&mut instances, place, instance);
    }
    *card = Card { instances, ..head };
}

fn put_back_ladder(ladders: &mut Vec<Ladder>, id: &LadderId, before: Option<LadderBefore>) {
    let Some((head, length, day, measured)) = before else {
        ladders.retain(|ladder| ladder.id != *id);
        return;
    };
    let Some(ladder) = ladders.iter_mut().find(|ladder| ladder.id == *id) else {
        return;
    };
    let points = std::mem::take(&mut ladder.points);
    let mut changes = std::mem::take(&mut ladder.changes);
    changes.truncate(length);
    *ladder = Ladder {
        points,
        changes,
        ..head
    };
    ladder.set_measured(day, measured);
}
