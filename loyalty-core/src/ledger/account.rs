//! An account: the fold of a member's entries.

use std::sync::Arc;

use serde::Serialize;

use crate::id::{CardId, HoldId, LadderId, MemberId, PurchaseId, RewardId, TierId, WalletId};
use crate::number::{Money, Points};
use crate::time::{Date, Deadline, Moment};

use super::entry::{
    CarryEntry, Draw, IssueCause, Milestone, PurchaseEntry, RulePoints, VoidCause, WalletDraw,
    record,
};
use super::group::{ActKind, Content, Head};
use super::key::KeyIndex;
use super::limit_key::LimitKey;
use super::lot::Lot;
use super::redemption::RedemptionState;
use crate::tree::Readable;

record! {
    /// A member's account. It is plain data, made by folding groups and by nothing else.
    pub struct Account {
        /// The member: the host's pseudonym.
        pub member: MemberId,
        /// The version.
        pub head: Head,
        /// When the last group was posted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub at: Option<Moment>,
        /// Whether it takes part.
        pub status: Status,
        /// The day on which the member joined: the enrolment, else the first act.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub joined: Option<Date>,
        /// How many purchases count, cancelled ones left out.
        pub purchase_count: u64,
        /// The wallets, by name.
        pub wallets: Vec<Wallet>,
        /// The purchases, in the order in which they were recorded.
        pub purchases: Vec<Arc<PurchaseState>>,
        /// The redemptions; a redemption's number is its place.
        pub redemptions: Vec<RedemptionState>,
        /// The cards, by name.
        pub cards: Vec<Card>,
        /// The issued rewards; an issue's number is its place.
        pub rewards: Vec<Reward>,
        /// Rewards before this one are used or void.
        #[serde(default)]
        pub first_ready: usize,
        /// The ladders, by name.
        pub ladders: Vec<Ladder>,
        /// The counters of limits, by name.
        pub counters: Vec<Counter>,
        /// The holds that stand.
        pub holds: Vec<Hold>,
        /// The natural keys posted so far.
        pub keys: Vec<KeyRecord>,
        #[serde(skip)]
        pub(super) index: KeyIndex,
    }

    /// Whether an account takes part.
    #[derive(Copy, Default)]
    pub enum Status {
        /// It earns and redeems.
        #[default]
        Active,
        /// It neither earns nor redeems.
        Suspended,
        /// It is closed for good.
        Closed,
    }

    /// A natural key and what was asked under it.
    pub struct KeyRecord {
        /// A print of the key, to look it up.
        pub print: u64,
        /// The act.
        pub act: ActKind,
        /// The act's name.
        pub key: crate::id::GroupKey,
        /// The group.
        pub seq: u64,
        /// What was asked.
        pub content: Content,
    }

    /// A wallet.
    pub struct Wallet {
        /// Its name.
        pub id: WalletId,
        /// The lots; a lot's number is its place.
        pub lots: Vec<Lot>,
        /// Lots before this one are empty.
        pub first_live: usize,
        /// Points that the member owes.
        pub deficit: Points,
        /// What went in and out so far.
        pub totals: Totals,
        /// The deadline of lots that live by activity.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub activity: Option<Deadline>,
        /// The same by redemptions and events alone: a cancelled purchase does not move it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub activity_besides: Option<Deadline>,
        /// When the member was active again after a time in which what lives by activity lapsed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub active_again: Option<Moment>,
        /// The fraction of a milli-point carried to the next purchase, as numerator.
        pub carry_num: i64,
        /// Its denominator.
        pub carry_den: i64,
    }

    /// Sums of what went in and out of a wallet.
    #[derive(Copy, Default)]
    pub struct Totals {
        /// Earned.
        pub earned: Points,
        /// Adjusted upward.
        pub adjusted_in: Points,
        /// Came from other accounts.
        pub transferred_in: Points,
        /// Came back after they were spent or taken back.
        pub restored: Points,
        /// The part of `restored` that came back of redemptions.
        pub unspent: Points,
        /// Given back after they lapsed.
        pub reinstated: Points,
        /// Not owed although taken back.
        pub written_off: Points,
        /// Spent.
        pub redeemed: Points,
        /// Lapsed.
        pub expired: Points,
        /// Taken back.
        pub reversed: Points,
        /// Adjusted downward.
        pub adjusted_out: Points,
        /// Left for other accounts.
        pub transferred_out: Points,
    }

    /// A purchase and what came back of it.
    pub struct PurchaseState {
        /// The purchase as it was recorded.
        pub entry: Arc<PurchaseEntry>,
        /// The scheme that decided it.
        pub scheme: super::group::Digest,
        /// When it took place.
        pub at: Moment,
        /// What came back, line by line: units and amount.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub returned: Vec<Returned>,
        /// The money given back so far, with what was kept of it for points that are gone, in minor
        /// units.
        #[serde(default)]
        pub refunded_minor: i64,
        /// Earned points taken back so far, by wallet.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub reversed: Vec<Reversed>,
        /// The points that each rule lost so far.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub lost: Vec<RuleLoss>,
        /// Changes of its metrics so far.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub metrics: Vec<super::entry::MetricEntry>,
        /// What ladders measured of its points on the days on which they became usable later.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub activated: Vec<ActivatedMetric>,
        /// Changes of the carried fractions so far.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub carry: Vec<CarryEntry>,
        /// Whether it was cancelled.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub cancelled: bool,
        /// The events on it, such as `delivered`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub events: Vec<crate::id::EventName>,
    }

    /// What a ladder measured of a purchase's points when they became usable.
    pub struct ActivatedMetric {
        /// The ladder.
        pub ladder: crate::id::LadderId,
        /// The day.
        pub date: Date,
        /// How many milli-points.
        pub amount: i64,
    }

    /// What came back of a line.
    #[derive(Copy, Default)]
    pub struct Returned {
        /// Units.
        pub quantity: u32,
        /// An amount without goods, in minor units.
        pub amount_minor: i64,
    }

    /// Earned points of a purchase taken back from a wallet.
    pub struct Reversed {
        /// The wallet.
        pub wallet: WalletId,
        /// The lots and what each lost, latest last.
        pub draws: Vec<Draw>,
        /// What is owed for it.
        pub deficit: Points,
        /// What is not owed.
        pub written_off: Points,
    }

    /// What a rule lost by returns.
    pub struct RuleLoss {
        /// The wallet.
        pub wallet: WalletId,
        /// The rule and its points.
        pub rule: RulePoints,
    }

    /// A member's cards of one kind.
    pub struct Card {
        /// The card.
        pub id: CardId,
        /// The instances; an instance's number is its place.
        pub instances: Vec<Instance>,
        /// Instances before this one are full or lapsed.
        #[serde(default)]
        pub first_open: usize,
        /// When a purchase brought stamps last.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub last_stamp: Option<Moment>,
    }

    /// One card in the member's hand.
    pub struct Instance {
        /// How many stamps fill it.
        pub target: u32,
        /// Stamps that stood on it from the start.
        pub start: u32,
        /// The stamps on it by purchase; a bonus has none. Never negative.
        pub stamps: Vec<StampRun>,
        /// Rewards on the way.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub milestones: Vec<Milestone>,
        /// When it was opened.
        pub opened: Moment,
        /// When it lapses unfilled.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub expiry: Option<Deadline>,
        /// What became of it.
        pub state: InstanceState,
    }

    /// What became of a card.
    #[derive(Copy)]
    pub enum InstanceState {
        /// It is being filled.
        Open,
        /// It is full.
        Complete,
        /// It lapsed unfilled.
        Lapsed,
    }

    /// Stamps that one purchase put on a card.
    pub struct StampRun {
        /// The purchase; none for a bonus.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub purchase: Option<PurchaseId>,
        /// How many.
        pub count: u32,
    }

    /// An issued reward.
    pub struct Reward {
        /// The reward.
        pub reward: RewardId,
        /// What brought it.
        pub cause: IssueCause,
        /// When it lapses.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub expiry: Option<Deadline>,
        /// When it was issued.
        pub issued: Moment,
        /// What became of it.
        pub state: RewardState,
    }

    /// What became of an issued reward.
    pub enum RewardState {
        /// It can be used.
        Ready(ReadyState),
        /// It is held.
        Held(HeldState),
        /// It was used.
        Used(UsedState),
        /// It is void.
        Void(VoidState),
    }

    /// Ready.
    pub struct ReadyState {}

    /// Held.
    pub struct HeldState {
        /// By which hold.
        pub hold: HoldId,
    }

    /// Used.
    pub struct UsedState {
        /// On which purchase.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub purchase: Option<PurchaseId>,
        /// What it was worth.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub value: Option<Money>,
    }

    /// Void.
    pub struct VoidState {
        /// Why.
        pub cause: VoidCause,
    }

    /// A member's place on a ladder.
    pub struct Ladder {
        /// The ladder.
        pub id: LadderId,
        /// The tier held.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub tier: Option<TierId>,
        /// When it was entered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub entered: Option<Date>,
        /// When it is reviewed next.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub review: Option<Deadline>,
        /// The floor set by a person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub floor: Option<TierId>,
        /// What was carried into the current window.
        #[serde(default)]
        pub surplus: i64,
        /// What was measured, by day; returns stand at their purchase's day.
        pub points: Vec<MetricPoint>,
        /// The changes so far, latest last.
        pub changes: Vec<TierStep>,
    }

    /// Something measured.
    #[derive(Copy)]
    pub struct MetricPoint {
        /// The day.
        pub date: Date,
        /// Minor units, milli-points or a count.
        pub amount: i64,
    }

    /// A change of tier.
    pub struct TierStep {
        /// The day of the review, or on which it was posted.
        pub date: Date,
        /// The tier from then on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub tier: Option<TierId>,
        /// When the tier was entered.
        pub entered: Date,
        /// Why.
        pub cause: super::entry::TierCause,
    }

    /// A limit's counter.
    pub struct Counter {
        /// The limit and its period.
        pub limit: LimitKey,
        /// How much was counted.
        pub count: i64,
    }

    /// Points, rewards and uses of limits put aside.
    pub struct Hold {
        /// The hold.
        pub id: HoldId,
        /// The points.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub draws: Vec<WalletDraw>,
        /// The issued rewards.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub issues: Vec<u64>,
        /// The counters of which one use each is put aside.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub limits: Vec<LimitKey>,
        /// The moment at which it lapses.
        pub until: Moment,
    }
}
