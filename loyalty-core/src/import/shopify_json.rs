//! Orders of Shopify's REST interface and of its webhooks.

use crate::id::{GroupKey, PurchaseId};
use crate::number::Currency;
use crate::path::Path;
use crate::read::Readable;
use crate::time::Moment;

use super::document::{Place, Ref, orders};
use super::error::{ImportError, LINES, REFUND, STATUS, SUMS};
use super::lines::{Item, Lines, purchase};
use super::shopify_csv::is_paid;
use super::{ImportOptions, Order, OrderReturn, when};

#[derive(Readable)]
struct Document {
    id: Ref,
    currency: String,
    created_at: String,
    processed_at: Option<String>,
    cancelled_at: Option<String>,
    financial_status: Option<String>,
    #[serde(default)]
    test: bool,
    #[serde(default)]
    taxes_included: bool,
    total_tax: Option<String>,
    customer: Option<Customer>,
    email: Option<String>,
    line_items: Vec<LineItem>,
    #[serde(default)]
    shipping_lines: Vec<ShippingLine>,
    #[serde(default)]
    refunds: Vec<Refund>,
}

#[derive(Readable)]
struct Customer {
    id: Option<Ref>,
    email: Option<String>,
}

#[derive(Readable)]
struct LineItem {
    id: Ref,
    quantity: u32,
    price: String,
    sku: Option<String>,
    product_id: Option<Ref>,
    total_discount: Option<String>,
    discount_allocations: Option<Vec<Amount>>,
    #[serde(default)]
    gift_card: bool,
}

#[derive(Readable)]
struct Amount {
    amount: String,
}

#[derive(Readable)]
struct ShippingLine {
    price: String,
    discounted_price: Option<String>,
}

#[derive(Readable)]
struct Refund {
    id: Ref,
    created_at: String,
    #[serde(default)]
    refund_line_items: Vec<RefundLine>,
    #[serde(default)]
    order_adjustments: Vec<Adjustment>,
}

#[derive(Readable)]
struct RefundLine {
    line_item_id: Ref,
    quantity: u32,
}

#[derive(Readable)]
struct Adjustment {
    kind: String,
    amount: String,
}

/// Reads orders of Shopify's REST interface: one, a list, or an object with `order` or `orders`.
///
/// Lines stand at their price after every discount that is allocated to them. A refund is the units
/// that it names; what it gives back beside them (an adjustment of the kind `refund_discrepancy`) is
/// an amount shared over the lines. Orders marked as a test count as not paid.
///
/// # Errors
/// [`ImportError`] with the place of the first thing that is wrong.
pub fn read_shopify_orders(text: &str, options: &ImportOptions) -> Result<Vec<Order>, ImportError> {
    let mut options = options.clone();
    let documents: Vec<(Path, Document)> = orders(text)?;
    let read = documents.into_iter();
    read.map(|(path, document)| order(&path, document, &mut options))
        .collect()
}

fn order(
    path: &Path,
    document: Document,
    options: &mut ImportOptions,
) -> Result<Order, ImportError> {
    let place = Place(path);
    let currency = place.currency(&document.currency, options)?;
    let id = &document.id.0;
    let id = place.id("id", id, PurchaseId::try_new(id))?;
    let status = document.financial_status.as_deref().unwrap_or("pending");
    let paid = is_paid(status).ok_or_else(|| {
        let found = format_args!("{status:?}");
        place.error(
            STATUS,
            "financial_status",
            found,
            "a payment status of Shopify",
        )
    })?;
    let moment = |field: &str, text: &str| place.moment(field, text, when::moment(text));
    let at = match &document.processed_at {
        Some(text) => moment("processed_at", text)?,
        None => moment("created_at", &document.created_at)?,
    };
    let cancelled_at = document.cancelled_at.as_deref();
    let cancelled_at = cancelled_at
        .map(|text| moment("cancelled_at", text))
        .transpose()?;
    let mut lines = Lines::new(items(path, &document.line_items, currency)?, currency, 0);
    let mut shipping = 0_i64;
    for (at, line) in document.shipping_lines.iter().enumerate() {
        let path = path.key("shipping_lines").index(at);
        let price = line.discounted_price.as_ref().unwrap_or(&line.price);
        let charge = Place(&path).amount("price", Some(price), currency)?;
        shipping = shipping.saturating_add(charge);
    }
    let tax = place.amount("total_tax", document.total_tax.as_deref(), currency)?;
    let purchase = purchase(id, &lines, shipping, tax, document.taxes_included);
    let returns = returns(path, &document.refunds, &mut lines, currency)?;
    let customer = document.customer.as_ref();
    let email = customer.and_then(|customer| customer.email.as_ref());
    let email = email.or(document.email.as_ref());
    let number = customer.and_then(|customer| customer.id.as_ref());
    place.in_time(Order {
        customer: number
            .map(|id| id.0.clone())
            .or_else(|| email.map(|email| email.trim().to_lowercase()))
            .filter(|customer| !customer.is_empty()),
        at,
        paid: paid && !document.test,
        cancelled_at,
        purchase,
        returns,
    })
}

fn items(
    path: &Path,
    documents: &[LineItem],
    currency: Currency,
) -> Result<Vec<Item>, ImportError> {
    let root = path.key("line_items");
    let mut items = Vec::new();
    for (at, line) in documents.iter().enumerate() {
        let path = root.index(at);
        let place = Place(&path);
        let each = place.amount("price", Some(&line.price), currency)?;
        let list_minor = each.saturating_mul(i64::from(line.quantity));
        let off = match &line.discount_allocations {
            Some(parts) => {
                let listed = path.key("discount_allocations");
                let mut sum = 0_i64;
                for (at, part) in parts.iter().enumerate() {
                    let path = listed.index(at);
                    let part = Place(&path).amount("amount", Some(&part.amount), currency)?;
                    sum = sum.saturating_add(part);
                }
                sum
            }
            None => place.amount("total_discount", line.total_discount.as_deref(), currency)?,
        };
        if off > list_minor {
            let found = format_args!("{off} minor units off {list_minor}");
            return Err(place.error(
                SUMS,
                "discount_allocations",
                found,
                "at most the price of the line",
            ));
        }
        if line.quantity == 0 {
            continue;
        }
        items.push(Item {
            key: line.id.0.clone(),
            id: place.line(&line.id.0)?,
            sku: place.sku(line.sku.as_deref())?,
            product: place.product(line.product_id.as_ref())?,
            quantity: line.quantity,
            list_minor,
            net_minor: list_minor.saturating_sub(off),
            gift_card: line.gift_card,
        });
    }
    if items.is_empty() {
        let found = "an order without a line";
        return Err(ImportError::new(
            LINES,
            root,
            found,
            "a line of one unit or more",
        ));
    }
    Ok(items)
}

fn returns(
    path: &Path,
    refunds: &[Refund],
    lines: &mut Lines,
    currency: Currency,
) -> Result<Vec<OrderReturn>, ImportError> {
    let root = path.key("refunds");
    let mut dated: Vec<(Moment, usize, &Refund)> = Vec::new();
    for (at, refund) in refunds.iter().enumerate() {
        let path = root.index(at);
        let text = &refund.created_at;
        let moment = Place(&path).moment("created_at", text, when::moment(text))?;
        dated.push((moment, at, refund));
    }
    dated.sort_by_key(|(moment, at, _)| (moment.instant_ms(), *at));
    let mut returns = Vec::new();
    for (moment, at, refund) in dated {
        let path = root.index(at);
        let back = refunded(&path, refund, lines, currency)?;
        if !back.is_empty() {
            let id = &refund.id.0;
            returns.push(OrderReturn {
                id: Place(&path).id("id", id, GroupKey::try_new(id))?,
                at: moment,
                lines: back,
                running: false,
            });
        }
    }
    Ok(returns)
}

fn refunded(
    path: &Path,
    refund: &Refund,
    lines: &mut Lines,
    currency: Currency,
) -> Result<Vec<crate::purchase::ReturnLine>, ImportError> {
    let mut back = Vec::new();
    for (at, line) in refund.refund_line_items.iter().enumerate() {
        let path = path.key("refund_line_items").index(at);
        let place = Place(&path);
        let key = &line.line_item_id.0;
        let item = lines.items(key).next().ok_or_else(|| {
            let allowed = "the id of a line of the order";
            place.error(REFUND, "line_item_id", key, allowed)
        })?;
        let taken = lines.take_units(item, line.quantity).ok_or_else(|| {
            let allowed = "at most the units that are left of the line";
            place.error(REFUND, "quantity", line.quantity, allowed)
        })?;
        back.extend(taken);
    }
    for (at, adjustment) in refund.order_adjustments.iter().enumerate() {
        // Delivery that is given back is no money back on goods; a positive amount was kept.
        let given = adjustment.amount.strip_prefix('-');
        let (Some(given), "refund_discrepancy") = (given, adjustment.kind.as_str()) else {
            continue;
        };
        let path = path.key("order_adjustments").index(at);
        let minor = Place(&path).amount("amount", Some(given), currency)?;
        back.extend(lines.give(minor));
    }
    Ok(back)
}
