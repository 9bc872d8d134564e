//! A generated ledger: 1,000,000 earn and spend events of 10,000 accounts over four years, first-in
//! first-out lots that lapse after 365 days. The same events go through the function by hand.

use std::collections::{BTreeMap, VecDeque};

use loyalty_core::id::{GroupKey, LotId, MemberId, WalletId};
use loyalty_core::ledger::{
    Account, ActKind, Content, Digest, Draw, EarningEntry, Entry, Group, LotOpen, LotPoints,
    RedemptionEntry, RedemptionTerms, Replay, seal, verify,
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
pub(crate) struct Event {
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

pub(crate) fn events(count: usize, accounts: usize) -> Vec<Event> {
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

    fn group(&mut self, event: &Event, content: &Content) -> Result<Group, Failure> {
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
            content: content.clone(),
            peers: Box::default(),
            entries: std::mem::take(&mut self.entries),
            prev: Digest::ZERO,
            hash: Digest::ZERO,
        })
    }
}

/// The log as groups of at least `size` entries, in the order of their last event.
pub(crate) fn log(events: &[Event], size: usize) -> Result<Vec<(usize, Group)>, Failure> {
    let wallet = WalletId::try_new("points")?;
    let content = Content::of(&serde_json::json!({ "name": "bench" }))?;
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
            log.push((event.account as usize, writer.group(event, &content)?));
        }
    }
    for (account, (writer, last)) in &mut writers {
        if !writer.entries.is_empty() {
            log.push((*account as usize, writer.group(last, &content)?));
        }
    }
    Ok(log
        .iter()
        .map(|(place, group)| (*place, fresh(group)))
        .collect())
}

/// A copy that shares nothing, so that a log lies in memory in its order, as when it was just read.
fn fresh(group: &Group) -> Group {
    let entry = |entry: &Entry| match entry {
        Entry::Redemption(entry) => Entry::Redemption(RedemptionEntry {
            draws: entry.draws.to_vec().into(),
            ..entry.clone()
        }),
        other => other.clone(),
    };
    Group {
        entries: group.entries.iter().map(entry).collect(),
        ..group.clone()
    }
}

/// The groups of one account after the other, in memory too.
pub(crate) fn grouped(
    events: &[Event],
    accounts: usize,
    size: usize,
) -> Result<Vec<Vec<Group>>, Failure> {
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

pub(crate) fn member(place: usize) -> Result<MemberId, Failure> {
    Ok(MemberId::try_new(format!("m{place}"))?)
}

/// Times replays of logs of small and of large groups.
pub(crate) fn all(effort: Effort) -> Result<(), Failure> {
    const EVENTS: usize = 1_000_000;
    const ACCOUNTS: usize = 10_000;
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
    let members: Vec<_> = (0..ACCOUNTS).map(member).collect::<Result<_, _>>()?;
    for size in [1, 5, 100] {
        let log = log(&events, size)?;
        let entries: usize = log.iter().map(|(_, group)| group.entries.len()).sum();
        let check = |accounts: &[Account]| {
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
        };
        let interleaved = || -> Result<Vec<Account>, Failure> {
            let mut open: Vec<Replay> = members
                .iter()
                .map(|m| Account::new(m.clone()).into())
                .collect();
            for (place, group) in &log {
                open[*place].push(group)?;
            }
            Ok(open
                .into_iter()
                .map(Replay::finish)
                .collect::<Result<_, _>>()?)
        };
        check(&interleaved()?)?;
        let goal = |goal: f64| (size == 5).then_some(goal);
        row(
            &format!("interleaved, groups of {size} and more, an entry"),
            effort.time_once(entries, interleaved),
            goal(2e7),
        );
        let grouped = grouped(&events, ACCOUNTS, size)?;
        let replayed = members.iter().cloned().zip(&grouped);
        let replayed = replayed.map(|(member, groups)| Account::replay(member, groups));
        check(&replayed.collect::<Result<Vec<_>, _>>()?)?;
        let by_account = || {
            let mut lots = 0;
            for (member, groups) in members.iter().zip(&grouped) {
                let account = Account::replay(member.clone(), groups);
                lots += account.map_or(0, |account| account.wallets.len());
            }
            lots
        };
        row(
            &format!("grouped by account, groups of {size} and more, an entry"),
            effort.time_once(entries, by_account),
            goal(4e7),
        );
        if size == 5 {
            let chained: Vec<_> = grouped
                .iter()
                .take(500)
                .map(|g| chained(g))
                .collect::<Result<_, _>>()?;
            let entries: usize = chained
                .iter()
                .flatten()
                .map(|group| group.entries.len())
                .sum();
            let verified = || chained.iter().map(verify).filter(Result::is_ok).count();
            same("the hash chain", verified(), chained.len())?;
            let verified = effort.time_once(entries, verified);
            row(
                "the hash chain of groups of 5 verified, an entry",
                verified,
                None,
            );
        }
    }
    println!();
    Ok(())
}
