//! What a decision says of parts, lots and cards, beside what a record posts.

mod engine_support;

use engine_support::{Shop, moment};
use loyalty_core::number::Points;
use loyalty_core::purchase::Purchase;
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
    let parts: Vec<(&str, i64)> = wallet.parts.iter().map(|part| (part.rule.as_str(), part.points.milli())).collect();
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
    let redeem = json!({ "redeem": { "id": "use", "on": { "reward": { "reward": "tea" } } } });
    let Ok(loyalty_core::evaluate::Outcome::Posted(used)) = shop.act(&redeem, moment(3, 9)) else {
        panic!("the reward is ready");
    };
    shop.post(*used);
    let units = loyalty_core::purchase::Back::Quantity(3);
    let line = loyalty_core::purchase::ReturnLine { line: "1".parse().unwrap(), back: units };
    shop.refund("p", &[line], moment(4, 9));
    assert_eq!([told(&shop, 2), told(&shop, 3)], [(0, 0), (0, 0)], "3 are owed");
    assert_eq!([told(&shop, 4), told(&shop, 8)], [(0, 1), (1, 0)], "then the next card");
}
