//! Stamp cards.

use crate::id::{CardId, EventName, FunderId, RewardId};
use crate::number::Money;
use crate::time::Span;

use super::condition::{ConditionDef, TargetDef};
use super::def::{is_false, is_one, is_zero, one, shape};
use super::earn::{FreeUnits, is_default};

shape! {
    /// A stamp card.
    pub struct CardDef {
        /// The card's stable name.
        pub id: CardId,
        /// What people call it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub name: String,
        /// What it is, for people.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub description: String,
        /// Who pays for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub funder: Option<FunderId>,
        /// How many stamps fill it, 1 to 1000.
        pub target: u32,
        /// What brings stamps.
        pub stamps: Vec<StampRuleDef>,
        /// Rewards that a full card brings.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub rewards: Vec<RewardId>,
        /// Rewards on the way.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub milestones: Vec<MilestoneDef>,
        /// Stamps that stand on the first card from the start.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub start_stamps: u32,
        /// Whether later cards start with them too.
        #[serde(default, skip_serializing_if = "is_false")]
        pub start_stamps_again: bool,
        /// What becomes of stamps beyond a full card. Default `carry`.
        #[serde(default, skip_serializing_if = "Overflow::is_default")]
        pub overflow: Overflow,
        /// How long a card can be filled, from its opening.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub valid_for: Option<Span>,
        /// The most stamps a civil day; 0 is no limit.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub stamps_per_day: u32,
        /// Minutes between two purchases that bring stamps; 0 is no wait.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub minutes_between: u32,
        /// What a return does when the reward of the card was used already. Default `stamp_debt`.
        #[serde(default, skip_serializing_if = "UsedSurplus::is_default")]
        pub used_surplus: UsedSurplus,
    }

    /// What brings stamps on a card.
    pub struct StampRuleDef {
        /// When it applies.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub when: Option<ConditionDef>,
        /// Which lines count; all that are not excluded when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub target: Option<TargetDef>,
        /// How many stamps.
        pub give: StampGiveDef,
        /// Whether units that are free through a reward count. Default `skip`.
        #[serde(default, skip_serializing_if = "FreeUnits::is_default")]
        pub free_units: FreeUnits,
        /// Kept when goods come back.
        #[serde(default, skip_serializing_if = "is_false")]
        pub sticky: bool,
    }

    /// How many stamps.
    pub enum StampGiveDef {
        /// For a purchase that has a matching line with a paid unit.
        PerPurchase(StampsDef),
        /// For every matching unit.
        PerUnit(StampsDef),
        /// For every so much money on matching lines.
        PerAmount(StampsPerAmountDef),
        /// For an event that is not a purchase.
        Event(StampsForEventDef),
    }

    /// A number of stamps.
    pub struct StampsDef {
        /// How many. Default 1.
        #[serde(default = "one", skip_serializing_if = "is_one")]
        pub stamps: u32,
    }

    /// Stamps for money.
    pub struct StampsPerAmountDef {
        /// How many. Default 1.
        #[serde(default = "one", skip_serializing_if = "is_one")]
        pub stamps: u32,
        /// For how much money, in the scheme's currency.
        pub per: Money,
    }

    /// Stamps for an event.
    pub struct StampsForEventDef {
        /// The event's name.
        pub name: EventName,
        /// How many. Default 1.
        #[serde(default = "one", skip_serializing_if = "is_one")]
        pub stamps: u32,
    }

    /// A reward on the way.
    pub struct MilestoneDef {
        /// At so many stamps, below the target.
        pub stamps: u32,
        /// The reward.
        pub reward: RewardId,
    }

    /// What becomes of stamps beyond a full card.
    #[derive(Copy, Default)]
    pub enum Overflow {
        /// They go on the next card.
        #[default]
        Carry,
        /// They are dropped.
        Discard,
    }

    /// What a return does when the surplus reward was used already.
    #[derive(Copy, Default)]
    pub enum UsedSurplus {
        /// The card owes stamps, which the next ones fill.
        #[default]
        StampDebt,
        /// The member keeps it.
        Keep,
        /// What the reward was worth is taken from the refund.
        ChargeRefund,
    }
}

is_default!(Overflow, UsedSurplus);
