//! A civil date and time alone.

use std::fmt;
use std::str::FromStr;

use super::date::scan_date;
use super::scan::Scan;
use super::{DAY_MS, Date, TimeError};
use crate::serde_text::{Ascii, text_serde};

const CIVIL_FORM: &str =
    "a date, or a date and time without an offset, such as \"2026-11-21T09:00\"";

/// A civil date and time without an instant: what a clock on the wall shows.
///
/// As text `2026-11-21T09:00`, with seconds and milliseconds where they are not zero; a bare date
/// is read as its midnight.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CivilDateTime {
    pub(super) date: Date,
    pub(super) ms_of_day: u32,
}

impl CivilDateTime {
    /// A date and the milliseconds since its midnight.
    ///
    /// # Errors
    ///
    /// `time.range` when `ms_of_day` is a day or more.
    pub fn try_new(date: Date, ms_of_day: u32) -> Result<Self, TimeError> {
        if i64::from(ms_of_day) < DAY_MS {
            Ok(Self { date, ms_of_day })
        } else {
            Err(TimeError::range(
                format_args!("{ms_of_day} ms of a day"),
                "0 to 86399999",
            ))
        }
    }

    /// The civil time on one scale as a date and time, or nothing outside the years 1900 to 2999.
    pub fn from_civil_ms(civil_ms: i64) -> Option<Self> {
        let date = i32::try_from(civil_ms.div_euclid(DAY_MS))
            .ok()
            .and_then(Date::from_days)?;
        let ms_of_day = u32::try_from(civil_ms.rem_euclid(DAY_MS)).ok()?;
        Some(Self { date, ms_of_day })
    }

    /// The date.
    #[inline]
    pub const fn date(self) -> Date {
        self.date
    }

    /// Milliseconds since midnight, 0 to 86 399 999.
    #[inline]
    pub const fn ms_of_day(self) -> u32 {
        self.ms_of_day
    }

    /// The time on one scale: milliseconds since the civil 1970-01-01T00:00.
    #[inline]
    pub fn civil_ms(self) -> i64 {
        // Neither step can overflow: dates span about 400 000 days.
        i64::from(self.date.days())
            .wrapping_mul(DAY_MS)
            .wrapping_add(i64::from(self.ms_of_day))
    }
}

impl From<Date> for CivilDateTime {
    /// The date's midnight.
    fn from(date: Date) -> Self {
        Self { date, ms_of_day: 0 }
    }
}

impl FromStr for CivilDateTime {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let syntax = || TimeError::syntax(text, CIVIL_FORM);
        let mut scan = Scan::new(text);
        let date = scan_date(&mut scan).ok_or_else(syntax)??;
        if scan.is_empty() {
            return Ok(Self::from(date));
        }
        let time = scan.accept(b'T').then(|| scan_time(&mut scan)).flatten();
        let ms_of_day = time
            .filter(|_| scan.is_empty())
            .ok_or_else(syntax)?
            .ok_or_else(|| time_of_day(text))?;
        Ok(Self { date, ms_of_day })
    }
}

impl CivilDateTime {
    fn ascii(self) -> Ascii {
        let mut text = Ascii::new();
        let clock = Clock {
            ms_of_day: self.ms_of_day,
            seconds: false,
        };
        clock.put(&mut text);
        text.push(b'T');
        self.date.put(&mut text);
        text
    }
}

impl fmt::Display for CivilDateTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.ascii().as_str())
    }
}

impl fmt::Debug for CivilDateTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

text_serde!(
    CivilDateTime,
    "a date and time without an offset as text, such as \"2026-11-21T09:00\"",
    CivilDateTime {
        date: Date::MIN,
        ms_of_day: 0
    },
    ascii
);

pub(super) fn time_of_day(text: &str) -> TimeError {
    TimeError::range(
        format_args!("the time of day in {text:?}"),
        "00:00:00 to 23:59:59.999",
    )
}

/// Reads `HH:MM`, `HH:MM:SS` or `HH:MM:SS.mmm` and leaves the rest. The inner option is empty for a
/// time that no day has.
pub(super) fn scan_time(scan: &mut Scan<'_>) -> Option<Option<u32>> {
    let hour = scan.digits(2)?;
    let minute = scan.digits_after(b':', 2)?;
    let (mut second, mut milli) = (0, 0);
    if scan.accept(b':') {
        second = scan.digits(2)?;
        if scan.accept(b'.') {
            milli = scan.milliseconds()?;
        }
    }
    Some(ms_of_day(hour, minute, second, milli))
}

fn ms_of_day(hour: u32, minute: u32, second: u32, milli: u32) -> Option<u32> {
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let minutes = hour.checked_mul(60)?.checked_add(minute)?;
    let seconds = minutes.checked_mul(60)?.checked_add(second)?;
    seconds.checked_mul(1000)?.checked_add(milli)
}

/// A time of day as text; seconds are written when they are wanted or not zero.
pub(super) struct Clock {
    pub(super) ms_of_day: u32,
    pub(super) seconds: bool,
}

impl Clock {
    /// Puts the time in front of a text.
    pub(super) fn put(&self, text: &mut Ascii) {
        let (seconds, milli) = (self.ms_of_day / 1000, self.ms_of_day % 1000);
        if milli != 0 {
            text.number(u64::from(milli), 3);
            text.push(b'.');
        }
        if self.seconds || seconds % 60 != 0 || milli != 0 {
            text.number(u64::from(seconds % 60), 2);
            text.push(b':');
        }
        text.number(u64::from(seconds / 60 % 60), 2);
        text.push(b':');
        text.number(u64::from(seconds / 3600), 2);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn civil_text() {
        let civil = |text: &str| text.parse::<CivilDateTime>().unwrap();
        for (text, canonical) in [
            ("2026-11-21", "2026-11-21T00:00"),
            ("2026-11-21T09:00", "2026-11-21T09:00"),
            ("2026-11-21T09:00:00", "2026-11-21T09:00"),
            ("2026-11-21T09:00:05", "2026-11-21T09:00:05"),
            ("2026-11-21T09:00:00.25", "2026-11-21T09:00:00.250"),
        ] {
            assert_eq!(civil(text).to_string(), canonical);
        }
        assert!(civil("2026-11-21") < civil("2026-11-21T00:00:00.001"));
        for text in [
            "2026-11-21T",
            "2026-11-21T9:00",
            "2026-11-21T09",
            "2026-11-21T09:00Z",
            "2026-11-21T09:00:",
        ] {
            assert_eq!(
                text.parse::<CivilDateTime>().unwrap_err().code(),
                "time.syntax",
                "{text}"
            );
        }
        assert_eq!(
            "2026-11-21T24:00"
                .parse::<CivilDateTime>()
                .unwrap_err()
                .code(),
            "time.range"
        );
    }

    proptest! {
        #[test]
        fn text_round_trips(days in Date::MIN.days()..=Date::MAX.days(), ms_of_day in 0_u32..86_400_000) {
            let civil = CivilDateTime::try_new(Date::from_days(days).unwrap(), ms_of_day).unwrap();
            prop_assert_eq!(civil.to_string().parse::<CivilDateTime>(), Ok(civil));
            prop_assert_eq!(CivilDateTime::from_civil_ms(civil.civil_ms()), Some(civil));
        }

        #[test]
        fn no_text_panics(text in "[0-9T:.-]{0,30}") {
            let _ = text.parse::<CivilDateTime>();
        }
    }
}
