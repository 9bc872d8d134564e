//! What the tests of imports share.

use loyalty_core::import::ImportOptions;
use loyalty_core::purchase::{Back, ReturnLine};

pub(crate) const SHOPIFY_CSV: &str = include_str!("../data/import/shopify_orders_export.csv");
pub(crate) const SHOPIFY_JSON: &str = include_str!("../data/import/shopify_orders.json");

pub(crate) fn plain() -> ImportOptions {
    ImportOptions::default()
}

/// What comes back, a text a line.
pub(crate) fn back(lines: &[ReturnLine]) -> Vec<String> {
    let told = |line: &ReturnLine| match line.back {
        Back::Quantity(units) => format!("{} {units}", line.line),
        Back::Amount(amount) => format!("{} {amount}", line.line),
    };
    lines.iter().map(told).collect()
}
