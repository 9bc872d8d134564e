//! Times as exports write them.

use crate::time::{CivilDateTime, Date, Moment};

const NOON_MS: u32 = 12 * 60 * 60 * 1_000;

/// A moment such as `2026-11-21T12:00:00+01:00`, or as spreadsheets have it: with a space, the offset
/// apart and without its colon. Without an offset it is UTC; a bare date is its noon.
pub(super) fn moment(text: &str) -> Option<Moment> {
    if let Ok(moment) = text.parse() {
        return Some(moment);
    }
    if let Ok(date) = text.parse::<Date>() {
        let noon = CivilDateTime::try_new(date, NOON_MS).ok()?;
        return Moment::utc(noon.civil_ms()).ok();
    }
    let (date, rest) = text.split_once([' ', 'T'])?;
    let (time, offset) = match rest.split_once(' ') {
        Some((time, offset)) => (time, offset.to_owned()),
        None => (rest, "Z".to_owned()),
    };
    let offset = match (offset.as_str(), offset.split_at_checked(3)) {
        ("Z" | "UTC", _) => "Z".to_owned(),
        (_, Some((hours, minutes))) if !minutes.starts_with(':') => format!("{hours}:{minutes}"),
        _ => offset,
    };
    format!("{date}T{time}{offset}").parse().ok()
}

/// A moment of an instant in UTC and the civil time of the shop, both without an offset.
pub(super) fn moment_of(utc: &str, civil: Option<&str>) -> Option<Moment> {
    let instant = utc.trim_end_matches('Z').parse::<CivilDateTime>().ok()?;
    let Some(civil) = civil else {
        return Moment::utc(instant.civil_ms()).ok();
    };
    let civil = civil.parse::<CivilDateTime>().ok()?;
    Moment::try_new(instant.civil_ms(), civil.date(), civil.ms_of_day()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form() {
        for (text, found) in [
            ("2026-11-21T12:00:00+01:00", "2026-11-21T12:00:00+01:00"),
            ("2025-10-02 17:09:34 -0300", "2025-10-02T17:09:34-03:00"),
            ("2025-10-02 17:09:34 +05:30", "2025-10-02T17:09:34+05:30"),
            ("2025-10-02 17:09:34 UTC", "2025-10-02T17:09:34Z"),
            ("2025-10-02 17:09", "2025-10-02T17:09:00Z"),
            ("2025-10-02T17:09:34", "2025-10-02T17:09:34Z"),
            ("2025-10-02", "2025-10-02T12:00:00Z"),
        ] {
            assert_eq!(moment(text).unwrap().to_string(), found, "{text}");
        }
        for text in [
            "",
            "noon",
            "2025-13-02",
            "2025-10-02 25:00",
            "2025-10-02 17:09 é",
            "02/10/2025",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn an_instant_and_the_shops_clock() {
        let found = moment_of("2017-03-22T19:28:02", Some("2017-03-22T16:28:02"));
        assert_eq!(found.unwrap().to_string(), "2017-03-22T16:28:02-03:00");
        let found = moment_of("2017-03-22T19:28:02", None);
        assert_eq!(found.unwrap().to_string(), "2017-03-22T19:28:02Z");
        assert_eq!(
            moment_of("2017-03-22T19:28:02", Some("2017-04-22T19:28:02")),
            None
        );
    }
}
