//! Fits of the core's models, and what they predict.

use arrow_array::RecordBatch;
use loyalty_core::analytics::Absent;
use loyalty_core::analytics::models::bg_bb::{self, BgBb, DiscreteQuestion, Opportunities};
use loyalty_core::analytics::models::contractual::Renewals;
use loyalty_core::analytics::models::gamma_gamma::{self, Spends};
use loyalty_core::analytics::models::predict::ask_many;
use loyalty_core::analytics::models::sbg::Sbg;
use loyalty_core::analytics::models::{
    Fit as Core, FitOptions, Histories, ModelKind, Past, PurchaseModel, Question, Status, bg_nbd,
    mbg_nbd, nbd, pareto_nbd, sbg,
};
use pyo3::prelude::*;

use super::frame::{Column, Frame, place_of};
use super::summary::Summary;
use super::table::{Table, floats, ints, texts};
use super::{checked_level, named};
use crate::convert::text;
use crate::errors::{Failure, Family, core, guarded};

/// A fitted model. The model classes of `loyalty_core` are what users see of it.
#[pyclass(frozen, eq, module = "loyalty_core._core", name = "Fit")]
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fit {
    pub(super) core: Core,
}

/// A value with the limits of its interval; none of them where it does not exist.
type Limits = (Option<f64>, Option<f64>, Option<f64>);

/// A question by its name, with its time and its number.
type Asked = (String, String, f64, u32);

fn question(name: &str, t: f64, n: u32) -> Result<Question, Failure> {
    Ok(match name {
        "alive" => Question::Alive,
        "alive_at" => Question::AliveAt(t),
        "expected" => Question::Expected(t),
        "purchase_within" => Question::PurchaseWithin(t),
        "mass" => Question::Mass(n, t),
        _ => {
            let allowed = "alive, alive_at, expected, purchase_within or mass";
            return Err(Failure::input(
                "input.option",
                "/question".to_owned(),
                name,
                allowed,
            ));
        }
    })
}

impl Fit {
    fn of_json(text: &str) -> Result<Self, Failure> {
        let read: Core = serde_json::from_str(text).map_err(|error| {
            let allowed = "what to_json wrote";
            Failure::input("input.fit", String::new(), error, allowed)
        })?;
        read.expect(read.model)?;
        Ok(Self { core: read })
    }
}

#[pymethods]
impl Fit {
    /// Reads what `to_json` wrote.
    #[staticmethod]
    fn from_json(py: Python<'_>, document: &Bound<'_, PyAny>) -> PyResult<Self> {
        guarded(py, || {
            let text = text(document, "a fit")?;
            core(py, || Self::of_json(&text))
        })
    }

    /// The fit as JSON; its numbers read back to the same bits.
    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        core(py, || {
            serde_json::to_string(&self.core)
                .map_err(|error| Failure::new(Family::Internal, "internal.state", error))
        })
    }

    /// The model's name.
    #[getter]
    fn model(&self) -> &'static str {
        self.core.model.name()
    }

    /// The parameters by name.
    #[getter]
    fn parameters(&self) -> Vec<(String, f64)> {
        let values = self.core.values.iter().copied();
        self.core.names.iter().cloned().zip(values).collect()
    }

    /// The covariance of the parameters, row by row; none at a boundary.
    #[getter]
    fn covariance(&self) -> Option<Vec<Vec<f64>>> {
        let covariance = self.core.covariance.as_ref()?;
        let rows = covariance.chunks(self.core.names.len().max(1));
        Some(rows.map(<[f64]>::to_vec).collect())
    }

    /// Days in one unit of the model's time.
    #[getter]
    fn unit_days(&self) -> f64 {
        self.core.unit_days
    }

    /// The log-likelihood, Akaike's criterion, and the Bayesian one.
    #[getter]
    fn scores(&self) -> (f64, f64, f64) {
        (self.core.log_likelihood, self.core.aic(), self.core.bic())
    }

    /// How many customers took part.
    #[getter]
    fn customers(&self) -> u64 {
        self.core.customers
    }

    /// How the fit ended: `converged`, or what is wrong with it.
    #[getter]
    fn status(&self) -> String {
        match &self.core.convergence.status {
            Status::Converged => "converged".to_owned(),
            Status::Boundary {
                parameter,
                to_infinity,
            } => {
                let end = if *to_infinity { "infinity" } else { "zero" };
                format!("boundary: {parameter} runs to {end}")
            }
            Status::NotIdentified => "not identified".to_owned(),
            _ => "iteration limit".to_owned(),
        }
    }

    /// The parameters with their standard errors and intervals.
    fn summary(&self, py: Python<'_>, level: f64) -> PyResult<Table> {
        core(py, || {
            let level = checked_level(level)?;
            let fit = &self.core;
            let all = || 0..fit.names.len();
            let limit = |at: usize| fit.interval(at, level).ok();
            Table::of(vec![
                ("parameter", texts(fit.names.iter().map(Some))),
                ("value", floats(fit.values.iter().copied())),
                (
                    "standard_error",
                    floats(all().map(|at| fit.standard_error(at).ok())),
                ),
                (
                    "low",
                    floats(all().map(|at| limit(at).map(|limit| limit.low))),
                ),
                (
                    "high",
                    floats(all().map(|at| limit(at).map(|limit| limit.high))),
                ),
            ])
        })
    }

    /// The answers to questions about every customer of a summary; absent ones are empty.
    fn predict(
        &self,
        py: Python<'_>,
        summary: &Bound<'_, Summary>,
        asked: Vec<Asked>,
    ) -> PyResult<Table> {
        guarded(py, || {
            let summary = summary.get();
            let found = py.detach(|| {
                let model = PurchaseModel::of(&self.core)?;
                let columns = summary.columns();
                let batch = columns.batch(self.core.unit_days);
                let mut answers = Vec::new();
                for (column, name, t, n) in &asked {
                    let found = ask_many(&model, question(name, *t, *n)?, &batch)?;
                    answers.push((column.as_str(), present(found)));
                }
                summary.with(answers)
            });
            found.map_err(|failure: Failure| failure.raise(py))
        })
    }

    /// The answer for one customer, in the fit's unit of time, with its interval.
    #[allow(clippy::too_many_arguments, reason = "called by name from one place")]
    fn ask(
        &self,
        py: Python<'_>,
        name: &str,
        t: f64,
        n: u32,
        history: (u32, f64, f64),
        level: f64,
    ) -> PyResult<Limits> {
        core(py, || {
            let level = checked_level(level)?;
            let past = Past::try_new(history.0, history.1, history.2)?;
            let question = question(name, t, n)?;
            let value = PurchaseModel::of(&self.core)?.ask(question, &past)?.ok();
            let limits = PurchaseModel::ask_with_interval(&self.core, question, &past, level)?.ok();
            let (low, high) = (limits.map(|at| at.low), limits.map(|at| at.high));
            Ok((value, low, high))
        })
    }

    /// S(t), the retention rate and its interval of each period of contracts.
    fn renewals(&self, py: Python<'_>, periods: u32, level: f64) -> PyResult<Table> {
        core(py, || {
            let (model, level) = (Sbg::of(&self.core)?, checked_level(level)?);
            let mut limits = Vec::new();
            for t in 0..=periods {
                limits.push(Sbg::survival_interval(&self.core, t, level)?.ok());
            }
            Table::of(vec![
                ("period", ints((0..=periods).map(i64::from))),
                ("survival", floats((0..=periods).map(|t| model.survival(t)))),
                ("low", floats(limits.iter().map(|at| at.map(|at| at.low)))),
                ("high", floats(limits.iter().map(|at| at.map(|at| at.high)))),
                (
                    "retention",
                    floats((0..=periods).map(|t| model.retention(t).ok())),
                ),
            ])
        })
    }

    /// The discounted expected lifetime of a contract in its n-th period.
    fn residual_lifetime(&self, py: Python<'_>, n: u32, rate: f64) -> PyResult<f64> {
        core(py, || Ok(Sbg::of(&self.core)?.residual_lifetime(n, rate)?))
    }

    /// P(alive at the next opportunity) and the expected purchases in the next `t`, of one donor.
    fn ask_discrete(
        &self,
        py: Python<'_>,
        history: (u32, u32, u32),
        t: u32,
    ) -> PyResult<(f64, f64)> {
        core(py, || {
            let model = BgBb::of(&self.core)?;
            let past = Opportunities {
                x: history.0,
                recency: history.1,
                n: history.2,
                customers: 1,
            };
            let alive = model.ask(DiscreteQuestion::AliveAt { later: 0 }, &past)?;
            Ok((alive, model.ask(DiscreteQuestion::Expected(t), &past)?))
        })
    }
}

/// What a fit may be told.
#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Options {
    start: Option<Vec<f64>>,
    iterations_max: u32,
}

impl Options {
    fn fit(self, unit_days: f64) -> FitOptions {
        FitOptions {
            unit_days,
            start: self.start,
            iterations_max: self.iterations_max,
            ..FitOptions::default()
        }
    }
}

/// Fits a model of purchases to a summary.
#[pyfunction]
pub(crate) fn fit_purchases(
    py: Python<'_>,
    model: String,
    summary: &Bound<'_, Summary>,
    options: Options,
) -> PyResult<Fit> {
    guarded(py, || {
        let summary = summary.get();
        let fitted = py.detach(|| {
            let options = options.fit(summary.unit_days);
            let histories = Histories::of(&summary.core)?;
            let core = match named("model", &model)? {
                ModelKind::BgNbd => bg_nbd::fit(&histories, &options),
                ModelKind::MbgNbd => mbg_nbd::fit(&histories, &options),
                ModelKind::ParetoNbd => pareto_nbd::fit(&histories, &options),
                ModelKind::Nbd => nbd::fit(&histories, &options),
                _ => {
                    let allowed = "bg_nbd, mbg_nbd, pareto_nbd or nbd";
                    let path = "/model".to_owned();
                    return Err(Failure::input("input.option", path, model, allowed));
                }
            };
            Ok(Fit { core: core? })
        });
        fitted.map_err(|failure| failure.raise(py))
    })
}

/// Fits Gamma–Gamma to the repeat spend of a summary, in whole units of its currency.
#[pyfunction]
pub(crate) fn fit_spend(
    py: Python<'_>,
    summary: &Bound<'_, Summary>,
    options: Options,
) -> PyResult<Fit> {
    guarded(py, || {
        let summary = summary.get();
        let fitted = py.detach(|| {
            let options = options.fit(summary.unit_days);
            gamma_gamma::fit(&Spends::of(&summary.core), summary.unit_minor(), &options)
        });
        let core = fitted.map_err(|error| Failure::from(error).raise(py))?;
        Ok(Fit { core })
    })
}

/// The correlation of frequency and spend with its limits, and whether Gamma–Gamma may be used.
#[pyfunction]
pub(crate) fn independence(
    py: Python<'_>,
    summary: &Bound<'_, Summary>,
    level: f64,
) -> PyResult<Option<(f64, f64, f64, bool)>> {
    guarded(py, || {
        let summary = summary.get();
        let level = checked_level(level).map_err(|failure| failure.raise(py))?;
        let found = py.detach(|| gamma_gamma::independence(&Spends::of(&summary.core), level));
        let told = |found: gamma_gamma::Independence| {
            (found.correlation, found.low, found.high, found.acceptable)
        };
        Ok(found.ok().map(told))
    })
}

/// Fits sBG to counts of contracts, one list a cohort.
#[pyfunction]
pub(crate) fn fit_renewals(
    py: Python<'_>,
    cohorts: Vec<Vec<u64>>,
    options: Options,
) -> PyResult<Fit> {
    core(py, || {
        let renewals: Result<Vec<Renewals>, _> = cohorts
            .iter()
            .map(|counts| Renewals::try_new(counts))
            .collect();
        let core = sbg::fit(&renewals?, &options.fit(1.0))?;
        Ok(Fit { core })
    })
}

/// Fits BG/BB to a frame with a row for each group of customers.
#[pyfunction]
pub(crate) fn fit_bg_bb(
    py: Python<'_>,
    frame: &Bound<'_, PyAny>,
    columns: [String; 4],
    options: Options,
) -> PyResult<Fit> {
    guarded(py, || {
        let frame = Frame::open(frame)?;
        let places: Result<Vec<usize>, Failure> = columns
            .iter()
            .map(|name| place_of(&frame.schema, name))
            .collect();
        let places = places.map_err(|failure| failure.raise(py))?;
        let mut groups = Vec::new();
        frame.each(py, |batch: &RecordBatch, first_row| {
            let mut read = Vec::new();
            for (name, place) in columns.iter().zip(&places) {
                let column = Column::of(name, batch, *place, first_row)?;
                read.push(column.counts()?);
            }
            let [x, recency, n, customers] = &read[..] else {
                return Ok(());
            };
            let small = |value: &u64| u32::try_from(*value).unwrap_or(u32::MAX);
            let rows = x.iter().zip(recency).zip(n).zip(customers);
            groups.extend(rows.map(|(((x, recency), n), customers)| Opportunities {
                x: small(x),
                recency: small(recency),
                n: small(n),
                customers: *customers,
            }));
            Ok(())
        })?;
        let fitted = py.detach(|| bg_bb::fit(&groups, &options.fit(1.0)));
        let core = fitted.map_err(|error| Failure::from(error).raise(py))?;
        Ok(Fit { core })
    })
}

/// Answers that are there.
pub(super) fn present(found: Vec<Result<f64, Absent>>) -> Vec<Option<f64>> {
    found.into_iter().map(Result::ok).collect()
}
