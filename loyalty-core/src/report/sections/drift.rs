//! Customers against their own rhythm.

use super::{how, missing, number, plain, row_name, section, table};
use crate::analytics::columns::{count_f64, ratio_f64};
use crate::report::chart::share_bar;
use crate::report::format::{
    count, day, money, money_estimate, number as decimal, percent, reason,
};
use crate::report::html::Html;
use crate::report::input::{DriftFigures, ReportInput};
use crate::report::text::{self, drift, value};

pub(super) fn write(html: &mut Html, input: &ReportInput) {
    section(html, &drift::HEADING, |html| match &input.drift {
        Ok(figures) => {
            html.within("div", &[("class", "part")], |html| {
                states(html, input, figures)
            });
            html.within("div", &[("class", "part")], |html| {
                if figures.drifting.is_empty() {
                    html.leaf("p", &[], drift::NONE);
                } else {
                    list(html, input, figures);
                }
            });
            how(html, drift::READ);
        }
        Err(why) => missing(html, why),
    });
}

fn states(html: &mut Html, input: &ReportInput, figures: &DriftFigures) {
    let all: u64 = figures
        .states
        .iter()
        .map(|(_, customers, _)| customers)
        .sum();
    let most = figures
        .states
        .iter()
        .map(|(_, customers, _)| *customers)
        .max();
    let most = count_f64(most.unwrap_or(1).max(1));
    let columns = [
        (drift::STATE, false),
        (drift::CUSTOMERS, true),
        (drift::SHARE, true),
        (drift::NET, true),
    ];
    let caption = format!("amounts in {}", input.currency);
    html.within("table", &[("class", "stack")], |html| {
        html.within("caption", &[], |html| {
            html.text(drift::STATES);
            html.leaf("small", &[], &caption);
        });
        html.within("thead", &[], |html| {
            html.within("tr", &[], |html| {
                for (place, (name, is_number)) in columns.iter().enumerate() {
                    let class = if *is_number { "n" } else { "" };
                    html.leaf("th", &[("scope", "col"), ("class", class)], name);
                    if place == 0 {
                        html.leaf("td", &[("class", "bar")], "");
                    }
                }
            });
        });
        html.within("tbody", &[], |html| {
            for (state, customers, net) in &figures.states {
                let (name, definition) = text::state(*state);
                html.within("tr", &[], |html| {
                    html.within("th", &[("scope", "row")], |html| {
                        html.text(name);
                        html.leaf("span", &[("class", "def")], definition);
                    });
                    let class = match state {
                        crate::analytics::segments::passivation::State::Passivating => "f3",
                        _ => "f1",
                    };
                    html.within("td", &[("class", "bar")], |html| {
                        share_bar(html, class, count_f64(*customers) / most);
                    });
                    plain(html, drift::CUSTOMERS, count(*customers));
                    let share = ratio_f64((*customers).into(), all.max(1).into());
                    number(html, drift::SHARE, &percent(share));
                    plain(html, drift::NET, money(*net, input.currency));
                });
            }
        });
    });
    html.line();
}

fn list(html: &mut Html, input: &ReportInput, figures: &DriftFigures) {
    let currency = input.currency;
    let columns = [
        (value::CUSTOMER, false),
        (value::OCCASIONS, true),
        (drift::NET, true),
        (value::LAST, true),
        (drift::SILENT, true),
        (drift::USUAL, true),
        (drift::LIMIT, true),
        (value::VALUE, true),
    ];
    let limit = format!(
        "{} of {}",
        figures.drifting.len(),
        count(figures.drifting_count)
    );
    let caption = format!("{limit}; gaps in days, amounts in {currency}");
    table(html, "stack", (drift::LIST, &caption), &columns, |html| {
        for one in &figures.drifting {
            html.within("tr", &[], |html| {
                row_name(html, &one.key);
                plain(html, value::OCCASIONS, count(one.occasions.into()));
                plain(html, drift::NET, money(one.net_minor.into(), currency));
                plain(html, value::LAST, day(one.last_day));
                plain(html, drift::SILENT, count(one.silent_days.into()));
                number(html, drift::USUAL, &decimal(one.usual_days, 0));
                number(html, drift::LIMIT, &decimal(one.limit_days, 0));
                let worth = one.value_minor.as_ref().map_err(reason);
                let worth = worth.and_then(|minor| money_estimate(*minor, currency));
                number(html, value::VALUE, &worth);
            });
        }
    });
}
