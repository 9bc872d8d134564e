//! Gauss–Legendre panels and a double-exponential rule: fixed nodes, so the same bits everywhere.

use super::{exp, ln};

/// Positive nodes and weights of the 16-point Gauss–Legendre rule on [−1, 1].
pub(crate) const GAUSS_16: [(f64, f64); 8] = [
    (0.095_012_509_837_637_44, 0.189_450_610_455_068_5),
    (0.281_603_550_779_258_9, 0.182_603_415_044_923_58),
    (0.458_016_777_657_227_37, 0.169_156_519_395_002_54),
    (0.617_876_244_402_643_8, 0.149_595_988_816_576_74),
    (0.755_404_408_355_003, 0.124_628_971_255_533_88),
    (0.865_631_202_387_831_8, 0.095_158_511_682_492_79),
    (0.944_575_023_073_232_6, 0.062_253_523_938_647_894),
    (0.989_400_934_991_649_9, 0.027_152_459_411_754_096),
];

/// Positive nodes and weights of the 8-point Gauss–Legendre rule on [−1, 1].
pub(crate) const GAUSS_8: [(f64, f64); 4] = [
    (0.183_434_642_495_649_8, 0.362_683_783_378_362),
    (0.525_532_409_916_329, 0.313_706_645_877_887_3),
    (0.796_666_477_413_626_7, 0.222_381_034_453_374_48),
    (0.960_289_856_497_536_3, 0.101_228_536_290_376_26),
];

/// The 16 nodes and weights of Gauss–Legendre on [low, high], ascending.
pub(crate) fn panel(low: f64, high: f64) -> impl Iterator<Item = (f64, f64)> {
    let half = 0.5 * (high - low);
    let middle = low + half;
    let left = GAUSS_16
        .iter()
        .rev()
        .map(move |(node, weight)| (middle - half * node, half * weight));
    let right = GAUSS_16
        .iter()
        .map(move |(node, weight)| (middle + half * node, half * weight));
    left.chain(right)
}

/// Nodes and weights on [low, high] in equal panels no wider than `width`.
pub(crate) fn panels(low: f64, high: f64, width: f64) -> impl Iterator<Item = (f64, f64)> {
    let count = ((high - low) / width).ceil().clamp(1.0, 100_000.0);
    let step = (high - low) / count;
    let count = count as u32;
    (0..count).flat_map(move |i| {
        let start = low + step * f64::from(i);
        let end = if i + 1 == count {
            high
        } else {
            low + step * f64::from(i + 1)
        };
        panel(start, end)
    })
}

/// Nodes and weights of the exp–sinh rule on (0, ∞) around `scale`.
pub(crate) fn half_line_nodes(scale: f64) -> impl Iterator<Item = (f64, f64)> {
    const STEP: f64 = 1.0 / 64.0;
    let shift = ln(scale);
    (-300..=300).filter_map(move |i| {
        let t = STEP * f64::from(i);
        let (up, down) = (exp(t), exp(-t));
        let u = exp(shift + std::f64::consts::FRAC_PI_4 * (up - down));
        let weight = STEP * u * std::f64::consts::FRAC_PI_4 * (up + down);
        (u > 0.0 && weight.is_finite()).then_some((u, weight))
    })
}

/// ∫₀^∞ f by the exp–sinh rule around `scale`, for smooth f that falls at least like a power.
pub(crate) fn half_line(f: impl Fn(f64) -> f64, scale: f64) -> f64 {
    half_line_nodes(scale)
        .map(|(u, weight)| f(u) * weight)
        .filter(|term| term.is_finite())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::super::assert_close;
    use super::*;

    #[test]
    fn exponentials_and_powers_integrate_to_the_last_digits() {
        let sum: f64 = panels(0.0, 9.0, 3.0).map(|(x, w)| w * exp(-x)).sum();
        assert_close(sum, 0.999_876_590_195_913_3, 1e-15);
        let polynomial: f64 = panel(-1.0, 2.0).map(|(x, w)| w * x * x * x).sum();
        assert_close(polynomial, 3.75, 1e-15);
        let short: f64 = GAUSS_8
            .iter()
            .map(|(x, w)| 0.5 * w * (exp(-0.5 - 0.5 * x) + exp(-0.5 + 0.5 * x)))
            .sum();
        assert_close(short, 0.632_120_558_828_557_7, 2e-15);
        assert_close(half_line(|u| exp(-u), 1.0), 1.0, 1e-14);
        assert_close(
            half_line(|u| 1.0 / ((1.0 + u) * (1.0 + u)), 1.0),
            1.0,
            1e-13,
        );
    }
}
