//! Rewards.

use crate::number::Points;
use crate::scheme::compiled::{Card, Cost, Gives, Ladder, Reward};
use crate::scheme::compiled_offer::{Offer, OfferGives};
use crate::scheme::expiry::RoundUp;
use crate::scheme::problem;
use crate::scheme::reward::{CostDef, GivesDef, RewardDef};

use super::context::{At, Context, WalletRef, quoted, repeated};

/// The most units that one reward makes free.
const UNITS_MAX: u32 = 1_000;

impl Context<'_> {
    #[inline(never)]
    pub(super) fn all_rewards(&mut self) -> Box<[Reward]> {
        let at = At::ROOT.key("rewards");
        let rewards = self.at_most(&self.def.rewards, self.limits.rewards_max, &at);
        self.unique(
            rewards.iter().map(|reward| reward.id.as_str()).collect(),
            &at,
        );
        rewards
            .iter()
            .enumerate()
            .map(|(place, def)| self.one_reward(def, &at.index(place)))
            .collect()
    }

    /// That every reward has a price or comes from somewhere.
    #[inline(never)]
    pub(super) fn sources(
        &mut self,
        rewards: &[Reward],
        cards: &[Card],
        ladders: &[Ladder],
        offers: &[Offer],
    ) {
        let mut given = vec![false; rewards.len()];
        let from_cards = cards.iter().flat_map(|card| {
            card.rewards
                .iter()
                .copied()
                .chain(card.milestones.iter().map(|milestone| milestone.reward))
        });
        let from_tiers = ladders
            .iter()
            .flat_map(|ladder| &ladder.tiers)
            .flat_map(|tier| tier.rewards.iter().copied());
        let benefits = offers.iter().flat_map(|offer| &offer.benefits);
        let from_offers = benefits.filter_map(|benefit| match benefit.gives {
            OfferGives::Reward(reward, _) => Some(reward),
            _ => None,
        });
        for place in from_cards.chain(from_tiers).chain(from_offers) {
            if let Some(given) = usize::try_from(place)
                .ok()
                .and_then(|place| given.get_mut(place))
            {
                *given = true;
            }
        }
        let at = At::ROOT.key("rewards");
        for (place, (reward, given)) in rewards.iter().zip(given).enumerate() {
            if reward.cost.is_none() && !given {
                let allowed = "a `cost`, or a card, milestone, tier or offer that brings it";
                self.problem(
                    problem::UNREACHABLE,
                    &at.index(place),
                    "a reward that nothing brings",
                    allowed,
                );
            }
        }
    }

    #[inline(never)]
    fn one_reward(&mut self, def: &RewardDef, at: &At<'_>) -> Reward {
        if let Some(span) = def.valid_for {
            self.span(span, 1, &at.key("valid_for"));
        }
        self.rounds_up(def.round_up, def.valid_for.is_some(), at);
        Reward {
            id: def.id.clone(),
            cost: def
                .cost
                .as_ref()
                .map(|cost| self.cost(cost, &at.key("cost"))),
            gives: self.gives(&def.gives, &at.key("gives")),
            when: self.when(def.when.as_ref(), at),
            valid_for: def.valid_for,
            round_up: def.round_up,
            limit_per_member: def.limit_per_member,
            limit_total: def.limit_total,
            max_share: self.max_share(def, at),
        }
    }

    /// That there is a validity to round up; `at` is the part that holds it.
    pub(super) fn rounds_up(&mut self, round_up: RoundUp, has_validity: bool, at: &At<'_>) {
        if !matches!(round_up, RoundUp::None) && !has_validity {
            let allowed = "`valid_for` beside it";
            self.problem(
                problem::CONFLICT,
                &at.key("round_up"),
                "`round_up` without a validity",
                allowed,
            );
        }
    }

    fn max_share(
        &mut self,
        def: &RewardDef,
        at: &At<'_>,
    ) -> Option<(crate::scheme::compiled::Rate, crate::scheme::Excess)> {
        let share = def.max_share.as_ref()?;
        let at = at.key("max_share");
        if matches!(
            def.gives,
            GivesDef::Points(_) | GivesDef::Custom(_) | GivesDef::Shipping(_)
        ) {
            let found = "a share of the order for a reward that takes nothing off it";
            self.problem(
                problem::CONFLICT,
                &at,
                found,
                "a reward of free units, a percentage or an amount",
            );
        }
        Some((
            self.percent(share.percent, &at.key("percent")),
            share.excess,
        ))
    }

    fn cost(&mut self, def: &CostDef, at: &At<'_>) -> Cost {
        let wallet = self.wallet(def.wallet.as_ref(), at);
        let list = at.key("by_tier");
        for (place, name) in repeated(
            def.by_tier
                .iter()
                .map(|price| price.tier.as_str())
                .collect(),
        ) {
            let found = format_args!("the tier {} again", quoted(name));
            self.problem(
                problem::DUPLICATE,
                &list.index(place).key("tier"),
                found,
                "each tier once",
            );
        }
        let mut by_tier = Vec::with_capacity(def.by_tier.len());
        for (place, price) in def.by_tier.iter().enumerate() {
            let at = list.index(place);
            let points = self.price(price.points, wallet, &at.key("points"));
            let before = by_tier.len();
            let places = self.tiers_of(price.tier.as_str());
            by_tier.extend(places.map(|(ladder, tier)| (ladder, tier, points)));
            if by_tier.len() == before {
                let known = self.tier_names();
                self.problem(
                    problem::UNKNOWN_TIER,
                    &at.key("tier"),
                    quoted(&price.tier),
                    known,
                );
            }
        }
        Cost {
            wallet: wallet.place,
            points: self.price(def.points, wallet, &at.key("points")),
            by_tier: by_tier.into(),
        }
    }

    /// A price in points, which may be 0.
    fn price(&mut self, points: Points, wallet: WalletRef, at: &At<'_>) -> i64 {
        if points.is_negative() {
            self.problem(problem::OUT_OF_RANGE, at, points, "0 points or more");
        }
        self.multiple(points, wallet, at);
        points.milli()
    }

    fn gives(&mut self, def: &GivesDef, at: &At<'_>) -> Gives {
        match def {
            GivesDef::FreeProduct(def) => {
                let at = at.key("free_product");
                self.count(def.units, 1, UNITS_MAX, &at.key("units"));
                let target = self.target(def.target.as_ref(), &at.key("target"));
                Gives::FreeProduct {
                    target,
                    units: def.units,
                    choice: def.choice,
                }
            }
            GivesDef::Percent(def) => {
                let at = at.key("percent");
                Gives::Percent {
                    percent: self.percent(def.percent, &at.key("percent")),
                    target: self.target(def.target.as_ref(), &at.key("target")),
                    amount_max: def
                        .amount_max
                        .map(|most| self.money(most, 1, &at.key("amount_max"))),
                }
            }
            GivesDef::Amount(def) => {
                let at = at.key("amount");
                let amount = self.money(def.amount, 1, &at.key("amount"));
                Gives::Amount {
                    amount,
                    target: self.target(def.target.as_ref(), &at.key("target")),
                }
            }
            GivesDef::Shipping(def) => Gives::Shipping {
                percent: self.percent(def.percent, &at.key("shipping").key("percent")),
            },
            GivesDef::Points(def) => {
                let at = at.key("points");
                let wallet = self.wallet(def.wallet.as_ref(), &at);
                Gives::Points {
                    wallet: wallet.place,
                    points: self.whole_points(def.points, wallet, &at.key("points")),
                }
            }
            GivesDef::Custom(def) => {
                self.not_blank(&def.text, &at.key("custom").key("text"));
                Gives::Custom
            }
        }
    }
}
