//! Where every row went.

use super::{facts, how, section};
use crate::report::format::count;
use crate::report::html::Html;
use crate::report::input::ReportInput;
use crate::report::text::rows;

pub(super) fn write(html: &mut Html, input: &ReportInput) {
    let found = &input.figures.rows;
    let all = [
        (rows::GIVEN, found.rows_in),
        (rows::USED, found.used),
        (rows::AFTER, found.after_as_of),
        (rows::ZERO, found.zero_order),
        (rows::REFUNDED, found.refunded_order),
        (rows::IGNORED, found.refund_ignored),
    ];
    let shown = all.into_iter().enumerate();
    let shown = shown.filter(|(place, (_, number))| *place < 2 || *number > 0);
    let shown: Vec<_> = shown
        .map(|(_, (name, number))| (name, Ok(count(number))))
        .collect();
    section(html, &rows::HEADING, |html| {
        html.within("div", &[("class", "part")], |html| {
            facts(html, rows::CAPTION, &shown);
        });
        how(html, rows::READ);
    });
}
