//! The cohort triangle: a table with a heat in each cell.

use super::{heat, how, scroll, section};
use crate::analytics::cohort::{CohortCell, CohortRow};
use crate::analytics::columns::{count_f64, minor_f64};
use crate::report::format::{count, fixed, month};
use crate::report::html::Html;
use crate::report::input::{Cohorts, ReportInput};
use crate::report::text::{DASH, cohorts};

/// Cohorts and months since that fit on a page.
const ROWS_MAX: usize = 24;
const COLUMNS_MAX: usize = 19;

/// The table's rows as shown: each cohort with its unfinished month, if it has one.
struct Triangle<'a> {
    rows: Vec<(&'a CohortRow, Option<u64>)>,
    columns: usize,
    trimmed: bool,
    /// The largest share after month 0: the darkest heat.
    high: f64,
}

fn share(cell: &CohortCell) -> Option<f64> {
    (cell.exposed > 0).then(|| minor_f64(cell.value) / count_f64(cell.exposed))
}

impl<'a> Triangle<'a> {
    fn of(cohorts: &'a Cohorts) -> Self {
        let all = &cohorts.table.rows;
        let skipped = all.len().saturating_sub(ROWS_MAX);
        let open = |place: usize| {
            let unfinished = cohorts.unfinished.as_ref()?;
            unfinished.get(place).copied()
        };
        let rows = all.iter().enumerate().skip(skipped);
        let rows: Vec<_> = rows.map(|(place, row)| (row, open(place))).collect();
        let widths = rows
            .iter()
            .map(|(row, open)| row.cells.len() + usize::from(open.is_some()));
        let widest = widths.max().unwrap_or(0);
        let later = rows.iter().flat_map(|(row, _)| row.cells.iter().skip(1));
        let high = later.filter_map(share).fold(0.0, f64::max);
        Self {
            columns: widest.min(COLUMNS_MAX),
            trimmed: skipped > 0 || widest > COLUMNS_MAX,
            high: if high > 0.0 { high } else { 1.0 },
            rows,
        }
    }

    /// Customers who ordered in the month since, over those whose month is over.
    fn all(&self, since: usize) -> Option<CohortCell> {
        let cells = self.rows.iter().filter_map(|(row, _)| row.cells.get(since));
        cells.copied().reduce(|sum, cell| CohortCell {
            value: sum.value.saturating_add(cell.value),
            exposed: sum.exposed.saturating_add(cell.exposed),
        })
    }
}

pub(super) fn write(html: &mut Html, input: &ReportInput) {
    let triangle = Triangle::of(&input.cohorts);
    section(html, &cohorts::HEADING, |html| {
        html.within("div", &[("class", "part")], |html| {
            scroll(html, cohorts::CAPTION, |html| draw(html, &triangle));
        });
        how(html, cohorts::READ);
        if triangle.trimmed {
            html.leaf("p", &[("class", "how")], cohorts::TRIMMED);
        }
    });
}

fn draw(html: &mut Html, triangle: &Triangle<'_>) {
    html.within("table", &[("class", "heat")], |html| {
        html.within("caption", &[], |html| {
            html.text(cohorts::CAPTION);
            html.leaf("small", &[], cohorts::UNITS);
        });
        html.within("thead", &[], |html| {
            html.within("tr", &[], |html| {
                html.leaf("th", &[("scope", "col")], cohorts::COHORT);
                html.leaf("th", &[("scope", "col")], cohorts::SIZE);
                for since in 0..triangle.columns {
                    html.leaf("th", &[("scope", "col")], &since.to_string());
                }
            });
        });
        html.within("tbody", &[], |html| {
            for (row, open) in &triangle.rows {
                cohort(html, triangle, row, *open);
            }
            if triangle.rows.len() > 1 {
                everybody(html, triangle);
            }
        });
    });
}

fn cohort(html: &mut Html, triangle: &Triangle<'_>, row: &CohortRow, open: Option<u64>) {
    let name = month(row.period);
    html.within("tr", &[], |html| {
        html.leaf("th", &[("scope", "row")], &name);
        html.leaf("td", &[("class", "size")], &count(row.size));
        for (since, seen) in row.cells.iter().take(triangle.columns).enumerate() {
            let what = format!("{name}, month {since}");
            cell(html, triangle, since, &what, seen);
        }
        let since = row.cells.len();
        if let Some(active) = open.filter(|_| since < triangle.columns) {
            let text = part(active, row.size, since);
            let tip = format!(
                "{name}, month {since}: {} of {} {}",
                count(active),
                count(row.size),
                cohorts::SO_FAR
            );
            html.leaf("td", &[("class", "open"), ("title", &tip)], &text);
        }
    });
}

fn part(active: u64, size: u64, since: usize) -> String {
    let share = count_f64(active) / count_f64(size.max(1));
    per_cent(share, since)
}

/// Month 0 is everybody, so that it needs no decimals.
fn per_cent(share: f64, since: usize) -> String {
    fixed(share * 100.0, usize::from(since > 0)).unwrap_or_default()
}

fn cell(html: &mut Html, triangle: &Triangle<'_>, since: usize, what: &str, seen: &CohortCell) {
    let Some(share) = share(seen) else {
        html.leaf("td", &[], DASH);
        return;
    };
    let tip = format!(
        "{what}: {} of {} customers",
        count(u64::try_from(seen.value).unwrap_or(0)),
        count(seen.exposed)
    );
    let class = if since == 0 {
        "origin"
    } else {
        heat(share / triangle.high)
    };
    let text = per_cent(share, since);
    html.leaf("td", &[("class", class), ("title", &tip)], &text);
}

fn everybody(html: &mut Html, triangle: &Triangle<'_>) {
    let name = if triangle.trimmed {
        cohorts::SHOWN
    } else {
        cohorts::ALL
    };
    html.within("tr", &[("class", "all")], |html| {
        html.leaf("th", &[("scope", "row")], name);
        let size = triangle.rows.iter().map(|(row, _)| row.size).sum();
        html.leaf("td", &[("class", "size")], &count(size));
        for since in 0..triangle.columns {
            if let Some(seen) = triangle.all(since) {
                let what = format!("{name}, month {since}");
                cell(html, triangle, since, &what, &seen);
            }
        }
    });
}
