//! Rows brought together by group, so that what belongs to one group is read from the cache and not from
//! all over the columns.

use std::ops::Range;

use super::parallel::{map_items, ranges};

/// Rows of a thread at least.
const ROWS_MIN: usize = 1 << 15;

/// Packed rows by group; within a group as they came.
pub(crate) struct Scattered<T> {
    /// One a thread, of neighbouring rows.
    parts: Vec<Part<T>>,
}

struct Part<T> {
    rows: Vec<T>,
    /// Where each group starts and ends.
    places: Vec<Range<usize>>,
}

/// Rows that can be brought together by group.
pub(crate) trait Rows<T>: Sync {
    /// The group of a row.
    fn group(&self, row: usize) -> usize;

    /// A row in its packed form, unless it is left out.
    fn packed(&self, row: usize) -> Option<T>;
}

impl<T: Copy + Send + Sync> Scattered<T> {
    /// No rows.
    pub(crate) fn new() -> Self {
        Self { parts: Vec::new() }
    }

    /// The rows `0..len` by group, see [`Scattered::fill`].
    pub(crate) fn of(
        rows: &impl Rows<T>,
        len: usize,
        groups: usize,
        threads: usize,
        blank: T,
    ) -> Self {
        let mut scattered = Self::new();
        scattered.fill(rows, len, groups, threads, blank);
        scattered
    }

    /// The rows `0..len` by group (`0..groups`), without those that are left out, in the place of the rows
    /// before. `blank` is any row.
    pub(crate) fn fill(
        &mut self,
        rows: &impl Rows<T>,
        len: usize,
        groups: usize,
        threads: usize,
        blank: T,
    ) {
        let ranges: Vec<_> = ranges(len, ROWS_MIN, threads).collect();
        self.parts.resize_with(ranges.len(), Part::new);
        map_items(&mut self.parts, threads, |at, part| {
            let range = ranges[at].clone();
            let mut next = vec![0_usize; groups + 1];
            for row in range.clone() {
                next[rows.group(row) + 1] += 1;
            }
            for group in 0..groups {
                next[group + 1] += next[group];
            }
            next.truncate(groups);
            let starts = next.clone();
            part.rows.resize(range.len(), blank);
            let to = &mut part.rows[..];
            for row in range {
                let Some(packed) = rows.packed(row) else {
                    continue;
                };
                let slot = &mut next[rows.group(row)];
                to[*slot] = packed;
                *slot += 1;
            }
            let places = starts.into_iter().zip(next);
            part.places = places.map(|(start, end)| start..end).collect();
        });
    }

    /// The rows of a group, in pieces.
    pub(crate) fn group(&self, group: usize) -> impl Iterator<Item = &[T]> + Clone {
        let pieces = self.parts.iter();
        pieces.map(move |part| &part.rows[part.places[group].clone()])
    }

    /// How many rows of each group there are in each part. Parts are neighbouring rows, in their order.
    pub(crate) fn counts(&self) -> impl Iterator<Item = Vec<usize>> {
        let parts = self.parts.iter();
        parts.map(|part| part.places.iter().map(Range::len).collect())
    }
}

impl<T> Part<T> {
    fn new() -> Self {
        Self {
            rows: Vec::new(),
            places: Vec::new(),
        }
    }
}
