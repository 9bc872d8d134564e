//! What lies between two states of an order.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::read::Readable;

use crate::id::{GroupKey, LineId, PurchaseId};
use crate::number::Money;
use crate::path::Path;
use crate::purchase::{Back, Line, Purchase, ReturnLine};
use crate::time::Moment;

use super::Order;
use super::error::{CUSTOMER, EDITED, ID, ImportError, RETURNED_LESS, REVIVED};

/// An act to post for an order, and when it took place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Readable)]
#[serde(deny_unknown_fields)]
pub struct Posting {
    /// When it took place at the shop.
    pub at: Moment,
    /// The act, in the JSON form of the engine's acts.
    pub act: PostingAct,
}

/// The acts that an order can ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Readable)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum PostingAct {
    /// Record the purchase.
    Record(Box<RecordPosting>),
    /// Take something back.
    Refund(RefundPosting),
    /// Treat the sale as if it never took place.
    Cancel(CancelPosting),
}

/// A purchase to record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Readable)]
#[serde(deny_unknown_fields)]
pub struct RecordPosting {
    /// The purchase.
    pub purchase: Purchase,
}

/// Something to take back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Readable)]
#[serde(deny_unknown_fields)]
pub struct RefundPosting {
    /// The natural key.
    pub id: GroupKey,
    /// The purchase.
    pub purchase: PurchaseId,
    /// What comes back.
    pub lines: Vec<ReturnLine>,
}

/// A sale to cancel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Readable)]
#[serde(deny_unknown_fields)]
pub struct CancelPosting {
    /// The natural key.
    pub id: GroupKey,
    /// The purchase.
    pub purchase: PurchaseId,
}

/// What is known of an order already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The lines of the purchase, if it was recorded.
    pub lines: Option<Vec<Line>>,
    /// Whether it was cancelled.
    pub cancelled: bool,
    /// The names of the returns.
    pub returns: Vec<GroupKey>,
    /// What came back so far, by line: units and minor units.
    pub returned: BTreeMap<LineId, (u32, i64)>,
}

impl Known {
    /// What was known when an order was in this state and everything was posted.
    #[must_use]
    pub fn of(order: &Order) -> Self {
        let back = order.returns.iter().flat_map(|back| &back.lines);
        Self {
            lines: order.paid.then(|| order.purchase.lines.clone()),
            cancelled: order.paid && order.cancelled_at.is_some(),
            returns: order.returns.iter().map(|back| back.id.clone()).collect(),
            returned: sums(back, order),
        }
    }
}

/// The acts that lie between two states of an order, in the order in which they are to be posted.
///
/// Without a state before, everything that the order is now. The same state twice gives nothing. An
/// order that is not paid, or is cancelled before it was ever recorded, gives nothing.
///
/// # Errors
/// `import.edited` when lines changed after the sale, `import.customer` when the order went to another
/// customer, `import.returned_less` when what came back is no longer back, `import.revived` when a
/// cancelled order is sold again: what was posted is not undone, a person decides. `import.id` when
/// a key becomes too long, or the orders are not the same one.
pub fn reconcile(before: Option<&Order>, after: &Order) -> Result<Vec<Posting>, ImportError> {
    let Some(before) = before else {
        return reconcile_known(&Known::default(), after);
    };
    if before.purchase.id != after.purchase.id {
        let allowed = format_args!("a state of the order {}", before.purchase.id);
        let path = Path::root().key("purchase").key("id");
        return Err(ImportError::new(ID, path, &after.purchase.id, allowed));
    }
    let known = Known::of(before);
    if known.lines.is_some() && before.customer != after.customer {
        let told = |order: &Order| {
            order
                .customer
                .clone()
                .unwrap_or_else(|| "a guest".to_owned())
        };
        let path = Path::root().key("customer");
        return Err(ImportError::new(CUSTOMER, path, told(after), told(before)));
    }
    reconcile_known(&known, after)
}

/// The acts that lie between what is known of an order and its state now.
///
/// # Errors
/// As [`reconcile`].
pub fn reconcile_known(known: &Known, after: &Order) -> Result<Vec<Posting>, ImportError> {
    let purchase = &after.purchase;
    let mut postings = Vec::new();
    match (&known.lines, after.cancelled_at) {
        (None, None) if after.paid => postings.push(Posting {
            at: after.at,
            act: PostingAct::Record(Box::new(RecordPosting {
                purchase: purchase.clone(),
            })),
        }),
        (None, _) => return Ok(postings),
        (Some(_), Some(_)) if known.cancelled => return Ok(postings),
        (Some(_), Some(at)) => {
            postings.push(Posting {
                at,
                act: PostingAct::Cancel(CancelPosting {
                    id: key(format!("{}/cancelled", purchase.id))?,
                    purchase: purchase.id.clone(),
                }),
            });
            return Ok(postings);
        }
        (Some(_), None) if known.cancelled => {
            let found = "an order that stands";
            let allowed = "a cancelled order, as it was; record what is sold now under another id";
            let path = Path::root().key("cancelled_at");
            return Err(ImportError::new(REVIVED, path, found, allowed));
        }
        (Some(lines), None) => unedited(lines, &purchase.lines)?,
    }
    for (place, back) in after.returns.iter().enumerate() {
        let posting = if back.running {
            growth(known, after, place)?
        } else if known.returns.contains(&back.id) {
            None
        } else {
            Some((back.id.clone(), back.lines.clone()))
        };
        if let Some((id, lines)) = posting {
            postings.push(Posting {
                at: back.at,
                act: PostingAct::Refund(RefundPosting {
                    id,
                    purchase: purchase.id.clone(),
                    lines,
                }),
            });
        }
    }
    Ok(postings)
}

/// Holds the lines of a sale against those that were recorded.
fn unedited(known: &[Line], now: &[Line]) -> Result<(), ImportError> {
    let differs = known.iter().zip(now).position(|(known, now)| known != now);
    let place = match differs {
        Some(place) => place,
        None if known.len() == now.len() => return Ok(()),
        None => known.len().min(now.len()),
    };
    let told = |lines: &[Line]| match lines.get(place) {
        Some(line) => format!("{} units at {}", line.quantity, line.price),
        None => "no such line".to_owned(),
    };
    let path = Path::root().key("purchase").key("lines").index(place);
    Err(ImportError::new(EDITED, path, told(now), told(known)))
}

/// What came back since, where an export tells the sum alone.
fn growth(
    known: &Known,
    after: &Order,
    place: usize,
) -> Result<Option<(GroupKey, Vec<ReturnLine>)>, ImportError> {
    let Some(back) = after.returns.get(place) else {
        return Ok(None);
    };
    let now = sums(back.lines.iter(), after);
    let (mut units, mut minor) = (0_u32, 0_i64);
    let mut lines = Vec::new();
    for (line, (before_units, before_minor)) in &known.returned {
        let (units, minor) = now.get(line).copied().unwrap_or_default();
        // What was given back on goods no longer counts once all of them are back.
        let sold = after.purchase.lines.iter();
        let mut sold = sold.filter(|sold| sold.id.as_ref() == Some(line));
        let all_back = sold.all(|sold| units >= sold.quantity);
        if units < *before_units || (minor < *before_minor && !all_back) {
            let path = Path::root().key("returns").index(place);
            let found = format_args!("{units} units and {minor} minor units of line {line}");
            let allowed = format_args!("at least {before_units} units and {before_minor}");
            return Err(ImportError::new(RETURNED_LESS, path, found, allowed));
        }
    }
    for (line, (now_units, now_minor)) in &now {
        let (before_units, before_minor) = known.returned.get(line).copied().unwrap_or_default();
        (units, minor) = (
            units.saturating_add(*now_units),
            minor.saturating_add(*now_minor),
        );
        let mut push = |back| {
            lines.push(ReturnLine {
                line: line.clone(),
                back,
            });
        };
        if *now_units > before_units {
            push(Back::Quantity(now_units.saturating_sub(before_units)));
        }
        if *now_minor > before_minor {
            let more = now_minor.saturating_sub(before_minor);
            push(Back::Amount(Money::of(more, after.purchase.currency)));
        }
    }
    if lines.is_empty() {
        return Ok(None);
    }
    let id = key(format!("{}/{units}+{minor}", back.id))?;
    Ok(Some((id, lines)))
}

fn sums<'l>(
    lines: impl Iterator<Item = &'l ReturnLine>,
    order: &Order,
) -> BTreeMap<LineId, (u32, i64)> {
    let mut sums: BTreeMap<LineId, (u32, i64)> = BTreeMap::new();
    for line in lines {
        let (units, minor) = sums.entry(line.line.clone()).or_default();
        match line.back {
            Back::Quantity(more) => *units = units.saturating_add(more),
            Back::Amount(more) => {
                let more = more.minor_in(order.purchase.currency).unwrap_or(0);
                *minor = minor.saturating_add(more);
            }
        }
    }
    sums
}

fn key(text: String) -> Result<GroupKey, ImportError> {
    GroupKey::try_new(&text)
        .map_err(|error| ImportError::new(ID, Path::root(), text, error.allowed))
}
