//! The shape of a scheme document.
//!
//! `SchemeDef` is plain data: what a JSON or TOML file holds. [`compile`](super::compile) makes a
//! [`Scheme`](super::Scheme) of it and reports every problem at once.

use crate::id::{SchemeId, WalletId};
use crate::number::{Currency, Rounding};

use super::card::CardDef;
use super::challenge::ChallengeDef;
use super::condition::TargetDef;
use super::earn::{CombineMultipliers, CombineRules, EarnBaseDef, EarnRuleDef};
use super::limit::GuardsDef;
use super::offer::{OfferDef, StackingDef};
use super::redemption::WalletDef;
use super::referral::ReferralDef;
use super::returns::ReturnsDef;
use super::reward::RewardDef;
use super::tier::LadderDef;

/// The version of the document format that this library reads.
pub const FORMAT: u32 = 1;

/// Gives a document shape its derives: serde in snake case, unknown fields refused, JSON Schema
/// behind a feature.
macro_rules! shape {
    ($($item:item)*) => {
        $(
            #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, loyalty_core_derive::Readable)]
            #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
            #[serde(deny_unknown_fields, rename_all = "snake_case")]
            $item
        )*
    };
}
pub(super) use shape;

shape! {
    /// A scheme document.
    pub struct SchemeDef {
        /// The format version: 1.
        pub format: u32,
        /// The scheme's stable name, best as a reverse domain (`com.example.cafe`).
        pub id: SchemeId,
        /// What people call the scheme.
        pub name: String,
        /// A label of this version of the scheme.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub version: Option<String>,
        /// The currency of every amount in the document.
        pub currency: Currency,
        /// The IANA name of the zone in which days begin. The core has no zone data: hosts read
        /// this to make moments.
        pub time_zone: String,
        /// The points wallets. The first one is meant where a rule names none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub wallets: Vec<WalletDef>,
        /// What never earns, is never discounted, and counts to no threshold.
        #[serde(default, skip_serializing_if = "ExclusionDef::is_default")]
        pub exclude: ExclusionDef,
        /// What an amount-based rule multiplies.
        #[serde(default, skip_serializing_if = "EarnBaseDef::is_default")]
        pub earn_base: EarnBaseDef,
        /// How several multipliers on one line combine.
        #[serde(default, skip_serializing_if = "CombineMultipliers::is_default")]
        pub combine_multipliers: CombineMultipliers,
        /// Whether several earn rules on one line add up, or the best one pays.
        #[serde(default, skip_serializing_if = "CombineRules::is_default")]
        pub combine_rules: CombineRules,
        /// The earn rules.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub earn: Vec<EarnRuleDef>,
        /// The stamp cards.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub cards: Vec<CardDef>,
        /// The ladders of tiers.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub ladders: Vec<LadderDef>,
        /// The rewards.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub rewards: Vec<RewardDef>,
        /// The challenges.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub challenges: Vec<ChallengeDef>,
        /// The referrals.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub referrals: Vec<ReferralDef>,
        /// The offers.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub offers: Vec<OfferDef>,
        /// How offers work together.
        #[serde(default, skip_serializing_if = "StackingDef::is_default")]
        pub stacking: StackingDef,
        /// What a return does to money, points and tiers.
        #[serde(default, skip_serializing_if = "ReturnsDef::is_default")]
        pub returns: ReturnsDef,
        /// Guards against abuse.
        #[serde(default, skip_serializing_if = "GuardsDef::is_default")]
        pub guards: GuardsDef,
        /// How a discount is rounded to minor units.
        #[serde(default = "half_up", skip_serializing_if = "is_half_up")]
        pub discount_rounding: Rounding,
        /// What of the tax is rounded once, half up. Default `per_rate`.
        #[serde(default, skip_serializing_if = "TaxRounding::is_default")]
        pub tax_rounding: TaxRounding,
    }

    /// What of the tax is rounded once.
    #[derive(Copy, Default)]
    pub enum TaxRounding {
        /// Everything at one rate together.
        #[default]
        PerRate,
        /// Every line and every charge.
        PerLine,
    }

    /// What a scheme leaves out altogether.
    pub struct ExclusionDef {
        /// Lines that match are left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub target: Option<TargetDef>,
        /// Lines that sell gift cards are left out. Default `true`.
        #[serde(default = "yes", skip_serializing_if = "is_true")]
        pub gift_cards: bool,
        /// Lines whose price the shop has lowered already are left out. Default `false`.
        #[serde(default, skip_serializing_if = "is_false")]
        pub discounted_lines: bool,
    }

    /// Points of a wallet.
    pub struct GrantDef {
        /// The wallet; the first one when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub wallet: Option<WalletId>,
        /// How many.
        pub points: crate::number::Points,
    }
}

impl Default for ExclusionDef {
    fn default() -> Self {
        Self {
            target: None,
            gift_cards: true,
            discounted_lines: false,
        }
    }
}

impl TaxRounding {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl ExclusionDef {
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

pub(super) fn yes() -> bool {
    true
}

pub(super) fn one() -> u32 {
    1
}

pub(super) fn is_one(value: &u32) -> bool {
    *value == 1
}

pub(super) fn is_zero(value: &u32) -> bool {
    *value == 0
}

pub(super) fn is_true(value: &bool) -> bool {
    *value
}

pub(super) fn is_false(value: &bool) -> bool {
    !*value
}

fn half_up() -> Rounding {
    Rounding::HalfUp
}

fn is_half_up(value: &Rounding) -> bool {
    *value == Rounding::HalfUp
}
