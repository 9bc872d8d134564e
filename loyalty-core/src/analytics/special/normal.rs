//! The normal distribution.

use super::{exp, ln};

/// P(Z ≤ x) of the standard normal distribution.
#[must_use]
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x / std::f64::consts::SQRT_2)
}

/// The quantile of the standard normal distribution at 0 < p < 1.
///
/// A start from the tail expansion, then Halley steps on the distribution function.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    if p > 0.5 {
        return -normal_quantile(1.0 - p);
    }
    if p == 0.5 {
        return 0.0;
    }
    // −2 ln p, and one correction: a start within a few per cent over the whole range.
    let scale = (-2.0 * ln(2.0 * p)).sqrt();
    let mut x = -scale / (1.0 + 0.2 / (1.0 + scale));
    for _ in 0..60 {
        let density = exp(-0.5 * x * x) * 0.398_942_280_401_432_7;
        let ratio = (normal_cdf(x) - p) / density;
        let step = ratio / (1.0 + 0.5 * x * ratio).max(0.5);
        x -= step;
        if step.abs() <= 1e-16 * x.abs() {
            break;
        }
    }
    x
}

#[cfg(test)]
mod tests {
    use super::super::assert_close;
    use super::*;

    const NORMAL_QUANTILE: &[(f64, f64)] = &[
        (1e-12, -7.034_483_825_301_132),
        (0.001, -3.090_232_306_167_813_6),
        (0.025, -1.959_963_984_540_054_3),
        (0.3, -0.524_400_512_708_040_8),
        (0.500_000_1, 2.506_628_273_311_648e-7),
        (0.8, 0.841_621_233_572_914_4),
        (0.975, 1.959_963_984_540_053_8),
        (0.995, 2.575_829_303_548_900_4),
        (0.999_999, 4.753_424_308_817_087),
    ];

    #[test]
    fn reference_values() {
        for (p, expected) in NORMAL_QUANTILE {
            // Near one half and one the quantile amplifies the rounding of p itself.
            assert_close(
                normal_quantile(*p),
                *expected,
                if (*p - 0.5).abs() < 1e-3 { 1e-8 } else { 1e-11 },
            );
        }
        assert_close(normal_quantile(0.025), -1.959_963_984_540_054, 1e-15);
        assert_close(normal_quantile(0.975), 1.959_963_984_540_054, 1e-14);
    }
}
