//! Metrics, retention, cohorts and scores as tables.

use std::sync::Arc;

use loyalty_core::analytics::Absent;
use loyalty_core::analytics::civil::{Calendar, Weekday};
use loyalty_core::analytics::cohort::{Measure, Since, cohort_counts, cohort_table};
use loyalty_core::analytics::columns::Purchases;
use loyalty_core::analytics::metrics::active::active;
use loyalty_core::analytics::metrics::churn;
use loyalty_core::analytics::metrics::customer_value::{customer_value, historic_value};
use loyalty_core::analytics::metrics::interpurchase::gaps;
use loyalty_core::analytics::metrics::new_customers::new_customers;
use loyalty_core::analytics::metrics::order_value::{Basis, order_value};
use loyalty_core::analytics::metrics::purchase_frequency::{
    purchase_frequency, purchase_frequency_yearly,
};
use loyalty_core::analytics::metrics::repeat_rate::repeat_rate;
use loyalty_core::analytics::metrics::retention::{Periods, retention as core_retention};
use loyalty_core::analytics::metrics::returning_rate::returning_rate;
use loyalty_core::analytics::metrics::{Mean, Population, Rate, Ratio, Window, by_segment};
use loyalty_core::analytics::models::Interval;
use loyalty_core::analytics::occasions::{Occasions, Rules};
use loyalty_core::analytics::segments::column::{Column, Scope, by_column};
use loyalty_core::analytics::segments::rfm::{Rfm, RfmOptions, rfm as core_rfm};
use loyalty_core::analytics::segments::rfm_presets::{eleven, ten};
use pyo3::prelude::*;
use serde::Serialize;

use super::orders::{Orders, Terms};
use super::table::{Table, count, days, floats, ints, keys, texts};
use super::{checked_level, named};
use crate::errors::{Failure, guarded};

/// Rows of metrics, one a segment and metric.
#[derive(Default)]
struct Rows {
    metric: Vec<Option<&'static str>>,
    value: Vec<Option<f64>>,
    low: Vec<Option<f64>>,
    high: Vec<Option<f64>>,
    numerator: Vec<Option<f64>>,
    denominator: Vec<Option<f64>>,
    unit: Vec<Option<&'static str>>,
    absent: Vec<Option<&'static str>>,
}

/// Numbers that stand for counts and sums, for the columns of a table.
#[allow(
    clippy::cast_precision_loss,
    reason = "what a table shows beside exact ratios"
)]
fn wide(value: impl Into<i128>) -> f64 {
    value.into() as f64
}

/// Rows of one population, with the level of its intervals and its money unit.
#[derive(Default)]
pub(super) struct Writer {
    rows: Rows,
    level: f64,
    unit_minor: f64,
}

impl Writer {
    fn push(
        &mut self,
        metric: &'static str,
        unit: &'static str,
        value: Result<f64, Absent>,
        limits: Result<(f64, f64), Absent>,
        parts: (Option<f64>, Option<f64>),
    ) {
        let rows = &mut self.rows;
        rows.metric.push(Some(metric));
        rows.unit.push(Some(unit));
        rows.absent.push(value.err().map(Absent::code));
        rows.value.push(value.ok());
        rows.low.push(limits.ok().map(|(low, _)| low));
        rows.high.push(limits.ok().map(|(_, high)| high));
        rows.numerator.push(parts.0);
        rows.denominator.push(parts.1);
    }

    pub(super) fn rate(&mut self, metric: &'static str, rate: &Rate) {
        let parts = (Some(wide(rate.numerator)), Some(wide(rate.denominator)));
        self.push(
            metric,
            "share",
            rate.value(),
            rate.interval(self.level),
            parts,
        );
    }

    fn mean(&mut self, metric: &'static str, unit: &'static str, mean: &Mean, scale: f64) {
        let limits = limits(mean.interval(self.level), scale);
        let value = mean.value().map(|value| value / scale);
        let parts = (Some(wide(mean.sum) / scale), Some(wide(mean.n)));
        self.push(metric, unit, value, limits, parts);
    }

    fn ratio(&mut self, metric: &'static str, ratio: &Ratio, scale: f64) {
        let interval = ratio.interval(self.level);
        let value = match ratio.denominator {
            0 => Err(Absent::EmptyDenominator),
            sum => Ok(wide(ratio.numerator) / wide(sum) / scale),
        };
        let parts = (
            Some(wide(ratio.numerator) / scale),
            Some(wide(ratio.denominator)),
        );
        self.push(metric, "money", value, limits(interval, scale), parts);
    }

    pub(super) fn plain(
        &mut self,
        metric: &'static str,
        unit: &'static str,
        value: Result<f64, Absent>,
    ) {
        self.push(metric, unit, value, Err(Absent::NotDefined), (None, None));
    }

    pub(super) fn interval(
        &mut self,
        metric: &'static str,
        unit: &'static str,
        found: Result<Interval, Absent>,
    ) {
        let value = found.map(|found| found.value);
        self.push(metric, unit, value, limits(found, 1.0), (None, None));
    }

    /// Money in whole units of amounts in minor ones.
    pub(super) fn money(&mut self, metric: &'static str, minor: Result<f64, Absent>) {
        let unit_minor = self.unit_minor;
        self.plain(metric, "money", minor.map(|minor| minor / unit_minor));
    }

    /// A share of sums that are no counts, with the sums in whole units.
    pub(super) fn share(
        &mut self,
        metric: &'static str,
        value: Result<f64, Absent>,
        sums: (i128, i128),
        unit: f64,
    ) {
        let parts = (Some(wide(sums.0) / unit), Some(wide(sums.1) / unit));
        self.push(metric, "share", value, Err(Absent::NotDefined), parts);
    }

    pub(super) fn unit_minor(&self) -> f64 {
        self.unit_minor
    }

    fn all(&mut self, population: &Population<'_>, window: Window) {
        let (money, basis) = (self.unit_minor, Basis::Orders);
        self.plain("customers", "count", Ok(wide(population.len() as u64)));
        let new = new_customers(population, window);
        self.plain("new_customers", "count", Ok(wide(new.count)));
        self.rate("active_rate", &active(population, window));
        self.rate("repeat_rate", &repeat_rate(population, window));
        self.rate("returning_rate", &returning_rate(population, window));
        self.ratio(
            "order_value",
            &order_value(population, window, basis),
            money,
        );
        let frequency = purchase_frequency(population, window, basis);
        self.mean("purchase_frequency", "orders", &frequency, 1.0);
        let yearly = purchase_frequency_yearly(population, window, basis, self.level);
        self.interval("purchase_frequency_yearly", "orders", yearly);
        self.mean(
            "customer_value",
            "money",
            &customer_value(population, window),
            money,
        );
        self.mean(
            "historic_value",
            "money",
            &historic_value(population),
            money,
        );
        let between = gaps(population);
        self.plain("gap_median", "days", between.quantile(50).map(f64::from));
        self.plain("gap_90", "days", between.quantile(90).map(f64::from));
        match churn::thresholds(population, 90) {
            Ok(thresholds) => {
                self.rate("silent_rate", &churn::by_threshold(population, thresholds));
            }
            Err(reason) => self.plain("silent_rate", "share", Err(reason)),
        }
    }
}

fn limits(interval: Result<Interval, Absent>, scale: f64) -> Result<(f64, f64), Absent> {
    interval.map(|interval| (interval.low / scale, interval.high / scale))
}

/// What `one` says of everybody, or of every segment.
pub(super) fn each<R>(
    orders: &Orders,
    rules: Rules,
    by: Option<&str>,
    one: impl Fn(&Population<'_>) -> R,
) -> Result<Vec<(Option<String>, R)>, Failure> {
    let Some(by) = by else {
        let occasions = orders.occasions(rules)?;
        return Ok(vec![(None, one(&Population::all(&occasions)))]);
    };
    let segments = orders.segments(by)?;
    let label = |place: u32| segments.labels.get(place as usize).cloned().flatten();
    if segments.of_rows {
        let purchases = Purchases {
            channel: Some(&segments.of),
            ..orders.purchases()
        };
        let customers = orders.keys.len();
        let (column, scope) = (Column::Channel, Scope::Rows);
        let found = by_column(&purchases, customers, rules, column, scope, one)?;
        let found = found.into_iter();
        return Ok(found.map(|one| (label(one.label), one.value)).collect());
    }
    let occasions: Arc<Occasions> = orders.occasions(rules)?;
    let found = by_segment(&occasions, &segments.of, one)?;
    Ok(found
        .into_iter()
        .map(|(place, said)| (label(place), said))
        .collect())
}

/// The rows that `one` writes of everybody, or of every segment, as a table.
pub(super) fn measured(
    orders: &Orders,
    rules: Rules,
    by: Option<&str>,
    level: f64,
    one: impl Fn(&mut Writer, &Population<'_>) -> Result<(), Failure>,
) -> Result<Table, Failure> {
    let level = checked_level(level)?;
    let unit_minor = f64::from(10_u32.pow(u32::from(orders.currency.exponent())));
    let found = each(orders, rules, by, |population| {
        let mut writer = Writer {
            level,
            unit_minor,
            ..Writer::default()
        };
        one(&mut writer, population).map(|()| writer.rows)
    })?;
    let (mut all, mut labels) = (Rows::default(), Vec::new());
    for (label, rows) in found {
        let mut rows = rows?;
        labels.extend(rows.metric.iter().map(|_| label.clone()));
        all.metric.append(&mut rows.metric);
        all.value.append(&mut rows.value);
        all.low.append(&mut rows.low);
        all.high.append(&mut rows.high);
        all.numerator.append(&mut rows.numerator);
        all.denominator.append(&mut rows.denominator);
        all.unit.append(&mut rows.unit);
        all.absent.append(&mut rows.absent);
    }
    let mut columns = Vec::new();
    if let Some(by) = by {
        columns.push((by, texts(labels)));
    }
    columns.extend([
        ("metric", texts(all.metric)),
        ("value", floats(all.value)),
        ("low", floats(all.low)),
        ("high", floats(all.high)),
        ("numerator", floats(all.numerator)),
        ("denominator", floats(all.denominator)),
        ("unit", texts(all.unit)),
        ("absent", texts(all.absent)),
    ]);
    Table::of(columns)
}

/// The metrics of a window that ends with the last day seen.
#[pyfunction]
pub(crate) fn metrics(
    py: Python<'_>,
    orders: &Bound<'_, Orders>,
    terms: Terms,
    start: Option<i32>,
    by: Option<String>,
    level: f64,
) -> PyResult<Table> {
    detached(py, orders, |orders| {
        let rules = terms.rules()?;
        let window = orders.window(start, rules)?;
        measured(orders, rules, by.as_deref(), level, |writer, population| {
            writer.all(population, window);
            Ok(())
        })
    })
}

fn calendar(period: &str) -> Result<Calendar, Failure> {
    Ok(match period {
        "day" => Calendar::Day,
        "week" => Calendar::Week(Weekday::Monday),
        "month" => Calendar::Month,
        "quarter" => Calendar::Quarter,
        "year" => Calendar::Year,
        _ => {
            let allowed = "day, week, month, quarter or year";
            return Err(Failure::input(
                "input.option",
                "/period".to_owned(),
                period,
                allowed,
            ));
        }
    })
}

/// Retention by periods since each customer's first occasion.
#[pyfunction]
#[allow(clippy::too_many_arguments, reason = "called by name from one place")]
pub(crate) fn retention(
    py: Python<'_>,
    orders: &Bound<'_, Orders>,
    terms: Terms,
    start: Option<i32>,
    period: String,
    rolling_days: Option<u32>,
    retained: String,
    periods: u32,
    by: Option<String>,
    level: f64,
) -> PyResult<Table> {
    detached(py, orders, |orders| {
        let (rules, level) = (terms.rules()?, checked_level(level)?);
        let counted = match rolling_days {
            Some(days) => Periods::Rolling(days),
            None => Periods::Calendar(calendar(&period)?),
        };
        let retained = named("retained", &retained)?;
        let window = orders.window(start, rules)?;
        let found = each(orders, rules, by.as_deref(), |population| {
            core_retention(population, window, counted, retained, periods)
        })?;
        let mut points = Vec::new();
        for (label, said) in found {
            points.extend(said?.into_iter().map(|point| (label.clone(), point)));
        }
        let limit = |pick: fn((f64, f64)) -> f64| {
            floats(
                points
                    .iter()
                    .map(move |(_, point)| point.rate.interval(level).ok().map(pick)),
            )
        };
        let mut columns = Vec::new();
        if let Some(by) = &by {
            columns.push((
                by.as_str(),
                texts(points.iter().map(|(label, _)| label.as_deref())),
            ));
        }
        columns.extend([
            (
                "period",
                ints(points.iter().map(|(_, point)| i64::from(point.period))),
            ),
            (
                "value",
                floats(points.iter().map(|(_, point)| point.rate.value().ok())),
            ),
            ("low", limit(|limits| limits.0)),
            ("high", limit(|limits| limits.1)),
            (
                "retained",
                ints(points.iter().map(|(_, point)| count(point.rate.numerator))),
            ),
            (
                "exposed",
                ints(
                    points
                        .iter()
                        .map(|(_, point)| count(point.rate.denominator)),
                ),
            ),
        ]);
        Table::of(columns)
    })
}

/// Cohorts in the long form: one row an observed cell.
#[pyfunction]
pub(crate) fn cohorts(
    py: Python<'_>,
    orders: &Bound<'_, Orders>,
    terms: Terms,
    period: String,
    rolling_days: Option<u32>,
    measure: String,
) -> PyResult<Table> {
    detached(py, orders, |orders| {
        let calendar = calendar(&period)?;
        let since = rolling_days.map_or(Since::Calendar, Since::RollingDays);
        let rules = terms.rules()?;
        let measure = named("measure", &measure)?;
        let table = match (since, measure) {
            (Since::Calendar, Measure::Customers) => {
                cohort_counts(&orders.purchases(), orders.keys.len(), rules, calendar)?
            }
            _ => {
                let occasions = orders.occasions(rules)?;
                cohort_table(&Population::all(&occasions), calendar, since, measure)?
            }
        };
        let cells: Vec<_> = table
            .rows
            .iter()
            .flat_map(|row| {
                (0_i64..)
                    .zip(&row.cells)
                    .map(move |(at, cell)| (row, at, cell))
            })
            .collect();
        let each = |(row, at, _): &(&loyalty_core::analytics::cohort::CohortRow, i64, _)| {
            row.per_customer(u32::try_from(*at).unwrap_or(u32::MAX))
                .ok()
        };
        Table::of(vec![
            (
                "cohort",
                days(cells.iter().map(|(row, ..)| calendar.first_day(row.period))),
            ),
            ("size", ints(cells.iter().map(|(row, ..)| count(row.size)))),
            ("period", ints(cells.iter().map(|(_, at, _)| *at))),
            ("value", ints(cells.iter().map(|(.., cell)| cell.value))),
            (
                "exposed",
                ints(cells.iter().map(|(.., cell)| count(cell.exposed))),
            ),
            ("per_customer", floats(cells.iter().map(each))),
        ])
    })
}

/// The name that a segment has in documents.
pub(super) fn name_of(segment: impl Serialize) -> Option<String> {
    match serde_json::to_value(segment) {
        Ok(serde_json::Value::String(name)) => Some(name),
        _ => None,
    }
}

/// RFM scores of the customers with an occasion in the window.
#[pyfunction]
#[allow(clippy::too_many_arguments, reason = "called by name from one place")]
pub(crate) fn rfm(
    py: Python<'_>,
    orders: &Bound<'_, Orders>,
    terms: Terms,
    start: Option<i32>,
    ties: String,
    monetary: String,
    sorting: String,
    names: Option<String>,
) -> PyResult<Table> {
    detached(py, orders, |orders| {
        let rules = terms.rules()?;
        let options = RfmOptions {
            ties: named("ties", &ties)?,
            monetary: named("monetary", &monetary)?,
            sorting: named("sorting", &sorting)?,
        };
        let occasions: Arc<Occasions> = orders.occasions(rules)?;
        let window = orders.window(start, rules)?;
        let rows = core_rfm(&Population::all(&occasions), window, &options)?;
        let of = |one: fn(&Rfm) -> i64| ints(rows.iter().map(one));
        let mut columns = vec![
            (
                "customer",
                keys(&orders.keys, rows.iter().map(|row| row.customer)),
            ),
            ("days_since_last", of(|row| i64::from(row.days_since_last))),
            ("occasions", of(|row| i64::from(row.occasions))),
            ("net_minor", of(|row| row.net_minor)),
            ("r", of(|row| i64::from(row.r))),
            ("f", of(|row| i64::from(row.f))),
            ("m", of(|row| i64::from(row.m))),
        ];
        if let Some(names) = names {
            let name: fn(&Rfm) -> Option<String> = match names.as_str() {
                "eleven" => |row| name_of(eleven(Some(row))),
                "ten" => |row| name_of(ten(row)),
                _ => {
                    let path = "/names".to_owned();
                    return Err(Failure::input("input.option", path, names, "eleven or ten"));
                }
            };
            columns.push(("segment", texts(rows.iter().map(name))));
        }
        Table::of(columns)
    })
}

/// Asks the core without the interpreter's lock.
pub(super) fn detached<T: Send>(
    py: Python<'_>,
    orders: &Bound<'_, Orders>,
    ask: impl FnOnce(&Orders) -> Result<T, Failure> + Send,
) -> PyResult<T> {
    guarded(py, || {
        let orders = orders.get();
        py.detach(|| ask(orders))
            .map_err(|failure| failure.raise(py))
    })
}
