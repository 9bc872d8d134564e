//! Challenges and referrals.

use smol_str::format_smolstr;

use crate::id::ChallengeId;
use crate::scheme::challenge::{ChallengeCount, ChallengeDef};
use crate::scheme::compiled::{Challenge, ChallengePart, Condition, Referral};
use crate::scheme::limit::CapPeriod;
use crate::scheme::problem;

use super::context::{At, Context, names, quoted, small};
use super::ladder::Unit;

/// The longest window of days.
const DAYS_MAX: u32 = 1_096;
/// The longest streak.
const STREAK_MAX: u32 = 1_000;

impl Context<'_> {
    #[inline(never)]
    pub(super) fn all_challenges(&mut self) -> Box<[Challenge]> {
        let at = At::ROOT.key("challenges");
        let challenges = self.at_most(&self.def.challenges, self.parts_max(), &at);
        self.unique(
            challenges
                .iter()
                .map(|challenge| challenge.id.as_str())
                .collect(),
            &at,
        );
        challenges
            .iter()
            .enumerate()
            .map(|(place, def)| self.one_challenge(def, &at.index(place)))
            .collect()
    }

    #[inline(never)]
    fn one_challenge(&mut self, def: &ChallengeDef, at: &At<'_>) -> Challenge {
        let when = self.when(def.when.as_ref(), at);
        if when.as_ref().is_some_and(Condition::has_challenge) {
            let (found, allowed) = ("a challenge", "conditions on the purchase itself");
            self.problem(problem::CONFLICT, &at.key("when"), found, allowed);
        }
        self.count(def.days, 0, DAYS_MAX, &at.key("days"));
        self.count(def.streak, 0, STREAK_MAX, &at.key("streak"));
        let whole = def.per == CapPeriod::Member;
        if matches!(def.per, CapPeriod::Order | CapPeriod::Scheme) || (def.days > 0 && !whole) {
            let allowed = "`day`, `week`, `month` or `year`, or `days` in its place";
            self.problem(problem::CONFLICT, &at.key("per"), "another period", allowed);
        }
        if def.streak > 1 && whole {
            let allowed = "a period `per` day, week, month or year beside it";
            self.problem(problem::CONFLICT, &at.key("streak"), def.streak, allowed);
        }
        if def.repeat && (def.days > 0 || def.streak > 1) {
            let allowed = "neither `days` nor `streak` beside it";
            self.problem(problem::CONFLICT, &at.key("repeat"), "true", allowed);
        }
        let list = at.key("parts");
        self.not_empty(&def.parts, &list);
        let parts = self.at_most(&def.parts, self.parts_max(), &list);
        let mut compiled = Vec::with_capacity(parts.len());
        for (place, part) in parts.iter().enumerate() {
            let at = list.index(place);
            let unit = match part.count {
                ChallengeCount::Amount => Unit::Money,
                _ => Unit::Count,
            };
            let known = self.problems.len();
            let goal = self.threshold_in(part.goal, unit, &at.key("goal"));
            if goal < 1 && self.problems.len() == known {
                self.problem(problem::OUT_OF_RANGE, &at.key("goal"), part.goal, "above 0");
            }
            compiled.push(ChallengePart {
                counter: match place {
                    0 => format_smolstr!("challenge.{}", def.id),
                    _ => format_smolstr!("challenge.{}.{place}", def.id),
                },
                target: self.target(part.target.as_ref(), &at.key("target")),
                count: part.count,
                goal: goal.max(1),
            });
        }
        Challenge {
            id: def.id.clone(),
            when,
            parts: compiled.into(),
            per: def.per,
            days: def.days,
            streak: def.streak.max(1),
            repeat: def.repeat,
        }
    }

    #[inline(never)]
    pub(super) fn all_referrals(&mut self) -> Box<[Referral]> {
        let at = At::ROOT.key("referrals");
        let referrals = self.at_most(&self.def.referrals, self.parts_max(), &at);
        self.unique(
            referrals
                .iter()
                .map(|referral| referral.id.as_str())
                .collect(),
            &at,
        );
        referrals
            .iter()
            .enumerate()
            .map(|(place, def)| Referral {
                id: def.id.clone(),
                when: self.when(def.when.as_ref(), &at.index(place)),
                event: def.event.clone(),
            })
            .collect()
    }

    /// The place of a challenge.
    pub(super) fn challenge(&mut self, id: &ChallengeId, at: &At<'_>) -> Option<u16> {
        let mut known = self.def.challenges.iter();
        let place = known.position(|challenge| challenge.id == *id);
        if place.is_none() {
            let known = names(self.def.challenges.iter().map(|known| known.id.as_str()));
            self.problem(problem::UNKNOWN_CHALLENGE, at, quoted(id), known);
        }
        place.map(small)
    }
}
