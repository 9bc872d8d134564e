//! What a decision says of offers and codes.

use serde::Serialize;
use smol_str::SmolStr;

use crate::id::{OfferId, RewardId};
use crate::ledger::DueCode;
use crate::number::Money;
use crate::scheme::compiled_offer::OfferGives;
use crate::scheme::{LastDay, RoundUp};
use crate::time::Date;

use crate::evaluate::arith::index;
use crate::evaluate::context::Context;
use crate::evaluate::error::ActError;
use crate::evaluate::expiry::validity_end;
use crate::evaluate::reason::Shortage;

use super::Offered;

/// What became of a code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CodeDecision {
    /// The code as it was entered.
    pub code: SmolStr,
    /// The offer that it opens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offer: Option<OfferId>,
    /// `granted`, or every reason why it opens nothing.
    pub reasons: Vec<&'static str>,
}

/// How the choice among offers that exclude each other was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ChoiceDecision {
    /// Whether no other combination is better.
    pub optimal: bool,
    /// How many combinations were tried.
    pub tries: u32,
    /// What the chosen offers take off.
    pub value: Money,
    /// What no combination takes off more than.
    pub bound: Money,
}

/// What became of an offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OfferDecision {
    /// The offer.
    pub offer: OfferId,
    /// `granted`, or why it gives nothing.
    pub code: &'static str,
    /// What it takes off goods and delivery.
    pub amount: Money,
    /// How many units it uses: those that it lowers, and those that its sets take.
    pub units: u32,
    /// How many sets of units it finds, or how many times it gives its gift.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sets: Option<u32>,
    /// The offer that took its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<OfferId>,
    /// What is missing for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<Shortage>,
    /// The first day on which its limit is free again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resets: Option<Date>,
}

pub(crate) fn codes(context: &Context<'_>, offered: &Offered) -> Vec<CodeDecision> {
    let found = offered.codes.iter();
    found
        .map(|verdict| CodeDecision {
            code: verdict.code.clone(),
            offer: offer_id(context, verdict.offer),
            reasons: verdict.codes.clone(),
        })
        .collect()
}

fn offer_id(context: &Context<'_>, place: Option<u32>) -> Option<OfferId> {
    let offer = context.scheme.offers.get(index(place?))?;
    Some(offer.id.clone())
}

pub(crate) fn offers(context: &Context<'_>, offered: &Offered) -> Vec<OfferDecision> {
    let money = |minor| Money::of(minor, context.cart.currency);
    let found = offered.verdicts.iter();
    found
        .filter_map(|verdict| {
            Some(OfferDecision {
                offer: offer_id(context, Some(verdict.offer))?,
                code: verdict.code,
                amount: money(verdict.amount),
                units: verdict.units,
                sets: verdict.sets,
                by: offer_id(context, verdict.by),
                missing: verdict
                    .missing
                    .map(|missing| missing.in_currency(context.scheme.currency)),
                resets: verdict.resets,
            })
        })
        .collect()
}

pub(crate) fn issued(context: &Context<'_>, offered: &Offered) -> Vec<RewardId> {
    let mut found = Vec::new();
    for issued in &offered.issued {
        let Some((_, OfferGives::Reward(reward, quantity))) = issued.of(context.scheme) else {
            continue;
        };
        if let Some(reward) = context.scheme.rewards.get(index(*reward)) {
            found.extend((0..*quantity).map(|_| reward.id.clone()));
        }
    }
    found
}

/// The codes that the host is to make.
pub(crate) fn due_codes(
    context: &Context<'_>,
    offered: &Offered,
) -> Result<Vec<DueCode>, ActError> {
    let mut due = Vec::new();
    for issued in &offered.issued {
        let Some((offer, OfferGives::Code(code))) = issued.of(context.scheme) else {
            continue;
        };
        let expiry = code
            .valid_for
            .map(|span| validity_end(span, RoundUp::None, LastDay::Inclusive, context.at));
        due.push(DueCode {
            offer: offer.id.clone(),
            batch: code.batch.clone(),
            quantity: code.quantity,
            expiry: expiry.transpose()?,
        });
    }
    Ok(due)
}

/// How the choice among offers was made.
pub(crate) fn choice(context: &Context<'_>, offered: &Offered) -> Option<ChoiceDecision> {
    let money = |minor| Money::of(minor, context.cart.currency);
    offered.certificate.map(|found| ChoiceDecision {
        optimal: found.optimal,
        tries: found.tries,
        value: money(found.value),
        bound: money(found.bound),
    })
}
