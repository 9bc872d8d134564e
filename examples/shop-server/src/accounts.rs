//! Members' accounts: the fold of their rows, kept at hand by version.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use loyalty_core::id::MemberId;
use loyalty_core::ledger::{Account, Group, verify, verify_from};

use crate::problem::Problem;
use crate::store::Store;

/// How many accounts are kept at hand.
const KEPT_MAX: usize = 10_000;

/// Accounts that were folded before. They are a shortcut: the rows are the truth, and an account is
/// used only as far as the rows confirm its version.
#[derive(Default)]
pub(crate) struct Accounts {
    kept: Mutex<BTreeMap<MemberId, Arc<Account>>>,
}

impl Accounts {
    /// The account as the rows have it now. What is at hand is carried on with the rows after it,
    /// every hash of which is recomputed.
    pub(crate) fn load(&self, store: &Store, member: &MemberId) -> Result<Arc<Account>, Problem> {
        let kept = self.kept(member);
        let head = store.head(member)?;
        if kept.head == head {
            return Ok(kept);
        }
        let carried_on = if kept.head.seq < head.seq {
            let tail = store.groups_after(member, kept.head.seq)?;
            verify_from(kept.head, &tail)
                .and_then(|_| Account::clone(&kept).continue_replay(&tail))
                .ok()
        } else {
            None
        };
        let account = match carried_on {
            Some(account) => account,
            // The rows are not those that the account at hand was folded from.
            None => replay(member, &store.groups_after(member, 0)?)?,
        };
        let account = Arc::new(account);
        self.keep(Arc::clone(&account));
        Ok(account)
    }

    /// Keeps an account whose last group was just stored.
    pub(crate) fn keep(&self, account: Arc<Account>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(account.member.clone(), account);
    }

    fn kept(&self, member: &MemberId) -> Arc<Account> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get(member).map(Arc::clone);
        found.unwrap_or_else(|| Arc::new(Account::new(member.clone())))
    }
}

/// The account from nothing, with every hash recomputed.
pub(crate) fn replay(member: &MemberId, groups: &[Group]) -> Result<Account, Problem> {
    verify(groups)?;
    Ok(Account::replay(member.clone(), groups)?)
}
