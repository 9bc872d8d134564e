//! Problems of the core as JSON text, which the package throws as a `LoyaltyError`.

use loyalty_core::analytics::AnalyticsError;
use serde::Serialize;
use wasm_bindgen::JsValue;

/// What went wrong, before it is thrown.
#[derive(Debug, Serialize)]
pub struct Failure {
    /// The stable code.
    pub code: &'static str,
    /// A JSON pointer into what was handed over.
    pub path: String,
    /// What people read.
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed: Option<String>,
}

impl Failure {
    /// An option, or a document, that cannot be used.
    pub(crate) fn input(
        code: &'static str,
        path: &str,
        found: impl ToString,
        allowed: impl ToString,
    ) -> Self {
        let (found, allowed) = (found.to_string(), allowed.to_string());
        Self {
            code,
            path: path.to_owned(),
            message: format!("at {path}: found {found}, allowed {allowed}"),
            found: Some(found),
            allowed: Some(allowed),
        }
    }
}

impl From<AnalyticsError> for Failure {
    fn from(error: AnalyticsError) -> Self {
        use AnalyticsError as E;
        let (path, found, allowed) = match &error {
            E::ColumnLength {
                column,
                found,
                allowed,
            } => (
                format!("/{column}"),
                Some(format!("{found} rows")),
                Some(format!("{allowed} rows")),
            ),
            E::Day { row, found } => (format!("/day/{row}"), Some(found.to_string()), None),
            E::Amount { row, found } | E::NegativeAmount { row, found } => (
                format!("/amount_minor/{row}"),
                Some(found.to_string()),
                None,
            ),
            E::Code {
                column,
                row,
                found,
                allowed,
            } => (
                format!("/{column}/{row}"),
                Some(found.to_string()),
                Some(format!("0 to {allowed}")),
            ),
            E::Customer { row, found, .. } => {
                (format!("/customer/{row}"), Some(found.to_string()), None)
            }
            E::MissingColumn { column } => (format!("/{column}"), None, None),
            E::Option {
                option,
                found,
                allowed,
            } => (
                format!("/{option}"),
                Some(found.clone()),
                Some((*allowed).to_owned()),
            ),
            _ => (String::new(), None, None),
        };
        Self {
            code: error.code(),
            path,
            message: error.to_string(),
            found,
            allowed,
        }
    }
}

impl From<Failure> for JsValue {
    fn from(failure: Failure) -> Self {
        let text = serde_json::to_string(&failure);
        Self::from_str(&text.unwrap_or_else(|_| failure.code.to_owned()))
    }
}
