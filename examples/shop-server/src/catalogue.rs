//! What the shop sells. Prices come from here, never from a client.

use loyalty_core::id::{Category, CodeText, IdError, PurchaseId, Sku, Tag};
use loyalty_core::ledger::Digest;
use loyalty_core::number::{Currency, Money};
use loyalty_core::path::Path;
use loyalty_core::purchase::{Charge, Claim, Line, PayPoints, Purchase};
use loyalty_core::read::Readable;
use serde::Serialize;

use crate::problem::Problem;

/// What the shop sells: stock keeping unit, category, minor units.
const ARTICLES: &[(&str, &str, i64)] = &[
    ("espresso", "drinks", 180),
    ("cappuccino", "drinks", 290),
    ("latte", "drinks", 320),
    ("cinnamon-bun", "bakery", 360),
    ("lemon-cake", "bakery", 390),
    ("croissant", "bakery", 310),
    ("bag-of-beans", "beans", 1_250),
    ("bag-of-decaf", "beans", 1_350),
    ("bag-of-kenya", "beans", 1_490),
    ("mug", "gear", 1_400),
    ("pour-over", "gear", 2_400),
    ("grinder", "gear", 10_000),
];

/// What a delivery costs, in minor units.
const DELIVERY: i64 = 490;

/// The shop's prices, as a page shows them.
#[derive(Debug, Serialize)]
pub(crate) struct Catalogue {
    articles: Vec<Article>,
    /// What a delivery costs.
    delivery: Money,
}

/// One article of the catalogue.
#[derive(Debug, Serialize)]
struct Article {
    sku: &'static str,
    category: &'static str,
    price: Money,
}

/// The catalogue with its prices.
pub(crate) fn catalogue(currency: Currency) -> Catalogue {
    let articles = ARTICLES.iter().map(|(sku, category, minor)| Article {
        sku,
        category,
        price: Money::of(*minor, currency),
    });
    Catalogue {
        articles: articles.collect(),
        delivery: Money::of(DELIVERY, currency),
    }
}

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
    /// Codes that the member entered.
    #[serde(default)]
    pub(crate) codes: Vec<CodeText>,
    /// Whether the goods are delivered; otherwise they are collected.
    #[serde(default)]
    pub(crate) delivery: bool,
    /// The decision that the client made and showed, without its reasons. When it is given, the shop
    /// decides anew and compares every byte before it records anything.
    #[serde(default)]
    pub(crate) decision: Option<String>,
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
        let charge = || -> Result<Charge, IdError> {
            Ok(Charge {
                method: Some(Tag::try_new("delivery")?),
                amount: Money::of(DELIVERY, currency),
                tax: None,
            })
        };
        let shipping = self.delivery.then(charge).transpose()?;
        let lines = self.lines.iter().enumerate();
        let lines = lines.map(|(place, line)| line.at_price(place, currency));
        Ok(Purchase {
            id: self.id.clone(),
            currency,
            lines: lines.collect::<Result<_, _>>()?,
            shipping: shipping.into_iter().collect(),
            tax_included: true,
            channel: None,
            store: None,
            codes: self.codes.clone(),
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
        let known = ARTICLES.iter().find(|(sku, ..)| *sku == self.sku.as_str());
        let Some((_, category, minor)) = known else {
            let path = Path::root().key("lines").index(place).key("sku");
            let message = format!("the shop does not sell {}", self.sku);
            return Err(Problem::not_found("shop.sku", message).at(&path));
        };
        Ok(Line {
            id: None,
            sku: Some(self.sku.clone()),
            product: None,
            categories: vec![Category::try_new(*category)?],
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
