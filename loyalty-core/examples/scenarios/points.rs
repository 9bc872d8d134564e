//! The wallet of points: precision, rounding, pending, expiry, and how points pay.

use serde_json::{Value, json};

use super::case::Case;
use super::earn::{Earn, last_day_before_reset, reset_days};
use super::fields::{Fields, text};
use super::scheme::{POINTS, Plan, named, set};

/// The document of the wallet.
pub(crate) fn wallet(
    case: &Case,
    variant: &str,
    mut points: Fields,
    earn: &Earn,
    plan: &mut Plan,
) -> Result<Value, String> {
    let mut wallet = json!({"id": POINTS, "precision": precision(case, &mut points)?});
    let (rounding, per_rule) = rounding(case, &mut points, earn)?;
    set(&mut wallet, "rounding", json!(rounding));
    set(&mut wallet, "round_per_rule", json!(per_rule));
    if let Some(days) = points.count("lock_days")? {
        set(&mut wallet, "pending", json!({"after": {"days": days}}));
    }
    if let Some(expiry) = points.object("expiry")? {
        if let Some(expiry) = expiry_of(case, variant, expiry)? {
            set(&mut wallet, "expiry", expiry);
        }
    } else if let Some(days) = reset_days(case)? {
        let buys = case.events.iter().any(|event| event.kind == "purchase");
        if buys {
            return Err("reset_points beside purchases".into());
        }
        let first = super::clock::moments(case)?.first().copied();
        if let Some(first) = first {
            let last = last_day_before_reset(first, days)?;
            set(&mut wallet, "expiry", json!({"fixed_date": {"date": last}}));
        }
    }
    match points.text("spend_order")?.as_deref() {
        None => {}
        Some("oldest first") => set(&mut wallet, "draw", json!("oldest")),
        Some("earliest expiry first") => set(&mut wallet, "draw", json!("earliest_expiry")),
        Some("promotional first") => set(&mut wallet, "draw", json!("promotional_first")),
        Some(other) => return Err(format!("scheme.points.spend_order \"{other}\"")),
    }
    let told = points.flag("earned_points_usable_in_same_order")?;
    if told || case.mode("points:usable-in-same-order") {
        set(&mut wallet, "spend_own_points", json!(true));
    }
    plan.reinstatement_days = points.count("reinstatement_window_days")?;
    if let Some(redeem) = points.object("redeem")? {
        let way = redemption(case, redeem)?;
        if plan.redemption.replace(way).is_some() {
            return Err("several values of a point".into());
        }
    }
    points.done()?;
    if let Some(redemption) = plan.redemption.clone() {
        set(&mut wallet, "redemption", redemption);
    }
    Ok(wallet)
}

/// Decimals of a point: as told, three where points are fractional without a number, else as many
/// as the prices of rewards have.
fn precision(case: &Case, points: &mut Fields) -> Result<u32, String> {
    if let Some(decimals) = points.count("decimals")? {
        return Ok(decimals);
    }
    if case.mode("points:fractional") {
        return Ok(3);
    }
    let mut scheme = case.scheme.clone();
    let mut most = 0;
    for mut reward in scheme.objects("rewards")? {
        if let Some(cost) = reward.text("cost")? {
            most = most.max(
                cost.split_once('.')
                    .map_or(0, |(_, decimals)| decimals.len()),
            );
        }
    }
    u32::try_from(most).map_err(|error| error.to_string())
}

fn rounding(case: &Case, points: &mut Fields, earn: &Earn) -> Result<(&'static str, bool), String> {
    let mut per_rule = case.mode("points:round-per-rule");
    let told = points.text("rounding")?;
    if let (Some(wallet), Some(rules)) = (&told, &earn.rounding)
        && wallet != rules
    {
        return Err("several roundings of points".into());
    }
    let Some(told) = told.or_else(|| earn.rounding.clone()) else {
        let nearest = case.mode("points:nearest");
        return Ok((if nearest { "half_up" } else { "floor" }, per_rule));
    };
    let mut rounding = None;
    for word in told.split(',').map(str::trim) {
        match word {
            "floor" | "down" => rounding = Some("floor"),
            "nearest" | "half up" => rounding = Some("half_up"),
            "half down" => rounding = Some("half_down"),
            "half even" => rounding = Some("half_even"),
            "ceil" | "up" => rounding = Some("ceil"),
            "per accrual item" | "per rule" => per_rule = true,
            other => return Err(format!("points rounding \"{other}\"")),
        }
    }
    Ok((rounding.unwrap_or("floor"), per_rule))
}

/// `points.redeem`: a payment by default, which does not earn.
fn redemption(case: &Case, mut redeem: Fields) -> Result<Value, String> {
    let value = redeem.need("point_value")?;
    let way = redeem.text("as")?.unwrap_or_else(|| "tender".into());
    let mut document = json!({"value": {"points": "1", "amount": value}, "as": way});
    for (key, own) in [("min_points", "points_min"), ("step", "step")] {
        if let Some(points) = redeem.text(key)? {
            set(&mut document, own, json!(points));
        }
    }
    if let Some(percent) = redeem.text_of(&["max_percent", "max_cart_percent"])? {
        set(&mut document, "share_max", json!(percent));
    }
    if case.mode("redeem:reject-over-total") {
        set(&mut document, "excess", json!("reject"));
    }
    redeem.done()?;
    Ok(document)
}

fn expiry_of(case: &Case, variant: &str, mut expiry: Fields) -> Result<Option<Value>, String> {
    match expiry.take("variants") {
        None => {}
        Some(Value::Object(map)) => {
            expiry.done()?;
            let value = map.get(variant).ok_or("scheme.points.expiry.variants")?;
            return phrase(&text("scheme.points.expiry.variants", value)?).map(Some);
        }
        // Events choose among them.
        Some(Value::Array(_)) => {
            expiry.done()?;
            return Ok(None);
        }
        Some(_) => return Err("scheme.points.expiry.variants".into()),
    }
    if let Some(policy) = expiry.text("policy")? {
        if policy.contains("decay") {
            return Err(named(case, "expiry"));
        }
        expiry.done()?;
        return phrase(&policy).map(Some);
    }
    let mut found = None;
    for unit in ["days", "months", "years", "exact_days", "hours"] {
        if let Some(count) = expiry.count(unit)? {
            let mut rolling = json!({"after": {unit: count}});
            if case.mode("expiry:end-of-month") {
                set(&mut rolling, "round_up", json!("month"));
            } else if case.mode("expiry:end-of-year") {
                set(&mut rolling, "round_up", json!("year"));
            } else if case.mode("expiry:end-of-day") {
                set(&mut rolling, "round_up", json!("day"));
            }
            found = Some(json!({"rolling": rolling}));
        }
    }
    expiry.done()?;
    Ok(found)
}

/// A policy in words: `end of year`, `12 months after accrual`, `12 months after last activity`.
fn phrase(words: &str) -> Result<Value, String> {
    let unknown = || format!("expiry \"{words}\"");
    let parts: Vec<&str> = words.split_whitespace().collect();
    match parts.as_slice() {
        ["never" | "none"] => return Ok(json!({"never": {}})),
        ["end", "of", "month"] => return Ok(json!({"end_of_month": {}})),
        ["end", "of", "year"] => return Ok(json!({"end_of_year": {}})),
        _ => {}
    }
    let [count, unit, rest @ ..] = parts.as_slice() else {
        return Err(unknown());
    };
    let count: u32 = count.parse().map_err(|_| unknown())?;
    let unit = match *unit {
        "day" | "days" => "days",
        "month" | "months" => "months",
        "year" | "years" => "years",
        _ => return Err(unknown()),
    };
    let after = json!({"after": {unit: count}});
    match rest {
        [] | ["after", "accrual" | "earning"] => Ok(json!({"rolling": after})),
        ["after", "last", "activity"] => Ok(json!({"activity": after})),
        ["after", "accrual", "rounded", "to", "end", "of", "month"] => {
            Ok(json!({"rolling": {"after": {unit: count}, "round_up": "month"}}))
        }
        _ => Err(unknown()),
    }
}

/// A validity such as `30D`, to the second, or `1M_U`, to the end of the month.
pub(crate) fn validity(name: &str) -> Result<Value, String> {
    let unknown = || format!("validity {name}");
    let (length, rounds) = match name.split_once('_') {
        None => (name, false),
        Some((length, "U")) => (length, true),
        Some(_) => return Err(unknown()),
    };
    let place = length.len().checked_sub(1).ok_or_else(unknown)?;
    let (count, unit) = length.split_at_checked(place).ok_or_else(unknown)?;
    let count: u32 = count.parse().map_err(|_| unknown())?;
    let (unit, round_up) = match (unit, rounds) {
        ("h", false) => ("hours", "none"),
        ("D", false) => ("exact_days", "none"),
        ("D", true) => ("exact_days", "day"),
        ("M", true) => ("months", "month"),
        ("Y", true) => ("years", "year"),
        // Months and years count dates, not seconds.
        _ => return Err(unknown()),
    };
    Ok(json!({"rolling": {"after": {unit: count}, "round_up": round_up}}))
}
