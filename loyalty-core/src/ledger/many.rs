//! Many accounts folded from one log.

use std::hint::black_box;

use super::account::{Account, Wallet};
use super::error::LedgerError;
use super::fold::Replay;
use super::group::Group;

/// How many groups are looked at together.
const BATCH: usize = 32;

/// Folds the groups of many accounts in the order of one log; each comes with the place of its
/// account among the replays.
///
/// It does what [`Replay::push`] does with one group after the other. The accounts of the next few
/// groups are read before any of them is folded, so that memory fetches them at the same time.
///
/// # Errors
/// The first problem that a group has, [`LedgerError::Number`] where a place has no replay.
pub fn push_all<'a>(
    replays: &mut [Replay],
    log: impl IntoIterator<Item = (usize, &'a Group)>,
) -> Result<(), LedgerError> {
    let mut log = log.into_iter();
    let mut batch: Vec<(usize, &Group)> = Vec::with_capacity(BATCH);
    loop {
        batch.clear();
        batch.extend(log.by_ref().take(BATCH));
        if batch.is_empty() {
            return Ok(());
        }
        for read in [heads, wallets, ends] {
            let accounts = batch.iter().filter_map(|(place, _)| replays.get(*place));
            let read = accounts.fold(0, |sum: u64, replay| {
                sum.wrapping_add(read(replay.account()))
            });
            black_box(read);
        }
        for (place, group) in &batch {
            match replays.get_mut(*place) {
                Some(replay) => replay.push(group)?,
                None => {
                    let found = super::wallet::number(*place);
                    return Err(LedgerError::number("account", found, replays.len()));
                }
            }
        }
    }
}

/// The account's own memory.
fn heads(account: &Account) -> u64 {
    let lengths = [
        account.keys.len(),
        account.redemptions.len(),
        account.wallets.len(),
    ];
    let sum = lengths.into_iter().fold(0, usize::wrapping_add);
    account.head.seq.wrapping_add(super::wallet::number(sum))
}

/// The wallets.
fn wallets(account: &Account) -> u64 {
    let of = |wallet: &Wallet| {
        let sum = wallet
            .totals
            .redeemed
            .milli()
            .wrapping_add(wallet.deficit.milli());
        super::wallet::number(wallet.lots.len().wrapping_add(wallet.first_live))
            .wrapping_add(sum.unsigned_abs())
    };
    account.wallets.iter().map(of).fold(0, u64::wrapping_add)
}

/// The ends of the lists that grow, and the first live lots.
fn ends(account: &Account) -> u64 {
    let of = |wallet: &Wallet| {
        let live = wallet.lots.get(wallet.first_live);
        let last = wallet.lots.last();
        let milli = [live, last].into_iter().flatten();
        milli.fold(0, |sum: u64, lot| {
            sum.wrapping_add(lot.remaining.milli().unsigned_abs())
        })
    };
    let lots = account.wallets.iter().map(of).fold(0, u64::wrapping_add);
    let key = account.keys.last().map_or(0, |key| key.seq);
    let spent = account.redemptions.last();
    let spent = spent.map_or(0, |spent| spent.restored.milli().unsigned_abs());
    lots.wrapping_add(key).wrapping_add(spent)
}
