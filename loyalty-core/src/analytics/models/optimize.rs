//! Newton's method with a trust region on analytic gradients and Hessians.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::linear::{cholesky, condition, solve};
use crate::analytics::special::{exp, ln};

/// A log-likelihood with its analytic derivatives in the natural parameters.
#[derive(Debug, Clone)]
pub(crate) struct Evaluation {
    pub(crate) value: f64,
    pub(crate) gradient: Vec<f64>,
    /// Row-major.
    pub(crate) hessian: Vec<f64>,
}

impl Evaluation {
    pub(crate) fn zero(n: usize) -> Self {
        Self {
            value: 0.0,
            gradient: vec![0.0; n],
            hessian: vec![0.0; n * n],
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.value += other.value;
        for (sum, term) in self.gradient.iter_mut().zip(&other.gradient) {
            *sum += term;
        }
        for (sum, term) in self.hessian.iter_mut().zip(&other.hessian) {
            *sum += term;
        }
    }

    /// The same function in log-parameters where `positive`, by the chain rule.
    pub(crate) fn in_logs(mut self, parameters: &[f64], positive: &[bool]) -> Self {
        let n = parameters.len();
        let slope = |i: usize| if positive[i] { parameters[i] } else { 1.0 };
        for i in 0..n {
            for j in 0..n {
                self.hessian[i * n + j] *= slope(i) * slope(j);
            }
            if positive[i] {
                self.hessian[i * n + i] += parameters[i] * self.gradient[i];
            }
        }
        for i in 0..n {
            self.gradient[i] *= slope(i);
        }
        self
    }

    fn is_finite(&self) -> bool {
        self.value.is_finite()
            && self
                .gradient
                .iter()
                .chain(&self.hessian)
                .all(|entry| entry.is_finite())
    }
}

/// Something to maximise.
pub(crate) trait Objective {
    fn evaluate(&self, parameters: &[f64]) -> Evaluation;
}

/// A weak prior: normal on the logarithm of a positive parameter, or on the parameter itself.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Prior {
    /// The prior median, in the parameter's own unit.
    pub median: f64,
    /// Standard deviation on the log scale (on the plain scale for effects); larger is weaker.
    pub spread: f64,
}

/// How a fit ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// An interior maximum: the scaled gradient is below 10⁻⁸ and the information positive definite.
    Converged,
    /// The likelihood rises towards an edge of the domain: the named parameter runs away.
    Boundary {
        /// The parameter that runs away.
        parameter: String,
        /// Whether it runs to infinity (else to zero).
        to_infinity: bool,
    },
    /// A maximum that is flat in some direction: the data do not identify all parameters.
    NotIdentified,
    /// Neither: the iteration limit was reached first.
    IterationLimit,
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Converged => formatter.write_str("converged"),
            Self::Boundary {
                parameter,
                to_infinity,
            } => {
                let end = if *to_infinity { "infinity" } else { "zero" };
                write!(formatter, "boundary: {parameter} runs to {end}")
            }
            Self::NotIdentified => formatter.write_str("not identified"),
            Self::IterationLimit => formatter.write_str("iteration limit"),
        }
    }
}

/// The evidence that a fit is a maximum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Convergence {
    /// How the fit ended.
    pub status: Status,
    /// √(gᵀH⁻¹g): the distance to the maximum in standard errors. Absent when H is not definite.
    #[serde(with = "super::fit::exact_maybe")]
    pub scaled_gradient: Option<f64>,
    /// Condition number of the information scaled to a unit diagonal. Absent when not definite.
    #[serde(with = "super::fit::exact_maybe")]
    pub condition: Option<f64>,
    /// Newton steps taken.
    pub iterations: u32,
    /// Evaluations of the likelihood with its derivatives.
    pub evaluations: u32,
    /// The share by which the last step changed the farthest parameter.
    #[serde(with = "super::fit::exact")]
    pub last_step: f64,
}

impl Convergence {
    /// Whether the fit is an interior maximum.
    #[must_use]
    pub fn converged(&self) -> bool {
        self.status == Status::Converged
    }
}

/// What to maximise over.
pub(crate) struct Domain<'a> {
    pub(crate) names: &'a [String],
    pub(crate) start: &'a [f64],
    /// The natural size of each parameter: a positive one is at an edge beyond 10^±7 times this.
    pub(crate) scale: &'a [f64],
    pub(crate) positive: &'a [bool],
    pub(crate) priors: &'a [Option<Prior>],
    pub(crate) iterations_max: u32,
}

pub(crate) struct Optimum {
    pub(crate) parameters: Vec<f64>,
    /// At the maximum, in natural parameters, without the prior.
    pub(crate) natural: Evaluation,
    /// Log prior at the maximum, up to its constant.
    pub(crate) log_prior: f64,
    /// The negative Hessian of likelihood and prior in natural parameters.
    pub(crate) information: Vec<f64>,
    pub(crate) convergence: Convergence,
}

const EDGE: f64 = 1e7;
const GOAL: f64 = 1e-8;

struct Point {
    eta: Vec<f64>,
    natural: Evaluation,
    logs: Evaluation,
    log_prior: f64,
}

impl Domain<'_> {
    fn natural(&self, eta: &[f64]) -> Vec<f64> {
        eta.iter()
            .zip(self.positive)
            .map(|(eta, positive)| if *positive { exp(*eta) } else { *eta })
            .collect()
    }

    fn point(&self, objective: &dyn Objective, eta: Vec<f64>) -> Point {
        let parameters = self.natural(&eta);
        let natural = objective.evaluate(&parameters);
        let mut logs = natural.clone().in_logs(&parameters, self.positive);
        let n = eta.len();
        let mut log_prior = 0.0;
        for (i, prior) in self.priors.iter().enumerate() {
            if let Some(prior) = prior {
                let centre = if self.positive[i] {
                    ln(prior.median)
                } else {
                    prior.median
                };
                let off = (eta[i] - centre) / prior.spread;
                log_prior -= 0.5 * off * off;
                logs.gradient[i] -= off / prior.spread;
                logs.hessian[i * n + i] -= 1.0 / (prior.spread * prior.spread);
            }
        }
        logs.value += log_prior;
        Point {
            eta,
            natural,
            logs,
            log_prior,
        }
    }

    /// The parameter farthest from its natural size, when it is off by more than a factor of 10⁴.
    fn farthest(&self, eta: &[f64]) -> Option<(usize, bool)> {
        let off = |i: usize| eta[i] - ln(self.scale[i]);
        let positive = (0..eta.len()).filter(|i| self.positive[*i]);
        let far = positive.max_by(|left, right| off(*left).abs().total_cmp(&off(*right).abs()))?;
        (off(far).abs() > ln(1e4)).then(|| (far, off(far) > 0.0))
    }

    /// The parameter at an edge of its domain, if any: position and whether it is the far one.
    fn edge(&self, eta: &[f64]) -> Option<(usize, bool)> {
        (0..eta.len()).filter(|i| self.positive[*i]).find_map(|i| {
            let relative = exp(eta[i]) / self.scale[i];
            if relative > EDGE {
                Some((i, true))
            } else if relative < 1.0 / EDGE {
                Some((i, false))
            } else {
                None
            }
        })
    }
}

/// Negative Hessian.
fn information(hessian: &[f64]) -> Vec<f64> {
    hessian.iter().map(|entry| -entry).collect()
}

/// Maximises from `domain.start`.
pub(crate) fn maximize(objective: &dyn Objective, domain: &Domain<'_>) -> Optimum {
    let n = domain.start.len();
    let eta = (0..n)
        .map(|i| {
            if domain.positive[i] {
                ln(domain.start[i])
            } else {
                domain.start[i]
            }
        })
        .collect();
    let mut here = domain.point(objective, eta);
    let (mut evaluations, mut iterations) = (1, 0);
    let (mut damping, mut radius, mut last_step) = (0.0, 2.0, 0.0);
    let mut stalled = 0;
    while iterations < domain.iterations_max && evaluations < 4 * domain.iterations_max {
        let info = information(&here.logs.hessian);
        let definite = cholesky(&info, n);
        if let Some(lower) = &definite {
            let newton = solve(lower, &here.logs.gradient);
            let decrement = dot(&newton, &here.logs.gradient).max(0.0).sqrt();
            if decrement < GOAL * 0.1 || (decrement < GOAL && stalled > 0) {
                break;
            }
            if decrement < 1e-4 {
                damping = 0.0;
            }
        }
        if domain.edge(&here.eta).is_some() {
            break;
        }
        let (step, predicted) = step(&info, &here.logs.gradient, &mut damping, radius);
        let eta: Vec<f64> = here
            .eta
            .iter()
            .zip(&step)
            .map(|(eta, step)| eta + step)
            .collect();
        let there = domain.point(objective, eta);
        evaluations += 1;
        let gain = there.logs.value - here.logs.value;
        let noise = 1e-13 * (1.0 + here.logs.value.abs());
        let length = step
            .iter()
            .fold(0.0, |most: f64, part| most.max(part.abs()));
        if there.logs.is_finite() && (gain > 0.0 || (gain > -noise && predicted < noise)) {
            let quality = gain / predicted;
            damping = if quality > 0.5 {
                damping * 0.1
            } else {
                damping
            };
            if damping < 1e-8 {
                damping = 0.0;
            }
            radius = if quality > 0.75 {
                (radius * 2.0).min(4.0)
            } else {
                radius
            };
            stalled = if predicted < noise { stalled + 1 } else { 0 };
            here = there;
            last_step = length;
            iterations += 1;
            if stalled > 3 {
                break;
            }
        } else {
            damping = if damping == 0.0 { 1e-3 } else { damping * 8.0 };
            radius = (length * 0.5).max(1e-6);
            if length < 1e-14 {
                break;
            }
        }
    }
    let limit = iterations >= domain.iterations_max || evaluations >= 4 * domain.iterations_max;
    finish(
        domain,
        here,
        Run {
            iterations,
            evaluations,
            last_step,
            limit,
        },
    )
}

/// A damped Newton step inside the trust region, and the gain the quadratic model promises.
fn step(info: &[f64], gradient: &[f64], damping: &mut f64, radius: f64) -> (Vec<f64>, f64) {
    let n = gradient.len();
    let most = (0..n)
        .fold(0.0, |most: f64, i| most.max(info[i * n + i].abs()))
        .max(1e-300);
    for _ in 0..60 {
        let mut damped = info.to_vec();
        for i in 0..n {
            damped[i * n + i] += *damping * info[i * n + i].abs().max(1e-8 * most);
        }
        if let Some(lower) = cholesky(&damped, n) {
            let mut step = solve(&lower, gradient);
            let length = step
                .iter()
                .fold(0.0, |most: f64, part| most.max(part.abs()));
            if length > radius {
                step.iter_mut().for_each(|part| *part *= radius / length);
            }
            let curved: f64 = (0..n)
                .map(|i| {
                    (0..n)
                        .map(|j| step[i] * info[i * n + j] * step[j])
                        .sum::<f64>()
                })
                .sum();
            let predicted = dot(&step, gradient) - 0.5 * curved;
            if step.iter().all(|part| part.is_finite()) && predicted > 0.0 {
                return (step, predicted);
            }
            if step.iter().all(|part| part.is_finite()) && predicted == 0.0 {
                return (step, 1e-300);
            }
        }
        *damping = if *damping == 0.0 {
            1e-3
        } else {
            *damping * 4.0
        };
    }
    // Steepest ascent as the last resort.
    let norm = gradient
        .iter()
        .fold(1e-300, |most: f64, part| most.max(part.abs()));
    (
        gradient
            .iter()
            .map(|part| part / norm * radius.min(0.1))
            .collect(),
        1e-300,
    )
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter()
        .zip(right)
        .map(|(left, right)| left * right)
        .sum()
}

struct Run {
    iterations: u32,
    evaluations: u32,
    last_step: f64,
    /// Whether the limit of steps or evaluations ended the climb.
    limit: bool,
}

fn finish(domain: &Domain<'_>, here: Point, run: Run) -> Optimum {
    let Run {
        iterations,
        evaluations,
        last_step,
        limit,
    } = run;
    let n = here.eta.len();
    let parameters = domain.natural(&here.eta);
    let logs = information(&here.logs.hessian);
    let scaled_gradient = cholesky(&logs, n).map(|lower| {
        let newton = solve(&lower, &here.logs.gradient);
        dot(&newton, &here.logs.gradient).max(0.0).sqrt()
    });
    let condition = condition(&logs, n);
    let status = match (domain.edge(&here.eta), scaled_gradient) {
        (Some((i, to_infinity)), _) => Status::Boundary {
            parameter: domain.names[i].clone(),
            to_infinity,
        },
        (None, _) if condition.is_nan() || condition > 1e11 => Status::NotIdentified,
        (None, Some(gradient)) if gradient < GOAL => Status::Converged,
        // Rounding of a very large sum can keep the gradient from falling further.
        (None, Some(gradient)) if gradient < 1e-6 && last_step < 1e-6 => Status::Converged,
        _ if limit => Status::IterationLimit,
        // No step gains anything any more, yet the gradient is not zero: a ridge that leads away.
        _ => match domain.farthest(&here.eta) {
            Some((i, to_infinity)) => Status::Boundary {
                parameter: domain.names[i].clone(),
                to_infinity,
            },
            None => Status::NotIdentified,
        },
    };
    // d²/dθ² = (d²/dη² − d/dη)/θ² on the diagonal; the prior is part of the information.
    let mut information = logs;
    for i in 0..n {
        if domain.positive[i] {
            information[i * n + i] += here.logs.gradient[i];
        }
    }
    for i in 0..n {
        for j in 0..n {
            let slope = |i: usize| {
                if domain.positive[i] {
                    parameters[i]
                } else {
                    1.0
                }
            };
            information[i * n + j] /= slope(i) * slope(j);
        }
    }
    let convergence = Convergence {
        status,
        scaled_gradient,
        condition: condition.is_finite().then_some(condition),
        iterations,
        evaluations,
        last_step,
    };
    Optimum {
        parameters,
        natural: here.natural,
        log_prior: here.log_prior,
        information,
        convergence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ln-likelihood of a gamma sample with known sums: mean of x and of ln x.
    struct GammaSample;

    impl Objective for GammaSample {
        fn evaluate(&self, parameters: &[f64]) -> Evaluation {
            use crate::analytics::special::{Jet, Scalar};
            let [shape, rate] = Jet::variables([parameters[0], parameters[1]]);
            let value = shape * rate.ln() - shape.ln_gamma() + (shape - 1.0) * 0.2 - rate * 2.0;
            let hessian = value.hessian.iter().flatten().copied().collect();
            Evaluation {
                value: value.value,
                gradient: value.gradient.to_vec(),
                hessian,
            }
        }
    }

    #[test]
    fn a_far_start_reaches_the_maximum() {
        let names = ["shape".to_owned(), "rate".to_owned()];
        for start in [[1.0, 1.0], [1e-3, 1e3], [1e3, 1e-3]] {
            let domain = Domain {
                names: &names,
                start: &start,
                scale: &[1.0, 1.0],
                positive: &[true, true],
                priors: &[None, None],
                iterations_max: 200,
            };
            let optimum = maximize(&GammaSample, &domain);
            assert!(optimum.convergence.converged(), "{:?}", optimum.convergence);
            assert!((optimum.parameters[0] / optimum.parameters[1] - 2.0).abs() < 1e-9);
        }
    }
}
