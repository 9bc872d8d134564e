//! The demo's totals over the whole CDNOW sample, against a second, small calculation that knows
//! nothing of the engine: it walks the file's orders with plain integers.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "sums of 6,919 orders; overflow checks are on"
)]

#[path = "../examples/demo/data.rs"]
mod data;
#[path = "demo_models/mod.rs"]
mod models;
#[path = "../examples/demo/shop.rs"]
mod shop;
#[path = "../examples/demo/totals.rs"]
mod totals;

use shop::Shop;
use totals::{Cost, PointTotals, RewardTotals, Totals};

type Failure = Box<dyn std::error::Error>;

fn run(document: &str) -> Totals {
    let orders = data::orders().expect("the sample");
    let mut shop = Shop::open(document).expect("a scheme");
    shop.run(&orders).expect("a run");
    let totals = Totals::of(&shop).expect("totals");
    assert_eq!(
        (totals.members, totals.orders, totals.units, totals.sales),
        (2_357, 6_919, 16_479, 24_409_194)
    );
    assert_eq!(
        totals.ledger.replayed, totals.members,
        "replay from nothing"
    );
    assert_eq!(totals.ledger.verified, totals.members, "hash chains");
    backtested(document, &orders, &totals);
    totals
}

#[test]
fn the_sample_is_whole() {
    let orders = data::orders().expect("the sample");
    assert_eq!(orders.len(), 6_919);
    assert!(orders.is_sorted_by_key(|order| order.date));
    for order in &orders {
        let purchase = order.purchase().expect("a purchase");
        let lines = purchase.lines.iter();
        let units: u32 = lines.clone().map(|line| line.quantity).sum();
        let minor: i64 = lines
            .map(|line| line.price.minor() * i64::from(line.quantity))
            .sum();
        assert_eq!((units, minor), (order.units, order.minor), "{order:?}");
    }
}

#[test]
fn a_stamp_card() {
    let totals = run(include_str!("../examples/schemes/cafe-card.toml"));
    let model = models::stamp_card(&data::orders().expect("the sample"));
    assert_eq!(
        (
            totals.stamps,
            totals.cards_completed,
            totals.rewards.clone()
        ),
        (model.stamps, model.completed, model.rewards)
    );
    assert_eq!(totals.cost, model.cost);

    assert_eq!((totals.stamps, totals.cards_completed), (15_756, 1_020));
    assert_eq!(
        totals.rewards,
        RewardTotals {
            issued: 1_020,
            used: 723,
            ready: 138,
            lapsed: 159,
        }
    );
    assert_eq!(totals.cost.rewards, 1_152_197);
}

#[test]
fn points_and_tiers() {
    let totals = run(include_str!("../examples/schemes/points-tiers.toml"));
    let model = models::points(&data::orders().expect("the sample"));
    assert_eq!(totals.points, model.points);
    assert_eq!(totals.tiers, model.tiers);
    assert_eq!(totals.rewards, model.rewards);
    assert_eq!(totals.cost, model.cost);

    let points = &totals.points;
    assert_eq!(
        points.issued,
        points.redeemed + points.expired + points.outstanding
    );
    assert_eq!(
        *points,
        PointTotals {
            issued: 296_704_000,
            redeemed: 143_200_000,
            expired: 99_067_000,
            outstanding: 54_437_000,
        }
    );
    assert_eq!(
        totals.cost,
        Cost {
            rewards: 61_500,
            benefits: 0,
            points: 143_200,
            outstanding: 54_437,
        }
    );
}

#[test]
fn a_standing_discount() {
    let totals = run(include_str!("../examples/schemes/spend-discount.toml"));
    let model = models::standing_discount(&data::orders().expect("the sample"));
    assert_eq!(totals.tiers, model.tiers);
    assert_eq!(totals.cost, model.cost);

    let tiers = [("two", 272), ("five", 145), ("eight", 43)];
    assert_eq!(totals.tiers, tiers.map(|(id, n)| (id.to_owned(), n)));
    assert_eq!(totals.cost.benefits, 584_528);
}

/// The same orders through the module for backtests: other code around the same engine.
fn backtested(document: &str, orders: &[data::Order], expected: &Totals) {
    use loyalty_core::backtest::{BacktestOptions, MemberOrders, Redeem, backtest};
    use loyalty_core::import::Order;
    use loyalty_core::scheme::{SchemeDef, compile};
    use loyalty_core::time::{CivilDateTime, Zone};

    let zone: Zone = "America/New_York".parse().expect("a zone");
    let moment = |date, ms_of_day| {
        let civil = CivilDateTime::try_new(date, ms_of_day).expect("a time");
        zone.civil(civil).expect("a moment")
    };
    let history = orders.iter().map(|order| Order {
        customer: Some(format!("member-{}", order.member)),
        at: moment(order.date, 43_200_000 + order.number * 60_000),
        paid: true,
        cancelled_at: None,
        purchase: order.purchase().expect("a purchase"),
        returns: Vec::new(),
    });
    let history = MemberOrders::try_new(history).expect("a history");
    let options = BacktestOptions {
        redeem: Redeem::AsSoonAsPossible,
        redeem_from_minor: shop::USES_FROM_MINOR,
        until: Some(moment("1998-07-01".parse().expect("a date"), 43_200_000)),
    };
    let scheme = compile(SchemeDef::from_toml(document).expect("a document"));
    let scheme = std::sync::Arc::new(scheme.expect("a scheme"));
    let mut go_on = |_| std::ops::ControlFlow::Continue(());
    let found = backtest(&scheme, &history, &options, &mut go_on).expect("a result");
    let figures = found.totals;
    assert_eq!(
        (
            found.members.len() as u64,
            figures.orders as u64,
            figures.sales_minor
        ),
        (expected.members, expected.orders, expected.sales)
    );
    let points = PointTotals {
        issued: figures.points.issued_milli,
        redeemed: figures.points.redeemed_milli,
        expired: figures.points.expired_milli,
        outstanding: figures.points.outstanding_milli(),
    };
    assert_eq!(points, expected.points);
    let cost = Cost {
        rewards: figures.cost_rewards_minor,
        benefits: figures.cost_benefits_minor,
        points: figures.cost_points_minor,
        outstanding: found.outstanding_worth_minor,
    };
    assert_eq!(cost, expected.cost);
    assert_eq!(
        (figures.stamps, figures.cards_completed as u64),
        (expected.stamps, expected.cards_completed)
    );
    let rewards = (
        figures.rewards_issued,
        figures.rewards_used,
        figures.rewards_void,
    );
    let of = &expected.rewards;
    assert_eq!(
        rewards,
        (of.issued as i64, of.used as i64, of.lapsed as i64)
    );
    let tiers = found.ladders.iter().flat_map(|ladder| &ladder.tiers);
    let tiers: Vec<_> = tiers
        .map(|tier| (tier.tier.to_string(), tier.members))
        .collect();
    assert_eq!(tiers, expected.tiers);
}
