//! The grid of recency by frequency and money, and the named segments.

use super::{heat, how, missing, pair, plain, row_name, scroll, section, table};
use crate::analytics::columns::{count_f64, ratio_f64};
use crate::report::format::{count, money_estimate, percent};
use crate::report::html::Html;
use crate::report::input::{ReportInput, RfmCell, RfmFigures};
use crate::report::text::{self, DASH, rfm};

pub(super) fn write(html: &mut Html, input: &ReportInput) {
    section(html, &rfm::HEADING, |html| match &input.rfm {
        Ok(figures) => pair(
            html,
            |html| {
                scroll(html, rfm::GRID, |html| grid(html, input, figures));
                how(html, rfm::READ);
            },
            |html| segments(html, figures),
        ),
        Err(why) => missing(html, why),
    });
}

fn grid(html: &mut Html, input: &ReportInput, figures: &RfmFigures) {
    let high = figures.grid.iter().map(|cell| cell.customers).max();
    let high = count_f64(high.unwrap_or(1).max(1));
    html.within("table", &[("class", "heat grid")], |html| {
        html.within("caption", &[], |html| {
            html.text(rfm::GRID);
            let units = format!("{} {}", rfm::GRID_UNITS, input.currency);
            html.leaf("small", &[], &units);
        });
        html.within("thead", &[], |html| {
            html.within("tr", &[], |html| {
                let down = [("scope", "col"), ("rowspan", "2")];
                html.leaf("th", &down, rfm::RECENCY);
                let across = [("scope", "colgroup"), ("colspan", "5")];
                html.leaf("th", &across, rfm::FM);
            });
            html.within("tr", &[], |html| {
                for fm in 1..=5_u8 {
                    html.leaf("th", &[("scope", "col")], &fm.to_string());
                }
            });
        });
        html.within("tbody", &[], |html| {
            for r in (1..=5_u8).rev() {
                html.within("tr", &[], |html| {
                    html.leaf("th", &[("scope", "row")], &r.to_string());
                    for fm in 1..=5_u8 {
                        let found = figures
                            .grid
                            .iter()
                            .find(|cell| (cell.r, cell.fm) == (r, fm));
                        match found {
                            Some(found) => cell(html, input, found, high),
                            None => html.leaf("td", &[("class", "h0")], DASH),
                        }
                    }
                });
            }
        });
    });
}

fn cell(html: &mut Html, input: &ReportInput, cell: &RfmCell, high: f64) {
    let class = heat(count_f64(cell.customers) / high);
    let mean = ratio_f64(cell.net_minor, i128::from(cell.occasions.max(1)));
    let mean = money_estimate(mean, input.currency).unwrap_or_else(|why| why);
    let tip = format!(
        "{}: recency {}, frequency and money {}, {} customers, mean order day {mean} {}",
        text::segment(cell.segment),
        cell.r,
        cell.fm,
        count(cell.customers),
        input.currency
    );
    html.within("td", &[("class", class), ("title", &tip)], |html| {
        html.text(&count(cell.customers));
        html.leaf("small", &[], &mean);
    });
}

fn segments(html: &mut Html, figures: &RfmFigures) {
    let customers: u64 = figures.segments.iter().map(|one| one.customers).sum();
    let net: i128 = figures.segments.iter().map(|one| one.net_minor).sum();
    let share = |part: i128, all: i128| (all > 0).then(|| ratio_f64(part, all));
    let columns = [
        (rfm::SEGMENT, false),
        (rfm::CUSTOMERS, true),
        (rfm::SHARE, true),
        (rfm::REVENUE, true),
    ];
    table(html, "", (rfm::SEGMENTS, ""), &columns, |html| {
        for one in &figures.segments {
            html.within("tr", &[], |html| {
                row_name(html, text::segment(one.segment));
                plain(html, rfm::CUSTOMERS, count(one.customers));
                let part = share(one.customers.into(), customers.into());
                plain(html, rfm::SHARE, percent_of(part));
                plain(html, rfm::REVENUE, percent_of(share(one.net_minor, net)));
            });
        }
    });
}

fn percent_of(share: Option<f64>) -> String {
    let text = share.and_then(|share| percent(share).ok());
    text.unwrap_or_else(|| DASH.to_owned())
}
