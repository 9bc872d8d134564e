//! Many groups folded at once: those of one account after the other, in lists with room for them.

use std::hint::black_box;

use super::entry::{Draw, Entry};
use super::error::LedgerError;
use super::fold::Replay;
use super::group::{ActKind, Group};
use super::wallet::number;
use crate::number::Sort;

/// How many groups are read before they are folded.
const BATCH: usize = 32;
/// How many entries are looked at for the lengths of lists.
const SEEN: usize = 32;
/// How many of one account.
const RUN: usize = 128;
/// How many groups of a mixed log are put in order at once.
const PART: usize = 1 << 22;

/// How long the lists of an account may get by a run of groups: what their last entries say, and no
/// more than there are entries.
#[derive(Clone, Copy, Default)]
pub(super) struct Lengths {
    pub(super) keys: usize,
    entries: usize,
    pub(super) lots: usize,
    pub(super) redemptions: usize,
}

impl Lengths {
    /// What groups may add, the last first.
    pub(super) fn of<'a>(groups: impl DoubleEndedIterator<Item = &'a Group> + Clone) -> Self {
        let mut keys = 0_usize;
        let mut entries = 0_usize;
        for group in groups.clone() {
            keys = keys.saturating_add(1);
            entries = entries.saturating_add(group.entries.len());
        }
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
            keys,
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

/// Brings groups near with what they point to; `spent` is room for a list.
fn touch_all<'a>(groups: impl Iterator<Item = &'a Group> + Clone, spent: &mut Vec<&'a Entry>) {
    touch(groups.clone());
    touch_entries(groups.clone());
    touch_shared(groups, spent);
}

/// Brings groups near, without their entries: a word at least of every line of memory that they
/// may stand in.
fn touch<'a>(groups: impl Iterator<Item = &'a Group>) {
    let word = |group: &Group| {
        let [prev, ..] = group.prev.as_bytes();
        let room = number(group.entries.capacity());
        let act = u64::from(group.act == ActKind::Record);
        let fields = group.seq.wrapping_add(number(group.content.fields()));
        let bytes = u64::from(*prev).wrapping_add(act);
        room.wrapping_add(fields).wrapping_add(bytes)
    };
    black_box(groups.fold(0, |sum: u64, group| sum.wrapping_add(word(group))));
}

/// Brings the entries of groups near: no step waits for what the one before has read.
fn touch_entries<'a>(groups: impl Iterator<Item = &'a Group>) {
    let entries = groups.flat_map(|group| &group.entries);
    black_box(entries.fold(0_u64, |sum, entry| {
        sum.wrapping_add(u64::from(matches!(entry, Entry::Earning(_))))
    }));
}

/// Brings near what entries and their groups point to: in short loops, of which memory fetches many
/// steps at the same time.
fn touch_shared<'a>(groups: impl Iterator<Item = &'a Group> + Clone, spent: &mut Vec<&'a Entry>) {
    let mut sum = 0_u64;
    spent.clear();
    for entry in groups.clone().flat_map(|group| &group.entries) {
        // No branch on the kind: it would be guessed wrong too often.
        let kept = usize::from(matches!(entry, Entry::Redemption(_)));
        let kept = spent.len().saturating_add(kept);
        spent.push(entry);
        spent.truncate(kept);
    }
    for entry in spent {
        if let Entry::Redemption(entry) = entry {
            let milli = |draw: &Draw| draw.points.milli().unsigned_abs();
            sum = sum.wrapping_add(entry.draws.first().map_or(0, milli));
            sum = sum.wrapping_add(entry.draws.last().map_or(0, milli));
        }
    }
    let words = groups.map(|group| group.content.word());
    black_box(words.fold(sum, u64::wrapping_add));
}

/// Folds the groups of one account.
pub(super) fn push_run<'a>(
    replay: &mut Replay,
    groups: impl Iterator<Item = &'a Group>,
) -> Result<(), LedgerError> {
    let mut groups = groups.peekable();
    let mut run: Vec<&Group> = Vec::with_capacity(RUN.min(groups.size_hint().0));
    let mut spent = Vec::with_capacity(BATCH);
    while groups.peek().is_some() {
        run.clear();
        run.extend(groups.by_ref().take(RUN));
        touch_all(run.iter().copied(), &mut spent);
        let lengths = Lengths::of(run.iter().copied());
        let pushed = replay.push_all(run.iter().copied(), lengths);
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
    let mut rest = ordered.as_slice();
    let mut spent = Vec::with_capacity(BATCH);
    while !rest.is_empty() {
        let (batch, later) = rest.split_at(batch_length(rest));
        rest = later;
        touch_all(batch.iter().map(|item| item.group), &mut spent);
        for run in batch.chunk_by(|a, b| a.account == b.account) {
            if let Err((place, problem)) = push_items(replays, run)
                && first.as_ref().is_none_or(|(before, _)| place < *before)
            {
                first = Some((place, problem));
            }
        }
    }
    first
}

/// How many groups are read together: those of the account at the end are kept together.
fn batch_length(rest: &[Item<'_>]) -> usize {
    let Some(last) = rest.get(BATCH.saturating_sub(1)) else {
        return rest.len();
    };
    let more = rest.iter().take(RUN).skip(BATCH);
    let more = more.take_while(|item| item.account == last.account);
    BATCH.saturating_add(more.count())
}

/// Folds groups of one account; a problem with the place of its group in the log.
fn push_items(replays: &mut [Replay], run: &[Item<'_>]) -> Result<(), (u32, LedgerError)> {
    let place = run.first().map_or(usize::MAX, |item| at(item.account));
    let Some(replay) = replays.get_mut(place) else {
        return Ok(());
    };
    let groups = run.iter().map(|item| item.group);
    let pushed = replay.push_all(groups.clone(), Lengths::of(groups));
    pushed.map_err(|(of, problem)| (run.get(of).map_or(u32::MAX, |item| item.place), problem))
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
