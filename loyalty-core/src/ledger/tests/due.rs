use super::*;

fn dated(number: u64, whole: i64, expiry: i32) -> LotOpen {
    LotOpen {
        expiry: Some(from_day(expiry)),
        ..lot(number, whole)
    }
}

/// Posts what is due and checks that no balance changes by it.
fn settle(book: &mut Book, now: Moment) -> Vec<Entry> {
    let before = book.balance(now);
    let entries = book.account().due(now).unwrap();
    if !entries.is_empty() {
        book.post(now, entries.clone());
    }
    assert_eq!(book.balance(now), before);
    assert!(!book.account().has_due(now));
    entries
}

#[test]
fn points_lapse_at_their_deadline() {
    let mut book = Book::new();
    book.post(
        day(0),
        vec![
            earning(dated(0, 10, 31)),
            earning(dated(1, 20, 11)),
            earning(lot(2, 5)),
        ],
    );
    assert_eq!(
        book.account().schedule(&id("p"), day(0)),
        vec![(from_day(11), points(20)), (from_day(31), points(10))]
    );
    assert!(!book.account().has_due(day(10)));
    assert_eq!(book.balance(day(10)).available, points(35));
    assert_eq!(
        settle(&mut book, day(11)),
        vec![Entry::Expiry(of_lot(1, 20))]
    );
    assert_eq!(
        settle(&mut book, day(40)),
        vec![Entry::Expiry(of_lot(0, 10))]
    );
    assert_eq!(book.balance(day(40)).expired, points(30));
}

/// Worked case 10 of the semantics.
#[test]
fn a_hold_that_lapses_after_the_lots_deadline_takes_the_lot_with_it() {
    let mut book = Book::new();
    let at = |minutes: i64| Moment::utc(day(0).instant_ms() + minutes * 60_000).unwrap();
    let noon = LotOpen {
        expiry: Some(Deadline::Instant(at(0).instant_ms())),
        ..lot(0, 150)
    };
    book.post(day(-1), vec![earning(noon)]);
    book.post(at(-5), vec![hold("h", &[(0, 100)], vec![], at(5))]);
    let balance = book.balance(at(4));
    assert_eq!(
        (balance.active, balance.held, balance.expired),
        (points(100), points(100), points(50))
    );
    assert_eq!(settle(&mut book, at(4)), vec![Entry::Expiry(of_lot(0, 50))]);
    assert_eq!(book.balance(at(5)).expired, points(150));
    let lapse = Entry::Release(HoldRef {
        hold: id("h"),
        lapsed: true,
    });
    assert_eq!(
        settle(&mut book, at(5)),
        vec![lapse, Entry::Expiry(of_lot(0, 100))]
    );
}

#[test]
fn a_released_lot_past_its_deadline_is_due_at_once() {
    let mut book = Book::new();
    book.post(
        day(0),
        vec![
            earning(dated(0, 10, 5)),
            hold("h", &[(0, 10)], vec![], day(30)),
        ],
    );
    assert!(settle(&mut book, day(6)).is_empty());
    book.post(day(7), vec![Entry::Release(hold_ref("h"))]);
    let (order, kind, _) = book.account().due_step(day(7), None).unwrap();
    assert_eq!(
        (order, kind),
        (from_day(5).order_ms(0), DueKind::PointsExpiry)
    );
    assert_eq!(
        settle(&mut book, day(7)),
        vec![Entry::Expiry(of_lot(0, 10))]
    );
}

#[test]
fn an_activation_fills_a_deficit_and_lapses_later() {
    let mut book = Book::new();
    let pending = |number, whole, active: i32, expiry: i32| LotOpen {
        pending: Some(Pending::Until(from_day(active))),
        ..dated(number, whole, expiry)
    };
    book.post(
        day(0),
        vec![
            purchase("a"),
            earning(pending(0, 10, 14, 30)),
            earning(pending(1, 10, 7, 20)),
        ],
    );
    book.post(
        day(1),
        vec![Entry::Reversal(Box::new(reversal("a", vec![], 15)))],
    );
    let balance = book.balance(day(10));
    assert_eq!(
        (balance.pending, balance.active, balance.owed),
        (points(10), Points::ZERO, points(5))
    );
    let balance = book.balance(day(14));
    assert_eq!(
        (balance.pending, balance.active, balance.owed),
        (Points::ZERO, points(5), Points::ZERO)
    );
    let entries = settle(&mut book, day(60));
    let kinds: Vec<&str> = entries
        .iter()
        .map(|entry| match entry {
            Entry::Activation(_) => "activation",
            Entry::DeficitFill(_) => "fill",
            Entry::Expiry(_) => "expiry",
            _ => "other",
        })
        .collect();
    assert_eq!(
        kinds,
        ["activation", "fill", "activation", "fill", "expiry"]
    );
    assert_eq!(book.balance(day(60)).expired, points(5));
}

#[test]
fn points_that_live_by_activity_lapse_together() {
    let mut book = Book::new();
    let living = |number| LotOpen {
        activity: true,
        ..lot(number, 10)
    };
    let active = |until| {
        let activity = vec![ActivityEntry {
            before: None,
            wallet: id("p"),
            expiry: Some(from_day(until)),
        }];
        Entry::Event(Box::new(EventEntry {
            name: id("visit"),
            purchase: None,
            metrics: vec![],
            activity,
        }))
    };
    book.post(
        day(0),
        vec![earning(living(0)), earning(living(1)), active(30)],
    );
    book.post(day(20), vec![active(50)]);
    assert_eq!(
        book.account().schedule(&id("p"), day(20)),
        vec![(from_day(50), points(20))]
    );
    assert!(settle(&mut book, day(49)).is_empty());
    assert_eq!(settle(&mut book, day(50)).len(), 2);
}

#[test]
fn ties_come_in_the_order_of_the_kinds() {
    let mut book = Book::new();
    let midnight = Moment::utc(day(5).instant_ms() - 43_200_000).unwrap();
    let pending = LotOpen {
        pending: Some(Pending::Until(from_day(5))),
        ..dated(1, 3, 5)
    };
    let cause = IssueCause::Grant(GrantCause { purchase: None });
    let reward = RewardIssueEntry {
        issue: 0,
        reward: id("r"),
        cause,
        expiry: Some(from_day(5)),
    };
    let card = CardOpenEntry {
        card: id("c"),
        instance: 0,
        target: 5,
        start: 0,
        milestones: vec![],
        expiry: Some(from_day(5)),
    };
    book.post(
        day(0),
        vec![
            earning(dated(0, 10, 5)),
            earning(pending),
            Entry::CardOpen(Box::new(card)),
            Entry::RewardIssue(Box::new(reward)),
            earning(lot(2, 9)),
            hold("h", &[(2, 9)], vec![], midnight),
        ],
    );
    let mut account = book.account().clone();
    let mut kinds = Vec::new();
    while let Some((order, kind, entries)) = account.due_step(day(9), None) {
        assert_eq!(order, from_day(5).order_ms(0));
        entries.iter().for_each(|entry| {
            account
                .apply_entry(entry, &account.context_at(day(9)))
                .unwrap()
        });
        kinds.push(kind);
    }
    use DueKind::{Activation, CardExpiry, HoldLapse, PointsExpiry, RewardExpiry};
    assert_eq!(
        kinds,
        [
            HoldLapse,
            Activation,
            RewardExpiry,
            CardExpiry,
            PointsExpiry,
            PointsExpiry
        ]
    );
    assert!(Activation < DueKind::Review && DueKind::Review < RewardExpiry);
    assert_eq!(
        book.account()
            .due_step(day(9), Some(from_day(5).order_ms(0) - 1)),
        None
    );
    settle(&mut book, day(9));
}

#[test]
fn a_held_reward_past_its_deadline_lapses_with_its_hold() {
    let mut book = Book::new();
    let cause = IssueCause::Grant(GrantCause { purchase: None });
    let reward = RewardIssueEntry {
        issue: 0,
        reward: id("r"),
        cause,
        expiry: Some(from_day(5)),
    };
    book.post(
        day(0),
        vec![
            Entry::RewardIssue(Box::new(reward)),
            hold("h", &[], vec![0], day(9)),
        ],
    );
    assert!(settle(&mut book, day(6)).is_empty());
    assert_eq!(settle(&mut book, day(9)).len(), 2);
    assert_eq!(book.account().first_ready, 1);
}

#[test]
fn a_ledger_travels_back() {
    let mut book = Book::new();
    book.post(day(0), vec![earning(dated(0, 10, 5))])
        .post(day(8), vec![earning(lot(1, 3))]);
    assert_eq!(
        book.0
            .at(day(4))
            .unwrap()
            .balance(&id("p"), day(4))
            .available,
        points(10)
    );
    let lapsed = book.0.at(day(6)).unwrap();
    assert_eq!(
        (lapsed.head.seq, lapsed.wallets[0].totals.expired),
        (1, points(10))
    );
    assert_eq!(book.0.at(day(-1)).unwrap(), Account::new(id("m1")));
    assert_eq!(
        book.0.group_of(ActKind::Adjust, &id("act-2")).unwrap().seq,
        2
    );
    assert_eq!((book.0.tail(1).len(), book.0.tail(9).len()), (1, 0));
}
