//! What a decision says of parts, lots and cards, beside what a record posts.

mod engine_support;

use engine_support::{Shop, moment};
use loyalty_core::evaluate::{MergeAct, PairOutcome, Schemes, merge};
use loyalty_core::ledger::{Account, InstanceState};
use loyalty_core::number::Points;
use loyalty_core::purchase::{Back, Purchase, ReturnLine};
use serde_json::{Value, json};

fn bought(id: &str, price: &str, quantity: u32) -> Purchase {
    let line = json!({ "price": price, "quantity": quantity });
    serde_json::from_value(json!({ "id": id, "currency": "EUR", "lines": [line] })).unwrap()
}

fn scheme(parts: &Value) -> Value {
    let mut scheme = json!({
        "format": 1, "id": "com.example.told", "name": "Told", "currency": "EUR", "time_zone": "Etc/UTC",
        "wallets": [{ "id": "points" }],
    });
    for (name, part) in parts.as_object().unwrap() {
        scheme[name] = part.clone();
    }
    scheme
}

/// A factor below one takes points off other rules where every rule is rounded apart too: 10 a rule at
/// a time less 7.5, each rounded down, and a rule's lot holds no more than is earned.
#[test]
fn a_factor_below_one_is_taken_off_rules_that_are_rounded_apart() {
    let shop = Shop::new(&scheme(&json!({
        "wallets": [{ "id": "points", "round_per_rule": true }],
        "earn": [
            { "id": "base", "give": { "per_amount": { "points": "1", "per": "1.00" } },
              "expiry": { "rolling": { "after": { "days": 10 } } } },
            { "id": "less", "target": {}, "give": { "multiply": { "factor": "0.25" } } },
        ],
    })));
    let decision = shop.quote(&bought("p", "10.00", 1), moment(2, 9));
    let wallet = &decision.wallets[0];
    assert_eq!(wallet.earned, Points::from_whole(2).unwrap());
    let parts: Vec<(&str, i64)> = wallet
        .parts
        .iter()
        .map(|part| (part.rule.as_str(), part.points.milli()))
        .collect();
    assert_eq!(parts, [("base", 2000)]);
    let lots: Vec<i64> = wallet.lots.iter().map(|lot| lot.points.milli()).collect();
    assert_eq!(lots, [2000]);
}

/// Stamps that only fill what a full card owes do not stand on the open one.
#[test]
fn stamps_that_pay_a_debt_are_on_no_open_card() {
    let mut shop = Shop::new(&scheme(&json!({
        "cards": [{ "id": "card", "target": 5, "stamps": [{ "give": { "per_unit": {} } }], "rewards": ["tea"] }],
        "rewards": [{ "id": "tea", "gives": { "custom": { "text": "a tea" } } }],
    })));
    let told = |shop: &Shop, units: u32| {
        let decision = shop.quote(&bought("q", "1.00", units), moment(5, 9));
        let card = decision.cards[0].clone();
        (card.completed, card.on_card)
    };
    assert!(shop.record_if_allowed(&bought("p", "1.00", 5), moment(2, 9)));
    for (act, day) in [
        (
            json!({ "hold": { "id": "h", "rewards": [{ "reward": "tea" }], "until": moment(20, 9) } }),
            3,
        ),
        (json!({ "capture": { "id": "c", "hold": "h" } }), 3),
    ] {
        let Ok(loyalty_core::evaluate::Outcome::Posted(posted)) = shop.act(&act, moment(day, 9))
        else {
            panic!("the reward is ready");
        };
        shop.post(*posted);
    }
    let units = Back::Quantity(3);
    let line = ReturnLine {
        line: "1".parse().unwrap(),
        back: units,
    };
    shop.refund("p", &[line], moment(4, 9));
    assert_eq!(
        [told(&shop, 2), told(&shop, 3)],
        [(0, 0), (0, 0)],
        "3 are owed"
    );
    assert_eq!(
        [told(&shop, 4), told(&shop, 8)],
        [(0, 1), (1, 0)],
        "then the next card"
    );
}

/// A cancelled sale takes back how long it kept points alive; points that come back to a lot which would
/// have lapsed without it lapse with the cancellation, and a replay says the same.
#[test]
fn a_cancelled_sale_keeps_no_points_alive() {
    let mut shop = Shop::new(&scheme(&json!({
        "wallets": [{
            "id": "points", "expiry": { "activity": { "after": { "days": 10 } } },
            "redemption": { "value": { "points": "10", "amount": "1.00" }, "as": "discount" },
        }],
    })));
    shop.give("100", moment(1, 9));
    let mut bought = bought("p", "20.00", 1);
    bought.pay_points =
        serde_json::from_value(json!([{ "wallet": "points", "points": "40" }])).unwrap();
    assert!(shop.record_if_allowed(&bought, moment(8, 9)));
    shop.cancel("p", moment(15, 9));
    shop.check();
    let balance = shop
        .account
        .balance(&"points".parse().unwrap(), moment(15, 9));
    assert_eq!(
        (balance.active, balance.expired),
        (Points::ZERO, Points::from_whole(100).unwrap())
    );
    assert!(!shop.account.has_due(moment(15, 9)), "all of it is posted");
    let lot = &shop.account.wallets[0].lots[0];
    assert_eq!(lot.expired_on(), Some(moment(12, 0).date()));
}

/// Points of the order itself fill first what the member owes: a quote grants what a record can post.
#[test]
fn own_points_fill_a_debt_before_they_are_spent() {
    let mut shop = Shop::new(&scheme(&json!({
        "wallets": [{
            "id": "points", "spend_own_points": true,
            "redemption": { "value": { "points": "10", "amount": "1.00" }, "as": "tender" },
        }],
        "earn_base": { "own_reward": "before" },
        "earn": [{ "id": "base", "give": { "per_purchase": { "points": "30" } } }],
    })));
    let debt = json!({ "points": { "wallet": "points", "points": "-20", "allow_deficit": true } });
    let debt = json!({ "adjust": { "id": "debt", "change": debt, "actor": "a", "reason": "r" } });
    let Ok(loyalty_core::evaluate::Outcome::Posted(posted)) = shop.act(&debt, moment(1, 9)) else {
        panic!("a debt is allowed");
    };
    shop.post(*posted);
    let mut bought = bought("p", "20.00", 1);
    bought.pay_points = serde_json::from_value(json!([{ "wallet": "points" }])).unwrap();
    let decision = shop.quote(&bought, moment(2, 9));
    assert!(decision.refused.is_empty());
    assert_eq!(decision.wallets[0].spent, Points::from_whole(10).unwrap());
    assert!(shop.record_if_allowed(&bought, moment(2, 9)));
    shop.check();
}

/// A purchase of some days ago: its quote looks at what is due from that day on, as its record does.
#[test]
fn a_quote_of_a_purchase_of_earlier_is_what_is_recorded() {
    let mut shop = Shop::new(&scheme(&json!({
        "guards": { "backdate_days_max": 5 },
        "wallets": [{ "id": "points", "pending": { "after": { "days": 3 } } }],
        "earn": [{ "id": "base", "give": { "per_amount": { "points": "1", "per": "1.00" } } }],
        "ladders": [{
            "id": "status", "metric": { "points_earned": {} }, "window": { "lifetime": {} }, "review": { "never": {} },
            "tiers": [{ "id": "low", "threshold": "5" }],
        }],
    })));
    assert!(shop.record_if_allowed(&bought("p", "10.00", 1), moment(2, 9)));
    let mut late = bought("late", "1.00", 1);
    late.occurred_at = Some(moment(3, 9));
    let decision = shop.quote(&late, moment(6, 9));
    let recorded = shop.record_expecting(&late, &decision, moment(6, 9));
    assert!(recorded.is_ok(), "{recorded:?}");
}

/// After a merge an open card can stand before full ones. When a return moves stamps up and fills it, it is
/// full in place of the one that opens again, and the reward stays.
#[test]
fn a_card_that_moved_stamps_fill_keeps_the_reward() {
    let document = scheme(&json!({
        "cards": [{ "id": "card", "target": 2, "stamps": [{ "give": { "per_unit": {} } }], "rewards": ["tea"] }],
        "rewards": [{ "id": "tea", "gives": { "custom": { "text": "a tea" } } }],
    }));
    let mut shop = Shop::new(&document);
    assert!(shop.record_if_allowed(&bought("a", "1.00", 1), moment(2, 9)));
    let mut other = Shop::new(&document);
    other.account = Account::new("other".parse().unwrap());
    assert!(other.record_if_allowed(&bought("b", "1.00", 2), moment(2, 9)));
    let act: MergeAct = serde_json::from_value(json!({ "id": "m" })).unwrap();
    let schemes = Schemes::new(shop.scheme.clone());
    let merged = merge(&schemes, &shop.account, &other.account, &act, moment(3, 9)).unwrap();
    let PairOutcome::Posted(taken, _) = merged else {
        panic!("it is new");
    };
    shop.post(*taken);
    let line = ReturnLine {
        line: "1".parse().unwrap(),
        back: Back::Quantity(1),
    };
    shop.refund("a", &[line], moment(4, 9));
    shop.check();
    let states: Vec<(u32, InstanceState)> = shop.account.cards[0]
        .instances
        .iter()
        .map(|instance| (instance.count(), instance.state))
        .collect();
    assert_eq!(
        states,
        [(2, InstanceState::Complete), (0, InstanceState::Open)]
    );
    let open: Vec<_> = shop.account.open_rewards().collect();
    assert_eq!(open.len(), 1, "two stamps of b fill a card");
}
