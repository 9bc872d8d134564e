//! Purchase columns as the orders of a backtest, member by member.

use std::collections::BTreeMap;

use crate::analytics::AnalyticsError;
use crate::analytics::civil::date_of;
use crate::analytics::columns::{NO_ORDER, Purchases, REFUND, check_customers};
use crate::analytics::index::Key;
use crate::id::{IdError, MemberId, PurchaseId, Sku};
use crate::import::{Order, OrderRow, order_of_rows};
use crate::number::Currency;
use crate::time::{CivilDateTime, Date, Moment};

use super::error::BacktestError;
use super::history::History;

const DAY_MS: u32 = 24 * 60 * 60 * 1_000;
const NOON_MS: u32 = 12 * 60 * 60 * 1_000;
const UNIT_MILLI: i64 = 1_000;
const UNITS_MAX: i64 = 1_000_000;

/// Purchase columns, and the names of what they number.
///
/// Rows with an order number are one order; others each one of their own. `product` numbers stock
/// keeping units. Without quantities every row is one unit.
#[derive(Debug, Clone, Copy)]
pub struct OrderColumns<'a> {
    /// The rows.
    pub purchases: Purchases<'a>,
    /// The customers' names.
    pub customers: &'a [Key],
    /// The stock keeping units; a number beyond them is none.
    pub products: &'a [Key],
    /// The currency of every amount.
    pub currency: Currency,
    /// Orders that were left out because they have no customer.
    pub guests: u64,
    /// The last day that counts.
    pub last_day: i32,
    /// Whether order numbers rise with time. Then they say which of a customer's orders of one day came
    /// first; otherwise the amounts do, so that the order of rows does not show.
    pub orders_rise: bool,
}

/// Orders of columns by customer. A day's orders stand at its noon, one after the other.
#[derive(Debug)]
pub struct ColumnHistory<'a> {
    columns: OrderColumns<'a>,
    /// The rows that count, by customer.
    rows: Vec<Vec<usize>>,
    orders: u64,
}

impl<'a> ColumnHistory<'a> {
    /// Sorts the rows by customer.
    ///
    /// # Errors
    /// What is wrong with the columns: lengths, amounts, a customer without a name, units that are
    /// not whole or none.
    pub fn try_new(columns: OrderColumns<'a>) -> Result<Self, AnalyticsError> {
        let purchases = &columns.purchases;
        purchases.check()?;
        check_customers(purchases.customer, columns.customers.len())?;
        let whole = |milli: &i64| {
            milli.checked_rem(UNIT_MILLI) == Some(0)
                && (UNIT_MILLI..=UNITS_MAX.saturating_mul(UNIT_MILLI)).contains(milli)
        };
        let quantities = purchases.quantity_milli.unwrap_or_default();
        if let Some(found) = quantities.iter().find(|milli| !whole(milli)) {
            return Err(AnalyticsError::Option {
                option: "quantity_milli",
                found: found.to_string(),
                allowed: "whole units, 1000 thousandths to 1000000000",
            });
        }
        let mut rows = vec![Vec::new(); columns.customers.len()];
        let known = purchases.customer.iter().zip(purchases.day).enumerate();
        for (row, (customer, _)) in known.filter(|(_, (_, day))| **day <= columns.last_day) {
            let customer = usize::try_from(*customer).ok();
            if let Some(of_customer) = customer.and_then(|customer| rows.get_mut(customer)) {
                of_customer.push(row);
            }
        }
        let mut history = Self {
            columns,
            rows,
            orders: 0,
        };
        let sales = history.rows.iter().map(|rows| history.sales(rows).len());
        history.orders = sales.fold(0_u64, |sum, sales| {
            sum.saturating_add(u64::try_from(sales).unwrap_or(u64::MAX))
        });
        Ok(history)
    }

    /// The last moment of the last day that counts.
    ///
    /// # Errors
    /// `backtest.member` when that day is outside the years that the engine knows.
    pub fn end(&self) -> Result<Moment, BacktestError> {
        moment(self.columns.last_day, DAY_MS.saturating_sub(1))
    }

    fn is_refund(&self, row: usize) -> bool {
        let kinds = self.columns.purchases.kind;
        kinds.and_then(|kinds| kinds.get(row)) == Some(&REFUND)
    }

    fn order_of(&self, row: usize) -> u64 {
        let orders = self.columns.purchases.order;
        let order = orders.and_then(|orders| orders.get(row));
        order.copied().unwrap_or(NO_ORDER)
    }

    /// The rows of each sale of a customer; those without an order each on their own.
    fn sales(&self, rows: &[usize]) -> Vec<(u64, Vec<usize>)> {
        let mut sales: Vec<(u64, Vec<usize>)> = Vec::new();
        let mut known: BTreeMap<u64, usize> = BTreeMap::new();
        for row in rows.iter().copied().filter(|row| !self.is_refund(*row)) {
            let order = self.order_of(row);
            let place = known.get(&order).filter(|_| order != NO_ORDER);
            match place.and_then(|place| sales.get_mut(*place)) {
                Some((_, rows)) => rows.push(row),
                None => {
                    known.insert(order, sales.len());
                    sales.push((order, vec![row]));
                }
            }
        }
        sales
    }

    fn row(&self, row: usize) -> Result<OrderRow, BacktestError> {
        let purchases = &self.columns.purchases;
        let product = purchases.product.and_then(|products| products.get(row));
        let product = product.and_then(|product| usize::try_from(*product).ok());
        let sku = product.and_then(|product| self.columns.products.get(product));
        let sku = sku.map(|sku| match sku {
            Key::Text(text) => Sku::try_new(text),
            Key::Int(number) => Sku::try_new(number.to_string()),
        });
        let milli = purchases.quantity_milli.and_then(|milli| milli.get(row));
        let units = milli.and_then(|milli| milli.checked_div(UNIT_MILLI));
        Ok(OrderRow {
            at: moment(purchases.day.get(row).copied().unwrap_or_default(), NOON_MS)?,
            minor: purchases.amount_minor.get(row).copied().unwrap_or_default(),
            quantity: units
                .and_then(|units| u32::try_from(units).ok())
                .unwrap_or(1),
            sku: sku.transpose().map_err(BacktestError::Member)?,
            refund: self.is_refund(row),
        })
    }

    /// Gives refunds to the sales that they belong to: to the order that they name, else to the
    /// latest orders before them that have something left. What no order covers is left out.
    fn with_refunds(&self, rows: &[usize], sales: &mut [Sale]) -> Result<(), BacktestError> {
        let mut refunds: Vec<(usize, OrderRow)> = Vec::new();
        for row in rows.iter().copied().filter(|row| self.is_refund(*row)) {
            refunds.push((row, self.row(row)?));
        }
        refunds.sort_by(|(_, left), (_, right)| sorting(left).cmp(&sorting(right)));
        for (row, mut refund) in refunds {
            let original = self.columns.purchases.original_order;
            let named = original.and_then(|orders| orders.get(row)).copied();
            let named = named.filter(|order| *order != NO_ORDER);
            let named = named.unwrap_or_else(|| self.order_of(row));
            let of_order = sales
                .iter_mut()
                .find(|sale| named != NO_ORDER && sale.order == named);
            if let Some(sale) = of_order {
                sale.left_minor = sale.left_minor.saturating_sub(refund.minor).max(0);
                sale.rows.push(refund);
                continue;
            }
            refund.sku = None;
            let before = sales.iter_mut().rev();
            for sale in before.filter(|sale| sale.at.instant_ms() <= refund.at.instant_ms()) {
                let minor = refund.minor.min(sale.left_minor);
                if minor > 0 {
                    sale.left_minor = sale.left_minor.saturating_sub(minor);
                    refund.minor = refund.minor.saturating_sub(minor);
                    sale.rows.push(OrderRow {
                        minor,
                        ..refund.clone()
                    });
                }
            }
        }
        Ok(())
    }
}

/// A sale in the making.
struct Sale {
    order: u64,
    at: Moment,
    left_minor: i64,
    rows: Vec<OrderRow>,
}

/// Rows in an order that does not depend on that of the columns.
fn sorting(row: &OrderRow) -> (i64, i64, u32, Option<&Sku>) {
    (
        row.at.instant_ms(),
        row.minor,
        row.quantity,
        row.sku.as_ref(),
    )
}

fn moment(day: i32, ms_of_day: u32) -> Result<Moment, BacktestError> {
    let (year, month, day) = date_of(day);
    let date = Date::from_ymd(year, month, day);
    let made = date
        .and_then(|date| CivilDateTime::try_new(date, ms_of_day))
        .and_then(|civil| Moment::utc(civil.civil_ms()));
    made.map_err(|_| {
        BacktestError::Member(IdError {
            kind: "day",
            found: format!("{year}-{month:02}-{day:02}"),
            allowed: "a day of the years 1900 to 2999".to_owned(),
        })
    })
}

impl History for ColumnHistory<'_> {
    fn members(&self) -> usize {
        self.rows.len()
    }

    fn orders(&self) -> u64 {
        self.orders
    }

    fn guests(&self) -> u64 {
        self.columns.guests
    }

    fn member(&self, place: usize) -> Result<Option<(MemberId, Vec<Order>)>, BacktestError> {
        let (Some(rows), Some(name)) = (self.rows.get(place), self.columns.customers.get(place))
        else {
            return Ok(None);
        };
        let member = match name {
            Key::Int(number) => MemberId::try_new(number.to_string()),
            Key::Text(text) => MemberId::try_new(text),
        };
        let member = member.map_err(BacktestError::Member)?;
        let mut sales = Vec::new();
        for (order, rows) in self.sales(rows) {
            let rows = rows.into_iter().map(|row| self.row(row));
            let mut rows = rows.collect::<Result<Vec<_>, _>>()?;
            rows.sort_by(|left, right| sorting(left).cmp(&sorting(right)));
            let minor = rows.iter().map(|row| row.minor);
            let left_minor = minor.fold(0_i64, i64::saturating_add);
            if let Some(first) = rows.first() {
                sales.push(Sale {
                    order,
                    at: first.at,
                    left_minor,
                    rows,
                });
            }
        }
        let risen = |sale: &Sale| match self.columns.orders_rise {
            true => (sale.at.instant_ms(), sale.order),
            false => (sale.at.instant_ms(), 0),
        };
        sales.sort_by(|left, right| {
            let rows = || {
                let (left, right) = (left.rows.iter(), right.rows.iter());
                left.map(sorting).cmp(right.map(sorting))
            };
            risen(left).cmp(&risen(right)).then_with(rows)
        });
        self.with_refunds(rows, &mut sales)?;
        let mut orders = Vec::with_capacity(sales.len());
        for (number, sale) in (1_u64..).zip(sales) {
            let id = PurchaseId::try_new(format!("{number:06}")).map_err(BacktestError::Member)?;
            let made = order_of_rows(id, None, self.columns.currency, &sale.rows);
            orders.push(made.map_err(|error| BacktestError::Rows {
                code: error.code,
                member: member.clone(),
                found: match sale.rows.get(error.row) {
                    Some(row) => format!("a refund of {}", row.at.date()),
                    None => "a refund".to_owned(),
                },
                allowed: error.allowed,
            })?);
        }
        Ok(Some((member, orders)))
    }
}
