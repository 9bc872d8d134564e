//! Many groups folded at once: those of one account after the other, in lists with room for them.

use std::sync::Arc;

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
/// How many entries most groups have at most.
const FEW: usize = 6;
/// How many entries of a group make room at most: a log may lie about its lots.
const LARGE: usize = 256;
/// How many entries are looked at for the lengths of lists.
const SEEN: usize = 32;
/// How many groups of one account are folded together.
const RUN: usize = 128;
/// How many groups of a mixed log are put in order at once.
const PART: usize = 1 << 22;

/// How long the lists of an account may get by a run of groups: what their last entries say, within
/// what so many groups may hold.
pub(super) struct Lengths {
    entries: usize,
    pub(super) lots: usize,
    pub(super) redemptions: usize,
}

impl Lengths {
    /// What groups may add, the last first.
    pub(super) fn of(run: &[&Group]) -> Self {
        let groups = run.iter().copied();
        let ends = [run.first(), run.last()];
        let sizes = ends.into_iter().flatten().map(|group| group.entries.len());
        let largest = sizes.max().unwrap_or(0).min(LARGE);
        let entries = run.len().saturating_mul(largest);
        let (mut lots, mut redemptions) = (None, None);
        for entry in groups
            .rev()
            .flat_map(|group| group.entries.iter().rev())
            .take(SEEN)
        {
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
        let length = |last: Option<u64>| {
            let next = last.map_or(0, |last| last.saturating_add(1));
            usize::try_from(next).unwrap_or(usize::MAX)
        };
        Self {
            entries,
            lots: length(lots),
            redemptions: length(redemptions),
        }
    }

    /// Room for a list of so many that may become so long.
    pub(super) fn room(&self, len: usize, length: usize) -> usize {
        length.saturating_sub(len).min(self.entries)
    }
}

/// What is brought near while a run is folded: memory fetches what later groups need, and nothing
/// waits for it.
pub(super) struct Ahead<'a> {
    groups: &'a [&'a Group],
    next: usize,
    /// What entries without draws have instead.
    none: Arc<[Draw]>,
}

impl<'a> Ahead<'a> {
    /// Asks for the first groups.
    pub(super) fn new(groups: &'a [&'a Group]) -> Self {
        for group in groups.iter().take(HEADS) {
            near_head(group);
        }
        Self {
            groups,
            next: 0,
            none: Arc::default(),
        }
    }

    /// Asks for what the first groups hold. What can be done without them goes before.
    fn hold(&self) {
        for group in self.groups.iter().take(ENTRIES) {
            near_entries(group);
        }
        for group in self.groups.iter().take(SHARED) {
            self.near_shared(group);
        }
    }

    /// Brings later groups near before the next one is folded.
    #[inline]
    pub(super) fn step(&mut self) {
        let later = |distance: usize| self.groups.get(self.next.saturating_add(distance));
        if let Some(group) = later(HEADS) {
            near_head(group);
        }
        if let Some(group) = later(ENTRIES) {
            near_entries(group);
        }
        if let Some(group) = later(SHARED) {
            self.near_shared(group);
        }
        self.next = self.next.saturating_add(1);
    }

    /// What a group and its entries point to.
    #[inline]
    fn near_shared(&self, group: &Group) {
        for entry in &group.entries {
            // No branch on the kind: it would be guessed wrong too often.
            let draws = match entry {
                Entry::Redemption(entry) => &entry.draws,
                _ => &self.none,
            };
            near(draws.as_ptr());
        }
        near(group.content.place());
    }
}

/// Asks for a line of memory.
#[inline]
fn near<T>(place: *const T) {
    #[cfg(not(target_family = "wasm"))]
    branches::prefetch_read_data::<T, 0>(place);
    let _ = place;
}

#[inline]
fn near_head(group: &Group) {
    const LINES: usize = size_of::<Group>() / LINE;
    let start = std::ptr::from_ref(group).cast::<[u8; LINE]>();
    for line in 0..=LINES {
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
    for entry in group.entries.iter().skip(FEW) {
        near(std::ptr::from_ref(entry));
    }
}

/// Folds the groups of one account.
pub(super) fn push_run<'a>(
    replay: &mut Replay,
    groups: impl Iterator<Item = &'a Group>,
) -> Result<(), LedgerError> {
    let mut groups = groups.peekable();
    let mut run: Vec<&Group> = Vec::with_capacity(RUN.min(groups.size_hint().0));
    while groups.peek().is_some() {
        run.clear();
        run.extend(groups.by_ref().take(RUN));
        if let Some(last) = run.last() {
            near_head(last);
        }
        let mut ahead = Ahead::new(&run);
        replay.reserve_keys(run.len());
        if let Some(last) = run.last() {
            near_entries(last);
        }
        ahead.hold();
        let pushed = replay.push_all(&run, &mut ahead);
        pushed.map_err(|(_, problem)| problem)?;
    }
    Ok(())
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
    let mut ahead = Ahead::new(&groups);
    ahead.hold();
    let mut rest = groups.as_slice();
    for run in ordered.chunk_by(|a, b| a.account == b.account) {
        let (of_account, later) = rest.split_at(run.len());
        rest = later;
        let place = run.first().map_or(usize::MAX, |item| at(item.account));
        let Some(replay) = replays.get_mut(place) else {
            continue;
        };
        for (items, groups) in run.chunks(RUN).zip(of_account.chunks(RUN)) {
            let Err((place, problem)) = replay.push_all(groups, &mut ahead) else {
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
