//! Rewards: `scheme.rewards`.

use serde_json::{Value, json};

use super::cards;
use super::case::Case;
use super::conditions::window;
use super::fields::Fields;
use super::lines::target;
use super::scheme::{Plan, set};

/// Reads the rewards; one that is an amount a point becomes a way to pay.
pub(crate) fn read(case: &Case, scheme: &mut Fields, plan: &mut Plan) -> Result<(), String> {
    for mut reward in scheme.objects("rewards")? {
        let id = reward.need("id")?;
        let kind = reward.text("kind")?;
        if kind.as_deref() == Some("amount_per_point") {
            let value = reward.need("value_per_point")?;
            let mut way = json!({"value": {"points": "1", "amount": value}, "as": "discount"});
            if let Some(step) = reward.text("cost_multiple")? {
                set(&mut way, "step", json!(step));
            }
            if let Some(percent) = reward.text_of(&["max_percent", "max_cart_percent"])? {
                set(&mut way, "share_max", json!(percent));
            }
            reward.done()?;
            if plan.redemption.replace(way).is_some() {
                return Err("several values of a point".into());
            }
            plan.payments.push(id);
            continue;
        }
        let cost = reward.text("cost")?;
        let own_id = id.clone();
        let own = Some(id.clone());
        let mut document = document(id, kind.as_deref(), &mut reward, &plan.currency)?;
        // One that is issued by an event is had by that alone.
        let issued = case.events.iter().any(|event| {
            let named = event.fields.clone().text("reward");
            event.kind == "reward_issued" && named.is_ok_and(|named| named == own)
        });
        match cost {
            Some(cost) => set(&mut document, "cost", json!({"points": cost})),
            None if issued => plan
                .cards
                .push(cards::of_one(&format!("issued.{own_id}"), &own_id)),
            None => set(&mut document, "cost", json!({"points": "0"})),
        }
        reward.done()?;
        plan.rewards.push(document);
    }
    Ok(())
}

/// A reward without its cost.
pub(crate) fn document(
    id: String,
    kind: Option<&str>,
    reward: &mut Fields,
    currency: &str,
) -> Result<Value, String> {
    let lines = target(reward, currency)?;
    let gives = gives(kind, reward, lines)?;
    let mut document = json!({"id": id, "gives": gives});
    for (key, own) in [
        ("limit", "limit_total"),
        ("limit_per_customer", "limit_per_member"),
    ] {
        if let Some(limit) = reward.count(key)? {
            set(&mut document, own, json!(limit));
        }
    }
    if let Some(days) = reward.count("expires_after_days")? {
        set(&mut document, "valid_for", json!({"days": days}));
    }
    if let Some(percent) = reward.text("max_cart_percent")? {
        let share = json!({"percent": percent, "excess": "reject"});
        set(&mut document, "max_share", share);
    }
    let mut when: Vec<Value> = window(reward)?.into_iter().collect();
    if let Some(amount) = reward.text_of(&["min_order", "min_amount", "min_subtotal"])? {
        when.push(json!({"min_amount": {"amount": amount, "base": "list"}}));
    }
    if !when.is_empty() {
        set(&mut document, "when", json!({"all": when}));
    }
    Ok(document)
}

fn gives(kind: Option<&str>, reward: &mut Fields, lines: Option<Value>) -> Result<Value, String> {
    let mut found: Vec<Value> = Vec::new();
    let on = |mut give: Value| {
        if let Some(lines) = lines.clone() {
            set(&mut give, "target", lines);
        }
        give
    };
    if let Some(percent) = reward.text_of(&["percent_off", "percent"])? {
        let mut give = on(json!({"percent": percent}));
        if let Some(most) = reward.text_of(&["max_amount", "amount_max", "max_discount"])? {
            set(&mut give, "amount_max", json!(most));
        }
        found.push(json!({"percent": give}));
    }
    if let Some(amount) = reward.text_of(&["amount_off", "amount", "value"])? {
        found.push(json!({"amount": on(json!({"amount": amount}))}));
    }
    if let Some(points) = reward.text("points")? {
        found.push(json!({"points": {"points": points}}));
    }
    let free = reward.list("free_sku")?;
    let any = found.is_empty() && free.is_empty() && kind == Some("free_product");
    if any || !free.is_empty() {
        let units = reward.count("qty")?.unwrap_or(1);
        let mut give = match free.is_empty() {
            true => on(json!({})),
            false => json!({"target": {"skus": free}}),
        };
        set(&mut give, "units", json!(units));
        found.push(json!({"free_product": give}));
    }
    if kind == Some("free_shipping") {
        found.push(json!({"shipping": {"percent": "100"}}));
    }
    let fits = match kind {
        None => true,
        Some("percent_off") => found.iter().all(|give| give.get("percent").is_some()),
        Some("amount_off") => found.iter().all(|give| give.get("amount").is_some()),
        Some("free_product") => true,
        Some("free_shipping") => lines.is_none(),
        Some(other) => return Err(format!("reward kind {other}")),
    };
    match found.as_slice() {
        _ if !fits => Err(reward.at("kind")),
        [] if kind.is_none() && lines.is_none() => Ok(json!({"custom": {"text": "a reward"}})),
        [one] => Ok(one.clone()),
        [] => Err(reward.at("kind")),
        _ => Err("a reward that gives several things".into()),
    }
}
