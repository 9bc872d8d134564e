//! Sums over what acts booked in the wallet of points.

use loyalty_core::ledger::Entry;
use loyalty_core::number::Points;
use rust_decimal::Decimal;

use super::acts::Done;
use super::scheme::POINTS;

/// Points as a number.
pub(crate) fn points(points: Points) -> Decimal {
    Decimal::new(points.milli(), 3)
}

/// Points that an act brought; what was quoted must be what was booked.
pub(crate) fn earned(done: &Done) -> Result<Decimal, String> {
    let booked = earned_by(&done.entries, None);
    let Some(decision) = &done.decision else {
        return Ok(booked);
    };
    let wallets = decision.wallets.iter();
    let quoted = wallets.filter(|wallet| wallet.wallet.as_str() == POINTS);
    let quoted: Decimal = quoted.map(|wallet| points(wallet.earned)).sum();
    if !done.asked && done.refused.is_none() && quoted != booked {
        return Err(format!("quoted {quoted} points but booked {booked}"));
    }
    Ok(quoted)
}

/// Points that an act spent.
pub(crate) fn spent(done: &Done) -> Decimal {
    if let Some(decision) = &done.decision {
        let wallets = decision.wallets.iter();
        let spent = wallets.filter(|wallet| wallet.wallet.as_str() == POINTS);
        return spent.map(|wallet| points(wallet.spent)).sum();
    }
    let draws = done.entries.iter().filter_map(|entry| match entry {
        Entry::Redemption(entry) if entry.wallet.as_str() == POINTS => Some(entry.draws.iter()),
        _ => None,
    });
    draws.flatten().map(|draw| points(draw.points)).sum()
}

/// Points that a purchase has brought so far, less what was taken back.
pub(crate) fn kept(entries: &[Entry], order: &str) -> Decimal {
    let order = Some(order);
    earned_by(entries, order) - reversed(entries, order) + restored(entries, order, false)
}

fn earned_by(entries: &[Entry], order: Option<&str>) -> Decimal {
    let found = entries.iter().filter_map(|entry| match entry {
        Entry::Earning(entry) if entry.wallet.as_str() == POINTS => {
            let own = entry.purchase().map(|order| order.as_str());
            (order.is_none() || own == order).then_some(entry.points)
        }
        _ => None,
    });
    found.map(points).sum()
}

/// Earned points that were taken back.
pub(crate) fn reversed(entries: &[Entry], order: Option<&str>) -> Decimal {
    let found = entries.iter().filter_map(|entry| match entry {
        Entry::Reversal(entry) if entry.wallet.as_str() == POINTS => {
            let drawn: Decimal = entry.draws.iter().map(|draw| points(draw.points)).sum();
            let total = drawn + points(entry.deficit) + points(entry.written_off);
            (order.is_none() || Some(entry.purchase.as_str()) == order).then_some(total)
        }
        _ => None,
    });
    found.sum()
}

/// Points that came back: spent ones, or earned ones that had been taken back.
pub(crate) fn restored(entries: &[Entry], order: Option<&str>, spent: bool) -> Decimal {
    let found = entries.iter().filter_map(|entry| match entry {
        Entry::Restoration(entry) if entry.wallet.as_str() == POINTS => {
            let own = entry.purchase.as_ref().map(|order| order.as_str());
            if entry.redemption.is_some() != spent || (order.is_some() && own != order) {
                return None;
            }
            let drawn = entry.draws.iter().map(|draw| points(draw.points));
            let opened = entry.lots.iter().map(|lot| points(lot.points));
            Some(drawn.chain(opened).sum::<Decimal>() + points(entry.deficit))
        }
        _ => None,
    });
    found.sum()
}
