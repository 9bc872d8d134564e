//! What brings nothing.

use crate::path::Path;
use crate::scheme::{CardDef, GiveDef, LadderDef, MetricDef, WalletDef};

use super::finding::{self, Findings};
use super::parts::{Parts, is_multiplied, multiplier_of};

pub(super) fn find(parts: &Parts<'_>, findings: &mut Findings) {
    let root = Path::root();
    let at = root.key("wallets");
    for (place, wallet) in parts.def.wallets.iter().enumerate() {
        of_wallet(parts, wallet, at.index(place), findings);
    }
    let at = root.key("cards");
    for (place, card) in parts.def.cards.iter().enumerate() {
        of_card(card, at.index(place), findings);
    }
    let at = root.key("ladders");
    for (place, ladder) in parts.def.ladders.iter().enumerate() {
        of_ladder(parts, ladder, at.index(place), findings);
    }
    multipliers(parts, findings);
    named(parts, findings);
}

fn of_wallet(parts: &Parts<'_>, wallet: &WalletDef, at: Path, findings: &mut Findings) {
    if !parts.is_fed(&wallet.id) {
        findings.warning(
            finding::UNUSED_WALLET,
            at,
            format!("no earn rule and no reward brings points to {}", wallet.id),
            "add a rule, or take the wallet out; adjustments of the host are not seen here",
        );
        return;
    }
    let costs = parts
        .def
        .rewards
        .iter()
        .filter_map(|reward| reward.cost.as_ref());
    let mut spent = costs.map(|cost| parts.wallet(&cost.wallet));
    let mut measured = parts.def.ladders.iter().map(|ladder| match &ladder.metric {
        MetricDef::PointsEarned(of) | MetricDef::Balance(of) => parts.wallet(&of.wallet),
        _ => None,
    });
    let of = Some(&wallet.id);
    if wallet.redemption.is_none() && !spent.any(|one| one == of) && !measured.any(|one| one == of)
    {
        findings.note(
            finding::IDLE_POINTS,
            at,
            format!(
                "points of {} pay nothing, buy no reward and count to no tier",
                wallet.id
            ),
            "add a `redemption`, a reward with a `cost`, or a ladder that measures them",
        );
    }
}

fn of_card(card: &CardDef, at: Path, findings: &mut Findings) {
    if card.rewards.is_empty() && card.milestones.is_empty() {
        findings.warning(
            finding::IDLE_CARD,
            at,
            format!("a full card {} brings nothing", card.id),
            "name `rewards` or `milestones`",
        );
    }
}

fn of_ladder(parts: &Parts<'_>, ladder: &LadderDef, at: Path, findings: &mut Findings) {
    let costs = parts
        .def
        .rewards
        .iter()
        .filter_map(|reward| reward.cost.as_ref());
    let prices: Vec<_> = costs.flat_map(|cost| &cost.by_tier).collect();
    let brings = ladder.tiers.iter().any(|tier| {
        !tier.benefits.is_empty()
            || !tier.rewards.is_empty()
            || parts.tiers_named.contains(&(&ladder.id, &tier.id))
            || prices.iter().any(|price| price.tier == tier.id)
    });
    if !brings {
        findings.warning(
            finding::IDLE_LADDER,
            at,
            format!(
                "no tier of {} brings anything, and nothing asks for one",
                ladder.id
            ),
            "give tiers `benefits` or `rewards`, or name them in a condition",
        );
    }
}

/// Multipliers of wallets in which no rule's points are multiplied.
fn multipliers(parts: &Parts<'_>, findings: &mut Findings) {
    let at = Path::root().key("earn");
    let rules = parts
        .def
        .earn
        .iter()
        .enumerate()
        .filter_map(|(place, rule)| {
            let multiplies = matches!(rule.give, GiveDef::Multiply(_));
            multiplies.then(|| (at.index(place), parts.wallet(&rule.wallet)))
        });
    let benefits = parts.benefits().filter_map(|(at, benefit)| {
        let multiply = multiplier_of(benefit)?;
        Some((at, parts.wallet(&multiply.wallet)))
    });
    for (at, wallet) in rules.chain(benefits) {
        let Some(wallet) = wallet else { continue };
        if !parts.payers(wallet).any(|(_, rule)| is_multiplied(rule)) {
            findings.warning(
                finding::MULTIPLIES_NOTHING,
                at,
                format!("no rule of {wallet} gives points that are multiplied"),
                "add a rule per amount, unit or purchase, or set `multiplied` on one",
            );
        }
    }
}

/// What waits to be named elsewhere.
fn named(parts: &Parts<'_>, findings: &mut Findings) {
    let at = Path::root().key("challenges");
    for (place, challenge) in parts.def.challenges.iter().enumerate() {
        if !parts.challenges_named.contains(&challenge.id) {
            findings.warning(
                finding::IDLE_CHALLENGE,
                at.index(place),
                format!(
                    "no rule or offer has the condition `challenge` {}",
                    challenge.id
                ),
                "name it in the `when` of what it brings",
            );
        }
    }
    let at = Path::root().key("referrals");
    for (place, referral) in parts.def.referrals.iter().enumerate() {
        if !parts.events_awaited.contains(&referral.event) {
            findings.warning(
                finding::IDLE_REFERRAL,
                at.index(place).key("event"),
                format!("nothing is earned for the event {}", referral.event),
                "add an earn rule or stamps for the event",
            );
        }
    }
    let earn = parts
        .def
        .earn
        .iter()
        .map(|part| part.description.is_empty());
    let offers = parts
        .def
        .offers
        .iter()
        .map(|part| part.description.is_empty() && part.name.is_empty());
    let rewards = parts
        .def
        .rewards
        .iter()
        .map(|part| part.description.is_empty() && part.name.is_empty());
    let lists: [(&str, Vec<bool>); 3] = [
        ("earn", earn.collect()),
        ("rewards", rewards.collect()),
        ("offers", offers.collect()),
    ];
    for (field, silent) in lists {
        for (place, _) in silent.iter().enumerate().filter(|(_, silent)| **silent) {
            findings.note(
                finding::NO_DESCRIPTION,
                Path::root().key(field).index(place),
                "no text for people: receipts and explanations show the id".to_owned(),
                "write a `description`",
            );
        }
    }
}
