//! An explicit index between customer keys (utf8 or i64) and dense numbers.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::error::AnalyticsError;
use super::parallel::map_items;
use super::scatter::Scattered;

/// A customer key as the caller knows it; numbers sort before text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// A numeric key.
    Int(i64),
    /// A text key.
    Text(String),
}

/// Dense customer numbers in order of first appearance, and the keys they stand for.
///
/// ```
/// use loyalty_core::analytics::index::Index;
/// let mut index = Index::new();
/// assert_eq!(index.encode_ints(&[70, 5, 70], 1), Ok(vec![0, 1, 0]));
/// assert_eq!(index.number_of_int(5), Some(1));
/// ```
#[derive(Debug, Clone)]
pub struct Index {
    keys: Vec<Key>,
    /// By shard.
    ints: Vec<Shard>,
    texts: FxHashMap<String, u32>,
}

/// Numeric keys go to shards by these bits of their hash, so that a shard of a million keys fits the cache.
const SHARD_BITS: u32 = 5;
/// Below this many keys they are looked up one by one.
const BY_SHARD_MIN: usize = 1 << 16;
/// Keys that go to their shards at once: their buffers are small enough to be used again.
const BLOCK: usize = 1 << 21;

/// The bit of a place that had no key before. A shard has fewer than 2³¹ places.
const NEW: u32 = 1 << 31;

/// Some of the numeric keys by their place, from place 1 on, the number of each, and a table of places by hash. A
/// table of four bytes a slot serves a column of millions faster than a map that holds the keys again.
#[derive(Debug, Clone)]
struct Shard {
    keys: Vec<i64>,
    numbers: Vec<u32>,
    /// A place, or 0 where a slot is free; a power of two of slots, at most half of them taken.
    slots: Vec<u32>,
}

/// Its highest bits choose a shard, its lowest a slot there: both depend on all bits of the key.
fn hash_of(key: i64) -> u64 {
    let low = key as u64;
    let mixed = (low ^ (low >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 29)
}

fn shard_of(key: i64) -> usize {
    (hash_of(key) >> (64 - SHARD_BITS)) as usize
}

impl Default for Index {
    fn default() -> Self {
        Self::new()
    }
}

impl Index {
    /// An empty index.
    #[must_use]
    pub fn new() -> Self {
        Self {
            keys: Vec::new(),
            ints: vec![Shard::new(); 1 << SHARD_BITS],
            texts: FxHashMap::default(),
        }
    }

    /// How many customers the index holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether the index holds no customer.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The key of a customer number.
    #[must_use]
    pub fn key(&self, number: u32) -> Option<&Key> {
        self.keys.get(number as usize)
    }

    /// All keys, by customer number.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// The number of a numeric key.
    #[must_use]
    pub fn number_of_int(&self, key: i64) -> Option<u32> {
        self.ints[shard_of(key)].number(key)
    }

    /// The number of a text key.
    #[must_use]
    pub fn number_of_text(&self, key: &str) -> Option<u32> {
        self.texts.get(key).copied()
    }

    /// The numbers of a column of numeric keys; unknown keys get the next numbers. They are the same on one
    /// thread or several.
    ///
    /// # Errors
    /// [`AnalyticsError::RowCount`] when the index would exceed 2³²−1 customers.
    pub fn encode_ints(
        &mut self,
        column: &[i64],
        threads: usize,
    ) -> Result<Vec<u32>, AnalyticsError> {
        let mut numbers = vec![0; column.len()];
        for (keys, numbers) in column.chunks(BLOCK).zip(numbers.chunks_mut(BLOCK)) {
            if keys.len() < BY_SHARD_MIN {
                self.encode_one_by_one(keys, numbers)?;
            } else {
                self.encode_by_shard(keys, threads, numbers)?;
            }
        }
        Ok(numbers)
    }

    fn encode_one_by_one(
        &mut self,
        column: &[i64],
        numbers: &mut [u32],
    ) -> Result<(), AnalyticsError> {
        for (key, number) in column.iter().zip(numbers) {
            let shard = &mut self.ints[shard_of(*key)];
            let place = shard.place(*key);
            if place & NEW != 0 {
                shard.numbers.push(next_number(&self.keys)?);
                self.keys.push(Key::Int(*key));
            }
            *number = shard.numbers[(place & !NEW) as usize];
        }
        Ok(())
    }

    /// Brings the keys together by shard, looks them up there, and brings the numbers back to their rows.
    fn encode_by_shard(
        &mut self,
        column: &[i64],
        threads: usize,
        numbers: &mut [u32],
    ) -> Result<(), AnalyticsError> {
        let scattered = Scattered::of(
            column.len(),
            1 << SHARD_BITS,
            threads,
            0,
            |range| column[range].iter().map(|key| shard_of(*key)),
            |range| column[range].iter().map(|key| Some(*key)),
        );
        // Places by shard, and there in the order of the rows.
        let mut found = vec![0_u32; column.len()];
        let mut starts = Vec::with_capacity(1 << SHARD_BITS);
        let mut start = 0;
        for shard in 0..1 << SHARD_BITS {
            starts.push(start);
            start += scattered.group(shard).map(<[i64]>::len).sum::<usize>();
        }
        let mut by_shard = with_slices(&mut self.ints, &mut found, &starts);
        map_items(&mut by_shard, threads, |at, (shard, places)| {
            let mut rest = &mut places[..];
            for keys in scattered.group(at) {
                let (places, after) = std::mem::take(&mut rest).split_at_mut(keys.len());
                shard.places(keys, places);
                rest = after;
            }
        });
        // New keys get their numbers in the order of the rows.
        let mut parts = Vec::new();
        let mut rest = column;
        for counts in scattered.counts() {
            let (keys, after) = rest.split_at(counts.iter().sum());
            rest = after;
            parts.push((keys, starts.clone()));
            for (start, count) in starts.iter_mut().zip(counts) {
                *start += count;
            }
        }
        drop(scattered);
        let new_keys = map_items(&mut parts, threads, |_, (keys, next)| {
            let mut next = next.clone();
            let is_new = |key: &i64| {
                let next = &mut next[shard_of(*key)];
                *next += 1;
                found[*next - 1] & NEW != 0
            };
            keys.iter().copied().filter(is_new).collect::<Vec<i64>>()
        });
        for key in new_keys.into_iter().flatten() {
            self.ints[shard_of(key)]
                .numbers
                .push(next_number(&self.keys)?);
            self.keys.push(Key::Int(key));
        }
        let mut by_shard = with_slices(&mut self.ints, &mut found, &parts[0].1);
        map_items(&mut by_shard, threads, |_, (shard, places)| {
            for place in places.iter_mut() {
                *place = shard.numbers[(*place & !NEW) as usize];
            }
        });
        let mut rest = numbers;
        let mut outputs = Vec::new();
        for (keys, next) in parts {
            let (numbers, after) = rest.split_at_mut(keys.len());
            rest = after;
            outputs.push((keys, next, numbers));
        }
        map_items(&mut outputs, threads, |_, (keys, next, numbers)| {
            for (number, key) in numbers.iter_mut().zip(*keys) {
                let next = &mut next[shard_of(*key)];
                *number = found[*next];
                *next += 1;
            }
        });
        Ok(())
    }

    /// The numbers of a column of text keys; unknown keys get the next numbers.
    ///
    /// # Errors
    /// [`AnalyticsError::RowCount`] when the index would exceed 2³²−1 customers.
    pub fn encode_texts<T: AsRef<str>>(
        &mut self,
        column: &[T],
    ) -> Result<Vec<u32>, AnalyticsError> {
        let mut numbers = Vec::with_capacity(column.len());
        for key in column {
            let key = key.as_ref();
            let number = match self.texts.get(key) {
                Some(number) => *number,
                None => {
                    let number = next_number(&self.keys)?;
                    self.texts.insert(key.to_owned(), number);
                    self.keys.push(Key::Text(key.to_owned()));
                    number
                }
            };
            numbers.push(number);
        }
        Ok(numbers)
    }
}

impl Shard {
    /// Without a key. Place 0 stands for none.
    fn new() -> Self {
        Self {
            keys: vec![0],
            numbers: vec![u32::MAX],
            slots: vec![0; 16],
        }
    }

    /// The slot where a key is looked for first.
    #[inline]
    fn first_slot(&self, key: i64) -> usize {
        hash_of(key) as usize & (self.slots.len() - 1)
    }

    /// The slot of a key, or the free one where it would go.
    #[inline]
    fn slot(&self, key: i64) -> usize {
        let mut slot = self.first_slot(key);
        while self.slots[slot] != 0 && self.keys[self.slots[slot] as usize] != key {
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        slot
    }

    /// The place of a key, a new one and [`NEW`] for a new key.
    #[inline]
    fn place(&mut self, key: i64) -> u32 {
        if 2 * self.keys.len() > self.slots.len() {
            self.grow();
        }
        let slot = self.slot(key);
        if self.slots[slot] != 0 {
            return self.slots[slot];
        }
        let place = self.keys.len() as u32;
        self.keys.push(key);
        self.slots[slot] = place;
        place | NEW
    }

    /// The places of keys. Most are known and where they are looked for first: those take no branch that a
    /// processor could guess wrong.
    fn places(&mut self, keys: &[i64], places: &mut [u32]) {
        const BATCH: usize = 512;
        for (keys, places) in keys.chunks(BATCH).zip(places.chunks_mut(BATCH)) {
            let (mut others, mut count) = ([0_u16; BATCH], 0);
            for (at, (key, place)) in keys.iter().zip(&mut *places).enumerate() {
                *place = self.slots[self.first_slot(*key)];
                let known = (*place != 0) & (self.keys[*place as usize] == *key);
                others[count] = at as u16;
                count += usize::from(!known);
            }
            for at in &others[..count] {
                let at = usize::from(*at);
                places[at] = self.place(keys[at]);
            }
        }
    }

    #[cold]
    fn grow(&mut self) {
        self.slots = vec![0; 2 * self.slots.len()];
        for place in 1..self.keys.len() {
            let slot = self.slot(self.keys[place]);
            self.slots[slot] = place as u32;
        }
    }

    fn number(&self, key: i64) -> Option<u32> {
        let place = self.slots[self.slot(key)];
        let number = self.numbers.get(place as usize);
        number.copied().filter(|_| place != 0)
    }
}

/// Each shard with its part of a column, whose parts start at these places.
fn with_slices<'a>(
    shards: &'a mut [Shard],
    mut column: &'a mut [u32],
    starts: &[usize],
) -> Vec<(&'a mut Shard, &'a mut [u32])> {
    let mut slices = Vec::with_capacity(shards.len());
    for (shard, start) in shards.iter_mut().zip(starts).rev() {
        let (rest, slice) = column.split_at_mut(*start);
        slices.push((shard, slice));
        column = rest;
    }
    slices.reverse();
    slices
}

fn next_number(keys: &[Key]) -> Result<u32, AnalyticsError> {
    let (found, allowed) = (keys.len(), u32::MAX as usize);
    if found >= allowed {
        return Err(AnalyticsError::RowCount { found, allowed });
    }
    Ok(found as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_any_stride_are_found_near_where_they_are_looked_for() {
        for stride in [1, 2, -7, 1_000_000, 1 << 12, 1 << 22, 1 << 40] {
            let keys: Vec<i64> = (0..60_000).map(|at| at * stride).collect();
            let mut index = Index::new();
            index.encode_ints(&keys, 1).unwrap();
            let far = keys.iter().map(|key| {
                let shard = &index.ints[shard_of(*key)];
                shard.slot(*key).abs_diff(shard.first_slot(*key))
            });
            let far: usize = far.sum();
            assert!(far < 2 * keys.len(), "stride {stride}: {far}");
        }
    }

    #[test]
    fn numbers_follow_first_appearance_and_keys_come_back() {
        let mut index = Index::new();
        assert_eq!(index.encode_texts(&["b", "a", "b"]).unwrap(), vec![0, 1, 0]);
        assert_eq!(index.encode_ints(&[7, 7, -3], 1).unwrap(), vec![2, 2, 3]);
        assert_eq!(index.key(1), Some(&Key::Text("a".into())));
        assert_eq!(index.number_of_text("b"), Some(0));
        assert_eq!(index.number_of_int(-3), Some(3));
        assert_eq!(index.len(), 4);
        assert!(Key::Int(9) < Key::Text(String::new()));
    }
}
