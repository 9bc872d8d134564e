//! The page: head, contents, sections.

use super::format::{count, day};
use super::html::Html;
use super::input::ReportInput;
use super::sections;
use super::text::{self, Heading};

const STYLE: &str = include_str!("style.css");
/// Nothing is loaded and nothing runs, whatever a text on the page says.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// The report as one HTML document.
#[must_use]
pub fn render(input: &ReportInput) -> String {
    let mut html = Html::default();
    html.markup("<!DOCTYPE html>\n");
    html.within("html", &[("lang", "en")], |html| {
        head(html, input);
        html.within("body", &[], |html| {
            top(html, input);
            html.within("main", &[], |html| sections::write(html, input));
            end(html);
        });
    });
    html.line();
    html.finish()
}

fn head(html: &mut Html, input: &ReportInput) {
    html.within("head", &[], |html| {
        html.empty("meta", &[("charset", "utf-8")]);
        let policy = [
            ("http-equiv", "Content-Security-Policy"),
            ("content", POLICY),
        ];
        html.empty("meta", &policy);
        let view = [
            ("name", "viewport"),
            ("content", "width=device-width, initial-scale=1"),
        ];
        html.empty("meta", &view);
        html.empty(
            "meta",
            &[("name", "color-scheme"), ("content", "light dark")],
        );
        html.leaf("title", &[], &input.title);
        html.within("style", &[], |html| html.markup(STYLE));
    });
    html.line();
}

fn top(html: &mut Html, input: &ReportInput) {
    html.within("header", &[("class", "top")], |html| {
        html.leaf("p", &[("class", "over")], text::page::OVER);
        html.within("h1", &[], |html| html.leaf("bdi", &[], &input.title));
        let days = input.first_day.map_or_else(
            || text::page::NO_ORDERS.to_owned(),
            |first| format!("{} to {}", day(first), day(input.as_of)),
        );
        let mut facts = format!(
            "Orders of {days} · as of {} · amounts in {} · {} rows",
            day(input.as_of),
            input.currency,
            count(input.figures.rows.rows_in),
        );
        if let Some(zone) = &input.time_zone {
            facts.push_str(" · days of ");
            facts.push_str(zone);
        }
        html.leaf("p", &[("class", "facts")], &facts);
        html.within("nav", &[("aria-label", text::page::CONTENTS)], |html| {
            html.within("ul", &[], |html| {
                for Heading { id, title, .. } in sections::headings(input) {
                    let target = format!("#{id}");
                    html.within("li", &[], |html| {
                        html.leaf("a", &[("href", &target)], title)
                    });
                }
            });
        });
    });
    html.line();
}

fn end(html: &mut Html) {
    html.within("footer", &[("class", "end")], |html| {
        let made = format!("{} {}.", text::page::MADE, env!("CARGO_PKG_VERSION"));
        html.leaf("p", &[], &format!("{made} {}", text::page::END));
    });
}
