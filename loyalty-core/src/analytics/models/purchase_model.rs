//! One interface to all models of purchase timing: questions, answers, intervals, dates.

use super::dropout::{self, event_mass};
use super::dropout_likelihood::Shape;
use super::fit::{Fit, Interval, ModelKind, log_interval, logit_interval};
use super::pareto;
use super::past::Past;
use crate::analytics::error::{Absent, AnalyticsError};
use crate::analytics::special::{Jet, Scalar};

/// A model of purchase timing with its parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PurchaseModel {
    kind: ModelKind,
    k: u32,
    parameters: [f64; 4],
}

/// What to ask of a model about one customer. Times and rates are in model units.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Question {
    /// P(alive) at the end of observation.
    Alive,
    /// P(alive) after so many more units.
    AliveAt(f64),
    /// Expected purchases in the next so many units, given the history.
    Expected(f64),
    /// P(at least one purchase in the next so many units).
    PurchaseWithin(f64),
    /// P(exactly so many purchases in the next so many units).
    Mass(u32, f64),
    /// Expected purchases discounted continuously at `rate` a unit over `horizon` units (may be infinite).
    Discounted {
        /// Continuous discount rate a unit of time, ln(1+i)·unit.
        rate: f64,
        /// Units from now; `f64::INFINITY` gives the discounted expected residual transactions (DERT).
        horizon: f64,
    },
}

impl Question {
    fn check(self) -> Result<(), AnalyticsError> {
        let bad = |option, found: f64, allowed| AnalyticsError::Option {
            option,
            found: found.to_string(),
            allowed,
        };
        match self {
            Self::Alive => Ok(()),
            Self::AliveAt(t) | Self::Expected(t) | Self::PurchaseWithin(t) | Self::Mass(_, t) => {
                if t >= 0.0 && t.is_finite() {
                    Ok(())
                } else {
                    Err(bad("t", t, "a finite time of 0 or more"))
                }
            }
            Self::Discounted { rate, horizon } => {
                if !(rate >= 0.0 && rate.is_finite()) {
                    Err(bad("rate", rate, "a finite rate of 0 or more"))
                } else if horizon.is_nan() || horizon < 0.0 {
                    Err(bad("horizon", horizon, "a time of 0 or more"))
                } else {
                    Ok(())
                }
            }
        }
    }

    fn is_probability(self) -> bool {
        matches!(
            self,
            Self::Alive | Self::AliveAt(_) | Self::PurchaseWithin(_) | Self::Mass(..)
        )
    }
}

impl PurchaseModel {
    /// BG/NBD with parameters r, α, a, b.
    ///
    /// # Errors
    /// A parameter that is not positive and finite.
    pub fn bg_nbd(r: f64, alpha: f64, a: f64, b: f64) -> Result<Self, AnalyticsError> {
        Self::try_new(ModelKind::BgNbd, 1, &[r, alpha, a, b])
    }

    /// MBG/NBD with parameters r, α, a, b.
    ///
    /// # Errors
    /// A parameter that is not positive and finite.
    pub fn mbg_nbd(r: f64, alpha: f64, a: f64, b: f64) -> Result<Self, AnalyticsError> {
        Self::try_new(ModelKind::MbgNbd, 1, &[r, alpha, a, b])
    }

    /// Pareto/NBD with parameters r, α, s, β.
    ///
    /// # Errors
    /// A parameter that is not positive and finite.
    pub fn pareto_nbd(r: f64, alpha: f64, s: f64, beta: f64) -> Result<Self, AnalyticsError> {
        Self::try_new(ModelKind::ParetoNbd, 1, &[r, alpha, s, beta])
    }

    /// NBD with parameters r, α: nobody ever drops out.
    ///
    /// # Errors
    /// A parameter that is not positive and finite.
    pub fn nbd(r: f64, alpha: f64) -> Result<Self, AnalyticsError> {
        Self::try_new(ModelKind::Nbd, 1, &[r, alpha])
    }

    /// Any purchase model by kind, regularity k (1 to 20; 1 unless CNBD-k) and parameters in order.
    ///
    /// # Errors
    /// A model without purchase timing, a bad k, or a parameter that is not positive and finite.
    pub fn try_new(kind: ModelKind, k: u32, parameters: &[f64]) -> Result<Self, AnalyticsError> {
        let names = parameter_names(kind)?;
        let regular = matches!(kind, ModelKind::BgCnbdK | ModelKind::MbgCnbdK);
        if !(1..=K_MAX).contains(&k) || (!regular && k != 1) {
            let allowed = if regular { "1 to 20" } else { "1" };
            return Err(AnalyticsError::Option {
                option: "k",
                found: k.to_string(),
                allowed,
            });
        }
        if parameters.len() != names.len() {
            let found = format!("{} values", parameters.len());
            return Err(AnalyticsError::Option {
                option: "parameters",
                found,
                allowed: "one value a parameter",
            });
        }
        for (name, value) in names.iter().zip(parameters) {
            if !(*value > 0.0 && value.is_finite()) {
                let allowed = "a positive finite number";
                return Err(AnalyticsError::Parameter {
                    name,
                    found: *value,
                    allowed,
                });
            }
        }
        let mut four = [1.0; 4];
        four[..parameters.len()].copy_from_slice(parameters);
        Ok(Self {
            kind,
            k,
            parameters: four,
        })
    }

    /// The model of a fit without covariates.
    ///
    /// # Errors
    /// A fit of another family, or one with covariates (ask for a segment's model instead).
    pub fn of(fit: &Fit) -> Result<Self, AnalyticsError> {
        fit.expect(fit.model)?;
        Self::try_new(fit.model, fit.k, &fit.values)
    }

    /// Which model.
    #[must_use]
    pub fn kind(&self) -> ModelKind {
        self.kind
    }

    /// The regularity k.
    #[must_use]
    pub fn k(&self) -> u32 {
        self.k
    }

    /// The parameters in order.
    #[must_use]
    pub fn parameters(&self) -> &[f64] {
        if self.kind == ModelKind::Nbd {
            &self.parameters[..2]
        } else {
            &self.parameters
        }
    }

    pub(crate) fn shape(&self) -> Shape {
        Shape {
            modified: matches!(self.kind, ModelKind::MbgNbd | ModelKind::MbgCnbdK),
            k: self.k,
        }
    }

    /// The answer for a customer with this history.
    ///
    /// # Errors
    /// A question out of range. An infinite answer is [`Absent::OutOfRange`] inside.
    pub fn ask(
        &self,
        question: Question,
        past: &Past,
    ) -> Result<Result<f64, Absent>, AnalyticsError> {
        question.check()?;
        Ok(self.answer(question, past))
    }

    /// The answer for a question that is known to be in range.
    pub(crate) fn answer(&self, question: Question, past: &Past) -> Result<f64, Absent> {
        if !self.is_finite(question) {
            return Err(Absent::OutOfRange);
        }
        present(answer(
            self.kind,
            self.shape(),
            self.parameters,
            question,
            past,
        ))
    }

    /// The answer for a customer who has just made the first purchase, dropout risk included.
    ///
    /// # Errors
    /// A question out of range.
    pub fn ask_new_customer(
        &self,
        question: Question,
    ) -> Result<Result<f64, Absent>, AnalyticsError> {
        self.ask(question, &Past::new_customer())
    }

    /// Whether the integral of an infinite horizon exists.
    fn is_finite(&self, question: Question) -> bool {
        match question {
            Question::Discounted { rate, horizon } if rate == 0.0 && horizon.is_infinite() => {
                self.kind == ModelKind::ParetoNbd && self.parameters[2] > 1.0
            }
            _ => true,
        }
    }

    /// The answer with its interval: delta method on the logit scale for probabilities, else log.
    ///
    /// The interval covers the uncertainty of the parameters, not the spread of the customer's own
    /// future: for that see [`PurchaseModel::count_interval`].
    ///
    /// # Errors
    /// A question out of range, or a fit that has no purchase timing.
    pub fn ask_with_interval(
        fit: &Fit,
        question: Question,
        past: &Past,
        level: f64,
    ) -> Result<Result<Interval, Absent>, AnalyticsError> {
        let model = Self::of(fit)?;
        question.check()?;
        if !model.is_finite(question) {
            return Ok(Err(Absent::OutOfRange));
        }
        let jet: Jet<4> = answer(
            model.kind,
            model.shape(),
            Jet::variables(model.parameters),
            question,
            past,
        );
        Ok(interval(fit, &jet, question.is_probability(), level))
    }

    /// The central interval of the number of purchases in the next t units, from the probability mass.
    ///
    /// # Errors
    /// A time out of range, or a level outside (0, 1).
    pub fn count_interval(
        &self,
        past: &Past,
        t: f64,
        level: f64,
    ) -> Result<(u32, u32), AnalyticsError> {
        Question::Expected(t).check()?;
        if !(level > 0.0 && level < 1.0) {
            return Err(AnalyticsError::Option {
                option: "level",
                found: level.to_string(),
                allowed: "0 to 1, exclusive",
            });
        }
        let (mut sum, mut n, mut low) = (0.0, 0, None);
        loop {
            sum += self.answer(Question::Mass(n, t), past).unwrap_or(0.0);
            if low.is_none() && sum > 0.5 * (1.0 - level) {
                low = Some(n);
            }
            if sum >= 0.5 * (1.0 + level) || n >= COUNT_MAX {
                return Ok((low.unwrap_or(n), n));
            }
            n += 1;
        }
    }

    /// The time until the next purchase that is reached with probability q, in model units from now.
    ///
    /// BG/NBD and MBG/NBD: t = (α+T)·[(1 − q/P(alive))^(−1/(r+x)) − 1]; the others by bisection.
    ///
    /// # Errors
    /// [`AnalyticsError::Option`] for q outside (0, 1). [`Absent::Improbable`] inside when the
    /// customer makes another purchase with probability q or less.
    pub fn next_purchase(
        &self,
        past: &Past,
        q: f64,
    ) -> Result<Result<f64, Absent>, AnalyticsError> {
        if !(q > 0.0 && q < 1.0) {
            return Err(AnalyticsError::Option {
                option: "q",
                found: q.to_string(),
                allowed: "0 to 1, exclusive",
            });
        }
        let reach = |t: f64| {
            self.answer(Question::PurchaseWithin(t), past)
                .unwrap_or(0.0)
        };
        let alive = self.answer(Question::Alive, past).unwrap_or(0.0);
        if q >= alive {
            return Ok(Err(Absent::Improbable));
        }
        let [r, alpha, ..] = self.parameters;
        if self.k == 1 && self.kind != ModelKind::ParetoNbd {
            let log = -crate::analytics::special::ln_1p(-q / alive) / (r + f64::from(past.x));
            return Ok(present(
                (alpha + past.age) * crate::analytics::special::exp_m1(log),
            ));
        }
        let (mut low, mut high) = (0.0, alpha + past.age);
        while reach(high) < q {
            high *= 4.0;
            if high > 1e12 * (alpha + past.age) {
                return Ok(Err(Absent::Improbable));
            }
        }
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                break;
            }
            if reach(middle) < q {
                low = middle;
            } else {
                high = middle;
            }
        }
        Ok(present(high))
    }

    /// The limit of P(a purchase within t) as t grows: P(alive) but for Pareto/NBD, where death may come first.
    #[must_use]
    pub fn next_purchase_limit(&self, past: &Past) -> f64 {
        if self.kind == ModelKind::ParetoNbd {
            self.answer(Question::PurchaseWithin(1e300), past)
                .unwrap_or(0.0)
        } else {
            self.answer(Question::Alive, past).unwrap_or(0.0)
        }
    }
}

/// Largest regularity k.
pub const K_MAX: u32 = 20;
/// Purchases after which [`PurchaseModel::count_interval`] stops counting.
pub const COUNT_MAX: u32 = 1_000_000;

fn present(value: f64) -> Result<f64, Absent> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(Absent::OutOfRange)
    }
}

pub(crate) fn interval<const N: usize>(
    fit: &Fit,
    jet: &Jet<N>,
    probability: bool,
    level: f64,
) -> Result<Interval, Absent> {
    let gradient = &jet.gradient[..fit.values.len().min(N)];
    let error = fit.delta_variance(gradient)?.sqrt();
    let value = present(jet.value)?;
    if probability {
        logit_interval(value, error, level)
    } else {
        log_interval(value, error, level)
    }
}

pub(crate) fn parameter_names(kind: ModelKind) -> Result<&'static [&'static str], AnalyticsError> {
    match kind {
        ModelKind::BgNbd | ModelKind::MbgNbd | ModelKind::BgCnbdK | ModelKind::MbgCnbdK => {
            Ok(&["r", "alpha", "a", "b"])
        }
        ModelKind::ParetoNbd => Ok(&["r", "alpha", "s", "beta"]),
        ModelKind::Nbd => Ok(&["r", "alpha"]),
        other => Err(AnalyticsError::WrongModel {
            found: other.name().to_owned(),
            allowed: "a purchase-timing model",
        }),
    }
}

/// The answer over plain numbers or with derivatives.
pub(crate) fn answer<S: Scalar>(
    kind: ModelKind,
    shape: Shape,
    parameters: [S; 4],
    question: Question,
    past: &Past,
) -> S {
    let (alive, value) = match kind {
        ModelKind::ParetoNbd => {
            let posterior = pareto::posterior(parameters, past);
            let value = match question {
                Question::Alive => S::constant(1.0),
                Question::AliveAt(t) => posterior.survival_if_alive(t),
                Question::Expected(t) => posterior.expected_if_alive(t),
                Question::PurchaseWithin(t) => posterior.purchase_if_alive(t),
                Question::Mass(n, t) => posterior.mass_if_alive(n, t),
                Question::Discounted { rate, horizon } => {
                    posterior.discounted_if_alive(rate, horizon)
                }
            };
            (posterior.alive, value)
        }
        ModelKind::Nbd => (S::constant(1.0), endless(parameters, question, past)),
        _ => {
            let posterior = dropout::posterior(parameters, shape, past);
            let value = match question {
                Question::Alive => S::constant(1.0),
                Question::AliveAt(t) => posterior.survival_if_alive(t),
                Question::Expected(t) => posterior.expected_if_alive(t),
                Question::PurchaseWithin(t) => posterior.purchase_if_alive(t),
                Question::Mass(n, t) => posterior.mass_if_alive(n, t),
                Question::Discounted { rate, horizon } => {
                    posterior.discounted_if_alive(rate, horizon)
                }
            };
            (posterior.alive, value)
        }
    };
    match question {
        Question::Mass(0, _) => S::constant(1.0) - alive + alive * value,
        _ => alive * value,
    }
}

/// NBD: gamma posterior of the rate and no dropout.
fn endless<S: Scalar>([r, alpha, ..]: [S; 4], question: Question, past: &Past) -> S {
    let (total, rate) = (r + f64::from(past.x), alpha + past.age);
    let log_rest = |t: f64| -(rate.recip() * t).ln_1p();
    match question {
        Question::Alive | Question::AliveAt(_) => S::constant(1.0),
        Question::Expected(t) => total / rate * t,
        Question::PurchaseWithin(t) => -(total * log_rest(t)).exp_m1(),
        Question::Mass(n, t) => event_mass(total, n, (rate + t).recip() * t, log_rest(t)),
        Question::Discounted {
            rate: delta,
            horizon,
        } => {
            let annuity = if delta == 0.0 {
                horizon
            } else {
                -crate::analytics::special::exp_m1(-delta * horizon) / delta
            };
            total / rate * annuity
        }
    }
}
