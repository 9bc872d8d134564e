//! Models of buying, spending and staying, one file a model.
//!
//! Every fit is maximum likelihood by Newton's method with analytic derivatives over grouped
//! sufficient statistics; weak priors are off unless asked for. [`fit::Fit`] carries estimates,
//! covariance, log-likelihood in the caller's time unit and the evidence of convergence.

pub mod bdw;
pub mod bg_bb;
pub mod bg_nbd;
pub mod cnbd_k;
pub mod compare;
pub mod contractual;
pub mod covariates;
pub mod fit;
pub mod gamma_gamma;
pub mod histories;
pub mod holdout;
pub mod lifetime_value;
pub mod mbg_nbd;
pub mod nbd;
pub mod pareto_nbd;
pub mod past;
pub mod predict;
pub mod purchase_model;
pub mod random;
pub mod sbg;
pub mod simulate;
pub mod timing;

mod dropout;
mod dropout_likelihood;
pub(crate) mod linear;
mod optimize;
mod pareto;
mod pareto_likelihood;

pub use fit::{Fit, FitOptions, Interval, LikelihoodRatio, ModelKind};
pub use histories::{Group, Histories};
pub use optimize::{Convergence, Prior, Status};
pub use past::Past;
pub use purchase_model::{PurchaseModel, Question};
