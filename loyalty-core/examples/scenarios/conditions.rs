//! Conditions of promotions: `condition`.

use serde_json::{Value, json};

use super::benefits::Benefit;
use super::clock::civil;
use super::fields::{Fields, text};
use super::lines::{both, moved, target};
use super::promotions::Setting;
use super::scheme::set;
use super::tiers::LADDER;

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
        for key in ["customer", "customers", "user", "users"] {
            let names = condition.list(key)?;
            if !names.is_empty() {
                let own: Vec<String> = names.iter().map(|name| named(name)).collect();
                found.when.push(json!({"segment": own}));
            }
        }
        for key in FACTS {
            let values = condition.list(key)?;
            if !values.is_empty() {
                let own: Vec<String> = values.iter().map(|value| fact(key, value)).collect();
                found.when.push(json!({"segment": own}));
            }
        }
        for key in ["tier", "tiers"] {
            let values = condition.list(key)?;
            if !values.is_empty() {
                found
                    .when
                    .push(json!({"tier": {"ladder": LADDER, "any_of": values}}));
            }
        }
        if condition.has("logged_in") {
            let known = json!({"segment": [KNOWN]});
            found.when.push(match condition.flag("logged_in")? {
                true => known,
                false => json!({"not": known}),
            });
        }
        if let Some(every) = condition.count("every_nth_order")? {
            found.when.push(json!({"nth_purchase": {"every": every}}));
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

    /// Bounds units by what is asked of single lines.
    pub(crate) fn bound(&self, on: &mut Value) {
        let (from, to) = self.line_units;
        for (key, units) in [("line_units_from", from), ("line_units_to", to)] {
            if units > 0 {
                set(on, key, json!(units));
            }
        }
        if self.undiscounted {
            set(on, "undiscounted", json!(true));
        }
    }

    /// That what is asked of single lines is part of some benefit.
    pub(crate) fn taken(&self, benefits: &[Benefit]) -> Result<(), String> {
        let (from, to) = self.line_units;
        for (asked, key) in [
            (from > 0, "line_units_from"),
            (to > 0, "line_units_to"),
            (self.undiscounted, "undiscounted"),
        ] {
            let mut all = benefits.iter().map(|one| one.document.to_string());
            if asked && !all.any(|document| document.contains(key)) {
                return Err(format!("condition of single lines: {key}"));
            }
        }
        Ok(())
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
        for (prefix, wanted) in [
            ("order_contains_all_", Contains::All),
            ("order_contains_any_", Contains::Any),
            ("order_contains_none_", Contains::None),
            ("order_contains_only_", Contains::Only),
            ("order_contains_", Contains::Any),
            ("order_excludes_", Contains::None),
            ("order_lacks_", Contains::None),
        ] {
            let Some(list) = key.strip_prefix(prefix) else {
                continue;
            };
            let place = condition.at(key);
            let values = condition.list(key)?;
            let some = |values: &[String]| {
                let mut filter = Fields::of(place.clone(), json!({list: values}))?;
                let lines = target(&mut filter, setting.currency())?;
                filter.done()?;
                Ok::<Option<Value>, String>(lines)
            };
            let at_least = |lines: Value| json!({"min_quantity": {"quantity": 1, "target": lines}});
            match wanted {
                Contains::All => {
                    for value in values {
                        self.when.push(at_least(json!(some(&[value])?)));
                    }
                }
                Contains::Any => self.when.push(at_least(json!(some(&values)?))),
                Contains::None => {
                    let any = at_least(json!(some(&values)?));
                    self.when.push(json!({"not": any}));
                }
                Contains::Only => {
                    let other = at_least(json!({"except": some(&values)?}));
                    self.when.push(json!({"not": other}));
                }
            }
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
        let lines = both(lines, setting.qualifying());
        let base = match threshold
            .running
            .unwrap_or(setting.mode("threshold:after-discounts"))
        {
            true => "running",
            false => "list",
        };
        let least = |by: i64| {
            let amount = moved(&amount, by, setting.currency())?;
            let mut least = json!({"amount": amount, "target": lines, "base": base});
            if let Some(tax) = threshold.tax.or(tax) {
                set(&mut least, "tax", json!(tax));
            }
            Ok::<Value, String>(json!({"min_amount": least}))
        };
        match threshold.compares {
            Compares::AtLeast => self.when.push(least(0)?),
            Compares::More => self.when.push(least(1)?),
            Compares::Less => self.when.push(json!({"not": least(0)?})),
            Compares::AtMost => self.when.push(json!({"not": least(1)?})),
            Compares::Equals => {
                self.when.push(least(0)?);
                self.when.push(json!({"not": least(1)?}));
            }
        }
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

/// What stands for a customer whom the shop knows.
pub(crate) const KNOWN: &str = "known customer";

/// What stands for one customer.
pub(crate) fn named(customer: &str) -> String {
    format!("customer {customer}")
}

/// What stands for a cart in a currency.
pub(crate) fn in_currency(currency: &str) -> String {
    format!("currency {}", currency.to_uppercase())
}

/// What a case says of a customer or an order beside what the engine knows by itself: the shop hands it
/// over as a segment.
pub(crate) const FACTS: [&str; 9] = [
    "country",
    "shipping_country",
    "billing_country",
    "zone",
    "payment_method",
    "role",
    "user_role",
    "price_list",
    "language",
];

/// What stands for such a fact.
pub(crate) fn fact(key: &str, value: &str) -> String {
    format!("{key} {value}")
}

/// Which of some goods an order holds.
#[derive(Clone, Copy)]
enum Contains {
    All,
    Any,
    None,
    Only,
}

/// How an amount is compared with a threshold.
#[derive(Clone, Copy)]
enum Compares {
    AtLeast,
    More,
    AtMost,
    Less,
    Equals,
}

/// What the name of a threshold of money says.
struct Threshold {
    compares: Compares,
    /// Whether it is measured after discounts, if the name says so.
    running: Option<bool>,
    tax: Option<&'static str>,
    /// Whether it is one of certain lines.
    of_lines: bool,
}

impl Threshold {
    fn of(key: &str) -> Option<Self> {
        let suffixes = [
            ("_gte", Compares::AtLeast),
            ("_gt", Compares::More),
            ("_lte", Compares::AtMost),
            ("_lt", Compares::Less),
            ("_eq", Compares::Equals),
        ];
        let suffixed = suffixes
            .iter()
            .find_map(|(suffix, compares)| Some((key.strip_suffix(suffix)?, *compares)));
        let (name, compares) = suffixed.unwrap_or((
            key,
            match key.starts_with("max_") {
                true => Compares::AtMost,
                false => Compares::AtLeast,
            },
        ));
        let mut found = Self {
            compares,
            running: None,
            tax: None,
            of_lines: false,
        };
        let mut measures = false;
        for part in name.split('_') {
            match part {
                "min" | "max" | "order" | "cart" | "items" | "goods" => {}
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
