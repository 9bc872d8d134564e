//! A generated ledger: 1,000,000 earn and spend events of 10,000 accounts over four years, first-in
//! first-out lots that lapse after 365 days. The same events go through the function by hand.

use std::collections::{BTreeMap, VecDeque};
use std::hint::black_box;

use loyalty_core::id::{GroupKey, LotId, MemberId, WalletId};
use loyalty_core::ledger::{
    Account, ActKind, Content, Digest, Draw, EarningEntry, Entry, Group, LedgerError, LotOpen,
    LotPoints, RedemptionEntry, RedemptionTerms, Replay, push_all, replay_each, seal, verify,
};
use loyalty_core::number::Points;
use loyalty_core::time::{Date, Deadline, Moment};

use crate::timing::Effort;
use crate::twelve::Failure;
use crate::{header, row, same};

/// The first day of the log, counted from 1970-01-01.
const FIRST_DAY: i32 = 18_000;

/// An event of the log: what the function by hand reads.
#[derive(Debug, Clone, Copy)]
struct Event {
    account: u32,
    earns: bool,
    day: i32,
    points: i64,
}

/// The state by hand: lots as (day, points), and sums.
#[derive(Debug, Clone, Default)]
struct HandAccount {
    lots: VecDeque<(i32, i64)>,
    balance: i64,
    expired: i64,
}

fn events(count: usize, accounts: usize) -> Vec<Event> {
    let mut x = 88_172_645_463_325_252_u64;
    let event = |place: usize| {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        let earns = (x >> 40) % 100 < 70;
        let points = if earns {
            5 + (x >> 48) % 195
        } else {
            10 + (x >> 48) % 240
        };
        Event {
            account: ((x >> 11) % accounts as u64) as u32,
            earns,
            day: FIRST_DAY + (place * 1460 / count) as i32,
            points: points as i64,
        }
    };
    (0..count).map(event).collect()
}

/// The same as a function: it keeps no more than live lots and two sums.
fn by_hand(account: &mut HandAccount, event: &Event) {
    while let Some((day, left)) = account.lots.front().copied()
        && day <= event.day
    {
        account.balance -= left;
        account.expired += left;
        account.lots.pop_front();
    }
    if event.earns {
        account.lots.push_back((event.day + 365, event.points));
        account.balance += event.points;
        return;
    }
    if event.points > account.balance {
        return;
    }
    account.balance -= event.points;
    let mut wanted = event.points;
    while wanted > 0
        && let Some((_, left)) = account.lots.front_mut()
    {
        let taken = wanted.min(*left);
        *left -= taken;
        wanted -= taken;
        if *left == 0 {
            account.lots.pop_front();
        }
    }
}

/// One account's side of the log while it is written.
struct Writer {
    lots: u64,
    redemptions: u64,
    live: VecDeque<(u64, i64, i32)>,
    entries: Vec<Entry>,
    seq: u64,
}

fn points(whole: i64) -> Points {
    Points::from_milli(whole * 1000)
}

impl Writer {
    fn write(&mut self, wallet: &WalletId, event: &Event) {
        while let Some((lot, left, day)) = self.live.front().copied()
            && day <= event.day
        {
            self.live.pop_front();
            self.entries.push(Entry::Expiry(LotPoints {
                wallet: wallet.clone(),
                lot: LotId::new(lot),
                points: points(left),
            }));
        }
        if event.earns {
            let expiry = event.day + 365;
            self.live.push_back((self.lots, event.points, expiry));
            let open = LotOpen {
                lot: LotId::new(self.lots),
                points: points(event.points),
                pending: None,
                expiry: Date::from_days(expiry).map(Deadline::Day),
                activity: false,
                promotional: false,
            };
            self.entries.push(Entry::Earning(EarningEntry::new(
                wallet.clone(),
                open,
                None,
                Vec::new(),
            )));
            self.lots += 1;
            return;
        }
        let available: i64 = self.live.iter().map(|(_, left, _)| left).sum();
        if event.points > available {
            return;
        }
        let (mut wanted, mut draws) = (event.points, Vec::new());
        while wanted > 0
            && let Some((lot, left, _)) = self.live.front_mut()
        {
            let taken = wanted.min(*left);
            *left -= taken;
            wanted -= taken;
            draws.push(Draw {
                lot: LotId::new(*lot),
                points: points(taken),
            });
            if *left == 0 {
                self.live.pop_front();
            }
        }
        self.entries.push(Entry::Redemption(RedemptionEntry::new(
            self.redemptions,
            wallet.clone(),
            draws,
            RedemptionTerms::default(),
        )));
        self.redemptions += 1;
    }

    /// The entries so far as a group; its content comes with the copy.
    fn group(&mut self, event: &Event) -> Result<Group, Failure> {
        self.seq += 1;
        Ok(Group {
            seq: self.seq,
            act: ActKind::Event,
            key: GroupKey::try_new(format!("k{}", self.seq))?,
            at: Moment::utc(i64::from(event.day) * 86_400_000)?,
            occurred_at: None,
            scheme: None,
            actor: None,
            reason: None,
            content: Content::default(),
            peers: Box::default(),
            entries: std::mem::take(&mut self.entries),
            prev: Digest::ZERO,
            hash: Digest::ZERO,
        })
    }
}

/// The log as groups of at least `size` entries, in the order of their last event.
fn log(events: &[Event], size: usize) -> Result<Vec<(usize, Group)>, Failure> {
    let wallet = WalletId::try_new("points")?;
    let writer = || Writer {
        lots: 0,
        redemptions: 0,
        live: VecDeque::new(),
        entries: Vec::new(),
        seq: 0,
    };
    let mut writers: BTreeMap<u32, (Writer, Event)> = BTreeMap::new();
    let mut log = Vec::new();
    for event in events {
        let open = || (writer(), *event);
        let (writer, last) = writers.entry(event.account).or_insert_with(open);
        writer.write(&wallet, event);
        *last = *event;
        if writer.entries.len() >= size {
            log.push((event.account as usize, writer.group(event)?));
        }
    }
    for (account, (writer, last)) in &mut writers {
        if !writer.entries.is_empty() {
            log.push((*account as usize, writer.group(last)?));
        }
    }
    log.iter()
        .map(|(place, group)| Ok((*place, fresh(group)?)))
        .collect()
}

/// What a group was asked for, in memory of its own.
fn content(seq: u64) -> Result<Content, LedgerError> {
    Content::of(&serde_json::json!({ "name": "bench", "seq": seq }))
}

/// A copy that shares nothing, as in a log that was just read.
fn fresh(group: &Group) -> Result<Group, Failure> {
    let entry = |entry: &Entry| match entry {
        Entry::Redemption(entry) => Entry::Redemption(RedemptionEntry {
            draws: entry.draws.to_vec().into(),
            ..entry.clone()
        }),
        other => other.clone(),
    };
    Ok(Group {
        entries: group.entries.iter().map(entry).collect(),
        content: content(group.seq)?,
        ..group.clone()
    })
}

/// The groups of one account after the other, in memory too.
fn grouped(events: &[Event], accounts: usize, size: usize) -> Result<Vec<Vec<Group>>, Failure> {
    let mut by_account = events.to_vec();
    by_account.sort_by_key(|event| event.account);
    let mut grouped = vec![Vec::new(); accounts];
    for of_account in by_account.chunk_by(|a, b| a.account == b.account) {
        for (place, group) in log(of_account, size)? {
            grouped[place].push(group);
        }
    }
    Ok(grouped)
}

/// A chained copy of an account's groups.
fn chained(groups: &[Group]) -> Result<Vec<Group>, Failure> {
    let mut prev = Digest::ZERO;
    let mut chained = Vec::with_capacity(groups.len());
    for group in groups {
        let group = seal(Group {
            prev,
            ..group.clone()
        })?;
        prev = group.hash;
        chained.push(group);
    }
    Ok(chained)
}

fn member(place: usize) -> Result<MemberId, Failure> {
    Ok(MemberId::try_new(format!("m{place}"))?)
}

const EVENTS: usize = 1_000_000;
const ACCOUNTS: usize = 10_000;

/// Left and lapsed points over all accounts.
type Sums = (i64, i64);

/// Times replays of logs of small and of large groups.
pub(crate) fn all(effort: Effort) -> Result<(), Failure> {
    let effort = Effort {
        repeats: effort.repeats.min(7),
        ..effort
    };
    let events = events(EVENTS, ACCOUNTS);
    let by_hand = || {
        let mut accounts = vec![HandAccount::default(); ACCOUNTS];
        for event in &events {
            by_hand(&mut accounts[event.account as usize], event);
        }
        accounts
    };
    let hand = by_hand();
    let golden = (
        hand.iter().map(|account| account.balance).sum::<i64>(),
        hand.iter().map(|account| account.expired).sum::<i64>(),
    );
    header("replay, a million events of 10,000 accounts");
    row(
        "the same events by hand, an event (live lots and two sums alone)",
        effort.time_once(EVENTS, by_hand),
        None,
    );
    walks(effort);
    let members: Vec<_> = (0..ACCOUNTS).map(member).collect::<Result<_, _>>()?;
    for size in [1, 5, 100] {
        interleaved(effort, &log(&events, size)?, &members, size, golden)?;
        by_account(
            effort,
            &grouped(&events, ACCOUNTS, size)?,
            &members,
            size,
            golden,
        )?;
    }
    acts(effort)?;
    println!();
    Ok(())
}

/// How many events and accounts are counted, since a counter is slow.
const COUNTED: (usize, usize) = (EVENTS / 10, ACCOUNTS / 10);

/// How many entries a replay has whose instructions are counted.
pub(crate) fn counted() -> Result<u64, Failure> {
    let log = log(&events(COUNTED.0, COUNTED.1), 5)?;
    let entries = log.iter().map(|(_, group)| group.entries.len());
    Ok(entries.sum::<usize>() as u64)
}

/// Replays a log in groups of five so many times, for a counter of instructions.
pub(crate) fn count(name: &str, times: usize) -> Result<(), Failure> {
    let events = events(COUNTED.0, COUNTED.1);
    let members: Vec<_> = (0..COUNTED.1).map(member).collect::<Result<_, _>>()?;
    if name == "grouped" {
        let grouped = grouped(&events, COUNTED.1, 5)?;
        (0..times).for_each(|_| {
            black_box(each(&members, &grouped));
        });
        return Ok(());
    }
    let log = log(&events, 5)?;
    for _ in 0..times {
        let mut open = open(&members);
        if name == "interleaved" {
            push_all(&mut open, log.iter().map(|(place, group)| (*place, group)))?;
        } else {
            one_by_one(&mut open, &log)?;
        }
        drop(black_box(finish(open)?));
    }
    Ok(())
}

fn open(members: &[MemberId]) -> Vec<Replay> {
    let accounts = members.iter().map(|member| Account::new(member.clone()));
    accounts.map(Replay::from).collect()
}

fn finish(open: Vec<Replay>) -> Result<Vec<Account>, Failure> {
    let accounts = open.into_iter().map(Replay::finish);
    Ok(accounts.collect::<Result<_, _>>()?)
}

fn one_by_one(open: &mut [Replay], log: &[(usize, Group)]) -> Result<(), Failure> {
    for (place, group) in log {
        open[*place].push(group)?;
    }
    Ok(())
}

/// Replays account by account, each asked for alone; how many wallets they have.
fn alone(members: &[MemberId], grouped: &[Vec<Group>]) -> usize {
    let accounts = members.iter().zip(grouped);
    accounts
        .map(|(member, groups)| Account::replay(member.clone(), groups))
        .map(|account| account.map_or(0, |account| account.wallets.len()))
        .sum()
}

/// Replays account after account; how many wallets they have.
fn each(members: &[MemberId], grouped: &[Vec<Group>]) -> usize {
    let accounts = members.iter().map(|member| Account::new(member.clone()));
    let accounts = replay_each(accounts.zip(grouped));
    accounts
        .map(|account| account.map_or(0, |account| account.wallets.len()))
        .sum()
}

/// What memory gives on this machine, with no ledger in it: 64 MiB in lines of 64 bytes.
fn walks(effort: Effort) {
    const LINES: usize = 1 << 20;
    let lines = black_box(vec![[1_u64; 8]; LINES]);
    let in_order = || {
        lines
            .iter()
            .fold(0, |sum: u64, line| sum.wrapping_add(line[0]))
    };
    let time = effort.time_once(LINES, || black_box(in_order()));
    row("memory alone: 64 bytes, in order", time, None);
    // Each place follows from the one before without waiting for what is read.
    let scattered = || {
        let mut place = 1_usize;
        (0..LINES).fold(0, |sum: u64, _| {
            place = (place * 1_664_525 + 1_013_904_223) % LINES;
            sum.wrapping_add(lines[place][0])
        })
    };
    let time = effort.time_once(LINES, || black_box(scattered()));
    row("memory alone: 64 bytes, anywhere", time, None);
    let waiting = || {
        let mut place = 1_usize;
        for _ in 0..LINES {
            place = (place * 1_664_525 + 1_013_904_222 + lines[place][0] as usize) % LINES;
        }
        place
    };
    let time = effort.time_once(LINES, waiting);
    row("memory alone: 64 bytes, where the last said", time, None);
}

fn check(accounts: &[Account], golden: Sums) -> Result<(), Failure> {
    let sums = |account: &Account| {
        account.wallets.first().map_or((0, 0), |wallet| {
            let left: i64 = wallet
                .live_lots()
                .map(|(_, lot)| lot.remaining.milli())
                .sum();
            (left / 1000, wallet.totals.expired.milli() / 1000)
        })
    };
    let found = accounts
        .iter()
        .map(sums)
        .fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    same("a replay", found, golden)
}

fn goal(size: usize, goal: f64) -> Option<f64> {
    (size >= 5).then_some(goal)
}

fn interleaved(
    effort: Effort,
    log: &[(usize, Group)],
    members: &[MemberId],
    size: usize,
    golden: Sums,
) -> Result<(), Failure> {
    let entries: usize = log.iter().map(|(_, group)| group.entries.len()).sum();
    let read = || {
        log.iter().fold(0, |sum: u64, (_, group)| {
            let points = group.entries.iter().map(|entry| match entry {
                Entry::Earning(entry) => entry.points,
                Entry::Redemption(entry) => entry.draws[0].points,
                Entry::Expiry(entry) => entry.points,
                _ => Points::ZERO,
            });
            let points = points.fold(group.seq, |sum, points| sum + points.milli() as u64);
            sum.wrapping_add(points)
        })
    };
    let time = effort.time_once(entries, || black_box(read()));
    row(
        &format!("groups of {size} and more read, an entry"),
        time,
        None,
    );
    let one_by_one = || -> Result<Vec<Account>, Failure> {
        let mut open = open(members);
        one_by_one(&mut open, log)?;
        finish(open)
    };
    let together = || -> Result<Vec<Account>, Failure> {
        let mut open = open(members);
        push_all(&mut open, log.iter().map(|(place, group)| (*place, group)))?;
        finish(open)
    };
    check(&one_by_one()?, golden)?;
    check(&together()?, golden)?;
    let time = effort.time_once(entries, one_by_one);
    row(
        &format!("interleaved, groups of {size} and more one by one, an entry"),
        time,
        None,
    );
    let time = effort.time_once(entries, together);
    row(
        &format!("interleaved, groups of {size} and more, an entry"),
        time,
        goal(size, 2e7),
    );
    Ok(())
}

fn by_account(
    effort: Effort,
    grouped: &[Vec<Group>],
    members: &[MemberId],
    size: usize,
    golden: Sums,
) -> Result<(), Failure> {
    let entries = |groups: &[Vec<Group>]| -> usize {
        let groups = groups.iter().flatten();
        groups.map(|group| group.entries.len()).sum()
    };
    let accounts = members.iter().cloned().map(Account::new);
    let replayed = replay_each(accounts.zip(grouped));
    check(&replayed.collect::<Result<Vec<_>, _>>()?, golden)?;
    row(
        &format!("an account at a time, groups of {size} and more, an entry"),
        effort.time_once(entries(grouped), || alone(members, grouped)),
        None,
    );
    row(
        &format!("grouped by account, groups of {size} and more, an entry"),
        effort.time_once(entries(grouped), || each(members, grouped)),
        goal(size, 4e7),
    );
    if size != 5 {
        return Ok(());
    }
    let some = grouped.iter().take(500).map(|groups| chained(groups));
    let chained: Vec<_> = some.collect::<Result<_, _>>()?;
    let verified = || chained.iter().map(verify).filter(Result::is_ok).count();
    same("the hash chain", verified(), chained.len())?;
    row(
        "the hash chain of groups of 5 verified, an entry",
        effort.time_once(entries(&chained), verified),
        None,
    );
    Ok(())
}

/// One more act on accounts of two sizes: it costs what the act is, not what the account is.
fn acts(effort: Effort) -> Result<(), Failure> {
    const MORE: usize = 2_000;
    for acts in [100, 10_000] {
        let events = events(acts + MORE, 1);
        let groups: Vec<Group> = log(&events, 1)?
            .into_iter()
            .map(|(_, group)| group)
            .collect();
        let (past, more) = groups.split_at(groups.len().saturating_sub(MORE));
        let account = Account::replay(member(0)?, past)?;
        let apply = || {
            let mut account = account.clone();
            for group in more {
                account.apply(group)?;
            }
            Ok::<_, LedgerError>(account.head.seq)
        };
        same("acts", apply()?, groups.len() as u64)?;
        let time = effort.time_once(more.len(), apply);
        row(
            &format!("an act applied to an account of {acts} acts or more"),
            time,
            None,
        );
    }
    Ok(())
}
