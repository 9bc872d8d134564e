//! Sorting of packed rows by their bits.

/// Least-significant-digit radix sort that skips digits on which all keys agree.
pub(crate) fn radix_sort(keys: &mut Vec<u64>) {
    radix_sort_from(keys, 0);
}

/// Sorts by the bits from `low` on; the order of equal keys is kept.
pub(crate) fn radix_sort_from(keys: &mut Vec<u64>, low: u32) {
    if keys.len() < 4_096 {
        keys.sort_by_key(|key| key >> low);
        return;
    }
    const BITS: u32 = 11;
    let mut all = 0;
    let first = keys[0];
    for key in keys.iter() {
        all |= key ^ first;
    }
    let mut buffer = vec![0_u64; keys.len()];
    let mut shift = low;
    while shift < 64 {
        let digit = |key: u64| (key >> shift) as usize & ((1 << BITS) - 1);
        if digit(all) != 0 {
            let mut next = vec![0_usize; 1 << BITS];
            for key in keys.iter() {
                next[digit(*key)] += 1;
            }
            let mut sum = 0;
            for slot in &mut next {
                let count = *slot;
                *slot = sum;
                sum += count;
            }
            for key in keys.iter() {
                let slot = &mut next[digit(*key)];
                buffer[*slot] = *key;
                *slot += 1;
            }
            std::mem::swap(keys, &mut buffer);
        }
        shift += BITS;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn radix_sort_sorts() {
        let mut keys: Vec<u64> = (0..9_000_u64)
            .map(|i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 1)
            .collect();
        let mut expected = keys.clone();
        expected.sort_unstable();
        radix_sort(&mut keys);
        assert_eq!(keys, expected);
    }
}
