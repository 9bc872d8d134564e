//! The orders export of Shopify's admin: a row a line, an order's own cells on its first row.
//!
//! Columns are found by name, as their set differs by year and market.

use crate::id::{GroupKey, LineId, PurchaseId, Sku};
use crate::number::Currency;
use crate::path::Path;

use super::csv::{Row, Table};
use super::error::{
    AMOUNT, CURRENCY, ID, ImportError, LINES, QUANTITY, REFUND, REFUND_TIME, STATUS, SUMS, TIME,
};
use super::lines::{Item, Lines, minor, purchase};
use super::{ImportOptions, Order, OrderReturn, when};

const NEEDED: [&str; 9] = [
    "Name",
    "Email",
    "Financial Status",
    "Currency",
    "Subtotal",
    "Total",
    "Created at",
    "Lineitem quantity",
    "Lineitem price",
];

const STATUSES: &str = "pending, authorized, partially_paid, paid, partially_refunded, refunded, \
                        voided or expired";

/// Whether a payment status of Shopify says that the order was paid; nothing for an unknown one.
pub(super) fn is_paid(status: &str) -> Option<bool> {
    match status {
        "paid" | "partially_refunded" | "refunded" => Some(true),
        "pending" | "authorized" | "partially_paid" | "voided" | "expired" => Some(false),
        _ => None,
    }
}

/// Whether a text begins with the header of an orders export of Shopify.
#[must_use]
pub fn is_shopify_csv(text: &str) -> bool {
    let header = text.lines().next().unwrap_or_default();
    ["Lineitem price", "Financial Status"]
        .iter()
        .all(|name| header.contains(name))
}

/// Reads an orders export of Shopify.
///
/// The customer is the lower-case e-mail address, as the export has no number. Goods stand at their
/// price after their own discount; what else was taken off the subtotal is the purchase's
/// deduction. The export says how much came back, not of which line: all of it is all units, less
/// is an amount shared over the lines.
///
/// # Errors
/// [`ImportError`] with the row and column of the first thing that is wrong.
pub fn read_shopify_csv(text: &str, options: &ImportOptions) -> Result<Vec<Order>, ImportError> {
    let table = Table::read(text)?;
    for column in NEEDED {
        table.require(column)?;
    }
    let mut options = options.clone();
    let rows: Vec<Row<'_>> = table.rows().collect();
    let mut orders = Vec::new();
    let mut rest = rows.as_slice();
    while let Some(first) = rest.first() {
        let name = first.get("Name");
        let count = rest
            .iter()
            .take_while(|row| row.get("Name") == name)
            .count();
        let (of_order, others) = rest.split_at_checked(count).unwrap_or((rest, &[]));
        orders.push(order(&table, first, of_order, &mut options)?);
        rest = others;
    }
    Ok(orders)
}

fn order(
    table: &Table,
    first: &Row<'_>,
    rows: &[Row<'_>],
    options: &mut ImportOptions,
) -> Result<Order, ImportError> {
    let named = if table.has("Id") && !first.get("Id").is_empty() {
        "Id"
    } else {
        "Name"
    };
    let id = PurchaseId::try_new(first.get(named))
        .map_err(|error| first.error(ID, named, error.allowed))?;
    let status = first.get("Financial Status");
    let paid = is_paid(status).ok_or_else(|| match status {
        "" => first.error(
            LINES,
            "Financial Status",
            "the first row of an order: rows of one order stand together",
        ),
        _ => first.error(STATUS, "Financial Status", STATUSES),
    })?;
    let currency = currency(first, options)?;
    let at = time(first, "Created at")?.ok_or_else(|| first.error(TIME, "Created at", FORM))?;
    let amount = |column: &str| amount(first, column, currency);
    let (subtotal, total) = (amount("Subtotal")?, amount("Total")?);
    let (shipping, taxes) = (amount("Shipping")?, amount("Taxes")?);
    let items = items(rows, currency)?;
    let goods = items
        .iter()
        .fold(0_i64, |sum, item| sum.saturating_add(item.net_minor));
    let deduction = goods.saturating_sub(subtotal);
    if deduction < 0 {
        let allowed = "at most the sum of the order's lines";
        return Err(first.error(SUMS, "Subtotal", allowed));
    }
    let mut lines = Lines::new(items, currency, deduction);
    let with_tax = subtotal.saturating_add(shipping).saturating_add(taxes);
    let purchase = purchase(id, &lines, shipping, taxes, with_tax > total);
    let refunded = amount("Refunded Amount")?;
    if refunded > total {
        return Err(first.error(REFUND, "Refunded Amount", "at most the order's total"));
    }
    let cancelled_at = time(first, "Cancelled at")?;
    let mut returns = Vec::new();
    if refunded > 0 {
        let back = if refunded == total {
            lines.take_all()
        } else {
            lines.give(refunded)
        };
        if !back.is_empty() {
            let name = GroupKey::try_new(format!("{}/refunded", purchase.id));
            returns.push(OrderReturn {
                id: name.map_err(|error| first.error(ID, named, error.allowed))?,
                at: cancelled_at.unwrap_or(at),
                lines: back,
                running: true,
            });
        }
    }
    let email = first.get("Email").to_lowercase();
    let order = Order {
        customer: (!email.is_empty()).then_some(email),
        at,
        paid,
        cancelled_at,
        purchase,
        returns,
    };
    match order.before_sale() {
        Some(_) => Err(first.error(REFUND_TIME, "Cancelled at", "a time after \"Created at\"")),
        None => Ok(order),
    }
}

const FORM: &str = "a time such as 2026-11-21 12:00:00 +0100";

/// The time in a cell; nothing in an empty one.
fn time(row: &Row<'_>, column: &str) -> Result<Option<crate::time::Moment>, ImportError> {
    match row.get(column) {
        "" => Ok(None),
        text => when::moment(text)
            .map(Some)
            .ok_or_else(|| row.error(TIME, column, FORM)),
    }
}

/// The amount in a cell; zero in an empty one.
fn amount(row: &Row<'_>, column: &str, currency: Currency) -> Result<i64, ImportError> {
    match row.get(column) {
        "" => Ok(0),
        text => minor(text, currency).ok_or_else(|| {
            let decimals = currency.exponent();
            let allowed = format_args!("an amount of 0 or more with at most {decimals} decimals");
            row.error(AMOUNT, column, allowed)
        }),
    }
}

fn currency(row: &Row<'_>, options: &mut ImportOptions) -> Result<Currency, ImportError> {
    let found: Currency = row
        .get("Currency")
        .parse()
        .map_err(|_| row.error(CURRENCY, "Currency", "a code of ISO 4217 such as EUR"))?;
    options.hold(found).map_err(|expected| {
        let allowed = format_args!("{expected}, the currency of all orders of one import");
        row.error(CURRENCY, "Currency", allowed)
    })?;
    Ok(found)
}

fn items(rows: &[Row<'_>], currency: Currency) -> Result<Vec<Item>, ImportError> {
    let mut items = Vec::new();
    for (place, row) in (1_usize..).zip(rows) {
        if row.get("Lineitem quantity").is_empty() && row.get("Lineitem price").is_empty() {
            continue;
        }
        let quantity: u32 = row
            .get("Lineitem quantity")
            .parse()
            .map_err(|_| row.error(QUANTITY, "Lineitem quantity", "a whole number"))?;
        if quantity == 0 {
            continue;
        }
        let each = amount(row, "Lineitem price", currency)?;
        let off = amount(row, "Lineitem discount", currency)?;
        let list_minor = each.saturating_mul(i64::from(quantity));
        if off > list_minor {
            let allowed = "at most the price of the line";
            return Err(row.error(SUMS, "Lineitem discount", allowed));
        }
        let sku = row.get("Lineitem sku");
        let sku = (!sku.is_empty()).then(|| Sku::try_new(sku)).transpose();
        items.push(Item {
            key: place.to_string(),
            id: LineId::try_new(place.to_string())
                .map_err(|error| row.error(ID, "Name", error.allowed))?,
            sku: sku.map_err(|error| row.error(ID, "Lineitem sku", error.allowed))?,
            product: None,
            quantity,
            list_minor,
            net_minor: list_minor.saturating_sub(off),
            gift_card: false,
        });
    }
    match (items.is_empty(), rows.first()) {
        (true, Some(row)) => {
            let path = Path::root().key(&row.number.to_string());
            let found = "an order without a line";
            Err(ImportError::new(LINES, path, found, "a row a line").in_row(row.number))
        }
        _ => Ok(items),
    }
}
