//! Codes: which were entered for an offer, and what became of each.

use smol_str::{SmolStr, format_smolstr};

use crate::customer::{Coupon, Facts};
use crate::id::MemberId;
use crate::ledger::{Headroom, LimitKey};
use crate::number::Sort;
use crate::purchase::Purchase;
use crate::scheme::compiled::{Condition, Kind, Scheme, Sym};
use crate::scheme::compiled_offer::OfferCodes;
use crate::time::Moment;

use crate::evaluate::cart::fold_code;
use crate::evaluate::context::Context;
use crate::evaluate::draft::Draft;
use crate::evaluate::error::ActError;

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

/// An entered code that an offer knows.
#[derive(Debug, Clone)]
pub(crate) struct EnteredCode {
    /// Its place in the order of entry.
    pub(super) entry: usize,
    /// Why it cannot be used.
    pub(super) failures: Vec<&'static str>,
}

/// Why a coupon cannot be used by a member at a moment, its limit left aside.
fn coupon_failures(coupon: &Coupon, member: &MemberId, at: Moment) -> Vec<&'static str> {
    let mut failures = Vec::new();
    if coupon.recipient.as_ref().is_some_and(|only| only != member) {
        failures.push("code.recipient");
    }
    let now = at.civil_ms();
    let early = coupon.from.is_some_and(|from| now < from.civil_ms());
    if early || coupon.until.is_some_and(|until| until.civil_ms() <= now) {
        failures.push("code.window");
    }
    failures
}

/// The coupons that were entered and can be used, for the returns of the purchase.
pub(crate) fn valid_coupons(draft: &Draft<'_>, purchase: &Purchase, facts: &Facts) -> Vec<Coupon> {
    let codes = purchase.codes.iter();
    let entered: Vec<SmolStr> = codes.map(|code| fold_code(code.as_str())).collect();
    let valid = |coupon: &&Coupon| {
        let batch = coupon.batch.as_str();
        draft.scheme.symbols.find(Kind::Batch, batch) != Sym::NONE
            && entered.contains(&fold_code(coupon.code.as_str()))
            && coupon_failures(coupon, &draft.account.member, draft.occurred()).is_empty()
    };
    let bare = |coupon: &Coupon| Coupon {
        recipient: None,
        from: None,
        until: None,
        ..coupon.clone()
    };
    facts.coupons.iter().filter(valid).map(bare).collect()
}

/// A code that an offer knows.
pub(super) struct KnownCode<'c> {
    /// The counter of its uses and the most of them; nothing where they have no limit.
    pub(super) limit: Option<(LimitKey, u32)>,
    /// The coupon, of a code that the host keeps.
    coupon: Option<&'c Coupon>,
}

/// What an offer knows about a code; nothing where it does not know it.
pub(super) fn known<'c>(
    codes: &OfferCodes,
    coupons: &'c [Coupon],
    text: &str,
) -> Option<KnownCode<'c>> {
    let written = |text: &str| match codes.case_sensitive {
        true => text.into(),
        false => fold_code(text),
    };
    let text = written(text);
    if let Some(place) = codes.texts.iter().position(|known| *known == text) {
        let counter = codes.counters.get(place);
        return Some(KnownCode {
            limit: counter.map(|name| (LimitKey::new(name, None), codes.times_each)),
            coupon: None,
        });
    }
    let (_, batch) = codes.batch.as_ref()?;
    let coupon = coupons
        .iter()
        .find(|coupon| coupon.batch == *batch && written(coupon.code.as_str()) == text)?;
    let counter = format_smolstr!("scheme.coupon.{text}");
    Some(KnownCode {
        limit: (coupon.times_max > 0).then(|| (LimitKey::new(&counter, None), coupon.times_max)),
        coupon: Some(coupon),
    })
}

/// The counters of a code, with the most uses of each; nothing when no offer knows the code.
pub(crate) fn limits(
    scheme: &Scheme,
    coupons: &[Coupon],
    text: &str,
) -> Option<Vec<(LimitKey, u32)>> {
    let offers = scheme.offers.iter();
    let mut known = offers
        .filter_map(|offer| known(offer.codes.as_ref()?, coupons, text))
        .peekable();
    known.peek()?;
    let mut limits: Vec<(LimitKey, u32)> = known.filter_map(|code| code.limit).collect();
    limits.order();
    limits.dedup_by(|next, first| next.0 == first.0);
    Some(limits)
}

/// The entered codes that an offer knows, in the order of entry.
pub(super) fn entered(
    context: &Context<'_>,
    codes: &OfferCodes,
    met: &mut Vec<Headroom>,
) -> Result<Vec<EnteredCode>, ActError> {
    let mut found = Vec::new();
    for (entry, text) in context.cart.entered.iter().enumerate() {
        let Some(code) = known(codes, &context.coupons, text) else {
            continue;
        };
        let mut failures = match code.coupon {
            Some(coupon) => coupon_failures(coupon, &context.account.member, context.at),
            None => Vec::new(),
        };
        if let Some((key, max)) = code.limit
            && context.headroom_of(key, i64::from(max), met)? < 1
        {
            failures.push("code.used");
        }
        found.push(EnteredCode { entry, failures });
    }
    Ok(found)
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
            false => {
                let text = fold_code(text);
                found.iter().any(|verdict| fold_code(&verdict.code) == text)
            }
        };
        if again {
            continue;
        }
        seen.push((folded, exact));
        found.push(verdict(context, offers, text, folded, place));
    }
    found
}

fn verdict(
    context: &Context<'_>,
    offers: &[OfferVerdict],
    text: &SmolStr,
    folded: Sym,
    place: usize,
) -> CodeVerdict {
    let naming = offers.iter().filter_map(|offer| {
        let code = offer.codes.iter().find(|code| code.entry == place)?;
        Some((offer, code))
    });
    let opens = |(offer, code): &(&OfferVerdict, &EnteredCode)| {
        offer.code == "granted" && code.failures.is_empty()
    };
    let found = naming.clone().find(opens).or_else(|| naming.clone().next());
    let Some((offer, code)) = found else {
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
    let mut codes = code.failures.clone();
    let opened = offer.code == "granted" && !codes.is_empty();
    // What another code of the same offer failed by is no reason of this one.
    let of_offer = (!offer.code.starts_with("code.")).then_some(offer.code);
    let failures = offer.failures.iter().map(|failure| failure.code);
    for reason in of_offer.into_iter().chain(failures) {
        if !opened && !codes.contains(&reason) {
            codes.push(reason);
        }
    }
    CodeVerdict {
        code: text.clone(),
        offer: Some(offer.offer),
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
