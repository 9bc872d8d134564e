//! Models of the same customers on one likelihood scale, best first.
//!
//! Purchase models: every log-likelihood is the density of the purchase times in the caller's unit (for
//! CNBD-k that includes the gaps), so AIC and BIC compare. With a holdout, the mean absolute error of
//! each prediction is there as well. Contract models: every log-likelihood is the probability of the
//! renewals. A model that fails is in the list with its error.
//!
//! Across these groups nothing compares: a density of times, a probability of buying at given
//! opportunities (BG/BB), a probability of renewals and a density of money (Gamma–Gamma) have different units.

use super::contractual::Renewals;
use super::fit::{Fit, FitOptions, ModelKind};
use super::histories::Histories;
use super::holdout::{Holdout, holdout};
use super::purchase_model::PurchaseModel;
use super::{bdw, bg_nbd, cnbd_k, mbg_nbd, nbd, pareto_nbd, sbg};
use crate::analytics::error::AnalyticsError;
use crate::analytics::summary::Split;

/// One model of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// Which model.
    pub model: ModelKind,
    /// Its regularity.
    pub k: u32,
    /// The fit, or why there is none.
    pub fit: Result<Fit, AnalyticsError>,
    /// AIC less the smallest AIC of the comparison; absent without a fit.
    pub aic_excess: Option<f64>,
    /// Errors in the holdout, when one was given and the fit has a maximum inside.
    pub holdout: Option<Holdout>,
}

/// Fits NBD, BG/NBD, MBG/NBD, both CNBD-k forms for k = 2 to `k_max`, and Pareto/NBD; best AIC first.
///
/// CNBD-k needs gaps; without them these models carry the error.
#[must_use]
pub fn compare(
    histories: &Histories,
    k_max: u32,
    split: Option<&Split>,
    options: &FitOptions,
) -> Vec<Compared> {
    let mut fits = vec![
        (ModelKind::Nbd, 1, nbd::fit(histories, options)),
        (ModelKind::BgNbd, 1, bg_nbd::fit(histories, options)),
        (ModelKind::MbgNbd, 1, mbg_nbd::fit(histories, options)),
        (ModelKind::ParetoNbd, 1, pareto_nbd::fit(histories, options)),
    ];
    for k in 2..=k_max {
        fits.push((ModelKind::BgCnbdK, k, cnbd_k::fit_bg(histories, k, options)));
        fits.push((
            ModelKind::MbgCnbdK,
            k,
            cnbd_k::fit_mbg(histories, k, options),
        ));
    }
    ranked(fits, |fit| {
        let model = PurchaseModel::of(fit).ok()?;
        holdout(&model, split?, options.unit_days).ok()
    })
}

/// Fits sBG and BdW to the same cohorts of contracts; best AIC first.
///
/// sBG lies within BdW (c = 1), so [`Fit::likelihood_ratio`] tests between them.
#[must_use]
pub fn compare_contracts(cohorts: &[Renewals], options: &FitOptions) -> Vec<Compared> {
    let fits = vec![
        (ModelKind::Sbg, 1, sbg::fit(cohorts, options)),
        (ModelKind::Bdw, 1, bdw::fit(cohorts, options)),
    ];
    ranked(fits, |_| None)
}

type Fitted = (ModelKind, u32, Result<Fit, AnalyticsError>);

/// The fits in AIC order; those that failed come last.
fn ranked(fits: Vec<Fitted>, holdout: impl Fn(&Fit) -> Option<Holdout>) -> Vec<Compared> {
    let least = fits
        .iter()
        .filter_map(|(_, _, fit)| fit.as_ref().ok())
        .map(Fit::aic)
        .fold(f64::INFINITY, f64::min);
    let compared = |(model, k, fit): Fitted| Compared {
        model,
        k,
        aic_excess: fit.as_ref().ok().map(|fit| fit.aic() - least),
        holdout: fit.as_ref().ok().and_then(&holdout),
        fit,
    };
    let mut list: Vec<Compared> = fits.into_iter().map(compared).collect();
    list.sort_by(|left, right| {
        let key = |compared: &Compared| compared.aic_excess.unwrap_or(f64::INFINITY);
        key(left).total_cmp(&key(right))
    });
    list
}
