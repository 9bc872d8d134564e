//! The hash chain: each group carries the hash of the one before and its own.

use super::error::{LedgerError, LedgerErrorKind};
use super::group::{Group, Head};

/// A group with the hash that its content asks for.
///
/// # Errors
/// [`LedgerErrorKind::Encoding`] when the group has no JSON form.
pub fn seal(mut group: Group) -> Result<Group, LedgerError> {
    group.hash = group.compute_hash()?;
    Ok(group)
}

/// Recomputes every hash and link of a whole log; the head that it leads to.
///
/// It looks at the chain alone; [`Account::replay`](super::Account::replay) checks what the entries
/// say.
///
/// # Errors
/// [`LedgerErrorKind::Sequence`], [`LedgerErrorKind::Chain`] or [`LedgerErrorKind::Hash`], the first in the order
/// of the log.
pub fn verify<'a>(groups: impl IntoIterator<Item = &'a Group>) -> Result<Head, LedgerError> {
    verify_from(Head::default(), groups)
}

/// Recomputes every hash and link after a head that is trusted; the head that they lead to.
///
/// # Errors
/// As [`verify`].
pub fn verify_from<'a>(
    head: Head,
    groups: impl IntoIterator<Item = &'a Group>,
) -> Result<Head, LedgerError> {
    groups.into_iter().try_fold(head, verify_next)
}

/// How many groups from the first on form an unbroken chain.
#[must_use]
pub fn longest_valid_prefix(groups: &[Group]) -> usize {
    let mut head = Head::default();
    let valid = groups
        .iter()
        .take_while(|group| match verify_next(head, group) {
            Ok(next) => {
                head = next;
                true
            }
            Err(_) => false,
        });
    valid.count()
}

/// Checks that a group follows a head; its own head.
pub(super) fn verify_next(head: Head, group: &Group) -> Result<Head, LedgerError> {
    let next = head.seq.saturating_add(1);
    if group.seq != next {
        return Err(LedgerErrorKind::Sequence {
            found: group.seq,
            allowed: next,
        }
        .into());
    }
    if group.prev != head.hash {
        return Err(LedgerErrorKind::Chain {
            seq: group.seq,
            found: group.prev,
            allowed: head.hash,
        }
        .into());
    }
    let allowed = group.compute_hash()?;
    if group.hash != allowed {
        return Err(LedgerErrorKind::Hash {
            seq: group.seq,
            found: group.hash,
            allowed,
        }
        .into());
    }
    Ok(Head {
        seq: group.seq,
        hash: group.hash,
    })
}
