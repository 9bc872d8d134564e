//! The choice among offers is the best one: every combination is tried beside it.

mod engine_support;

use engine_support::{Shop, cart, moment, offers, stacking};
use loyalty_core::evaluate::Decision;
use loyalty_core::purchase::Purchase;
use proptest::prelude::*;
use serde_json::{Value, json};

fn cases() -> ProptestConfig {
    let long = option_env!("LOYALTY_LONG").is_some();
    ProptestConfig {
        cases: if long { 100_000 } else { 2_000 },
        ..ProptestConfig::default()
    }
}

fn scheme(offers: &[Value], stacking: &Value) -> Value {
    json!({
        "format": 1, "id": "com.example.offers", "name": "Offers", "currency": "EUR",
        "time_zone": "Etc/UTC", "offers": offers, "stacking": stacking,
    })
}

fn quote(offers: &[Value], stacking: &Value, purchase: &Purchase) -> Decision {
    Shop::new(&scheme(offers, stacking)).quote(purchase, moment(1, 9))
}

/// Whether two offers may stand together, as their documents say.
fn agree(one: &Value, other: &Value) -> bool {
    let allows = |of: &Value, other: &Value| match of.get("combines_with") {
        None => true,
        Some(Value::Object(map)) => {
            let all_but = map.get("all_but").and_then(Value::as_array);
            all_but.is_none_or(|list| !list.contains(&other["id"]))
        }
        Some(_) => false,
    };
    allows(one, other) && allows(other, one)
}

/// What every largest set of offers without a conflict takes off, each quoted on its own. Offers of which
/// no line can match stand in nobody's way: they are none of the decision's.
fn by_force(all: &[Value], stacking: &Value, purchase: &Purchase, decision: &Decision) -> i64 {
    let considered = |offer: &&Value| {
        let mut considered = decision.offers.iter();
        considered.any(|found| offer["id"] == found.offer.as_str())
    };
    let offers: Vec<&Value> = all.iter().filter(considered).collect();
    let count = u32::try_from(offers.len()).unwrap();
    let chosen = |bits: u32| -> Vec<usize> {
        (0..offers.len())
            .filter(|place| bits >> place & 1 == 1)
            .collect()
    };
    let stands = |set: &[usize]| {
        set.iter()
            .all(|a| set.iter().all(|b| a == b || agree(offers[*a], offers[*b])))
    };
    let largest = |set: &[usize]| {
        (0..offers.len()).all(|place| {
            set.contains(&place)
                || set
                    .iter()
                    .any(|other| !agree(offers[place], offers[*other]))
        })
    };
    (0..1_u32 << count)
        .map(chosen)
        .filter(|set| stands(set) && largest(set))
        .map(|set| {
            // Apart from the choice a subset is the same scheme without the others, and without
            // their claims on one another.
            let subset: Vec<Value> = set.iter().map(|place| alone(offers[*place])).collect();
            quote(&subset, stacking, purchase).totals.discount.minor()
        })
        .max()
        .unwrap_or(0)
}

/// An offer without its claims on others.
fn alone(offer: &Value) -> Value {
    let mut offer = offer.clone();
    offer.as_object_mut().unwrap().remove("combines_with");
    offer
}

fn bare(purchase: &Purchase) -> Purchase {
    let mut bare = purchase.clone();
    bare.claims.clear();
    bare.pay_points.clear();
    bare
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn the_choice_is_the_best_one(
        offers in offers(5),
        stacking in stacking(),
        purchase in cart("p"),
    ) {
        let purchase = bare(&purchase);
        let decision = quote(&offers, &stacking, &purchase);
        let best = by_force(&offers, &stacking, &purchase, &decision);
        prop_assert_eq!(decision.totals.discount.minor(), best);
        if let Some(choice) = decision.choice {
            prop_assert!(choice.optimal);
            prop_assert_eq!(choice.value, choice.bound);
        }
        let granted: i64 = decision.offers.iter().map(|offer| offer.amount.minor()).sum();
        prop_assert_eq!(granted, decision.totals.discount.minor());
    }

    #[test]
    fn the_best_of_a_band_is_at_least_every_single_offer(
        offers in offers(5),
        purchase in cart("p"),
    ) {
        let purchase = bare(&purchase);
        let stacking = json!({ "bands": [{ "id": "all", "choose": "best_of" }] });
        let decision = quote(&offers, &stacking, &purchase);
        prop_assert!(decision.discounts.len() <= 1);
        for offer in &offers {
            let alone = quote(&[alone(offer)], &stacking, &purchase);
            prop_assert!(decision.totals.discount.minor() >= alone.totals.discount.minor());
        }
    }

    /// Without enough tries the choice is still one of the sets without a conflict, at least as good
    /// as the bound says, and says that it may not be the best.
    #[test]
    fn a_choice_out_of_tries_says_so(offers in offers(6), purchase in cart("p")) {
        let purchase = bare(&purchase);
        let few = json!({ "tries_max": 1 });
        let decision = quote(&offers, &few, &purchase);
        let best = by_force(&offers, &json!({}), &purchase, &decision);
        let found = decision.totals.discount.minor();
        prop_assert!(found <= best);
        match decision.choice {
            None => prop_assert_eq!(found, best),
            Some(choice) if choice.optimal => prop_assert_eq!(found, best),
            Some(choice) => prop_assert!(choice.bound.minor() >= choice.value.minor()),
        }
        let granted: Vec<&Value> = offers
            .iter()
            .filter(|offer| decision.offers.iter().any(|found| {
                found.code == "granted" && offer["id"] == found.offer.as_str()
            }))
            .collect();
        for one in &granted {
            for other in &granted {
                prop_assert!(one["id"] == other["id"] || agree(one, other));
            }
        }
    }
}
