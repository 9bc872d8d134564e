//! BG/CNBD-k and MBG/CNBD-k: customers who buy with regular timing.
//!
//! Gaps are Erlang-k (the k-th event of a Poisson process is the purchase), rates gamma (r, α),
//! dropout as in BG/NBD or MBG/NBD. k = 1 is those models. Grocery and loyalty data prefer k of 2
//! or 3. The likelihood needs the gaps themselves, Σ ln gap. Source: Platzer, Reutterer (2016),
//! Marketing Science 35(5). Undefined without a repeat occasion. Predictions:
//! [`super::purchase_model::PurchaseModel`].

use super::fit::{Fit, FitOptions, ModelKind};
use super::histories::Histories;
use super::purchase_model::K_MAX;
use super::timing;
use crate::analytics::error::AnalyticsError;

fn check(k: u32) -> Result<(), AnalyticsError> {
    if (1..=K_MAX).contains(&k) {
        Ok(())
    } else {
        Err(AnalyticsError::Option {
            option: "k",
            found: k.to_string(),
            allowed: "1 to 20",
        })
    }
}

/// Fits BG/CNBD-k at a given k by maximum likelihood.
///
/// # Errors
/// No customer, no repeat occasion, no gaps, k out of range, or a bad option.
pub fn fit_bg(histories: &Histories, k: u32, options: &FitOptions) -> Result<Fit, AnalyticsError> {
    check(k)?;
    timing::fit(ModelKind::BgCnbdK, k, histories, options)
}

/// Fits MBG/CNBD-k at a given k by maximum likelihood.
///
/// # Errors
/// No customer, no repeat occasion, no gaps, k out of range, or a bad option.
pub fn fit_mbg(histories: &Histories, k: u32, options: &FitOptions) -> Result<Fit, AnalyticsError> {
    check(k)?;
    timing::fit(ModelKind::MbgCnbdK, k, histories, options)
}

/// Fits k = 1 to `k_max` and returns the fit with the highest likelihood (all have four parameters).
///
/// # Errors
/// As [`fit_mbg`].
pub fn fit_best(
    histories: &Histories,
    k_max: u32,
    modified: bool,
    options: &FitOptions,
) -> Result<Fit, AnalyticsError> {
    check(k_max)?;
    let one = |k| {
        if modified {
            fit_mbg(histories, k, options)
        } else {
            fit_bg(histories, k, options)
        }
    };
    let mut best = one(1)?;
    for k in 2..=k_max {
        let next = one(k)?;
        if next.log_likelihood > best.log_likelihood {
            best = next;
        }
    }
    Ok(best)
}
