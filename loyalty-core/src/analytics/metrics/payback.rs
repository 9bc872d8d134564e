//! Payback: the first day on which a cohort's cumulative contribution an acquired customer covers the
//! acquisition cost, interpolated linearly within a period.
//!
//! The curve is exposure corrected: the contribution of day-since-first period k is averaged over the
//! customers who have been observed through it. Refunds are netted; net reward costs out of the margin
//! column. Absent when not reached within the observed periods. The simple form, cost/(revenue a
//! customer and period × margin rate), is offered beside it.

use super::{Population, Window};
use crate::analytics::columns::{ratio_f64, wide_f64};
use crate::analytics::error::{Absent, AnalyticsError};

/// Days from the first occasion until the acquisition cost (minor units a customer) is earned back.
///
/// # Errors
/// A period length of 0; inside, [`Absent::NotReached`] or [`Absent::EmptyDenominator`].
pub fn payback(
    population: &Population<'_>,
    cohort: Window,
    cost_minor: f64,
    period_days: u32,
) -> Result<Result<f64, Absent>, AnalyticsError> {
    if period_days == 0 {
        let (option, allowed) = ("period_days", "1 or more");
        return Err(AnalyticsError::Option {
            option,
            found: "0".to_owned(),
            allowed,
        });
    }
    let (mut sums, mut exposed): (Vec<i128>, Vec<u64>) = (Vec::new(), Vec::new());
    for history in population.histories() {
        let Some(first) = history.first().filter(|first| cohort.contains(*first)) else {
            continue;
        };
        let complete = ((first.abs_diff(population.as_of()) + 1) / period_days) as usize;
        if sums.len() < complete {
            sums.resize(complete, 0);
            exposed.resize(complete, 0);
        }
        exposed[..complete].iter_mut().for_each(|count| *count += 1);
        let amounts = history.margin_minor.unwrap_or(history.net_minor);
        for (day, amount) in history.day.iter().zip(amounts) {
            let period = (first.abs_diff(*day) / period_days) as usize;
            if period < complete {
                sums[period] += i128::from(*amount);
            }
        }
    }
    if exposed.is_empty() {
        return Ok(Err(Absent::EmptyDenominator));
    }
    let length = f64::from(period_days);
    let (mut earned, mut start) = (0.0, 0.0);
    if cost_minor <= 0.0 {
        return Ok(Ok(0.0));
    }
    for (sum, count) in sums.iter().zip(&exposed) {
        let step = ratio_f64(*sum, i128::from(*count));
        if earned + step >= cost_minor && step > 0.0 {
            return Ok(Ok(start + length * (cost_minor - earned) / step));
        }
        earned += step;
        start += length;
    }
    Ok(Err(Absent::NotReached))
}

/// The simple payback in periods: cost/(revenue a customer and period × margin rate).
///
/// # Errors
/// [`Absent::NotReached`] unless the contribution a period is positive.
pub fn simple_payback(
    cost_minor: f64,
    revenue_minor: i64,
    margin_rate: f64,
) -> Result<f64, Absent> {
    let contribution = wide_f64(i128::from(revenue_minor)) * margin_rate;
    if contribution > 0.0 && cost_minor.is_finite() {
        Ok((cost_minor / contribution).max(0.0))
    } else {
        Err(Absent::NotReached)
    }
}
