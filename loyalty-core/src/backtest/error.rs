//! What can go wrong in a backtest.

use crate::evaluate::ActError;
use crate::id::{IdError, MemberId, PurchaseId};

/// An act of the history that the engine refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("order {order} of member {member}: {error}")]
pub struct OrderError {
    /// The member.
    pub member: MemberId,
    /// The order.
    pub order: PurchaseId,
    /// What the engine says.
    pub error: ActError,
}

/// Why a backtest has no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BacktestError {
    /// The engine refuses an act.
    #[error(transparent)]
    Order(Box<OrderError>),
    /// A customer has no name that a member can have.
    #[error("found {:?}, allowed is {}", .0.found, .0.allowed)]
    Member(IdError),
    /// The rows of a member's order make no order.
    #[error("an order of {member}: found {found}, allowed is {allowed}")]
    Rows {
        /// The stable code, one of imports.
        code: &'static str,
        /// The member.
        member: MemberId,
        /// What was found.
        found: String,
        /// What is allowed.
        allowed: &'static str,
    },
    /// An order of the history stands twice.
    #[error("found the order {order} of {member} twice, allowed is once")]
    Twice {
        /// The member.
        member: MemberId,
        /// The order.
        order: PurchaseId,
    },
    /// The host stopped it.
    #[error("found a request to stop")]
    Stopped,
}

impl BacktestError {
    /// The stable code: that of the engine for an order.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Order(error) => error.error.code(),
            Self::Rows { code, .. } => code,
            Self::Member(_) => "backtest.member",
            Self::Twice { .. } => "backtest.twice",
            Self::Stopped => "backtest.stopped",
        }
    }
}
