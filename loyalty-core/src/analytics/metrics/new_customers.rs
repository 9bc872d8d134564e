//! New customers: those whose first occasion ever lies in the window.
//!
//! "Ever" looks back over all rows given; when these reach back less than twice the 90 % quantile of
//! the gaps before the window, some "new" customers may be old ones and `left_truncated` is set.
//! Purchases without a customer id cannot be counted here: leave them out and count them yourself.

use super::interpurchase;
use super::{Population, Window};

/// How many customers were new in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewCustomers {
    /// Customers whose first occasion lies in the window.
    pub count: u64,
    /// Whether the history before the window is shorter than twice the 90 % gap quantile (or has no gap).
    pub left_truncated: bool,
}

/// Counts the new customers of a window.
#[must_use]
pub fn new_customers(population: &Population<'_>, window: Window) -> NewCustomers {
    let firsts = population.histories().filter_map(|history| history.first());
    let count = firsts.filter(|first| window.contains(*first)).count() as u64;
    let oldest = population
        .occasions()
        .histories()
        .filter_map(|history| history.first())
        .min();
    let usual = interpurchase::gaps(&Population::all(population.occasions())).quantile(90);
    let left_truncated = match (oldest, usual) {
        (Some(oldest), Ok(gap)) => i64::from(window.start) - i64::from(oldest) < 2 * i64::from(gap),
        _ => true,
    };
    NewCustomers {
        count,
        left_truncated,
    }
}
