//! What can be wrong with a time.

use std::borrow::Cow;

use thiserror::Error;

use crate::serde_text::{excerpt, shown};

/// Why a date, time or zone was refused.
///
/// Every variant has a stable [`code`](TimeError::code); the sentences may change.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TimeError {
    /// The text does not have the expected form.
    #[error("{found:?} is not {expected}")]
    Syntax {
        /// The start of the text.
        found: String,
        /// The form that is allowed, with an example.
        expected: &'static str,
    },
    /// A date, time of day or instant outside what the calendar or this library knows.
    #[error("{found} is out of range: allowed is {allowed}")]
    Range {
        /// The value.
        found: String,
        /// What is allowed.
        allowed: Cow<'static, str>,
    },
    /// An instant and a civil time that no zone would put together.
    #[error(
        "the offset of {offset_ms} ms is not allowed: civil time minus instant is whole seconds, at most 26 hours either way"
    )]
    Offset {
        /// Civil time minus instant, in milliseconds.
        offset_ms: i64,
    },
}

impl TimeError {
    /// The stable code of this error, such as `time.syntax`.
    pub fn code(&self) -> &'static str {
        match self {
            TimeError::Syntax { .. } => "time.syntax",
            TimeError::Range { .. } => "time.range",
            TimeError::Offset { .. } => "time.offset",
        }
    }

    pub(super) fn syntax(text: &str, expected: &'static str) -> Self {
        TimeError::Syntax {
            found: excerpt(text),
            expected,
        }
    }

    pub(super) fn range(found: impl std::fmt::Display, allowed: &'static str) -> Self {
        TimeError::Range {
            found: shown(&found),
            allowed: Cow::Borrowed(allowed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes() {
        assert_eq!(TimeError::syntax("x", "a date").code(), "time.syntax");
        assert_eq!(TimeError::range("x", "a date").code(), "time.range");
        assert_eq!(TimeError::Offset { offset_ms: 1 }.code(), "time.offset");
        assert_eq!(
            TimeError::syntax("x", "a date").to_string(),
            "\"x\" is not a date"
        );
    }
}
