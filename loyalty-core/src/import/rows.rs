//! Tables of a shop's own making: a row a line of an order, with the names of their columns given.

use std::collections::BTreeMap;

use crate::id::{GroupKey, LineId, PurchaseId, Sku};
use crate::number::{Currency, Money};
use crate::purchase::ReturnLine;
use crate::time::Moment;

use super::csv::{Row, Table};
use super::error::{
    AMOUNT, CURRENCY, CUSTOMER, ID, ImportError, QUANTITY, REFUND, REFUND_TIME, STATUS, TIME,
};
use super::lines::{Item, Lines, purchase};
use super::{ImportOptions, Order, OrderReturn, when};

/// Which column is what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// The customer; an empty cell is a guest.
    pub customer: String,
    /// When: a time with or without an offset, or a date.
    pub at: String,
    /// The amount of the row, all its units together.
    pub amount: String,
    /// The order: rows with the same one are lines of it. Without the column each row is one.
    pub order: Option<String>,
    /// The units; 1 without the column.
    pub quantity: Option<String>,
    /// The stock keeping unit.
    pub sku: Option<String>,
    /// `sale` or `refund`. Without the column a negative amount is a refund.
    pub kind: Option<String>,
    /// The currency; without the column it stands in the options.
    pub currency: Option<String>,
}

impl Columns {
    /// The columns that a table must have.
    #[must_use]
    pub fn new(customer: &str, at: &str, amount: &str) -> Self {
        Self {
            customer: customer.to_owned(),
            at: at.to_owned(),
            amount: amount.to_owned(),
            order: None,
            quantity: None,
            sku: None,
            kind: None,
            currency: None,
        }
    }

    fn names(&self) -> impl Iterator<Item = &String> {
        let optional = [
            &self.order,
            &self.quantity,
            &self.sku,
            &self.kind,
            &self.currency,
        ];
        [&self.customer, &self.at, &self.amount]
            .into_iter()
            .chain(optional.into_iter().flatten())
    }
}

/// A row of an order: some units of something, bought or brought back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRow {
    /// When.
    pub at: Moment,
    /// The amount of all its units, in minor units; not below zero.
    pub minor: i64,
    /// How many, 1 or more.
    pub quantity: u32,
    /// The stock keeping unit.
    pub sku: Option<Sku>,
    /// Whether it came back.
    pub refund: bool,
}

/// What is wrong with the rows of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderRowError {
    /// The place of the row among those of the order.
    pub row: usize,
    /// The stable code.
    pub code: &'static str,
    /// What would be allowed.
    pub allowed: &'static str,
}

/// An order of rows. A refund with a stock keeping unit is units of its lines. One without is an amount
/// that is shared over the lines, or all units if it is all that is left.
///
/// # Errors
/// `import.refund` for rows without a sale, or more units back than were bought;
/// `import.refund_time` for a refund before the sale.
pub fn order_of_rows(
    id: PurchaseId,
    customer: Option<String>,
    currency: Currency,
    rows: &[OrderRow],
) -> Result<Order, OrderRowError> {
    let error = |row, code, allowed| OrderRowError { row, code, allowed };
    let sales = || rows.iter().filter(|row| !row.refund);
    let first = sales().min_by_key(|row| row.at.instant_ms());
    let first = first.ok_or_else(|| error(0, REFUND, "the order of a row that is a sale"))?;
    let mut items = Vec::new();
    for (place, row) in (1_usize..).zip(sales()) {
        let name = LineId::try_new(place.to_string());
        items.push(Item {
            key: row.sku.as_ref().map_or_else(String::new, Sku::to_string),
            id: name.map_err(|_| error(0, ID, "fewer rows"))?,
            sku: row.sku.clone(),
            product: None,
            quantity: row.quantity,
            list_minor: row.minor,
            net_minor: row.minor,
            gift_card: false,
        });
    }
    let mut lines = Lines::new(items, currency, 0);
    let purchase = purchase(id, &lines, 0, 0, true);
    let refunds = rows.iter().enumerate().filter(|(_, row)| row.refund);
    let mut refunds: Vec<(usize, &OrderRow)> = refunds.collect();
    refunds.sort_by_key(|(_, row)| row.at.instant_ms());
    let mut returns = Vec::new();
    for (number, (place, row)) in (1_usize..).zip(refunds) {
        if row.at.instant_ms() < first.at.instant_ms() {
            return Err(error(place, REFUND_TIME, "a time at or after the sale"));
        }
        let back = match &row.sku {
            None if row.minor >= lines.left_minor() => lines.take_all(),
            None => lines.give(row.minor),
            Some(sku) => units(&mut lines, sku.as_str(), row.quantity)
                .ok_or_else(|| error(place, REFUND, "units of the order that are not back yet"))?,
        };
        if !back.is_empty() {
            let name = GroupKey::try_new(format!("{}/refund-{number}", purchase.id));
            returns.push(OrderReturn {
                id: name.map_err(|_| error(place, ID, "a shorter name of the order"))?,
                at: row.at,
                lines: back,
                running: false,
            });
        }
    }
    Ok(Order {
        customer,
        at: first.at,
        paid: true,
        cancelled_at: None,
        purchase,
        returns,
    })
}

/// A row of a table, and what was read of it.
type Read<'t> = (Row<'t>, Currency, OrderRow);

/// Reads a table of rows.
///
/// A refund belongs to the order that it names. With a stock keeping unit it is units of that order's
/// lines; without, an amount shared over them, or all units if it is all that is left.
///
/// # Errors
/// [`ImportError`] with the row and column of the first thing that is wrong.
pub fn read_csv(
    text: &str,
    columns: &Columns,
    options: &ImportOptions,
) -> Result<Vec<Order>, ImportError> {
    let table = Table::read(text)?;
    for name in columns.names() {
        table.require(name)?;
    }
    let mut options = options.clone();
    let mut orders: Vec<(String, Vec<Read<'_>>)> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for row in table.rows() {
        let (currency, read) = read(row, columns, &mut options)?;
        let read = (row, currency, read);
        let id = match &columns.order {
            Some(column) => row.get(column).to_owned(),
            None => format!("row-{}", row.number),
        };
        let place = *known.entry(id.clone()).or_insert(orders.len());
        match orders.get_mut(place) {
            Some((_, rows)) => rows.push(read),
            None => orders.push((id, vec![read])),
        }
    }
    let orders = orders.into_iter();
    orders.map(|(id, rows)| order(&id, rows, columns)).collect()
}

fn read(
    row: Row<'_>,
    columns: &Columns,
    options: &mut ImportOptions,
) -> Result<(Currency, OrderRow), ImportError> {
    let at = when::moment(row.get(&columns.at)).ok_or_else(|| {
        row.error(
            TIME,
            &columns.at,
            "a date or a time such as 2026-11-21T12:00:00+01:00",
        )
    })?;
    let currency = match (&columns.currency, options.currency) {
        (Some(column), _) => {
            let found: Currency = row
                .get(column)
                .parse()
                .map_err(|_| row.error(CURRENCY, column, "a code of ISO 4217 such as EUR"))?;
            options.hold(found).map_err(|expected| {
                let allowed = format_args!("{expected}, the currency of all orders of one import");
                row.error(CURRENCY, column, allowed)
            })?;
            found
        }
        (None, Some(currency)) => currency,
        (None, None) => {
            let allowed = "a currency in the options, or the name of a column";
            return Err(row.error(CURRENCY, "currency", allowed));
        }
    };
    let money = row.get(&columns.amount).parse::<Money>();
    let minor = money.and_then(|money| money.minor_in(currency));
    let minor = minor.map_err(|_| {
        let decimals = currency.exponent();
        let allowed = format_args!("an amount with at most {decimals} decimals, such as 12.50");
        row.error(AMOUNT, &columns.amount, allowed)
    })?;
    let quantity = match &columns.quantity {
        None => 1,
        Some(column) => {
            let text = row.get(column).trim_start_matches('-');
            let units = text.parse().ok().filter(|units| *units > 0);
            units.ok_or_else(|| row.error(QUANTITY, column, "a whole number of 1 or more"))?
        }
    };
    let refund = match &columns.kind {
        None => minor < 0,
        Some(column) => match row.get(column) {
            "sale" => false,
            "refund" => true,
            _ => return Err(row.error(STATUS, column, "sale or refund")),
        },
    };
    if minor < 0 && !refund {
        return Err(row.error(AMOUNT, &columns.amount, "an amount of 0 or more for a sale"));
    }
    let sku = columns.sku.as_ref().map(|column| (column, row.get(column)));
    let sku = sku.filter(|(_, sku)| !sku.is_empty());
    let sku = sku.map(|(column, sku)| {
        Sku::try_new(sku).map_err(|error| row.error(ID, column, error.allowed))
    });
    let read = OrderRow {
        at,
        minor: minor.saturating_abs(),
        quantity,
        sku: sku.transpose()?,
        refund,
    };
    Ok((currency, read))
}

fn order(id: &str, rows: Vec<Read<'_>>, columns: &Columns) -> Result<Order, ImportError> {
    let named = columns.order.as_deref().unwrap_or(&columns.customer);
    let Some((first, currency, _)) = rows.first() else {
        return Err(ImportError::no_rows());
    };
    let customer = first.get(&columns.customer);
    for (row, ..) in &rows {
        if row.get(&columns.customer) != customer {
            let allowed = format_args!("{customer:?}, as in the first row of the order");
            return Err(row.error(CUSTOMER, &columns.customer, allowed));
        }
    }
    let made = PurchaseId::try_new(id).map_err(|error| first.error(ID, named, error.allowed))?;
    let told = (!customer.is_empty()).then(|| customer.to_owned());
    let (places, rows): (Vec<Row<'_>>, Vec<OrderRow>) = rows
        .iter()
        .map(|(place, _, row)| (*place, row.clone()))
        .unzip();
    order_of_rows(made, told, *currency, &rows).map_err(|error| {
        let column = match error.code {
            REFUND_TIME => columns.at.as_str(),
            REFUND if rows.iter().any(|row| !row.refund) => {
                columns.sku.as_deref().unwrap_or_default()
            }
            _ => named,
        };
        let row = places.get(error.row).copied().unwrap_or(*first);
        row.error(error.code, column, error.allowed)
    })
}

/// Takes units of lines with a stock keeping unit back, of the last line first; nothing if there are
/// not so many.
fn units(lines: &mut Lines, sku: &str, units: u32) -> Option<Vec<ReturnLine>> {
    let items: Vec<usize> = lines.items(sku).collect();
    let mut back = Vec::new();
    let mut wanted = units;
    for item in items.into_iter().rev() {
        let taken = wanted.min(lines.left_units(item));
        wanted = wanted.saturating_sub(taken);
        back.extend(lines.take_units(item, taken)?);
    }
    (wanted == 0).then_some(back)
}
