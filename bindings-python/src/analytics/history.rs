//! The rows of a frame as the orders of a backtest, member by member.

use std::collections::BTreeMap;

use loyalty_core::analytics::civil::date_of;
use loyalty_core::analytics::columns::{NO_ORDER, REFUND};
use loyalty_core::analytics::index::Key;
use loyalty_core::backtest::{BacktestError, History};
use loyalty_core::id::{IdError, MemberId, PurchaseId, Sku};
use loyalty_core::import::{Order, OrderRow, order_of_rows};
use loyalty_core::time::{CivilDateTime, Date, Moment};

use super::orders::Orders;

const NOON_MS: u32 = 12 * 60 * 60 * 1_000;

/// Orders of a frame by customer. A day's orders stand at its noon.
pub(crate) struct FrameHistory<'o> {
    orders: &'o Orders,
    /// The rows by customer, and where each customer's begin.
    rows: Vec<u32>,
    starts: Vec<usize>,
    count: u64,
}

impl Orders {
    /// The rows by customer.
    pub(crate) fn history(&self) -> FrameHistory<'_> {
        let mut starts = vec![0_usize; self.keys.len() + 1];
        for customer in &self.customer {
            starts[*customer as usize + 1] += 1;
        }
        for place in 1..starts.len() {
            starts[place] += starts[place - 1];
        }
        let mut next = starts.clone();
        let mut rows = vec![0_u32; self.customer.len()];
        for (row, customer) in (0_u32..).zip(&self.customer) {
            let place = &mut next[*customer as usize];
            rows[*place] = row;
            *place += 1;
        }
        let mut history = FrameHistory {
            orders: self,
            rows,
            starts,
            count: 0,
        };
        history.count = (0..self.keys.len())
            .map(|place| history.sales(place).len() as u64)
            .sum();
        history
    }

    /// Whether customers are whole numbers.
    pub(crate) fn has_int_keys(&self) -> bool {
        matches!(self.keys.first(), Some(Key::Int(_)))
    }
}

impl FrameHistory<'_> {
    fn rows_of(&self, place: usize) -> impl Iterator<Item = usize> {
        let rows = &self.rows[self.starts[place]..self.starts[place + 1]];
        rows.iter().map(|row| *row as usize)
    }

    fn is_refund(&self, row: usize) -> bool {
        let kinds = self.orders.kind.as_ref();
        kinds.is_some_and(|kinds| kinds[row] == REFUND)
    }

    fn order_of(&self, row: usize) -> u64 {
        let orders = self.orders.order.as_ref();
        orders.map_or(NO_ORDER, |orders| orders[row])
    }

    /// The rows of each sale of a customer; those without an order each on their own.
    fn sales(&self, place: usize) -> Vec<(u64, Vec<usize>)> {
        let mut sales: Vec<(u64, Vec<usize>)> = Vec::new();
        let mut known: BTreeMap<u64, usize> = BTreeMap::new();
        for row in self.rows_of(place).filter(|row| !self.is_refund(*row)) {
            let order = self.order_of(row);
            match known.get(&order) {
                Some(at) if order != NO_ORDER => sales[*at].1.push(row),
                _ => {
                    known.insert(order, sales.len());
                    sales.push((order, vec![row]));
                }
            }
        }
        sales
    }

    fn row(&self, row: usize) -> Result<OrderRow, BacktestError> {
        let sku = self.orders.sku_of(row);
        let sku = sku.map(|sku| match sku {
            Key::Text(text) => Sku::try_new(text),
            Key::Int(number) => Sku::try_new(number.to_string()),
        });
        Ok(OrderRow {
            at: noon(self.orders.day[row])?,
            minor: self.orders.amount_minor[row],
            quantity: self.orders.quantity.as_ref().map_or(1, |units| units[row]),
            sku: sku.transpose().map_err(BacktestError::Member)?,
            refund: self.is_refund(row),
        })
    }

    /// Gives refunds to the sales that they belong to: to the order that they name, else to the
    /// latest orders before them that have something left. What no order covers is left out.
    fn with_refunds(&self, place: usize, sales: &mut [Sale]) -> Result<(), BacktestError> {
        let mut refunds: Vec<(usize, OrderRow)> = Vec::new();
        for row in self.rows_of(place).filter(|row| self.is_refund(*row)) {
            refunds.push((row, self.row(row)?));
        }
        refunds.sort_by(|(_, left), (_, right)| sorting(left).cmp(&sorting(right)));
        for (row, mut refund) in refunds {
            let original = self.orders.original_order.as_ref();
            let named = original.map_or(NO_ORDER, |orders| orders[row]);
            let named = if named == NO_ORDER {
                self.order_of(row)
            } else {
                named
            };
            let of_order = sales
                .iter_mut()
                .find(|sale| named != NO_ORDER && sale.order == named);
            if let Some(sale) = of_order {
                sale.left_minor = (sale.left_minor - refund.minor).max(0);
                sale.rows.push(refund);
                continue;
            }
            refund.sku = None;
            let before = sales.iter_mut().rev();
            for sale in before.filter(|sale| sale.at.instant_ms() <= refund.at.instant_ms()) {
                let minor = refund.minor.min(sale.left_minor);
                if minor > 0 {
                    sale.left_minor -= minor;
                    refund.minor -= minor;
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

/// Rows in an order that does not depend on that of the frame.
fn sorting(row: &OrderRow) -> (i64, i64, u32, Option<&Sku>) {
    (
        row.at.instant_ms(),
        row.minor,
        row.quantity,
        row.sku.as_ref(),
    )
}

fn noon(day: i32) -> Result<Moment, BacktestError> {
    let (year, month, day) = date_of(day);
    let date = Date::from_ymd(year, month, day);
    let made = date
        .and_then(|date| CivilDateTime::try_new(date, NOON_MS))
        .and_then(|civil| Moment::utc(civil.civil_ms()));
    made.map_err(|_| {
        BacktestError::Member(IdError {
            kind: "day",
            found: format!("{year}-{month:02}-{day:02}"),
            allowed: "a day of the years 1900 to 2999".to_owned(),
        })
    })
}

impl History for FrameHistory<'_> {
    fn members(&self) -> usize {
        self.orders.keys.len()
    }

    fn orders(&self) -> u64 {
        self.count
    }

    fn guests(&self) -> u64 {
        self.orders.guests()
    }

    fn member(&self, place: usize) -> Result<Option<(MemberId, Vec<Order>)>, BacktestError> {
        let name = match &self.orders.keys[place] {
            Key::Int(number) => number.to_string(),
            Key::Text(text) => text.clone(),
        };
        let member = MemberId::try_new(name).map_err(BacktestError::Member)?;
        let mut sales = Vec::new();
        for (order, rows) in self.sales(place) {
            let mut of_order = Vec::with_capacity(rows.len());
            for row in rows {
                of_order.push(self.row(row)?);
            }
            of_order.sort_by(|left, right| sorting(left).cmp(&sorting(right)));
            sales.push(Sale {
                order,
                at: of_order[0].at,
                left_minor: of_order.iter().map(|row| row.minor).sum(),
                rows: of_order,
            });
        }
        sales.sort_by(|left, right| {
            left.rows
                .iter()
                .map(sorting)
                .cmp(right.rows.iter().map(sorting))
        });
        self.with_refunds(place, &mut sales)?;
        let mut orders = Vec::with_capacity(sales.len());
        for (number, sale) in (1_u64..).zip(sales) {
            let id = PurchaseId::try_new(format!("{number:06}")).map_err(BacktestError::Member)?;
            let made = order_of_rows(id, None, self.orders.currency, &sale.rows);
            orders.push(made.map_err(|error| BacktestError::Rows {
                code: error.code,
                member: member.clone(),
                found: format!("a refund of {}", sale.rows[error.row].at.date()),
                allowed: error.allowed,
            })?);
        }
        Ok(Some((member, orders)))
    }
}
