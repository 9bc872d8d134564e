//! Average order value: Σ net amount over the number of orders in the window, minor units an order.
//!
//! Basis: orders, or occasions (customer-days). Refunds are netted, loose refunds are not part of any
//! order. With purchase frequency and customer value it uses one order set, so that value =
//! order value × frequency holds exactly as rationals. Undefined without an order.

use super::{Population, Ratio, Window};
use crate::analytics::occasions::History;

/// What counts as one order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Basis {
    /// Order numbers, or rows where there are none.
    Orders,
    /// Customer-days.
    Occasions,
}

impl Basis {
    pub(crate) fn count(self, history: &History<'_>) -> i64 {
        match self {
            Self::Orders => history.orders.iter().map(|orders| i64::from(*orders)).sum(),
            Self::Occasions => history.day.len() as i64,
        }
    }
}

pub(crate) fn narrow(wide: i128) -> i64 {
    i64::try_from(wide).unwrap_or(if wide < 0 { i64::MIN } else { i64::MAX })
}

/// The average order value of a window, with a delta-method interval over customers.
#[must_use]
pub fn order_value(population: &Population<'_>, window: Window, basis: Basis) -> Ratio {
    let inside = population
        .histories()
        .map(|history| history.within(window.start, window.end));
    let buyers = inside.filter(|history| !history.day.is_empty());
    Ratio::of(buyers.map(|history| (narrow(history.net_total()), basis.count(&history))))
}
