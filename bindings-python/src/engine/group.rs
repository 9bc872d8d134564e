//! Groups as Python holds them, and logs as they are handed over.

use std::sync::Arc;

use loyalty_core::evaluate::answer;
use loyalty_core::ledger::{Group as Core, from_json_line, read_log, to_json_line, verify};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString, PyType};

use crate::convert::{datetime, parsed, text};
use crate::errors::{Failure, core, guarded};

/// The entries of one act: what a host stores, one row each.
#[pyclass(frozen, eq, module = "loyalty_core", name = "Group")]
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Group {
    pub(crate) core: Arc<Core>,
}

impl From<Core> for Group {
    fn from(core: Core) -> Self {
        Self {
            core: Arc::new(core),
        }
    }
}

impl Group {
    /// A group from its line of JSON.
    pub(crate) fn read(line: &Bound<'_, PyAny>) -> PyResult<Self> {
        let read = text(line, "a Group, or its line of JSON")?;
        core(line.py(), || Ok(from_json_line(read.as_bytes())?.into()))
    }

    fn line(&self) -> Result<String, Failure> {
        let mut line = to_json_line(&self.core)?;
        line.pop();
        Ok(line)
    }
}

#[pymethods]
impl Group {
    /// Reads the line that `to_json` wrote.
    #[staticmethod]
    fn from_json(py: Python<'_>, line: &Bound<'_, PyAny>) -> PyResult<Self> {
        guarded(py, || Self::read(line))
    }

    /// The group's number within the account, from 1.
    #[getter]
    fn seq(&self) -> u64 {
        self.core.seq
    }

    /// What was done, such as `record`.
    #[getter]
    fn act(&self) -> &'static str {
        self.core.act.name()
    }

    /// The act's own name: with `act` the natural key, under which it is posted once.
    #[getter]
    fn key(&self) -> &str {
        self.core.key.as_str()
    }

    /// When it was posted.
    #[getter]
    fn at<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guarded(py, || datetime(py, self.core.at))
    }

    /// The hash of the group, which the next one names.
    #[getter]
    fn hash(&self) -> String {
        self.core.hash.to_string()
    }

    /// The digest of the scheme that decided it.
    #[getter]
    fn scheme(&self) -> Option<String> {
        self.core.scheme.as_ref().map(|digest| digest.to_string())
    }

    /// What happened, as dicts with one key each: the kind of the entry.
    #[getter]
    fn entries<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guarded(py, || {
            let json = core(py, || Ok(serde_json::to_string(&self.core.entries)?))?;
            parsed(py, &json)
        })
    }

    /// The group as one line of JSON, without the line's end: what a host stores.
    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        core(py, || self.line())
    }

    /// The group as dicts and lists.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guarded(py, || parsed(py, &core(py, || self.line())?))
    }

    fn _answer(&self, py: Python<'_>) -> PyResult<String> {
        core(py, || Ok(serde_json::to_string(&answer(&self.core))?))
    }

    fn __repr__(&self) -> String {
        let count = self.core.entries.len();
        let entries = if count == 1 { "entry" } else { "entries" };
        let (seq, act, key) = (self.core.seq, self.core.act.name(), self.core.key.as_str());
        format!(
            "<Group {seq}: {act} {key:?} at {}, {count} {entries}>",
            self.core.at
        )
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        guarded(slf.py(), || {
            let class: Bound<'py, PyType> = slf.get_type();
            Ok((class.getattr("from_json")?, (slf.get().to_json(slf.py())?,)))
        })
    }
}

/// Groups as they are handed over: objects, or the text of a log that is still to be read.
pub(crate) enum Log {
    Groups(Vec<Arc<Core>>),
    Text(Vec<u8>),
}

impl Log {
    /// Groups, lines of JSON, or a whole log of such lines.
    pub(crate) fn of(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        if value.cast::<PyString>().is_ok() || value.cast::<PyBytes>().is_ok() {
            return Ok(Self::Text(text(value, "a log")?.into_bytes()));
        }
        let mut groups = Vec::new();
        for (place, item) in value.try_iter()?.enumerate() {
            let item = item?;
            if let Ok(group) = item.cast::<Group>() {
                groups.push(Arc::clone(&group.get().core));
                continue;
            }
            let line = text(&item, "a Group, or its line of JSON")?;
            let read = from_json_line(line.as_bytes());
            let read = read.map_err(|error| Failure::from(error).item(place).raise(value.py()))?;
            groups.push(Arc::new(read));
        }
        Ok(Self::Groups(groups))
    }

    /// The groups, read and with their chain of hashes checked.
    pub(crate) fn verified(self) -> Result<Vec<Arc<Core>>, Failure> {
        let mut text = match self {
            Self::Groups(groups) => {
                verify(groups.iter().map(Arc::as_ref))?;
                return Ok(groups);
            }
            Self::Text(text) => text,
        };
        if text.last().is_some_and(|last| *last != b'\n') {
            text.push(b'\n');
        }
        let read = read_log(&text);
        match read.problem {
            Some(problem) => {
                let whole = read.groups.len().to_string();
                Err(Failure::from(problem).with("whole_groups", whole))
            }
            None => Ok(read.groups.into_iter().map(Arc::new).collect()),
        }
    }
}

/// Checks the chain of hashes of a log, and says how many groups it has.
#[pyfunction]
pub(crate) fn verify_groups(py: Python<'_>, groups: &Bound<'_, PyAny>) -> PyResult<usize> {
    guarded(py, || {
        let log = Log::of(groups)?;
        core(py, || Ok(log.verified()?.len()))
    })
}
