//! N-th order conversion: how many customers go on from their n-th occasion to the next, and when.
//!
//! The plain rate counts those who already did among those who reached n; it falls short for recent
//! customers, whose next order has not had the time to come. The survival curve corrects this: time
//! from the n-th to the next occasion, censored at `as_of`. Undefined when nobody reached n.

use super::survival::{Survival, Times};
use super::{Population, Rate};

/// Conversion from the n-th occasion to the next.
#[derive(Debug, Clone, PartialEq)]
pub struct Conversion {
    /// The occasion from which conversion is counted, from 1.
    pub from: u32,
    /// Customers with more than `from` occasions over customers with at least `from`.
    pub so_far: Rate,
    /// Days until the next occasion, censored at `as_of`.
    pub waiting: Survival,
}

/// The conversion from the n-th occasion (n from 1) to the next.
#[must_use]
pub fn order_conversion(population: &Population<'_>, n: u32) -> Conversion {
    let mut times = Times::new();
    let mut so_far = Rate::default();
    let position = (n.max(1) - 1) as usize;
    for history in population.histories() {
        let Some(from) = history.day.get(position) else {
            continue;
        };
        match history.day.get(position + 1) {
            Some(next) => times.add(from.abs_diff(*next), true),
            None => times.add(from.abs_diff(population.as_of()), false),
        }
        so_far = so_far.with(history.day.len() > position + 1);
    }
    Conversion {
        from: n.max(1),
        so_far,
        waiting: times.survival(),
    }
}
