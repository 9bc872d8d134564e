use super::*;
use crate::id::LotId;

#[test]
fn earning_opens_a_lot_and_spending_draws_on_it() {
    let mut book = Book::new();
    book.post(day(0), vec![earning(lot(0, 100)), earning(lot(1, 50))]);
    book.post(day(1), vec![spend(0, vec![draw(0, 100), draw(1, 20)])]);
    assert_eq!(book.wallet().first_live, 1);
    let balance = book.balance(day(1));
    assert_eq!(
        (balance.available, balance.spent),
        (points(30), points(120))
    );
    assert_eq!(book.account().joined, Some(day(0).date()));
}

#[test]
fn a_restoration_returns_to_the_lot_and_never_beyond_what_was_spent() {
    let mut book = Book::new();
    book.post(
        day(0),
        vec![earning(lot(0, 100)), spend(0, vec![draw(0, 100)])],
    );
    book.post(
        day(1),
        vec![Entry::Restoration(Box::new(restoration(
            Some(0),
            vec![draw(0, 60)],
        )))],
    );
    assert_eq!(
        (book.wallet().first_live, book.lot(0).remaining),
        (0, points(60))
    );
    assert_eq!(book.balance(day(1)).spent, points(40));
    book.post(day(1), vec![spend(1, vec![draw(0, 60)])]);
    let again = Entry::Restoration(Box::new(restoration(Some(0), vec![draw(0, 41)])));
    assert_eq!(
        book.try_post(day(2), vec![again]).unwrap_err().code(),
        "ledger.overdrawn"
    );
    let own = RestorationEntry {
        lots: vec![lot(1, 40)],
        ..restoration(Some(0), Vec::new())
    };
    book.post(day(2), vec![Entry::Restoration(Box::new(own))]);
    assert_eq!(book.balance(day(2)).available, points(40));
}

/// Worked case 8 of the semantics.
#[test]
fn a_deficit_is_filled_and_comes_back() {
    let mut book = Book::new();
    let owe = AdjustmentEntry {
        wallet: id("p"),
        lot: None,
        into: None,
        draws: Vec::new(),
        deficit: points(30),
    };
    book.post(
        day(0),
        vec![Entry::Adjustment(Box::new(owe)), purchase("a")],
    );
    book.post(
        day(1),
        vec![earning(lot(0, 50)), Entry::DeficitFill(of_lot(0, 30))],
    );
    assert_eq!(
        (book.lot(0).origin, book.lot(0).remaining),
        (points(20), points(20))
    );
    assert_eq!(book.balance(day(1)).available, points(20));
    book.post(
        day(2),
        vec![Entry::Reversal(Box::new(reversal(
            "a",
            vec![draw(0, 20)],
            30,
        )))],
    );
    assert_eq!(book.balance(day(2)).owed, points(30));
    assert_eq!(book.balance(day(2)).balance, points(-30));
    let undo = RestorationEntry {
        purchase: Some(id("a")),
        deficit: points(30),
        ..restoration(None, vec![draw(0, 20)])
    };
    book.post(day(3), vec![Entry::Restoration(Box::new(undo.clone()))]);
    assert_eq!(book.balance(day(3)).available, points(20));
    assert!(
        book.account().purchase(&id("a")).unwrap().reversed[0]
            .draws
            .is_empty()
    );
    assert_eq!(
        book.try_post(day(3), vec![Entry::Restoration(Box::new(undo))])
            .unwrap_err()
            .code(),
        "ledger.overdrawn"
    );
}

#[test]
fn what_is_not_owed_is_reversed_and_written_off() {
    let mut book = Book::new();
    book.post(
        day(0),
        vec![
            purchase("a"),
            earning(lot(0, 10)),
            spend(0, vec![draw(0, 10)]),
        ],
    );
    let reversal = ReversalEntry {
        written_off: points(10),
        ..reversal("a", Vec::new(), 0)
    };
    let forgiven = WriteOffEntry {
        wallet: id("p"),
        points: points(10),
        charged: None,
    };
    book.post(
        day(1),
        vec![
            Entry::Reversal(Box::new(reversal)),
            Entry::WriteOff(Box::new(forgiven)),
        ],
    );
    assert_eq!(book.balance(day(1)).owed, Points::ZERO);
    assert_eq!(book.wallet().totals.written_off, points(10));
}

#[test]
fn rules_lose_and_regain() {
    let mut book = Book::new();
    let rules = |whole| {
        vec![RulePoints {
            rule: id("base"),
            points: points(whole),
        }]
    };
    book.post(day(0), vec![purchase("a"), earning(lot(0, 10))]);
    let taken = ReversalEntry {
        rules: rules(7),
        ..reversal("a", vec![draw(0, 7)], 0)
    };
    book.post(day(1), vec![Entry::Reversal(Box::new(taken))]);
    let given = RestorationEntry {
        purchase: Some(id("a")),
        rules: rules(4),
        ..restoration(None, vec![draw(0, 4)])
    };
    book.post(day(2), vec![Entry::Restoration(Box::new(given))]);
    let state = book.account().purchase(&id("a")).unwrap();
    assert_eq!(state.lost[0].rule.points, points(3));
    assert_eq!(state.reversed[0].draws, vec![draw(0, 3)]);
}

#[test]
fn adjustments_open_raise_and_take() {
    let mut book = Book::new();
    let adjust = |lot, into, draws| {
        let entry = AdjustmentEntry {
            wallet: id("p"),
            lot,
            into,
            draws,
            deficit: Points::ZERO,
        };
        Entry::Adjustment(Box::new(entry))
    };
    book.post(day(0), vec![adjust(Some(lot(0, 10)), None, vec![])]);
    book.post(day(0), vec![adjust(None, None, vec![draw(0, 10)])]);
    book.post(day(0), vec![adjust(None, Some(draw(0, 5)), vec![])]);
    assert_eq!(
        (book.lot(0).origin, book.lot(0).remaining),
        (points(15), points(5))
    );
    let totals = book.wallet().totals;
    assert_eq!(
        (totals.adjusted_in, totals.adjusted_out),
        (points(15), points(10))
    );
}

#[test]
fn expiry_and_reinstatement() {
    let mut book = Book::new();
    let dated = LotOpen {
        expiry: Some(from_day(10)),
        ..lot(0, 40)
    };
    book.post(day(0), vec![earning(dated)]);
    assert_eq!(
        book.try_post(day(9), vec![Entry::Expiry(of_lot(0, 40))])
            .unwrap_err()
            .code(),
        "ledger.early"
    );
    book.post(day(20), vec![Entry::Expiry(of_lot(0, 40))]);
    assert_eq!(book.lot(0).expired_on(), Some(day(10).date()));
    let back = |of, new| {
        let entry = ReinstatementEntry {
            wallet: id("p"),
            of: vec![of],
            lots: vec![new],
        };
        Entry::Reinstatement(Box::new(entry))
    };
    book.post(day(21), vec![back(draw(0, 30), lot(1, 30))]);
    assert_eq!(book.balance(day(21)).available, points(30));
    let error = book
        .try_post(day(21), vec![back(draw(0, 30), lot(2, 30))])
        .unwrap_err();
    assert_eq!(error.code(), "ledger.overdrawn");
    let error = book
        .try_post(day(21), vec![back(draw(0, 10), lot(2, 9))])
        .unwrap_err();
    assert_eq!(error.code(), "ledger.state");
}

#[test]
fn pending_points_are_not_spendable() {
    let mut book = Book::new();
    let waits = LotOpen {
        pending: Some(Pending::Event(id("delivered"))),
        ..lot(0, 10)
    };
    book.post(day(0), vec![earning(waits)]);
    assert_eq!(book.balance(day(99)).pending, points(10));
    let error = book
        .try_post(day(1), vec![spend(0, vec![draw(0, 1)])])
        .unwrap_err();
    assert_eq!(error.code(), "ledger.state");
    let active = ActivationEntry {
        wallet: id("p"),
        lot: LotId::new(0),
        expiry: Some(from_day(9)),
        metrics: vec![MetricEntry {
            ladder: id("ladder"),
            amount: 7,
        }],
    };
    book.post(
        day(2),
        vec![
            Entry::Activation(Box::new(active.clone())),
            spend(0, vec![draw(0, 1)]),
        ],
    );
    assert_eq!(
        book.account().ladder(&id("ladder")).unwrap().points[0].amount,
        7
    );
    assert_eq!(book.balance(day(8)).available, points(9));
    assert_eq!(book.balance(day(9)).expired, points(9));
    let error = book
        .try_post(day(3), vec![Entry::Activation(Box::new(active))])
        .unwrap_err();
    assert_eq!(error.code(), "ledger.state");
}

#[test]
fn a_hold_is_captured_or_released() {
    let mut book = Book::new();
    book.post(
        day(0),
        vec![earning(lot(0, 100)), hold("h", &[(0, 60)], vec![], day(5))],
    );
    let balance = book.balance(day(0));
    assert_eq!(
        (balance.active, balance.held, balance.available),
        (points(100), points(60), points(40))
    );
    let error = book
        .try_post(day(1), vec![spend(0, vec![draw(0, 41)])])
        .unwrap_err();
    assert_eq!(error.code(), "ledger.overdrawn");
    // Redemption first, capture after; the rest is free again.
    let entries = vec![
        captured(0, "h", vec![draw(0, 50)]),
        Entry::Capture(hold_ref("h")),
    ];
    book.post(day(1), entries);
    assert_eq!(
        (book.lot(0).remaining, book.lot(0).held),
        (points(50), Points::ZERO)
    );
    // Capture first.
    book.post(day(2), vec![hold("h", &[(0, 50)], vec![], day(5))]);
    let entries = vec![
        Entry::Capture(hold_ref("h")),
        captured(1, "h", vec![draw(0, 50)]),
    ];
    book.post(day(2), entries);
    assert_eq!(book.balance(day(2)).spent, points(100));
    let error = book
        .try_post(day(3), vec![Entry::Release(hold_ref("h"))])
        .unwrap_err();
    assert_eq!(error.code(), "ledger.unknown_hold");
}

#[test]
fn transfers_leave_and_arrive() {
    let (mut one, mut two) = (Book::new(), Book::new());
    one.post(day(0), vec![earning(lot(0, 30))]);
    let out = TransferOutEntry {
        wallet: id("p"),
        draws: vec![draw(0, 10)],
        to: id("m2"),
    };
    one.post(day(1), vec![Entry::TransferOut(Box::new(out))]);
    let into = TransferInEntry {
        wallet: id("p"),
        lots: vec![lot(0, 10)],
        from: id("m1"),
    };
    two.post(day(1), vec![Entry::TransferIn(Box::new(into))]);
    assert_eq!(one.balance(day(1)).available, points(20));
    assert_eq!(two.balance(day(1)).available, points(10));
}
