//! How a model does on time it has not seen: errors, calibration, lift, tracking.

use super::past::Past;
use super::predict::{Batch, ask_many};
use super::purchase_model::{PurchaseModel, Question};
use crate::analytics::columns::count_f64;
use crate::analytics::error::{Absent, AnalyticsError};
use crate::analytics::occasions::Occasions;
use crate::analytics::summary::{Split, Summaries};

/// Errors of the predicted number of occasions in the holdout.
#[derive(Debug, Clone, PartialEq)]
pub struct Holdout {
    /// Predicted occasions, one a calibration customer.
    pub predicted: Vec<f64>,
    /// Occasions that happened.
    pub actual: Vec<u32>,
    /// Mean absolute error, occasions a customer.
    pub mean_absolute: f64,
    /// Root mean square error, occasions a customer.
    pub root_mean_square: f64,
    /// (Σ predicted − Σ actual)/Σ actual; absent when nothing happened.
    pub total_error: Result<f64, Absent>,
}

/// Customers of one frequency bin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// Repeat occasions in calibration; the last bin holds this many or more.
    pub x: u32,
    /// Customers.
    pub customers: u64,
    /// Mean predicted occasions in the holdout.
    pub predicted: f64,
    /// Mean occasions that happened.
    pub actual: f64,
}

/// One tenth of the customers by prediction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decile {
    /// 1 is the tenth with the highest predictions.
    pub decile: u32,
    /// Customers.
    pub customers: u64,
    /// Mean predicted occasions.
    pub predicted: f64,
    /// Mean occasions that happened.
    pub actual: f64,
    /// Mean that happened over the mean of everybody; absent when nothing happened.
    pub lift: Result<f64, Absent>,
}

/// Predicts the holdout of a split and compares.
///
/// # Errors
/// An impossible history, nobody in calibration, or a bad unit.
pub fn holdout(
    model: &PurchaseModel,
    split: &Split,
    unit_days: f64,
) -> Result<Holdout, AnalyticsError> {
    let summaries = &split.calibration;
    let n = summaries.len();
    if n == 0 {
        return Err(AnalyticsError::TooFew {
            model: "holdout",
            needed: "at least one customer",
            found: 0,
        });
    }
    let columns = columns(summaries);
    let batch = Batch {
        x: &columns.0,
        recency_days: &columns.1,
        age_days: &columns.2,
        unit_days,
        threads: 1,
    };
    let length = f64::from(summaries.as_of.abs_diff(split.end)) / unit_days;
    let answers = ask_many(model, Question::Expected(length), &batch)?;
    let predicted: Vec<f64> = answers
        .into_iter()
        .map(|answer| answer.unwrap_or(0.0))
        .collect();
    let actual = split.holdout_occasions.clone();
    let errors = predicted
        .iter()
        .zip(&actual)
        .map(|(predicted, actual)| predicted - f64::from(*actual));
    let (absolute, square) = errors.fold((0.0, 0.0), |(a, s), error| {
        (a + error.abs(), s + error * error)
    });
    let happened: u64 = actual.iter().map(|actual| u64::from(*actual)).sum();
    let total: f64 = predicted.iter().sum();
    let total_error = match happened {
        0 => Err(Absent::EmptyDenominator),
        happened => Ok((total - count_f64(happened)) / count_f64(happened)),
    };
    let n = count_f64(n as u64);
    Ok(Holdout {
        predicted,
        actual,
        mean_absolute: absolute / n,
        root_mean_square: (square / n).sqrt(),
        total_error,
    })
}

pub(crate) fn columns(summaries: &Summaries) -> (Vec<u32>, Vec<u32>, Vec<u32>) {
    let all = 0..summaries.len();
    (
        all.clone().map(|i| summaries.frequency(i)).collect(),
        all.clone().map(|i| summaries.recency_days(i)).collect(),
        all.map(|i| summaries.age_days(i)).collect(),
    )
}

impl Holdout {
    /// Predicted and actual means by calibration frequency 0, 1, … `x_max` or more.
    #[must_use]
    pub fn calibration(&self, split: &Split, x_max: u32) -> Vec<Bin> {
        let mut sums = vec![(0_u64, 0.0, 0_u64); x_max as usize + 1];
        for i in 0..self.predicted.len().min(split.calibration.len()) {
            let bin = &mut sums[split.calibration.frequency(i).min(x_max) as usize];
            *bin = (
                bin.0 + 1,
                bin.1 + self.predicted[i],
                bin.2 + u64::from(self.actual[i]),
            );
        }
        let filled = sums.iter().enumerate().filter(|(_, sums)| sums.0 > 0);
        filled
            .map(|(x, (customers, predicted, actual))| Bin {
                x: x as u32,
                customers: *customers,
                predicted: predicted / count_f64(*customers),
                actual: count_f64(*actual) / count_f64(*customers),
            })
            .collect()
    }

    /// Deciles by prediction, best first; ties by customer order.
    #[must_use]
    pub fn deciles(&self) -> Vec<Decile> {
        let n = self.predicted.len();
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|left, right| {
            self.predicted[*right]
                .total_cmp(&self.predicted[*left])
                .then(left.cmp(right))
        });
        let all: u64 = self.actual.iter().map(|actual| u64::from(*actual)).sum();
        let everybody = count_f64(all) / count_f64(n.max(1) as u64);
        let mut deciles = Vec::new();
        for decile in 0..10 {
            let members = &order[decile * n / 10..(decile + 1) * n / 10];
            if members.is_empty() {
                continue;
            }
            let customers = members.len() as u64;
            let predicted: f64 = members.iter().map(|i| self.predicted[*i]).sum();
            let happened: u64 = members.iter().map(|i| u64::from(self.actual[*i])).sum();
            let actual = count_f64(happened) / count_f64(customers);
            deciles.push(Decile {
                decile: decile as u32 + 1,
                customers,
                predicted: predicted / count_f64(customers),
                actual,
                lift: if all == 0 {
                    Err(Absent::EmptyDenominator)
                } else {
                    Ok(actual / everybody)
                },
            });
        }
        deciles
    }
}

/// Expected and actual repeat occasions of all customers up to a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tracked {
    /// The last day counted.
    pub day: i32,
    /// Σ over customers of E[X(day − own first day)].
    pub expected: f64,
    /// Repeat occasions that happened.
    pub actual: u64,
}

/// Tracks cumulative repeat occasions every `step_days` from `start` to `as_of`, each customer from
/// her own first purchase on.
///
/// # Errors
/// A step of 0, a bad unit, or a span of more than 100,000 days.
pub fn tracking(
    model: &PurchaseModel,
    occasions: &Occasions,
    start: i32,
    step_days: u32,
    unit_days: f64,
) -> Result<Vec<Tracked>, AnalyticsError> {
    let end = occasions.as_of();
    if step_days == 0
        || end < start
        || start.abs_diff(end) > 100_000
        || unit_days.is_nan()
        || unit_days <= 0.0
    {
        let (option, allowed) = (
            "tracking",
            "a positive step and unit, and at most 100,000 days",
        );
        return Err(AnalyticsError::Option {
            option,
            found: format!("{start} to {end} by {step_days}"),
            allowed,
        });
    }
    // Customers by first day, repeat occasions by day.
    let mut firsts = std::collections::BTreeMap::new();
    let mut repeats = std::collections::BTreeMap::new();
    for history in occasions.histories() {
        let Some(first) = history.first() else {
            continue;
        };
        *firsts.entry(first).or_insert(0_u64) += 1;
        for day in &history.day[1..] {
            *repeats.entry(*day).or_insert(0_u64) += 1;
        }
    }
    let new = Past::new_customer();
    let mut expected_by_age = std::collections::BTreeMap::new();
    let mut points = Vec::new();
    let mut day = start;
    loop {
        let mut expected = 0.0;
        for (first, customers) in firsts.range(..=day) {
            let age = first.abs_diff(day);
            let each = match expected_by_age.get(&age) {
                Some(each) => *each,
                None => {
                    let each = model
                        .answer(Question::Expected(f64::from(age) / unit_days), &new)
                        .unwrap_or(0.0);
                    expected_by_age.insert(age, each);
                    each
                }
            };
            expected += each * count_f64(*customers);
        }
        let actual = repeats.range(..=day).map(|(_, count)| count).sum();
        points.push(Tracked {
            day,
            expected,
            actual,
        });
        if day == end {
            return Ok(points);
        }
        day = day.saturating_add_unsigned(step_days).min(end);
    }
}
