use super::*;
use crate::id::LotId;

#[test]
fn a_purchase_returns_line_by_line_and_is_cancelled_once() {
    let mut book = Book::new();
    book.post(day(0), vec![purchase("a")])
        .post(day(3), vec![purchase("b")]);
    book.post(day(4), vec![back("a", &[("1", 2)], "20.00", false)]);
    let state = book.account().purchase(&id("a")).unwrap();
    assert_eq!(
        (state.returned[0].quantity, state.refunded_minor),
        (2, 2000)
    );
    let ladder = book.account().ladder(&id("ladder")).unwrap();
    assert_eq!(
        ladder.points[0],
        MetricPoint {
            date: day(0).date(),
            amount: 4000
        }
    );
    book.post(
        day(5),
        vec![back("a", &[("1", 1), ("b", 1)], "30.00", true)],
    );
    assert_eq!(book.account().purchase_count, 1);
    let error = book
        .try_post(day(6), vec![back("a", &[], "0.00", false)])
        .unwrap_err();
    assert_eq!(error.code(), "ledger.state");
    book.post(day(6), vec![event("delivered", Some(id("b")))]);
    assert_eq!(book.account().purchase(&id("b")).unwrap().events.len(), 1);
}

#[test]
fn metrics_stand_in_order_of_days() {
    let mut book = Book::new();
    let backdated = |account: &Account, at: i32, occurred: i32| Group {
        occurred_at: Some(Box::new(day(occurred))),
        ..group(
            account,
            day(at),
            vec![purchase(&format!("p{occurred}-{at}"))],
        )
    };
    for (at, occurred) in [(5, 5), (6, 3), (7, 4), (8, 4)] {
        let group = backdated(book.account(), at, occurred);
        book.0.post(seal(group).unwrap()).unwrap();
    }
    let ladder = book.account().ladder(&id("ladder")).unwrap();
    let days: Vec<_> = ladder
        .points
        .iter()
        .map(|point| (point.date, point.amount))
        .collect();
    let expected = [(3, 5000), (4, 10_000), (5, 5000)].map(|(n, amount)| (day(n).date(), amount));
    assert_eq!(days, expected);
    book.account().audit().unwrap();
}

#[test]
fn a_merge_renumbers_the_other_account() {
    let (mut one, mut two) = (Book::new(), Book(Ledger::new(id("m2"))));
    one.post(
        day(0),
        vec![
            purchase("a"),
            earning(lot(0, 100)),
            issue(0, None),
            spend(0, vec![draw(0, 1)]),
        ],
    );
    let other = group(
        two.account(),
        day(1),
        vec![
            purchase("b"),
            earning(lot(0, 200)),
            spend(0, vec![draw(0, 5)]),
            issue(0, None),
            hold("h", &[(0, 7)], vec![0], day(9)),
            Entry::Reversal(Box::new(reversal("b", vec![draw(0, 2)], 0))),
        ],
    );
    let other = seal(Group {
        key: id("theirs"),
        ..other
    })
    .unwrap();
    two.0.post(other).unwrap();
    let account = Box::new(two.account().clone());
    one.post(
        day(2),
        vec![Entry::MergeIn(Box::new(MergeInEntry { account }))],
    );
    let merged = one.account();
    assert_eq!(one.balance(day(2)).active, points(99 + 193));
    assert_eq!(merged.holds[0].draws[0].lot, LotId::new(1));
    assert_eq!(
        (
            merged.holds[0].issues[0],
            merged.redemptions[1].draws[0].lot
        ),
        (1, LotId::new(1))
    );
    assert_eq!(
        merged.purchase(&id("b")).unwrap().reversed[0].draws,
        vec![draw(1, 2)]
    );
    assert_eq!(
        (merged.purchase_count, merged.joined),
        (2, Some(day(0).date()))
    );
    assert_eq!(
        merged.posted(ActKind::Adjust, &id("theirs")).unwrap().seq,
        2
    );
    let itself = Box::new(merged.clone());
    let error = one.try_post(
        day(3),
        vec![Entry::MergeIn(Box::new(MergeInEntry { account: itself }))],
    );
    assert_eq!(error.unwrap_err().code(), "ledger.member");
}

#[test]
fn carried_fractions_add_in_lowest_terms() {
    let mut book = Book::new();
    let with = |name: &str, num, den| {
        let Entry::Purchase(mut entry) = purchase(name) else {
            panic!()
        };
        Arc::make_mut(&mut entry).carry = vec![CarryEntry {
            wallet: id("p"),
            num,
            den,
        }];
        Entry::Purchase(entry)
    };
    book.post(day(0), vec![with("a", 1, 3), with("b", 1, 6)]);
    assert_eq!((book.wallet().carry_num, book.wallet().carry_den), (1, 2));
    book.post(day(0), vec![with("c", -1, 2)]);
    assert_eq!((book.wallet().carry_num, book.wallet().carry_den), (0, 1));
    assert_eq!(
        book.try_post(day(0), vec![with("d", 1, 0)])
            .unwrap_err()
            .code(),
        "ledger.state"
    );
}
