//! Promotions: `scheme.promotions` as offers.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::benefits::{self, Benefit, Stage};
use super::case::{Case, Event};
use super::conditions::{Conditions, in_currency, window};
use super::fields::Fields;
use super::lines::{FIXED_PRICE, both};
use super::parts;
use super::rewards;
use super::scheme::{Plan, set};

/// What stands for a budget without a limit.
const NO_LIMIT: &str = "1000000000";

/// What promotions are read with.
pub(crate) struct Setting<'a> {
    pub(crate) case: &'a Case,
    pub(crate) plan: &'a Plan,
}

impl Setting<'_> {
    pub(crate) fn mode(&self, name: &str) -> bool {
        self.case.mode(name)
    }

    pub(crate) fn currency(&self) -> &str {
        &self.plan.currency
    }

    /// Whether only one promotion is of a campaign.
    fn is_single(&self, campaign: &str) -> bool {
        let promotions = self.case.scheme.clone().objects("promotions");
        let all = promotions.unwrap_or_default().into_iter();
        let of = all.filter_map(|mut promotion| promotion.text("campaign").ok().flatten());
        of.filter(|of| of == campaign).count() == 1
    }

    /// The lines whose units a minimum counts.
    pub(crate) fn counted(&self, own: Option<&Value>) -> Option<Value> {
        let own = own.filter(|_| self.mode("min-qty-basis:eligible-items"));
        both(own.cloned(), self.qualifying())
    }

    /// The lines whose amounts a minimum counts.
    pub(crate) fn measured(&self, own: Option<&Value>) -> Option<Value> {
        own.filter(|_| self.mode("min-amount-basis:eligible-items"))
            .cloned()
    }

    /// The lines that count to thresholds.
    pub(crate) fn qualifying(&self) -> Option<Value> {
        self.mode("qualify:discountable-only")
            .then(discountable)
            .filter(|_| self.plan.has_fixed_prices)
    }

    /// Lines without those that may not be discounted.
    pub(crate) fn lowered(&self, lines: Option<&Value>) -> Option<Value> {
        let free = self.plan.has_fixed_prices.then(discountable);
        both(lines.cloned(), free)
    }
}

fn discountable() -> Value {
    json!({"except": {"tags": [FIXED_PRICE]}})
}

/// A promotion as an offer.
#[derive(Debug)]
pub(crate) struct Promotion {
    pub(crate) id: String,
    pub(crate) document: Value,
    /// A reward that it issues.
    pub(crate) reward: Option<Value>,
    pub(crate) codes: Vec<String>,
    pub(crate) exclusive: bool,
    /// Whether it stands beside no other, where it is chosen.
    pub(crate) alone: bool,
    pub(crate) priority: Decimal,
    pub(crate) lane: Decimal,
    /// The first and the last stage of its benefits.
    pub(crate) stages: (Stage, Stage),
    /// Whether it takes a percentage off.
    pub(crate) percent: bool,
    /// Whether all of it stands on single lines.
    pub(crate) on_lines: bool,
    /// Whether its amounts are meant with tax.
    pub(crate) gross: bool,
}

impl Promotion {
    /// Reads a promotion. `events` are those of the case, for amounts that were granted there.
    pub(crate) fn read(
        setting: &Setting<'_>,
        mut fields: Fields,
        events: &[Event],
    ) -> Result<Self, String> {
        let id = fields.need("id")?;
        let gross = fields.has("max_discount_gross")
            || [
                fields.clone().text("denomination")?,
                fields.clone().text("base")?,
            ]
            .into_iter()
            .flatten()
            .any(|tax| tax == "gross");
        let own = benefits::filter(setting, &mut fields)?;
        let condition = fields.object("condition")?;
        let mut conditions = Conditions::read(setting, condition, own.as_ref())?;
        conditions.when.extend(window(&mut fields)?);
        let channels = fields.list("channels")?;
        if !channels.is_empty() {
            conditions.when.push(json!({"channel": channels}));
        }
        for key in ["applies_to_discounted", "apply_to_discounted"] {
            conditions.undiscounted |= fields.has(key) && !fields.flag(key)?;
        }
        let mut reward = None;
        let kind = fields.clone().text("kind")?;
        let mut found = if kind.as_deref() == Some("issue_coupon_for_next_order") {
            fields.take("kind");
            let issued = coupon(setting, &id, &mut fields)?;
            let of = json!({"reward": {"reward": coupon_name(&id)}});
            reward = Some(issued);
            if let Some(lines) = &own {
                let least = json!({"quantity": 1, "target": lines});
                conditions.when.push(json!({"min_quantity": least}));
            }
            vec![Benefit::plain(of, Stage::Order)]
        } else {
            benefits::read(setting, &mut fields, &mut conditions, own.as_ref())?
        };
        conditions.taken(&found)?;
        found.extend(applied(&id, events)?);
        if found.is_empty() {
            return Err(format!("no {}", fields.at("value")));
        }
        if let Some(currency) = fields.text("currency")? {
            let own = json!({"segment": [in_currency(&currency)]});
            conditions.when.push(own);
        }
        let conditions = conditions.with_units(setting, own.as_ref());
        let mut document = json!({
            "id": id,
            "benefits": found.iter().map(|one| one.document.clone()).collect::<Vec<_>>(),
        });
        if !conditions.when.is_empty() {
            set(&mut document, "when", json!({"all": conditions.when}));
        }
        let codes = limits(setting, &mut fields, &mut document)?;
        let exclusive = fields.flag("exclusive")?;
        let mut alone = false;
        for key in ["combinable", "stackable", "cumulative"] {
            alone |= fields.has(key) && !fields.flag(key)?;
        }
        if alone {
            set(&mut document, "combines_with", json!("none"));
        }
        if fields.flag("consume_units")? {
            set(&mut document, "consumes_units", json!(true));
        }
        let number = |fields: &mut Fields, key: &str| match fields.text(key)? {
            None => Ok(Decimal::ZERO),
            Some(text) => text.parse().map_err(|_| format!("{key} {text}")),
        };
        let (priority, lane) = (
            number(&mut fields, "priority")?,
            number(&mut fields, "lane")?,
        );
        if found.iter().all(|one| one.stage == Stage::Order) {
            // Once is all that there is on an order: an application takes every unit.
            let part = found
                .iter()
                .any(|one| one.document.to_string().contains("units_max"));
            let most = fields.clone().count("max_applications")?;
            if !part || most == Some(1) {
                fields.take("max_applications");
            }
            if fields.clone().flag("once_per_order")? {
                fields.take("once_per_order");
            }
            if fields.has("repeat") && !fields.clone().flag("repeat")? {
                fields.take("repeat");
            }
        }
        fields.take("name");
        fields.done()?;
        let stages = found.iter().map(|one| one.stage);
        let first = stages.clone().min().unwrap_or(Stage::Order);
        Ok(Self {
            id,
            document,
            reward,
            codes,
            exclusive,
            alone,
            priority,
            lane,
            stages: (first, stages.max().unwrap_or(first)),
            percent: found.iter().any(|one| one.percent),
            on_lines: found.iter().all(|one| one.on_lines),
            gross,
        })
    }

    /// Where it works: `item`, `order` or `shipping`.
    pub(crate) fn place(&self) -> &'static str {
        match self.stages.1 {
            Stage::Catalogue | Stage::Item | Stage::Multi => "item",
            Stage::Order => "order",
            Stage::Shipping => "shipping",
        }
    }

    /// The promotion of which it is a part.
    pub(crate) fn whole(&self) -> &str {
        parts::whole(&self.id)
    }

    /// Whether entered codes open it.
    pub(crate) fn is_open(&self, entered: &[String]) -> bool {
        self.codes.is_empty() || self.entry(entered).is_some()
    }

    /// The place among the entered codes of the one that opens it.
    pub(crate) fn entry(&self, entered: &[String]) -> Option<usize> {
        entered.iter().position(|code| {
            let same = |own: &String| own.to_lowercase() == code.to_lowercase();
            self.codes.iter().any(same)
        })
    }
}

/// The name of the reward that a promotion issues.
pub(crate) fn coupon_name(promotion: &str) -> String {
    format!("coupon.{promotion}")
}

/// The reward of a promotion that brings a coupon. Its cost is counted in coupons.
fn coupon(setting: &Setting<'_>, id: &str, fields: &mut Fields) -> Result<Value, String> {
    let mut reward = fields.object("coupon_reward")?.ok_or("no coupon_reward")?;
    if reward.count("cost")?.is_some_and(|cost| cost != 1) {
        return Err(reward.at("cost"));
    }
    let kind = reward.text("kind")?;
    let document = rewards::document(
        coupon_name(id),
        kind.as_deref(),
        &mut reward,
        setting.currency(),
    )?;
    reward.done()?;
    Ok(document)
}

/// The tag of a line in an event that says what was granted on it.
pub(crate) fn applied_tag(event: &str, line: usize) -> String {
    format!("applied.{event}.{line}")
}

/// Amounts that events say a promotion granted, line by line.
fn applied(id: &str, events: &[Event]) -> Result<Vec<Benefit>, String> {
    let mut found = Vec::new();
    for event in events {
        let mut fields = event.fields.clone();
        let Some(mut granted) = fields.object("applied")? else {
            continue;
        };
        for (line, amount) in granted.list(id)?.into_iter().enumerate() {
            let on = json!({"target": {"tags": [applied_tag(&event.id, line)]}});
            let body = json!({"amount": {"amount": amount, "on": on}});
            found.push(Benefit::plain(body, Stage::Item));
        }
    }
    Ok(found)
}

/// Codes, how often, and how much money.
fn limits(
    setting: &Setting<'_>,
    fields: &mut Fields,
    document: &mut Value,
) -> Result<Vec<String>, String> {
    let mut codes = fields.list("code")?;
    codes.extend(fields.list("codes")?);
    if fields.flag("automatic")? && !codes.is_empty() {
        return Err(fields.at("automatic"));
    }
    let mut times = Vec::new();
    let all = fields.count("usage_limit")?;
    if !codes.is_empty() {
        let exact = match fields.has("code_case_sensitive") {
            true => fields.flag("code_case_sensitive")?,
            false => setting.mode("coupon:case-sensitive"),
        };
        let mut opens = json!({"any_of": codes, "case_sensitive": exact});
        let each = fields.count("usage_limit_per_code")?;
        if let Some(each) = each.or(all.filter(|all| codes.len() == 1 && *all > 0)) {
            set(&mut opens, "times_each", json!(each));
        }
        set(document, "codes", opens);
    }
    if let Some(all) = all.filter(|all| codes.len() != 1 || *all == 0) {
        times.push(json!({"per": "scheme", "times": all}));
    }
    if let Some(own) = fields.count("usage_limit_per_customer")? {
        times.push(json!({"per": "member", "times": own}));
    }
    if let Some(mut budget) = fields.object("campaign_budget")? {
        let campaign = fields.text("campaign")?;
        let limit = budget.text("limit")?.unwrap_or_else(|| NO_LIMIT.into());
        let used = budget.text("used")?.unwrap_or_else(|| "0".into());
        let number = |text: &str| {
            text.parse::<rust_decimal::Decimal>()
                .map_err(|_| format!("campaign_budget {text}"))
        };
        let left = (number(&limit)? - number(&used)?).max(rust_decimal::Decimal::ZERO);
        match budget.need("type")?.as_str() {
            "spend" => {
                let reject = setting.mode("budget:all-or-nothing");
                let mut own = json!({
                    "per": "scheme",
                    "amount": left.to_string(),
                    "excess": if reject { "reject" } else { "trim" },
                });
                if let Some(campaign) = campaign {
                    set(&mut own, "shared", json!(campaign));
                }
                set(document, "budgets", json!([own]));
            }
            "usage" if campaign.as_ref().is_none_or(|of| setting.is_single(of)) => {
                let left = left.normalize().to_string();
                let left: u32 = left.parse().map_err(|_| format!("usage {left}"))?;
                times.push(json!({"per": "scheme", "times": left}));
            }
            "use_by_attribute" | "usage_per_customer" if number(&used)?.is_zero() => {
                budget.take_word("attribute", "customer_id")?;
                let left: u32 = limit.parse().map_err(|_| format!("usage {limit}"))?;
                times.push(json!({"per": "member", "times": left}));
            }
            other => return Err(format!("{} {other}", budget.at("type"))),
        }
        budget.done()?;
    } else {
        fields.take("campaign");
    }
    if times
        .iter()
        .any(|times| times.get("times") == Some(&json!(0)))
    {
        // Nothing is left.
        let never = json!({"segment": ["nobody"]});
        let when = document.get("when").cloned();
        let all: Vec<Value> = when.into_iter().chain([never]).collect();
        set(document, "when", json!({"all": all}));
        times.clear();
    }
    if !times.is_empty() {
        set(document, "times", json!(times));
    }
    let back = match fields.has("reusable_after_cancel") {
        true => fields.flag("reusable_after_cancel")?,
        false => !setting.mode("cancel:keeps-usage"),
    };
    if !back {
        set(document, "cancel_keeps_use", json!(true));
    }
    Ok(codes)
}
