//! The rules that can match a cart.

use crate::scheme::compiled::{Kind, Sym};
use crate::scheme::index::RuleIndex;

use super::context::Context;

/// The places of the earn rules that can match, in the order of the document.
pub(crate) fn candidates(context: &Context<'_>) -> Vec<u32> {
    candidates_in(context, &context.scheme.index)
}

/// The places of what can match in an index, in the order of the document.
pub(crate) fn candidates_in(context: &Context<'_>, index: &RuleIndex) -> Vec<u32> {
    let cart = context.cart;
    let always = index.always();
    let mut found = Vec::with_capacity(always.len().saturating_add(16));
    found.extend_from_slice(always);
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
    cart.exact_codes
        .iter()
        .for_each(|sym| look(Kind::ExactCode, *sym));
    cart.shipping
        .iter()
        .for_each(|charge| look(Kind::Method, charge.method));
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
    index.in_window(context.at.civil_ms(), &mut found);
    found.sort_unstable();
    found.dedup();
    found
}
