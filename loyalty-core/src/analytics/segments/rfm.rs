//! RFM: recency, frequency and monetary value as scores 1 to 5, 5 best.
//!
//! R = days since the last occasion at `as_of` (fewer is better), F = occasions in the window, M = Σ
//! net amount in the window, or its mean an occasion. Customers without an occasion in the window get
//! no score. With lo = how many are smaller and hi = how many are at or below, of n:
//! below 1+⌊5lo/n⌋ (PERCENT_RANK), at-or-below ⌈5hi/n⌉ (CUME_DIST), mid min(5, 1+⌊5(lo+hi)/2n⌋)
//! (default), ntile (SQL; ties by customer number), or fixed cuts. Nested scoring ranks F within
//! equal R, and M within equal R and F (Hughes, 1994).

use serde::{Deserialize, Serialize};

use crate::analytics::columns::{minor_f64, ratio_f64};
use crate::analytics::error::AnalyticsError;
use crate::analytics::metrics::order_value::narrow;
use crate::analytics::metrics::{Population, Window};

/// What happens to equal values.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ties {
    /// Equal values share the score of the middle of their ranks.
    #[default]
    Mid,
    /// Equal values share the score of their lowest rank.
    Below,
    /// Equal values share the score of their highest rank.
    AtOrBelow,
    /// SQL's NTILE: equal sizes, ties broken by customer number.
    Ntile,
    /// Fixed upper bounds of scores 1 to 4, in the measure's own unit.
    Cuts {
        /// Days since the last occasion: at most the first bound scores 5.
        recency: [i64; 4],
        /// Occasions: above the last bound scores 5.
        frequency: [i64; 4],
        /// Minor units: above the last bound scores 5.
        monetary: [i64; 4],
    },
}

/// How M is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Monetary {
    /// The sum in the window.
    #[default]
    Sum,
    /// The mean an occasion in the window.
    Mean,
}

/// Whether F and M are ranked among everybody or within the scores before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sorting {
    /// Each measure among everybody.
    #[default]
    Independent,
    /// F within equal R, M within equal R and F.
    Nested,
}

/// The options of RFM scoring.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RfmOptions {
    /// What happens to equal values.
    pub ties: Ties,
    /// How M is measured.
    pub monetary: Monetary,
    /// Independent or nested.
    pub sorting: Sorting,
}

/// One customer's measures and scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rfm {
    /// The customer's number.
    pub customer: u32,
    /// Days since the last occasion.
    pub days_since_last: u32,
    /// Occasions in the window.
    pub occasions: u32,
    /// Net amount in the window, minor units.
    pub net_minor: i64,
    /// Score of R, 1 to 5.
    pub r: u8,
    /// Score of F, 1 to 5.
    pub f: u8,
    /// Score of M, 1 to 5.
    pub m: u8,
}

/// Scores the customers with an occasion in the window, by customer number.
///
/// # Errors
/// Cuts that do not rise, or a window that ends after `as_of`.
pub fn rfm(
    population: &Population<'_>,
    window: Window,
    options: &RfmOptions,
) -> Result<Vec<Rfm>, AnalyticsError> {
    check(population, window, options)?;
    let as_of = window.end - 1;
    let mut scores: Vec<Rfm> = population
        .histories()
        .filter_map(|history| {
            let inside = history.within(window.start, window.end);
            let last = inside.last()?;
            Some(Rfm {
                customer: history.customer,
                days_since_last: last.abs_diff(as_of),
                occasions: inside.day.len() as u32,
                net_minor: narrow(inside.net_total()),
                r: 0,
                f: 0,
                m: 0,
            })
        })
        .collect();
    let recency: Vec<f64> = scores
        .iter()
        .map(|row| -f64::from(row.days_since_last))
        .collect();
    let frequency: Vec<f64> = scores.iter().map(|row| f64::from(row.occasions)).collect();
    let mean = |row: &Rfm| ratio_f64(i128::from(row.net_minor), i128::from(row.occasions));
    let monetary: Vec<f64> = match options.monetary {
        Monetary::Sum => scores.iter().map(|row| minor_f64(row.net_minor)).collect(),
        Monetary::Mean => scores.iter().map(mean).collect(),
    };
    let nested = options.sorting == Sorting::Nested;
    let r = ranked(&recency, &options.ties, 0, |_| 0);
    let f = ranked(&frequency, &options.ties, 1, |i| {
        if nested { u32::from(r[i]) } else { 0 }
    });
    let m = ranked(&monetary, &options.ties, 2, |i| {
        if nested {
            10 * u32::from(r[i]) + u32::from(f[i])
        } else {
            0
        }
    });
    for (i, row) in scores.iter_mut().enumerate() {
        (row.r, row.f, row.m) = (r[i], f[i], m[i]);
    }
    Ok(scores)
}

fn check(
    population: &Population<'_>,
    window: Window,
    options: &RfmOptions,
) -> Result<(), AnalyticsError> {
    if window.end - 1 > population.as_of() || window.end <= window.start {
        let (option, allowed) = ("window", "a window that ends at or before as_of");
        return Err(AnalyticsError::Option {
            option,
            found: format!("{window:?}"),
            allowed,
        });
    }
    if let Ties::Cuts {
        recency,
        frequency,
        monetary,
    } = &options.ties
    {
        for cuts in [recency, frequency, monetary] {
            if cuts.windows(2).any(|pair| pair[0] >= pair[1]) {
                let (option, allowed) = ("cuts", "four rising bounds");
                return Err(AnalyticsError::Option {
                    option,
                    found: format!("{cuts:?}"),
                    allowed,
                });
            }
        }
    }
    Ok(())
}

/// Scores of values, higher is better, within groups.
fn ranked(values: &[f64], ties: &Ties, measure: usize, group: impl Fn(usize) -> u32) -> Vec<u8> {
    if let Ties::Cuts {
        recency,
        frequency,
        monetary,
    } = ties
    {
        let cuts = [recency, frequency, monetary][measure];
        let above = |value: f64| cuts.iter().filter(|cut| value > minor_f64(**cut)).count() as u8;
        // Recency counts days: fewer is better.
        return values
            .iter()
            .map(|value| {
                if measure == 0 {
                    5 - above(-value)
                } else {
                    1 + above(*value)
                }
            })
            .collect();
    }
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|left, right| {
        group(*left)
            .cmp(&group(*right))
            .then(values[*left].total_cmp(&values[*right]))
            .then(left.cmp(right))
    });
    let mut scores = vec![0; values.len()];
    for members in order.chunk_by(|left, right| group(*left) == group(*right)) {
        let n = members.len() as u64;
        let mut lo = 0_u64;
        for equal in members.chunk_by(|left, right| values[*left] == values[*right]) {
            let hi = lo + equal.len() as u64;
            for (at, customer) in equal.iter().enumerate() {
                scores[*customer] = match ties {
                    Ties::Below => 1 + 5 * lo / n,
                    Ties::AtOrBelow => (5 * hi).div_ceil(n),
                    Ties::Ntile => ntile(lo + at as u64, n),
                    Ties::Mid | Ties::Cuts { .. } => (1 + 5 * (lo + hi) / (2 * n)).min(5),
                } as u8;
            }
            lo = hi;
        }
    }
    scores
}

/// SQL's NTILE(5) of a row number from 0: the first n mod 5 tiles are one larger.
fn ntile(row: u64, n: u64) -> u64 {
    let (size, larger) = (n / 5, n % 5);
    let head = larger * (size + 1);
    if row < head {
        1 + row / (size + 1)
    } else {
        1 + larger + (row - head) / size.max(1)
    }
}
