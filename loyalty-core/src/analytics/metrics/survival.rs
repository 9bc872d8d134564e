//! Survival of anything that takes days: Kaplan–Meier, Nelson–Aalen, log-rank, restricted mean.
//!
//! Times are whole days, counted, so that a million of them cost one pass. Events come before
//! censorings of the same day. S(t) = Π (1 − d/n); Greenwood's variance S²·Σ d/(n(n−d)); intervals
//! on the log(−log) scale by default, absent where S is 0 or 1. The median is the first time with
//! S ≤ ½. Undefined without anybody. Sources: Kaplan, Meier (1958); Greenwood (1926); Kalbfleisch,
//! Prentice (2002).

use serde::{Deserialize, Serialize};

use crate::analytics::columns::count_f64;
use crate::analytics::error::{Absent, AnalyticsError};
use crate::analytics::models::fit::{Interval, quantile_of_level};
use crate::analytics::models::linear;
use crate::analytics::special::{chi_square_sf, exp, ln};

/// Counts of event and censoring times by day: mergeable, integers only.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Times {
    events: Vec<u64>,
    censored: Vec<u64>,
}

/// Longest time, about 5,700 years.
pub const DAYS_MAX: u32 = 1 << 21;

impl Times {
    /// No times yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Times from columns: days, and whether the event was seen.
    ///
    /// # Errors
    /// Columns of unequal length, or a time beyond [`DAYS_MAX`].
    pub fn of(days: &[u32], seen: &[bool]) -> Result<Self, AnalyticsError> {
        if days.len() != seen.len() {
            let (column, found, allowed) = ("seen", seen.len(), days.len());
            return Err(AnalyticsError::ColumnLength {
                column,
                found,
                allowed,
            });
        }
        let most = days.iter().copied().max().unwrap_or(0);
        if most > DAYS_MAX {
            let (option, allowed) = ("days", "0 to 2,097,152");
            return Err(AnalyticsError::Option {
                option,
                found: most.to_string(),
                allowed,
            });
        }
        // One array for both kinds keeps the loop free of branches.
        let mut counts = vec![0_u64; 2 * (most as usize + 1)];
        for (day, seen) in days.iter().zip(seen) {
            counts[2 * *day as usize + usize::from(*seen)] += 1;
        }
        let pick = |offset: usize| counts.iter().skip(offset).step_by(2).copied().collect();
        Ok(Self {
            censored: pick(0),
            events: pick(1),
        })
    }

    /// Adds one time. Times beyond [`DAYS_MAX`] are censored there.
    pub fn add(&mut self, days: u32, seen: bool) {
        let (days, seen) = if days > DAYS_MAX {
            (DAYS_MAX, false)
        } else {
            (days, seen)
        };
        let position = days as usize;
        if self.events.len() <= position {
            self.events.resize(position + 1, 0);
            self.censored.resize(position + 1, 0);
        }
        let column = if seen {
            &mut self.events
        } else {
            &mut self.censored
        };
        column[position] += 1;
    }

    /// Adds all times of another set.
    pub fn merge(&mut self, other: &Self) {
        let length = self.events.len().max(other.events.len());
        self.events.resize(length, 0);
        self.censored.resize(length, 0);
        for (sum, count) in self.events.iter_mut().zip(&other.events) {
            *sum += count;
        }
        for (sum, count) in self.censored.iter_mut().zip(&other.censored) {
            *sum += count;
        }
    }

    /// How many times there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.events.iter().chain(&self.censored).sum()
    }

    /// Whether there is no time.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The Kaplan–Meier and Nelson–Aalen curves.
    #[must_use]
    pub fn survival(&self) -> Survival {
        let mut at_risk = self.len();
        let subjects = at_risk;
        let (mut value, mut greenwood, mut hazard, mut hazard_variance) = (1.0, 0.0, 0.0, 0.0);
        let mut steps = Vec::new();
        let mut last = 0;
        for (day, (events, censored)) in self.events.iter().zip(&self.censored).enumerate() {
            if *events > 0 {
                let (n, d) = (count_f64(at_risk), count_f64(*events));
                value *= (n - d) / n;
                greenwood += d / (n * (n - d));
                hazard += d / n;
                hazard_variance += d / (n * n);
                let (days, events) = (day as u32, *events);
                steps.push(Step {
                    days,
                    at_risk,
                    events,
                    survival: value,
                    greenwood,
                    hazard,
                    hazard_variance,
                });
            }
            if events + censored > 0 {
                last = day as u32;
            }
            at_risk -= events + censored;
        }
        Survival {
            subjects,
            steps,
            last,
        }
    }
}

/// One fall of the curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The day of the events.
    pub days: u32,
    /// How many were at risk just before.
    pub at_risk: u64,
    /// Events on that day.
    pub events: u64,
    /// S(t) from this day on.
    pub survival: f64,
    /// Σ d/(n(n−d)) so far; infinite once S is 0.
    greenwood: f64,
    /// Nelson–Aalen cumulative hazard.
    pub hazard: f64,
    /// Its variance, Σ d/n².
    pub hazard_variance: f64,
}

/// The scale on which an interval is symmetric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// log(−log S), the default.
    #[default]
    LogLog,
    /// log S, clipped at 1.
    Log,
    /// S itself, clipped to [0, 1].
    Plain,
}

impl Step {
    /// Greenwood's standard error of S.
    ///
    /// # Errors
    /// [`Absent::Degenerate`] once S is 0.
    pub fn standard_error(&self) -> Result<f64, Absent> {
        if self.survival > 0.0 {
            Ok(self.survival * self.greenwood.sqrt())
        } else {
            Err(Absent::Degenerate)
        }
    }

    /// S with its interval.
    ///
    /// # Errors
    /// [`Absent::Degenerate`] once S is 0.
    pub fn interval(&self, level: f64, scale: Scale) -> Result<Interval, Absent> {
        let z = quantile_of_level(level)?;
        let standard_error = self.standard_error()?;
        let (value, spread) = (self.survival, z * self.greenwood.sqrt());
        let (low, high) = match scale {
            Scale::Plain => (
                (value - value * spread).max(0.0),
                (value + value * spread).min(1.0),
            ),
            Scale::Log => (value * exp(-spread), (value * exp(spread)).min(1.0)),
            Scale::LogLog => {
                let log = ln(value);
                let half = spread / log.abs();
                (exp(log * exp(half)), exp(log * exp(-half)))
            }
        };
        Ok(Interval {
            value,
            standard_error,
            low,
            high,
            level,
        })
    }
}

/// A survival curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Survival {
    /// How many were followed.
    pub subjects: u64,
    /// The falls, by day.
    pub steps: Vec<Step>,
    /// The longest time, event or not.
    pub last: u32,
}

impl Survival {
    /// The last fall at or before a day.
    #[must_use]
    pub fn at(&self, days: u32) -> Option<&Step> {
        let position = self.steps.partition_point(|step| step.days <= days);
        self.steps[..position].last()
    }

    /// S(t).
    ///
    /// # Errors
    /// [`Absent::EmptyDenominator`] without anybody, [`Absent::Unobserved`] after the longest time
    /// unless the curve has reached 0.
    pub fn value(&self, days: u32) -> Result<f64, Absent> {
        if self.subjects == 0 {
            return Err(Absent::EmptyDenominator);
        }
        let value = self.at(days).map_or(1.0, |step| step.survival);
        if days > self.last && value > 0.0 {
            Err(Absent::Unobserved)
        } else {
            Ok(value)
        }
    }

    /// The first day with S ≤ 1 − q: the quantile q of the time, for 0 < q < 1.
    ///
    /// # Errors
    /// [`Absent::NotReached`] when the curve stays above.
    pub fn quantile(&self, q: f64) -> Result<u32, Absent> {
        // One rounding in the product must not hide an exact hit.
        let level = (1.0 - q) * (1.0 + 4.0 * f64::EPSILON);
        self.steps
            .iter()
            .find(|step| step.survival <= level)
            .map(|step| step.days)
            .ok_or(Absent::NotReached)
    }

    /// The median time: the first day with S ≤ ½.
    ///
    /// # Errors
    /// [`Absent::NotReached`] when the curve stays above.
    pub fn median(&self) -> Result<u32, Absent> {
        self.quantile(0.5)
    }

    /// The restricted mean ∫₀^τ S, in days, with its Greenwood-type interval.
    ///
    /// # Errors
    /// [`Absent::EmptyDenominator`] without anybody, [`Absent::Unobserved`] when τ lies beyond the data.
    pub fn restricted_mean(&self, tau: u32, level: f64) -> Result<Interval, Absent> {
        self.value(tau)?;
        let z = quantile_of_level(level)?;
        // Backwards: the area right of each fall weighs its variance.
        let (mut area, mut variance, mut right) = (0.0, 0.0, f64::from(tau));
        for step in self.steps.iter().rev().filter(|step| step.days < tau) {
            let days = f64::from(step.days);
            area += step.survival * (right - days);
            right = days;
            let (n, d) = (count_f64(step.at_risk), count_f64(step.events));
            if step.survival > 0.0 {
                variance += area * area * d / (n * (n - d));
            }
        }
        let value = area + right;
        let standard_error = variance.sqrt();
        let (low, high) = (
            (value - z * standard_error).max(0.0),
            (value + z * standard_error).min(f64::from(tau)),
        );
        Ok(Interval {
            value,
            standard_error,
            low,
            high,
            level,
        })
    }
}

/// The outcome of a log-rank test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LogRank {
    /// χ² statistic.
    pub statistic: f64,
    /// Groups less one.
    pub degrees: u32,
    /// P(χ² > statistic).
    pub p_value: f64,
}

/// The log-rank test that all groups have the same survival.
///
/// # Errors
/// [`Absent::TooFew`] below two groups, [`Absent::Degenerate`] without an event to compare.
pub fn log_rank(groups: &[Times]) -> Result<LogRank, Absent> {
    if groups.len() < 2 {
        return Err(Absent::TooFew);
    }
    let free = groups.len() - 1;
    let mut at_risk: Vec<u64> = groups.iter().map(Times::len).collect();
    let mut excess = vec![0.0; free];
    let mut covariance = vec![0.0; free * free];
    let length = groups
        .iter()
        .map(|group| group.events.len())
        .max()
        .unwrap_or(0);
    for day in 0..length {
        let events: Vec<u64> = groups
            .iter()
            .map(|group| group.events.get(day).copied().unwrap_or(0))
            .collect();
        let (d, n) = (
            count_f64(events.iter().sum()),
            count_f64(at_risk.iter().sum()),
        );
        if d > 0.0 {
            let factor = if n > 1.0 {
                d * (n - d) / (n - 1.0)
            } else {
                0.0
            };
            for i in 0..free {
                let share = count_f64(at_risk[i]) / n;
                excess[i] += count_f64(events[i]) - d * share;
                for j in 0..free {
                    let other = count_f64(at_risk[j]) / n;
                    covariance[i * free + j] +=
                        factor * share * (f64::from(u8::from(i == j)) - other);
                }
            }
        }
        for (left, group) in at_risk.iter_mut().zip(groups) {
            *left -= group.events.get(day).unwrap_or(&0) + group.censored.get(day).unwrap_or(&0);
        }
    }
    let lower = linear::cholesky(&covariance, free).ok_or(Absent::Degenerate)?;
    let solved = linear::solve(&lower, &excess);
    let statistic: f64 = solved
        .iter()
        .zip(&excess)
        .map(|(left, right)| left * right)
        .sum();
    let degrees = free as u32;
    Ok(LogRank {
        statistic,
        degrees,
        p_value: chi_square_sf(statistic, degrees),
    })
}
