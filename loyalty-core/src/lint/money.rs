//! What can cost more, or bring less, than it looks.

use crate::number::{Currency, Fraction, Money, Multiplier, Percent, Rounding};
use crate::path::Path;
use crate::scheme::{
    AmountPer, CombineMultipliers, CombineRules, ConditionDef, EarnRuleDef, ExpiryDef, GiveDef,
    GivesDef, OfferBenefitDef, OfferDef, RefundPoints, Shortfall, WalletDef,
};

use super::finding::{self, Findings};
use super::parts::{Parts, is_always, is_multiplied, multiplier_of};

/// From this share of what is spent on, in percent, what points give back is generous.
const GENEROUS: i64 = 25;

/// Below this share of what is spent, in thousandths, nobody notices what points give back.
const MEAGRE: i64 = 5;

pub(super) fn find(parts: &Parts<'_>, findings: &mut Findings) {
    let at = Path::root().key("wallets");
    for (place, wallet) in parts.def.wallets.iter().enumerate() {
        let at = at.index(place);
        endless(parts, wallet, &at, findings);
        spent_then_returned(parts, wallet, &at, findings);
        given_back(parts, wallet, &at, findings);
    }
    gift_cards(parts, findings);
    let at = Path::root().key("earn");
    for (place, rule) in parts.def.earn.iter().enumerate() {
        of_rule(parts, rule, at.index(place), findings);
    }
    if parts.def.returns.points == RefundPoints::None && !parts.def.earn.is_empty() {
        findings.warning(
            finding::KEPT_ON_RETURN,
            Path::root().key("returns").key("points"),
            "points stay when everything comes back".to_owned(),
            "buying and returning earns without end; use `reprice`",
        );
    }
    let at = Path::root().key("offers");
    for (place, offer) in parts.def.offers.iter().enumerate() {
        of_offer(offer, parts.def.currency, &at.index(place), findings);
    }
}

fn endless(parts: &Parts<'_>, wallet: &WalletDef, at: &Path, findings: &mut Findings) {
    let never = matches!(wallet.expiry, ExpiryDef::Never(_));
    let worth = wallet.redemption.is_some() || best_reward(parts, wallet).is_some();
    if never && worth {
        findings.note(
            finding::ENDLESS_POINTS,
            at.key("expiry"),
            format!("points of {} never lapse", wallet.id),
            "what is owed grows for ever; consider `activity` or `rolling`",
        );
    }
}

/// Points that can be used before a return would take them back, and are then forgiven.
fn spent_then_returned(parts: &Parts<'_>, wallet: &WalletDef, at: &Path, findings: &mut Findings) {
    let usable = wallet.redemption.is_some() || best_reward(parts, wallet).is_some();
    let at_once = wallet.pending.is_none()
        && parts
            .payers(&wallet.id)
            .any(|(_, rule)| rule.pending.is_none());
    if wallet.shortfall == Shortfall::WriteOff && usable && at_once {
        findings.warning(
            finding::SPENT_THEN_RETURNED,
            at.key("shortfall"),
            "points can be spent at once, and are written off when the goods come back".to_owned(),
            "let them be pending for the time of a return, or use `deficit` or `charge_refund`",
        );
    }
}

/// What a wallet's points give back of what is spent.
fn given_back(parts: &Parts<'_>, wallet: &WalletDef, at: &Path, findings: &mut Findings) {
    let capped = !wallet.caps.is_empty();
    let Some(worth) = worth(parts, wallet) else {
        return;
    };
    let share = |always: bool| rate(parts, wallet, always)?.checked_mul(worth);
    let at_most = if capped { None } else { share(false) };
    if at_most.is_some_and(|share| in_thousandths(share) >= 1000) {
        findings.warning(
            finding::GIVES_ALL_BACK,
            at.clone(),
            format!(
                "points are worth up to {} of what is spent",
                percent(at_most)
            ),
            "lower the rates, the multipliers or the worth of a point, or set `caps`",
        );
    } else if at_most
        .is_some_and(|share| in_thousandths(share) >= i128::from(GENEROUS.saturating_mul(10)))
    {
        findings.note(
            finding::GENEROUS,
            at.clone(),
            format!(
                "points are worth up to {} of what is spent",
                percent(at_most)
            ),
            "see that the margin bears it when every rule and multiplier applies",
        );
    }
    let usual = share(true);
    if usual.is_some_and(|share| share.num() > 0 && in_thousandths(share) < i128::from(MEAGRE)) {
        findings.note(
            finding::MEAGRE,
            at.clone(),
            format!("points are worth {} of what is spent", percent(usual)),
            "so little changes nothing in how people buy; raise the rate or the worth of a point",
        );
    }
}

fn in_thousandths(share: Fraction) -> i128 {
    let scaled = share.checked_mul(Fraction::from_int(1000));
    scaled.map_or(i128::MAX, Fraction::floor)
}

/// A share as percent with one decimal.
fn percent(share: Option<Fraction>) -> String {
    let scaled = share.and_then(|share| share.checked_mul(Fraction::from_int(1000)));
    let tenths = scaled.map_or(0, |scaled| scaled.round(Rounding::HalfUp));
    let (whole, rest) = (tenths.div_euclid(10), tenths.rem_euclid(10));
    if rest == 0 {
        format!("{whole} %")
    } else {
        format!("{whole}.{rest} %")
    }
}

/// Minor units a thousandth of a point.
fn worth(parts: &Parts<'_>, wallet: &WalletDef) -> Option<Fraction> {
    let paid = wallet.redemption.as_ref().and_then(|redemption| {
        let minor = redemption.value.amount.minor_in(parts.def.currency).ok()?;
        ratio(minor, redemption.value.points.milli())
    });
    [paid, best_reward(parts, wallet)]
        .into_iter()
        .flatten()
        .max_by(compare)
}

/// What a thousandth of a point is worth in the best reward that is an amount.
fn best_reward(parts: &Parts<'_>, wallet: &WalletDef) -> Option<Fraction> {
    let rewards = parts.def.rewards.iter();
    let worths = rewards.filter_map(|reward| {
        let cost = reward.cost.as_ref()?;
        if parts.wallet(&cost.wallet) != Some(&wallet.id) {
            return None;
        }
        let GivesDef::Amount(off) = &reward.gives else {
            return None;
        };
        let prices = cost.by_tier.iter().map(|price| price.points.milli());
        let least = prices.chain([cost.points.milli()]).min()?;
        ratio(off.amount.minor_in(parts.def.currency).ok()?, least)
    });
    worths.max_by(compare)
}

fn compare(one: &Fraction, other: &Fraction) -> std::cmp::Ordering {
    let difference = one
        .checked_sub(*other)
        .map_or(0, |difference| difference.num());
    difference.cmp(&0)
}

fn ratio(num: i64, den: i64) -> Option<Fraction> {
    Fraction::try_new(i128::from(num), i128::from(den)).ok()
}

/// Thousandths of a point for a minor unit: with `always` by rules for everybody and everything,
/// else by all rules and multipliers together.
fn rate(parts: &Parts<'_>, wallet: &WalletDef, always: bool) -> Option<Fraction> {
    let applies = |rule: &EarnRuleDef| !always || (rule.when.is_none() && rule.target.is_none());
    let factor = factor(parts, wallet, always)?;
    let mut rates = Vec::new();
    for (_, rule) in parts.payers(&wallet.id) {
        let GiveDef::PerAmount(give) = &rule.give else {
            continue;
        };
        if applies(rule) && rule.caps.is_empty() {
            let minor = give.per.minor_in(parts.def.currency).ok()?;
            let rate = ratio(give.points.milli(), minor)?;
            rates.push(if is_multiplied(rule) {
                rate.checked_mul(factor)?
            } else {
                rate
            });
        }
    }
    match parts.def.combine_rules {
        CombineRules::Sum => rates
            .into_iter()
            .try_fold(Fraction::from_int(0), Fraction::checked_add),
        CombineRules::Best => rates.into_iter().max_by(compare),
    }
}

/// What multipliers make of one point.
fn factor(parts: &Parts<'_>, wallet: &WalletDef, always: bool) -> Option<Fraction> {
    let mut factors: Vec<Multiplier> = Vec::new();
    for rule in &parts.def.earn {
        let GiveDef::Multiply(multiply) = &rule.give else {
            continue;
        };
        let applies = !always || (rule.when.is_none() && rule.target.is_none());
        if applies && parts.wallet(&rule.wallet) == Some(&wallet.id) {
            factors.push(multiply.factor);
        }
    }
    let ladders = if always {
        &[]
    } else {
        parts.def.ladders.as_slice()
    };
    for ladder in ladders {
        let tiers = ladder.tiers.iter().flat_map(|tier| &tier.benefits);
        let of_wallet = tiers
            .filter_map(multiplier_of)
            .filter(|multiply| parts.wallet(&multiply.wallet) == Some(&wallet.id));
        factors.extend(of_wallet.map(|multiply| multiply.factor).max());
    }
    let one = Fraction::from_int(1);
    let mut fractions = factors.iter().map(|factor| {
        let (num, den) = factor.parts();
        ratio(num, den)
    });
    match parts.def.combine_multipliers {
        CombineMultipliers::Product => {
            fractions.try_fold(one, |product, factor| product.checked_mul(factor?))
        }
        CombineMultipliers::SumOfIncrements => fractions.try_fold(one, |sum, factor| {
            sum.checked_add(factor?)?.checked_sub(one)
        }),
        CombineMultipliers::Best => {
            let best = factors.iter().max().copied().unwrap_or(Multiplier::ONE);
            let (num, den) = best.parts();
            ratio(num, den)
        }
    }
}

/// Buying a gift card earns, and so does what is paid with it.
fn gift_cards(parts: &Parts<'_>, findings: &mut Findings) {
    let earns = parts
        .def
        .earn
        .iter()
        .any(|rule| matches!(rule.give, GiveDef::PerAmount(_)) && rule.target.is_none());
    if !parts.def.exclude.gift_cards && !parts.def.earn_base.without_gift_card && earns {
        findings.warning(
            finding::GIFT_CARDS_EARN,
            Path::root().key("exclude").key("gift_cards"),
            "buying a gift card earns, and what is paid with it earns again".to_owned(),
            "leave gift cards out, or set `without_gift_card` of `earn_base`",
        );
    }
}

fn of_rule(parts: &Parts<'_>, rule: &EarnRuleDef, at: Path, findings: &mut Findings) {
    let wallets = parts.def.wallets.iter();
    let capped = wallets
        .filter(|wallet| parts.wallet(&rule.wallet) == Some(&wallet.id))
        .any(|wallet| !wallet.caps.is_empty());
    match &rule.give {
        GiveDef::Event(event) if rule.caps.is_empty() && rule.times.is_empty() && !capped => {
            findings.note(
                finding::UNCAPPED_EVENT,
                at,
                format!("every event {} pays, however many there are", event.name),
                "set `times` or `caps`, unless the host counts them",
            );
        }
        GiveDef::PerAmount(_) | GiveDef::PerUnit(_) if rule.sticky => {
            findings.warning(
                finding::KEPT_ON_RETURN,
                at.key("sticky"),
                "points for goods stay when the goods come back".to_owned(),
                "keep `sticky` for bonuses that do not grow with the goods",
            );
        }
        _ => {}
    }
}

fn of_offer(offer: &OfferDef, currency: Currency, at: &Path, findings: &mut Findings) {
    if let Some(codes) = &offer.codes {
        let bounded = codes.times_each > 0 || !offer.times.is_empty() || !offer.budgets.is_empty();
        if !codes.any_of.is_empty() && !bounded && !ends(offer.when.as_ref()) {
            findings.note(
                finding::OPEN_CODE,
                at.key("codes"),
                "a code that anybody may use, as often as they like, without end".to_owned(),
                "set `times_each`, `times`, a budget or a window",
            );
        }
        return;
    }
    if offer.on_claim {
        return;
    }
    for (place, benefit) in offer.benefits.iter().enumerate() {
        let at = at.key("benefits").index(place);
        match benefit {
            OfferBenefitDef::Percent(of)
                if is_always(offer)
                    && of.percent == Percent::HUNDRED
                    && of.on.is_none()
                    && of.amount_max.is_none() =>
            {
                findings.warning(
                    finding::FREE_GOODS,
                    at,
                    "all goods are free, for everybody".to_owned(),
                    "name lines with `on`, or a condition",
                );
            }
            OfferBenefitDef::Amount(of) if of.on.is_none() && of.per == AmountPer::Total => {
                off_total(offer, of.amount, currency, at, findings);
            }
            _ => {}
        }
    }
}

/// An amount off the order that small orders do not reach.
fn off_total(
    offer: &OfferDef,
    amount: Money,
    currency: Currency,
    at: Path,
    findings: &mut Findings,
) {
    let Ok(off) = amount.minor_in(currency) else {
        return;
    };
    match least_amount(offer.when.as_ref(), currency) {
        Some(least) if least <= off => findings.warning(
            finding::FREE_GOODS,
            at,
            format!(
                "{amount} off from {} on: an order of that size is free",
                Money::of(least, currency)
            ),
            "raise `min_amount` well above what is taken off",
        ),
        None if is_always(offer) => findings.note(
            finding::FREE_GOODS,
            at,
            format!("{amount} off every order: smaller ones are free"),
            "add the condition `min_amount`",
        ),
        _ => {}
    }
}

/// The amount that a purchase needs at least, where a condition asks for one.
fn least_amount(when: Option<&ConditionDef>, currency: Currency) -> Option<i64> {
    match when? {
        ConditionDef::MinAmount(of) => of.amount.minor_in(currency).ok(),
        ConditionDef::All(list) => {
            let all = list.iter();
            all.filter_map(|inner| least_amount(Some(inner), currency))
                .max()
        }
        _ => None,
    }
}

fn ends(when: Option<&ConditionDef>) -> bool {
    match when {
        Some(ConditionDef::Between(window)) => window.until.is_some(),
        Some(ConditionDef::All(list)) => list.iter().any(|inner| ends(Some(inner))),
        Some(ConditionDef::Any(list)) => {
            !list.is_empty() && list.iter().all(|inner| ends(Some(inner)))
        }
        _ => false,
    }
}
