//! Problems of the core as JSON text, which the package throws as a `LoyaltyError`.

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
#[derive(Debug, Default, Serialize)]
pub(crate) struct Failure {
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
    fn new(code: &'static str, message: impl ToString) -> Self {
        Self {
            code,
            message: message.to_string(),
            ..Self::default()
        }
    }

    fn compared(mut self, found: String, allowed: String) -> Self {
        self.found = Some(found);
        self.allowed = Some(allowed);
        self
    }

    fn with(mut self, problems: Problems) -> Self {
        self.problems = Some(problems);
        self
    }

    /// With the step before its place.
    pub(crate) fn under(mut self, step: &str) -> Self {
        self.path = Some(format!("/{step}{}", self.path.unwrap_or_default()));
        self
    }
}

impl From<Failure> for JsValue {
    fn from(failure: Failure) -> Self {
        let text = write_json(&failure);
        Self::from_str(&text.unwrap_or_else(|_| failure.code.to_owned()))
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        Self {
            path: Some(error.path.to_string()),
            row: error.row.and_then(|row| u32::try_from(row).ok()),
            ..Self::new(error.code, &error)
        }
        .compared(error.found, error.allowed)
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        Self {
            path: Some(error.path.to_string()),
            ..Self::new(error.code, &error)
        }
        .compared(error.found, error.allowed)
    }
}

impl From<PriorPriceError> for Failure {
    fn from(error: PriorPriceError) -> Self {
        use PriorPriceError as E;
        let path = match &error {
            E::Order { place, .. } | E::Interrupted { place, .. } | E::Price { place, .. } => {
                format!("/history/{place}")
            }
            E::Reduction { .. } => "/reduction".to_owned(),
            _ => "/history".to_owned(),
        };
        Self {
            path: Some(path),
            ..Self::new(error.code(), &error)
        }
    }
}

impl From<CodesError> for Failure {
    fn from(error: CodesError) -> Self {
        let path = match error {
            CodesError::Entropy { .. } => "/entropy",
            CodesError::Count { .. } => "/count",
            _ => "/length",
        };
        Self {
            path: Some(path.to_owned()),
            ..Self::new(error.code(), &error)
        }
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        let first = problems.0.first();
        Self {
            path: first.map(|problem| problem.path.to_string()),
            ..Self::new(
                first.map_or("scheme.empty", |problem| problem.code),
                &problems,
            )
        }
        .with(problems)
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
