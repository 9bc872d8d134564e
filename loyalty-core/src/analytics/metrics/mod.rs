//! Retention and value metrics, one file each, over normalised occasions.
//!
//! Every rate carries its numerator and denominator and a Wilson interval; every mean its count and
//! spread; ratios of sums a delta-method interval. Periods that nobody has fully observed are
//! absent, not zero. Every metric takes a [`Population`], so [`by_segment`] gives it for all segments
//! in one call.

pub mod acquisition_cost;
pub mod active;
pub mod churn;
pub mod customer_value;
pub mod effort_score;
pub mod interpurchase;
pub mod mean;
pub mod net_promoter;
pub mod new_customers;
pub mod order_conversion;
pub mod order_value;
pub mod participation;
pub mod payback;
pub mod period_retention;
pub mod purchase_frequency;
pub mod rate;
pub mod redemption;
pub mod repeat_rate;
pub mod retention;
pub mod returning_rate;
pub mod satisfaction;
pub mod survival;
pub mod value_to_cost;

use serde::{Deserialize, Serialize};

use super::error::AnalyticsError;
use super::occasions::Occasions;

pub use super::population::Population;
pub use mean::{Mean, Ratio};
pub use rate::Rate;

/// A half-open span of business days, `[start, end)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Window {
    /// First day inside.
    pub start: i32,
    /// First day after.
    pub end: i32,
}

impl Window {
    /// The window from `start` up to and including `last`.
    #[must_use]
    pub fn through(start: i32, last: i32) -> Self {
        Self {
            start,
            end: last.saturating_add(1),
        }
    }

    /// Whether a day lies inside.
    #[must_use]
    pub fn contains(&self, day: i32) -> bool {
        self.start <= day && day < self.end
    }
}

/// A metric for every segment in one call: `labels[customer]` is the customer's segment.
///
/// Segments come in ascending label order; every customer is in exactly one.
///
/// # Errors
/// [`AnalyticsError::ColumnLength`] unless there is one label a customer.
pub fn by_segment<R>(
    occasions: &Occasions,
    labels: &[u32],
    metric: impl Fn(&Population<'_>) -> R,
) -> Result<Vec<(u32, R)>, AnalyticsError> {
    if labels.len() != occasions.customers() {
        let (column, found, allowed) = ("labels", labels.len(), occasions.customers());
        return Err(AnalyticsError::ColumnLength {
            column,
            found,
            allowed,
        });
    }
    let mut order: Vec<u32> = (0..labels.len() as u32).collect();
    order.sort_by_key(|customer| labels[*customer as usize]);
    let segments = order.chunk_by(|left, right| labels[*left as usize] == labels[*right as usize]);
    Ok(segments
        .map(|run| {
            (
                labels[run[0] as usize],
                metric(&Population::of(occasions, run)),
            )
        })
        .collect())
}
