//! A share of customers: a count over a count.
//!
//! Value: numerator/denominator. Interval: Wilson's score interval, clipped to [0, 1]. Undefined
//! with an empty denominator. Source: Wilson (1927), JASA 22.

use serde::{Deserialize, Serialize};

use crate::analytics::columns::count_f64;
use crate::analytics::error::Absent;
use crate::analytics::models::fit::quantile_of_level;

/// A share between 0 and 1 with its two counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Rate {
    /// How many of them.
    pub numerator: u64,
    /// Out of how many.
    pub denominator: u64,
}

impl Rate {
    /// A rate from its counts.
    #[must_use]
    pub fn new(numerator: u64, denominator: u64) -> Self {
        Self {
            numerator,
            denominator,
        }
    }

    /// Counts those for whom `yes` holds.
    pub(crate) fn count(items: impl Iterator<Item = bool>) -> Self {
        items.fold(Self::default(), |rate, yes| rate.with(yes))
    }

    pub(crate) fn with(self, yes: bool) -> Self {
        Self {
            numerator: self.numerator + u64::from(yes),
            denominator: self.denominator + 1,
        }
    }

    /// The share, 0 to 1.
    ///
    /// # Errors
    /// [`Absent::EmptyDenominator`].
    pub fn value(&self) -> Result<f64, Absent> {
        if self.denominator == 0 {
            return Err(Absent::EmptyDenominator);
        }
        Ok(count_f64(self.numerator) / count_f64(self.denominator))
    }

    /// Wilson's interval (low, high) at a level such as 0.95.
    ///
    /// # Errors
    /// [`Absent::EmptyDenominator`], or [`Absent::NotDefined`] for a level outside (0, 1).
    pub fn interval(&self, level: f64) -> Result<(f64, f64), Absent> {
        let p = self.value()?;
        let z = quantile_of_level(level)?;
        let n = count_f64(self.denominator);
        let square = z * z / n;
        let centre = (p + 0.5 * square) / (1.0 + square);
        let half = z * (p * (1.0 - p) / n + 0.25 * square / n).max(0.0).sqrt() / (1.0 + square);
        // At 0 and n the limit is exact; elsewhere rounding must not leave [0, 1].
        let low = if self.numerator == 0 {
            0.0
        } else {
            (centre - half).max(0.0)
        };
        let high = if self.numerator == self.denominator {
            1.0
        } else {
            (centre + half).min(1.0)
        };
        Ok((low, high))
    }
}
