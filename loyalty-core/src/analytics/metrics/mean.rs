//! Means and ratios of integer amounts, from exact integer sums.
//!
//! [`Mean`]: value Σy/n, interval from Student's t with n−1 degrees of freedom. [`Ratio`]: Σy/Σx
//! over customers, interval by the delta method. Undefined with nobody, or with one for intervals.

use serde::{Deserialize, Serialize};

use crate::analytics::columns::{count_f64, ratio_f64, wide_f64};
use crate::analytics::error::Absent;
use crate::analytics::models::fit::{Interval, plain_interval};
use crate::analytics::special::student_quantile;

/// A mean of integers with its exact sums; the unit is that of the amounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Mean {
    /// How many amounts.
    pub n: u64,
    /// Their sum.
    pub sum: i128,
    /// The sum of their squares.
    pub squares: i128,
}

impl Mean {
    /// The mean of integers.
    #[must_use]
    pub fn of(values: impl Iterator<Item = i64>) -> Self {
        values.fold(Self::default(), |mean, value| {
            let value = i128::from(value);
            Self {
                n: mean.n + 1,
                sum: mean.sum + value,
                squares: mean.squares + value * value,
            }
        })
    }

    /// The mean.
    ///
    /// # Errors
    /// [`Absent::EmptyDenominator`].
    pub fn value(&self) -> Result<f64, Absent> {
        if self.n == 0 {
            Err(Absent::EmptyDenominator)
        } else {
            Ok(ratio_f64(self.sum, i128::from(self.n)))
        }
    }

    /// The sample standard deviation (n − 1).
    ///
    /// # Errors
    /// [`Absent::TooFew`] below two amounts.
    pub fn deviation(&self) -> Result<f64, Absent> {
        if self.n < 2 {
            return Err(Absent::TooFew);
        }
        // n·Σy² − (Σy)² is exact in integers wherever it fits, so nothing cancels.
        let n = i128::from(self.n);
        let centred = match (n.checked_mul(self.squares), self.sum.checked_mul(self.sum)) {
            (Some(scaled), Some(square)) => ratio_f64(scaled - square, n),
            _ => wide_f64(self.squares) - wide_f64(self.sum) * ratio_f64(self.sum, n),
        };
        Ok((centred.max(0.0) / count_f64(self.n - 1)).sqrt())
    }

    /// The mean with its standard error and Student-t interval.
    ///
    /// # Errors
    /// [`Absent::TooFew`] below two amounts.
    pub fn interval(&self, level: f64) -> Result<Interval, Absent> {
        let (value, deviation) = (self.value()?, self.deviation()?);
        if !(level > 0.0 && level < 1.0) {
            return Err(Absent::NotDefined);
        }
        let standard_error = deviation / count_f64(self.n).sqrt();
        let half = student_quantile(0.5 * (1.0 + level), count_f64(self.n - 1)) * standard_error;
        Ok(Interval {
            value,
            standard_error,
            low: value - half,
            high: value + half,
            level,
        })
    }
}

/// A ratio of two sums over customers, with the sums that its delta-method interval needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ratio {
    /// Customers.
    pub n: u64,
    /// Σy, the numerator.
    pub numerator: i128,
    /// Σx, the denominator.
    pub denominator: i128,
    squares: [i128; 3],
}

impl Ratio {
    /// The ratio of pairs (y, x), one a customer.
    #[must_use]
    pub fn of(pairs: impl Iterator<Item = (i64, i64)>) -> Self {
        pairs.fold(Self::default(), |ratio, (y, x)| {
            let (y, x) = (i128::from(y), i128::from(x));
            let [yy, yx, xx] = ratio.squares;
            Self {
                n: ratio.n + 1,
                numerator: ratio.numerator + y,
                denominator: ratio.denominator + x,
                squares: [yy + y * y, yx + y * x, xx + x * x],
            }
        })
    }

    /// The ratio.
    ///
    /// # Errors
    /// [`Absent::EmptyDenominator`].
    pub fn value(&self) -> Result<f64, Absent> {
        if self.denominator == 0 {
            return Err(Absent::EmptyDenominator);
        }
        Ok(ratio_f64(self.numerator, self.denominator))
    }

    /// The ratio with its delta-method standard error and normal interval.
    ///
    /// # Errors
    /// [`Absent::EmptyDenominator`], or [`Absent::TooFew`] below two customers.
    pub fn interval(&self, level: f64) -> Result<Interval, Absent> {
        let value = self.value()?;
        if self.n < 2 {
            return Err(Absent::TooFew);
        }
        let [yy, yx, xx] = self.squares.map(wide_f64);
        // Residuals y − ratio·x sum to zero, so their squares are the variance.
        let residual = (yy - 2.0 * value * yx + value * value * xx).max(0.0);
        let n = count_f64(self.n);
        let standard_error = (residual / (n - 1.0) * n).sqrt() / wide_f64(self.denominator).abs();
        plain_interval(value, standard_error, level)
    }
}
