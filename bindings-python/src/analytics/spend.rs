//! Expected spend and lifetime values of every customer of a summary.

use loyalty_core::analytics::models::PurchaseModel;
use loyalty_core::analytics::models::gamma_gamma::GammaGamma;
use loyalty_core::analytics::models::lifetime_value::{
    Discounting, LifetimeValueOptions, discounted_purchases as core_discounted,
    lifetime_value as core_value,
};
use pyo3::prelude::*;

use super::fit::{Fit, present};
use super::summary::Summary;
use super::table::Table;
use crate::errors::{Failure, core, guarded};

/// What a lifetime value counts.
#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct ValueTerms {
    days: Option<u32>,
    annual_rate: f64,
    margin_rate: f64,
    reward_rate: f64,
    period_days: Option<u32>,
}

impl ValueTerms {
    fn options(&self) -> LifetimeValueOptions {
        LifetimeValueOptions {
            margin_rate: self.margin_rate,
            reward_rate: self.reward_rate,
            discounting: match self.period_days {
                None => Discounting::Continuous,
                Some(days) => Discounting::PeriodEnd { days },
            },
            ..LifetimeValueOptions::new(self.days, self.annual_rate)
        }
    }
}

/// Expected spend an occasion over the population; none where it is infinite.
#[pyfunction]
pub(crate) fn mean_spend(py: Python<'_>, spend: &Bound<'_, Fit>) -> PyResult<Option<f64>> {
    core(py, || {
        Ok(GammaGamma::of(&spend.get().core)?.population_mean().ok())
    })
}

/// Expected spend an occasion of every customer, in whole units.
#[pyfunction]
pub(crate) fn expected_spend(
    py: Python<'_>,
    spend: &Bound<'_, Fit>,
    summary: &Bound<'_, Summary>,
) -> PyResult<Table> {
    guarded(py, || {
        let (spend, summary) = (spend.get(), summary.get());
        let found = py.detach(|| {
            let model = GammaGamma::of(&spend.core)?;
            let unit = f64::from(summary.unit_minor());
            let one = |at: usize| {
                // A net repeat spend below zero says nothing about the customer's own level.
                let mean = summary
                    .core
                    .repeat_mean(at)
                    .ok()
                    .filter(|mean| *mean >= 0.0);
                let x = mean.map_or(0, |_| summary.core.frequency(at));
                model.expected_spend(x, mean.unwrap_or(0.0) / unit).ok()
            };
            let found = (0..summary.core.len()).map(one).collect();
            summary.with(vec![("expected_spend", found)])
        });
        found.map_err(|failure: Failure| failure.raise(py))
    })
}

/// The lifetime value of every customer in whole units: what a fit of purchases says, at that spend.
#[pyfunction]
pub(crate) fn lifetime_value(
    py: Python<'_>,
    fit: &Bound<'_, Fit>,
    spend: &Bound<'_, Fit>,
    summary: &Bound<'_, Summary>,
    terms: ValueTerms,
) -> PyResult<Table> {
    guarded(py, || {
        let (fit, spend, summary) = (fit.get(), spend.get(), summary.get());
        let found = py.detach(|| {
            let columns = summary.columns();
            let found = core_value(
                &PurchaseModel::of(&fit.core)?,
                &GammaGamma::of(&spend.core)?,
                &columns.batch(fit.core.unit_days),
                &summary.core.repeat_minor,
                summary.unit_minor(),
                &terms.options(),
            )?;
            let unit = f64::from(summary.unit_minor());
            let whole = present(found)
                .into_iter()
                .map(|value| value.map(|value| value / unit));
            summary.with(vec![("clv", whole.collect())])
        });
        found.map_err(|failure: Failure| failure.raise(py))
    })
}

/// Discounted purchases of every customer, as a fit of purchases expects them.
#[pyfunction]
pub(crate) fn discounted_purchases(
    py: Python<'_>,
    fit: &Bound<'_, Fit>,
    summary: &Bound<'_, Summary>,
    terms: ValueTerms,
) -> PyResult<Table> {
    guarded(py, || {
        let (fit, summary) = (fit.get(), summary.get());
        let found = py.detach(|| {
            let columns = summary.columns();
            let batch = columns.batch(fit.core.unit_days);
            let model = PurchaseModel::of(&fit.core)?;
            let found = core_discounted(&model, &batch, &terms.options())?;
            summary.with(vec![("discounted_purchases", present(found))])
        });
        found.map_err(|failure: Failure| failure.raise(py))
    })
}
