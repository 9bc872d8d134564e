//! Ladders of tiers and what a tier brings.

use crate::id::{EntitlementId, FunderId, LadderId, RewardId, RuleId, TierId, WalletId};
use crate::number::{Money, Multiplier, Percent};
use crate::time::Span;

use super::condition::{MinAmountDef, TargetDef};
use super::def::{is_false, is_zero, shape};
use super::earn::is_default;
use super::expiry::RoundUp;

shape! {
    /// A ladder of tiers.
    pub struct LadderDef {
        /// The ladder's stable name.
        pub id: LadderId,
        /// What people call it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub name: String,
        /// What is measured.
        pub metric: MetricDef,
        /// Over which time.
        pub window: WindowLengthDef,
        /// The tiers, lowest first.
        pub tiers: Vec<TierDef>,
        /// How long a tier is held, from its entry; until a review says otherwise when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub valid_for: Option<Span>,
        /// Whether the validity is rounded up to the end of its month or year.
        #[serde(default, skip_serializing_if = "RoundUp::is_default")]
        pub round_up: RoundUp,
        /// When a tier is reviewed.
        pub review: ReviewDef,
        /// What a review does when the tier is not kept. Default `to_earned`.
        #[serde(default, skip_serializing_if = "Downgrade::is_default")]
        pub downgrade: Downgrade,
        /// Days after the validity's end before the review takes place.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub grace_days: u32,
        /// Whether a purchase counts toward the tier at which it earns.
        #[serde(default, skip_serializing_if = "is_false")]
        pub counts_own_purchase: bool,
        /// Whether pending points count, for a metric of points.
        #[serde(default, skip_serializing_if = "is_false")]
        pub count_pending: bool,
        /// What a return does to the tier. Default `refold`.
        #[serde(default, skip_serializing_if = "OnReturn::is_default")]
        pub on_return: OnReturn,
        /// Whether what exceeds the threshold at a review counts in the next window.
        #[serde(default, skip_serializing_if = "is_false")]
        pub rollover_surplus: bool,
    }

    /// What a ladder measures.
    pub enum MetricDef {
        /// Money spent, net of discounts and returns.
        Spend(LinesDef),
        /// Points earned in a wallet; spending them never lowers it.
        PointsEarned(WalletRefDef),
        /// Purchases.
        Visits(LinesDef),
        /// Units bought.
        Items(LinesDef),
        /// The usable points of a wallet.
        Balance(WalletRefDef),
    }

    /// Which lines a metric counts.
    pub struct LinesDef {
        /// All lines that are not excluded when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub target: Option<TargetDef>,
    }

    /// A wallet.
    pub struct WalletRefDef {
        /// The wallet; the first one when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub wallet: Option<WalletId>,
    }

    /// The time over which a metric is summed.
    pub enum WindowLengthDef {
        /// The member's whole life.
        Lifetime(EmptyDef),
        /// The last so many days or months.
        Rolling(Span),
        /// The current civil period.
        Calendar(PeriodDef),
        /// The current year since the enrolment.
        Anniversary(EmptyDef),
    }

    /// Nothing more to say.
    pub struct EmptyDef {}

    /// A civil period.
    pub struct PeriodDef {
        /// Which.
        pub period: Period,
    }

    /// Civil periods.
    #[derive(Copy)]
    pub enum Period {
        /// A month.
        Month,
        /// A quarter.
        Quarter,
        /// A year.
        Year,
    }

    /// When a tier is reviewed. An upgrade never waits for a review.
    pub enum ReviewDef {
        /// Never: tiers only rise.
        Never(EmptyDef),
        /// When the tier's validity (and grace) ends.
        AtValidityEnd(EmptyDef),
        /// At the start of every civil period.
        Calendar(PeriodDef),
        /// This often, from the enrolment on.
        Every(Span),
        /// At every act.
        Immediate(EmptyDef),
    }

    /// What a failed review does.
    #[derive(Copy, Default)]
    pub enum Downgrade {
        /// To the tier that the window has earned.
        #[default]
        ToEarned,
        /// One tier down, but never below what is earned.
        OneDown,
        /// To no tier, or the lowest when its threshold is 0.
        ToBase,
        /// Not at all.
        Never,
    }

    /// What a return does to a tier.
    #[derive(Copy, Default)]
    pub enum OnReturn {
        /// The open window is folded anew without what came back.
        #[default]
        Refold,
        /// The next review sees it.
        AtReview,
        /// Nothing.
        Never,
    }

    /// A tier.
    pub struct TierDef {
        /// The tier's stable name.
        pub id: TierId,
        /// What people call it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub name: String,
        /// What enters it, as decimal text: money, points, or a whole number. Inclusive.
        pub threshold: Money,
        /// What keeps it at a review; the threshold when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub retain: Option<Money>,
        /// What it brings.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub benefits: Vec<BenefitDef>,
        /// Rewards on entering it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub rewards: Vec<RewardId>,
    }

    /// What a tier brings.
    pub struct BenefitDef {
        /// The benefit's stable name.
        pub id: RuleId,
        /// What it is, for people.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub description: String,
        /// Who pays for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub funder: Option<FunderId>,
        /// What it is.
        pub benefit: BenefitKindDef,
    }

    /// Kinds of benefits.
    pub enum BenefitKindDef {
        /// Multiplies the points of a purchase.
        Multiply(TierMultiplyDef),
        /// A discount on every purchase.
        Discount(StandingDiscountDef),
        /// Free delivery.
        FreeShipping(FreeShippingDef),
        /// Something that the host grants, such as `lounge`.
        Entitlement(EntitlementId),
    }

    /// A tier's multiplier.
    pub struct TierMultiplyDef {
        /// The factor.
        pub factor: Multiplier,
        /// The wallet; the first one when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub wallet: Option<WalletId>,
    }

    /// A standing discount.
    pub struct StandingDiscountDef {
        /// Percent off.
        pub percent: Percent,
        /// On these lines; all that are not excluded when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub target: Option<TargetDef>,
        /// Only from a threshold on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub min_amount: Option<MinAmountDef>,
        /// How it is rounded. Default `total`.
        #[serde(rename = "as", default, skip_serializing_if = "StandingAs::is_default")]
        pub as_: StandingAs,
    }

    /// How a standing discount is rounded.
    #[derive(Copy, Default)]
    pub enum StandingAs {
        /// Once, on the eligible total, then shared out over the lines.
        #[default]
        Total,
        /// For every unit.
        MemberPrice,
    }

    /// Free delivery.
    pub struct FreeShippingDef {
        /// Only from a threshold on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub min_amount: Option<MinAmountDef>,
    }
}

is_default!(Downgrade, OnReturn, StandingAs);
