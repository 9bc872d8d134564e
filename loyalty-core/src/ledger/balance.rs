//! What a wallet holds at a moment, with everything that time has brought counted as done.

use serde::Serialize;

use crate::id::{LotId, WalletId};
use crate::number::Points;
use crate::time::{Deadline, Moment};

use super::account::{Account, Hold, Wallet};
use super::entry::Pending;
use super::lot::Lot;
use super::wallet::usable;
use crate::number::Sort;
use crate::tree::Readable;

/// What a wallet holds at a moment. `held` is a part of `active`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Readable)]
#[serde(deny_unknown_fields)]
pub struct Balance {
    /// Earned, not usable yet.
    pub pending: Points,
    /// Usable in time, held ones with them.
    pub active: Points,
    /// Put aside by holds.
    pub held: Points,
    /// Owed by the member.
    pub owed: Points,
    /// What can be spent: active less held less owed, never below 0.
    pub available: Points,
    /// Active less owed: what the books say; it may be negative.
    pub balance: Points,
    /// Spent so far, less what came back.
    pub spent: Points,
    /// Lapsed so far, those that were given back with them.
    pub expired: Points,
}

/// A lot at a moment.
struct LotView<'a> {
    id: LotId,
    lot: &'a Lot,
    usable: bool,
    /// What is left of it.
    left: Points,
    /// What of that is held.
    held: Points,
    /// What has lapsed and is not posted.
    lapsed: Points,
    deadline: Option<Deadline>,
}

impl Account {
    /// What a wallet holds at `now`, at or after the account's last group.
    ///
    /// What is due by time counts as done: pending lots are active from their deadline on and fill a
    /// deficit, lots past theirs are gone but for what a hold keeps, holds that have lapsed keep
    /// nothing. Posting the due entries changes no balance.
    ///
    /// # Examples
    ///
    /// ```
    /// use loyalty_core::ledger::{Account, Balance};
    ///
    /// let account = Account::new("m1".parse()?);
    /// let now = "2026-11-21T12:00:00Z".parse()?;
    /// assert_eq!(account.balance(&"points".parse()?, now), Balance::default());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn balance(&self, wallet: &WalletId, now: Moment) -> Balance {
        self.wallet(wallet)
            .map_or_else(Balance::default, |wallet| wallet.balance(&self.holds, now))
    }

    /// What every wallet holds at `now`, by name.
    pub fn balances(&self, now: Moment) -> impl Iterator<Item = (&WalletId, Balance)> {
        self.wallets
            .iter()
            .map(move |wallet| (&wallet.id, wallet.balance(&self.holds, now)))
    }

    /// What will lapse and when, soonest first, each deadline once.
    ///
    /// Pending and held points whose deadline is known stand in it, points without a deadline do
    /// not. What the member owes is not taken off.
    #[must_use]
    pub fn schedule(&self, wallet: &WalletId, now: Moment) -> Vec<(Deadline, Points)> {
        let Some(wallet) = self.wallet(wallet) else {
            return Vec::new();
        };
        let mut dated: Vec<(Deadline, Points)> = Vec::new();
        for view in wallet.views(&self.holds, now).0 {
            if let Some(deadline) = view.deadline.filter(|deadline| !deadline.reached(now))
                && !view.left.is_zero()
            {
                dated.push((deadline, view.left));
            }
        }
        dated.order_by_key(|(deadline, _)| {
            (
                deadline.order_ms(now.offset_ms()),
                matches!(deadline, Deadline::Instant(_)),
            )
        });
        dated.dedup_by(|later, first| {
            let same = later.0 == first.0;
            if same {
                first.1 = plus(first.1, later.1);
            }
            same
        });
        dated
    }

    /// The lots of a wallet that can be drawn on at `now`, with what each has free: usable, not
    /// lapsed, less what holds keep. Oldest first.
    #[must_use]
    pub fn spendable_lots(&self, wallet: &WalletId, now: Moment) -> Vec<(LotId, &Lot, Points)> {
        let Some(wallet) = self.wallet(wallet) else {
            return Vec::new();
        };
        let views = wallet
            .views(&self.holds, now)
            .0
            .into_iter()
            .filter(|view| view.usable);
        let free = views.map(|view| (view.id, view.lot, minus(view.left, view.held)));
        free.filter(|(_, _, free)| !free.is_zero()).collect()
    }
}

impl Wallet {
    fn balance(&self, holds: &[Hold], now: Moment) -> Balance {
        let mut balance = Balance {
            spent: minus(self.totals.redeemed, self.totals.unspent),
            expired: self.totals.expired,
            ..Balance::default()
        };
        let mut count = |view: &LotView<'_>| {
            let part = if view.usable {
                &mut balance.active
            } else {
                &mut balance.pending
            };
            *part = plus(*part, view.left);
            balance.held = plus(balance.held, view.held);
            balance.expired = plus(balance.expired, view.lapsed);
        };
        let owed = if self.deficit.is_zero() {
            self.each_view(holds, now, |mut view| {
                view.lapse(now);
                count(&view);
            });
            Points::ZERO
        } else {
            let (views, owed) = self.views(holds, now);
            views.iter().for_each(count);
            owed
        };
        balance.owed = owed;
        balance.balance = minus(balance.active, owed);
        balance.available = minus(balance.balance, balance.held).max(Points::ZERO);
        balance
    }

    /// The live lots at a moment, and what is then owed.
    fn views(&self, holds: &[Hold], now: Moment) -> (Vec<LotView<'_>>, Points) {
        let mut views = Vec::with_capacity(self.lots.len().saturating_sub(self.first_live));
        self.each_view(holds, now, |view| views.push(view));
        let owed = fill(&mut views, self.deficit, now);
        views.iter_mut().for_each(|view| view.lapse(now));
        (views, owed)
    }

    /// Visits the live lots at a moment, before any fills what is owed and before any lapses.
    fn each_view<'a>(&'a self, holds: &[Hold], now: Moment, mut visit: impl FnMut(LotView<'a>)) {
        let ended = |hold: &&Hold| hold.until.instant_ms() <= now.instant_ms();
        let any_ended = holds.iter().any(|hold| ended(&hold));
        for (id, lot) in self.live_lots() {
            let mut held = lot.held;
            if any_ended && !held.is_zero() {
                let draws = holds.iter().filter(ended).flat_map(|hold| &hold.draws);
                let of_lot = draws.filter(|draw| draw.lot == id && draw.wallet == self.id);
                held = of_lot.fold(held, |held, draw| minus(held, draw.points));
            }
            visit(LotView {
                id,
                lot,
                usable: usable(lot, now),
                left: lot.remaining,
                held,
                lapsed: Points::ZERO,
                deadline: self.deadline(lot),
            });
        }
    }
}

impl LotView<'_> {
    /// What is usable and past its deadline is gone, but for what a hold keeps.
    fn lapse(&mut self, now: Moment) {
        if self.usable && self.deadline.is_some_and(|deadline| deadline.reached(now)) {
            self.lapsed = minus(self.left, self.held);
            self.left = self.held;
        }
    }
}

/// Lots that time has made usable fill what is owed, in the order of their deadlines; what is still
/// owed.
fn fill(views: &mut [LotView<'_>], deficit: Points, now: Moment) -> Points {
    if deficit.is_zero() {
        return deficit;
    }
    let offset_ms = now.offset_ms();
    let activated = |view: &&mut LotView<'_>| view.usable && view.lot.pending().is_some();
    let mut in_order: Vec<&mut LotView<'_>> = views.iter_mut().filter(activated).collect();
    in_order.order_by_key(|view| match view.lot.pending() {
        Some(Pending::Until(deadline)) => deadline.order_ms(offset_ms),
        _ => i64::MIN,
    });
    let mut owed = deficit;
    for view in in_order {
        let part = view.left.min(owed);
        view.left = minus(view.left, part);
        owed = minus(owed, part);
    }
    owed
}

/// A sum that cannot leave the range of an i64: each total is at most 2^53.
fn plus(a: Points, b: Points) -> Points {
    Points::from_milli(a.milli().saturating_add(b.milli()))
}

/// A difference, for the same reason.
fn minus(a: Points, b: Points) -> Points {
    Points::from_milli(a.milli().saturating_sub(b.milli()))
}
