//! Summaries: a row a customer, as the models take them.

use std::sync::Arc;

use loyalty_core::analytics::index::Key;
use loyalty_core::analytics::models::predict::Batch;
use loyalty_core::analytics::summary::{Split, Summaries, split, summarize as core_summarize};
use loyalty_core::number::Currency;
use pyo3::prelude::*;

use super::cores;
use super::orders::{Orders, Terms};
use super::table::{Table, days, floats, ints, keys};
use crate::errors::{Failure, core, guarded};

/// What happened after the end of a summary.
#[derive(Debug)]
pub(super) struct Holdout {
    pub(super) end: i32,
    pub(super) occasions: Vec<u32>,
    pub(super) minor: Vec<i64>,
    pub(super) new_customers: u64,
}

impl Holdout {
    /// The calibration, and what came after it.
    pub(super) fn of(split: Split) -> (Summaries, Option<Self>) {
        let holdout = Self {
            end: split.end,
            occasions: split.holdout_occasions,
            minor: split.holdout_minor,
            new_customers: split.new_in_holdout,
        };
        (split.calibration, Some(holdout))
    }
}

/// Days in one unit of time, if they are.
pub(super) fn checked_unit(unit_days: f64) -> Result<f64, Failure> {
    if unit_days > 0.0 && unit_days.is_finite() {
        return Ok(unit_days);
    }
    let path = "/unit_days".to_owned();
    Err(Failure::input(
        "input.option",
        path,
        unit_days,
        "more than 0",
    ))
}

/// Summaries of customers. `loyalty_core.Summary` is what users see of it.
#[pyclass(frozen, module = "loyalty_core._core", name = "Summary")]
#[derive(Debug)]
pub(crate) struct Summary {
    pub(super) core: Summaries,
    pub(super) keys: Arc<Vec<Key>>,
    pub(super) currency: Currency,
    /// Days in one unit of time.
    pub(super) unit_days: f64,
    pub(super) holdout: Option<Holdout>,
    pub(super) counts: Vec<(&'static str, u64)>,
}

/// The columns of a batch of customers.
pub(super) struct Columns {
    pub(super) x: Vec<u32>,
    recency_days: Vec<u32>,
    age_days: Vec<u32>,
}

impl Columns {
    pub(super) fn batch(&self, unit_days: f64) -> Batch<'_> {
        Batch {
            x: &self.x,
            recency_days: &self.recency_days,
            age_days: &self.age_days,
            unit_days,
            threads: 1,
        }
    }
}

impl Summary {
    pub(super) fn columns(&self) -> Columns {
        let of = |one: fn(&Summaries, usize) -> u32| {
            (0..self.core.len()).map(|at| one(&self.core, at)).collect()
        };
        Columns {
            x: of(Summaries::frequency),
            recency_days: of(Summaries::recency_days),
            age_days: of(Summaries::age_days),
        }
    }

    /// Minor units of one unit of the currency.
    pub(super) fn unit_minor(&self) -> u32 {
        10_u32.pow(u32::from(self.currency.exponent()))
    }

    /// The customers with a column each of what was found for them.
    pub(super) fn with(&self, columns: Vec<(&str, Vec<Option<f64>>)>) -> Result<Table, Failure> {
        let customers = self.core.customer.iter().copied();
        let mut all = vec![("customer", keys(&self.keys, customers))];
        all.extend(
            columns
                .into_iter()
                .map(|(name, values)| (name, floats(values))),
        );
        Table::of(all)
    }
}

#[pymethods]
impl Summary {
    /// The last day that was seen, as days since 1970-01-01.
    #[getter]
    fn as_of(&self) -> i32 {
        self.core.as_of
    }

    /// Days in one unit of time.
    #[getter]
    fn unit_days(&self) -> f64 {
        self.unit_days
    }

    /// Customers that are known but have no occasion.
    #[getter]
    fn without_occasion(&self) -> u64 {
        self.core.without_occasion
    }

    /// The last day of the holdout, and how many customers came first in it.
    #[getter]
    fn holdout(&self) -> Option<(i32, u64)> {
        let holdout = self.holdout.as_ref()?;
        Some((holdout.end, holdout.new_customers))
    }

    /// Where every row of the frame went.
    #[getter]
    fn counts(&self) -> Vec<(&'static str, u64)> {
        self.counts.clone()
    }

    /// The summary as columns.
    fn table(&self, py: Python<'_>) -> PyResult<Table> {
        core(py, || {
            let all = || 0..self.core.len();
            let time = |days: u32| f64::from(days) / self.unit_days;
            let unit = f64::from(self.unit_minor());
            let mean = |at: usize| self.core.repeat_mean(at).ok().map(|mean| mean / unit);
            let mut columns = vec![
                (
                    "customer",
                    keys(&self.keys, self.core.customer.iter().copied()),
                ),
                (
                    "frequency",
                    ints(all().map(|at| i64::from(self.core.frequency(at)))),
                ),
                (
                    "recency",
                    floats(all().map(|at| time(self.core.recency_days(at)))),
                ),
                ("T", floats(all().map(|at| time(self.core.age_days(at))))),
                ("monetary_value", floats(all().map(mean))),
                (
                    "orders",
                    ints(self.core.orders.iter().map(|orders| i64::from(*orders))),
                ),
                ("total_minor", ints(self.core.total_minor.iter().copied())),
                ("first_day", days(self.core.first_day.iter().copied())),
                ("last_day", days(self.core.last_day.iter().copied())),
            ];
            if let Some(holdout) = &self.holdout {
                let occasions = holdout.occasions.iter().map(|count| i64::from(*count));
                columns.push(("holdout_frequency", ints(occasions)));
                columns.push(("holdout_minor", ints(holdout.minor.iter().copied())));
            }
            Table::of(columns)
        })
    }
}

/// Summarizes orders up to a day, with what happened until `holdout_end` beside it.
#[pyfunction]
pub(crate) fn summarize(
    py: Python<'_>,
    orders: &Bound<'_, Orders>,
    terms: Terms,
    holdout_end: Option<i32>,
    unit_days: f64,
) -> PyResult<Summary> {
    guarded(py, || {
        let orders = orders.get();
        let made = py.detach(|| {
            let unit_days = checked_unit(unit_days)?;
            let (rules, customers) = (terms.rules()?, orders.keys.len());
            let (core, holdout) = match holdout_end {
                None => (
                    core_summarize(&orders.purchases(), customers, rules, cores())?,
                    None,
                ),
                Some(end) => {
                    Holdout::of(split(&orders.purchases(), customers, rules, end, cores())?)
                }
            };
            Ok(Summary {
                counts: orders.counts(core.counts),
                core,
                keys: Arc::clone(&orders.keys),
                currency: orders.currency,
                unit_days,
                holdout,
            })
        });
        made.map_err(|failure: Failure| failure.raise(py))
    })
}
