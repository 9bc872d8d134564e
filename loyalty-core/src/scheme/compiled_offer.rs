//! The compiled form of offers.

use smol_str::SmolStr;

use crate::id::{BandId, BatchId, Category, OfferId, ProductId, Sku};
use crate::number::{Currency, Percent};
use crate::time::Span;

use super::compiled::{Cap, Condition, Rate, Sym, Target};
use super::condition::AmountBase;
use super::earn::TaxBase;
use super::offer::{
    AmountPer, BandChoice, ChoicePer, Objective, PercentOf, PercentPer, Remainder, SetFrom, StepBy,
};
use super::reward::{Excess, UnitChoice};

/// How offers work together.
#[derive(Debug, Clone)]
pub(crate) struct Stacking {
    /// At least one.
    pub(crate) bands: Box<[Band]>,
    pub(crate) codes_as_entered: bool,
    pub(crate) objective: Objective,
    pub(crate) tries_max: u32,
    pub(crate) remainder: Remainder,
    pub(crate) weight: TaxBase,
}

/// A band of offers.
#[derive(Debug, Clone)]
pub(crate) struct Band {
    /// Its name; none for the band of a scheme that names none.
    pub(crate) id: Option<BandId>,
    pub(crate) choose: BandChoice,
    pub(crate) per: ChoicePer,
    pub(crate) base: PercentOf,
}

/// An offer.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    pub(crate) id: OfferId,
    pub(crate) band: u16,
    pub(crate) priority: i32,
    pub(crate) when: Option<Condition>,
    pub(crate) codes: Option<OfferCodes>,
    pub(crate) combines: Combines,
    pub(crate) exclusive: bool,
    pub(crate) consumes_units: bool,
    pub(crate) on_claim: bool,
    pub(crate) benefits: Box<[OfferBenefit]>,
    pub(crate) times: Box<[Cap]>,
    pub(crate) budgets: Box<[Budget]>,
    pub(crate) cancel_keeps_use: bool,
    /// How narrow its targets are: 4 for stock keeping units down to 0 for everything.
    pub(crate) specificity: u8,
}

/// Codes that open an offer.
#[derive(Debug, Clone)]
pub(crate) struct OfferCodes {
    pub(crate) any_of: Box<[Sym]>,
    /// The batch whose codes open it too.
    pub(crate) batch: Option<(Sym, BatchId)>,
    pub(crate) case_sensitive: bool,
    /// The codes, in the order of `any_of`.
    pub(crate) texts: Box<[SmolStr]>,
    /// The counter of each code; empty without a limit.
    pub(crate) counters: Box<[SmolStr]>,
    pub(crate) times_each: u32,
}

/// Which other offers may apply beside one, by their places, ascending.
#[derive(Debug, Clone)]
pub(crate) enum Combines {
    All,
    None,
    Only(Box<[u32]>),
    AllBut(Box<[u32]>),
}

impl Combines {
    pub(crate) fn agrees(&self, other: u32) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Only(places) => places.binary_search(&other).is_ok(),
            Self::AllBut(places) => places.binary_search(&other).is_err(),
        }
    }
}

/// A budget: minor units of the scheme's currency.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    pub(crate) cap: Cap,
    pub(crate) excess: Excess,
}

/// The stage at which a benefit applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum OfferStage {
    Catalogue,
    Item,
    Multi,
    Order,
    Shipping,
}

/// What an offer brings.
#[derive(Debug, Clone)]
pub(crate) struct OfferBenefit {
    pub(crate) stage: OfferStage,
    pub(crate) gives: OfferGives,
    pub(crate) on: Units,
    pub(crate) tax: TaxBase,
}

/// What a benefit takes off.
#[derive(Debug, Clone)]
pub(crate) enum OfferGives {
    Percent {
        percent: Rate,
        per: PercentPer,
        of: PercentOf,
        max: Option<i64>,
    },
    Amount {
        amount: Amounts,
        per: AmountPer,
        and_shipping: bool,
    },
    Price {
        price: Amounts,
        per: AmountPer,
    },
    Steps {
        by: StepBy,
        base: AmountBase,
        measure: Option<Target>,
        /// Lowest first.
        steps: Box<[Step]>,
        per: PercentPer,
        of: PercentOf,
        max: Option<i64>,
    },
    Shipping {
        off: ShippingOff,
        methods: Box<[Sym]>,
    },
    Gift(Box<Gift>),
    /// The place of the reward, and how many.
    Reward(u32, u32),
    Code(Box<CodeGrant>),
}

/// An amount by currency, in minor units.
#[derive(Debug, Clone)]
pub(crate) struct Amounts {
    pub(crate) own: i64,
    pub(crate) others: Box<[(Currency, i64)]>,
}

impl Amounts {
    /// The amount for a cart; nothing when none is named in its currency.
    pub(crate) fn of(&self, currency: Currency, own: Currency) -> Option<i64> {
        if currency == own {
            return Some(self.own);
        }
        let found = self.others.iter().find(|(of, _)| *of == currency);
        found.map(|(_, amount)| *amount)
    }
}

/// A step: from so many minor units or units on, one of the two.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub(crate) from: i64,
    pub(crate) off: StepOff,
}

/// What a step takes off.
#[derive(Debug, Clone, Copy)]
pub(crate) enum StepOff {
    Percent(Rate),
    Amount(i64),
}

/// What is taken off delivery.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ShippingOff {
    Percent(Rate),
    Amount(i64),
    Price(i64),
}

/// A gift.
#[derive(Debug, Clone)]
pub(crate) struct Gift {
    pub(crate) sku: Sku,
    pub(crate) product: Option<ProductId>,
    pub(crate) categories: Box<[Category]>,
    /// Minor units.
    pub(crate) price: i64,
    pub(crate) pays: i64,
    pub(crate) tax: Option<Percent>,
    pub(crate) quantity: u32,
    pub(crate) per_units: Option<PerUnits>,
}

/// Codes for a later order.
#[derive(Debug, Clone)]
pub(crate) struct CodeGrant {
    pub(crate) batch: BatchId,
    pub(crate) quantity: u32,
    pub(crate) valid_for: Option<Span>,
}

/// Once for every so many units.
#[derive(Debug, Clone)]
pub(crate) struct PerUnits {
    pub(crate) units: u32,
    pub(crate) target: Option<Target>,
    pub(crate) line_units_from: u32,
    pub(crate) line_units_to: Option<u32>,
    pub(crate) times_max: Option<u32>,
}

/// Which units.
#[derive(Debug, Clone, Default)]
pub(crate) struct Units {
    pub(crate) target: Option<Target>,
    pub(crate) running_from: Option<i64>,
    pub(crate) running_to: Option<i64>,
    pub(crate) line_units_from: u32,
    pub(crate) line_units_to: Option<u32>,
    pub(crate) skip: u32,
    pub(crate) per_line: Option<u32>,
    pub(crate) units_max: Option<u32>,
    pub(crate) choice: UnitChoice,
    pub(crate) undiscounted: bool,
    pub(crate) sets: Option<Sets>,
}

/// Sets of units.
#[derive(Debug, Clone)]
pub(crate) struct Sets {
    pub(crate) parts: Box<[SetPart]>,
    pub(crate) get: Option<SetGet>,
    pub(crate) by_line: bool,
    pub(crate) sets_max: Option<u32>,
}

/// A part of a set.
#[derive(Debug, Clone)]
pub(crate) struct SetPart {
    pub(crate) units: u32,
    /// Minor units that the units of a set are worth, in place of their number.
    pub(crate) worth: Option<i64>,
    pub(crate) target: Option<Target>,
    pub(crate) different: bool,
    pub(crate) choice: UnitChoice,
}

/// What a set's benefit is on.
#[derive(Debug, Clone)]
pub(crate) struct SetGet {
    pub(crate) units: u32,
    pub(crate) from: SetFrom,
    pub(crate) target: Option<Target>,
    pub(crate) choice: UnitChoice,
    pub(crate) partial: bool,
}
