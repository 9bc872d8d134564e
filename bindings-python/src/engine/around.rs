//! What helps around offers and needs no scheme: codes, and prior prices.

use loyalty_core::codes::{self, Alphabet, CodeBatch, CodesError};
use loyalty_core::number::Currency;
use loyalty_core::prior_price::{PriceSince, PriorPriceError, Reduction, prior_price as stated};
use loyalty_core::read::{ReadLimits, Readable, read_json};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::convert::{ANNOUNCED, Border};
use crate::errors::{Failure, Family, core, guarded};

impl From<CodesError> for Failure {
    fn from(error: CodesError) -> Self {
        Self::new(Family::Input, error.code(), &error)
    }
}

impl From<PriorPriceError> for Failure {
    fn from(error: PriorPriceError) -> Self {
        Self::new(Family::Input, error.code(), &error)
    }
}

/// The codes of a batch.
#[pyfunction]
pub(crate) fn make_codes(entropy: &Bound<'_, PyBytes>, batch: &str) -> PyResult<Vec<String>> {
    let py = entropy.py();
    core(py, || {
        let batch: CodeBatch = read_json(batch, &ReadLimits::DEFAULT)?;
        let entropy = entropy.as_bytes();
        let made = py.detach(|| codes::codes(entropy, &batch))?;
        Ok(made.iter().map(ToString::to_string).collect())
    })
}

/// Whether the last character of a code checks the others.
#[pyfunction]
pub(crate) fn verify_code(py: Python<'_>, code: &str, consonants: bool) -> PyResult<bool> {
    let alphabet = match consonants {
        true => Alphabet::Consonants,
        false => Alphabet::Mixed,
    };
    core(py, || Ok(codes::verify_code(code, alphabet)))
}

/// A price history and the reduction that it is asked for.
#[derive(Readable)]
#[serde(deny_unknown_fields)]
struct Announced {
    history: Vec<PriceSince>,
    reduction: Reduction,
}

/// The price to state beside a reduced one, as JSON; nothing for goods that are exempt.
#[pyfunction]
pub(crate) fn prior_price(
    announced: &Bound<'_, PyAny>,
    currency: &str,
) -> PyResult<Option<String>> {
    let py = announced.py();
    guarded(py, || {
        let currency: Currency = core(py, || {
            let parsed = currency.parse().map_err(Failure::from);
            parsed.map_err(|failure| failure.at("/currency".to_owned()))
        })?;
        let Announced { history, reduction } =
            Border::new(currency, "Etc/UTC").read(announced, &ANNOUNCED)?;
        core(py, || {
            let found = stated(&history, &reduction)?;
            Ok(found
                .map(|found| serde_json::to_string(&found))
                .transpose()?)
        })
    })
}
