//! Grouped sufficient statistics of purchase models: how many customers share (x, t_x, T).

use crate::analytics::columns::{count_f64, day_f64};
use crate::analytics::error::AnalyticsError;
use crate::analytics::radix::radix_sort;
use crate::analytics::special::ln;
use crate::analytics::summary::Summaries;

/// Customers with the same repeat occasions, recency and age, in whole days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    /// Repeat occasions.
    pub x: u32,
    /// Days from the first to the last occasion.
    pub recency_days: u32,
    /// Days from the first occasion to `as_of`.
    pub age_days: u32,
    /// How many customers.
    pub customers: u64,
}

/// What a purchase model is fitted to: sorted groups, and the sum of the logarithms of all gaps.
#[derive(Debug, Clone, PartialEq)]
pub struct Histories {
    pub(crate) groups: Vec<Group>,
    pub(crate) customers: u64,
    pub(crate) occasions: u64,
    /// Gap lengths in days and how often they occur; absent when only (x, t_x, T) is known.
    pub(crate) gaps: Option<Vec<(u32, u64)>>,
}

impl Histories {
    /// Groups the customers of summaries.
    ///
    /// # Errors
    /// [`AnalyticsError::History`] when a customer's numbers contradict each other.
    pub fn of(summaries: &Summaries) -> Result<Self, AnalyticsError> {
        let keys = (0..summaries.len()).map(|i| {
            (
                summaries.frequency(i),
                summaries.recency_days(i),
                summaries.age_days(i),
            )
        });
        let gaps = summaries
            .gap_counts
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0);
        let gaps = gaps.map(|(gap, count)| (gap as u32, *count)).collect();
        Ok(Self {
            gaps: Some(gaps),
            ..Self::group(keys)?
        })
    }

    /// Groups columns of repeat occasions, recency and age in whole days.
    ///
    /// # Errors
    /// Columns of unequal length, or a history that cannot be.
    pub fn from_columns(
        x: &[u32],
        recency_days: &[u32],
        age_days: &[u32],
    ) -> Result<Self, AnalyticsError> {
        for (column, found) in [
            ("recency_days", recency_days.len()),
            ("age_days", age_days.len()),
        ] {
            if found != x.len() {
                return Err(AnalyticsError::ColumnLength {
                    column,
                    found,
                    allowed: x.len(),
                });
            }
        }
        Self::group((0..x.len()).map(|i| (x[i], recency_days[i], age_days[i])))
    }

    /// Adds gap lengths (days, how often), which the CNBD-k models need.
    #[must_use]
    pub fn with_gaps(mut self, gaps: Vec<(u32, u64)>) -> Self {
        self.gaps = Some(gaps);
        self
    }

    fn group(keys: impl Iterator<Item = (u32, u32, u32)> + Clone) -> Result<Self, AnalyticsError> {
        let (mut x_most, mut age_most) = (0, 0);
        for (x, recency, age) in keys.clone() {
            check_days(x, recency, age)?;
            x_most = x_most.max(x);
            age_most = age_most.max(age);
        }
        // Packed as tightly as the largest values allow: fewer digits to sort by.
        let (x_bits, day_bits) = (
            u32::BITS - x_most.leading_zeros(),
            u32::BITS - age_most.leading_zeros(),
        );
        let groups = if x_bits + 2 * day_bits <= u64::BITS {
            let pack = |(x, recency, age): (u32, u32, u32)| {
                u64::from(x) << (2 * day_bits) | u64::from(recency) << day_bits | u64::from(age)
            };
            if x_bits + 2 * day_bits <= u32::BITS {
                // Half the bytes to move.
                grouped::<u32>(keys.map(|key| pack(key) as u32).collect(), day_bits)
            } else {
                grouped::<u64>(keys.map(pack).collect(), day_bits)
            }
        } else {
            let mut wide: Vec<_> = keys.collect();
            wide.sort_unstable();
            let runs = wide.chunk_by(|left, right| left == right);
            let group = |run: &[(u32, u32, u32)]| {
                let (x, recency_days, age_days) = run[0];
                Group {
                    x,
                    recency_days,
                    age_days,
                    customers: run.len() as u64,
                }
            };
            runs.map(group).collect()
        };
        let customers = groups.iter().map(|group| group.customers).sum();
        let occasions = groups
            .iter()
            .map(|group| u64::from(group.x) * group.customers)
            .sum();
        Ok(Self {
            groups,
            customers,
            occasions,
            gaps: None,
        })
    }

    /// The groups, ascending.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// How many customers there are.
    #[must_use]
    pub fn customers(&self) -> u64 {
        self.customers
    }

    /// The sum of all repeat occasions.
    #[must_use]
    pub fn occasions(&self) -> u64 {
        self.occasions
    }

    /// Σ ln(gap) over all gaps, with gaps in model units.
    pub(crate) fn sum_log_gaps(&self, unit_days: f64) -> Result<f64, AnalyticsError> {
        let gaps = self
            .gaps
            .as_ref()
            .ok_or(AnalyticsError::MissingColumn { column: "gaps" })?;
        let known: u64 = gaps.iter().map(|(_, count)| count).sum();
        if known != self.occasions {
            return Err(AnalyticsError::State {
                detail: "gaps are not as many as repeat occasions",
            });
        }
        let logs = gaps
            .iter()
            .map(|(gap, count)| count_f64(*count) * ln(f64::from(*gap) / unit_days));
        Ok(logs.sum())
    }

    /// The mean age in model units: the natural size of the time parameters.
    pub(crate) fn mean_age(&self, unit_days: f64) -> f64 {
        let total: u64 = self
            .groups
            .iter()
            .map(|group| u64::from(group.age_days) * group.customers)
            .sum();
        (count_f64(total) / count_f64(self.customers.max(1)) / unit_days).max(1.0 / unit_days)
    }
}

fn check_days(x: u32, recency: u32, age: u32) -> Result<(), AnalyticsError> {
    let detail = if recency > age {
        "the last occasion lies after the end of observation"
    } else if (x == 0) != (recency == 0) {
        "repeat occasions and recency must be zero together"
    } else if x > recency {
        "more repeat occasions than days: merge occasions of one day"
    } else {
        return Ok(());
    };
    let (recency, age) = (day_f64(i64::from(recency)), day_f64(i64::from(age)));
    Err(AnalyticsError::History {
        x: u64::from(x),
        recency,
        age,
        detail,
    })
}

/// Sorted groups of packed keys.
fn grouped<K: Copy + Default + PartialEq + Into<u64>>(
    mut packed: Vec<K>,
    day_bits: u32,
) -> Vec<Group> {
    radix_sort(&mut packed);
    let field = |key: u64, shift: u32| {
        (key.checked_shr(shift).unwrap_or(0) & ((1_u64 << day_bits) - 1)) as u32
    };
    let changes = packed.windows(2).filter(|pair| pair[0] != pair[1]);
    let mut groups: Vec<Group> = Vec::with_capacity(changes.count() + 1);
    for run in packed.chunk_by(|left, right| left == right) {
        let key: u64 = run[0].into();
        groups.push(Group {
            x: key.checked_shr(2 * day_bits).unwrap_or(0) as u32,
            recency_days: field(key, day_bits),
            age_days: field(key, 0),
            customers: run.len() as u64,
        });
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grouping_counts_equal_histories_and_refuses_impossible_ones() {
        let histories = Histories::from_columns(&[2, 0, 2], &[9, 0, 9], &[20, 20, 20]).unwrap();
        assert_eq!(
            (
                histories.groups.len(),
                histories.customers,
                histories.occasions
            ),
            (2, 3, 4)
        );
        for (x, recency, age) in [(1, 9, 8), (0, 3, 8), (1, 0, 8), (9, 3, 8)] {
            let error = Histories::from_columns(&[x], &[recency], &[age]).unwrap_err();
            assert_eq!(error.code(), "analytics.model.history");
        }
    }
}
