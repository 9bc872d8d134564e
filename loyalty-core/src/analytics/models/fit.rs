//! A fitted model: parameters, their uncertainty, and how the fit ended. It can be saved and loaded.

use serde::{Deserialize, Serialize};

use super::linear::inverse;
use super::optimize::{Convergence, Optimum, Prior};
use crate::analytics::columns::count_f64;
use crate::analytics::error::{Absent, AnalyticsError};
use crate::analytics::special::{chi_square_sf, exp, ln, normal_quantile};

/// The version of the [`Fit`] document.
pub const FIT_SCHEMA: u32 = 1;

/// The models that can be fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ModelKind {
    /// [`super::nbd`]
    Nbd,
    /// [`super::bg_nbd`]
    BgNbd,
    /// [`super::mbg_nbd`]
    MbgNbd,
    /// [`super::cnbd_k`] with the dropout chance of BG/NBD
    BgCnbdK,
    /// [`super::cnbd_k`] with the dropout chance of MBG/NBD
    MbgCnbdK,
    /// [`super::pareto_nbd`]
    ParetoNbd,
    /// [`super::bg_bb`]
    BgBb,
    /// [`super::gamma_gamma`]
    GammaGamma,
    /// [`super::sbg`]
    Sbg,
    /// [`super::bdw`]
    Bdw,
}

impl ModelKind {
    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Nbd => "nbd",
            Self::BgNbd => "bg_nbd",
            Self::MbgNbd => "mbg_nbd",
            Self::BgCnbdK => "bg_cnbd_k",
            Self::MbgCnbdK => "mbg_cnbd_k",
            Self::ParetoNbd => "pareto_nbd",
            Self::BgBb => "bg_bb",
            Self::GammaGamma => "gamma_gamma",
            Self::Sbg => "sbg",
            Self::Bdw => "bdw",
        }
    }
}

/// What a fit may be told. The default is plain maximum likelihood on one thread.
#[derive(Debug, Clone, PartialEq)]
pub struct FitOptions {
    /// Days in one unit of model time: 7 makes weeks. The log-likelihood is in this unit.
    pub unit_days: f64,
    /// Where to start: the values of an earlier fit make a warm refit.
    pub start: Option<Vec<f64>>,
    /// Weak priors by parameter position; empty is maximum likelihood.
    pub priors: Vec<Option<Prior>>,
    /// Newton steps at most.
    pub iterations_max: u32,
    /// Threads; the result has the same bits whatever their number.
    pub threads: usize,
}

impl Default for FitOptions {
    fn default() -> Self {
        Self {
            unit_days: 7.0,
            start: None,
            priors: Vec::new(),
            iterations_max: 300,
            threads: 1,
        }
    }
}

impl FitOptions {
    /// Options that start from an earlier fit.
    #[must_use]
    pub fn warm(fit: &Fit) -> Self {
        Self {
            unit_days: fit.unit_days,
            start: Some(fit.values.clone()),
            ..Self::default()
        }
    }

    pub(crate) fn check(&self, parameters: usize) -> Result<(), AnalyticsError> {
        if !(self.unit_days > 0.0 && self.unit_days.is_finite()) {
            let (option, allowed) = ("unit_days", "a positive number");
            return Err(AnalyticsError::Option {
                option,
                found: self.unit_days.to_string(),
                allowed,
            });
        }
        let (option, allowed) = ("start", "one positive number a parameter");
        if let Some(start) = &self.start
            && (start.len() != parameters || !start.iter().all(|value| value.is_finite()))
        {
            return Err(AnalyticsError::Option {
                option,
                found: format!("{start:?}"),
                allowed,
            });
        }
        for prior in self.priors.iter().flatten() {
            if !(prior.spread > 0.0 && prior.median.is_finite()) {
                let (option, allowed) = ("priors", "a finite median and a positive spread");
                return Err(AnalyticsError::Option {
                    option,
                    found: format!("{prior:?}"),
                    allowed,
                });
            }
        }
        Ok(())
    }

    pub(crate) fn priors(&self, parameters: usize) -> Vec<Option<Prior>> {
        let mut priors = self.priors.clone();
        priors.resize(parameters, None);
        priors
    }
}

/// A fitted model. Numbers are saved as text that reads back to the same bits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fit {
    /// [`FIT_SCHEMA`].
    pub schema: u32,
    /// Which model.
    pub model: ModelKind,
    /// The regularity k of the CNBD-k models, 1 elsewhere.
    pub k: u32,
    /// Days in one unit of model time.
    #[serde(with = "exact")]
    pub unit_days: f64,
    /// Parameter names.
    pub names: Vec<String>,
    /// Parameter values.
    #[serde(with = "exact_list")]
    pub values: Vec<f64>,
    /// Covariance of the parameters, row-major: the inverse of the observed information. Absent at a boundary.
    #[serde(with = "exact_option")]
    pub covariance: Option<Vec<f64>>,
    /// The log-likelihood in the caller's time unit (without the prior).
    #[serde(with = "exact")]
    pub log_likelihood: f64,
    /// The log prior at the estimate up to its constant; 0 without priors.
    #[serde(with = "exact")]
    pub log_prior: f64,
    /// Customers in the fit: the n of BIC.
    pub customers: u64,
    /// Distinct groups of customers with the same sufficient statistics.
    pub groups: u64,
    /// How the fit ended.
    pub convergence: Convergence,
}

/// A value with its standard error and interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The estimate.
    pub value: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Lower limit.
    pub low: f64,
    /// Upper limit.
    pub high: f64,
    /// Nominal coverage, 0.95 say.
    pub level: f64,
}

/// The outcome of a likelihood-ratio test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LikelihoodRatio {
    /// Twice the difference of the log-likelihoods, not negative.
    pub statistic: f64,
    /// Parameters the larger model has more.
    pub degrees: u32,
    /// P(χ² > statistic); halved where the smaller model sits on the boundary of the larger one.
    pub p_value: f64,
    /// Whether the smaller model is a boundary of the larger one, where the plain χ² law is wrong.
    pub on_boundary: bool,
}

impl Fit {
    pub(crate) fn of(
        model: ModelKind,
        names: &[String],
        options: &FitOptions,
        optimum: Optimum,
        customers: u64,
        groups: u64,
    ) -> Self {
        let n = names.len();
        let interior = optimum.convergence.converged();
        Self {
            schema: FIT_SCHEMA,
            model,
            k: 1,
            unit_days: options.unit_days,
            names: names.to_vec(),
            covariance: if interior {
                inverse(&optimum.information, n)
            } else {
                None
            },
            log_likelihood: optimum.natural.value,
            log_prior: optimum.log_prior,
            values: optimum.parameters,
            customers,
            groups,
            convergence: optimum.convergence,
        }
    }

    /// Checks the schema version and the model of a loaded document.
    ///
    /// # Errors
    /// Another schema version, another model, or lists of unequal length.
    pub fn expect(&self, model: ModelKind) -> Result<(), AnalyticsError> {
        if self.schema != FIT_SCHEMA {
            return Err(AnalyticsError::Schema {
                what: "fit",
                found: self.schema,
                allowed: FIT_SCHEMA,
            });
        }
        if self.model != model {
            return Err(AnalyticsError::WrongModel {
                found: self.model.name().to_owned(),
                allowed: model.name(),
            });
        }
        let n = self.names.len();
        if self.values.len() != n
            || self
                .covariance
                .as_ref()
                .is_some_and(|covariance| covariance.len() != n * n)
        {
            return Err(AnalyticsError::State {
                detail: "a fit's lists differ in length",
            });
        }
        Ok(())
    }

    /// The value of a named parameter.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<f64> {
        self.names
            .iter()
            .position(|known| known == name)
            .and_then(|position| self.values.get(position).copied())
    }

    /// The standard error of the parameter at a position, from the inverse observed information.
    ///
    /// # Errors
    /// [`Absent::NoCovariance`] when the fit is not an interior maximum.
    pub fn standard_error(&self, position: usize) -> Result<f64, Absent> {
        let n = self.names.len();
        let covariance = self.covariance.as_ref().ok_or(Absent::NoCovariance)?;
        covariance
            .get(position * n + position)
            .map(|variance| variance.sqrt())
            .ok_or(Absent::NotDefined)
    }

    /// The interval of a parameter: on the log scale for positive ones, plain for effects (`gamma…`).
    ///
    /// # Errors
    /// [`Absent::NoCovariance`] when the fit is not an interior maximum.
    pub fn interval(&self, position: usize, level: f64) -> Result<Interval, Absent> {
        let error = self.standard_error(position)?;
        let value = self.values[position];
        let effect = self.names[position].starts_with("gamma_");
        if effect {
            plain_interval(value, error, level)
        } else {
            log_interval(value, error, level)
        }
    }

    /// Akaike's criterion, 2·parameters − 2·log-likelihood.
    #[must_use]
    pub fn aic(&self) -> f64 {
        2.0 * count_f64(self.names.len() as u64) - 2.0 * self.log_likelihood
    }

    /// The Bayesian criterion, parameters·ln(customers) − 2·log-likelihood.
    #[must_use]
    pub fn bic(&self) -> f64 {
        count_f64(self.names.len() as u64) * ln(count_f64(self.customers))
            - 2.0 * self.log_likelihood
    }

    /// The likelihood-ratio test of this fit against a fit of a model that contains it.
    ///
    /// Nested are NBD in BG/NBD (boundary, flagged), sBG in BdW, and a model without covariates in
    /// the same model with them.
    ///
    /// # Errors
    /// [`Absent::NotDefined`] for models that are not nested or fits to different customers.
    pub fn likelihood_ratio(&self, larger: &Self) -> Result<LikelihoodRatio, Absent> {
        let (on_boundary, nested) = match (self.model, larger.model) {
            (ModelKind::Nbd, ModelKind::BgNbd) => (true, true),
            (ModelKind::Sbg, ModelKind::Bdw) => (false, true),
            (small, large) => (
                false,
                small == large && self.k == larger.k && self.names.len() < larger.names.len(),
            ),
        };
        if !nested || self.customers != larger.customers || self.unit_days != larger.unit_days {
            return Err(Absent::NotDefined);
        }
        let statistic = (2.0 * (larger.log_likelihood - self.log_likelihood)).max(0.0);
        let degrees = (larger.names.len() - self.names.len()) as u32;
        let plain = chi_square_sf(statistic, degrees);
        Ok(LikelihoodRatio {
            statistic,
            degrees,
            p_value: if on_boundary { 0.5 * plain } else { plain },
            on_boundary,
        })
    }

    /// The variance of a function of the parameters with this gradient (delta method).
    pub(crate) fn delta_variance(&self, gradient: &[f64]) -> Result<f64, Absent> {
        let n = gradient.len();
        let covariance = self.covariance.as_ref().ok_or(Absent::NoCovariance)?;
        let mut sum = 0.0;
        for i in 0..n {
            for j in 0..n {
                sum += gradient[i] * covariance[i * n + j] * gradient[j];
            }
        }
        if sum.is_finite() && sum >= 0.0 {
            Ok(sum)
        } else {
            Err(Absent::OutOfRange)
        }
    }
}

pub(crate) fn quantile_of_level(level: f64) -> Result<f64, Absent> {
    if level > 0.0 && level < 1.0 {
        Ok(-normal_quantile(0.5 * (1.0 - level)))
    } else {
        Err(Absent::NotDefined)
    }
}

pub(crate) fn plain_interval(
    value: f64,
    standard_error: f64,
    level: f64,
) -> Result<Interval, Absent> {
    let half = quantile_of_level(level)? * standard_error;
    Ok(Interval {
        value,
        standard_error,
        low: value - half,
        high: value + half,
        level,
    })
}

pub(crate) fn log_interval(
    value: f64,
    standard_error: f64,
    level: f64,
) -> Result<Interval, Absent> {
    if value <= 0.0 {
        return Err(Absent::Degenerate);
    }
    let factor = exp(quantile_of_level(level)? * standard_error / value);
    Ok(Interval {
        value,
        standard_error,
        low: value / factor,
        high: value * factor,
        level,
    })
}

pub(crate) fn logit_interval(
    value: f64,
    standard_error: f64,
    level: f64,
) -> Result<Interval, Absent> {
    if value <= 0.0 || value >= 1.0 {
        return Err(Absent::Degenerate);
    }
    let half = quantile_of_level(level)? * standard_error / (value * (1.0 - value));
    let centre = ln(value / (1.0 - value));
    let back = |x: f64| 1.0 / (1.0 + exp(-x));
    Ok(Interval {
        value,
        standard_error,
        low: back(centre - half),
        high: back(centre + half),
        level,
    })
}

/// Floats as the shortest text that reads back to the same bits.
pub(super) mod exact {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&value.to_string())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        parse(&String::deserialize(deserializer)?)
    }

    pub(super) fn parse<E: Error>(text: &str) -> Result<f64, E> {
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            _ => Err(E::custom(format_args!("`{text}` is not a finite number"))),
        }
    }
}

mod exact_list {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(
        values: &[f64],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        values
            .iter()
            .map(f64::to_string)
            .collect::<Vec<_>>()
            .serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<f64>, D::Error> {
        Vec::<String>::deserialize(deserializer)?
            .iter()
            .map(|text| super::exact::parse(text))
            .collect()
    }
}

mod exact_option {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(
        values: &Option<Vec<f64>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let text = values
            .as_ref()
            .map(|values| values.iter().map(f64::to_string).collect::<Vec<_>>());
        text.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Vec<f64>>, D::Error> {
        match Option::<Vec<String>>::deserialize(deserializer)? {
            None => Ok(None),
            Some(list) => list
                .iter()
                .map(|text| super::exact::parse(text))
                .collect::<Result<_, _>>()
                .map(Some),
        }
    }
}

/// One number that may be absent.
pub(super) mod exact_maybe {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        value: &Option<f64>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let finite = value.filter(|value| value.is_finite());
        finite.map(|value| value.to_string()).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<f64>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| super::exact::parse(&text)).transpose()
    }
}
