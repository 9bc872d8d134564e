//! Stamp cards: `scheme.stamp_card`.

use serde_json::{Value, json};

use super::fields::Fields;
use super::lines::target;
use super::rewards;
use super::scheme::{Plan, set};

/// The name of a card by its place.
pub(crate) fn name(place: usize) -> String {
    format!("card.{place}")
}

/// Reads the cards with their rewards.
pub(crate) fn read(scheme: &mut Fields, plan: &mut Plan) -> Result<(), String> {
    let cards = scheme.objects("stamp_card")?.into_iter();
    for (place, card) in cards.chain(scheme.objects("stamp_cards")?).enumerate() {
        one(place, card, plan)?;
    }
    Ok(())
}

/// A card that nothing stamps by itself, for a reward that somebody hands out.
pub(crate) fn of_one(id: &str, reward: &str) -> Value {
    json!({
        "id": id,
        "target": 1,
        "stamps": [{"give": {"event": {"name": "by.hand"}}}],
        "rewards": [reward],
    })
}

fn one(place: usize, mut card: Fields, plan: &mut Plan) -> Result<(), String> {
    let told = card.text("id")?;
    plan.card_names.push(told);
    let id = name(place);
    let required = card.count("stamps_required")?;
    let required = required.ok_or_else(|| format!("no {}", card.at("stamps_required")))?;
    let rules = stamps(&mut card, &plan.currency)?;
    let mut document = json!({"id": id, "target": required, "stamps": [rules]});
    for (key, own) in [
        ("max_per_day", "stamps_per_day"),
        ("minutes_between", "minutes_between"),
        ("start_stamps", "start_stamps"),
    ] {
        if let Some(count) = card.count(key)? {
            set(&mut document, own, json!(count));
        }
    }
    if let Some(overflow) = card.text("overflow")? {
        set(&mut document, "overflow", json!(overflow));
    }
    if let Some(days) = card.count("card_expires_after_days")? {
        set(&mut document, "valid_for", json!({"days": days}));
    }
    let (full, milestones) = prizes(&id, required, &mut card, plan)?;
    set(&mut document, "rewards", json!(full));
    set(&mut document, "milestones", json!(milestones));
    card.done()?;
    plan.targets.push(required);
    plan.cards.push(document);
    Ok(())
}

/// What brings stamps; a card of which nothing is said is stamped by hand.
fn stamps(card: &mut Fields, currency: &str) -> Result<Value, String> {
    let mut give = None;
    for (key, own) in [
        ("per_purchase", "per_purchase"),
        ("per_visit", "per_purchase"),
        ("per_unit", "per_unit"),
        ("per_item", "per_unit"),
    ] {
        if let Some(stamps) = card.count(key)? {
            give = Some(json!({own: {"stamps": stamps}}));
        }
    }
    if let Some(amount) = card.text("per_amount")? {
        give = Some(json!({"per_amount": {"per": amount}}));
    }
    match card.text("stamp_per")?.as_deref() {
        None => {}
        Some("purchase" | "visit" | "order") => give = Some(json!({"per_purchase": {}})),
        Some("unit" | "item") => give = Some(json!({"per_unit": {}})),
        Some(other) => return Err(format!("scheme.stamp_card.stamp_per {other}")),
    }
    let give = give.unwrap_or_else(|| json!({"event": {"name": "by.hand"}}));
    let mut rule = json!({"give": give});
    let mut lines = None;
    if let Some(mut filter) = card.object("filter")? {
        lines = target(&mut filter, currency)?;
        filter.done()?;
    }
    if let Some(amount) = card.text("min_amount")? {
        let mut least = json!({"amount": amount});
        if let Some(lines) = &lines {
            set(&mut least, "target", lines.clone());
        }
        set(&mut rule, "when", json!({"min_amount": least}));
    }
    if let Some(lines) = lines {
        set(&mut rule, "target", lines);
    }
    Ok(rule)
}

/// Rewards of a full card, and those on the way.
fn prizes(
    id: &str,
    required: u32,
    card: &mut Fields,
    plan: &mut Plan,
) -> Result<(Vec<String>, Vec<Value>), String> {
    let (mut full, mut milestones) = (Vec::new(), Vec::new());
    let share = card.text("max_cart_percent")?;
    let mut own = card.objects("reward")?;
    if let Some(value) = card.text("reward_value")? {
        own.push(Fields::of(
            card.at("reward_value"),
            json!({"amount_off": value}),
        )?);
    }
    for (place, reward) in own.into_iter().chain(card.objects("rewards")?).enumerate() {
        let mut reward = reward;
        let name = reward
            .text("id")?
            .unwrap_or_else(|| format!("{id}.reward.{place}"));
        let at = reward.count("at")?.unwrap_or(required);
        let kind = reward.text("kind")?;
        let mut document =
            rewards::document(name.clone(), kind.as_deref(), &mut reward, &plan.currency)?;
        reward.done()?;
        if let Some(percent) = &share {
            let share = json!({"percent": percent, "excess": "reject"});
            set(&mut document, "max_share", share);
        }
        plan.rewards.push(document);
        if at == required {
            full.push(name);
        } else {
            milestones.push(json!({"stamps": at, "reward": name}));
        }
    }
    Ok((full, milestones))
}
