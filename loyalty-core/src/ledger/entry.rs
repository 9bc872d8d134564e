//! Entries: the append-only facts that an account is folded from.
//!
//! An entry carries resolved numbers and terms, so that a fold needs no scheme and a later scheme
//! never rewrites the past. Amounts are never negative except where a field says so; what an entry
//! does to a balance comes from its kind.

use std::sync::Arc;

use serde::Serialize;

use crate::id::{
    CardId, EventName, HoldId, LadderId, LotId, MemberId, OfferId, PurchaseId, RewardId, RuleId,
    TierId, WalletId,
};
use crate::number::{Money, Points};
use crate::purchase::{Purchase, ReturnLine};
use crate::time::{Date, Deadline, Moment};

use super::account::Account;
use super::limit_key::LimitKey;
use super::lot::EarningEntry;
use super::redemption::RedemptionEntry;
use super::terms::{HeldTier, Terms};
use crate::tree::Readable;

macro_rules! record {
    ($($item:item)*) => {
        $(
            #[derive(Debug, Clone, PartialEq, Eq, Serialize, Readable)]
            #[serde(deny_unknown_fields, rename_all = "snake_case")]
            $item
        )*
    };
}
pub(super) use record;

record! {
    /// One fact. The JSON form has one key: the kind.
    ///
    /// A log is mostly earnings, redemptions and expiries, and reading it is most of the time that a
    /// replay takes: these stand in 64 bytes, what others need more of stands behind a pointer.
    pub enum Entry {
        /// A purchase took place.
        Purchase(Arc<PurchaseEntry>),
        /// Goods or money came back.
        Return(Box<ReturnEntry>),
        /// Something else took place: a review, a delivery, an enrolment.
        Event(Box<EventEntry>),
        /// Points were earned in a lot of their own.
        Earning(EarningEntry),
        /// A pending lot became usable.
        Activation(Box<ActivationEntry>),
        /// Points were spent.
        Redemption(RedemptionEntry),
        /// Spent or reversed points came back to their lots.
        Restoration(Box<RestorationEntry>),
        /// Earned points were taken back.
        Reversal(Box<ReversalEntry>),
        /// What was left of a lot lapsed.
        Expiry(LotPoints),
        /// A person changed a balance.
        Adjustment(Box<AdjustmentEntry>),
        /// Points to take back that were gone are not owed.
        WriteOff(Box<WriteOffEntry>),
        /// New points filled a deficit.
        DeficitFill(LotPoints),
        /// A tier was entered, kept or left.
        TierChange(Box<TierChangeEntry>),
        /// A card was opened, or opened again.
        CardOpen(Box<CardOpenEntry>),
        /// Stamps were put on a card, or taken off.
        Stamp(Box<StampEntry>),
        /// A card was filled, or lapsed unfilled.
        CardComplete(CardCompleteEntry),
        /// A reward was issued.
        RewardIssue(Box<RewardIssueEntry>),
        /// An issued reward was used.
        RewardUse(Box<RewardUseEntry>),
        /// An issued reward became void.
        RewardVoid(RewardVoidEntry),
        /// A limit's counter moved.
        Count(CountEntry),
        /// Points or rewards were put aside.
        Hold(Box<HoldEntry>),
        /// A hold was used.
        Capture(HoldRef),
        /// A hold ended unused.
        Release(HoldRef),
        /// Points left for another account.
        TransferOut(Box<TransferOutEntry>),
        /// Points came from another account.
        TransferIn(Box<TransferInEntry>),
        /// Another account was poured into this one.
        MergeIn(Box<MergeInEntry>),
        /// Lapsed points were given back.
        Reinstatement(Box<ReinstatementEntry>),
    }

    /// A purchase with everything that a later return needs.
    pub struct PurchaseEntry {
        /// The purchase as it was given.
        pub purchase: Purchase,
        /// Which of the member's purchases it is, from 1.
        pub ordinal: u64,
        /// What the decision relied on.
        pub terms: Terms,
        /// Every line's amount after discounts, in the purchase's currency.
        pub nets: Vec<Money>,
        /// What is left of every delivery charge after discounts.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub shipping: Vec<Money>,
        /// The discounts, in the order in which they were applied.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub discounts: Vec<DiscountEntry>,
        /// What was to pay after discounts, with tax and delivery, before tenders.
        pub total: Money,
        /// The part that points paid as a tender.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub tenders: Vec<DiscountEntry>,
        /// The part that a gift card paid.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub gift_card: Option<Money>,
        /// What each rule granted, by wallet.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub earned: Vec<EarnedEntry>,
        /// The stamps that each card was granted.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub stamps: Vec<StampsGranted>,
        /// What the purchase adds to each ladder's metric.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub metrics: Vec<MetricEntry>,
        /// The new deadline of wallets whose points live by activity.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub activity: Vec<ActivityEntry>,
        /// What it changes in the carried fractions: carried out less carried in.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub carry: Vec<CarryEntry>,
    }

    /// What a limit had left.
    pub struct Headroom {
        /// The limit and its period.
        pub limit: LimitKey,
        /// What was left, in milli-points or times.
        pub left: i64,
    }

    /// A fraction of a point, as numerator over denominator of a milli-point.
    pub struct CarryEntry {
        /// The wallet.
        pub wallet: WalletId,
        /// The numerator; negative after a return.
        pub num: i64,
        /// The denominator.
        pub den: i64,
    }

    /// A discount with its shares.
    pub struct DiscountEntry {
        /// Where it comes from.
        pub source: Source,
        /// Its whole amount, on goods.
        pub amount: Money,
        /// Its parts on runs of units. They sum to the amount.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub shares: Vec<Share>,
        /// Its amount on delivery charges.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub shipping: Option<Money>,
    }

    /// Where a discount comes from.
    pub enum Source {
        /// A reward.
        Reward(RewardSource),
        /// A tier's benefit.
        Benefit(BenefitSource),
        /// Points used as money.
        Points(PointsSource),
        /// An offer.
        Offer(OfferSource),
        /// Taken off by hand.
        Deduction(DeductionSource),
    }

    /// Taken off by hand.
    pub struct DeductionSource {}

    /// An offer.
    pub struct OfferSource {
        /// The offer.
        pub offer: OfferId,
        /// Which of its benefits, from 0.
        pub benefit: u16,
    }

    /// A reward used on a purchase.
    pub struct RewardSource {
        /// The reward.
        pub reward: RewardId,
        /// Its issue.
        pub issue: u64,
    }

    /// A tier's benefit.
    pub struct BenefitSource {
        /// The benefit.
        pub benefit: RuleId,
    }

    /// Points used as money.
    pub struct PointsSource {
        /// The wallet.
        pub wallet: WalletId,
        /// The redemption.
        pub redemption: u64,
    }

    /// The same amount on each unit of a run.
    #[derive(Copy)]
    pub struct Share {
        /// The line's position, from 0.
        pub line: u32,
        /// The run's first unit, from 0.
        pub first: u32,
        /// How many units.
        pub count: u32,
        /// The amount on each.
        pub each: Money,
    }

    /// What a rule granted.
    pub struct EarnedEntry {
        /// The wallet.
        pub wallet: WalletId,
        /// The rule or benefit.
        pub rule: RuleId,
        /// How many points.
        pub points: Points,
        /// Each line's share, for returns by line.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub lines: Vec<Points>,
    }

    /// The stamps that a card was granted.
    pub struct StampsGranted {
        /// The card.
        pub card: CardId,
        /// How many stamps.
        pub stamps: u32,
    }

    /// A change of a ladder's metric.
    pub struct MetricEntry {
        /// The ladder.
        pub ladder: LadderId,
        /// Minor units, milli-points or a count; negative where something came back.
        pub amount: i64,
    }

    /// The new deadline of points that live by activity.
    pub struct ActivityEntry {
        /// The wallet.
        pub wallet: WalletId,
        /// When they lapse if nothing more happens; by no activity when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub expiry: Option<Deadline>,
        /// When they would have lapsed without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub before: Option<Deadline>,
    }

    /// What came back of a purchase.
    pub struct ReturnEntry {
        /// The purchase.
        pub purchase: PurchaseId,
        /// What came back.
        pub lines: Vec<ReturnLine>,
        /// Whether the sale is treated as if it never took place.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub cancel: bool,
        /// The money to give back.
        pub refund: Money,
        /// What was kept of it for points or rewards that are gone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub charged: Option<Money>,
        /// What it changes in each ladder's metric.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub metrics: Vec<MetricEntry>,
        /// What it changes in the carried fractions.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub carry: Vec<CarryEntry>,
        /// The deadline of points that live by activity, where a cancelled sale had set it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub activity: Vec<ActivityEntry>,
    }

    /// Something that took place and is not a purchase.
    pub struct EventEntry {
        /// Its name. Names that begin with `account.` are the library's own.
        pub name: EventName,
        /// The purchase that it belongs to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub purchase: Option<PurchaseId>,
        /// What it adds to each ladder's metric.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub metrics: Vec<MetricEntry>,
        /// The new deadline of wallets whose points live by activity.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub activity: Vec<ActivityEntry>,
    }

    /// A new lot of points.
    pub struct LotOpen {
        /// The lot, numbered within the wallet from 0.
        pub lot: LotId,
        /// How many points.
        pub points: Points,
        /// What they wait for before they can be used.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub pending: Option<Pending>,
        /// When they lapse; of a lot that waits for an event, its activation says it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub expiry: Option<Deadline>,
        /// Whether the wallet's deadline by activity keeps them alive longer.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub activity: bool,
        /// Whether they are promotional.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub promotional: bool,
    }

    /// What a lot waits for.
    pub enum Pending {
        /// Time.
        Until(Deadline),
        /// An event on its purchase.
        Event(EventName),
    }

    /// A rule's part.
    pub struct RulePoints {
        /// The rule.
        pub rule: RuleId,
        /// Its points.
        pub points: Points,
    }

    /// A pending lot that became usable.
    pub struct ActivationEntry {
        /// The wallet.
        pub wallet: WalletId,
        /// The lot.
        pub lot: LotId,
        /// When its points lapse.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub expiry: Option<Deadline>,
        /// What it adds to ladders that count only usable points.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub metrics: Vec<MetricEntry>,
    }

    /// Points of one lot.
    pub struct LotPoints {
        /// The wallet.
        pub wallet: WalletId,
        /// The lot.
        pub lot: LotId,
        /// How many.
        pub points: Points,
    }

    /// A part of a lot.
    #[derive(Copy)]
    pub struct Draw {
        /// The lot.
        pub lot: LotId,
        /// How many points of it.
        pub points: Points,
    }

    /// Points that came back.
    pub struct RestorationEntry {
        /// The wallet.
        pub wallet: WalletId,
        /// The redemption undone; a reversal of `purchase` when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub redemption: Option<u64>,
        /// The purchase whose return caused it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub purchase: Option<PurchaseId>,
        /// The lots and what came back to each.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub draws: Vec<Draw>,
        /// The part that lowers a deficit which the reversal had left.
        #[serde(default, skip_serializing_if = "Points::is_zero")]
        pub deficit: Points,
        /// Lots of their own for what comes back with a longer deadline, in place of their old lots.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub lots: Vec<LotOpen>,
        /// What each rule and benefit gets back of what a reversal took from it: they sum to what comes back.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub rules: Vec<RulePoints>,
    }

    /// Earned points taken back.
    pub struct ReversalEntry {
        /// The wallet.
        pub wallet: WalletId,
        /// The purchase.
        pub purchase: PurchaseId,
        /// The lots and what each lost.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub draws: Vec<Draw>,
        /// The part that the wallet owes.
        #[serde(default, skip_serializing_if = "Points::is_zero")]
        pub deficit: Points,
        /// The part that is not owed: written off, or charged to the refund.
        #[serde(default, skip_serializing_if = "Points::is_zero")]
        pub written_off: Points,
        /// The lots of the purchase whose points had lapsed already, and how many of those.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub lapsed: Vec<Draw>,
        /// What each rule and benefit loses: they sum to what is taken back. Below zero for one that
        /// grants more on what is kept.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub rules: Vec<RulePoints>,
    }

    /// A person's change of a balance.
    pub struct AdjustmentEntry {
        /// The wallet.
        pub wallet: WalletId,
        /// New points.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub lot: Option<LotOpen>,
        /// Points put into a lot that stands.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub into: Option<Draw>,
        /// Points taken.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub draws: Vec<Draw>,
        /// Points that the wallet owes now.
        #[serde(default, skip_serializing_if = "Points::is_zero")]
        pub deficit: Points,
    }

    /// Points to take back that are not owed.
    pub struct WriteOffEntry {
        /// The wallet.
        pub wallet: WalletId,
        /// How many.
        pub points: Points,
        /// What was taken from the refund for them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub charged: Option<Money>,
    }

    /// A tier entered, kept or left.
    pub struct TierChangeEntry {
        /// The ladder.
        pub ladder: LadderId,
        /// The tier before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub from: Option<TierId>,
        /// The tier from now on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub to: Option<TierId>,
        /// Why.
        pub cause: TierCause,
        /// When the tier was entered.
        pub entered: Date,
        /// When it is reviewed next.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub review: Option<Deadline>,
        /// The tier below which no review may go, set by a person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub floor: Option<TierId>,
        /// What is carried into the next window, in the metric's unit.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub surplus: i64,
    }

    /// Why a tier changed.
    #[derive(Copy)]
    pub enum TierCause {
        /// The threshold was reached.
        Reached,
        /// A review.
        Review,
        /// A return.
        Return,
        /// A person.
        Assigned,
        /// A merge of accounts.
        Merged,
    }

    /// A card opened, or opened again when the instance stands already.
    pub struct CardOpenEntry {
        /// The card.
        pub card: CardId,
        /// Which of the member's cards of this kind, from 0.
        pub instance: u32,
        /// How many stamps fill it.
        pub target: u32,
        /// Stamps that stand on it from the start; they never come off.
        pub start: u32,
        /// Rewards on the way.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub milestones: Vec<Milestone>,
        /// When it lapses unfilled.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub expiry: Option<Deadline>,
    }

    /// A reward on the way.
    pub struct Milestone {
        /// At so many stamps.
        pub stamps: u32,
        /// The reward.
        pub reward: RewardId,
    }

    /// Stamps put on a card, or taken off.
    pub struct StampEntry {
        /// The card.
        pub card: CardId,
        /// Which instance.
        pub instance: u32,
        /// How many; negative when they come off.
        pub count: i64,
        /// The purchase that brought them; none for a bonus, which no return takes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub purchase: Option<PurchaseId>,
    }

    /// A card's end.
    pub struct CardCompleteEntry {
        /// The card.
        pub card: CardId,
        /// Which instance.
        pub instance: u32,
        /// Whether it lapsed unfilled.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub lapsed: bool,
    }

    /// A reward issued.
    pub struct RewardIssueEntry {
        /// The issue's number within the account, from 0.
        pub issue: u64,
        /// The reward.
        pub reward: RewardId,
        /// What brought it.
        pub cause: IssueCause,
        /// When it lapses.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub expiry: Option<Deadline>,
    }

    /// What brought a reward.
    pub enum IssueCause {
        /// Points.
        Redemption(RedemptionCause),
        /// A full card.
        Card(CardCause),
        /// A milestone of a card.
        Milestone(MilestoneCause),
        /// A tier.
        Tier(HeldTier),
        /// A reward used on a purchase that came back.
        Reissue(ReissueCause),
        /// A person.
        Grant(GrantCause),
        /// An offer, with a purchase.
        Offer(OfferCause),
    }

    /// An offer that issued a reward with a purchase.
    pub struct OfferCause {
        /// The offer.
        pub offer: OfferId,
        /// The purchase.
        pub purchase: PurchaseId,
    }

    /// Points that bought a reward.
    pub struct RedemptionCause {
        /// The redemption.
        pub redemption: u64,
    }

    /// A full card.
    pub struct CardCause {
        /// The card.
        pub card: CardId,
        /// Which instance.
        pub instance: u32,
    }

    /// A milestone.
    pub struct MilestoneCause {
        /// The card.
        pub card: CardId,
        /// Which instance.
        pub instance: u32,
        /// At so many stamps.
        pub stamps: u32,
    }

    /// A reward that came back.
    pub struct ReissueCause {
        /// The issue before.
        pub issue: u64,
    }

    /// A person's grant, or the purchase with which a reward was bought that costs nothing.
    pub struct GrantCause {
        /// The purchase.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub purchase: Option<PurchaseId>,
    }

    /// A reward used.
    pub struct RewardUseEntry {
        /// The issue.
        pub issue: u64,
        /// The purchase it was used on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub purchase: Option<PurchaseId>,
        /// What it was worth there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub value: Option<Money>,
    }

    /// A reward void.
    pub struct RewardVoidEntry {
        /// The issue.
        pub issue: u64,
        /// Why.
        pub cause: VoidCause,
    }

    /// Why a reward is void.
    #[derive(Copy)]
    pub enum VoidCause {
        /// It lapsed.
        Expired,
        /// What brought it came back.
        Returned,
        /// It came back and was issued anew.
        Reissued,
        /// It went to the account into which its own was merged.
        Merged,
    }

    /// A counter's move.
    pub struct CountEntry {
        /// The limit and its period.
        pub limit: LimitKey,
        /// How far; negative when something came back.
        pub change: i64,
    }

    /// Points, rewards and uses of limits put aside.
    pub struct HoldEntry {
        /// The hold.
        pub hold: HoldId,
        /// The points.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub draws: Vec<WalletDraw>,
        /// The issued rewards.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub issues: Vec<u64>,
        /// The counters of which one use each is put aside.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub limits: Vec<LimitKey>,
        /// The instant at which it lapses.
        pub until: Moment,
    }

    /// A part of a wallet's lot.
    pub struct WalletDraw {
        /// The wallet.
        pub wallet: WalletId,
        /// The lot.
        pub lot: LotId,
        /// How many points of it.
        pub points: Points,
    }

    /// A hold.
    pub struct HoldRef {
        /// The hold.
        pub hold: HoldId,
        /// Whether it ended by time.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub lapsed: bool,
    }

    /// Points that left.
    pub struct TransferOutEntry {
        /// The wallet.
        pub wallet: WalletId,
        /// The lots and what each gave.
        pub draws: Vec<Draw>,
        /// Where to.
        pub to: MemberId,
    }

    /// Points that came.
    pub struct TransferInEntry {
        /// The wallet.
        pub wallet: WalletId,
        /// The lots, with the deadlines that they had.
        pub lots: Vec<LotOpen>,
        /// Where from.
        pub from: MemberId,
    }

    /// Another account poured into this one.
    pub struct MergeInEntry {
        /// The other account as it stood.
        pub account: Box<Account>,
    }

    /// Lapsed points given back.
    pub struct ReinstatementEntry {
        /// The wallet.
        pub wallet: WalletId,
        /// The lots that had lapsed, and what each gets back.
        pub of: Vec<Draw>,
        /// The new lots.
        pub lots: Vec<LotOpen>,
    }
}

fn is_zero(value: &i64) -> bool {
    *value == 0
}
