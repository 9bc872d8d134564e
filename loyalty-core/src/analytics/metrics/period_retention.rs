//! Period retention: of those active in one period, who and how much money came back in the next.
//!
//! Customers: active in both over active in the first. Revenue of the same customers: *net* is
//! Σ second/Σ first and may exceed 1; *gross* caps each customer at the first period's amount.
//! Periods that `as_of` cuts short are absent. Undefined when the first period was empty.

use super::{Population, Rate, Window};
use crate::analytics::columns::ratio_f64;
use crate::analytics::error::Absent;

/// Retention from one window to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeriodRetention {
    /// Customers active in both windows over those active in the first.
    pub customers: Rate,
    /// Net amount in the first window, minor units.
    pub before_minor: i128,
    /// Net amount of the same customers in the second window, minor units.
    pub after_minor: i128,
    /// The same, capped at each customer's first amount.
    pub capped_minor: i128,
}

impl PeriodRetention {
    /// Net revenue retention, 0 or more.
    ///
    /// # Errors
    /// [`Absent::EmptyDenominator`] when the first window has no positive amount.
    pub fn net(&self) -> Result<f64, Absent> {
        self.over(self.after_minor)
    }

    /// Gross revenue retention, at most 1.
    ///
    /// # Errors
    /// [`Absent::EmptyDenominator`] when the first window has no positive amount.
    pub fn gross(&self) -> Result<f64, Absent> {
        self.over(self.capped_minor)
    }

    fn over(&self, amount: i128) -> Result<f64, Absent> {
        if self.before_minor > 0 {
            Ok(ratio_f64(amount, self.before_minor))
        } else {
            Err(Absent::EmptyDenominator)
        }
    }
}

/// Retention of the customers of window `before` in window `after`.
///
/// # Errors
/// [`Absent::Unobserved`] when `as_of` cuts the second window short.
pub fn period_retention(
    population: &Population<'_>,
    before: Window,
    after: Window,
) -> Result<PeriodRetention, Absent> {
    if after.end - 1 > population.as_of() {
        return Err(Absent::Unobserved);
    }
    let mut result = PeriodRetention {
        customers: Rate::default(),
        before_minor: 0,
        after_minor: 0,
        capped_minor: 0,
    };
    for history in population.histories() {
        let first = history.within(before.start, before.end);
        if first.day.is_empty() {
            continue;
        }
        let second = history.within(after.start, after.end);
        let (earlier, later) = (first.net_total(), second.net_total());
        result.customers = result.customers.with(!second.day.is_empty());
        result.before_minor += earlier;
        result.after_minor += later;
        result.capped_minor += later.min(earlier.max(0));
    }
    Ok(result)
}
