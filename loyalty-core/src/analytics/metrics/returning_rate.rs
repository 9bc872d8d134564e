//! Returning rate: of the customers with an occasion in the window, the share who had bought before,
//! in the window or earlier.
//!
//! Undefined when nobody bought. This is what Shopify calls the returning customer rate.

use super::{Population, Rate, Window};

/// The returning rate of a window.
#[must_use]
pub fn returning_rate(population: &Population<'_>, window: Window) -> Rate {
    let buyers = population.histories().filter_map(|history| {
        let inside = history.within(window.start, window.end);
        let last = inside.last()?;
        Some(history.first().is_some_and(|first| first < last))
    });
    Rate::count(buyers)
}
