//! The key figures, with definitions and intervals.

use super::{how, level, number, section, table};
use crate::analytics::Absent;
use crate::analytics::metrics::{Mean, Rate, Ratio};
use crate::analytics::models::Interval;
use crate::number::Currency;
use crate::report::format::{
    Shown, count, money, money_estimate, number as decimal, percent, reason,
};
use crate::report::html::Html;
use crate::report::input::ReportInput;
use crate::report::text::figures::{self, Definition};

/// One row of the table.
struct Row {
    name: String,
    definition: &'static str,
    value: Shown,
    interval: Shown,
    counted: String,
}

impl Row {
    fn exact((name, definition): Definition, value: String, counted: String) -> Self {
        Self {
            name: name.to_owned(),
            definition,
            value: Ok(value),
            interval: Ok(figures::NO_INTERVAL.to_owned()),
            counted,
        }
    }

    fn rate((name, definition): Definition, rate: &Rate, level: f64) -> Self {
        let limits = rate.interval(level).map_err(|why| reason(&why));
        Self {
            name: name.to_owned(),
            definition,
            value: rate.value().map_err(|why| reason(&why)).and_then(percent),
            interval: limits.and_then(|(low, high)| between(percent(low), percent(high))),
            counted: format!("{} of {}", count(rate.numerator), count(rate.denominator)),
        }
    }

    /// An estimate with its interval; `write` gives both their form.
    fn estimate(
        (name, definition): Definition,
        value: Result<f64, Absent>,
        interval: Result<Interval, Absent>,
        counted: String,
        write: impl Fn(f64) -> Shown,
    ) -> Self {
        let interval = interval.map_err(|why| reason(&why));
        Self {
            name: name.to_owned(),
            definition,
            value: value.map_err(|why| reason(&why)).and_then(&write),
            interval: interval.and_then(|found| between(write(found.low), write(found.high))),
            counted,
        }
    }

    fn absent((name, definition): Definition, why: &impl ToString) -> Self {
        Self {
            name: name.to_owned(),
            definition,
            value: Err(reason(why)),
            interval: Ok(String::new()),
            counted: String::new(),
        }
    }
}

fn between(low: Shown, high: Shown) -> Shown {
    Ok(format!("{} to {}", low?, high?))
}

pub(super) fn write(html: &mut Html, input: &ReportInput) {
    let interval = format!("{} % interval", level(input));
    let columns = [
        (figures::FIGURE, false),
        (figures::VALUE, true),
        (interval.as_str(), true),
        (figures::COUNTED, true),
    ];
    let caption = (figures::CAPTION, "");
    section(html, &figures::HEADING, |html| {
        html.within("div", &[("class", "part")], |html| {
            table(html, "stack", caption, &columns, |html| {
                for row in rows(input) {
                    html.within("tr", &[], |html| {
                        html.within("th", &[("scope", "row")], |html| {
                            html.text(&row.name);
                            html.leaf("span", &[("class", "def")], row.definition);
                        });
                        number(html, figures::VALUE, &row.value);
                        number(html, &interval, &row.interval);
                        number(html, figures::COUNTED, &Ok(row.counted));
                    });
                }
            });
        });
        how(html, figures::READ);
    });
}

fn rows(input: &ReportInput) -> Vec<Row> {
    let (found, currency, level) = (&input.figures, input.currency, input.level);
    let mut rows = vec![
        Row::exact(figures::CUSTOMERS, count(found.customers), String::new()),
        Row::exact(
            figures::ORDERS,
            count(found.orders),
            format!("on {} order days", count(found.occasions)),
        ),
        Row::exact(
            figures::REVENUE,
            format!("{} {currency}", money(found.revenue_minor, currency)),
            String::new(),
        ),
        ratio(figures::ORDER_VALUE, &found.order_value, currency, level),
        mean(figures::FREQUENCY, &found.frequency, level, |value| {
            decimal(value, 2)
        }),
        Row::estimate(
            figures::YEARLY,
            found.frequency_yearly.map(|yearly| yearly.value),
            found.frequency_yearly,
            String::new(),
            |value| decimal(value, 2),
        ),
        mean(
            figures::CUSTOMER_VALUE,
            &found.customer_value,
            level,
            |value| Ok(format!("{} {currency}", money_estimate(value, currency)?)),
        ),
        Row::rate(figures::REPEAT_RATE, &found.repeat_rate, level),
        Row::rate(figures::RETURNING, &found.returning_rate, level),
        Row::rate(figures::ACTIVE, &found.active_rate, level),
    ];
    for (span, rate) in &found.retention {
        let definition = ("", figures::RETENTION);
        let (first, last) = (
            span.saturating_mul(30),
            span.saturating_mul(30).saturating_add(29),
        );
        rows.push(Row {
            name: format!(
                "Retention, days {} to {}",
                count(first.into()),
                count(last.into())
            ),
            ..Row::rate(definition, rate, level)
        });
    }
    rows.push(match found.gap_median_days {
        Ok(days) => Row::exact(
            figures::GAP,
            format!("{} days", count(days.into())),
            String::new(),
        ),
        Err(why) => Row::absent(figures::GAP, &why),
    });
    rows.push(match &found.churn_by_threshold {
        Ok((rate, repeat, one_timer)) => {
            let row = Row::rate(figures::CHURN_THRESHOLD, rate, level);
            let (repeat, one_timer) = (count((*repeat).into()), count((*one_timer).into()));
            let limits = format!("; {repeat} days, {one_timer} after one order");
            Row {
                counted: row.counted.clone() + &limits,
                ..row
            }
        }
        Err(why) => Row::absent(figures::CHURN_THRESHOLD, why),
    });
    rows.push(match &found.churn_by_own_gap {
        Ok(rate) => Row::rate(figures::CHURN_GAP, rate, level),
        Err(why) => Row::absent(figures::CHURN_GAP, why),
    });
    rows.push(match &found.churn_by_model {
        Ok(share) => Row {
            name: figures::CHURN_MODEL.0.to_owned(),
            definition: figures::CHURN_MODEL.1,
            value: percent(*share),
            interval: Ok(String::new()),
            counted: String::new(),
        },
        Err(why) => Row::absent(figures::CHURN_MODEL, why),
    });
    rows
}

fn ratio(definition: Definition, ratio: &Ratio, currency: Currency, level: f64) -> Row {
    let parts = format!(
        "{} over {}",
        money(ratio.numerator, currency),
        exact(ratio.denominator)
    );
    Row::estimate(
        definition,
        ratio.value(),
        ratio.interval(level),
        parts,
        |value| Ok(format!("{} {currency}", money_estimate(value, currency)?)),
    )
}

fn mean(definition: Definition, mean: &Mean, level: f64, write: impl Fn(f64) -> Shown) -> Row {
    let parts = format!("over {} customers", count(mean.n));
    Row::estimate(definition, mean.value(), mean.interval(level), parts, write)
}

/// A whole number.
fn exact(number: i128) -> String {
    u64::try_from(number).map_or_else(|_| number.to_string(), count)
}
