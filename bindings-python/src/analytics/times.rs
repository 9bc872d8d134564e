//! Survival of anything that takes days.

use std::iter::once;

use loyalty_core::analytics::metrics::survival::{Scale, Step, Times};
use loyalty_core::analytics::models::Interval;
use pyo3::prelude::*;

use super::checked_level;
use super::frame::{Column, Frame, place_of};
use super::table::{Table, floats, ints};
use crate::errors::{Failure, guarded};

/// The Kaplan–Meier curve of a frame with a row for each subject: its days, and whether the event was
/// seen.
#[pyfunction]
pub(crate) fn survival(
    py: Python<'_>,
    frame: &Bound<'_, PyAny>,
    days: &str,
    seen: &str,
    level: f64,
) -> PyResult<Table> {
    guarded(py, || {
        let frame = Frame::open(frame)?;
        let place = |name| place_of(&frame.schema, name).map_err(|failure| failure.raise(py));
        let (days_place, seen_place) = (place(days)?, place(seen)?);
        let (mut all_days, mut all_seen) = (Vec::new(), Vec::new());
        frame.each(py, |batch, first_row| {
            let counts = Column::of(days, batch, days_place, first_row)?.counts()?;
            // The core refuses days beyond its own limit.
            let narrow = |count| u32::try_from(count).unwrap_or(u32::MAX);
            all_days.extend(counts.into_iter().map(narrow));
            all_seen.extend(Column::of(seen, batch, seen_place, first_row)?.truths()?);
            Ok(())
        })?;
        let table = py.detach(|| {
            let level = checked_level(level)?;
            curve(&Times::of(&all_days, &all_seen)?, level)
        });
        table.map_err(|failure: Failure| failure.raise(py))
    })
}

fn curve(times: &Times, level: f64) -> Result<Table, Failure> {
    let curve = times.survival();
    let count = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    let limits = |end: fn(&Interval) -> f64| {
        let of = |step: &Step| {
            step.interval(level, Scale::LogLog)
                .ok()
                .map(|found| end(&found))
        };
        // Everybody is there at the start.
        floats(once(Some(1.0)).chain(curve.steps.iter().map(of)))
    };
    let steps = || curve.steps.iter();
    Table::of(vec![
        (
            "days",
            ints(once(0).chain(steps().map(|step| i64::from(step.days)))),
        ),
        (
            "at_risk",
            ints(once(count(curve.subjects)).chain(steps().map(|step| count(step.at_risk)))),
        ),
        (
            "events",
            ints(once(0).chain(steps().map(|step| count(step.events)))),
        ),
        (
            "survival",
            floats(once(1.0).chain(steps().map(|step| step.survival))),
        ),
        ("low", limits(|found| found.low)),
        ("high", limits(|found| found.high)),
        (
            "hazard",
            floats(once(0.0).chain(steps().map(|step| step.hazard))),
        ),
    ])
}
