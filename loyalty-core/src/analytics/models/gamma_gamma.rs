//! Gamma–Gamma: how much customers spend on an occasion, independently of how often they buy.
//!
//! A customer's spends are gamma with shape p and own rate; rates are gamma (q, γ). Fitted to repeat
//! occasions only (the first excluded) of customers with at least one and a positive total S = x·z̄,
//! in major or minor units as the caller scales `unit_minor`:
//!
//! ```text
//! ln L = ln Γ(px+q) − ln Γ(px) − ln Γ(q) + q ln γ + (px−1) ln z̄ + px ln x − (px+q) ln(γ + x z̄)
//! E[M | x, z̄] = p (γ + x z̄)/(px + q − 1)          E[M] = p γ/(q − 1), infinite for q ≤ 1
//! ```
//!
//! Source: Fader, Hardie, Lee (2005), Journal of Marketing Research 42(4); note 025. Check first that
//! frequency and spend are independent: [`independence`].

use super::fit::{Fit, FitOptions, Interval, ModelKind, log_interval};
use super::optimize::{Evaluation, Objective};
use super::timing::{Plan, climb, owned};
use crate::analytics::columns::{count_f64, minor_f64};
use crate::analytics::error::{Absent, AnalyticsError};
use crate::analytics::parallel::{BLOCK, map_blocks};
use crate::analytics::special::{Jet, Scalar, ln};
use crate::analytics::summary::Summaries;

/// Repeat spend grouped by (x, total).
#[derive(Debug, Clone, PartialEq)]
pub struct Spends {
    /// Sorted: repeat occasions, total minor units, customers.
    groups: Vec<(u32, i64, u64)>,
    /// Customers without a repeat occasion, left out.
    pub without_repeat: u64,
    /// Repeat customers whose repeat occasions sum to zero or less, left out.
    pub without_value: u64,
}

impl Spends {
    /// The repeat spend of summaries.
    #[must_use]
    pub fn of(summaries: &Summaries) -> Self {
        let rows =
            (0..summaries.len()).map(|i| (summaries.frequency(i), summaries.repeat_minor[i]));
        Self::from_rows(rows)
    }

    /// Repeat spend from repeat occasions and their total in minor units.
    pub fn from_rows(rows: impl Iterator<Item = (u32, i64)>) -> Self {
        let (mut without_repeat, mut without_value) = (0, 0);
        let mut kept = Vec::new();
        for (x, total) in rows {
            if x == 0 {
                without_repeat += 1;
            } else if total <= 0 {
                without_value += 1;
            } else {
                kept.push((x, total));
            }
        }
        kept.sort_unstable();
        let groups = kept
            .chunk_by(|left, right| left == right)
            .map(|run| (run[0].0, run[0].1, run.len() as u64));
        Self {
            groups: groups.collect(),
            without_repeat,
            without_value,
        }
    }

    /// Customers that take part in the fit.
    #[must_use]
    pub fn customers(&self) -> u64 {
        self.groups.iter().map(|group| group.2).sum()
    }
}

/// The likelihood: sums of ln(γ+S) and its derivatives per x, then everything else once per x.
struct Likelihood<'a> {
    groups: &'a [(u32, i64, u64)],
    unit_minor: f64,
    /// Σ over customers of −ln z̄ + … that hold no parameter, by x: (x, customers, Σ ln z̄).
    counts: Vec<(u32, f64, f64)>,
    threads: usize,
}

impl<'a> Likelihood<'a> {
    fn new(groups: &'a [(u32, i64, u64)], unit_minor: f64, threads: usize) -> Self {
        let counts = groups
            .chunk_by(|left, right| left.0 == right.0)
            .map(|run| {
                let x = f64::from(run[0].0);
                let customers: u64 = run.iter().map(|group| group.2).sum();
                let logs = run
                    .iter()
                    .map(|group| count_f64(group.2) * ln(minor_f64(group.1) / unit_minor / x))
                    .sum();
                (run[0].0, count_f64(customers), logs)
            })
            .collect();
        Self {
            groups,
            unit_minor,
            counts,
            threads,
        }
    }
}

impl Objective for Likelihood<'_> {
    fn evaluate(&self, parameters: &[f64]) -> Evaluation {
        let gamma = parameters[2];
        // Per block: for each run of equal x its Σ ln(γ+S), Σ 1/(γ+S), Σ 1/(γ+S)².
        let blocks = self.groups.len().div_ceil(BLOCK);
        let partial = map_blocks(blocks, self.threads, |block| {
            let end = self.groups.len().min((block + 1) * BLOCK);
            let mut runs: Vec<(u32, [f64; 3])> = Vec::new();
            for (x, total, customers) in &self.groups[block * BLOCK..end] {
                let at = gamma + minor_f64(*total) / self.unit_minor;
                let (n, inverse) = (count_f64(*customers), 1.0 / at);
                let terms = [n * ln(at), n * inverse, n * inverse * inverse];
                match runs.last_mut() {
                    Some((known, sums)) if known == x => {
                        for (sum, term) in sums.iter_mut().zip(terms) {
                            *sum += term;
                        }
                    }
                    _ => runs.push((*x, terms)),
                }
            }
            runs
        });
        let mut sums = vec![[0.0; 3]; self.counts.len()];
        let mut at = 0;
        for (x, terms) in partial.into_iter().flatten() {
            while self.counts[at].0 != x {
                at += 1;
            }
            for (sum, term) in sums[at].iter_mut().zip(terms) {
                *sum += term;
            }
        }
        let [p, q, gamma] = Jet::variables([parameters[0], parameters[1], parameters[2]]);
        let mut total = Jet::<3>::constant(0.0);
        for ((x, customers, log_mean), [logs, inverses, squares]) in self.counts.iter().zip(sums) {
            let x = f64::from(*x);
            let px = p * x;
            // Σ ln(γ+S) as a function of γ.
            let mut spread = Jet::<3>::constant(logs);
            spread.gradient[2] = inverses;
            spread.hessian[2][2] = -squares;
            let each = q.ln_rising(px) - px.ln_gamma() + q * gamma.ln() + px * ln(x);
            total = total + each * *customers + (px - 1.0) * *log_mean - (px + q) * spread;
        }
        let hessian = total.hessian.iter().flatten().copied().collect();
        Evaluation {
            value: total.value,
            gradient: total.gradient.to_vec(),
            hessian,
        }
    }
}

/// Fits Gamma–Gamma by maximum likelihood; `unit_minor` minor units are one unit of γ (100 for cents
/// to dollars). `options.unit_days` plays no part.
///
/// # Errors
/// Nobody with positive repeat spend, or a bad option.
pub fn fit(spends: &Spends, unit_minor: u32, options: &FitOptions) -> Result<Fit, AnalyticsError> {
    let names = owned(&["p", "q", "gamma"]);
    options.check(3)?;
    let found = spends.customers();
    if found == 0 || unit_minor == 0 {
        let needed = "at least one customer with positive repeat spend and a positive unit";
        return Err(AnalyticsError::TooFew {
            model: "gamma_gamma",
            needed,
            found,
        });
    }
    let unit = f64::from(unit_minor);
    let objective = Likelihood::new(&spends.groups, unit, options.threads);
    let logs: f64 = objective.counts.iter().map(|count| count.2).sum();
    let typical = crate::analytics::special::exp(logs / count_f64(found));
    let starts = match &options.start {
        Some(start) => vec![start.clone()],
        None => vec![
            vec![4.0, 3.0, 0.6 * typical],
            vec![1.0, 2.0, typical],
            vec![30.0, 3.0, 0.1 * typical],
        ],
    };
    let plan = Plan {
        names: &names,
        scale: &[1.0, 1.0, typical],
        positive: &[true; 3],
        options,
    };
    let optimum = climb(&objective, &[], &starts, &plan);
    Ok(Fit::of(
        ModelKind::GammaGamma,
        &names,
        options,
        optimum,
        found,
        spends.groups.len() as u64,
    ))
}

/// Gamma–Gamma with its parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GammaGamma {
    p: f64,
    q: f64,
    gamma: f64,
}

impl GammaGamma {
    /// A model with these parameters.
    ///
    /// # Errors
    /// A parameter that is not positive and finite.
    pub fn try_new(p: f64, q: f64, gamma: f64) -> Result<Self, AnalyticsError> {
        for (name, value) in [("p", p), ("q", q), ("gamma", gamma)] {
            if !(value > 0.0 && value.is_finite()) {
                let allowed = "a positive finite number";
                return Err(AnalyticsError::Parameter {
                    name,
                    found: value,
                    allowed,
                });
            }
        }
        Ok(Self { p, q, gamma })
    }

    /// The model of a fit.
    ///
    /// # Errors
    /// A fit of another model.
    pub fn of(fit: &Fit) -> Result<Self, AnalyticsError> {
        fit.expect(ModelKind::GammaGamma)?;
        Self::try_new(fit.values[0], fit.values[1], fit.values[2])
    }

    /// The parameters p, q, γ.
    #[must_use]
    pub fn parameters(&self) -> [f64; 3] {
        [self.p, self.q, self.gamma]
    }

    /// Expected spend an occasion over the population.
    ///
    /// # Errors
    /// [`Absent::MeanInfinite`] when q ≤ 1.
    pub fn population_mean(&self) -> Result<f64, Absent> {
        self.expected_spend(0, 0.0)
    }

    /// Expected spend an occasion of a customer with `x` repeat occasions of mean `mean`.
    ///
    /// # Errors
    /// [`Absent::MeanInfinite`] when p·x + q ≤ 1, [`Absent::NotDefined`] for a negative mean.
    pub fn expected_spend(&self, x: u32, mean: f64) -> Result<f64, Absent> {
        if !(mean >= 0.0 && mean.is_finite()) {
            return Err(Absent::NotDefined);
        }
        let weight = self.p * f64::from(x) + self.q - 1.0;
        if weight <= 0.0 {
            return Err(Absent::MeanInfinite);
        }
        Ok(spend([self.p, self.q, self.gamma], x, mean))
    }

    /// [`GammaGamma::expected_spend`] with its delta-method interval on the log scale.
    ///
    /// # Errors
    /// A fit of another model; inside, the reasons of `expected_spend` or a fit without covariance.
    pub fn expected_spend_interval(
        fit: &Fit,
        x: u32,
        mean: f64,
        level: f64,
    ) -> Result<Result<Interval, Absent>, AnalyticsError> {
        let model = Self::of(fit)?;
        if let Err(reason) = model.expected_spend(x, mean) {
            return Ok(Err(reason));
        }
        let jet = spend(Jet::variables([model.p, model.q, model.gamma]), x, mean);
        let error = fit.delta_variance(&jet.gradient).map(f64::sqrt);
        Ok(error.and_then(|error| log_interval(jet.value, error, level)))
    }
}

fn spend<S: Scalar>([p, q, gamma]: [S; 3], x: u32, mean: f64) -> S {
    let x = f64::from(x);
    p * (gamma + x * mean) / (p * x + q - 1.0)
}

/// The linear correlation of repeat occasions and mean repeat spend, which Gamma–Gamma takes as zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Independence {
    /// Pearson's correlation, −1 to 1.
    pub correlation: f64,
    /// Lower limit of its interval (Fisher's z).
    pub low: f64,
    /// Upper limit of its interval.
    pub high: f64,
    /// Customers with repeat spend.
    pub customers: u64,
    /// Whether |correlation| is at most 0.1 or the interval holds 0: the usual bar for using the model.
    pub acceptable: bool,
}

/// Checks the independence of frequency and spend before a Gamma–Gamma fit.
///
/// # Errors
/// [`Absent::TooFew`] with fewer than four repeat customers, [`Absent::Degenerate`] without spread.
pub fn independence(spends: &Spends, level: f64) -> Result<Independence, Absent> {
    let n = spends.customers();
    if n < 4 || !(level > 0.0 && level < 1.0) {
        return Err(Absent::TooFew);
    }
    let rows = || {
        spends.groups.iter().map(|(x, total, n)| {
            (
                f64::from(*x),
                minor_f64(*total) / f64::from(*x),
                count_f64(*n),
            )
        })
    };
    let count = count_f64(n);
    let (sum_x, sum_y) = rows().fold((0.0, 0.0), |(sx, sy), (x, y, n)| (sx + n * x, sy + n * y));
    let (mx, my) = (sum_x / count, sum_y / count);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y, n) in rows() {
        xx += n * (x - mx) * (x - mx);
        yy += n * (y - my) * (y - my);
        xy += n * (x - mx) * (y - my);
    }
    if xx <= 0.0 || yy <= 0.0 {
        return Err(Absent::Degenerate);
    }
    let correlation = (xy / (xx * yy).sqrt()).clamp(-1.0, 1.0);
    if correlation.abs() >= 1.0 {
        return Ok(Independence {
            correlation,
            low: correlation,
            high: correlation,
            customers: n,
            acceptable: false,
        });
    }
    let z = 0.5 * ln((1.0 + correlation) / (1.0 - correlation));
    let half = super::fit::quantile_of_level(level)? / (count - 3.0).sqrt();
    let back = |z: f64| libm::tanh(z);
    let (low, high) = (back(z - half), back(z + half));
    let acceptable = correlation.abs() <= 0.1 || (low <= 0.0 && high >= 0.0);
    Ok(Independence {
        correlation,
        low,
        high,
        customers: n,
        acceptable,
    })
}
