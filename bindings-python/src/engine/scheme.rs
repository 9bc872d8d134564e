//! Schemes as Python holds them.

use std::sync::Arc;

use loyalty_core::lint::lint as findings;
use loyalty_core::scheme::{Scheme as Core, SchemeDef, compile};
use loyalty_core::time::CivilDateTime;
use pyo3::prelude::*;
use pyo3::types::PyType;

use crate::convert::{Border, Kind, PLAIN, parsed, text};
use crate::errors::{Failure, Family, core, guarded};

/// A scheme: the rules of a loyalty programme, checked and ready to decide.
///
/// It never changes, can be shared by threads, and pickles as its document.
#[pyclass(frozen, eq, hash, module = "loyalty_core", name = "Scheme")]
#[derive(Debug, Clone)]
pub(crate) struct Scheme {
    pub(crate) core: Arc<Core>,
}

impl PartialEq for Scheme {
    fn eq(&self, other: &Self) -> bool {
        self.core.digest_bytes() == other.core.digest_bytes()
    }
}

impl std::hash::Hash for Scheme {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.core.digest_bytes().hash(state);
    }
}

impl Scheme {
    fn compiled(def: SchemeDef) -> Result<Self, Failure> {
        Ok(Self {
            core: Arc::new(compile(def)?),
        })
    }

    fn of_json(text: &str) -> Result<Self, Failure> {
        let def = SchemeDef::from_json(text).map_err(|error| Failure::from(error).of_scheme())?;
        Self::compiled(def)
    }

    fn of_toml(text: &str) -> Result<Self, Failure> {
        let def = SchemeDef::from_toml(text).map_err(|error| Failure::from(error).of_scheme())?;
        Self::compiled(def)
    }

    /// A border where amounts are in the scheme's currency and times in its zone.
    pub(crate) fn border(&self) -> Border<'_> {
        Border::new(self.core.currency(), &self.core.definition().time_zone)
    }
}

#[pymethods]
impl Scheme {
    /// Reads and compiles a JSON document.
    #[staticmethod]
    fn from_json(py: Python<'_>, document: &Bound<'_, PyAny>) -> PyResult<Self> {
        guarded(py, || {
            let text = text(document, "a scheme document")?;
            core(py, || Self::of_json(&text))
        })
    }

    /// Reads and compiles a TOML document.
    #[staticmethod]
    fn from_toml(py: Python<'_>, document: &Bound<'_, PyAny>) -> PyResult<Self> {
        guarded(py, || {
            let text = text(document, "a scheme document")?;
            core(py, || Self::of_toml(&text))
        })
    }

    /// Compiles a document of dicts and lists, as `json.load` or `tomllib.load` gives it.
    #[staticmethod]
    fn from_dict(py: Python<'_>, document: &Bound<'_, PyAny>) -> PyResult<Self> {
        guarded(py, || {
            let euro = "XXX"
                .parse()
                .map_err(|error| Failure::from_core(error).raise(py))?;
            let mut border = Border::new(euro, "Etc/UTC");
            let json = border.json(document, Kind::Object(&PLAIN), euro)?;
            core(py, || Self::of_json(&json))
        })
    }

    /// Reads and compiles a file; its name ends in `.toml` or `.json`.
    #[staticmethod]
    fn from_file(py: Python<'_>, path: &Bound<'_, PyAny>) -> PyResult<Self> {
        guarded(py, || {
            let path = py.import("pathlib")?.getattr("Path")?.call1((path,))?;
            let suffix: String = path.getattr("suffix")?.extract()?;
            if suffix != ".toml" && suffix != ".json" {
                let allowed = "a file whose name ends in .toml or .json";
                let found = path.str()?.to_string();
                return Err(Failure::input("input.file", String::new(), found, allowed).raise(py));
            }
            let bytes = path.call_method0("read_bytes")?;
            let text = text(&bytes, "a scheme document")?;
            core(py, || {
                if suffix == ".toml" {
                    Self::of_toml(&text)
                } else {
                    Self::of_json(&text)
                }
            })
        })
    }

    /// The scheme's stable name.
    #[getter]
    fn id(&self) -> &str {
        self.core.id().as_str()
    }

    /// What people call it.
    #[getter]
    fn name(&self) -> &str {
        &self.core.definition().name
    }

    /// The label of this version of it.
    #[getter]
    fn version(&self) -> Option<&str> {
        self.core.definition().version.as_deref()
    }

    /// The currency of every amount in it.
    #[getter]
    fn currency(&self) -> String {
        self.core.currency().to_string()
    }

    /// The IANA name of the zone in which its days begin.
    #[getter]
    fn time_zone(&self) -> &str {
        &self.core.definition().time_zone
    }

    /// The SHA-256 of its canonical JSON, as 64 hexadecimal digits.
    #[getter]
    fn digest(&self) -> String {
        self.core.digest_hex()
    }

    /// The canonical JSON of its document.
    fn to_json(&self) -> String {
        self.core.to_json()
    }

    /// The document as dicts and lists.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guarded(py, || parsed(py, &self.core.to_json()))
    }

    fn __repr__(&self) -> String {
        let def = self.core.definition();
        let version = def
            .version
            .as_ref()
            .map(|version| format!(" version {version:?}"));
        format!(
            "<Scheme {:?}{}: {} earn rules, {} cards, {} ladders, {} rewards, {}>",
            def.id.as_str(),
            version.unwrap_or_default(),
            def.earn.len(),
            def.cards.len(),
            def.ladders.len(),
            def.rewards.len(),
            def.currency,
        )
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        guarded(slf.py(), || {
            let html = slf.py().import("loyalty_core._html")?;
            html.call_method1("scheme", (slf,))
        })
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        guarded(slf.py(), || {
            let class: Bound<'py, PyType> = slf.get_type();
            Ok((class.getattr("from_json")?, (slf.get().core.to_json(),)))
        })
    }
}

/// What looks like a mistake in a scheme, as JSON.
#[pyfunction]
pub(crate) fn lint(scheme: &Bound<'_, Scheme>, at: Option<&Bound<'_, PyAny>>) -> PyResult<String> {
    let py = scheme.py();
    guarded(py, || {
        let scheme = scheme.get();
        let at = at.map(|at| scheme.border().moment(at, "at")).transpose()?;
        let civil = at.and_then(|at| CivilDateTime::from_civil_ms(at.civil_ms()));
        let found = py.detach(|| findings(&scheme.core, civil));
        core(py, || Ok(serde_json::to_string(&found).unwrap_or_default()))
    })
}

impl Failure {
    fn from_core(error: loyalty_core::number::NumberError) -> Self {
        Self::new(Family::Internal, "internal.state", error)
    }
}
