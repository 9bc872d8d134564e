//! Random schemes: every part of the document, in what combines.

use std::sync::Arc;

use loyalty_core::scheme::{Scheme, SchemeDef, compile};
use serde_json::{Value, json};

use crate::random::Random;

const PERIODS: [&str; 5] = ["order", "day", "week", "month", "member"];

/// A compiled scheme of a document.
///
/// # Panics
/// When it does not compile: the generator is wrong then.
#[must_use]
pub fn compiled(document: &Value) -> Arc<Scheme> {
    let def = SchemeDef::from_json(&document.to_string());
    let def = def.unwrap_or_else(|error| panic!("{error}\n{document}"));
    Arc::new(compile(def).unwrap_or_else(|problems| panic!("{problems}\n{document}")))
}

/// A random scheme.
pub fn scheme(random: &mut Random) -> Value {
    let mut document = json!({
        "format": 1, "id": "com.example.soak", "name": "Soak", "currency": "EUR", "time_zone": "Europe/Paris",
        "wallets": [wallet(random, "points"), wallet(random, "miles")],
        "combine_multipliers": random.pick(&["product", "sum_of_increments", "best"]),
        "combine_rules": random.pick(&["sum", "sum", "best"]),
        "earn": earn(random), "cards": [card(random)], "ladders": ladders(random), "rewards": rewards(random),
        "offers": offers(random), "stacking": stacking(random),
        "returns": {
            "money": random.pick(&["frozen", "frozen", "reprice"]),
            "points": random.pick(&["reprice", "reprice", "line_attributed", "proportional", "none"]),
            "restore_grace_days": random.pick(&[0, 0, 7]),
        },
    });
    if random.one_in(3) {
        document["guards"] = json!({
            "redemptions_per_day": random.below(4), "earning_purchases_per_day": random.below(4),
            "days_before_first_redemption": random.below(2), "backdate_days_max": random.below(9),
        });
    }
    if random.one_in(4) {
        document["exclude"] = json!({ "target": { "tags": ["out"] }, "gift_cards": random.one_in(2), "discounted_lines": random.one_in(2) });
    }
    if random.one_in(3) {
        let own = if document["wallets"].to_string().contains("spend_own_points") {
            "before"
        } else {
            "after"
        };
        document["earn_base"] = json!({
            "own_reward": own, "tax": random.pick(&["as_priced", "net", "gross"]),
            "shipping": random.one_in(2), "without_gift_card": random.one_in(2),
        });
    } else if document["wallets"].to_string().contains("spend_own_points") {
        document["earn_base"] = json!({ "own_reward": "before" });
    }
    if random.one_in(4) {
        document["challenges"] = json!([
            { "id": "goal", "parts": [{ "count": random.pick(&["purchases", "units"]), "goal": "2" }], "per": "week", "repeat": random.one_in(2) },
            { "id": "sum", "parts": [{ "target": { "categories": ["a"] }, "count": "amount", "goal": "25.00" }], "days": 9 },
        ]);
        push(
            &mut document["earn"],
            json!({ "id": "reached", "when": { "challenge": "goal" }, "give": { "fixed": { "points": "7" } } }),
        );
        push(
            &mut document["earn"],
            json!({ "id": "summed", "when": { "challenge": "sum" }, "give": { "fixed": { "points": "9" } }, "sticky": random.one_in(2) }),
        );
    }
    if random.one_in(4) {
        document["discount_rounding"] =
            json!(random.pick(&["half_down", "half_even", "down", "up"]));
    }
    if random.one_in(4) {
        document["tax_rounding"] = json!("per_line");
    }
    document
}

/// The same with other rates: what a shop changes from one season to the next.
pub fn next_version(document: &Value, random: &mut Random) -> Value {
    let mut next = document.clone();
    next["earn"][0]["give"] =
        json!({ "per_amount": { "points": random.between(1, 5).to_string(), "per": "1.00" } });
    next["version"] = json!(format!("v{}", random.below(1000)));
    next
}

fn push(list: &mut Value, item: Value) {
    if let Value::Array(list) = list {
        list.push(item);
    }
}

fn span(random: &mut Random) -> Value {
    match random.below(5) {
        0 => json!({ "hours": random.between(1, 60) }),
        1 => json!({ "minutes": random.between(1, 3000) }),
        2 => json!({ "months": random.between(1, 2) }),
        3 => json!({ "exact_days": random.between(1, 20) }),
        _ => json!({ "days": random.between(1, 30) }),
    }
}

/// A span of civil days.
fn days(random: &mut Random) -> Value {
    match random.below(3) {
        0 => json!({ "months": random.between(1, 2) }),
        _ => json!({ "days": random.between(1, 40) }),
    }
}

fn expiry(random: &mut Random) -> Value {
    let round = *random.pick(&["none", "day", "month"]);
    let last = *random.pick(&["inclusive", "exclusive"]);
    match random.below(6) {
        0 => json!({ "rolling": { "after": days(random), "round_up": round, "last_day": last } }),
        1 => json!({ "rolling": { "after": span(random) } }),
        2 => json!({ "end_of_month": { "later": random.below(2) } }),
        3 => json!({ "activity": { "after": days(random) } }),
        4 => {
            json!({ "fixed_date": { "date": random.pick(&["2026-03-31", "2026-05-10", "2027-12-31"]) } })
        }
        _ => json!({ "never": {} }),
    }
}

/// The expiry of a rule of its own: only a wallet's points live by activity.
fn own_expiry(random: &mut Random) -> Value {
    let found = expiry(random);
    match found.get("activity") {
        Some(_) => json!({ "never": {} }),
        None => found,
    }
}

fn pending(random: &mut Random) -> Option<Value> {
    match random.below(6) {
        0 => Some(json!({ "event": "delivered" })),
        1 | 2 => Some(json!({ "after": span(random) })),
        _ => None,
    }
}

fn points(random: &mut Random, precision: usize, most: i64) -> String {
    let whole = random.between(1, most);
    match precision {
        0 => whole.to_string(),
        1 => format!("{whole}.{}", random.below(10)),
        _ => format!("{whole}.{:02}", random.below(100)),
    }
}

fn wallet(random: &mut Random, id: &str) -> Value {
    let precision = if id == "points" { 0 } else { 2 };
    let mut wallet = json!({
        "id": id, "precision": precision, "expiry": expiry(random),
        "rounding": random.pick(&["floor", "floor", "half_up", "half_even", "ceil"]),
        "draw": random.pick(&["earliest_expiry", "oldest", "promotional_first"]),
        "shortfall": random.pick(&["deficit", "deficit", "write_off"]),
        "drain_other_lots": !random.one_in(3),
    });
    if let Some(pending) = pending(random) {
        wallet["pending"] = pending;
    }
    match random.below(4) {
        0 => wallet["carry"] = json!(true),
        1 => wallet["round_per_rule"] = json!(true),
        _ => {}
    }
    if random.one_in(6) {
        wallet["spend_own_points"] = json!(true);
    }
    if random.one_in(6) {
        wallet["balance_max"] = json!(random.between(50, 900).to_string());
    }
    if random.one_in(5) {
        let per = *random.pick(&PERIODS);
        wallet["caps"] = json!([{ "per": per, "points": random.between(5, 200).to_string() }]);
    }
    if !random.one_in(3) {
        let mut redemption = json!({
            "value": { "points": random.pick(&["100", "7", "10"]), "amount": random.pick(&["1.00", "0.07", "2.50"]) },
            "as": random.pick(&["discount", "tender"]), "earns": random.one_in(3),
        });
        if random.one_in(3) {
            redemption["share_max"] = json!(random.pick(&["50", "12.5", "100"]));
            redemption["excess"] = json!(random.pick(&["trim", "reject"]));
        }
        if random.one_in(4) {
            redemption["points_min"] = json!("5");
            redemption["step"] = json!("5");
        }
        if random.one_in(4) {
            redemption["target"] = json!({ "categories": ["a"] });
        }
        wallet["redemption"] = redemption;
        if random.one_in(5) {
            wallet["shortfall"] = json!("charge_refund");
        }
    }
    wallet
}

fn target(random: &mut Random) -> Value {
    match random.below(6) {
        0 => json!({ "categories": ["a"] }),
        1 => json!({ "categories": ["b"] }),
        2 => json!({ "except": { "categories": ["a"] } }),
        3 => json!({ "price_from": "5.00", "price_to": "30.00" }),
        4 => json!({ "any_of": [{ "skus": ["s1"] }, { "tags": ["t"] }] }),
        _ => json!({}),
    }
}

fn condition(random: &mut Random) -> Value {
    match random.below(12) {
        0 => {
            json!({ "min_amount": { "amount": "40.00", "base": random.pick(&["list", "after_item", "running"]) } })
        }
        1 => {
            json!({ "min_quantity": { "quantity": 3, "target": target(random), "different": random.one_in(2) } })
        }
        2 => json!({ "first_purchase": { "again_after_return": random.one_in(2) } }),
        3 => json!({ "nth_purchase": { "every": 2 } }),
        4 => json!({ "weekday": ["mon", "thu", "sun"] }),
        5 => json!({ "hours": { "from": "22:00", "until": "06:00" } }),
        6 => json!({ "bought": { "target": { "categories": ["a"] }, "days": 20 } }),
        7 => json!({ "tier": { "ladder": "status", "any_of": ["high"] } }),
        8 => json!({ "not": { "channel": ["web"] } }),
        9 => json!({ "birthday": { "days_before": 5, "days_after": 9 } }),
        10 => json!({ "any": [{ "segment": ["vip"] }, { "month_day": [1, 10, 20, 31] }] }),
        _ => {
            json!({ "all": [{ "min_quantity": { "quantity": 2 } }, { "between": { "from": "2026-01-10" } }] })
        }
    }
}

/// What may stand on any earn rule that opens a lot.
fn dressed(random: &mut Random, mut rule: Value) -> Value {
    let event = rule["give"].get("event").is_some();
    if random.one_in(3) && !event {
        rule["when"] = condition(random);
    }
    if random.one_in(6) {
        rule["pending"] = pending(random).unwrap_or(json!({ "after": { "days": 2 } }));
    }
    if random.one_in(6) {
        rule["expiry"] = own_expiry(random);
    }
    if random.one_in(6) {
        rule["promotional"] = json!(true);
    }
    if random.one_in(6) {
        rule["sticky"] = json!(true);
    }
    if random.one_in(6) {
        rule["wallet"] = json!("miles");
    }
    if random.one_in(5) {
        let per = *random.pick(&PERIODS);
        rule["caps"] = json!([{ "per": per, "points": random.between(3, 90).to_string() }]);
    }
    if random.one_in(8) {
        let per = *random.pick(&["day", "week", "month", "member"]);
        rule["times"] = json!([{ "per": per, "times": random.between(1, 3) }]);
    }
    rule
}

fn earn(random: &mut Random) -> Value {
    let per = *random.pick(&["1.00", "1.00", "10.00", "0.37", "9.00"]);
    let rate = random.between(1, 4).to_string();
    let mut rules =
        vec![json!({ "id": "base", "give": { "per_amount": { "points": rate, "per": per } } })];
    let mut extra = vec![
        json!({ "id": "unit", "target": target(random), "give": { "per_unit": { "points": points(random, 0, 5) } }, "free_units": random.pick(&["skip", "count"]) }),
        json!({ "id": "visit", "give": { "per_purchase": { "points": "2" } } }),
        json!({ "id": "bonus", "when": condition(random), "give": { "fixed": { "points": "25" } } }),
        json!({ "id": "second", "when": condition(random), "give": { "fixed": { "points": "10" } }, "requires_base": true }),
        json!({ "id": "amount", "target": target(random), "give": { "per_amount": { "points": "0.5", "per": "0.75" } } }),
        json!({ "id": "review", "give": { "event": { "name": "review", "points": "20", "every": random.between(1, 2) } } }),
    ];
    random.shuffle(&mut extra);
    extra.truncate(random.below(5));
    rules.extend(extra);
    let mut rules: Vec<Value> = rules
        .into_iter()
        .map(|rule| dressed(random, rule))
        .collect();
    if random.one_in(2) {
        rules.push(json!({ "id": "double", "target": target(random), "give": { "multiply": { "factor": random.pick(&["1.5", "2", "0.333333"]) } } }));
    }
    if random.one_in(3) {
        rules.push(json!({ "id": "order", "when": condition(random), "give": { "multiply": { "factor": "1.1" } } }));
    }
    Value::Array(rules)
}

fn card(random: &mut Random) -> Value {
    let target = random.between(2, 8);
    let give = |random: &mut Random| {
        let give = match random.below(4) {
            0 => json!({ "per_unit": {} }),
            1 => json!({ "per_purchase": { "stamps": random.between(1, 3) } }),
            2 => json!({ "per_amount": { "per": "15.00" } }),
            _ => json!({ "event": { "name": "review", "stamps": 2 } }),
        };
        let event = give.get("event").is_some();
        let mut rule = json!({ "give": give, "sticky": random.one_in(5) });
        if !event {
            rule["target"] = self::target(random);
            rule["free_units"] = json!(random.pick(&["skip", "skip", "count"]));
        }
        rule
    };
    let mut card =
        json!({ "id": "card", "target": target, "stamps": [give(random)], "rewards": ["free"] });
    if random.one_in(3) {
        push(&mut card["stamps"], give(random));
    }
    if random.one_in(2) && target > 2 {
        card["milestones"] = json!([{ "stamps": random.between(1, target - 1), "reward": "ten" }]);
    }
    if random.one_in(3) && card.get("milestones").is_none() {
        card["start_stamps"] = json!(random.between(1, target - 1));
        card["start_stamps_again"] = json!(random.one_in(2));
    }
    card["overflow"] = json!(random.pick(&["carry", "carry", "discard"]));
    card["used_surplus"] = json!(random.pick(&["stamp_debt", "stamp_debt", "keep"]));
    if random.one_in(3) {
        card["valid_for"] = days(random);
    }
    if random.one_in(5) {
        card["stamps_per_day"] = json!(random.between(1, 6));
    }
    if random.one_in(6) {
        card["minutes_between"] = json!(30);
    }
    card
}

fn ladders(random: &mut Random) -> Value {
    let mut benefits = Vec::new();
    match random.below(4) {
        0 => benefits.push(json!({ "id": "off", "benefit": { "discount": { "percent": "7.5" } } })),
        1 => benefits.push(json!({ "id": "off", "benefit": { "discount": { "percent": "5", "as": "member_price", "target": target(random) } } })),
        2 => benefits.push(json!({ "id": "ship", "benefit": { "free_shipping": {} } })),
        _ => {}
    }
    if random.one_in(2) {
        benefits.push(json!({ "id": "times", "benefit": { "multiply": { "factor": "1.25" } } }));
    }
    let window = match random.below(4) {
        0 => json!({ "lifetime": {} }),
        1 => json!({ "rolling": { "days": random.between(10, 60) } }),
        2 => json!({ "calendar": { "period": random.pick(&["month", "quarter", "year"]) } }),
        _ => json!({ "anniversary": {} }),
    };
    let (review, valid) = match random.below(4) {
        0 => (json!({ "never": {} }), None),
        1 => (json!({ "at_validity_end": {} }), Some(days(random))),
        2 => (
            json!({ "calendar": { "period": random.pick(&["month", "quarter"]) } }),
            None,
        ),
        _ => (json!({ "every": { "days": random.between(5, 40) } }), None),
    };
    let (metric, low, high) = match random.below(4) {
        0 => (
            json!({ "spend": { "target": target(random) } }),
            "20.00",
            "80.00",
        ),
        1 => (json!({ "visits": {} }), "1", "4"),
        2 => (json!({ "items": {} }), "2", "9"),
        _ => (
            json!({ "points_earned": { "wallet": "points" } }),
            "20",
            "90",
        ),
    };
    let mut first = json!({
        "id": "status", "metric": metric, "window": window, "review": review,
        "downgrade": random.pick(&["to_earned", "one_down", "to_base", "never"]),
        "counts_own_purchase": random.one_in(3), "on_return": random.pick(&["refold", "refold", "at_review", "never"]),
        "tiers": [
            { "id": "low", "threshold": low, "benefits": benefits },
            { "id": "high", "threshold": high, "retain": low, "rewards": ["ten"] },
        ],
    });
    if let Some(valid) = valid {
        first["valid_for"] = valid;
        first["grace_days"] = json!(random.pick(&[0, 0, 5]));
    }
    if first["window"].get("lifetime").is_none() && random.one_in(4) {
        first["rollover_surplus"] = json!(true);
    }
    let mut ladders = vec![first];
    if random.one_in(4) {
        ladders.push(json!({
            "id": "balance", "metric": { "balance": {} }, "window": { "lifetime": {} }, "review": { "immediate": {} },
            "tiers": [{ "id": "holder", "threshold": "60" }],
        }));
    }
    Value::Array(ladders)
}

fn rewards(random: &mut Random) -> Value {
    let mut rewards = vec![
        json!({ "id": "free", "gives": { "free_product": { "target": target(random), "units": random.between(1, 2), "choice": random.pick(&["cheapest", "dearest", "line_order"]) } } }),
        json!({ "id": "ten", "cost": { "points": "40" }, "gives": { "percent": { "percent": "10", "target": target(random) } } }),
        json!({ "id": "five", "cost": { "wallet": random.pick(&["points", "miles"]), "points": "15" }, "gives": { "amount": { "amount": "5.00" } } }),
        json!({ "id": "ship_free", "cost": { "points": "3" }, "gives": { "shipping": { "percent": "100" } } }),
        json!({ "id": "more", "cost": { "points": "12" }, "gives": { "points": { "wallet": "miles", "points": "4.25" } } }),
        json!({ "id": "tour", "cost": { "points": "30", "by_tier": [{ "tier": "high", "points": "20" }] }, "gives": { "custom": { "text": "a tour" } } }),
    ];
    for reward in &mut rewards {
        if random.one_in(4) {
            reward["valid_for"] = days(random);
        }
        if random.one_in(6) {
            reward["limit_per_member"] = json!(random.between(1, 3));
        }
        if random.one_in(10) {
            reward["limit_total"] = json!(random.between(1, 6));
        }
        let lowers = ["free_product", "percent", "amount"]
            .iter()
            .any(|gives| reward["gives"].get(gives).is_some());
        if random.one_in(8) && lowers {
            reward["max_share"] =
                json!({ "percent": "50", "excess": random.pick(&["trim", "reject"]) });
        }
    }
    Value::Array(rewards)
}

fn benefit(random: &mut Random) -> Value {
    let set = json!({ "parts": [{ "units": random.between(2, 3), "choice": random.pick(&["cheapest", "dearest", "line_order"]) }], "get": { "units": 1, "from": random.pick(&["set", "beside"]) } });
    match random.below(9) {
        0 => {
            json!({ "percent": { "percent": "100", "on": { "target": target(random), "sets": set } } })
        }
        1 => {
            json!({ "percent": { "percent": random.pick(&["10", "33.333333", "7.5"]), "per": random.pick(&["total", "line", "unit"]), "on": { "target": target(random) } } })
        }
        2 => {
            json!({ "amount": { "amount": "3.33", "per": random.pick(&["total", "line", "unit"]), "on": { "target": target(random), "units_max": 2 } } })
        }
        3 => json!({ "amount": { "amount": "8.00" } }),
        4 => {
            json!({ "price": { "price": "10.00", "per": "set", "on": { "sets": { "parts": [{ "units": 2 }] } } } })
        }
        5 => {
            json!({ "steps": { "by": "amount", "amount_max": "10.00", "steps": [{ "from": "20.00", "percent": "5" }, { "from": "50.00", "percent": "10" }] } })
        }
        6 => json!({ "shipping": { "percent": "50" } }),
        7 => json!({ "reward": { "reward": "free" } }),
        _ => {
            json!({ "gift": { "sku": "tote", "price": "4.00", "pays": random.pick(&["0.00", "1.00"]) } })
        }
    }
}

fn offers(random: &mut Random) -> Value {
    let count = random.below(4);
    let mut offers = Vec::new();
    for number in 0..count {
        let mut offer = json!({ "id": format!("offer{number}"), "priority": random.below(3), "benefits": [benefit(random)] });
        if random.one_in(3) {
            offer["when"] = condition(random);
        }
        if random.one_in(4) {
            offer["codes"] = json!({ "any_of": [format!("CODE{number}")] });
        }
        if random.one_in(4) {
            offer["combines_with"] = json!("none");
        }
        if random.one_in(8) {
            offer["exclusive"] = json!(true);
        }
        if random.one_in(5) {
            offer["consumes_units"] = json!(true);
        }
        if random.one_in(6) {
            offer["on_claim"] = json!(true);
        }
        if random.one_in(5) {
            let per = *random.pick(&["day", "month", "member"]);
            offer["times"] = json!([{ "per": per, "times": random.between(1, 3) }]);
        }
        if random.one_in(6) {
            let per = *random.pick(&["month", "scheme"]);
            offer["budgets"] = json!([{ "per": per, "amount": "20.00", "excess": random.pick(&["trim", "reject"]) }]);
        }
        offers.push(offer);
    }
    Value::Array(offers)
}

fn stacking(random: &mut Random) -> Value {
    let mut stacking = json!({
        "objective": random.pick(&["customer", "customer", "merchant"]),
        "remainder": random.pick(&["largest", "largest", "first", "last"]),
        "weight": random.pick(&["as_priced", "as_priced", "gross"]),
    });
    if random.one_in(3) {
        stacking["bands"] = json!([{ "id": "all", "choose": random.pick(&["compound", "best_of", "exclusive"]), "base": random.pick(&["running", "initial", "list"]) }]);
    }
    stacking
}
