//! What several lints ask of a document.

use std::collections::BTreeSet;

use crate::id::{ChallengeId, EventName, LadderId, TierId, WalletId};
use crate::path::Path;
use crate::scheme::{
    BenefitDef, BenefitKindDef, ConditionDef, EarnRuleDef, GiveDef, GivesDef, LadderDef, OfferDef,
    SchemeDef, StampGiveDef,
};

/// A document, and what it names.
pub(super) struct Parts<'a> {
    pub(super) def: &'a SchemeDef,
    /// Every condition with its place.
    pub(super) conditions: Vec<(Path, &'a ConditionDef)>,
    /// Tiers that a condition names.
    pub(super) tiers_named: BTreeSet<(&'a LadderId, &'a TierId)>,
    pub(super) challenges_named: BTreeSet<&'a ChallengeId>,
    /// Events that bring points or stamps.
    pub(super) events_awaited: BTreeSet<&'a EventName>,
}

impl<'a> Parts<'a> {
    pub(super) fn of(def: &'a SchemeDef) -> Self {
        let mut parts = Self {
            def,
            conditions: conditions(def),
            tiers_named: BTreeSet::new(),
            challenges_named: BTreeSet::new(),
            events_awaited: events_awaited(def),
        };
        let conditions = parts.conditions.clone();
        for (_, condition) in conditions {
            parts.names(condition);
        }
        parts
    }

    fn names(&mut self, condition: &'a ConditionDef) {
        match condition {
            ConditionDef::All(list) | ConditionDef::Any(list) => {
                for inner in list {
                    self.names(inner);
                }
            }
            ConditionDef::Not(inner) => self.names(inner),
            ConditionDef::Tier(tier) => {
                let tiers = tier.any_of.iter().map(|one| (&tier.ladder, one));
                self.tiers_named.extend(tiers);
            }
            ConditionDef::Challenge(id) => {
                self.challenges_named.insert(id);
            }
            _ => {}
        }
    }

    /// The wallet that a part means.
    pub(super) fn wallet(&self, named: &'a Option<WalletId>) -> Option<&'a WalletId> {
        let first = self.def.wallets.first().map(|wallet| &wallet.id);
        named.as_ref().or(first)
    }

    /// Rules that pay into a wallet, with their numbers; multipliers are not among them.
    pub(super) fn payers(
        &self,
        wallet: &'a WalletId,
    ) -> impl Iterator<Item = (usize, &'a EarnRuleDef)> + '_ {
        let rules = self.def.earn.iter().enumerate();
        rules.filter(move |(_, rule)| {
            !matches!(rule.give, GiveDef::Multiply(_)) && self.wallet(&rule.wallet) == Some(wallet)
        })
    }

    /// Whether anything at all brings points to a wallet.
    pub(super) fn is_fed(&self, wallet: &'a WalletId) -> bool {
        let by_reward = self.def.rewards.iter().any(|reward| match &reward.gives {
            GivesDef::Points(grant) => self.wallet(&grant.wallet) == Some(wallet),
            _ => false,
        });
        by_reward || self.payers(wallet).next().is_some()
    }

    /// The benefits of all tiers, each with its place.
    pub(super) fn benefits(&self) -> impl Iterator<Item = (Path, &'a BenefitDef)> {
        let ladders = self.def.ladders.iter().enumerate();
        ladders.flat_map(|(place, ladder)| {
            let at = Path::root().key("ladders").index(place).key("tiers");
            benefits(ladder, at)
        })
    }
}

fn benefits(ladder: &LadderDef, at: Path) -> impl Iterator<Item = (Path, &BenefitDef)> {
    ladder
        .tiers
        .iter()
        .enumerate()
        .flat_map(move |(tier, def)| {
            let at = at.index(tier).key("benefits");
            let benefits = def.benefits.iter().enumerate();
            benefits.map(move |(place, benefit)| (at.index(place), benefit))
        })
}

/// Whether a rule's points are multiplied, by what it says or by what it gives.
pub(super) fn is_multiplied(rule: &EarnRuleDef) -> bool {
    rule.multiplied.unwrap_or(matches!(
        rule.give,
        GiveDef::PerAmount(_) | GiveDef::PerUnit(_) | GiveDef::PerPurchase(_)
    ))
}

/// Whether anybody with any goods gets an offer, on every purchase.
pub(super) fn is_always(offer: &OfferDef) -> bool {
    offer.when.is_none()
        && offer.codes.is_none()
        && !offer.on_claim
        && offer.times.is_empty()
        && offer.budgets.is_empty()
}

/// The wallet of a tier's multiplier, where a benefit is one.
pub(super) fn multiplier_of(benefit: &BenefitDef) -> Option<&crate::scheme::TierMultiplyDef> {
    match &benefit.benefit {
        BenefitKindDef::Multiply(multiply) => Some(multiply),
        _ => None,
    }
}

fn conditions(def: &SchemeDef) -> Vec<(Path, &ConditionDef)> {
    let root = Path::root();
    let mut all: Vec<(Path, Option<&ConditionDef>)> = Vec::new();
    macro_rules! of {
        ($field:ident) => {
            let at = root.key(stringify!($field));
            let parts = def.$field.iter().enumerate();
            all.extend(parts.map(|(place, part)| (at.index(place), part.when.as_ref())));
        };
    }
    of!(earn);
    for (place, card) in def.cards.iter().enumerate() {
        let at = root.key("cards").index(place).key("stamps");
        let rules = card.stamps.iter().enumerate();
        all.extend(rules.map(|(place, rule)| (at.index(place), rule.when.as_ref())));
    }
    of!(rewards);
    of!(challenges);
    of!(referrals);
    of!(offers);
    let given = all.into_iter();
    given
        .filter_map(|(at, when)| Some((at.key("when"), when?)))
        .collect()
}

fn events_awaited(def: &SchemeDef) -> BTreeSet<&EventName> {
    let points = def.earn.iter().filter_map(|rule| match &rule.give {
        GiveDef::Event(event) => Some(&event.name),
        _ => None,
    });
    let rules = def.cards.iter().flat_map(|card| &card.stamps);
    let stamps = rules.filter_map(|rule| match &rule.give {
        StampGiveDef::Event(event) => Some(&event.name),
        _ => None,
    });
    points.chain(stamps).collect()
}
