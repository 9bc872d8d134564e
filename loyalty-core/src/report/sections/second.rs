//! The survival curve of the second order.

use super::{how, legend, level, number, pair, row_name, section, table};
use crate::analytics::Absent;
use crate::analytics::metrics::survival::{Scale, Step, Survival};
use crate::report::chart::Chart;
use crate::report::format::{count, percent, reason};
use crate::report::html::Html;
use crate::report::input::ReportInput;
use crate::report::text::second;

/// The days that the table shows.
const DAYS: [u32; 6] = [30, 60, 90, 180, 270, 365];

pub(super) fn write(html: &mut Html, input: &ReportInput) {
    let curve = &input.second_order.waiting;
    section(html, &second::HEADING, |html| {
        if curve.subjects == 0 {
            super::missing(html, &Absent::EmptyDenominator.into());
            return;
        }
        pair(
            html,
            |html| {
                legend(html, &[("k1", second::CURVE), ("kb", second::BAND)]);
                draw(html, input, curve);
                how(html, second::READ);
            },
            |html| numbers(html, input, curve),
        );
    });
}

fn draw(html: &mut Html, input: &ReportInput, curve: &Survival) {
    let last = f64::from(curve.last.max(1));
    let mut line = vec![(0.0, 100.0)];
    let (mut upper, mut lower) = (line.clone(), line.clone());
    let mut before = (100.0, 100.0, 100.0);
    for step in &curve.steps {
        let days = f64::from(step.days);
        let limits = limits(step, input.level);
        for (points, value) in [
            (&mut line, before.0),
            (&mut lower, before.1),
            (&mut upper, before.2),
        ] {
            points.push((days, value));
        }
        before = (step.survival * 100.0, limits.0 * 100.0, limits.1 * 100.0);
        line.push((days, before.0));
        lower.push((days, before.1));
        upper.push((days, before.2));
    }
    line.push((last, before.0));
    lower.push((last, before.1));
    upper.push((last, before.2));
    let description = format!(
        "{} customers, {} of them came back",
        count(curve.subjects),
        count(input.second_order.so_far.numerator)
    );
    let chart = Chart::new("second-chart", (0.0, last), 100.0);
    chart.draw(html, second::CHART, &description, |chart, html| {
        chart.area(html, "band", &upper, &lower);
        chart.path(html, "l1", &line);
        chart.scale(html, " d");
        for days in (0..=curve.last).step_by(30).skip(1) {
            let value = curve.value(days).unwrap_or(1.0) * 100.0;
            let share = percent(value / 100.0).unwrap_or_default();
            let tip = format!("after {days} days {share} have not come back");
            chart.spot(html, (f64::from(days), value), &tip);
        }
    });
}

/// The limits of a step; the value itself where there are none.
fn limits(step: &Step, level: f64) -> (f64, f64) {
    step.interval(level, Scale::LogLog)
        .map_or((step.survival, step.survival), |found| {
            (found.low, found.high)
        })
}

fn numbers(html: &mut Html, input: &ReportInput, curve: &Survival) {
    let interval = format!("{} % interval", level(input));
    let columns = [
        (second::WITHIN, false),
        (second::BACK, true),
        (interval.as_str(), true),
    ];
    table(html, "", (second::CAPTION, ""), &columns, |html| {
        for days in DAYS {
            html.within("tr", &[], |html| {
                row_name(html, &format!("{days} days"));
                let back = curve.value(days).map_err(|why| reason(&why));
                let exists = back.is_ok();
                number(
                    html,
                    second::BACK,
                    &back.and_then(|value| percent(1.0 - value)),
                );
                let step = curve.at(days).filter(|_| exists);
                let limits = step.map(|step| step.interval(input.level, Scale::LogLog));
                let text = match limits {
                    Some(Ok(found)) => {
                        let (low, high) = (percent(1.0 - found.high), percent(1.0 - found.low));
                        low.and_then(|low| Ok(format!("{low} to {}", high?)))
                    }
                    Some(Err(why)) => Err(reason(&why)),
                    None => Ok(String::new()),
                };
                number(html, &interval, &text);
            });
        }
        let median = curve.median().map_err(|why| reason(&why));
        html.within("tr", &[], |html| {
            row_name(html, second::MEDIAN);
            let median = median.map(|days| format!("{} days", count(days.into())));
            number(html, second::BACK, &median);
            number(html, &interval, &Ok(String::new()));
        });
    });
}
