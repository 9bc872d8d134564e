//! Results as a table of Arrow.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Float64Type, Int64Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array,
    RecordBatch, StringArray,
};
use arrow_schema::{ArrowError, DataType};
use loyalty_core::analytics::civil::{date_of, day_of};
use loyalty_core::analytics::index::Key;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDate, PyList};
use pyo3_arrow::PyTable;

use crate::errors::{Failure, Family, guarded};

/// Columns of Arrow. `loyalty_core.Table` is what users see of it.
#[pyclass(frozen, module = "loyalty_core._core", name = "Table")]
#[derive(Debug)]
pub(crate) struct Table {
    batch: RecordBatch,
}

impl Table {
    pub(crate) fn of(columns: Vec<(&str, ArrayRef)>) -> Result<Self, Failure> {
        let columns = columns.into_iter().map(|(name, array)| (name, array, true));
        let batch =
            RecordBatch::try_from_iter_with_nullable(columns).map_err(|error| state(&error))?;
        Ok(Self { batch })
    }
}

fn state(error: &ArrowError) -> Failure {
    Failure::new(Family::Internal, "internal.state", error)
}

pub(crate) fn ints(values: impl IntoIterator<Item = impl Into<Option<i64>>>) -> ArrayRef {
    Arc::new(values.into_iter().map(Into::into).collect::<Int64Array>())
}

/// A count as a column holds it.
pub(crate) fn count(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(crate) fn floats(values: impl IntoIterator<Item = impl Into<Option<f64>>>) -> ArrayRef {
    Arc::new(values.into_iter().map(Into::into).collect::<Float64Array>())
}

/// Whole numbers of the smallest unit as decimals.
pub(crate) fn decimals(
    units: impl IntoIterator<Item = i64>,
    scale: u8,
) -> Result<ArrayRef, Failure> {
    let units = units.into_iter().map(|units| Some(i128::from(units)));
    let array: Decimal128Array = units.collect();
    let scale = i8::try_from(scale).unwrap_or(i8::MAX);
    let array = array.with_precision_and_scale(18, scale);
    Ok(Arc::new(array.map_err(|error| state(&error))?))
}

/// The first days of months.
pub(crate) fn first_days(months: impl IntoIterator<Item = (i32, u32)>) -> ArrayRef {
    days(
        months
            .into_iter()
            .filter_map(|(year, month)| day_of(year, month, 1)),
    )
}

pub(crate) fn days(values: impl IntoIterator<Item = i32>) -> ArrayRef {
    Arc::new(values.into_iter().map(Some).collect::<Date32Array>())
}

pub(crate) fn flags(values: impl IntoIterator<Item = bool>) -> ArrayRef {
    Arc::new(values.into_iter().map(Some).collect::<BooleanArray>())
}

pub(crate) fn texts<T: AsRef<str>>(values: impl IntoIterator<Item = Option<T>>) -> ArrayRef {
    Arc::new(values.into_iter().collect::<StringArray>())
}

/// The keys of customers, whole numbers or text.
pub(crate) fn keys(keys: &[Key], customers: impl Iterator<Item = u32>) -> ArrayRef {
    let of = |customer: u32| keys.get(customer as usize);
    if matches!(keys.first(), Some(Key::Int(_))) {
        ints(customers.map(|customer| match of(customer) {
            Some(Key::Int(key)) => Some(*key),
            _ => None,
        }))
    } else {
        texts(customers.map(|customer| match of(customer) {
            Some(Key::Text(key)) => Some(key.as_str()),
            _ => None,
        }))
    }
}

#[pymethods]
impl Table {
    /// The names of the columns.
    fn names(&self) -> Vec<String> {
        let schema = self.batch.schema();
        schema
            .fields()
            .iter()
            .map(|field| field.name().clone())
            .collect()
    }

    /// How many rows there are.
    fn rows(&self) -> usize {
        self.batch.num_rows()
    }

    /// The values of a column, or of its first rows.
    #[pyo3(signature = (name, most))]
    fn column<'py>(
        &self,
        py: Python<'py>,
        name: &str,
        most: Option<usize>,
    ) -> PyResult<Option<Bound<'py, PyList>>> {
        guarded(py, || {
            let Some(array) = self.batch.column_by_name(name) else {
                return Ok(None);
            };
            let rows = most.unwrap_or(usize::MAX).min(array.len());
            let list = PyList::empty(py);
            for row in 0..rows {
                list.append(value(py, array, row)?)?;
            }
            Ok(Some(list))
        })
    }

    /// The stream of Arrow's C interface.
    fn stream<'py>(
        &self,
        py: Python<'py>,
        requested: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        guarded(py, || {
            let table = PyTable::try_new(vec![self.batch.clone()], self.batch.schema())?;
            Bound::new(py, table)?.call_method1("__arrow_c_stream__", (requested,))
        })
    }
}

fn value<'py>(py: Python<'py>, array: &ArrayRef, row: usize) -> PyResult<Bound<'py, PyAny>> {
    static DECIMAL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    if array.is_null(row) {
        return Ok(py.None().into_bound(py));
    }
    match array.data_type() {
        DataType::Int64 => array
            .as_primitive::<Int64Type>()
            .value(row)
            .into_bound_py_any(py),
        DataType::Float64 => array
            .as_primitive::<Float64Type>()
            .value(row)
            .into_bound_py_any(py),
        DataType::Boolean => array.as_boolean().value(row).into_bound_py_any(py),
        DataType::Utf8 => array.as_string::<i32>().value(row).into_bound_py_any(py),
        DataType::Date32 => {
            let (year, month, day) = date_of(array.as_primitive::<Date32Type>().value(row));
            let (month, day) = (month.try_into().unwrap_or(1), day.try_into().unwrap_or(1));
            Ok(PyDate::new(py, year, month, day)?.into_any())
        }
        _ => {
            let text = array.as_primitive::<Decimal128Type>().value_as_string(row);
            DECIMAL.import(py, "decimal", "Decimal")?.call1((text,))
        }
    }
}
use pyo3::IntoPyObjectExt;
