//! Many groups folded at once: those of one account after the other, in lists with room for them.

use std::collections::VecDeque;
use std::iter;
use std::ops::Range;
use std::sync::Arc;

use super::account::Account;
use super::entry::{Draw, Entry};
use super::error::LedgerError;
use super::fold::Replay;
use super::group::Group;
use super::wallet::number;
use crate::number::Sort;

/// A line of memory.
const LINE: usize = 64;
/// How many groups ahead one is brought near, then its entries, then what these point to.
const HEADS: usize = 24;
const ENTRIES: usize = 12;
const SHARED: usize = 5;
/// How many bytes before what is shared its count stands.
const COUNT: usize = 16;
/// How many entries most groups have at most.
const FEW: usize = 6;
/// How many entries of a group make room at most.
const LARGE: usize = 256;
/// How many groups are looked at for how many entries one has.
const SIZES: usize = 8;
/// How many entries are looked at for the lengths of lists.
const SEEN: usize = 32;
/// How many groups of one account are folded together.
const RUN: usize = 128;
/// How many folded groups stay in a list at least before they leave it.
const TOGETHER: usize = 1024;
/// How many groups of a mixed log are put in order at once.
const PART: usize = 1 << 22;

/// How many lots and redemptions groups make: what later lists get their room by.
#[derive(Debug, Default)]
pub(super) struct Made {
    pub(super) groups: u64,
    pub(super) lots: u64,
    pub(super) redemptions: u64,
}

impl Made {
    /// What the groups of an account have made.
    pub(super) fn of(account: &Account) -> Self {
        let wallets = account.wallets.iter();
        Self {
            groups: account.head.seq,
            lots: wallets.map(|wallet| number(wallet.lots.len())).sum(),
            redemptions: number(account.redemptions.len()),
        }
    }

    /// What there will be after a run: what its last entries say. Lots and redemptions.
    fn after(run: &[&Group]) -> [u64; 2] {
        let (mut lots, mut redemptions) = (None, None);
        let groups = run.iter().rev();
        let entries = groups.flat_map(|group| group.entries.iter().rev());
        for entry in entries.take(SEEN) {
            match entry {
                Entry::Earning(entry) if lots.is_none() => lots = Some(entry.lot.get()),
                Entry::Redemption(entry) if redemptions.is_none() => {
                    redemptions = Some(entry.redemption);
                }
                _ => continue,
            }
            if lots.is_some() && redemptions.is_some() {
                break;
            }
        }
        [lots, redemptions].map(|last| last.map_or(0, |last| last.saturating_add(1)))
    }

    /// What so many groups would make, and an eighth more: accounts differ. Lots and redemptions.
    fn scaled(&self, groups: u64) -> [u64; 2] {
        [self.lots, self.redemptions].map(|made| {
            let made = made.saturating_mul(groups).checked_div(self.groups);
            made.map_or(0, |made| made.saturating_add(made / 8))
        })
    }

    /// Takes what a run made into a mean in which the last sixteen count most.
    fn learn(&mut self, before: &Self, after: &Self) {
        let into = |mean: &mut u64, before: u64, after: u64| {
            let kept = mean.saturating_sub(*mean / 16);
            *mean = kept.saturating_add(after.saturating_sub(before));
        };
        into(&mut self.groups, before.groups, after.groups);
        into(&mut self.lots, before.lots, after.lots);
        into(&mut self.redemptions, before.redemptions, after.redemptions);
    }
}

/// What is brought near while groups are folded: memory fetches what later ones need, and nothing
/// waits for it.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    /// What entries without draws have instead.
    none: Arc<[Draw]>,
    /// What runs of accounts before made, where it is learned from them.
    learned: Option<Made>,
}

impl Ahead {
    /// For many logs, whose accounts get room by what those before made.
    pub(super) fn learning() -> Self {
        Self {
            learned: Some(Made::default()),
            ..Self::default()
        }
    }

    /// Asks for the first groups and what they hold; between, what can be done without them: room for
    /// the keys of so many.
    fn start(&self, groups: &[&Group], replay: &mut Replay, count: usize) {
        near_first(groups);
        replay.reserve_keys(count.min(RUN));
        self.hold(groups);
    }

    /// Folds these groups of one account; the replay keeps a problem.
    fn push_runs(&mut self, replay: &mut Replay, groups: &[&Group], mut some: Range<usize>) {
        while !some.is_empty() {
            let end = some.start.saturating_add(RUN).min(some.end);
            if replay.push_all(groups, some.start..end, self).is_err() {
                break;
            }
            some.start = end;
        }
    }

    /// Room for the lots and redemptions that a run is likely to make beside what is there, within what so
    /// many groups may hold: a log may lie about its lots, and accounts differ. The last groups of a run are
    /// far; what others made is not.
    pub(super) fn room(&self, run: &[&Group], before: &Made) -> [usize; 2] {
        let sizes = run.iter().take(SIZES).map(|group| group.entries.len());
        let largest = sizes.max().unwrap_or(0).min(LARGE);
        let entries = run.len().saturating_mul(largest);
        let learned = self.learned.as_ref().filter(|learned| learned.groups > 0);
        let likely = match learned {
            Some(learned) => learned.scaled(number(run.len())),
            None => {
                let [lots, redemptions] = Made::after(run);
                [
                    lots.saturating_sub(before.lots),
                    redemptions.saturating_sub(before.redemptions),
                ]
            }
        };
        likely.map(|made| usize::try_from(made).map_or(entries, |made| made.min(entries)))
    }

    /// Takes note of what a run made.
    pub(super) fn learn(&mut self, before: &Made, after: &Made) {
        if let Some(learned) = &mut self.learned {
            learned.learn(before, after);
        }
    }

    /// Asks for what the first groups hold.
    fn hold(&self, groups: &[&Group]) {
        for group in groups.iter().take(ENTRIES) {
            near_entries(group);
        }
        for group in groups.iter().take(SHARED) {
            self.near_shared(group);
        }
    }

    /// Brings later groups near before the one at a place is folded.
    #[inline]
    pub(super) fn step(&self, groups: &[&Group], place: usize) {
        let later = |distance: usize| groups.get(place.saturating_add(distance));
        if let Some(group) = later(HEADS) {
            near_head(group);
        }
        if let Some(group) = later(ENTRIES) {
            near_entries(group);
        }
        if let Some(group) = later(SHARED) {
            self.near_shared(group);
        }
    }

    /// What a group and its entries point to: of the content the count alone, since the fold reads no
    /// more of it; of draws the count and the first two.
    #[inline]
    fn near_shared(&self, group: &Group) {
        for entry in &group.entries {
            // No branch on the kind: it would be guessed wrong too often.
            let draws = match entry {
                Entry::Redemption(entry) => &entry.draws,
                _ => &self.none,
            };
            let first = draws.as_ptr();
            near_count(first);
            near(first.wrapping_add(1));
        }
        near_count(group.content.place());
    }
}

/// Asks for a line of memory.
#[inline]
fn near<T>(place: *const T) {
    #[cfg(not(target_family = "wasm"))]
    branches::prefetch_read_data::<T, 0>(place);
    let _ = place;
}

/// Asks for the count of what is shared.
#[inline]
fn near_count<T>(shared: *const T) {
    near(shared.cast::<u8>().wrapping_sub(COUNT));
}

#[inline]
fn near_head(group: &Group) {
    const LINES: usize = size_of::<Group>().div_ceil(LINE);
    let start = std::ptr::from_ref(group).cast::<[u8; LINE]>();
    for line in 0..LINES {
        near(start.wrapping_add(line));
    }
    // It may end in one line more.
    near(std::ptr::from_ref(&group.act));
}

#[inline]
fn near_entries(group: &Group) {
    let start = group.entries.as_ptr();
    // Most groups are short: what may stand behind them is cheaper than a length guessed wrong.
    for line in 0..FEW {
        near(start.wrapping_add(line));
    }
    let end = start.wrapping_add(group.entries.len());
    near(end.cast::<u8>().wrapping_sub(1));
    for entry in group.entries.iter().skip(FEW) {
        near(std::ptr::from_ref(entry));
    }
}

/// Asks for the first groups.
fn near_first(groups: &[&Group]) {
    for group in groups.iter().take(HEADS) {
        near_head(group);
    }
}

/// Folds the logs of many accounts, one account after the other, as fast as memory allows: while one
/// is folded the first groups of the next are brought near.
///
/// An account is [`Account::new`] or a snapshot, and its log all that comes after. Each leads to what
/// [`Account::continue_replay`] leads to. The accounts come out in the order of the logs, each when it
/// is asked for; of the logs behind it those are taken that have the next few groups.
///
/// # Examples
///
/// ```
/// use loyalty_core::ledger::{Account, Group, replay_each};
///
/// # let stored: Vec<(&str, Vec<Group>)> = vec![("m1", Vec::new()), ("m2", Vec::new())];
/// let logs = stored.iter().map(|(member, groups)| Ok((Account::new(member.parse()?), groups)));
/// let logs: Vec<_> = logs.collect::<Result<_, loyalty_core::id::IdError>>()?;
/// for account in replay_each(logs) {
///     assert_eq!(account?.head.seq, 0);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn replay_each<'a, G>(
    logs: impl IntoIterator<Item = (Account, G)>,
) -> impl Iterator<Item = Result<Account, LedgerError>>
where
    G: IntoIterator<Item = &'a Group>,
{
    let mut logs = logs.into_iter();
    let mut together = Together {
        ahead: Ahead::learning(),
        ..Together::default()
    };
    iter::from_fn(move || {
        together.look_ahead(&mut logs);
        together.next()
    })
}

/// Folds the log of one account.
pub(super) fn replay_one<'a>(
    account: Account,
    groups: impl IntoIterator<Item = &'a Group>,
) -> Result<Account, LedgerError> {
    let groups: Vec<&Group> = groups.into_iter().collect();
    let mut replay = Replay::from(account);
    let mut ahead = Ahead::default();
    if let Some(last) = groups.last() {
        near_head(last);
    }
    ahead.start(&groups, &mut replay, groups.len());
    ahead.push_runs(&mut replay, &groups, 0..groups.len());
    replay.finish()
}

/// Logs that are folded one after the other.
#[derive(Debug, Default)]
struct Together<'a> {
    /// The next accounts, each with how many groups it has.
    accounts: VecDeque<(Account, usize)>,
    /// Their groups, behind those that are folded.
    groups: Vec<&'a Group>,
    folded: usize,
    /// Whether what follows was brought near while the groups before were folded.
    warm: bool,
    ahead: Ahead,
}

impl<'a> Together<'a> {
    /// Takes logs until there are groups enough behind those of the next account.
    fn look_ahead<G>(&mut self, logs: &mut impl Iterator<Item = (Account, G)>)
    where
        G: IntoIterator<Item = &'a Group>,
    {
        if self.folded >= TOGETHER {
            self.groups.drain(..self.folded);
            self.folded = 0;
        }
        loop {
            let next = self.accounts.front().map_or(0, |(_, count)| *count);
            let left = self.groups.len().saturating_sub(self.folded);
            if !self.accounts.is_empty() && left.saturating_sub(next) >= HEADS {
                break;
            }
            let Some((account, log)) = logs.next() else {
                break;
            };
            let before = self.groups.len();
            self.groups.extend(log);
            let count = self.groups.len().saturating_sub(before);
            self.accounts.push_back((account, count));
        }
    }

    /// Folds the log of the next account.
    fn next(&mut self) -> Option<Result<Account, LedgerError>> {
        let (account, count) = self.accounts.pop_front()?;
        let mut replay = Replay::from(account);
        let groups = self.folded..self.folded.saturating_add(count);
        self.folded = groups.end;
        if self.warm {
            replay.reserve_keys(count.min(RUN));
        } else {
            self.ahead.start(&self.groups, &mut replay, count);
            self.warm = true;
        }
        self.ahead.push_runs(&mut replay, &self.groups, groups);
        Some(replay.finish())
    }
}

/// A group of a mixed log.
#[derive(Clone, Copy)]
struct Item<'a> {
    /// The place of its account.
    account: u32,
    /// Its own place in the part of the log.
    place: u32,
    group: &'a Group,
}

/// Folds the groups of many accounts from one log; each comes with the place of its account among
/// the replays.
///
/// It leads to what [`Replay::push`] leads to with one group after the other, and takes less time:
/// the log is parted by account, some million groups at once. Where an account has a problem the
/// others are folded all the same.
///
/// # Errors
/// The first problem in the order of the log,
/// [`LedgerErrorKind::Number`](super::LedgerErrorKind::Number) where a place has no replay.
pub fn push_all<'a>(
    replays: &mut [Replay],
    log: impl IntoIterator<Item = (usize, &'a Group)>,
) -> Result<(), LedgerError> {
    let mut log = log.into_iter().peekable();
    let mut items = Vec::new();
    let mut first: Option<LedgerError> = None;
    while log.peek().is_some() {
        items.clear();
        let mut unknown = None;
        for (place, (account, group)) in (0..).zip(log.by_ref().take(PART)) {
            match u32::try_from(account) {
                Ok(known) if account < replays.len() => items.push(Item {
                    account: known,
                    place,
                    group,
                }),
                _ => {
                    let of = (place, number(account));
                    unknown = unknown.or(Some(of));
                }
            }
        }
        let unknown = unknown.map(|(place, account)| {
            let problem = LedgerError::number("account", account, replays.len());
            (place, problem)
        });
        let problem = push_part(replays, &items);
        let sooner = [unknown, problem].into_iter().flatten();
        let sooner = sooner.min_by_key(|(place, _)| *place);
        first = first.or(sooner.map(|(_, problem)| problem));
    }
    first.map_or(Ok(()), Err)
}

/// Folds a part of a mixed log; the first problem, with the place of its group.
fn push_part(replays: &mut [Replay], log: &[Item<'_>]) -> Option<(u32, LedgerError)> {
    let ordered = by_account(log, replays.len());
    let mut first: Option<(u32, LedgerError)> = None;
    let groups: Vec<&Group> = ordered.iter().map(|item| item.group).collect();
    let mut ahead = Ahead::default();
    near_first(&groups);
    ahead.hold(&groups);
    let mut from = 0_usize;
    for run in ordered.chunk_by(|a, b| a.account == b.account) {
        let mut next = from;
        from = from.saturating_add(run.len());
        let place = run.first().map_or(usize::MAX, |item| at(item.account));
        let Some(replay) = replays.get_mut(place) else {
            continue;
        };
        for items in run.chunks(RUN) {
            let start = next;
            next = start.saturating_add(items.len());
            let Err((place, problem)) = replay.push_all(&groups, start..next, &mut ahead) else {
                continue;
            };
            let place = items.get(place).map_or(u32::MAX, |item| item.place);
            if first.as_ref().is_none_or(|(before, _)| place < *before) {
                first = Some((place, problem));
            }
        }
    }
    first
}

/// A place as an index.
fn at(place: u32) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}

/// The groups in the order of their accounts, those of one account in the order of the log.
fn by_account<'a>(log: &[Item<'a>], accounts: usize) -> Vec<Item<'a>> {
    let mut ordered = log.to_vec();
    // A count for every account takes longer than to sort a few groups.
    if log.len() < accounts / 8 {
        ordered.order_by_key(|item| item.account);
        return ordered;
    }
    let mut next = vec![0_usize; accounts];
    for item in log {
        if let Some(count) = next.get_mut(at(item.account)) {
            *count = count.saturating_add(1);
        }
    }
    let mut before = 0_usize;
    for count in &mut next {
        let start = before;
        before = before.saturating_add(*count);
        *count = start;
    }
    for item in log {
        let Some(place) = next.get_mut(at(item.account)) else {
            continue;
        };
        if let Some(to) = ordered.get_mut(*place) {
            *to = *item;
        }
        *place = place.saturating_add(1);
    }
    ordered
}
