//! Survival of anything that takes days.

use std::collections::BTreeMap;
use std::iter::once;

use loyalty_core::analytics::metrics::survival::{
    Scale, Step, Survival, Times, log_rank as core_log_rank,
};
use loyalty_core::analytics::models::Interval;
use pyo3::prelude::*;

use super::checked_level;
use super::frame::{Column, Frame, place_of};
use super::table::{Table, count, floats, ints, texts};
use crate::errors::{Failure, guarded};

/// The times of a frame with a row for each subject, by the label of its group.
fn read(
    py: Python<'_>,
    frame: &Bound<'_, PyAny>,
    days: &str,
    seen: &str,
    by: Option<&str>,
) -> PyResult<BTreeMap<Option<String>, Times>> {
    let frame = Frame::open(frame)?;
    let place = |name| place_of(&frame.schema, name).map_err(|failure| failure.raise(py));
    let (days_place, seen_place) = (place(days)?, place(seen)?);
    let by = by.map(|by| Ok::<_, PyErr>((by, place(by)?))).transpose()?;
    let mut columns: BTreeMap<Option<String>, (Vec<u32>, Vec<bool>)> = BTreeMap::new();
    frame.each(py, |batch, first_row| {
        let counts = Column::of(days, batch, days_place, first_row)?.counts()?;
        let truths = Column::of(seen, batch, seen_place, first_row)?.truths()?;
        // The core refuses days beyond its own limit.
        let narrow = |count| u32::try_from(count).unwrap_or(u32::MAX);
        let counts = counts.into_iter().map(narrow);
        let Some((by, place)) = by else {
            let (all_days, all_seen) = columns.entry(None).or_default();
            all_days.extend(counts);
            all_seen.extend(truths);
            return Ok(());
        };
        let column = Column::of(by, batch, place, first_row)?;
        column.expect_valid("a group in every row")?;
        let labels = column.labels()?;
        let labels = labels.iter().flat_map(|labels| labels.iter().flatten());
        for ((days, seen), label) in counts.zip(truths).zip(labels) {
            let (all_days, all_seen) = columns.entry(Some(label.to_owned())).or_default();
            all_days.push(days);
            all_seen.push(seen);
        }
        Ok(())
    })?;
    if by.is_none() {
        columns.entry(None).or_default();
    }
    let times = columns
        .into_iter()
        .map(|(label, (days, seen))| Ok((label, Times::of(&days, &seen)?)));
    let times: Result<_, Failure> = py.detach(|| times.collect());
    times.map_err(|failure| failure.raise(py))
}

/// The Kaplan–Meier curve of a frame with a row for each subject: its days, and whether the event was
/// seen; one curve for each group with `by`.
#[pyfunction]
pub(crate) fn survival(
    py: Python<'_>,
    frame: &Bound<'_, PyAny>,
    days: &str,
    seen: &str,
    by: Option<&str>,
    level: f64,
) -> PyResult<Table> {
    guarded(py, || {
        let times = read(py, frame, days, seen, by)?;
        let table = py.detach(|| curves(&times, by, checked_level(level)?));
        table.map_err(|failure: Failure| failure.raise(py))
    })
}

fn curves(
    times: &BTreeMap<Option<String>, Times>,
    by: Option<&str>,
    level: f64,
) -> Result<Table, Failure> {
    let curves: Vec<(&Option<String>, Survival)> = times
        .iter()
        .map(|(label, times)| (label, times.survival()))
        .collect();
    // Everybody is there at the start of a curve.
    let rows: Vec<(&Option<String>, u64, Option<&Step>)> = curves
        .iter()
        .flat_map(|(label, curve)| {
            let row = |step| (*label, curve.subjects, step);
            once(row(None)).chain(curve.steps.iter().map(move |step| row(Some(step))))
        })
        .collect();
    let each = |start: f64, of: fn(&Step) -> f64| {
        floats(rows.iter().map(move |row| row.2.map_or(start, of)))
    };
    let limits = |end: fn(&Interval) -> f64| {
        let of = |step: &Step| {
            let found = step.interval(level, Scale::LogLog).ok();
            found.map(|found| end(&found))
        };
        floats(rows.iter().map(move |row| row.2.map_or(Some(1.0), of)))
    };
    let mut columns = Vec::new();
    if let Some(by) = by {
        columns.push((by, texts(rows.iter().map(|row| row.0.as_deref()))));
    }
    columns.extend([
        (
            "days",
            ints(
                rows.iter()
                    .map(|row| row.2.map_or(0, |step| i64::from(step.days))),
            ),
        ),
        (
            "at_risk",
            ints(
                rows.iter()
                    .map(|row| count(row.2.map_or(row.1, |step| step.at_risk))),
            ),
        ),
        (
            "events",
            ints(
                rows.iter()
                    .map(|row| count(row.2.map_or(0, |step| step.events))),
            ),
        ),
        ("survival", each(1.0, |step| step.survival)),
        ("low", limits(|found| found.low)),
        ("high", limits(|found| found.high)),
        ("hazard", each(0.0, |step| step.hazard)),
    ]);
    Table::of(columns)
}

/// The mean of the days without the event up to a horizon, and the median; for each group with `by`.
#[pyfunction]
pub(crate) fn restricted_mean(
    py: Python<'_>,
    frame: &Bound<'_, PyAny>,
    columns: (String, String, Option<String>),
    horizon_days: u32,
    level: f64,
) -> PyResult<Table> {
    guarded(py, || {
        let (days, seen, by) = (&columns.0, &columns.1, columns.2.as_deref());
        let times = read(py, frame, days, seen, by)?;
        let table = py.detach(|| {
            let level = checked_level(level)?;
            let curves: Vec<_> = times.values().map(Times::survival).collect();
            let means: Vec<_> = curves
                .iter()
                .map(|curve| curve.restricted_mean(horizon_days, level))
                .collect();
            let mean = |of: fn(&Interval) -> f64| {
                floats(means.iter().map(move |mean| mean.as_ref().ok().map(of)))
            };
            let mut table = Vec::new();
            if let Some(by) = by {
                table.push((by, texts(times.keys().map(Option::as_deref))));
            }
            table.extend([
                (
                    "subjects",
                    ints(curves.iter().map(|curve| count(curve.subjects))),
                ),
                ("restricted_mean", mean(|mean| mean.value)),
                ("low", mean(|mean| mean.low)),
                ("high", mean(|mean| mean.high)),
                (
                    "median",
                    ints(
                        curves
                            .iter()
                            .map(|curve| curve.median().ok().map(i64::from)),
                    ),
                ),
                (
                    "absent",
                    texts(
                        means
                            .iter()
                            .map(|mean| mean.as_ref().err().map(|why| why.code())),
                    ),
                ),
            ]);
            Table::of(table)
        });
        table.map_err(|failure: Failure| failure.raise(py))
    })
}

/// The log-rank test that all groups have the same survival: χ², its degrees of freedom, the p-value;
/// none with fewer than two groups, or without an event to compare.
#[pyfunction]
pub(crate) fn log_rank(
    py: Python<'_>,
    frame: &Bound<'_, PyAny>,
    days: &str,
    seen: &str,
    by: &str,
) -> PyResult<Option<(f64, u32, f64)>> {
    guarded(py, || {
        let times = read(py, frame, days, seen, Some(by))?;
        let groups: Vec<Times> = times.into_values().collect();
        let found = py.detach(|| core_log_rank(&groups)).ok();
        Ok(found.map(|found| (found.statistic, found.degrees, found.p_value)))
    })
}
