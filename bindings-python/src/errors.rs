//! Problems of the core, and panics, as the package's exceptions.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook};

use loyalty_core::evaluate::{ActError, ActErrorKind};
use loyalty_core::id::IdError;
use loyalty_core::ledger::{LedgerError, LedgerErrorKind};
use loyalty_core::number::NumberError;
use loyalty_core::read::ReadError;
use loyalty_core::scheme::Problems;
use loyalty_core::time::TimeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyType};

/// The classes of `loyalty_core.errors`, one a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// A scheme document.
    Scheme,
    /// A value that was handed over.
    Input,
    /// An act that the account or the scheme does not allow.
    Act,
    /// A stored ledger.
    Ledger,
    /// Orders, options or a fit that analytics refuses.
    Analytics,
    /// A fault of the library.
    Internal,
}

impl Family {
    fn class<'py>(self, py: Python<'py>) -> PyResult<&'py Bound<'py, PyType>> {
        static CLASSES: [PyOnceLock<Py<PyType>>; 6] = [const { PyOnceLock::new() }; 6];
        let (place, name) = match self {
            Self::Scheme => (0, "SchemeError"),
            Self::Input => (1, "InputError"),
            Self::Act => (2, "ActError"),
            Self::Ledger => (3, "LedgerError"),
            Self::Analytics => (4, "AnalyticsError"),
            Self::Internal => (5, "InternalError"),
        };
        CLASSES[place].import(py, "loyalty_core.errors", name)
    }
}

/// What went wrong in the core, before it is an exception: it can be made without the interpreter.
#[derive(Debug, Clone)]
pub(crate) struct Failure(Box<Said>);

#[derive(Debug, Clone)]
struct Said {
    family: Family,
    code: String,
    /// A JSON pointer into what was handed over.
    path: Option<String>,
    message: String,
    /// What belongs to it, by name.
    context: Vec<(&'static str, String)>,
    /// All problems of a scheme document: code, path, found, allowed.
    problems: Vec<(&'static str, String, String, String)>,
}

impl Failure {
    pub(crate) fn new(family: Family, code: &str, message: impl ToString) -> Self {
        Self(Box::new(Said {
            family,
            code: code.to_owned(),
            path: None,
            message: message.to_string(),
            context: Vec::new(),
            problems: Vec::new(),
        }))
    }

    /// A value that was handed over and cannot be used.
    pub(crate) fn input(code: &str, path: String, found: impl ToString, allowed: &str) -> Self {
        let found = found.to_string();
        let place = if path.is_empty() {
            String::new()
        } else {
            format!("at {path}: ")
        };
        Self::new(
            Family::Input,
            code,
            format!("{place}found {found}, allowed {allowed}"),
        )
        .at(path)
        .with("found", found)
        .with("allowed", allowed.to_owned())
    }

    pub(crate) fn at(mut self, path: String) -> Self {
        self.0.path = Some(path);
        self
    }

    /// Says it in other words.
    pub(crate) fn tell(&mut self, message: String) {
        self.0.message = message;
    }

    pub(crate) fn with(mut self, name: &'static str, value: String) -> Self {
        self.0.context.push((name, value));
        self
    }

    /// The same with its place one step further from the root.
    pub(crate) fn under(mut self, step: &str) -> Self {
        if let Some(path) = &mut self.0.path {
            path.insert_str(0, step);
        }
        self
    }

    /// Which item of a batch it is about.
    pub(crate) fn item(mut self, place: usize) -> Self {
        self = self.under(&format!("/{place}"));
        self.0.message = format!("item {place}: {}", self.0.message);
        self.with("item", place.to_string())
    }

    /// The same without the first step of its place.
    pub(crate) fn without(mut self, step: &str) -> Self {
        self.0.path = self
            .0
            .path
            .map(|path| path.strip_prefix(step).unwrap_or(&path).to_owned());
        self
    }

    pub(crate) fn of_scheme(mut self) -> Self {
        self.0.family = Family::Scheme;
        self
    }

    /// The exception.
    pub(crate) fn raise(self, py: Python<'_>) -> PyErr {
        self.exception(py).unwrap_or_else(|error| error)
    }

    fn exception(self, py: Python<'_>) -> PyResult<PyErr> {
        let context = PyDict::new(py);
        for (name, value) in &self.0.context {
            context.set_item(name, value)?;
        }
        if !self.0.problems.is_empty() {
            context.set_item("problems", &self.0.problems)?;
        }
        let class = self.0.family.class(py)?;
        let exception = class.call1((self.0.message, self.0.code, self.0.path, context))?;
        Ok(PyErr::from_value(exception))
    }
}

impl From<ActError> for Failure {
    fn from(error: ActError) -> Self {
        let message = error.to_string();
        match error.into_kind() {
            ActErrorKind::Input {
                code,
                path,
                found,
                allowed,
            } => Self::new(Family::Input, code, message)
                .at(path.to_string())
                .with("found", found)
                .with("allowed", allowed),
            ActErrorKind::Refused {
                code,
                found,
                allowed,
            } => Self::new(Family::Act, code, message)
                .with("found", found)
                .with("allowed", allowed),
            ActErrorKind::Ledger(error) => error.into(),
            ActErrorKind::Number(error) => error.into(),
        }
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        Self::new(Family::Ledger, error.code(), &error)
    }
}

impl From<NumberError> for Failure {
    fn from(error: NumberError) -> Self {
        Self::new(Family::Input, error.code(), &error)
    }
}

impl From<IdError> for Failure {
    fn from(error: IdError) -> Self {
        Self::new(Family::Input, error.code(), &error)
            .with("found", error.found.clone())
            .with("allowed", error.allowed)
    }
}

impl From<TimeError> for Failure {
    fn from(error: TimeError) -> Self {
        Self::new(Family::Input, error.code(), &error)
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        Self::new(Family::Input, error.code, &error)
            .at(error.path.to_string())
            .with("found", error.found)
            .with("allowed", error.allowed)
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        let message = problems.to_string();
        let first = problems.0.first();
        let (code, path) = match first {
            Some(problem) => (problem.code, problem.path.to_string()),
            None => ("scheme.empty", String::new()),
        };
        let mut failure = Self::new(Family::Scheme, code, message).at(path);
        failure.0.problems = problems
            .0
            .into_iter()
            .map(|problem| {
                (
                    problem.code,
                    problem.path.to_string(),
                    problem.found,
                    problem.allowed,
                )
            })
            .collect();
        failure
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        LedgerError::from(LedgerErrorKind::Encoding {
            found: error.to_string(),
        })
        .into()
    }
}

/// An exception of the package, told again by one of its methods; any other as it is.
pub(crate) fn described<'py, A>(py: Python<'py>, error: PyErr, method: &str, what: A) -> PyErr
where
    A: pyo3::IntoPyObject<'py>,
{
    let told = error.value(py).call_method1(method, (what,));
    told.map_or(error, PyErr::from_value)
}

thread_local! {
    /// What the last panic of this thread said, and where.
    static PANIC: RefCell<Option<(String, String)>> = const { RefCell::new(None) };
}

/// Keeps what a panic says for the exception, instead of printing it.
pub(crate) fn keep_panics() {
    set_hook(Box::new(|info: &PanicHookInfo<'_>| {
        let payload = info.payload();
        let literal = payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned());
        let said = literal.or_else(|| payload.downcast_ref::<String>().cloned());
        let said = said.unwrap_or_else(|| "a panic without words".to_owned());
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        PANIC.with(|last| last.replace(Some((said, place))));
    }));
}

/// Runs the body of a function that Python calls. A panic becomes an `InternalError`, which is an
/// ordinary exception: the interpreter and every object stay usable, because nothing is changed in
/// place.
pub(crate) fn guarded<T>(py: Python<'_>, body: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|_| {
        let (said, place) = PANIC.with(RefCell::take).unwrap_or_default();
        let message = format!("a fault of the library, please report it: {said} ({place})");
        Err(Failure::new(Family::Internal, "internal.panic", message)
            .with("panic", said)
            .with("place", place)
            .raise(py))
    })
}

/// The same for a body that uses the core alone.
pub(crate) fn core<T>(py: Python<'_>, body: impl FnOnce() -> Result<T, Failure>) -> PyResult<T> {
    guarded(py, || body().map_err(|failure| failure.raise(py)))
}
