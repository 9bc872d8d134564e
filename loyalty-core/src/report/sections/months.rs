//! Revenue by month.

use super::{how, legend, pair, plain, row_name, section, table};
use crate::analytics::columns::minor_f64;
use crate::report::chart::{Chart, Piece};
use crate::report::format::{count, money, month, unit_minor};
use crate::report::html::Html;
use crate::report::input::{MonthFigures, ReportInput};
use crate::report::text::months;

/// The chart has so many months at most, the table beside it so many.
const CHART_MAX: usize = 36;
const TABLE_MAX: usize = 8;

pub(super) fn write(html: &mut Html, input: &ReportInput) {
    section(html, &months::HEADING, |html| {
        pair(
            html,
            |html| {
                legend(html, &[("k1", months::FIRST), ("k2", months::REPEAT)]);
                chart(html, input);
                how(html, months::READ);
            },
            |html| numbers(html, input),
        );
    });
}

fn last(months: &[MonthFigures], most: usize) -> &[MonthFigures] {
    months
        .get(months.len().saturating_sub(most)..)
        .unwrap_or_default()
}

fn chart(html: &mut Html, input: &ReportInput) {
    let months = last(&input.months, CHART_MAX);
    let unit = f64::from(unit_minor(input.currency));
    let amount = |minor: i64| (minor_f64(minor) / unit).max(0.0);
    let tops = months
        .iter()
        .map(|month| amount(month.first_minor) + amount(month.repeat_minor));
    let high = tops.fold(0.0, f64::max);
    let places: Vec<(f64, &MonthFigures)> = months.iter().scan(0.0, place).collect();
    let width = places.last().map_or(1.0, |(place, _)| place + 1.0);
    let title = format!("{}, {}", months::CHART, input.currency);
    let description = match (months.first(), months.last()) {
        (Some(first), Some(last)) => {
            format!("{} to {}", month(first.period), month(last.period))
        }
        _ => String::new(),
    };
    Chart::new("revenue-chart", (0.0, width), high).draw(
        html,
        &title,
        &description,
        |chart, html| {
            let every = (width / 6.0).ceil().max(1.0);
            let mut next = 0.0;
            let mut minor = false;
            for (place, figures) in &places {
                let name = month(figures.period);
                let piece = |class, what: &str, minor: i64| Piece {
                    class,
                    amount: amount(minor),
                    tip: format!("{name}, {what}: {}", money(minor.into(), input.currency)),
                };
                let pieces = [
                    piece("f1", months::FIRST, figures.first_minor),
                    piece("f2", months::REPEAT, figures.repeat_minor),
                ];
                chart.bar(
                    html,
                    (place + 0.12, place + 0.88),
                    &pieces,
                    !figures.complete,
                );
                if *place >= next {
                    chart.label(html, place + 0.5, &name, minor);
                    next += every;
                    minor = !minor;
                }
            }
        },
    );
}

/// Places of months along the axis.
pub(super) fn place<'m, T>(next: &mut f64, month: &'m T) -> Option<(f64, &'m T)> {
    let own = *next;
    *next += 1.0;
    Some((own, month))
}

fn numbers(html: &mut Html, input: &ReportInput) {
    let columns = [
        (months::MONTH, false),
        (months::ORDERS, true),
        (months::NEW, true),
        (months::NET, true),
    ];
    let caption = (months::CAPTION, input.currency.as_str());
    table(html, "", caption, &columns, |html| {
        for figures in last(&input.months, TABLE_MAX).iter().rev() {
            html.within("tr", &[], |html| {
                let mut name = month(figures.period);
                if !figures.complete {
                    name.push_str(months::OPEN);
                }
                row_name(html, &name);
                plain(html, months::ORDERS, count(figures.orders));
                plain(html, months::NEW, count(figures.new_customers));
                let net = i128::from(figures.first_minor) + i128::from(figures.repeat_minor);
                plain(html, months::NET, money(net, input.currency));
            });
        }
    });
}
