//! sBG: contracts renewed with a chance that differs between customers and stays constant in time.
//!
//! Chances of leaving are beta (α, β). S(t) = B(α, β+t)/B(α, β); the retention rate of the t-th
//! renewal is (β+t−1)/(α+β+t−1), which rises because the loyal remain. Source: Fader, Hardie
//! (2007), Journal of Interactive Marketing 21(1); DERL: Fader, Hardie (2010), Marketing Science
//! 29(1). Undefined without a loss.

use super::contractual::{self, Renewals, ln_survival};
use super::fit::{Fit, FitOptions, Interval, ModelKind, log_interval, logit_interval};
use crate::analytics::error::{Absent, AnalyticsError};
use crate::analytics::special::{Jet, Scalar, hyp2f1_one};

/// Fits sBG by maximum likelihood to one or more cohorts.
///
/// # Errors
/// No loss, too few renewals, or a bad option.
pub fn fit(cohorts: &[Renewals], options: &FitOptions) -> Result<Fit, AnalyticsError> {
    contractual::fit(ModelKind::Sbg, cohorts, options)
}

/// sBG with its parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sbg {
    alpha: f64,
    beta: f64,
}

impl Sbg {
    /// A model with these parameters.
    ///
    /// # Errors
    /// A parameter that is not positive and finite.
    pub fn try_new(alpha: f64, beta: f64) -> Result<Self, AnalyticsError> {
        for (name, value) in [("alpha", alpha), ("beta", beta)] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(AnalyticsError::Parameter {
                    name,
                    found: value,
                    allowed: "a positive finite number",
                });
            }
        }
        Ok(Self { alpha, beta })
    }

    /// The model of a fit.
    ///
    /// # Errors
    /// A fit of another model.
    pub fn of(fit: &Fit) -> Result<Self, AnalyticsError> {
        fit.expect(ModelKind::Sbg)?;
        Self::try_new(fit.values[0], fit.values[1])
    }

    /// S(t): the share still under contract after t renewals, 0 to 1.
    #[must_use]
    pub fn survival(&self, t: u32) -> f64 {
        crate::analytics::special::exp(ln_survival(self.alpha, self.beta, f64::from(t)))
    }

    /// The retention rate of the t-th renewal, S(t)/S(t−1); t from 1.
    ///
    /// # Errors
    /// [`Absent::NotDefined`] at t = 0.
    pub fn retention(&self, t: u32) -> Result<f64, Absent> {
        if t == 0 {
            return Err(Absent::NotDefined);
        }
        let t = f64::from(t) - 1.0;
        Ok((self.beta + t) / (self.alpha + self.beta + t))
    }

    /// Discounted expected lifetime of a new customer, Σ_{t≥0} S(t)·(1+rate)^(−t), in periods.
    ///
    /// # Errors
    /// A rate that is not positive.
    pub fn lifetime(&self, rate: f64) -> Result<f64, AnalyticsError> {
        check_rate(rate)?;
        Ok(hyp2f1_one(
            self.beta,
            self.alpha + self.beta,
            1.0 / (1.0 + rate),
        ))
    }

    /// Discounted expected residual lifetime of a customer in her n-th period (n from 1), with n−1
    /// renewals made, just before the n-th: Σ_{t≥n} S(t)/S(n−1)·(1+rate)^(−(t−n)), in periods.
    ///
    /// # Errors
    /// A rate that is not positive, or n = 0.
    pub fn residual_lifetime(&self, n: u32, rate: f64) -> Result<f64, AnalyticsError> {
        check_rate(rate)?;
        if n == 0 {
            return Err(AnalyticsError::Option {
                option: "n",
                found: "0".to_owned(),
                allowed: "1 or more",
            });
        }
        let at = self.beta + f64::from(n);
        let renewed = (at - 1.0) / (self.alpha + at - 1.0);
        Ok(renewed * hyp2f1_one(at, self.alpha + at, 1.0 / (1.0 + rate)))
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
        let [alpha, beta] = Jet::variables([model.alpha, model.beta]);
        let jet: Jet<2> = ln_survival(alpha, beta, Jet::constant(f64::from(t))).exp();
        let error = fit.delta_variance(&jet.gradient).map(f64::sqrt);
        Ok(error.and_then(|error| logit_interval(jet.value, error, level)))
    }

    /// DERL of a fit with its delta-method interval on the log scale.
    ///
    /// # Errors
    /// A fit of another model, a rate that is not positive, or n = 0.
    pub fn residual_lifetime_interval(
        fit: &Fit,
        n: u32,
        rate: f64,
        level: f64,
    ) -> Result<Result<Interval, Absent>, AnalyticsError> {
        let model = Self::of(fit)?;
        let value = model.residual_lifetime(n, rate)?;
        let [alpha, beta] = Jet::variables([model.alpha, model.beta]);
        let (mut term, mut sum, mut t) = (
            Jet::<2>::constant(1.0),
            Jet::<2>::constant(0.0),
            f64::from(n) - 1.0,
        );
        for _ in 0..2_000_000_u32 {
            term = term * (beta + t) / (alpha + beta + t);
            sum = sum + term;
            term = term / (1.0 + rate);
            t += 1.0;
            if term.value < 1e-13 * sum.value * rate.min(1.0) {
                break;
            }
        }
        let error = fit.delta_variance(&sum.gradient).map(f64::sqrt);
        Ok(error.and_then(|error| log_interval(value, error, level)))
    }
}

pub(crate) fn check_rate(rate: f64) -> Result<(), AnalyticsError> {
    if rate > 0.0 && rate.is_finite() {
        Ok(())
    } else {
        let (option, allowed) = ("rate", "a positive finite discount rate a period");
        Err(AnalyticsError::Option {
            option,
            found: rate.to_string(),
            allowed,
        })
    }
}
