//! Accounts as Python holds them.

use std::sync::Arc;

use loyalty_core::ledger::{Account as Core, Group as CoreGroup, Status};
use pyo3::prelude::*;
use pyo3::types::PyType;

use super::group::{Group, Log};
use crate::convert::{datetime, parsed, text};
use crate::errors::{Failure, core, guarded};

/// A member's account: what the member's groups fold to.
///
/// It never changes: an act gives a new account. It can be shared by threads, and pickles as its
/// snapshot.
#[pyclass(frozen, eq, module = "loyalty_core", name = "Account")]
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Account {
    pub(crate) core: Arc<Core>,
}

impl From<Core> for Account {
    fn from(core: Core) -> Self {
        Self {
            core: Arc::new(core),
        }
    }
}

impl Account {
    /// An account of groups, from the start.
    pub(crate) fn folded(member: &str, log: Log) -> Result<Self, Failure> {
        let groups = log.verified()?;
        let groups = groups.iter().map(Arc::as_ref);
        Ok(Core::replay(member.parse()?, groups)?.into())
    }

    fn snapshot_text(&self) -> Result<String, Failure> {
        Ok(self.core.snapshot_json()?)
    }
}

#[pymethods]
impl Account {
    /// The empty account of a member, who is named by a pseudonym of the host.
    #[new]
    fn new(py: Python<'_>, member: &str) -> PyResult<Self> {
        core(py, || Ok(Core::new(member.parse()?).into()))
    }

    /// Folds groups, or the lines of JSON that were stored. Their chain of hashes is checked.
    #[staticmethod]
    fn replay(py: Python<'_>, member: &str, groups: &Bound<'_, PyAny>) -> PyResult<Self> {
        guarded(py, || {
            let log = Log::of(groups)?;
            core(py, || Self::folded(member, log))
        })
    }

    /// Reads what `snapshot` wrote: its digest is checked, and the account audited.
    #[staticmethod]
    fn restore(py: Python<'_>, snapshot: &Bound<'_, PyAny>) -> PyResult<Self> {
        guarded(py, || {
            let text = text(snapshot, "a snapshot")?;
            core(py, || Ok(Core::restore_json(text.as_bytes())?.into()))
        })
    }

    /// The account as JSON, with the digest of its state.
    fn snapshot(&self, py: Python<'_>) -> PyResult<String> {
        core(py, || self.snapshot_text())
    }

    /// The account after one more group, which is a `Group` or its line of JSON.
    fn apply(&self, py: Python<'_>, group: &Bound<'_, PyAny>) -> PyResult<Self> {
        guarded(py, || {
            let group: Arc<CoreGroup> = match group.cast::<Group>() {
                Ok(group) => Arc::clone(&group.get().core),
                Err(_) => Group::read(group)?.core,
            };
            core(py, || {
                let mut next = Core::clone(&self.core);
                next.apply(&group)?;
                Ok(next.into())
            })
        })
    }

    /// The member.
    #[getter]
    fn member(&self) -> &str {
        self.core.member.as_str()
    }

    /// How many groups it is the fold of.
    #[getter]
    fn seq(&self) -> u64 {
        self.core.head.seq
    }

    /// When the last group was posted.
    #[getter]
    fn at<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        guarded(py, || self.core.at.map(|at| datetime(py, at)).transpose())
    }

    /// Whether it takes part: `active`, `suspended` or `closed`.
    #[getter]
    fn status(&self) -> &'static str {
        match self.core.status {
            Status::Active => "active",
            Status::Suspended => "suspended",
            Status::Closed => "closed",
        }
    }

    /// How many purchases count, cancelled ones left out.
    #[getter]
    fn purchase_count(&self) -> u64 {
        self.core.purchase_count
    }

    /// The digest of the whole state: accounts of the same groups have the same.
    fn state_hash(&self, py: Python<'_>) -> PyResult<String> {
        core(py, || Ok(self.core.state_hash()?.to_string()))
    }

    /// Checks the account against itself.
    fn audit(&self, py: Python<'_>) -> PyResult<()> {
        core(py, || Ok(self.core.audit()?))
    }

    /// The account as dicts and lists.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guarded(py, || {
            let json = core(py, || Ok(serde_json::to_string(&*self.core)?))?;
            parsed(py, &json)
        })
    }

    fn __repr__(&self) -> String {
        let (member, seq) = (self.core.member.as_str(), self.core.head.seq);
        let (status, count) = (self.status(), self.core.purchase_count);
        format!("<Account {member:?} at version {seq}: {status}, {count} purchases>")
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        guarded(slf.py(), || {
            slf.py()
                .import("loyalty_core._html")?
                .call_method1("account", (slf,))
        })
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        guarded(slf.py(), || {
            let class: Bound<'py, PyType> = slf.get_type();
            Ok((class.getattr("restore")?, (slf.get().snapshot(slf.py())?,)))
        })
    }
}
