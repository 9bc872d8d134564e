//! Orders as shops export them, and what to post when one has changed.
//!
//! Every reader turns an export into [`Order`]s: the whole state of each order, with the purchase in
//! the engine's form and everything that came back of it. [`reconcile`] compares two states and says
//! which acts lie between them. A state that is seen twice gives nothing, and a message that is lost,
//! repeated or late does no harm: only states count, never messages.
//!
//! Nothing here reads a file or decides a reward. What belongs to a person stays outside the ledger:
//! where an export knows a customer by an e-mail address alone, the host makes a member id of its own
//! of it.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::float_arithmetic,
    clippy::cast_lossless,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)]

mod csv;
mod document;
mod error;
mod lines;
mod reconcile;
mod rows;
mod shopify_csv;
mod shopify_json;
mod when;
mod woocommerce;

use serde::Serialize;

use crate::read::Readable;

use crate::id::GroupKey;
use crate::number::Currency;
use crate::purchase::{Purchase, ReturnLine};
use crate::time::Moment;

pub use error::{CODES, ImportError};
pub use reconcile::{
    CancelPosting, Known, Posting, PostingAct, RecordPosting, RefundPosting, reconcile,
    reconcile_known,
};
pub use rows::{Columns, OrderRow, OrderRowError, order_of_rows, read_csv};
pub use shopify_csv::{is_shopify_csv, read_shopify_csv};
pub use shopify_json::read_shopify_orders;
pub use woocommerce::read_woocommerce_orders;

/// An order as the shop's system tells it: its whole state at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Readable)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// The shop's own customer number, or the lower-case e-mail address where the export has no
    /// number; none for a guest without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// When it was bought.
    pub at: Moment,
    /// Whether it was paid: only then it counts.
    pub paid: bool,
    /// When it was cancelled, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_at: Option<Moment>,
    /// What was bought, at the prices that the shop took after its own discounts.
    pub purchase: Purchase,
    /// What came back, in the order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returns: Vec<OrderReturn>,
}

/// Something that came back of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Readable)]
#[serde(deny_unknown_fields)]
pub struct OrderReturn {
    /// The return's own name: the natural key of the act.
    pub id: GroupKey,
    /// When it came back.
    pub at: Moment,
    /// What came back.
    pub lines: Vec<ReturnLine>,
    /// Whether the lines are all that came back so far, because the export tells the sum alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub running: bool,
}

impl Order {
    /// Whether the order is a sale: paid and not cancelled.
    #[must_use]
    pub fn is_sold(&self) -> bool {
        self.paid && self.cancelled_at.is_none()
    }

    /// The first of the times after the sale that lies before it.
    fn before_sale(&self) -> Option<Moment> {
        let returns = self.returns.iter().map(|back| back.at);
        let mut after = returns.chain(self.cancelled_at);
        after.find(|at| at.instant_ms() < self.at.instant_ms())
    }
}

/// What a reader is told beside the text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// The currency of every order; without one, that of the first.
    pub currency: Option<Currency>,
}

impl ImportOptions {
    /// Holds an order's currency against the one that all have.
    fn hold(&mut self, found: Currency) -> Result<(), Currency> {
        match self.currency {
            Some(expected) if expected != found => Err(expected),
            _ => {
                self.currency = Some(found);
                Ok(())
            }
        }
    }
}
