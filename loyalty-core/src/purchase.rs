//! Purchases, their lines, and what comes back of them.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::float_arithmetic,
    clippy::cast_lossless,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)]

use serde::Serialize;

use crate::id::{
    Category, ChannelId, CodeText, LineId, OfferId, ProductId, PurchaseId, RewardId, Sku, StoreId,
    Tag, WalletId,
};
use crate::number::{Currency, Money, Percent, Points};
use crate::time::Moment;
use crate::tree::Readable;

/// A purchase or a cart: what the member buys, with what is claimed and how it is paid.
///
/// Amounts are decimal text in the purchase's currency. A return is an act of its own, never a
/// purchase with negative lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Readable)]
#[serde(deny_unknown_fields)]
#[readable(straight)]
pub struct Purchase {
    /// The shop's order number: the natural key under which it is recorded once.
    pub id: PurchaseId,
    /// The currency of every amount in the purchase.
    pub currency: Currency,
    /// What is bought, in the order of the receipt.
    pub lines: Vec<Line>,
    /// Charges for delivery.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shipping: Vec<Charge>,
    /// Whether prices contain the tax (`true`) or the tax comes on top (`false`).
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub tax_included: bool,
    /// The sales channel, such as `web` or `till`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelId>,
    /// The store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<StoreId>,
    /// Codes that the customer entered, in the order of entry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<CodeText>,
    /// Rewards to use on this purchase, in the order of entry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<Claim>,
    /// Points to pay with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pay_points: Vec<PayPoints>,
    /// What gift cards may pay, at most: a tender, applied after every discount and tax.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gift_card: Option<Money>,
    /// What is taken off the goods by hand, as prices are (with or without tax). No offer touches it,
    /// and offers leave at least as much: it goes off after them, shared over the lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deduction: Option<Money>,
    /// The tax where the shop works it out itself, beside that of the rates; on top when taxes are
    /// not contained. It follows list prices when goods come back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_amount: Option<Money>,
    /// How the purchase's currency turns into the scheme's, when they differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange: Option<Exchange>,
    /// When it took place, if earlier than it is recorded (an offline till).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Moment>,
}

/// One line of a purchase: `quantity` units at one unit price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Readable)]
#[serde(deny_unknown_fields)]
#[readable(straight)]
pub struct Line {
    /// The line's own name; without one the line is named by its position, from `1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<LineId>,
    /// The stock keeping unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<Sku>,
    /// The product that the unit is a variant of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<ProductId>,
    /// The categories that it stands in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<Category>,
    /// Free labels, such as `brand:acme` or `season:sale`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// The price of one unit; of a weighed line, its whole amount at quantity 1.
    pub price: Money,
    /// How many units, 0 to 1,000,000.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub quantity: u32,
    /// The tax rate of the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<Percent>,
    /// Whether the line sells a gift card (which is money, not goods).
    #[serde(default, skip_serializing_if = "is_false")]
    pub gift_card: bool,
    /// Whether the shop has lowered this price already (a sale price).
    #[serde(default, skip_serializing_if = "is_false")]
    pub discounted: bool,
    /// The lowest price to which offers may take a unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_min: Option<Money>,
    /// The offer that added the line as a gift. Such a line neither earns nor counts to anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gift_of: Option<OfferId>,
}

/// A charge for delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Readable)]
#[serde(deny_unknown_fields)]
#[readable(straight)]
pub struct Charge {
    /// The delivery method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Tag>,
    /// The charge.
    pub amount: Money,
    /// Its tax rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<Percent>,
}

/// A reward that the member wants to use on the purchase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Readable)]
#[serde(deny_unknown_fields)]
#[readable(straight)]
pub struct Claim {
    /// The reward; an issued one is used first, else it is bought with points.
    pub reward: RewardId,
    /// How many of it.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub quantity: u32,
}

/// Points to pay a part of the purchase with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Readable)]
#[serde(deny_unknown_fields)]
#[readable(straight)]
pub struct PayPoints {
    /// The wallet.
    pub wallet: WalletId,
    /// How many points; without a number as many as the scheme allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<Points>,
}

/// An exchange ratio: `from` units of the purchase's currency are `to` units of the scheme's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Readable)]
#[serde(deny_unknown_fields)]
#[readable(straight)]
pub struct Exchange {
    /// An amount in the purchase's currency.
    pub from: Money,
    /// What it is in the scheme's currency.
    pub to: Money,
}

/// What comes back of a purchase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Readable)]
#[serde(deny_unknown_fields)]
pub struct ReturnLine {
    /// The line, by its own name or its position from `1`.
    pub line: LineId,
    /// What of it.
    pub back: Back,
}

/// Units of a line that come back, or an amount given back on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Readable)]
#[serde(rename_all = "snake_case")]
pub enum Back {
    /// So many units, the line's last ones first.
    Quantity(u32),
    /// An amount given back without goods; it takes no stamps.
    Amount(Money),
}

fn yes() -> bool {
    true
}

fn one() -> u32 {
    1
}

fn is_one(value: &u32) -> bool {
    *value == 1
}

fn is_true(value: &bool) -> bool {
    *value
}

fn is_false(value: &bool) -> bool {
    !*value
}
