//! Per-customer summaries of many rows: rows first go to partitions of neighbouring customers whose
//! state fits the cache, packed into one word each.

use super::Summaries;
use super::parts::{self, Part, Row};
use crate::analytics::columns::{Purchases, Scan};
use crate::analytics::occasions::{RowCounts, Rules, ZeroOrders};
use crate::analytics::parallel::map_items;
use crate::analytics::radix::radix_sort_from;
use crate::analytics::scatter::{self, Scattered};

/// Customers of a partition: their state (32 bytes each) stays in the second-level cache.
const SHIFT: u32 = 12;
/// Bits of the day offset and of the amount in a packed row: customer · day · amount.
const DAY_BITS: u32 = 20;
const AMOUNT_BITS: u32 = 32;
/// Below this many rows the plain way is faster.
pub(super) const ROWS_MIN: usize = 1 << 15;

/// What is known of a customer while her rows pass in day order; days count from the first day of all rows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct State {
    first_day: u32,
    last_day: u32,
    occasions: u32,
    orders: u32,
    total: i64,
    first: i64,
}

/// Summaries of checked rows without orders, or nothing when they do not fit the packed form.
pub(crate) fn summarize(
    purchases: &Purchases<'_>,
    customers: usize,
    rules: Rules,
    threads: usize,
    span: &Scan,
) -> Option<Summaries> {
    let rows = purchases.len();
    if rows < ROWS_MIN {
        return None;
    }
    let days = span.first.abs_diff(span.last);
    let fits = days < 1 << DAY_BITS && span.most < 1 << AMOUNT_BITS && rows < 1 << 31;
    if !fits {
        return None;
    }
    let partitions = customers.div_ceil(1 << SHIFT);
    let columns = Columns {
        purchases,
        rules,
        first: span.first,
    };
    let packed = Scattered::of(&columns, rows, partitions, threads, 0);
    let share = partitions.div_ceil(threads.max(1)).max(1);
    let filled = parts::filled(rules.as_of, customers, share << SHIFT, |parts| {
        map_items(parts, threads, |at, part| {
            part.gap_counts = vec![0; days as usize + 1];
            let (mut states, mut sorted) = (Vec::new(), Vec::new());
            for partition in at * share..partitions.min((at + 1) * share) {
                let base = (partition << SHIFT) as u32;
                let size = (customers - base as usize).min(1 << SHIFT);
                let rows = packed.group(partition);
                if span.sorted {
                    in_day_order(rows, base, size, span.first, &mut states, part);
                } else {
                    in_any_order(rows, base, size, span.first, &mut sorted, part);
                }
            }
        });
        Ok(())
    });
    let mut result = filled.ok()?;
    result.counts = count(purchases, rules, span);
    result.shorten_gaps();
    Some(result)
}

/// The columns of checked rows.
struct Columns<'a> {
    purchases: &'a Purchases<'a>,
    rules: Rules,
    first: i32,
}

impl scatter::Rows<u64> for Columns<'_> {
    fn group(&self, row: usize) -> usize {
        (self.purchases.customer[row] >> SHIFT) as usize
    }

    fn packed(&self, row: usize) -> Option<u64> {
        let (day, amount) = (self.purchases.day[row], self.purchases.amount_minor[row]);
        if day > self.rules.as_of || (amount == 0 && self.rules.zero_orders == ZeroOrders::Drop) {
            return None;
        }
        let low = u64::from(self.purchases.customer[row] & ((1 << SHIFT) - 1));
        let offset = u64::from(self.first.abs_diff(day));
        Some(low << (DAY_BITS + AMOUNT_BITS) | offset << AMOUNT_BITS | amount as u64)
    }
}

/// Where the rows went.
pub(super) fn count(purchases: &Purchases<'_>, rules: Rules, span: &Scan) -> RowCounts {
    let rows_in = purchases.day.len() as u64;
    let mut counts = RowCounts {
        rows_in,
        ..RowCounts::default()
    };
    let drop_zero = rules.zero_orders == ZeroOrders::Drop;
    if drop_zero || span.last > rules.as_of {
        for (day, amount) in purchases.day.iter().zip(purchases.amount_minor) {
            let after = *day > rules.as_of;
            counts.after_as_of += u64::from(after);
            counts.zero_order += u64::from(!after && drop_zero && *amount == 0);
        }
    }
    counts.used = rows_in - counts.after_as_of - counts.zero_order;
    counts
}

impl Summaries {
    /// As the plain way: no longer than the longest gap.
    pub(super) fn shorten_gaps(&mut self) {
        while self.gap_counts.last() == Some(&0) {
            self.gap_counts.pop();
        }
    }
}

fn unpack(row: u64) -> (usize, u32, i64) {
    let customer = (row >> (DAY_BITS + AMOUNT_BITS)) as usize;
    let day = (row >> AMOUNT_BITS) as u32 & ((1 << DAY_BITS) - 1);
    (customer, day, (row & ((1 << AMOUNT_BITS) - 1)) as i64)
}

impl State {
    fn start(day: u32, amount: i64) -> Self {
        Self {
            first_day: day,
            last_day: day,
            occasions: 1,
            orders: 1,
            total: amount,
            first: amount,
        }
    }

    /// Adds a row: the first one, or one on the last day or after it. Totals fit: rows < 2³¹ and amounts < 2³².
    #[inline]
    pub(super) fn add(&mut self, day: u32, amount: i64, gaps: &mut [u64]) {
        if self.occasions == 0 {
            *self = Self::start(day, amount);
            return;
        }
        let gap = day - self.last_day;
        self.orders += 1;
        self.total += amount;
        self.first += if day == self.first_day { amount } else { 0 };
        if gap > 0 {
            self.last_day = day;
            self.occasions += 1;
            gaps[gap as usize] += 1;
        }
    }

    pub(super) fn push(&self, customer: u32, first: i32, result: &mut Part<'_>) {
        if self.occasions == 0 {
            result.without_occasion += 1;
            return;
        }
        result.push(Row {
            customer,
            occasions: self.occasions,
            orders: self.orders,
            first_day: first + self.first_day as i32,
            last_day: first + self.last_day as i32,
            total_minor: self.total,
            repeat_minor: self.total - self.first,
        });
    }
}

fn in_day_order<'a>(
    rows: impl Iterator<Item = &'a [u64]>,
    base: u32,
    size: usize,
    first: i32,
    states: &mut Vec<State>,
    result: &mut Part<'_>,
) {
    states.clear();
    states.resize(size, State::default());
    for rows in rows {
        for row in rows {
            let (customer, day, amount) = unpack(*row);
            states[customer].add(day, amount, &mut result.gap_counts);
        }
    }
    for (low, state) in states.iter().enumerate() {
        state.push(base + low as u32, first, result);
    }
}

/// Sorts the packed words, which puts each customer's rows in day order.
fn in_any_order<'a>(
    rows: impl Iterator<Item = &'a [u64]>,
    base: u32,
    size: usize,
    first: i32,
    sorted: &mut Vec<u64>,
    result: &mut Part<'_>,
) {
    sorted.clear();
    rows.for_each(|rows| sorted.extend_from_slice(rows));
    radix_sort_from(sorted, AMOUNT_BITS);
    let mut at = 0;
    for low in 0..size {
        let mut state = State::default();
        while let Some(row) = sorted.get(at) {
            let (customer, day, amount) = unpack(*row);
            if customer != low {
                break;
            }
            state.add(day, amount, &mut result.gap_counts);
            at += 1;
        }
        state.push(base + low as u32, first, result);
    }
}
