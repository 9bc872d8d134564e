//! Acts: what a host asks for, in one shape, and the one function that does it.

use std::sync::Arc;

use serde::Serialize;

use crate::customer::{Coupon, Facts};
use crate::id::{
    ActorId, CardId, CodeText, EventName, GroupKey, HoldId, LadderId, LotId, PurchaseId,
    ReasonCode, RewardId, TierId, WalletId,
};
use crate::ledger::{Account, ActKind, Content, Digest, Head};
use crate::number::Points;
use crate::purchase::{Purchase, ReturnLine};
use crate::scheme::Scheme;
use crate::time::Moment;

use super::draft::{Author, Draft, Outcome};
use super::error::ActError;
use crate::tree::Readable;

macro_rules! acts {
    ($($item:item)*) => {
        $(
            #[derive(Debug, Clone, PartialEq, Eq, Serialize, Readable)]
            #[serde(deny_unknown_fields, rename_all = "snake_case")]
            $item
        )*
    };
}

acts! {
    /// What a host asks for. The JSON form has one key: the kind.
    pub enum Act {
        /// Record a purchase.
        Record(Box<RecordAct>),
        /// Record something that is not a purchase: a review, a survey, a visit, a sign-up.
        Event(EventAct),
        /// Say that a purchase was delivered, completed or the like.
        Fulfil(FulfilAct),
        /// Enrol the member.
        Enrol(PlainAct),
        /// Buy a reward with points, or spend points outside a purchase.
        Redeem(RedeemAct),
        /// Take goods back, or give money back.
        Refund(RefundAct),
        /// Treat a sale as if it never took place.
        Cancel(CancelAct),
        /// Change a balance or a card by hand.
        Adjust(AdjustAct),
        /// Give a reward by hand.
        Grant(GrantAct),
        /// Give lapsed points back.
        Reinstate(ReinstateAct),
        /// Set a tier, or a floor below which no review goes.
        AssignTier(AssignTierAct),
        /// Suspend the account.
        Suspend(PlainAct),
        /// Take a suspended account up again.
        Resume(PlainAct),
        /// Close the account for good.
        Close(PlainAct),
        /// Put points or rewards aside.
        Hold(HoldAct),
        /// Use a hold.
        Capture(EndHoldAct),
        /// Give a hold up.
        Release(EndHoldAct),
        /// Post what time has brought.
        Due(PlainAct),
    }

    /// A purchase to record, under its own id.
    pub struct RecordAct {
        /// The purchase.
        pub purchase: Purchase,
        /// What the host knows about the customer.
        #[serde(default)]
        pub facts: Facts,
        /// The version that the quote relied on: a conflict if it moved.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub expected_head: Option<Head>,
        /// The digest of the quoted decision: a conflict if the outputs differ now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub expected_decision: Option<Digest>,
    }

    /// Something that took place.
    pub struct EventAct {
        /// The event's own name at the host.
        pub id: GroupKey,
        /// What it is.
        pub name: EventName,
        /// What the host knows about the customer.
        #[serde(default)]
        pub facts: Facts,
        /// When it took place, if earlier than it is recorded.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub occurred_at: Option<Moment>,
    }

    /// News of a purchase.
    pub struct FulfilAct {
        /// The news' own name at the host.
        pub id: GroupKey,
        /// The purchase.
        pub purchase: PurchaseId,
        /// What happened, such as `delivered`.
        pub name: EventName,
    }

    /// An act that needs no more than a name, with who did it and why.
    pub struct PlainAct {
        /// The act's own name at the host.
        pub id: GroupKey,
        /// Who did it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub actor: Option<ActorId>,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<ReasonCode>,
    }

    /// Points to spend outside a purchase.
    pub struct RedeemAct {
        /// The act's own name at the host.
        pub id: GroupKey,
        /// On what.
        pub on: RedeemOn,
        /// What the host knows about the customer.
        #[serde(default)]
        pub facts: Facts,
    }

    /// What points are spent on.
    pub enum RedeemOn {
        /// A reward.
        Reward(RewardOrder),
        /// Something that the host does.
        Points(PointsOrder),
    }

    /// Rewards to buy.
    pub struct RewardOrder {
        /// The reward.
        pub reward: RewardId,
        /// How many.
        #[serde(default = "one")]
        pub quantity: u32,
    }

    /// Points of a wallet.
    pub struct PointsOrder {
        /// The wallet.
        pub wallet: WalletId,
        /// How many.
        pub points: Points,
    }

    /// What comes back of a purchase.
    pub struct RefundAct {
        /// The return's own name at the host.
        pub id: GroupKey,
        /// The purchase.
        pub purchase: PurchaseId,
        /// What comes back.
        pub lines: Vec<ReturnLine>,
    }

    /// A sale that never took place.
    pub struct CancelAct {
        /// The act's own name at the host.
        pub id: GroupKey,
        /// The purchase.
        pub purchase: PurchaseId,
    }

    /// A change by hand.
    pub struct AdjustAct {
        /// The act's own name at the host.
        pub id: GroupKey,
        /// What changes.
        pub change: Adjust,
        /// Who did it.
        pub actor: ActorId,
        /// Why.
        pub reason: ReasonCode,
    }

    /// What a change by hand changes.
    pub enum Adjust {
        /// A wallet's points.
        Points(AdjustPoints),
        /// A card's stamps.
        Stamps(AdjustStamps),
    }

    /// A change of points.
    pub struct AdjustPoints {
        /// The wallet.
        pub wallet: WalletId,
        /// How many; below 0 to take some.
        pub points: Points,
        /// The lot to put them into, or to take them from; else a new lot, or the usual order.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub lot: Option<LotId>,
        /// Whether more may be taken than is available.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub allow_deficit: bool,
    }

    /// Bonus stamps.
    pub struct AdjustStamps {
        /// The card.
        pub card: CardId,
        /// How many.
        pub stamps: u32,
    }

    /// A reward given by hand.
    pub struct GrantAct {
        /// The act's own name at the host.
        pub id: GroupKey,
        /// The reward.
        pub reward: RewardId,
        /// Who did it.
        pub actor: ActorId,
        /// Why.
        pub reason: ReasonCode,
    }

    /// Lapsed points to give back.
    pub struct ReinstateAct {
        /// The act's own name at the host.
        pub id: GroupKey,
        /// The wallet.
        pub wallet: WalletId,
        /// Only points that lapsed at most so many days ago.
        pub lapsed_days_max: u32,
        /// For how many days they can be used again.
        pub valid_days: u32,
        /// Who did it.
        pub actor: ActorId,
        /// Why.
        pub reason: ReasonCode,
    }

    /// A tier set by hand.
    pub struct AssignTierAct {
        /// The act's own name at the host.
        pub id: GroupKey,
        /// The ladder.
        pub ladder: LadderId,
        /// The tier; none for no tier.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub tier: Option<TierId>,
        /// Whether no review may go below it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub floor: bool,
        /// Who did it.
        pub actor: ActorId,
        /// Why.
        pub reason: ReasonCode,
    }

    /// Points, rewards and uses of codes to put aside. Codes are held on the pool account.
    pub struct HoldAct {
        /// The hold's own name at the host.
        pub id: HoldId,
        /// The points.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub points: Vec<PointsOrder>,
        /// The issued rewards.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub rewards: Vec<RewardOrder>,
        /// Codes of which one use is put aside.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub codes: Vec<CodeText>,
        /// What the host's list of coupons says about them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub coupons: Vec<Coupon>,
        /// When it lapses.
        pub until: Moment,
    }

    /// The end of a hold.
    pub struct EndHoldAct {
        /// The act's own name at the host.
        pub id: GroupKey,
        /// The hold.
        pub hold: HoldId,
    }
}

fn one() -> u32 {
    1
}

/// An act's own name of a text.
pub(crate) fn key_of(text: &str) -> Result<GroupKey, ActError> {
    GroupKey::try_new(text).map_err(|_| ActError::refused("act.key", text, "a shorter name"))
}

/// The schemes that an act may need: the one in force, and those that decided earlier purchases.
#[derive(Debug, Clone)]
pub struct Schemes {
    current: Arc<Scheme>,
    earlier: Vec<Arc<Scheme>>,
}

impl Schemes {
    /// The scheme in force alone.
    #[must_use]
    pub fn new(current: Arc<Scheme>) -> Self {
        Self {
            current,
            earlier: Vec::new(),
        }
    }

    /// The same with an earlier scheme, which returns of its purchases need.
    #[must_use]
    pub fn with_earlier(mut self, scheme: Arc<Scheme>) -> Self {
        self.earlier.push(scheme);
        self
    }

    /// The scheme in force.
    #[must_use]
    pub fn current(&self) -> &Scheme {
        &self.current
    }

    /// The scheme that decided a purchase.
    pub(crate) fn of(&self, digest: Digest) -> Result<&Scheme, ActError> {
        std::iter::once(&self.current)
            .chain(&self.earlier)
            .find(|scheme| Digest::from_bytes(scheme.digest) == digest)
            .map(Arc::as_ref)
            .ok_or_else(|| {
                ActError::refused(
                    "scheme.version_missing",
                    format_args!("no scheme of digest {digest}"),
                    "the scheme that decided the purchase",
                )
            })
    }
}

impl Act {
    /// The kind under which the act is posted.
    #[must_use]
    pub fn kind(&self) -> ActKind {
        match self {
            Self::Record(_) => ActKind::Record,
            Self::Event(_) => ActKind::Event,
            Self::Fulfil(_) => ActKind::Fulfil,
            Self::Enrol(_) => ActKind::Enrol,
            Self::Redeem(_) => ActKind::Redeem,
            Self::Refund(_) => ActKind::Refund,
            Self::Cancel(_) => ActKind::Cancel,
            Self::Adjust(_) => ActKind::Adjust,
            Self::Grant(_) => ActKind::Grant,
            Self::Reinstate(_) => ActKind::Reinstate,
            Self::AssignTier(_) => ActKind::AssignTier,
            Self::Suspend(_) => ActKind::Suspend,
            Self::Resume(_) => ActKind::Resume,
            Self::Close(_) => ActKind::Close,
            Self::Hold(_) => ActKind::Hold,
            Self::Capture(_) => ActKind::Capture,
            Self::Release(_) => ActKind::Release,
            Self::Due(_) => ActKind::Due,
        }
    }

    /// The act's own name: with the kind its natural key.
    ///
    /// # Errors
    /// `act.key` when the name does not fit.
    pub fn key(&self) -> Result<GroupKey, ActError> {
        match self {
            Self::Record(act) => key_of(act.purchase.id.as_str()),
            Self::Hold(act) => key_of(act.id.as_str()),
            Self::Event(act) => Ok(act.id.clone()),
            Self::Fulfil(act) => Ok(act.id.clone()),
            Self::Redeem(act) => Ok(act.id.clone()),
            Self::Refund(act) => Ok(act.id.clone()),
            Self::Cancel(act) => Ok(act.id.clone()),
            Self::Adjust(act) => Ok(act.id.clone()),
            Self::Grant(act) => Ok(act.id.clone()),
            Self::Reinstate(act) => Ok(act.id.clone()),
            Self::AssignTier(act) => Ok(act.id.clone()),
            Self::Capture(act) | Self::Release(act) => Ok(act.id.clone()),
            Self::Enrol(act)
            | Self::Suspend(act)
            | Self::Resume(act)
            | Self::Close(act)
            | Self::Due(act) => Ok(act.id.clone()),
        }
    }

    /// Prints of what is asked, by which a repeat is told from another act of the same name. What
    /// the host knows about the customer and what a quote had said are no part of it.
    pub(crate) fn content(&self) -> Result<Content, ActError> {
        Ok(match self {
            Self::Record(act) => Content::of(&act.purchase)?,
            Self::Event(act) => Content::of(&(&act.name, act.occurred_at))?,
            Self::Fulfil(act) => Content::of(act)?,
            Self::Redeem(act) => Content::of(&act.on)?,
            Self::Refund(act) => Content::of(act)?,
            Self::Cancel(act) => Content::of(act)?,
            Self::Adjust(act) => Content::of(act)?,
            Self::Grant(act) => Content::of(act)?,
            Self::Reinstate(act) => Content::of(act)?,
            Self::AssignTier(act) => Content::of(act)?,
            Self::Hold(act) => Content::of(act)?,
            Self::Capture(act) | Self::Release(act) => Content::of(act)?,
            Self::Enrol(act)
            | Self::Suspend(act)
            | Self::Resume(act)
            | Self::Close(act)
            | Self::Due(act) => Content::of(act)?,
        })
    }

    fn author(&self) -> Author {
        let by = |actor: &ActorId, reason: &ReasonCode| Author {
            actor: Some(actor.clone()),
            reason: Some(reason.clone()),
        };
        match self {
            Self::Adjust(act) => by(&act.actor, &act.reason),
            Self::Grant(act) => by(&act.actor, &act.reason),
            Self::Reinstate(act) => by(&act.actor, &act.reason),
            Self::AssignTier(act) => by(&act.actor, &act.reason),
            Self::Enrol(act)
            | Self::Suspend(act)
            | Self::Resume(act)
            | Self::Close(act)
            | Self::Due(act) => Author {
                actor: act.actor.clone(),
                reason: act.reason.clone(),
            },
            _ => Author::default(),
        }
    }
}

/// Does an act at a moment: answers with the group to store and the account after it.
///
/// `pool` is the account that holds what all members share (budgets and total limits); it is needed
/// only where the scheme has such limits.
///
/// # Errors
/// [`ActError`], in the order that it documents. The account is as before.
pub fn perform(
    schemes: &Schemes,
    account: &Account,
    act: &Act,
    at: Moment,
    pool: Option<&Account>,
) -> Result<Outcome, ActError> {
    let (key, content) = (act.key()?, act.content()?);
    if let Some(seq) = account.check_new(act.kind(), &key, &content)? {
        return Ok(Outcome::Repeated(seq));
    }
    let occurred = match act {
        Act::Record(record) => {
            super::evaluation::check_facts(&record.facts)?;
            let said = record.purchase.occurred_at;
            let occurred = super::evaluation::occurred_at(schemes.current(), said, at)?;
            (occurred != at).then_some(occurred)
        }
        Act::Event(event) => {
            super::evaluation::check_facts(&event.facts)?;
            let said = event.occurred_at;
            let occurred = super::evaluation::occurred_at(schemes.current(), said, at)?;
            (occurred != at).then_some(occurred)
        }
        _ => None,
    };
    let mut draft = Draft::open(schemes.current(), account, at, occurred)?;
    super::dispatch::dispatch(schemes, &mut draft, act, pool)?;
    let posted = draft.finish(act.kind(), key, content, act.author(), Vec::new(), pool)?;
    Ok(Outcome::Posted(Box::new(posted)))
}
