//! What can never apply.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{LadderId, TierId};
use crate::number::Points;
use crate::path::Path;
use crate::scheme::{
    BandChoice, CardDef, ChoicePer, ConditionDef, MetricDef, OfferBenefitDef, OfferDef,
};
use crate::time::{CivilDateTime, Span, Weekday};

use super::finding::{self, Findings};
use super::parts::{Parts, is_always};

pub(super) fn find(parts: &Parts<'_>, at: Option<CivilDateTime>, findings: &mut Findings) {
    for (place, when) in &parts.conditions {
        if never_holds(when) {
            findings.warning(
                finding::NEVER_HOLDS,
                place.clone(),
                "conditions that exclude each other".to_owned(),
                "use `any` where one of them suffices",
            );
        } else if at.is_some_and(|at| has_ended(when, at)) {
            findings.note(
                finding::ENDED,
                place.clone(),
                "a window that is over".to_owned(),
                "take out what has ended, in a new version of the scheme",
            );
        }
    }
    let at = Path::root().key("cards");
    for (place, card) in parts.def.cards.iter().enumerate() {
        of_card(card, at.index(place), findings);
    }
    tiers(parts, findings);
    rewards(parts, findings);
    offers(parts, findings);
}

/// What several conditions that hold together leave of the facts that have one value a purchase.
#[derive(Default)]
struct Left<'a> {
    weekdays: Option<BTreeSet<Weekday>>,
    month_days: Option<BTreeSet<u32>>,
    channels: Option<BTreeSet<&'a str>>,
    stores: Option<BTreeSet<&'a str>>,
    tiers: BTreeMap<&'a LadderId, BTreeSet<&'a TierId>>,
    from: Option<i64>,
    until: Option<i64>,
    refused: Vec<&'a ConditionDef>,
    wanted: Vec<&'a ConditionDef>,
}

fn narrow<T: Ord>(left: &mut Option<BTreeSet<T>>, given: impl Iterator<Item = T>) {
    let given: BTreeSet<T> = given.collect();
    *left = Some(match left.take() {
        Some(before) => before
            .into_iter()
            .filter(|one| given.contains(one))
            .collect(),
        None => given,
    });
}

impl<'a> Left<'a> {
    fn add(&mut self, condition: &'a ConditionDef) {
        self.wanted.push(condition);
        match condition {
            ConditionDef::All(list) => {
                for inner in list {
                    self.add(inner);
                }
            }
            ConditionDef::Not(inner) => self.refused.push(inner),
            ConditionDef::Weekday(days) => {
                narrow(&mut self.weekdays, days.iter().copied());
            }
            ConditionDef::MonthDay(days) => narrow(&mut self.month_days, days.iter().copied()),
            ConditionDef::Channel(ids) => {
                narrow(&mut self.channels, ids.iter().map(|id| id.as_str()));
            }
            ConditionDef::Store(ids) => narrow(&mut self.stores, ids.iter().map(|id| id.as_str())),
            ConditionDef::Tier(tier) => {
                let mut left = self.tiers.remove(&tier.ladder);
                narrow(&mut left, tier.any_of.iter());
                self.tiers.insert(&tier.ladder, left.unwrap_or_default());
            }
            ConditionDef::Between(window) => {
                let from = window.from.map(CivilDateTime::civil_ms);
                let until = window.until.map(CivilDateTime::civil_ms);
                self.from = self.from.max(from);
                self.until = match (self.until, until) {
                    (Some(one), Some(other)) => Some(one.min(other)),
                    (one, other) => one.or(other),
                };
            }
            _ => {}
        }
    }

    fn is_empty(&self) -> bool {
        self.weekdays.as_ref().is_some_and(BTreeSet::is_empty)
            || self.month_days.as_ref().is_some_and(BTreeSet::is_empty)
            || self.channels.as_ref().is_some_and(BTreeSet::is_empty)
            || self.stores.as_ref().is_some_and(BTreeSet::is_empty)
            || self.tiers.values().any(BTreeSet::is_empty)
            || self
                .from
                .zip(self.until)
                .is_some_and(|(from, until)| from >= until)
            || self.refused.iter().any(|one| self.wanted.contains(one))
    }
}

fn never_holds(condition: &ConditionDef) -> bool {
    match condition {
        ConditionDef::All(list) => {
            let mut left = Left::default();
            left.add(condition);
            left.is_empty() || list.iter().any(never_holds)
        }
        ConditionDef::Any(list) => !list.is_empty() && list.iter().all(never_holds),
        _ => false,
    }
}

fn has_ended(condition: &ConditionDef, at: CivilDateTime) -> bool {
    match condition {
        ConditionDef::All(list) => list.iter().any(|inner| has_ended(inner, at)),
        ConditionDef::Any(list) => {
            !list.is_empty() && list.iter().all(|inner| has_ended(inner, at))
        }
        ConditionDef::Between(window) => window
            .until
            .is_some_and(|until| until.civil_ms() <= at.civil_ms()),
        _ => false,
    }
}

/// A card that so many stamps a day cannot fill while it is valid.
fn of_card(card: &CardDef, at: Path, findings: &mut Findings) {
    let days = match card.valid_for {
        Some(Span::Days(days)) => days,
        Some(Span::Months(months)) => months.saturating_mul(31),
        Some(Span::Years(years)) => years.saturating_mul(366),
        _ => return,
    };
    // The day on which the card is opened counts too.
    let room = u64::from(card.stamps_per_day).saturating_mul(u64::from(days).saturating_add(1));
    let missing = card.target.saturating_sub(card.start_stamps);
    if card.stamps_per_day > 0 && room < u64::from(missing) {
        findings.warning(
            finding::UNFILLABLE_CARD,
            at,
            format!("{missing} stamps to fill, at most {room} while the card is valid"),
            "raise `stamps_per_day` or `valid_for`, or lower `target`",
        );
    }
}

fn tiers(parts: &Parts<'_>, findings: &mut Findings) {
    let at = Path::root().key("ladders");
    for (place, ladder) in parts.def.ladders.iter().enumerate() {
        let (wallet, held) = match &ladder.metric {
            MetricDef::PointsEarned(of) => (parts.wallet(&of.wallet), false),
            MetricDef::Balance(of) => (parts.wallet(&of.wallet), true),
            _ => continue,
        };
        let wallets = &parts.def.wallets;
        let Some(wallet) = wallets.iter().find(|one| Some(&one.id) == wallet) else {
            continue;
        };
        let most = match (parts.is_fed(&wallet.id), wallet.balance_max) {
            (false, _) => Points::from_milli(0),
            (true, Some(most)) if held => most,
            _ => continue,
        };
        for (tier, def) in ladder.tiers.iter().enumerate() {
            let threshold = def.threshold.to_string().parse::<Points>();
            if threshold.is_ok_and(|threshold| threshold > most) {
                findings.warning(
                    finding::UNREACHABLE_TIER,
                    at.index(place).key("tiers").index(tier).key("threshold"),
                    format!(
                        "{} is above the {most} that {} can have",
                        def.threshold, wallet.id
                    ),
                    "lower the threshold, or raise `balance_max`",
                );
            }
        }
    }
}

fn rewards(parts: &Parts<'_>, findings: &mut Findings) {
    let at = Path::root().key("rewards");
    for (place, reward) in parts.def.rewards.iter().enumerate() {
        let Some(cost) = &reward.cost else { continue };
        let wallet = parts.wallet(&cost.wallet);
        let found = parts.def.wallets.iter().find(|one| Some(&one.id) == wallet);
        let Some(most) = found.and_then(|wallet| wallet.balance_max) else {
            continue;
        };
        let prices = cost.by_tier.iter().map(|price| price.points);
        if prices.chain([cost.points]).all(|points| points > most) {
            findings.warning(
                finding::UNAFFORDABLE_REWARD,
                at.index(place).key("cost"),
                format!("every price is above the {most} points that the wallet may hold"),
                "lower the price, or raise `balance_max`",
            );
        }
    }
}

/// Whether an offer lowers the price of any purchase of goods.
fn lowers_all(offer: &OfferDef) -> bool {
    is_always(offer)
        && offer.benefits.iter().any(|benefit| match benefit {
            OfferBenefitDef::Percent(of) => of.on.is_none(),
            OfferBenefitDef::Amount(of) => of.on.is_none(),
            _ => false,
        })
}

/// Offers behind one that always applies where only one may.
fn offers(parts: &Parts<'_>, findings: &mut Findings) {
    let stacking = &parts.def.stacking;
    if stacking.codes_as_entered {
        return;
    }
    let mut order: Vec<(usize, &OfferDef)> = parts.def.offers.iter().enumerate().collect();
    order.sort_by_key(|(place, offer)| (std::cmp::Reverse(offer.priority), *place));
    let first_band = stacking.bands.first().map(|band| &band.id);
    let alone = order
        .iter()
        .find(|(_, offer)| offer.exclusive && lowers_all(offer));
    let mut shadowed: BTreeMap<usize, &OfferDef> = BTreeMap::new();
    if let Some((first, by)) = alone {
        let earlier = order
            .iter()
            .take_while(|(place, _)| place != first)
            .filter(|(_, offer)| offer.exclusive);
        let spared: BTreeSet<usize> = earlier.map(|(place, _)| *place).chain([*first]).collect();
        let others = order.iter().filter(|(place, _)| !spared.contains(place));
        shadowed.extend(others.map(|(place, _)| (*place, *by)));
    }
    for band in &stacking.bands {
        if band.choose != BandChoice::Exclusive || band.per != ChoicePer::Order {
            continue;
        }
        let of_band = order
            .iter()
            .filter(|(_, offer)| offer.band.as_ref().or(first_band) == Some(&band.id));
        let mut behind: Option<&OfferDef> = None;
        for (place, offer) in of_band {
            if let Some(by) = behind {
                shadowed.entry(*place).or_insert(by);
            } else if lowers_all(offer) {
                behind = Some(offer);
            }
        }
    }
    for (place, by) in shadowed {
        findings.warning(
            finding::SHADOWED_OFFER,
            Path::root().key("offers").index(place),
            format!("{} always applies before it, and alone", by.id),
            "give it a higher `priority`, or the other one a condition",
        );
    }
}
