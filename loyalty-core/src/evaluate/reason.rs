//! Reasons: why something was granted or not, and how far off it was.

use serde::Serialize;
use smol_str::SmolStr;

use crate::number::{Money, Points};
use crate::time::Date;

/// Why a candidate rule, benefit, card or reward was granted or refused. Only codes and numbers:
/// sentences are made of them by the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// What it is about.
    pub about: About,
    /// Its stable name in the scheme.
    pub id: SmolStr,
    /// `granted`, `capped`, or why it was refused: `condition.min_amount`, `cap.day`, ….
    pub code: &'static str,
    /// What it would have given without caps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wanted: Option<Points>,
    /// What it gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub granted: Option<Points>,
    /// What was missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<Shortage>,
    /// The first day on which a cap is free again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resets: Option<Date>,
}

/// The codes of reasons, for the registry.
pub const REASON_CODES: &[&str] = &[
    "cap.day",
    "cap.earning_purchases",
    "cap.member",
    "cap.month",
    "cap.occasion",
    "cap.order",
    "cap.scheme",
    "cap.week",
    "cap.year",
    "capped",
    "code.recipient",
    "code.unknown",
    "code.used",
    "code.window",
    "condition.any",
    "condition.between",
    "condition.birthday",
    "condition.bought",
    "condition.challenge",
    "condition.channel",
    "condition.code",
    "condition.currency",
    "condition.enrolment_anniversary",
    "condition.first_purchase",
    "condition.flag",
    "condition.hours",
    "condition.min_amount",
    "condition.min_quantity",
    "condition.month_day",
    "condition.not",
    "condition.nth_purchase",
    "condition.referred",
    "condition.segment",
    "condition.shipping_method",
    "condition.store",
    "condition.tier",
    "condition.weekday",
    "granted",
    "guard.redemptions_per_day",
    "guard.waiting_time",
    "offer.budget",
    "offer.displaced",
    "offer.no_effect",
    "offer.no_line",
    "offer.unclaimed",
    "payment.excess",
    "payment.minimum",
    "payment.not_allowed",
    "payment.step",
    "points.insufficient",
    "points.precision",
    "pool.missing",
    "reward.excess",
    "reward.limit",
    "reward.no_effect",
    "reward.none_ready",
    "reward.unknown",
    "rule.event",
    "rule.no_line",
    "rule.no_points",
];

/// What a reason is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// An earn rule.
    Rule,
    /// A tier's benefit.
    Benefit,
    /// A stamp card.
    Card,
    /// A reward.
    Reward,
    /// Paying with points.
    Payment,
    /// A wallet.
    Wallet,
}

/// How far off something was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shortage {
    /// More money.
    Amount(Money),
    /// More units.
    Units(u32),
    /// More points.
    Points(Points),
}

/// How far off a condition was, before it has a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    Minor(i64),
    Units(u32),
}

impl Missing {
    pub(crate) fn in_currency(self, currency: crate::number::Currency) -> Shortage {
        match self {
            Self::Minor(minor) => Shortage::Amount(Money::of(minor, currency)),
            Self::Units(units) => Shortage::Units(units),
        }
    }
}
