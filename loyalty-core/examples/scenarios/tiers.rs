//! Ladders of tiers: `scheme.tiers` and what says how they move.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::case::Case;
use super::fields::Fields;
use super::scheme::{Plan, set};

/// The ladder of a case that names no policies.
pub(crate) const LADDER: &str = "tiers";

/// What tiers measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Metric {
    /// Money spent.
    #[default]
    Spend,
    /// Points earned.
    Earned,
    /// Points that stand.
    Balance,
    /// Purchases.
    Visits,
}

/// How a ladder moves.
struct Moves {
    window: Value,
    review: Value,
    valid_for: Option<Value>,
    counts_own: bool,
}

/// Reads the tiers into ladders: one, or one a downgrade policy.
pub(crate) fn read(
    case: &Case,
    scheme: &mut Fields,
    plan: &mut Plan,
) -> Result<Vec<Value>, String> {
    let tiers = scheme.objects("tiers")?;
    if tiers.is_empty() {
        return Ok(Vec::new());
    }
    let any = |keys: &[&str]| {
        tiers
            .iter()
            .any(|tier| keys.iter().any(|key| tier.has(key)))
    };
    let spends = any(&["min_spend", "min_spent"]);
    let visits = any(&["min_orders", "min_purchases", "min_visits"]);
    let mut sorted = Vec::new();
    for tier in tiers {
        sorted.push(one(tier, plan)?);
    }
    sorted.sort_by_key(|(threshold, _, _)| *threshold);
    plan.tiers = sorted
        .iter()
        .map(|(threshold, id, _)| (id.clone(), threshold.to_string()))
        .collect();
    let moves = moves(case, scheme, (spends, visits), plan)?;
    plan.manual_floor = match scheme.text("manual_level")?.as_deref() {
        None => case.mode("tier:manual-is-floor"),
        Some("floor") => true,
        Some(other) => return Err(format!("scheme.manual_level \"{other}\"")),
    };
    let policies = scheme.list("downgrade_policies")?;
    let names = if policies.is_empty() {
        let policy = if case.mode("tier:one-down") {
            "one_down"
        } else {
            "to_earned"
        };
        vec![(LADDER.to_owned(), policy)]
    } else {
        policies
            .into_iter()
            .map(|policy| {
                let own = downgrade(&policy)?;
                Ok((policy, own))
            })
            .collect::<Result<Vec<_>, String>>()?
    };
    let tiers: Vec<Value> = sorted.into_iter().map(|(_, _, tier)| tier).collect();
    Ok(names
        .iter()
        .map(|(name, downgrade)| ladder(name, downgrade, &moves, &tiers, plan.metric))
        .collect())
}

fn ladder(name: &str, downgrade: &str, moves: &Moves, tiers: &[Value], metric: Metric) -> Value {
    let metric = match metric {
        Metric::Spend => json!({"spend": {}}),
        Metric::Earned => json!({"points_earned": {}}),
        Metric::Balance => json!({"balance": {}}),
        Metric::Visits => json!({"visits": {}}),
    };
    // Benefits have names of their own in every ladder.
    let tiers: Vec<Value> = tiers
        .iter()
        .cloned()
        .map(|mut tier| {
            if let Some(Value::Array(benefits)) = tier.get_mut("benefits") {
                for benefit in benefits {
                    let id = benefit.get("id").and_then(Value::as_str);
                    let id = format!("{name}.{}", id.unwrap_or_default());
                    set(benefit, "id", json!(id));
                }
            }
            tier
        })
        .collect();
    let mut ladder = json!({
        "id": name,
        "metric": metric,
        "window": moves.window,
        "review": moves.review,
        "downgrade": downgrade,
        "counts_own_purchase": moves.counts_own,
        "tiers": tiers,
    });
    if let Some(span) = &moves.valid_for {
        set(&mut ladder, "valid_for", span.clone());
    }
    ladder
}

fn downgrade(policy: &str) -> Result<&'static str, String> {
    match policy {
        "one_down" => Ok("one_down"),
        "balance_based" | "to_earned" => Ok("to_earned"),
        "to_base" => Ok("to_base"),
        "never" => Ok("never"),
        other => Err(format!("downgrade policy {other}")),
    }
}

/// A tier's threshold, name and document.
fn one(mut tier: Fields, plan: &mut Plan) -> Result<(Decimal, String, Value), String> {
    let id = tier.need("id")?;
    let mut rates = Vec::new();
    tier.take("name");
    let min = tier
        .text_of(&[
            "min",
            "min_spend",
            "min_spent",
            "min_points",
            "min_orders",
            "min_purchases",
            "min_visits",
        ])?
        .ok_or_else(|| format!("no {}", tier.at("min")))?;
    let threshold: Decimal = min.parse().map_err(|_| tier.at("min"))?;
    let mut benefits = Vec::new();
    // A value of the tier that the shop uses as it likes.
    if let Some(value) = tier.text("reward_value")? {
        benefits.push(json!({
            "id": format!("{id}.value"),
            "benefit": {"entitlement": format!("value {value}")},
        }));
    }
    for key in ["one_point_per", "collection_factor"] {
        if let Some(per) = tier.text(key)? {
            rates.push(json!({"per_amount": {"points": "1", "per": per}}));
        }
    }
    if let Some(points) = tier.text_of(&["points_per_currency_unit", "rate"])? {
        rates.push(json!({"per_amount": {"points": points, "per": "1"}}));
    }
    if let Some(factor) = tier.text_of(&["multiplier", "earn_multiplier", "points_multiplier"])? {
        benefits.push(json!({
            "id": format!("{id}.multiplier"),
            "benefit": {"multiply": {"factor": factor}},
        }));
    }
    if let Some(percent) = tier.text("discount_percent")? {
        benefits.push(json!({
            "id": format!("{id}.discount"),
            "benefit": {"discount": {"percent": percent}},
        }));
    }
    tier.done()?;
    for (place, rate) in rates.into_iter().enumerate() {
        plan.rules.push(json!({
            "id": format!("rate.{id}.{place}"),
            "when": {"tier": {"ladder": LADDER, "any_of": [id]}},
            "give": rate,
        }));
    }
    let document = json!({"id": id, "threshold": min, "benefits": benefits});
    Ok((threshold, id, document))
}

/// What is measured over which time, and when it is looked at.
fn moves(
    case: &Case,
    scheme: &mut Fields,
    (spends, visits): (bool, bool),
    plan: &mut Plan,
) -> Result<Moves, String> {
    let mut basis = scheme.text("tier_basis")?;
    // Such as `spend in last 12 months`.
    let mut span = None;
    if let Some((metric, rest)) = basis
        .clone()
        .as_deref()
        .and_then(|b| b.split_once(" in last "))
    {
        let (count, unit) = rest.split_once(' ').unwrap_or(("1", rest));
        let unit = match unit {
            "day" | "days" => "days",
            "month" | "months" => "months",
            "year" | "years" => "years",
            _ => return Err(format!("scheme.tier_basis \"{metric} in last {rest}\"")),
        };
        let count: u32 = count.parse().map_err(|_| format!("tier_basis {rest}"))?;
        span = Some(json!({unit: count}));
        basis = Some(metric.to_owned());
    }
    let happens = |kind: &str| case.events.iter().any(|event| event.kind == kind);
    let (mut metric, mut in_period) = match basis.as_deref() {
        Some("spend" | "past spend" | "past spend + current transaction") => {
            (Some(Metric::Spend), false)
        }
        Some("spend in period") => (Some(Metric::Spend), true),
        Some("points" | "points collected" | "points earned") => (Some(Metric::Earned), false),
        Some("points collected in period" | "points earned in period") => {
            (Some(Metric::Earned), true)
        }
        Some("balance" | "points balance" | "current balance" | "active points") => {
            (Some(Metric::Balance), false)
        }
        Some("orders" | "purchases" | "visits" | "number of orders") => {
            (Some(Metric::Visits), false)
        }
        None => (None, false),
        Some(other) => return Err(format!("scheme.tier_basis \"{other}\"")),
    };
    let counts_own = case.mode("tier:current-transaction-counts")
        || basis.is_some_and(|basis| basis.contains("current transaction"));
    let mut review = None;
    let mut every = None;
    if let Some(mut downgrade) = scheme.object("downgrade")? {
        every = downgrade.count("every_days")?;
        review = every.map(|days| json!({"every": {"days": days}}));
        // Read with the points' expiry.
        downgrade.take("reset_points");
        match downgrade.text("based_on")?.as_deref() {
            None => {}
            Some("active points" | "balance") => metric = Some(Metric::Balance),
            Some("points earned in period" | "points collected in period") => {
                (metric, in_period) = (Some(Metric::Earned), true);
            }
            Some("spend in period") => (metric, in_period) = (Some(Metric::Spend), true),
            Some(other) => return Err(format!("scheme.downgrade.based_on \"{other}\"")),
        }
        downgrade.done()?;
    }
    let metric = metric.unwrap_or_else(|| {
        if visits {
            return Metric::Visits;
        }
        let by_balance = case.mode("tier:by-balance") || happens("tier_expiry");
        let earns = case.mode("tier:by-collected") || happens("earn") || happens("add_points");
        match (spends, by_balance, earns) {
            (false, true, _) => Metric::Balance,
            (false, false, true) => Metric::Earned,
            _ => Metric::Spend,
        }
    });
    // Where points are told as they are, spent ones are gone.
    let told = happens("recalculate_tier") && !happens("spend_points") && !happens("purchase");
    let metric = match metric {
        Metric::Earned if told && !in_period && span.is_none() => Metric::Balance,
        metric => metric,
    };
    plan.metric = metric;
    let valid_for = happens("tier_expiry").then(|| json!({"years": 1}));
    let review = match (review, &valid_for) {
        (Some(review), _) => review,
        (None, Some(_)) => json!({"at_validity_end": {}}),
        (None, None) if metric == Metric::Balance || happens("recalculate_tier") => {
            json!({"immediate": {}})
        }
        (None, None) => json!({"never": {}}),
    };
    let window = match (in_period, every) {
        _ if span.is_some() => json!({"rolling": span}),
        (false, _) => json!({"lifetime": {}}),
        (true, Some(days)) => json!({"rolling": {"days": days}}),
        (true, None) => json!({"calendar": {"period": "year"}}),
    };
    Ok(Moves {
        window,
        review,
        valid_for,
        counts_own,
    })
}
