//! Earn rules: `points.earn` and `points_promotions`.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::case::Case;
use super::conditions::window;
use super::fields::Fields;
use super::lines::{both, target};
use super::scheme::{Plan, set};
use super::tiers::LADDER;

/// What amounts earn: one setting of a scheme, which all its rules must share.
#[derive(Debug, Default)]
pub(crate) struct Base {
    own_reward: Option<&'static str>,
    tax: Option<&'static str>,
}

/// What earn rules say of the wallet and the scheme.
#[derive(Debug, Default)]
pub(crate) struct Earn {
    /// How points are rounded.
    pub(crate) rounding: Option<String>,
    /// Whether only the best rule pays on a line.
    pub(crate) best: bool,
    /// Whether a return takes points in proportion to money.
    pub(crate) proportional: bool,
}

impl Base {
    /// What the modes say.
    pub(crate) fn of(case: &Case) -> Self {
        Self {
            own_reward: case.mode("earn-base:before-own-reward").then_some("before"),
            tax: case.mode("earn-base:before-tax").then_some("net"),
        }
    }

    /// Points that can be spent on the purchase that brings them cannot depend on what they pay.
    pub(crate) fn with_own_points(&mut self, wallet: &Value, rules: &[Value]) {
        let amounts = rules
            .iter()
            .any(|rule| rule.pointer("/give/per_amount").is_some());
        if amounts && wallet.get("spend_own_points").is_some() {
            self.own_reward.get_or_insert("before");
        }
    }

    pub(crate) fn document(&self) -> Value {
        json!({
            "own_reward": self.own_reward.unwrap_or("after"),
            "tax": self.tax.unwrap_or("as_priced"),
        })
    }

    /// A phrase such as `gross before own reward`.
    fn read(&mut self, phrase: &str) -> Result<(), String> {
        let mut rest = phrase.to_owned();
        let phrases: [(&str, Option<&'static str>, Option<&'static str>); 9] = [
            ("before own reward", Some("before"), None),
            ("after own reward", Some("after"), None),
            ("after promotions", None, None),
            ("before tax", None, Some("net")),
            ("after tax", None, Some("gross")),
            ("gross", None, Some("gross")),
            ("net", None, Some("net")),
            ("paid", None, None),
            ("goods", None, None),
        ];
        for (words, own_reward, tax) in phrases {
            if !rest.contains(words) {
                continue;
            }
            rest = rest.replace(words, "");
            one_of(&mut self.own_reward, own_reward, phrase)?;
            one_of(&mut self.tax, tax, phrase)?;
        }
        if rest.trim().is_empty() {
            Ok(())
        } else {
            Err(format!("earn base \"{phrase}\""))
        }
    }
}

fn one_of(
    known: &mut Option<&'static str>,
    said: Option<&'static str>,
    phrase: &str,
) -> Result<(), String> {
    match (*known, said) {
        (Some(known), Some(said)) if known != said => {
            Err(format!("earn base \"{phrase}\" beside another"))
        }
        (None, Some(_)) => {
            *known = said;
            Ok(())
        }
        _ => Ok(()),
    }
}

impl Earn {
    /// Reads `points.earn` and what stands beside it.
    pub(crate) fn read(
        case: &Case,
        points: &mut Fields,
        base: &mut Base,
        plan: &mut Plan,
    ) -> Result<Self, String> {
        let mut earn = Self {
            best: case.mode("earn-rules:best-only"),
            proportional: case.mode("return:proportional-to-amount"),
            ..Self::default()
        };
        match points.text("combination")?.as_deref() {
            None => {}
            Some("additive" | "sum" | "all rules add") => earn.best = false,
            Some("rule granting most points" | "best" | "best only") => earn.best = true,
            Some(other) => return Err(format!("scheme.points.combination \"{other}\"")),
        }
        match points.text("return_mode")?.as_deref() {
            None => {}
            Some("proportional to transaction amount" | "proportional") => {
                earn.proportional = true;
            }
            Some(other) => return Err(format!("scheme.points.return_mode \"{other}\"")),
        }
        // What stops the rules after it: they do not apply where it does.
        let mut stops: Vec<Value> = Vec::new();
        for (place, rule) in points.objects("earn")?.into_iter().enumerate() {
            earn.rule(place, rule, base, &mut stops, plan)?;
        }
        Ok(earn)
    }

    fn rule(
        &mut self,
        place: usize,
        mut rule: Fields,
        base: &mut Base,
        stops: &mut Vec<Value>,
        plan: &mut Plan,
    ) -> Result<(), String> {
        let kind = rule.need("kind")?;
        if let Some(phrase) = rule.text("base")? {
            base.read(&phrase)?;
        }
        if let Some(phrase) = rule.text("tax_mode")? {
            base.read(&phrase)?;
        }
        if let Some(rounding) = rule.text("rounding")? {
            if self
                .rounding
                .as_ref()
                .is_some_and(|known| *known != rounding)
            {
                return Err("several roundings of points".into());
            }
            self.rounding = Some(rounding);
        }
        let target = lines(&mut rule, plan)?;
        let mut when = conditions(&mut rule, target.as_ref())?;
        let stopping = rule.flag("last_executed")?;
        let (times, caps) = limits(&mut rule)?;
        let gives = gives(&kind, &mut rule)?;
        rule.done()?;
        let applies = applies(target.as_ref(), &when);
        when.extend(stops.iter().cloned());
        for (number, (give, multiplied, own_target)) in gives.into_iter().enumerate() {
            let mut document = json!({"id": format!("rule.{place}.{number}"), "give": give});
            if let Some(target) = own_target.or_else(|| target.clone()) {
                set(&mut document, "target", target);
            }
            if let Some(multiplied) = multiplied {
                set(&mut document, "multiplied", json!(multiplied));
            }
            if !when.is_empty() {
                set(&mut document, "when", json!({"all": when}));
            }
            if !times.is_empty() {
                set(&mut document, "times", json!(times));
            }
            if !caps.is_empty() {
                set(&mut document, "caps", json!(caps));
            }
            plan.rules.push(document);
        }
        if stopping {
            stops.push(json!({"not": applies}));
        }
        Ok(())
    }
}

/// The lines of a rule: its own keys and those of `filter`.
fn lines(rule: &mut Fields, plan: &Plan) -> Result<Option<Value>, String> {
    let own = target(rule, &plan.currency)?;
    let Some(mut filter) = rule.object("filter")? else {
        return Ok(own);
    };
    let filtered = target(&mut filter, &plan.currency)?;
    filter.done()?;
    Ok(both(own, filtered))
}

/// The conditions of a rule.
fn conditions(rule: &mut Fields, target: Option<&Value>) -> Result<Vec<Value>, String> {
    let mut when = Vec::new();
    if let Some(amount) = rule.text("min_order")? {
        when.push(json!({"min_amount": {"amount": amount}}));
    }
    if let Some(quantity) = rule.count("min_qty")? {
        let mut least = json!({"quantity": quantity});
        if let Some(target) = target {
            set(&mut least, "target", target.clone());
        }
        when.push(json!({"min_quantity": least}));
    }
    let codes = rule.list("requires_code")?;
    if !codes.is_empty() {
        when.push(json!({"code": codes}));
    }
    when.extend(window(rule)?);
    for (key, own) in [
        ("channel", "channel"),
        ("channels", "channel"),
        ("store", "store"),
        ("weekday", "weekday"),
        ("customer_group", "segment"),
        ("segment", "segment"),
    ] {
        let values = rule.list(key)?;
        if !values.is_empty() {
            when.push(json!({own: values}));
        }
    }
    let tiers = rule.list("tier")?;
    if !tiers.is_empty() {
        when.push(json!({"tier": {"ladder": LADDER, "any_of": tiers}}));
    }
    if rule.flag("first_order")? {
        when.push(json!({"first_purchase": {}}));
    }
    Ok(when)
}

/// How often a rule pays, and how many points at most.
fn limits(rule: &mut Fields) -> Result<(Vec<Value>, Vec<Value>), String> {
    let periods = ["day", "week", "month", "year", "order"];
    let (mut times, mut caps) = (Vec::new(), Vec::new());
    for key in ["limit", "limit_per_customer", "max_times"] {
        if let Some(count) = rule.count(key)? {
            times.push(json!({"per": "member", "times": count}));
        }
    }
    for period in periods {
        for key in [format!("max_per_{period}"), format!("limit_per_{period}")] {
            if let Some(count) = rule.count(&key)? {
                times.push(json!({"per": period, "times": count}));
            }
        }
        if let Some(points) = rule.text(&format!("max_points_per_{period}"))? {
            caps.push(json!({"per": period, "points": points}));
        }
    }
    if let Some(points) = rule.text("max_points")? {
        caps.push(json!({"per": "order", "points": points}));
    }
    Ok((times, caps))
}

/// When a rule applies to an order at all.
fn applies(target: Option<&Value>, when: &[Value]) -> Value {
    let mut least = json!({"quantity": 1});
    if let Some(target) = target {
        set(&mut least, "target", target.clone());
    }
    let mut all = vec![json!({"min_quantity": least})];
    all.extend(when.iter().cloned());
    json!({"all": all})
}

/// What a rule gives, whether multipliers touch it, and lines of its own.
type Gives = Vec<(Value, Option<bool>, Option<Value>)>;

fn gives(kind: &str, rule: &mut Fields) -> Result<Gives, String> {
    Ok(match kind {
        "per_currency_unit" => vec![(per_amount(rule)?, None, None)],
        "per_order" | "per_purchase" | "per_visit" | "fixed" => {
            let points = rule.need("points")?;
            vec![(json!({"per_purchase": {"points": points}}), None, None)]
        }
        "per_unit" | "per_item" | "fixed_per_item" | "fixed_per_category" => {
            let points = rule.need("points")?;
            vec![(json!({"per_unit": {"points": points}}), None, None)]
        }
        "fixed_per_product" => {
            let points = rule.need("points")?;
            vec![(json!({"per_unit": {"points": points}}), Some(false), None)]
        }
        "multiply" => {
            let factor = rule.need("factor")?;
            vec![(json!({"multiply": {"factor": factor}}), None, None)]
        }
        "multiply_by_labels" => {
            let labels = rule.object("labels")?.ok_or("no labels")?;
            let place = rule.at("labels");
            labels
                .rest()
                .into_iter()
                .map(|(label, factor)| {
                    let factor = super::fields::text(&place, &factor)?;
                    let give = json!({"multiply": {"factor": factor}});
                    Ok((give, None, Some(json!({"tags": [label]}))))
                })
                .collect::<Result<Gives, String>>()?
        }
        "event" => {
            let (name, points) = (rule.need("event")?, rule.need("points")?);
            let give = json!({"event": {"name": name, "points": points}});
            vec![(give, None, None)]
        }
        other => return Err(format!("earn kind {other}")),
    })
}

/// Points for money: `rate` points a unit of money, or one point for `one_point_per`.
fn per_amount(rule: &mut Fields) -> Result<Value, String> {
    if let Some(per) = rule.text("one_point_per")? {
        return Ok(json!({"per_amount": {"points": "1", "per": per}}));
    }
    if let Some(per) = rule.text_of(&["per", "per_amount"])? {
        let points = rule.text("points")?.unwrap_or_else(|| "1".into());
        return Ok(json!({"per_amount": {"points": points, "per": per}}));
    }
    let rate = rule.need("rate")?;
    let mut points: Decimal = rate.parse().map_err(|_| format!("rate {rate}"))?;
    let mut per = Decimal::ONE;
    // Points have at most three decimals; a finer rate is one for more money.
    while points.normalize().scale() > 3 {
        points = points.checked_mul(Decimal::TEN).ok_or("rate")?;
        per = per.checked_mul(Decimal::TEN).ok_or("rate")?;
    }
    let points = points.normalize().to_string();
    Ok(json!({"per_amount": {"points": points, "per": per.to_string()}}))
}

/// Promotions of points beside the rules. Where they say when they were created, only the newest one
/// of those that apply counts.
pub(crate) fn promotions(case: &Case, scheme: &mut Fields, plan: &mut Plan) -> Result<(), String> {
    let newest = case.mode("points-promo:newest-wins");
    let mut found: Vec<(String, Value, Vec<Value>, Value)> = Vec::new();
    for (place, mut promotion) in scheme.objects("points_promotions")?.into_iter().enumerate() {
        let id = promotion
            .text("id")?
            .unwrap_or_else(|| format!("promotion.{place}"));
        let created = promotion.text_of(&["created", "created_at"])?;
        let mut document = if let Some(points) = promotion.text_of(&["add", "points"])? {
            json!({"id": id, "give": {"fixed": {"points": points}}, "requires_base": true})
        } else {
            let factor = promotion.need("multiplier")?;
            json!({"id": id, "give": {"multiply": {"factor": factor}}})
        };
        let target = lines(&mut promotion, plan)?;
        if let Some(target) = &target {
            set(&mut document, "target", target.clone());
        }
        let when = conditions(&mut promotion, target.as_ref())?;
        promotion.done()?;
        let applies = applies(target.as_ref(), &when);
        // An addition is one on the purchase, which asks for the lines.
        let when = match target {
            Some(_) if document.pointer("/give/fixed").is_some() => vec![applies.clone()],
            _ => when,
        };
        let created = created.unwrap_or_default();
        if newest && created.is_empty() {
            return Err("points-promo:newest-wins without `created`".into());
        }
        found.push((created, document, when, applies));
    }
    if newest {
        found.sort_by(|one, other| other.0.cmp(&one.0));
    }
    let mut newer: Vec<Value> = Vec::new();
    for (_, mut document, mut when, applies) in found {
        if newest {
            when.extend(newer.iter().cloned());
            newer.push(json!({"not": applies}));
        }
        if !when.is_empty() {
            set(&mut document, "when", json!({"all": when}));
        }
        if let Some(id) = document.get("id").and_then(Value::as_str) {
            plan.points_promotions.push(id.to_owned());
        }
        plan.rules.push(document);
    }
    Ok(())
}
