//! Promotions that are several offers: actions with conditions of their own, and steps on delivery.

use serde_json::{Map, Value, json};

use super::benefits::step_fields;
use super::fields::Fields;

/// What stands between a promotion's name and the number of its part.
const PART: &str = ".part.";
/// What counts or bounds a promotion as a whole.
const WHOLE: [&str; 8] = [
    "usage_limit",
    "usage_limit_per_customer",
    "usage_limit_per_code",
    "campaign_budget",
    "exclusive",
    "combinable",
    "stackable",
    "cumulative",
];

/// The name of a part.
fn name(id: &str, number: usize) -> String {
    match number {
        0 => id.to_owned(),
        _ => format!("{id}{PART}{number}"),
    }
}

/// The promotion of which an offer is a part.
pub(crate) fn whole(offer: &str) -> &str {
    offer.split_once(PART).map_or(offer, |(id, _)| id)
}

/// The parts of a promotion, each to be read as a promotion: most have one.
pub(crate) fn of(promotion: Fields) -> Result<Vec<Fields>, String> {
    let mut fields = promotion.clone();
    let kind = fields.text("kind")?.unwrap_or_default();
    let scope = fields.text("scope")?;
    let stepped = ["tiers", "tiered_percent", "tiered_amount"];
    let stepped = stepped.iter().any(|key| fields.has(key));
    let amounts = kind.contains("amount") || fields.has("tiered_amount");
    let scope = scope.unwrap_or_default();
    let found = if kind == "multi" {
        let actions = fields.objects("actions")?;
        match actions.iter().any(|action| action.has("condition")) {
            true => actions.into_iter().map(Fields::rest).collect(),
            false => return Ok(vec![promotion]),
        }
    } else if stepped && (scope == "shipping" || amounts && ["line", "unit"].contains(&&*scope)) {
        steps(&mut fields, &scope, amounts)?
    } else {
        return Ok(vec![promotion]);
    };
    if let Some(key) = WHOLE.iter().find(|key| fields.has(key)) {
        return Err(format!(
            "{} of a promotion of several parts",
            fields.at(key)
        ));
    }
    let place = fields.at("");
    let place = place.trim_end_matches('.');
    let id = fields.need("id")?;
    let condition = fields.take("condition");
    let rest = fields.rest();
    let parts = found.into_iter().enumerate().map(|(number, mut own)| {
        let all = [condition.clone(), own.remove("condition")];
        if let Some(both) = together(place, all.into_iter().flatten())? {
            own.insert("condition".into(), both);
        }
        for (key, value) in &rest {
            if own.insert(key.clone(), value.clone()).is_some() {
                return Err(format!("{place}.{key} beside that of a part"));
            }
        }
        own.insert("id".into(), json!(name(&id, number)));
        Fields::of(place, Value::Object(own))
    });
    parts.collect()
}

/// One condition that asks for all of several.
fn together(place: &str, all: impl Iterator<Item = Value>) -> Result<Option<Value>, String> {
    let mut keys = Map::new();
    for condition in all {
        let one = Fields::of(format!("{place}.condition"), condition)?;
        for (key, value) in one.rest() {
            if keys.insert(key.clone(), value).is_some() {
                return Err(format!("{place}.condition.{key} twice"));
            }
        }
    }
    Ok((!keys.is_empty()).then_some(Value::Object(keys)))
}

/// Steps on delivery, or of amounts for every line or unit: each step with the amounts, or units, to
/// which it belongs.
fn steps(
    fields: &mut Fields,
    scope: &str,
    amounts: bool,
) -> Result<Vec<Map<String, Value>>, String> {
    let mut steps = step_fields(fields)?;
    fields.take("kind");
    fields.take("scope");
    let (least, below) = match steps.text("tier_basis")?.as_deref() {
        None | Some("order_subtotal" | "order_total" | "subtotal") => {
            ("min_subtotal_gte", "subtotal_lt")
        }
        Some("discounted_subtotal" | "order_discounted_subtotal") => {
            ("min_discounted_subtotal_gte", "discounted_subtotal_lt")
        }
        Some("quantity" | "units" | "order_quantity") => ("min_qty", "max_qty"),
        Some(other) => return Err(format!("tier_basis {other}")),
    };
    let own = if amounts { "value" } else { "percent" };
    let mut found: Vec<(Option<String>, String)> = Vec::new();
    if let Some(base) = steps.text_of(&["base", "base_amount", "base_percent"])? {
        found.push((None, base));
    }
    for mut tier in steps.objects("tiers")? {
        let from = tier.text_of(&["min", "min_qty", "from", "min_subtotal"])?;
        let from = from.ok_or("a tier without its start")?;
        let of = tier.text_of(&[own, "amount"])?;
        found.push((Some(from), of.ok_or("a tier without what it brings")?));
        tier.done()?;
    }
    steps.done()?;
    let ends = found.iter().skip(1).map(|(from, _)| from.clone());
    let ends: Vec<Option<String>> = ends.chain([None]).collect();
    let kind = if amounts { "amount_off" } else { "percent_off" };
    let parts = found.into_iter().zip(ends).map(|((from, of), end)| {
        let mut condition = Map::new();
        if let Some(from) = from {
            condition.insert(least.into(), json!(from));
        }
        if let Some(mut end) = end {
            if below == "max_qty" {
                let next: u32 = end.parse().map_err(|_| format!("units {end}"))?;
                end = next.saturating_sub(1).to_string();
            }
            condition.insert(below.into(), json!(end));
        }
        Ok(Map::from_iter([
            ("kind".into(), json!(kind)),
            ("scope".into(), json!(scope)),
            (own.into(), json!(of)),
            ("condition".into(), Value::Object(condition)),
        ]))
    });
    parts.collect()
}
