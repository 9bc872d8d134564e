//! What should rise and does not, and what stands twice.

use std::collections::BTreeMap;

use crate::id::WalletId;
use crate::number::{Multiplier, Percent};
use crate::path::Path;
use crate::scheme::{
    BenefitKindDef, EarnRuleDef, LadderDef, OfferBenefitDef, OfferStepsDef, TierDef,
};

use super::finding::{self, Findings};
use super::parts::{Parts, multiplier_of};

pub(super) fn find(parts: &Parts<'_>, findings: &mut Findings) {
    same_rules(parts, findings);
    let at = Path::root().key("ladders");
    for (place, ladder) in parts.def.ladders.iter().enumerate() {
        of_ladder(parts, ladder, &at.index(place).key("tiers"), findings);
    }
    let at = Path::root().key("offers");
    for (place, offer) in parts.def.offers.iter().enumerate() {
        let at = at.index(place).key("benefits");
        for (place, benefit) in offer.benefits.iter().enumerate() {
            if let OfferBenefitDef::Steps(steps) = benefit {
                of_steps(steps, &at.index(place).key("steps").key("steps"), findings);
            }
        }
    }
}

/// Rules that differ in nothing but what they are called.
fn same_rules(parts: &Parts<'_>, findings: &mut Findings) {
    let mut seen: BTreeMap<String, &EarnRuleDef> = BTreeMap::new();
    let at = Path::root().key("earn");
    for (place, rule) in parts.def.earn.iter().enumerate() {
        let mut bare = rule.clone();
        bare.description.clear();
        bare.funder = None;
        bare.wallet = parts.wallet(&rule.wallet).cloned();
        // A rule's name is the first field of its canonical text.
        let text = serde_json::to_string(&bare).unwrap_or_default();
        let Some(text) = text.split_once(',').map(|(_, rest)| rest.to_owned()) else {
            continue;
        };
        if let Some(first) = seen.get(&text) {
            findings.warning(
                finding::SAME_RULE,
                at.index(place),
                format!("{} says the same as {}: both pay", rule.id, first.id),
                "take one of them out",
            );
        } else {
            seen.insert(text, rule);
        }
    }
}

/// What a tier brings to every purchase.
struct Brings<'a> {
    factors: BTreeMap<Option<&'a WalletId>, Multiplier>,
    percent: Percent,
}

impl<'a> Brings<'a> {
    fn of(parts: &Parts<'a>, tier: &'a TierDef) -> Self {
        let mut factors = BTreeMap::new();
        for multiply in tier.benefits.iter().filter_map(multiplier_of) {
            factors.insert(parts.wallet(&multiply.wallet), multiply.factor);
        }
        let discounts = tier
            .benefits
            .iter()
            .filter_map(|benefit| match &benefit.benefit {
                BenefitKindDef::Discount(of) if of.target.is_none() && of.min_amount.is_none() => {
                    Some(of.percent)
                }
                _ => None,
            });
        Self {
            factors,
            percent: discounts.max().unwrap_or(Percent::ZERO),
        }
    }

    fn is_below(&self, lower: &Self) -> bool {
        let falls = lower
            .factors
            .iter()
            .any(|(wallet, factor)| self.factors.get(wallet).unwrap_or(&Multiplier::ONE) < factor);
        falls || self.percent < lower.percent
    }
}

fn of_ladder(parts: &Parts<'_>, ladder: &LadderDef, at: &Path, findings: &mut Findings) {
    let brings: Vec<Brings<'_>> = ladder
        .tiers
        .iter()
        .map(|tier| Brings::of(parts, tier))
        .collect();
    let pairs = ladder.tiers.iter().zip(&brings).enumerate();
    for ((place, (tier, lower)), higher) in pairs.zip(brings.iter().skip(1)) {
        if higher.is_below(lower) {
            findings.warning(
                finding::TIER_WORSE,
                at.index(place.saturating_add(1)).key("benefits"),
                format!(
                    "fewer points or less discount than {}, the tier below",
                    tier.id
                ),
                "a tier has its own benefits alone: repeat what it should keep",
            );
        }
    }
}

fn of_steps(def: &OfferStepsDef, at: &Path, findings: &mut Findings) {
    let steps = def.steps.iter().enumerate();
    for ((_, lower), (place, step)) in steps.clone().zip(steps.skip(1)) {
        let falls = match (lower.percent, step.percent, lower.amount, step.amount) {
            (Some(lower), Some(step), ..) => step < lower,
            (_, _, Some(lower), Some(step)) => step.to_decimal() < lower.to_decimal(),
            _ => false,
        };
        if falls {
            findings.warning(
                finding::STEP_WORSE,
                at.index(place),
                format!("less off from {} on than from {} on", step.from, lower.from),
                "the highest step reached decides alone; check the order",
            );
        }
    }
}
