//! The rules that can match a cart.

use std::borrow::Cow;

use crate::number::sort_numbers;
use crate::scheme::compiled::{Kind, Scheme, Sym};
use crate::scheme::index::RuleIndex;

use super::arith::index;
use super::cart::Cart;
use super::context::Context;
use super::line_set::{LineSet, sets, words};

/// Earn rules by their places, ascending, each with the lines of a cart that count for it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Candidates {
    rules: Vec<u32>,
    /// The sets of lines, one behind the other.
    sets: Vec<u64>,
}

impl Candidates {
    /// The rules that what is in a cart asks for, and those that can match any cart.
    pub(crate) fn of_cart(scheme: &Scheme, cart: &Cart) -> Self {
        let index = &scheme.index;
        let mut rules = Vec::with_capacity(index.always().len().saturating_add(8));
        rules.extend_from_slice(index.always());
        of_goods(index, cart, &mut rules);
        let mut found = Self::default();
        found.fill(scheme, cart, rules, &Self::default());
        found
    }

    /// Takes over `rules`, with their lines where `known` has them.
    fn fill(&mut self, scheme: &Scheme, cart: &Cart, mut rules: Vec<u32>, known: &Self) {
        sort_numbers(&mut rules);
        rules.dedup();
        let length = words(cart.lines.len());
        self.sets.reserve(rules.len().saturating_mul(length));
        for place in &rules {
            match known.rules.binary_search(place) {
                Ok(slot) => self.sets.extend_from_slice(known.words(slot, length)),
                Err(_) => {
                    let rule = scheme.rules.get(index(*place));
                    let target = rule.and_then(|rule| rule.target.as_ref());
                    cart.push_counting(target, &mut self.sets);
                }
            }
        }
        self.rules = rules;
    }

    fn words(&self, slot: usize, length: usize) -> &[u64] {
        let from = slot.saturating_mul(length);
        self.sets
            .get(from..from.saturating_add(length))
            .unwrap_or(&[])
    }

    /// The places of the rules.
    #[inline]
    pub(crate) fn rules(&self) -> &[u32] {
        &self.rules
    }

    /// The lines of every rule, in the order of the rules, for a cart of so many lines.
    #[inline]
    pub(crate) fn lines(&self, lines: usize) -> impl Iterator<Item = LineSet<'_>> {
        sets(&self.sets, lines)
    }
}

/// The earn rules that can match, in the order of the document.
pub(crate) fn candidates<'a>(context: &Context<'a>) -> Cow<'a, Candidates> {
    let scheme = context.scheme;
    let known = &context.cart.candidates;
    let mut rules = Vec::new();
    of_member(&scheme.index, context, &mut rules);
    if rules.is_empty() {
        return Cow::Borrowed(known);
    }
    rules.extend_from_slice(&known.rules);
    let mut all = Candidates::default();
    all.fill(scheme, context.cart, rules, known);
    Cow::Owned(all)
}

/// What the goods, the place and the codes of a cart ask for.
fn of_goods(index: &RuleIndex, cart: &Cart, found: &mut Vec<u32>) {
    let mut look = |kind, sym: Sym| {
        if sym != Sym::NONE {
            found.extend_from_slice(index.by(kind, sym));
        }
    };
    for line in &cart.lines {
        look(Kind::Sku, line.sku);
        look(Kind::Product, line.product);
        cart.categories(line)
            .iter()
            .for_each(|sym| look(Kind::Category, *sym));
        cart.tags(line).iter().for_each(|sym| look(Kind::Tag, *sym));
    }
    look(Kind::Store, cart.store);
    look(Kind::Channel, cart.channel);
    cart.codes.iter().for_each(|sym| look(Kind::Code, *sym));
    cart.shipping
        .iter()
        .for_each(|charge| look(Kind::Method, charge.method));
}

/// What the member and the moment ask for.
fn of_member(index: &RuleIndex, context: &Context<'_>, found: &mut Vec<u32>) {
    let mut look = |kind, sym: Sym| {
        if sym != Sym::NONE {
            found.extend_from_slice(index.by(kind, sym));
        }
    };
    context
        .segments
        .iter()
        .for_each(|sym| look(Kind::Segment, *sym));
    context.flags.iter().for_each(|sym| look(Kind::Flag, *sym));
    for (ladder, held) in context.tiers.iter().enumerate() {
        if let Some(tier) = held {
            let ladder = u16::try_from(ladder).unwrap_or(u16::MAX);
            found.extend_from_slice(index.by_tier(ladder, *tier));
        }
    }
    index.in_window(context.at.civil_ms(), found);
}

/// The places of the offers that can match, in the order of the document.
pub(crate) fn offer_candidates(context: &Context<'_>) -> Vec<u32> {
    let index = &context.scheme.offer_index;
    let cart = context.cart;
    let mut found = index.always().to_vec();
    of_goods(index, cart, &mut found);
    let mut look = |kind, sym: Sym| {
        if sym != Sym::NONE {
            found.extend_from_slice(index.by(kind, sym));
        }
    };
    cart.exact_codes
        .iter()
        .for_each(|sym| look(Kind::ExactCode, *sym));
    for coupon in &context.coupons {
        let batch = context
            .scheme
            .symbols
            .find(Kind::Batch, coupon.batch.as_str());
        look(Kind::Batch, batch);
    }
    of_member(index, context, &mut found);
    sort_numbers(&mut found);
    found.dedup();
    found
}
