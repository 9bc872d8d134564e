//! Churn, three named estimators that must never be mixed, and contractual churn.
//!
//! * [`by_threshold`]: no occasion for more than τ days; τ from the gap quantiles, one-timers by the
//!   survival of the second order. A later purchase reverses it.
//! * [`by_own_gap`]: the open gap exceeds the quantile q of the customer's own predictive gap,
//!   g_q = (α+t_x)·[(1−q)^(−1/(r+x)) − 1]. Customers with at least one repeat only. Reversible.
//! * [`by_model`]: mean of 1 − P(alive), or of P(no order in the next H).
//! * [`contractual`]: ended in the period over active at its start; new contracts do not count.
//!
//! Undefined with nobody at risk.

use super::order_conversion::order_conversion;
use super::{Population, Rate};
use crate::analytics::columns::{count_f64, day_f64};
use crate::analytics::error::{Absent, AnalyticsError};
use crate::analytics::models::{Past, PurchaseModel, Question};
use crate::analytics::occasions::History;
use crate::analytics::special::{exp_m1, ln_1p};

/// Thresholds in days of silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    /// For customers with at least one repeat.
    pub repeat_days: u32,
    /// For customers with one occasion.
    pub one_timer_days: u32,
}

/// Thresholds from the data: the gap quantile, and for one-timers the day by which that share of all
/// second orders that ever come have come (survival of the second order).
///
/// # Errors
/// [`Absent::EmptyDenominator`] without a gap.
pub fn thresholds(population: &Population<'_>, percent: u32) -> Result<Thresholds, Absent> {
    let repeat_days = super::interpurchase::gaps(population).quantile(percent)?;
    let second = order_conversion(population, 1).waiting;
    let limit = second.steps.last().map_or(1.0, |step| step.survival);
    let share = f64::from(percent.min(100)) / 100.0 * (1.0 - limit);
    let one_timer_days = second.quantile(share).unwrap_or(repeat_days);
    Ok(Thresholds {
        repeat_days,
        one_timer_days,
    })
}

/// The share of customers who have been silent for longer than their threshold.
#[must_use]
pub fn by_threshold(population: &Population<'_>, thresholds: Thresholds) -> Rate {
    let silent = population.histories().filter_map(|history| {
        let days = history.last()?.abs_diff(population.as_of());
        let limit = if history.day.len() > 1 {
            thresholds.repeat_days
        } else {
            thresholds.one_timer_days
        };
        Some(days > limit)
    });
    Rate::count(silent)
}

/// A customer's own predictive gap quantile in model units: with chance q the next gap is shorter.
///
/// # Errors
/// A model without rate parameters, or q outside (0, 1).
pub fn own_gap(model: &PurchaseModel, past: &Past, q: f64) -> Result<f64, AnalyticsError> {
    if !(q > 0.0 && q < 1.0) {
        return Err(AnalyticsError::Option {
            option: "q",
            found: q.to_string(),
            allowed: "0 to 1, exclusive",
        });
    }
    let [r, alpha] = [model.parameters()[0], model.parameters()[1]];
    let log = -ln_1p(-q) / (r + f64::from(past.x()));
    Ok((alpha + past.recency()) * exp_m1(log))
}

/// The past of a history in model units.
pub(crate) fn past_of(history: &History<'_>, as_of: i32, unit_days: f64) -> Option<Past> {
    let (first, last) = (history.first()?, history.last()?);
    let days = |from: i32, to: i32| day_f64(i64::from(from.abs_diff(to))) / unit_days;
    Past::try_new(
        history.day.len() as u32 - 1,
        days(first, last),
        days(first, as_of),
    )
    .ok()
}

/// The share of repeat customers whose open gap exceeds quantile q of their own predictive gap.
///
/// # Errors
/// A bad option.
pub fn by_own_gap(
    population: &Population<'_>,
    model: &PurchaseModel,
    unit_days: f64,
    q: f64,
) -> Result<Rate, AnalyticsError> {
    let mut rate = Rate::default();
    for history in population
        .histories()
        .filter(|history| history.day.len() > 1)
    {
        let Some(past) = past_of(&history, population.as_of(), unit_days) else {
            continue;
        };
        rate = rate.with(past.age() - past.recency() > own_gap(model, &past, q)?);
    }
    Ok(rate)
}

/// What the model-based churn rate averages.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Risk {
    /// 1 − P(alive).
    Gone,
    /// P(no order in the next so many model units).
    NoOrderWithin(f64),
}

/// The model-based churn rate: a mean of probabilities, 0 to 1.
///
/// # Errors
/// A bad option; [`Absent::EmptyDenominator`] inside when nobody has an occasion.
pub fn by_model(
    population: &Population<'_>,
    model: &PurchaseModel,
    unit_days: f64,
    risk: Risk,
) -> Result<Result<f64, Absent>, AnalyticsError> {
    let question = match risk {
        Risk::Gone => Question::Alive,
        Risk::NoOrderWithin(t) => Question::PurchaseWithin(t),
    };
    let (mut sum, mut n) = (0.0, 0);
    for history in population.histories() {
        let Some(past) = past_of(&history, population.as_of(), unit_days) else {
            continue;
        };
        match model.ask(question, &past)? {
            Ok(probability) => sum += 1.0 - probability,
            Err(reason) => return Ok(Err(reason)),
        }
        n += 1;
    }
    Ok(if n == 0 {
        Err(Absent::EmptyDenominator)
    } else {
        Ok(sum / count_f64(n))
    })
}

/// Contractual churn: contracts that ended in the period over contracts active at its start.
///
/// `starts` and `ends` hold each contract's first day and the day it ended, if it did.
///
/// # Errors
/// Columns of unequal length.
pub fn contractual(
    starts: &[i32],
    ends: &[Option<i32>],
    window: super::Window,
) -> Result<Rate, AnalyticsError> {
    if starts.len() != ends.len() {
        let (column, found, allowed) = ("ends", ends.len(), starts.len());
        return Err(AnalyticsError::ColumnLength {
            column,
            found,
            allowed,
        });
    }
    let active = starts
        .iter()
        .zip(ends)
        .filter(|(start, end)| **start < window.start && end.is_none_or(|end| end >= window.start));
    Ok(Rate::count(
        active.map(|(_, end)| end.is_some_and(|end| end < window.end)),
    ))
}
