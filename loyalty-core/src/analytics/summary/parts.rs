//! The columns of summaries in parts, so that each thread writes its own customers where they belong.

use super::Summaries;
use crate::analytics::error::AnalyticsError;
use crate::analytics::occasions::{History, RowCounts};

/// One customer with an occasion.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) customer: u32,
    pub(super) occasions: u32,
    pub(super) orders: u32,
    pub(super) first_day: i32,
    pub(super) last_day: i32,
    pub(super) total_minor: i64,
    pub(super) repeat_minor: i64,
}

/// The columns of neighbouring customers, filled from the front, and what is counted about them.
pub(super) struct Part<'a> {
    columns: Columns<'a>,
    filled: usize,
    pub(super) gap_counts: Vec<u64>,
    pub(super) without_occasion: u64,
    pub(super) counts: RowCounts,
}

struct Columns<'a> {
    customer: &'a mut [u32],
    occasions: &'a mut [u32],
    orders: &'a mut [u32],
    first_day: &'a mut [i32],
    last_day: &'a mut [i32],
    total_minor: &'a mut [i64],
    repeat_minor: &'a mut [i64],
}

impl Row {
    /// The row of a customer, if she has an occasion.
    pub(super) fn of(history: &History<'_>) -> Result<Option<Self>, AnalyticsError> {
        let (Some(first_day), Some(last_day)) = (history.first(), history.last()) else {
            return Ok(None);
        };
        let narrow = |wide: i128| {
            i64::try_from(wide).map_err(|_| AnalyticsError::Overflow {
                what: "total_minor",
            })
        };
        let net = history.net_total();
        let orders: u64 = history.orders.iter().map(|orders| u64::from(*orders)).sum();
        Ok(Some(Self {
            customer: history.customer,
            occasions: history.day.len() as u32,
            orders: u32::try_from(orders)
                .map_err(|_| AnalyticsError::Overflow { what: "orders" })?,
            first_day,
            last_day,
            total_minor: narrow(net - i128::from(history.loose_refund_minor))?,
            repeat_minor: narrow(net - i128::from(history.net_minor[0]))?,
        }))
    }
}

/// Counts the gaps between neighbouring occasions by their days.
pub(super) fn count_gaps(history: &History<'_>, counts: &mut Vec<u64>) {
    for gap in history.gaps() {
        count_gap(gap, counts);
    }
}

pub(super) fn count_gap(gap: u32, counts: &mut Vec<u64>) {
    let position = gap as usize;
    if counts.len() <= position {
        counts.resize(position + 1, 0);
    }
    counts[position] += 1;
}

impl Part<'_> {
    #[inline]
    pub(super) fn push(&mut self, row: Row) {
        let (columns, at) = (&mut self.columns, self.filled);
        columns.customer[at] = row.customer;
        columns.occasions[at] = row.occasions;
        columns.orders[at] = row.orders;
        columns.first_day[at] = row.first_day;
        columns.last_day[at] = row.last_day;
        columns.total_minor[at] = row.total_minor;
        columns.repeat_minor[at] = row.repeat_minor;
        self.filled += 1;
    }
}

/// Summaries that `work` fills in parts of `share` customers, the last one maybe shorter.
pub(super) fn filled(
    as_of: i32,
    customers: usize,
    share: usize,
    work: impl FnOnce(&mut [Part<'_>]) -> Result<(), AnalyticsError>,
) -> Result<Summaries, AnalyticsError> {
    let mut all = Summaries {
        customer: vec![0; customers],
        occasions: vec![0; customers],
        orders: vec![0; customers],
        first_day: vec![0; customers],
        last_day: vec![0; customers],
        total_minor: vec![0; customers],
        repeat_minor: vec![0; customers],
        ..Summaries::empty(as_of)
    };
    let mut parts = parts(&mut all, share);
    work(&mut parts)?;
    let found: Vec<_> = parts
        .into_iter()
        .map(|part| {
            (
                part.filled,
                part.gap_counts,
                part.without_occasion,
                part.counts,
            )
        })
        .collect();
    let mut end = 0;
    for (at, (filled, gap_counts, without_occasion, counts)) in found.into_iter().enumerate() {
        all.close_up(at * share, filled, end);
        end += filled;
        if all.gap_counts.len() < gap_counts.len() {
            all.gap_counts.resize(gap_counts.len(), 0);
        }
        for (sum, count) in all.gap_counts.iter_mut().zip(gap_counts) {
            *sum += count;
        }
        all.without_occasion += without_occasion;
        all.counts.add(counts);
    }
    all.truncate(end);
    Ok(all)
}

fn parts(all: &mut Summaries, share: usize) -> Vec<Part<'_>> {
    all.customer
        .chunks_mut(share)
        .zip(all.occasions.chunks_mut(share))
        .zip(all.orders.chunks_mut(share))
        .zip(all.first_day.chunks_mut(share))
        .zip(all.last_day.chunks_mut(share))
        .zip(all.total_minor.chunks_mut(share))
        .zip(all.repeat_minor.chunks_mut(share))
        .map(
            |(
                (((((customer, occasions), orders), first_day), last_day), total_minor),
                repeat_minor,
            )| {
                Part {
                    columns: Columns {
                        customer,
                        occasions,
                        orders,
                        first_day,
                        last_day,
                        total_minor,
                        repeat_minor,
                    },
                    filled: 0,
                    gap_counts: Vec::new(),
                    without_occasion: 0,
                    counts: RowCounts::default(),
                }
            },
        )
        .collect()
}

impl Summaries {
    /// Moves a part's rows next to the rows before them.
    fn close_up(&mut self, start: usize, filled: usize, end: usize) {
        if start == end {
            return;
        }
        let rows = start..start + filled;
        self.customer.copy_within(rows.clone(), end);
        self.occasions.copy_within(rows.clone(), end);
        self.orders.copy_within(rows.clone(), end);
        self.first_day.copy_within(rows.clone(), end);
        self.last_day.copy_within(rows.clone(), end);
        self.total_minor.copy_within(rows.clone(), end);
        self.repeat_minor.copy_within(rows, end);
    }

    fn truncate(&mut self, rows: usize) {
        self.customer.truncate(rows);
        self.occasions.truncate(rows);
        self.orders.truncate(rows);
        self.first_day.truncate(rows);
        self.last_day.truncate(rows);
        self.total_minor.truncate(rows);
        self.repeat_minor.truncate(rows);
    }
}
