//! Natural keys: each is posted once.

use crate::id::GroupKey;
use crate::number::SAFE_MAX;

use super::account::{Account, KeyRecord};
use super::error::{LedgerError, LedgerErrorKind};
use super::group::{ActKind, Content};

/// A print of a natural key, below 2^53 so that every host holds it exactly: FNV-1a.
#[inline]
pub(super) fn print(act: ActKind, key: &GroupKey) -> u64 {
    let hash = hashed(act_hash(act), key.as_str().as_bytes());
    (hash ^ (hash >> 53)) & SAFE_MAX.unsigned_abs()
}

/// FNV-1a goes on over bytes.
const fn hashed(mut hash: u64, bytes: &[u8]) -> u64 {
    const PRIME: u64 = 0x0100_0000_01b3;
    let mut rest = bytes;
    while let [byte, later @ ..] = rest {
        let byte = u64::from_le_bytes([*byte, 0, 0, 0, 0, 0, 0, 0]);
        hash = (hash ^ byte).wrapping_mul(PRIME);
        rest = later;
    }
    hash
}

/// The hash of an act's name and a zero, with which a print begins.
#[inline]
const fn act_hash(act: ActKind) -> u64 {
    const START: u64 = 0xcbf2_9ce4_8422_2325;
    macro_rules! of {
        ($($kind:ident)*) => {
            match act {
                $(ActKind::$kind => const {
                    hashed(hashed(START, ActKind::$kind.name().as_bytes()), &[0])
                },)*
            }
        };
    }
    of!(
        Record Event Fulfil Enrol Redeem Refund Cancel Adjust Grant Transfer Merge Reinstate
        AssignTier Suspend Resume Close Hold Capture Release Due Count
    )
}

impl Account {
    /// The record of a natural key, if it was posted.
    #[must_use]
    pub fn posted(&self, act: ActKind, key: &GroupKey) -> Option<&KeyRecord> {
        let print = print(act, key);
        if self.index.count == self.keys.len() {
            return self.index.find(&self.keys, print, act, key);
        }
        let same = |record: &&KeyRecord| is(record, print, act, key);
        self.keys.iter().find(same)
    }

    /// Whether an act is new: nothing when it is, the number of the group that holds it when the
    /// same was asked before.
    ///
    /// # Errors
    /// [`LedgerErrorKind::OtherContent`] when something else was asked under the same key; it names the
    /// first field, by name, that differs.
    pub fn check_new(
        &self,
        act: ActKind,
        key: &GroupKey,
        content: &Content,
    ) -> Result<Option<u64>, LedgerError> {
        let Some(record) = self.posted(act, key) else {
            return Ok(None);
        };
        match record.content.difference(content) {
            None => Ok(Some(record.seq)),
            Some(field) => Err(LedgerErrorKind::OtherContent {
                act,
                key: key.clone(),
                field: field.into(),
                seq: record.seq,
            }
            .into()),
        }
    }

    /// Refuses an account in which a natural key stands twice.
    pub(super) fn check_keys_once(&self) -> Result<(), LedgerError> {
        KeyIndex::once(&self.keys).map(|_| ())
    }

    /// Makes the natural keys quick to find; refuses an account in which one stands twice.
    pub(super) fn index_keys(&mut self) -> Result<(), LedgerError> {
        self.index.take_in(&self.keys)
    }
}

#[inline]
fn is(record: &KeyRecord, print: u64, act: ActKind, key: &GroupKey) -> bool {
    record.print == print && record.act == act && record.key == *key
}

/// The slot from which a key of this print is looked for, before it is brought within the table.
#[inline]
fn start(print: u64) -> usize {
    usize::try_from(print & u64::from(u32::MAX)).unwrap_or(0)
}

/// Where natural keys stand, by their prints: a table with open addresses, never more than half
/// full. It follows from the keys, so it is neither stored nor compared.
#[derive(Clone, Default)]
pub(super) struct KeyIndex {
    /// Places of keys, from 1; 0 where there is none.
    slots: Vec<u32>,
    /// How many keys stand in it, the first ones.
    count: usize,
    /// How many of those were found to stand once.
    once: usize,
}

impl KeyIndex {
    /// The index of keys of which none stands twice.
    fn once(keys: &[KeyRecord]) -> Result<Self, LedgerError> {
        let mut index = Self::default();
        index.take_in(keys)?;
        Ok(index)
    }

    /// Takes in the keys behind those that it knows, up to the first that stands twice.
    fn take_in(&mut self, keys: &[KeyRecord]) -> Result<(), LedgerError> {
        if self.once != self.count {
            *self = Self::default();
        }
        self.grow(keys, keys.len());
        for record in keys.get(self.count..).unwrap_or_default() {
            if let Some(first) = self.add_new(keys, record) {
                return Err(LedgerErrorKind::Repeated {
                    act: first.act,
                    key: first.key.clone(),
                    seq: first.seq,
                }
                .into());
            }
            self.once = self.count;
        }
        Ok(())
    }

    /// The same where all that it knows were compared; a key that stands twice is left for later.
    pub(super) fn take_in_new(&mut self, keys: &[KeyRecord]) {
        if self.once == self.count {
            let _ = self.take_in(keys);
        }
    }

    /// Takes in the keys behind those that it knows, which are not compared.
    pub(super) fn follow(&mut self, keys: &[KeyRecord]) {
        self.grow(keys, keys.len());
        for record in keys.get(self.count..).unwrap_or_default() {
            self.add(record.print);
        }
    }

    fn find<'a>(
        &self,
        keys: &'a [KeyRecord],
        print: u64,
        act: ActKind,
        key: &GroupKey,
    ) -> Option<&'a KeyRecord> {
        self.probe(print)
            .map_while(|slot| keys.get(self.place_in(slot)?))
            .find(|record| is(record, print, act, key))
    }

    /// The slots in which a key of this print may stand, in their order.
    fn probe(&self, print: u64) -> impl Iterator<Item = usize> + use<> {
        let mask = self.slots.len().wrapping_sub(1);
        let start = start(print);
        (0..self.slots.len()).map(move |step| start.wrapping_add(step) & mask)
    }

    fn place_in(&self, slot: usize) -> Option<usize> {
        usize::try_from(*self.slots.get(slot)?).ok()?.checked_sub(1)
    }

    /// Adds the next key, for which there is room.
    fn add(&mut self, print: u64) {
        let free = self
            .probe(print)
            .find(|slot| self.place_in(*slot).is_none());
        self.count = self.count.saturating_add(1);
        let place = u32::try_from(self.count).unwrap_or(0);
        if let Some(slot) = free.and_then(|slot| self.slots.get_mut(slot)) {
            *slot = place;
        }
    }

    /// Adds the next key, for which there is room, unless it stands already: then its record.
    fn add_new<'a>(&mut self, keys: &'a [KeyRecord], record: &KeyRecord) -> Option<&'a KeyRecord> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut slot = start(record.print);
        while let Some(place) = self.slots.get_mut(slot & mask) {
            let Some(before) = place.checked_sub(1) else {
                self.count = self.count.saturating_add(1);
                *place = u32::try_from(self.count).unwrap_or(0);
                return None;
            };
            let first = keys.get(usize::try_from(before).ok()?)?;
            if is(first, record.print, record.act, &record.key) {
                return Some(first);
            }
            slot = slot.wrapping_add(1);
        }
        None
    }

    /// Makes room for so many keys more.
    pub(super) fn reserve(&mut self, keys: &[KeyRecord], more: usize) {
        self.grow(keys, keys.len().saturating_add(more));
    }

    /// Makes room for so many keys.
    fn grow(&mut self, keys: &[KeyRecord], count: usize) {
        let room = count.saturating_mul(2).next_power_of_two().max(8);
        if room <= self.slots.len() {
            return;
        }
        let known = keys.get(..self.count).unwrap_or_default();
        self.slots.clear();
        self.slots.resize(room, 0);
        self.count = 0;
        for record in known {
            self.add(record.print);
        }
    }
}

impl std::fmt::Debug for KeyIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyIndex").finish_non_exhaustive()
    }
}

/// An index says nothing that the keys do not say.
impl PartialEq for KeyIndex {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for KeyIndex {}
