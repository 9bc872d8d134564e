//! Natural keys: each is posted once.

use crate::id::GroupKey;
use crate::number::SAFE_MAX;

use super::account::{Account, KeyRecord};
use super::error::LedgerError;
use super::group::{ActKind, Content};

/// A print of a natural key, below 2^53 so that every host holds it exactly: FNV-1a.
pub(super) fn print(act: ActKind, key: &GroupKey) -> u64 {
    const START: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let bytes = act.name().bytes().chain([0]).chain(key.as_str().bytes());
    let hash = bytes.fold(START, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(PRIME)
    });
    (hash ^ (hash >> 53)) & SAFE_MAX.unsigned_abs()
}

impl Account {
    /// The record of a natural key, if it was posted.
    #[must_use]
    pub fn posted(&self, act: ActKind, key: &GroupKey) -> Option<&KeyRecord> {
        let print = print(act, key);
        let same =
            |record: &&KeyRecord| record.print == print && record.act == act && record.key == *key;
        self.keys.iter().find(same)
    }

    /// Whether an act is new: nothing when it is, the number of the group that holds it when the
    /// same was asked before.
    ///
    /// # Errors
    /// [`LedgerError::OtherContent`] when something else was asked under the same key; it names the
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
            Some(field) => Err(LedgerError::OtherContent {
                act,
                key: key.clone(),
                field: field.into(),
                seq: record.seq,
            }),
        }
    }

    /// Refuses an account in which a natural key stands twice.
    pub(super) fn check_keys_once(&self) -> Result<(), LedgerError> {
        let mut prints: Vec<u64> = self.keys.iter().map(|record| record.print).collect();
        prints.sort_unstable();
        let twins = prints.windows(2).filter(|pair| pair.first() == pair.last());
        for print in twins.filter_map(<[u64]>::first) {
            self.check_once(*print)?;
        }
        Ok(())
    }

    /// Refuses two equal keys among those of one print.
    fn check_once(&self, print: u64) -> Result<(), LedgerError> {
        let mut seen: Vec<&KeyRecord> = Vec::new();
        for record in self.keys.iter().filter(|record| record.print == print) {
            let alike = |other: &&&KeyRecord| other.act == record.act && other.key == record.key;
            if let Some(first) = seen.iter().find(alike) {
                return Err(LedgerError::Repeated {
                    act: first.act,
                    key: first.key.clone(),
                    seq: first.seq,
                });
            }
            seen.push(record);
        }
        Ok(())
    }
}
