//! Spans of time and the deadlines that they lead to.

use std::fmt;
use std::str::FromStr;

use serde::ser::Error as _;
use serde::{Serialize, Serializer};

use super::{DAY_MS, Date, Moment, TimeError};
use crate::serde_text::text_readable;
use crate::tree::Readable;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 3_600_000;

/// A length of time in one unit, written `{"days": 14}`.
///
/// Days, months and years count civil dates; minutes, hours and exact days (24 hours each) count
/// instants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Readable)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// Civil days.
    Days(u32),
    /// Civil months; the day is clamped to the month's last.
    Months(u32),
    /// Civil years; 29 February becomes 28 February in a year without one.
    Years(u32),
    /// Minutes.
    Minutes(u32),
    /// Hours.
    Hours(u32),
    /// Periods of exactly 24 hours.
    ExactDays(u32),
}

impl Span {
    /// Whether this span counts civil dates and so leads to a [`Deadline::Day`].
    pub const fn is_civil(self) -> bool {
        matches!(self, Span::Days(_) | Span::Months(_) | Span::Years(_))
    }

    /// The deadline this long after `moment`, or nothing beyond the year 2999.
    ///
    /// # Examples
    ///
    /// ```
    /// use loyalty_core::time::{Deadline, Moment, Span};
    ///
    /// let sale: Moment = "2026-03-01T18:30:00+01:00".parse()?;
    /// assert_eq!(Span::Days(14).after(sale), Some("2026-03-15".parse()?));
    /// assert_eq!(Span::Hours(2).after(sale), Some("2026-03-01T19:30:00Z".parse()?));
    /// # Ok::<(), loyalty_core::time::TimeError>(())
    /// ```
    pub fn after(self, moment: Moment) -> Option<Deadline> {
        let date = moment.date();
        match self {
            Span::Days(days) => date.add_days(i32::try_from(days).ok()?).map(Deadline::Day),
            Span::Months(months) => date
                .add_months(i32::try_from(months).ok()?)
                .map(Deadline::Day),
            Span::Years(years) => {
                let months = i32::try_from(years).ok()?.checked_mul(12)?;
                date.add_months(months).map(Deadline::Day)
            }
            Span::Minutes(minutes) => instant_after(moment, minutes, MINUTE_MS),
            Span::Hours(hours) => instant_after(moment, hours, HOUR_MS),
            Span::ExactDays(days) => instant_after(moment, days, DAY_MS),
        }
    }
}

fn instant_after(moment: Moment, count: u32, unit_ms: i64) -> Option<Deadline> {
    let instant_ms = i64::from(count)
        .checked_mul(unit_ms)?
        .checked_add(moment.instant_ms())?;
    Moment::utc(instant_ms)
        .ok()
        .map(|end| Deadline::Instant(end.instant_ms()))
}

/// The first moment at which something no longer, or only now, holds.
///
/// Intervals are half-open: with a deadline of 15 March something is usable through 14 March. As
/// text a day is `2026-03-15`, an instant `2026-03-15T11:00:00Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deadline {
    /// Reached when the civil date is this date or later.
    Day(Date),
    /// Reached when the instant, in milliseconds since 1970-01-01T00:00:00Z, is this or later.
    Instant(i64),
}

impl Deadline {
    /// Whether `moment` is at or after this deadline.
    #[inline]
    pub fn reached(self, moment: Moment) -> bool {
        match self {
            Deadline::Day(date) => moment.date() >= date,
            Deadline::Instant(instant_ms) => moment.instant_ms() >= instant_ms,
        }
    }

    /// A place on the civil scale (milliseconds since the civil 1970-01-01T00:00), to order deadlines
    /// of both kinds: a day counts as its midnight, an instant is moved by `offset_ms`.
    #[inline]
    pub fn order_ms(self, offset_ms: i64) -> i64 {
        match self {
            Deadline::Day(date) => i64::from(date.days()).saturating_mul(DAY_MS),
            Deadline::Instant(instant_ms) => instant_ms.saturating_add(offset_ms),
        }
    }
}

impl FromStr for Deadline {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        if !text.contains('T') {
            return text.parse().map(Deadline::Day);
        }
        text.parse::<Moment>()
            .map(|moment| Deadline::Instant(moment.instant_ms()))
    }
}

impl fmt::Display for Deadline {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Deadline::Day(date) => date.fmt(formatter),
            Deadline::Instant(instant_ms) => match Moment::utc(instant_ms) {
                Ok(moment) => moment.fmt(formatter),
                Err(_) => write!(formatter, "the instant {instant_ms} ms"),
            },
        }
    }
}

impl Serialize for Deadline {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Deadline::Day(date) => date.serialize(serializer),
            Deadline::Instant(instant_ms) => Moment::utc(instant_ms)
                .map_err(S::Error::custom)?
                .serialize(serializer),
        }
    }
}

text_readable!(
    Deadline,
    "a date or an instant as text, such as \"2026-03-15\"",
    Deadline::Instant(0)
);

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn moment(text: &str) -> Moment {
        text.parse().unwrap()
    }

    fn deadline(text: &str) -> Deadline {
        text.parse().unwrap()
    }

    #[test]
    fn civil_spans_lead_to_days_and_exact_ones_to_instants() {
        let start = moment("2024-01-31T23:30:00+02:00");
        for (span, text) in [
            (Span::Days(0), "2024-01-31"),
            (Span::Days(10), "2024-02-10"),
            (Span::Months(1), "2024-02-29"),
            (Span::Months(2), "2024-03-31"),
            (Span::Years(1), "2025-01-31"),
            (Span::Minutes(30), "2024-01-31T22:00:00Z"),
            (Span::Hours(2), "2024-01-31T23:30:00Z"),
            (Span::ExactDays(1), "2024-02-01T21:30:00Z"),
        ] {
            assert_eq!(span.after(start), Some(deadline(text)), "{span:?}");
            assert_eq!(span.is_civil(), matches!(deadline(text), Deadline::Day(_)));
        }
    }

    #[test]
    fn too_far_is_nothing() {
        let start = moment("2024-01-31T23:30:00+02:00");
        for span in [
            Span::Days(u32::MAX),
            Span::Months(u32::MAX),
            Span::Years(u32::MAX),
            Span::Years(1000),
            Span::Minutes(u32::MAX),
            Span::Hours(u32::MAX),
            Span::ExactDays(u32::MAX),
        ] {
            assert_eq!(span.after(start), None, "{span:?}");
        }
    }

    #[test]
    fn deadlines_are_half_open() {
        let day = deadline("2026-03-15");
        assert!(!day.reached(moment("2026-03-14T23:59:59.999+01:00")));
        assert!(day.reached(moment("2026-03-15T00:00:00+01:00")));
        let instant = deadline("2026-03-15T12:00:00+01:00");
        assert!(!instant.reached(moment("2026-03-15T11:59:59.999+01:00")));
        assert!(instant.reached(moment("2026-03-15T11:00:00Z")));
    }

    #[test]
    fn mixed_deadlines_have_an_order() {
        let offset = HOUR_MS;
        let before = deadline("2026-03-14T22:59:59Z").order_ms(offset);
        let day = deadline("2026-03-15").order_ms(offset);
        let after = deadline("2026-03-14T23:00:01Z").order_ms(offset);
        assert!(before < day && day < after);
        assert_eq!(Deadline::Instant(i64::MAX).order_ms(1), i64::MAX);
    }

    #[test]
    fn serde_forms() {
        assert_eq!(
            serde_json::to_string(&Span::ExactDays(14)).unwrap(),
            "{\"exact_days\":14}"
        );
        assert_eq!(
            serde_json::from_str::<Span>("{\"days\":14}").unwrap(),
            Span::Days(14)
        );
        for json in [
            "{\"days\":-1}",
            "{\"weeks\":1}",
            "{\"days\":1,\"months\":1}",
            "14",
            "\"days\"",
        ] {
            assert!(serde_json::from_str::<Span>(json).is_err(), "{json}");
        }
        for text in ["\"2026-03-15\"", "\"2026-03-15T11:00:00Z\""] {
            let deadline: Deadline = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&deadline).unwrap(), text);
        }
        assert!(serde_json::to_string(&Deadline::Instant(i64::MAX)).is_err());
        assert!(serde_json::from_str::<Deadline>("0").is_err());
        assert_eq!("T".parse::<Deadline>().unwrap_err().code(), "time.syntax");
        assert_eq!(
            "soon".parse::<Deadline>().unwrap_err().code(),
            "time.syntax"
        );
    }

    proptest! {
        #[test]
        fn a_deadline_after_a_moment_is_reached_at_its_place_in_the_order(
            days in 0_i32..20_000, ms in 0_u32..86_400_000, offset_h in -12_i64..=14, count in 0_u32..400,
            later_ms in 0_i64..40_000_000_000,
        ) {
            let offset = offset_h * HOUR_MS;
            let civil = i64::from(days) * DAY_MS + i64::from(ms);
            let start = Moment::with_offset(civil - offset, offset).unwrap();
            let later = Moment::with_offset(start.instant_ms() + later_ms, offset).unwrap();
            for span in [Span::Days(count), Span::Months(count), Span::Minutes(count), Span::Hours(count), Span::ExactDays(count)] {
                let deadline = span.after(start).unwrap();
                prop_assert_eq!(deadline.reached(later), later.civil_ms() >= deadline.order_ms(offset));
                prop_assert_eq!(deadline.to_string().parse::<Deadline>(), Ok(deadline));
            }
        }
    }
}
