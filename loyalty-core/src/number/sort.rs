//! Sorting that brings little code for each type: a short list is sorted by insertion, and for long ones
//! one sort of places serves all types.

use std::cmp::{Ordering, Reverse};

/// Up to so many are sorted by insertion, or looked through again and again.
const FEW: usize = 20;

/// Sorts numbers: as the standard library does, or with less code where that counts.
pub(crate) fn sort_numbers(numbers: &mut [u32]) {
    if cfg!(target_arch = "wasm32") {
        numbers.order();
    } else {
        numbers.sort_unstable();
    }
}

/// Sorts a list. What is equal stays in its order.
pub(crate) trait Sort<T> {
    /// By what `compare` says.
    fn order_by(&mut self, compare: impl FnMut(&T, &T) -> Ordering);

    /// By a key.
    fn order_by_key<K: Ord>(&mut self, mut key: impl FnMut(&T) -> K) {
        self.order_by(|a, b| key(a).cmp(&key(b)));
    }

    /// By the order of the type.
    fn order(&mut self)
    where
        T: Ord,
    {
        self.order_by(T::cmp);
    }
}

impl<T> Sort<T> for [T] {
    fn order_by(&mut self, mut compare: impl FnMut(&T, &T) -> Ordering) {
        if self.len() > FEW {
            let mut compare_at = |a: usize, b: usize| match (self.get(a), self.get(b)) {
                (Some(a), Some(b)) => compare(a, b),
                _ => Ordering::Equal,
            };
            let places = places(self.len(), &mut compare_at);
            move_to(places, &mut |a, b| self.swap(a, b));
            return;
        }
        for end in 1..self.len() {
            let mut place = end;
            while let Some(before) = place.checked_sub(1)
                && let (Some(a), Some(b)) = (self.get(before), self.get(place))
                && compare(b, a).is_lt()
            {
                self.swap(before, place);
                place = before;
            }
        }
    }
}

/// Calls `take` with the places of the largest values, so many, the largest first and of equal ones the
/// earlier. What is not above `least` is left out. The values are used up.
pub(crate) fn each_largest<N: Copy + Ord>(
    values: &mut [N],
    least: N,
    count: usize,
    mut take: impl FnMut(usize),
) {
    if values.len() > FEW {
        let above = values.iter().copied().zip(0_usize..);
        let above = above.filter(|(value, _)| *value > least);
        let mut order: Vec<_> = above
            .map(|(value, place)| (Reverse(value), place))
            .collect();
        order.order();
        order.iter().take(count).for_each(|(_, place)| take(*place));
        return;
    }
    for _ in 0..count {
        let (mut most, mut found) = (least, None);
        for (place, value) in values.iter().enumerate() {
            if *value > most {
                (most, found) = (*value, Some(place));
            }
        }
        let Some(place) = found else { return };
        if let Some(value) = values.get_mut(place) {
            *value = least;
        }
        take(place);
    }
}

/// For each item, the place at which it comes.
fn places(count: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let order = merged(count, compare);
    let mut places = vec![0; count];
    for (place, item) in order.into_iter().enumerate() {
        if let Some(of_item) = places.get_mut(item) {
            *of_item = place;
        }
    }
    places
}

/// The items in order: runs of them are merged to ones of twice their length.
fn merged(count: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut length = 1_usize;
    while length < count {
        let mut next = Vec::with_capacity(count);
        for pair in order.chunks(length.saturating_mul(2)) {
            let (mut left, mut right) = pair.split_at_checked(length).unwrap_or((pair, &[]));
            while let ([a, after_a @ ..], [b, after_b @ ..]) = (left, right) {
                if compare(*b, *a).is_lt() {
                    next.push(*b);
                    right = after_b;
                } else {
                    next.push(*a);
                    left = after_a;
                }
            }
            next.extend_from_slice(left);
            next.extend_from_slice(right);
        }
        order = next;
        length = length.saturating_mul(2);
    }
    order
}

/// Moves each item to its place.
fn move_to(mut places: Vec<usize>, swap: &mut dyn FnMut(usize, usize)) {
    for here in 0..places.len() {
        while let Some(place) = places.get(here).copied().filter(|place| *place != here) {
            swap(here, place);
            places.swap(here, place);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_sorts_as_the_standard_library_does(items in prop::collection::vec((0_u8..9, any::<u8>()), 0..90)) {
            let (mut ours, mut theirs) = (items.clone(), items);
            ours.order_by_key(|item| item.0);
            theirs.sort_by_key(|item| item.0);
            prop_assert_eq!(&ours, &theirs);
            ours.order();
            let mut numbers: Vec<u32> = ours.iter().map(|item| u32::from(item.1)).collect();
            let mut sorted = numbers.clone();
            sort_numbers(&mut numbers);
            sorted.order();
            prop_assert_eq!(numbers, sorted);
            theirs.sort_unstable();
            prop_assert_eq!(ours, theirs);
        }

        #[test]
        fn the_largest_are_the_first_in_order(values in prop::collection::vec(0_u8..9, 0..40), count in 0_usize..12) {
            let mut order: Vec<usize> = (0..values.len()).filter(|place| values[*place] > 1).collect();
            order.sort_by_key(|place| Reverse(values[*place]));
            order.truncate(count);
            let mut found = Vec::new();
            each_largest(&mut values.clone(), 1, count, |place| found.push(place));
            prop_assert_eq!(found, order);
        }
    }
}
