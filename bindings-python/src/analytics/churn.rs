//! Who drifts off, who moves from one state to another, who comes back, and what arriving costs.

use loyalty_core::analytics::metrics::acquisition_cost::acquisition_cost;
use loyalty_core::analytics::metrics::churn::{self, Risk};
use loyalty_core::analytics::metrics::order_conversion::{Conversion, order_conversion};
use loyalty_core::analytics::metrics::payback::payback;
use loyalty_core::analytics::metrics::period_retention::period_retention as core_period;
use loyalty_core::analytics::metrics::value_to_cost::{ValueBasis, value_to_cost};
use loyalty_core::analytics::metrics::{Population, Window};
use loyalty_core::analytics::models::PurchaseModel;
use loyalty_core::analytics::occasions::Rules;
use loyalty_core::analytics::segments::passivation::{
    State, Thresholds, states as core_states, transitions as core_transitions,
};
use pyo3::prelude::*;

use super::checked_level;
use super::fit::Fit;
use super::frame::{Column, Frame, place_of};
use super::measures::{detached, each, measured, name_of};
use super::orders::{Orders, Terms};
use super::table::{Table, count, floats, ints, keys, texts};
use crate::errors::{Failure, guarded};

/// The estimators of churn, each under its own name.
#[pyfunction]
#[allow(clippy::too_many_arguments, reason = "called by name from one place")]
pub(crate) fn churn_rates(
    py: Python<'_>,
    orders: &Bound<'_, Orders>,
    terms: Terms,
    fit: Option<&Bound<'_, Fit>>,
    percent: u32,
    horizon_days: u32,
    by: Option<String>,
    level: f64,
) -> PyResult<Table> {
    let fit = fit.map(Bound::get);
    detached(py, orders, |orders| {
        let rules = terms.rules()?;
        if !(1..=99).contains(&percent) {
            let path = "/percent".to_owned();
            return Err(Failure::input("input.option", path, percent, "1 to 99"));
        }
        let model = fit.map(|fit| PurchaseModel::of(&fit.core)).transpose()?;
        let model = model.zip(fit.map(|fit| fit.core.unit_days));
        measured(orders, rules, by.as_deref(), level, |writer, population| {
            match churn::thresholds(population, percent) {
                Ok(found) => writer.rate("silent_rate", &churn::by_threshold(population, found)),
                Err(reason) => writer.plain("silent_rate", "share", Err(reason)),
            }
            let Some((model, unit_days)) = &model else {
                return Ok(());
            };
            let q = f64::from(percent) / 100.0;
            let own = churn::by_own_gap(population, model, *unit_days, q)?;
            writer.rate("own_gap_rate", &own);
            let within = Risk::NoOrderWithin(f64::from(horizon_days) / unit_days);
            for (metric, risk) in [("gone_share", Risk::Gone), ("no_order_share", within)] {
                let share = churn::by_model(population, model, *unit_days, risk)?;
                writer.plain(metric, "share", share);
            }
            Ok(())
        })
    })
}

/// Contracts that ended, contracts that could, and their share with its limits.
type Ended = (u64, u64, Option<f64>, Option<f64>, Option<f64>);

/// Contracts that ended in a window over those that were active at its start.
#[pyfunction]
pub(crate) fn contract_churn(
    py: Python<'_>,
    frame: &Bound<'_, PyAny>,
    columns: (String, String),
    window: (i32, i32),
    level: f64,
) -> PyResult<Ended> {
    guarded(py, || {
        let frame = Frame::open(frame)?;
        let place = |name| place_of(&frame.schema, name).map_err(|failure| failure.raise(py));
        let (start, end) = (place(&columns.0)?, place(&columns.1)?);
        let (mut starts, mut ends) = (Vec::new(), Vec::new());
        frame.each(py, |batch, first_row| {
            starts.extend(Column::of(&columns.0, batch, start, first_row)?.days(None)?);
            ends.extend(Column::of(&columns.1, batch, end, first_row)?.some_days()?);
            Ok(())
        })?;
        let found = py.detach(|| {
            let level = checked_level(level)?;
            let rate = churn::contractual(&starts, &ends, Window::through(window.0, window.1))?;
            let limits = rate.interval(level).ok();
            Ok((
                rate.numerator,
                rate.denominator,
                rate.value().ok(),
                limits.map(|limits| limits.0),
                limits.map(|limits| limits.1),
            ))
        });
        found.map_err(|failure: Failure| failure.raise(py))
    })
}

/// From which share on a customer is in which state.
#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct StateTerms {
    passivating: f64,
    lapsed: f64,
    lost: f64,
    horizon_days: u32,
}

impl StateTerms {
    fn thresholds(&self) -> Thresholds {
        Thresholds {
            passivating: self.passivating,
            lapsed: self.lapsed,
            lost: self.lost,
            horizon_days: self.horizon_days,
        }
    }
}

fn states_at(
    orders: &Orders,
    rules: Rules,
    fit: &Fit,
    thresholds: &Thresholds,
) -> Result<Vec<(u32, State)>, Failure> {
    let occasions = orders.occasions(rules)?;
    let model = PurchaseModel::of(&fit.core)?;
    let population = Population::all(&occasions);
    Ok(core_states(
        &population,
        &model,
        fit.core.unit_days,
        thresholds,
    )?)
}

/// The state of every customer with an order.
#[pyfunction]
pub(crate) fn states(
    py: Python<'_>,
    orders: &Bound<'_, Orders>,
    terms: Terms,
    fit: &Bound<'_, Fit>,
    asked: StateTerms,
) -> PyResult<Table> {
    let fit = fit.get();
    detached(py, orders, |orders| {
        let found = states_at(orders, terms.rules()?, fit, &asked.thresholds())?;
        Table::of(vec![
            (
                "customer",
                keys(&orders.keys, found.iter().map(|one| one.0)),
            ),
            ("state", texts(found.iter().map(|one| name_of(one.1)))),
        ])
    })
}

/// The state of every customer at two days.
#[pyfunction]
pub(crate) fn transitions(
    py: Python<'_>,
    orders: &Bound<'_, Orders>,
    terms: Terms,
    earlier: i32,
    fit: &Bound<'_, Fit>,
    asked: StateTerms,
) -> PyResult<Table> {
    let fit = fit.get();
    detached(py, orders, |orders| {
        let (rules, thresholds) = (terms.rules()?, asked.thresholds());
        if earlier >= rules.as_of {
            let (path, found) = ("/earlier".to_owned(), "a day that is not before as_of");
            return Err(Failure::input(
                "input.option",
                path,
                found,
                "a day before as_of",
            ));
        }
        let then = Rules {
            as_of: earlier,
            ..rules
        };
        let before = states_at(orders, then, fit, &thresholds)?;
        let moves = core_transitions(&before, &states_at(orders, rules, fit, &thresholds)?);
        Table::of(vec![
            (
                "customer",
                keys(&orders.keys, moves.iter().map(|one| one.customer)),
            ),
            (
                "before",
                texts(moves.iter().map(|one| one.from.and_then(name_of))),
            ),
            ("after", texts(moves.iter().map(|one| name_of(one.to)))),
        ])
    })
}

/// How many customers go from each order to the next, and how long that takes.
#[pyfunction]
pub(crate) fn conversion(
    py: Python<'_>,
    orders: &Bound<'_, Orders>,
    terms: Terms,
    most: u32,
    by: Option<String>,
    level: f64,
) -> PyResult<Table> {
    detached(py, orders, |orders| {
        let (rules, level) = (terms.rules()?, checked_level(level)?);
        if !(1..=1_000).contains(&most) {
            let path = "/most".to_owned();
            return Err(Failure::input("input.option", path, most, "1 to 1000"));
        }
        let found = each(orders, rules, by.as_deref(), |population| {
            let all = (1..=most).map(|n| order_conversion(population, n));
            all.take_while(|one| one.so_far.denominator > 0)
                .collect::<Vec<_>>()
        })?;
        let rows: Vec<(&Option<String>, &Conversion)> = found
            .iter()
            .flat_map(|(label, all)| all.iter().map(move |one| (label, one)))
            .collect();
        let mut columns = Vec::new();
        if let Some(by) = &by {
            columns.push((by.as_str(), texts(rows.iter().map(|row| row.0.as_deref()))));
        }
        let counts = |of: fn(&Conversion) -> u64| ints(rows.iter().map(|row| count(of(row.1))));
        let limits = |of: fn((f64, f64)) -> f64| {
            floats(
                rows.iter()
                    .map(move |row| row.1.so_far.interval(level).ok().map(of)),
            )
        };
        let days = |q: f64| {
            ints(
                rows.iter()
                    .map(move |row| row.1.waiting.quantile(q).ok().map(i64::from)),
            )
        };
        columns.extend([
            ("order", counts(|one| u64::from(one.from))),
            ("reached", counts(|one| one.so_far.denominator)),
            ("went_on", counts(|one| one.so_far.numerator)),
            (
                "value",
                floats(rows.iter().map(|row| row.1.so_far.value().ok())),
            ),
            ("low", limits(|limits| limits.0)),
            ("high", limits(|limits| limits.1)),
            ("days_quarter", days(0.25)),
            ("days_half", days(0.5)),
        ]);
        Table::of(columns)
    })
}

/// What of one span's customers and revenue is there in another.
#[pyfunction]
pub(crate) fn period_retention(
    py: Python<'_>,
    orders: &Bound<'_, Orders>,
    terms: Terms,
    before: (i32, i32),
    after: (i32, i32),
    by: Option<String>,
    level: f64,
) -> PyResult<Table> {
    detached(py, orders, |orders| {
        let rules = terms.rules()?;
        for (option, span) in [("before", before), ("after", after)] {
            if span.0 > span.1 {
                let path = format!("/{option}");
                let found = "a last day before the first one";
                return Err(Failure::input(
                    "input.option",
                    path,
                    found,
                    "a first and a last day",
                ));
            }
        }
        let spans = [before, after].map(|(first, last)| Window::through(first, last));
        measured(orders, rules, by.as_deref(), level, |writer, population| {
            match core_period(population, spans[0], spans[1]) {
                Ok(found) => {
                    let unit = writer.unit_minor();
                    writer.rate("customer_retention", &found.customers);
                    let net = (found.after_minor, found.before_minor);
                    writer.share("net_revenue_retention", found.net(), net, unit);
                    let gross = (found.capped_minor, found.before_minor);
                    writer.share("gross_revenue_retention", found.gross(), gross, unit);
                }
                Err(reason) => {
                    for metric in [
                        "customer_retention",
                        "net_revenue_retention",
                        "gross_revenue_retention",
                    ] {
                        writer.plain(metric, "share", Err(reason));
                    }
                }
            }
            Ok(())
        })
    })
}

/// What acquiring customers costs.
#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct AcquisitionTerms {
    cost_minor: i64,
    first: i32,
    last: i32,
    lag_days: u32,
    period_days: u32,
    margin_rate: f64,
    value: Option<f64>,
}

/// What a new customer cost, when that is earned back, and how often a value covers it.
#[pyfunction]
pub(crate) fn acquisition(
    py: Python<'_>,
    orders: &Bound<'_, Orders>,
    terms: Terms,
    asked: AcquisitionTerms,
) -> PyResult<Table> {
    detached(py, orders, |orders| {
        let rules = terms.rules()?;
        let refuse = |option: &str, found: String, allowed: &str| {
            Err(Failure::input(
                "input.option",
                format!("/{option}"),
                found,
                allowed,
            ))
        };
        if asked.first > asked.last {
            return refuse(
                "last",
                "a day before first".to_owned(),
                "a day at or after first",
            );
        }
        if asked.cost_minor < 0 {
            return refuse("cost_minor", asked.cost_minor.to_string(), "0 or more");
        }
        if !(asked.margin_rate > 0.0 && asked.margin_rate <= 1.0) {
            return refuse(
                "margin_rate",
                asked.margin_rate.to_string(),
                "more than 0, at most 1",
            );
        }
        let window = Window::through(asked.first, asked.last);
        let arrivals = Window::through(
            asked.first.saturating_add_unsigned(asked.lag_days),
            asked.last.saturating_add_unsigned(asked.lag_days),
        );
        measured(orders, rules, None, 0.95, |writer, population| {
            let found = acquisition_cost(population, asked.cost_minor, window, asked.lag_days);
            let each = found.value();
            #[allow(clippy::cast_precision_loss, reason = "a count that is shown")]
            let arrived = found.new_customers as f64;
            writer.plain("new_customers", "count", Ok(arrived));
            writer.money("acquisition_cost", each);
            let back = match each {
                Ok(cost) => payback(
                    population,
                    arrivals,
                    cost / asked.margin_rate,
                    asked.period_days,
                )?,
                Err(reason) => Err(reason),
            };
            writer.plain("payback_days", "days", back);
            if let Some(value) = asked.value {
                let value = value * writer.unit_minor();
                let ratio = each.and_then(|cost| {
                    value_to_cost(value, cost, ValueBasis::Margin, None).map(|found| found.ratio)
                });
                writer.plain("value_to_cost", "ratio", ratio);
            }
            Ok(())
        })
    })
}
