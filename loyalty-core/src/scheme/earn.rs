//! Earn rules: what brings points.

use crate::id::{EventName, FunderId, RuleId, WalletId};
use crate::number::{Money, Multiplier, Points};

use super::condition::{ConditionDef, TargetDef};
use super::def::{is_false, shape};
use super::expiry::{ExpiryDef, PendingDef};
use super::limit::{CapDef, TimesDef};

shape! {
    /// A rule that gives points, or multiplies those that other rules give.
    pub struct EarnRuleDef {
        /// The rule's stable name.
        pub id: RuleId,
        /// What it is, for people.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub description: String,
        /// Who pays for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub funder: Option<FunderId>,
        /// The wallet; the first one when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub wallet: Option<WalletId>,
        /// When the rule applies.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub when: Option<ConditionDef>,
        /// Which lines earn; all that are not excluded when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub target: Option<TargetDef>,
        /// What it gives.
        pub give: GiveDef,
        /// Whether multipliers touch what it gives. Default: yes for `per_amount`, `per_unit` and
        /// `per_purchase`, no for `fixed` and `event`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub multiplied: Option<bool>,
        /// Whether units that are free through a reward earn per unit. Default `skip`.
        #[serde(default, skip_serializing_if = "FreeUnits::is_default")]
        pub free_units: FreeUnits,
        /// Only pays when the purchase earns points by another rule.
        #[serde(default, skip_serializing_if = "is_false")]
        pub requires_base: bool,
        /// Kept when goods come back, as long as the purchase was not cancelled.
        #[serde(default, skip_serializing_if = "is_false")]
        pub sticky: bool,
        /// When these points become usable; the wallet's policy when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub pending: Option<PendingDef>,
        /// When these points expire; the wallet's policy when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub expiry: Option<ExpiryDef>,
        /// Whether these points are promotional (drawn first by `promotional_first`).
        #[serde(default, skip_serializing_if = "is_false")]
        pub promotional: bool,
        /// The most points that the rule gives in a period.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub caps: Vec<CapDef>,
        /// How often the rule pays in a period.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub times: Vec<TimesDef>,
    }

    /// What a rule gives.
    pub enum GiveDef {
        /// So many points for every so much money, on the lines it matches.
        PerAmount(PerAmountDef),
        /// So many points for every unit, on the lines it matches.
        PerUnit(PointsDef),
        /// So many points for the purchase, as a base that order multipliers touch.
        PerPurchase(PointsDef),
        /// A bonus for the purchase, which no multiplier touches.
        Fixed(PointsDef),
        /// Multiplies: with a target the points of the lines that it matches, else the order's.
        Multiply(MultiplyDef),
        /// Points for an event that is not a purchase.
        Event(EventDef),
    }

    /// Points for money.
    pub struct PerAmountDef {
        /// How many points.
        pub points: Points,
        /// For how much money, in the scheme's currency.
        pub per: Money,
    }

    /// A number of points.
    pub struct PointsDef {
        /// How many points.
        pub points: Points,
    }

    /// A multiplier.
    pub struct MultiplyDef {
        /// The factor, up to 1000 with up to six decimals.
        pub factor: Multiplier,
    }

    /// Points for an event.
    pub struct EventDef {
        /// The event's name, such as `review`, `survey`, `visit` or `sign_up`.
        pub name: EventName,
        /// How many points.
        pub points: Points,
        /// Only for every so many of these events, as `3` for the third, the sixth, …. Default 1.
        #[serde(default = "super::def::one", skip_serializing_if = "super::def::is_one")]
        pub every: u32,
    }

    /// What an amount-based rule multiplies.
    #[derive(Default)]
    pub struct EarnBaseDef {
        /// Whether rewards that this scheme gave on the purchase lower the base. Default `after`.
        #[serde(default, skip_serializing_if = "OwnReward::is_default")]
        pub own_reward: OwnReward,
        /// Whether amounts are taken with or without tax. Default `as_priced`.
        #[serde(default, skip_serializing_if = "TaxBase::is_default")]
        pub tax: TaxBase,
        /// Whether delivery charges earn.
        #[serde(default, skip_serializing_if = "is_false")]
        pub shipping: bool,
        /// Whether the part paid by gift card does not earn. Default: it earns, as buying the card
        /// did not.
        #[serde(default, skip_serializing_if = "is_false")]
        pub without_gift_card: bool,
    }

    /// Whether the scheme's own rewards lower what earns.
    #[derive(Copy, Default)]
    pub enum OwnReward {
        /// What is left after them earns.
        #[default]
        After,
        /// The amount before them earns.
        Before,
    }

    /// Tax in an amount.
    #[derive(Copy, Default)]
    pub enum TaxBase {
        /// As the prices are: with tax if they contain it.
        #[default]
        AsPriced,
        /// Without tax.
        Net,
        /// With tax.
        Gross,
    }

    /// Units that are free through a reward.
    #[derive(Copy, Default)]
    pub enum FreeUnits {
        /// They do not count.
        #[default]
        Skip,
        /// They count.
        Count,
    }

    /// How several multipliers combine.
    #[derive(Copy, Default)]
    pub enum CombineMultipliers {
        /// They multiply: ×2 and ×3 is ×6.
        #[default]
        Product,
        /// Their increments add up: ×2 and ×3 is ×4.
        SumOfIncrements,
        /// The highest one: ×2 and ×3 is ×3.
        Best,
    }

    /// How several base rules on one line combine.
    #[derive(Copy, Default)]
    pub enum CombineRules {
        /// They add up.
        #[default]
        Sum,
        /// On every line the rule that gives most pays; ties go to the earlier one.
        Best,
    }
}

macro_rules! is_default {
    ($($name:ident),*) => {
        $(impl $name {
            pub(super) fn is_default(&self) -> bool {
                *self == Self::default()
            }
        })*
    };
}
pub(super) use is_default;
is_default!(
    EarnBaseDef,
    OwnReward,
    TaxBase,
    FreeUnits,
    CombineMultipliers,
    CombineRules
);
