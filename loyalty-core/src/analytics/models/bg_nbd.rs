//! BG/NBD: purchases at a gamma-distributed rate (shape r, rate α in model units), and a
//! beta-distributed chance (a, b) of dropping out right after each repeat purchase.
//!
//! A customer without a repeat purchase cannot have dropped out: P(alive) is 1 for her. Where that
//! is wrong use [`super::mbg_nbd`].
//! ```text
//! L = B(a, b+x)/B(a, b) · Γ(r+x) α^r / (Γ(r) (α+T)^(r+x))
//!   + [x > 0] B(a+1, b+x−1)/B(a, b) · Γ(r+x) α^r / (Γ(r) (α+t_x)^(r+x))
//! ```
//! P(alive) = `1/(1 + [x>0]·a/(b+x−1)·((α+T)/(α+t_x))^(r+x))`. Source: Fader, Hardie, Lee (2005),
//! Marketing Science 24(2) 275–284. Undefined without a repeat occasion. Predictions:
//! [`super::purchase_model::PurchaseModel`].

use super::fit::{Fit, FitOptions, ModelKind};
use super::histories::Histories;
use super::timing;
use crate::analytics::error::AnalyticsError;

/// Fits BG/NBD by maximum likelihood.
///
/// # Errors
/// No customer, no repeat occasion, or a bad option.
pub fn fit(histories: &Histories, options: &FitOptions) -> Result<Fit, AnalyticsError> {
    timing::fit(ModelKind::BgNbd, 1, histories, options)
}
