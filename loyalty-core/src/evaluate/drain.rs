//! Which lots give points, and in which order.

use crate::id::{LotId, PurchaseId, WalletId};
use crate::ledger::{Account, Draw, Lot, Wallet};
use crate::number::Points;
use crate::number::Sort;
use crate::scheme::Draw as DrawOrder;
use crate::time::Moment;

/// What of a lot can be drawn now.
fn free(wallet: &Wallet, lot: &Lot, now: Moment) -> Points {
    let lapsed = wallet
        .deadline(lot)
        .is_some_and(|deadline| deadline.reached(now));
    if lot.pending().is_some() || lapsed {
        return Points::ZERO;
    }
    lot.remaining.checked_sub(lot.held).unwrap_or(Points::ZERO)
}

/// Draws usable points in an order; what could not be drawn.
pub(crate) fn draw(
    account: &Account,
    wallet: &WalletId,
    points: Points,
    order: DrawOrder,
    now: Moment,
) -> (Vec<Draw>, Points) {
    draw_last(account, wallet, points, order, now, None)
}

/// The same with the points of one purchase after all others.
pub(crate) fn draw_last(
    account: &Account,
    wallet: &WalletId,
    points: Points,
    order: DrawOrder,
    now: Moment,
    last: Option<&PurchaseId>,
) -> (Vec<Draw>, Points) {
    let Some(state) = account.wallet(wallet) else {
        return (Vec::new(), points);
    };
    let offset = now.offset_ms();
    let mut lots: Vec<(bool, bool, i64, LotId, Points)> = state
        .live_lots()
        .map(|(number, lot)| {
            let own = last.is_some() && lot.purchase() == last;
            let deadline = state
                .deadline(lot)
                .map_or(i64::MAX, |deadline| deadline.order_ms(offset));
            // A merge puts lots behind others that are younger.
            let deadline = if order == DrawOrder::Oldest {
                lot.opened.days().into()
            } else {
                deadline
            };
            let plain = order == DrawOrder::PromotionalFirst && !lot.promotional();
            (own, plain, deadline, number, free(state, lot, now))
        })
        .filter(|(.., free)| !free.is_zero())
        .collect();
    lots.order();
    take(
        lots.into_iter().map(|(.., number, free)| (number, free)),
        points,
    )
}

/// What a return takes back.
pub(crate) struct Taken {
    /// Of lots.
    pub(crate) draws: Vec<Draw>,
    /// Of the purchase's lots, had it not lapsed before.
    pub(crate) lapsed: Vec<Draw>,
    /// What is gone.
    pub(crate) short: Points,
}

/// Draws what a return takes back: pending points of the purchase, its usable ones, what of it has
/// lapsed, then others, those that lapse first before all.
pub(crate) fn draw_back(
    account: &Account,
    wallet: &WalletId,
    purchase: &PurchaseId,
    points: Points,
    others: bool,
    now: Moment,
) -> Taken {
    let Some(state) = account.wallet(wallet) else {
        return Taken {
            draws: Vec::new(),
            lapsed: Vec::new(),
            short: points,
        };
    };
    let own = |lot: &Lot| lot.purchase() == Some(purchase);
    let held_free = |lot: &Lot| lot.remaining.checked_sub(lot.held).unwrap_or(Points::ZERO);
    let pending = state
        .live_lots()
        .filter(|(_, lot)| own(lot) && lot.pending().is_some())
        .map(|(number, lot)| (number, held_free(lot)));
    let active = state
        .live_lots()
        .filter(|(_, lot)| own(lot) && lot.pending().is_none())
        .map(|(number, lot)| (number, held_free(lot)));
    let (mut draws, left) = take(pending.chain(active), points);
    let (lapsed, left) = match left.is_zero() {
        true => (Vec::new(), left),
        false => {
            let mine = state.lots.iter().enumerate().filter(|(_, lot)| own(lot));
            let number = |place| LotId::new(u64::try_from(place).unwrap_or(u64::MAX));
            let lapsed = mine.map(|(place, lot)| (number(place), lot.expired));
            take(lapsed, left)
        }
    };
    if left.is_zero() || !others {
        return Taken {
            draws,
            lapsed,
            short: left,
        };
    }
    let offset = now.offset_ms();
    let mut rest: Vec<(i64, LotId, Points)> = state
        .live_lots()
        .filter(|(_, lot)| !own(lot))
        .map(|(number, lot)| {
            let deadline = state
                .deadline(lot)
                .map_or(i64::MAX, |deadline| deadline.order_ms(offset));
            (deadline, number, free(state, lot, now))
        })
        .collect();
    rest.order();
    let (more, left) = take(
        rest.into_iter().map(|(_, number, free)| (number, free)),
        left,
    );
    draws.extend(more);
    Taken {
        draws,
        lapsed,
        short: left,
    }
}

fn take(lots: impl Iterator<Item = (LotId, Points)>, points: Points) -> (Vec<Draw>, Points) {
    let mut left = points;
    let mut draws = Vec::new();
    for (lot, free) in lots {
        let part = free.min(left);
        if part.is_zero() {
            continue;
        }
        left = left.checked_sub(part).unwrap_or(Points::ZERO);
        draws.push(Draw { lot, points: part });
        if left.is_zero() {
            break;
        }
    }
    (draws, left)
}

/// The sum of draws.
pub(crate) fn sum(draws: &[Draw]) -> Points {
    let milli = draws
        .iter()
        .fold(0_i64, |sum, draw| sum.saturating_add(draw.points.milli()));
    Points::from_milli(milli)
}
