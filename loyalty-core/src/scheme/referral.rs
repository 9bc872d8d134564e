//! Referrals: purchases by which another member is thanked.

use crate::id::{EventName, ReferralId};

use super::condition::ConditionDef;
use super::def::shape;

shape! {
    /// A purchase of a referred customer that is due an event to the member who referred them. The host
    /// posts the event on that member's account; what it brings stands in earn rules for the event.
    pub struct ReferralDef {
        /// The referral's stable name.
        pub id: ReferralId,
        /// Which purchases of the friend; all when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub when: Option<ConditionDef>,
        /// The event for the referrer.
        pub event: EventName,
    }

    /// A customer whom a member referred.
    pub struct ReferredDef {}
}
