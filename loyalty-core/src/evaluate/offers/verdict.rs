//! Whether an offer applies, and what stands in its way.

use crate::ledger::Headroom;
use crate::purchase::Claim;
use crate::scheme::CapPeriod;
use crate::scheme::compiled_offer::Offer;
use crate::scheme::reward::Excess;
use crate::time::Date;

use smallvec::SmallVec;

use crate::evaluate::arith::index;
use crate::evaluate::context::{Context, Failure};
use crate::evaluate::error::ActError;
use crate::evaluate::limit::period_end;
use crate::evaluate::reason::Missing;

use super::code::EnteredCode;
use super::{Candidate, Found, Goods, Offers};

/// What became of an offer.
#[derive(Debug, Clone)]
pub(crate) struct OfferVerdict {
    /// The place of the offer in the scheme.
    pub(crate) offer: u32,
    /// `granted`, or why it gives nothing.
    pub(crate) code: &'static str,
    /// What it takes off, in minor units.
    pub(crate) amount: i64,
    /// How many units it uses.
    pub(crate) units: u32,
    /// How many sets or gifts it gives.
    pub(crate) sets: Option<u32>,
    /// The place of the offer that displaced it.
    pub(crate) by: Option<u32>,
    pub(crate) missing: Option<Missing>,
    pub(crate) resets: Option<Date>,
    /// Every part of its conditions that fails.
    pub(crate) failures: Vec<Failure>,
    /// The entered codes that it knows.
    pub(super) codes: Vec<EnteredCode>,
}

/// A verdict in the making.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    /// Whether its conditions were held against the cart, and held.
    checked: Option<bool>,
    /// Whether its conditions were held although a limit refuses it, for the verdicts of its codes.
    heard: bool,
    code: Option<&'static str>,
    amount: i64,
    units: u32,
    sets: Option<u32>,
    by: Option<u32>,
    missing: Option<Missing>,
    resets: Option<Date>,
    failures: Vec<Failure>,
}

impl Outcome {
    /// A benefit gave something or nothing.
    pub(super) fn note(&mut self, found: &Found, given: i64) {
        self.amount = self.amount.saturating_add(given);
        if self.amount > 0 || found.given {
            self.code = Some("granted");
            self.missing = None;
        } else if self.code.is_none() {
            self.code = Some(found.code);
            self.missing = found.missing;
        }
    }

    /// Counts units and sets that a benefit used.
    pub(super) fn count(&mut self, units: u32, sets: Option<u32>) {
        self.units = self.units.saturating_add(units);
        self.sets = self.sets.max(sets);
    }

    pub(super) fn is_granted(&self) -> bool {
        self.code == Some("granted")
    }

    pub(super) fn displaced(&mut self, by: Option<u32>) {
        self.code = Some("offer.displaced");
        self.by = by;
    }

    fn refuse(&mut self, code: &'static str, missing: Option<Missing>) {
        self.checked = Some(false);
        self.code = Some(code);
        self.missing = missing;
    }

    pub(super) fn verdict(&self, offer: u32, codes: &[EnteredCode]) -> OfferVerdict {
        OfferVerdict {
            offer,
            code: self.code.unwrap_or("offer.no_effect"),
            amount: self.amount,
            units: self.units,
            sets: self.sets,
            by: self.by,
            missing: self.missing,
            resets: self.resets,
            failures: self.failures.clone(),
            codes: codes.to_vec(),
        }
    }
}

impl<'a> Offers<'_, 'a> {
    /// A candidate with what its limits leave.
    pub(super) fn candidate(
        context: &Context<'a>,
        offer: &Offer,
        place: u32,
        claims: &[Claim],
        met: &mut Vec<Headroom>,
    ) -> Result<Candidate, ActError> {
        let claimed = claims
            .iter()
            .filter(|claim| claim.reward.as_str() == offer.id.as_str())
            .fold(0_u32, |sum, claim| sum.saturating_add(claim.quantity));
        let mut candidate = Candidate {
            place,
            band: offer.band,
            chosen: true,
            lines: None,
            outcome: Outcome::default(),
            rooms: SmallVec::new(),
            claimed,
            codes: Vec::new(),
        };
        for cap in &offer.times {
            let left = context.headroom(cap, met)?;
            if left < 1 && candidate.outcome.checked.is_none() {
                candidate.outcome.refuse(cap_code(cap.per), None);
                candidate.outcome.resets = period_end(cap.per, context.at.date());
            }
        }
        if let Some(codes) = &offer.codes {
            candidate.codes = super::code::entered(context, codes, met)?;
            let usable = |code: &EnteredCode| code.failures.is_empty();
            if !candidate.codes.iter().any(usable) {
                let first = candidate
                    .codes
                    .iter()
                    .flat_map(|code| &code.failures)
                    .next();
                let code = first.copied().unwrap_or("code.unknown");
                candidate.outcome.refuse(code, None);
            }
        }
        for budget in &offer.budgets {
            let left = context.headroom(&budget.cap, met)?;
            let Some(left) = context.in_cart(left) else {
                candidate.outcome.refuse("condition.currency", None);
                candidate.rooms.push(0);
                continue;
            };
            candidate.rooms.push(left);
            if left < 1 && candidate.outcome.checked.is_none() {
                candidate.outcome.refuse("offer.budget", None);
                candidate.outcome.resets = period_end(budget.cap.per, context.at.date());
            }
        }
        Ok(candidate)
    }

    /// Whether an offer's conditions hold: decided once, when its first benefit comes up.
    pub(super) fn eligible(
        &mut self,
        slot: usize,
        offer: &Offer,
        goods: &Goods,
    ) -> Result<bool, ActError> {
        let Some(candidate) = self.candidates.get(slot) else {
            return Ok(false);
        };
        if let Some(known) = candidate.outcome.checked
            && (known || candidate.outcome.heard || candidate.codes.is_empty())
        {
            return Ok(known);
        }
        let waits = offer.on_claim && candidate.claimed == 0;
        let amounts = self.amounts(goods);
        let failures = offer
            .when
            .as_ref()
            .map(|when| self.context.failures(when, &amounts, None))
            .unwrap_or_default();
        let refused_by = self.refused_by(slot);
        let Some(candidate) = self.candidates.get_mut(slot) else {
            return Ok(false);
        };
        candidate.outcome.heard = true;
        if candidate.outcome.checked.is_some() {
            candidate.outcome.failures = failures;
            return Ok(false);
        }
        candidate.outcome.checked = Some(true);
        // Another offer can have drawn on a budget by now.
        let mut budgets = offer.budgets.iter().zip(&candidate.rooms);
        if let Some((budget, _)) = budgets.find(|(_, room)| **room < 1) {
            let resets = period_end(budget.cap.per, self.context.at.date());
            candidate.outcome.refuse("offer.budget", None);
            candidate.outcome.resets = resets;
            candidate.outcome.failures = failures;
            return Ok(false);
        }
        if let Some(first) = failures.first() {
            candidate.outcome.refuse(first.code, first.missing);
            candidate.outcome.failures = failures;
            return Ok(false);
        }
        if waits {
            candidate.outcome.refuse("offer.unclaimed", None);
            return Ok(false);
        }
        if refused_by.is_some() {
            candidate.outcome.checked = Some(false);
            candidate.outcome.displaced(refused_by);
            return Ok(false);
        }
        Ok(true)
    }

    /// The place of an offer that gave something already and cannot stand beside this one. Within a
    /// band the choice has seen to that; between bands the earlier one has its way.
    fn refused_by(&self, slot: usize) -> Option<u32> {
        let mut granted = self
            .candidates
            .iter()
            .enumerate()
            .filter(|(other, candidate)| *other != slot && candidate.outcome.is_granted());
        let (_, winner) = granted.find(|(other, _)| !self.agree(slot, *other))?;
        Some(winner.place)
    }

    /// Takes what an offer gave off its budgets, and off those that others share with it.
    pub(super) fn draw(&mut self, offer: &Offer, given: i64) {
        if offer.budgets.is_empty() {
            return;
        }
        let scheme = self.context.scheme;
        for candidate in &mut self.candidates {
            let Some(other) = scheme.offers.get(index(candidate.place)) else {
                continue;
            };
            for (budget, room) in other.budgets.iter().zip(&mut candidate.rooms) {
                let mut own = offer.budgets.iter();
                if own.any(|own| own.cap.name == budget.cap.name) {
                    *room = room.saturating_sub(given);
                }
            }
        }
    }

    /// An amount under an offer's budgets.
    pub(super) fn within_budget(&self, slot: usize, amount: i64) -> Result<i64, &'static str> {
        let amount = amount.min(self.most);
        let Some(room) = self.candidates.get(slot).and_then(Candidate::room) else {
            return Ok(amount);
        };
        if amount <= room {
            return Ok(amount);
        }
        let whole = self.offer(slot).is_some_and(|offer| {
            let budgets = offer.budgets.iter();
            budgets
                .clone()
                .any(|budget| budget.excess == Excess::Reject)
        });
        if whole || room <= 0 {
            return Err("offer.budget");
        }
        Ok(room)
    }
}

fn cap_code(per: CapPeriod) -> &'static str {
    match per {
        CapPeriod::Order => "cap.order",
        CapPeriod::Day => "cap.day",
        CapPeriod::Week => "cap.week",
        CapPeriod::Month => "cap.month",
        CapPeriod::Year => "cap.year",
        CapPeriod::Member => "cap.member",
        CapPeriod::Scheme => "cap.scheme",
    }
}
