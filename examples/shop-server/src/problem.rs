//! What the server answers when it cannot do what was asked: `{code, path, message}`.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use loyalty_core::evaluate::{ActError, ActErrorKind};
use loyalty_core::id::IdError;
use loyalty_core::ledger::LedgerError;
use loyalty_core::path::Path;
use loyalty_core::read::ReadError;
use loyalty_core::time::TimeError;
use serde::Serialize;

/// A problem with its status. The code is stable; the message is for people.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Problem {
    #[serde(skip)]
    pub(crate) status: StatusCode,
    pub(crate) code: String,
    /// Where in the request's body, as a JSON pointer; empty for the whole.
    pub(crate) path: String,
    pub(crate) message: String,
}

impl Problem {
    fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.to_owned(),
            path: String::new(),
            message: message.into(),
        }
    }

    pub(crate) fn not_found(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    pub(crate) fn conflict(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    pub(crate) fn unreadable(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(crate) fn too_large(bytes_max: usize) -> Self {
        let message = format!("a body has at most {bytes_max} bytes");
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "shop.body_too_large",
            message,
        )
    }

    /// Something that no client can do anything about. What it was is for the shop's log alone.
    pub(crate) fn internal(cause: impl std::fmt::Display) -> Self {
        eprintln!("shop-server: {cause}");
        let message = "the shop could not answer; please try again";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "shop.internal", message)
    }

    pub(crate) fn at(mut self, path: &Path) -> Self {
        self.path = path.to_string();
        self
    }
}

impl From<ActError> for Problem {
    fn from(error: ActError) -> Self {
        let status = match error.kind() {
            ActErrorKind::Input { .. } | ActErrorKind::Number(_) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            ActErrorKind::Refused { code, .. } if code.ends_with(".unknown") => {
                StatusCode::NOT_FOUND
            }
            ActErrorKind::Refused { code, .. } if code.starts_with("internal.") => {
                return Self::internal(error);
            }
            _ => StatusCode::CONFLICT,
        };
        let problem = Self::new(status, error.code(), error.to_string());
        match error.path() {
            Some(path) => problem.at(path),
            None => problem,
        }
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        Self::unreadable(error.code, error.to_string()).at(&error.path)
    }
}

impl From<IdError> for Problem {
    fn from(error: IdError) -> Self {
        Self::unreadable(error.code(), error.to_string())
    }
}

/// Stored groups that cannot be read or do not fit together.
impl From<LedgerError> for Problem {
    fn from(error: LedgerError) -> Self {
        Self::internal(format!("{}: {error}", error.code()))
    }
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        Self::internal(error)
    }
}

impl From<TimeError> for Problem {
    fn from(error: TimeError) -> Self {
        Self::internal(error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_string(&self).unwrap_or_default();
        (self.status, [(CONTENT_TYPE, "application/json")], body).into_response()
    }
}
