//! BdW: as sBG, with a Weibull power c on time: chances of leaving that also change with tenure.
//!
//! S(t) = B(α, β+t^c)/B(α, β); c = 1 is sBG, c > 1 means that staying gets harder with time. Source:
//! Fader, Hardie, Liu, Davin, Steenburgh (2018), Journal of Interactive Marketing 43. Undefined
//! without a loss.

use super::contractual::{self, Renewals, ln_survival, power};
use super::fit::{Fit, FitOptions, Interval, ModelKind, logit_interval};
use super::sbg::check_rate;
use crate::analytics::error::{Absent, AnalyticsError};
use crate::analytics::special::{Jet, Scalar, exp};

/// Fits BdW by maximum likelihood to one or more cohorts.
///
/// # Errors
/// No loss, too few renewals, or a bad option.
pub fn fit(cohorts: &[Renewals], options: &FitOptions) -> Result<Fit, AnalyticsError> {
    contractual::fit(ModelKind::Bdw, cohorts, options)
}

/// BdW with its parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bdw {
    alpha: f64,
    beta: f64,
    c: f64,
}

/// Periods after which a sum over the future is cut with an error instead of a guess.
const PERIODS_MAX: u32 = 2_000_000;

impl Bdw {
    /// A model with these parameters.
    ///
    /// # Errors
    /// A parameter that is not positive and finite.
    pub fn try_new(alpha: f64, beta: f64, c: f64) -> Result<Self, AnalyticsError> {
        for (name, value) in [("alpha", alpha), ("beta", beta), ("c", c)] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(AnalyticsError::Parameter {
                    name,
                    found: value,
                    allowed: "a positive finite number",
                });
            }
        }
        Ok(Self { alpha, beta, c })
    }

    /// The model of a fit.
    ///
    /// # Errors
    /// A fit of another model.
    pub fn of(fit: &Fit) -> Result<Self, AnalyticsError> {
        fit.expect(ModelKind::Bdw)?;
        Self::try_new(fit.values[0], fit.values[1], fit.values[2])
    }

    fn ln_survival(&self, t: u32) -> f64 {
        ln_survival(self.alpha, self.beta, power(t, self.c))
    }

    /// S(t): the share still under contract after t renewals, 0 to 1.
    #[must_use]
    pub fn survival(&self, t: u32) -> f64 {
        exp(self.ln_survival(t))
    }

    /// The retention rate of the t-th renewal, S(t)/S(t−1); t from 1.
    ///
    /// # Errors
    /// [`Absent::NotDefined`] at t = 0.
    pub fn retention(&self, t: u32) -> Result<f64, Absent> {
        if t == 0 {
            Err(Absent::NotDefined)
        } else {
            Ok(exp(self.ln_survival(t) - self.ln_survival(t - 1)))
        }
    }

    /// Discounted expected residual lifetime just before the n-th renewal, in periods (n from 1).
    ///
    /// # Errors
    /// A rate that is not positive, or n = 0; [`Absent::OutOfRange`] inside when two million
    /// periods do not settle the sum.
    pub fn residual_lifetime(
        &self,
        n: u32,
        rate: f64,
    ) -> Result<Result<f64, Absent>, AnalyticsError> {
        check_rate(rate)?;
        if n == 0 {
            return Err(AnalyticsError::Option {
                option: "n",
                found: "0".to_owned(),
                allowed: "1 or more",
            });
        }
        let start = self.ln_survival(n - 1);
        let (mut sum, mut discount) = (0.0, 1.0);
        for t in n..n.saturating_add(PERIODS_MAX) {
            let term = exp(self.ln_survival(t) - start) * discount;
            sum += term;
            discount /= 1.0 + rate;
            if term < sum * 1e-17 * rate.min(1.0) {
                return Ok(Ok(sum));
            }
        }
        Ok(Err(Absent::OutOfRange))
    }

    /// S(t) of a fit with its delta-method interval on the logit scale.
    ///
    /// # Errors
    /// A fit of another model.
    pub fn survival_interval(
        fit: &Fit,
        t: u32,
        level: f64,
    ) -> Result<Result<Interval, Absent>, AnalyticsError> {
        let model = Self::of(fit)?;
        let [alpha, beta, c] = Jet::variables([model.alpha, model.beta, model.c]);
        let jet: Jet<3> = ln_survival(alpha, beta, power(t, c)).exp();
        let error = fit.delta_variance(&jet.gradient).map(f64::sqrt);
        Ok(error.and_then(|error| logit_interval(jet.value, error, level)))
    }
}
