//! Values of Python and the core's documents: what every part of the package shares.

mod document;
mod shape;
mod when;

pub(crate) use document::{Border, text};
pub(crate) use shape::{ANNOUNCED, FACTS, Kind, MERGE, PLAIN, PURCHASE, TRANSFER, act_shape};
pub(crate) use when::datetime;

use pyo3::prelude::*;
use pyo3::types::PyString;

/// A document of JSON as Python's dicts and lists.
pub(crate) fn parsed<'py>(py: Python<'py>, json: &str) -> PyResult<Bound<'py, PyAny>> {
    static LOADS: pyo3::sync::PyOnceLock<Py<PyAny>> = pyo3::sync::PyOnceLock::new();
    let loads = LOADS.import(py, "json", "loads")?;
    loads.call1((PyString::new(py, json),))
}
