//! Partial summaries: what rows add up to, in parts that merge.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow_array::RecordBatch;
use loyalty_core::analytics::index::Key;
use loyalty_core::analytics::occasions::Rules;
use loyalty_core::analytics::partial::{PARTIAL_SCHEMA, Partial as CorePartial, PartialState};
use loyalty_core::analytics::summary::{Summaries, split_occasions};
use loyalty_core::number::Currency;
use pyo3::prelude::*;

use super::frame::{Column, Frame, Kept, Keys, place_of};
use super::orders::{OrderColumns, Terms, listed, pour};
use super::summary::{Holdout, Summary, checked_unit};
use super::table::{Table, days, flags, ints, keys};
use crate::errors::{Failure, core, guarded};

/// What rows add up to. `loyalty_core.Partial` is what users see of it.
#[pyclass(frozen, module = "loyalty_core._core", name = "Partial")]
#[derive(Debug)]
pub(crate) struct Partial {
    currency: Currency,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Default)]
struct State {
    core: CorePartial,
    /// Whether keys of customers are text; nothing before the first row.
    texts: Option<bool>,
    without_customer: u64,
}

impl State {
    fn of(core: CorePartial, without_customer: u64) -> Result<Self, Failure> {
        let state = core.state()?;
        let texts = state.keys.first().map(|key| matches!(key, Key::Text(_)));
        Ok(Self {
            core,
            texts,
            without_customer,
        })
    }

    /// Adds another state; this one is unchanged after an error.
    fn merge(&mut self, other: Self) -> Result<(), Failure> {
        if let (Some(mine), Some(theirs)) = (self.texts, other.texts)
            && mine != theirs
        {
            let name = |texts| if texts { "text" } else { "whole numbers" };
            return Err(Failure::input(
                "input.column_type",
                "/customer".to_owned(),
                format!("customers that are {}", name(theirs)),
                &format!("{}, as before", name(mine)),
            ));
        }
        self.core.merge(other.core)?;
        self.texts = self.texts.or(other.texts);
        self.without_customer += other.without_customer;
        Ok(())
    }
}

impl Partial {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hold_currency(&self, found: Currency) -> Result<(), Failure> {
        if found == self.currency {
            return Ok(());
        }
        let allowed = format!("{}, as before", self.currency);
        let path = "/currency".to_owned();
        Err(Failure::input(
            "input.mixed_currency",
            path,
            found,
            &allowed,
        ))
    }
}

#[pymethods]
impl Partial {
    /// A summary of no rows.
    #[new]
    fn new(py: Python<'_>, currency: &str) -> PyResult<Self> {
        core(py, || {
            Ok::<_, Failure>(Self {
                currency: currency.parse()?,
                state: Mutex::default(),
            })
        })
    }

    /// The currency of the amounts.
    #[getter]
    fn currency(&self) -> String {
        self.currency.to_string()
    }

    /// How many rows were left out, because they have no customer.
    #[getter]
    fn without_customer(&self) -> u64 {
        self.state().without_customer
    }

    /// Adds the rows of a frame.
    fn update(
        &self,
        py: Python<'_>,
        frame: &Bound<'_, PyAny>,
        columns: OrderColumns,
    ) -> PyResult<()> {
        guarded(py, || {
            let poured = pour(py, frame, columns)?;
            let added = py.detach(|| {
                self.hold_currency(poured.currency)?;
                let read = State::of(poured.partial, poured.without_customer)?;
                self.state().merge(read)
            });
            added.map_err(|failure| failure.raise(py))
        })
    }

    /// Adds rows that `rows` of this or other partial summaries gave, in any order.
    fn add_rows(&self, py: Python<'_>, frame: &Bound<'_, PyAny>) -> PyResult<()> {
        guarded(py, || {
            let frame = Frame::open(frame)?;
            let places = ["customer", "day", "order", "refund", "amount_minor", "rows"]
                .map(|name| place_of(&frame.schema, name).map(|place| (name, place)));
            let mut rows = Rows::default();
            for place in places {
                rows.places
                    .push(place.map_err(|failure| failure.raise(py))?);
            }
            frame.each(py, |batch, first_row| rows.take(batch, first_row))?;
            let added = py.detach(|| {
                let read = State::of(CorePartial::from_rows(&rows.state)?, 0)?;
                self.state().merge(read)
            });
            added.map_err(|failure| failure.raise(py))
        })
    }

    /// Adds another partial summary.
    fn merge(&self, py: Python<'_>, other: &Bound<'_, Self>) -> PyResult<()> {
        guarded(py, || {
            let other = other.get();
            let merged = py.detach(|| {
                self.hold_currency(other.currency)?;
                let theirs = other.state().clone();
                self.state().merge(theirs)
            });
            merged.map_err(|failure| failure.raise(py))
        })
    }

    /// What the rows add up to, as columns.
    fn rows(&self, py: Python<'_>) -> PyResult<Table> {
        core(py, || {
            let state = self.state().core.state()?;
            let count = |value: &u64| i64::try_from(*value).ok();
            Table::of(vec![
                (
                    "customer",
                    keys(&state.keys, state.customer.iter().copied()),
                ),
                ("day", days(state.day.iter().copied())),
                ("order", ints(state.order.iter().map(count))),
                ("refund", flags(state.kind.iter().map(|kind| *kind > 0))),
                ("amount_minor", ints(state.amount_minor.iter().copied())),
                ("rows", ints(state.rows.iter().map(count))),
            ])
        })
    }

    /// The summary as of a day.
    fn finish(
        &self,
        py: Python<'_>,
        terms: Terms,
        holdout_end: Option<i32>,
        unit_days: f64,
    ) -> PyResult<Summary> {
        guarded(py, || {
            let made = py.detach(|| {
                let (rules, unit_days) = (terms.rules()?, checked_unit(unit_days)?);
                let state = self.state();
                let (keys, before) = state.core.finish(rules)?;
                let (core, holdout) = match holdout_end {
                    None => (Summaries::of(&before)?, None),
                    Some(as_of) => {
                        let (_, after) = state.core.finish(Rules { as_of, ..rules })?;
                        let split = split_occasions(&before, &after)?;
                        Holdout::of(split)
                    }
                };
                Ok(Summary {
                    counts: listed(core.counts, state.without_customer),
                    core,
                    keys: Arc::new(keys),
                    currency: self.currency,
                    unit_days,
                    holdout,
                })
            });
            made.map_err(|failure: Failure| failure.raise(py))
        })
    }
}

/// Rows of partial summaries while they are read.
struct Rows {
    places: Vec<(&'static str, usize)>,
    state: PartialState,
}

impl Default for Rows {
    fn default() -> Self {
        Self {
            places: Vec::new(),
            state: PartialState {
                schema: PARTIAL_SCHEMA,
                margins: Some(false),
                keys: Vec::new(),
                customer: Vec::new(),
                order: Vec::new(),
                day: Vec::new(),
                kind: Vec::new(),
                zero: Vec::new(),
                amount_minor: Vec::new(),
                margin_minor: Vec::new(),
                rows: Vec::new(),
            },
        }
    }
}

impl Rows {
    fn take(&mut self, batch: &RecordBatch, first_row: u64) -> Result<(), Failure> {
        let places = &self.places;
        let column = |name: &'static str| {
            let place = places.iter().find(|(known, _)| *known == name);
            Column::of(name, batch, place.map_or(0, |(_, place)| *place), first_row)
        };
        let state = &mut self.state;
        let customer = column("customer")?;
        customer.expect_valid("a customer in every row")?;
        let found: Vec<Key> = match customer.keys()? {
            Keys::Ints(keys) => keys.into_iter().map(Key::Int).collect(),
            Keys::Texts(keys) => keys
                .iter()
                .flatten()
                .map(|key| Key::Text(key.to_owned()))
                .collect(),
        };
        for key in found {
            // Rows of a customer mostly stand together.
            if state.keys.last() != Some(&key) {
                state.keys.push(key);
            }
            let number = u32::try_from(state.keys.len() - 1).unwrap_or(u32::MAX);
            state.customer.push(number);
        }
        let day = column("day")?;
        let days = day.days(None)?;
        day.hold_years(&days)?;
        state.day.extend(days);
        let all = Kept::All(customer.len());
        state.order.extend(column("order")?.order_numbers(&all)?);
        let refunds = column("refund")?.refunds()?;
        state.kind.extend(refunds.into_iter().map(u8::from));
        let amounts = column("amount_minor")?.counts()?;
        for amount in amounts {
            state.zero.push(amount == 0);
            state
                .amount_minor
                .push(i64::try_from(amount).unwrap_or(i64::MAX));
            state.margin_minor.push(0);
        }
        state.rows.extend(column("rows")?.counts()?);
        debug_assert_eq!(state.order.len(), state.customer.len());
        Ok(())
    }
}
