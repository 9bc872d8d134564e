//! Problems of the core as JSON text, which the package throws as a `LoyaltyError`.

use loyalty_core::codes::CodesError;
use loyalty_core::import::ImportError;
use loyalty_core::ledger::LedgerError;
use loyalty_core::number::NumberError;
use loyalty_core::prior_price::PriorPriceError;
use loyalty_core::read::ReadError;
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

    /// With the step before its place.
    pub(crate) fn under(mut self, step: &str) -> Self {
        self.path = Some(format!("/{step}{}", self.path.unwrap_or_default()));
        self
    }
}

impl From<Failure> for JsValue {
    fn from(failure: Failure) -> Self {
        let text = serde_json::to_string(&failure);
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

impl From<NumberError> for Failure {
    fn from(error: NumberError) -> Self {
        Self::new(error.code(), &error)
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        Self::new(error.code(), &error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::new("internal.state", error)
    }
}
