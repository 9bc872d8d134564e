//! An explicit index between customer keys (utf8 or i64) and dense numbers.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher};

use serde::{Deserialize, Serialize};

use super::error::AnalyticsError;
use super::parallel::{map_items, map_ranges};
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
    texts: Texts,
}

/// The numbers of text keys. A hash finds one much faster than a text does; that no two texts have the same is
/// checked on every row.
#[derive(Debug, Clone)]
struct Texts {
    hash: fn(&str) -> i64,
    by_hash: Shards,
    /// In place of the hashes, once two texts had the same.
    by_text: Option<FixedHashMap<String, u32>>,
}

impl Default for Texts {
    fn default() -> Self {
        Self {
            hash: hash_of_text,
            by_hash: Shards::default(),
            by_text: None,
        }
    }
}

/// A hash of 64 bits, the same everywhere: words of eight bytes, each multiplied and folded, then the length.
fn hash_of_text(text: &str) -> i64 {
    const START: u64 = 0x243f_6a88_85a3_08d3;
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let fold = |hash: u64, word: u64| {
        let product = u128::from(hash ^ word) * u128::from(ODD);
        product as u64 ^ (product >> 64) as u64
    };
    let bytes = text.as_bytes();
    let (words, rest) = bytes.as_chunks::<8>();
    let words = words.iter().map(|word| u64::from_le_bytes(*word));
    let hash = words.fold(START, fold);
    let last = match bytes.last_chunk::<8>() {
        // The last word again, in part.
        Some(last) => u64::from_le_bytes(*last),
        None => rest
            .iter()
            .fold(0, |word, byte| word << 8 | u64::from(*byte)),
    };
    fold(fold(hash, last), !(bytes.len() as u64)) as i64
}

/// A map whose hashes are the same in every run.
pub(crate) type FixedHashMap<K, V> = HashMap<K, V, BuildHasherDefault<DefaultHasher>>;

/// Keys that are encoded at once: their buffers are small enough to be used again.
const ENCODED: usize = 1 << 20;
/// Texts that a thread takes at once.
const TEXTS: usize = 1 << 14;
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
        match &self.texts.by_text {
            Some(by_text) => by_text.get(key).copied(),
            None => {
                let number = self.texts.by_hash.number((self.texts.hash)(key))?;
                self.is_text(number, key).then_some(number)
            }
        }
    }

    fn is_text(&self, number: u32, text: &str) -> bool {
        matches!(self.key(number), Some(Key::Text(known)) if known == text)
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
        let mut room = Room::new();
        for (keys, numbers) in column.chunks(ENCODED).zip(numbers.chunks_mut(ENCODED)) {
            room.encode(&mut self.ints, &mut self.keys, keys, threads, numbers)?;
        }
        Ok(numbers)
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
            self.ints.look_up(&block, threads, works, &work);
            number_new(&mut self.ints, &mut self.keys, keys.len())?;
        }
        Ok(())
    }

    /// The numbers of the numeric keys of a shard, see [`Shards::numbers`].
    pub(crate) fn numbers(&self, shard: usize) -> &[u32] {
        self.ints.numbers(shard)
    }

    /// The numbers of a column of text keys; unknown keys get the next numbers. They are the same on one thread or
    /// several.
    ///
    /// # Errors
    /// [`AnalyticsError::RowCount`] when the index would exceed 2³²−1 customers.
    pub fn encode_texts<T: AsRef<str> + Sync>(
        &mut self,
        column: &[T],
        threads: usize,
    ) -> Result<Vec<u32>, AnalyticsError> {
        let mut numbers = vec![0; column.len()];
        let (mut room, mut hashes) = (Room::new(), Vec::new());
        for (texts, numbers) in column.chunks(ENCODED).zip(numbers.chunks_mut(ENCODED)) {
            if self.texts.by_text.is_none() {
                let before = self.keys.len();
                self.hash_texts(texts, threads, &mut hashes);
                let by_hash = &mut self.texts.by_hash;
                room.encode(by_hash, &mut self.keys, &hashes, threads, numbers)?;
                self.name_new(before, texts, numbers);
                if self.are_texts(numbers, texts, threads) {
                    continue;
                }
                self.keys.truncate(before);
                self.leave_hashes();
            }
            self.encode_by_text(texts, numbers)?;
        }
        Ok(numbers)
    }

    fn hash_texts<T: AsRef<str> + Sync>(&self, texts: &[T], threads: usize, hashes: &mut Vec<i64>) {
        hashes.resize(texts.len(), 0);
        let parts = texts.chunks(TEXTS).zip(hashes.chunks_mut(TEXTS));
        map_items(
            &mut parts.collect::<Vec<_>>(),
            threads,
            |_, (texts, hashes)| {
                for (text, hash) in texts.iter().zip(hashes.iter_mut()) {
                    *hash = (self.texts.hash)(text.as_ref());
                }
            },
        );
    }

    /// Puts the texts of new numbers, which follow the order of the rows, where their hashes stand.
    fn name_new<T: AsRef<str>>(&mut self, before: usize, texts: &[T], numbers: &[u32]) {
        let mut next = before;
        for (text, number) in texts.iter().zip(numbers) {
            if *number as usize == next && next < self.keys.len() {
                self.keys[next] = Key::Text(text.as_ref().to_owned());
                next += 1;
            }
        }
    }

    /// Whether every text is the one that its number stands for.
    fn are_texts<T: AsRef<str> + Sync>(
        &self,
        numbers: &[u32],
        texts: &[T],
        threads: usize,
    ) -> bool {
        let parts = map_ranges(texts.len(), TEXTS, threads, |rows| {
            let mut pairs = numbers[rows.clone()].iter().zip(&texts[rows]);
            pairs.all(|(number, text)| self.is_text(*number, text.as_ref()))
        });
        parts.into_iter().all(|same| same)
    }

    fn leave_hashes(&mut self) {
        let numbered = (0..).zip(&self.keys);
        let texts = numbered.filter_map(|(number, key)| match key {
            Key::Text(text) => Some((text.clone(), number)),
            Key::Int(_) => None,
        });
        self.texts.by_text = Some(texts.collect());
        self.texts.by_hash = Shards::default();
    }

    fn encode_by_text<T: AsRef<str>>(
        &mut self,
        texts: &[T],
        numbers: &mut [u32],
    ) -> Result<(), AnalyticsError> {
        let by_text = self.texts.by_text.get_or_insert_default();
        for (text, number) in texts.iter().zip(numbers) {
            let text = text.as_ref();
            *number = match by_text.get(text) {
                Some(known) => *known,
                None => {
                    let next = next_number(&self.keys)?;
                    by_text.insert(text.to_owned(), next);
                    self.keys.push(Key::Text(text.to_owned()));
                    next
                }
            };
        }
        Ok(())
    }
}

/// Buffers to encode keys with.
struct Room {
    block: Scattered<Keyed>,
    found: Vec<u32>,
}

impl Room {
    fn new() -> Self {
        Self {
            block: Scattered::new(),
            found: Vec::new(),
        }
    }

    /// The numbers of keys; new ones get the next numbers, in the order of the rows.
    fn encode(
        &mut self,
        shards: &mut Shards,
        known: &mut Vec<Key>,
        column: &[i64],
        threads: usize,
        numbers: &mut [u32],
    ) -> Result<(), AnalyticsError> {
        if column.len() >= BY_SHARD_MIN {
            return self.encode_by_shard(shards, known, column, threads, numbers);
        }
        for (row, (key, number)) in column.iter().zip(&mut *numbers).enumerate() {
            *number = shards.place(*key, row as u32);
        }
        number_new(shards, known, column.len())?;
        for (key, number) in column.iter().zip(numbers) {
            *number = shards.number_at(shard_of(*key), *number);
        }
        Ok(())
    }

    /// Brings the keys together by shard, looks them up there, and brings the numbers back to their rows.
    fn encode_by_shard(
        &mut self,
        shards: &mut Shards,
        known: &mut Vec<Key>,
        column: &[i64],
        threads: usize,
        numbers: &mut [u32],
    ) -> Result<(), AnalyticsError> {
        let Self { block, found } = self;
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
        shards.look_up(block, threads, &mut unfilled, |own, _, places| {
            let (now, later) = std::mem::take(own).split_at_mut(places.len());
            now.copy_from_slice(places);
            *own = later;
        });
        number_new(shards, known, column.len())?;
        let shards = &*shards;
        map_items(&mut by_shard, threads, |shard, places| {
            for place in places.iter_mut() {
                *place = shards.number_at(shard, *place);
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
}

/// Gives the new keys of a block of rows, see [`Shards::look_up`], the next numbers.
fn number_new(
    shards: &mut Shards,
    known: &mut Vec<Key>,
    rows: usize,
) -> Result<(), AnalyticsError> {
    let new = shards.number_new(rows, known.len())?;
    known.extend(new.map(Key::Int));
    Ok(())
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
        assert_eq!(index.encode_texts(&["b", "a", "b"], 1).unwrap(), [0, 1, 0]);
        assert_eq!(index.encode_ints(&[7, 7, -3], 1).unwrap(), vec![2, 2, 3]);
        assert_eq!(index.key(1), Some(&Key::Text("a".into())));
        assert_eq!(index.number_of_text("b"), Some(0));
        assert_eq!(index.number_of_text("c"), None);
        assert_eq!(index.number_of_int(-3), Some(3));
        assert_eq!(index.encode_texts(&["", "a", ""], 1).unwrap(), [4, 1, 4]);
        assert_eq!(index.len(), 5);
        assert!(Key::Int(9) < Key::Text(String::new()));
    }

    /// Texts of all lengths, some often and some once, and numbers among them.
    fn mixed(rows: u64) -> Vec<String> {
        let text = |row: u64| {
            let mixed = row.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
            let length = (mixed % 30) as usize;
            format!("{:0length$}", mixed % (rows / 4))
        };
        (0..rows).map(text).collect()
    }

    fn holds(index: &mut Index, columns: &[&[String]], threads: usize) {
        let mut known = FixedHashMap::<String, u32>::default();
        let before = index.len() as u32;
        for column in columns {
            let wanted: Vec<u32> = column
                .iter()
                .map(|text| {
                    let next = before + known.len() as u32;
                    *known.entry(text.clone()).or_insert(next)
                })
                .collect();
            assert!(index.encode_texts(column, threads) == Ok(wanted));
        }
        assert_eq!(index.len() - before as usize, known.len());
        for (text, number) in &known {
            assert_eq!(index.number_of_text(text), Some(*number));
            assert_eq!(index.key(*number), Some(&Key::Text(text.clone())));
        }
        assert_eq!(index.number_of_text("not there"), None);
    }

    #[test]
    fn texts_have_the_numbers_that_a_map_gives_them() {
        let (long, short) = (mixed(1_200_000), mixed(900));
        for threads in [1, 3] {
            let mut index = Index::new();
            index.encode_ints(&[5, -5], 1).unwrap();
            holds(
                &mut index,
                &[&short, &long, &short, &long[500_000..]],
                threads,
            );
            assert_eq!(index.number_of_int(-5), Some(1));
        }
    }

    #[test]
    fn texts_of_one_hash_are_told_apart() {
        let (first, second) = (mixed(400), mixed(2_000));
        for weak in [|_: &str| 7, |text: &str| text.len() as i64] {
            for columns in [[&first[..1], &second], [&first[..], &second]] {
                let mut index = Index::new();
                index.texts.hash = weak;
                index.encode_ints(&[5, -5], 1).unwrap();
                holds(&mut index, &columns, 2);
                assert!(index.texts.by_text.is_some());
            }
        }
    }

    #[test]
    fn texts_that_differ_little_have_other_hashes() {
        let mut hashes: Vec<i64> = Vec::new();
        for length in 0..40 {
            let text = "a".repeat(length);
            hashes.push(hash_of_text(&text));
            let other = |at: usize| [&text[..at], "b", &text[at + 1..]].concat();
            hashes.extend((0..length).map(|at| hash_of_text(&other(at))));
            hashes.push(hash_of_text(&"\0".repeat(length + 1)));
        }
        let count = hashes.len();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), count);
    }
}
