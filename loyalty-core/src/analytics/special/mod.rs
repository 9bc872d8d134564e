//! Special functions that the models need, in forms that stay finite over the whole open domain.
//!
//! No well-kept crate serves these with the same bits on every platform, so they are written here
//! on top of `libm`. Each file holds its table of reference values, computed in 40-digit arithmetic.

mod beta;
mod gamma;
mod hypergeometric;
pub(crate) mod jet;
mod normal;
pub(crate) mod quadrature;

pub use beta::{beta_inc, student_quantile};
pub use gamma::{chi_square_sf, digamma, gamma_q, ln_gamma, ln_rising, trigamma};
pub use hypergeometric::{hyp2f1_one, hyp2f1_series, tricomi_u_one};
pub(crate) use jet::{Jet, Scalar};
pub use normal::{normal_cdf, normal_quantile};

/// ln, the same bits on every platform.
#[inline]
pub(crate) fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// exp, the same bits on every platform.
#[inline]
pub(crate) fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// ln(1 + x), the same bits on every platform.
#[inline]
pub(crate) fn ln_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// exp(x) − 1, the same bits on every platform.
#[inline]
pub(crate) fn exp_m1(x: f64) -> f64 {
    libm::expm1(x)
}

#[cfg(test)]
#[track_caller]
pub(crate) fn assert_close(found: f64, expected: f64, relative: f64) {
    let off = ((found - expected) / expected).abs();
    assert!(
        off <= relative,
        "found {found:e}, expected {expected:e}, off {off:e}"
    );
}
