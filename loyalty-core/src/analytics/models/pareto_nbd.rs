//! Pareto/NBD: purchases at a gamma-distributed rate (r, α), an exponential lifetime whose rate is
//! gamma distributed (s, β); times in model units.
//!
//! ```text
//! L = Γ(r+x)/Γ(r) α^r β^s [ (α+T)^−(r+x) (β+T)^−s + s ∫_{t_x}^{T} (α+u)^−(r+x) (β+u)^−(s+1) du ]
//! ```
//! P(alive) is the first part over the whole. E[Y(t)] = P(alive)·(r+x)(β+T)/((α+T)(s−1))·[1 −
//! ((β+T)/(β+T+t))^(s−1)], continued through s = 1. Source: Schmittlein, Morrison, Colombo (1987),
//! Management Science 33(1); Fader, Hardie (2005), note 009. Undefined without a repeat occasion.
//! Predictions: [`super::purchase_model::PurchaseModel`].

use super::fit::{Fit, FitOptions, ModelKind};
use super::histories::Histories;
use super::timing;
use crate::analytics::error::AnalyticsError;

/// Fits Pareto/NBD by maximum likelihood.
///
/// # Errors
/// No customer, no repeat occasion, or a bad option.
pub fn fit(histories: &Histories, options: &FitOptions) -> Result<Fit, AnalyticsError> {
    timing::fit(ModelKind::ParetoNbd, 1, histories, options)
}
