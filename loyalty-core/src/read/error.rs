//! Why a text could not be read.

use std::fmt;

use serde::Serialize;

use crate::path::Path;
use crate::tree::{Fault, Step};

/// The first thing that is wrong with a text.
///
/// The [`code`](ReadError::code) is stable; the words are not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReadError {
    /// One of [`CODES`](super::CODES), such as `read.unknown_field`.
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
