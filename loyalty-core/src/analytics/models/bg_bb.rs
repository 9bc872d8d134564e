//! BG/BB: at each of n opportunities a living customer buys with her own chance; she may die before
//! each. Buying chances are beta (α, β), dropout chances beta (γ, δ).
//!
//! ```text
//! L = B(α+x, β+n−x)/B(α, β) · B(γ, δ+n)/B(γ, δ)
//!   + Σ_{i=0}^{n−t_x−1} B(α+x, β+t_x−x+i)/B(α, β) · B(γ+1, δ+t_x+i)/B(γ, δ)
//! ```
//!
//! Source: Fader, Hardie, Shang (2010), Marketing Science 29(6). Undefined without an opportunity.

use super::dropout::logistic;
use super::fit::{Fit, FitOptions, Interval, ModelKind, log_interval, logit_interval};
use super::optimize::{Evaluation, Objective};
use super::timing::{Plan, climb, owned};
use crate::analytics::columns::count_f64;
use crate::analytics::error::{Absent, AnalyticsError};
use crate::analytics::parallel::{BLOCK, map_blocks};
use crate::analytics::special::{Jet, Scalar, hyp2f1_one, ln_rising};

/// Customers who bought at `x` of `n` opportunities, the last time at `recency` (0 when x is 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Opportunities {
    /// Opportunities observed.
    pub n: u32,
    /// Purchases.
    pub x: u32,
    /// The opportunity of the last purchase, 1 to n; 0 without purchase.
    pub recency: u32,
    /// How many customers.
    pub customers: u64,
}

impl Opportunities {
    fn check(&self) -> Result<(), AnalyticsError> {
        let detail = if self.recency > self.n {
            "the last purchase lies after the last opportunity"
        } else if (self.x == 0) != (self.recency == 0) {
            "purchases and recency must be zero together"
        } else if self.x > self.recency {
            "more purchases than opportunities"
        } else if self.n > OPPORTUNITIES_MAX {
            "more than 10,000 opportunities"
        } else {
            return Ok(());
        };
        let (recency, age) = (f64::from(self.recency), f64::from(self.n));
        Err(AnalyticsError::History {
            x: u64::from(self.x),
            recency,
            age,
            detail,
        })
    }
}

/// Largest number of opportunities.
pub const OPPORTUNITIES_MAX: u32 = 10_000;

/// ln of the living and of the dead part, without the beta functions of x that they share.
fn parts<S: Scalar>(
    [alpha, beta, gamma, delta]: [S; 4],
    n: u32,
    x: u32,
    recency: u32,
) -> (S, Option<S>) {
    let count = |n: u32| S::constant(f64::from(n));
    // B(α+x, β+m−x)/B(α, β) = (α)_x (β)_{m−x} / (α+β)_m.
    let buying = |m: u32| {
        alpha.ln_rising(count(x)) + beta.ln_rising(count(m - x))
            - (alpha + beta).ln_rising(count(m))
    };
    let surviving = |m: u32| delta.ln_rising(count(m)) - (gamma + delta).ln_rising(count(m));
    let alive = buying(n) + surviving(n);
    if recency == n {
        return (alive, None);
    }
    // First dead term, then by the ratio of neighbours.
    let first = buying(recency) + surviving(recency) + gamma.ln()
        - (gamma + delta + f64::from(recency)).ln();
    let mut term = S::constant(1.0);
    let mut sum = term;
    for m in recency..n - 1 {
        let (miss, m) = (f64::from(m - x), f64::from(m));
        let ratio = (beta + miss) * (delta + m) / ((alpha + beta + m) * (gamma + delta + m + 1.0));
        term = term * ratio;
        sum = sum + term;
    }
    (alive, Some(first + sum.ln()))
}

struct Likelihood<'a> {
    groups: &'a [Opportunities],
    threads: usize,
}

impl Objective for Likelihood<'_> {
    fn evaluate(&self, parameters: &[f64]) -> Evaluation {
        let variables =
            Jet::variables([parameters[0], parameters[1], parameters[2], parameters[3]]);
        let blocks = self.groups.len().div_ceil(BLOCK);
        let partial = map_blocks(blocks, self.threads, |block| {
            let end = self.groups.len().min((block + 1) * BLOCK);
            let mut sum = Jet::<4>::constant(0.0);
            for group in &self.groups[block * BLOCK..end] {
                let (alive, dead) = parts(variables, group.n, group.x, group.recency);
                let log = dead.map_or(alive, |dead| alive.ln_add_exp(dead));
                sum = sum + log * count_f64(group.customers);
            }
            sum
        });
        let total = partial
            .into_iter()
            .fold(Jet::constant(0.0), |sum, part| sum + part);
        let hessian = total.hessian.iter().flatten().copied().collect();
        Evaluation {
            value: total.value,
            gradient: total.gradient.to_vec(),
            hessian,
        }
    }
}

/// Fits BG/BB by maximum likelihood; groups may repeat and come in any order.
///
/// # Errors
/// No customer, no purchase, an impossible history, or a bad option.
pub fn fit(groups: &[Opportunities], options: &FitOptions) -> Result<Fit, AnalyticsError> {
    let names = owned(&["alpha", "beta", "gamma", "delta"]);
    options.check(4)?;
    for group in groups {
        group.check()?;
    }
    let mut sorted: Vec<Opportunities> = groups.to_vec();
    sorted.sort_unstable();
    let mut merged: Vec<Opportunities> = Vec::with_capacity(sorted.len());
    for group in sorted
        .into_iter()
        .filter(|group| group.customers > 0 && group.n > 0)
    {
        match merged.last_mut() {
            Some(last) if (last.n, last.x, last.recency) == (group.n, group.x, group.recency) => {
                last.customers += group.customers;
            }
            _ => merged.push(group),
        }
    }
    let customers: u64 = merged.iter().map(|group| group.customers).sum();
    let purchases: u64 = merged
        .iter()
        .map(|group| u64::from(group.x) * group.customers)
        .sum();
    if purchases == 0 {
        let needed = "at least one purchase";
        return Err(AnalyticsError::TooFew {
            model: "bg_bb",
            needed,
            found: purchases,
        });
    }
    let starts = match &options.start {
        Some(start) => vec![start.clone()],
        None => vec![
            vec![1.0, 1.0, 0.6, 2.5],
            vec![0.5, 2.0, 1.0, 10.0],
            vec![3.0, 1.0, 0.5, 1.0],
        ],
    };
    let plan = Plan {
        names: &names,
        scale: &[1.0; 4],
        positive: &[true; 4],
        options,
    };
    let objective = Likelihood {
        groups: &merged,
        threads: options.threads,
    };
    let optimum = climb(&objective, &[], &starts, &plan);
    Ok(Fit::of(
        ModelKind::BgBb,
        &names,
        options,
        optimum,
        customers,
        merged.len() as u64,
    ))
}

/// BG/BB with its parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BgBb {
    parameters: [f64; 4],
}

/// What to ask of BG/BB about a customer; opportunities are counted from the next one.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum DiscreteQuestion {
    /// P(alive at opportunity n + 1 + `later`).
    AliveAt {
        /// Opportunities after the next one; 0 is the next.
        later: u32,
    },
    /// Expected purchases in the next so many opportunities.
    Expected(u32),
    /// P(at least one purchase in the next so many opportunities).
    PurchaseWithin(u32),
    /// P(exactly so many purchases in the next so many opportunities).
    Mass(u32, u32),
    /// Expected purchases over all future opportunities, the next one discounted once (DERT).
    Discounted {
        /// Discount rate an opportunity, above 0.
        rate: f64,
    },
}

impl BgBb {
    /// A model with parameters α, β, γ, δ.
    ///
    /// # Errors
    /// A parameter that is not positive and finite.
    pub fn try_new(alpha: f64, beta: f64, gamma: f64, delta: f64) -> Result<Self, AnalyticsError> {
        for (name, value) in [
            ("alpha", alpha),
            ("beta", beta),
            ("gamma", gamma),
            ("delta", delta),
        ] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(AnalyticsError::Parameter {
                    name,
                    found: value,
                    allowed: "a positive finite number",
                });
            }
        }
        Ok(Self {
            parameters: [alpha, beta, gamma, delta],
        })
    }

    /// The model of a fit.
    ///
    /// # Errors
    /// A fit of another model.
    pub fn of(fit: &Fit) -> Result<Self, AnalyticsError> {
        fit.expect(ModelKind::BgBb)?;
        Self::try_new(fit.values[0], fit.values[1], fit.values[2], fit.values[3])
    }

    /// The answer for a customer with this history (`customers` plays no part).
    ///
    /// # Errors
    /// An impossible history or a rate that is not positive.
    pub fn ask(
        &self,
        question: DiscreteQuestion,
        past: &Opportunities,
    ) -> Result<f64, AnalyticsError> {
        check(question, past)?;
        Ok(answer(self.parameters, question, past))
    }

    /// The answer with its delta-method interval: logit scale for probabilities, else log.
    ///
    /// # Errors
    /// A fit of another model, an impossible history or a rate that is not positive.
    pub fn ask_with_interval(
        fit: &Fit,
        question: DiscreteQuestion,
        past: &Opportunities,
        level: f64,
    ) -> Result<Result<Interval, Absent>, AnalyticsError> {
        let model = Self::of(fit)?;
        check(question, past)?;
        let jet = answer(Jet::variables(model.parameters), question, past);
        let error = fit.delta_variance(&jet.gradient).map(f64::sqrt);
        let probability = !matches!(
            question,
            DiscreteQuestion::Expected(_) | DiscreteQuestion::Discounted { .. }
        );
        Ok(error.and_then(|error| {
            if probability {
                logit_interval(jet.value, error, level)
            } else {
                log_interval(jet.value, error, level)
            }
        }))
    }

    /// The number of opportunities until the next purchase that is reached with probability q.
    ///
    /// # Errors
    /// An impossible history or q outside (0, 1); [`Absent::Improbable`] inside when never reached
    /// within 10,000 opportunities.
    pub fn next_purchase(
        &self,
        past: &Opportunities,
        q: f64,
    ) -> Result<Result<u32, Absent>, AnalyticsError> {
        past.check()?;
        if !(q > 0.0 && q < 1.0) {
            return Err(AnalyticsError::Option {
                option: "q",
                found: q.to_string(),
                allowed: "0 to 1, exclusive",
            });
        }
        let reach = |t: u32| answer(self.parameters, DiscreteQuestion::PurchaseWithin(t), past);
        if reach(OPPORTUNITIES_MAX) < q {
            return Ok(Err(Absent::Improbable));
        }
        let (mut low, mut high) = (0, OPPORTUNITIES_MAX);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if reach(middle) < q {
                low = middle
            } else {
                high = middle
            }
        }
        Ok(Ok(high))
    }
}

fn check(question: DiscreteQuestion, past: &Opportunities) -> Result<(), AnalyticsError> {
    past.check()?;
    let many = |t: u32| AnalyticsError::Option {
        option: "opportunities",
        found: t.to_string(),
        allowed: "0 to 10,000",
    };
    match question {
        DiscreteQuestion::Discounted { rate } if !(rate > 0.0 && rate.is_finite()) => {
            Err(AnalyticsError::Option {
                option: "rate",
                found: rate.to_string(),
                allowed: "a positive finite rate",
            })
        }
        DiscreteQuestion::Mass(_, t)
        | DiscreteQuestion::Expected(t)
        | DiscreteQuestion::PurchaseWithin(t)
            if t > OPPORTUNITIES_MAX =>
        {
            Err(many(t))
        }
        _ => Ok(()),
    }
}

/// The answer over plain numbers or with derivatives.
///
/// After the history a customer who was alive at the last opportunity has buying chance
/// beta(α+x, β+n−x) and dropout chance beta(γ, δ+n); she dies before the next one with the latter.
fn answer<S: Scalar>(parameters: [S; 4], question: DiscreteQuestion, past: &Opportunities) -> S {
    let (alive, dead) = parts(parameters, past.n, past.x, past.recency);
    let survived = dead.map_or(S::constant(1.0), |dead| logistic(alive - dead));
    let [alpha, beta, gamma, delta] = parameters;
    let n = f64::from(past.n);
    let (a, b) = (alpha + f64::from(past.x), beta + (n - f64::from(past.x)));
    let d = delta + n;
    let buys = a / (a + b);
    match question {
        DiscreteQuestion::AliveAt { later } => {
            let steps = S::constant(f64::from(later) + 1.0);
            survived * (d.ln_rising(steps) - (gamma + d).ln_rising(steps)).exp()
        }
        DiscreteQuestion::Expected(t) => {
            let (mut term, mut sum) = (S::constant(1.0), S::constant(0.0));
            for i in 0..t {
                term = term * (d + f64::from(i)) / (gamma + d + f64::from(i));
                sum = sum + term;
            }
            survived * buys * sum
        }
        DiscreteQuestion::PurchaseWithin(t) => {
            // First purchase at step i: alive until then, i−1 misses, then a purchase.
            let (mut live, mut sum) = (S::constant(1.0), S::constant(0.0));
            let mut miss = S::constant(1.0);
            for i in 0..t {
                let i = f64::from(i);
                live = live * (d + i) / (gamma + d + i);
                sum = sum + live * miss * a / (a + b + i);
                miss = miss * (b + i) / (a + b + i);
            }
            survived * sum
        }
        DiscreteQuestion::Mass(count, t) => {
            survived * mass([a, b, gamma, d], count, t) + none(count, survived)
        }
        DiscreteQuestion::Discounted { rate } => {
            let z = 1.0 / (1.0 + rate);
            survived * buys * (d / (gamma + d)) * z * residual(d, gamma, z)
        }
    }
}

/// The chance that comes from being dead already, for zero purchases.
fn none<S: Scalar>(count: u32, survived: S) -> S {
    if count == 0 {
        S::constant(1.0) - survived
    } else {
        S::constant(0.0)
    }
}

/// P(exactly `count` purchases in t opportunities | alive at the last one).
fn mass<S: Scalar>([a, b, gamma, d]: [S; 4], count: u32, t: u32) -> S {
    if count > t {
        return S::constant(0.0);
    }
    let constant = |n: u32| S::constant(f64::from(n));
    // Purchases among m opportunities lived through: beta-binomial.
    let among = |m: u32| {
        let choose = ln_rising(f64::from(count) + 1.0, f64::from(m - count))
            - ln_rising(1.0, f64::from(m - count));
        let law = a.ln_rising(constant(count)) + b.ln_rising(constant(m - count))
            - (a + b).ln_rising(constant(m));
        (law + choose).exp()
    };
    let lives = |m: u32| (d.ln_rising(constant(m)) - (gamma + d).ln_rising(constant(m))).exp();
    let mut sum = among(t) * lives(t);
    for m in count..t {
        sum = sum + among(m) * lives(m) * gamma / (gamma + d + f64::from(m));
    }
    sum
}

/// ₂F₁(1, d+1; γ+d+1; z): by its continued fraction for numbers, by its series with derivatives.
fn residual<S: Scalar>(d: S, gamma: S, z: f64) -> S {
    let (mut term, mut sum) = (S::constant(1.0), S::constant(1.0));
    for i in 1..2_000_000_u32 {
        let i = f64::from(i);
        term = term * (d + i) / (gamma + d + i) * z;
        sum = sum + term;
        if term.value() < sum.value() * 1e-17 * (1.0 - z) {
            break;
        }
    }
    let exact = hyp2f1_one(d.value() + 1.0, gamma.value() + d.value() + 1.0, z);
    sum + (exact - sum.value())
}
