//! The fold: an account and a group make the next account.

use std::ops::Range;

use crate::id::MemberId;
use crate::time::Moment;

use super::account::{Account, KeyRecord, Status};
use super::arith::push_made;
use super::before::Before;
use super::entry::Entry;
use super::error::{LedgerError, LedgerErrorKind};
use super::group::{Digest, Group, Head};
use super::key::{KeyIndex, print};
use super::many::{Ahead, Made, replay_one};

/// The digest where no scheme decided.
pub(super) const NO_SCHEME: &[u8; 32] = Digest::ZERO.as_bytes();

/// What every entry of a group shares.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GroupContext<'a> {
    /// The group's number.
    pub(crate) seq: u64,
    /// When it is posted.
    pub(crate) at: Moment,
    /// When it took place.
    pub(crate) occurred: Moment,
    /// The digest of the scheme that decided it; zeros where none did.
    pub(crate) scheme: &'a [u8; 32],
}

impl<'a> GroupContext<'a> {
    /// The context of a group.
    pub(super) fn of(group: &'a Group) -> Self {
        Self {
            seq: group.seq,
            at: group.at,
            occurred: group.occurred_at.as_deref().copied().unwrap_or(group.at),
            scheme: group.scheme.as_deref().map_or(NO_SCHEME, Digest::as_bytes),
        }
    }
}

impl Account {
    /// The account of a member before anything happened.
    #[must_use]
    pub fn new(member: MemberId) -> Self {
        Self {
            member,
            head: Head::default(),
            at: None,
            status: Status::default(),
            joined: None,
            purchase_count: 0,
            wallets: Vec::new(),
            purchases: Vec::new(),
            redemptions: Vec::new(),
            cards: Vec::new(),
            rewards: Vec::new(),
            first_ready: 0,
            ladders: Vec::new(),
            counters: Vec::new(),
            holds: Vec::new(),
            keys: Vec::new(),
            index: KeyIndex::default(),
        }
    }

    /// Folds one group: the only transition of an account.
    ///
    /// The group's hash is taken as given; [`verify`](super::verify) recomputes it.
    ///
    /// # Errors
    /// The first problem of [`LedgerError`]'s precedence. The account is then exactly as before: what
    /// the entries name is kept beside it until all of them are folded. The cost is that of the group,
    /// not that of the account.
    pub fn apply(&mut self, group: &Group) -> Result<(), LedgerError> {
        self.check_head(group)?;
        self.index.follow(&self.keys);
        if let Some(record) = self.posted(group.act, &group.key) {
            return Err(LedgerErrorKind::Repeated {
                act: group.act,
                key: group.key.clone(),
                seq: record.seq,
            }
            .into());
        }
        let before = Before::of(self, group);
        let folded = self.fold_next(group);
        match &folded {
            Ok(()) => {
                self.mark_first_live();
                self.index.follow(&self.keys);
            }
            Err(_) => before.put_back(self),
        }
        folded
    }

    /// Folds a whole log, from nothing.
    ///
    /// # Errors
    /// As [`apply`](Account::apply); a key that was posted twice is found at the end.
    pub fn replay<'a>(
        member: MemberId,
        groups: impl IntoIterator<Item = &'a Group>,
    ) -> Result<Self, LedgerError> {
        Self::new(member).continue_replay(groups)
    }

    /// Folds the rest of a log over a snapshot, in place. [`Replay`] takes groups one by one,
    /// [`replay_each`](super::replay_each) the logs of many accounts.
    ///
    /// # Errors
    /// As [`replay`](Account::replay).
    pub fn continue_replay<'a>(
        self,
        groups: impl IntoIterator<Item = &'a Group>,
    ) -> Result<Self, LedgerError> {
        replay_one(self, groups)
    }

    /// Folds a group that must be the next one. After an error the account may be half-way.
    #[inline(never)]
    fn fold_next(&mut self, group: &Group) -> Result<(), LedgerError> {
        self.check_head(group)?;
        let context = GroupContext::of(group);
        if self.joined.is_none() {
            self.joined = Some(context.occurred.date());
        }
        self.fold_all(&group.entries, &context)?;
        self.end(group);
        Ok(())
    }

    /// Makes a group whose entries are folded the last one.
    pub(crate) fn settle(&mut self, group: &Group) {
        self.end(group);
        self.index.follow(&self.keys);
    }

    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    fn end(&mut self, group: &Group) {
        push_made(&mut self.keys, || KeyRecord {
            print: print(group.act, &group.key),
            act: group.act,
            key: group.key.clone(),
            seq: group.seq,
            content: group.content.clone(),
        });
        self.at = Some(group.at);
        self.head = Head {
            seq: group.seq,
            hash: group.hash,
        };
    }

    /// Refuses a group that is not the next one.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    fn check_head(&self, group: &Group) -> Result<(), LedgerError> {
        let next = self.head.seq.saturating_add(1);
        if group.seq != next {
            return Err(LedgerErrorKind::Sequence {
                found: group.seq,
                allowed: next,
            }
            .into());
        }
        if group.prev != self.head.hash {
            return Err(LedgerErrorKind::Chain {
                seq: group.seq,
                found: group.prev,
                allowed: self.head.hash,
            }
            .into());
        }
        self.check_moment(group.at)?;
        match group.occurred_at.as_deref().copied() {
            Some(occurred) if occurred.instant_ms() > group.at.instant_ms() => {
                Err(LedgerErrorKind::OutOfOrder {
                    found: group.at,
                    allowed: occurred,
                }
                .into())
            }
            _ => Ok(()),
        }
    }

    /// Refuses a moment that goes back.
    ///
    /// # Errors
    /// [`LedgerErrorKind::OutOfOrder`] when the instant is before that of the last group,
    /// [`LedgerErrorKind::CivilBackwards`] when the civil date is.
    pub fn check_moment(&self, at: Moment) -> Result<(), LedgerError> {
        let Some(last) = self.at else { return Ok(()) };
        if at.instant_ms() < last.instant_ms() {
            return Err(LedgerErrorKind::OutOfOrder {
                found: at,
                allowed: last,
            }
            .into());
        }
        if at.date() < last.date() {
            return Err(LedgerErrorKind::CivilBackwards {
                found: at,
                allowed: last,
            }
            .into());
        }
        Ok(())
    }

    /// Folds one entry in place. After an error the account may be half-way.
    ///
    /// The engine uses it on a copy, to see what an entry leads to before the group is whole.
    #[inline(never)]
    pub(crate) fn apply_entry(
        &mut self,
        entry: &Entry,
        context: &GroupContext<'_>,
    ) -> Result<(), LedgerError> {
        self.fold_all(std::slice::from_ref(entry), context)?;
        self.mark_first_live();
        Ok(())
    }

    /// Folds entries in place: the one loop into which the kinds that a log is full of are built.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    fn fold_all(
        &mut self,
        entries: &[Entry],
        context: &GroupContext<'_>,
    ) -> Result<(), LedgerError> {
        for entry in entries {
            match entry {
                Entry::Earning(entry) => self.earning(entry, context)?,
                Entry::Redemption(entry) => self.redemption(entry, context)?,
                Entry::Expiry(entry) => self.expiry(entry, context)?,
                other => self.apply_other(other, context)?,
            }
        }
        Ok(())
    }

    /// The kinds that a log has less of, out of the way of the others.
    #[inline(never)]
    fn apply_other(
        &mut self,
        entry: &Entry,
        context: &GroupContext<'_>,
    ) -> Result<(), LedgerError> {
        match entry {
            Entry::Purchase(entry) => self.purchase_entry(entry, context),
            Entry::Return(entry) => self.return_entry(entry),
            Entry::Event(entry) => self.event(entry, context),
            Entry::Restoration(entry) => self.restoration(entry, context),
            Entry::Reversal(entry) => self.reversal(entry),
            Entry::Adjustment(entry) => self.adjustment(entry, context),
            Entry::WriteOff(entry) => self.write_off(entry),
            Entry::CardOpen(entry) => self.card_open(entry, context),
            Entry::Stamp(entry) => self.stamp(entry, context),
            Entry::Count(entry) => self.count(entry),
            Entry::Hold(entry) => self.hold_entry(entry, context),
            Entry::Capture(entry) => self.end_hold(entry),
            Entry::TransferOut(entry) => self.transfer_out(entry),
            Entry::TransferIn(entry) => self.transfer_in(entry, context),
            Entry::MergeIn(entry) => self.merge_in(entry, context),
            Entry::Reinstatement(entry) => self.reinstatement(entry, context),
            other => self.apply_due_entry(other, context),
        }
    }

    /// The kinds that time brings, and what follows from them.
    #[inline(never)]
    pub(crate) fn apply_due_entry(
        &mut self,
        entry: &Entry,
        context: &GroupContext<'_>,
    ) -> Result<(), LedgerError> {
        let folded = match entry {
            Entry::Earning(entry) => self.earning(entry, context),
            Entry::Expiry(entry) => self.expiry(entry, context),
            Entry::Activation(entry) => self.activation(entry, context),
            Entry::DeficitFill(entry) => self.deficit_fill(entry, context),
            Entry::TierChange(entry) => self.tier_change(entry, context),
            Entry::CardComplete(entry) => self.card_complete(entry),
            Entry::RewardIssue(entry) => self.reward_issue(entry, context),
            Entry::RewardUse(entry) => self.reward_use(entry),
            Entry::RewardVoid(entry) => self.reward_void(entry),
            Entry::Release(entry) => self.end_hold(entry),
            _ => Err(LedgerErrorKind::State {
                what: "an entry",
                found: "of an act".into(),
                allowed: "one that time brings".into(),
            }
            .into()),
        };
        self.mark_first_live();
        folded
    }
}

/// A fold of many groups in place, as fast as memory allows.
///
/// Where [`Account::apply`] keeps the account whole after a problem, a replay gives it up: the
/// account comes out only when every group was well.
///
/// # Examples
///
/// ```
/// use loyalty_core::ledger::{Account, Replay};
///
/// let replay = Replay::from(Account::new("m1".parse()?));
/// assert_eq!(replay.finish()?.head.seq, 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Replay {
    account: Account,
    broken: Option<LedgerError>,
}

impl From<Account> for Replay {
    fn from(account: Account) -> Self {
        Self {
            account,
            broken: None,
        }
    }
}

impl Replay {
    /// Folds the next group.
    ///
    /// # Errors
    /// As [`Account::apply`], but for keys that were posted twice; every later call repeats it.
    #[inline]
    pub fn push(&mut self, group: &Group) -> Result<(), LedgerError> {
        self.push_next(group)?;
        self.account.mark_first_live();
        Ok(())
    }

    /// The same; what follows moves the marks of first live lots.
    #[inline]
    fn push_next(&mut self, group: &Group) -> Result<(), LedgerError> {
        if let Some(problem) = &self.broken {
            return Err(problem.clone());
        }
        match self.account.fold_next(group) {
            Ok(()) => Ok(()),
            Err(problem) => Err(self.broken_by(problem)),
        }
    }

    #[cold]
    fn broken_by(&mut self, problem: LedgerError) -> LedgerError {
        self.broken = Some(problem.clone());
        problem
    }

    /// Makes room for the keys of so many groups.
    #[inline]
    pub(super) fn reserve_keys(&mut self, groups: usize) {
        let Account { keys, index, .. } = &mut self.account;
        keys.reserve(groups);
        index.reserve(keys, groups);
    }

    /// Folds some of these groups, while what follows them is brought near; a problem with the place
    /// of its group among them.
    pub(super) fn push_all(
        &mut self,
        groups: &[&Group],
        some: Range<usize>,
        ahead: &mut Ahead,
    ) -> Result<(), (usize, LedgerError)> {
        let run = groups.get(some.clone()).unwrap_or_default();
        self.reserve_keys(run.len());
        let before = Made::of(&self.account);
        let [lots, redemptions] = ahead.room(run, &before);
        self.account.redemptions.reserve(redemptions);
        // Before its first group an account has no wallet; an earning would open one.
        if self.account.wallets.is_empty()
            && let Some(Entry::Earning(entry)) = run.first().and_then(|first| first.entries.first())
        {
            self.account.open_wallet(&entry.wallet);
        }
        let mut first = true;
        for (place, group) in run.iter().enumerate() {
            ahead.step(groups, some.start.saturating_add(place));
            if first && let [wallet] = self.account.wallets.as_mut_slice() {
                wallet.lots.reserve(lots);
                first = false;
            }
            self.push_next(group).map_err(|problem| (place, problem))?;
        }
        self.account.mark_first_live();
        ahead.learn(&before, &Made::of(&self.account));
        // While they are near; one that stands twice is a problem at the end.
        self.account.index.take_in_new(&self.account.keys);
        Ok(())
    }

    /// The account.
    ///
    /// # Errors
    /// The problem that a group had, or [`LedgerErrorKind::Repeated`] when a key was posted twice.
    pub fn finish(self) -> Result<Account, LedgerError> {
        match self.broken {
            Some(problem) => Err(problem),
            None => {
                let mut account = self.account;
                account.index_keys()?;
                Ok(account)
            }
        }
    }
}
