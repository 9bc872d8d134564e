//! Conditions of promotions: `condition`.

use serde_json::{Value, json};

use super::clock::civil;
use super::fields::{Fields, text};
use super::lines::{both, moved, target};
use super::promotions::Setting;
use super::scheme::set;

/// What a promotion asks for.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    /// Conditions on the order.
    pub(crate) when: Vec<Value>,
    /// The fewest units of all lines, where that is what is asked for and not in `when` yet.
    pub(crate) units: Option<u32>,
    /// What bounds the units of a line.
    pub(crate) line_units: (u32, u32),
    /// Whether only lines count that nothing else lowered.
    pub(crate) undiscounted: bool,
}

impl Conditions {
    /// Reads conditions. `own` are the promotion's own lines.
    pub(crate) fn read(
        setting: &Setting<'_>,
        condition: Option<Fields>,
        own: Option<&Value>,
    ) -> Result<Self, String> {
        let mut found = Self::default();
        let Some(mut condition) = condition else {
            return Ok(found);
        };
        let mut contained = None;
        for key in ["tax_inclusive", "includes_tax", "tax_included"] {
            if condition.has(key) {
                contained = Some(condition.flag(key)?);
            }
        }
        let tax = match condition.text("min_mode")?.as_deref() {
            None => contained.map(|gross| if gross { "gross" } else { "net" }.to_owned()),
            Some(mode @ ("net" | "gross")) => Some(mode.to_owned()),
            Some(other) => return Err(format!("min_mode {other}")),
        };
        for key in ["min_qty", "min_quantity", "min_items", "min_units"] {
            found.units = condition.count(key)?.or(found.units);
        }
        for key in [
            "min_distinct_products",
            "min_distinct_items",
            "min_distinct_lines",
        ] {
            if let Some(lines) = condition.count(key)? {
                let target = setting.counted(own);
                let least = json!({"quantity": lines, "target": target, "different": true});
                found.when.push(json!({"min_quantity": least}));
            }
        }
        found.when.extend(window(&mut condition)?);
        let from = condition.count("line_min_qty")?.unwrap_or(0);
        found.line_units = (from, condition.count("line_max_qty")?.unwrap_or(0));
        found.undiscounted = condition.flag("no_other_promotion_on_line")?;
        if let Some(most) = condition.count("max_qty")? {
            let more = json!({"quantity": most + 1, "target": setting.counted(own)});
            found.when.push(json!({"not": {"min_quantity": more}}));
        }
        if condition.has("first_order") {
            let first = json!({"first_purchase": {}});
            found.when.push(match condition.flag("first_order")? {
                true => first,
                false => json!({"not": first}),
            });
        }
        for key in SEGMENTS {
            let values = condition.list(key)?;
            if !values.is_empty() {
                found.when.push(json!({"segment": values}));
            }
        }
        if let Some(nth) = condition.count("nth_order")? {
            found.when.push(json!({"nth_purchase": {"at": [nth]}}));
        }
        for (key, own) in [
            ("shipping_method", "shipping_method"),
            ("shipping_methods", "shipping_method"),
            ("channel", "channel"),
            ("channels", "channel"),
            ("store", "store"),
            ("weekday", "weekday"),
        ] {
            let values = condition.list(key)?;
            if !values.is_empty() {
                found.when.push(json!({own: values}));
            }
        }
        for key in condition.keys() {
            found.by_name(setting, &mut condition, &key, own, tax.as_deref())?;
        }
        condition.done()?;
        Ok(found)
    }

    /// The condition on the units of all lines, where no set asks for them.
    pub(crate) fn with_units(mut self, setting: &Setting<'_>, own: Option<&Value>) -> Self {
        if let Some(units) = self.units.take() {
            let least = json!({"quantity": units, "target": setting.counted(own)});
            self.when.push(json!({"min_quantity": least}));
        }
        self
    }

    /// Keys whose names are made of parts: `min_qty_of`, `order_contains_category`,
    /// `min_discounted_subtotal_gt`, `sku_subtotal_gte`.
    fn by_name(
        &mut self,
        setting: &Setting<'_>,
        condition: &mut Fields,
        key: &str,
        own: Option<&Value>,
        tax: Option<&str>,
    ) -> Result<(), String> {
        if key == "min_qty_of" || key == "min_quantity_of" {
            for mut of in condition.objects(key)? {
                let units = of.count("qty")?.unwrap_or(1);
                let lines = target(&mut of, setting.currency())?;
                of.done()?;
                let least = json!({"quantity": units, "target": lines});
                self.when.push(json!({"min_quantity": least}));
            }
            return Ok(());
        }
        if let Some(list) = key.strip_prefix("order_contains_") {
            let place = condition.at(key);
            let values = condition.list(key)?;
            let mut filter = Fields::of(place, json!({list: values}))?;
            let lines = target(&mut filter, setting.currency())?;
            filter.done()?;
            let least = json!({"quantity": 1, "target": lines});
            self.when.push(json!({"min_quantity": least}));
            return Ok(());
        }
        let Some(threshold) = Threshold::of(key) else {
            return Ok(());
        };
        let place = condition.at(key);
        let value = condition.take(key).ok_or("no value")?;
        let (amount, lines) = match value {
            Value::Object(_) => {
                let mut of = Fields::of(place, value)?;
                let amount = of.need("amount")?;
                let lines = target(&mut of, setting.currency())?;
                of.done()?;
                (amount, lines)
            }
            value if !threshold.of_lines => (text(&place, &value)?, setting.measured(own)),
            _ => return Err(place),
        };
        let by = i64::from(threshold.strict);
        let mut least = json!({
            "amount": moved(&amount, by, setting.currency())?,
            "target": both(lines, setting.qualifying()),
            "base": match threshold.running.unwrap_or(setting.mode("threshold:after-discounts")) {
                true => "running",
                false => "list",
            },
        });
        if let Some(tax) = threshold.tax.or(tax) {
            set(&mut least, "tax", json!(tax));
        }
        self.when.push(json!({"min_amount": least}));
        Ok(())
    }
}

/// The names that the form has for what the shop knows of a customer.
pub(crate) const SEGMENTS: [&str; 4] = ["customer_group", "customer_groups", "segment", "segments"];

/// From when and until when; a date ends with its day.
pub(crate) fn window(fields: &mut Fields) -> Result<Option<Value>, String> {
    let from = fields.text_of(&[
        "valid_from",
        "starts_at",
        "start_date",
        "start",
        "date_from",
        "from",
    ])?;
    let until = fields.text_of(&[
        "valid_to",
        "valid_until",
        "ends_at",
        "end_date",
        "end",
        "date_to",
        "until",
    ])?;
    let mut window = json!({});
    if let Some(from) = &from {
        set(&mut window, "from", json!(civil(from)?.to_string()));
    }
    if let Some(until) = &until {
        let mut end = civil(until)?;
        if !until.contains('T') {
            let next = end.date().add_days(1);
            end = next.ok_or_else(|| format!("date {until}"))?.into();
        }
        set(&mut window, "until", json!(end.to_string()));
    }
    Ok((from.is_some() || until.is_some()).then(|| json!({"between": window})))
}

/// What the name of a threshold of money says.
struct Threshold {
    /// Whether equality is not enough.
    strict: bool,
    /// Whether it is measured after discounts, if the name says so.
    running: Option<bool>,
    tax: Option<&'static str>,
    /// Whether it is one of certain lines.
    of_lines: bool,
}

impl Threshold {
    fn of(key: &str) -> Option<Self> {
        let (name, strict) = match key.strip_suffix("_gt") {
            Some(name) => (name, true),
            None => (key.strip_suffix("_gte").unwrap_or(key), false),
        };
        let mut found = Self {
            strict,
            running: None,
            tax: None,
            of_lines: false,
        };
        let mut measures = false;
        for part in name.split('_') {
            match part {
                "min" | "order" | "cart" | "items" | "goods" => {}
                "subtotal" | "amount" | "total" | "spent" | "spend" => measures = true,
                "discounted" => found.running = Some(true),
                "undiscounted" | "list" => found.running = Some(false),
                "gross" => found.tax = Some("gross"),
                "net" => found.tax = Some("net"),
                "sku" | "category" | "product" | "tag" | "label" | "taxon" => {
                    found.of_lines = true;
                }
                _ => return None,
            }
        }
        (measures || name == "min_order").then_some(found)
    }
}
