//! Standing: where a member is, for a page, a receipt or a till.

use serde::Serialize;

use crate::id::{CardId, LadderId, MemberId, RewardId, TierId, WalletId};
use crate::ledger::{Account, Balance, Head, InstanceState, RewardState, Status};
use crate::number::{Currency, Money, Points};
use crate::scheme::Scheme;
use crate::scheme::compiled::{Ladder, Metric};
use crate::time::{Date, Deadline, Moment};

use super::challenge::ChallengeStanding;
use super::draft::Draft;
use super::error::ActError;
use super::stamp::on_card;
use super::tier::{floor, held_tier, review, review_day, tier_for, value};

/// Where a member is at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The member.
    pub member: MemberId,
    /// The account's version.
    pub head: Head,
    /// When.
    pub at: Moment,
    /// Whether the account takes part.
    pub status: Status,
    /// The wallets of the scheme.
    pub wallets: Vec<WalletStanding>,
    /// The ladders of the scheme.
    pub ladders: Vec<LadderStanding>,
    /// The cards of the scheme.
    pub cards: Vec<CardStanding>,
    /// The challenges of the scheme.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub challenges: Vec<ChallengeStanding>,
    /// Rewards that can be used.
    pub rewards: Vec<RewardStanding>,
    /// Rewards that the points suffice for.
    pub affordable: Vec<AffordableReward>,
}

/// A wallet at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WalletStanding {
    /// The wallet.
    pub wallet: WalletId,
    /// What it holds.
    pub balance: Balance,
    /// What the available points are worth as money, where they can pay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worth: Option<Money>,
    /// What lapses when, soonest first.
    pub expiries: Vec<Lapse>,
}

/// Points that lapse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lapse {
    /// When.
    pub at: Deadline,
    /// How many.
    pub points: Points,
}

/// A ladder at a moment. Amounts are text: money, points or a whole number, as the metric is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LadderStanding {
    /// The ladder.
    pub ladder: LadderId,
    /// The tier held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<TierId>,
    /// What the window holds.
    pub value: String,
    /// The next tier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<TierId>,
    /// What is missing to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_next: Option<String>,
    /// What is missing to stay at the next review.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_stay: Option<String>,
    /// When the tier is reviewed next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<Deadline>,
    /// The tier after that review if nothing more happens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub projected: Option<TierId>,
    /// What the tier brings, by benefit.
    pub benefits: Vec<crate::id::RuleId>,
    /// What it grants that the host gives, such as `lounge`.
    pub entitlements: Vec<crate::id::EntitlementId>,
}

/// A card at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CardStanding {
    /// The card.
    pub card: CardId,
    /// Stamps on the open card.
    pub stamps: u32,
    /// How many fill it.
    pub target: u32,
    /// Stamps that full cards still owe.
    pub debt: u32,
    /// Cards filled so far.
    pub completed: u32,
    /// When the open card lapses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiry: Option<Deadline>,
}

/// An issued reward that can be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RewardStanding {
    /// The issue.
    pub issue: u64,
    /// The reward.
    pub reward: RewardId,
    /// When it lapses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiry: Option<Deadline>,
}

/// A reward that the points suffice for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AffordableReward {
    /// The reward.
    pub reward: RewardId,
    /// What it costs.
    pub cost: Points,
}

/// Where a member is at a moment, with everything due by then counted as done.
///
/// # Errors
/// Ledger errors for a moment before the account's last one.
pub fn standing(scheme: &Scheme, account: &Account, at: Moment) -> Result<Standing, ActError> {
    let draft = Draft::look(scheme, account, at, None)?;
    let account = &draft.account;
    let wallets: Vec<WalletStanding> = scheme
        .wallets
        .iter()
        .map(|wallet| wallet_standing(scheme, account, wallet, at))
        .collect();
    let affordable = scheme
        .rewards
        .iter()
        .filter_map(|reward| {
            let cost = reward.cost.as_ref()?;
            let wallet = wallets.get(usize::from(cost.wallet))?;
            let points = Points::from_milli(cost.points);
            (wallet.balance.available >= points).then(|| AffordableReward {
                reward: reward.id.clone(),
                cost: points,
            })
        })
        .collect();
    Ok(Standing {
        member: account.member.clone(),
        head: account.head,
        at,
        status: account.status,
        wallets,
        ladders: scheme
            .ladders
            .iter()
            .map(|ladder| ladder_standing(scheme, account, ladder, at))
            .collect(),
        cards: scheme
            .cards
            .iter()
            .map(|card| card_standing(account, card))
            .collect(),
        challenges: super::challenge::standings(scheme, account, at.date()),
        rewards: account
            .rewards
            .iter()
            .enumerate()
            .filter(|(_, issued)| matches!(issued.state, RewardState::Ready(_)))
            .map(|(issue, issued)| RewardStanding {
                issue: u64::try_from(issue).unwrap_or(u64::MAX),
                reward: issued.reward.clone(),
                expiry: issued.expiry,
            })
            .collect(),
        affordable,
    })
}

fn wallet_standing(
    scheme: &Scheme,
    account: &Account,
    wallet: &crate::scheme::compiled::Wallet,
    at: Moment,
) -> WalletStanding {
    let balance = account.balance(&wallet.id, at);
    let worth = wallet.redemption.as_ref().and_then(|redemption| {
        let floor = crate::number::Rounding::Floor;
        let points = balance.available.milli();
        crate::number::mul_div_round(points, redemption.minor, redemption.points, floor)
    });
    let expiries = account
        .schedule(&wallet.id, at)
        .into_iter()
        .map(|(at, points)| Lapse { at, points })
        .collect();
    WalletStanding {
        wallet: wallet.id.clone(),
        balance,
        worth: worth.map(|minor| Money::of(minor, scheme.currency)),
        expiries,
    }
}

fn ladder_standing(
    scheme: &Scheme,
    account: &Account,
    ladder: &Ladder,
    at: Moment,
) -> LadderStanding {
    let today = at.date();
    let found = value(ladder, account, today, at, scheme);
    let held = held_tier(ladder, account);
    let tier = |place: Option<u16>| {
        place
            .and_then(|place| ladder.tiers.get(usize::from(place)))
            .map(|tier| tier.id.clone())
    };
    let next = held.map_or(0, |held| usize::from(held).saturating_add(1));
    let next = ladder.tiers.get(next);
    let text = |amount: i64| metric_text(ladder, amount, scheme.currency);
    let state = account.ladder(&ladder.id);
    let review_at = state.and_then(|state| state.review);
    let review_date = review_at.map(|deadline| day_of(deadline, at));
    let at_review = review_date.map(|day| {
        value(
            ladder,
            account,
            review_day(ladder, day).max(today),
            at,
            scheme,
        )
    });
    let to_stay = at_review.and_then(|value| {
        let retain = ladder.tiers.get(usize::from(held?))?.retain;
        Some(text(retain.saturating_sub(value).max(0)))
    });
    let projected =
        at_review.and_then(|value| tier(review(ladder, held, floor(ladder, state), value).tier));
    LadderStanding {
        ladder: ladder.id.clone(),
        tier: tier(held),
        value: text(found),
        next: next.map(|tier| tier.id.clone()),
        to_next: next.map(|tier| text(tier.threshold.saturating_sub(found).max(0))),
        to_stay,
        review: review_at,
        projected: projected.or_else(|| tier(tier_for(ladder, found).max(held))),
        benefits: held
            .and_then(|held| ladder.tiers.get(usize::from(held)))
            .map(|tier| {
                tier.benefits
                    .iter()
                    .map(|benefit| benefit.id.clone())
                    .collect()
            })
            .unwrap_or_default(),
        entitlements: held
            .and_then(|held| ladder.tiers.get(usize::from(held)))
            .map(|tier| tier.benefits.iter().filter_map(entitlement).collect())
            .unwrap_or_default(),
    }
}

fn entitlement(benefit: &crate::scheme::compiled::Benefit) -> Option<crate::id::EntitlementId> {
    match &benefit.kind {
        crate::scheme::compiled::BenefitKind::Entitlement(id) => Some(id.clone()),
        _ => None,
    }
}

fn day_of(deadline: Deadline, near: Moment) -> Date {
    super::expiry::moment_of(deadline, near).map_or(near.date(), Moment::date)
}

fn metric_text(ladder: &Ladder, amount: i64, currency: Currency) -> String {
    match ladder.metric {
        Metric::Spend(_) => Money::of(amount, currency).to_string(),
        Metric::PointsEarned(_) | Metric::Balance(_) => Points::from_milli(amount).to_string(),
        Metric::Visits(_) | Metric::Items(_) => amount.to_string(),
    }
}

fn card_standing(account: &Account, card: &crate::scheme::compiled::Card) -> CardStanding {
    let instances = account
        .card(&card.id)
        .map_or(&[][..], |held| held.instances.as_slice());
    let open = instances
        .iter()
        .find(|instance| instance.state == InstanceState::Open);
    let complete = instances
        .iter()
        .filter(|i| i.state == InstanceState::Complete);
    let debt = complete.clone().fold(0_u32, |sum, i| {
        sum.saturating_add(i.target.saturating_sub(on_card(i)))
    });
    CardStanding {
        card: card.id.clone(),
        stamps: open.map_or(0, on_card),
        target: open.map_or(card.target, |instance| instance.target),
        debt,
        completed: super::arith::small(complete.count()),
        expiry: open.and_then(|instance| instance.expiry),
    }
}
