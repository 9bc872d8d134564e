//! The terms of a purchase: what its decision relied on, and what is due because of it.

use serde::Serialize;

use crate::customer::Coupon;
use crate::id::{
    BatchId, ChallengeId, EventName, LadderId, MemberId, OfferId, ReferralId, RuleId, SegmentId,
    Tag, TierId,
};
use crate::time::Deadline;
use crate::tree::Readable;

use super::entry::{CarryEntry, Headroom, record};

record! {
    /// The terms of a purchase: facts that a later evaluation must not look up anew.
    #[derive(Default)]
    pub struct Terms {
        /// The tier held in each ladder.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub tiers: Vec<HeldTier>,
        /// Those held before it, which its prices are those of, where it counts toward its own tier
        /// and a return asks for prices.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub tiers_before: Vec<HeldTier>,
        /// The customer's segments.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub segments: Vec<SegmentId>,
        /// The calendar's flags.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub flags: Vec<Tag>,
        /// Whether it counted as the first purchase.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub first: bool,
        /// Whether it counted as the first one again, after all before it had come back.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub first_again: bool,
        /// Rules whose birthday or anniversary condition held.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub occasions: Vec<RuleId>,
        /// What every limit that it met had left before it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub headroom: Vec<Headroom>,
        /// Fractions of points carried in.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub carry: Vec<CarryEntry>,
        /// The coupons of the host's batches that were entered and valid, without recipient and dates.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub coupons: Vec<Coupon>,
        /// How far the member was in the challenges.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub challenges: Vec<ChallengeTerms>,
        /// The member who referred the customer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub referrer: Option<MemberId>,
        /// The events that are due to that member.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub referrals: Vec<DueReferral>,
        /// The codes that the host is to make for a later order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub due_codes: Vec<DueCode>,
    }

    /// Codes for a later order that an offer brings with a purchase. The host makes them.
    pub struct DueCode {
        /// The offer that brings them.
        pub offer: OfferId,
        /// The batch that they are of.
        pub batch: BatchId,
        /// How many.
        pub quantity: u32,
        /// Until when they can be used; without end when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub expiry: Option<Deadline>,
    }

    /// An event that a purchase is due to the member who referred the customer.
    pub struct DueReferral {
        /// The referral.
        pub referral: ReferralId,
        /// The member whose account the event is for.
        pub referrer: MemberId,
        /// The event.
        pub event: EventName,
    }

    /// How far a member was in a challenge before a purchase.
    pub struct ChallengeTerms {
        /// The challenge.
        pub challenge: ChallengeId,
        /// What was counted of each part: minor units, units or purchases.
        pub before: Vec<i64>,
        /// In how many periods in a row, up to the last one, the goal was reached.
        #[serde(default)]
        pub run: u32,
    }

    /// A tier held in a ladder.
    pub struct HeldTier {
        /// The ladder.
        pub ladder: LadderId,
        /// The tier.
        pub tier: TierId,
    }
}
