//! Random offers, and carts small enough to try every combination.

use proptest::prelude::*;
use serde_json::{Value, json};

/// Where a benefit lies: on the order, on lines, on some units, on sets.
fn on() -> impl Strategy<Value = Option<Value>> {
    let target = prop::sample::select(vec![
        json!({}),
        json!({ "target": { "categories": ["a"] } }),
        json!({ "target": { "categories": ["b"] } }),
        json!({ "target": { "price_from": "20.00" } }),
    ]);
    let choice = prop::sample::select(vec!["cheapest", "dearest", "line_order"]);
    (target, choice, 0..6_usize, 1..4_u32).prop_map(|(mut on, choice, kind, units)| {
        let part = json!({ "units": units, "choice": choice });
        match kind {
            0 => return None,
            1 => {}
            2 => {
                on["units_max"] = json!(units);
                on["choice"] = json!(choice);
            }
            3 => {
                on["skip"] = json!(1);
                on["per_line"] = json!(units);
            }
            4 => {
                let get = json!({ "units": 1, "from": "set" });
                on["sets"] = json!({ "parts": [part], "get": get });
            }
            _ => {
                let get = json!({ "units": units, "choice": choice, "partial": true });
                on["sets"] = json!({ "parts": [{ "units": 1 }], "get": get });
            }
        }
        Some(on)
    })
}

fn benefit() -> impl Strategy<Value = Value> {
    let off = (0..6_usize, 1..40_u32, 1..3_000_i64);
    (off, on(), 0..3_usize).prop_map(|((kind, percent, minor), on, per)| {
        let money = format!("{}.{:02}", minor / 100, minor % 100);
        let per = match (&on, per) {
            (None, _) | (_, 0) => "total",
            (_, 1) => "line",
            _ => "unit",
        };
        let (key, mut inner) = match kind {
            0 | 1 => (
                "percent",
                json!({ "percent": percent.to_string(), "per": per }),
            ),
            2 | 3 => ("amount", json!({ "amount": money, "per": per })),
            4 => ("price", json!({ "price": money, "per": per })),
            _ => (
                "steps",
                json!({ "by": "amount", "steps": [
                    { "from": "15.00", "percent": "5" },
                    { "from": "60.00", "percent": percent.to_string() },
                ]}),
            ),
        };
        if let Some(on) = on {
            inner["on"] = on;
        }
        let mut benefit = json!({});
        benefit[key] = inner;
        benefit
    })
}

/// Up to `most` offers of one band; a third of them stand beside no other one, or not beside all.
pub(crate) fn offers(most: usize) -> impl Strategy<Value = Vec<Value>> {
    let limits = 0..5_usize;
    let one = (benefit(), 0..6_usize, 0..3_i32, limits, any::<bool>());
    proptest::collection::vec(one, 0..=most).prop_map(|drawn| {
        let count = drawn.len();
        let with = |place: usize, (benefit, combines, priority, limit, when)| {
            let mut offer = json!({
                "id": format!("o{place}"), "priority": priority, "benefits": [benefit],
            });
            match combines {
                0 => offer["combines_with"] = json!("none"),
                1 => {
                    let other = format!("o{}", (place + 1) % count);
                    offer["combines_with"] = json!({ "all_but": [other] });
                }
                _ => {}
            }
            match limit {
                0 => offer["times"] = json!([{ "per": "member", "times": 2 }]),
                1 => offer["budgets"] = json!([{ "per": "month", "amount": "9.00" }]),
                2 => {
                    offer["budgets"] =
                        json!([{ "per": "day", "amount": "12.00", "excess": "reject" }]);
                }
                _ => {}
            }
            if when {
                offer["when"] = json!({ "min_amount": { "amount": "30.00", "base": "list" } });
            }
            offer
        };
        drawn
            .into_iter()
            .enumerate()
            .map(|(place, offer)| with(place, offer))
            .collect()
    })
}

/// How offers work together.
pub(crate) fn stacking() -> impl Strategy<Value = Value> {
    let base = prop::sample::select(vec!["running", "initial", "list"]);
    let remainder = prop::sample::select(vec!["largest", "largest", "first", "last"]);
    (base, remainder).prop_map(|(base, remainder)| {
        json!({ "bands": [{ "id": "all", "base": base }], "remainder": remainder })
    })
}
