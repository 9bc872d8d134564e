//! Civil dates, weekdays and days of the year.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use super::TimeError;
use super::scan::Scan;
use crate::serde_text::{Ascii, text_serde};
use crate::tree::Readable;

const FORM: &str = "a date, such as \"2026-11-21\"";
const YEARS: &str = "a date of the years 1900 to 2999";
const DAYS_MIN: i32 = -25_567;
const DAYS_MAX: i32 = 376_199;

/// A civil date of the years 1900 to 2999, held as days since 1970-01-01.
///
/// # Examples
///
/// ```
/// use loyalty_core::time::Date;
///
/// let january: Date = "2024-01-31".parse()?;
/// assert_eq!(january.add_months(1).map(|date| date.to_string()), Some("2024-02-29".into()));
/// assert_eq!(january.add_days(1).map(|date| date.to_string()), Some("2024-02-01".into()));
/// assert!("2023-02-29".parse::<Date>().is_err());
/// # Ok::<(), loyalty_core::time::TimeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

impl Date {
    /// 1900-01-01, the first date.
    pub const MIN: Date = Date(DAYS_MIN);
    /// 2999-12-31, the last date.
    pub const MAX: Date = Date(DAYS_MAX);

    /// The date of a year, a month 1 to 12 and a day 1 to 31.
    ///
    /// # Errors
    ///
    /// `time.range` when the calendar has no such date or the year is outside 1900 to 2999.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Result<Self, TimeError> {
        NaiveDate::from_ymd_opt(year, month, day)
            .and_then(|date| Self::from_days(date.to_epoch_days()))
            .ok_or_else(|| TimeError::range(format_args!("{year:04}-{month:02}-{day:02}"), YEARS))
    }

    /// The date `days` after 1970-01-01, or nothing outside the years 1900 to 2999.
    #[inline]
    pub const fn from_days(days: i32) -> Option<Self> {
        if days >= DAYS_MIN && days <= DAYS_MAX {
            Some(Date(days))
        } else {
            None
        }
    }

    /// Days since 1970-01-01; negative before.
    #[inline]
    pub const fn days(self) -> i32 {
        self.0
    }

    /// The year, 1900 to 2999.
    pub fn year(self) -> i32 {
        self.calendar().year()
    }

    /// The month, 1 to 12.
    pub fn month(self) -> u32 {
        self.calendar().month()
    }

    /// The day of the month, 1 to 31.
    pub fn day(self) -> u32 {
        self.calendar().day()
    }

    /// The day of the week.
    #[inline]
    pub fn weekday(self) -> Weekday {
        // 1970-01-01 was a Thursday.
        match self
            .0
            .checked_add(3)
            .and_then(|days| days.checked_rem_euclid(7))
        {
            Some(0) => Weekday::Mon,
            Some(1) => Weekday::Tue,
            Some(2) => Weekday::Wed,
            Some(3) => Weekday::Thu,
            Some(4) => Weekday::Fri,
            Some(5) => Weekday::Sat,
            _ => Weekday::Sun,
        }
    }

    /// The date `days` later (earlier when negative), or nothing outside the years 1900 to 2999.
    #[inline]
    pub fn add_days(self, days: i32) -> Option<Date> {
        self.0.checked_add(days).and_then(Self::from_days)
    }

    /// The date `months` later (earlier when negative): the same day of the month, or the month's
    /// last day where it is shorter. Add from the anchor, never step by step: 31 January plus two
    /// months is 31 March.
    pub fn add_months(self, months: i32) -> Option<Date> {
        let date = self.calendar();
        let month = date
            .year()
            .checked_mul(12)?
            .checked_add(i32::try_from(date.month0()).ok()?)?
            .checked_add(months)?;
        let (year, month0) = (month.div_euclid(12), month.rem_euclid(12));
        let month = u32::try_from(month0).ok()?.checked_add(1)?;
        let day = date.day().min(last_day(year, month));
        Self::from_ymd(year, month, day).ok()
    }

    /// The last day of this date's month.
    pub fn end_of_month(self) -> Date {
        let date = self.calendar();
        Self::from_ymd(
            date.year(),
            date.month(),
            last_day(date.year(), date.month()),
        )
        .unwrap_or(self)
    }

    /// The last day of this date's year.
    pub fn end_of_year(self) -> Date {
        Self::from_ymd(self.year(), 12, 31).unwrap_or(self)
    }

    fn calendar(self) -> NaiveDate {
        // Every date of the range is one of chrono's.
        NaiveDate::from_epoch_days(self.0).unwrap_or(NaiveDate::MIN)
    }
}

/// The number of days of a month.
fn last_day(year: i32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Reads `YYYY-MM-DD` and leaves the rest.
pub(super) fn scan_date(scan: &mut Scan<'_>) -> Option<Result<Date, TimeError>> {
    let year = i32::try_from(scan.digits(4)?).ok()?;
    let month = scan.digits_after(b'-', 2)?;
    let day = scan.digits_after(b'-', 2)?;
    Some(Date::from_ymd(year, month, day))
}

impl FromStr for Date {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let mut scan = Scan::new(text);
        match scan_date(&mut scan) {
            Some(date) if scan.is_empty() => date,
            _ => Err(TimeError::syntax(text, FORM)),
        }
    }
}

impl Date {
    /// Puts the date in front of a text.
    pub(super) fn put(self, text: &mut Ascii) {
        let date = self.calendar();
        text.number(u64::from(date.day()), 2);
        text.push(b'-');
        text.number(u64::from(date.month()), 2);
        text.push(b'-');
        text.number(u64::from(date.year().unsigned_abs()), 4);
    }

    fn ascii(self) -> Ascii {
        let mut text = Ascii::new();
        self.put(&mut text);
        text
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.ascii().as_str())
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

text_serde!(
    Date,
    "a date as text, such as \"2026-11-21\"",
    Date::MIN,
    ascii
);

/// A day of the week; Monday comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Readable)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

impl Weekday {
    /// How many days after Monday it is, 0 to 6.
    #[must_use]
    pub const fn days_from_monday(self) -> u32 {
        match self {
            Self::Mon => 0,
            Self::Tue => 1,
            Self::Wed => 2,
            Self::Thu => 3,
            Self::Fri => 4,
            Self::Sat => 5,
            Self::Sun => 6,
        }
    }
}

/// What an anniversary of 29 February does in a year that has none.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Readable,
)]
#[serde(rename_all = "snake_case")]
pub enum Feb29 {
    /// It falls on 28 February.
    #[default]
    Feb28,
    /// It falls on 1 March.
    Mar1,
}

/// A day of the year without a year, such as a birthday.
///
/// # Examples
///
/// ```
/// use loyalty_core::time::{Feb29, MonthDay};
///
/// let birthday: MonthDay = "02-29".parse()?;
/// let in_2025 = birthday.occurrence_in(2025, Feb29::Mar1);
/// assert_eq!(in_2025.map(|date| date.to_string()), Some("2025-03-01".into()));
/// # Ok::<(), loyalty_core::time::TimeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MonthDay {
    month: u8,
    day: u8,
}

impl MonthDay {
    /// A month 1 to 12 and a day that it has in some year.
    ///
    /// # Errors
    ///
    /// `time.range` when no year has such a day.
    pub fn try_new(month: u8, day: u8) -> Result<Self, TimeError> {
        let longest = last_day(2000, u32::from(month));
        if (1..=12).contains(&month) && day >= 1 && u32::from(day) <= longest {
            Ok(Self { month, day })
        } else {
            Err(TimeError::range(
                format_args!("{month:02}-{day:02}"),
                "a day that some year has",
            ))
        }
    }

    /// The day of the year of a date.
    #[must_use]
    pub fn of(date: Date) -> Self {
        let small = |number: u32| u8::try_from(number).unwrap_or(1);
        Self {
            month: small(date.month()),
            day: small(date.day()),
        }
    }

    /// The month, 1 to 12.
    #[inline]
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, 1 to 31.
    #[inline]
    pub const fn day(self) -> u8 {
        self.day
    }

    /// The date on which this day falls in `year`, or nothing outside the years 1900 to 2999.
    pub fn occurrence_in(self, year: i32, feb29: Feb29) -> Option<Date> {
        let (month, day) = match (self.month, self.day, feb29) {
            (2, 29, Feb29::Feb28) if !is_leap(year) => (2, 28),
            (2, 29, Feb29::Mar1) if !is_leap(year) => (3, 1),
            _ => (self.month, self.day),
        };
        Date::from_ymd(year, u32::from(month), u32::from(day)).ok()
    }
}

impl FromStr for MonthDay {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let mut scan = Scan::new(text);
        let fields = scan.digits(2).zip(scan.digits_after(b'-', 2));
        match fields {
            Some((month, day)) if scan.is_empty() => Self::try_new(
                u8::try_from(month).unwrap_or(0),
                u8::try_from(day).unwrap_or(0),
            ),
            _ => Err(TimeError::syntax(
                text,
                "a month and a day, such as \"02-29\"",
            )),
        }
    }
}

impl fmt::Display for MonthDay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:02}-{:02}", self.month, self.day)
    }
}

impl fmt::Debug for MonthDay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

text_serde!(
    MonthDay,
    "a month and a day as text, such as \"02-29\"",
    MonthDay { month: 1, day: 1 }
);

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn the_range_is_1900_to_2999() {
        assert_eq!(Date::MIN, date("1900-01-01"));
        assert_eq!(Date::MAX, date("2999-12-31"));
        assert_eq!(Date::from_days(DAYS_MIN - 1), None);
        assert_eq!(Date::from_days(DAYS_MAX + 1), None);
        assert_eq!(Date::MAX.add_days(1), None);
        assert_eq!(Date::MAX.add_months(1), None);
        assert_eq!(Date::MIN.add_months(-1), None);
        assert_eq!(Date::MIN.add_months(i32::MIN), None);
        assert_eq!(Date::MAX.add_months(i32::MAX), None);
        for text in [
            "1899-12-31",
            "3000-01-01",
            "2023-02-29",
            "2026-00-01",
            "2026-13-01",
            "2026-04-31",
            "2026-01-00",
        ] {
            assert_eq!(
                text.parse::<Date>().unwrap_err().code(),
                "time.range",
                "{text}"
            );
        }
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "2026-1-1",
            "20261121",
            "2026/11/21",
            "2026-11-21 ",
            "26-11-21",
            "2026-11-21T00:00",
            "+2026-11-21",
        ] {
            assert_eq!(
                text.parse::<Date>().unwrap_err().code(),
                "time.syntax",
                "{text}"
            );
        }
        assert!(serde_json::from_str::<Date>("20261121").is_err());
    }

    #[test]
    fn months_clamp_from_the_anchor() {
        for (from, months, to) in [
            ("2026-01-31", 1, "2026-02-28"),
            ("2026-01-31", 2, "2026-03-31"),
            ("2024-02-29", 12, "2025-02-28"),
            ("2024-02-29", 48, "2028-02-29"),
            ("2026-03-31", -1, "2026-02-28"),
            ("2026-12-15", 1, "2027-01-15"),
            ("2026-01-15", -1, "2025-12-15"),
        ] {
            assert_eq!(
                date(from).add_months(months),
                Some(date(to)),
                "{from} + {months}"
            );
        }
    }

    #[test]
    fn ends_of_periods() {
        assert_eq!(date("2024-02-10").end_of_month(), date("2024-02-29"));
        assert_eq!(date("2100-02-10").end_of_month(), date("2100-02-28"));
        assert_eq!(date("2999-12-01").end_of_month(), Date::MAX);
        assert_eq!(date("2026-01-01").end_of_year(), date("2026-12-31"));
    }

    #[test]
    fn weekdays() {
        assert_eq!(date("2026-11-21").weekday(), Weekday::Sat);
        assert_eq!(date("1970-01-01").weekday(), Weekday::Thu);
        assert_eq!(serde_json::to_string(&Weekday::Mon).unwrap(), "\"mon\"");
    }

    #[test]
    fn leap_day_policies() {
        let birthday: MonthDay = "02-29".parse().unwrap();
        assert_eq!(
            birthday.occurrence_in(2025, Feb29::Feb28),
            Some(date("2025-02-28"))
        );
        assert_eq!(
            birthday.occurrence_in(2025, Feb29::Mar1),
            Some(date("2025-03-01"))
        );
        assert_eq!(
            birthday.occurrence_in(2028, Feb29::Mar1),
            Some(date("2028-02-29"))
        );
        assert_eq!(birthday.occurrence_in(3000, Feb29::Mar1), None);
        for text in ["02-30", "04-31", "13-01", "00-01", "01-00"] {
            assert_eq!(
                text.parse::<MonthDay>().unwrap_err().code(),
                "time.range",
                "{text}"
            );
        }
        for text in ["2-29", "0229", "02-29-", "--02-29"] {
            assert_eq!(
                text.parse::<MonthDay>().unwrap_err().code(),
                "time.syntax",
                "{text}"
            );
        }
        assert_eq!(serde_json::to_string(&Feb29::Mar1).unwrap(), "\"mar1\"");
        assert_eq!(serde_json::to_string(&birthday).unwrap(), "\"02-29\"");
    }

    const ALL: [Weekday; 7] = [
        Weekday::Mon,
        Weekday::Tue,
        Weekday::Wed,
        Weekday::Thu,
        Weekday::Fri,
        Weekday::Sat,
        Weekday::Sun,
    ];

    fn any_date() -> impl Strategy<Value = Date> {
        (DAYS_MIN..=DAYS_MAX).prop_map(|days| Date::from_days(days).unwrap())
    }

    proptest! {
        #[test]
        fn text_and_fields_round_trip(date in any_date()) {
            prop_assert_eq!(date.to_string().parse::<Date>(), Ok(date));
            prop_assert_eq!(Date::from_ymd(date.year(), date.month(), date.day()), Ok(date));
            let from_monday = chrono::Datelike::weekday(&date.calendar()).num_days_from_monday();
            prop_assert_eq!(ALL.iter().position(|day| *day == date.weekday()), usize::try_from(from_monday).ok());
        }

        #[test]
        fn ends_are_the_last_days(date in any_date()) {
            let (month_end, year_end) = (date.end_of_month(), date.end_of_year());
            prop_assert!(date <= month_end && month_end <= year_end);
            prop_assert_eq!(month_end.month(), date.month());
            prop_assert!(month_end.add_days(1).is_none_or(|next| next.day() == 1));
            prop_assert!(year_end.add_days(1).is_none_or(|next| next.year() == date.year() + 1));
        }

        #[test]
        fn adding_months_keeps_or_clamps_the_day(date in any_date(), months in -2000_i32..2000) {
            if let Some(later) = date.add_months(months) {
                let count = |date: Date| date.year() * 12 + i32::try_from(date.month()).unwrap();
                prop_assert_eq!(count(later) - count(date), months);
                prop_assert!(later.day() == date.day() || (later.day() < date.day() && later == later.end_of_month()));
            }
        }

        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = (text.parse::<Date>(), text.parse::<MonthDay>());
        }
    }
}
