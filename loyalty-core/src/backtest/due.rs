//! When something falls due on an account.

use crate::ledger::Account;
use crate::time::Moment;

/// The first moment up to `now` at which time brings something to an account, tier reviews among it.
/// The civil time has the offset of `now`; it is never before the account's last moment.
pub(super) fn next_due(account: &Account, now: Moment) -> Option<Moment> {
    let offset_ms = now.offset_ms();
    let reviews = account.ladders.iter().filter_map(|ladder| ladder.review);
    let review = reviews.map(|deadline| deadline.order_ms(offset_ms)).min();
    let next = account
        .next_due_ms(offset_ms)
        .into_iter()
        .chain(review)
        .min()?;
    if next > now.civil_ms() {
        return None;
    }
    let at = Moment::with_offset(next.saturating_sub(offset_ms), offset_ms).ok()?;
    Some(match account.at {
        Some(last) if at.instant_ms() < last.instant_ms() || at.date() < last.date() => last,
        _ => at,
    })
}
