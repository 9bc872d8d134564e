//! An instant with its civil time.

use std::fmt;
use std::str::FromStr;

use super::civil::{Clock, scan_time, time_of_day};
use super::date::scan_date;
use super::scan::Scan;
use super::{CivilDateTime, Date, TimeError};
use crate::serde_text::{Ascii, text_serde};

const OFFSET_MAX_MS: i64 = 26 * HOUR_MS;
const HOUR_MS: i64 = 3_600_000;
const MINUTE_MS: i64 = 60_000;
const SECOND_MS: i64 = 1000;
const MOMENT_FORM: &str = "a date and time with an offset, such as \"2026-11-21T12:00:00+02:00\"";

/// An instant together with the civil date and time that the scheme's zone had then.
///
/// The host gives both. As text a moment is RFC 3339: the civil time with its offset, which may
/// also have seconds and reach 26 hours.
///
/// # Invariants
///
/// The offset, civil time minus instant, is whole seconds and at most 26 hours either way. The date
/// lies in the years 1900 to 2999.
///
/// # Examples
///
/// ```
/// use loyalty_core::time::Moment;
///
/// let moment: Moment = "2026-11-21T12:00:00+02:00".parse()?;
/// assert_eq!(moment.instant_ms(), 1_795_255_200_000);
/// assert_eq!((moment.date().to_string(), moment.hour()), ("2026-11-21".into(), 12));
/// assert_eq!(moment.to_string(), "2026-11-21T12:00:00+02:00");
/// # Ok::<(), loyalty_core::time::TimeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Moment {
    instant_ms: i64,
    date: Date,
    ms_of_day: u32,
}

impl Moment {
    /// The instant in milliseconds since 1970-01-01T00:00:00Z, and the civil date and the
    /// milliseconds since its midnight.
    ///
    /// # Errors
    ///
    /// `time.range` when `ms_of_day` is a day or more, `time.offset` when no zone would put the two
    /// together.
    pub fn try_new(instant_ms: i64, date: Date, ms_of_day: u32) -> Result<Self, TimeError> {
        let civil = CivilDateTime::try_new(date, ms_of_day)?;
        let offset_ms = civil.civil_ms().saturating_sub(instant_ms);
        if offset_ms.saturating_abs() > OFFSET_MAX_MS || offset_ms % SECOND_MS != 0 {
            return Err(TimeError::Offset { offset_ms });
        }
        Ok(Self {
            instant_ms,
            date,
            ms_of_day,
        })
    }

    /// An instant with the civil time of UTC.
    ///
    /// # Errors
    ///
    /// `time.range` outside the years 1900 to 2999.
    pub fn utc(instant_ms: i64) -> Result<Self, TimeError> {
        Self::with_offset(instant_ms, 0)
    }

    /// An instant with the civil time `offset_ms` ahead of UTC.
    ///
    /// # Errors
    ///
    /// `time.offset` when the offset is not whole seconds or above 26 hours either way,
    /// `time.range` outside the years 1900 to 2999.
    pub fn with_offset(instant_ms: i64, offset_ms: i64) -> Result<Self, TimeError> {
        let civil = CivilDateTime::from_civil_ms(instant_ms.saturating_add(offset_ms)).ok_or_else(
            || {
                TimeError::range(
                    format_args!("the instant {instant_ms} ms"),
                    "an instant of the years 1900 to 2999",
                )
            },
        )?;
        Self::try_new(instant_ms, civil.date(), civil.ms_of_day())
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[inline]
    pub const fn instant_ms(self) -> i64 {
        self.instant_ms
    }

    /// The civil date.
    #[inline]
    pub const fn date(self) -> Date {
        self.date
    }

    /// Milliseconds since the civil midnight, 0 to 86 399 999.
    #[inline]
    pub const fn ms_of_day(self) -> u32 {
        self.ms_of_day
    }

    /// The civil hour, 0 to 23.
    #[inline]
    pub const fn hour(self) -> u32 {
        self.ms_of_day / 3_600_000
    }

    /// Civil time minus instant, in milliseconds: positive east of Greenwich.
    #[inline]
    pub fn offset_ms(self) -> i64 {
        self.civil_ms().saturating_sub(self.instant_ms)
    }

    /// The civil time on one scale: milliseconds since the civil 1970-01-01T00:00.
    #[inline]
    pub fn civil_ms(self) -> i64 {
        self.civil().civil_ms()
    }

    /// The civil date and time.
    #[inline]
    pub const fn civil(self) -> CivilDateTime {
        CivilDateTime {
            date: self.date,
            ms_of_day: self.ms_of_day,
        }
    }
}

impl FromStr for Moment {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let syntax = || TimeError::syntax(text, MOMENT_FORM);
        let mut scan = Scan::new(text);
        let date = scan_date(&mut scan)
            .filter(|_| scan.accept(b'T'))
            .ok_or_else(syntax)??;
        let ms_of_day = scan_time(&mut scan)
            .ok_or_else(syntax)?
            .ok_or_else(|| time_of_day(text))?;
        let offset_ms = scan_offset(&mut scan)
            .filter(|_| scan.is_empty())
            .ok_or_else(syntax)?;
        let civil = CivilDateTime { date, ms_of_day };
        Self::try_new(civil.civil_ms().saturating_sub(offset_ms), date, ms_of_day)
    }
}

impl Moment {
    pub(crate) fn ascii(self) -> Ascii {
        let mut text = Ascii::new();
        let offset_ms = self.offset_ms();
        let offset = offset_ms.unsigned_abs() / 1000;
        if offset == 0 {
            text.push(b'Z');
        } else {
            if !offset.is_multiple_of(60) {
                text.number(offset % 60, 2);
                text.push(b':');
            }
            text.number(offset / 60 % 60, 2);
            text.push(b':');
            text.number(offset / 3600, 2);
            text.push(if offset_ms < 0 { b'-' } else { b'+' });
        }
        let clock = Clock {
            ms_of_day: self.ms_of_day,
            seconds: true,
        };
        clock.put(&mut text);
        text.push(b'T');
        self.date.put(&mut text);
        text
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.ascii().as_str())
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

text_serde!(
    Moment,
    "a date and time with an offset as text, such as \"2026-11-21T12:00:00+02:00\"",
    Moment {
        instant_ms: 0,
        date: Date::MIN,
        ms_of_day: 0
    },
    ascii
);

/// Reads `Z`, `±HH:MM` or `±HH:MM:SS` as milliseconds.
fn scan_offset(scan: &mut Scan<'_>) -> Option<i64> {
    if scan.accept(b'Z') {
        return Some(0);
    }
    let negative = scan.accept(b'-');
    if !negative && !scan.accept(b'+') {
        return None;
    }
    let hours = i64::from(scan.digits(2)?);
    let minutes = i64::from(scan.digits_after(b':', 2).filter(|minutes| *minutes < 60)?);
    let seconds = i64::from(scan.digits_after(b':', 2).unwrap_or(0));
    if seconds > 59 {
        return None;
    }
    let parts = [(hours, HOUR_MS), (minutes, MINUTE_MS), (seconds, SECOND_MS)];
    let size = parts.iter().try_fold(0_i64, |sum, (count, unit)| {
        sum.checked_add(count.checked_mul(*unit)?)
    })?;
    Some(if negative {
        size.saturating_neg()
    } else {
        size
    })
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::super::DAY_MS;
    use super::*;

    fn moment(text: &str) -> Moment {
        text.parse().unwrap()
    }

    #[test]
    fn sixteen_bytes() {
        assert_eq!(size_of::<Moment>(), 16);
    }

    #[test]
    fn canonical_text() {
        for (text, canonical) in [
            ("2026-11-21T12:00:00+02:00", "2026-11-21T12:00:00+02:00"),
            ("2026-11-21T12:00+02:00", "2026-11-21T12:00:00+02:00"),
            ("2026-11-21T12:00:00.5Z", "2026-11-21T12:00:00.500Z"),
            ("2026-11-21T12:00:00.000Z", "2026-11-21T12:00:00Z"),
            ("2026-11-21T12:00:00+00:00", "2026-11-21T12:00:00Z"),
            ("2026-11-21T12:00:00-00:00", "2026-11-21T12:00:00Z"),
            (
                "1900-01-01T00:19:32+00:19:32",
                "1900-01-01T00:19:32+00:19:32",
            ),
            ("2026-11-21T12:00:00-26:00", "2026-11-21T12:00:00-26:00"),
            (
                "2999-12-31T23:59:59.999-11:00",
                "2999-12-31T23:59:59.999-11:00",
            ),
        ] {
            assert_eq!(moment(text).to_string(), canonical);
        }
    }

    #[test]
    fn instant_is_civil_minus_offset() {
        let noon = moment("2026-11-21T12:00:00+02:00");
        assert_eq!(
            noon.instant_ms(),
            moment("2026-11-21T10:00:00Z").instant_ms()
        );
        assert_eq!(noon.offset_ms(), 2 * HOUR_MS);
        assert_eq!(
            noon.civil_ms(),
            i64::from(noon.date().days()) * DAY_MS + 12 * HOUR_MS
        );
        assert_eq!(moment("1970-01-01T00:00:00Z").instant_ms(), 0);
        assert_ne!(noon, moment("2026-11-21T10:00:00Z"));
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "2026-11-21",
            "2026-11-21T12:00:00",
            "2026-11-21 12:00:00Z",
            "2026-11-21t12:00:00z",
            "2026-11-21T12Z",
            "2026-11-21T12:00:00.Z",
            "2026-11-21T12:00:00.1234Z",
            "2026-11-21T12:00:00+0200",
            "2026-11-21T12:00:00+02",
            "2026-11-21T12:00:00+02:60",
            "2026-11-21T12:00:00+02:00:60",
            "2026-11-21T12:00:00+2:00",
            "2026-11-21T12:00:00Z ",
            "2026-11-21T12:00:00ZZ",
            "1795255200000",
        ] {
            assert_eq!(
                text.parse::<Moment>().unwrap_err().code(),
                "time.syntax",
                "{text}"
            );
        }
        for text in [
            "2026-11-21T24:00:00Z",
            "2026-11-21T12:60:00Z",
            "2026-06-30T23:59:60Z",
            "2026-02-30T12:00:00Z",
        ] {
            assert_eq!(
                text.parse::<Moment>().unwrap_err().code(),
                "time.range",
                "{text}"
            );
        }
        for text in ["2026-11-21T12:00:00+26:00:01", "2026-11-21T12:00:00-27:00"] {
            assert_eq!(
                text.parse::<Moment>().unwrap_err().code(),
                "time.offset",
                "{text}"
            );
        }
        assert!(serde_json::from_str::<Moment>("1795255200000").is_err());
    }

    #[test]
    fn instant_and_civil_time_must_fit() {
        let date: Date = "2026-11-21".parse().unwrap();
        let midnight = CivilDateTime::from(date).civil_ms();
        assert!(Moment::try_new(midnight - 26 * HOUR_MS, date, 0).is_ok());
        for instant in [
            midnight - 26 * HOUR_MS - 1000,
            midnight + 27 * HOUR_MS,
            midnight + 1,
            i64::MIN,
            i64::MAX,
        ] {
            assert_eq!(
                Moment::try_new(instant, date, 0).unwrap_err().code(),
                "time.offset",
                "{instant}"
            );
        }
        assert_eq!(
            Moment::try_new(midnight, date, 86_400_000)
                .unwrap_err()
                .code(),
            "time.range"
        );
        for instant in [i64::MIN, i64::MAX, -2_208_988_800_001, 32_503_680_000_000] {
            assert_eq!(
                Moment::utc(instant).unwrap_err().code(),
                "time.range",
                "{instant}"
            );
        }
    }

    proptest! {
        #[test]
        fn moments_round_trip(
            days in Date::MIN.days()..=Date::MAX.days(), ms_of_day in 0_u32..86_400_000, offset_s in -93_600_i64..=93_600,
        ) {
            let date = Date::from_days(days).unwrap();
            let civil = CivilDateTime::try_new(date, ms_of_day).unwrap();
            let moment = Moment::try_new(civil.civil_ms() - offset_s * 1000, date, ms_of_day).unwrap();
            prop_assert_eq!(moment.to_string().parse::<Moment>(), Ok(moment));
            prop_assert_eq!(moment.offset_ms(), offset_s * 1000);
            prop_assert_eq!(Moment::with_offset(moment.instant_ms(), moment.offset_ms()), Ok(moment));
            let json = serde_json::to_string(&moment).unwrap();
            prop_assert_eq!(serde_json::from_str::<Moment>(&json).unwrap(), moment);
        }

        #[test]
        fn no_text_panics(text in "[0-9TZ:.+-]{0,40}") {
            let _ = text.parse::<Moment>();
        }
    }
}
