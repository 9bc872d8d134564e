//! One customer's history as the purchase models see it.

use crate::analytics::error::AnalyticsError;

/// Repeat occasions, recency and age of one customer, in model units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Past {
    pub(crate) x: u32,
    pub(crate) recency: f64,
    pub(crate) age: f64,
}

impl Past {
    /// A history of `x` repeat occasions, the last at `recency`, observed until `age`.
    ///
    /// # Errors
    /// [`AnalyticsError::History`] unless 0 ≤ recency ≤ age are finite, and x and recency are zero together.
    pub fn try_new(x: u32, recency: f64, age: f64) -> Result<Self, AnalyticsError> {
        let detail = if !(recency.is_finite() && age.is_finite() && recency >= 0.0) {
            "times must be finite and not negative"
        } else if recency > age {
            "the last occasion lies after the end of observation"
        } else if (x == 0) != (recency == 0.0) {
            "repeat occasions and recency must be zero together"
        } else {
            return Ok(Self { x, recency, age });
        };
        Err(AnalyticsError::History {
            x: u64::from(x),
            recency,
            age,
            detail,
        })
    }

    /// A customer at the moment of the first occasion.
    #[must_use]
    pub fn new_customer() -> Self {
        Self {
            x: 0,
            recency: 0.0,
            age: 0.0,
        }
    }

    /// Repeat occasions.
    #[must_use]
    pub fn x(&self) -> u32 {
        self.x
    }

    /// Time from the first to the last occasion, model units.
    #[must_use]
    pub fn recency(&self) -> f64 {
        self.recency
    }

    /// Time from the first occasion to the end of observation, model units.
    #[must_use]
    pub fn age(&self) -> f64 {
        self.age
    }
}
