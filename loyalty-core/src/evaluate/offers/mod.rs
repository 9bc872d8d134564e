//! Offers: which apply, in which order, and what each takes off.
//!
//! A band runs its stages over what earlier bands left. Which of a band's offers apply is decided
//! first, by trying them on copies of what is left (`choose`); then every stage applies the chosen
//! ones, with rewards and standing discounts between them.

mod choose;
mod code;
mod count;
mod pick;
mod sets;
mod take;
pub(crate) mod told;
mod verdict;

use code::EnteredCode;
pub(crate) use code::{CodeVerdict, limits, valid_coupons};
pub(crate) use count::{count, give_back, in_scheme};
pub(crate) use verdict::{OfferVerdict, Outcome};

use std::cmp::Reverse;

use smallvec::SmallVec;
use std::collections::BTreeMap;

use crate::ledger::Headroom;
use crate::purchase::{Claim, Line};
use crate::scheme::compiled::Scheme;
use crate::scheme::compiled_offer::{Offer, OfferGives, OfferStage};

use super::arith::index;
use super::context::{Amounts, Context};
use super::error::ActError;
use super::line_set::PerLine;
use super::price::{Discount, DiscountSource, Discounts};
use super::runs::Runs;

use crate::number::Sort;
use pick::Pick;

/// What is left of the goods and of the delivery charges.
#[derive(Debug, Clone, Default)]
pub(crate) struct Goods {
    pub(crate) runs: Runs,
    /// What the discounts before the order's leave; empty while there are no others.
    pub(crate) after_item: PerLine<i64>,
    pub(crate) shipping: Vec<i64>,
}

impl Goods {
    /// Notes what the order's discounts find. Those of later bands find less only by what is taken
    /// off lines in between.
    fn items_done(&mut self) {
        if self.after_item.is_empty() {
            self.after_item.clone_from(&self.runs.left);
        }
    }

    /// Lowers what is left before the order's discounts by shares of a discount on lines.
    fn take_from_items(&mut self, shares: &[super::runs::RunShare]) {
        for share in shares {
            if let Some(left) = self.after_item.get_mut(index(share.line)) {
                let taken = share.each.saturating_mul(i64::from(share.count));
                *left = left.saturating_sub(taken);
            }
        }
    }
}

/// What the offers of a purchase come to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Offered {
    /// Every candidate, in the order of application.
    pub(crate) verdicts: Vec<OfferVerdict>,
    pub(crate) codes: Vec<CodeVerdict>,
    /// How the choices among conflicting offers were made; nothing when there were none.
    pub(crate) certificate: Option<Certificate>,
    /// Lines that the purchase lacks for its gifts.
    pub(crate) gifts: Vec<Line>,
    /// Rewards and codes for later.
    pub(crate) issued: Vec<Issued>,
}

/// A benefit that brings something for later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Issued {
    /// The places of the offer and, in it, of the benefit.
    pub(crate) offer: u32,
    pub(crate) benefit: u16,
}

impl Issued {
    /// The offer, and what it brings.
    pub(crate) fn of(self, scheme: &Scheme) -> Option<(&Offer, &OfferGives)> {
        let offer = scheme.offers.get(index(self.offer))?;
        let benefit = offer.benefits.get(usize::from(self.benefit))?;
        Some((offer, &benefit.gives))
    }
}

/// How sure the choice among conflicting offers is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Certificate {
    /// Whether no other combination is better.
    pub(crate) optimal: bool,
    /// How many combinations were tried.
    pub(crate) tries: u32,
    /// The chosen offers' discounts, in minor units.
    pub(crate) value: i64,
    /// What no combination exceeds.
    pub(crate) bound: i64,
}

/// A candidate offer within its purchase.
#[derive(Debug, Clone)]
struct Candidate {
    place: u32,
    band: u16,
    /// Whether the choice of its band let it in.
    chosen: bool,
    /// The lines that it may touch; all when none.
    lines: Option<Vec<bool>>,
    outcome: Outcome,
    /// What each of its budgets leaves, in minor units of the cart.
    rooms: SmallVec<[i64; 2]>,
    /// How often a member claimed it.
    claimed: u32,
    /// The entered codes that it knows.
    codes: Vec<EnteredCode>,
}

impl Candidate {
    /// What its budgets leave; nothing without one.
    fn room(&self) -> Option<i64> {
        self.rooms.iter().copied().min()
    }
}

/// The offers of one purchase.
pub(crate) struct Offers<'c, 'a> {
    context: &'c Context<'a>,
    list: &'c [i64],
    units: &'c [u32],
    /// In the order of application.
    candidates: Vec<Candidate>,
    band: u16,
    /// Whether the first band has begun.
    begun: bool,
    /// Whether an offer applies that allows no other.
    alone: bool,
    /// What was left when the band began.
    initial: Runs,
    certificate: Option<Certificate>,
    /// Gift lines that are not there yet, and what each saves.
    gifts: Vec<(Line, i64)>,
    issued: Vec<Issued>,
    /// The units that offers used so far, by line, each with the place of the candidate: of offers
    /// that consume units, and of those of several benefits, which count them once.
    used: BTreeMap<u32, Vec<(usize, Pick)>>,
    /// What offers may still take off the goods.
    most: i64,
}

impl<'c, 'a> Offers<'c, 'a> {
    /// The offers that can apply.
    pub(crate) fn new(
        context: &'c Context<'a>,
        claims: &[Claim],
        list: &'c [i64],
        units: &'c [u32],
        met: &mut Vec<Headroom>,
    ) -> Result<Self, ActError> {
        let scheme = context.scheme;
        let mut candidates = Vec::new();
        if !scheme.offers.is_empty() {
            for place in super::candidates::offer_candidates(context) {
                let Some(offer) = scheme.offers.get(index(place)) else {
                    continue;
                };
                candidates.push(Self::candidate(context, offer, place, claims, met)?);
            }
            let entered = |candidate: &Candidate| match candidate.codes.first() {
                Some(code) if scheme.stacking.codes_as_entered => code.entry.saturating_add(1),
                _ => 0,
            };
            candidates.order_by_key(|candidate| {
                let priority = scheme
                    .offers
                    .get(index(candidate.place))
                    .map_or(0, |offer| offer.priority);
                (
                    candidate.band,
                    entered(candidate),
                    Reverse(priority),
                    candidate.place,
                )
            });
        }
        Ok(Self {
            context,
            list,
            units,
            candidates,
            band: 0,
            begun: false,
            alone: false,
            initial: Runs::default(),
            certificate: None,
            gifts: Vec::new(),
            issued: Vec::new(),
            used: BTreeMap::new(),
            most: 0,
        })
    }

    /// Whether there is nothing to do.
    pub(crate) fn is_empty(&self) -> bool {
        self.candidates.is_empty()
    }

    /// The bands that have candidates, in order; the first one always.
    pub(crate) fn bands(&self) -> SmallVec<[u16; 4]> {
        let mut bands: SmallVec<[u16; 4]> = self.candidates.iter().map(|c| c.band).collect();
        bands.push(0);
        bands.order();
        bands.dedup();
        bands
    }

    /// Begins a band: chooses which of its offers apply.
    pub(crate) fn begin(&mut self, band: u16, goods: &Goods) -> Result<(), ActError> {
        self.band = band;
        if !self.candidates.iter().any(|c| c.band == band) && self.begun {
            return Ok(());
        }
        self.initial = goods.runs.clone();
        if !self.begun {
            self.begun = true;
            self.alone = self.choose_exclusive(goods)?;
        }
        match self.alone {
            true => Ok(()),
            false => self.choose(goods),
        }
    }

    /// Applies the chosen offers of a stage.
    pub(crate) fn apply(
        &mut self,
        stage: OfferStage,
        goods: &mut Goods,
        discounts: &mut Discounts,
    ) -> Result<(), ActError> {
        let band = self.band;
        for slot in 0..self.candidates.len() {
            let takes_part = self.candidates.get(slot).is_some_and(|candidate| {
                candidate.chosen && (stage == OfferStage::Shipping || candidate.band == band)
            });
            if takes_part {
                self.run(slot, stage, goods, discounts)?;
            }
        }
        Ok(())
    }

    /// Applies the benefits of one offer at a stage.
    fn run(
        &mut self,
        slot: usize,
        stage: OfferStage,
        goods: &mut Goods,
        discounts: &mut Discounts,
    ) -> Result<(), ActError> {
        let context = self.context;
        let Some(place) = self.candidates.get(slot).map(|candidate| candidate.place) else {
            return Ok(());
        };
        let Some(offer) = context.scheme.offers.get(index(place)) else {
            return Ok(());
        };
        for (number, benefit) in offer.benefits.iter().enumerate() {
            if benefit.stage != stage || !self.eligible(slot, offer, goods)? {
                continue;
            }
            let number = u16::try_from(number).unwrap_or(u16::MAX);
            let source = DiscountSource::Offer(place, number);
            let left = goods.runs.left.iter();
            let left = left.fold(0_i64, |sum, left| sum.saturating_add(*left));
            self.most = left.saturating_sub(context.cart.deduction).max(0);
            let found = match &benefit.gives {
                OfferGives::Gift(gift) => self.take_gift(slot, offer, gift, goods)?,
                OfferGives::Reward(..) | OfferGives::Code(_) => {
                    self.issued.push(Issued {
                        offer: place,
                        benefit: number,
                    });
                    Found {
                        given: true,
                        ..Found::nothing("offer.no_effect")
                    }
                }
                OfferGives::Shipping { off, methods } => {
                    self.take_shipping(slot, *off, methods, goods)?
                }
                _ => self.take(slot, benefit, goods)?,
            };
            let given = found.amount.saturating_add(found.shipping);
            let units = match given > 0 || found.given {
                true => self.use_units(slot, &found.used),
                false => 0,
            };
            let Some(candidate) = self.candidates.get_mut(slot) else {
                continue;
            };
            candidate.outcome.note(&found, given);
            candidate.outcome.count(units, found.sets);
            if stage < OfferStage::Order {
                goods.take_from_items(&found.shares);
            }
            if given > 0 {
                self.draw(offer, given);
                discounts.push(Discount {
                    source,
                    amount: found.amount,
                    shares: super::runs::Shares::of_units(found.shares),
                    shipping: found.shipping,
                });
            }
        }
        Ok(())
    }

    /// The amounts that thresholds are held against.
    fn amounts<'g>(&'g self, goods: &'g Goods) -> Amounts<'g> {
        let running = &goods.runs.left;
        let after_item = if goods.after_item.is_empty() {
            running
        } else {
            &goods.after_item
        };
        Amounts {
            list: self.list,
            after_item,
            running,
            units: self.units,
        }
    }

    /// What all of it came to.
    pub(crate) fn finish(self) -> Offered {
        if self.is_empty() && self.context.cart.entered.is_empty() {
            return Offered::default();
        }
        let verdicts: Vec<OfferVerdict> = self
            .candidates
            .iter()
            .map(|candidate| candidate.outcome.verdict(candidate.place, &candidate.codes))
            .collect();
        let codes = code::verdicts(self.context, &verdicts);
        Offered {
            verdicts,
            codes,
            certificate: self.certificate,
            gifts: self.gifts.into_iter().map(|(line, _)| line).collect(),
            issued: self.issued,
        }
    }
}

/// What a benefit took off, or why it took nothing.
struct Found {
    amount: i64,
    shares: Vec<super::runs::RunShare>,
    shipping: i64,
    /// Whether something was given that is no amount off.
    given: bool,
    /// The units that it is on, with those that its sets take.
    used: Vec<Pick>,
    /// How many sets, or how many gifts.
    sets: Option<u32>,
    code: &'static str,
    missing: Option<super::reason::Missing>,
}

impl Found {
    fn nothing(code: &'static str) -> Self {
        Self {
            amount: 0,
            shares: Vec::new(),
            shipping: 0,
            given: false,
            used: Vec::new(),
            sets: None,
            code,
            missing: None,
        }
    }
}
