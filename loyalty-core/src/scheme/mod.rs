//! Schemes: the document, its compiled form, and every problem found on the way.
//!
//! A [`SchemeDef`] is what a JSON or TOML file holds; [`compile`] makes a [`Scheme`] of it, which is
//! what decides. The document's reference is `docs/scheme-reference.md`.
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

mod access;
mod access_key;
pub(crate) mod card;
pub(crate) mod challenge;
mod compile;
pub(crate) mod compiled;
pub(crate) mod compiled_offer;
pub(crate) mod condition;
mod def;
pub(crate) mod earn;
pub(crate) mod expiry;
mod flags;
pub(crate) mod index;
#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "tests")]
mod index_tests;
#[cfg(feature = "schema")]
mod json_schema;
pub(crate) mod limit;
pub(crate) mod offer;
mod problem;
mod read;
pub(crate) mod redemption;
pub(crate) mod referral;
pub(crate) mod returns;
pub(crate) mod reward;
pub(crate) mod tier;
mod windows;

pub use access::Label;
pub use card::*;
pub use challenge::*;
pub use compile::{compile, compile_with};
pub use compiled::Scheme;
pub use condition::*;
pub use def::*;
pub use earn::*;
pub use expiry::*;
#[cfg(feature = "schema")]
pub use json_schema::json_schema;
pub use limit::*;
pub use offer::*;
pub use problem::{CODES, Problem, Problems};
pub use redemption::*;
pub use referral::*;
pub use returns::*;
pub use reward::*;
pub use tier::*;
