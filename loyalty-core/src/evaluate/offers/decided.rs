//! What a decision says of offers and codes.

use serde::Serialize;
use smol_str::SmolStr;

use crate::id::OfferId;
use crate::number::Money;
use crate::time::Date;

use crate::evaluate::arith::index;
use crate::evaluate::context::Context;
use crate::evaluate::evaluation::Evaluation;
use crate::evaluate::reason::Shortage;

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

pub(crate) fn codes(context: &Context<'_>, evaluation: &Evaluation) -> Vec<CodeDecision> {
    let found = evaluation.priced.offered.codes.iter();
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

pub(crate) fn offers(context: &Context<'_>, evaluation: &Evaluation) -> Vec<OfferDecision> {
    let money = |minor| Money::of(minor, context.cart.currency);
    let found = evaluation.priced.offered.verdicts.iter();
    found
        .filter_map(|verdict| {
            Some(OfferDecision {
                offer: offer_id(context, Some(verdict.offer))?,
                code: verdict.code,
                amount: money(verdict.amount),
                by: offer_id(context, verdict.by),
                missing: verdict
                    .missing
                    .map(|missing| missing.in_currency(context.scheme.currency)),
                resets: verdict.resets,
            })
        })
        .collect()
}

pub(crate) fn choice(context: &Context<'_>, evaluation: &Evaluation) -> Option<ChoiceDecision> {
    let money = |minor| Money::of(minor, context.cart.currency);
    let found = evaluation.priced.offered.certificate?;
    Some(ChoiceDecision {
        optimal: found.optimal,
        tries: found.tries,
        value: money(found.value),
        bound: money(found.bound),
    })
}
