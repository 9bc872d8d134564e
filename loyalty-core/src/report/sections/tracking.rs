//! The purchase model on days that it has not seen.

use super::{facts, how, legend, missing, number, pair, plain, row_name, section, table};
use crate::analytics::Absent;
use crate::analytics::civil::Calendar;
use crate::analytics::columns::{count_f64, day_f64};
use crate::report::chart::Chart;
use crate::report::format::{Shown, count, day, month, number as decimal, percent, reason};
use crate::report::html::Html;
use crate::report::input::{ReportInput, TrackingFigures};
use crate::report::text::{NUMBERS, tracking};

/// Points of the table: every fourth week.
const EVERY: usize = 4;

pub(super) fn write(html: &mut Html, input: &ReportInput) {
    section(html, &tracking::HEADING, |html| match &input.tracking {
        Ok(figures) => pair(
            html,
            |html| {
                let names = [("k1", tracking::ACTUAL), ("k3", tracking::EXPECTED)];
                legend(html, &names);
                draw(html, figures);
                how(html, tracking::READ);
                details(html, figures);
            },
            |html| side(html, figures),
        ),
        Err(why) => missing(html, why),
    });
}

fn draw(html: &mut Html, figures: &TrackingFigures) {
    let points = &figures.points;
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return;
    };
    let place = |day: i32| day_f64(i64::from(day));
    let actual: Vec<(f64, f64)> = points
        .iter()
        .map(|point| (place(point.day), count_f64(point.actual)))
        .collect();
    let expected: Vec<(f64, f64)> = points
        .iter()
        .map(|point| (place(point.day), point.expected))
        .collect();
    let high = actual
        .iter()
        .chain(&expected)
        .fold(0.0, |high, point| f64::max(high, point.1));
    let description = format!(
        "{} to {}: {} repeat order days, {} expected",
        day(first.day),
        day(last.day),
        count(last.actual),
        decimal(last.expected, 0).unwrap_or_default()
    );
    let chart = Chart::new("holdout-chart", (place(first.day), place(last.day)), high);
    chart.draw(html, tracking::CHART, &description, |chart, html| {
        let end = place(figures.calibration_end);
        chart.shade(html, end, place(last.day));
        chart.mark(html, end, tracking::HOLDOUT);
        chart.path(html, "l2", &expected);
        chart.path(html, "l1", &actual);
        months(html, chart, first.day, last.day);
        for point in points.iter().step_by(EVERY) {
            let at = (place(point.day), count_f64(point.actual));
            let tip = format!(
                "{}: {} actual, {} expected",
                day(point.day),
                count(point.actual),
                decimal(point.expected, 0).unwrap_or_default()
            );
            chart.spot(html, at, &tip);
        }
    });
}

/// Labels at the first days of months.
fn months(html: &mut Html, chart: &Chart, first: i32, last: i32) {
    let calendar = Calendar::Month;
    let start = calendar.period(first);
    let start = if calendar.first_day(start) < first {
        start.saturating_add(1)
    } else {
        start
    };
    let periods = start..=calendar.period(last);
    let every = periods.clone().count().div_ceil(6).max(1);
    for (place, period) in periods.step_by(every).enumerate() {
        let at = day_f64(i64::from(calendar.first_day(period)));
        chart.label(html, at, &month(period), place % 2 == 1);
    }
}

fn side(html: &mut Html, figures: &TrackingFigures) {
    let off = if figures.actual == 0 {
        Err(reason(&Absent::EmptyDenominator))
    } else {
        percent(figures.predicted / count_f64(figures.actual) - 1.0)
    };
    let rows: [(&str, Shown); 6] = [
        (tracking::END, Ok(day(figures.calibration_end))),
        (tracking::CUSTOMERS, Ok(count(figures.customers))),
        (tracking::PREDICTED, decimal(figures.predicted, 0)),
        (tracking::HAPPENED, Ok(count(figures.actual))),
        (tracking::OFF, off),
        (tracking::ABSOLUTE, decimal(figures.mean_absolute, 3)),
    ];
    facts(html, tracking::SIDE, &rows);
}

fn details(html: &mut Html, figures: &TrackingFigures) {
    let columns = [
        (tracking::DAY, false),
        (tracking::ACTUAL, true),
        (tracking::EXPECTED, true),
    ];
    html.within("details", &[], |html| {
        html.leaf("summary", &[], NUMBERS);
        table(html, "", (tracking::CHART, ""), &columns, |html| {
            for point in figures.points.iter().step_by(EVERY) {
                html.within("tr", &[], |html| {
                    row_name(html, &day(point.day));
                    plain(html, tracking::ACTUAL, count(point.actual));
                    number(html, tracking::EXPECTED, &decimal(point.expected, 1));
                });
            }
        });
    });
}
