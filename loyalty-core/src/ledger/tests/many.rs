//! Logs of many accounts.

use super::super::many::Lengths;
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
    let rooms = Lengths::of(&groups.iter().collect::<Vec<_>>());
    assert_eq!(rooms.room(0, rooms.lots), 200 * 256);
}
