//! What the shop sells. Prices come from here, never from a client.

use loyalty_core::id::Sku;
use loyalty_core::number::{Currency, Money};
use loyalty_core::path::Path;
use loyalty_core::purchase::{Claim, Line, PayPoints, Purchase};
use loyalty_core::read::Readable;
use loyalty_core::{id::PurchaseId, ledger::Digest};

use crate::problem::Problem;

/// Minor units by stock keeping unit.
const PRICES: &[(&str, i64)] = &[
    ("espresso", 180),
    ("latte", 320),
    ("bag-of-beans", 1_250),
    ("grinder", 10_000),
];

/// A cart or an order as a client sends it: what, how many, and what the member wants to use.
#[derive(Debug, Clone, Readable)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    /// The order's number: the same number is the same order, however often it is sent.
    pub(crate) id: PurchaseId,
    pub(crate) lines: Vec<OrderLine>,
    #[serde(default)]
    pub(crate) claims: Vec<Claim>,
    #[serde(default)]
    pub(crate) pay_points: Vec<PayPoints>,
    /// The digest that a quote answered with. When it is given, the order is recorded only if the
    /// member gets exactly what was shown.
    #[serde(default)]
    pub(crate) expected_decision: Option<Digest>,
}

/// One line of an order.
#[derive(Debug, Clone, Readable)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrderLine {
    pub(crate) sku: Sku,
    pub(crate) quantity: u32,
}

impl Order {
    /// The order at the shop's own prices.
    pub(crate) fn purchase(&self, currency: Currency) -> Result<Purchase, Problem> {
        let lines = self.lines.iter().enumerate();
        let lines = lines.map(|(place, line)| line.at_price(place, currency));
        Ok(Purchase {
            id: self.id.clone(),
            currency,
            lines: lines.collect::<Result<_, _>>()?,
            shipping: Vec::new(),
            tax_included: true,
            channel: None,
            store: None,
            codes: Vec::new(),
            claims: self.claims.clone(),
            pay_points: self.pay_points.clone(),
            gift_card: None,
            deduction: None,
            tax_amount: None,
            exchange: None,
            occurred_at: None,
        })
    }
}

impl OrderLine {
    fn at_price(&self, place: usize, currency: Currency) -> Result<Line, Problem> {
        let known = PRICES.iter().find(|(sku, _)| *sku == self.sku.as_str());
        let Some((_, minor)) = known else {
            let path = Path::root().key("lines").index(place).key("sku");
            let message = format!("the shop does not sell {}", self.sku);
            return Err(Problem::not_found("shop.sku", message).at(&path));
        };
        Ok(Line {
            id: None,
            sku: Some(self.sku.clone()),
            product: None,
            categories: Vec::new(),
            tags: Vec::new(),
            price: Money::of(*minor, currency),
            quantity: self.quantity,
            tax: None,
            gift_card: false,
            discounted: false,
            price_min: None,
            gift_of: None,
        })
    }
}
