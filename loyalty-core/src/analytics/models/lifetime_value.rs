//! Customer lifetime value: discounted expected purchases times expected spend, in minor units.
//!
//! CLV = (margin rate − reward rate) · E[M | x, z̄] · ∫₀ᴴ e^(−δt) dE[Y(t)], δ = ln(1+i)/365 a day:
//! real day counts, no month of 30 days. Expectation of the discounted sum, not the reverse. The
//! period-end form, which discounts whole periods at their end, is there for comparison with other
//! libraries. Undefined where the spend mean is infinite (q ≤ 1 for customers without a repeat).

use super::gamma_gamma::GammaGamma;
use super::predict::{Batch, ask_many};
use super::purchase_model::{PurchaseModel, Question};
use crate::analytics::columns::minor_f64;
use crate::analytics::error::{Absent, AnalyticsError};
use crate::analytics::special::{exp, ln_1p};

/// How the future is discounted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Discounting {
    /// Continuously, by the day of each purchase.
    Continuous,
    /// At the end of periods of so many days, as month-end tables do.
    PeriodEnd {
        /// Days a period.
        days: u32,
    },
}

/// What a lifetime value counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LifetimeValueOptions {
    /// Days ahead; `None` is for ever.
    pub horizon_days: Option<u32>,
    /// Yearly discount rate i, such as 0.10.
    pub annual_rate: f64,
    /// Contribution margin as a share of spend.
    pub margin_rate: f64,
    /// Expected reward cost as a share of spend.
    pub reward_rate: f64,
    /// How the future is discounted.
    pub discounting: Discounting,
}

impl LifetimeValueOptions {
    /// A horizon in days at a yearly discount rate, at full margin, discounted continuously.
    #[must_use]
    pub fn new(horizon_days: Option<u32>, annual_rate: f64) -> Self {
        let discounting = Discounting::Continuous;
        Self {
            horizon_days,
            annual_rate,
            margin_rate: 1.0,
            reward_rate: 0.0,
            discounting,
        }
    }

    fn check(&self) -> Result<(), AnalyticsError> {
        let bad = |option, found: f64, allowed| AnalyticsError::Option {
            option,
            found: found.to_string(),
            allowed,
        };
        if !(self.annual_rate >= 0.0 && self.annual_rate.is_finite()) {
            return Err(bad(
                "annual_rate",
                self.annual_rate,
                "a finite rate of 0 or more",
            ));
        }
        if !self.margin_rate.is_finite() {
            return Err(bad("margin_rate", self.margin_rate, "a finite share"));
        }
        if !self.reward_rate.is_finite() {
            return Err(bad("reward_rate", self.reward_rate, "a finite share"));
        }
        match (self.discounting, self.horizon_days) {
            (Discounting::PeriodEnd { days: 0 }, _) => Err(bad("days", 0.0, "1 or more")),
            (Discounting::PeriodEnd { .. }, None) => {
                Err(bad("horizon_days", f64::INFINITY, "finite for periods"))
            }
            _ => Ok(()),
        }
    }
}

/// Discounted expected purchases of a batch (the DET), one a customer.
///
/// # Errors
/// Columns of unequal length, an impossible history, or an option out of range.
pub fn discounted_purchases(
    model: &PurchaseModel,
    batch: &Batch<'_>,
    options: &LifetimeValueOptions,
) -> Result<Vec<Result<f64, Absent>>, AnalyticsError> {
    options.check()?;
    let daily = ln_1p(options.annual_rate) / 365.0;
    match (options.discounting, options.horizon_days) {
        (Discounting::PeriodEnd { days }, Some(horizon)) => {
            let mut sums = vec![Ok(0.0); batch.x.len()];
            let mut before: Vec<Result<f64, Absent>> = sums.clone();
            for period in 1..=horizon.div_ceil(days) {
                let end = (period * days).min(horizon);
                let after = ask_many(
                    model,
                    Question::Expected(f64::from(end) / batch.unit_days),
                    batch,
                )?;
                let discount = exp(-daily * f64::from(end));
                for ((sum, before), after) in sums.iter_mut().zip(&before).zip(&after) {
                    *sum = match (&sum, before, after) {
                        (Ok(sum), Ok(before), Ok(after)) => Ok(sum + (after - before) * discount),
                        _ => Err(Absent::OutOfRange),
                    };
                }
                before = after;
            }
            Ok(sums)
        }
        (_, horizon) => {
            let rate = daily * batch.unit_days;
            let horizon = horizon.map_or(f64::INFINITY, |days| f64::from(days) / batch.unit_days);
            ask_many(model, Question::Discounted { rate, horizon }, batch)
        }
    }
}

/// The lifetime value of every customer of a batch, in minor units.
///
/// `repeat_minor` is the net amount of each customer's repeat occasions; `unit_minor` the minor units
/// of one unit of the spend model (100 for cents to dollars).
///
/// # Errors
/// Columns of unequal length, an impossible history, or an option out of range.
pub fn lifetime_value(
    model: &PurchaseModel,
    spend: &GammaGamma,
    batch: &Batch<'_>,
    repeat_minor: &[i64],
    unit_minor: u32,
    options: &LifetimeValueOptions,
) -> Result<Vec<Result<f64, Absent>>, AnalyticsError> {
    if repeat_minor.len() != batch.x.len() {
        let (column, found, allowed) = ("repeat_minor", repeat_minor.len(), batch.x.len());
        return Err(AnalyticsError::ColumnLength {
            column,
            found,
            allowed,
        });
    }
    let purchases = discounted_purchases(model, batch, options)?;
    let share = (options.margin_rate - options.reward_rate) * f64::from(unit_minor);
    let unit = f64::from(unit_minor.max(1));
    let values = purchases.into_iter().enumerate().map(|(i, purchases)| {
        let x = batch.x[i];
        let mean = if x == 0 {
            0.0
        } else {
            minor_f64(repeat_minor[i]) / unit / f64::from(x)
        };
        // A net repeat spend below zero carries no information about the customer's own level.
        let (x, mean) = if mean < 0.0 { (0, 0.0) } else { (x, mean) };
        let value = purchases? * spend.expected_spend(x, mean)? * share;
        if value.is_finite() {
            Ok(value)
        } else {
            Err(Absent::OutOfRange)
        }
    });
    Ok(values.collect())
}
