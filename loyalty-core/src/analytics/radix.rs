//! Sorting of packed rows by their bits.

/// Least-significant-digit radix sort that skips digits on which all keys agree.
pub(crate) fn radix_sort<K: Copy + Default + Into<u64>>(keys: &mut Vec<K>) {
    radix_sort_from(keys, 0);
}

/// Sorts by the bits from `low` on; the order of equal keys is kept.
pub(crate) fn radix_sort_from<K: Copy + Default + Into<u64>>(keys: &mut Vec<K>, low: u32) {
    if keys.len() < 4_096 {
        keys.sort_by_key(|key| Into::<u64>::into(*key) >> low);
        return;
    }
    const BITS_MAX: u32 = 11;
    let mut all = 0;
    let first: u64 = keys[0].into();
    for key in keys.iter() {
        all |= Into::<u64>::into(*key) ^ first;
    }
    // Digits of equal width: the fewer places to write to at once, the better the cache serves them.
    let bits = 64 - (all >> low).leading_zeros();
    let width = bits.div_ceil(bits.div_ceil(BITS_MAX).max(1));
    let mut buffer = vec![K::default(); keys.len()];
    let mut shift = low;
    while shift < low + bits {
        let digit = |key: u64| (key >> shift) as usize & ((1 << width) - 1);
        if digit(all) != 0 {
            let mut next = vec![0_usize; 1 << width];
            for key in keys.iter() {
                next[digit((*key).into())] += 1;
            }
            let mut sum = 0;
            for slot in &mut next {
                let count = *slot;
                *slot = sum;
                sum += count;
            }
            for key in keys.iter() {
                let slot = &mut next[digit((*key).into())];
                buffer[*slot] = *key;
                *slot += 1;
            }
            std::mem::swap(keys, &mut buffer);
        }
        shift += width;
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
        let mut narrow: Vec<u32> = keys.iter().map(|key| (key >> 7) as u32).collect();
        let mut expected = narrow.clone();
        expected.sort_unstable();
        radix_sort(&mut narrow);
        assert_eq!(narrow, expected);
    }
}
