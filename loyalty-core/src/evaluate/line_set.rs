//! Sets of lines of a cart, and values a line.

use std::ops::{Deref, DerefMut};

use super::arith::index;

/// Carts of up to so many lines have their values in place.
const FEW: usize = 8;

/// A value a line, or a value for each of other things that are few. They stand in an array then,
/// which is copied whole.
#[derive(Debug, Clone)]
pub(crate) enum PerLine<T> {
    Few([T; FEW], usize),
    Many(Vec<T>),
}

impl<T: Copy> PerLine<T> {
    /// The same value for so many lines.
    #[inline]
    pub(crate) fn from_elem(value: T, count: usize) -> Self {
        match count <= FEW {
            true => Self::Few([value; FEW], count),
            false => Self::Many(vec![value; count]),
        }
    }

    /// Puts a value behind the others.
    #[inline]
    pub(crate) fn push(&mut self, value: T) {
        if let Self::Few(values, count) = self
            && let Some(slot) = values.get_mut(*count)
        {
            *slot = value;
            *count = count.wrapping_add(1);
        } else {
            self.push_behind_few(value);
        }
    }

    #[cold]
    fn push_behind_few(&mut self, value: T) {
        match self {
            Self::Few(values, _) => {
                let mut all = values.to_vec();
                all.push(value);
                *self = Self::Many(all);
            }
            Self::Many(all) => all.push(value),
        }
    }
}

impl<T: Copy + Default> PerLine<T> {
    /// No values.
    #[inline]
    pub(crate) fn new() -> Self {
        Self::Few([T::default(); FEW], 0)
    }

    /// Keeps the values for which `keep` holds.
    pub(crate) fn retain(&mut self, keep: impl Fn(&T) -> bool) {
        *self = self.iter().copied().filter(keep).collect();
    }

    #[inline]
    pub(crate) fn from_slice(values: &[T]) -> Self {
        let mut few = [T::default(); FEW];
        match few.get_mut(..values.len()) {
            Some(room) => {
                room.copy_from_slice(values);
                Self::Few(few, values.len())
            }
            None => Self::Many(values.to_vec()),
        }
    }
}

impl<T: Copy + Default> Default for PerLine<T> {
    #[inline]
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Deref for PerLine<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        match self {
            Self::Few(values, count) => values.get(..*count).unwrap_or(values),
            Self::Many(values) => values,
        }
    }
}

impl<T> DerefMut for PerLine<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        match self {
            Self::Few(values, count) => values.get_mut(..*count).unwrap_or_default(),
            Self::Many(values) => values,
        }
    }
}

impl<'a, T> IntoIterator for &'a PerLine<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, T> IntoIterator for &'a mut PerLine<T> {
    type Item = &'a mut T;
    type IntoIter = std::slice::IterMut<'a, T>;

    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl<T: Copy + Default> FromIterator<T> for PerLine<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut all = Self::new();
        values.into_iter().for_each(|value| all.push(value));
        all
    }
}

/// The lines that a word of a set holds.
const WORD_LINES: usize = 64;

/// How many words a set of so many lines takes.
pub(crate) const fn words(lines: usize) -> usize {
    lines.div_ceil(WORD_LINES)
}

/// The sets of lines that stand one behind the other in `words`, for a cart of so many lines.
#[inline]
pub(crate) fn sets(all: &[u64], lines: usize) -> impl Iterator<Item = LineSet<'_>> {
    // A cart without lines has sets without words.
    let length = words(lines).max(1);
    let mut rest = all;
    std::iter::from_fn(move || {
        let (set, behind) = rest.split_at_checked(length)?;
        rest = behind;
        Some(LineSet::new(set))
    })
}

/// Appends the set of the lines for which `member` holds.
pub(crate) fn push_set<T>(words: &mut Vec<u64>, lines: &[T], member: impl Fn(&T) -> bool) {
    for part in lines.chunks(WORD_LINES) {
        let mut word = 0_u64;
        let mut bit = 1_u64;
        for line in part {
            if member(line) {
                word |= bit;
            }
            bit = bit.wrapping_shl(1);
        }
        words.push(word);
    }
}

/// A set of lines, by their places. The first word stands apart: few carts have a second one.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct LineSet<'a> {
    first: u64,
    rest: &'a [u64],
}

impl<'a> LineSet<'a> {
    /// The first line alone.
    pub(crate) const FIRST: Self = Self {
        first: 1,
        rest: &[],
    };

    #[inline]
    pub(crate) const fn new(words: &'a [u64]) -> Self {
        match words.split_first() {
            Some((first, rest)) => Self {
                first: *first,
                rest,
            },
            None => Self {
                first: 0,
                rest: &[],
            },
        }
    }

    /// The places of its lines, ascending.
    #[inline]
    pub(crate) fn places(self) -> Places<'a> {
        Places {
            rest: self.rest,
            word: self.first,
            base: 0,
        }
    }

    /// The values of its lines.
    #[inline]
    pub(crate) fn of<T: Copy>(self, values: &'a [T]) -> impl Iterator<Item = T> + 'a {
        self.places().filter_map(|place| values.get(place).copied())
    }
}

/// The places of a set's lines.
#[derive(Debug, Clone)]
pub(crate) struct Places<'a> {
    rest: &'a [u64],
    /// The bits of the word at hand that are still to come.
    word: u64,
    /// The place of its first bit.
    base: usize,
}

impl Iterator for Places<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.word == 0 {
            let (word, rest) = self.rest.split_first()?;
            self.word = *word;
            self.rest = rest;
            self.base = self.base.wrapping_add(WORD_LINES);
        }
        let bit = self.word.trailing_zeros();
        self.word &= self.word.wrapping_sub(1);
        Some(self.base.wrapping_add(index(bit)))
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn values_of_lines_are_a_list(values in prop::collection::vec(any::<i64>(), 0..20), more in any::<i64>()) {
            let mut list = values.clone();
            let mut found = PerLine::from_slice(&values);
            prop_assert_eq!(&*found, &*values);
            prop_assert_eq!(&*values.iter().copied().collect::<PerLine<i64>>(), &*values);
            prop_assert_eq!(&*PerLine::from_elem(more, values.len()), vec![more; values.len()]);
            list.push(more);
            found.push(more);
            found.iter_mut().for_each(|value| *value |= 1);
            list.iter_mut().for_each(|value| *value |= 1);
            prop_assert_eq!(&*found.clone(), &*list);
            found.retain(|value| *value < more);
            list.retain(|value| *value < more);
            prop_assert_eq!(&*found, &*list);
        }

        #[test]
        fn a_set_holds_what_was_put_in(lines in prop::collection::vec(any::<bool>(), 0..200)) {
            let mut set = Vec::new();
            push_set(&mut set, &lines, |line| *line);
            prop_assert_eq!(set.len(), words(lines.len()));
            let set = LineSet::new(&set);
            let places: Vec<usize> = (0..lines.len()).filter(|place| lines[*place]).collect();
            prop_assert_eq!(set.places().collect::<Vec<_>>(), places.clone());
            let values: Vec<usize> = (0..lines.len()).collect();
            prop_assert_eq!(set.of(&values).collect::<Vec<_>>(), places);
        }
    }
}
