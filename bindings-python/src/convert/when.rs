//! Datetimes become moments: an instant with the civil time of the scheme's zone.

use loyalty_core::time::Moment;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

use crate::errors::described;

/// Whether an object is of a class, which is imported once.
macro_rules! class {
    ($name:ident, $module:literal, $attribute:literal) => {
        pub(crate) fn $name(value: &Bound<'_, PyAny>) -> PyResult<bool> {
            static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
            value.is_instance(CLASS.import(value.py(), $module, $attribute)?)
        }
    };
}

class!(is_datetime, "datetime", "datetime");
class!(is_date, "datetime", "date");
class!(is_decimal, "decimal", "Decimal");
class!(is_mapping, "collections.abc", "Mapping");

/// Whether a datetime has no zone.
pub(crate) fn is_naive(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(value.call_method0("utcoffset")?.is_none())
}

/// The text of a datetime as a moment in a zone; a naive one is the civil time of the zone. `at` is
/// its place, for the error.
pub(crate) fn moment_text(value: &Bound<'_, PyAny>, zone: &str, at: &str) -> PyResult<String> {
    static TEXT: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let py = value.py();
    let text = TEXT.import(py, "loyalty_core._time", "moment_text")?;
    match text.call1((value, zone)) {
        Ok(text) => text.extract(),
        Err(error) => Err(described(py, error, "_at", at)),
    }
}

/// A moment as a datetime.
pub(crate) fn datetime<'py>(py: Python<'py>, moment: Moment) -> PyResult<Bound<'py, PyAny>> {
    static READ: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    READ.import(py, "loyalty_core._time", "moment")?
        .call1((moment.to_string(),))
}
