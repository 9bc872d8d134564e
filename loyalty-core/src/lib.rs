//! An embeddable loyalty engine.
//!
//! A shop hands the library a scheme, a member's account (a fold of append-only entries) and a
//! purchase. The library answers with a decision: what the member gets, exactly and why, and the
//! entries to store.
pub mod analytics;
