//! The report as HTML.

use loyalty_core::report::{ReportOptions, RunError, build, render, scheme_figures};
use pyo3::prelude::*;

use super::measures::detached;
use super::orders::{Orders, Terms};
use super::table::{Table, texts};
use crate::engine::Scheme;
use crate::errors::{Failure, core};

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Rows(error) => error.into(),
            RunError::Act(error) => error.into(),
            RunError::Number(error) => error.into(),
            RunError::Time(error) => error.into(),
            RunError::Id(error) => error.into(),
        }
    }
}

/// What a report is asked for, beside the day on which observation ends.
#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Asked {
    title: String,
    time_zone: Option<String>,
    level: f64,
    horizon_days: u32,
    annual_rate: f64,
    margin_rate: f64,
    calibration_end: Option<i32>,
    listed_max: usize,
    threads: usize,
}

/// The page; with a scheme, also what it costs and owes.
#[pyfunction]
pub(crate) fn report(
    py: Python<'_>,
    orders: &Bound<'_, Orders>,
    terms: Terms,
    asked: Asked,
    scheme: Option<&Scheme>,
) -> PyResult<String> {
    let scheme = scheme.map(|scheme| std::sync::Arc::clone(&scheme.core));
    detached(py, orders, |orders| {
        let rules = terms.rules()?;
        let purchases = orders.purchases();
        let figures = scheme
            .map(|scheme| scheme_figures(&scheme, &purchases, orders.currency, rules.as_of))
            .transpose()?;
        let options = ReportOptions {
            time_zone: asked.time_zone,
            level: asked.level,
            zero_orders: rules.zero_orders,
            refunds: rules.refunds,
            horizon_days: asked.horizon_days,
            annual_rate: asked.annual_rate,
            margin_rate: asked.margin_rate,
            calibration_end: asked.calibration_end,
            listed_max: asked.listed_max,
            threads: asked.threads,
            ..ReportOptions::new(&asked.title, orders.currency, rules.as_of)
        };
        Ok(render(&build(&purchases, &orders.keys, &options, figures)?))
    })
}

/// Columns of text as a table, such as those of a file.
#[pyfunction]
pub(crate) fn text_table(
    py: Python<'_>,
    columns: Vec<(String, Vec<Option<String>>)>,
) -> PyResult<Table> {
    core(py, || {
        let arrays = columns.iter().map(|(name, values)| {
            let values = values.iter().map(|value| value.as_deref());
            (name.as_str(), texts(values))
        });
        Table::of(arrays.collect())
    })
}
