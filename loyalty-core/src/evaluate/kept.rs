//! What is kept of a purchase.

use crate::ledger::{PurchaseEntry, PurchaseState, Returned};
use crate::number::Currency;
use crate::path::Path;
use crate::purchase::{Back, ReturnLine};

use super::arith::index;
use super::error::ActError;

/// What came back of every line so far.
pub(crate) fn returned(state: &PurchaseState) -> Vec<Returned> {
    let mut all = state.returned.clone();
    all.resize(state.entry.purchase.lines.len(), Returned::default());
    all
}

/// Whether all units of a purchase came back.
pub(crate) fn is_fully_returned(state: &PurchaseState) -> bool {
    state.cancelled
        || state
            .entry
            .purchase
            .lines
            .iter()
            .zip(returned(state))
            .all(|(line, back)| back.quantity >= line.quantity)
}

/// The units of every line that are kept, and the amounts given back on them.
pub(crate) fn kept(entry: &PurchaseEntry, returned: &[Returned]) -> (Vec<u32>, Vec<i64>) {
    entry
        .purchase
        .lines
        .iter()
        .zip(returned)
        .map(|(line, back)| {
            (
                line.quantity.saturating_sub(back.quantity),
                back.amount_minor,
            )
        })
        .unzip()
}

/// Adds what comes back now; every line and number is checked.
pub(crate) fn add_back(
    state: &PurchaseState,
    lines: &[ReturnLine],
) -> Result<Vec<Returned>, ActError> {
    let root = Path::root().key("lines");
    if lines.is_empty() {
        return Err(ActError::input(
            "return.empty",
            root,
            "no lines",
            "at least one line",
        ));
    }
    let mut all = returned(state);
    for (place, line) in lines.iter().enumerate() {
        let path = root.index(place);
        let found = state.line_place(&line.line);
        let sold = found.and_then(|place| state.entry.purchase.lines.get(place));
        let (Some(at), Some(sold)) = (found, sold) else {
            let path = path.key("line");
            return Err(ActError::input(
                "return.line",
                path,
                &line.line,
                "a line of the purchase",
            ));
        };
        let Some(back) = all.get_mut(at) else {
            continue;
        };
        match line.back {
            Back::Quantity(units) => {
                let left = sold.quantity.saturating_sub(back.quantity);
                if units == 0 || units > left {
                    let path = path.key("back").key("quantity");
                    let allowed = format!("1 to {left}");
                    return Err(ActError::input("return.quantity", path, units, allowed));
                }
                back.quantity = back.quantity.saturating_add(units);
            }
            Back::Amount(amount) => {
                let currency = state.entry.purchase.currency;
                let path = path.key("back").key("amount");
                let left = paid_for(
                    &state.entry,
                    at,
                    sold.quantity.saturating_sub(back.quantity),
                )
                .saturating_sub(back.amount_minor)
                .max(0);
                let minor = amount
                    .minor_in(currency)
                    .ok()
                    .filter(|m| *m > 0 && *m <= left);
                let Some(minor) = minor else {
                    let allowed = format!("above 0, at most {}", money(left, currency));
                    return Err(ActError::input("return.amount", path, amount, allowed));
                };
                back.amount_minor = back.amount_minor.saturating_add(minor);
            }
        }
    }
    Ok(all)
}

fn money(minor: i64, currency: Currency) -> crate::number::Money {
    crate::number::Money::of(minor, currency)
}

/// What was paid in money for the first `units` units of a line.
pub(crate) fn paid_for(entry: &PurchaseEntry, place: usize, units: u32) -> i64 {
    let Some(line) = entry.purchase.lines.get(place) else {
        return 0;
    };
    let price = line.price.minor_in(entry.purchase.currency).unwrap_or(0);
    let list = price.saturating_mul(i64::from(units));
    let off = entry
        .discounts
        .iter()
        .chain(&entry.tenders)
        .flat_map(|discount| &discount.shares)
        .filter(|share| index(share.line) == place)
        .fold(0_i64, |sum, share| {
            let count = units.saturating_sub(share.first).min(share.count);
            sum.saturating_add(share.each.minor().saturating_mul(i64::from(count)))
        });
    list.saturating_sub(off)
}
