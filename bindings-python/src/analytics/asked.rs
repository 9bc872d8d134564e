//! What members do in a programme, and what people answer when they are asked.

use loyalty_core::analytics::columns::{Activities, ActivityKind};
use loyalty_core::analytics::metrics::effort_score::{Direction, effort_score as core_effort};
use loyalty_core::analytics::metrics::net_promoter::NetPromoter;
use loyalty_core::analytics::metrics::participation::participation;
use loyalty_core::analytics::metrics::redemption::point_flows;
use loyalty_core::analytics::metrics::satisfaction::satisfaction as core_satisfaction;
use loyalty_core::analytics::metrics::{Mean, Rate};
use pyo3::prelude::*;

use super::checked_level;
use super::frame::{Column, Frame, Keys, place_of};
use super::measures::{detached, measured};
use super::orders::{Orders, Terms};
use super::table::Table;
use crate::errors::{Failure, core, guarded};

/// The columns of what members did.
#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct ActivityColumns {
    customer: String,
    day: String,
    kind: String,
    points: String,
}

#[derive(Default)]
struct Read {
    customer: Vec<u32>,
    day: Vec<i32>,
    kind: Vec<u8>,
    points_milli: Vec<i64>,
    strangers: u64,
}

impl Read {
    fn take<'a>(
        &mut self,
        orders: &Orders,
        columns: &'a ActivityColumns,
        column: impl Fn(&'a str) -> Result<Column<'a>, Failure>,
    ) -> Result<(), Failure> {
        let customers = column(&columns.customer)?;
        customers.expect_valid("a customer in every row")?;
        let of: Vec<Option<u32>> = match customers.keys()? {
            Keys::Ints(keys) => keys.iter().map(|key| orders.number_of_int(*key)).collect(),
            Keys::Texts(keys) => {
                let keys = keys.iter().flatten();
                keys.map(|key| orders.number_of_text(key)).collect()
            }
        };
        let days = column(&columns.day)?.days(None)?;
        let kinds = column(&columns.kind)?.choices(&["earn", "redeem", "expire", "visit"])?;
        let codes = [
            ActivityKind::Earn,
            ActivityKind::Redeem,
            ActivityKind::Expire,
            ActivityKind::Visit,
        ];
        let points = column(&columns.points)?.points()?;
        for (row, customer) in of.iter().enumerate() {
            let Some(customer) = customer else {
                self.strangers += 1;
                continue;
            };
            self.customer.push(*customer);
            self.day.push(days[row]);
            self.kind.push(codes[kinds[row]] as u8);
            self.points_milli.push(points[row]);
        }
        Ok(())
    }
}

/// Shares of buyers who earn and redeem, and shares of points that are redeemed and expire.
#[pyfunction]
#[allow(clippy::too_many_arguments, reason = "called by name from one place")]
pub(crate) fn programme(
    py: Python<'_>,
    orders: &Bound<'_, Orders>,
    frame: &Bound<'_, PyAny>,
    columns: ActivityColumns,
    terms: Terms,
    start: Option<i32>,
    by: Option<String>,
    level: f64,
) -> PyResult<(Table, u64)> {
    let read = guarded(py, || {
        let frame = Frame::open(frame)?;
        let names = [
            &columns.customer,
            &columns.day,
            &columns.kind,
            &columns.points,
        ];
        let mut places = Vec::new();
        for name in names {
            let place = place_of(&frame.schema, name).map_err(|failure| failure.raise(py))?;
            places.push((name.as_str(), place));
        }
        let mut read = Read::default();
        let orders = orders.get();
        frame.each(py, |batch, first_row| {
            read.take(orders, &columns, |name| {
                let place = places.iter().find(|(known, _)| *known == name);
                let place = place.map_or(0, |(_, place)| *place);
                Column::of(name, batch, place, first_row)
            })
        })?;
        Ok(read)
    })?;
    let table = detached(py, orders, |orders| {
        let rules = terms.rules()?;
        let window = orders.window(start, rules)?;
        let activities = Activities {
            customer: &read.customer,
            day: &read.day,
            kind: &read.kind,
            points_milli: &read.points_milli,
        };
        if let Some(by) = &by {
            orders.customer_segments(by)?;
        }
        measured(orders, rules, by.as_deref(), level, |writer, population| {
            let members = participation(population, &activities, window)?;
            writer.rate("earning_rate", &members.earning);
            writer.rate("redeeming_rate", &members.redeeming);
            let flows = point_flows(population, &activities, window)?;
            let redeemed = (flows.redeemed_milli, flows.earned_milli);
            writer.share(
                "redemption_rate",
                flows.redemption_rate(),
                redeemed,
                1_000.0,
            );
            let expired = (flows.expired_milli, flows.earned_milli);
            writer.share("breakage_rate", flows.breakage_rate(), expired, 1_000.0);
            Ok(())
        })
    })?;
    Ok((table, read.strangers))
}

/// A value with its limits; none of them where it does not exist.
type Limits = (Option<f64>, Option<f64>, Option<f64>);

fn of_rate(rate: &Rate, level: f64) -> Limits {
    let limits = rate.interval(level).ok();
    let (low, high) = (limits.map(|at| at.0), limits.map(|at| at.1));
    (rate.value().ok(), low, high)
}

fn of_mean(mean: &Mean, level: f64) -> Limits {
    let limits = mean.interval(level).ok();
    let (low, high) = (limits.map(|at| at.low), limits.map(|at| at.high));
    (mean.value().ok(), low, high)
}

/// Answers as the core takes them.
fn small(answers: &[i64]) -> Result<Vec<u8>, Failure> {
    let one = |(row, answer): (usize, &i64)| {
        u8::try_from(*answer).map_err(|_| {
            let path = format!("/answers/{row}");
            Failure::input("input.option", path, answer, "an answer of the scale")
        })
    };
    answers.iter().enumerate().map(one).collect()
}

/// The net promoter score of answers from 0 to 10, with promoters, neutrals and detractors.
#[pyfunction]
pub(crate) fn net_promoter(
    py: Python<'_>,
    answers: Vec<i64>,
    level: f64,
) -> PyResult<(Limits, (u64, u64, u64))> {
    core(py, || {
        let level = checked_level(level)?;
        let found = NetPromoter::of(&small(&answers)?)?;
        let limits = found.interval(level).ok();
        let (low, high) = (limits.map(|at| at.low), limits.map(|at| at.high));
        let counts = (found.promoters, found.neutrals, found.detractors);
        Ok(((found.value().ok(), low, high), counts))
    })
}

/// The share of answers 4 and 5 of 1 to 5, and the mean answer.
#[pyfunction]
pub(crate) fn satisfaction(
    py: Python<'_>,
    answers: Vec<i64>,
    level: f64,
) -> PyResult<(Limits, Limits)> {
    core(py, || {
        let level = checked_level(level)?;
        let found = core_satisfaction(&small(&answers)?)?;
        Ok((of_rate(&found.top_two, level), of_mean(&found.mean, level)))
    })
}

/// The share of answers 5 to 7 of 1 to 7, where high is easy, and the mean answer.
#[pyfunction]
pub(crate) fn effort_score(
    py: Python<'_>,
    answers: Vec<i64>,
    high_is_effort: bool,
    level: f64,
) -> PyResult<(Limits, Limits)> {
    core(py, || {
        let level = checked_level(level)?;
        let direction = match high_is_effort {
            true => Direction::Effort,
            false => Direction::Ease,
        };
        let found = core_effort(&small(&answers)?, direction)?;
        Ok((
            of_rate(&found.top_three, level),
            of_mean(&found.mean, level),
        ))
    })
}
