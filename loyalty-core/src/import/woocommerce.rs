//! Orders of WooCommerce's REST interface, version 3.

use crate::id::{GroupKey, PurchaseId};
use crate::number::Currency;
use crate::path::Path;
use crate::purchase::ReturnLine;
use crate::read::Readable;

use super::document::{Place, Ref, orders};
use super::error::{ImportError, LINES, REFUND, STATUS, SUMS};
use super::lines::{Item, Lines, purchase};
use super::{ImportOptions, Order, OrderReturn, when};

#[derive(Readable)]
struct Document {
    id: Ref,
    status: String,
    currency: String,
    date_created: Option<String>,
    date_created_gmt: String,
    date_modified: Option<String>,
    date_modified_gmt: Option<String>,
    date_paid_gmt: Option<String>,
    #[serde(default)]
    prices_include_tax: bool,
    total: String,
    total_tax: Option<String>,
    shipping_total: Option<String>,
    shipping_tax: Option<String>,
    customer_id: Option<Ref>,
    billing: Option<Billing>,
    line_items: Vec<LineItem>,
    #[serde(default)]
    fee_lines: Vec<FeeLine>,
    #[serde(default)]
    refunds: Vec<Refund>,
}

#[derive(Readable)]
struct Billing {
    email: Option<String>,
}

#[derive(Readable)]
struct LineItem {
    id: Ref,
    quantity: u32,
    subtotal: String,
    subtotal_tax: Option<String>,
    total: String,
    total_tax: Option<String>,
    sku: Option<String>,
    product_id: Option<Ref>,
}

#[derive(Readable)]
struct FeeLine {
    total: String,
    total_tax: Option<String>,
}

/// A refund: its summary within an order, or its own document, which has lines and a time.
#[derive(Readable)]
struct Refund {
    id: Ref,
    total: Option<String>,
    amount: Option<String>,
    date_created: Option<String>,
    date_created_gmt: Option<String>,
    #[serde(default)]
    line_items: Vec<RefundLine>,
}

#[derive(Readable)]
struct RefundLine {
    #[serde(default)]
    quantity: i64,
    total: Option<String>,
    total_tax: Option<String>,
    #[serde(default)]
    meta_data: Vec<Meta>,
}

#[derive(Readable)]
struct Meta {
    key: String,
    #[serde(default)]
    value: Option<MetaValue>,
}

/// What a plugin stored. Only numbers and texts are of use here.
#[derive(Readable)]
#[serde(from = "serde_json::Value")]
struct MetaValue(Option<String>);

impl From<serde_json::Value> for MetaValue {
    fn from(value: serde_json::Value) -> Self {
        Self(match value {
            serde_json::Value::String(text) => Some(text),
            serde_json::Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    }
}

const STATUSES: &str = "pending, on-hold, checkout-draft, auto-draft, processing, completed, \
                        refunded, failed, cancelled or trash";

/// Whether an order of a status counts as paid, and whether it is off. What is off was paid if it has
/// a day of payment.
fn state(status: &str, has_payment: bool) -> Option<(bool, bool)> {
    match status {
        "pending" | "on-hold" | "checkout-draft" | "auto-draft" => Some((false, false)),
        "processing" | "completed" | "refunded" => Some((true, false)),
        "failed" | "cancelled" | "trash" => Some((has_payment, true)),
        _ => None,
    }
}

/// Reads orders of WooCommerce's REST interface: one, a list, or an object with `order` or `orders`.
///
/// Lines stand at their total after coupons, with tax where the shop's prices have it. An order tells
/// of a refund its sum alone: it is shared over the lines, or is all units where the order's status
/// is `refunded`. Where the host puts the refunds' own documents in the place of their summaries,
/// their lines count. Fees that lower the order are its deduction; others are left out.
///
/// # Errors
/// [`ImportError`] with the place of the first thing that is wrong.
pub fn read_woocommerce_orders(
    text: &str,
    options: &ImportOptions,
) -> Result<Vec<Order>, ImportError> {
    let mut options = options.clone();
    let documents: Vec<(Path, Document)> = orders(text)?;
    let read = documents.into_iter();
    read.map(|(path, document)| order(&path, &document, &mut options))
        .collect()
}

fn order(
    path: &Path,
    document: &Document,
    options: &mut ImportOptions,
) -> Result<Order, ImportError> {
    let place = Place(path);
    let currency = place.currency(&document.currency, options)?;
    let id = &document.id.0;
    let id = place.id("id", id, PurchaseId::try_new(id))?;
    let has_payment = document.date_paid_gmt.is_some();
    let (paid, off) = state(&document.status, has_payment).ok_or_else(|| {
        let found = format_args!("{:?}", document.status);
        place.error(STATUS, "status", found, STATUSES)
    })?;
    let moment = |field: &str, utc: &str, civil: Option<&str>| {
        place.moment(field, utc, when::moment_of(utc, civil))
    };
    let created = &document.date_created_gmt;
    let at = moment(
        "date_created_gmt",
        created,
        document.date_created.as_deref(),
    )?;
    let changed = match &document.date_modified_gmt {
        Some(utc) => moment("date_modified_gmt", utc, document.date_modified.as_deref())?,
        None => at,
    };
    let with_tax = document.prices_include_tax;
    let items = items(path, document, currency)?;
    let deduction = fees(path, document, currency)?;
    let goods = items
        .iter()
        .fold(0_i64, |sum, item| sum.saturating_add(item.net_minor));
    if deduction > goods {
        let allowed = "fees that lower the order by at most its goods";
        return Err(place.error(SUMS, "fee_lines", deduction, allowed));
    }
    let mut lines = Lines::new(items, currency, deduction);
    let amount =
        |field: &str, text: &Option<String>| place.amount(field, text.as_deref(), currency);
    let mut shipping = amount("shipping_total", &document.shipping_total)?;
    if with_tax {
        shipping = shipping.saturating_add(amount("shipping_tax", &document.shipping_tax)?);
    }
    let tax = amount("total_tax", &document.total_tax)?;
    let purchase = purchase(id, &lines, shipping, tax, with_tax);
    let returns = returns(path, document, &mut lines, currency, changed)?;
    let email = document
        .billing
        .as_ref()
        .and_then(|billing| billing.email.as_ref());
    let number = document.customer_id.as_ref().map(|number| number.0.clone());
    place.in_time(Order {
        customer: number
            .filter(|number| number != "0")
            .or_else(|| email.map(|email| email.trim().to_lowercase()))
            .filter(|customer| !customer.is_empty()),
        at,
        paid,
        cancelled_at: off.then_some(changed),
        purchase,
        returns,
    })
}

fn items(path: &Path, document: &Document, currency: Currency) -> Result<Vec<Item>, ImportError> {
    let root = path.key("line_items");
    let mut items = Vec::new();
    for (at, line) in document.line_items.iter().enumerate() {
        let path = root.index(at);
        let place = Place(&path);
        let with_tax = |field: &str, text: &str, tax: &Option<String>| {
            let amount = place.amount(field, Some(text), currency)?;
            let field = format!("{field}_tax");
            let tax = place.amount(&field, tax.as_deref(), currency)?;
            let tax = if document.prices_include_tax { tax } else { 0 };
            Ok::<i64, ImportError>(amount.saturating_add(tax))
        };
        let list_minor = with_tax("subtotal", &line.subtotal, &line.subtotal_tax)?;
        let net_minor = with_tax("total", &line.total, &line.total_tax)?;
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
            net_minor,
            gift_card: false,
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

/// What fees take off the order.
fn fees(path: &Path, document: &Document, currency: Currency) -> Result<i64, ImportError> {
    let root = path.key("fee_lines");
    let mut off = 0_i64;
    for (at, fee) in document.fee_lines.iter().enumerate() {
        let Some(total) = fee.total.strip_prefix('-') else {
            continue;
        };
        let path = root.index(at);
        let place = Place(&path);
        off = off.saturating_add(place.amount("total", Some(total), currency)?);
        let tax = fee
            .total_tax
            .as_deref()
            .map(|tax| tax.trim_start_matches('-'));
        if document.prices_include_tax {
            off = off.saturating_add(place.amount("total_tax", tax, currency)?);
        }
    }
    Ok(off)
}

fn returns(
    path: &Path,
    document: &Document,
    lines: &mut Lines,
    currency: Currency,
    changed: crate::time::Moment,
) -> Result<Vec<OrderReturn>, ImportError> {
    let root = path.key("refunds");
    let total = Place(path).amount("total", Some(&document.total), currency)?;
    let mut refunded = 0_i64;
    let mut returns = Vec::new();
    // The interface lists the latest first.
    let mut refunds: Vec<(usize, &Refund)> = document.refunds.iter().enumerate().collect();
    refunds.sort_by_key(|(_, refund)| (refund.id.0.len(), &refund.id.0));
    for (at, refund) in refunds {
        let path = root.index(at);
        let place = Place(&path);
        let text = refund.amount.as_deref().or(refund.total.as_deref());
        let text = text.map(|text| text.trim_start_matches('-'));
        let amount = place.amount("total", text, currency)?;
        refunded = refunded.saturating_add(amount);
        if refunded > total {
            let allowed = "at most the order's total in all";
            return Err(place.error(REFUND, "total", text.unwrap_or_default(), allowed));
        }
        let back = if !refund.line_items.is_empty() {
            by_line(&path, refund, lines, document.prices_include_tax, currency)?
        } else if document.status == "refunded" && refunded == total {
            lines.take_all()
        } else {
            lines.give(amount)
        };
        let moment = match &refund.date_created_gmt {
            Some(utc) => {
                let civil = refund.date_created.as_deref();
                place.moment("date_created_gmt", utc, when::moment_of(utc, civil))?
            }
            None => changed,
        };
        if !back.is_empty() {
            let id = &refund.id.0;
            returns.push(OrderReturn {
                id: place.id("id", id, GroupKey::try_new(id))?,
                at: moment,
                lines: back,
                running: false,
            });
        }
    }
    returns.sort_by_key(|back| back.at.instant_ms());
    Ok(returns)
}

/// What a refund's own document says: units or amounts of lines, both below zero there.
fn by_line(
    path: &Path,
    refund: &Refund,
    lines: &mut Lines,
    with_tax: bool,
    currency: Currency,
) -> Result<Vec<ReturnLine>, ImportError> {
    let mut back = Vec::new();
    for (at, line) in refund.line_items.iter().enumerate() {
        let path = path.key("line_items").index(at);
        let place = Place(&path);
        let named = line
            .meta_data
            .iter()
            .find(|meta| meta.key == "_refunded_item_id");
        let named = named.and_then(|meta| meta.value.as_ref()?.0.as_ref());
        let item = named.and_then(|named| lines.items(named).next());
        let Some(item) = item else {
            let found = named.map_or("nothing", String::as_str);
            let allowed = "a meta entry \"_refunded_item_id\" with the id of a line of the order";
            return Err(place.error(REFUND, "meta_data", found, allowed));
        };
        let units = u32::try_from(line.quantity.unsigned_abs()).unwrap_or(u32::MAX);
        if units > 0 {
            let taken = lines.take_units(item, units).ok_or_else(|| {
                let allowed = "at most the units that are left of the line";
                place.error(REFUND, "quantity", line.quantity, allowed)
            })?;
            back.extend(taken);
            continue;
        }
        let positive = |text: &Option<String>| {
            let text = text.as_deref().unwrap_or_default();
            text.trim_start_matches('-').to_owned()
        };
        let mut minor = place.amount("total", Some(&positive(&line.total)), currency)?;
        if with_tax {
            let tax = place.amount("total_tax", Some(&positive(&line.total_tax)), currency)?;
            minor = minor.saturating_add(tax);
        }
        back.extend(lines.give_on(item, minor));
    }
    Ok(back)
}
