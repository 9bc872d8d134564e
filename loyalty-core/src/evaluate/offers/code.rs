//! Codes: which were entered for an offer, and what became of each.

use smol_str::SmolStr;

use crate::scheme::compiled::{Condition, Sym};
use crate::scheme::compiled_offer::OfferCodes;

use crate::evaluate::arith::index;
use crate::evaluate::cart::Cart;
use crate::evaluate::context::Context;

use super::OfferVerdict;

/// What became of an entered code.
#[derive(Debug, Clone)]
pub(crate) struct CodeVerdict {
    /// The code as it was entered first.
    pub(crate) code: SmolStr,
    /// The place of the offer that it opened or would have opened.
    pub(crate) offer: Option<u32>,
    /// `granted`, or every reason why not.
    pub(crate) codes: Vec<&'static str>,
}

fn syms<'c>(cart: &'c Cart, codes: &OfferCodes) -> &'c [Sym] {
    match codes.case_sensitive {
        true => &cart.exact_codes,
        false => &cart.codes,
    }
}

/// The place in the order of entry of the first code that opens an offer.
pub(super) fn first_entered(cart: &Cart, codes: &OfferCodes) -> Option<usize> {
    syms(cart, codes)
        .iter()
        .position(|sym| codes.any_of.contains(sym))
}

/// The places in the offer's list of the codes that were entered.
pub(crate) fn entered_places(cart: &Cart, codes: &OfferCodes) -> Vec<usize> {
    let entered = syms(cart, codes);
    let all = codes.any_of.iter().enumerate();
    all.filter(|(_, sym)| entered.contains(sym))
        .map(|(place, _)| place)
        .collect()
}

/// The verdict of every code, each once.
pub(super) fn verdicts(context: &Context<'_>, offers: &[OfferVerdict]) -> Vec<CodeVerdict> {
    let cart = context.cart;
    let mut found: Vec<CodeVerdict> = Vec::with_capacity(cart.entered.len());
    let mut seen: Vec<(Sym, Sym)> = Vec::with_capacity(cart.entered.len());
    for (place, text) in cart.entered.iter().enumerate() {
        let folded = cart.codes.get(place).copied().unwrap_or(Sym::NONE);
        let exact = cart.exact_codes.get(place).copied().unwrap_or(Sym::NONE);
        let known = folded != Sym::NONE || exact != Sym::NONE;
        let again = match known {
            true => seen.contains(&(folded, exact)),
            false => found.iter().any(|verdict| verdict.code == *text),
        };
        if again {
            continue;
        }
        seen.push((folded, exact));
        found.push(verdict(context, offers, text, folded, exact));
    }
    found
}

fn verdict(
    context: &Context<'_>,
    offers: &[OfferVerdict],
    text: &SmolStr,
    folded: Sym,
    exact: Sym,
) -> CodeVerdict {
    let scheme = context.scheme;
    let mut opened: Option<&OfferVerdict> = None;
    for verdict in offers {
        let codes = scheme.offers.get(index(verdict.offer));
        let codes = codes.and_then(|offer| offer.codes.as_ref());
        let names = codes.is_some_and(|codes| {
            let sym = if codes.case_sensitive { exact } else { folded };
            sym != Sym::NONE && codes.any_of.contains(&sym)
        });
        if !names {
            continue;
        }
        if verdict.code == "granted" {
            opened = Some(verdict);
            break;
        }
        opened = opened.or(Some(verdict));
    }
    let Some(opened) = opened else {
        let code = match folded != Sym::NONE && is_condition(context, folded) {
            true => "granted",
            false => "code.unknown",
        };
        return CodeVerdict {
            code: text.clone(),
            offer: None,
            codes: vec![code],
        };
    };
    let codes = match opened.failures.is_empty() {
        true => vec![opened.code],
        false => opened.failures.iter().map(|failure| failure.code).collect(),
    };
    CodeVerdict {
        code: text.clone(),
        offer: Some(opened.offer),
        codes,
    }
}

/// Whether a code is asked for by a condition of the scheme instead.
fn is_condition(context: &Context<'_>, code: Sym) -> bool {
    fn asks(condition: &Condition, code: Sym) -> bool {
        match condition {
            Condition::All(parts) | Condition::Any(parts) => {
                parts.iter().any(|part| asks(part, code))
            }
            Condition::Not(part) => asks(part, code),
            Condition::Code(codes) => codes.contains(&code),
            _ => false,
        }
    }
    let scheme = context.scheme;
    let rules = scheme.rules.iter().filter_map(|rule| rule.when.as_ref());
    let rewards = scheme.rewards.iter().filter_map(|r| r.when.as_ref());
    let offers = scheme.offers.iter().filter_map(|o| o.when.as_ref());
    rules
        .chain(rewards)
        .chain(offers)
        .any(|when| asks(when, code))
}
