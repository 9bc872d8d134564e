//! What a backtest tells.

use serde::Serialize;

use crate::id::{LadderId, MemberId, SchemeId, TierId, WalletId};
use crate::ledger::Digest;
use crate::number::Currency;
use crate::time::Moment;

use super::figures::{Figures, PointFlows};

/// What a scheme would have come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Backtest {
    /// The scheme.
    pub scheme: SchemeId,
    /// Its digest.
    pub digest: Digest,
    /// The currency of every amount.
    pub currency: Currency,
    /// The moment up to which everything due was posted; none for a history without orders.
    pub until: Option<Moment>,
    /// Orders without a member; they take no part.
    pub guests: u64,
    /// The whole.
    pub totals: Figures,
    /// What the points that can still be spent are worth at the end, in minor units, where they pay.
    pub outstanding_worth_minor: i64,
    /// The wallets of the scheme.
    pub wallets: Vec<WalletResult>,
    /// The ladders of the scheme.
    pub ladders: Vec<LadderResult>,
    /// The members, by name.
    pub members: Vec<MemberResult>,
    /// The months from the first with an act to the last, none left out.
    pub months: Vec<MonthResult>,
}

/// A wallet over the whole history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WalletResult {
    /// The wallet.
    pub wallet: WalletId,
    /// What went in and out.
    pub points: PointFlows,
}

/// How many members hold each tier at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LadderResult {
    /// The ladder.
    pub ladder: LadderId,
    /// Members without a tier.
    pub none: u64,
    /// The tiers, lowest first.
    pub tiers: Vec<TierResult>,
}

/// How many members hold a tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TierResult {
    /// The tier.
    pub tier: TierId,
    /// Members who hold it.
    pub members: u64,
}

/// What a member's history came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MemberResult {
    /// The member.
    pub member: MemberId,
    /// What it came to.
    pub figures: Figures,
    /// What the points that can still be spent are worth at the end, in minor units.
    pub outstanding_worth_minor: i64,
    /// The tier held at the end in each ladder of the scheme.
    pub tiers: Vec<Option<TierId>>,
}

/// What a calendar month came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MonthResult {
    /// The year.
    pub year: i32,
    /// The month, from 1.
    pub month: u32,
    /// Members with an order in it.
    pub members: u64,
    /// What it came to.
    pub figures: Figures,
    /// Points outstanding at its end, in thousandths.
    pub outstanding_milli: i64,
}
