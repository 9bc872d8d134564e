//! The sections of a report, one file each, and what they have in common.

mod cohorts;
mod drift;
mod figures;
mod months;
mod rfm;
mod rows;
mod scheme;
mod second;
mod summary;
mod tracking;
mod value;

use super::format::Shown;
use super::html::Html;
use super::input::{Missing, ReportInput};
use super::text::{self, Heading};

/// The headings of a report, in order.
pub(super) fn headings(input: &ReportInput) -> Vec<Heading> {
    let mut all = vec![
        text::months::HEADING,
        text::figures::HEADING,
        text::cohorts::HEADING,
        text::rfm::HEADING,
        text::value::HEADING,
        text::drift::HEADING,
        text::second::HEADING,
        text::tracking::HEADING,
    ];
    if input.scheme.is_some() {
        all.push(text::scheme::HEADING);
    }
    all.push(text::rows::HEADING);
    all
}

/// All sections, in the order of [`headings`].
pub(super) fn write(html: &mut Html, input: &ReportInput) {
    summary::write(html, input);
    months::write(html, input);
    figures::write(html, input);
    cohorts::write(html, input);
    rfm::write(html, input);
    value::write(html, input);
    drift::write(html, input);
    second::write(html, input);
    tracking::write(html, input);
    if let Some(figures) = &input.scheme {
        scheme::write(html, input, figures);
    }
    rows::write(html, input);
}

/// A section under its heading.
fn section(html: &mut Html, heading: &Heading, inside: impl FnOnce(&mut Html)) {
    let title = format!("{}-h", heading.id);
    let attributes = [("id", heading.id), ("aria-labelledby", title.as_str())];
    html.within("section", &attributes, |html| {
        html.leaf("h2", &[("id", &title)], heading.title);
        html.leaf("p", &[("class", "lead")], heading.lead);
        inside(html);
    });
    html.line();
}

/// The line under a figure that says how to read it.
fn how(html: &mut Html, text: &str) {
    html.within("p", &[("class", "how")], |html| {
        html.leaf("b", &[], text::HOW);
        html.text(" ");
        html.text(text);
    });
}

/// Why a section has no figures.
fn missing(html: &mut Html, why: &Missing) {
    html.within("p", &[("class", "none")], |html| {
        html.leaf("b", &[], text::NOT_AVAILABLE);
        html.text(" ");
        html.text(&why.to_string());
        html.text(".");
    });
}

/// A value, or its reason.
fn shown(html: &mut Html, value: &Shown) {
    match value {
        Ok(text) => html.text(text),
        Err(why) => html.leaf("span", &[("class", "absent")], why),
    }
}

/// A cell with a number, under the label of its column.
fn number(html: &mut Html, label: &str, value: &Shown) {
    let attributes = [("class", "n"), ("data-label", label)];
    html.within("td", &attributes, |html| shown(html, value));
}

/// A number that always exists.
fn plain(html: &mut Html, label: &str, value: String) {
    number(html, label, &Ok(value));
}

/// The name of a row; texts of the caller stand for themselves, whichever way they run.
fn row_name(html: &mut Html, name: &str) {
    html.within("th", &[("scope", "row")], |html| {
        html.leaf("bdi", &[], name)
    });
}

/// A column of a table: what it holds, and whether numbers.
type Column<'a> = (&'a str, bool);

/// A table whose rows become blocks on a phone.
fn table(
    html: &mut Html,
    class: &str,
    caption: (&str, &str),
    columns: &[Column<'_>],
    body: impl FnOnce(&mut Html),
) {
    html.within("table", &[("class", class)], |html| {
        html.within("caption", &[], |html| {
            html.text(caption.0);
            if !caption.1.is_empty() {
                html.leaf("small", &[], caption.1);
            }
        });
        html.within("thead", &[], |html| {
            html.within("tr", &[], |html| {
                for (name, is_number) in columns {
                    let class = if *is_number { "n" } else { "" };
                    let attributes = [("scope", "col"), ("class", class)];
                    let said = if *is_number { 2 } else { 1 };
                    html.leaf("th", attributes.get(..said).unwrap_or_default(), name);
                }
            });
        });
        html.within("tbody", &[], body);
    });
    html.line();
}

/// A row of a two-column table of figures.
fn fact(html: &mut Html, name: &str, value: &Shown) {
    html.within("tr", &[], |html| {
        html.leaf("th", &[("scope", "row")], name);
        html.within("td", &[("class", "n")], |html| shown(html, value));
    });
}

/// A small table of figures beside a chart.
fn facts(html: &mut Html, caption: &str, rows: &[(&str, Shown)]) {
    html.within("table", &[], |html| {
        html.leaf("caption", &[], caption);
        html.within("tbody", &[], |html| {
            for (name, value) in rows {
                fact(html, name, value);
            }
        });
    });
}

/// What scrolls sideways where it must.
fn scroll(html: &mut Html, label: &str, inside: impl FnOnce(&mut Html)) {
    let attributes = [
        ("class", "scroll"),
        ("role", "region"),
        ("aria-label", label),
        ("tabindex", "0"),
    ];
    html.within("div", &attributes, inside);
}

/// A chart and something beside it.
fn pair(html: &mut Html, left: impl FnOnce(&mut Html), right: impl FnOnce(&mut Html)) {
    html.within("div", &[("class", "pair")], |html| {
        html.within("figure", &[], left);
        html.within("div", &[], right);
    });
}

/// The names of a chart's colours.
fn legend(html: &mut Html, names: &[(&'static str, &str)]) {
    html.within("ul", &[("class", "key")], |html| {
        for (class, name) in names {
            html.within("li", &[], |html| {
                html.leaf("span", &[("class", class)], "");
                html.text(name);
            });
        }
    });
}

/// A headline figure: name, value, unit, and a line below.
struct Tile<'a> {
    name: String,
    value: Shown,
    unit: &'a str,
    below: String,
}

fn tiles(html: &mut Html, label: &str, tiles: &[Tile<'_>]) {
    let attributes = [("class", "tiles"), ("aria-label", label)];
    html.within("dl", &attributes, |html| {
        for tile in tiles {
            html.within("div", &[("class", "tile")], |html| {
                html.within("dt", &[], |html| {
                    html.text(&tile.name);
                    if !tile.unit.is_empty() {
                        html.text(", ");
                        html.text(tile.unit);
                    }
                });
                html.within("dd", &[("class", "big")], |html| {
                    shown(html, &tile.value);
                });
                html.leaf("dd", &[("class", "sub")], &tile.below);
            });
        }
    });
    html.line();
}

/// The class of a heat: `share` of the darkest, 0 to 1.
fn heat(share: f64) -> &'static str {
    const STEPS: [(f64, &str); 7] = [
        (0.02, "h0"),
        (0.15, "h1"),
        (0.30, "h2"),
        (0.45, "h3"),
        (0.60, "h4"),
        (0.75, "h5"),
        (0.90, "h6"),
    ];
    let step = STEPS.iter().find(|(below, _)| share < *below);
    step.map_or("h7", |(_, class)| class)
}

/// The level of intervals in words.
fn level(input: &ReportInput) -> String {
    super::format::fixed(input.level * 100.0, 0).unwrap_or_default()
}
