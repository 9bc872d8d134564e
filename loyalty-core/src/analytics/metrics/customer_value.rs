//! Customer value: net amount a buyer in the window, minor units; and the historic margin to date.
//!
//! Equals average order value × purchase frequency exactly, as rationals over the same order set.
//! The historic value is Σ net margin less loose refunds up to `as_of`. Undefined without a buyer.

use super::order_value::narrow;
use super::{Mean, Population, Window};

/// Net amount a buyer in the window.
#[must_use]
pub fn customer_value(population: &Population<'_>, window: Window) -> Mean {
    let inside = population
        .histories()
        .map(|history| history.within(window.start, window.end));
    Mean::of(
        inside
            .filter(|history| !history.day.is_empty())
            .map(|history| narrow(history.net_total())),
    )
}

/// Margin a customer up to `as_of`, less loose refunds; the net amount where no margin was given.
#[must_use]
pub fn historic_value(population: &Population<'_>) -> Mean {
    let buyers = population
        .histories()
        .filter(|history| !history.day.is_empty());
    Mean::of(buyers.map(|history| {
        let margin: i128 = match history.margin_minor {
            Some(margins) => margins.iter().map(|margin| i128::from(*margin)).sum(),
            None => history.net_total(),
        };
        narrow(margin - i128::from(history.loose_refund_minor))
    }))
}
