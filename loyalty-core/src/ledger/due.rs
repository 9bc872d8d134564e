//! What time has brought: the entries that are due, in the order of their deadlines.

use crate::id::{CardId, LotId, WalletId};
use crate::number::Points;
use crate::time::{Deadline, Moment};

use super::account::{Account, Hold, RewardState, Wallet};
use super::entry::{
    ActivationEntry, CardCompleteEntry, Entry, HoldRef, LotPoints, Pending, RewardVoidEntry,
    VoidCause,
};
use super::error::LedgerError;
use super::fold::{GroupContext, NO_SCHEME};

/// The kinds of things that time brings, in the order in which they apply at one deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DueKind {
    /// A hold lapses.
    HoldLapse,
    /// A pending lot becomes usable.
    Activation,
    /// A ladder is reviewed. The ledger never brings it; its place in the order stands here.
    Review,
    /// An issued reward lapses.
    RewardExpiry,
    /// A card lapses unfilled.
    CardExpiry,
    /// Points lapse.
    PointsExpiry,
}

/// One thing that has a deadline.
#[derive(Clone, Copy)]
enum Subject<'a> {
    Hold(&'a Hold),
    Pending(&'a Wallet, LotId),
    Reward(u64),
    Card(&'a CardId, u32),
    Lot(&'a Wallet, LotId),
}

impl Subject<'_> {
    const fn kind(&self) -> DueKind {
        match self {
            Self::Hold(_) => DueKind::HoldLapse,
            Self::Pending(..) => DueKind::Activation,
            Self::Reward(_) => DueKind::RewardExpiry,
            Self::Card(..) => DueKind::CardExpiry,
            Self::Lot(..) => DueKind::PointsExpiry,
        }
    }
}

impl Account {
    /// The place on the civil scale of the next thing that time brings, tier reviews left out; see
    /// [`Deadline::order_ms`]. It is due at `now` when it is at most `now.civil_ms()`.
    ///
    /// Cost: the live lots, open cards, ready rewards and holds.
    #[must_use]
    pub fn next_due_ms(&self, offset_ms: i64) -> Option<i64> {
        let mut next: Option<i64> = None;
        self.each_deadline(offset_ms, |order_ms, _| {
            next = Some(next.map_or(order_ms, |next| next.min(order_ms)));
        });
        next
    }

    /// Whether time has brought anything that is not posted, tier reviews left out.
    #[must_use]
    pub fn has_due(&self, now: Moment) -> bool {
        self.next_due_ms(now.offset_ms())
            .is_some_and(|next| next <= now.civil_ms())
    }

    /// All entries that time has brought by `now`, in the order in which they apply.
    ///
    /// Tier reviews are not among them: the engine's `due` weaves them in with
    /// [`due_step`](Account::due_step).
    ///
    /// # Errors
    /// [`LedgerError`] when the account contradicts itself.
    pub fn due(&self, now: Moment) -> Result<Vec<Entry>, LedgerError> {
        let mut all = Vec::new();
        if !self.has_due(now) {
            return Ok(all);
        }
        let mut account = self.clone();
        while let Some((_, _, entries)) = account.due_step(now, None) {
            for entry in &entries {
                account.apply_entry(entry, &account.context_at(now))?;
            }
            all.extend(entries);
        }
        Ok(all)
    }

    /// The account at `now` with everything due folded in; its head stays.
    ///
    /// # Errors
    /// As [`due`](Account::due).
    pub fn with_due(&self, now: Moment) -> Result<Self, LedgerError> {
        let mut account = self.clone();
        while let Some((_, _, entries)) = account.due_step(now, None) {
            for entry in &entries {
                account.apply_entry(entry, &account.context_at(now))?;
            }
        }
        Ok(account)
    }

    /// The next single thing that time has brought by `now`: its place on the civil scale, its kind
    /// and its entries. With `until`, nothing that lies after that place.
    ///
    /// A caller folds the entries and asks again. What another act leaves behind it, such as points
    /// that come back after their deadline, is due at once, at its old place.
    #[must_use]
    pub fn due_step(&self, now: Moment, until: Option<i64>) -> Option<(i64, DueKind, Vec<Entry>)> {
        let offset_ms = now.offset_ms();
        let last = until.map_or(now.civil_ms(), |until| until.min(now.civil_ms()));
        let mut next: Option<(i64, Subject<'_>)> = None;
        self.each_deadline(offset_ms, |order_ms, subject| {
            let sooner = |(order, other): &(i64, Subject<'_>)| {
                (order_ms, subject.kind()) < (*order, other.kind())
            };
            if order_ms <= last && next.as_ref().is_none_or(sooner) {
                next = Some((order_ms, subject));
            }
        });
        let (order_ms, subject) = next?;
        Some((
            order_ms,
            subject.kind(),
            self.entries_of(subject, order_ms, offset_ms),
        ))
    }

    /// The context of entries that time brings at `now`.
    pub(crate) fn context_at(&self, now: Moment) -> GroupContext<'static> {
        let seq = self.head.seq.saturating_add(1);
        GroupContext {
            seq,
            at: now,
            occurred: now,
            scheme: NO_SCHEME,
        }
    }

    /// Visits everything that has a deadline, in a fixed order.
    fn each_deadline<'a>(&'a self, offset_ms: i64, mut visit: impl FnMut(i64, Subject<'a>)) {
        for hold in &self.holds {
            visit(hold_order(hold, offset_ms), Subject::Hold(hold));
        }
        for wallet in &self.wallets {
            for (id, lot) in wallet.live_lots() {
                match lot.pending() {
                    Some(Pending::Until(deadline)) => {
                        visit(deadline.order_ms(offset_ms), Subject::Pending(wallet, id));
                    }
                    None if lot.remaining > lot.held => {
                        if let Some(deadline) = wallet.deadline(lot) {
                            visit(deadline.order_ms(offset_ms), Subject::Lot(wallet, id));
                        }
                    }
                    _ => {}
                }
            }
        }
        for (issue, reward) in self.open_rewards() {
            if let (RewardState::Ready(_), Some(deadline)) = (&reward.state, reward.expiry) {
                visit(deadline.order_ms(offset_ms), Subject::Reward(issue));
            }
        }
        for card in &self.cards {
            for (instance, open) in card.open_instances() {
                if let Some(deadline) = open.expiry {
                    visit(
                        deadline.order_ms(offset_ms),
                        Subject::Card(&card.id, instance),
                    );
                }
            }
        }
    }

    fn entries_of(&self, subject: Subject<'_>, order_ms: i64, offset_ms: i64) -> Vec<Entry> {
        match subject {
            Subject::Hold(hold) => self.lapse(hold, order_ms, offset_ms),
            Subject::Pending(wallet, lot) => activate(wallet, lot),
            Subject::Reward(issue) => vec![void(issue)],
            Subject::Card(card, instance) => {
                let entry = CardCompleteEntry {
                    card: card.clone(),
                    instance,
                    lapsed: true,
                };
                vec![Entry::CardComplete(entry)]
            }
            Subject::Lot(wallet, lot) => {
                let free = wallet
                    .lot(lot)
                    .and_then(|lot| lot.remaining.checked_sub(lot.held));
                vec![expire(&wallet.id, lot, free.unwrap_or_default())]
            }
        }
    }

    /// A hold's end, and the end of what it kept past its own deadline.
    fn lapse(&self, hold: &Hold, order_ms: i64, offset_ms: i64) -> Vec<Entry> {
        let mut entries = vec![Entry::Release(HoldRef {
            hold: hold.id.clone(),
            lapsed: true,
        })];
        let past = |deadline: Option<Deadline>| {
            deadline.is_some_and(|deadline| deadline.order_ms(offset_ms) <= order_ms)
        };
        for issue in &hold.issues {
            if self
                .reward(*issue)
                .is_some_and(|reward| past(reward.expiry))
            {
                entries.push(void(*issue));
            }
        }
        let mut seen: Vec<(&WalletId, LotId)> = Vec::new();
        for draw in &hold.draws {
            let found = self
                .wallet(&draw.wallet)
                .and_then(|wallet| Some((wallet, wallet.lot(draw.lot)?)));
            let Some((wallet, lot)) = found else { continue };
            if seen.contains(&(&draw.wallet, draw.lot)) || !past(wallet.deadline(lot)) {
                continue;
            }
            seen.push((&draw.wallet, draw.lot));
            let others = kept_by_others(&self.holds, hold, &wallet.id, draw.lot);
            let free = lot.remaining.checked_sub(others).unwrap_or_default();
            if !free.is_zero() {
                entries.push(expire(&wallet.id, draw.lot, free));
            }
        }
        entries
    }
}

fn hold_order(hold: &Hold, offset_ms: i64) -> i64 {
    Deadline::Instant(hold.until.instant_ms()).order_ms(offset_ms)
}

/// What other holds keep of a lot.
fn kept_by_others(holds: &[Hold], but: &Hold, wallet: &WalletId, lot: LotId) -> Points {
    let others = holds
        .iter()
        .filter(|hold| hold.id != but.id)
        .flat_map(|hold| &hold.draws);
    let of_lot = others.filter(|draw| draw.lot == lot && draw.wallet == *wallet);
    of_lot.fold(Points::ZERO, |sum, draw| {
        sum.checked_add(draw.points).unwrap_or(sum)
    })
}

/// An activation, and what it fills of a deficit.
fn activate(wallet: &Wallet, lot: LotId) -> Vec<Entry> {
    let Some(of) = wallet.lot(lot) else {
        return Vec::new();
    };
    let mut entries = vec![Entry::Activation(Box::new(ActivationEntry {
        wallet: wallet.id.clone(),
        lot,
        expiry: of.expiry.get(),
        metrics: Vec::new(),
    }))];
    let points = of.remaining.min(wallet.deficit);
    if !points.is_zero() {
        entries.push(Entry::DeficitFill(LotPoints {
            wallet: wallet.id.clone(),
            lot,
            points,
        }));
    }
    entries
}

fn expire(wallet: &WalletId, lot: LotId, points: Points) -> Entry {
    Entry::Expiry(LotPoints {
        wallet: wallet.clone(),
        lot,
        points,
    })
}

fn void(issue: u64) -> Entry {
    Entry::RewardVoid(RewardVoidEntry {
        issue,
        cause: VoidCause::Expired,
    })
}
