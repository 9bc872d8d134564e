//! Sets of lines of a cart, and values a line.

use smallvec::SmallVec;

use super::arith::index;

/// A value a line, in place for carts of up to eight lines.
pub(crate) type PerLine<T> = SmallVec<[T; 8]>;

/// The lines that a word of a set holds.
const WORD_LINES: usize = 64;

/// How many words a set of so many lines takes.
pub(crate) const fn words(lines: usize) -> usize {
    lines.div_ceil(WORD_LINES)
}

/// The sets of lines that stand one behind the other in `words`, for a cart of so many lines.
pub(crate) fn sets(all: &[u64], lines: usize) -> impl Iterator<Item = LineSet<'_>> {
    // A cart without lines has sets without words.
    all.chunks_exact(words(lines).max(1)).map(LineSet::new)
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
