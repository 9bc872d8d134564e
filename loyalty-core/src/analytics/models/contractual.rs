//! Tables of who renewed, shared by sBG and BdW.

use super::fit::{Fit, FitOptions, ModelKind};
use super::optimize::{Evaluation, Objective};
use super::timing::{Plan, climb, owned};
use crate::analytics::columns::count_f64;
use crate::analytics::error::AnalyticsError;
use crate::analytics::special::{Jet, Scalar};

/// One cohort of contracts: how many there were at the start and after each renewal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewals {
    counts: Vec<u64>,
}

/// Largest number of renewals in a table.
pub const RENEWALS_MAX: usize = 10_000;

impl Renewals {
    /// A table from counts: at the start, after the first renewal, and so on; never rising.
    ///
    /// # Errors
    /// Fewer than two counts, an empty start, or a rise.
    pub fn try_new(counts: &[u64]) -> Result<Self, AnalyticsError> {
        if counts.len() < 2 || counts[0] == 0 {
            let (model, needed) = ("contracts", "a start above zero and at least one renewal");
            return Err(AnalyticsError::TooFew {
                model,
                needed,
                found: counts.len() as u64,
            });
        }
        if counts.len() > RENEWALS_MAX || counts.windows(2).any(|pair| pair[1] > pair[0]) {
            let (option, allowed) = ("counts", "at most 10,000 counts that never rise");
            return Err(AnalyticsError::Option {
                option,
                found: format!("{} counts", counts.len()),
                allowed,
            });
        }
        Ok(Self {
            counts: counts.to_vec(),
        })
    }

    /// Contracts at the start.
    #[must_use]
    pub fn start(&self) -> u64 {
        self.counts[0]
    }
}

/// Losses at each renewal over all cohorts, and who is left at the end of each cohort's table.
struct Likelihood {
    lost: Vec<u64>,
    left: Vec<u64>,
    weibull: bool,
}

/// ln S(t) with S(t) = B(α, β+t^c)/B(α, β), given t^c.
pub(crate) fn ln_survival<S: Scalar>(alpha: S, beta: S, power: S) -> S {
    beta.ln_rising(power) - (alpha + beta).ln_rising(power)
}

/// t^c with derivatives in c.
pub(crate) fn power<S: Scalar>(t: u32, c: S) -> S {
    match t {
        0 => S::constant(0.0),
        1 => S::constant(1.0),
        _ => (c * crate::analytics::special::ln(f64::from(t))).exp(),
    }
}

impl Likelihood {
    fn log_likelihood<S: Scalar>(&self, [alpha, beta, c]: [S; 3]) -> S {
        let at = |t: u32| {
            let power = if self.weibull {
                power(t, c)
            } else {
                S::constant(f64::from(t))
            };
            ln_survival(alpha, beta, power)
        };
        let mut sum = S::constant(0.0);
        let mut before = S::constant(0.0);
        for (t, (lost, left)) in self.lost.iter().zip(&self.left).enumerate() {
            let after = at(t as u32 + 1);
            if *lost > 0 {
                // ln(S(t) − S(t+1)) = ln S(t) + ln(1 − e^(ln S(t+1) − ln S(t))).
                let gone = before + (-(after - before).exp_m1()).ln();
                sum = sum + gone * count_f64(*lost);
            }
            if *left > 0 {
                sum = sum + after * count_f64(*left);
            }
            before = after;
        }
        sum
    }
}

impl Objective for Likelihood {
    fn evaluate(&self, parameters: &[f64]) -> Evaluation {
        let n = parameters.len();
        let c = parameters.get(2).copied().unwrap_or(1.0);
        let total = self.log_likelihood(Jet::variables([parameters[0], parameters[1], c]));
        let hessian = (0..n * n).map(|at| total.hessian[at / n][at % n]).collect();
        Evaluation {
            value: total.value,
            gradient: total.gradient[..n].to_vec(),
            hessian,
        }
    }
}

pub(crate) fn fit(
    kind: ModelKind,
    cohorts: &[Renewals],
    options: &FitOptions,
) -> Result<Fit, AnalyticsError> {
    let weibull = kind == ModelKind::Bdw;
    let names = owned(if weibull {
        &["alpha", "beta", "c"]
    } else {
        &["alpha", "beta"]
    });
    options.check(names.len())?;
    let length = cohorts
        .iter()
        .map(|cohort| cohort.counts.len() - 1)
        .max()
        .unwrap_or(0);
    let (mut lost, mut left) = (vec![0; length], vec![0; length]);
    for cohort in cohorts {
        for (t, pair) in cohort.counts.windows(2).enumerate() {
            lost[t] += pair[0] - pair[1];
        }
        left[cohort.counts.len() - 2] += cohort.counts[cohort.counts.len() - 1];
    }
    let customers: u64 = cohorts.iter().map(Renewals::start).sum();
    if lost.iter().sum::<u64>() == 0 || length < names.len() {
        let needed = "a loss and as many renewals as parameters";
        return Err(AnalyticsError::TooFew {
            model: kind.name(),
            needed,
            found: length as u64,
        });
    }
    let objective = Likelihood {
        lost,
        left,
        weibull,
    };
    let starts: Vec<Vec<f64>> = match &options.start {
        Some(start) => vec![start.clone()],
        None => [[1.0, 2.0, 1.0], [0.5, 5.0, 1.3], [5.0, 5.0, 0.7]]
            .map(|start| start[..names.len()].to_vec())
            .to_vec(),
    };
    let scale = vec![1.0; names.len()];
    let positive = vec![true; names.len()];
    let plan = Plan {
        names: &names,
        scale: &scale,
        positive: &positive,
        options,
    };
    let optimum = climb(&objective, &[], &starts, &plan);
    Ok(Fit::of(
        kind,
        &names,
        options,
        optimum,
        customers,
        2 * length as u64,
    ))
}
