//! The answer to an act, read from its group: what a receipt prints. A repeated act has the same
//! answer as the first one, because both come from the stored group.

use serde::Serialize;

use crate::id::{CardId, GroupKey, LadderId, PurchaseId, RewardId, TierId, WalletId};
use crate::ledger::{ActKind, DueCode, DueReferral, Entry, Group, RulePoints};
use crate::number::{Money, Points};
use crate::time::Moment;

/// What an act brought, in the order of its entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The group's number.
    pub seq: u64,
    /// The act.
    pub act: ActKind,
    /// Its name.
    pub key: GroupKey,
    /// When it was posted.
    pub at: Moment,
    /// What happened.
    pub lines: Vec<AnswerLine>,
}

/// A line of a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerLine {
    /// A purchase was recorded.
    Purchase {
        /// The purchase.
        purchase: PurchaseId,
        /// What was to pay before tenders.
        total: Money,
        /// The events that are due to the member who referred the customer.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        referrals: Vec<DueReferral>,
        /// The codes that the host is to make for a later order.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        due_codes: Vec<DueCode>,
    },
    /// Money comes back.
    Refund {
        /// The purchase.
        purchase: PurchaseId,
        /// How much.
        refund: Money,
        /// What was kept of it for points or rewards that are gone.
        #[serde(skip_serializing_if = "Option::is_none")]
        charged: Option<Money>,
    },
    /// Points were earned.
    Earned {
        /// The wallet.
        wallet: WalletId,
        /// How many.
        points: Points,
        /// The parts, which sum to them.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        rules: Vec<RulePoints>,
        /// Whether they cannot be used yet.
        pending: bool,
    },
    /// Pending points became usable.
    Activated {
        /// The wallet.
        wallet: WalletId,
    },
    /// Points were spent.
    Spent {
        /// The wallet.
        wallet: WalletId,
        /// How many.
        points: Points,
    },
    /// Spent points came back.
    Restored {
        /// The wallet.
        wallet: WalletId,
        /// How many.
        points: Points,
    },
    /// Earned points were taken back.
    TakenBack {
        /// The wallet.
        wallet: WalletId,
        /// How many, with those that are owed now.
        points: Points,
        /// How many of them are owed.
        owed: Points,
    },
    /// Points lapsed.
    Expired {
        /// The wallet.
        wallet: WalletId,
        /// How many.
        points: Points,
    },
    /// Points were changed by hand, came from or went to another account, or were given back.
    Moved {
        /// The wallet.
        wallet: WalletId,
        /// How many; below 0 when they went.
        points: Points,
    },
    /// Stamps were put on a card, or came off.
    Stamps {
        /// The card.
        card: CardId,
        /// How many; below 0 when they came off.
        stamps: i64,
    },
    /// A card was filled.
    CardFilled {
        /// The card.
        card: CardId,
    },
    /// A reward can be used.
    RewardIssued {
        /// The reward.
        reward: RewardId,
        /// Its issue.
        issue: u64,
    },
    /// A reward was used.
    RewardUsed {
        /// Its issue.
        issue: u64,
    },
    /// A reward became void.
    RewardVoid {
        /// Its issue.
        issue: u64,
    },
    /// A tier changed.
    Tier {
        /// The ladder.
        ladder: LadderId,
        /// The tier from now on.
        #[serde(skip_serializing_if = "Option::is_none")]
        tier: Option<TierId>,
    },
}

/// The answer to the act that posted a group.
#[must_use]
pub fn answer(group: &Group) -> Answer {
    Answer {
        seq: group.seq,
        act: group.act,
        key: group.key.clone(),
        at: group.at,
        lines: group.entries.iter().filter_map(line).collect(),
    }
}

fn sum(points: impl Iterator<Item = Points>) -> Points {
    Points::from_milli(points.fold(0_i64, |sum, points| sum.saturating_add(points.milli())))
}

fn line(entry: &Entry) -> Option<AnswerLine> {
    Some(match entry {
        Entry::Purchase(entry) => AnswerLine::Purchase {
            purchase: entry.purchase.id.clone(),
            total: entry.total,
            referrals: entry.terms.referrals.clone(),
            due_codes: entry.terms.due_codes.clone(),
        },
        Entry::Return(entry) => AnswerLine::Refund {
            purchase: entry.purchase.clone(),
            refund: entry.refund,
            charged: entry.charged,
        },
        Entry::Earning(entry) => AnswerLine::Earned {
            wallet: entry.wallet.clone(),
            points: entry.points,
            rules: entry.rules().to_vec(),
            pending: entry.open().pending.is_some(),
        },
        Entry::Activation(entry) => AnswerLine::Activated {
            wallet: entry.wallet.clone(),
        },
        Entry::Redemption(entry) => AnswerLine::Spent {
            wallet: entry.wallet.clone(),
            points: sum(entry.draws.iter().map(|draw| draw.points)),
        },
        Entry::Restoration(entry) => AnswerLine::Restored {
            wallet: entry.wallet.clone(),
            points: sum(entry
                .draws
                .iter()
                .map(|draw| draw.points)
                .chain(entry.lots.iter().map(|lot| lot.points))
                .chain([entry.deficit])),
        },
        Entry::Reversal(entry) => AnswerLine::TakenBack {
            wallet: entry.wallet.clone(),
            points: sum(entry
                .draws
                .iter()
                .map(|draw| draw.points)
                .chain([entry.deficit, entry.written_off])),
            owed: entry.deficit,
        },
        Entry::Expiry(entry) => AnswerLine::Expired {
            wallet: entry.wallet.clone(),
            points: entry.points,
        },
        Entry::Adjustment(entry) => {
            let came = entry.lot.iter().map(|lot| lot.points);
            let came = sum(came.chain(entry.into.iter().map(|draw| draw.points)));
            let went = sum(entry
                .draws
                .iter()
                .map(|draw| draw.points)
                .chain([entry.deficit]));
            let points = came.milli().saturating_sub(went.milli());
            AnswerLine::Moved {
                wallet: entry.wallet.clone(),
                points: Points::from_milli(points),
            }
        }
        Entry::TransferOut(entry) => {
            let went = sum(entry.draws.iter().map(|draw| draw.points));
            let points = Points::from_milli(went.milli().saturating_neg());
            AnswerLine::Moved {
                wallet: entry.wallet.clone(),
                points,
            }
        }
        Entry::TransferIn(entry) => AnswerLine::Moved {
            wallet: entry.wallet.clone(),
            points: sum(entry.lots.iter().map(|lot| lot.points)),
        },
        Entry::Reinstatement(entry) => AnswerLine::Moved {
            wallet: entry.wallet.clone(),
            points: sum(entry.lots.iter().map(|lot| lot.points)),
        },
        Entry::Stamp(entry) => AnswerLine::Stamps {
            card: entry.card.clone(),
            stamps: entry.count,
        },
        Entry::CardComplete(entry) if !entry.lapsed => AnswerLine::CardFilled {
            card: entry.card.clone(),
        },
        Entry::RewardIssue(entry) => AnswerLine::RewardIssued {
            reward: entry.reward.clone(),
            issue: entry.issue,
        },
        Entry::RewardUse(entry) => AnswerLine::RewardUsed { issue: entry.issue },
        Entry::RewardVoid(entry) => AnswerLine::RewardVoid { issue: entry.issue },
        Entry::TierChange(entry) if entry.from != entry.to => AnswerLine::Tier {
            ladder: entry.ladder.clone(),
            tier: entry.to.clone(),
        },
        Entry::CardComplete(_)
        | Entry::TierChange(_)
        | Entry::Event(_)
        | Entry::WriteOff(_)
        | Entry::DeficitFill(_)
        | Entry::CardOpen(_)
        | Entry::Count(_)
        | Entry::Hold(_)
        | Entry::Capture(_)
        | Entry::Release(_)
        | Entry::MergeIn(_) => return None,
    })
}
