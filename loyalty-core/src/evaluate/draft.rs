//! A draft of a group: entries are posted on a copy of the account, one after the other, so that
//! each sees what the ones before it did. Nothing else knows of it until it is finished.

use serde::Serialize;

use crate::id::{ActorId, GroupKey, LotId, ReasonCode, WalletId};
use crate::ledger::{
    Account, ActKind, Content, CountEntry, Digest, Entry, Group, GroupContext, IssueCause,
    LedgerError, LimitKey, LotPoints, Peer, RewardIssueEntry, RewardUseEntry, Status,
};
use crate::number::Points;
use crate::scheme::LastDay;
use crate::scheme::compiled::{Gives, Reward, Scheme};
use crate::time::Moment;

use super::arith::index;
use super::error::ActError;
use super::expiry::{open_lot, validity_end};

/// Who did it and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Author {
    pub(crate) actor: Option<ActorId>,
    pub(crate) reason: Option<ReasonCode>,
}

/// The entries of an act in the making.
pub(crate) struct Draft<'s> {
    pub(crate) scheme: &'s Scheme,
    pub(crate) account: Account,
    pub(crate) entries: Vec<Entry>,
    /// Counts that belong to the pool account.
    pub(crate) pool: Vec<CountEntry>,
    context: GroupContext<'s>,
    occurred_at: Option<Moment>,
    fold: Fold,
}

/// How an entry changes the copy.
type Fold = fn(&mut Account, &Entry, &GroupContext<'_>) -> Result<(), LedgerError>;

/// What an act posted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Posted {
    /// The group to store.
    pub group: Group,
    /// The group to store on the pool account, in the same database transaction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pool: Option<Group>,
    /// The account after it.
    #[serde(skip)]
    pub account: Account,
}

/// The outcome of an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was done: store the group.
    Posted(Box<Posted>),
    /// It had been done before, with the same content: the answer is in the group of this number.
    Repeated(u64),
}

impl<'s> Draft<'s> {
    /// A draft at `at`, with everything that time has brought posted first.
    pub(crate) fn open(
        scheme: &'s Scheme,
        account: &Account,
        at: Moment,
        occurred_at: Option<Moment>,
    ) -> Result<Self, ActError> {
        Self::with(scheme, account, at, occurred_at, Account::apply_entry)
    }

    /// The same to be looked at: it takes only what time brings, so that a build that quotes needs nothing of the
    /// other kinds of entries.
    pub(crate) fn look(
        scheme: &'s Scheme,
        account: &Account,
        at: Moment,
        occurred_at: Option<Moment>,
    ) -> Result<Self, ActError> {
        Self::with(scheme, account, at, occurred_at, Account::apply_due_entry)
    }

    fn with(
        scheme: &'s Scheme,
        account: &Account,
        at: Moment,
        occurred_at: Option<Moment>,
        fold: Fold,
    ) -> Result<Self, ActError> {
        account.check_moment(at)?;
        let context = GroupContext {
            seq: account.head.seq.saturating_add(1),
            at,
            occurred: occurred_at.unwrap_or(at),
            scheme: &scheme.digest,
        };
        let mut account = account.clone();
        let last = account.at;
        if account.joined.is_none() {
            account.joined = Some(context.occurred.date());
        }
        let mut draft = Self {
            scheme,
            account,
            entries: Vec::new(),
            pool: Vec::new(),
            context,
            occurred_at,
            fold,
        };
        super::due::post_due(&mut draft, last)?;
        Ok(draft)
    }

    pub(crate) fn at(&self) -> Moment {
        self.context.at
    }

    pub(crate) fn occurred(&self) -> Moment {
        self.context.occurred
    }

    /// Posts an entry on the copy.
    pub(crate) fn push(&mut self, entry: Entry) -> Result<(), ActError> {
        (self.fold)(&mut self.account, &entry, &self.context)?;
        self.entries.push(entry);
        Ok(())
    }

    /// Posts an entry that stands before those posted since `place`. It depends on none of them, and what
    /// they depend on of it is on the copy already.
    pub(crate) fn push_at(&mut self, place: usize, entry: Entry) -> Result<(), ActError> {
        (self.fold)(&mut self.account, &entry, &self.context)?;
        self.entries.insert(place.min(self.entries.len()), entry);
        Ok(())
    }

    /// Refuses an account that does not take part.
    pub(crate) fn require_active(&self) -> Result<(), ActError> {
        match self.account.status {
            Status::Active => Ok(()),
            Status::Suspended => Err(ActError::refused(
                "account.suspended",
                "a suspended account",
                "an active one",
            )),
            Status::Closed => Err(ActError::refused(
                "account.closed",
                "a closed account",
                "an active one",
            )),
        }
    }

    /// The number of a wallet's next lot.
    pub(crate) fn next_lot(&self, wallet: &WalletId) -> LotId {
        let lots = self
            .account
            .wallet(wallet)
            .map_or(0, |wallet| wallet.lots.len());
        LotId::new(u64::try_from(lots).unwrap_or(u64::MAX))
    }

    pub(crate) fn next_redemption(&self) -> u64 {
        u64::try_from(self.account.redemptions.len()).unwrap_or(u64::MAX)
    }

    pub(crate) fn next_issue(&self) -> u64 {
        u64::try_from(self.account.rewards.len()).unwrap_or(u64::MAX)
    }

    /// Moves a counter; a shared one on the pool account.
    pub(crate) fn count(&mut self, limit: LimitKey, change: i64) -> Result<(), ActError> {
        if change == 0 {
            return Ok(());
        }
        let entry = CountEntry { limit, change };
        if entry.limit.is_shared() {
            self.pool.push(entry);
            return Ok(());
        }
        self.push(Entry::Count(entry))
    }

    /// Fills a deficit from a lot that is usable.
    pub(crate) fn fill_deficit(&mut self, wallet: &WalletId, lot: LotId) -> Result<(), ActError> {
        let Some(state) = self.account.wallet(wallet) else {
            return Ok(());
        };
        let deficit = state.deficit;
        let Some(of) = state.lot(lot) else {
            return Ok(());
        };
        if deficit.is_zero() || of.pending().is_some() {
            return Ok(());
        }
        let free = of.remaining.checked_sub(of.held).unwrap_or(Points::ZERO);
        let points = free.min(deficit);
        if points.is_zero() {
            return Ok(());
        }
        self.push(Entry::DeficitFill(LotPoints {
            wallet: wallet.clone(),
            lot,
            points,
        }))
    }

    /// Issues a reward; points are given at once. The number of the issue.
    pub(crate) fn issue(&mut self, place: u32, cause: IssueCause) -> Result<u64, ActError> {
        self.issue_from(place, cause, self.occurred())
    }

    /// The same, valid from a moment.
    pub(crate) fn issue_from(
        &mut self,
        place: u32,
        cause: IssueCause,
        since: Moment,
    ) -> Result<u64, ActError> {
        let scheme = self.scheme;
        let Some(reward) = scheme.rewards.get(index(place)) else {
            return Err(ActError::refused(
                "reward.unknown",
                place,
                "a reward of the scheme",
            ));
        };
        let expiry = match reward.valid_for {
            None => None,
            Some(span) => Some(validity_end(
                span,
                reward.round_up,
                LastDay::Inclusive,
                since,
            )?),
        };
        let issue = self.next_issue();
        self.push(Entry::RewardIssue(Box::new(RewardIssueEntry {
            issue,
            reward: reward.id.clone(),
            cause,
            expiry,
        })))?;
        self.grant_points(reward, issue, since)?;
        Ok(issue)
    }

    /// A reward of points is used as it is issued.
    fn grant_points(&mut self, reward: &Reward, issue: u64, since: Moment) -> Result<(), ActError> {
        let Gives::Points { wallet, points } = &reward.gives else {
            return Ok(());
        };
        let Some(wallet) = self.scheme.wallets.get(usize::from(*wallet)) else {
            return Ok(());
        };
        self.push(Entry::RewardUse(Box::new(RewardUseEntry {
            issue,
            purchase: None,
            value: None,
        })))?;
        let points = Points::from_milli(*points);
        let lot = open_lot(&wallet.terms, self.next_lot(&wallet.id), points, since)?;
        let number = lot.lot;
        let earning = crate::ledger::EarningEntry::new(wallet.id.clone(), lot, None, Vec::new());
        self.push(Entry::Earning(earning))?;
        self.fill_deficit(&wallet.id, number)
    }

    /// Makes the group.
    pub(crate) fn finish(
        self,
        act: ActKind,
        key: GroupKey,
        content: Content,
        author: Author,
        peers: Vec<Peer>,
        pool: Option<&Account>,
    ) -> Result<Posted, ActError> {
        let pool = self.pool_group(act, &key, pool)?;
        let Self {
            mut account,
            entries,
            context,
            occurred_at,
            ..
        } = self;
        let mut group = Group {
            seq: context.seq,
            act,
            key,
            at: context.at,
            occurred_at: occurred_at.map(Box::new),
            scheme: Some(Box::new(Digest::from_bytes(*context.scheme))),
            actor: author.actor.map(Box::new),
            reason: author.reason.map(Box::new),
            content,
            peers: peers.into(),
            entries,
            prev: account.head.hash,
            hash: Digest::ZERO,
        };
        group.hash = group.compute_hash()?;
        account.settle(&group);
        Ok(Posted {
            group,
            pool,
            account,
        })
    }

    /// The group of the pool account, where the act moves a shared counter.
    fn pool_group(
        &self,
        act: ActKind,
        key: &GroupKey,
        pool: Option<&Account>,
    ) -> Result<Option<Group>, ActError> {
        if self.pool.is_empty() {
            return Ok(None);
        }
        let missing = || {
            ActError::refused(
                "pool.missing",
                "no pool account",
                "the pool account of the scheme",
            )
        };
        let pool = pool.ok_or_else(missing)?;
        pool.check_moment(self.context.at)?;
        let name = pool_key(&self.account, act, key)?;
        let content = Content::of(&self.pool)?;
        let mut group = Group {
            seq: pool.head.seq.saturating_add(1),
            act: ActKind::Count,
            key: name,
            at: self.context.at,
            occurred_at: None,
            scheme: Some(Box::new(Digest::from_bytes(*self.context.scheme))),
            actor: None,
            reason: None,
            content,
            peers: Box::new([Peer {
                member: self.account.member.clone(),
                head: self.account.head,
            }]),
            entries: self.pool.iter().cloned().map(Entry::Count).collect(),
            prev: pool.head.hash,
            hash: Digest::ZERO,
        };
        group.hash = group.compute_hash()?;
        Ok(Some(group))
    }
}

/// The name of a pool's group: a print of the member's act, as names are short.
fn pool_key(account: &Account, act: ActKind, key: &GroupKey) -> Result<GroupKey, ActError> {
    let text = format!("{}/{}/{}", account.member, act.name(), key);
    let print = Digest::of(text.as_bytes()).to_string();
    GroupKey::try_new(print).map_err(|_| ActError::refused("act.key", text, "a shorter key"))
}
