//! All purchase models on the same customers and one likelihood scale, best first.
//!
//! Every log-likelihood is of the purchase times in the caller's unit (for CNBD-k that includes the
//! gaps), so AIC and BIC compare. A model that fails is in the list with its error. With a holdout,
//! the mean absolute error of its prediction is there as well.

use super::fit::{Fit, FitOptions, ModelKind};
use super::histories::Histories;
use super::holdout::{Holdout, holdout};
use super::purchase_model::PurchaseModel;
use super::{bg_nbd, cnbd_k, mbg_nbd, nbd, pareto_nbd};
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
    let least = fits
        .iter()
        .filter_map(|(_, _, fit)| fit.as_ref().ok())
        .map(Fit::aic)
        .fold(f64::INFINITY, f64::min);
    let mut list: Vec<Compared> = fits
        .into_iter()
        .map(|(model, k, fit)| {
            let aic_excess = fit.as_ref().ok().map(|fit| fit.aic() - least);
            let errors = match (&fit, split) {
                (Ok(fit), Some(split)) => PurchaseModel::of(fit)
                    .and_then(|model| holdout(&model, split, options.unit_days))
                    .ok(),
                _ => None,
            };
            Compared {
                model,
                k,
                fit,
                aic_excess,
                holdout: errors,
            }
        })
        .collect();
    list.sort_by(|left, right| {
        let key = |compared: &Compared| compared.aic_excess.unwrap_or(f64::INFINITY);
        key(left).total_cmp(&key(right))
    });
    list
}
