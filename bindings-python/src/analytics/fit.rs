//! Fits of the core's models, and what they predict.

use arrow_array::RecordBatch;
use loyalty_core::analytics::Absent;
use loyalty_core::analytics::models::bdw::{self, Bdw};
use loyalty_core::analytics::models::bg_bb::{self, BgBb, DiscreteQuestion, Opportunities};
use loyalty_core::analytics::models::cnbd_k;
use loyalty_core::analytics::models::contractual::Renewals;
use loyalty_core::analytics::models::gamma_gamma::{self, Spends};
use loyalty_core::analytics::models::predict::ask_many;
use loyalty_core::analytics::models::sbg::{self, Sbg};
use loyalty_core::analytics::models::{
    Fit as Core, FitOptions, Histories, Interval, ModelKind, Past, Prior, PurchaseModel, Question,
    bg_nbd, mbg_nbd, nbd, pareto_nbd,
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

/// How a fit ended: the scaled gradient, the condition number, steps, evaluations, the last step.
type Convergence = (Option<f64>, Option<f64>, u32, u32, f64);

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

/// A model of contracts.
enum Contracts {
    Sbg(Sbg),
    Bdw(Bdw),
}

impl Contracts {
    fn of(fit: &Core) -> Result<Self, Failure> {
        Ok(match fit.model {
            ModelKind::Bdw => Self::Bdw(Bdw::of(fit)?),
            _ => Self::Sbg(Sbg::of(fit)?),
        })
    }

    fn survival(&self, t: u32) -> f64 {
        match self {
            Self::Sbg(model) => model.survival(t),
            Self::Bdw(model) => model.survival(t),
        }
    }

    fn retention(&self, t: u32) -> Option<f64> {
        match self {
            Self::Sbg(model) => model.retention(t).ok(),
            Self::Bdw(model) => model.retention(t).ok(),
        }
    }

    fn interval(&self, fit: &Core, t: u32, level: f64) -> Result<Option<Interval>, Failure> {
        Ok(match self {
            Self::Sbg(_) => Sbg::survival_interval(fit, t, level)?.ok(),
            Self::Bdw(_) => Bdw::survival_interval(fit, t, level)?.ok(),
        })
    }

    fn residual_lifetime(&self, n: u32, rate: f64) -> Result<Option<f64>, Failure> {
        Ok(match self {
            Self::Sbg(model) => Some(model.residual_lifetime(n, rate)?),
            Self::Bdw(model) => model.residual_lifetime(n, rate)?.ok(),
        })
    }
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

    /// The regularity k of the CNBD-k models, 1 elsewhere.
    #[getter]
    fn k(&self) -> u32 {
        self.core.k
    }

    /// The evidence that the fit is a maximum.
    #[getter]
    fn convergence(&self) -> Convergence {
        let found = &self.core.convergence;
        (
            found.scaled_gradient,
            found.condition,
            found.iterations,
            found.evaluations,
            found.last_step,
        )
    }

    /// The likelihood-ratio test against a fit that contains this one: its statistic, degrees of
    /// freedom, p-value, and whether this one is at a boundary of the other. None if it does not.
    fn likelihood_ratio(&self, larger: &Bound<'_, Self>) -> Option<(f64, u32, f64, bool)> {
        let found = self.core.likelihood_ratio(&larger.get().core).ok()?;
        Some((
            found.statistic,
            found.degrees,
            found.p_value,
            found.on_boundary,
        ))
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
        self.core.convergence.status.to_string()
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

    /// When each customer of a summary has bought again with the chance `q`; empty where that is never
    /// so sure.
    fn next_purchases(
        &self,
        py: Python<'_>,
        summary: &Bound<'_, Summary>,
        q: f64,
    ) -> PyResult<Table> {
        guarded(py, || {
            let summary = summary.get();
            let found = py.detach(|| {
                let model = PurchaseModel::of(&self.core)?;
                let unit = self.core.unit_days;
                let time = |days: u32| f64::from(days) / unit;
                let mut found = Vec::with_capacity(summary.core.len());
                for at in 0..summary.core.len() {
                    let past = Past::try_new(
                        summary.core.frequency(at),
                        time(summary.core.recency_days(at)),
                        time(summary.core.age_days(at)),
                    )?;
                    found.push(model.next_purchase(&past, q)?.ok());
                }
                summary.with(vec![("next_purchase", found)])
            });
            found.map_err(|failure: Failure| failure.raise(py))
        })
    }

    /// The same of one customer.
    fn next_purchase(
        &self,
        py: Python<'_>,
        history: (u32, f64, f64),
        q: f64,
    ) -> PyResult<Option<f64>> {
        core(py, || {
            let past = Past::try_new(history.0, history.1, history.2)?;
            Ok(PurchaseModel::of(&self.core)?.next_purchase(&past, q)?.ok())
        })
    }

    /// S(t), the retention rate and its interval of each period of contracts.
    fn renewals(&self, py: Python<'_>, periods: u32, level: f64) -> PyResult<Table> {
        core(py, || {
            let (model, level) = (Contracts::of(&self.core)?, checked_level(level)?);
            let mut limits = Vec::new();
            for t in 0..=periods {
                limits.push(model.interval(&self.core, t, level)?);
            }
            Table::of(vec![
                ("period", ints((0..=periods).map(i64::from))),
                ("survival", floats((0..=periods).map(|t| model.survival(t)))),
                ("low", floats(limits.iter().map(|at| at.map(|at| at.low)))),
                ("high", floats(limits.iter().map(|at| at.map(|at| at.high)))),
                (
                    "retention",
                    floats((0..=periods).map(|t| model.retention(t))),
                ),
            ])
        })
    }

    /// The discounted expected lifetime of a contract in its n-th period; none where no sum settles.
    fn residual_lifetime(&self, py: Python<'_>, n: u32, rate: f64) -> PyResult<Option<f64>> {
        core(py, || Contracts::of(&self.core)?.residual_lifetime(n, rate))
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
            discrete(&model, &opportunities(history, 1), t)
        })
    }

    /// The same of every row of a frame, with its customers.
    fn predict_discrete(
        &self,
        py: Python<'_>,
        frame: &Bound<'_, PyAny>,
        columns: Vec<String>,
        t: u32,
    ) -> PyResult<Table> {
        guarded(py, || {
            let groups = read_opportunities(py, frame, &columns)?;
            let found = py.detach(|| {
                let model = BgBb::of(&self.core)?;
                let mut answers = Vec::with_capacity(groups.len());
                for group in &groups {
                    answers.push(discrete(&model, group, t)?);
                }
                let of = |one: fn(&Opportunities) -> u32| {
                    ints(groups.iter().map(move |group| i64::from(one(group))))
                };
                Table::of(vec![
                    ("frequency", of(|group| group.x)),
                    ("recency", of(|group| group.recency)),
                    ("periods", of(|group| group.n)),
                    ("p_alive", floats(answers.iter().map(|found| found.0))),
                    (
                        "expected_purchases",
                        floats(answers.iter().map(|found| found.1)),
                    ),
                ])
            });
            found.map_err(|failure: Failure| failure.raise(py))
        })
    }
}

fn discrete(model: &BgBb, past: &Opportunities, t: u32) -> Result<(f64, f64), Failure> {
    let alive = model.ask(DiscreteQuestion::AliveAt { later: 0 }, past)?;
    Ok((alive, model.ask(DiscreteQuestion::Expected(t), past)?))
}

fn opportunities(history: (u32, u32, u32), customers: u64) -> Opportunities {
    Opportunities {
        x: history.0,
        recency: history.1,
        n: history.2,
        customers,
    }
}

/// What a fit may be told.
#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Options {
    start: Option<Vec<f64>>,
    priors: Vec<Option<(f64, f64)>>,
    iterations_max: u32,
    threads: usize,
    /// The regularity of CNBD-k; the best one up to `k_max` without it.
    k: Option<u32>,
    pub(super) k_max: u32,
}

impl Options {
    pub(super) fn fit(self, unit_days: f64) -> FitOptions {
        let prior = |(median, spread)| Prior { median, spread };
        FitOptions {
            unit_days,
            start: self.start,
            priors: self.priors.into_iter().map(|of| of.map(prior)).collect(),
            iterations_max: self.iterations_max,
            threads: self.threads.max(1),
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
            let (k, k_max) = (options.k, options.k_max);
            let options = options.fit(summary.unit_days);
            let histories = Histories::of(&summary.core)?;
            let kind = named("model", &model)?;
            let core = match kind {
                ModelKind::BgNbd => bg_nbd::fit(&histories, &options),
                ModelKind::MbgNbd => mbg_nbd::fit(&histories, &options),
                ModelKind::ParetoNbd => pareto_nbd::fit(&histories, &options),
                ModelKind::Nbd => nbd::fit(&histories, &options),
                ModelKind::BgCnbdK | ModelKind::MbgCnbdK => {
                    let modified = kind == ModelKind::MbgCnbdK;
                    match k {
                        None => cnbd_k::fit_best(&histories, k_max, modified, &options),
                        Some(k) if modified => cnbd_k::fit_mbg(&histories, k, &options),
                        Some(k) => cnbd_k::fit_bg(&histories, k, &options),
                    }
                }
                _ => {
                    let allowed = "bg_nbd, mbg_nbd, pareto_nbd, nbd, bg_cnbd_k or mbg_cnbd_k";
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

/// Counts of contracts, one list a cohort.
pub(super) fn cohorts_of(counts: &[Vec<u64>]) -> Result<Vec<Renewals>, Failure> {
    let cohorts = counts.iter().map(|counts| Renewals::try_new(counts));
    Ok(cohorts.collect::<Result<_, _>>()?)
}

/// Fits sBG or BdW to counts of contracts, one list a cohort.
#[pyfunction]
pub(crate) fn fit_renewals(
    py: Python<'_>,
    model: &str,
    cohorts: Vec<Vec<u64>>,
    options: Options,
) -> PyResult<Fit> {
    core(py, || {
        let (renewals, options) = (cohorts_of(&cohorts)?, options.fit(1.0));
        let core = match named("model", model)? {
            ModelKind::Bdw => bdw::fit(&renewals, &options)?,
            _ => sbg::fit(&renewals, &options)?,
        };
        Ok(Fit { core })
    })
}

/// The rows of a frame with a row for each group of customers: frequency, recency, periods, and how
/// many customers, one where no column says.
fn read_opportunities(
    py: Python<'_>,
    frame: &Bound<'_, PyAny>,
    columns: &[String],
) -> PyResult<Vec<Opportunities>> {
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
        let small = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
        for row in 0..batch.num_rows() {
            let of = |column: usize| read.get(column).map(|counts| counts[row]);
            let history = [0, 1, 2].map(|column| small(of(column).unwrap_or(0)));
            let [x, recency, n] = history;
            groups.push(opportunities((x, recency, n), of(3).unwrap_or(1)));
        }
        Ok(())
    })?;
    Ok(groups)
}

/// Fits BG/BB to a frame with a row for each group of customers.
#[pyfunction]
pub(crate) fn fit_bg_bb(
    py: Python<'_>,
    frame: &Bound<'_, PyAny>,
    columns: Vec<String>,
    options: Options,
) -> PyResult<Fit> {
    guarded(py, || {
        let groups = read_opportunities(py, frame, &columns)?;
        let fitted = py.detach(|| bg_bb::fit(&groups, &options.fit(1.0)));
        let core = fitted.map_err(|error| Failure::from(error).raise(py))?;
        Ok(Fit { core })
    })
}

/// Answers that are there.
pub(super) fn present(found: Vec<Result<f64, Absent>>) -> Vec<Option<f64>> {
    found.into_iter().map(Result::ok).collect()
}
