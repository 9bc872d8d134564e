//! A scheme over a history: figures by hand, the order of the input, limits that members share, what
//! falls due when, and two schemes side by side.

use std::ops::ControlFlow;
use std::sync::Arc;

use loyalty_core::backtest::{
    Backtest, BacktestError, BacktestOptions, Figures, MemberOrders, Redeem, backtest, compare,
};
use loyalty_core::import::{Columns, ImportOptions, Order, read_csv, read_shopify_orders};
use loyalty_core::scheme::{Scheme, SchemeDef, compile};

const POINTS: &str = r#"
format = 1
id = "points"
name = "Points"
currency = "EUR"
time_zone = "Etc/UTC"
[[wallets]]
id = "points"
unit = { one = "point", other = "points" }
expiry.rolling = { after = { months = 3 } }
[wallets.redemption]
as = "discount"
value = { points = "10", amount = "1.00" }
[[earn]]
id = "base"
give.per_amount = { points = "1", per = "1.00" }
"#;

fn scheme(text: &str) -> Arc<Scheme> {
    Arc::new(compile(SchemeDef::from_toml(text).expect("a document")).expect("a scheme"))
}

/// Orders of `member,day,amount` and refunds of `member,day,-amount`, an order a member and number.
fn orders(rows: &[(&str, &str, &str, &str)]) -> Vec<Order> {
    let mut text = "who,order,day,amount\n".to_owned();
    for (who, order, day, amount) in rows {
        text.push_str(&format!("{who},{order},{day},{amount}\n"));
    }
    let columns = Columns {
        order: Some("order".to_owned()),
        ..Columns::new("who", "day", "amount")
    };
    let options = ImportOptions {
        currency: Some("EUR".parse().expect("a currency")),
    };
    read_csv(&text, &columns, &options).expect("orders")
}

const ROWS: [(&str, &str, &str, &str); 7] = [
    ("ann", "a1", "2026-01-10", "100.00"),
    ("ann", "a2", "2026-02-10", "50.00"),
    ("ben", "b1", "2026-01-31", "20.00"),
    ("ann", "a2", "2026-02-12", "-50.00"),
    ("ben", "b2", "2026-06-01", "10.00"),
    ("ann", "a3", "2026-03-10", "40.00"),
    ("", "g1", "2026-03-10", "40.00"),
];

fn run(scheme: &Arc<Scheme>, orders: Vec<Order>, options: BacktestOptions) -> Backtest {
    let history = MemberOrders::try_new(orders).expect("a history");
    let mut go_on = |_| ControlFlow::Continue(());
    backtest(scheme, &history, &options, &mut go_on).expect("a result")
}

fn eager() -> BacktestOptions {
    BacktestOptions {
        redeem: Redeem::AsSoonAsPossible,
        ..BacktestOptions::default()
    }
}

fn months(result: &Backtest) -> Vec<(u32, u64, i64, i64, i64, i64)> {
    let months = result.months.iter();
    months
        .map(|month| {
            let points = month.figures.points;
            (
                month.month,
                month.members,
                month.figures.orders,
                points.issued_milli / 1_000,
                points.expired_milli / 1_000,
                month.outstanding_milli / 1_000,
            )
        })
        .collect()
}

#[test]
fn figures_by_hand() {
    let found = run(&scheme(POINTS), orders(&ROWS), BacktestOptions::default());
    assert_eq!(found.guests, 1);
    let names: Vec<&str> = found
        .members
        .iter()
        .map(|one| one.member.as_str())
        .collect();
    assert_eq!(names, ["ann", "ben"]);
    // Ann: 100 of 10 January lapse after 10 April, 40 of 10 March after 10 June, which is after the last
    // order. Ben: 20 of 31 January lapse after 30 April. The 50 of a2 are taken back.
    assert_eq!(
        months(&found),
        [
            (1, 2, 2, 120, 0, 120),
            (2, 1, 1, 50, 0, 120),
            (3, 1, 1, 40, 0, 160),
            (4, 0, 0, 0, 100, 60),
            (5, 0, 0, 0, 20, 40),
            (6, 1, 1, 10, 0, 50),
        ]
    );
    let totals = found.totals;
    assert_eq!((totals.orders, totals.returns), (5, 1));
    assert_eq!((totals.sales_minor, totals.revenue_minor), (17_000, 17_000));
    assert_eq!(totals.points.taken_back_milli, 50_000);
    assert_eq!(totals.points.outstanding_milli(), 50_000);
    assert_eq!(
        (totals.cost_minor(), found.outstanding_worth_minor),
        (0, 500)
    );
    assert_eq!(found.wallets[0].points, totals.points);
    assert_eq!(
        found.until.expect("an end").to_string(),
        "2026-06-01T12:00:00Z"
    );
    // Everything due by a later day.
    let options = BacktestOptions {
        until: Some("2026-12-31T12:00:00Z".parse().expect("a moment")),
        ..BacktestOptions::default()
    };
    let found = run(&scheme(POINTS), orders(&ROWS), options);
    assert_eq!(found.totals.points.outstanding_milli(), 0);
    assert_eq!(
        months(&found)[6..],
        [
            (7, 0, 0, 0, 0, 10),
            (8, 0, 0, 0, 0, 10),
            (9, 0, 0, 0, 10, 0)
        ]
    );
}

#[test]
fn points_are_used_as_the_members_behave() {
    let scheme = scheme(POINTS);
    let found = run(&scheme, orders(&ROWS), eager());
    // Ann pays 10.00 of a2 with 100 points and earns 40; the return gives all back and takes 40.
    // Then 10.00 of a3 with the same 100, earning 30. Ben's 20 lapse before he comes again.
    let ann = &found.members[0].figures;
    assert_eq!(ann.points.issued_milli, 170_000);
    assert_eq!(ann.points.taken_back_milli, 40_000);
    assert_eq!(ann.points.redeemed_milli, 100_000);
    assert_eq!((ann.cost_points_minor, ann.revenue_minor), (1_000, 13_000));
    assert_eq!(ann.sales_minor, 14_000);
    let ben = &found.members[1].figures;
    assert_eq!(
        (ben.points.redeemed_milli, ben.points.expired_milli),
        (0, 20_000)
    );
    // Only what lapses within 32 days: the 100 on 10 March, not on 10 February.
    let late = BacktestOptions {
        redeem: Redeem::BeforeExpiry { days: 32 },
        ..eager()
    };
    let found = run(&scheme, orders(&ROWS), late);
    assert_eq!(found.members[0].figures.points.issued_milli, 180_000);
    assert_eq!(found.totals.cost_points_minor, 1_000);
    // Small orders use nothing.
    let large = BacktestOptions {
        redeem_from_minor: 5_001,
        ..eager()
    };
    let never = run(&scheme, orders(&ROWS), BacktestOptions::default());
    assert_eq!(run(&scheme, orders(&ROWS), large), never);
}

const REWARDS: &str = r#"
format = 1
id = "rewards"
name = "Rewards"
currency = "EUR"
time_zone = "Etc/UTC"
[[wallets]]
id = "stars"
unit = { one = "star", other = "stars" }
[[earn]]
id = "base"
give.per_amount = { points = "1", per = "1.00" }
[[rewards]]
id = "two-off"
name = "Two off"
cost.points = "20"
gives.amount = { amount = "2.00" }
[[rewards]]
id = "nine-off"
name = "Nine off"
cost.points = "90"
gives.amount = { amount = "9.00" }
[[ladders]]
id = "status"
metric.spend = {}
window.rolling = { months = 2 }
valid_for = { months = 2 }
review.at_validity_end = {}
[[ladders.tiers]]
id = "silver"
threshold = "90.00"
"#;

#[test]
fn rewards_are_bought_and_tiers_reviewed() {
    let found = run(&scheme(REWARDS), orders(&ROWS), eager());
    let ann = &found.members[0].figures;
    // 100; the dearest on a2, which comes back with the return; again on a3; 10 + 31 are left.
    assert_eq!((ann.cost_rewards_minor, ann.rewards_used), (900, 1));
    assert_eq!(ann.points.outstanding_milli(), 41_000);
    let ben = &found.members[1].figures;
    // 20 at b2, which the cheaper one takes; 8 are left.
    assert_eq!(
        (ben.cost_rewards_minor, ben.points.outstanding_milli()),
        (200, 8_000)
    );
    // Silver since 10 January for two months; 40.00 in the window of 10 March do not keep it.
    let ladder = &found.ladders[0];
    assert_eq!((ladder.none, ladder.tiers[0].members), (2, 0));
    let until = BacktestOptions {
        until: Some("2026-02-15T00:00:00Z".parse().expect("a moment")),
        ..BacktestOptions::default()
    };
    let found = run(&scheme(REWARDS), orders(&ROWS[..4]), until);
    assert_eq!(found.ladders[0].tiers[0].members, 1);
    assert_eq!(
        found.members[0].tiers[0].as_ref().expect("a tier").as_str(),
        "silver"
    );
}

#[test]
fn the_order_of_the_input_does_not_show() {
    for text in [POINTS, REWARDS, SHARED] {
        let scheme = scheme(text);
        let bytes = |orders: Vec<Order>| {
            serde_json::to_string(&run(&scheme, orders, eager())).expect("JSON")
        };
        let first = bytes(orders(&ROWS));
        let mut turned = orders(&ROWS);
        for _ in 0..turned.len() {
            turned.rotate_left(1);
            assert_eq!(bytes(turned.clone()), first);
        }
        turned.reverse();
        assert_eq!(bytes(turned), first);
    }
}

const SHARED: &str = r#"
format = 1
id = "shared"
name = "Shared"
currency = "EUR"
time_zone = "Etc/UTC"
[[wallets]]
id = "points"
unit = { one = "point", other = "points" }
[[earn]]
id = "base"
give.per_amount = { points = "1", per = "1.00" }
caps = [{ points = "150", per = "scheme" }]
"#;

#[test]
fn limits_that_members_share_go_by_time() {
    let history = MemberOrders::try_new(orders(&ROWS)).expect("a history");
    let mut told = 0;
    let mut count = |more| {
        told += more;
        ControlFlow::Continue(())
    };
    let found = backtest(
        &scheme(SHARED),
        &history,
        &BacktestOptions::default(),
        &mut count,
    );
    let found = found.expect("a result");
    // 100 for a1 and 20 for b1 leave 30 for a2. A return takes them back, and the budget stays used.
    let issued = |place: usize| found.members[place].figures.points.issued_milli / 1_000;
    let outstanding = found.totals.points.outstanding_milli() / 1_000;
    assert_eq!((issued(1), outstanding, told), (20, 120, 5));
}

#[test]
fn cancelled_orders_count_for_nothing_in_the_end() {
    let mut all = orders(&[
        ("ann", "a1", "2026-01-10", "100.00"),
        ("ann", "a2", "2026-01-20", "60.00"),
    ]);
    all[1].cancelled_at = Some("2026-02-02T12:00:00Z".parse().expect("a moment"));
    let mut unpaid = all[1].clone();
    unpaid.paid = false;
    unpaid.purchase.id = "a3".parse().expect("an id");
    all.push(unpaid);
    let found = run(&scheme(POINTS), all, eager());
    let totals = found.totals;
    assert_eq!(
        (totals.orders, totals.returns, totals.revenue_minor),
        (2, 1, 10_000)
    );
    assert_eq!((totals.sales_minor, totals.cost_minor()), (10_000, 0));
    assert_eq!(totals.points.outstanding_milli(), 100_000);
}

#[test]
fn a_goodwill_refund_never_exceeds_what_was_paid() {
    // All of the second order but 1.00 was given back; under the scheme 10.00 of it were points.
    let rows = [
        ("ann", "a1", "2026-01-10", "100.00"),
        ("ann", "a2", "2026-01-20", "12.00"),
        ("ann", "a2", "2026-01-21", "-11.00"),
    ];
    let found = run(&scheme(POINTS), orders(&rows), eager());
    let ann = &found.members[0].figures;
    assert_eq!((ann.returns, ann.cost_points_minor), (1, 1_000));
    assert_eq!(ann.revenue_minor, 10_000);
}

#[test]
fn what_goes_wrong_names_the_order() {
    let stop = |at: u64| {
        let history = MemberOrders::try_new(orders(&ROWS)).expect("a history");
        let mut done = 0;
        let mut progress = |more| {
            done += more;
            if done >= at {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let found = backtest(&scheme(POINTS), &history, &eager(), &mut progress);
        (found.err().map(|error| error.code()), done)
    };
    assert_eq!(stop(1), (Some("backtest.stopped"), 3));
    assert_eq!(stop(9), (None, 5));

    let fails = |orders: Vec<Order>| {
        let history = MemberOrders::try_new(orders)?;
        let mut go_on = |_| ControlFlow::Continue(());
        backtest(&scheme(POINTS), &history, &eager(), &mut go_on)
    };
    let mut foreign = orders(&ROWS);
    foreign[1].purchase.currency = "USD".parse().expect("a currency");
    let error = fails(foreign).expect_err("a foreign currency");
    let BacktestError::Order(named) = &error else {
        panic!("{error}");
    };
    assert_eq!((named.member.as_str(), named.order.as_str()), ("ann", "a2"));
    assert_eq!(error.code(), "purchase.currency");
    assert!(
        error.to_string().starts_with("order a2 of member ann: "),
        "{error}"
    );

    let mut twice = orders(&ROWS);
    twice.push(twice[0].clone());
    assert_eq!(fails(twice).expect_err("twice").code(), "backtest.twice");
    let mut long = orders(&ROWS);
    long[0].customer = Some("x".repeat(65));
    assert_eq!(fails(long).expect_err("too long").code(), "backtest.member");
}

#[test]
fn two_schemes_side_by_side() {
    let first = run(&scheme(POINTS), orders(&ROWS), eager());
    let double = POINTS.replace("points = \"1\", per", "points = \"2\", per");
    let second = run(&scheme(&double), orders(&ROWS), eager());
    let found = compare(&first, &second);
    assert_eq!(found.totals, second.totals.minus(&first.totals));
    assert!(found.totals.points.issued_milli > 0 && found.totals.cost_points_minor > 0);
    let sum = |figures: &mut dyn Iterator<Item = Figures>| {
        figures.fold(Figures::default(), |sum, one| sum.plus(&one))
    };
    assert_eq!(
        sum(&mut found.members.iter().map(|one| one.figures)),
        found.totals
    );
    assert_eq!(
        sum(&mut found.months.iter().map(|one| one.figures)),
        found.totals
    );
    let same = compare(&first, &first);
    assert_eq!(same.totals, Figures::default());
    assert!(same.months.iter().all(|month| month.outstanding_milli == 0));
}

#[test]
fn imported_orders_go_straight_in() {
    let text = include_str!("data/import/shopify_orders.json");
    let orders = read_shopify_orders(text, &ImportOptions::default()).expect("orders");
    let found = run(&scheme(POINTS), orders, eager());
    // 48.00 less 11.50, 8.34, 8.33 and 1.50.
    assert_eq!(found.members[0].member.as_str(), "70001");
    assert_eq!(found.totals.points.outstanding_milli(), 18_000);
    assert_eq!((found.totals.returns, found.guests), (2, 0));
}

#[test]
fn an_empty_history_is_a_result() {
    let found = run(&scheme(POINTS), Vec::new(), eager());
    assert_eq!(
        (found.members.len(), found.months.len(), found.until),
        (0, 0, None)
    );
}
