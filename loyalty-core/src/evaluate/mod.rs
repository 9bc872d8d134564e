//! The engine: what a member gets for a purchase, and what every other act posts.
//!
//! One evaluation serves a quote and a record alike. The order of its steps is visible in two
//! functions: `price::price` (list price to what is due) and `earn::earn` (what that brings).
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

mod act;
mod answer;
mod arith;
mod between;
mod candidates;
mod card;
mod cart;
mod challenge;
mod context;
mod decided;
mod decision;
mod decision_json;
mod dispatch;
mod draft;
mod drain;
mod due;
mod earn;
mod error;
mod evaluation;
mod expiry;
mod imported;
mod kept;
mod ladder;
mod limit;
mod line_set;
mod offers;
mod payment;
mod price;
mod purse;
mod reason;
mod record;
mod refund;
mod runs;
mod stamp;
mod standing;
mod sums;
mod tier;
mod ucp;
mod verify;

pub(crate) use act::key_of;
pub use act::*;
pub use answer::{Answer, AnswerLine, answer};
pub use between::{MergeAct, PairOutcome, TransferAct, merge, transfer};
pub use cart::Cart;
pub use challenge::{ChallengePartStanding, ChallengeStanding};
pub use decision::*;
pub use draft::{Outcome, Posted};
pub use error::{ACT_CODES, ActError, ActErrorKind};
pub use imported::known_order;
pub(crate) use kept::{paid_for, returned};
pub use reason::{About, REASON_CODES, Reason, Shortage};
pub use standing::*;
pub use ucp::{
    UcpBenefit, UcpCurrency, UcpForecast, UcpLoyalty, UcpMembership, UcpPart, UcpReward, UcpTier,
    to_ucp,
};
pub use verify::verify_decision;
