//! Offers: what lowers the price of a purchase.

use std::collections::BTreeMap;

use crate::id::{
    BandId, BatchId, BudgetId, Category, CodeText, FunderId, OfferId, ProductId, RewardId, Sku, Tag,
};
use crate::number::{Currency, Money, Percent};
use crate::time::Span;

use super::condition::{AmountBase, ConditionDef, TargetDef};
use super::def::{is_false, is_zero, shape};
use super::earn::{TaxBase, is_default};
use super::limit::{CapPeriod, TimesDef};
use super::reward::{Excess, UnitChoice};

shape! {
    /// An offer.
    pub struct OfferDef {
        /// The offer's stable name.
        pub id: OfferId,
        /// What people call it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub name: String,
        /// What it is, for people.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub description: String,
        /// Who pays for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub funder: Option<FunderId>,
        /// The band in which it applies; the first one when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub band: Option<BandId>,
        /// Offers of a higher priority apply first; equal ones in the order of the document.
        #[serde(default, skip_serializing_if = "is_zero_i32")]
        pub priority: i32,
        /// When it applies.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub when: Option<ConditionDef>,
        /// The codes that open it; it needs none when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub codes: Option<OfferCodesDef>,
        /// Which other offers may apply beside it. Two apply together only when both agree.
        #[serde(default, skip_serializing_if = "CombinesWith::is_default")]
        pub combines_with: CombinesWith,
        /// Whether no other offer applies, in any band, as soon as it gives anything, even where others
        /// would give more. It is tried before all others; of several such offers the first one applies.
        #[serde(default, skip_serializing_if = "is_false")]
        pub exclusive: bool,
        /// Whether the units that it lowers, and those that its sets take, are open to no later offer
        /// that says so too.
        #[serde(default, skip_serializing_if = "is_false")]
        pub consumes_units: bool,
        /// Whether it waits for a claim of the member.
        #[serde(default, skip_serializing_if = "is_false")]
        pub on_claim: bool,
        /// What it brings, each at its own stage.
        pub benefits: Vec<OfferBenefitDef>,
        /// How often it applies in a period. `member` counts a member's purchases, `scheme` those of
        /// all members.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub times: Vec<TimesDef>,
        /// How much money it gives in a period.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub budgets: Vec<BudgetDef>,
        /// Whether a cancelled purchase leaves the use of a code and of `times` counted.
        #[serde(default, skip_serializing_if = "is_false")]
        pub cancel_keeps_use: bool,
    }

    /// Codes that open an offer.
    pub struct OfferCodesDef {
        /// Any one of these, as entered with the purchase.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub any_of: Vec<CodeText>,
        /// Any code of this batch: the host keeps its codes and hands over what it knows of an entered
        /// one, in the facts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub batch: Option<BatchId>,
        /// Whether capital letters differ from small ones.
        #[serde(default, skip_serializing_if = "is_false")]
        pub case_sensitive: bool,
        /// How often each code of `any_of` can be used by all members together: counted by a pool
        /// account; 0 is no limit. A code of a batch has its own limit.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub times_each: u32,
    }

    /// Which other offers may apply beside one.
    #[derive(Default)]
    pub enum CombinesWith {
        /// All.
        #[default]
        All,
        /// None: it applies alone in its band.
        None,
        /// These alone.
        Only(Vec<OfferId>),
        /// All but these.
        AllBut(Vec<OfferId>),
    }

    /// The most money that offers give in a period.
    pub struct BudgetDef {
        /// The budget's name, where several offers draw on one; the offer's own when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub shared: Option<BudgetId>,
        /// The period.
        pub per: CapPeriod,
        /// How much, in the scheme's currency.
        pub amount: Money,
        /// What happens above it. Default `trim`.
        #[serde(default, skip_serializing_if = "Excess::is_default")]
        pub excess: Excess,
    }

    /// What an offer brings.
    pub enum OfferBenefitDef {
        /// A percentage off.
        Percent(OfferPercentDef),
        /// An amount off.
        Amount(OfferAmountDef),
        /// A price in place of the present one, where that is higher.
        Price(OfferPriceDef),
        /// The highest step reached decides how much is off.
        Steps(OfferStepsDef),
        /// Something off the delivery charges.
        Shipping(OfferShippingDef),
        /// A product added to the purchase.
        Gift(OfferGiftDef),
        /// A reward for later, issued when the purchase is recorded.
        Reward(OfferRewardDef),
        /// Codes for a later order, which the host makes when the purchase is recorded.
        Code(OfferCodeDef),
    }

    /// A percentage off.
    pub struct OfferPercentDef {
        /// Percent off.
        pub percent: Percent,
        /// What is rounded once. Default `total`.
        #[serde(default, skip_serializing_if = "PercentPer::is_default")]
        pub per: PercentPer,
        /// The amount that the percentage is taken of. Default: the band's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub of: Option<PercentOf>,
        /// At most this much, in the scheme's currency.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub amount_max: Option<Money>,
        /// On which units. Without this the benefit is one on the order.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub on: Option<UnitsDef>,
        /// When it applies; see [`StageDef`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub stage: Option<StageDef>,
        /// Whether its amounts are meant with or without tax. Default `as_priced`.
        #[serde(default, skip_serializing_if = "TaxBase::is_default")]
        pub tax: TaxBase,
    }

    /// An amount off.
    pub struct OfferAmountDef {
        /// How much.
        pub amount: Money,
        /// The same in other currencies. Of a cart in a currency that is not named nothing is taken
        /// off: nothing is exchanged.
        #[serde(default, rename = "in", skip_serializing_if = "BTreeMap::is_empty")]
        pub in_: BTreeMap<Currency, Money>,
        /// For what. Default `total`.
        #[serde(default, skip_serializing_if = "AmountPer::is_default")]
        pub per: AmountPer,
        /// Whether the delivery charges share a `total` amount with the goods.
        #[serde(default, skip_serializing_if = "is_false")]
        pub and_shipping: bool,
        /// On which units. Without this the benefit is one on the order.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub on: Option<UnitsDef>,
        /// When it applies; see [`StageDef`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub stage: Option<StageDef>,
        /// Whether its amounts are meant with or without tax. Default `as_priced`.
        #[serde(default, skip_serializing_if = "TaxBase::is_default")]
        pub tax: TaxBase,
    }

    /// A price.
    pub struct OfferPriceDef {
        /// The price.
        pub price: Money,
        /// The same in other currencies. Of a cart in a currency that is not named nothing is taken
        /// off: nothing is exchanged.
        #[serde(default, rename = "in", skip_serializing_if = "BTreeMap::is_empty")]
        pub in_: BTreeMap<Currency, Money>,
        /// Of what. Default `total`.
        #[serde(default, skip_serializing_if = "AmountPer::is_default")]
        pub per: AmountPer,
        /// Of which units. Without this it is the price of the order's goods.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub on: Option<UnitsDef>,
        /// When it applies; see [`StageDef`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub stage: Option<StageDef>,
        /// Whether its amounts are meant with or without tax. Default `as_priced`.
        #[serde(default, skip_serializing_if = "TaxBase::is_default")]
        pub tax: TaxBase,
    }

    /// Steps of a quantity or of an amount.
    pub struct OfferStepsDef {
        /// What the steps measure.
        pub by: StepBy,
        /// The amounts measured. Default `running`.
        #[serde(default, skip_serializing_if = "AmountBase::is_default")]
        pub base: AmountBase,
        /// Which lines are measured; those of `on` when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub measure: Option<TargetDef>,
        /// The steps, lowest first.
        pub steps: Vec<StepDef>,
        /// What is rounded once. Default `total`.
        #[serde(default, skip_serializing_if = "PercentPer::is_default")]
        pub per: PercentPer,
        /// At most this much, in the scheme's currency.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub amount_max: Option<Money>,
        /// On which units. Without this the benefit is one on the order.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub on: Option<UnitsDef>,
        /// When it applies; see [`StageDef`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub stage: Option<StageDef>,
        /// Whether its amounts are meant with or without tax. Default `as_priced`.
        #[serde(default, skip_serializing_if = "TaxBase::is_default")]
        pub tax: TaxBase,
    }

    /// What steps measure.
    #[derive(Copy)]
    pub enum StepBy {
        /// Money.
        Amount,
        /// Units.
        Quantity,
    }

    /// A step.
    pub struct StepDef {
        /// From this amount, or this number of units, on. Inclusive.
        pub from: Money,
        /// Percent off, or …
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub percent: Option<Percent>,
        /// … an amount off.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub amount: Option<Money>,
    }

    /// Something off delivery: exactly one of the three.
    pub struct OfferShippingDef {
        /// Percent off.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub percent: Option<Percent>,
        /// An amount off all charges together.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub amount: Option<Money>,
        /// A price for each charge.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub price: Option<Money>,
        /// Only charges of these methods; all when empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub methods: Vec<Tag>,
    }

    /// A product added to the purchase as a line of its own, and taken off again.
    pub struct OfferGiftDef {
        /// What is given, as it stands on the line.
        pub sku: Sku,
        /// The product that it is a variant of.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub product: Option<ProductId>,
        /// The categories that it stands in.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub categories: Vec<Category>,
        /// The unit price that is taken off again.
        pub price: Money,
        /// The price that the member pays for it. Default: nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub pays: Option<Money>,
        /// Its tax rate.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub tax: Option<Percent>,
        /// How many units at a time. Default 1.
        #[serde(default = "super::def::one", skip_serializing_if = "super::def::is_one")]
        pub quantity: u32,
        /// One time for every so many units; one time in all when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub per_units: Option<PerUnitsDef>,
    }

    /// A reward of the scheme. It cannot be used on the purchase that brings it; unused, it is void
    /// again when everything comes back. It has no price: in a choice among offers it counts nothing.
    pub struct OfferRewardDef {
        /// The reward.
        pub reward: RewardId,
        /// How many. Default 1.
        #[serde(default = "super::def::one", skip_serializing_if = "super::def::is_one")]
        pub quantity: u32,
    }

    /// Codes of a batch of the host. The decision and the recorded purchase say how many are due; what
    /// they open stands in an offer that names the batch. They have no price: in a choice among offers
    /// they count nothing.
    pub struct OfferCodeDef {
        /// The batch.
        pub batch: BatchId,
        /// How many. Default 1.
        #[serde(default = "super::def::one", skip_serializing_if = "super::def::is_one")]
        pub quantity: u32,
        /// How long they can be used, from the purchase on; without end when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub valid_for: Option<Span>,
    }

    /// How often: once for every so many units.
    pub struct PerUnitsDef {
        /// So many units.
        pub units: u32,
        /// Of these lines; all that are not excluded when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub target: Option<TargetDef>,
        /// Only lines of at least so many units.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub line_units_from: u32,
        /// Only lines of at most so many units; 0 is no limit.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub line_units_to: u32,
        /// At most so many times; 0 is no limit.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub times_max: u32,
    }

    /// Which units a benefit is on.
    #[derive(Default)]
    pub struct UnitsDef {
        /// Of these lines; all that are not excluded when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub target: Option<TargetDef>,
        /// Only units that cost at least this after the discounts so far.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub running_from: Option<Money>,
        /// Only units that cost at most this after the discounts so far.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub running_to: Option<Money>,
        /// Only lines of at least so many units.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub line_units_from: u32,
        /// Only lines of at most so many units; 0 is no limit.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub line_units_to: u32,
        /// Passes over so many first units of every line.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub skip: u32,
        /// At most so many units of every line; 0 is no limit.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub per_line: u32,
        /// At most so many units of the purchase; 0 is no limit.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub units_max: u32,
        /// Which units come first. Default `cheapest`.
        #[serde(default, skip_serializing_if = "UnitChoice::is_default")]
        pub choice: UnitChoice,
        /// Only units that no other offer has lowered.
        #[serde(default, skip_serializing_if = "is_false")]
        pub undiscounted: bool,
        /// Whole sets of units, such as three for two or buy one, get one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub sets: Option<SetsDef>,
    }

    /// Whole sets of units.
    #[derive(Default)]
    pub struct SetsDef {
        /// What a set takes. Units of one part never stand in another.
        pub parts: Vec<SetPartDef>,
        /// What the benefit is on: units given beside the set, or units of the set; all of its units
        /// when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub get: Option<SetGetDef>,
        /// Whether every line makes sets of its own units alone.
        #[serde(default, skip_serializing_if = "is_false")]
        pub by_line: bool,
        /// At most so many sets, of each line where lines make their own; 0 is no limit.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub sets_max: u32,
    }

    /// A part of a set.
    pub struct SetPartDef {
        /// How many units, or …
        #[serde(default, skip_serializing_if = "is_zero")]
        pub units: u32,
        /// … as many as are worth this after the discounts so far, in the scheme's currency. It is then
        /// the only part; units that the benefit gives beside the set are put aside first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub worth: Option<Money>,
        /// Of these lines; those of the benefit when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub target: Option<TargetDef>,
        /// Whether the units are of different lines.
        #[serde(default, skip_serializing_if = "is_false")]
        pub different: bool,
        /// Which units come first. Default `line_order`.
        #[serde(default = "line_order", skip_serializing_if = "is_line_order")]
        pub choice: UnitChoice,
    }

    /// What the benefit of a set is on.
    pub struct SetGetDef {
        /// How many units a set.
        pub units: u32,
        /// Where they are. Default `beside`.
        #[serde(default, skip_serializing_if = "SetFrom::is_default")]
        pub from: SetFrom,
        /// Beside the set: of these lines; those of the benefit when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub target: Option<TargetDef>,
        /// Which units. Default `cheapest`.
        #[serde(default, skip_serializing_if = "UnitChoice::is_default")]
        pub choice: UnitChoice,
        /// Whether a last set gives fewer units when the cart holds no more.
        #[serde(default, skip_serializing_if = "is_false")]
        pub partial: bool,
    }

    /// Where the units of a benefit on sets are.
    #[derive(Copy, Default)]
    pub enum SetFrom {
        /// Beside the set: what is bought and what is given are different units.
        #[default]
        Beside,
        /// In the set: three for two is a set of three of which one is free.
        Set,
    }

    /// When a benefit applies. Without `on` it is one on the order, with sets a multi-item one, else
    /// an item one.
    #[derive(Copy)]
    pub enum StageDef {
        /// With the catalogue's prices, before the member price.
        Catalogue,
        /// On single lines.
        Item,
        /// On several lines together.
        Multi,
        /// On the order.
        Order,
    }

    /// What of a percentage is rounded once.
    #[derive(Copy, Default)]
    pub enum PercentPer {
        /// The whole, which is then shared out.
        #[default]
        Total,
        /// Every line.
        Line,
        /// Every unit.
        Unit,
    }

    /// What a percentage is taken of.
    #[derive(Copy, Default)]
    pub enum PercentOf {
        /// What is left after the discounts so far.
        #[default]
        Running,
        /// What was left when the band began: percentages add up.
        Initial,
        /// List prices.
        List,
    }

    /// What an amount is for.
    #[derive(Copy, Default)]
    pub enum AmountPer {
        /// Everything together.
        #[default]
        Total,
        /// Every line.
        Line,
        /// Every unit.
        Unit,
        /// Every set.
        Set,
    }

    /// How offers work together.
    #[derive(Default)]
    pub struct StackingDef {
        /// The bands, in order; one that compounds when there is none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub bands: Vec<BandDef>,
        /// Whether offers that codes open apply in the order of entry, after those without a code.
        #[serde(default, skip_serializing_if = "is_false")]
        pub codes_as_entered: bool,
        /// What the choice among conflicting offers maximises. Default `customer`.
        #[serde(default, skip_serializing_if = "Objective::is_default")]
        pub objective: Objective,
        /// The most combinations that are tried; 65,536 when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub tries_max: Option<u32>,
        /// How an amount is shared out over lines. Default `largest`.
        #[serde(default, skip_serializing_if = "Remainder::is_default")]
        pub remainder: Remainder,
        /// Whether shares follow prices as they are or with tax. Default `as_priced`.
        #[serde(default, skip_serializing_if = "TaxBase::is_default")]
        pub weight: TaxBase,
    }

    /// A band: offers that run through all stages before the next band begins.
    pub struct BandDef {
        /// The band's stable name.
        pub id: BandId,
        /// Which of its offers apply. Default `compound`.
        #[serde(default, skip_serializing_if = "BandChoice::is_default")]
        pub choose: BandChoice,
        /// What a best or exclusive choice is made for. Default `order`.
        #[serde(default, skip_serializing_if = "ChoicePer::is_default")]
        pub per: ChoicePer,
        /// What percentages are taken of. Default `running`.
        #[serde(default, skip_serializing_if = "PercentOf::is_default")]
        pub base: PercentOf,
    }

    /// Which offers of a band apply.
    #[derive(Copy, Default)]
    pub enum BandChoice {
        /// All that may stand together.
        #[default]
        Compound,
        /// The one that gives most.
        BestOf,
        /// The first one that gives anything.
        Exclusive,
        /// The one with the most specific target: stock keeping units before products, these before
        /// categories, these before tags, these before everything.
        MostSpecific,
    }

    /// What a choice is made for.
    #[derive(Copy, Default)]
    pub enum ChoicePer {
        /// The order.
        #[default]
        Order,
        /// Every line.
        Line,
    }

    /// What the choice among conflicting offers maximises.
    #[derive(Copy, Default)]
    pub enum Objective {
        /// What the member saves.
        #[default]
        Customer,
        /// What the merchant keeps, among choices that leave out no offer without need.
        Merchant,
    }

    /// Who bears what rounding leaves over when an amount is shared out over lines.
    #[derive(Copy, Default)]
    pub enum Remainder {
        /// The largest remainders, ties by line.
        #[default]
        Largest,
        /// Shares are rounded by the scheme's rounding; the first line bears the rest.
        First,
        /// Shares are rounded by the scheme's rounding; the last line bears the rest.
        Last,
    }
}

is_default!(
    CombinesWith,
    PercentPer,
    PercentOf,
    AmountPer,
    SetFrom,
    BandChoice,
    ChoicePer,
    Objective,
    Remainder,
    StackingDef
);

/// The most combinations that are tried where a scheme does not say.
pub const TRIES_MAX: u32 = 65_536;

fn is_zero_i32(value: &i32) -> bool {
    *value == 0
}

fn line_order() -> UnitChoice {
    UnitChoice::LineOrder
}

fn is_line_order(value: &UnitChoice) -> bool {
    *value == UnitChoice::LineOrder
}
