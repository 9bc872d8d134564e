//! Gauss's hypergeometric function where the models need it, and Tricomi's U(1, 2−s, y).

use super::quadrature::half_line;
use super::{exp, ln_1p};

/// ₂F₁(a, b; c; z) by its series, for 0 ≤ z < 1 and c > 0; about 36/(−ln z) terms.
#[must_use]
pub fn hyp2f1_series(a: f64, b: f64, c: f64, z: f64) -> f64 {
    let (mut term, mut sum, mut n) = (1.0_f64, 1.0_f64, 0.0);
    for _ in 0..4_000_000_u32 {
        term *= (a + n) * (b + n) / ((c + n) * (1.0 + n)) * z;
        sum += term;
        n += 1.0;
        let ratio = (a + n) * (b + n) / ((c + n) * (1.0 + n)) * z;
        if term == 0.0
            || (ratio.abs() < 1.0 && term.abs() <= sum.abs() * 1e-17 * (1.0 - ratio.abs()))
        {
            break;
        }
    }
    sum
}

/// ₂F₁(1, b; c; z) for z < 1 and c > b > 0, by Gauss's continued fraction.
#[must_use]
pub fn hyp2f1_one(b: f64, c: f64, z: f64) -> f64 {
    // ₂F₁(1, b; c; z) = 1/(1 − k₁z/(1 − k₂z/(1 − …))), evaluated by Lentz's method.
    let floor = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let (mut fraction, mut upper, mut lower) = (1.0, 1.0, 0.0);
    let mut n = 0.0;
    for step_number in 0..2_000_000_u32 {
        let k = if step_number % 2 == 0 {
            (b + n) * (c - 1.0 + n) / ((c - 1.0 + 2.0 * n) * (c + 2.0 * n))
        } else {
            n += 1.0;
            n * (c - b + n - 1.0) / ((c + 2.0 * n - 2.0) * (c + 2.0 * n - 1.0))
        };
        // At c = 1 the first coefficient is b/c · 0/0 in this form; its limit is b/c.
        let k = if step_number == 0 { b / c } else { k };
        let numerator = -k * z;
        lower = 1.0 / floor(1.0 + numerator * lower);
        upper = floor(1.0 + numerator / upper);
        let step = upper * lower;
        fraction *= step;
        if (step - 1.0).abs() < 1e-16 {
            break;
        }
    }
    1.0 / fraction
}

/// U(1, 2 − s, y) = ∫₀^∞ (1+u)^(−s)·e^(−yu) du for s ≥ 0 and y > 0.
#[must_use]
pub fn tricomi_u_one(s: f64, y: f64) -> f64 {
    half_line(|u| exp(-s * ln_1p(u) - y * u), 1.0 / (s + y))
}

#[cfg(test)]
mod tests {
    use super::super::assert_close;
    use super::*;

    const HYP2F1: &[(f64, f64, f64, f64, f64)] = &[
        (1.0, 3.5, 7.2, 0.9, 1.955_588_061_937_390_4),
        (1.0, 2.5, 3.1, 0.5, 1.714_840_254_880_367_4),
        (0.4, 3.0, 4.2, 0.7, 1.3467708183932042),
        (1.0, 12.0, 30.0, 0.99, 1.6931980214496487),
        (1.0, 6.0, 6.6, 0.909_090_9, 7.074_629_705_591_582),
        (-0.2, 1.9, 4.2, 0.47, 0.951_985_714_874_132_2),
        (5.0, 7.0, 9.0, 0.3, 3.916_737_309_750_58),
        (1.0, 5.0, 9.0, -3.0, 0.388_110_798_852_071_34),
    ];
    const TRICOMI: &[(f64, f64, f64)] = &[
        (0.6, 0.1, 3.471_516_677_170_29),
        (0.6, 0.000_1, 85.815_174_495_037_06),
        (1.0, 0.03, 3.049_237_305_674_474_4),
        (3.2, 5.0, 0.127_214_443_716_357_7),
        (0.05, 0.01, 81.696_623_969_325_71),
        (64.0, 20.0, 0.012_013_100_689_602_87),
    ];

    #[test]
    fn reference_values() {
        for (a, b, c, z, expected) in HYP2F1 {
            if *z >= 0.0 {
                assert_close(hyp2f1_series(*a, *b, *c, *z), *expected, 2e-13);
            }
            if *a == 1.0 {
                assert_close(hyp2f1_one(*b, *c, *z), *expected, 1e-13);
            }
        }
        for (s, y, expected) in TRICOMI {
            assert_close(tricomi_u_one(*s, *y), *expected, 1e-12);
        }
    }
}
