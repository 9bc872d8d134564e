//! Promotions on sets of units, and products that are added.

use serde_json::{Value, json};

use super::benefits::{Benefit, Scope, Stage, choice, stepped, tax, with_scope};
use super::conditions::Conditions;
use super::fields::Fields;
use super::lines::{both, target};
use super::promotions::Setting;
use super::scheme::set;

/// A benefit on every unit of whole groups.
pub(super) fn groups(
    setting: &Setting<'_>,
    fields: &mut Fields,
    conditions: &Conditions,
    own: Option<&Value>,
) -> Result<Vec<Benefit>, String> {
    fields.take("scope");
    let size = fields.count("group_size")?.ok_or("no group_size")?;
    let choice = choice(fields, "unit_selection")?.unwrap_or("line_order");
    let sets = json!({
        "parts": [{"units": size, "choice": choice}],
        "sets_max": times(setting, fields)?,
    });
    let mut scope = Scope {
        stage: Stage::Multi,
        per: "unit",
        on: json!({"target": setting.lowered(own), "sets": sets}),
        tax: tax(setting, fields)?,
    };
    conditions.bound(&mut scope.on);
    if let Some(amount) = fields.text("amount_per_unit")? {
        let body = with_scope(json!({"amount": amount}), &scope);
        return Ok(vec![Benefit::new("amount", body, Stage::Multi)]);
    }
    scope.per = "line";
    if let Some(percent) = fields.text("percent")? {
        let mut body = with_scope(json!({"percent": percent}), &scope);
        at_most(fields, &mut body)?;
        return Ok(vec![Benefit::new("percent", body, Stage::Multi)]);
    }
    let mut tiers = fields
        .object("tiered_percent")?
        .ok_or_else(|| fields.at("kind"))?;
    let body = stepped(&mut tiers, &scope, false)?;
    tiers.done()?;
    Ok(vec![Benefit::new("steps", body, Stage::Multi)])
}

/// So many units of which the cheapest one is free; without a number, the cheapest of the order.
pub(super) fn cheapest_free(
    setting: &Setting<'_>,
    fields: &mut Fields,
    conditions: &mut Conditions,
    own: Option<&Value>,
) -> Result<Vec<Benefit>, String> {
    fields.take("scope");
    let percent = fields.text("percent")?.unwrap_or_else(|| "100".into());
    let times = times(setting, fields)?;
    let units = conditions.units.take();
    let mut on = json!({"target": setting.lowered(own)});
    conditions.bound(&mut on);
    match units {
        Some(units) => {
            let sets = json!({
                "parts": [{"units": units, "choice": "cheapest"}],
                "get": {"units": 1, "from": "set"},
                "sets_max": times,
            });
            set(&mut on, "sets", sets);
        }
        None => set(&mut on, "units_max", json!(times.max(1))),
    }
    let mut body = json!({"percent": percent, "per": "unit", "on": on});
    at_most(fields, &mut body)?;
    Ok(vec![Benefit::new("percent", body, Stage::Multi)])
}

/// The most that a percentage takes off.
fn at_most(fields: &mut Fields, body: &mut Value) -> Result<(), String> {
    if let Some(most) = fields.text("max_discount")? {
        set(body, "amount_max", json!(most));
    }
    Ok(())
}

/// A price for so many units.
pub(super) fn bundle(
    setting: &Setting<'_>,
    fields: &mut Fields,
    conditions: &mut Conditions,
    own: Option<&Value>,
) -> Result<Vec<Benefit>, String> {
    fields.take("scope");
    let price = fields.need("price")?;
    let choice = choice(fields, "unit_selection")?.unwrap_or("cheapest");
    let mut parts = Vec::new();
    if let Some(units) = fields.count("bundle_qty")? {
        parts.push(json!({"units": units, "choice": choice}));
    }
    if parts.is_empty()
        && !fields.has("bundle")
        && let Some(units) = conditions.units.take()
    {
        parts.push(json!({"units": units, "choice": choice}));
    }
    for mut part in fields.objects("bundle")? {
        let units = part.count("qty")?.unwrap_or(1);
        let lines = setting.lowered(target(&mut part, setting.currency())?.as_ref());
        part.done()?;
        parts.push(json!({"units": units, "choice": choice, "target": lines}));
    }
    let sets = json!({
        "parts": parts,
        "sets_max": times(setting, fields)?,
    });
    let mut on = json!({"target": setting.lowered(own), "sets": sets});
    conditions.bound(&mut on);
    let body = json!({"price": price, "per": "set", "on": on});
    Ok(vec![Benefit::new("price", body, Stage::Multi)])
}

/// How much is off the units that a set gives.
fn off(of: &mut Fields, on: &Value) -> Result<(&'static str, Value), String> {
    let found = if let Some(price) = of.text("price")? {
        ("price", json!({"price": price, "per": "unit", "on": on}))
    } else if let Some(amount) = of.text_of(&["value", "amount"])? {
        ("amount", json!({"amount": amount, "per": "unit", "on": on}))
    } else {
        let percent = of.text("percent")?.unwrap_or_else(|| "100".into());
        (
            "percent",
            json!({"percent": percent, "per": "unit", "on": on}),
        )
    };
    Ok(found)
}

fn partial(setting: &Setting<'_>, fields: &mut Fields) -> Result<bool, String> {
    let whole = fields.has("all_or_nothing");
    let whole = match whole {
        true => fields.flag("all_or_nothing")?,
        false => {
            !setting.mode("bogo:partial-allowed") && !setting.mode("bogo:limited-by-cart-quantity")
        }
    };
    Ok(!whole)
}

/// How often a set applies: `max_applications`, `repeat`, or the mode.
fn times(setting: &Setting<'_>, fields: &mut Fields) -> Result<u32, String> {
    let most = fields.count("max_applications")?;
    let once = fields.flag("once_per_order")?
        || (fields.has("repeat") && !fields.flag("repeat")?)
        || (most.is_none() && setting.mode("bogo:single-application"));
    fields.take("repeat");
    Ok(if once { 1 } else { most.unwrap_or(0) })
}

pub(super) fn buy_get(
    setting: &Setting<'_>,
    fields: &mut Fields,
    own: Option<&Value>,
) -> Result<Vec<Benefit>, String> {
    fields.take("scope");
    fields.take_word("mode", "discount units already in cart")?;
    let mut buy = fields.object("buy")?.ok_or("no buy")?;
    let mut get = fields.object("get")?.ok_or("no get")?;
    let units = buy.count("qty")?.unwrap_or(1);
    let bought = both(target(&mut buy, setting.currency())?, own.cloned());
    buy.done()?;
    let given = get.count("qty")?.unwrap_or(1);
    let lines = setting.lowered(target(&mut get, setting.currency())?.as_ref());
    let choice = choice(fields, "target_selection")?.unwrap_or({
        if setting.mode("bogo-target:most-expensive") {
            "dearest"
        } else {
            "cheapest"
        }
    });
    let sets = json!({
        "parts": [{"units": units, "target": bought}],
        "get": {
            "units": given,
            "target": lines,
            "choice": choice,
            "partial": partial(setting, fields)?,
        },
        "sets_max": times(setting, fields)?,
    });
    let (kind, mut body) = off(&mut get, &json!({"sets": sets}))?;
    get.done()?;
    if kind == "percent" {
        at_most(fields, &mut body)?;
    }
    Ok(vec![Benefit::new(kind, body, Stage::Multi)])
}

pub(super) fn same_line(
    setting: &Setting<'_>,
    fields: &mut Fields,
    own: Option<&Value>,
) -> Result<Vec<Benefit>, String> {
    fields.take("scope");
    let (units, given) = (fields.count("x")?, fields.count("y")?);
    let sets = json!({
        "parts": [{"units": units.ok_or("no x")?}],
        "get": {"units": given.ok_or("no y")?, "partial": partial(setting, fields)?},
        "by_line": true,
        "sets_max": times(setting, fields)?,
    });
    let on = json!({"target": setting.lowered(own), "sets": sets});
    let (kind, body) = off(fields, &on)?;
    Ok(vec![Benefit::new(kind, body, Stage::Multi)])
}

/// A product added for nothing, or at a part of its price.
pub(super) fn gift(
    setting: &Setting<'_>,
    fields: &mut Fields,
    conditions: &Conditions,
    own: Option<&Value>,
) -> Result<Vec<Benefit>, String> {
    fields.take("scope");
    let price = fields
        .text("gift_unit_price")?
        .unwrap_or_else(|| "0".into());
    let mut body = json!({
        "sku": fields.need("gift_sku")?,
        "price": price,
        "quantity": fields.count("gift_qty")?.unwrap_or(1),
    });
    if let Some(percent) = fields.text("percent")? {
        set(&mut body, "pays", json!(rest_of(&price, &percent)?));
    }
    let mut per = fields.count("per_qty")?;
    let mut lines = own.cloned();
    if let Some(mut unit) = fields.object("per_qualifying_unit")? {
        lines = both(lines, target(&mut unit, setting.currency())?);
        unit.done()?;
        per = per.or(Some(1));
    }
    let (from, to) = conditions.line_units;
    let mut most = times(setting, fields)?;
    if per.is_none() && (from.max(to) > 0 || lines.is_some()) {
        (per, most) = (Some(1), 1);
    }
    if let Some(units) = per {
        let per = json!({
            "units": units,
            "target": lines,
            "line_units_from": from,
            "line_units_to": to,
            "times_max": most,
        });
        set(&mut body, "per_units", per);
    }
    Ok(vec![Benefit::new("gift", body, Stage::Multi)])
}

/// What is left of a price after a percentage, in whole minor units of two decimals or none.
fn rest_of(price: &str, percent: &str) -> Result<String, String> {
    use rust_decimal::{Decimal, RoundingStrategy};
    let number = |text: &str| {
        text.parse::<Decimal>()
            .map_err(|_| format!("number {text}"))
    };
    let (price, percent) = (number(price)?, number(percent)?);
    let off = (price * percent / Decimal::ONE_HUNDRED)
        .round_dp_with_strategy(price.scale(), RoundingStrategy::MidpointAwayFromZero);
    Ok((price - off).to_string())
}

pub(super) fn bought_gift(
    setting: &Setting<'_>,
    fields: &mut Fields,
    conditions: &mut Conditions,
    own: Option<&Value>,
) -> Result<Vec<Benefit>, String> {
    fields.take("scope");
    let mut buy = fields.object("buy")?.ok_or("no buy")?;
    let mut free = fields.object("free")?.ok_or("no free")?;
    let units = buy.count("qty")?.unwrap_or(1);
    let least = buy.text("min_amount")?;
    let lines = both(target(&mut buy, setting.currency())?, own.cloned());
    buy.done()?;
    if let Some(amount) = least {
        let least = json!({"amount": amount, "target": lines, "base": "list"});
        conditions.when.push(json!({"min_amount": least}));
    }
    let price = free.text("unit_price")?.unwrap_or_else(|| "0".into());
    let body = json!({
        "sku": free.need("sku")?,
        "price": price,
        "quantity": free.count("qty")?.unwrap_or(1),
        "per_units": {
            "units": units,
            "target": lines,
            "times_max": times(setting, fields)?,
        },
    });
    free.done()?;
    Ok(vec![Benefit::new("gift", body, Stage::Multi)])
}
