//! Lifetime value to acquisition cost: how often a customer pays back what winning her cost.
//!
//! The value is margin based unless labelled otherwise, its horizon must be stated. The usual bar of
//! 3 to 1 is folklore. Undefined when the cost is zero.

use crate::analytics::error::Absent;

/// What the value in the ratio is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueBasis {
    /// Contribution margin, the default of serious use.
    Margin,
    /// Revenue, which flatters.
    Revenue,
}

/// Value over cost with its labels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ValueToCost {
    /// The ratio, unitless.
    pub ratio: f64,
    /// What the value is made of.
    pub basis: ValueBasis,
    /// Days of the value's horizon; absent when infinite.
    pub horizon_days: Option<u32>,
}

/// The ratio of a customer's lifetime value to her acquisition cost, both in minor units.
///
/// # Errors
/// [`Absent::EmptyDenominator`] unless the cost is positive, [`Absent::OutOfRange`] for a value that is not finite.
pub fn value_to_cost(
    value_minor: f64,
    cost_minor: f64,
    basis: ValueBasis,
    horizon_days: Option<u32>,
) -> Result<ValueToCost, Absent> {
    if cost_minor.is_nan() || cost_minor <= 0.0 {
        return Err(Absent::EmptyDenominator);
    }
    let ratio = value_minor / cost_minor;
    if ratio.is_finite() {
        Ok(ValueToCost {
            ratio,
            basis,
            horizon_days,
        })
    } else {
        Err(Absent::OutOfRange)
    }
}
