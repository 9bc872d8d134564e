//! Why a text could not be read.

use std::fmt;

use serde::Serialize;

use crate::path::Path;
use crate::tree::{Fault, Step};

/// Declares stable codes as constants, and all of them as `CODES`.
macro_rules! codes {
    ($(#[$doc:meta])* $($name:ident = $code:literal;)+) => {
        $(pub(crate) const $name: &str = $code;)+

        $(#[$doc])*
        pub const CODES: &[&str] = &[$($code),+];
    };
}
pub(crate) use codes;

/// Every code that a [`ReadError`] can have, in the order of the alphabet. `docs/errors.md` says
/// what each means.
pub const CODES: &[&str] = &[
    crate::tree::DUPLICATE_KEY,
    crate::tree::MISSING_FIELD,
    crate::tree::SYNTAX,
    crate::tree::TEXT_TOO_LONG,
    crate::tree::TOO_DEEP,
    crate::tree::TOO_LARGE,
    crate::tree::UNKNOWN_FIELD,
    crate::tree::VALUE,
    crate::tree::WRONG_TYPE,
];

/// The first thing that is wrong with a text.
///
/// The [`code`](ReadError::code) is stable; the words are not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReadError {
    /// One of [`CODES`], such as `read.unknown_field`.
    pub code: &'static str,
    /// Where in the document, as a JSON pointer.
    pub path: Path,
    /// What stands there.
    pub found: String,
    /// What could stand there; empty when `found` says it.
    pub allowed: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            code,
            path,
            found,
            allowed,
        } = self;
        if path.is_root() {
            write!(formatter, "{code} in the document: found {found}")?;
        } else {
            write!(formatter, "{code} at {path}: found {found}")?;
        }
        if allowed.is_empty() {
            Ok(())
        } else {
            write!(formatter, ", allowed is {allowed}")
        }
    }
}

impl std::error::Error for ReadError {}

impl From<Fault> for ReadError {
    fn from(fault: Fault) -> Self {
        let steps = fault.steps.iter().rev();
        let path = steps.fold(Path::root(), |path, step| match step {
            Step::Key(key) => path.key(key),
            Step::Index(index) => path.index(*index),
        });
        Self {
            code: fault.code,
            path,
            found: fault.found,
            allowed: fault.allowed,
        }
    }
}
