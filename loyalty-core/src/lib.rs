//! An embeddable loyalty engine.
//!
//! A shop hands the library a scheme, a member's account (a fold of append-only entries) and a
//! purchase. The library answers with a decision: what the member gets, exactly and why, and the
//! entries to store.

pub mod id;
pub mod customer;
pub mod ledger;
pub mod purchase;
pub mod scheme;
pub mod number;
pub mod path;
pub mod read;
mod serde_text;
pub mod time;

/// Runs the examples of the README as documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
