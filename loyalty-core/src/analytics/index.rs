//! An explicit index between customer keys (utf8 or i64) and dense numbers.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher};

use serde::{Deserialize, Serialize};

use super::error::AnalyticsError;
use super::parallel::map_items;
use super::scatter::Scattered;
use super::shards::{self, BLOCK_BITS, Keyed, SHARDS, Shards, shard_of};

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
#[derive(Debug, Clone, Default)]
pub struct Index {
    keys: Vec<Key>,
    ints: Shards,
    texts: FixedHashMap<String, u32>,
}

/// A map whose hashes are the same in every run.
pub(crate) type FixedHashMap<K, V> = HashMap<K, V, BuildHasherDefault<DefaultHasher>>;

/// Keys that are encoded at once: their buffers are small enough to be used again.
const ENCODED: usize = 1 << 20;
/// Below this many keys they are looked up one by one.
const BY_SHARD_MIN: usize = 1 << 16;

impl Index {
    /// An empty index.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
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
        self.ints.number(key)
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
        let (mut block, mut found) = (Scattered::new(), Vec::new());
        for (keys, numbers) in column.chunks(ENCODED).zip(numbers.chunks_mut(ENCODED)) {
            if keys.len() < BY_SHARD_MIN {
                self.encode_one_by_one(keys, numbers)?;
            } else {
                self.encode_by_shard(keys, threads, &mut block, &mut found, numbers)?;
            }
        }
        Ok(numbers)
    }

    fn encode_one_by_one(
        &mut self,
        column: &[i64],
        numbers: &mut [u32],
    ) -> Result<(), AnalyticsError> {
        for (row, (key, number)) in column.iter().zip(&mut *numbers).enumerate() {
            *number = self.ints.place(*key, row as u32);
        }
        let new = self.ints.number_new(column.len(), self.keys.len())?;
        self.keys.extend(new.map(Key::Int));
        for (key, number) in column.iter().zip(numbers) {
            *number = self.ints.number_at(shard_of(*key), *number);
        }
        Ok(())
    }

    /// Brings the keys together by shard, looks them up there, and brings the numbers back to their rows.
    fn encode_by_shard(
        &mut self,
        column: &[i64],
        threads: usize,
        block: &mut Scattered<Keyed>,
        found: &mut Vec<u32>,
        numbers: &mut [u32],
    ) -> Result<(), AnalyticsError> {
        shards::scatter(block, column, threads, |_| 0);
        // Places, later numbers, by shard, and there in the order of the rows.
        found.resize(column.len(), 0);
        let (mut starts, mut by_shard) = (Vec::with_capacity(SHARDS), Vec::with_capacity(SHARDS));
        let (mut start, mut rest) = (0, &mut found[..]);
        for shard in 0..SHARDS {
            let rows = block.group(shard).map(<[_]>::len).sum();
            let (own, after) = rest.split_at_mut(rows);
            by_shard.push(own);
            starts.push(start);
            (start, rest) = (start + rows, after);
        }
        let mut unfilled: Vec<&mut [u32]> = by_shard.iter_mut().map(|own| &mut own[..]).collect();
        self.enter(
            column.len(),
            block,
            threads,
            &mut unfilled,
            |own, _, places| {
                let (now, later) = std::mem::take(own).split_at_mut(places.len());
                now.copy_from_slice(places);
                *own = later;
            },
        )?;
        let ints = &self.ints;
        map_items(&mut by_shard, threads, |shard, places| {
            for place in places.iter_mut() {
                *place = ints.number_at(shard, *place);
            }
        });
        let (mut parts, mut keys, mut numbers) = (Vec::new(), column, numbers);
        for counts in block.counts() {
            let rows = counts.iter().sum();
            let (own_keys, later_keys) = keys.split_at(rows);
            let (own_numbers, later_numbers) = numbers.split_at_mut(rows);
            parts.push((own_keys, own_numbers, starts.clone()));
            (keys, numbers) = (later_keys, later_numbers);
            for (start, count) in starts.iter_mut().zip(counts) {
                *start += count;
            }
        }
        map_items(&mut parts, threads, |_, (keys, numbers, next)| {
            for (number, key) in numbers.iter_mut().zip(*keys) {
                let next = &mut next[shard_of(*key)];
                *number = found[*next];
                *next += 1;
            }
        });
        Ok(())
    }

    /// Looks up the numeric keys of a block of rows, see [`Shards::look_up`]; then new ones get the next numbers.
    fn enter<W: Send>(
        &mut self,
        rows: usize,
        block: &Scattered<Keyed>,
        threads: usize,
        works: &mut [W],
        work: impl Fn(&mut W, &[Keyed], &[u32]) + Sync,
    ) -> Result<(), AnalyticsError> {
        self.ints.look_up(block, threads, works, work);
        let new = self.ints.number_new(rows, self.keys.len())?;
        self.keys.extend(new.map(Key::Int));
        Ok(())
    }

    /// Enters the numeric keys of rows, block by block. `word` gives what goes with a row, in the bits that the row's
    /// place in its block leaves; `work` gets it with the places of keys, see [`Shards::look_up`].
    pub(crate) fn enter_ints<W: Send>(
        &mut self,
        column: &[i64],
        threads: usize,
        word: impl Fn(usize) -> u64 + Sync,
        works: &mut [W],
        work: impl Fn(&mut W, &[Keyed], &[u32]) + Sync,
    ) -> Result<(), AnalyticsError> {
        let mut block = Scattered::new();
        for (at, keys) in column.chunks(1 << BLOCK_BITS).enumerate() {
            let first = at << BLOCK_BITS;
            shards::scatter(&mut block, keys, threads, |row| word(first + row));
            self.enter(keys.len(), &block, threads, works, &work)?;
        }
        Ok(())
    }

    /// The numbers of the numeric keys of a shard, see [`Shards::numbers`].
    pub(crate) fn numbers(&self, shard: usize) -> &[u32] {
        self.ints.numbers(shard)
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
