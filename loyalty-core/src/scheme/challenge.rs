//! Challenges: goals over several purchases.

use crate::id::ChallengeId;
use crate::number::Money;

use super::condition::{ConditionDef, TargetDef};
use super::def::{is_false, is_zero, shape};
use super::limit::CapPeriod;

shape! {
    /// A goal that a member reaches by purchases. What it brings stands in earn rules and offers, under
    /// the condition `challenge`, which holds for the purchase that reaches it.
    pub struct ChallengeDef {
        /// The challenge's stable name.
        pub id: ChallengeId,
        /// What people call it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub name: String,
        /// Which purchases count.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub when: Option<ConditionDef>,
        /// What is to be reached, all of it.
        pub parts: Vec<ChallengePartDef>,
        /// The period in which it is to be reached: `day`, `week`, `month`, `year`, or the `member`'s
        /// whole life. Default `member`.
        #[serde(default = "member", skip_serializing_if = "is_member")]
        pub per: CapPeriod,
        /// In the last so many days, today included, in place of a period; 0 is none.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub days: u32,
        /// In so many periods in a row; 0 and 1 are the present one alone.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub streak: u32,
        /// Whether twice as much in a period reaches it twice.
        #[serde(default, skip_serializing_if = "is_false")]
        pub repeat: bool,
    }

    /// A part of a goal.
    pub struct ChallengePartDef {
        /// Which lines count; all that are not excluded when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub target: Option<TargetDef>,
        /// What of them.
        #[serde(default, skip_serializing_if = "ChallengeCount::is_default")]
        pub count: ChallengeCount,
        /// How much is to be reached: a whole number, or an amount of the scheme's currency.
        pub goal: Money,
    }

    /// What a challenge counts.
    #[derive(Copy, Default)]
    pub enum ChallengeCount {
        /// Purchases that hold a matching unit.
        #[default]
        Purchases,
        /// Matching units that are paid for.
        Units,
        /// What is paid for matching lines.
        Amount,
    }
}

impl ChallengeCount {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

fn member() -> CapPeriod {
    CapPeriod::Member
}

fn is_member(per: &CapPeriod) -> bool {
    *per == CapPeriod::Member
}
