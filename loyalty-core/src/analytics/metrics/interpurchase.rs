//! Interpurchase time: days between neighbouring occasions, three ways.
//!
//! *Pooled*: all gaps together; biased to frequent buyers. *Per customer*: the mean of customers'
//! mean gaps. *Censored*: the survival curve over all gaps with the open one up to `as_of` as a
//! censored time, which is the only one that hears the silence of those who stopped. The quantile P_q
//! is the smallest gap with at least q per cent of the gaps at or below. Undefined without a gap.

use super::survival::{Survival, Times};
use super::{Mean, Population};
use crate::analytics::columns::count_f64;
use crate::analytics::error::Absent;

/// All gaps of a population, counted by length.
#[derive(Debug, Clone, PartialEq)]
pub struct Gaps {
    counts: Vec<u64>,
    /// The pooled gaps: their number, sum and sum of squares, days.
    pub pooled: Mean,
    /// Σ over customers of (sum of gaps)/(number of gaps), and how many customers have a gap.
    means: (f64, u64),
    /// Gaps with the open one as a censored time.
    pub censored: Survival,
}

/// Collects the gaps of a population.
#[must_use]
pub fn gaps(population: &Population<'_>) -> Gaps {
    let mut counts = Vec::new();
    let mut times = Times::new();
    let mut means = (0.0, 0);
    for history in population.histories() {
        for gap in history.gaps() {
            let position = gap as usize;
            if counts.len() <= position {
                counts.resize(position + 1, 0);
            }
            counts[position] += 1;
            times.add(gap, true);
        }
        let (Some(first), Some(last)) = (history.first(), history.last()) else {
            continue;
        };
        times.add(last.abs_diff(population.as_of()), false);
        if last > first {
            let gaps = count_f64(history.day.len() as u64 - 1);
            means = (
                means.0 + f64::from(first.abs_diff(last)) / gaps,
                means.1 + 1,
            );
        }
    }
    let pooled = counts
        .iter()
        .enumerate()
        .fold(Mean::default(), |mean, (gap, count)| {
            let (gap, count) = (gap as i128, i128::from(*count));
            let (sum, squares) = (mean.sum + gap * count, mean.squares + gap * gap * count);
            Mean {
                n: mean.n + count as u64,
                sum,
                squares,
            }
        });
    Gaps {
        counts,
        pooled,
        means,
        censored: times.survival(),
    }
}

impl Gaps {
    /// The smallest gap, in days, with at least `percent` per cent of all gaps at or below it.
    ///
    /// # Errors
    /// [`Absent::EmptyDenominator`] without a gap, [`Absent::NotDefined`] above 100.
    pub fn quantile(&self, percent: u32) -> Result<u32, Absent> {
        if percent > 100 {
            return Err(Absent::NotDefined);
        }
        let mut below = 0_u128;
        for (gap, count) in self.counts.iter().enumerate() {
            below += u128::from(*count);
            if *count > 0 && below * 100 >= u128::from(self.pooled.n) * u128::from(percent) {
                return Ok(gap as u32);
            }
        }
        Err(Absent::EmptyDenominator)
    }

    /// The mean of customers' mean gaps, days.
    ///
    /// # Errors
    /// [`Absent::EmptyDenominator`] without a gap.
    pub fn mean_of_means(&self) -> Result<f64, Absent> {
        if self.means.1 == 0 {
            Err(Absent::EmptyDenominator)
        } else {
            Ok(self.means.0 / count_f64(self.means.1))
        }
    }
}
