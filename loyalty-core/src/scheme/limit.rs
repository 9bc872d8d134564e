//! Caps, how often, guards, and the table of limits on documents and inputs.

use crate::number::Points;
use crate::read::ReadLimits;

use super::def::{is_zero, shape};

shape! {
    /// The most points in a period.
    pub struct CapDef {
        /// The period.
        pub per: CapPeriod,
        /// How many points.
        pub points: Points,
    }

    /// How often in a period.
    pub struct TimesDef {
        /// The period.
        pub per: CapPeriod,
        /// How many times.
        pub times: u32,
    }

    /// A period over which something is counted.
    #[derive(Copy)]
    pub enum CapPeriod {
        /// One purchase or event.
        Order,
        /// The civil day.
        Day,
        /// The civil week, from Monday.
        Week,
        /// The civil month.
        Month,
        /// The civil year.
        Year,
        /// The member's whole life.
        Member,
        /// All members together: a budget, held by a pool account.
        Scheme,
    }

    /// Guards against abuse. Zero means no limit.
    #[derive(Default)]
    pub struct GuardsDef {
        /// The most redemptions a civil day.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub redemptions_per_day: u32,
        /// The most purchases a civil day that earn points or stamps.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub earning_purchases_per_day: u32,
        /// Days between the enrolment (or the first act) and the first redemption.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub days_before_first_redemption: u32,
        /// How many days back a purchase may lie when it is recorded.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub backdate_days_max: u32,
    }
}

impl GuardsDef {
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// What bounds a document and an input, so that an untrusted one is refused and not suffered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a document or an input.
    pub bytes_max: usize,
    /// Depth of nesting of a document.
    pub depth_max: usize,
    /// Bytes of one text.
    pub text_bytes_max: usize,
    /// Earn rules of a scheme.
    pub rules_max: usize,
    /// Wallets, cards, ladders, each.
    pub parts_max: usize,
    /// Rewards of a scheme.
    pub rewards_max: usize,
    /// Offers of a scheme.
    pub offers_max: usize,
    /// Nodes of one condition or target.
    pub nodes_max: usize,
    /// Lines of a purchase.
    pub lines_max: usize,
    /// Units of a line.
    pub quantity_max: u32,
    /// Entries of a list in a purchase: categories, tags, codes, claims.
    pub list_max: usize,
}

impl Limits {
    /// The limits that apply where the host names none.
    pub const DEFAULT: Self = Self {
        bytes_max: 1 << 20,
        depth_max: 32,
        text_bytes_max: 1 << 16,
        rules_max: 10_000,
        parts_max: 64,
        rewards_max: 10_000,
        offers_max: 10_000,
        nodes_max: 10_000,
        lines_max: 1_000,
        quantity_max: 1_000_000,
        list_max: 100,
    };

    /// The bounds on a text before it is read.
    pub const fn reading(&self) -> ReadLimits {
        ReadLimits {
            bytes_max: self.bytes_max,
            depth_max: self.depth_max,
            text_bytes_max: self.text_bytes_max,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
