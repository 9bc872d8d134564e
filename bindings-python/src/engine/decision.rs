//! Decisions as Python holds them, and what makes them.

use std::sync::Arc;

use loyalty_core::customer::Facts;
use loyalty_core::evaluate::{self, Decision as Core, QuoteOptions, to_ucp};
use loyalty_core::ledger::Account as CoreAccount;
use loyalty_core::purchase::Purchase;
use pyo3::prelude::*;
use pyo3::types::PyType;

use super::account::Account;
use super::scheme::Scheme;
use crate::convert::{Border, FACTS, PURCHASE, text};
use crate::errors::{Failure, Family, core, guarded};

/// What a decision is read from: the core's own with what it was made for, or the texts that it
/// was pickled as.
#[derive(Debug, Clone)]
enum Form {
    Made(Arc<Core>, Scheme, Arc<CoreAccount>),
    Texts(Texts),
}

/// The JSON, its canonical form, the digest of the outputs, and the two forms of the Loyalty Extension,
/// of a verified and of a provisional membership.
type Texts = (String, String, String, Option<(String, String)>);

/// A decision of the core. `loyalty_core.Decision` is what users see of it.
#[pyclass(frozen, module = "loyalty_core._core", name = "Decision")]
#[derive(Debug, Clone)]
pub(crate) struct Decision {
    form: Form,
}

impl Decision {
    pub(crate) fn made(decision: Core, scheme: &Scheme, account: &Arc<CoreAccount>) -> Self {
        let form = Form::Made(Arc::new(decision), scheme.clone(), Arc::clone(account));
        Self { form }
    }

    pub(crate) fn outputs_text(&self) -> Result<String, Failure> {
        match &self.form {
            Form::Made(decision, ..) => Ok(decision.outputs_digest()?.to_string()),
            Form::Texts((_, _, outputs, _)) => Ok(outputs.clone()),
        }
    }

    fn canonical_text(&self) -> Result<String, Failure> {
        match &self.form {
            Form::Made(decision, ..) => {
                let bytes = decision.canonical_bytes()?;
                let state = |error| Failure::new(Family::Internal, "internal.state", error);
                String::from_utf8(bytes).map_err(state)
            }
            Form::Texts((_, canonical, ..)) => Ok(canonical.clone()),
        }
    }

    fn json_text(&self) -> Result<String, Failure> {
        match &self.form {
            Form::Made(decision, ..) => Ok(decision.to_json()?),
            Form::Texts((json, ..)) => Ok(json.clone()),
        }
    }

    fn ucp_text(&self, provisional: bool) -> Result<String, Failure> {
        match &self.form {
            Form::Made(decision, scheme, account) => {
                let ucp = to_ucp(&scheme.core, account, decision, provisional)?;
                Ok(serde_json::to_string(&ucp)?)
            }
            Form::Texts((.., Some((_, text)))) if provisional => Ok(text.clone()),
            Form::Texts((.., Some((text, _)))) => Ok(text.clone()),
            Form::Texts((.., None)) => {
                let message = "found a decision of a scheme whose id is no reverse-domain name";
                Err(Failure::new(Family::Act, "ucp.program", message))
            }
        }
    }
}

#[pymethods]
impl Decision {
    #[new]
    fn new(
        json: String,
        canonical: String,
        outputs: String,
        ucp: Option<(String, String)>,
    ) -> Self {
        Self {
            form: Form::Texts((json, canonical, outputs, ucp)),
        }
    }

    /// The decision as JSON, with its reasons.
    fn json(&self, py: Python<'_>) -> PyResult<String> {
        core(py, || self.json_text())
    }

    /// The decision as JSON without its reasons: what a client hands back to be verified.
    fn canonical(&self, py: Python<'_>) -> PyResult<String> {
        core(py, || self.canonical_text())
    }

    /// The digest of what the member gets.
    fn outputs_digest(&self, py: Python<'_>) -> PyResult<String> {
        core(py, || self.outputs_text())
    }

    /// The decision as JSON in the form of the Loyalty Extension.
    fn ucp(&self, py: Python<'_>, provisional: bool) -> PyResult<String> {
        core(py, || self.ucp_text(provisional))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyType>, Texts)> {
        core(slf.py(), || {
            let this = slf.get();
            let texts = (
                this.json_text()?,
                this.canonical_text()?,
                this.outputs_text()?,
                this.ucp_text(false).ok().zip(this.ucp_text(true).ok()),
            );
            Ok((slf.get_type(), texts))
        })
    }
}

/// A purchase and what the host knows about the customer.
pub(crate) fn cart(
    border: &mut Border<'_>,
    purchase: &Bound<'_, PyAny>,
    facts: Option<&Bound<'_, PyAny>>,
) -> PyResult<(Purchase, Facts)> {
    let purchase = border.read(purchase, &PURCHASE)?;
    let facts = facts.map(|facts| border.read(facts, &FACTS)).transpose()?;
    Ok((purchase, facts.unwrap_or_default()))
}

/// What the member would get for a purchase at a moment.
#[pyfunction]
#[pyo3(signature = (scheme, account, purchase, at, facts, explain, pool))]
pub(crate) fn quote(
    scheme: &Bound<'_, Scheme>,
    account: &Bound<'_, Account>,
    purchase: &Bound<'_, PyAny>,
    at: &Bound<'_, PyAny>,
    facts: Option<&Bound<'_, PyAny>>,
    explain: bool,
    pool: Option<&Bound<'_, Account>>,
) -> PyResult<Decision> {
    let py = scheme.py();
    guarded(py, || {
        let (scheme, account) = (scheme.get(), &account.get().core);
        let mut border = scheme.border();
        let at = border.moment(at, "at")?;
        let (purchase, facts) = cart(&mut border, purchase, facts)?;
        let pool = pool.map(|pool| &*pool.get().core);
        core(py, || {
            let options = QuoteOptions { explain, pool };
            let made = evaluate::quote(&scheme.core, account, &purchase, &facts, at, options)?;
            Ok(Decision::made(made, scheme, account))
        })
    })
}

/// Computes a decision anew and compares it with the one that a client shows.
#[pyfunction]
#[pyo3(signature = (scheme, account, purchase, claimed, facts, pool))]
pub(crate) fn verify_decision(
    scheme: &Bound<'_, Scheme>,
    account: &Bound<'_, Account>,
    purchase: &Bound<'_, PyAny>,
    claimed: &Bound<'_, PyAny>,
    facts: Option<&Bound<'_, PyAny>>,
    pool: Option<&Bound<'_, Account>>,
) -> PyResult<Decision> {
    let py = scheme.py();
    guarded(py, || {
        let (scheme, account) = (scheme.get(), &account.get().core);
        let (purchase, facts) = cart(&mut scheme.border(), purchase, facts)?;
        let claimed = text(claimed, "a decision")?;
        let pool = pool.map(|pool| &*pool.get().core);
        core(py, || {
            let bytes = claimed.as_bytes();
            let made =
                evaluate::verify_decision(&scheme.core, account, &purchase, &facts, bytes, pool)?;
            Ok(Decision::made(made, scheme, account))
        })
    })
}

/// Why a rule does or does not pay for a purchase, as JSON; nothing where the scheme has no such rule.
#[pyfunction]
#[pyo3(signature = (scheme, account, purchase, rule, at, facts, pool))]
pub(crate) fn why_not(
    scheme: &Bound<'_, Scheme>,
    account: &Bound<'_, Account>,
    purchase: &Bound<'_, PyAny>,
    rule: &str,
    at: &Bound<'_, PyAny>,
    facts: Option<&Bound<'_, PyAny>>,
    pool: Option<&Bound<'_, Account>>,
) -> PyResult<Option<String>> {
    let py = scheme.py();
    guarded(py, || {
        let (scheme, account) = (scheme.get(), &account.get().core);
        let mut border = scheme.border();
        let at = border.moment(at, "at")?;
        let (purchase, facts) = cart(&mut border, purchase, facts)?;
        let pool = pool.map(|pool| &*pool.get().core);
        core(py, || {
            let rule = rule.parse()?;
            let reason =
                evaluate::why_not(&scheme.core, account, &purchase, &facts, at, &rule, pool)?;
            Ok(reason
                .map(|reason| serde_json::to_string(&reason))
                .transpose()?)
        })
    })
}
