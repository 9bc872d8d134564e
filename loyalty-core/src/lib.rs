//! An embeddable loyalty engine.
//!
//! A shop hands the library a scheme, a member's account (a fold of append-only entries) and a
//! purchase. The library answers with a decision: what the member gets, exactly and why, and the
//! entries to store.

// Under this name the derive of `read::Readable` finds the crate, inside of it too.
extern crate self as loyalty_core;

pub mod analytics;
pub mod backtest;
pub mod codes;
pub mod customer;
pub mod evaluate;
pub mod id;
pub mod import;
pub mod ledger;
pub mod lint;
pub mod number;
pub mod path;
pub mod prior_price;
pub mod purchase;
pub mod read;
#[cfg(feature = "report")]
pub mod report;
pub mod scheme;
mod serde_text;
pub mod time;
mod tree;
pub mod write;

/// Runs the examples of the README as documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// Runs the program of the start page as a documentation test.
#[cfg(doctest)]
#[doc = include_str!("../../docs/start.md")]
struct Start;

/// Runs the example of the page on imports as a documentation test.
#[cfg(doctest)]
#[doc = include_str!("../../docs/import.md")]
struct Import;
