//! Points spent, and what came back of them.

use std::ops::Deref;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::id::{HoldId, PurchaseId, WalletId};
use crate::number::Points;
use crate::time::Deadline;
use crate::tree::Readable;

use super::entry::{Draw, record};

/// Points spent.
#[derive(Debug, Clone, PartialEq, Eq, Readable)]
#[serde(from = "RedemptionForm")]
pub struct RedemptionEntry {
    /// The redemption's number within the account, from 0.
    pub redemption: u64,
    /// The wallet.
    pub wallet: WalletId,
    /// The lots and what each gave, in the order in which they were drawn.
    pub draws: Arc<[Draw]>,
    /// What else is said, where anything is.
    pub terms: Option<Arc<RedemptionTerms>>,
}

record! {
    /// A redemption as JSON.
    struct RedemptionForm {
        redemption: u64,
        wallet: WalletId,
        draws: Arc<[Draw]>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        purchase: Option<PurchaseId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        issue: Option<u64>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lines: Vec<Points>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hold: Option<HoldId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        activity: Option<Deadline>,
    }

    /// What is said of few redemptions only.
    #[derive(Default)]
    pub struct RedemptionTerms {
        /// The purchase that they were spent on.
        pub purchase: Option<PurchaseId>,
        /// The issued reward that they bought.
        pub issue: Option<u64>,
        /// Each line's share, when spent on a purchase.
        pub lines: Vec<Points>,
        /// The hold that put them aside.
        pub hold: Option<HoldId>,
        /// The new deadline of points that live by activity.
        pub activity: Option<Deadline>,
    }
}

impl RedemptionTerms {
    /// The terms behind a pointer; nothing when nothing is said.
    fn shared(self) -> Option<Arc<Self>> {
        (self != Self::default()).then(|| Arc::new(self))
    }
}

impl RedemptionEntry {
    /// Points spent from lots.
    #[must_use]
    pub fn new(
        redemption: u64,
        wallet: WalletId,
        draws: Vec<Draw>,
        terms: RedemptionTerms,
    ) -> Self {
        Self {
            redemption,
            wallet,
            draws: draws.into(),
            terms: terms.shared(),
        }
    }
}

impl Serialize for RedemptionEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let terms = self.terms.as_deref().cloned().unwrap_or_default();
        let form = RedemptionForm {
            redemption: self.redemption,
            wallet: self.wallet.clone(),
            draws: Arc::clone(&self.draws),
            purchase: terms.purchase,
            issue: terms.issue,
            lines: terms.lines,
            hold: terms.hold,
            activity: terms.activity,
        };
        form.serialize(serializer)
    }
}

impl From<RedemptionForm> for RedemptionEntry {
    fn from(form: RedemptionForm) -> Self {
        let terms = RedemptionTerms {
            purchase: form.purchase,
            issue: form.issue,
            lines: form.lines,
            hold: form.hold,
            activity: form.activity,
        };
        Self {
            redemption: form.redemption,
            wallet: form.wallet,
            draws: form.draws,
            terms: terms.shared(),
        }
    }
}

/// What lots gave. One or two stand in place, more are shared with the log.
#[derive(Debug, Clone)]
pub enum Draws {
    /// One lot.
    One(Draw),
    /// Two lots.
    Two([Draw; 2]),
    /// More, or none.
    Many(Arc<[Draw]>),
}

impl Draws {
    /// To change them.
    pub(super) fn as_mut(&mut self) -> &mut [Draw] {
        match self {
            Self::One(draw) => std::slice::from_mut(draw),
            Self::Two(draws) => draws,
            Self::Many(draws) => Arc::make_mut(draws),
        }
    }
}

impl From<&Arc<[Draw]>> for Draws {
    #[inline]
    fn from(draws: &Arc<[Draw]>) -> Self {
        match **draws {
            [draw] => Self::One(draw),
            [first, second] => Self::Two([first, second]),
            _ => Self::Many(Arc::clone(draws)),
        }
    }
}

impl Deref for Draws {
    type Target = [Draw];

    fn deref(&self) -> &[Draw] {
        match self {
            Self::One(draw) => std::slice::from_ref(draw),
            Self::Two(draws) => draws,
            Self::Many(draws) => draws,
        }
    }
}

/// A redemption and what came back of it.
#[derive(Debug, Clone, Serialize, Readable)]
#[serde(into = "StateForm", from = "StateForm")]
pub struct RedemptionState {
    /// The wallet.
    pub wallet: WalletId,
    /// The lots and what each gave, in the order in which they were drawn.
    pub draws: Draws,
    /// How many came back so far.
    pub restored: Points,
    /// Shared with the log. A snapshot leaves out the hold and the deadline: they have done their
    /// work.
    pub(super) terms: Option<Arc<RedemptionTerms>>,
}

impl RedemptionState {
    /// The purchase that they were spent on.
    #[must_use]
    pub fn purchase(&self) -> Option<&PurchaseId> {
        self.terms.as_ref()?.purchase.as_ref()
    }

    /// The issued reward that they bought.
    #[must_use]
    pub fn issue(&self) -> Option<u64> {
        self.terms.as_ref()?.issue
    }

    /// Each line's share, when spent on a purchase.
    #[must_use]
    pub fn lines(&self) -> &[Points] {
        self.terms.as_ref().map_or(&[], |terms| &terms.lines)
    }
}

impl PartialEq for RedemptionState {
    fn eq(&self, other: &Self) -> bool {
        self.restored == other.restored
            && self.wallet == other.wallet
            && *self.draws == *other.draws
            && self.purchase() == other.purchase()
            && self.issue() == other.issue()
            && self.lines() == other.lines()
    }
}

impl Eq for RedemptionState {}

record! {
    /// A redemption as a snapshot holds it.
    struct StateForm {
        wallet: WalletId,
        draws: Arc<[Draw]>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        purchase: Option<PurchaseId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        issue: Option<u64>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lines: Vec<Points>,
        #[serde(default)]
        restored: Points,
    }
}

impl From<RedemptionState> for StateForm {
    fn from(state: RedemptionState) -> Self {
        Self {
            purchase: state.purchase().cloned(),
            issue: state.issue(),
            lines: state.lines().to_vec(),
            wallet: state.wallet,
            draws: state.draws.to_vec().into(),
            restored: state.restored,
        }
    }
}

impl From<StateForm> for RedemptionState {
    fn from(form: StateForm) -> Self {
        let terms = RedemptionTerms {
            purchase: form.purchase,
            issue: form.issue,
            lines: form.lines,
            ..RedemptionTerms::default()
        };
        Self {
            wallet: form.wallet,
            draws: Draws::from(&form.draws),
            restored: form.restored,
            terms: terms.shared(),
        }
    }
}
