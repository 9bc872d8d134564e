//! What promotions take off, by `kind` and `scope`.

use serde_json::{Value, json};

use super::conditions::Conditions;
use super::fields::Fields;
use super::lines::{both, target};
use super::promotions::Setting;
use super::scheme::set;
use super::sets;

/// A price that nothing reaches.
const NO_PRICE: &str = "1000000000";

/// When a benefit applies within a band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    Catalogue,
    Item,
    Multi,
    Order,
    Shipping,
}

/// What a promotion takes off.
#[derive(Debug)]
pub(crate) struct Benefit {
    pub(crate) document: Value,
    pub(crate) stage: Stage,
    /// Whether it is a percentage.
    pub(crate) percent: bool,
    /// Whether it stands on single lines.
    pub(crate) on_lines: bool,
}

impl Benefit {
    /// A benefit whose document says everything.
    pub(crate) fn plain(document: Value, stage: Stage) -> Self {
        Self {
            document,
            stage,
            percent: false,
            on_lines: false,
        }
    }

    pub(super) fn new(kind: &str, mut body: Value, stage: Stage) -> Self {
        let name = match stage {
            Stage::Catalogue => "catalogue",
            Stage::Item => "item",
            Stage::Multi => "multi",
            Stage::Order => "order",
            Stage::Shipping => "",
        };
        if !name.is_empty() && kind != "gift" && kind != "reward" {
            set(&mut body, "stage", json!(name));
        }
        Self {
            document: json!({kind: body}),
            stage,
            percent: kind == "percent",
            on_lines: false,
        }
    }

    fn on_lines(mut self, of_lines: bool) -> Self {
        self.on_lines = of_lines;
        self
    }
}

/// Where a benefit works.
pub(super) struct Scope {
    pub(super) stage: Stage,
    /// What of a percentage or an amount is rounded, or given, once.
    pub(super) per: &'static str,
    pub(super) on: Value,
    /// With or without tax.
    pub(super) tax: Option<&'static str>,
}

/// Reads what a promotion takes off. Units of a condition that a set asks for are taken out of
/// `conditions`.
pub(crate) fn read(
    setting: &Setting<'_>,
    fields: &mut Fields,
    conditions: &mut Conditions,
    own: Option<&Value>,
) -> Result<Vec<Benefit>, String> {
    let kind = fields.need("kind")?;
    match kind.as_str() {
        "multi" => {
            let mut all = Vec::new();
            for mut action in fields.objects("actions")? {
                let lines = filter(setting, &mut action)?;
                let lines = both(lines, own.cloned());
                all.extend(read(setting, &mut action, conditions, lines.as_ref())?);
                action.done()?;
            }
            Ok(all)
        }
        "percent_off" | "catalog_percent_off" => percent(setting, &kind, fields, conditions, own),
        "amount_off" | "catalog_amount_off" => amount(setting, &kind, fields, conditions, own),
        "fixed_price" | "catalog_fixed_price" => price(setting, &kind, fields, conditions, own),
        "free_shipping" => {
            fields.take("scope");
            no_lines(fields, own)?;
            Ok(vec![shipping(fields, json!({"percent": "100"}))?])
        }
        "tiered_percent" | "tiered_amount" => tiered(setting, &kind, fields, conditions, own),
        "first_then_additional_amount" => flexible(setting, fields, conditions, own),
        "per_unit_in_complete_groups" => sets::groups(setting, fields, conditions, own),
        "cheapest_free" => sets::cheapest_free(setting, fields, conditions, own),
        "bundle_fixed_price" => sets::bundle(setting, fields, conditions, own),
        "buy_x_get_y" => sets::buy_get(setting, fields, own),
        "buy_x_get_y_same_line" => sets::same_line(setting, fields, own),
        "free_item" | "add_free_item" => sets::gift(setting, fields, conditions, own),
        "buy_n_get_free_added" => sets::bought_gift(setting, fields, conditions, own),
        other => Err(format!("promotion kind {other}")),
    }
}

/// That a benefit on delivery, which has no lines of its own, is not bound to some.
fn no_lines(fields: &Fields, own: Option<&Value>) -> Result<(), String> {
    match own {
        None => Ok(()),
        Some(_) => Err(format!("{} beside delivery", fields.at("filter"))),
    }
}

/// `filter`, without lines that may not be discounted.
pub(crate) fn filter(setting: &Setting<'_>, fields: &mut Fields) -> Result<Option<Value>, String> {
    let Some(mut filter) = fields.object("filter")? else {
        return Ok(None);
    };
    let lines = target(&mut filter, setting.currency())?;
    filter.done()?;
    Ok(lines)
}

/// `scope` with what bounds it.
fn scope(
    setting: &Setting<'_>,
    kind: &str,
    fields: &mut Fields,
    conditions: &Conditions,
    own: Option<&Value>,
) -> Result<Scope, String> {
    let catalogue = kind.starts_with("catalog_");
    let default = match kind {
        _ if catalogue => "unit",
        "first_then_additional_amount" => "line",
        _ => "order",
    };
    let name = fields.text("scope")?.unwrap_or_else(|| default.into());
    let mut on = json!({});
    let (mut stage, mut per) = (Stage::Item, "total");
    match name.as_str() {
        "order" => stage = Stage::Order,
        "line" => per = "line",
        "lines" => {}
        "unit" => per = "unit",
        "cheapest_unit" => set(&mut on, "units_max", json!(1)),
        "dearest_unit" | "most_expensive_unit" => {
            set(&mut on, "units_max", json!(1));
            set(&mut on, "choice", json!("dearest"));
        }
        other => return Err(format!("scope {other}")),
    }
    if catalogue {
        stage = Stage::Catalogue;
    }
    if fields.flag("apply_once_per_order")? {
        (stage, per) = (Stage::Item, "total");
        set(&mut on, "units_max", json!(1));
    }
    if matches!(name.as_str(), "line" | "unit") && !kind.contains("amount") {
        if setting.mode("percent-base:unit-price") {
            per = "unit";
        } else if setting.mode("percent-base:line-amount") {
            per = "line";
        }
    }
    if let Some(lines) = setting.lowered(own) {
        set(&mut on, "target", lines);
    }
    for (key, bound) in [
        ("base_units_max", "per_line"),
        ("max_affected_units", "units_max"),
    ] {
        if let Some(units) = fields.count(key)? {
            set(&mut on, bound, json!(units));
        }
    }
    if let Some(choice) = choice(fields, "unit_selection")? {
        set(&mut on, "choice", json!(choice));
    }
    conditions.bound(&mut on);
    Ok(Scope {
        stage,
        per,
        on,
        tax: tax(setting, fields)?,
    })
}

/// Whether amounts are meant with or without tax.
pub(super) fn tax(
    setting: &Setting<'_>,
    fields: &mut Fields,
) -> Result<Option<&'static str>, String> {
    match fields.text_of(&["denomination", "base"])?.as_deref() {
        Some("gross") => Ok(Some("gross")),
        Some("net") => Ok(Some("net")),
        None if setting.mode("amount:gross") => Ok(Some("gross")),
        None => Ok(None),
        Some(other) => Err(format!("base {other}")),
    }
}

/// Which units come first.
pub(super) fn choice(fields: &mut Fields, key: &str) -> Result<Option<&'static str>, String> {
    Ok(match fields.text(key)?.as_deref() {
        None => None,
        Some("cheapest" | "cheapest_first" | "least_expensive") => Some("cheapest"),
        Some("most_expensive" | "dearest" | "most_expensive_first") => Some("dearest"),
        Some("line_order" | "first") => Some("line_order"),
        Some(other) => return Err(format!("{key} {other}")),
    })
}

pub(super) fn with_scope(mut body: Value, scope: &Scope) -> Value {
    set(&mut body, "per", json!(scope.per));
    set(&mut body, "on", scope.on.clone());
    if let Some(tax) = scope.tax {
        set(&mut body, "tax", json!(tax));
    }
    body
}

fn shipping(fields: &mut Fields, mut body: Value) -> Result<Benefit, String> {
    let mut methods = fields.list("shipping_method")?;
    methods.extend(fields.list("shipping_methods")?);
    if !methods.is_empty() {
        set(&mut body, "methods", json!(methods));
    }
    let percent = body.get("percent").is_some();
    let mut benefit = Benefit::new("shipping", body, Stage::Shipping);
    benefit.percent = percent;
    Ok(benefit)
}

fn percent(
    setting: &Setting<'_>,
    kind: &str,
    fields: &mut Fields,
    conditions: &Conditions,
    own: Option<&Value>,
) -> Result<Vec<Benefit>, String> {
    for key in ["tiered_percent", "tiers"] {
        if fields.has(key) {
            return tiered(setting, kind, fields, conditions, own);
        }
    }
    fields.take_word("allocation", "proportional_to_line_amount")?;
    let percent = fields.need("percent")?;
    let name = fields.clone().text("scope")?;
    if name.as_deref() == Some("shipping") {
        fields.take("scope");
        no_lines(fields, own)?;
        return Ok(vec![shipping(fields, json!({"percent": percent}))?]);
    }
    let mut all = Vec::new();
    if name.as_deref() == Some("order_and_shipping") {
        fields.take("scope");
        all.push(shipping(fields, json!({"percent": percent}))?);
    }
    let mut scope = scope(setting, kind, fields, conditions, own)?;
    let mut body = json!({"percent": percent});
    for (key, tax) in [
        ("max_discount", None),
        ("max_discount_gross", Some("gross")),
    ] {
        if let Some(most) = fields.text(key)? {
            set(&mut body, "amount_max", json!(most));
            scope.tax = tax.or(scope.tax);
        }
    }
    if setting.mode("percent-base:original") {
        set(&mut body, "of", json!("list"));
    }
    let on_lines = scope.per != "total" && body.get("amount_max").is_none();
    let body = with_scope(body, &scope);
    all.push(Benefit::new("percent", body, scope.stage).on_lines(on_lines));
    Ok(all)
}

fn amount(
    setting: &Setting<'_>,
    kind: &str,
    fields: &mut Fields,
    conditions: &mut Conditions,
    own: Option<&Value>,
) -> Result<Vec<Benefit>, String> {
    for key in ["tiered_amount", "tiers"] {
        if fields.has(key) {
            return tiered(setting, kind, fields, conditions, own);
        }
    }
    fields.take_word("allocation", "proportional_to_line_amount")?;
    let name = fields.clone().text("scope")?;
    let mut amounts = denominated(setting, "amount", &["value", "amount"], fields, conditions)?;
    let Some(body) = &mut amounts else {
        // Nothing is said of the amount: the events give what was granted.
        fields.take("scope");
        return Ok(Vec::new());
    };
    match name.as_deref() {
        Some("shipping") => {
            fields.take("scope");
            no_lines(fields, own)?;
            return Ok(vec![shipping(fields, body.clone())?]);
        }
        Some("order_and_shipping") => {
            fields.take("scope");
            no_lines(fields, own)?;
            set(body, "and_shipping", json!(true));
            return Ok(vec![Benefit::new("amount", body.clone(), Stage::Order)]);
        }
        _ => {}
    }
    let scope = scope(setting, kind, fields, conditions, own)?;
    let body = with_scope(body.clone(), &scope);
    let on_lines = scope.per != "total";
    Ok(vec![
        Benefit::new("amount", body, scope.stage).on_lines(on_lines),
    ])
}

/// An amount or a price, in one currency or by channel.
fn denominated(
    setting: &Setting<'_>,
    own: &str,
    keys: &[&str],
    fields: &mut Fields,
    conditions: &mut Conditions,
) -> Result<Option<Value>, String> {
    let mut named: Vec<(String, String)> = Vec::new();
    if let Some(channels) = fields.object("value_by_channel")? {
        let place = fields.at("value_by_channel");
        let mut names = Vec::new();
        for (channel, value) in channels.rest() {
            let mut of = Fields::of(format!("{place}.{channel}"), value)?;
            named.push((of.need("currency")?.to_uppercase(), of.need("value")?));
            of.done()?;
            names.push(channel);
        }
        let mut currencies: Vec<&String> = named.iter().map(|(currency, _)| currency).collect();
        currencies.sort();
        currencies.dedup();
        if currencies.len() < named.len() {
            return Err("several channels of one currency".into());
        }
        conditions.when.push(json!({"channel": names}));
    } else if let Some(amount) = fields.text_of(keys)? {
        let currency = fields.text("currency")?;
        let currency = currency.unwrap_or_else(|| setting.currency().into());
        named.push((currency.to_uppercase(), amount));
    } else {
        fields.take("currency");
        return Ok(None);
    }
    // Without an amount in the scheme's own currency nothing is taken off there.
    let (of_scheme, others): (Vec<_>, Vec<_>) = named
        .into_iter()
        .partition(|(currency, _)| currency == setting.currency());
    let amount = of_scheme.into_iter().next().map(|(_, amount)| amount);
    let nothing = if own == "price" { NO_PRICE } else { "0" };
    let mut body = json!({own: amount.unwrap_or_else(|| nothing.into())});
    if !others.is_empty() {
        let others: serde_json::Map<String, Value> = others
            .into_iter()
            .map(|(currency, amount)| (currency, json!(amount)))
            .collect();
        set(&mut body, "in", Value::Object(others));
    }
    Ok(Some(body))
}

fn price(
    setting: &Setting<'_>,
    kind: &str,
    fields: &mut Fields,
    conditions: &mut Conditions,
    own: Option<&Value>,
) -> Result<Vec<Benefit>, String> {
    let name = fields.clone().text("scope")?;
    let body = denominated(setting, "price", &["price", "value"], fields, conditions)?;
    let body = body.ok_or_else(|| format!("no {}", fields.at("price")))?;
    if name.as_deref() == Some("shipping") {
        fields.take("scope");
        no_lines(fields, own)?;
        return Ok(vec![shipping(fields, body)?]);
    }
    let scope = scope(setting, kind, fields, conditions, own)?;
    let body = with_scope(body, &scope);
    let on_lines = scope.per != "total";
    Ok(vec![
        Benefit::new("price", body, scope.stage).on_lines(on_lines),
    ])
}

/// The fields of a ladder of steps, which stand in an object of their own or beside the others.
pub(super) fn step_fields(fields: &mut Fields) -> Result<Fields, String> {
    let nested = match fields.object("tiered_percent")? {
        None => fields.object("tiered_amount")?,
        nested => nested,
    };
    let names = ["tiers", "tier_basis", "base", "base_amount", "base_percent"];
    Ok(nested.unwrap_or_else(|| fields.split(&names)))
}

/// A percentage or an amount by steps.
fn tiered(
    setting: &Setting<'_>,
    kind: &str,
    fields: &mut Fields,
    conditions: &Conditions,
    own: Option<&Value>,
) -> Result<Vec<Benefit>, String> {
    let mut steps = step_fields(fields)?;
    let scope = scope(setting, kind, fields, conditions, own)?;
    let mut body = stepped(&mut steps, &scope, kind.contains("amount"))?;
    steps.done()?;
    if let Some(most) = fields.text("max_discount")? {
        set(&mut body, "amount_max", json!(most));
    }
    let percent = body.pointer("/steps/0/percent").is_some();
    let mut benefit = Benefit::new("steps", body, scope.stage);
    benefit.percent = percent;
    Ok(vec![benefit])
}

/// `tiers` with `base`, the percentage below the first one, as steps.
pub(super) fn stepped(fields: &mut Fields, scope: &Scope, amounts: bool) -> Result<Value, String> {
    let told = fields.text("tier_basis")?.unwrap_or_default();
    // What is measured: all lines, or the promotion's own.
    let (basis, own) = ["eligible_item_", "eligible_items_", "eligible_"]
        .iter()
        .find_map(|prefix| Some((told.strip_prefix(prefix)?, true)))
        .unwrap_or((&told, false));
    let (by, base) = match basis {
        "" | "order_subtotal" | "order_total" | "subtotal" => ("amount", "list"),
        "discounted_subtotal" | "order_discounted_subtotal" => ("amount", "running"),
        "quantity" | "units" | "order_quantity" => ("quantity", "running"),
        _ => return Err(format!("tier_basis {told}")),
    };
    let mut steps: Vec<Value> = Vec::new();
    for key in ["base", "base_percent", "base_amount"] {
        if let Some(base) = fields.text(key)? {
            let kind = match key {
                "base" if amounts => "amount",
                "base_amount" => "amount",
                _ => "percent",
            };
            steps.push(json!({"from": "0", kind: base}));
        }
    }
    for mut tier in fields.objects("tiers")? {
        let from = tier.text_of(&["min", "min_qty", "from", "min_subtotal"])?;
        let mut step = json!({"from": from.ok_or("a tier without its start")?});
        if let Some(percent) = tier.text("percent")? {
            set(&mut step, "percent", json!(percent));
        }
        if let Some(amount) = tier.text_of(&["value", "amount"])? {
            set(&mut step, "amount", json!(amount));
        }
        tier.done()?;
        steps.push(step);
    }
    let per = if scope.per == "total" {
        "total"
    } else {
        "line"
    };
    let mut body = json!({
        "by": by,
        "base": base,
        "measure": if own { Value::Null } else { json!({}) },
        "steps": steps,
        "per": per,
        "on": scope.on,
    });
    if let Some(tax) = scope.tax {
        set(&mut body, "tax", json!(tax));
    }
    Ok(body)
}

/// One amount on the first unit of a line and another on further ones.
fn flexible(
    setting: &Setting<'_>,
    fields: &mut Fields,
    conditions: &Conditions,
    own: Option<&Value>,
) -> Result<Vec<Benefit>, String> {
    let (first, more) = (fields.text("first")?, fields.text("additional")?);
    let most = fields.count("max_units")?;
    let scope = scope(
        setting,
        "first_then_additional_amount",
        fields,
        conditions,
        own,
    )?;
    if scope.per != "line" {
        return Err(fields.at("scope"));
    }
    let mut all = Vec::new();
    for (amount, skip, units) in [
        (first, 0, Some(1)),
        (more, 1, most.map(|most| most.saturating_sub(1))),
    ] {
        let Some(amount) = amount else { continue };
        if units == Some(0) {
            continue;
        }
        let mut on = scope.on.clone();
        set(&mut on, "skip", json!(skip));
        set(&mut on, "per_line", json!(units.unwrap_or(0)));
        let body = json!({"amount": amount, "per": "unit", "on": on});
        all.push(Benefit::new("amount", body, Stage::Item).on_lines(true));
    }
    Ok(all)
}
