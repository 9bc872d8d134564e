//! Per-customer summaries of many rows: rows first go to partitions of neighbouring customers whose
//! state fits the cache, packed into one word each.

use super::Summaries;
use crate::analytics::columns::{Purchases, Scan};
use crate::analytics::occasions::{Rules, ZeroOrders};

/// Customers of a partition: their state (32 bytes each) stays in the second-level cache.
const SHIFT: u32 = 12;
/// Bits of the day offset and of the amount in a packed row: customer · day · amount.
const DAY_BITS: u32 = 20;
const AMOUNT_BITS: u32 = 32;
/// Below this many rows the plain way is faster.
const ROWS_MIN: usize = 1 << 15;

#[derive(Debug, Clone, Copy, Default)]
struct State {
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
    let mut result = Summaries::empty(rules.as_of);
    let (packed, ends) = scatter(purchases, customers, rules, span, &mut result);
    result.gap_counts = vec![0; days as usize + 1];
    let mut start = 0;
    for (partition, end) in ends.into_iter().enumerate() {
        let base = (partition << SHIFT) as u32;
        let size = (customers - base as usize).min(1 << SHIFT);
        let rows = &packed[start..end];
        if span.sorted {
            in_day_order(rows, base, size, span.first, &mut result);
        } else {
            in_any_order(rows, base, size, span.first, &mut result);
        }
        start = end;
    }
    // As the plain way: no longer than the longest gap.
    while result.gap_counts.last() == Some(&0) {
        result.gap_counts.pop();
    }
    Some(result)
}

/// Packs the rows that exist into partitions by customer, keeping their order; the ends of partitions.
fn scatter(
    purchases: &Purchases<'_>,
    customers: usize,
    rules: Rules,
    span: &Scan,
    result: &mut Summaries,
) -> (Vec<u64>, Vec<usize>) {
    let partitions = customers.div_ceil(1 << SHIFT);
    let mut next = vec![0_usize; partitions + 1];
    for customer in purchases.customer {
        next[(*customer >> SHIFT) as usize + 1] += 1;
    }
    for partition in 0..partitions {
        next[partition + 1] += next[partition];
    }
    let rows = purchases.len();
    let mut packed = vec![0_u64; rows];
    let starts = next.clone();
    let drop_zero = rules.zero_orders == ZeroOrders::Drop;
    let filtered = drop_zero || span.last > rules.as_of;
    let columns = purchases
        .customer
        .iter()
        .zip(purchases.day)
        .zip(purchases.amount_minor);
    for ((customer, day), amount) in columns {
        if filtered {
            if *day > rules.as_of {
                result.counts.after_as_of += 1;
                continue;
            }
            if drop_zero && *amount == 0 {
                result.counts.zero_order += 1;
                continue;
            }
        }
        let low = u64::from(*customer & ((1 << SHIFT) - 1));
        let offset = u64::from(span.first.abs_diff(*day));
        let slot = &mut next[(*customer >> SHIFT) as usize];
        packed[*slot] = low << (DAY_BITS + AMOUNT_BITS) | offset << AMOUNT_BITS | *amount as u64;
        *slot += 1;
    }
    result.counts.rows_in = rows as u64;
    result.counts.used =
        result.counts.rows_in - result.counts.after_as_of - result.counts.zero_order;
    if result.counts.used < result.counts.rows_in {
        close_holes(&mut packed, &starts, &mut next, partitions);
    }
    next.truncate(partitions);
    (packed, next)
}

/// Moves partitions together where rows were left out.
fn close_holes(packed: &mut [u64], starts: &[usize], ends: &mut [usize], partitions: usize) {
    let mut free = 0;
    for partition in 0..partitions {
        let (start, end) = (starts[partition], ends[partition]);
        packed.copy_within(start..end, free);
        free += end - start;
        ends[partition] = free;
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

    /// Adds a row on the last day or after it. Totals fit: rows < 2³¹ and amounts < 2³².
    #[inline]
    fn add(&mut self, day: u32, amount: i64, gaps: &mut [u64]) {
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

    fn push(&self, customer: u32, first: i32, result: &mut Summaries) {
        if self.occasions == 0 {
            result.without_occasion += 1;
            return;
        }
        result.customer.push(customer);
        result.occasions.push(self.occasions);
        result.orders.push(self.orders);
        result.first_day.push(first + self.first_day as i32);
        result.last_day.push(first + self.last_day as i32);
        result.total_minor.push(self.total);
        result.repeat_minor.push(self.total - self.first);
    }
}

fn in_day_order(rows: &[u64], base: u32, size: usize, first: i32, result: &mut Summaries) {
    let mut states = vec![State::default(); size];
    for row in rows {
        let (customer, day, amount) = unpack(*row);
        let state = &mut states[customer];
        if state.occasions == 0 {
            *state = State::start(day, amount);
        } else {
            state.add(day, amount, &mut result.gap_counts);
        }
    }
    for (low, state) in states.iter().enumerate() {
        state.push(base + low as u32, first, result);
    }
}

/// Sorts the packed words, which puts each customer's rows in day order.
fn in_any_order(rows: &[u64], base: u32, size: usize, first: i32, result: &mut Summaries) {
    let mut sorted = rows.to_vec();
    crate::analytics::radix::radix_sort_from(&mut sorted, AMOUNT_BITS);
    let mut at = 0;
    for low in 0..size {
        let mut state = State::default();
        while let Some(row) = sorted.get(at) {
            let (customer, day, amount) = unpack(*row);
            if customer != low {
                break;
            }
            if state.occasions == 0 {
                state = State::start(day, amount);
            } else {
                state.add(day, amount, &mut result.gap_counts);
            }
            at += 1;
        }
        state.push(base + low as u32, first, result);
    }
}
