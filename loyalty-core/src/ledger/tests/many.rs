//! Logs of many accounts.

use super::super::many::{Ahead, Made};
use super::*;

/// A log of one account with so many groups.
fn long(count: u64) -> Book {
    let mut book = Book::new();
    for number in 0..count {
        book.post(day(0), vec![earning(lot(number, 5))]);
    }
    book
}

#[test]
fn long_runs_and_many_accounts_are_folded_whole() {
    let (long, short) = (long(300), long(1));
    let mut replays = vec![Replay::from(Account::new(id("m1"))); 100];
    let mut log: Vec<(usize, &Group)> = long.0.groups().iter().map(|group| (40, group)).collect();
    let others = (0..100).filter(|place| *place != 40);
    log.extend(others.map(|place| (place, &short.0.groups()[0])));
    assert_eq!(push_all(&mut replays, log), Ok(()));
    for (place, replay) in replays.into_iter().enumerate() {
        let book = if place == 40 { &long } else { &short };
        assert_eq!(replay.finish().as_ref(), Ok(book.account()));
    }
}

#[test]
fn logs_one_after_the_other_give_what_each_gives_alone() {
    let logs: Vec<Book> = [3, 0, 300, 1, 1, 40, 0, 2000, 7].map(long).into();
    let (snapshot, tail) = {
        let groups = logs[5].0.groups();
        let half = Account::replay(id("m1"), &groups[..13]).unwrap();
        (half, &groups[13..])
    };
    let mut all: Vec<(Account, &[Group])> = logs
        .iter()
        .map(|book| (Account::new(id("m1")), book.0.groups()))
        .collect();
    all.push((snapshot, tail));
    all.push((Account::new(id("m1")), &logs[5].0.groups()[1..]));
    all.push((Account::new(id("m1")), logs[0].0.groups()));
    let mut found: Vec<_> = replay_each(all).collect();
    let last = found.pop().unwrap();
    let broken = found.pop().unwrap().unwrap_err();
    let of_snapshot = found.pop().unwrap();
    assert_eq!(last.as_ref(), Ok(logs[0].account()));
    assert_eq!(broken.code(), "ledger.sequence");
    assert_eq!(of_snapshot.as_ref(), Ok(logs[5].account()));
    let wanted: Vec<_> = logs.iter().map(|book| Ok(book.account().clone())).collect();
    assert_eq!(found, wanted);
}

#[test]
fn a_log_is_taken_when_it_is_needed() {
    let books: Vec<Book> = (0..200).map(|_| long(10)).collect();
    let mut taken = 0;
    let logs = books.iter().map(|book| {
        taken += 1;
        (Account::new(id("m1")), book.0.groups())
    });
    assert_eq!(
        replay_each(logs).take(100).filter(Result::is_ok).count(),
        100
    );
    assert!((100..110).contains(&taken), "{taken} logs were taken");
}

#[test]
fn a_place_without_an_account_is_told_where_it_comes_first() {
    let book = long(2);
    let [first, second] = book.0.groups() else {
        panic!("two groups")
    };
    let mut replays = vec![Replay::from(Account::new(id("m1"))); 2];
    let log = [(0, first), (7, second), (1, second), (0, second)];
    let unknown = push_all(&mut replays, log).unwrap_err();
    assert_eq!(unknown, LedgerError::number("account", 7, 2));
    let log = [(1, second), (usize::MAX, first)];
    let broken = push_all(&mut replays, log).unwrap_err();
    assert_eq!(broken.code(), "ledger.sequence");
    let folded: Vec<_> = replays.into_iter().map(Replay::finish).collect();
    assert_eq!(folded, [Ok(book.account().clone()), Err(broken)]);
}

#[test]
fn a_log_that_lies_about_its_lots_makes_no_room_for_them() {
    let book = long(200);
    let mut groups = book.0.groups().to_vec();
    let Some(last) = groups.last_mut() else {
        panic!("a group")
    };
    last.entries = vec![earning(lot(1 << 52, 5)); 20_000];
    let refused = Account::replay(id("m1"), &groups).unwrap_err();
    assert_eq!(refused.code(), "ledger.number");
    let mut replays = vec![Replay::from(Account::new(id("m1")))];
    let log = groups.iter().map(|group| (0, group));
    assert_eq!(push_all(&mut replays, log), Err(refused));
    let (run, nothing) = (groups.iter().collect::<Vec<_>>(), Made::default());
    assert_eq!(Ahead::default().room(&run, &nothing), [200, 0]);
    assert_eq!(Ahead::default().room(&run[199..], &nothing), [256, 0]);
}

#[test]
fn room_is_made_by_what_other_logs_made_within_what_a_log_can_hold() {
    let (nothing, book) = (Made::default(), long(80));
    let run: Vec<&Group> = book.0.groups().iter().collect();
    let made = |groups, lots, redemptions| Made {
        groups,
        lots,
        redemptions,
    };
    let mut ahead = Ahead::learning();
    // Nothing is known yet: the run's last entries say it, beside what is there.
    assert_eq!(ahead.room(&run, &nothing), [80, 0]);
    assert_eq!(ahead.room(&run, &made(9, 30, 0)), [50, 0]);
    // A lot for two groups, a redemption for five; an eighth more is kept free.
    ahead.learn(&made(10, 7, 1), &made(50, 27, 9));
    assert_eq!(ahead.room(&run, &nothing), [45, 18]);
    // A thousand lots in one group say little of a log with one entry a group.
    ahead.learn(&nothing, &made(1, 1000, 0));
    assert_eq!(ahead.room(&run, &nothing), [80, 18]);
    // A log that is folded alone is asked itself.
    let mut alone = Ahead::default();
    alone.learn(&nothing, &made(40, 20, 0));
    assert_eq!(alone.room(&run, &nothing), [80, 0]);
    assert_eq!(
        (
            Made::of(book.account()).groups,
            Made::of(book.account()).lots
        ),
        (80, 80)
    );
}
