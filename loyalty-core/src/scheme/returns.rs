//! What a return does to money and points.

use super::def::{is_zero, shape};
use super::earn::is_default;

shape! {
    /// Return policies.
    #[derive(Default)]
    pub struct ReturnsDef {
        /// How the refund is computed. Default `frozen`.
        #[serde(default, skip_serializing_if = "RefundMoney::is_default")]
        pub money: RefundMoney,
        /// How the points to take back are computed. Default `reprice`.
        #[serde(default, skip_serializing_if = "RefundPoints::is_default")]
        pub points: RefundPoints,
        /// Spent points that come back can be used at least so many days more.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub restore_grace_days: u32,
    }

    /// How a refund is computed.
    #[derive(Copy, Default)]
    pub enum RefundMoney {
        /// What was paid for the goods that come back.
        #[default]
        Frozen,
        /// What was paid, less the price of what is kept under the terms of the sale.
        Reprice,
    }

    /// How points to take back are computed.
    #[derive(Copy, Default)]
    pub enum RefundPoints {
        /// What was earned, less what the kept part would have earned under the terms of the sale.
        #[default]
        Reprice,
        /// The returned lines' shares of what was earned.
        LineAttributed,
        /// In proportion to the money given back.
        Proportional,
        /// None.
        None,
    }
}

is_default!(ReturnsDef, RefundMoney, RefundPoints);
