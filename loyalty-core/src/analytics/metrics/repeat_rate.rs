//! Repeat rate: of the customers with an occasion in the window, the share with at least two in it.
//!
//! Undefined when nobody bought. Not to be confused with the returning rate, which looks at earlier
//! history. CDNOW, 78 weeks: 1139/2357.

use super::{Population, Rate, Window};

/// The repeat rate of a window.
#[must_use]
pub fn repeat_rate(population: &Population<'_>, window: Window) -> Rate {
    let bought = population
        .histories()
        .map(|history| history.within(window.start, window.end).day.len());
    Rate::count(bought.filter(|count| *count > 0).map(|count| count > 1))
}
