//! Purchase rows normalised once into occasions, the input of every metric.
//!
//! Sales of one customer on one business day are one occasion. Refunds apply per order before days
//! merge; an order with positive gross that refunds bring to zero or less stops being an occasion;
//! a refund without a known order lowers the customer's total only. Rows after `as_of`, refunds
//! too, do not exist at that `as_of`.

mod packed;

use serde::{Deserialize, Serialize};

use self::packed::{Group, Groups, Packed};
use super::columns::{NO_ORDER, Purchases, REFUND, check_customers};
use super::error::AnalyticsError;
use super::parallel::map_items;

/// Whether a zero-amount order counts as an occasion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZeroOrders {
    /// A zero-amount sale is an occasion (the convention of the published CDNOW figures).
    #[default]
    Count,
    /// A zero-amount sale does not exist.
    Drop,
}

/// What refunds do to orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refunds {
    /// Net the order; drop it when nothing is left.
    #[default]
    NetAndDrop,
    /// Net the order; keep it as an occasion whatever is left.
    NetKeep,
    /// Leave refunds out.
    Ignore,
}

/// The rules that turn rows into occasions. `as_of` is the last day seen and has no default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rules {
    /// The last business day that exists.
    pub as_of: i32,
    /// Whether zero orders count.
    pub zero_orders: ZeroOrders,
    /// What refunds do.
    pub refunds: Refunds,
}

impl Rules {
    /// The default rules at an explicit last day.
    #[must_use]
    pub fn at(as_of: i32) -> Self {
        Self {
            as_of,
            zero_orders: ZeroOrders::default(),
            refunds: Refunds::default(),
        }
    }
}

/// Where every row went: `rows_in` is always the sum of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct RowCounts {
    /// Rows given.
    pub rows_in: u64,
    /// Rows that are part of a result.
    pub used: u64,
    /// Rows after `as_of`.
    pub after_as_of: u64,
    /// Rows of zero orders that were dropped.
    pub zero_order: u64,
    /// Rows, sales and refunds, of orders that refunds brought to zero or less.
    pub refunded_order: u64,
    /// Refund rows left out by [`Refunds::Ignore`].
    pub refund_ignored: u64,
}

impl RowCounts {
    pub(crate) fn add(&mut self, other: Self) {
        self.rows_in += other.rows_in;
        self.used += other.used;
        self.after_as_of += other.after_as_of;
        self.zero_order += other.zero_order;
        self.refunded_order += other.refunded_order;
        self.refund_ignored += other.refund_ignored;
    }

    /// Whether the counts reconcile.
    #[must_use]
    pub fn reconciles(&self) -> bool {
        self.rows_in
            == self.used
                + self.after_as_of
                + self.zero_order
                + self.refunded_order
                + self.refund_ignored
    }
}

/// Occasions of all customers, by customer number and then day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occasions {
    pub(crate) rules: Rules,
    pub(crate) offsets: Vec<usize>,
    pub(crate) day: Vec<i32>,
    pub(crate) net_minor: Vec<i64>,
    pub(crate) margin_minor: Option<Vec<i64>>,
    pub(crate) orders: Vec<u32>,
    pub(crate) loose_refund_minor: Vec<i64>,
    pub(crate) counts: RowCounts,
}

/// The occasions of one customer, in ascending day order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct History<'a> {
    /// The customer's number.
    pub customer: u32,
    /// Business days with at least one order, ascending and distinct.
    pub day: &'a [i32],
    /// Net amounts of these days, minor units.
    pub net_minor: &'a [i64],
    /// Net margins of these days, minor units, when margins were given.
    pub margin_minor: Option<&'a [i64]>,
    /// Orders of these days.
    pub orders: &'a [u32],
    /// Refunds that belong to no known order, minor units, not negative.
    pub loose_refund_minor: i64,
}

/// One compacted row: what all rows with the same key add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cell {
    pub(crate) customer: u32,
    pub(crate) order: u64,
    pub(crate) day: i32,
    pub(crate) kind: u8,
    /// Whether this cell holds zero-amount rows (which may be dropped as orders of their own).
    pub(crate) zero: bool,
    pub(crate) amount: i64,
    pub(crate) margin: i64,
    pub(crate) rows: u64,
}

impl Cell {
    pub(crate) fn key(&self) -> (u32, u64, i32, u8, bool) {
        (self.customer, self.order, self.day, self.kind, self.zero)
    }
}

fn cell_of(purchases: &Purchases<'_>, row: usize) -> Cell {
    let amount = purchases.amount_minor[row];
    Cell {
        customer: purchases.customer[row],
        order: packed::order_of(purchases, row),
        day: purchases.day[row],
        kind: packed::kind_of(purchases, row),
        zero: amount == 0,
        amount,
        margin: purchases.margin_minor.map_or(0, |margins| margins[row]),
        rows: 1,
    }
}

/// Compacted cells of checked columns, sorted by key.
pub(crate) fn cells_of(purchases: &Purchases<'_>) -> Result<Vec<Cell>, AnalyticsError> {
    let mut cells: Vec<Cell> = (0..purchases.len())
        .map(|row| cell_of(purchases, row))
        .collect();
    cells.sort_unstable_by_key(Cell::key);
    compact(cells)
}

/// Adds up neighbours with the same key.
pub(crate) fn compact(mut cells: Vec<Cell>) -> Result<Vec<Cell>, AnalyticsError> {
    let mut kept = 0;
    for next in 1..cells.len() {
        let cell = cells[next];
        if cells[kept].key() == cell.key() {
            cells[kept] = add(&cells[kept], &cell)?;
        } else {
            kept += 1;
            cells[kept] = cell;
        }
    }
    cells.truncate(kept + usize::from(!cells.is_empty()));
    Ok(cells)
}

pub(crate) fn add(left: &Cell, right: &Cell) -> Result<Cell, AnalyticsError> {
    let amount = left.amount.checked_add(right.amount);
    let margin = left.margin.checked_add(right.margin);
    match (amount, margin) {
        (Some(amount), Some(margin)) => Ok(Cell {
            amount,
            margin,
            rows: left.rows + right.rows,
            ..*left
        }),
        (None, _) => Err(AnalyticsError::Overflow {
            what: "amount_minor",
        }),
        (_, None) => Err(AnalyticsError::Overflow {
            what: "margin_minor",
        }),
    }
}

/// One order after refunds.
#[derive(Debug, Clone, Copy)]
struct Order {
    day: i32,
    net: i64,
    margin: i64,
    orders: u64,
}

impl Occasions {
    /// Occasions of `customers` customers (numbers `0..customers`) from purchase rows in any order. The
    /// result is the same on one thread or several.
    ///
    /// # Errors
    /// A column error, a customer number beyond `customers`, or a total beyond 64 bits.
    pub fn build(
        purchases: &Purchases<'_>,
        customers: usize,
        rules: Rules,
        threads: usize,
    ) -> Result<Self, AnalyticsError> {
        let share = Self::piece_size(customers, threads);
        let mut parts = vec![(); customers.div_ceil(share)];
        let pieces = Self::pieces(purchases, customers, rules, share, &mut parts, |_, _, _| {
            Ok(())
        });
        let mut pieces = pieces?.into_iter();
        let margins = purchases.margin_minor.is_some();
        let first = pieces.next();
        let mut occasions = first.unwrap_or_else(|| Self::empty(rules, 0, margins));
        for piece in pieces {
            occasions.append(&piece);
        }
        Ok(occasions)
    }

    /// How many customers each of `threads` pieces has, the last one maybe fewer.
    pub(crate) fn piece_size(customers: usize, threads: usize) -> usize {
        let shift = packed::shift(customers);
        let groups = customers.div_ceil(1 << shift);
        groups.div_ceil(threads.max(1)).max(1) << shift
    }

    /// Builds the occasions of each `share` neighbouring customers, see [`Occasions::piece_size`], one thread a
    /// piece. With each group of customers `work` gets the part of its piece, the piece and the number of the
    /// first customer in it, and may take the customers out.
    pub(crate) fn pieces<R: Send>(
        purchases: &Purchases<'_>,
        customers: usize,
        rules: Rules,
        share: usize,
        parts: &mut [R],
        work: impl Fn(&mut R, &mut Self, u32) -> Result<(), AnalyticsError> + Sync,
    ) -> Result<Vec<Self>, AnalyticsError> {
        purchases.check()?;
        check_customers(purchases.customer, customers)?;
        if purchases.margin_minor.is_some() {
            Self::pieces_of::<4, R>(purchases, customers, rules, share, parts, work)
        } else {
            Self::pieces_of::<3, R>(purchases, customers, rules, share, parts, work)
        }
    }

    /// Closes all customers, from rows packed into N words.
    fn pieces_of<const N: usize, R: Send>(
        purchases: &Purchases<'_>,
        customers: usize,
        rules: Rules,
        share: usize,
        parts: &mut [R],
        work: impl Fn(&mut R, &mut Self, u32) -> Result<(), AnalyticsError> + Sync,
    ) -> Result<Vec<Self>, AnalyticsError> {
        let threads = parts.len();
        let groups = Groups::<N>::of(purchases, customers, threads);
        let share = groups.within(share);
        let pieces = map_items(parts, threads, |at, part| {
            let mut occasions = Self::empty(rules, 0, purchases.margin_minor.is_some());
            let (mut sorted, mut orders) = (Group::new(), Vec::new());
            for group in at * share..groups.len().min((at + 1) * share) {
                let (base, size) = (groups.base(group), groups.size(group));
                sorted.fill(groups.rows(group), size);
                let cell = |row: &Packed<N>| packed::cell(row, base);
                for rows in sorted.customers() {
                    occasions.close_customer(rows, packed::order, cell, &mut orders)?;
                }
                let first = base + size as u32 - occasions.customers() as u32;
                work(part, &mut occasions, first)?;
            }
            Ok(occasions)
        });
        pieces.into_iter().collect()
    }

    /// Adds the customers of another piece behind its own.
    fn append(&mut self, piece: &Self) {
        let start = self.day.len();
        let ends = piece.offsets[1..].iter().map(|end| start + end);
        self.offsets.extend(ends);
        self.day.extend_from_slice(&piece.day);
        self.net_minor.extend_from_slice(&piece.net_minor);
        if let (Some(margins), Some(more)) = (&mut self.margin_minor, &piece.margin_minor) {
            margins.extend_from_slice(more);
        }
        self.orders.extend_from_slice(&piece.orders);
        self.loose_refund_minor
            .extend_from_slice(&piece.loose_refund_minor);
        self.counts.add(piece.counts);
    }

    /// Takes all customers out; the counts stay.
    pub(crate) fn clear(&mut self) {
        self.offsets.truncate(1);
        self.day.clear();
        self.net_minor.clear();
        if let Some(margins) = &mut self.margin_minor {
            margins.clear();
        }
        self.orders.clear();
        self.loose_refund_minor.clear();
    }

    /// Settles the rows of the next customer, sorted by order, and closes her history.
    fn close_customer<R>(
        &mut self,
        rows: &[R],
        order: impl Fn(&R) -> u64,
        cell: impl Fn(&R) -> Cell,
        orders: &mut Vec<Order>,
    ) -> Result<(), AnalyticsError> {
        orders.clear();
        let mut loose = 0_i64;
        for group in rows.chunk_by(|left, right| order(left) == order(right)) {
            let cells = group.iter().map(&cell);
            if order(&group[0]) == NO_ORDER {
                for cell in cells {
                    loose = self.settle_single(&cell, orders, loose)?;
                }
            } else {
                loose = self.settle_order(cells, orders, loose)?;
            }
        }
        self.loose_refund_minor.push(loose);
        orders.sort_unstable_by_key(|order| order.day);
        self.push_orders(orders)?;
        self.offsets.push(self.day.len());
        Ok(())
    }

    /// Occasions from sorted, compacted cells.
    pub(crate) fn assemble(
        cells: &[Cell],
        customers: usize,
        rules: Rules,
        margins: bool,
    ) -> Result<Self, AnalyticsError> {
        let mut occasions = Self::empty(rules, customers, margins);
        let mut orders = Vec::new();
        let mut position = 0;
        for customer in 0..customers {
            let start = position;
            while position < cells.len() && cells[position].customer as usize == customer {
                position += 1;
            }
            let own = &cells[start..position];
            occasions.close_customer(own, |cell| cell.order, |cell| *cell, &mut orders)?;
        }
        Ok(occasions)
    }

    fn empty(rules: Rules, customers: usize, margins: bool) -> Self {
        let mut offsets = Vec::with_capacity(customers + 1);
        offsets.push(0);
        Self {
            rules,
            offsets,
            day: Vec::new(),
            net_minor: Vec::new(),
            margin_minor: margins.then(Vec::new),
            orders: Vec::new(),
            loose_refund_minor: Vec::with_capacity(customers),
            counts: RowCounts::default(),
        }
    }

    /// Whether a cell exists under the rules; counts it when it does not.
    fn exists(&mut self, cell: &Cell) -> bool {
        self.counts.rows_in += cell.rows;
        if cell.day > self.rules.as_of {
            self.counts.after_as_of += cell.rows;
            false
        } else if cell.kind == REFUND && self.rules.refunds == Refunds::Ignore {
            self.counts.refund_ignored += cell.rows;
            false
        } else {
            true
        }
    }

    /// Rows without an order number: each row is an order of its own.
    fn settle_single(
        &mut self,
        cell: &Cell,
        orders: &mut Vec<Order>,
        loose: i64,
    ) -> Result<i64, AnalyticsError> {
        if !self.exists(cell) {
            return Ok(loose);
        }
        if cell.kind == REFUND {
            self.counts.used += cell.rows;
            return loose
                .checked_add(cell.amount)
                .ok_or(AnalyticsError::Overflow { what: "refunds" });
        }
        if cell.zero && self.rules.zero_orders == ZeroOrders::Drop {
            self.counts.zero_order += cell.rows;
            return Ok(loose);
        }
        self.counts.used += cell.rows;
        orders.push(Order {
            day: cell.day,
            net: cell.amount,
            margin: cell.margin,
            orders: cell.rows,
        });
        Ok(loose)
    }

    /// All rows of one order number: sales, and refunds that name it.
    fn settle_order(
        &mut self,
        group: impl Iterator<Item = Cell>,
        orders: &mut Vec<Order>,
        loose: i64,
    ) -> Result<i64, AnalyticsError> {
        let overflow = AnalyticsError::Overflow {
            what: "order amount",
        };
        let (mut gross, mut refund, mut margin) = (0_i64, 0_i64, 0_i64);
        let (mut rows, mut day) = (0_u64, None);
        for cell in group {
            if !self.exists(&cell) {
                continue;
            }
            rows += cell.rows;
            margin = margin.checked_add(cell.margin).ok_or(overflow.clone())?;
            if cell.kind == REFUND {
                refund = refund.checked_add(cell.amount).ok_or(overflow.clone())?;
            } else {
                gross = gross.checked_add(cell.amount).ok_or(overflow.clone())?;
                day = Some(day.map_or(cell.day, |known: i32| known.min(cell.day)));
            }
        }
        let Some(day) = day else {
            self.counts.used += rows;
            return loose.checked_add(refund).ok_or(overflow);
        };
        let net = gross - refund;
        if gross == 0 && self.rules.zero_orders == ZeroOrders::Drop {
            self.counts.zero_order += rows;
        } else if gross > 0 && net <= 0 && self.rules.refunds == Refunds::NetAndDrop {
            self.counts.refunded_order += rows;
        } else {
            self.counts.used += rows;
            orders.push(Order {
                day,
                net,
                margin,
                orders: 1,
            });
        }
        Ok(loose)
    }

    /// Merges one customer's orders, sorted by day, into occasions.
    fn push_orders(&mut self, orders: &[Order]) -> Result<(), AnalyticsError> {
        for day in orders.chunk_by(|left, right| left.day == right.day) {
            let (mut net, mut margin, mut count) = (0_i64, 0_i64, 0_u64);
            for order in day {
                net = net
                    .checked_add(order.net)
                    .ok_or(AnalyticsError::Overflow { what: "net_minor" })?;
                margin = margin
                    .checked_add(order.margin)
                    .ok_or(AnalyticsError::Overflow {
                        what: "margin_minor",
                    })?;
                count += order.orders;
            }
            self.day.push(day[0].day);
            self.net_minor.push(net);
            if let Some(margins) = &mut self.margin_minor {
                margins.push(margin);
            }
            self.orders.push(
                u32::try_from(count).map_err(|_| AnalyticsError::Overflow { what: "orders" })?,
            );
        }
        Ok(())
    }

    /// How many customer numbers there are, with or without an occasion.
    #[must_use]
    pub fn customers(&self) -> usize {
        self.offsets.len() - 1
    }

    /// How many occasions there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.day.len()
    }

    /// Whether there is no occasion.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.day.is_empty()
    }

    /// The rules the occasions were built under.
    #[must_use]
    pub fn rules(&self) -> Rules {
        self.rules
    }

    /// The last business day that exists.
    #[must_use]
    pub fn as_of(&self) -> i32 {
        self.rules.as_of
    }

    /// Where every row went.
    #[must_use]
    pub fn counts(&self) -> RowCounts {
        self.counts
    }

    /// The occasions of one customer; no occasion when the number is unknown.
    #[must_use]
    pub fn history(&self, customer: u32) -> History<'_> {
        let position = customer as usize;
        let (start, end) = match (self.offsets.get(position), self.offsets.get(position + 1)) {
            (Some(start), Some(end)) => (*start, *end),
            _ => (0, 0),
        };
        History {
            customer,
            day: &self.day[start..end],
            net_minor: &self.net_minor[start..end],
            margin_minor: self
                .margin_minor
                .as_ref()
                .map(|margins| &margins[start..end]),
            orders: &self.orders[start..end],
            loose_refund_minor: self.loose_refund_minor.get(position).copied().unwrap_or(0),
        }
    }

    /// The histories of all customers in number order, those without an occasion included.
    pub fn histories(&self) -> impl Iterator<Item = History<'_>> {
        (0..self.customers()).map(|customer| self.history(customer as u32))
    }
}

impl<'a> History<'a> {
    /// The day of the first occasion.
    #[must_use]
    pub fn first(&self) -> Option<i32> {
        self.day.first().copied()
    }

    /// The day of the last occasion.
    #[must_use]
    pub fn last(&self) -> Option<i32> {
        self.day.last().copied()
    }

    /// The part of the history with days in `[start, end)`.
    #[must_use]
    pub fn within(&self, start: i32, end: i32) -> Self {
        let from = self.day.partition_point(|day| *day < start);
        let to = self.day.partition_point(|day| *day < end).max(from);
        Self {
            day: &self.day[from..to],
            net_minor: &self.net_minor[from..to],
            margin_minor: self.margin_minor.map(|margins| &margins[from..to]),
            orders: &self.orders[from..to],
            ..*self
        }
    }

    /// Days between neighbouring occasions, all at least 1.
    pub fn gaps(&self) -> impl Iterator<Item = u32> + 'a {
        self.day.windows(2).map(|pair| pair[0].abs_diff(pair[1]))
    }

    /// The sum of the net amounts, minor units, wide enough not to overflow.
    #[must_use]
    pub fn net_total(&self) -> i128 {
        self.net_minor.iter().map(|net| i128::from(*net)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::columns::SALE;

    fn build(purchases: Purchases<'_>, rules: Rules) -> Occasions {
        let occasions = Occasions::build(&purchases, 2, rules, 1).unwrap();
        assert!(occasions.counts().reconciles(), "{:?}", occasions.counts());
        occasions
    }

    #[test]
    fn sales_of_one_day_are_one_occasion() {
        let occasions = build(
            Purchases::new(&[0, 1, 0, 0], &[5, 5, 3, 5], &[10, 20, 0, 30]),
            Rules::at(9),
        );
        let history = occasions.history(0);
        assert_eq!(
            (history.day, history.net_minor, history.orders),
            (&[3, 5][..], &[0, 40][..], &[1, 2][..])
        );
        let dropping = Rules {
            zero_orders: ZeroOrders::Drop,
            ..Rules::at(9)
        };
        let occasions = build(
            Purchases::new(&[0, 1, 0, 0], &[5, 5, 3, 5], &[10, 20, 0, 30]),
            dropping,
        );
        assert_eq!(occasions.history(0).day, &[5]);
        assert_eq!(occasions.counts().zero_order, 1);
    }

    #[test]
    fn refunds_net_their_order_and_drop_it_when_nothing_is_left() {
        let purchases = Purchases {
            order: Some(&[1, 2, 3, 9, 9]),
            kind: Some(&[SALE, SALE, REFUND, REFUND, REFUND]),
            original_order: Some(&[NO_ORDER, NO_ORDER, 1, 2, NO_ORDER]),
            ..Purchases::new(&[0; 5], &[1, 2, 6, 6, 7], &[100, 50, 100, 20, 5])
        };
        let occasions = build(purchases, Rules::at(9));
        assert_eq!(
            (occasions.history(0).day, occasions.history(0).net_minor),
            (&[2][..], &[30][..])
        );
        assert_eq!(occasions.history(0).loose_refund_minor, 5);
        assert_eq!(occasions.counts().refunded_order, 2);
        // At an earlier date the refunds do not exist.
        let before = build(purchases, Rules::at(5));
        assert_eq!(
            (before.history(0).day, before.counts().after_as_of),
            (&[1, 2][..], 3)
        );
        let kept = build(
            purchases,
            Rules {
                refunds: Refunds::NetKeep,
                ..Rules::at(9)
            },
        );
        assert_eq!(kept.history(0).net_minor, &[0, 30]);
        let ignored = build(
            purchases,
            Rules {
                refunds: Refunds::Ignore,
                ..Rules::at(9)
            },
        );
        assert_eq!(
            (
                ignored.history(0).net_minor,
                ignored.counts().refund_ignored
            ),
            (&[100, 50][..], 3)
        );
    }

    #[test]
    fn a_customer_beyond_the_index_is_named() {
        let error = Occasions::build(
            &Purchases::new(&[0, 2], &[1, 1], &[1, 1]),
            2,
            Rules::at(9),
            1,
        )
        .unwrap_err();
        assert_eq!(error.code(), "analytics.column.customer");
    }
}
