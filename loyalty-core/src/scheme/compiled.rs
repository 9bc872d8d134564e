//! The compiled form of a scheme: numbers and indexes in place of text.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use super::challenge::ChallengeCount;
use crate::id::{
    CardId, ChallengeId, EntitlementId, EventName, LadderId, ReferralId, RewardId, RuleId,
    SchemeId, TierId, WalletId,
};
use crate::number::{Currency, Rounding};
use crate::time::Span;

use super::card::{Overflow, UsedSurplus};
use super::compiled_offer::{Offer, Stacking};
use super::condition::AmountBase;
use super::def::{SchemeDef, TaxRounding};
use super::earn::{CombineMultipliers, CombineRules, EarnBaseDef, FreeUnits, TaxBase};
use super::expiry::{ExpiryDef, PendingDef, RoundUp};
use super::flags::Flags;
use super::index::RuleIndex;
use super::limit::{CapPeriod, GuardsDef};
use super::redemption::{Draw, Shortfall};
use super::returns::ReturnsDef;
use super::reward::{Excess, UnitChoice};
use super::tier::{Downgrade, OnReturn, Period, StandingAs};

/// A text that the scheme names, as a small number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Sym(pub(crate) u32);

impl Sym {
    /// A text that the scheme does not name, which therefore matches nothing.
    pub(crate) const NONE: Self = Self(u32::MAX);
}

/// The kinds of text that a scheme names. A text of one kind is never another kind's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A stock keeping unit.
    Sku,
    /// A product.
    Product,
    /// A category.
    Category,
    /// A line's tag.
    Tag,
    /// A customer's segment.
    Segment,
    /// A store.
    Store,
    /// A channel.
    Channel,
    /// A code, compared without case.
    Code,
    /// An event.
    Event,
    /// A calendar flag.
    Flag,
    /// A code, compared with case.
    ExactCode,
    /// A delivery method.
    Method,
    /// A batch of codes.
    Batch,
}

impl Kind {
    /// Every kind, in the order of [`Kind::place`].
    pub(crate) const ALL: [Self; 13] = [
        Self::Sku,
        Self::Product,
        Self::Category,
        Self::Tag,
        Self::Segment,
        Self::Store,
        Self::Channel,
        Self::Code,
        Self::Event,
        Self::Flag,
        Self::ExactCode,
        Self::Method,
        Self::Batch,
    ];

    /// A small number of its own.
    #[inline]
    pub(crate) const fn place(self) -> usize {
        match self {
            Self::Sku => 0,
            Self::Product => 1,
            Self::Category => 2,
            Self::Tag => 3,
            Self::Segment => 4,
            Self::Store => 5,
            Self::Channel => 6,
            Self::Code => 7,
            Self::Event => 8,
            Self::Flag => 9,
            Self::ExactCode => 10,
            Self::Method => 11,
            Self::Batch => 12,
        }
    }
}

/// The texts that a scheme names, in order: no choice of texts makes finding one slow.
#[derive(Debug, Clone, Default)]
pub(crate) struct Symbols {
    maps: [BTreeMap<SmolStr, Sym>; Kind::ALL.len()],
}

impl Symbols {
    /// The number of a text, given one if it has none.
    pub(crate) fn intern(&mut self, kind: Kind, text: &str) -> Sym {
        let map = match self.maps.get_mut(kind.place()) {
            Some(map) => map,
            None => return Sym::NONE,
        };
        if let Some(sym) = map.get(text) {
            return *sym;
        }
        let sym = Sym(u32::try_from(map.len()).unwrap_or(u32::MAX));
        map.insert(SmolStr::new(text), sym);
        sym
    }

    /// The number of a text; [`Sym::NONE`] when the scheme does not name it.
    #[inline]
    pub(crate) fn find(&self, kind: Kind, text: &str) -> Sym {
        self.maps
            .get(kind.place())
            .and_then(|map| map.get(text))
            .copied()
            .unwrap_or(Sym::NONE)
    }

    /// How many texts of a kind there are.
    pub(crate) fn count(&self, kind: Kind) -> usize {
        self.maps.get(kind.place()).map_or(0, BTreeMap::len)
    }
}

/// A scheme, checked and ready to decide. It comes only from [`compile`](super::compile).
#[derive(Debug, Clone)]
pub struct Scheme {
    pub(crate) def: Arc<SchemeDef>,
    pub(crate) digest: [u8; 32],
    pub(crate) flags: Flags,
    pub(crate) id: SchemeId,
    pub(crate) currency: Currency,
    pub(crate) symbols: Symbols,
    pub(crate) exclude_gift_cards: bool,
    pub(crate) exclude_discounted: bool,
    pub(crate) exclude: Option<Target>,
    pub(crate) earn_base: EarnBaseDef,
    pub(crate) combine_multipliers: CombineMultipliers,
    pub(crate) combine_rules: CombineRules,
    pub(crate) wallets: Box<[Wallet]>,
    pub(crate) rules: Box<[EarnRule]>,
    pub(crate) index: RuleIndex,
    pub(crate) cards: Box<[Card]>,
    pub(crate) ladders: Box<[Ladder]>,
    pub(crate) rewards: Box<[Reward]>,
    pub(crate) challenges: Box<[Challenge]>,
    pub(crate) referrals: Box<[Referral]>,
    pub(crate) offers: Box<[Offer]>,
    pub(crate) offer_index: RuleIndex,
    pub(crate) stacking: Stacking,
    pub(crate) returns: ReturnsDef,
    pub(crate) guards: GuardsDef,
    pub(crate) discount_rounding: Rounding,
    pub(crate) tax_rounding: TaxRounding,
}

/// A fraction of small whole numbers, reduced: a percentage, a factor, or milli-points per minor
/// unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) num: i64,
    pub(crate) den: i64,
}

/// Which lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) skus: Box<[Sym]>,
    pub(crate) products: Box<[Sym]>,
    pub(crate) categories: Box<[Sym]>,
    pub(crate) tags: Box<[Sym]>,
    /// Minor units.
    pub(crate) price_from: Option<i64>,
    /// Minor units.
    pub(crate) price_to: Option<i64>,
    pub(crate) any_of: Box<[Target]>,
    pub(crate) except: Option<Box<Target>>,
}

/// When something applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition {
    All(Box<[Condition]>),
    Any(Box<[Condition]>),
    Not(Box<Condition>),
    Channel(Box<[Sym]>),
    Store(Box<[Sym]>),
    Segment(Box<[Sym]>),
    /// Places of the ladder and of its tiers.
    Tier {
        ladder: u16,
        tiers: Box<[u16]>,
    },
    /// Civil milliseconds, half-open.
    Between {
        from: i64,
        until: i64,
    },
    /// Bit 0 is Monday.
    Weekday(u8),
    /// Milliseconds of the day, half-open; `from` above `until` passes midnight.
    Hours {
        from: u32,
        until: u32,
    },
    /// Bit d is day d.
    MonthDay(u32),
    Flag(Box<[Sym]>),
    NthPurchase {
        every: u32,
        at: Box<[u32]>,
    },
    FirstPurchase {
        again_after_return: bool,
    },
    /// Minor units.
    MinAmount {
        amount: i64,
        target: Option<Box<Target>>,
        base: AmountBase,
        tax: TaxBase,
    },
    MinQuantity {
        quantity: u32,
        target: Option<Box<Target>>,
        different: bool,
    },
    Birthday {
        before: u32,
        after: u32,
    },
    EnrolmentAnniversary {
        before: u32,
        after: u32,
    },
    Code(Box<[Sym]>),
    ShippingMethod(Box<[Sym]>),
    /// The place of a challenge.
    Challenge(u16),
    Referred,
    /// Kept units of an earlier purchase, not more than so many days back.
    Bought {
        target: Option<Box<Target>>,
        days: Option<u32>,
    },
}

/// When the points of a lot become usable and when they lapse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LotTerms {
    pub(crate) pending: Option<PendingDef>,
    pub(crate) expiry: ExpiryDef,
    pub(crate) promotional: bool,
}

/// A cap on points, or on times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cap {
    /// `rule.ID.points`, `rule.ID.times` or `wallet.ID.points`, with the period's name behind a
    /// dot; `scheme.` before it when it counts over all members.
    pub(crate) name: SmolStr,
    pub(crate) per: CapPeriod,
    /// Milli-points or times.
    pub(crate) max: i64,
}

/// A wallet.
#[derive(Debug, Clone)]
pub(crate) struct Wallet {
    pub(crate) id: WalletId,
    /// The smallest step, in milli-points: 1000 for whole points.
    pub(crate) unit: i64,
    pub(crate) rounding: Rounding,
    pub(crate) round_per_rule: bool,
    pub(crate) terms: LotTerms,
    pub(crate) draw: Draw,
    pub(crate) spend_own_points: bool,
    pub(crate) carry: bool,
    /// Milli-points.
    pub(crate) balance_max: Option<i64>,
    pub(crate) caps: Box<[Cap]>,
    pub(crate) shortfall: Shortfall,
    pub(crate) drain_other_lots: bool,
    pub(crate) redemption: Option<Redemption>,
}

/// How points pay.
#[derive(Debug, Clone)]
pub(crate) struct Redemption {
    /// So many milli-points …
    pub(crate) points: i64,
    /// … are so many minor units.
    pub(crate) minor: i64,
    pub(crate) tender: bool,
    pub(crate) earns: bool,
    pub(crate) points_min: i64,
    /// Milli-points; at least the wallet's unit.
    pub(crate) step: i64,
    pub(crate) share_max: Option<Rate>,
    pub(crate) excess: Excess,
    pub(crate) target: Option<Target>,
}

/// An earn rule.
#[derive(Debug, Clone)]
pub(crate) struct EarnRule {
    pub(crate) id: RuleId,
    pub(crate) wallet: u16,
    pub(crate) when: Option<Condition>,
    pub(crate) target: Option<Target>,
    pub(crate) give: Give,
    pub(crate) multiplied: bool,
    pub(crate) free_units: FreeUnits,
    pub(crate) requires_base: bool,
    pub(crate) sticky: bool,
    /// The terms of its lots, where they are not the wallet's.
    pub(crate) own_terms: Option<LotTerms>,
    pub(crate) points_caps: Box<[Cap]>,
    pub(crate) times_caps: Box<[Cap]>,
    /// Whether a birthday or anniversary stands in its condition, so that it pays once an
    /// occurrence.
    pub(crate) occasion: bool,
    /// Whether more than its condition and its lines decides if it pays: it is for events, pays once
    /// an occurrence, or so many times.
    pub(crate) guarded: bool,
}

impl EarnRule {
    /// When its points become usable and lapse.
    pub(crate) fn terms<'s>(&'s self, scheme: &'s Scheme) -> Option<&'s LotTerms> {
        match &self.own_terms {
            Some(terms) => Some(terms),
            None => Some(&scheme.wallets.get(usize::from(self.wallet))?.terms),
        }
    }
}

/// What an earn rule gives. Points are milli-points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Give {
    /// Milli-points for a minor unit.
    PerAmount(Rate),
    PerUnit(i64),
    PerPurchase(i64),
    Fixed(i64),
    /// On the lines that the target matches.
    MultiplyLines(Rate),
    /// On the order.
    MultiplyOrder(Rate),
    Event {
        name: Sym,
        points: i64,
        every: u32,
    },
}

/// A purchase that is due an event to the member who referred the customer.
#[derive(Debug, Clone)]
pub(crate) struct Referral {
    pub(crate) id: ReferralId,
    pub(crate) when: Option<Condition>,
    pub(crate) event: EventName,
}

/// A goal over several purchases.
#[derive(Debug, Clone)]
pub(crate) struct Challenge {
    pub(crate) id: ChallengeId,
    pub(crate) when: Option<Condition>,
    pub(crate) parts: Box<[ChallengePart]>,
    pub(crate) per: CapPeriod,
    /// In place of the period; 0 is none.
    pub(crate) days: u32,
    /// At least 1.
    pub(crate) streak: u32,
    pub(crate) repeat: bool,
}

/// A part of a goal.
#[derive(Debug, Clone)]
pub(crate) struct ChallengePart {
    /// The name of its counter.
    pub(crate) counter: SmolStr,
    pub(crate) target: Option<Target>,
    pub(crate) count: ChallengeCount,
    /// Minor units, units or purchases; at least 1.
    pub(crate) goal: i64,
}

/// A stamp card.
#[derive(Debug, Clone)]
pub(crate) struct Card {
    pub(crate) id: CardId,
    pub(crate) target: u32,
    pub(crate) rules: Box<[StampRule]>,
    /// Places of rewards.
    pub(crate) rewards: Box<[u32]>,
    pub(crate) milestones: Box<[Milestone]>,
    pub(crate) start_stamps: u32,
    pub(crate) start_stamps_again: bool,
    pub(crate) overflow: Overflow,
    pub(crate) valid_for: Option<Span>,
    pub(crate) stamps_per_day: u32,
    pub(crate) minutes_between: u32,
    pub(crate) used_surplus: UsedSurplus,
}

/// A reward on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Milestone {
    pub(crate) stamps: u32,
    pub(crate) reward: u32,
}

/// What brings stamps.
#[derive(Debug, Clone)]
pub(crate) struct StampRule {
    pub(crate) when: Option<Condition>,
    pub(crate) target: Option<Target>,
    pub(crate) give: StampGive,
    pub(crate) free_units: FreeUnits,
    pub(crate) sticky: bool,
}

/// How many stamps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StampGive {
    PerPurchase(u32),
    PerUnit(u32),
    /// `stamps` for every `per` minor units.
    PerAmount {
        stamps: u32,
        per: i64,
    },
    Event {
        name: Sym,
        stamps: u32,
    },
}

/// A ladder of tiers.
#[derive(Debug, Clone)]
pub(crate) struct Ladder {
    pub(crate) id: LadderId,
    pub(crate) metric: Metric,
    pub(crate) window: Window,
    /// Lowest first.
    pub(crate) tiers: Box<[Tier]>,
    pub(crate) valid_for: Option<Span>,
    pub(crate) round_up: RoundUp,
    pub(crate) review: Review,
    pub(crate) downgrade: Downgrade,
    pub(crate) grace_days: u32,
    pub(crate) counts_own_purchase: bool,
    pub(crate) count_pending: bool,
    pub(crate) on_return: OnReturn,
    pub(crate) rollover_surplus: bool,
}

/// What a ladder measures: minor units, milli-points or a count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Metric {
    Spend(Option<Target>),
    PointsEarned(u16),
    Visits(Option<Target>),
    Items(Option<Target>),
    Balance(u16),
}

/// The time over which a metric is summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Window {
    Lifetime,
    Rolling(Span),
    Calendar(Period),
    Anniversary,
}

/// When a tier is reviewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Review {
    Never,
    AtValidityEnd,
    Calendar(Period),
    Every(Span),
    Immediate,
}

/// A tier. Thresholds are in the metric's unit.
#[derive(Debug, Clone)]
pub(crate) struct Tier {
    pub(crate) id: TierId,
    pub(crate) threshold: i64,
    pub(crate) retain: i64,
    pub(crate) benefits: Box<[Benefit]>,
    /// Places of rewards.
    pub(crate) rewards: Box<[u32]>,
}

/// What a tier brings.
#[derive(Debug, Clone)]
pub(crate) struct Benefit {
    pub(crate) id: RuleId,
    pub(crate) kind: BenefitKind,
}

/// Kinds of benefits.
#[derive(Debug, Clone)]
pub(crate) enum BenefitKind {
    Multiply {
        factor: Rate,
        wallet: u16,
    },
    Discount {
        percent: Rate,
        target: Option<Target>,
        min: Option<MinAmount>,
        as_: StandingAs,
    },
    FreeShipping {
        min: Option<MinAmount>,
    },
    Entitlement(EntitlementId),
}

/// A threshold of money.
#[derive(Debug, Clone)]
pub(crate) struct MinAmount {
    /// Minor units.
    pub(crate) amount: i64,
    pub(crate) target: Option<Target>,
    pub(crate) base: AmountBase,
    pub(crate) tax: TaxBase,
}

/// A reward.
#[derive(Debug, Clone)]
pub(crate) struct Reward {
    pub(crate) id: RewardId,
    pub(crate) cost: Option<Cost>,
    pub(crate) gives: Gives,
    pub(crate) when: Option<Condition>,
    pub(crate) valid_for: Option<Span>,
    pub(crate) round_up: RoundUp,
    pub(crate) limit_per_member: u32,
    pub(crate) limit_total: u32,
    pub(crate) max_share: Option<(Rate, Excess)>,
}

/// What a reward costs, in milli-points.
#[derive(Debug, Clone)]
pub(crate) struct Cost {
    pub(crate) wallet: u16,
    pub(crate) points: i64,
    /// Place of the ladder, place of the tier, price.
    pub(crate) by_tier: Box<[(u16, u16, i64)]>,
}

/// What a reward gives.
#[derive(Debug, Clone)]
pub(crate) enum Gives {
    FreeProduct {
        target: Option<Target>,
        units: u32,
        choice: UnitChoice,
    },
    Percent {
        percent: Rate,
        target: Option<Target>,
        amount_max: Option<i64>,
    },
    Amount {
        amount: i64,
        target: Option<Target>,
    },
    Shipping {
        percent: Rate,
    },
    Points {
        wallet: u16,
        points: i64,
    },
    Custom,
}
