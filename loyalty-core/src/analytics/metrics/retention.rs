//! Retention of customers by periods since their own first occasion, five definitions side by side.
//!
//! Numerator: those active as the definition says; denominator: customers whose period is observed to
//! its end (the exposed). Rolling period k of length L is days [kL, (k+1)L) after the first occasion;
//! a calendar period k is the k-th calendar period after the one of the first occasion. Undefined,
//! not zero, when nobody is exposed. *On or after* falls as the data shrink, so `observed_until`
//! belongs to it. Mixpanel, Amplitude, GA4 and PostHog name these differently; the arithmetic is here.

use serde::{Deserialize, Serialize};

use super::{Population, Rate, Window};
use crate::analytics::civil::Calendar;
use crate::analytics::error::AnalyticsError;
use crate::analytics::occasions::History;

/// How periods are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Periods {
    /// Calendar periods of the business calendar: the default of reports.
    Calendar(Calendar),
    /// Spans of so many business days from the first occasion: 1, 7 or 30.
    Rolling(u32),
}

/// What counts as retained in period k.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Retained {
    /// Active in period k itself.
    On,
    /// Active in period k or any later one in the data.
    OnOrAfter,
    /// Active in every period 1 to k (GA4 "rolling").
    EveryUntil,
    /// Active in at least one period 1 to k (GA4 "cumulative").
    AnyUntil,
}

/// Retention in one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// Period number; 0 is the period of the first occasion.
    pub period: u32,
    /// Retained over exposed customers.
    pub rate: Rate,
    /// The last day of the data.
    pub observed_until: i32,
}

impl Periods {
    fn check(self) -> Result<(), AnalyticsError> {
        match self {
            Self::Rolling(0) => {
                let (option, allowed) = ("periods", "1 day or more");
                Err(AnalyticsError::Option {
                    option,
                    found: "0".to_owned(),
                    allowed,
                })
            }
            _ => Ok(()),
        }
    }

    /// The period of a day for a customer who came first on `first`.
    fn of(self, first: i32, day: i32) -> i64 {
        match self {
            Self::Rolling(length) => i64::from(first.abs_diff(day) / length),
            Self::Calendar(calendar) => {
                i64::from(calendar.period(day)) - i64::from(calendar.period(first))
            }
        }
    }

    /// The last day of period k, wide enough not to overflow.
    fn last_day(self, first: i32, k: u32) -> i64 {
        match self {
            Self::Rolling(length) => i64::from(first) + (i64::from(k) + 1) * i64::from(length) - 1,
            Self::Calendar(calendar) => {
                let period = i64::from(calendar.period(first)) + i64::from(k);
                i32::try_from(period + 1)
                    .map_or(i64::MAX, |next| i64::from(calendar.first_day(next)) - 1)
            }
        }
    }
}

/// Retention in periods 0 to `periods_max` of the customers who came first in `cohort`.
///
/// # Errors
/// A rolling length of 0, or more than 10,000 periods.
pub fn retention(
    population: &Population<'_>,
    cohort: Window,
    periods: Periods,
    retained: Retained,
    periods_max: u32,
) -> Result<Vec<Point>, AnalyticsError> {
    periods.check()?;
    if periods_max > 10_000 {
        let (option, allowed) = ("periods_max", "0 to 10,000");
        return Err(AnalyticsError::Option {
            option,
            found: periods_max.to_string(),
            allowed,
        });
    }
    let mut rates = vec![Rate::default(); periods_max as usize + 1];
    let as_of = population.as_of();
    for history in population.histories() {
        let Some(first) = history.first().filter(|first| cohort.contains(*first)) else {
            continue;
        };
        let active = active_periods(&history, first, periods, periods_max);
        let latest = history.last().map_or(0, |last| periods.of(first, last));
        let mut every = true;
        let mut any = false;
        for (k, rate) in rates.iter_mut().enumerate() {
            if periods.last_day(first, k as u32) > i64::from(as_of) {
                break;
            }
            if k > 0 {
                every &= active[k];
                any |= active[k];
            }
            let yes = match retained {
                Retained::On => active[k],
                Retained::OnOrAfter => latest >= k as i64,
                Retained::EveryUntil => every,
                Retained::AnyUntil => k == 0 || any,
            };
            *rate = rate.with(yes);
        }
    }
    let points = rates.iter().enumerate();
    Ok(points
        .map(|(period, rate)| Point {
            period: period as u32,
            rate: *rate,
            observed_until: as_of,
        })
        .collect())
}

fn active_periods(history: &History<'_>, first: i32, periods: Periods, most: u32) -> Vec<bool> {
    let mut active = vec![false; most as usize + 1];
    for day in history.day {
        let period = periods.of(first, *day);
        if let Some(slot) = usize::try_from(period)
            .ok()
            .and_then(|period| active.get_mut(period))
        {
            *slot = true;
        }
    }
    active
}

/// Retention in brackets of days since the first occasion: bracket i is `[bounds[i], bounds[i+1])`.
///
/// # Errors
/// Fewer than two bounds, or bounds that do not rise.
pub fn bracket_retention(
    population: &Population<'_>,
    cohort: Window,
    bounds: &[u32],
) -> Result<Vec<Rate>, AnalyticsError> {
    if bounds.len() < 2 || bounds.windows(2).any(|pair| pair[0] >= pair[1]) {
        let (option, allowed) = ("bounds", "at least two rising numbers of days");
        return Err(AnalyticsError::Option {
            option,
            found: format!("{bounds:?}"),
            allowed,
        });
    }
    let mut rates = vec![Rate::default(); bounds.len() - 1];
    for history in population.histories() {
        let Some(first) = history.first().filter(|first| cohort.contains(*first)) else {
            continue;
        };
        let age = first.abs_diff(population.as_of());
        for (rate, pair) in rates.iter_mut().zip(bounds.windows(2)) {
            if population.as_of() < first || pair[1] - 1 > age {
                break;
            }
            let inside = history
                .day
                .iter()
                .any(|day| (pair[0]..pair[1]).contains(&first.abs_diff(*day)));
            *rate = rate.with(inside);
        }
    }
    Ok(rates)
}
