//! Stamp cards.

use crate::scheme::card::{CardDef, StampGiveDef, StampRuleDef};
use crate::scheme::compiled::{Card, Kind, Milestone, StampGive, StampRule};
use crate::scheme::problem;

use super::context::{At, Context};

/// The largest card, and the most stamps that one rule gives at a time.
const STAMPS_MAX: u32 = 1_000;

impl Context<'_> {
    #[inline(never)]
    pub(super) fn all_cards(&mut self) -> Box<[Card]> {
        let at = At::ROOT.key("cards");
        let cards = self.at_most(&self.def.cards, self.parts_max(), &at);
        self.unique(cards.iter().map(|card| card.id.as_str()).collect(), &at);
        cards
            .iter()
            .enumerate()
            .map(|(place, def)| self.one_card(def, &at.index(place)))
            .collect()
    }

    #[inline(never)]
    fn one_card(&mut self, def: &CardDef, at: &At<'_>) -> Card {
        self.count(def.target, 1, STAMPS_MAX, &at.key("target"));
        if def.start_stamps >= def.target {
            let allowed = format_args!("fewer than the target of {}", def.target);
            self.problem(
                problem::CONFLICT,
                &at.key("start_stamps"),
                def.start_stamps,
                allowed,
            );
        }
        if def.start_stamps_again && def.start_stamps == 0 {
            let allowed = "`start_stamps` of at least 1 beside it";
            self.problem(
                problem::CONFLICT,
                &at.key("start_stamps_again"),
                "no `start_stamps`",
                allowed,
            );
        }
        if let Some(span) = def.valid_for {
            self.span(span, 1, &at.key("valid_for"));
        }
        let rewards = at.key("rewards");
        Card {
            id: def.id.clone(),
            target: def.target,
            rules: self.stamp_rules(&def.stamps, &at.key("stamps")),
            rewards: def
                .rewards
                .iter()
                .enumerate()
                .map(|(place, id)| self.reward(id, &rewards.index(place)))
                .collect(),
            milestones: self.milestones(def, &at.key("milestones")),
            start_stamps: def.start_stamps,
            start_stamps_again: def.start_stamps_again,
            overflow: def.overflow,
            valid_for: def.valid_for,
            stamps_per_day: def.stamps_per_day,
            minutes_between: def.minutes_between,
            used_surplus: def.used_surplus,
        }
    }

    fn stamp_rules(&mut self, rules: &[StampRuleDef], at: &At<'_>) -> Box<[StampRule]> {
        self.not_empty(rules, at);
        let rules = self.at_most(rules, self.parts_max(), at);
        rules
            .iter()
            .enumerate()
            .map(|(place, def)| self.stamp_rule(def, &at.index(place)))
            .collect()
    }

    fn stamp_rule(&mut self, def: &StampRuleDef, at: &At<'_>) -> StampRule {
        let when = self.when(def.when.as_ref(), at);
        if let StampGiveDef::Event(_) = def.give {
            if def.target.is_some() {
                self.problem(
                    problem::CONFLICT,
                    &at.key("target"),
                    "lines of an event",
                    "no target: an event has no lines",
                );
            }
            if let Some(when) = &def.when {
                self.without_purchase(when, at);
            }
        }
        StampRule {
            when,
            target: self.target(def.target.as_ref(), &at.key("target")),
            give: self.stamps(&def.give, &at.key("give")),
            free_units: def.free_units,
            sticky: def.sticky,
        }
    }

    fn stamps(&mut self, def: &StampGiveDef, at: &At<'_>) -> StampGive {
        let (key, stamps) = match def {
            StampGiveDef::PerPurchase(def) => ("per_purchase", def.stamps),
            StampGiveDef::PerUnit(def) => ("per_unit", def.stamps),
            StampGiveDef::PerAmount(def) => ("per_amount", def.stamps),
            StampGiveDef::Event(def) => ("event", def.stamps),
        };
        let at = at.key(key);
        self.count(stamps, 1, STAMPS_MAX, &at.key("stamps"));
        match def {
            StampGiveDef::PerPurchase(_) => StampGive::PerPurchase(stamps),
            StampGiveDef::PerUnit(_) => StampGive::PerUnit(stamps),
            StampGiveDef::PerAmount(def) => StampGive::PerAmount {
                stamps,
                per: self.money(def.per, 1, &at.key("per")),
            },
            StampGiveDef::Event(def) => StampGive::Event {
                name: self.symbols.intern(Kind::Event, def.name.as_str()),
                stamps,
            },
        }
    }

    fn milestones(&mut self, def: &CardDef, at: &At<'_>) -> Box<[Milestone]> {
        let mut milestones: Vec<Milestone> = Vec::with_capacity(def.milestones.len());
        for (place, milestone) in def.milestones.iter().enumerate() {
            let at = at.index(place);
            let stamps = milestone.stamps;
            let allowed = format_args!("at least 1 and fewer than the target of {}", def.target);
            if stamps == 0 {
                self.problem(problem::OUT_OF_RANGE, &at.key("stamps"), stamps, allowed);
            } else if stamps >= def.target {
                self.problem(problem::CONFLICT, &at.key("stamps"), stamps, allowed);
            }
            if milestones
                .last()
                .is_some_and(|before| before.stamps > stamps)
            {
                self.problem(
                    problem::ORDER,
                    &at.key("stamps"),
                    stamps,
                    "milestones in ascending order",
                );
            }
            let reward = self.reward(&milestone.reward, &at.key("reward"));
            milestones.push(Milestone { stamps, reward });
        }
        milestones.into()
    }
}
