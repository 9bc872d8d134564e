//! The one thing by which a rule is looked up.

use super::compiled::{Condition, EarnRule, Give, Kind, Sym, Target};
use super::compiled_offer::{Offer, OfferBenefit};

/// Something that a cart, a member or an event can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Term {
    /// A text of a kind.
    Text(Kind, Sym),
    /// The places of a ladder and of a tier in it.
    Tier(u16, u16),
}

/// What a rule is looked up by. The rule can only match when what is asked holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Access {
    /// One of these terms.
    Terms(Vec<Term>),
    /// A civil time in this window.
    Window { from: i64, until: i64 },
    /// Nothing: it has to be looked at every time.
    Always,
}

impl Access {
    /// The most selective demand of a rule; a rule for an event is looked up by its event.
    pub(super) fn of(rule: &EarnRule) -> Self {
        if let Give::Event { name, .. } = rule.give {
            return Access::Terms(vec![Term::Text(Kind::Event, name)]);
        }
        let when = rule.when.as_ref().and_then(of_condition);
        let target = rule.target.as_ref().and_then(of_target);
        if let Some(demand) = better(when, target) {
            return Access::Terms(demand.terms);
        }
        match rule.when.as_ref().and_then(window) {
            Some((from, until)) => Access::Window { from, until },
            None => Access::Always,
        }
    }
}

impl Access {
    /// The most selective demand of an offer: its codes before all.
    pub(super) fn of_offer(offer: &Offer) -> Self {
        if let Some(codes) = &offer.codes {
            let kind = if codes.case_sensitive {
                Kind::ExactCode
            } else {
                Kind::Code
            };
            let terms = codes.any_of.iter().map(|sym| Term::Text(kind, *sym));
            return Access::Terms(terms.collect());
        }
        let when = offer.when.as_ref().and_then(of_condition);
        let lines = either(offer.benefits.iter().map(of_benefit));
        if let Some(demand) = better(when, lines) {
            return Access::Terms(demand.terms);
        }
        match offer.when.as_ref().and_then(window) {
            Some((from, until)) => Access::Window { from, until },
            None => Access::Always,
        }
    }
}

/// What a benefit's units demand. Without benefits nothing is demanded, and `either` of none is.
fn of_benefit(benefit: &OfferBenefit) -> Option<Demand> {
    let target = benefit.on.target.as_ref().and_then(of_target);
    let parts = benefit.on.sets.as_ref().map(|sets| {
        let parts = sets.parts.iter();
        parts
            .map(|part| part.target.as_ref().and_then(of_target))
            .fold(None, better)
    });
    match parts {
        // Parts of a set take the benefit's target where they have none of their own.
        Some(parts) => parts,
        None => target,
    }
}

/// One of these terms has to be there.
struct Demand {
    /// The least selective of the terms' ranks.
    rank: u8,
    terms: Vec<Term>,
}

impl Demand {
    fn texts(kind: Kind, list: &[Sym]) -> Option<Self> {
        let terms = list.iter().map(|sym| Term::Text(kind, *sym)).collect();
        Some(Self {
            rank: rank(kind),
            terms,
        })
    }

    /// A list that stands only for a demand when it is not empty.
    fn given(kind: Kind, list: &[Sym]) -> Option<Self> {
        if list.is_empty() {
            None
        } else {
            Self::texts(kind, list)
        }
    }
}

const TIER_RANK: u8 = 8;

/// The most selective kinds come first.
fn rank(kind: Kind) -> u8 {
    match kind {
        Kind::Code | Kind::ExactCode => 0,
        Kind::Event => 1,
        Kind::Sku => 2,
        Kind::Product => 3,
        Kind::Store => 4,
        Kind::Segment => 5,
        Kind::Tag => 6,
        Kind::Category => 7,
        Kind::Flag => 9,
        Kind::Channel | Kind::Method => 10,
    }
}

fn better(one: Option<Demand>, other: Option<Demand>) -> Option<Demand> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if other.rank < one.rank { other } else { one }),
        (one, other) => one.or(other),
    }
}

/// Either of two demands, when both alternatives have one.
fn either(demands: impl Iterator<Item = Option<Demand>>) -> Option<Demand> {
    let mut all = Demand {
        rank: 0,
        terms: Vec::new(),
    };
    for demand in demands {
        let demand = demand?;
        all.rank = all.rank.max(demand.rank);
        all.terms.extend(demand.terms);
    }
    Some(all)
}

/// Conditions are no deeper than the limits allow, so this recursion ends.
fn of_condition(condition: &Condition) -> Option<Demand> {
    match condition {
        Condition::All(list) => list.iter().map(of_condition).fold(None, better),
        Condition::Any(list) => either(list.iter().map(of_condition)),
        Condition::Channel(list) => Demand::texts(Kind::Channel, list),
        Condition::Store(list) => Demand::texts(Kind::Store, list),
        Condition::Segment(list) => Demand::texts(Kind::Segment, list),
        Condition::Flag(list) => Demand::texts(Kind::Flag, list),
        Condition::ShippingMethod(list) => Demand::texts(Kind::Method, list),
        Condition::Code(list) => Demand::texts(Kind::Code, list),
        Condition::Tier { ladder, tiers } => {
            let terms = tiers
                .iter()
                .map(|tier| Term::Tier(*ladder, *tier))
                .collect();
            Some(Demand {
                rank: TIER_RANK,
                terms,
            })
        }
        // A threshold above nothing needs a matching line.
        Condition::MinAmount {
            amount,
            target: Some(target),
            ..
        } if *amount > 0 => of_target(target),
        Condition::MinQuantity {
            quantity,
            target: Some(target),
            ..
        } if *quantity > 0 => of_target(target),
        _ => None,
    }
}

fn of_target(target: &Target) -> Option<Demand> {
    let any_of = if target.any_of.is_empty() {
        None
    } else {
        either(target.any_of.iter().map(of_target))
    };
    [
        Demand::given(Kind::Sku, &target.skus),
        Demand::given(Kind::Product, &target.products),
        Demand::given(Kind::Tag, &target.tags),
        Demand::given(Kind::Category, &target.categories),
    ]
    .into_iter()
    .fold(any_of, better)
}

/// The window that a condition demands, the overlap if it demands several.
fn window(condition: &Condition) -> Option<(i64, i64)> {
    match condition {
        Condition::Between { from, until } => Some((*from, *until)),
        Condition::All(list) => {
            let overlap =
                |one: (i64, i64), other: (i64, i64)| (one.0.max(other.0), one.1.min(other.1));
            list.iter().filter_map(window).reduce(overlap)
        }
        _ => None,
    }
}
