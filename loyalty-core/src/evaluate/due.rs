//! What time has brought: the ledger's deadlines and the ladders' reviews, in one order.

use crate::ledger::{Account, DueKind, Entry, MetricEntry};
use crate::scheme::compiled::{Ladder, Metric, Scheme};
use crate::time::Moment;

use super::draft::Draft;
use super::error::ActError;
use super::expiry::moment_at;
use super::ladder::{due_review, next_due_review, post_review, settle_tiers_at};

/// How many due things one act posts at most: a bound against a log that never settles.
const DUE_MAX: u32 = 1_000_000;

/// Whether anything is due that is not posted.
pub(crate) fn anything_due(scheme: &Scheme, account: &Account, at: Moment) -> bool {
    let mut ladders = scheme.ladders.iter();
    let review = ladders.any(|ladder| due_review(ladder, account, at, scheme).is_some());
    review || account.has_due(at)
}

/// Posts what an act itself has left behind its deadline; the tiers that follow are those of now.
pub(crate) fn post_late(draft: &mut Draft<'_>) -> Result<(), ActError> {
    let now = draft.at();
    post_due(draft, Some(now))
}

/// Posts everything that is due on a draft, in the order of the deadlines. Tiers follow what one
/// kind of things has brought at one moment, and none changes before `since`.
pub(crate) fn post_due(draft: &mut Draft<'_>, since: Option<Moment>) -> Result<(), ActError> {
    let mut moved: Option<(i64, DueKind)> = None;
    for _ in 0..DUE_MAX {
        let review = next_due_review(draft);
        let until = review.map(|(order, ..)| order);
        let step = draft.account.due_step(draft.at(), until);
        let step = step.filter(|(order, kind, _)| {
            until.is_none_or(|until| (*order, *kind) < (until, DueKind::Review))
        });
        let next = step.as_ref().map(|(order, kind, _)| (*order, *kind));
        if let Some((order, _)) = moved.filter(|moved| next != Some(*moved)) {
            let then = moment_at(order, draft.at())?;
            let before = |since: &Moment| then.instant_ms() < since.instant_ms();
            let then = since.filter(before).unwrap_or(then);
            settle_tiers_at(draft, then, then)?;
            moved = None;
            continue;
        }
        match (step, review) {
            (None, None) => return Ok(()),
            (Some((order, kind, entries)), _) => {
                if post_step(draft, entries)? {
                    moved = Some((order, kind));
                }
            }
            (None, Some((_, place, deadline))) => post_review(draft, place, deadline)?,
        }
    }
    Err(ActError::refused(
        "internal.state",
        "deadlines without end",
        "an end",
    ))
}

/// Posts what one deadline brings; whether a tier may follow from it.
fn post_step(draft: &mut Draft<'_>, entries: Vec<Entry>) -> Result<bool, ActError> {
    let is_balance = |ladder: &Ladder| matches!(ladder.metric, Metric::Balance(_));
    let balances = draft.scheme.ladders.iter().any(is_balance);
    let mut moves = false;
    for mut entry in entries {
        moves |= balances && matches!(entry, Entry::Activation(_) | Entry::Expiry(_));
        if let Entry::Activation(activation) = &mut entry {
            activation.metrics = activated_metrics(
                draft.scheme,
                &draft.account,
                &activation.wallet,
                activation.lot,
            );
            moves |= !activation.metrics.is_empty();
        }
        draft.push(entry)?;
    }
    Ok(moves)
}

/// What a lot that becomes usable adds to ladders that count only usable points.
pub(crate) fn activated_metrics(
    scheme: &Scheme,
    account: &Account,
    wallet: &crate::id::WalletId,
    lot: crate::id::LotId,
) -> Vec<MetricEntry> {
    let Some(points) = account
        .wallet(wallet)
        .and_then(|w| w.lot(lot))
        .map(|lot| lot.remaining)
    else {
        return Vec::new();
    };
    let of_wallet = |place: u16| {
        scheme
            .wallets
            .get(usize::from(place))
            .is_some_and(|known| known.id == *wallet)
    };
    scheme
        .ladders
        .iter()
        .filter(|ladder| {
            !ladder.count_pending
                && !points.is_zero()
                && matches!(ladder.metric, Metric::PointsEarned(place) if of_wallet(place))
        })
        .map(|ladder| MetricEntry {
            ladder: ladder.id.clone(),
            amount: points.milli(),
        })
        .collect()
}
