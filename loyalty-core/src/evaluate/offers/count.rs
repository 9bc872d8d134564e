//! What offers count: their uses, their codes, and the money that they give.

use crate::ledger::{LimitKey, PurchaseEntry};
use crate::number::{Rounding, mul_div_round};
use crate::scheme::CapPeriod;
use crate::scheme::compiled_offer::{Offer, OfferCodes};
use crate::time::Date;

use crate::evaluate::cart::Cart;
use crate::evaluate::draft::Draft;
use crate::evaluate::error::ActError;
use crate::evaluate::limit::key;

use super::code::known;

/// An amount of the cart's currency in the scheme's, half up; nothing without a ratio.
pub(crate) fn in_scheme(cart: &Cart, minor: i64) -> Option<i64> {
    if !cart.foreign {
        return Some(minor);
    }
    let rate = cart.exchange?;
    mul_div_round(minor, rate.num, rate.den, Rounding::HalfUp)
}

/// Moves the counters of an offer by so many uses and so much money.
pub(crate) fn count(
    draft: &mut Draft<'_>,
    offer: &Offer,
    entry: &PurchaseEntry,
    date: Date,
    uses: i64,
    given: i64,
) -> Result<(), ActError> {
    for cap in &offer.times {
        if let Some(key) = key(cap, date) {
            draft.count(key, uses)?;
        }
    }
    count_code(draft, offer, entry, uses)?;
    for budget in &offer.budgets {
        if let Some(key) = key(&budget.cap, date) {
            draft.count(key, given)?;
        }
    }
    Ok(())
}

/// Gives back what a return of everything gives back: the use of a code, and of limits that count
/// one member. Scheme budgets and limits over all members stay used.
pub(crate) fn give_back(
    draft: &mut Draft<'_>,
    offer: &Offer,
    entry: &PurchaseEntry,
    date: Date,
) -> Result<(), ActError> {
    for cap in offer
        .times
        .iter()
        .filter(|cap| cap.per != CapPeriod::Scheme)
    {
        if let Some(key) = key(cap, date) {
            draft.count(key, -1)?;
        }
    }
    count_code(draft, offer, entry, -1)
}

/// Moves the counter of the code that a purchase used, once where several offers know it.
fn count_code(
    draft: &mut Draft<'_>,
    offer: &Offer,
    entry: &PurchaseEntry,
    uses: i64,
) -> Result<(), ActError> {
    let counter = offer.codes.as_ref().and_then(|codes| used(entry, codes));
    let Some(counter) = counter else {
        return Ok(());
    };
    if draft.pool.iter().any(|count| count.limit == counter) {
        return Ok(());
    }
    draft.count(counter, uses)
}

/// The counter of the code by which a purchase opened an offer: the first one entered that had uses
/// left. Nothing where that code has no limit.
fn used(entry: &PurchaseEntry, codes: &OfferCodes) -> Option<LimitKey> {
    for code in &entry.purchase.codes {
        let Some(known) = known(codes, &entry.terms.coupons, code.as_str()) else {
            continue;
        };
        let (limit, _) = known.limit?;
        let met = entry.terms.headroom.iter();
        if met
            .into_iter()
            .any(|met| met.limit == limit && met.left > 0)
        {
            return Some(limit);
        }
    }
    None
}
