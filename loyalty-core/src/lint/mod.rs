//! The linter: what is allowed in a scheme and still looks like a mistake.
//!
//! [`compile`](crate::scheme::compile) refuses documents that mean nothing. [`lint`] reads one that
//! compiled, and names what brings nothing, what can never apply, and what can cost more than it
//! looks. It judges the document alone: no orders, no clock. A finding is advice; the scheme works as
//! it is. `docs/errors.md` lists every code.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::float_arithmetic,
    clippy::cast_lossless,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)]

mod finding;
mod money;
mod never;
mod order;
mod parts;
mod unused;

pub use finding::{CODES, Finding, Severity};

use crate::scheme::Scheme;
use crate::time::CivilDateTime;
use finding::Findings;
use parts::Parts;

/// Reads a scheme for mistakes: findings in the order of the document, then of their codes.
///
/// `at` is the civil time, in the scheme's zone, by which windows count as over; without it no finding
/// speaks of time.
///
/// # Examples
///
/// ```
/// use loyalty_core::lint::{Severity, lint};
/// use loyalty_core::scheme::{SchemeDef, compile};
///
/// let def = SchemeDef::from_json(
///     r#"{"format": 1, "id": "cafe", "name": "Café", "currency": "EUR", "time_zone": "Europe/Paris",
///         "cards": [{"id": "coffee", "target": 10, "stamps": [{"give": {"per_unit": {}}}]}]}"#,
/// )?;
/// let findings = lint(&compile(def)?, None);
/// let found: Vec<_> = findings.iter().map(|one| (one.code, one.path.to_string())).collect();
/// assert_eq!(found, [("lint.idle_card", "/cards/0".to_string())]);
/// assert_eq!(findings[0].severity, Severity::Warning);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn lint(scheme: &Scheme, at: Option<CivilDateTime>) -> Vec<Finding> {
    let parts = Parts::of(scheme.definition());
    let mut findings = Findings::default();
    unused::find(&parts, &mut findings);
    never::find(&parts, at, &mut findings);
    money::find(&parts, &mut findings);
    order::find(&parts, &mut findings);
    findings.in_order()
}
