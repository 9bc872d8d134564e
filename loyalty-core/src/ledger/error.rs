//! What can be wrong with a group or an entry.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::id::{CardId, GroupKey, HoldId, LineId, MemberId, PurchaseId, WalletId};
use crate::number::Points;
use crate::time::{Deadline, Moment};

use super::group::{ActKind, Digest};

/// A group or an entry that cannot be folded. The account is as before.
///
/// # Precedence
///
/// Of several problems the first in this order is told. Of a group: `ledger.sequence`,
/// `ledger.chain`, `ledger.out_of_order`, `ledger.civil_backwards`, `ledger.repeated`, then its
/// entries one by one. Of an entry: what it names and does not exist (`ledger.unknown_*`), a number
/// out of turn (`ledger.number`), a state that does not allow it (`ledger.state`), an amount below
/// zero (`ledger.negative`), a deadline that is not reached (`ledger.early`), more than there is
/// (`ledger.overdrawn`, `ledger.exceeded`), a sum out of range (`ledger.overflow`).
///
/// A moment whose civil time is more than 26 hours off its instant never gets here: no
/// [`Moment`] can be made of it.
///
/// It is a pointer, so that a fold that may fail takes no more room than one that may not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct LedgerError(Arc<LedgerErrorKind>);

/// The kinds of a [`LedgerError`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerErrorKind {
    /// A digest is not 64 hexadecimal digits.
    #[error("a digest is 64 lower-case hexadecimal digits, found {found:?}")]
    Digest {
        /// What was found.
        found: String,
    },
    /// Something has no JSON form, or is not the JSON that was expected.
    #[error("not a canonical record: {found}")]
    Encoding {
        /// What was found.
        found: String,
    },
    /// A record is larger or deeper than is read.
    #[error("{what} is {found}, allowed is at most {allowed}")]
    Size {
        /// What was measured.
        what: &'static str,
        /// How much was found.
        found: usize,
        /// The most that is read.
        allowed: usize,
    },
    /// A group is not the next one.
    #[error("group {found} does not follow: the next is {allowed}")]
    Sequence {
        /// The group's number.
        found: u64,
        /// The number of the next group.
        allowed: u64,
    },
    /// A group does not continue the chain.
    #[error("group {seq} follows {found}, but the group before it is {allowed}")]
    Chain {
        /// The group's number.
        seq: u64,
        /// The hash that it names.
        found: Digest,
        /// The hash of the group before.
        allowed: Digest,
    },
    /// A group's hash is not that of its content.
    #[error("group {seq} carries the hash {found}, its content asks for {allowed}")]
    Hash {
        /// The group's number.
        seq: u64,
        /// The hash that it carries.
        found: Digest,
        /// The hash of its content.
        allowed: Digest,
    },
    /// A group is earlier than the one before.
    #[error("{found} is before {allowed}, when the account was last written")]
    OutOfOrder {
        /// The group's moment.
        found: Moment,
        /// The moment of the group before.
        allowed: Moment,
    },
    /// The civil date goes back while the instant goes on.
    #[error("the civil date of {found} is before that of {allowed}, which came first")]
    CivilBackwards {
        /// The group's moment.
        found: Moment,
        /// The moment of the group before.
        allowed: Moment,
    },
    /// A natural key was posted before.
    #[error("{} {key} was posted already, in group {seq}", act.name())]
    Repeated {
        /// The act.
        act: ActKind,
        /// The act's name.
        key: GroupKey,
        /// The group that holds it.
        seq: u64,
    },
    /// A natural key was posted before with other content.
    #[error("{} {key} was posted with another {field}, in group {seq}", act.name())]
    OtherContent {
        /// The act.
        act: ActKind,
        /// The act's name.
        key: GroupKey,
        /// The first field, by name, that differs.
        field: SmolStr,
        /// The group that holds it.
        seq: u64,
    },
    /// A merge names the account itself, or one that is not closed off yet.
    #[error("{found} cannot be poured into {allowed}")]
    Member {
        /// The account to pour in.
        found: MemberId,
        /// The account.
        allowed: MemberId,
    },
    /// No such wallet in the account.
    #[error("the account has no wallet {wallet}")]
    UnknownWallet {
        /// The wallet.
        wallet: WalletId,
    },
    /// No such lot.
    #[error("wallet {wallet} has no lot {found}, it has {allowed} lots")]
    UnknownLot {
        /// The wallet.
        wallet: WalletId,
        /// The lot.
        found: u64,
        /// How many lots there are, numbered from 0.
        allowed: usize,
    },
    /// No such purchase.
    #[error("the account has no purchase {purchase}")]
    UnknownPurchase {
        /// The purchase.
        purchase: PurchaseId,
    },
    /// No such line.
    #[error("purchase {purchase} has no line {line}")]
    UnknownLine {
        /// The purchase.
        purchase: PurchaseId,
        /// The line.
        line: LineId,
    },
    /// No such redemption.
    #[error("there is no redemption {found}, the account has {allowed}")]
    UnknownRedemption {
        /// The redemption.
        found: u64,
        /// How many there are, numbered from 0.
        allowed: usize,
    },
    /// No such card.
    #[error("the account has no card {card} number {instance}")]
    UnknownCard {
        /// The card.
        card: CardId,
        /// Which instance.
        instance: u32,
    },
    /// No such issued reward.
    #[error("there is no issued reward {found}, the account has {allowed}")]
    UnknownReward {
        /// The issue.
        found: u64,
        /// How many there are, numbered from 0.
        allowed: usize,
    },
    /// No such hold.
    #[error("the account has no hold {hold}")]
    UnknownHold {
        /// The hold.
        hold: HoldId,
    },
    /// Something new does not carry the next number.
    #[error("{what} {found} does not follow: the next is {allowed}")]
    Number {
        /// What is numbered.
        what: &'static str,
        /// The number found.
        found: u64,
        /// The next number.
        allowed: u64,
    },
    /// The state of something does not allow it.
    #[error("{what} is {found}, allowed is {allowed}")]
    State {
        /// What it is about.
        what: &'static str,
        /// Its state.
        found: SmolStr,
        /// The states or values that allow it.
        allowed: SmolStr,
    },
    /// An amount is below zero.
    #[error("{what} is {found}, below zero")]
    Negative {
        /// What it is about.
        what: &'static str,
        /// What was found.
        found: i64,
    },
    /// A deadline is not reached.
    #[error("{what} at {found} is too early: the deadline is {}", shown(allowed))]
    Early {
        /// What is too early.
        what: &'static str,
        /// The group's moment.
        found: Moment,
        /// The deadline; nothing where there is none.
        allowed: Option<Deadline>,
    },
    /// More points than there are.
    #[error("{what} of {found} points is more than the {allowed} that wallet {wallet} has for it")]
    Overdrawn {
        /// What they were to be used for.
        what: &'static str,
        /// The wallet.
        wallet: WalletId,
        /// How many were asked for.
        found: Points,
        /// How many there are.
        allowed: Points,
    },
    /// A count or an amount beyond its limit.
    #[error("{what} is {found}, allowed is at most {allowed}")]
    Exceeded {
        /// What it is about.
        what: &'static str,
        /// What was found.
        found: i64,
        /// The limit.
        allowed: i64,
    },
    /// An amount does not fit its currency.
    #[error("{what} does not fit the purchase's currency: {found}")]
    Money {
        /// What it is about.
        what: &'static str,
        /// What was found.
        found: SmolStr,
    },
    /// A sum leaves the range of ±(2^53 − 1).
    #[error("{what} leaves the range of \u{b1}9007199254740991")]
    Overflow {
        /// What was summed.
        what: &'static str,
    },
    /// An account contradicts itself.
    #[error("the account contradicts itself: {what} {place} is {found}, it should be {allowed}")]
    Audit {
        /// What does not hold.
        what: &'static str,
        /// Where.
        place: String,
        /// What was found.
        found: String,
        /// What would hold.
        allowed: String,
    },
}

impl LedgerError {
    /// Every code, in the order of the variants.
    pub const CODES: &'static [&'static str] = &[
        "ledger.digest",
        "ledger.encoding",
        "ledger.size",
        "ledger.sequence",
        "ledger.chain",
        "ledger.hash",
        "ledger.out_of_order",
        "ledger.civil_backwards",
        "ledger.repeated",
        "ledger.other_content",
        "ledger.member",
        "ledger.unknown_wallet",
        "ledger.unknown_lot",
        "ledger.unknown_purchase",
        "ledger.unknown_line",
        "ledger.unknown_redemption",
        "ledger.unknown_card",
        "ledger.unknown_reward",
        "ledger.unknown_hold",
        "ledger.number",
        "ledger.state",
        "ledger.negative",
        "ledger.early",
        "ledger.overdrawn",
        "ledger.exceeded",
        "ledger.money",
        "ledger.overflow",
        "ledger.audit",
    ];

    /// What kind of error this is.
    #[must_use]
    pub fn kind(&self) -> &LedgerErrorKind {
        &self.0
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        use LedgerErrorKind as Kind;
        match self.kind() {
            Kind::Digest { .. } => "ledger.digest",
            Kind::Encoding { .. } => "ledger.encoding",
            Kind::Size { .. } => "ledger.size",
            Kind::Sequence { .. } => "ledger.sequence",
            Kind::Chain { .. } => "ledger.chain",
            Kind::Hash { .. } => "ledger.hash",
            Kind::OutOfOrder { .. } => "ledger.out_of_order",
            Kind::CivilBackwards { .. } => "ledger.civil_backwards",
            Kind::Repeated { .. } => "ledger.repeated",
            Kind::OtherContent { .. } => "ledger.other_content",
            Kind::Member { .. } => "ledger.member",
            Kind::UnknownWallet { .. } => "ledger.unknown_wallet",
            Kind::UnknownLot { .. } => "ledger.unknown_lot",
            Kind::UnknownPurchase { .. } => "ledger.unknown_purchase",
            Kind::UnknownLine { .. } => "ledger.unknown_line",
            Kind::UnknownRedemption { .. } => "ledger.unknown_redemption",
            Kind::UnknownCard { .. } => "ledger.unknown_card",
            Kind::UnknownReward { .. } => "ledger.unknown_reward",
            Kind::UnknownHold { .. } => "ledger.unknown_hold",
            Kind::Number { .. } => "ledger.number",
            Kind::State { .. } => "ledger.state",
            Kind::Negative { .. } => "ledger.negative",
            Kind::Early { .. } => "ledger.early",
            Kind::Overdrawn { .. } => "ledger.overdrawn",
            Kind::Exceeded { .. } => "ledger.exceeded",
            Kind::Money { .. } => "ledger.money",
            Kind::Overflow { .. } => "ledger.overflow",
            Kind::Audit { .. } => "ledger.audit",
        }
    }

    /// A number that is not the next one.
    #[cold]
    pub(super) fn number(what: &'static str, found: u64, next: usize) -> Self {
        let allowed = super::wallet::number(next);
        let kind = LedgerErrorKind::Number {
            what,
            found,
            allowed,
        };
        kind.into()
    }

    /// A deadline that is not reached.
    #[cold]
    pub(super) fn early(what: &'static str, found: Moment, allowed: Option<Deadline>) -> Self {
        let kind = LedgerErrorKind::Early {
            what,
            found,
            allowed,
        };
        kind.into()
    }

    /// A state that does not allow something.
    #[cold]
    pub(super) fn state(
        what: &'static str,
        found: impl Into<SmolStr>,
        allowed: impl Into<SmolStr>,
    ) -> Self {
        let (found, allowed) = (found.into(), allowed.into());
        let kind = LedgerErrorKind::State {
            what,
            found,
            allowed,
        };
        kind.into()
    }
}

impl From<LedgerErrorKind> for LedgerError {
    #[cold]
    #[inline(never)]
    fn from(kind: LedgerErrorKind) -> Self {
        Self(Arc::new(kind))
    }
}

fn shown(deadline: &Option<Deadline>) -> String {
    deadline.map_or_else(|| "none".into(), |deadline| deadline.to_string())
}
