//! Purchase frequency: orders over customers with at least one order in the window.
//!
//! The yearly form divides by exposure instead: Σ over buyers of (end of window − the later of window
//! start and first occasion) in years of 365.25 days. Undefined without a buyer, or without exposure.

use super::order_value::Basis;
use super::{Mean, Population, Ratio, Window};
use crate::analytics::error::Absent;
use crate::analytics::models::fit::Interval;

/// Orders a buyer in the window.
#[must_use]
pub fn purchase_frequency(population: &Population<'_>, window: Window, basis: Basis) -> Mean {
    let inside = population
        .histories()
        .map(|history| history.within(window.start, window.end));
    Mean::of(
        inside
            .filter(|history| !history.day.is_empty())
            .map(|history| basis.count(&history)),
    )
}

/// Orders a buyer and year of exposure, with its interval.
///
/// # Errors
/// [`Absent::EmptyDenominator`] without exposure.
pub fn purchase_frequency_yearly(
    population: &Population<'_>,
    window: Window,
    basis: Basis,
    level: f64,
) -> Result<Interval, Absent> {
    let end = (window.end - 1).min(population.as_of());
    let pairs = population.histories().filter_map(|history| {
        let inside = history.within(window.start, window.end);
        let first = history.first()?;
        let exposure = i64::from(end) - i64::from(first.max(window.start));
        (!inside.day.is_empty()).then(|| (basis.count(&inside), exposure))
    });
    let daily = Ratio::of(pairs).interval(level)?;
    let year = 365.25;
    Ok(Interval {
        value: daily.value * year,
        standard_error: daily.standard_error * year,
        low: daily.low * year,
        high: daily.high * year,
        level,
    })
}
