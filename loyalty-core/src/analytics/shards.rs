//! Numeric keys by shard, and their look-up in blocks of rows.

use super::error::AnalyticsError;
use super::parallel::map_items;
use super::scatter::{Rows, Scattered};

/// Keys go to shards by these bits of their hash, so that the keys of a shard, and what is counted for each, fit the
/// cache where there are a million keys.
const SHARD_BITS: u32 = 8;
/// How many shards there are.
pub(crate) const SHARDS: usize = 1 << SHARD_BITS;
/// Rows that go to their shards at once: so many that the keys of a shard are met several times while it is in the
/// cache, and few enough for buffers that are used again.
pub(crate) const BLOCK_BITS: u32 = 22;
/// Rows that are looked up before any of them is worked on.
const BATCH: usize = 512;

/// A key, and what goes with it: its lowest [`BLOCK_BITS`] bits are its row in the block.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Keyed {
    key: i64,
    pub(crate) word: u64,
}

/// Numeric keys with their numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shards {
    /// None before the first key.
    shards: Vec<Shard>,
}

/// Some of the keys by their place, from place 1 on, the number of each, and a table of places by hash. A
/// table of four bytes a slot serves a column of millions faster than a map that holds the keys again.
#[derive(Debug, Clone)]
struct Shard {
    keys: Vec<i64>,
    /// Ascending: keys come in the order of their rows.
    numbers: Vec<u32>,
    /// A place, or 0 where a slot is free; a power of two of slots, at most half of them taken.
    slots: Vec<u32>,
    /// Rows of the block with the keys that have no number yet.
    new: Vec<u32>,
}

/// Its highest bits choose a shard, its lowest a slot there: both depend on all bits of the key.
fn hash_of(key: i64) -> u64 {
    let low = key as u64;
    let mixed = (low ^ (low >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 32)
}

/// The shard of a key.
pub(crate) fn shard_of(key: i64) -> usize {
    (hash_of(key) >> (64 - SHARD_BITS)) as usize
}

/// Rows by the shard of their keys; `word` gives what goes with a row above the bits of the row itself.
pub(crate) fn scatter(
    block: &mut Scattered<Keyed>,
    keys: &[i64],
    threads: usize,
    word: impl Fn(usize) -> u64 + Sync,
) {
    let column = Column { keys, word };
    block.fill(&column, keys.len(), SHARDS, threads, Keyed::default());
}

/// A column of keys, and what goes with each.
struct Column<'a, W> {
    keys: &'a [i64],
    word: W,
}

impl<W: Fn(usize) -> u64 + Sync> Rows<Keyed> for Column<'_, W> {
    fn group(&self, row: usize) -> usize {
        shard_of(self.keys[row])
    }

    fn packed(&self, row: usize) -> Option<Keyed> {
        Some(Keyed {
            key: self.keys[row],
            word: (self.word)(row) << BLOCK_BITS | row as u64,
        })
    }
}

impl Keyed {
    fn row(&self) -> u32 {
        self.word as u32 & ((1 << BLOCK_BITS) - 1)
    }
}

impl Shards {
    fn make(&mut self) {
        self.shards.resize_with(SHARDS, Shard::new);
    }

    /// The number of a key.
    pub(crate) fn number(&self, key: i64) -> Option<u32> {
        let shard = self.shards.get(shard_of(key))?;
        let place = shard.slots[shard.slot(key)];
        let number = shard.numbers.get(place as usize);
        number.copied().filter(|_| place != 0)
    }

    /// The place of the key of a row in its shard.
    pub(crate) fn place(&mut self, key: i64, row: u32) -> u32 {
        self.make();
        self.shards[shard_of(key)].place(key, row)
    }

    /// The number at a place of a shard.
    pub(crate) fn number_at(&self, shard: usize, place: u32) -> u32 {
        self.shards[shard].numbers[place as usize]
    }

    /// Looks up the keys of a block of rows. `work` gets what belongs to a shard, some rows of it and the places of
    /// their keys there, all of them in the order of the rows.
    pub(crate) fn look_up<W: Send>(
        &mut self,
        block: &Scattered<Keyed>,
        threads: usize,
        works: &mut [W],
        work: impl Fn(&mut W, &[Keyed], &[u32]) + Sync,
    ) {
        self.make();
        let mut both: Vec<_> = self.shards.iter_mut().zip(works).collect();
        map_items(&mut both, threads, |at, (shard, own)| {
            let mut places = [0; BATCH];
            for rows in block.group(at).flat_map(|rows| rows.chunks(BATCH)) {
                let places = &mut places[..rows.len()];
                shard.places(rows, places);
                work(own, rows, places);
            }
        });
    }

    /// The numbers of the keys of a shard, by place and ascending; at place 0 is none.
    pub(crate) fn numbers(&self, shard: usize) -> &[u32] {
        &self.shards[shard].numbers
    }

    /// Gives the new keys of a block of rows numbers from `first` on, in the order of their rows; the keys in that
    /// order.
    pub(crate) fn number_new(
        &mut self,
        rows: usize,
        first: usize,
    ) -> Result<impl Iterator<Item = i64> + '_, AnalyticsError> {
        let new: usize = self.shards.iter().map(|shard| shard.new.len()).sum();
        let (found, allowed) = (first + new, u32::MAX as usize);
        if found > allowed {
            self.shards.iter_mut().for_each(Shard::forget_new);
            return Err(AnalyticsError::RowCount { found, allowed });
        }
        let mut is_new = vec![0_u64; rows.div_ceil(64)];
        for row in self.shards.iter().flat_map(|shard| &shard.new) {
            is_new[*row as usize / 64] |= 1 << (row % 64);
        }
        let mut count = 0;
        let new_before: Vec<u32> = is_new
            .iter()
            .map(|bits| {
                let before = count;
                count += bits.count_ones();
                before
            })
            .collect();
        // One byte a key, so that the cache holds them: the shard of each.
        let mut shard_of_new = vec![0_u8; new];
        let mut next = Vec::with_capacity(SHARDS);
        for (at, shard) in self.shards.iter_mut().enumerate() {
            next.push(shard.numbers.len());
            for row in shard.new.drain(..) {
                let (word, bit) = (row as usize / 64, row % 64);
                let rank = new_before[word] + (is_new[word] & ((1 << bit) - 1)).count_ones();
                shard.numbers.push(first as u32 + rank);
                shard_of_new[rank as usize] = at as u8;
            }
        }
        Ok(shard_of_new.into_iter().map(move |shard| {
            let shard = usize::from(shard);
            let place = &mut next[shard];
            *place += 1;
            self.shards[shard].keys[*place - 1]
        }))
    }
}

impl Shard {
    /// Without a key. Place 0 stands for none.
    fn new() -> Self {
        Self {
            keys: vec![0],
            numbers: vec![0],
            slots: vec![0; 16],
            new: Vec::new(),
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

    /// The place of the key of a row.
    fn place(&mut self, key: i64, row: u32) -> u32 {
        if 2 * self.keys.len() > self.slots.len() {
            self.grow();
        }
        let slot = self.slot(key);
        if self.slots[slot] == 0 {
            self.slots[slot] = self.keys.len() as u32;
            self.keys.push(key);
            self.new.push(row);
        }
        self.slots[slot]
    }

    /// The places of the keys of at most [`BATCH`] rows. Most are known and where they are looked for first: those take
    /// no branch that a processor could guess wrong, and none waits for another.
    fn places(&mut self, rows: &[Keyed], places: &mut [u32]) {
        let places = &mut places[..rows.len()];
        for at in 0..rows.len() {
            places[at] = self.slots[self.first_slot(rows[at].key)];
        }
        let (mut others, mut count) = ([0_u16; BATCH], 0);
        for at in 0..rows.len().min(BATCH) {
            let place = places[at];
            let known = (place != 0) & (self.keys[place as usize] == rows[at].key);
            others[count] = at as u16;
            count += usize::from(!known);
        }
        for at in &others[..count] {
            let at = usize::from(*at);
            places[at] = self.place(rows[at].key, rows[at].row());
        }
    }

    #[cold]
    fn grow(&mut self) {
        self.slots = vec![0; 2 * self.slots.len()];
        self.enter_all();
    }

    fn enter_all(&mut self) {
        for place in 1..self.keys.len() {
            let slot = self.slot(self.keys[place]);
            self.slots[slot] = place as u32;
        }
    }

    /// Drops the keys without a number.
    fn forget_new(&mut self) {
        self.new.clear();
        self.keys.truncate(self.numbers.len());
        self.slots.fill(0);
        self.enter_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_any_stride_are_found_near_where_they_are_looked_for() {
        for stride in [
            1,
            2,
            -7,
            10,
            100,
            1_000_000,
            1 << 12,
            1 << 22,
            1 << 32,
            1 << 40,
        ] {
            let mut shards = Shards::default();
            for at in 0..60_000 {
                let key = at * stride;
                shards.place(key, at as u32);
            }
            let far = shards.shards.iter().flat_map(|shard| {
                let keys = shard.keys[1..].iter().copied();
                keys.map(|key| shard.slot(key).abs_diff(shard.first_slot(key)))
            });
            let far: usize = far.sum();
            assert!(far < 120_000, "stride {stride}: {far}");
        }
    }

    #[test]
    fn keys_that_get_no_number_are_not_known() {
        let mut shards = Shards::default();
        let keys: Vec<i64> = (0..500).collect();
        let mut enter = |keys: &[i64], forget: bool| {
            for (row, key) in keys.iter().enumerate() {
                shards.place(*key, row as u32);
            }
            if forget {
                shards.shards.iter_mut().for_each(Shard::forget_new);
            } else {
                assert_eq!(shards.number_new(keys.len(), 0).unwrap().count(), 200);
            }
            (0..500).filter(|key| shards.number(*key).is_some()).count()
        };
        assert_eq!(enter(&keys[..200], false), 200);
        assert_eq!(enter(&keys, true), 200);
    }
}
