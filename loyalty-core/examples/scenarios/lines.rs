//! Which lines a filter means.

use loyalty_core::number::{Currency, Money};
use serde_json::{Map, Value, json};

use super::fields::Fields;
use super::scheme::set;

/// The tag of lines that are delivery.
pub(crate) const DELIVERY: &str = "delivery";
/// The tag of lines that no promotion may touch.
pub(crate) const FIXED_PRICE: &str = "not discountable";

/// The lists of a target, by the names that the form has for them.
const LISTS: [(&str, &str); 13] = [
    ("sku", "skus"),
    ("skus", "skus"),
    ("product", "products"),
    ("products", "products"),
    ("category", "categories"),
    ("categories", "categories"),
    ("taxon", "categories"),
    ("collection", "categories"),
    ("label", "tags"),
    ("labels", "tags"),
    ("tag", "tags"),
    ("tags", "tags"),
    ("brand", "tags"),
];

/// Reads the keys of a filter: `category`, `sku`, …, a range of unit prices, what `exclude_…` leaves
/// out, and whether delivery is left out.
pub(crate) fn target(filter: &mut Fields, currency: &str) -> Result<Option<Value>, String> {
    let mut target = lists(filter, "")?;
    prices(filter, currency, &mut target)?;
    let mut except: Vec<Value> = Vec::new();
    for (name, list) in lists(filter, "exclude_")? {
        except.push(json!({name: list}));
    }
    if filter.flag("exclude_delivery")? {
        except.push(json!({"tags": [DELIVERY]}));
    }
    let mut target = (!target.is_empty()).then_some(Value::Object(target));
    if !except.is_empty() {
        let target = target.get_or_insert_with(|| json!({}));
        set(target, "except", json!({"any_of": except}));
    }
    Ok(target)
}

fn lists(filter: &mut Fields, prefix: &str) -> Result<Map<String, Value>, String> {
    let mut target: Map<String, Value> = Map::new();
    for (name, list) in LISTS {
        let name = format!("{prefix}{name}");
        if filter.is_object(&name) {
            continue;
        }
        let values = filter.list(&name)?;
        if values.is_empty() {
            continue;
        }
        if target.contains_key(list) {
            return Err(filter.at(&name));
        }
        target.insert(list.into(), json!(values));
    }
    Ok(target)
}

/// `unit_price_between`, `unit_price_eq`, `unit_price_gte`, ….
fn prices(
    filter: &mut Fields,
    currency: &str,
    target: &mut Map<String, Value>,
) -> Result<(), String> {
    let range = filter.list("unit_price_between")?;
    match range.as_slice() {
        [] => {}
        [from, to] => {
            target.insert("price_from".into(), json!(from));
            target.insert("price_to".into(), json!(to));
        }
        _ => return Err(filter.at("unit_price_between")),
    }
    if let Some(price) = filter.text("unit_price_eq")? {
        target.insert("price_from".into(), json!(price));
        target.insert("price_to".into(), json!(price));
    }
    for (key, own, by) in [
        ("unit_price_gte", "price_from", 0),
        ("unit_price_gt", "price_from", 1),
        ("unit_price_lte", "price_to", 0),
        ("unit_price_lt", "price_to", -1),
    ] {
        if let Some(price) = filter.text(key)? {
            let price = moved(&price, by, currency)?;
            target.insert(own.into(), json!(price));
        }
    }
    Ok(())
}

/// An amount so many minor units higher.
pub(crate) fn moved(amount: &str, by: i64, currency: &str) -> Result<String, String> {
    let currency: Currency = currency
        .parse()
        .map_err(|_| format!("currency {currency}"))?;
    let money: Money = amount.parse().map_err(|_| format!("amount {amount}"))?;
    let minor = money
        .minor_in(currency)
        .map_err(|_| format!("amount {amount}"))?;
    Ok(Money::of(minor + by, currency).to_string())
}

/// The lines that match both targets.
pub(crate) fn both(one: Option<Value>, other: Option<Value>) -> Option<Value> {
    match (one, other) {
        (Some(Value::Object(mut one)), Some(Value::Object(other))) => {
            let clash = other.keys().any(|key| one.contains_key(key));
            if clash {
                let all = [Value::Object(one), Value::Object(other)];
                // Not (not one or not other): a target has no "all of".
                let none = all.map(|target| json!({"except": target}));
                return Some(json!({"except": {"any_of": none}}));
            }
            one.extend(other);
            Some(Value::Object(one))
        }
        (one, other) => one.or(other),
    }
}
