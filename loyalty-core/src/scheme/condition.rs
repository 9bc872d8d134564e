//! Conditions on an act, and targets that pick lines.

use crate::id::{
    Category, ChallengeId, ChannelId, CodeText, LadderId, ProductId, SegmentId, Sku, StoreId, Tag,
    TierId,
};
use crate::number::Money;
use crate::time::{CivilDateTime, Weekday};

use super::def::{is_false, is_zero, shape};
use super::earn::TaxBase;
use super::referral::ReferredDef;

shape! {
    /// When something applies. Each shape has one key.
    pub enum ConditionDef {
        /// All of them hold.
        All(Vec<ConditionDef>),
        /// At least one of them holds.
        Any(Vec<ConditionDef>),
        /// It does not hold.
        Not(Box<ConditionDef>),
        /// The sales channel is one of these.
        Channel(Vec<ChannelId>),
        /// The store is one of these.
        Store(Vec<StoreId>),
        /// The customer is in one of these segments.
        Segment(Vec<SegmentId>),
        /// The member holds one of these tiers.
        Tier(TierCondition),
        /// The act lies in this window.
        Between(WindowDef),
        /// The civil day of the week is one of these.
        Weekday(Vec<Weekday>),
        /// The civil time of day lies in this window; it may pass midnight.
        Hours(HoursDef),
        /// The civil day of the month is one of these, 1 to 31.
        MonthDay(Vec<u32>),
        /// The host set one of these flags for the day.
        Flag(Vec<Tag>),
        /// The purchase's ordinal among the member's purchases.
        NthPurchase(NthDef),
        /// The member's first purchase.
        FirstPurchase(FirstPurchaseDef),
        /// The matching lines are worth at least this much.
        MinAmount(MinAmountDef),
        /// The matching lines hold at least so many units.
        MinQuantity(MinQuantityDef),
        /// A birthday lies near; pays once an occurrence.
        Birthday(AroundDef),
        /// The anniversary of the enrolment lies near; pays once an occurrence.
        EnrolmentAnniversary(AroundDef),
        /// One of these codes was entered.
        Code(Vec<CodeText>),
        /// The member has bought something before: kept units of an earlier purchase match.
        Bought(BoughtDef),
        /// A delivery charge is of one of these methods.
        ShippingMethod(Vec<Tag>),
        /// Another member referred the customer, who is not of their household.
        Referred(ReferredDef),
        /// The purchase reaches the goal of this challenge.
        Challenge(ChallengeId),
    }

    /// Tiers of a ladder.
    pub struct TierCondition {
        /// The ladder.
        pub ladder: LadderId,
        /// The tiers that count.
        pub any_of: Vec<TierId>,
    }

    /// A half-open civil window.
    pub struct WindowDef {
        /// From this civil time on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub from: Option<CivilDateTime>,
        /// Until before this civil time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub until: Option<CivilDateTime>,
    }

    /// A half-open window of the civil day, in whole minutes. `from` after `until` passes midnight.
    pub struct HoursDef {
        /// From this time on, `17:00`.
        pub from: String,
        /// Until before this time, `19:00`.
        pub until: String,
    }

    /// Which purchases by their ordinal, from 1.
    pub struct NthDef {
        /// Every so many: `10` means the 10th, 20th, ….
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub every: Option<u32>,
        /// Exactly these.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub at: Vec<u32>,
    }

    /// The first purchase.
    pub struct FirstPurchaseDef {
        /// Whether the next purchase counts as the first one when the first was returned in full.
        #[serde(default, skip_serializing_if = "is_false")]
        pub again_after_return: bool,
    }

    /// A threshold of money. Inclusive.
    pub struct MinAmountDef {
        /// The amount, in the scheme's currency.
        pub amount: Money,
        /// Only these lines count; all that are not excluded when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub target: Option<TargetDef>,
        /// What is measured. Default `running`.
        #[serde(default, skip_serializing_if = "AmountBase::is_default")]
        pub base: AmountBase,
        /// Whether it is meant with or without tax. Default `as_priced`.
        #[serde(default, skip_serializing_if = "TaxBase::is_default")]
        pub tax: TaxBase,
    }

    /// A threshold of units. Inclusive.
    pub struct MinQuantityDef {
        /// How many units.
        pub quantity: u32,
        /// Only these lines count; all that are not excluded when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub target: Option<TargetDef>,
        /// Whether the units are of different lines: each line counts once.
        #[serde(default, skip_serializing_if = "is_false")]
        pub different: bool,
    }

    /// Something bought before.
    pub struct BoughtDef {
        /// What; anything when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub target: Option<TargetDef>,
        /// In the last so many days, today included; ever when 0.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub days: u32,
    }

    /// Days around an occurrence, both ends inclusive.
    pub struct AroundDef {
        /// Days before.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub days_before: u32,
        /// Days after.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub days_after: u32,
    }

    /// Which lines. Lists stand together: a line matches when it matches every list given (any
    /// entry of a list suffices) and does not match `except`. An empty target matches every line.
    #[derive(Default)]
    pub struct TargetDef {
        /// These stock keeping units.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub skus: Vec<Sku>,
        /// These products.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub products: Vec<ProductId>,
        /// These categories.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub categories: Vec<Category>,
        /// These tags.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub tags: Vec<Tag>,
        /// A unit price of at least this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub price_from: Option<Money>,
        /// A unit price of at most this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub price_to: Option<Money>,
        /// Any of these targets.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub any_of: Vec<TargetDef>,
        /// But none of these lines.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub except: Option<Box<TargetDef>>,
    }

    /// What a threshold measures.
    #[derive(Copy, Default)]
    pub enum AmountBase {
        /// List prices.
        List,
        /// Prices after discounts on single lines.
        AfterItem,
        /// Prices after every discount so far.
        #[default]
        Running,
    }
}

impl AmountBase {
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
