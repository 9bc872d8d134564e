//! Customer acquisition cost: cost of a window over the new customers of the window `lag` later.
//!
//! The cost is fully loaded and in minor units; joining bonuses belong in it at their expected
//! redemption cost. Returning customers are never in the denominator. Undefined without a new customer.

use super::new_customers::new_customers;
use super::{Population, Window};
use crate::analytics::columns::ratio_f64;
use crate::analytics::error::Absent;

/// Acquisition cost with its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AcquisitionCost {
    /// Cost in minor units.
    pub cost_minor: i64,
    /// New customers it is spread over.
    pub new_customers: u64,
}

impl AcquisitionCost {
    /// Minor units a new customer.
    ///
    /// # Errors
    /// [`Absent::EmptyDenominator`] without a new customer.
    pub fn value(&self) -> Result<f64, Absent> {
        if self.new_customers == 0 {
            return Err(Absent::EmptyDenominator);
        }
        Ok(ratio_f64(
            i128::from(self.cost_minor),
            i128::from(self.new_customers),
        ))
    }
}

/// The acquisition cost of a cost window whose customers arrive `lag_days` later.
#[must_use]
pub fn acquisition_cost(
    population: &Population<'_>,
    cost_minor: i64,
    window: Window,
    lag_days: u32,
) -> AcquisitionCost {
    let shift = |day: i32| day.saturating_add_unsigned(lag_days);
    let arrivals = Window {
        start: shift(window.start),
        end: shift(window.end),
    };
    AcquisitionCost {
        cost_minor,
        new_customers: new_customers(population, arrivals).count,
    }
}
