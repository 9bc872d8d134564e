//! Which offers of a band apply: the best of those that exclude each other.
//!
//! Offers that exclude each other form a graph. Its maximal sets without a conflict are tried, each
//! on a copy of what is left, for each connected part of the graph on its own as long as the parts
//! touch no common line. The number of tries is bounded; beyond it offers are taken one by one, the
//! one that gives most first, and the certificate says so.

use crate::scheme::compiled_offer::{Offer, OfferStage};
use crate::scheme::{BandChoice, ChoicePer, Objective};

use crate::evaluate::arith::index;
use crate::evaluate::error::ActError;

use super::{Candidate, Certificate, Discounts, Goods, Offers};
use crate::number::Sort;

/// What a choice of offers comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Worth {
    /// Minor units off.
    value: i64,
    /// How many of the offers give something.
    applied: usize,
}

impl Worth {
    /// Whether anything is given: rewards and codes for later have no value.
    fn gives(self) -> bool {
        self.value > 0 || self.applied > 0
    }
}

impl Offers<'_, '_> {
    pub(super) fn offer(&self, slot: usize) -> Option<&Offer> {
        let candidate = self.candidates.get(slot)?;
        self.context.scheme.offers.get(index(candidate.place))
    }

    /// Decides which candidates of the band apply.
    pub(super) fn choose(&mut self, goods: &Goods) -> Result<(), ActError> {
        let slots: Vec<usize> = self
            .candidates
            .iter()
            .enumerate()
            .filter(|(_, candidate)| candidate.band == self.band)
            .map(|(slot, _)| slot)
            .collect();
        let band = self
            .context
            .scheme
            .stacking
            .bands
            .get(usize::from(self.band));
        let (choice, per) = band.map_or((BandChoice::Compound, ChoicePer::Order), |band| {
            (band.choose, band.per)
        });
        if choice == BandChoice::Compound {
            return self.choose_among(&slots, goods);
        }
        if per == ChoicePer::Line {
            return self.choose_by_line(choice, &slots, goods);
        }
        self.choose_one(choice, &slots, goods)
    }

    /// Lets the first exclusive offer that gives anything apply alone; whether there is one.
    pub(super) fn choose_exclusive(&mut self, goods: &Goods) -> Result<bool, ActError> {
        let slots = 0..self.candidates.len();
        for alone in slots.clone() {
            if !self.offer(alone).is_some_and(|offer| offer.exclusive) {
                continue;
            }
            let worth = self.worth(&[alone], goods)?;
            if !worth.gives() {
                continue;
            }
            for slot in slots.filter(|slot| *slot != alone) {
                self.displace(slot, Some(alone), goods)?;
            }
            return Ok(true);
        }
        Ok(false)
    }

    /// One offer of a band: the one that [ranks](Self::rank) highest.
    fn choose_one(
        &mut self,
        choice: BandChoice,
        slots: &[usize],
        goods: &Goods,
    ) -> Result<(), ActError> {
        let mut best: Option<(i64, i64, usize)> = None;
        let mut tries = 0_u32;
        for slot in slots {
            tries = tries.saturating_add(1);
            let worth = self.worth(&[*slot], goods)?;
            let rank = self.rank(choice, *slot, worth.value);
            if worth.gives() && best.is_none_or(|(most, ..)| rank > most) {
                best = Some((rank, worth.value, *slot));
                if choice == BandChoice::Exclusive {
                    break;
                }
            }
        }
        let Some((_, value, winner)) = best else {
            for slot in slots {
                self.displace(*slot, None, goods)?;
            }
            return Ok(());
        };
        for slot in slots {
            if *slot != winner {
                self.displace(*slot, Some(winner), goods)?;
            }
        }
        if slots.len() > 1 && choice == BandChoice::BestOf {
            self.certify(Certificate {
                optimal: true,
                tries,
                value,
                bound: value,
            });
        }
        Ok(())
    }

    /// What the one offer of a band is chosen by, the highest first: how narrow its target is, how
    /// much it gives, or nothing but its place.
    fn rank(&self, choice: BandChoice, slot: usize, worth: i64) -> i64 {
        match choice {
            BandChoice::MostSpecific => {
                i64::from(self.offer(slot).map_or(0, |offer| offer.specificity))
            }
            BandChoice::BestOf => worth,
            BandChoice::Exclusive | BandChoice::Compound => 0,
        }
    }

    /// For every line, one offer.
    fn choose_by_line(
        &mut self,
        choice: BandChoice,
        slots: &[usize],
        goods: &Goods,
    ) -> Result<(), ActError> {
        let lines = self.context.cart.lines.len();
        let mut won: Vec<Vec<bool>> = slots.iter().map(|_| vec![false; lines]).collect();
        // The offer that took the first line on which an offer would have given something.
        let mut lost_to: Vec<Option<usize>> = vec![None; slots.len()];
        for line in 0..lines {
            let mut best: Option<(i64, usize)> = None;
            let mut giving: Vec<usize> = Vec::new();
            for (place, slot) in slots.iter().enumerate() {
                self.restrict(*slot, Some(line), lines);
                let worth = self.worth(&[*slot], goods)?.value;
                if worth <= 0 {
                    continue;
                }
                giving.push(place);
                let rank = self.rank(choice, *slot, worth);
                if best.is_none_or(|(most, _)| rank > most) {
                    best = Some((rank, place));
                }
            }
            let Some((_, best)) = best else {
                continue;
            };
            if let Some(flag) = won.get_mut(best).and_then(|won| won.get_mut(line)) {
                *flag = true;
            }
            for place in giving {
                if let Some(to) = lost_to.get_mut(place) {
                    *to = to.or(slots.get(best).copied());
                }
            }
        }
        for ((slot, won), lost_to) in slots.iter().zip(won).zip(lost_to) {
            let any = won.iter().any(|won| *won);
            self.restrict(*slot, None, lines);
            if any {
                if let Some(candidate) = self.candidates.get_mut(*slot) {
                    candidate.lines = Some(won);
                }
            } else {
                self.displace(*slot, lost_to, goods)?;
            }
        }
        Ok(())
    }

    fn restrict(&mut self, slot: usize, line: Option<usize>, lines: usize) {
        if let Some(candidate) = self.candidates.get_mut(slot) {
            candidate.lines = line.map(|line| (0..lines).map(|place| place == line).collect());
        }
    }

    /// The best of the sets without a conflict; offers without one always apply.
    fn choose_among(&mut self, slots: &[usize], goods: &Goods) -> Result<(), ActError> {
        let mut conflicts = self.conflicts(slots);
        if self.context.scheme.stacking.objective == Objective::Merchant {
            self.without_idle(slots, &mut conflicts, goods)?;
        }
        if conflicts.iter().all(Vec::is_empty) {
            return Ok(());
        }
        // What is tried for one part must not depend on the choice in another.
        let mut tries_left = self.context.scheme.stacking.tries_max;
        let tries_max = tries_left;
        let (mut optimal, mut value, mut bound) = (true, 0_i64, 0_i64);
        for part in self.parts(slots, &conflicts) {
            let contested = part
                .iter()
                .any(|place| conflicts.get(*place).is_some_and(|of| !of.is_empty()));
            if !contested {
                continue;
            }
            let found = self.best_of_part(&part, slots, &conflicts, goods, &mut tries_left)?;
            optimal &= found.optimal;
            value = value.saturating_add(found.worth.value);
            bound = bound.saturating_add(found.bound);
            let chosen: Vec<usize> = found
                .chosen
                .iter()
                .filter_map(|place| slots.get(*place))
                .copied()
                .collect();
            let tried = match chosen.len() {
                0 | 1 => Vec::new(),
                _ => self.trial(&chosen, goods)?.1,
            };
            let gives = |slot: usize| {
                let of = tried.get(slot);
                of.is_some_and(|of| of.outcome.is_granted())
            };
            for place in part {
                let Some(slot) = slots.get(place) else {
                    continue;
                };
                if !found.chosen.contains(&place) {
                    // The first that gives something, sooner one that the offer cannot stand beside.
                    let rank = |winner: &usize| (!gives(*winner), self.agree(*slot, *winner));
                    let by = chosen.iter().copied().min_by_key(rank);
                    self.displace(*slot, by, goods)?;
                }
            }
        }
        self.certify(Certificate {
            optimal,
            tries: tries_max.saturating_sub(tries_left),
            value,
            bound,
        });
        Ok(())
    }

    /// Whether each of two offers lets the other stand beside it.
    pub(super) fn agree(&self, one: usize, other: usize) -> bool {
        let (Some(a), Some(b)) = (self.candidates.get(one), self.candidates.get(other)) else {
            return true;
        };
        let allows = |slot: usize, place: u32| {
            self.offer(slot)
                .is_none_or(|offer| offer.combines.agrees(place))
        };
        allows(one, b.place) && allows(other, a.place)
    }

    /// For every place in `slots` the places that it cannot stand beside.
    fn conflicts(&self, slots: &[usize]) -> Vec<Vec<usize>> {
        slots
            .iter()
            .enumerate()
            .map(|(a, one)| {
                slots
                    .iter()
                    .enumerate()
                    .filter(|(b, other)| a != *b && !self.agree(*one, **other))
                    .map(|(b, _)| b)
                    .collect()
            })
            .collect()
    }

    /// Leaves out the conflicts of offers that would give nothing on their own: the merchant would
    /// keep most by such an offer in the place of one that gives something.
    fn without_idle(
        &mut self,
        slots: &[usize],
        conflicts: &mut [Vec<usize>],
        goods: &Goods,
    ) -> Result<(), ActError> {
        for (place, slot) in slots.iter().enumerate() {
            let contested = conflicts.get(place).is_some_and(|of| !of.is_empty());
            if !contested || self.worth(&[*slot], goods)?.gives() {
                continue;
            }
            for (other, of) in conflicts.iter_mut().enumerate() {
                of.retain(|against| other != place && *against != place);
            }
        }
        Ok(())
    }

    /// The places in parts that neither exclude offers of another part nor touch its lines.
    fn parts(&self, slots: &[usize], conflicts: &[Vec<usize>]) -> Vec<Vec<usize>> {
        let touched: Vec<Option<Vec<bool>>> =
            slots.iter().map(|slot| self.touched(*slot)).collect();
        let meet = |a: usize, b: usize| match (touched.get(a), touched.get(b)) {
            (Some(Some(a)), Some(Some(b))) => a.iter().zip(b).any(|(a, b)| *a && *b),
            _ => true,
        };
        let mut part_of: Vec<Option<usize>> = vec![None; slots.len()];
        let mut parts: Vec<Vec<usize>> = Vec::new();
        for start in 0..slots.len() {
            if part_of.get(start).copied().flatten().is_some() {
                continue;
            }
            let mut part = Vec::new();
            let mut open = vec![start];
            while let Some(place) = open.pop() {
                let Some(of) = part_of.get_mut(place).filter(|of| of.is_none()) else {
                    continue;
                };
                *of = Some(parts.len());
                part.push(place);
                let excluded = conflicts.get(place);
                open.extend((0..slots.len()).filter(|other| {
                    part_of.get(*other).copied().flatten().is_none()
                        && (excluded.is_some_and(|of| of.contains(other)) || meet(place, *other))
                }));
            }
            part.order();
            parts.push(part);
        }
        parts
    }

    /// The lines that an offer can touch or depends on; nothing when that may be any line.
    fn touched(&self, slot: usize) -> Option<Vec<bool>> {
        let offer = self.offer(slot)?;
        if offer.when.is_some() {
            return None;
        }
        let cart = self.context.cart;
        let mut lines = vec![false; cart.lines.len()];
        for benefit in &offer.benefits {
            if benefit.stage >= OfferStage::Order || benefit.on.sets.is_some() {
                return None;
            }
            let target = benefit.on.target.as_ref()?;
            for (line, flag) in cart.lines.iter().zip(&mut lines) {
                *flag |= cart.counts(line, Some(target));
            }
        }
        Some(lines)
    }

    /// The best set of one part.
    fn best_of_part(
        &mut self,
        part: &[usize],
        slots: &[usize],
        conflicts: &[Vec<usize>],
        goods: &Goods,
        tries_left: &mut u32,
    ) -> Result<Best, ActError> {
        let objective = self.context.scheme.stacking.objective;
        let mut best: Option<Best> = None;
        // Whether each offer of the part stands in the set, as far as that is decided.
        let mut steps: Vec<Vec<bool>> = vec![Vec::new()];
        let mut nodes = u64::from(*tries_left).saturating_mul(64);
        let mut complete = true;
        while let Some(decided) = steps.pop() {
            nodes = nodes.saturating_sub(1);
            if nodes == 0 || *tries_left == 0 {
                complete = false;
                break;
            }
            let place = decided.len();
            let Some(next) = part.get(place) else {
                let chosen = standing(part, &decided);
                if !is_maximal(part, &decided, conflicts) {
                    continue;
                }
                *tries_left = tries_left.saturating_sub(1);
                let of_slots: Vec<usize> = chosen
                    .iter()
                    .filter_map(|place| slots.get(*place))
                    .copied()
                    .collect();
                let worth = self.worth(&of_slots, goods)?;
                let better = best.as_ref().is_none_or(|best| {
                    let (ours, theirs) = match objective {
                        Objective::Customer => (worth.value, best.worth.value),
                        Objective::Merchant => (best.worth.value, worth.value),
                    };
                    ours > theirs || (ours == theirs && worth.applied < best.worth.applied)
                });
                if better {
                    best = Some(Best {
                        chosen,
                        worth,
                        optimal: true,
                        bound: worth.value,
                    });
                }
                continue;
            };
            let against = conflicts.get(*next);
            let blocked = part
                .iter()
                .zip(&decided)
                .any(|(other, stands)| *stands && against.is_some_and(|of| of.contains(other)));
            let contested = against.is_some_and(|of| !of.is_empty());
            let mut without = decided.clone();
            without.push(false);
            if !blocked {
                if contested {
                    steps.push(without);
                }
                let mut with = decided;
                with.push(true);
                steps.push(with);
            } else {
                steps.push(without);
            }
        }
        match best {
            Some(best) if complete => Ok(best),
            best => self.greedy(part, slots, conflicts, goods, best),
        }
    }

    /// Takes offers one by one, the one that gives most on its own first.
    fn greedy(
        &mut self,
        part: &[usize],
        slots: &[usize],
        conflicts: &[Vec<usize>],
        goods: &Goods,
        found: Option<Best>,
    ) -> Result<Best, ActError> {
        let mut order: Vec<(i64, usize)> = Vec::with_capacity(part.len());
        let mut bound = 0_i64;
        for place in part {
            let Some(slot) = slots.get(*place) else {
                continue;
            };
            let value = self.worth(&[*slot], goods)?.value;
            bound = bound.saturating_add(value);
            order.push((value, *place));
        }
        if self.context.scheme.stacking.objective == Objective::Merchant {
            order.order_by_key(|(value, place)| (*value, *place));
        } else {
            order.order_by_key(|(value, place)| (value.saturating_neg(), *place));
        }
        let mut chosen: Vec<usize> = Vec::new();
        for (_, place) in order {
            let against = conflicts.get(place);
            if chosen
                .iter()
                .all(|other| !against.is_some_and(|of| of.contains(other)))
            {
                chosen.push(place);
            }
        }
        chosen.order();
        let of_slots: Vec<usize> = chosen
            .iter()
            .filter_map(|place| slots.get(*place))
            .copied()
            .collect();
        let worth = self.worth(&of_slots, goods)?;
        let left = goods
            .runs
            .left
            .iter()
            .chain(&goods.shipping)
            .fold(0_i64, |sum, left| sum.saturating_add(*left));
        let greedy = Best {
            chosen,
            worth,
            optimal: false,
            bound: bound.min(left).max(worth.value),
        };
        let customer = self.context.scheme.stacking.objective == Objective::Customer;
        Ok(match found {
            Some(found) if customer && found.worth.value >= worth.value => Best {
                optimal: false,
                bound: greedy.bound.max(found.worth.value),
                ..found
            },
            Some(found) if !customer && found.worth.value <= worth.value => Best {
                optimal: false,
                bound: 0,
                ..found
            },
            _ if !customer => Best { bound: 0, ..greedy },
            _ => greedy,
        })
    }

    /// What offers of the band come to without the band's other ones.
    fn worth(&mut self, slots: &[usize], goods: &Goods) -> Result<Worth, ActError> {
        Ok(self.trial(slots, goods)?.0)
    }

    /// The same, with what became of the candidates.
    fn trial(
        &mut self,
        slots: &[usize],
        goods: &Goods,
    ) -> Result<(Worth, Vec<Candidate>), ActError> {
        let saved = self.candidates.clone();
        let (gifts, issued) = (self.gifts.len(), self.issued.len());
        let used = self.used.clone();
        let mut goods = goods.clone();
        let mut discounts = Discounts::new();
        for stage in [
            OfferStage::Catalogue,
            OfferStage::Item,
            OfferStage::Multi,
            OfferStage::Order,
            OfferStage::Shipping,
        ] {
            if stage == OfferStage::Order {
                goods.items_done();
            }
            for slot in slots {
                self.run(*slot, stage, &mut goods, &mut discounts)?;
            }
        }
        let applied = slots
            .iter()
            .filter(|slot| {
                self.candidates
                    .get(**slot)
                    .is_some_and(|candidate| candidate.outcome.is_granted())
            })
            .count();
        let tried = std::mem::replace(&mut self.candidates, saved);
        self.issued.truncate(issued);
        self.used = used;
        // A gift that is not in the cart yet is worth what it saves.
        let mut value = 0_i64;
        for (_, saves) in self.gifts.drain(gifts..) {
            value = value.saturating_add(saves);
        }
        for discount in &discounts {
            value = value
                .saturating_add(discount.amount)
                .saturating_add(discount.shipping);
        }
        Ok((Worth { value, applied }, tried))
    }

    /// Leaves an offer out: it stands back for others, or would give nothing on its own.
    fn displace(&mut self, slot: usize, by: Option<usize>, goods: &Goods) -> Result<(), ActError> {
        let (worth, tried) = self.trial(&[slot], goods)?;
        let winner = by.and_then(|slot| self.candidates.get(slot));
        let winner = winner.map(|candidate| candidate.place);
        let Some(candidate) = self.candidates.get_mut(slot) else {
            return Ok(());
        };
        candidate.chosen = false;
        if worth.gives() {
            candidate.outcome.displaced(winner);
        } else if let Some(tried) = tried.into_iter().nth(slot) {
            candidate.outcome = tried.outcome;
        }
        Ok(())
    }

    fn certify(&mut self, of_band: Certificate) {
        self.certificate = Some(match self.certificate {
            None => of_band,
            Some(known) => Certificate {
                optimal: known.optimal && of_band.optimal,
                tries: known.tries.saturating_add(of_band.tries),
                value: known.value.saturating_add(of_band.value),
                bound: known.bound.saturating_add(of_band.bound),
            },
        });
    }
}

/// A choice for one part of the offers.
#[derive(Debug, Clone)]
struct Best {
    /// Places in the band's list.
    chosen: Vec<usize>,
    worth: Worth,
    optimal: bool,
    bound: i64,
}

fn standing(part: &[usize], decided: &[bool]) -> Vec<usize> {
    let all = part.iter().zip(decided);
    all.filter(|(_, stands)| **stands)
        .map(|(place, _)| *place)
        .collect()
}

/// Whether no offer could be added.
fn is_maximal(part: &[usize], decided: &[bool], conflicts: &[Vec<usize>]) -> bool {
    let chosen = standing(part, decided);
    part.iter().zip(decided).all(|(place, stands)| {
        *stands
            || conflicts
                .get(*place)
                .is_some_and(|against| chosen.iter().any(|other| against.contains(other)))
    })
}
