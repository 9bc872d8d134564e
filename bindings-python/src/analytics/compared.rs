//! Models beside each other, beside what came after, and beside customers drawn from them.

use std::sync::Arc;

use loyalty_core::analytics::metrics::Population;
use loyalty_core::analytics::models::compare::{
    Compared, compare as core_compare, compare_contracts,
};
use loyalty_core::analytics::models::covariates::{self, Level, level_model};
use loyalty_core::analytics::models::gamma_gamma::GammaGamma;
use loyalty_core::analytics::models::holdout::{
    Bin, Decile, Holdout as CoreHoldout, holdout as core_holdout, tracking as core_tracking,
};
use loyalty_core::analytics::models::{Fit as Core, Histories, PurchaseModel};
use loyalty_core::analytics::summary::Split;
use pyo3::prelude::*;

use super::fit::{Fit, Options, cohorts_of};
use super::measures::detached;
use super::named;
use super::orders::{Orders, Terms};
use super::summary::{Summary, checked_unit};
use super::table::{Table, count, days, flags, floats, ints, texts};
use crate::errors::{Failure, core, guarded};

/// The models as a table, best first.
fn ranking(found: &[Compared]) -> Result<Table, Failure> {
    let fit =
        |of: fn(&Core) -> f64| floats(found.iter().map(move |one| one.fit.as_ref().ok().map(of)));
    let holdout = |of: fn(&CoreHoldout) -> Option<f64>| {
        floats(
            found
                .iter()
                .map(move |one| one.holdout.as_ref().and_then(of)),
        )
    };
    let told = |one: &Compared| match &one.fit {
        Ok(fit) => fit.convergence.status.to_string(),
        Err(error) => error.to_string(),
    };
    Table::of(vec![
        (
            "model",
            texts(found.iter().map(|one| Some(one.model.name()))),
        ),
        ("k", ints(found.iter().map(|one| i64::from(one.k)))),
        ("log_likelihood", fit(|fit| fit.log_likelihood)),
        ("aic", fit(Core::aic)),
        ("bic", fit(Core::bic)),
        ("aic_excess", floats(found.iter().map(|one| one.aic_excess))),
        (
            "holdout_mean_absolute",
            holdout(|one| Some(one.mean_absolute)),
        ),
        ("holdout_total_error", holdout(|one| one.total_error.ok())),
        ("status", texts(found.iter().map(|one| Some(told(one))))),
    ])
}

/// Fits of the models that there are.
fn fits(found: Vec<Compared>) -> Vec<Fit> {
    let fits = found.into_iter().filter_map(|one| one.fit.ok());
    fits.map(|core| Fit { core }).collect()
}

/// The calibration of a summary with its holdout.
fn split(summary: &Summary) -> Option<Split> {
    let holdout = summary.holdout.as_ref()?;
    Some(Split {
        calibration: summary.core.clone(),
        end: holdout.end,
        holdout_occasions: holdout.occasions.clone(),
        holdout_minor: holdout.minor.clone(),
        new_in_holdout: holdout.new_customers,
    })
}

/// Fits every model of purchases to a summary; a table of them, best first, and the fits in its order.
#[pyfunction]
pub(crate) fn compare_purchases(
    py: Python<'_>,
    summary: &Bound<'_, Summary>,
    options: Options,
) -> PyResult<(Table, Vec<Fit>)> {
    guarded(py, || {
        let summary = summary.get();
        let found = py.detach(|| {
            let k_max = options.k_max;
            let histories = Histories::of(&summary.core)?;
            let split = split(summary);
            let options = options.fit(summary.unit_days);
            let found = core_compare(&histories, k_max, split.as_ref(), &options);
            Ok((ranking(&found)?, fits(found)))
        });
        found.map_err(|failure: Failure| failure.raise(py))
    })
}

/// Fits every model of contracts to counts of them, one list a cohort.
#[pyfunction]
pub(crate) fn compare_renewals(
    py: Python<'_>,
    cohorts: Vec<Vec<u64>>,
    options: Options,
) -> PyResult<(Table, Vec<Fit>)> {
    core(py, || {
        let found = compare_contracts(&cohorts_of(&cohorts)?, &options.fit(1.0));
        Ok((ranking(&found)?, fits(found)))
    })
}

/// Mean absolute error, root mean square error, relative error of the total.
type Errors = (f64, f64, Option<f64>);

/// What a fit says of a summary's holdout beside what happened: the errors, a row a customer, a row a
/// frequency, a row a tenth of the customers.
#[pyfunction]
pub(crate) fn holdout(
    py: Python<'_>,
    fit: &Bound<'_, Fit>,
    summary: &Bound<'_, Summary>,
    frequency_max: u32,
) -> PyResult<(Errors, Table, Table, Table)> {
    guarded(py, || {
        let (fit, summary) = (fit.get(), summary.get());
        let found = py.detach(|| {
            let split = split(summary).ok_or_else(|| {
                let allowed = "a summary made with holdout_end=";
                Failure::input("input.option", "/summary".to_owned(), "no holdout", allowed)
            })?;
            let model = PurchaseModel::of(&fit.core)?;
            let found = core_holdout(&model, &split, fit.core.unit_days)?;
            let errors = (
                found.mean_absolute,
                found.root_mean_square,
                found.total_error.ok(),
            );
            let actual = found.actual.iter().map(|actual| Some(f64::from(*actual)));
            let customers = summary.with(vec![
                (
                    "predicted",
                    found.predicted.iter().copied().map(Some).collect(),
                ),
                ("actual", actual.collect()),
            ])?;
            let bins = found.calibration(&split, frequency_max);
            Ok((
                errors,
                customers,
                bins_table(&bins)?,
                deciles(&found.deciles())?,
            ))
        });
        found.map_err(|failure: Failure| failure.raise(py))
    })
}

fn bins_table(bins: &[Bin]) -> Result<Table, Failure> {
    let mean = |of: fn(&Bin) -> f64| floats(bins.iter().map(of));
    Table::of(vec![
        ("frequency", ints(bins.iter().map(|bin| i64::from(bin.x)))),
        (
            "customers",
            ints(bins.iter().map(|bin| count(bin.customers))),
        ),
        ("predicted", mean(|bin| bin.predicted)),
        ("actual", mean(|bin| bin.actual)),
    ])
}

fn deciles(deciles: &[Decile]) -> Result<Table, Failure> {
    let mean = |of: fn(&Decile) -> f64| floats(deciles.iter().map(of));
    Table::of(vec![
        (
            "decile",
            ints(deciles.iter().map(|one| i64::from(one.decile))),
        ),
        (
            "customers",
            ints(deciles.iter().map(|one| count(one.customers))),
        ),
        ("predicted", mean(|one| one.predicted)),
        ("actual", mean(|one| one.actual)),
        ("lift", floats(deciles.iter().map(|one| one.lift.ok()))),
    ])
}

/// Repeat purchases of all customers summed up, as a fit expects them and as they came.
#[pyfunction]
pub(crate) fn tracking(
    py: Python<'_>,
    fit: &Bound<'_, Fit>,
    orders: &Bound<'_, Orders>,
    terms: Terms,
    start: Option<i32>,
    step_days: u32,
) -> PyResult<Table> {
    let fit = fit.get();
    detached(py, orders, |orders| {
        let rules = terms.rules()?;
        let start = orders.window(start, rules)?.start;
        let model = PurchaseModel::of(&fit.core)?;
        let occasions = orders.occasions(rules)?;
        let points = core_tracking(&model, &occasions, start, step_days, fit.core.unit_days)?;
        Table::of(vec![
            ("day", days(points.iter().map(|point| point.day))),
            (
                "expected",
                floats(points.iter().map(|point| point.expected)),
            ),
            (
                "actual",
                ints(points.iter().map(|point| count(point.actual))),
            ),
        ])
    })
}

/// Customers drawn from a fit of purchases, one for each age.
#[pyfunction]
pub(crate) fn simulate_purchases(
    py: Python<'_>,
    fit: &Bound<'_, Fit>,
    ages: Vec<f64>,
    seed: u64,
) -> PyResult<Table> {
    guarded(py, || {
        let fit = fit.get();
        let made = py.detach(|| {
            let drawn = PurchaseModel::of(&fit.core)?.simulate(&ages, seed)?;
            let last = |times: &[f64]| times.last().copied().unwrap_or(0.0);
            Table::of(vec![
                ("customer", ints((0..).take(drawn.len()))),
                (
                    "frequency",
                    ints(drawn.iter().map(|one| count(one.times.len() as u64))),
                ),
                ("recency", floats(drawn.iter().map(|one| last(&one.times)))),
                ("T", floats(drawn.iter().map(|one| one.age))),
                ("alive", flags(drawn.iter().map(|one| one.alive))),
            ])
        });
        made.map_err(|failure: Failure| failure.raise(py))
    })
}

/// What customers drawn from a fit of spend pay, a row an occasion.
#[pyfunction]
pub(crate) fn simulate_spend(
    py: Python<'_>,
    fit: &Bound<'_, Fit>,
    counts: Vec<u32>,
    seed: u64,
) -> PyResult<Table> {
    core(py, || {
        let drawn = GammaGamma::of(&fit.get().core)?.simulate(&counts, seed);
        let rows = || {
            (0_i64..)
                .zip(&drawn)
                .flat_map(|(at, all)| all.iter().map(move |one| (at, *one)))
        };
        Table::of(vec![
            ("customer", ints(rows().map(|(at, _)| at))),
            ("spend", floats(rows().map(|(_, spend)| spend))),
        ])
    })
}

/// Fits a model of purchases whose parameters differ by segment.
#[pyfunction]
#[allow(clippy::too_many_arguments, reason = "called by name from one place")]
pub(crate) fn fit_segments(
    py: Python<'_>,
    model: String,
    orders: &Bound<'_, Orders>,
    terms: Terms,
    by: String,
    base: String,
    unit_days: f64,
    options: Options,
) -> PyResult<Fit> {
    detached(py, orders, |orders| {
        let (rules, unit_days) = (terms.rules()?, checked_unit(unit_days)?);
        let occasions: Arc<_> = orders.occasions(rules)?;
        let segments = orders.customer_segments(&by)?;
        let mut columns = vec![<[Vec<u32>; 3]>::default(); segments.labels.len()];
        for history in Population::all(&occasions).histories() {
            let (Some(first), Some(last)) = (history.first(), history.last()) else {
                continue;
            };
            let label = segments.of[history.customer as usize] as usize;
            let repeats = u32::try_from(history.day.len() - 1).unwrap_or(u32::MAX);
            let values = [repeats, first.abs_diff(last), first.abs_diff(rules.as_of)];
            for (column, value) in columns[label].iter_mut().zip(values) {
                column.push(value);
            }
        }
        let mut levels = Vec::new();
        for (label, [x, recency, age]) in segments.labels.iter().zip(&columns) {
            if x.is_empty() {
                continue;
            }
            let Some(name) = label.clone() else {
                let found = format!("{} customers without {by}", x.len());
                let allowed = "a segment for every customer with an order";
                return Err(Failure::input(
                    "input.option",
                    "/by".to_owned(),
                    found,
                    allowed,
                ));
            };
            let histories = Histories::from_columns(x, recency, age)?;
            levels.push(Level { name, histories });
        }
        let kind = named("model", &model)?;
        let core = covariates::fit(kind, &levels, &base, &options.fit(unit_days))?;
        Ok(Fit { core })
    })
}

/// The model of one segment: its own four parameters, without a covariance.
#[pyfunction]
pub(crate) fn segment_fit(
    py: Python<'_>,
    fit: &Bound<'_, Fit>,
    segment: &str,
    base: &str,
) -> PyResult<Fit> {
    core(py, || {
        let fit = &fit.get().core;
        let model = level_model(fit, segment, base)?;
        let own = model.parameters();
        let names = fit.names.iter().take(own.len()).cloned().collect();
        let core = Core {
            names,
            values: own.to_vec(),
            covariance: None,
            ..fit.clone()
        };
        Ok(Fit { core })
    })
}
