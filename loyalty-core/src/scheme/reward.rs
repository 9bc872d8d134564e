//! Rewards: what points, cards and tiers bring.

use crate::id::{FunderId, RewardId, TierId, WalletId};
use crate::number::{Money, Percent, Points};
use crate::time::Span;

use super::condition::{ConditionDef, TargetDef};
use super::def::{GrantDef, is_one, is_zero, one, shape};
use super::earn::is_default;
use super::expiry::RoundUp;

shape! {
    /// A reward.
    pub struct RewardDef {
        /// The reward's stable name.
        pub id: RewardId,
        /// What people call it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub name: String,
        /// What it is, for people.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub description: String,
        /// Who pays for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub funder: Option<FunderId>,
        /// What it costs in points. Without it, the reward comes from cards, tiers or milestones.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub cost: Option<CostDef>,
        /// What it gives.
        pub gives: GivesDef,
        /// When it can be used.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub when: Option<ConditionDef>,
        /// How long it can be used, from its issue.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub valid_for: Option<Span>,
        /// Whether the validity is rounded up to the end of its day, month or year.
        #[serde(default, skip_serializing_if = "RoundUp::is_default")]
        pub round_up: RoundUp,
        /// How many a member can get in all; 0 is no limit.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub limit_per_member: u32,
        /// How many all members together can get: a budget, held by a pool account; 0 is no limit.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub limit_total: u32,
        /// The most of the order's amount that it may cover, in percent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub max_share: Option<MaxShareDef>,
    }

    /// What a reward costs.
    pub struct CostDef {
        /// The wallet; the first one when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub wallet: Option<WalletId>,
        /// How many points.
        pub points: Points,
        /// Another price for a tier; the lowest price of the tiers held applies.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub by_tier: Vec<TierCostDef>,
    }

    /// A tier's price.
    pub struct TierCostDef {
        /// The tier, of any ladder.
        pub tier: TierId,
        /// How many points.
        pub points: Points,
    }

    /// What a reward gives.
    pub enum GivesDef {
        /// Units of the purchase for nothing, the cheapest matching ones unless said otherwise.
        FreeProduct(FreeProductDef),
        /// A percentage off.
        Percent(PercentOffDef),
        /// An amount off.
        Amount(AmountOffDef),
        /// A percentage off the delivery charges.
        Shipping(ShippingOffDef),
        /// Points, at once when the reward is issued.
        Points(GrantDef),
        /// Something that the host gives, described for people.
        Custom(CustomDef),
    }

    /// Free units.
    pub struct FreeProductDef {
        /// Which lines; all that are not excluded when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub target: Option<TargetDef>,
        /// How many units. Default 1.
        #[serde(default = "one", skip_serializing_if = "is_one")]
        pub units: u32,
        /// Which of the matching units. Default `cheapest`.
        #[serde(default, skip_serializing_if = "UnitChoice::is_default")]
        pub choice: UnitChoice,
    }

    /// Which units.
    #[derive(Copy, Default)]
    pub enum UnitChoice {
        /// The cheapest ones.
        #[default]
        Cheapest,
        /// The dearest ones.
        Dearest,
        /// In the order of the lines.
        LineOrder,
    }

    /// A percentage off.
    pub struct PercentOffDef {
        /// Percent off.
        pub percent: Percent,
        /// On these lines, before order discounts; without a target on the order as a whole.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub target: Option<TargetDef>,
        /// At most this much.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub amount_max: Option<Money>,
    }

    /// An amount off.
    pub struct AmountOffDef {
        /// How much, in the scheme's currency.
        pub amount: Money,
        /// On these lines, before order discounts; without a target on the order as a whole.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub target: Option<TargetDef>,
    }

    /// Something off delivery.
    pub struct ShippingOffDef {
        /// Percent off the charges.
        pub percent: Percent,
    }

    /// Something that the host gives.
    pub struct CustomDef {
        /// What it is, for people.
        pub text: String,
    }

    /// The most of an order that something may cover.
    pub struct MaxShareDef {
        /// Percent of the order's amount.
        pub percent: Percent,
        /// What happens above it. Default `trim`.
        #[serde(default, skip_serializing_if = "Excess::is_default")]
        pub excess: Excess,
    }

    /// What happens above a maximum.
    #[derive(Copy, Default)]
    pub enum Excess {
        /// Lowered to the maximum.
        #[default]
        Trim,
        /// Refused.
        Reject,
    }
}

is_default!(UnitChoice, Excess);
