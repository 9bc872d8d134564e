//! An account together with its groups, in memory.

use crate::id::{GroupKey, MemberId};
use crate::time::Moment;

use super::account::Account;
use super::error::LedgerError;
use super::group::{ActKind, Group};
use super::wallet::place_of_seq;

/// An account and every group that it was folded from.
///
/// A convenience for tests, examples and small shops; others keep groups in their own database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    account: Account,
    groups: Vec<Group>,
}

impl Ledger {
    /// The ledger of a member before anything happened.
    #[must_use]
    pub fn new(member: MemberId) -> Self {
        Self {
            account: Account::new(member),
            groups: Vec::new(),
        }
    }

    /// The ledger that whole groups make.
    ///
    /// # Errors
    /// As [`Account::replay`].
    pub fn from_groups(member: MemberId, groups: Vec<Group>) -> Result<Self, LedgerError> {
        let account = Account::replay(member, &groups)?;
        Ok(Self { account, groups })
    }

    /// Posts a group.
    ///
    /// # Errors
    /// As [`Account::apply`]; the ledger is then as before.
    pub fn post(&mut self, group: Group) -> Result<(), LedgerError> {
        self.account.apply(&group)?;
        self.groups.push(group);
        Ok(())
    }

    /// The account.
    #[must_use]
    pub const fn account(&self) -> &Account {
        &self.account
    }

    /// Every group, first to last.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The group that an act was posted in, or that poured it in.
    #[must_use]
    pub fn group_of(&self, act: ActKind, key: &GroupKey) -> Option<&Group> {
        let record = self.account.posted(act, key)?;
        self.groups.get(place_of_seq(record.seq)?)
    }

    /// The groups after the one of this number.
    #[must_use]
    pub fn tail(&self, seq: u64) -> &[Group] {
        let from = usize::try_from(seq).unwrap_or(usize::MAX);
        self.groups.get(from..).unwrap_or_default()
    }

    /// The account as it stood at a moment: the groups posted by then, and what time had brought.
    ///
    /// # Errors
    /// As [`Account::replay`] and [`Account::due`].
    pub fn at(&self, moment: Moment) -> Result<Account, LedgerError> {
        let by_then = |group: &&Group| group.at.instant_ms() <= moment.instant_ms();
        let groups = self.groups.iter().take_while(by_then);
        Account::replay(self.account.member.clone(), groups)?.with_due(moment)
    }
}
