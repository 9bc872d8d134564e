//! When events take place: the form gives some of them a date, a day number or nothing.

use loyalty_core::time::{CivilDateTime, Date, Moment};
use serde_json::Value;

use super::case::{Case, Event};
use super::fields::text;

/// Day 0 of cases that count days, and the day of cases without any date.
const START: (i32, u32, u32) = (2024, 1, 1);
/// Between events that have no time of their own.
const STEP_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;

/// What an event says of its time.
enum Told {
    Nothing,
    /// Not before this midnight.
    Day(i64),
    /// At this time.
    Time(i64),
}

/// The moments of a case's events, each after the one before it unless both say their time.
pub(crate) fn moments(case: &Case) -> Result<Vec<Moment>, String> {
    let told = case
        .events
        .iter()
        .map(told)
        .collect::<Result<Vec<_>, String>>()?;
    // Events before the first date take place the day before it, those before day 0 on it.
    let counts_days = case.events.iter().any(|event| event.fields.has("day"));
    let first = told.iter().find_map(|told| match told {
        Told::Nothing => None,
        Told::Day(ms) | Told::Time(ms) => Some(ms - ms.rem_euclid(DAY_MS)),
    });
    let start = match first {
        Some(first) if !counts_days => first - DAY_MS,
        _ => start_date()?.civil_ms(),
    };
    let mut now = start - STEP_MS;
    told.iter()
        .map(|told| {
            now = match told {
                Told::Nothing => now + STEP_MS,
                Told::Day(ms) => (now + STEP_MS).max(*ms),
                Told::Time(ms) => *ms,
            };
            Moment::utc(now).map_err(|error| error.to_string())
        })
        .collect()
}

/// Day 0.
pub(crate) fn day_zero() -> Result<Date, String> {
    Ok(start_date()?.date())
}

fn start_date() -> Result<CivilDateTime, String> {
    let (year, month, day) = START;
    let date = Date::from_ymd(year, month, day).map_err(|error| error.to_string())?;
    Ok(CivilDateTime::from(date))
}

fn told(event: &Event) -> Result<Told, String> {
    let mut fields = event.fields.clone();
    if let Some(days) = fields.count("day")? {
        return Ok(Told::Day(
            start_date()?.civil_ms() + i64::from(days) * DAY_MS,
        ));
    }
    let Some(value) = fields.take("at") else {
        return Ok(Told::Nothing);
    };
    let at = text(&fields.at("at"), &value)?;
    let civil = civil(&at)?;
    Ok(if at.contains('T') {
        Told::Time(civil.civil_ms())
    } else {
        Told::Day(civil.civil_ms())
    })
}

/// A date, or a date with a time; a trailing `Z` is the zone of every case.
pub(crate) fn civil(text: &str) -> Result<CivilDateTime, String> {
    let plain = text.strip_suffix('Z').unwrap_or(text);
    plain.parse().map_err(|_| format!("time \"{text}\""))
}

/// The moment of a value such as `"2024-01-10"`.
pub(crate) fn moment(place: &str, value: &Value) -> Result<Moment, String> {
    let civil = civil(&text(place, value)?)?;
    Moment::utc(civil.civil_ms()).map_err(|error| error.to_string())
}
