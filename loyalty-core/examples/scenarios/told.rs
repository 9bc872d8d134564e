//! Rules for events that bring points as told: `earn`, `add_points`, `accrue`, lapsed lots; and the
//! days on which a review wipes them.

use loyalty_core::time::Moment;
use serde_json::{Value, json};

use super::case::{Case, Event};
use super::clock::{civil, day_zero};
use super::points::validity;
use super::scheme::{Plan, set};

/// The event by which the engine books points that a case's event brings as told.
pub(crate) fn event_name(event: &Event) -> String {
    format!("told.{}", event.id)
}

/// The rule's name of a promotion's accrual in an event, and the code that asks for it.
pub(crate) fn accrual(event: &Event, promotion: &str) -> (String, String) {
    (
        format!("accrual.{}.{promotion}", event.id),
        format!("accrual.{}", event.id),
    )
}

/// Rules for events that bring points as told: `earn`, `add_points`, `accrue`, lapsed lots.
pub(crate) fn of_events(case: &Case, moments: &[Moment], plan: &mut Plan) -> Result<(), String> {
    let reset = reset_days(case)?;
    for (place, event) in case.events.iter().enumerate() {
        let mut fields = event.fields.clone();
        match event.kind.as_str() {
            "earn" | "add_points" => {
                let points = fields.need("points")?;
                let mut rule = told(event_name(event), &points);
                let ended = case
                    .events
                    .iter()
                    .zip(moments)
                    .skip(place)
                    .find(|(later, _)| {
                        let lot = later.fields.clone().text("lot");
                        later.kind == "expire_lot" && lot == Ok(Some(event.id.clone()))
                    });
                if let Some(name) = fields.text("validity")? {
                    set(&mut rule, "expiry", validity(&name)?);
                } else if let (Some((_, end)), Some(start)) = (ended, moments.get(place)) {
                    let minutes = (end.instant_ms() - start.instant_ms()) / 60_000;
                    let after = json!({"rolling": {"after": {"minutes": minutes.max(1)}}});
                    set(&mut rule, "expiry", after);
                } else if let (Some(days), Some(start)) = (reset, moments.get(place)) {
                    let last = last_day_before_reset(*start, days)?;
                    set(&mut rule, "expiry", json!({"fixed_date": {"date": last}}));
                }
                plan.rules.push(rule);
            }
            "accrue" => {
                let promotions = fields.object("promotions")?.ok_or("no promotions")?;
                for (promotion, points) in promotions.rest() {
                    let points = super::fields::text("promotions", &points)?;
                    let (id, code) = accrual(event, &promotion);
                    plan.rules.push(json!({
                        "id": id,
                        "when": {"code": [code]},
                        "give": {"per_purchase": {"points": points}},
                    }));
                }
            }
            "state" => {
                for mut lot in fields.objects("expired_lots")? {
                    let (id, points) = (lot.need("id")?, lot.need("points")?);
                    let gone = civil(&lot.need("expired_on")?)?.date();
                    let last = gone.add_days(-1).ok_or("expired_on")?.to_string();
                    let mut rule = told(format!("{}.{id}", event_name(event)), &points);
                    set(&mut rule, "expiry", json!({"fixed_date": {"date": last}}));
                    plan.rules.push(rule);
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn told(name: String, points: &str) -> Value {
    json!({"id": name, "give": {"event": {"name": name, "points": points}}})
}

/// Every how many days points are wiped at a tier's review.
pub(crate) fn reset_days(case: &Case) -> Result<Option<u32>, String> {
    let mut scheme = case.scheme.clone();
    let Some(mut downgrade) = scheme.object("downgrade")? else {
        return Ok(None);
    };
    let days = downgrade.count("every_days")?;
    Ok(if downgrade.flag("reset_points")? {
        days
    } else {
        None
    })
}

/// The last day on which points of a moment stand before a review wipes them.
pub(crate) fn last_day_before_reset(at: Moment, days: u32) -> Result<String, String> {
    let (zero, days) = (
        day_zero()?,
        i32::try_from(days).map_err(|error| error.to_string())?,
    );
    let period = (at.date().days() - zero.days()).div_euclid(days.max(1));
    let last = (period + 1)
        .checked_mul(days)
        .and_then(|ahead| zero.add_days(ahead - 1));
    last.map(|last| last.to_string())
        .ok_or_else(|| "scheme.downgrade.every_days".into())
}
