//! Points earned, and the lots that they stand in.

use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::id::{LotId, PurchaseId, WalletId};
use crate::number::Points;
use crate::time::{Date, Deadline};

use super::entry::{LotOpen, Pending, RulePoints, record};
use super::packed::{DayMark, Until};
use crate::tree::Readable;

/// Points earned, in a lot of their own.
///
/// Its JSON has the lot as a [`LotOpen`].
#[derive(Debug, Clone, PartialEq, Eq, Readable)]
#[serde(from = "EarningForm")]
pub struct EarningEntry {
    /// The wallet.
    pub wallet: WalletId,
    /// The lot, numbered within the wallet from 0.
    pub lot: LotId,
    /// How many points.
    pub points: Points,
    /// When they lapse.
    pub expiry: Until,
    /// What else is said of the lot, where anything is.
    pub terms: Option<Arc<LotTerms>>,
    /// What brought them, where it is known.
    pub source: Option<Arc<EarningSource>>,
}

record! {
    /// What is said of few lots only.
    #[derive(Default)]
    pub struct LotTerms {
        /// What they wait for before they can be used.
        pub pending: Option<Pending>,
        /// Whether the wallet's deadline by activity keeps them alive longer.
        pub activity: bool,
        /// Whether they are promotional.
        pub promotional: bool,
    }

    /// What brought points.
    #[derive(Default)]
    pub struct EarningSource {
        /// The purchase.
        pub purchase: Option<PurchaseId>,
        /// The rule, reward or benefit; several where one lot holds them all.
        pub rules: Vec<RulePoints>,
    }

    /// An earning as JSON.
    struct EarningForm {
        wallet: WalletId,
        lot: LotOpen,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        purchase: Option<PurchaseId>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        rules: Vec<RulePoints>,
    }

}

impl LotTerms {
    /// The terms behind a pointer; nothing when nothing is said.
    fn shared(self) -> Option<Arc<Self>> {
        (self != Self::default()).then(|| Arc::new(self))
    }
}

impl EarningSource {
    /// The source behind a pointer; nothing when nothing is known.
    pub(super) fn shared(self) -> Option<Arc<Self>> {
        (self != Self::default()).then(|| Arc::new(self))
    }
}

impl EarningEntry {
    /// Points earned by a purchase or otherwise, and the rules that brought them.
    #[must_use]
    pub fn new(
        wallet: WalletId,
        open: LotOpen,
        purchase: Option<PurchaseId>,
        rules: Vec<RulePoints>,
    ) -> Self {
        Self {
            wallet,
            lot: open.lot,
            points: open.points,
            expiry: open.expiry.into(),
            terms: open.terms(),
            source: EarningSource { purchase, rules }.shared(),
        }
    }

    /// The lot that it opens.
    #[must_use]
    pub fn open(&self) -> LotOpen {
        let terms = self.terms.as_deref();
        LotOpen {
            lot: self.lot,
            points: self.points,
            pending: terms.and_then(|terms| terms.pending.clone()),
            expiry: self.expiry.get(),
            activity: terms.is_some_and(|terms| terms.activity),
            promotional: terms.is_some_and(|terms| terms.promotional),
        }
    }

    /// The purchase that brought them.
    #[must_use]
    pub fn purchase(&self) -> Option<&PurchaseId> {
        self.source.as_ref()?.purchase.as_ref()
    }

    /// The rules, rewards or benefits that brought them.
    #[must_use]
    pub fn rules(&self) -> &[RulePoints] {
        self.source.as_ref().map_or(&[], |source| &source.rules)
    }
}

impl LotOpen {
    /// What is said of few lots only.
    pub(super) fn terms(&self) -> Option<Arc<LotTerms>> {
        let terms = LotTerms {
            pending: self.pending.clone(),
            activity: self.activity,
            promotional: self.promotional,
        };
        terms.shared()
    }
}

impl Serialize for EarningEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let form = EarningForm {
            wallet: self.wallet.clone(),
            lot: self.open(),
            purchase: self.purchase().cloned(),
            rules: self.rules().to_vec(),
        };
        form.serialize(serializer)
    }
}

impl From<EarningForm> for EarningEntry {
    fn from(form: EarningForm) -> Self {
        Self::new(form.wallet, form.lot, form.purchase, form.rules)
    }
}

/// A lot of points with one history.
///
/// A fold opens, draws and ends lots all the time, so that one takes 64 bytes; what is said of few
/// stands behind a pointer that the log shares.
#[derive(Debug, Clone, Serialize, Readable)]
#[serde(into = "LotForm", from = "LotForm")]
pub struct Lot {
    /// How many it held at first, less what filled a deficit.
    pub origin: Points,
    /// How many are left.
    pub remaining: Points,
    /// How many of those are held.
    pub held: Points,
    /// How many lapsed so far.
    pub expired: Points,
    /// When they lapse.
    pub expiry: Until,
    /// The day on which they were earned.
    pub opened: Date,
    pub(super) expired_on: DayMark,
    pub(super) terms: Option<Arc<LotTerms>>,
    pub(super) source: Option<Arc<EarningSource>>,
}

impl Lot {
    /// What they wait for.
    #[must_use]
    #[inline]
    pub fn pending(&self) -> Option<&Pending> {
        self.terms.as_ref()?.pending.as_ref()
    }

    /// Takes what they wait for away.
    pub(super) fn take_pending(&mut self) -> Option<Pending> {
        let mut terms = self.terms.as_deref()?.clone();
        let pending = terms.pending.take();
        self.terms = terms.shared();
        pending
    }

    /// Whether the wallet's deadline by activity keeps them alive longer.
    #[must_use]
    #[inline]
    pub fn activity(&self) -> bool {
        self.terms.as_ref().is_some_and(|terms| terms.activity)
    }

    /// Whether they are promotional.
    #[must_use]
    pub fn promotional(&self) -> bool {
        self.terms.as_ref().is_some_and(|terms| terms.promotional)
    }

    /// The day of the last lapse.
    #[must_use]
    pub fn expired_on(&self) -> Option<Date> {
        self.expired_on.get()
    }

    /// The purchase that brought them.
    #[must_use]
    pub fn purchase(&self) -> Option<&PurchaseId> {
        self.source.as_ref()?.purchase.as_ref()
    }
}

/// A snapshot keeps the purchase of a lot and leaves out the rules, which have done their work.
impl PartialEq for Lot {
    fn eq(&self, other: &Self) -> bool {
        LotForm::from(self.clone()) == LotForm::from(other.clone())
    }
}

impl Eq for Lot {}

record! {
    /// A lot as a snapshot holds it.
    struct LotForm {
        origin: Points,
        remaining: Points,
        held: Points,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pending: Option<Pending>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expiry: Option<Deadline>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        activity: bool,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        promotional: bool,
        opened: Date,
        #[serde(default, skip_serializing_if = "Points::is_zero")]
        expired: Points,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expired_on: Option<Date>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        purchase: Option<PurchaseId>,
    }
}

impl From<Lot> for LotForm {
    fn from(lot: Lot) -> Self {
        Self {
            origin: lot.origin,
            remaining: lot.remaining,
            held: lot.held,
            pending: lot.pending().cloned(),
            expiry: lot.expiry.get(),
            activity: lot.activity(),
            promotional: lot.promotional(),
            opened: lot.opened,
            expired: lot.expired,
            expired_on: lot.expired_on(),
            purchase: lot.purchase().cloned(),
        }
    }
}

impl From<LotForm> for Lot {
    fn from(form: LotForm) -> Self {
        let terms = LotTerms {
            pending: form.pending,
            activity: form.activity,
            promotional: form.promotional,
        };
        let source = EarningSource {
            purchase: form.purchase,
            rules: Vec::new(),
        };
        Self {
            origin: form.origin,
            remaining: form.remaining,
            held: form.held,
            expired: form.expired,
            expiry: form.expiry.into(),
            opened: form.opened,
            expired_on: form.expired_on.map_or(DayMark::NONE, DayMark::from),
            terms: terms.shared(),
            source: source.shared(),
        }
    }
}
