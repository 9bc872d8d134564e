//! Which units a benefit is on.

use std::cmp::Reverse;

use crate::scheme::UnitChoice;
use crate::scheme::compiled::Target;
use crate::scheme::compiled_offer::{OfferBenefit, Units};

use crate::evaluate::arith::index;
use crate::evaluate::runs::Run;

use super::{Goods, Offers};
use crate::number::Sort;

/// Units of one line that have the same amount left, in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pick {
    pub(super) line: u32,
    pub(super) first: u32,
    pub(super) count: u32,
    /// Minor units left on each.
    pub(super) left: i64,
}

/// What a benefit is on: units in the order of lines, and how many sets they make.
#[derive(Debug, Clone, Default)]
pub(super) struct Picked {
    pub(super) picks: Vec<Pick>,
    /// The units that the sets take, where these are others.
    pub(super) taken: Vec<Pick>,
    pub(super) sets: u32,
}

impl Offers<'_, '_> {
    /// The units that a benefit is on.
    pub(super) fn pick(&self, slot: usize, benefit: &OfferBenefit, goods: &Goods) -> Picked {
        let on = &benefit.on;
        if let Some(sets) = &on.sets {
            let mut picked = self.pick_sets(slot, on, sets, goods);
            picked.picks = joined(picked.picks, goods);
            return picked;
        }
        let mut picks = self.open(slot, on, on.target.as_ref(), goods);
        if let Some(most) = on.units_max {
            sort(&mut picks, on.choice);
            first_units(&mut picks, most, on.choice);
            sort(&mut picks, UnitChoice::LineOrder);
        }
        Picked {
            picks,
            taken: Vec::new(),
            sets: 1,
        }
    }

    /// The units of the lines that match, within the bounds of `on`; in the order of lines.
    pub(super) fn open(
        &self,
        slot: usize,
        on: &Units,
        target: Option<&Target>,
        goods: &Goods,
    ) -> Vec<Pick> {
        let only = self
            .candidates
            .get(slot)
            .and_then(|candidate| candidate.lines.as_deref());
        let matches: Vec<bool> = self
            .context
            .cart
            .lines
            .iter()
            .enumerate()
            .map(|(place, line)| {
                let units = self.units.get(place).copied().unwrap_or(0);
                only.is_none_or(|only| only.get(place).copied().unwrap_or(false))
                    && units >= on.line_units_from
                    && on.line_units_to.is_none_or(|most| units <= most)
                    && self.context.cart.counts(line, target)
            })
            .collect();
        let mut picks = Vec::new();
        // Units of the present line that were taken so far.
        let (mut line, mut taken) = (u32::MAX, 0_u32);
        for run in goods.runs.iter() {
            if run.line != line {
                (line, taken) = (run.line, 0);
            }
            if !matches.get(index(run.line)).copied().unwrap_or(false) || !self.is_open(on, run) {
                continue;
            }
            let first = run.first.max(on.skip);
            let end = run.first.saturating_add(run.count);
            let whole = Pick {
                line: run.line,
                first,
                count: end.saturating_sub(first),
                left: run.left,
            };
            for mut pick in self.unused(slot, whole) {
                let most = on
                    .per_line
                    .map_or(u32::MAX, |most| most.saturating_sub(taken));
                pick.count = pick.count.min(most);
                if pick.count > 0 {
                    taken = taken.saturating_add(pick.count);
                    picks.push(pick);
                }
            }
        }
        picks
    }

    /// What earlier offers that consume units leave of a run, for one that does so too.
    fn unused(&self, slot: usize, pick: Pick) -> Vec<Pick> {
        let consumes = |slot: usize| self.offer(slot).is_some_and(|offer| offer.consumes_units);
        match self.used.get(&pick.line) {
            Some(used) if consumes(slot) => {
                let others = used.iter().filter(|(by, _)| *by != slot && consumes(*by));
                without(pick, others.map(|(_, used)| used))
            }
            _ => vec![pick],
        }
    }

    /// Notes the units that an offer used; how many it had not used before.
    pub(super) fn use_units(&mut self, slot: usize, picks: &[Pick]) -> u32 {
        let noted = self
            .offer(slot)
            .is_some_and(|offer| offer.consumes_units || offer.benefits.len() > 1);
        if !noted {
            let counts = picks.iter().map(|pick| pick.count);
            return counts.fold(0, u32::saturating_add);
        }
        let mut units = 0_u32;
        for pick in picks {
            let used = self.used.entry(pick.line).or_default();
            let own = used.iter().filter(|(by, _)| *by == slot);
            for new in without(*pick, own.map(|(_, used)| used)) {
                units = units.saturating_add(new.count);
                used.push((slot, new));
            }
        }
        units
    }

    /// Whether units of a run can be picked: something is left of them, within the bounds.
    fn is_open(&self, on: &Units, run: &Run) -> bool {
        let price = self
            .context
            .cart
            .lines
            .get(index(run.line))
            .map_or(0, |line| line.price);
        run.left > 0
            && !run.free
            && on.running_from.is_none_or(|from| run.left >= from)
            && on.running_to.is_none_or(|to| run.left <= to)
            && (!on.undiscounted || run.left == price)
    }
}

/// Picks in the order of lines, those of one run that stand together as one.
fn joined(picks: Vec<Pick>, goods: &Goods) -> Vec<Pick> {
    let mut runs = goods.runs.iter().peekable();
    let mut made: Vec<Pick> = Vec::with_capacity(picks.len());
    for pick in picks {
        let starts = |run: &Run| (run.line, run.first);
        while runs
            .next_if(|run| starts(run) < (pick.line, pick.first))
            .is_some()
        {}
        let begins = runs
            .peek()
            .is_some_and(|run| starts(run) == (pick.line, pick.first));
        match made.last_mut() {
            Some(last)
                if !begins
                    && last.line == pick.line
                    && last.first.saturating_add(last.count) == pick.first =>
            {
                last.count = last.count.saturating_add(pick.count);
            }
            _ => made.push(pick),
        }
    }
    made
}

/// A run without the units of others.
pub(super) fn without<'p>(pick: Pick, others: impl Iterator<Item = &'p Pick>) -> Vec<Pick> {
    let mut left = vec![pick];
    for other in others.filter(|other| other.line == pick.line) {
        let until = other.first.saturating_add(other.count);
        left = left
            .into_iter()
            .flat_map(|part| {
                let end = part.first.saturating_add(part.count);
                let before = other.first.min(end).saturating_sub(part.first);
                let after = until.max(part.first);
                [
                    Pick {
                        count: before,
                        ..part
                    },
                    Pick {
                        first: after,
                        count: end.saturating_sub(after),
                        ..part
                    },
                ]
            })
            .filter(|part| part.count > 0)
            .collect();
    }
    left
}

/// Puts the units that come first to the front; ties by line, the last units of a line first, so
/// that what comes back first is what was lowered.
pub(super) fn sort(picks: &mut [Pick], choice: UnitChoice) {
    match choice {
        UnitChoice::Cheapest => {
            picks.order_by_key(|pick| (pick.left, pick.line, Reverse(pick.first)));
        }
        UnitChoice::Dearest => {
            picks.order_by_key(|pick| (Reverse(pick.left), pick.line, Reverse(pick.first)))
        }
        UnitChoice::LineOrder => picks.order_by_key(|pick| (pick.line, pick.first)),
    }
}

/// Keeps the first `most` units; of a run that is cut, its last units, or its first ones where lines
/// decide.
fn first_units(picks: &mut Vec<Pick>, most: u32, choice: UnitChoice) {
    let mut wanted = most;
    picks.retain_mut(|pick| {
        let taken = cut(*pick, wanted, choice);
        wanted = wanted.saturating_sub(taken.count);
        *pick = taken;
        pick.count > 0
    });
}

/// At most `units` of a run.
pub(super) fn cut(pick: Pick, units: u32, choice: UnitChoice) -> Pick {
    let count = pick.count.min(units);
    let first = match choice {
        UnitChoice::LineOrder => pick.first,
        UnitChoice::Cheapest | UnitChoice::Dearest => {
            pick.first.saturating_add(pick.count.saturating_sub(count))
        }
    };
    Pick {
        first,
        count,
        ..pick
    }
}

/// What stays of a run when a cut of it is gone.
pub(super) fn rest(pick: Pick, units: u32, choice: UnitChoice) -> Pick {
    let count = pick.count.saturating_sub(units);
    let first = match choice {
        UnitChoice::LineOrder => pick.first.saturating_add(pick.count.min(units)),
        UnitChoice::Cheapest | UnitChoice::Dearest => pick.first,
    };
    Pick {
        first,
        count,
        ..pick
    }
}
