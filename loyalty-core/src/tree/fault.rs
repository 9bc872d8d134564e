//! What is wrong with a document, and where.

use std::fmt;

use smol_str::SmolStr;

/// Declares stable codes as constants, and all of them as `CODES`.
macro_rules! codes {
    ($(#[$doc:meta])* $($name:ident = $code:literal;)+) => {
        $(pub(crate) const $name: &str = $code;)+

        $(#[$doc])*
        pub const CODES: &[&str] = &[$($code),+];
    };
}
pub(crate) use codes;

codes! {
    /// Every code that a reading can have, in the order of the alphabet.
    /// `docs/errors.md` says what each means.
    DUPLICATE_KEY = "read.duplicate_key";
    MISSING_FIELD = "read.missing_field";
    SYNTAX = "read.syntax";
    TEXT_TOO_LONG = "read.text_too_long";
    TOO_DEEP = "read.too_deep";
    TOO_LARGE = "read.too_large";
    UNKNOWN_FIELD = "read.unknown_field";
    VALUE = "read.value";
    WRONG_TYPE = "read.wrong_type";
}

/// What is wrong with a document. The steps that lead to it stand in the order in which they are
/// taken back.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) code: &'static str,
    pub(crate) found: String,
    pub(crate) allowed: String,
    pub(crate) steps: Vec<Step>,
}

/// A step from an object or a list to what stands in it.
#[derive(Debug)]
pub(crate) enum Step {
    /// Under a key.
    Key(SmolStr),
    /// At a position.
    Index(usize),
}

impl Fault {
    pub(crate) fn new(
        code: &'static str,
        found: impl Into<String>,
        allowed: impl Into<String>,
    ) -> Self {
        Self {
            code,
            found: found.into(),
            allowed: allowed.into(),
            steps: Vec::new(),
        }
    }

    /// The same, seen from the object in which it stands under a key.
    pub(crate) fn under(mut self, key: &str) -> Self {
        self.steps.push(Step::Key(key.into()));
        self
    }

    /// The same, seen from the list in which it stands.
    pub(crate) fn at(mut self, index: usize) -> Self {
        self.steps.push(Step::Index(index));
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code)?;
        for (place, step) in self.steps.iter().rev().enumerate() {
            formatter.write_str(if place == 0 { " at /" } else { "/" })?;
            match step {
                Step::Key(key) => formatter.write_str(key)?,
                Step::Index(index) => fmt::Display::fmt(index, formatter)?,
            }
        }
        write!(formatter, ": found {}", self.found)?;
        if self.allowed.is_empty() {
            return Ok(());
        }
        write!(formatter, ", allowed is {}", self.allowed)
    }
}
