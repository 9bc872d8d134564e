//! Business days as integers, and the calendar periods that contain them.
//!
//! A business day is the number of days since 1970-01-01 in the proleptic Gregorian calendar. The
//! caller decides which instant belongs to which business day; nothing here knows a time zone.

use serde::{Deserialize, Serialize};

/// The first representable business day, 0001-01-01.
pub const DAY_MIN: i32 = -719_162;
/// The last representable business day, 9999-12-31.
pub const DAY_MAX: i32 = 2_932_896;

/// The business day of a civil date, or nothing when no such date exists (years 1 to 9999).
///
/// ```
/// use loyalty_core::analytics::civil::day_of;
/// assert_eq!(day_of(1997, 1, 1), Some(9862));
/// assert_eq!(day_of(1997, 2, 29), None);
/// ```
#[must_use]
pub fn day_of(year: i32, month: u32, day: u32) -> Option<i32> {
    if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || day < 1 {
        return None;
    }
    let value = days_from_civil(year, month, day);
    (date_of(value) == (year, month, day)).then_some(value)
}

/// Days since 1970-01-01 of a date in March-based years (the era algorithm of the Gregorian cycle).
fn days_from_civil(year: i32, month: u32, day: u32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted = (month as i32 + 9) % 12;
    let day_of_year = (153 * shifted + 2) / 5 + day as i32 - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The civil date (year, month 1–12, day 1–31) of a business day.
#[must_use]
pub fn date_of(day: i32) -> (i32, u32, u32) {
    let shifted = i64::from(day) + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_shifted + 2) / 5 + 1;
    let month = if month_shifted < 10 {
        month_shifted + 3
    } else {
        month_shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year as i32, month as u32, day as u32)
}

/// A calendar period length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Calendar {
    /// One business day.
    Day,
    /// Seven days from the given first weekday.
    Week(Weekday),
    /// A calendar month.
    Month,
    /// A calendar quarter.
    Quarter,
    /// A calendar year.
    Year,
}

/// The first day of a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    /// ISO 8601 weeks.
    Monday,
    /// Weeks as in the Middle East.
    Saturday,
    /// Weeks as in North America.
    Sunday,
}

impl Calendar {
    /// The index of the period that contains `day`: months count as `12·year + month − 1`.
    #[must_use]
    pub fn period(self, day: i32) -> i32 {
        match self {
            Self::Day => day,
            // 1970-01-01 was a Thursday: three days after a Monday.
            Self::Week(start) => (day + start.days_to_thursday()).div_euclid(7),
            Self::Month => {
                let (year, month, _) = date_of(day);
                year * 12 + month as i32 - 1
            }
            Self::Quarter => Self::Month.period(day).div_euclid(3),
            Self::Year => date_of(day).0,
        }
    }

    /// The first business day of the period with this index.
    #[must_use]
    pub fn first_day(self, period: i32) -> i32 {
        match self {
            Self::Day => period,
            Self::Week(start) => period * 7 - start.days_to_thursday(),
            Self::Month => {
                days_from_civil(period.div_euclid(12), period.rem_euclid(12) as u32 + 1, 1)
            }
            Self::Quarter => Self::Month.first_day(period * 3),
            Self::Year => days_from_civil(period, 1, 1),
        }
    }

    /// The last business day of the period with this index.
    #[must_use]
    pub fn last_day(self, period: i32) -> i32 {
        self.first_day(period + 1) - 1
    }
}

impl Weekday {
    const fn days_to_thursday(self) -> i32 {
        match self {
            Self::Monday => 3,
            Self::Sunday => 4,
            Self::Saturday => 5,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_eight_hundred_years_round_trips() {
        let mut expected = day_of(1600, 1, 1).unwrap();
        for year in 1600..2400 {
            for month in 1..=12 {
                for day in 1..=31 {
                    if let Some(value) = day_of(year, month, day) {
                        assert_eq!(value, expected);
                        assert_eq!(date_of(value), (year, month, day));
                        expected += 1;
                    }
                }
            }
        }
        assert_eq!(day_of(1, 1, 1), Some(DAY_MIN));
        assert_eq!(day_of(9999, 12, 31), Some(DAY_MAX));
    }

    #[test]
    fn periods_contain_their_days() {
        let calendars = [
            Calendar::Day,
            Calendar::Week(Weekday::Monday),
            Calendar::Week(Weekday::Sunday),
            Calendar::Week(Weekday::Saturday),
            Calendar::Month,
            Calendar::Quarter,
            Calendar::Year,
        ];
        for calendar in calendars {
            for day in -2000..2000 {
                let period = calendar.period(day);
                assert!(calendar.first_day(period) <= day && day <= calendar.last_day(period));
            }
        }
        // 1997-01-05 was a Sunday.
        let sunday = day_of(1997, 1, 5).unwrap();
        assert_eq!(
            Calendar::Week(Weekday::Sunday)
                .first_day(Calendar::Week(Weekday::Sunday).period(sunday)),
            sunday
        );
        assert_eq!(
            Calendar::Week(Weekday::Monday)
                .last_day(Calendar::Week(Weekday::Monday).period(sunday)),
            sunday
        );
    }
}
