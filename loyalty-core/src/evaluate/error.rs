//! What can be wrong with an act.

use std::fmt;

use crate::ledger::LedgerError;
use crate::number::{NumberError, NumberErrorKind};
use crate::path::Path;

/// An act that cannot be done. The account is as before.
///
/// Errors are found in this order: another act under the key, facts and the day of the purchase,
/// the moment, the account's state and its version, the scheme's version, what the act asks for
/// with its shape and numbers, what the account and the limits allow, and last a conflict with the
/// outputs of a quote.
///
/// It is a pointer, so that what may fail takes no more room than what may not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct ActError(Box<ActErrorKind>);

/// The kinds of an [`ActError`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActErrorKind {
    /// The input is wrong.
    #[error("at {path}: found {found}, allowed {allowed}")]
    Input {
        /// The stable code.
        code: &'static str,
        /// Where in the input.
        path: Path,
        /// What was found.
        found: String,
        /// What is allowed.
        allowed: String,
    },
    /// The account or the scheme does not allow it.
    #[error("found {found}, allowed {allowed}")]
    Refused {
        /// The stable code.
        code: &'static str,
        /// What was found.
        found: String,
        /// What is allowed.
        allowed: String,
    },
    /// The ledger refuses it.
    #[error(transparent)]
    Ledger(LedgerError),
    /// A number does not fit.
    #[error(transparent)]
    Number(NumberError),
}

impl ActError {
    /// What kind of error this is.
    #[must_use]
    pub fn kind(&self) -> &ActErrorKind {
        &self.0
    }

    /// The same, to take apart.
    #[must_use]
    pub fn into_kind(self) -> ActErrorKind {
        *self.0
    }

    /// The stable code, such as `points.insufficient`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.kind() {
            ActErrorKind::Input { code, .. } | ActErrorKind::Refused { code, .. } => code,
            ActErrorKind::Ledger(error) => error.code(),
            ActErrorKind::Number(error) => error.code(),
        }
    }

    /// Where in the input, for an input error.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self.kind() {
            ActErrorKind::Input { path, .. } => Some(path),
            _ => None,
        }
    }

    #[inline(always)]
    pub(super) fn input(
        code: &'static str,
        path: Path,
        found: impl fmt::Display,
        allowed: impl fmt::Display,
    ) -> Self {
        Self::at(code, Some(path), &found, &allowed)
    }

    #[inline(always)]
    pub(super) fn refused(
        code: &'static str,
        found: impl fmt::Display,
        allowed: impl fmt::Display,
    ) -> Self {
        Self::at(code, None, &found, &allowed)
    }

    #[cold]
    #[inline(never)]
    fn at(
        code: &'static str,
        path: Option<Path>,
        found: &dyn fmt::Display,
        allowed: &dyn fmt::Display,
    ) -> Self {
        let (found, allowed) = (found.to_string(), allowed.to_string());
        Self::from(match path {
            Some(path) => ActErrorKind::Input {
                code,
                path,
                found,
                allowed,
            },
            None => ActErrorKind::Refused {
                code,
                found,
                allowed,
            },
        })
    }

    #[cold]
    #[inline(never)]
    pub(super) fn overflow(what: &'static str) -> Self {
        NumberError::from(NumberErrorKind::Overflow { what }).into()
    }
}

macro_rules! kinds {
    ($($error:ty => $make:expr;)+) => {$(
        impl From<$error> for ActError {
            #[cold]
            #[inline(never)]
            fn from(error: $error) -> Self {
                Self(Box::new($make(error)))
            }
        }
    )+};
}

kinds! {
    ActErrorKind => std::convert::identity;
    LedgerError => ActErrorKind::Ledger;
    NumberError => ActErrorKind::Number;
}

/// The codes of input errors and refusals, for the registry. A record whose claim is refused fails
/// with the code of the refusal, which may also be a `condition.*` of
/// [`REASON_CODES`](super::REASON_CODES).
pub const ACT_CODES: &[&str] = &[
    "account.closed",
    "account.not_suspended",
    "account.suspended",
    "act.half_posted",
    "act.key",
    "act.same_account",
    "adjust.lot",
    "card.unknown",
    "code.unknown",
    "code.used",
    "decision.conflict",
    "decision.head_moved",
    "decision.scheme_differs",
    "decision.semantics_differ",
    "decision.tampered",
    "event.name",
    "facts.list",
    "guard.redemptions_per_day",
    "guard.waiting_time",
    "hold.duplicate",
    "hold.empty",
    "hold.lapsed",
    "hold.unknown",
    "hold.until",
    "internal.state",
    "ladder.unknown",
    "payment.excess",
    "payment.minimum",
    "payment.not_allowed",
    "payment.step",
    "points.insufficient",
    "points.precision",
    "pool.missing",
    "purchase.amount",
    "purchase.backdated",
    "purchase.currency",
    "purchase.duplicate_line",
    "purchase.lines",
    "purchase.list",
    "purchase.quantity",
    "purchase.twice",
    "purchase.unknown",
    "reinstate.none",
    "return.amount",
    "return.cancelled",
    "return.empty",
    "return.line",
    "return.quantity",
    "reward.conditions",
    "reward.excess",
    "reward.limit",
    "reward.no_effect",
    "reward.no_price",
    "reward.none_ready",
    "reward.unknown",
    "scheme.version_missing",
    "tier.unknown",
    "ucp.program",
    "wallet.unknown",
];
