//! Questions to orders: summaries, cohorts, retention, RFM, the report.

use loyalty_core::analytics::civil::{Calendar, Weekday};
use loyalty_core::analytics::cohort::{CohortRow, Measure, Since, cohort_table};
use loyalty_core::analytics::columns::Purchases;
use loyalty_core::analytics::index::Key;
use loyalty_core::analytics::metrics::retention::{Periods, retention as core_retention};
use loyalty_core::analytics::metrics::{Population, Window};
use loyalty_core::analytics::occasions::{Occasions, RowCounts, Rules};
use loyalty_core::analytics::segments::rfm::{RfmOptions, rfm as core_rfm};
use loyalty_core::analytics::segments::rfm_presets::eleven;
use loyalty_core::analytics::summary::{Summaries, split, summarize as core_summarize};
use loyalty_core::number::NumberError;
use loyalty_core::report::{ReportOptions, build, render};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure::Failure;
use crate::table::Table;

/// Columns of orders, and the rules that make occasions of them.
#[wasm_bindgen]
#[derive(Debug, Clone)]
pub struct Orders {
    pub(crate) customer: Vec<u32>,
    pub(crate) customers: u32,
    pub(crate) day: Vec<i32>,
    pub(crate) amount_minor: Vec<i64>,
    pub(crate) order: Option<Vec<u64>>,
    pub(crate) kind: Option<Vec<u8>>,
    pub(crate) original_order: Option<Vec<u64>>,
    pub(crate) margin_minor: Option<Vec<i64>>,
    pub(crate) rules: Rules,
}

/// An option of the core by its name.
pub(crate) fn named<T: DeserializeOwned>(option: &str, name: &str) -> Result<T, Failure> {
    serde_json::from_value(Value::String(name.to_owned())).map_err(|error| {
        let error = error.to_string();
        let allowed = error.split_once("expected ").map_or("", |(_, names)| names);
        Failure::input("analytics.option", &format!("/{option}"), name, allowed)
    })
}

/// A nominal coverage.
pub(crate) fn checked_level(level: f64) -> Result<f64, Failure> {
    if level > 0.0 && level < 1.0 {
        return Ok(level);
    }
    let allowed = "more than 0 and less than 1";
    Err(Failure::input("analytics.option", "/level", level, allowed))
}

/// Rows fit into 32 bits, so their counts do.
pub(crate) fn small(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
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
            let code = "analytics.option";
            return Err(Failure::input(code, "/period", period, allowed));
        }
    })
}

fn counted(counts: RowCounts) -> Value {
    json!({
        "rows_in": counts.rows_in,
        "used": counts.used,
        "after_as_of": counts.after_as_of,
        "zero_order": counts.zero_order,
        "refunded_order": counts.refunded_order,
        "refund_ignored": counts.refund_ignored,
    })
}

impl Orders {
    /// Columns of equal length, with the rules' last day.
    #[must_use]
    pub fn of(
        customer: Vec<u32>,
        customers: u32,
        day: Vec<i32>,
        amount_minor: Vec<i64>,
        as_of: i32,
    ) -> Self {
        Self {
            customer,
            customers,
            day,
            amount_minor,
            order: None,
            kind: None,
            original_order: None,
            margin_minor: None,
            rules: Rules::at(as_of),
        }
    }

    fn purchases(&self) -> Purchases<'_> {
        Purchases {
            order: self.order.as_deref(),
            kind: self.kind.as_deref(),
            original_order: self.original_order.as_deref(),
            margin_minor: self.margin_minor.as_deref(),
            ..Purchases::new(&self.customer, &self.day, &self.amount_minor)
        }
    }

    fn count(&self) -> usize {
        usize::try_from(self.customers).unwrap_or(usize::MAX)
    }

    fn occasions(&self) -> Result<Occasions, Failure> {
        Ok(Occasions::build(
            &self.purchases(),
            self.count(),
            self.rules,
            1,
        )?)
    }

    /// From a day, or the first, to the last that is seen.
    fn window(&self, start: Option<i32>) -> Result<Window, Failure> {
        let as_of = self.rules.as_of;
        let first = self.day.iter().min().copied().unwrap_or(as_of);
        let start = start.unwrap_or(first.min(as_of));
        if start <= as_of {
            return Ok(Window::through(start, as_of));
        }
        let allowed = "a day at or before as_of";
        Err(Failure::input("analytics.option", "/start", start, allowed))
    }

    /// A row for each customer with an occasion, and what came after in the holdout.
    ///
    /// # Errors
    /// What the core refuses of the columns and the rules.
    pub fn summarize(&self, holdout_end: Option<i32>) -> Result<Table, Failure> {
        let purchases = self.purchases();
        let Some(end) = holdout_end else {
            let made = core_summarize(&purchases, self.count(), self.rules, 1)?;
            return Ok(summary(&made));
        };
        let made = split(&purchases, self.count(), self.rules, end, 1)?;
        Ok(summary(&made.calibration)
            .say("holdout_end", made.end)
            .say("new_in_holdout", made.new_in_holdout)
            .column("holdout_frequency", made.holdout_occasions)
            .column("holdout_minor", made.holdout_minor))
    }

    /// Cohorts in the long form: one row an observed cell.
    ///
    /// # Errors
    /// What the core refuses of the columns and the options.
    pub fn cohorts(
        &self,
        period: &str,
        rolling_days: Option<u32>,
        measure: &str,
    ) -> Result<Table, Failure> {
        let calendar = calendar(period)?;
        let measure: Measure = named("measure", measure)?;
        let since = rolling_days.map_or(Since::Calendar, Since::RollingDays);
        let occasions = self.occasions()?;
        let table = cohort_table(&Population::all(&occasions), calendar, since, measure)?;
        let cells: Vec<_> = table
            .rows
            .iter()
            .flat_map(|row| {
                (0_u32..)
                    .zip(&row.cells)
                    .map(move |(at, cell)| (row, at, cell))
            })
            .collect();
        let each = |(row, at, _): &(&CohortRow, u32, _)| row.per_customer(*at);
        let began = |row: &CohortRow| calendar.first_day(row.period);
        Ok(Table::default()
            .column("cohort", cells.iter().map(|(row, ..)| began(row)))
            .column("size", cells.iter().map(|(row, ..)| small(row.size)))
            .column("period", cells.iter().map(|(_, at, _)| *at))
            .column("value", cells.iter().map(|(.., cell)| cell.value))
            .column(
                "exposed",
                cells.iter().map(|(.., cell)| small(cell.exposed)),
            )
            .answers("per_customer", cells.iter().map(each)))
    }

    /// Retention by periods since each customer's first occasion.
    ///
    /// # Errors
    /// What the core refuses of the columns and the options.
    pub fn retention(
        &self,
        start: Option<i32>,
        period: &str,
        rolling_days: Option<u32>,
        retained: &str,
        periods: u32,
        level: f64,
    ) -> Result<Table, Failure> {
        let counted = match rolling_days {
            Some(days) => Periods::Rolling(days),
            None => Periods::Calendar(calendar(period)?),
        };
        let (retained, level) = (named("retained", retained)?, checked_level(level)?);
        let (window, occasions) = (self.window(start)?, self.occasions()?);
        let population = Population::all(&occasions);
        let points = core_retention(&population, window, counted, retained, periods)?;
        let limits = || points.iter().map(|point| point.rate.interval(level));
        let rates = || points.iter().map(|point| point.rate);
        Ok(Table::default()
            .column("period", points.iter().map(|point| point.period))
            .answers("value", rates().map(|rate| rate.value()))
            .answers("low", limits().map(|limits| limits.map(|found| found.0)))
            .answers("high", limits().map(|limits| limits.map(|found| found.1)))
            .column("retained", rates().map(|rate| small(rate.numerator)))
            .column("exposed", rates().map(|rate| small(rate.denominator))))
    }

    /// RFM scores of the customers with an occasion in the window, and their segment of eleven.
    ///
    /// # Errors
    /// What the core refuses of the columns and the options.
    pub fn rfm(
        &self,
        start: Option<i32>,
        ties: &str,
        monetary: &str,
        sorting: &str,
    ) -> Result<Table, Failure> {
        let options = RfmOptions {
            ties: named("ties", ties)?,
            monetary: named("monetary", monetary)?,
            sorting: named("sorting", sorting)?,
        };
        let (window, occasions) = (self.window(start)?, self.occasions()?);
        let rows = core_rfm(&Population::all(&occasions), window, &options)?;
        let mut names: Vec<Value> = Vec::new();
        let mut segments: Vec<u8> = Vec::new();
        for row in &rows {
            let name = json!(eleven(Some(row)));
            let known = names.iter().position(|known| *known == name);
            let place = known.unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            });
            segments.push(u8::try_from(place).unwrap_or(u8::MAX));
        }
        Ok(Table::default()
            .say("segments", names)
            .column("customer", rows.iter().map(|row| row.customer))
            .column(
                "days_since_last",
                rows.iter().map(|row| row.days_since_last),
            )
            .column("occasions", rows.iter().map(|row| row.occasions))
            .column("net_minor", rows.iter().map(|row| row.net_minor))
            .column("r", rows.iter().map(|row| row.r))
            .column("f", rows.iter().map(|row| row.f))
            .column("m", rows.iter().map(|row| row.m))
            .column("segment", segments))
    }

    /// The page of the report, without the section on a scheme. `keys` is a JSON list of the customers' names.
    ///
    /// # Errors
    /// What the core refuses of the columns and the options.
    pub fn report(&self, keys: &str, asked: &Asked) -> Result<String, Failure> {
        let keys: Vec<String> = serde_json::from_str(keys)
            .map_err(|error| Failure::input("input.type", "/keys", error, "a list of texts"))?;
        let keys: Vec<Key> = keys.into_iter().map(Key::Text).collect();
        let currency = asked.currency.parse().map_err(|error: NumberError| {
            let allowed = "a currency code of ISO 4217 in capitals";
            Failure::input(error.code(), "/currency", &asked.currency, allowed)
        })?;
        let options = ReportOptions {
            time_zone: asked.time_zone.clone(),
            level: asked.level,
            zero_orders: self.rules.zero_orders,
            refunds: self.rules.refunds,
            horizon_days: asked.horizon_days,
            annual_rate: asked.annual_rate,
            margin_rate: asked.margin_rate,
            calibration_end: asked.calibration_end,
            listed_max: usize::try_from(asked.listed_max).unwrap_or(usize::MAX),
            ..ReportOptions::new(&asked.title, currency, self.rules.as_of)
        };
        Ok(render(&build(&self.purchases(), &keys, &options, None)?))
    }
}

/// What a report is asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The title.
    pub title: String,
    /// The currency of the amounts.
    pub currency: String,
    /// The name of the zone in which days begin.
    pub time_zone: Option<String>,
    /// Nominal coverage of intervals.
    pub level: f64,
    /// Days that lifetime values look ahead.
    pub horizon_days: u32,
    /// Yearly discount rate.
    pub annual_rate: f64,
    /// Margin as a share of net amounts.
    pub margin_rate: f64,
    /// The last day of the calibration.
    pub calibration_end: Option<i32>,
    /// Customers listed by name at most.
    pub listed_max: u32,
}

fn summary(made: &Summaries) -> Table {
    let of = |one: fn(&Summaries, usize) -> u32| (0..made.len()).map(move |at| one(made, at));
    Table::default()
        .say("as_of", made.as_of)
        .say("without_occasion", made.without_occasion)
        .say("counts", counted(made.counts))
        .column("customer", made.customer.iter().copied())
        .column("frequency", of(Summaries::frequency))
        .column("recency_days", of(Summaries::recency_days))
        .column("age_days", of(Summaries::age_days))
        .column("orders", made.orders.iter().copied())
        .column("total_minor", made.total_minor.iter().copied())
        .column("repeat_minor", made.repeat_minor.iter().copied())
        .column("first_day", made.first_day.iter().copied())
        .column("last_day", made.last_day.iter().copied())
}
