//! Per-customer summaries: how often, how recently, for how long, how much.
//!
//! Two words that other libraries confuse: *recency* here is the time from the first to the last
//! occasion (the `t_x` of the purchase models), *days since last* is the time from the last
//! occasion to `as_of` (the R of RFM).

mod keyed;
mod partitioned;
mod parts;

use serde::{Deserialize, Serialize};

pub use self::keyed::summarize_ints;
use self::parts::{Part, Row, count_gap, count_gaps};
use crate::analytics::columns::{Purchases, minor_f64};
use crate::analytics::error::{Absent, AnalyticsError};
use crate::analytics::occasions::{History, Occasions, RowCounts, Rules, ZeroOrders};

/// Summaries of the customers with at least one occasion, as columns in customer number order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summaries {
    /// The last business day that exists.
    pub as_of: i32,
    /// Customer numbers, ascending.
    pub customer: Vec<u32>,
    /// Occasions (days with an order), at least 1.
    pub occasions: Vec<u32>,
    /// Orders, at least as many as occasions.
    pub orders: Vec<u32>,
    /// Day of the first occasion.
    pub first_day: Vec<i32>,
    /// Day of the last occasion.
    pub last_day: Vec<i32>,
    /// Net amount of all occasions less loose refunds, minor units.
    pub total_minor: Vec<i64>,
    /// Net amount of the repeat occasions (the first excluded), minor units.
    pub repeat_minor: Vec<i64>,
    /// How often each gap between neighbouring occasions occurs, by days (index), over all customers.
    pub gap_counts: Vec<u64>,
    /// Customers known but without an occasion.
    pub without_occasion: u64,
    /// Where every row went.
    pub counts: RowCounts,
}

impl Summaries {
    pub(crate) fn empty(as_of: i32) -> Self {
        Self {
            as_of,
            customer: Vec::new(),
            occasions: Vec::new(),
            orders: Vec::new(),
            first_day: Vec::new(),
            last_day: Vec::new(),
            total_minor: Vec::new(),
            repeat_minor: Vec::new(),
            gap_counts: Vec::new(),
            without_occasion: 0,
            counts: RowCounts::default(),
        }
    }

    /// Summaries of normalised occasions.
    ///
    /// # Errors
    /// A customer's total beyond 64 bits.
    pub fn of(occasions: &Occasions) -> Result<Self, AnalyticsError> {
        let mut result = Self::empty(occasions.as_of());
        result.counts = occasions.counts();
        for history in occasions.histories() {
            match Row::of(&history)? {
                Some(row) => result.push(row),
                None => result.without_occasion += 1,
            }
            count_gaps(&history, &mut result.gap_counts);
        }
        Ok(result)
    }

    fn push(&mut self, row: Row) {
        self.customer.push(row.customer);
        self.occasions.push(row.occasions);
        self.orders.push(row.orders);
        self.first_day.push(row.first_day);
        self.last_day.push(row.last_day);
        self.total_minor.push(row.total_minor);
        self.repeat_minor.push(row.repeat_minor);
    }

    /// How many customers have an occasion.
    #[must_use]
    pub fn len(&self) -> usize {
        self.customer.len()
    }

    /// Whether nobody has an occasion.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.customer.is_empty()
    }

    /// Repeat occasions x of the customer at a position: occasions less the first one.
    #[must_use]
    pub fn frequency(&self, position: usize) -> u32 {
        self.occasions[position] - 1
    }

    /// Days from the first to the last occasion, the t_x of the models.
    #[must_use]
    pub fn recency_days(&self, position: usize) -> u32 {
        self.first_day[position].abs_diff(self.last_day[position])
    }

    /// Days from the first occasion to `as_of`, the T of the models.
    #[must_use]
    pub fn age_days(&self, position: usize) -> u32 {
        self.first_day[position].abs_diff(self.as_of)
    }

    /// Days from the last occasion to `as_of`, the R of RFM.
    #[must_use]
    pub fn days_since_last(&self, position: usize) -> u32 {
        self.last_day[position].abs_diff(self.as_of)
    }

    /// Mean net amount of the repeat occasions, minor units; absent for one-time buyers.
    ///
    /// # Errors
    /// [`Absent::EmptyDenominator`] without repeat occasions.
    pub fn repeat_mean(&self, position: usize) -> Result<f64, Absent> {
        match self.frequency(position) {
            0 => Err(Absent::EmptyDenominator),
            x => Ok(minor_f64(self.repeat_minor[position]) / f64::from(x)),
        }
    }
}

/// Summaries straight from rows.
///
/// The result equals `Summaries::of(&Occasions::build(…))` bit for bit, on one thread or several; rows
/// in day order are used as they come, other rows are put in day order first.
///
/// # Errors
/// A column error, an unknown customer, or a total beyond 64 bits.
pub fn summarize(
    purchases: &Purchases<'_>,
    customers: usize,
    rules: Rules,
    threads: usize,
) -> Result<Summaries, AnalyticsError> {
    if purchases.has_orders() || purchases.margin_minor.is_some() {
        return by_order(purchases, customers, rules, threads);
    }
    let scan = purchases.scan(customers, threads)?;
    if let Some(summaries) = partitioned::summarize(purchases, customers, rules, threads, &scan) {
        return Ok(summaries);
    }
    let mut running = Running::new(customers, rules);
    if scan.sorted {
        for row in 0..purchases.len() {
            running.add(
                purchases.customer[row],
                purchases.day[row],
                purchases.amount_minor[row],
            )?;
        }
    } else {
        for row in rows_by_day(purchases.day) {
            let row = row as usize;
            running.add(
                purchases.customer[row],
                purchases.day[row],
                purchases.amount_minor[row],
            )?;
        }
    }
    Ok(running.finish())
}

/// Summaries of rows with orders, refunds or margins: occasions group by group, while they are in the cache.
fn by_order(
    purchases: &Purchases<'_>,
    customers: usize,
    rules: Rules,
    threads: usize,
) -> Result<Summaries, AnalyticsError> {
    let share = Occasions::piece_size(customers, threads);
    let group = |part: &mut Part<'_>, occasions: &mut Occasions, base: u32| {
        for history in occasions.histories() {
            let history = History {
                customer: base + history.customer,
                ..history
            };
            match Row::of(&history)? {
                Some(row) => part.push(row),
                None => part.without_occasion += 1,
            }
            count_gaps(&history, &mut part.gap_counts);
        }
        occasions.clear();
        Ok(())
    };
    parts::filled(rules.as_of, customers, share, |parts| {
        let pieces = Occasions::pieces(purchases, customers, rules, share, parts, group)?;
        for (part, occasions) in parts.iter_mut().zip(pieces) {
            part.counts = occasions.counts();
        }
        Ok(())
    })
}

/// Row numbers in ascending day order: a counting sort when the span of days is not absurd.
fn rows_by_day(days: &[i32]) -> Vec<u32> {
    let (Some(least), Some(most)) = (days.iter().min(), days.iter().max()) else {
        return Vec::new();
    };
    let span = least.abs_diff(*most) as usize + 1;
    if span > 4 * days.len() + 4_096 {
        let mut rows: Vec<u32> = (0..days.len() as u32).collect();
        rows.sort_by_key(|row| days[*row as usize]);
        return rows;
    }
    let mut next = vec![0_u32; span + 1];
    for day in days {
        next[least.abs_diff(*day) as usize + 1] += 1;
    }
    for position in 0..span {
        next[position + 1] += next[position];
    }
    let mut rows = vec![0_u32; days.len()];
    for (row, day) in days.iter().enumerate() {
        let slot = &mut next[least.abs_diff(*day) as usize];
        rows[*slot as usize] = row as u32;
        *slot += 1;
    }
    rows
}

/// State of one customer while rows pass in day order.
#[derive(Debug, Clone, Copy, Default)]
struct State {
    first_day: i32,
    last_day: i32,
    occasions: u32,
    orders: u32,
    total: i64,
    first: i64,
}

struct Running {
    rules: Rules,
    states: Vec<State>,
    summaries: Summaries,
}

impl Running {
    fn new(customers: usize, rules: Rules) -> Self {
        Self {
            rules,
            states: vec![State::default(); customers],
            summaries: Summaries::empty(rules.as_of),
        }
    }

    #[inline]
    fn add(&mut self, customer: u32, day: i32, amount: i64) -> Result<(), AnalyticsError> {
        self.summaries.counts.rows_in += 1;
        if day > self.rules.as_of {
            self.summaries.counts.after_as_of += 1;
            return Ok(());
        }
        if amount == 0 && self.rules.zero_orders == ZeroOrders::Drop {
            self.summaries.counts.zero_order += 1;
            return Ok(());
        }
        self.summaries.counts.used += 1;
        let state = &mut self.states[customer as usize];
        let overflow = AnalyticsError::Overflow {
            what: "total_minor",
        };
        state.orders += 1;
        state.total = state.total.checked_add(amount).ok_or(overflow)?;
        if state.occasions == 0 {
            state.first_day = day;
            state.last_day = day;
            state.occasions = 1;
            state.first = amount;
        } else if day == state.last_day {
            if state.occasions == 1 {
                state.first += amount;
            }
        } else {
            let gap = state.last_day.abs_diff(day);
            state.last_day = day;
            state.occasions += 1;
            count_gap(gap, &mut self.summaries.gap_counts);
        }
        Ok(())
    }

    fn finish(mut self) -> Summaries {
        let result = &mut self.summaries;
        for (customer, state) in self.states.iter().enumerate() {
            if state.occasions == 0 {
                result.without_occasion += 1;
                continue;
            }
            result.push(Row {
                customer: customer as u32,
                occasions: state.occasions,
                orders: state.orders,
                first_day: state.first_day,
                last_day: state.last_day,
                total_minor: state.total,
                repeat_minor: state.total - state.first,
            });
        }
        self.summaries
    }
}

/// A calibration summary and what the same customers did afterwards, in `(as_of, end]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    /// Summaries at `as_of`.
    pub calibration: Summaries,
    /// The last day of the holdout.
    pub end: i32,
    /// Occasions in the holdout, aligned with `calibration`.
    pub holdout_occasions: Vec<u32>,
    /// Net amount of these occasions, minor units.
    pub holdout_minor: Vec<i64>,
    /// Customers whose first occasion lies in the holdout; they are in no other column.
    pub new_in_holdout: u64,
}

/// Splits the rows at `rules.as_of`: calibration ends there, the holdout is `(as_of, end]`.
///
/// # Errors
/// A column error, `end` not after `as_of`, or a total beyond 64 bits.
pub fn split(
    purchases: &Purchases<'_>,
    customers: usize,
    rules: Rules,
    end: i32,
    threads: usize,
) -> Result<Split, AnalyticsError> {
    if end <= rules.as_of {
        return Err(AnalyticsError::Option {
            option: "end",
            found: end.to_string(),
            allowed: "a day after as_of",
        });
    }
    let before = Occasions::build(purchases, customers, rules, threads)?;
    let after = Occasions::build(
        purchases,
        customers,
        Rules {
            as_of: end,
            ..rules
        },
        threads,
    )?;
    split_occasions(&before, &after)
}

/// Splits two views of the same rows, one at the end of calibration and one at the end of the holdout.
///
/// # Errors
/// Views of different customers, or a total beyond 64 bits.
pub fn split_occasions(before: &Occasions, after: &Occasions) -> Result<Split, AnalyticsError> {
    if before.customers() != after.customers() {
        return Err(AnalyticsError::Incompatible { what: "customers" });
    }
    let calibration = Summaries::of(before)?;
    let (start, end) = (before.as_of(), after.as_of());
    let mut result = Split {
        end,
        holdout_occasions: Vec::new(),
        holdout_minor: Vec::new(),
        new_in_holdout: 0,
        calibration,
    };
    for customer in &result.calibration.customer {
        let later = after.history(*customer).within(start + 1, end + 1);
        result.holdout_occasions.push(later.day.len() as u32);
        let net = i64::try_from(later.net_total());
        result
            .holdout_minor
            .push(net.map_err(|_| AnalyticsError::Overflow {
                what: "holdout_minor",
            })?);
    }
    let earlier = |history: &History<'_>| before.history(history.customer).first().is_none();
    result.new_in_holdout = after
        .histories()
        .filter(|history| history.first().is_some() && earlier(history))
        .count() as u64;
    Ok(result)
}
