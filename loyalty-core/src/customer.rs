//! What the host says about a customer at the time of an act.
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

use crate::id::{BatchId, CodeText, HoldId, MemberId, SegmentId, Tag};
use crate::time::{CivilDateTime, MonthDay};
use crate::tree::Readable;

/// Facts that only the host knows. They are not stored in the ledger, except the segments and
/// flags that an act relied on, which are pinned in its entry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Readable)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// The segments that the customer is in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<SegmentId>,
    /// The birthday, without its year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birthday: Option<MonthDay>,
    /// Flags of the day, such as `holiday`, that the host's calendar sets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<Tag>,
    /// What the host's list of coupons says about the codes that were entered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coupons: Vec<Coupon>,
    /// The holds of this checkout on the pool account: what they keep of codes is open to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<HoldId>,
    /// Who referred the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<Referral>,
}

/// Who referred a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Readable)]
#[serde(deny_unknown_fields)]
pub struct Referral {
    /// The member who referred them. Oneself is nobody.
    pub referrer: MemberId,
    /// Whether both are of one household, by what the host knows: then it is no referral.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub same_household: bool,
}

/// A code of a batch that the host keeps: codes too many for a scheme document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Readable)]
#[serde(deny_unknown_fields)]
pub struct Coupon {
    /// The code.
    pub code: CodeText,
    /// The batch that it belongs to, as offers name it.
    pub batch: BatchId,
    /// The only member who can use it; anyone when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<MemberId>,
    /// Valid from this civil time on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<CivilDateTime>,
    /// Valid until before this civil time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<CivilDateTime>,
    /// How often it can be used by all members together: counted by a pool account; 0 is no limit.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub times_max: u32,
}

fn is_zero(value: &u32) -> bool {
    *value == 0
}
