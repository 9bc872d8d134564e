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
        (
            1.0,
            3.5,
            7.20000000000000018,
            0.900000000000000022,
            1.95558806193739033,
        ),
        (1.0, 2.5, 3.10000000000000009, 0.5, 1.71484025488036749),
        (
            0.400000000000000022,
            3.0,
            4.20000000000000018,
            0.699999999999999956,
            1.3467708183932042,
        ),
        (1.0, 12.0, 30.0, 0.989999999999999991, 1.6931980214496487),
        (
            1.0,
            6.0,
            6.59999999999999964,
            0.909090900000000035,
            7.07462970559158275,
        ),
        (
            -0.200000000000000011,
            1.89999999999999991,
            4.20000000000000018,
            0.469999999999999973,
            0.951985714874132218,
        ),
        (5.0, 7.0, 9.0, 0.299999999999999989, 3.91673730975058017),
        (1.0, 5.0, 9.0, -3.0, 0.388110798852071314),
    ];
    const TRICOMI: &[(f64, f64, f64)] = &[
        (
            0.599999999999999978,
            0.100000000000000006,
            3.47151667717028993,
        ),
        (
            0.599999999999999978,
            0.000100000000000000005,
            85.8151744950370525,
        ),
        (1.0, 0.0299999999999999989, 3.04923730567447428),
        (3.20000000000000018, 5.0, 0.127214443716357712),
        (
            0.0500000000000000028,
            0.0100000000000000002,
            81.6966239693257076,
        ),
        (64.0, 20.0, 0.0120131006896028703),
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
