//! The ledger: entries, groups, and the account that they fold to.
//!
//! It holds resolved numbers and decides nothing: no module here knows a scheme.
//!
//! - [`Account::apply`] is the only transition; [`Account::replay`] folds a whole log.
//! - [`Account::balance`] reads a wallet at any moment from the last group on, and
//!   [`Account::due`] says which entries time has brought since.
//! - [`seal`], [`verify`] and [`read_log`] chain groups by hash and read them back.
//! - [`Ledger`] keeps an account with its groups in memory.
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

mod account;
mod arith;
mod audit;
mod balance;
mod before;
mod chain;
mod due;
mod entry;
mod error;
mod fold;
mod fold_card;
mod fold_hold;
mod fold_merge;
mod fold_points;
mod fold_purchase;
mod fold_return;
mod fold_reward;
mod group;
mod journal;
mod key;
mod limit_key;
mod log;
mod lot;
mod many;
mod packed;
mod redemption;
mod terms;
mod wallet;

#[cfg(test)]
#[allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::cast_lossless,
    reason = "tests"
)]
mod tests;

pub use account::*;
pub use balance::Balance;
pub use chain::{longest_valid_prefix, seal, verify, verify_from};
pub use due::DueKind;
pub use entry::*;
pub use error::{LedgerError, LedgerErrorKind};
pub(crate) use fold::GroupContext;
pub use fold::Replay;
pub(crate) use fold_return::measured_by;
pub use group::*;
pub use journal::Ledger;
pub use limit_key::LimitKey;
pub use log::{
    LINE_BYTES_MAX, LogRead, SNAPSHOT_BYTES_MAX, from_json_line, read_log, to_json_line,
};
pub use lot::{EarningEntry, EarningSource, Lot, LotTerms};
pub use many::{push_all, replay_each};
pub use packed::Until;
pub use redemption::{Draws, RedemptionEntry, RedemptionState, RedemptionTerms};
pub use terms::{ChallengeTerms, DueCode, DueReferral, HeldTier, Terms};
pub(crate) use wallet::later;
