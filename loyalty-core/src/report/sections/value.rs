//! Lifetime values: distribution, sum, the best customers, and the models behind them.

use super::{facts, how, level, missing, number, pair, plain, row_name, scroll, section, table};
use crate::analytics::columns::count_f64;
use crate::analytics::models::Fit;
use crate::report::chart::{Chart, Piece};
use crate::report::format::{
    Shown, count, day, fixed, money, money_estimate, number as decimal, percent, reason, tick,
    unit_minor,
};
use crate::report::html::Html;
use crate::report::input::{ReportInput, ValueBin, ValueFigures};
use crate::report::text::{DASH, NUMBERS, value};

pub(super) fn write(html: &mut Html, input: &ReportInput) {
    section(html, &value::HEADING, |html| match &input.value {
        Ok(figures) => {
            html.leaf("p", &[("class", "lead")], &terms(figures));
            pair(
                html,
                |html| {
                    histogram(html, input, figures);
                    how(html, value::READ);
                },
                |html| side(html, input, figures),
            );
            top(html, input, figures);
            models(html, input, figures);
        }
        Err(why) => missing(html, why),
    });
}

/// What the values count, in a sentence.
fn terms(figures: &ValueFigures) -> String {
    let rate = fixed(figures.annual_rate * 100.0, 1).unwrap_or_default();
    let margin = fixed(figures.margin_rate * 100.0, 1).unwrap_or_default();
    format!(
        "Horizon {} days, discounted continuously at {rate} % a year, {margin} % of net amounts.",
        count(figures.horizon_days.into())
    )
}

fn histogram(html: &mut Html, input: &ReportInput, figures: &ValueFigures) {
    let bins = &figures.bins;
    let high = bins.iter().map(|bin| bin.customers).max().unwrap_or(0);
    let places: Vec<(f64, &ValueBin)> = bins.iter().scan(0.0, super::months::place).collect();
    let width = places.last().map_or(1.0, |(place, _)| place + 1.0);
    let unit = f64::from(unit_minor(input.currency));
    let title = format!("{}, {}", value::CHART, input.currency);
    let description = format!(
        "{} customers, {} bars",
        count(figures.customers),
        bins.len()
    );
    let chart = Chart::new("value-chart", (0.0, width), count_f64(high));
    chart.draw(html, &title, &description, |chart, html| {
        let mut minor = false;
        for (place, bin) in &places {
            let pieces = [Piece {
                class: if bin.high_minor.is_some() { "f1" } else { "f2" },
                amount: count_f64(bin.customers),
                tip: format!("{}: {} customers", span(input, bin), count(bin.customers)),
            }];
            chart.bar(html, (place + 0.05, place + 0.95), &pieces, false);
            let low = bin.low_minor / unit;
            let step = bins.first().and_then(|bin| bin.high_minor).unwrap_or(unit) / unit;
            chart.label(html, *place, &tick(low, step, low.max(step)), minor);
            minor = !minor;
        }
    });
    html.within("details", &[], |html| {
        html.leaf("summary", &[], NUMBERS);
        let columns = [
            (value::VALUE, false),
            (value::CUSTOMERS, true),
            (value::TOGETHER, true),
        ];
        let caption = (value::CHART, input.currency.as_str());
        table(html, "", caption, &columns, |html| {
            for bin in bins {
                html.within("tr", &[], |html| {
                    row_name(html, &span(input, bin));
                    plain(html, value::CUSTOMERS, count(bin.customers));
                    let sum = money_estimate(bin.sum_minor, input.currency);
                    number(html, value::TOGETHER, &sum);
                });
            }
        });
    });
}

fn span(input: &ReportInput, bin: &ValueBin) -> String {
    let amount = |minor| money_estimate(minor, input.currency).unwrap_or_default();
    match bin.high_minor {
        Some(high) => format!("{} to {}", amount(bin.low_minor), amount(high)),
        None => format!("{} and more", amount(bin.low_minor)),
    }
}

fn side(html: &mut Html, input: &ReportInput, figures: &ValueFigures) {
    let currency = input.currency;
    let amount = |minor: f64| Ok(format!("{} {currency}", money_estimate(minor, currency)?));
    let mean = figures.sum_minor / count_f64(figures.customers.max(1));
    let mut rows: Vec<(&str, Shown)> = vec![
        (value::SUM, amount(figures.sum_minor)),
        (value::MEAN, amount(mean)),
        (
            value::MEDIAN,
            figures
                .median_minor
                .map_err(|why| reason(&why))
                .and_then(amount),
        ),
        (
            value::TENTH,
            figures
                .top_tenth_share
                .map_err(|why| reason(&why))
                .and_then(percent),
        ),
        (value::CUSTOMERS, Ok(count(figures.customers))),
    ];
    if figures.without_value > 0 {
        rows.push((value::WITHOUT, Ok(count(figures.without_value))));
    }
    facts(html, value::SIDE, &rows);
}

fn top(html: &mut Html, input: &ReportInput, figures: &ValueFigures) {
    let currency = input.currency;
    let columns = [
        (value::CUSTOMER, false),
        (value::OCCASIONS, true),
        (value::SO_FAR, true),
        (value::LAST, true),
        (value::ALIVE, true),
        (value::EXPECTED, true),
        (value::VALUE, true),
    ];
    let limit = format!("{} of {}", figures.top.len(), count(figures.customers));
    let caption = format!("{limit}; amounts in {currency}");
    html.within("div", &[("class", "part")], |html| {
        table(html, "stack", (value::TOP, &caption), &columns, |html| {
            for one in &figures.top {
                html.within("tr", &[], |html| {
                    row_name(html, &one.key);
                    plain(html, value::OCCASIONS, count(one.occasions.into()));
                    plain(html, value::SO_FAR, money(one.net_minor.into(), currency));
                    plain(html, value::LAST, day(one.last_day));
                    let alive = one.alive.map_err(|why| reason(&why)).and_then(percent);
                    number(html, value::ALIVE, &alive);
                    let expected = one.expected.map_err(|why| reason(&why));
                    let expected = expected.and_then(|expected| decimal(expected, 1));
                    number(html, value::EXPECTED, &expected);
                    let worth = money_estimate(one.value_minor, currency);
                    number(html, value::VALUE, &worth);
                });
            }
        });
    });
}

fn models(html: &mut Html, input: &ReportInput, figures: &ValueFigures) {
    html.within("details", &[], |html| {
        html.leaf("summary", &[], value::MODELS);
        scroll(html, value::MODELS, |html| {
            fit(html, input, "BG/NBD", &figures.purchases);
            fit(html, input, "Gamma–Gamma", &figures.spend);
        });
        let text = match &figures.independence {
            Ok(found) => {
                let number = |value| fixed(value, 3).unwrap_or_default();
                let (low, high) = (number(found.low), number(found.high));
                let mut text = format!(
                    "{}: {} ({low} to {high}, {} customers).",
                    value::INDEPENDENCE,
                    number(found.correlation),
                    count(found.customers)
                );
                if !found.acceptable {
                    text.push(' ');
                    text.push_str(value::DEPENDENT);
                }
                text
            }
            Err(why) => format!("{}: {why}.", value::INDEPENDENCE),
        };
        html.leaf("p", &[("class", "how")], &text);
        html.leaf("p", &[("class", "how")], value::MODEL_READ);
    });
}

fn fit(html: &mut Html, input: &ReportInput, name: &str, fit: &Fit) {
    let interval = format!("{} % interval", level(input));
    let columns = [
        (value::PARAMETER, false),
        (value::ESTIMATE, true),
        (value::ERROR, true),
        (interval.as_str(), true),
    ];
    let under = format!(
        "log-likelihood {}, {} customers",
        fixed(fit.log_likelihood, 3).unwrap_or_else(|| DASH.to_owned()),
        count(fit.customers)
    );
    table(html, "", (name, &under), &columns, |html| {
        for (position, (parameter, estimate)) in fit.names.iter().zip(&fit.values).enumerate() {
            html.within("tr", &[], |html| {
                row_name(html, parameter);
                number(html, value::ESTIMATE, &decimal(*estimate, 4));
                let error = fit.standard_error(position).map_err(|why| reason(&why));
                number(
                    html,
                    value::ERROR,
                    &error.and_then(|error| decimal(error, 4)),
                );
                let limits = fit
                    .interval(position, input.level)
                    .map_err(|why| reason(&why));
                let limits = limits.and_then(|found| {
                    Ok(format!(
                        "{} to {}",
                        decimal(found.low, 4)?,
                        decimal(found.high, 4)?
                    ))
                });
                number(html, &interval, &limits);
            });
        }
    });
}
