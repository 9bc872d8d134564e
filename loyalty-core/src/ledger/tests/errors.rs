use super::*;
use crate::id::LotId;

/// One way to each code that a group or an entry can meet; the others stand in `log`.
#[test]
fn every_code_of_an_entry() {
    let mut book = Book::new();
    book.post(day(0), vec![purchase("a"), earning(lot(0, 10))]);
    let other_wallet = LotPoints {
        wallet: id("q"),
        lot: LotId::new(0),
        points: points(1),
    };
    let stamp = StampEntry {
        card: id("c"),
        instance: 0,
        count: 1,
        purchase: None,
    };
    let most = LotOpen {
        points: Points::from_milli(crate::number::SAFE_MAX),
        ..lot(1, 0)
    };
    let huge = CountEntry {
        limit: LimitKey::new("x", None),
        change: i64::MAX,
    };
    let cases: Vec<(&str, Entry)> = vec![
        ("ledger.unknown_wallet", Entry::Expiry(other_wallet)),
        ("ledger.unknown_lot", spend(0, vec![draw(7, 1)])),
        ("ledger.unknown_purchase", back("z", &[], "0.00", false)),
        ("ledger.unknown_purchase", event("delivered", Some(id("z")))),
        ("ledger.unknown_line", back("a", &[("2", 1)], "0.00", false)),
        (
            "ledger.unknown_line",
            back("a", &[("01x", 1)], "0.00", false),
        ),
        (
            "ledger.unknown_redemption",
            Entry::Restoration(Box::new(restoration(Some(9), vec![]))),
        ),
        (
            "ledger.state",
            Entry::Restoration(Box::new(restoration(None, vec![]))),
        ),
        ("ledger.unknown_card", Entry::Stamp(Box::new(stamp))),
        (
            "ledger.unknown_reward",
            Entry::RewardUse(Box::new(RewardUseEntry {
                issue: 0,
                purchase: None,
                value: None,
            })),
        ),
        ("ledger.unknown_hold", Entry::Capture(hold_ref("h"))),
        ("ledger.number", earning(lot(2, 1))),
        ("ledger.number", spend(1, vec![draw(0, 1)])),
        ("ledger.negative", earning(lot(1, -1))),
        ("ledger.negative", spend(0, vec![draw(0, -1)])),
        (
            "ledger.negative",
            Entry::Reversal(Box::new(reversal("a", vec![], -1))),
        ),
        ("ledger.negative", back("a", &[], "-1.00", false)),
        ("ledger.overdrawn", spend(0, vec![draw(0, 6), draw(0, 5)])),
        (
            "ledger.overdrawn",
            hold("h", &[(0, 6), (0, 5)], vec![], day(9)),
        ),
        ("ledger.overdrawn", Entry::DeficitFill(of_lot(0, 1))),
        (
            "ledger.overdrawn",
            Entry::Restoration(Box::new(restoration(Some(0), vec![draw(0, 1)]))),
        ),
        ("ledger.state", hold("h", &[(0, 1)], vec![], day(1))),
        ("ledger.exceeded", back("a", &[("1", 4)], "0.00", false)),
        ("ledger.exceeded", back("a", &[("1", 1)], "50.01", false)),
        ("ledger.money", back("a", &[], "0.001", false)),
        ("ledger.overflow", earning(most)),
        ("ledger.overflow", Entry::Count(huge)),
        ("ledger.early", Entry::Expiry(of_lot(0, 1))),
    ];
    for (code, entry) in cases {
        let shown = format!("{entry:?}");
        // The entry before it must leave no trace.
        let error = book
            .try_post(day(1), vec![event("seen", None), entry])
            .unwrap_err();
        assert_eq!(error.code(), code, "{shown}: {error}");
        assert!(LedgerError::CODES.contains(&error.code()));
    }
}

#[test]
fn where_points_are_owed_only_the_available_ones_are_spent_or_held() {
    let mut book = Book::new();
    book.post(day(0), vec![purchase("a"), earning(lot(0, 50))]);
    book.post(
        day(0),
        vec![Entry::Reversal(Box::new(reversal("a", vec![], 20)))],
    );
    assert_eq!(book.balance(day(0)).available, points(30));
    let error = book
        .try_post(day(1), vec![spend(0, vec![draw(0, 31)])])
        .unwrap_err();
    assert_eq!(error.code(), "ledger.overdrawn");
    let error = book
        .try_post(day(1), vec![hold("h", &[(0, 31)], vec![], day(9))])
        .unwrap_err();
    assert_eq!(error.code(), "ledger.overdrawn");
    book.post(day(1), vec![spend(0, vec![draw(0, 30)])]);
}

#[test]
fn a_group_must_be_the_next_one() {
    let mut book = Book::new();
    book.post(day(5), vec![earning(lot(0, 1))]);
    let good = group(book.account(), day(6), vec![]);
    let mut account = book.account().clone();
    let mut code = |group: Group| account.apply(&group).unwrap_err().code();
    assert_eq!(
        code(Group {
            seq: 3,
            ..good.clone()
        }),
        "ledger.sequence"
    );
    assert_eq!(
        code(Group {
            prev: Digest::ZERO,
            ..good.clone()
        }),
        "ledger.chain"
    );
    assert_eq!(
        code(Group {
            at: day(4),
            ..good.clone()
        }),
        "ledger.out_of_order"
    );
    assert_eq!(
        code(Group {
            occurred_at: Some(Box::new(day(7))),
            ..good.clone()
        }),
        "ledger.out_of_order"
    );
    assert_eq!(
        code(Group {
            key: id("act-1"),
            ..good.clone()
        }),
        "ledger.repeated"
    );
    let later = day(5).instant_ms() + 1000;
    let west = Moment::with_offset(later, -14 * 3_600_000).unwrap();
    assert_eq!(
        code(Group {
            at: west,
            ..good.clone()
        }),
        "ledger.civil_backwards"
    );
    // Precedence: the chain is told before the moment, the moment before the key.
    let worst = Group {
        seq: 9,
        prev: Digest::ZERO,
        at: day(1),
        key: id("act-1"),
        ..good.clone()
    };
    assert_eq!(code(worst.clone()), "ledger.sequence");
    assert_eq!(
        code(Group {
            seq: 2,
            ..worst.clone()
        }),
        "ledger.chain"
    );
    assert_eq!(
        code(Group {
            seq: 2,
            prev: good.prev,
            ..worst
        }),
        "ledger.out_of_order"
    );
    account.apply(&good).unwrap();
}

#[test]
fn a_replay_finds_a_key_that_was_posted_twice() {
    let mut book = Book::new();
    book.post(day(0), vec![]);
    let second = seal(Group {
        key: id("act-1"),
        ..group(book.account(), day(1), vec![])
    })
    .unwrap();
    let groups = [book.0.groups()[0].clone(), second];
    assert_eq!(
        Account::replay(id("m1"), &groups).unwrap_err().code(),
        "ledger.repeated"
    );
    let mut replay = Replay::from(Account::new(id("m1")));
    let error = replay.push(&groups[1]).unwrap_err();
    assert_eq!(error.code(), "ledger.sequence");
    assert_eq!(replay.push(&groups[0]), Err(error.clone()));
    assert_eq!(replay.finish(), Err(error));
}

#[test]
fn the_same_key_with_other_content_names_the_field() {
    let mut book = Book::new();
    book.post(day(0), vec![]);
    let account = book.account();
    let check = |json: serde_json::Value| {
        account.check_new(ActKind::Adjust, &id("act-1"), &Content::of(&json).unwrap())
    };
    assert_eq!(check(serde_json::json!({"seq": 1, "n": 0})), Ok(Some(1)));
    let error = check(serde_json::json!({"seq": 2, "n": 0})).unwrap_err();
    assert_eq!(error.code(), "ledger.other_content");
    assert!(error.to_string().contains("another seq"), "{error}");
    let empty = Content::default();
    assert_eq!(
        account.check_new(ActKind::Redeem, &id("act-1"), &empty),
        Ok(None)
    );
    assert_eq!(
        account.check_new(ActKind::Adjust, &id("act-2"), &empty),
        Ok(None)
    );
}

#[test]
fn errors_are_small() {
    assert!(
        size_of::<LedgerError>() <= 128,
        "{}",
        size_of::<LedgerError>()
    );
}

#[test]
fn an_audit_sees_what_is_wrong() {
    let mut book = Book::new();
    book.post(
        day(0),
        vec![
            purchase("a"),
            earning(lot(0, 10)),
            hold("h", &[(0, 4)], vec![], day(9)),
        ],
    );
    let breaks: Vec<fn(&mut Account)> = vec![
        |a| a.wallets[0].lots[0].remaining = points(9),
        |a| a.wallets[0].lots[0].origin = points(9),
        |a| a.wallets[0].lots[0].held = points(3),
        |a| a.wallets[0].totals.earned = points(11),
        |a| a.wallets[0].totals.unspent = points(1),
        |a| a.wallets[0].first_live = 1,
        |a| a.wallets[0].carry_den = 0,
        |a| a.wallets.extend_from_within(..1),
        |a| a.purchase_count = 2,
        |a| a.first_ready = 1,
        |a| a.keys[0].print += 1,
        |a| a.keys[0].seq = 2,
        |a| a.keys.extend_from_within(..1),
        |a| a.holds.clear(),
        |a| a.holds[0].issues.push(0),
        |a| {
            a.counters.push(Counter {
                limit: LimitKey::new("x", None),
                count: 0,
            })
        },
        |a| {
            let point = a.ladders[0].points[0];
            a.ladders[0].points.push(point);
        },
    ];
    for (number, break_it) in breaks.iter().enumerate() {
        let mut account = book.account().clone();
        break_it(&mut account);
        assert!(account.audit().is_err(), "break {number}");
    }
}
