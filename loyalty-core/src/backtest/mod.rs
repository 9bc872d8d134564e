//! A scheme over a shop's history: what it would have given, and what it would have cost.
//!
//! Every order of the history goes through the engine's own acts, member by member and in the order
//! of time: enrolment at the first order, purchases, returns, cancellations, and everything that time
//! brings at the moment at which it falls due. Members are assumed to have bought what they bought:
//! a better scheme sells no more here, and a worse one no less. What is told is the cost and the reach
//! of a scheme at unchanged behaviour.
//!
//! The result does not depend on the order in which orders are handed over.
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

mod compare;
mod cost;
mod due;
mod error;
mod figures;
mod history;
mod play;
mod result;
mod wishes;

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::scheme::Scheme;
use crate::time::Moment;

pub use compare::{Difference, MemberDifference, MonthDifference, compare};
pub use error::{BacktestError, OrderError};
pub use figures::{Figures, PointFlows};
pub use history::{History, MemberOrders};
pub use result::{Backtest, LadderResult, MemberResult, MonthResult, TierResult, WalletResult};
pub use wishes::Redeem;

/// What a backtest assumes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BacktestOptions {
    /// How members use points and rewards.
    pub redeem: Redeem,
    /// Orders of less than this, in minor units, use nothing.
    pub redeem_from_minor: i64,
    /// Everything due by this moment is posted at the end. Without it, by the last moment of the
    /// history.
    pub until: Option<Moment>,
}

/// Runs a scheme over a history.
///
/// `progress` is told how many more orders are done, and says whether to go on.
///
/// # Errors
/// [`BacktestError`], which names the order. `backtest.stopped` when `progress` said so.
pub fn backtest(
    scheme: &Arc<Scheme>,
    history: &impl History,
    options: &BacktestOptions,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<Backtest, BacktestError> {
    play::run(scheme, history, options, progress)
}
