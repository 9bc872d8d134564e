//! Problems of the core as JSON text, which the package throws as a `LoyaltyError`.

use std::fmt::Display;

use loyalty_core::evaluate::{ActError, ActErrorKind};
use loyalty_core::id::IdError;
use loyalty_core::ledger::{LedgerError, LedgerErrorKind};
use loyalty_core::number::NumberError;
use loyalty_core::read::ReadError;
use loyalty_core::scheme::Problems;
use loyalty_core::time::TimeError;
use loyalty_core::write::{WriteError, write_json};
use serde::Serialize;
use wasm_bindgen::JsValue;

/// What went wrong, before it is thrown.
#[derive(Debug)]
pub(crate) struct Failure(Box<Said>);

#[derive(Debug, Serialize)]
struct Said {
    code: &'static str,
    /// A JSON pointer into what was handed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed: Option<String>,
    /// All problems of a scheme document.
    #[serde(skip_serializing_if = "Option::is_none")]
    problems: Option<Problems>,
    /// How many groups of a log are whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    whole_groups: Option<usize>,
}

impl Failure {
    pub(crate) fn new(code: &'static str, message: impl Display) -> Self {
        Self::of(code, &message)
    }

    #[cold]
    #[inline(never)]
    fn of(code: &'static str, message: &dyn Display) -> Self {
        Self(Box::new(Said {
            code,
            path: None,
            message: message.to_string(),
            found: None,
            allowed: None,
            problems: None,
            whole_groups: None,
        }))
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn at(mut self, path: &dyn Display) -> Self {
        self.0.path = Some(path.to_string());
        self
    }

    #[cfg(feature = "acts")]
    pub(crate) fn whole_groups(mut self, count: usize) -> Self {
        self.0.whole_groups = Some(count);
        self
    }

    /// The same without the first step of its place.
    #[cfg(feature = "acts")]
    pub(crate) fn without_first_step(mut self) -> Self {
        self.0.path = self.0.path.map(|path| {
            let after = path.get(1..).and_then(|rest| rest.find('/'));
            after.map_or_else(String::new, |end| {
                path.split_at(end.saturating_add(1)).1.to_owned()
            })
        });
        self
    }

    fn compared(mut self, found: String, allowed: String) -> Self {
        self.0.found = Some(found);
        self.0.allowed = Some(allowed);
        self
    }
}

impl From<Failure> for JsValue {
    fn from(failure: Failure) -> Self {
        let text = write_json(&failure.0);
        Self::from_str(&text.unwrap_or_else(|_| failure.0.code.to_owned()))
    }
}

impl From<ActError> for Failure {
    fn from(error: ActError) -> Self {
        let (code, message) = (error.code(), error.to_string());
        let said = Self::new(code, message);
        match error.into_kind() {
            ActErrorKind::Input {
                path,
                found,
                allowed,
                ..
            } => said.at(&path).compared(found, allowed),
            ActErrorKind::Refused { found, allowed, .. } => said.compared(found, allowed),
            ActErrorKind::Ledger(_) | ActErrorKind::Number(_) => said,
        }
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        Self::new(error.code, &error)
            .at(&error.path)
            .compared(error.found, error.allowed)
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        let first = problems.0.first();
        let code = first.map_or("scheme.empty", |problem| problem.code);
        let path = first.map(|problem| problem.path.to_string());
        let mut failure = Self::new(code, &problems);
        failure.0.path = path;
        failure.0.problems = Some(problems);
        failure
    }
}

macro_rules! plain {
    ($($error:ty),+) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::new(error.code(), &error)
            }
        }
    )+};
}

plain!(LedgerError, NumberError, IdError, TimeError);

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        LedgerError::from(LedgerErrorKind::Encoding {
            found: error.to_string(),
        })
        .into()
    }
}
