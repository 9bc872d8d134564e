//! M1: rounding and sharing out beside whole-number arithmetic that is too plain to be wrong.

use loyalty_core::number::{Rounding, SAFE_MAX, allocate, div_round, mul_div_round};

use crate::Tally;
use crate::random::Random;

const MODES: [Rounding; 7] = [
    Rounding::HalfUp,
    Rounding::HalfDown,
    Rounding::HalfEven,
    Rounding::Down,
    Rounding::Up,
    Rounding::Floor,
    Rounding::Ceil,
];

/// The nearest whole numbers below and above, and which of them the mode takes.
fn rounded(num: i128, den: i128, mode: Rounding) -> i128 {
    let (below, rest) = (num.div_euclid(den), num.rem_euclid(den));
    if rest == 0 {
        return below;
    }
    let above = below + 1;
    let negative = num < 0;
    let (toward, away) = if negative {
        (above, below)
    } else {
        (below, above)
    };
    let nearest = match (2 * rest).cmp(&den) {
        std::cmp::Ordering::Less => Some(below),
        std::cmp::Ordering::Greater => Some(above),
        std::cmp::Ordering::Equal => None,
    };
    match mode {
        Rounding::HalfUp => nearest.unwrap_or(away),
        Rounding::HalfDown => nearest.unwrap_or(toward),
        Rounding::HalfEven => nearest.unwrap_or(if below % 2 == 0 { below } else { above }),
        Rounding::Down => toward,
        Rounding::Up => away,
        Rounding::Floor => below,
        Rounding::Ceil => above,
    }
}

/// Largest remainder with caps, one unit of what is left at a time: whoever lacks most of the exact share
/// of those that are not full, the first of several.
fn shared(total: i64, weights: &[i64]) -> Vec<i64> {
    let sum: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    let exact = |place: usize| i128::from(total) * i128::from(weights[place]);
    let mut shares: Vec<i128> = (0..weights.len()).map(|place| exact(place) / sum).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|place| (-(exact(*place) % sum), *place));
    let missing = i128::from(total) - shares.iter().sum::<i128>();
    for place in order
        .into_iter()
        .take(usize::try_from(missing).expect("few"))
    {
        shares[place] += 1;
    }
    shares
        .into_iter()
        .map(|share| i64::try_from(share).expect("a share"))
        .collect()
}

/// A number of any size, small ones and limits often.
fn number(random: &mut Random, most: i64) -> i64 {
    match random.below(6) {
        0 => random.between(-9, 9).min(most),
        1 => most - random.between(0, 2),
        2 => random.between(0, 40) * 5,
        3 => random.between(0, 99_999),
        _ => random.between(0, most) >> random.below(50),
    }
}

/// Some thousand sums of a seed.
///
/// # Panics
/// When one is another than plain arithmetic says.
#[must_use]
pub fn money_exact(seed: u64) -> Tally {
    let mut random = Random::new(seed);
    let cases = 1000;
    for _ in 0..cases {
        let mode = *random.pick(&MODES);
        let sign = if random.one_in(2) { -1 } else { 1 };
        let (a, b) = (
            sign * number(&mut random, SAFE_MAX),
            number(&mut random, SAFE_MAX),
        );
        let den = number(&mut random, 1_000_000_000).abs().max(1);
        let exact = rounded(i128::from(a) * i128::from(b), i128::from(den), mode);
        let expected = i64::try_from(exact).ok();
        assert_eq!(
            mul_div_round(a, b, den, mode),
            expected,
            "M1: {a} × {b} / {den}, {mode:?}"
        );
        let wide = i128::from(a) * i128::from(b);
        assert_eq!(
            div_round(wide, i128::from(den), mode),
            Some(exact),
            "M1: {wide} / {den}, {mode:?}"
        );
        let weights: Vec<i64> = (0..random.below(12) + 1)
            .map(|_| number(&mut random, SAFE_MAX / 16).abs())
            .collect();
        let total = number(&mut random, SAFE_MAX).abs();
        let shares = allocate(total, &weights, None);
        if weights.iter().all(|weight| *weight == 0) {
            assert!(
                total == 0 || shares.is_err(),
                "M1: {total} over {weights:?}"
            );
        } else {
            assert_eq!(
                shares.ok(),
                Some(shared(total, &weights)),
                "M1: {total} over {weights:?}"
            );
        }
    }
    Tally {
        sequences: 1,
        acts: 3 * cases,
        ..Tally::default()
    }
}
