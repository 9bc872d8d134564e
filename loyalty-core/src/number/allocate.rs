//! Splitting a total into integer shares by largest remainder.

use std::cmp::Reverse;

use super::NumberError;
use super::round::div_rem_floor;
use super::{Sort, each_largest};

/// Splits `total` in proportion to `weights` by largest remainder.
///
/// Each share is the floor of its exact part; the units that are left go one each to the largest
/// remainders, ties to the lower index. A weight of zero gets zero. With `caps` no share exceeds
/// its cap: shares whose exact part is at or above the cap are fixed at it, and what they leave is
/// split again over the rest until none is above. The shares sum to `total`.
///
/// # Errors
///
/// `number.range` when `total`, a weight or a cap is negative, when the caps are not as many as
/// the weights, or when `total` exceeds what the shares of positive weight can take.
///
/// # Examples
///
/// ```
/// use loyalty_core::number::allocate;
///
/// assert_eq!(allocate(10, &[60, 30, 10], None)?, [6, 3, 1]);
/// assert_eq!(allocate(100, &[1, 1, 1], None)?, [34, 33, 33]);
/// assert_eq!(allocate(100, &[1, 1, 1], Some(&[10, 100, 100]))?, [10, 45, 45]);
/// # Ok::<(), loyalty_core::number::NumberError>(())
/// ```
pub fn allocate(
    total: i64,
    weights: &[i64],
    caps: Option<&[i64]>,
) -> Result<Vec<i64>, NumberError> {
    require_not_negative(weights.iter().copied(), "weights of 0 or more")?;
    if let Some(caps) = caps {
        require_not_negative(caps.iter().copied(), "caps of 0 or more")?;
        if caps.len() != weights.len() {
            return Err(NumberError::range(
                format_args!("{} caps", caps.len()),
                format!("as many as the weights, {}", weights.len()),
            ));
        }
    }
    let cap = |index: usize| caps.map_or(i64::MAX, |caps| caps.get(index).copied().unwrap_or(0));
    split(total, weights, cap)
}

/// [`allocate`] with the weights as caps, which become the shares: how a discount is shared out
/// over what it lowers.
pub(crate) fn allocate_within(total: i64, weights: &mut [i64]) -> Result<(), NumberError> {
    let beyond = |sum: u64| {
        let allowed = format!("a total of 0 to {sum}, what the shares can take");
        Err(NumberError::range(total, allowed))
    };
    let mut sum = 0_u64;
    for weight in weights.iter() {
        if *weight < 0 {
            return Err(NumberError::range(weight, "weights of 0 or more"));
        }
        sum = sum.saturating_add(weight.unsigned_abs());
    }
    let Ok(whole) = u64::try_from(total) else {
        return beyond(sum);
    };
    if whole >= sum {
        return if whole == sum { Ok(()) } else { beyond(sum) };
    }
    // Below the sum of the weights no share reaches its weight.
    let (mut few, mut many) = ([0_u64; 8], Vec::new());
    let remainders = match few.get_mut(..weights.len()) {
        Some(few) => few,
        None => {
            many.resize(weights.len(), 0);
            &mut *many
        }
    };
    let mut units = whole;
    for (share, over) in weights.iter_mut().zip(&mut *remainders) {
        let (floor, remainder) = part_of(whole, share.unsigned_abs(), sum);
        units = units.saturating_sub(floor);
        (*share, *over) = (floor.cast_signed(), remainder);
    }
    let units = usize::try_from(units).unwrap_or(0);
    each_largest(remainders, 0, units, |place| {
        if let Some(share) = weights.get_mut(place) {
            *share = share.saturating_add(1);
        }
    });
    Ok(())
}

/// The floor of `total` × `weight` / `sum` and what is left; the weight is at most the sum.
#[inline]
fn part_of(total: u64, weight: u64, sum: u64) -> (u64, u64) {
    let (floor, remainder) = match total.checked_mul(weight) {
        Some(part) => (part.checked_div(sum), part.checked_rem(sum)),
        None => {
            let part = u128::from(total).saturating_mul(u128::from(weight));
            let sum = u128::from(sum);
            let narrow = |number: Option<u128>| number.and_then(|n| u64::try_from(n).ok());
            (narrow(part.checked_div(sum)), narrow(part.checked_rem(sum)))
        }
    };
    (floor.unwrap_or(0), remainder.unwrap_or(0))
}

fn require_not_negative(
    values: impl Iterator<Item = i64>,
    allowed: &'static str,
) -> Result<(), NumberError> {
    for value in values {
        if value < 0 {
            return Err(NumberError::range(value, allowed));
        }
    }
    Ok(())
}

fn split(total: i64, weights: &[i64], cap: impl Fn(usize) -> i64) -> Result<Vec<i64>, NumberError> {
    if total < 0 {
        return Err(NumberError::range(total, "a total of 0 or more"));
    }
    let weight = |index: usize| weights.get(index).copied().unwrap_or(0);
    // The shares that are not yet fixed, in order.
    let count = weights.len();
    let mut open: Vec<usize> = (0..count).filter(|index| weight(*index) > 0).collect();
    let room = open.iter().fold(0_i128, |room, index| {
        room.saturating_add(i128::from(cap(*index)))
    });
    if i128::from(total) > room {
        return Err(NumberError::range(
            total,
            format!("a total of at most {room}, what the shares can take"),
        ));
    }
    let mut shares = vec![0; count];
    let (rest, sum) = fix_full_shares(i128::from(total), &weight, &cap, &mut shares, &mut open);
    split_open(rest, sum, &weight, &mut shares, &open);
    debug_assert_eq!(
        shares.iter().map(|share| i128::from(*share)).sum::<i128>(),
        i128::from(total)
    );
    Ok(shares)
}

/// Fixes every share whose exact part reaches its cap, and again what that leaves for the others.
/// Returns what the open shares still have to take and the sum of their weights.
///
/// Fixing a share at or below its part never lowers the part of another, so the order of fixing
/// does not matter and the rounds are at most as many as the shares.
fn fix_full_shares(
    total: i128,
    weight: &impl Fn(usize) -> i64,
    cap: &impl Fn(usize) -> i64,
    shares: &mut [i64],
    open: &mut Vec<usize>,
) -> (i128, i128) {
    let mut rest = total;
    loop {
        let weights = open.iter().fold(0_i128, |sum, index| {
            sum.saturating_add(i128::from(weight(*index)))
        });
        let (round_rest, before) = (rest, open.len());
        open.retain(|index| {
            let (weight, cap) = (i128::from(weight(*index)), i128::from(cap(*index)));
            // Full when round_rest × weight / weights ≥ cap. An overflow on the right cannot occur
            // below 2^63 shares, and would mean that the cap is far away.
            let part = round_rest.saturating_mul(weight);
            let full = part >= cap.saturating_mul(weights);
            if full {
                rest = rest.saturating_sub(cap);
                if let (Some(share), Ok(cap)) = (shares.get_mut(*index), i64::try_from(cap)) {
                    *share = cap;
                }
            }
            !full
        });
        if open.len() == before {
            return (rest, weights);
        }
    }
}

/// Splits `rest` over the open shares, none of which can reach its cap, by largest remainder.
fn split_open(
    rest: i128,
    weights: i128,
    weight: &impl Fn(usize) -> i64,
    shares: &mut [i64],
    open: &[usize],
) {
    if weights == 0 || rest == 0 {
        return;
    }
    // What the floor of a share left over, and the share's index.
    let mut remainders: Vec<(i128, usize)> = Vec::with_capacity(open.len());
    let mut units = rest;
    for index in open.iter().copied() {
        let part = rest.saturating_mul(i128::from(weight(index)));
        let (floor, remainder) = div_rem_floor(part, weights);
        units = units.saturating_sub(floor);
        if let (Some(share), Ok(floor)) = (shares.get_mut(index), i64::try_from(floor)) {
            *share = floor;
        }
        if remainder > 0 {
            remainders.push((remainder, index));
        }
    }
    if units == 0 {
        return;
    }
    remainders.order_by_key(|(remainder, index)| (Reverse(*remainder), *index));
    let units = usize::try_from(units).unwrap_or(usize::MAX);
    for (_, index) in remainders.iter().take(units) {
        if let Some(share) = shares.get_mut(*index) {
            *share = share.saturating_add(1);
        }
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::super::SAFE_MAX;
    use super::*;

    #[test]
    fn worked_cases() {
        let check = |total, weights: &[i64], caps: Option<&[i64]>, expected: &[i64]| {
            assert_eq!(
                allocate(total, weights, caps).as_deref(),
                Ok(expected),
                "{total} over {weights:?} {caps:?}"
            );
        };
        check(10, &[60, 40], None, &[6, 4]);
        check(30, &[0, 50, 75], None, &[0, 12, 18]);
        check(1, &[1, 1, 1], None, &[1, 0, 0]);
        check(2, &[1, 1, 1], None, &[1, 1, 0]);
        check(1, &[1, 2, 2], None, &[0, 1, 0]);
        check(0, &[1, 2], None, &[0, 0]);
        check(0, &[], None, &[]);
        check(0, &[0], None, &[0]);
        check(10, &[2299, 0], Some(&[2299, 0]), &[10, 0]);
        check(5, &[1, 1], Some(&[2, 3]), &[2, 3]);
        check(6, &[100, 1, 1], Some(&[1, 10, 10]), &[1, 3, 2]);
        check(
            SAFE_MAX,
            &[SAFE_MAX, SAFE_MAX],
            None,
            &[SAFE_MAX / 2 + 1, SAFE_MAX / 2],
        );
        check(i64::MAX, &[i64::MAX], Some(&[i64::MAX]), &[i64::MAX]);
    }

    #[test]
    fn refuses_what_cannot_be_split() {
        for (total, weights, caps) in [
            (-1, &[1, 1][..], None),
            (1, &[-1, 2], None),
            (1, &[0, 0], None),
            (1, &[], None),
            (5, &[1, 1], Some(&[2, 2][..])),
            (1, &[1, 1], Some(&[1])),
            (1, &[1, 1], Some(&[-1, 2])),
            (3, &[1, 0], Some(&[2, 5])),
        ] {
            let error = allocate(total, weights, caps).unwrap_err();
            assert_eq!(
                error.code(),
                "number.range",
                "{total} over {weights:?} {caps:?}"
            );
        }
    }

    /// The same definition, one unit at a time and with fractions spelled out.
    fn model(total: i64, weights: &[i64], caps: &[i64]) -> Vec<i64> {
        let mut shares = vec![0_i64; weights.len()];
        let mut open: Vec<usize> = (0..weights.len()).filter(|i| weights[*i] > 0).collect();
        let mut rest = i128::from(total);
        // One full share a round, the first found.
        while let Some(position) = {
            let sum: i128 = open.iter().map(|i| i128::from(weights[*i])).sum();
            open.iter()
                .position(|i| rest * i128::from(weights[*i]) >= i128::from(caps[*i]) * sum)
        } {
            let index = open.remove(position);
            shares[index] = caps[index];
            rest -= i128::from(caps[index]);
        }
        let sum: i128 = open.iter().map(|i| i128::from(weights[*i])).sum();
        let mut order: Vec<usize> = open.clone();
        for index in &open {
            shares[*index] = i64::try_from(rest * i128::from(weights[*index]) / sum).unwrap();
        }
        order.sort_by_key(|i| Reverse(rest * i128::from(weights[*i]) % sum));
        let missing = rest - open.iter().map(|i| i128::from(shares[*i])).sum::<i128>();
        for index in order.iter().take(usize::try_from(missing).unwrap()) {
            shares[*index] += 1;
        }
        shares
    }

    fn lines() -> impl Strategy<Value = Vec<(i64, i64)>> {
        let weight = prop_oneof![Just(0_i64), 1_i64..50, 1_i64..=SAFE_MAX];
        let cap = prop_oneof![Just(0_i64), 0_i64..50, 0_i64..=SAFE_MAX];
        prop::collection::vec((weight, cap), 1..12)
    }

    proptest! {
        #[test]
        fn shares_sum_to_the_total_within_one_unit(
            total in prop_oneof![0_i64..20, 0_i64..=SAFE_MAX],
            weights in prop::collection::vec(prop_oneof![0_i64..5, 0_i64..=SAFE_MAX], 1..20),
        ) {
            let sum: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
            prop_assume!(sum > 0);
            let shares = allocate(total, &weights, None).unwrap();
            prop_assert_eq!(shares.iter().map(|share| i128::from(*share)).sum::<i128>(), i128::from(total));
            for (share, weight) in shares.iter().zip(&weights) {
                let exact = i128::from(total) * i128::from(*weight);
                prop_assert!((i128::from(*share) * sum - exact).abs() < sum);
                prop_assert!(*weight > 0 || *share == 0);
            }
        }

        #[test]
        fn capped_shares_agree_with_the_model(lines in lines(), part in 0_u64..=100) {
            let (weights, caps): (Vec<i64>, Vec<i64>) = lines.into_iter().unzip();
            let room: i128 = weights.iter().zip(&caps).filter(|(w, _)| **w > 0).map(|(_, c)| i128::from(*c)).sum();
            let total = i64::try_from(room * i128::from(part) / 100).unwrap();
            let shares = allocate(total, &weights, Some(&caps)).unwrap();
            prop_assert_eq!(&shares, &model(total, &weights, &caps));
            prop_assert_eq!(shares.iter().map(|share| i128::from(*share)).sum::<i128>(), i128::from(total));
            for ((share, weight), cap) in shares.iter().zip(&weights).zip(&caps) {
                prop_assert!((0..=*cap).contains(share));
                prop_assert!(*weight > 0 || *share == 0);
            }
            prop_assert!(room == i128::from(i64::MAX) || allocate(i64::try_from(room + 1).unwrap(), &weights, Some(&caps)).is_err());
        }

        #[test]
        fn within_is_capped_by_the_weights(lines in lines(), part in 0_u64..=100) {
            let weights: Vec<i64> = lines.into_iter().map(|(weight, _)| weight).collect();
            let room: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
            let total = i64::try_from(room * i128::from(part) / 100).unwrap();
            let within = |total| {
                let mut shares = weights.clone();
                allocate_within(total, &mut shares).map(|()| shares)
            };
            prop_assert_eq!(within(total).unwrap(), allocate(total, &weights, Some(&weights)).unwrap());
            let beyond = i64::try_from(room + 1).ok();
            prop_assert!(beyond.is_none_or(|beyond| within(beyond).is_err()));
            prop_assert!(within(-1).is_err());
        }

        #[test]
        fn weights_as_caps_never_need_a_second_round(weights in prop::collection::vec(0_i64..1000, 1..12), part in 0_i64..=100) {
            let total = weights.iter().sum::<i64>() * part / 100;
            prop_assert_eq!(allocate(total, &weights, Some(&weights)), if total == 0 && weights.iter().sum::<i64>() == 0 {
                Ok(vec![0; weights.len()])
            } else {
                allocate(total, &weights, None)
            });
        }
    }
}
