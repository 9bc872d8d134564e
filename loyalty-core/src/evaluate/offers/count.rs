//! What offers count: their uses, their codes, and the money that they give.

use crate::number::{Rounding, mul_div_round};
use crate::purchase::Purchase;
use crate::scheme::CapPeriod;
use crate::scheme::compiled_offer::{Offer, OfferCodes};
use crate::time::Date;

use crate::evaluate::cart::{Cart, fold_code};
use crate::evaluate::draft::Draft;
use crate::evaluate::error::ActError;
use crate::evaluate::limit::{key, named};

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
    purchase: &Purchase,
    date: Date,
    uses: i64,
    given: i64,
) -> Result<(), ActError> {
    for cap in &offer.times {
        if let Some(key) = key(cap, date) {
            draft.count(key, uses)?;
        }
    }
    if let Some(codes) = &offer.codes {
        let used = entered(purchase, codes);
        if let Some(counter) = used.and_then(|place| codes.counters.get(place)) {
            draft.count(named(counter, CapPeriod::Scheme, date), uses)?;
        }
    }
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
    purchase: &Purchase,
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
    if let Some(codes) = &offer.codes
        && let Some(place) = entered(purchase, codes)
        && let Some(counter) = codes.counters.get(place)
    {
        draft.count(named(counter, CapPeriod::Scheme, date), -1)?;
    }
    Ok(())
}

/// The place in the offer's list of the code that a purchase used: the first one entered.
fn entered(purchase: &Purchase, codes: &OfferCodes) -> Option<usize> {
    let texts = purchase
        .codes
        .iter()
        .map(|code| match codes.case_sensitive {
            true => code.into(),
            false => fold_code(code.as_str()),
        });
    texts
        .into_iter()
        .find_map(|code| codes.texts.iter().position(|text| *text == code))
}
