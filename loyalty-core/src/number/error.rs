//! What can be wrong with a number.

use std::borrow::Cow;
use std::fmt;

use thiserror::Error;

use crate::serde_text::shown;

/// Why a number was refused or could not be computed.
///
/// It has a stable [`code`](NumberError::code); the sentence may change. It is a pointer, so that a
/// number that may be missing takes no more room than one that is there.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct NumberError(Box<NumberErrorKind>);

/// The kinds of a [`NumberError`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NumberErrorKind {
    /// The text is not of the form `-?digits(.digits)?`.
    #[error(
        "{found:?} is not a number: write digits with an optional leading minus and one point, such as \"10.50\""
    )]
    Syntax {
        /// The start of the text.
        found: String,
    },
    /// The value lies outside what is allowed in its place.
    #[error("{found} is out of range: allowed is {allowed}")]
    Range {
        /// The value.
        found: String,
        /// What is allowed, in words or as an interval.
        allowed: Cow<'static, str>,
    },
    /// The value has more decimals than its currency, precision or kind can hold.
    #[error("{found} has too many decimals: allowed are {allowed}")]
    TooManyDecimals {
        /// The value as it was written.
        found: String,
        /// The largest number of decimals.
        allowed: u8,
    },
    /// An exact result does not fit the integer that would hold it.
    #[error("{what} does not fit within ±9007199254740991")]
    Overflow {
        /// What was being computed.
        what: &'static str,
    },
    /// The text is not a currency code of ISO 4217.
    #[error(
        "{found:?} is not a currency: allowed is a code of ISO 4217 in capitals, such as \"EUR\""
    )]
    Currency {
        /// The start of the text.
        found: String,
    },
    /// A fraction or ratio has the denominator zero.
    #[error("{numerator}/0 is not a ratio: the denominator must be at least 1")]
    ZeroDenominator {
        /// The numerator over the zero.
        numerator: i128,
    },
}

impl NumberError {
    /// The stable code of this error, such as `number.syntax`.
    pub fn code(&self) -> &'static str {
        match self.kind() {
            NumberErrorKind::Syntax { .. } => "number.syntax",
            NumberErrorKind::Range { .. } => "number.range",
            NumberErrorKind::TooManyDecimals { .. } => "number.too_many_decimals",
            NumberErrorKind::Overflow { .. } => "number.overflow",
            NumberErrorKind::Currency { .. } => "number.currency",
            NumberErrorKind::ZeroDenominator { .. } => "number.zero_denominator",
        }
    }

    /// What kind of error this is.
    pub fn kind(&self) -> &NumberErrorKind {
        &self.0
    }

    #[cold]
    pub(crate) fn range(found: impl fmt::Display, allowed: impl Into<Cow<'static, str>>) -> Self {
        let (found, allowed) = (shown(&found), allowed.into());
        NumberErrorKind::Range { found, allowed }.into()
    }
}

impl From<NumberErrorKind> for NumberError {
    #[cold]
    #[inline(never)]
    fn from(kind: NumberErrorKind) -> Self {
        Self(Box::new(kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_starts_with_the_stage() {
        let errors = [
            NumberErrorKind::Syntax { found: "x".into() }.into(),
            NumberError::range(1, "0"),
            NumberErrorKind::TooManyDecimals {
                found: "0.001".into(),
                allowed: 2,
            }
            .into(),
            NumberErrorKind::Overflow { what: "the sum" }.into(),
            NumberErrorKind::Currency {
                found: "eur".into(),
            }
            .into(),
            NumberErrorKind::ZeroDenominator { numerator: 1 }.into(),
        ];
        for error in errors {
            assert!(error.code().starts_with("number."), "{error:?}");
        }
    }

    #[test]
    fn messages_say_found_and_allowed() {
        let error = NumberError::from(NumberErrorKind::TooManyDecimals {
            found: "3.001".into(),
            allowed: 2,
        });
        assert_eq!(
            error.to_string(),
            "3.001 has too many decimals: allowed are 2"
        );
    }
}
