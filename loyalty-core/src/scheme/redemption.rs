//! Wallets and paying with their points.

use crate::id::WalletId;
use crate::number::{Money, Percent, Points, Precision, Rounding};

use super::condition::TargetDef;
use super::def::{is_false, is_true, shape, yes};
use super::earn::is_default;
use super::expiry::{ExpiryDef, NeverDef, PendingDef};
use super::limit::CapDef;
use super::reward::Excess;

shape! {
    /// A wallet of points.
    pub struct WalletDef {
        /// The wallet's stable name.
        pub id: WalletId,
        /// What one and several points are called.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub unit: Option<UnitDef>,
        /// Decimals of a point, 0 to 3.
        #[serde(default = "whole", skip_serializing_if = "is_whole")]
        pub precision: Precision,
        /// How an order's points are rounded to the precision. Default `floor`.
        #[serde(default = "floor", skip_serializing_if = "is_floor")]
        pub rounding: Rounding,
        /// Whether every rule's points are rounded apart, and not their sum.
        #[serde(default, skip_serializing_if = "is_false")]
        pub round_per_rule: bool,
        /// When points become usable; at once when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub pending: Option<PendingDef>,
        /// When points lapse. Default never.
        #[serde(default = "never", skip_serializing_if = "is_never")]
        pub expiry: ExpiryDef,
        /// Which points are drawn first. Default `earliest_expiry`.
        #[serde(default, skip_serializing_if = "Draw::is_default")]
        pub draw: Draw,
        /// Whether an order's own points can be spent on it, after older ones.
        #[serde(default, skip_serializing_if = "is_false")]
        pub spend_own_points: bool,
        /// Whether what rounding cuts off is carried to the next purchase.
        #[serde(default, skip_serializing_if = "is_false")]
        pub carry: bool,
        /// The most usable and pending points that the wallet may hold.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub balance_max: Option<Points>,
        /// The most points that all rules together give in a period.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub caps: Vec<CapDef>,
        /// What happens when points to take back are gone. Default `deficit`.
        #[serde(default, skip_serializing_if = "Shortfall::is_default")]
        pub shortfall: Shortfall,
        /// Whether points of other purchases are taken when a purchase's own are gone.
        #[serde(default = "yes", skip_serializing_if = "is_true")]
        pub drain_other_lots: bool,
        /// How points pay.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub redemption: Option<RedemptionDef>,
    }

    /// Names of a unit.
    pub struct UnitDef {
        /// One.
        pub one: String,
        /// Several.
        pub other: String,
    }

    /// Which points are drawn first.
    #[derive(Copy, Default)]
    pub enum Draw {
        /// Those that lapse first; those that never lapse last.
        #[default]
        EarliestExpiry,
        /// The oldest.
        Oldest,
        /// Promotional ones, then those that lapse first.
        PromotionalFirst,
    }

    /// What happens when points to take back are gone.
    #[derive(Copy, Default)]
    pub enum Shortfall {
        /// The wallet owes them.
        #[default]
        Deficit,
        /// They are written off.
        WriteOff,
        /// Their value is taken from the refund; what the refund cannot cover is owed.
        ChargeRefund,
    }

    /// How points pay.
    pub struct RedemptionDef {
        /// What points are worth.
        pub value: ValueDef,
        /// Whether they lower the price (`discount`) or pay it (`tender`).
        #[serde(rename = "as")]
        pub as_: PayAs,
        /// Whether the part paid with them earns. Default `false`.
        #[serde(default, skip_serializing_if = "is_false")]
        pub earns: bool,
        /// The fewest points that can be used.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub points_min: Option<Points>,
        /// Only whole multiples of this can be used.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub step: Option<Points>,
        /// The most of the order's amount that points may pay, in percent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub share_max: Option<Percent>,
        /// What happens when more is offered than the order or the share allows. Default `trim`.
        #[serde(default, skip_serializing_if = "Excess::is_default")]
        pub excess: Excess,
        /// Which lines they may pay; all that are not excluded when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub target: Option<TargetDef>,
    }

    /// What points are worth: so many points are so much money.
    pub struct ValueDef {
        /// Points.
        pub points: Points,
        /// Money, in the scheme's currency.
        pub amount: Money,
    }

    /// Whether points lower the price or pay it.
    #[derive(Copy)]
    pub enum PayAs {
        /// They lower the price and the tax on it.
        Discount,
        /// They pay, after tax.
        Tender,
    }
}

is_default!(Draw, Shortfall);

fn whole() -> Precision {
    Precision::default()
}

fn is_whole(value: &Precision) -> bool {
    *value == Precision::default()
}

fn floor() -> Rounding {
    Rounding::Floor
}

fn is_floor(value: &Rounding) -> bool {
    *value == Rounding::Floor
}

fn never() -> ExpiryDef {
    ExpiryDef::Never(NeverDef {})
}

fn is_never(value: &ExpiryDef) -> bool {
    *value == never()
}
