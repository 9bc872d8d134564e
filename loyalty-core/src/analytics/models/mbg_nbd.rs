//! MBG/NBD: as BG/NBD, but a customer may also drop out right after the first purchase.
//!
//! ```text
//! L = Γ(r+x) α^r / Γ(r) · [ B(a, b+x+1)/B(a, b) (α+T)^−(r+x) + B(a+1, b+x)/B(a, b) (α+t_x)^−(r+x) ]
//! ```
//! P(alive) = 1/(1 + a/(b+x)·((α+T)/(α+t_x))^(r+x)), for every x. Source: Batislam, Denizel,
//! Filiztekin (2007), International Journal of Research in Marketing 24(3). Undefined without a
//! repeat occasion. Predictions: [`super::purchase_model::PurchaseModel`].

use super::fit::{Fit, FitOptions, ModelKind};
use super::histories::Histories;
use super::timing;
use crate::analytics::error::AnalyticsError;

/// Fits MBG/NBD by maximum likelihood.
///
/// # Errors
/// No customer, no repeat occasion, or a bad option.
pub fn fit(histories: &Histories, options: &FitOptions) -> Result<Fit, AnalyticsError> {
    timing::fit(ModelKind::MbgNbd, 1, histories, options)
}
