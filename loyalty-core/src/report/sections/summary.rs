//! The headline figures.

use super::{Tile, tiles};
use crate::report::format::{count, money, money_estimate, percent, points, reason};
use crate::report::html::Html;
use crate::report::input::ReportInput;
use crate::report::text::summary;

pub(super) fn write(html: &mut Html, input: &ReportInput) {
    let (figures, currency) = (&input.figures, input.currency);
    let code = currency.as_str();
    let mut all = vec![
        Tile {
            name: summary::REVENUE.to_owned(),
            value: Ok(money(figures.revenue_minor, currency)),
            unit: code,
            below: format!("from {} orders", count(figures.orders)),
        },
        Tile {
            name: summary::CUSTOMERS.to_owned(),
            value: Ok(count(figures.customers)),
            unit: "",
            below: figures
                .active_rate
                .value()
                .map_err(|why| reason(&why))
                .and_then(percent)
                .map_or_else(
                    |why| why,
                    |share| format!("{share} ordered in the last 90 days"),
                ),
        },
        order_value(input),
        repeat_rate(input),
        value(input),
    ];
    let owed = input.scheme.as_ref();
    let owed = owed.and_then(|scheme| Some((scheme, scheme.points.worth_minor?)));
    if let Some((scheme, worth)) = owed {
        all.push(Tile {
            name: summary::LIABILITY.to_owned(),
            value: Ok(money(worth.into(), currency)),
            unit: code,
            below: format!("for {} points", points(scheme.points.outstanding_milli)),
        });
    }
    tiles(html, summary::LABEL, &all);
}

fn order_value(input: &ReportInput) -> Tile<'_> {
    let ratio = &input.figures.order_value;
    let limits = ratio.interval(input.level).map_err(|why| reason(&why));
    let limits = limits.and_then(|interval| {
        let low = money_estimate(interval.low, input.currency)?;
        let high = money_estimate(interval.high, input.currency)?;
        Ok(format!("{low} to {high}"))
    });
    Tile {
        name: summary::ORDER_VALUE.to_owned(),
        value: ratio
            .value()
            .map_err(|why| reason(&why))
            .and_then(|value| money_estimate(value, input.currency)),
        unit: input.currency.as_str(),
        below: limits.unwrap_or_else(|why| why),
    }
}

fn repeat_rate(input: &ReportInput) -> Tile<'_> {
    let rate = &input.figures.repeat_rate;
    Tile {
        name: summary::REPEAT_RATE.to_owned(),
        value: rate.value().map_err(|why| reason(&why)).and_then(percent),
        unit: "",
        below: format!(
            "{} of {} customers",
            count(rate.numerator),
            count(rate.denominator)
        ),
    }
}

fn value(input: &ReportInput) -> Tile<'_> {
    let figures = input.value.as_ref();
    let days = figures.map_or(0, |value| value.horizon_days);
    let name = if days == 0 {
        summary::VALUE_UNKNOWN.to_owned()
    } else {
        format!("{} {} days", summary::VALUE, count(days.into()))
    };
    let median = figures.ok().and_then(|value| value.median_minor.ok());
    let median = median.and_then(|minor| money_estimate(minor, input.currency).ok());
    Tile {
        name,
        value: figures
            .map_err(reason)
            .and_then(|value| money_estimate(value.sum_minor, input.currency)),
        unit: input.currency.as_str(),
        below: median.map_or_else(String::new, |text| format!("median {text} a customer")),
    }
}
