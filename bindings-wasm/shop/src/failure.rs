//! Problems of the core as JSON text, which the package throws as a `LoyaltyError`.

use std::fmt::Display;

use loyalty_core::codes::CodesError;
use loyalty_core::import::ImportError;
use loyalty_core::ledger::LedgerError;
use loyalty_core::number::NumberError;
use loyalty_core::prior_price::PriorPriceError;
use loyalty_core::read::ReadError;
use loyalty_core::scheme::Problems;
use loyalty_core::time::TimeError;
use loyalty_core::write::{WriteError, write_json};
use serde::Serialize;
use wasm_bindgen::JsValue;

/// What went wrong, before it is thrown.
#[derive(Debug)]
pub(crate) struct Failure(Box<Said>);

#[derive(Debug, Default, Serialize)]
struct Said {
    code: &'static str,
    /// A JSON pointer into what was handed over, or `/row/column` of a table.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed: Option<String>,
    /// The row of a table, as a spreadsheet numbers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<u32>,
    /// All problems of a scheme document.
    #[serde(skip_serializing_if = "Option::is_none")]
    problems: Option<Problems>,
}

impl Failure {
    fn new(code: &'static str, message: impl Display) -> Self {
        Self(Box::new(Said {
            code,
            message: message.to_string(),
            ..Said::default()
        }))
    }

    fn at(mut self, path: impl Display) -> Self {
        self.0.path = Some(path.to_string());
        self
    }

    fn compared(mut self, found: String, allowed: String) -> Self {
        self.0.found = Some(found);
        self.0.allowed = Some(allowed);
        self
    }

    /// With the step before its place.
    pub(crate) fn under(mut self, step: &str) -> Self {
        let path = self.0.path.take().unwrap_or_default();
        self.at(format_args!("/{step}{path}"))
    }
}

impl From<Failure> for JsValue {
    fn from(failure: Failure) -> Self {
        let text = write_json(&failure.0);
        Self::from_str(&text.unwrap_or_else(|_| failure.0.code.to_owned()))
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        let mut failure = Self::new(error.code, &error).at(&error.path);
        failure.0.row = error.row.and_then(|row| u32::try_from(row).ok());
        failure.compared(error.found, error.allowed)
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        Self::new(error.code, &error)
            .at(&error.path)
            .compared(error.found, error.allowed)
    }
}

impl From<PriorPriceError> for Failure {
    fn from(error: PriorPriceError) -> Self {
        use PriorPriceError as E;
        let failure = Self::new(error.code(), &error);
        match &error {
            E::Order { place, .. } | E::Interrupted { place, .. } | E::Price { place, .. } => {
                failure.at(format_args!("/history/{place}"))
            }
            E::Reduction { .. } => failure.at("/reduction"),
            _ => failure.at("/history"),
        }
    }
}

impl From<CodesError> for Failure {
    fn from(error: CodesError) -> Self {
        Self::new(error.code(), &error).at(match error {
            CodesError::Entropy { .. } => "/entropy",
            CodesError::Count { .. } => "/count",
            _ => "/length",
        })
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        let first = problems.0.first();
        let mut failure = Self::new(first.map_or("scheme.empty", |one| one.code), &problems);
        failure.0.path = first.map(|problem| problem.path.to_string());
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

plain!(LedgerError, NumberError, TimeError);

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        Self::new("internal.state", error)
    }
}
