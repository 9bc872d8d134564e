//! Logs of many accounts.

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
