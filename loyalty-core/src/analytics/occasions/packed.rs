//! Rows in groups of neighbouring customers, packed into a few words, so that what belongs to one
//! customer is read from the cache and not from all over the columns.

use super::Cell;
use crate::analytics::columns::{NO_ORDER, Purchases, REFUND};
use crate::analytics::scatter::{Rows, Scattered};

/// Customers of a group at least.
const SHIFT_MIN: u32 = 11;
/// Groups at most, unless there are more than 2³² customers.
const GROUPS: usize = 1 << 10;

/// A row: order, amount, day · customer · kind, and the margin when there are margins (N = 4).
pub(super) type Packed<const N: usize> = [u64; N];

/// All rows, group by group.
pub(super) struct Groups<const N: usize> {
    shift: u32,
    customers: usize,
    rows: Scattered<Packed<N>>,
}

/// The rows of one group, by customer.
pub(super) struct Group<const N: usize> {
    rows: Vec<Packed<N>>,
    ends: Vec<usize>,
}

/// The order a row belongs to: a refund belongs to the one that it names.
pub(super) fn order_of(purchases: &Purchases<'_>, row: usize) -> u64 {
    match (kind_of(purchases, row), purchases.original_order) {
        (REFUND, Some(originals)) => originals[row],
        _ => purchases.order.map_or(NO_ORDER, |orders| orders[row]),
    }
}

pub(super) fn kind_of(purchases: &Purchases<'_>, row: usize) -> u8 {
    purchases.kind.map_or(0, |kinds| kinds[row])
}

pub(super) fn order<const N: usize>(row: &Packed<N>) -> u64 {
    row[0]
}

/// A row as the cell that it is, of the customer with number `base` plus her number in the group.
pub(super) fn cell<const N: usize>(row: &Packed<N>, base: u32) -> Cell {
    let amount = row[1] as i64;
    Cell {
        customer: base + low(row) as u32,
        order: row[0],
        day: (row[2] >> 32) as u32 as i32,
        kind: (row[2] & 1) as u8,
        zero: amount == 0,
        amount,
        margin: row.get(3).map_or(0, |margin| *margin as i64),
        rows: 1,
    }
}

/// The bits of a customer's number within her group.
pub(super) fn shift(customers: usize) -> u32 {
    let mut shift = SHIFT_MIN;
    while customers >> shift > GROUPS && shift < 30 {
        shift += 1;
    }
    shift
}

fn low<const N: usize>(row: &Packed<N>) -> usize {
    (row[2] as u32 >> 1) as usize
}

/// The columns of checked rows, and the bits of a customer's number within her group.
struct Columns<'a> {
    purchases: &'a Purchases<'a>,
    shift: u32,
}

impl<const N: usize> Rows<Packed<N>> for Columns<'_> {
    fn group(&self, row: usize) -> usize {
        (self.purchases.customer[row] >> self.shift) as usize
    }

    fn packed(&self, row: usize) -> Option<Packed<N>> {
        let purchases = self.purchases;
        let low = purchases.customer[row] & ((1 << self.shift) - 1);
        let who = low << 1 | u32::from(kind_of(purchases, row));
        let mut packed = [0; N];
        packed[0] = order_of(purchases, row);
        packed[1] = purchases.amount_minor[row] as u64;
        packed[2] = u64::from(purchases.day[row] as u32) << 32 | u64::from(who);
        if let (Some(margin), Some(margins)) = (packed.get_mut(3), purchases.margin_minor) {
            *margin = margins[row] as u64;
        }
        Some(packed)
    }
}

impl<const N: usize> Groups<N> {
    pub(super) fn of(purchases: &Purchases<'_>, customers: usize, threads: usize) -> Self {
        let shift = shift(customers);
        let columns = Columns { purchases, shift };
        let groups = customers.div_ceil(1 << shift);
        let rows = Scattered::of(&columns, purchases.len(), groups, threads, [0; N]);
        Self {
            shift,
            customers,
            rows,
        }
    }

    /// How many groups there are.
    pub(super) fn len(&self) -> usize {
        self.customers.div_ceil(1 << self.shift)
    }

    /// How many groups so many customers are.
    pub(super) fn within(&self, customers: usize) -> usize {
        customers >> self.shift
    }

    /// The first customer of a group.
    pub(super) fn base(&self, group: usize) -> u32 {
        (group << self.shift) as u32
    }

    /// How many customers a group has.
    pub(super) fn size(&self, group: usize) -> usize {
        (self.customers - (group << self.shift)).min(1 << self.shift)
    }

    /// The rows of a group, in pieces.
    pub(super) fn rows(&self, group: usize) -> impl Iterator<Item = &[Packed<N>]> + Clone {
        self.rows.group(group)
    }
}

impl<const N: usize> Group<N> {
    pub(super) fn new() -> Self {
        Self {
            rows: Vec::new(),
            ends: Vec::new(),
        }
    }

    /// Takes in the rows of a group of `size` customers: by customer, and each customer's by order.
    pub(super) fn fill<'a>(
        &mut self,
        pieces: impl Iterator<Item = &'a [Packed<N>]> + Clone,
        size: usize,
    ) {
        self.ends.clear();
        self.ends.resize(size + 1, 0);
        let mut count = 0;
        for row in pieces.clone().flatten() {
            self.ends[low(row) + 1] += 1;
            count += 1;
        }
        for customer in 1..=size {
            self.ends[customer] += self.ends[customer - 1];
        }
        self.rows.resize(count.max(self.rows.len()), [0; N]);
        for row in pieces.flatten() {
            let slot = &mut self.ends[low(row)];
            self.rows[*slot] = *row;
            *slot += 1;
        }
        self.ends.truncate(size);
        let mut start = 0;
        for end in &self.ends {
            self.rows[start..*end].sort_unstable_by_key(order);
            start = *end;
        }
    }

    /// The rows of each customer, in ascending customer order.
    pub(super) fn customers(&self) -> impl Iterator<Item = &[Packed<N>]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(|(start, end)| &self.rows[start..*end])
    }
}
