//! The report: one page of HTML about a shop's customers and its scheme.
//!
//! [`build`] computes a [`ReportInput`] of results from purchase columns, and [`render`] makes the page of
//! it. The page is self-contained: tables and inline SVG, no script, no font and no picture from outside,
//! and a policy in its head that forbids them. It is readable in light and dark, on paper and on a phone.
//!
//! Both are pure functions. There is no clock: `as_of` is an argument, and the same input gives the same
//! bytes whatever the number of threads. Amounts of orders are exact, from minor units; estimates are
//! rounded to the digits that the page states. A value that does not exist shows its reason. Every text that
//! comes from outside is escaped: only texts of the program reach the page as markup.
//!
//! # Examples
//!
//! ```
//! use loyalty_core::analytics::columns::Purchases;
//! use loyalty_core::analytics::index::Key;
//! use loyalty_core::report::{ReportOptions, build, render};
//!
//! let keys = [Key::Text("ann".to_owned()), Key::Text("<b>bob</b>".to_owned())];
//! let purchases = Purchases::new(&[0, 1, 0], &[20_000, 20_003, 20_010], &[1_250, 800, 990]);
//! let options = ReportOptions::new("Corner shop", "EUR".parse()?, 20_030);
//! let page = render(&build(&purchases, &keys, &options, None)?);
//! assert!(page.starts_with("<!DOCTYPE html>") && !page.contains("<b>bob"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions
)]

mod build;
mod chart;
mod format;
mod html;
mod input;
mod page;
mod run;
mod scheme;
mod sections;
mod text;

pub use build::{ReportOptions, build};
pub use input::*;
pub use page::render;
pub use run::{RunError, scheme_figures};
pub use scheme::*;
