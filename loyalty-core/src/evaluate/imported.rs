//! Orders of shops and the engine's acts.

use crate::customer::Facts;
use crate::import::{Known, PostingAct};
use crate::ledger::{Account, ActKind};
use crate::purchase::Purchase;

use super::act::{Act, CancelAct, RecordAct, RefundAct};

impl From<PostingAct> for Act {
    fn from(posting: PostingAct) -> Self {
        match posting {
            PostingAct::Record(act) => Self::Record(Box::new(RecordAct {
                purchase: act.purchase,
                facts: Facts::default(),
                expected_head: None,
                expected_decision: None,
            })),
            PostingAct::Refund(act) => Self::Refund(RefundAct {
                id: act.id,
                purchase: act.purchase,
                lines: act.lines,
            }),
            PostingAct::Cancel(act) => Self::Cancel(CancelAct {
                id: act.id,
                purchase: act.purchase,
            }),
        }
    }
}

/// What an account knows of an order, for [`reconcile_known`](crate::import::reconcile_known): the
/// state before is then what was posted, and no earlier export is needed.
#[must_use]
pub fn known_order(account: &Account, order: &Purchase) -> Known {
    let Some(state) = account.purchase(&order.id) else {
        return Known::default();
    };
    let lines = state.entry.purchase.lines.iter();
    let sold = lines.filter(|line| line.gift_of.is_none()).cloned();
    let names = state.entry.purchase.lines.iter().zip(&state.returned);
    Known {
        lines: Some(sold.collect()),
        cancelled: state.cancelled,
        returns: account
            .keys
            .iter()
            .filter(|record| record.act == ActKind::Refund)
            .map(|record| record.key.clone())
            .collect(),
        returned: names
            .filter_map(|(line, back)| Some((line.id.clone()?, (back.quantity, back.amount_minor))))
            .filter(|(_, back)| *back != (0, 0))
            .collect(),
    }
}
