//! Active customers: those with at least one occasion in the window.
//!
//! Numerator: active customers; denominator: customers known by the end of the window (first
//! occasion before it, or any activity). Members who only redeem or visit count when the activity
//! kinds that count say so. Undefined when nobody is known.

use super::{Population, Rate, Window};
use crate::analytics::columns::{Activities, ActivityKind};
use crate::analytics::error::AnalyticsError;

/// The share of known customers who bought in the window.
#[must_use]
pub fn active(population: &Population<'_>, window: Window) -> Rate {
    let known = population
        .histories()
        .filter(|history| history.first().is_some_and(|first| first < window.end));
    Rate::count(known.map(|history| !history.within(window.start, window.end).day.is_empty()))
}

/// As [`active`], where programme activity of the given kinds counts as well.
///
/// # Errors
/// A column error of the activity table.
pub fn active_with(
    population: &Population<'_>,
    window: Window,
    activities: &Activities<'_>,
    kinds: &[ActivityKind],
) -> Result<Rate, AnalyticsError> {
    activities.check()?;
    let mut seen = std::collections::BTreeMap::new();
    for row in 0..activities.customer.len() {
        let (customer, day) = (activities.customer[row], activities.day[row]);
        let counts = kinds.iter().any(|kind| *kind as u8 == activities.kind[row]);
        if counts && day < window.end && day <= population.as_of() && population.contains(customer)
        {
            let slot = seen.entry(customer).or_insert(false);
            *slot = *slot || window.contains(day);
        }
    }
    let rate = Rate::count(population.histories().filter_map(|history| {
        let known = history.first().is_some_and(|first| first < window.end);
        let bought = !history.within(window.start, window.end).day.is_empty();
        match seen.get(&history.customer) {
            Some(acted) => Some(bought || *acted),
            None => known.then_some(bought),
        }
    }));
    Ok(rate)
}
