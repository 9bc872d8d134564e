//! Borrowed columns of purchases and of programme activity, checked once.
//!
//! The only place of the crate where an integer becomes a float: [`count_f64`], [`minor_f64`] and
//! [`day_f64`].

use std::ops::Range;

use super::civil::{DAY_MAX, DAY_MIN};
use super::error::AnalyticsError;
use super::parallel::map_ranges;

/// The `kind` code of a sale.
pub const SALE: u8 = 0;
/// The `kind` code of a refund: its amount is what goes back to the customer, not negative.
pub const REFUND: u8 = 1;
/// The value of `original_order` for a refund that belongs to no known order.
pub const NO_ORDER: u64 = u64::MAX;
/// The largest absolute amount, 2⁵³−1 minor units.
pub const AMOUNT_MAX: i64 = 9_007_199_254_740_991;

/// Purchase rows as borrowed columns of equal length; `customer`, `day` and `amount_minor` are needed.
///
/// Rows may come in any order. A row is a line of an order: with `order` given, rows of one customer
/// and order are one order; without it every row is an order of its own.
#[derive(Debug, Clone, Copy, Default)]
pub struct Purchases<'a> {
    /// Dense customer numbers, see [`super::index::Index`].
    pub customer: &'a [u32],
    /// Business days since 1970-01-01.
    pub day: &'a [i32],
    /// Amounts in minor units, not negative.
    pub amount_minor: &'a [i64],
    /// Order numbers of the caller.
    pub order: Option<&'a [u64]>,
    /// [`SALE`] or [`REFUND`]; all sales when not given.
    pub kind: Option<&'a [u8]>,
    /// The order a refund belongs to, or [`NO_ORDER`].
    pub original_order: Option<&'a [u64]>,
    /// Units bought, in thousandths.
    pub quantity_milli: Option<&'a [i64]>,
    /// Margins in minor units; may be negative.
    pub margin_minor: Option<&'a [i64]>,
    /// Currency numbers of the caller; one analysis takes one currency.
    pub currency: Option<&'a [u16]>,
    /// Product numbers of the caller.
    pub product: Option<&'a [u32]>,
    /// Channel numbers of the caller.
    pub channel: Option<&'a [u32]>,
    /// Source (campaign) numbers of the caller.
    pub source: Option<&'a [u32]>,
}

/// Rows of a thread's scan at least.
const SCAN_MIN: usize = 1 << 17;

/// What one pass over the columns finds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scan {
    /// The earliest day.
    pub(crate) first: i32,
    /// The latest day.
    pub(crate) last: i32,
    /// The largest amount.
    pub(crate) most: i64,
    /// Whether days never fall.
    pub(crate) sorted: bool,
}

/// What a pass over neighbouring rows finds.
#[derive(Debug, Clone, Copy)]
struct Found {
    scan: Scan,
    least: i64,
    customer_most: u32,
}

impl Found {
    fn of(parts: &[Self]) -> Self {
        let mut found = parts[0];
        for part in &parts[1..] {
            found.join(part);
        }
        found
    }

    /// Whether the days and amounts are possible ones.
    fn allowed(&self) -> bool {
        let scan = &self.scan;
        let days = scan.first > scan.last || (scan.first >= DAY_MIN && scan.last <= DAY_MAX);
        days && self.least >= 0 && scan.most <= AMOUNT_MAX
    }

    fn join(&mut self, other: &Self) {
        self.least = self.least.min(other.least);
        self.customer_most = self.customer_most.max(other.customer_most);
        self.scan.first = self.scan.first.min(other.scan.first);
        self.scan.last = self.scan.last.max(other.scan.last);
        self.scan.most = self.scan.most.max(other.scan.most);
        self.scan.sorted &= other.scan.sorted;
    }
}

fn same_length(column: &'static str, found: usize, allowed: usize) -> Result<(), AnalyticsError> {
    if found == allowed {
        Ok(())
    } else {
        Err(AnalyticsError::ColumnLength {
            column,
            found,
            allowed,
        })
    }
}

impl<'a> Purchases<'a> {
    /// Columns with the three that every question needs.
    #[must_use]
    pub fn new(customer: &'a [u32], day: &'a [i32], amount_minor: &'a [i64]) -> Self {
        Self {
            customer,
            day,
            amount_minor,
            ..Self::default()
        }
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.customer.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.customer.is_empty()
    }

    /// Whether the rows need order matching: order ids, refunds or a kind column.
    #[must_use]
    pub fn has_orders(&self) -> bool {
        self.order.is_some() || self.kind.is_some()
    }

    /// Checks lengths, days, amounts, kinds and the single currency.
    ///
    /// # Errors
    /// The first offence, with its row.
    pub fn check(&self) -> Result<(), AnalyticsError> {
        let rows = self.customer.len();
        if rows > u32::MAX as usize {
            return Err(AnalyticsError::RowCount {
                found: rows,
                allowed: u32::MAX as usize,
            });
        }
        same_length("day", self.day.len(), rows)?;
        same_length("amount_minor", self.amount_minor.len(), rows)?;
        for (name, found) in [
            ("order", self.order.map(<[u64]>::len)),
            ("kind", self.kind.map(<[u8]>::len)),
            ("original_order", self.original_order.map(<[u64]>::len)),
            ("quantity_milli", self.quantity_milli.map(<[i64]>::len)),
            ("margin_minor", self.margin_minor.map(<[i64]>::len)),
            ("currency", self.currency.map(<[u16]>::len)),
            ("product", self.product.map(<[u32]>::len)),
            ("channel", self.channel.map(<[u32]>::len)),
            ("source", self.source.map(<[u32]>::len)),
        ] {
            same_length(name, found.unwrap_or(rows), rows)?;
        }
        check_days(self.day)?;
        self.check_amounts()?;
        if let Some(kinds) = self.kind
            && let Some(row) = kinds.iter().position(|kind| *kind > REFUND)
        {
            return Err(AnalyticsError::Code {
                column: "kind",
                row,
                found: u64::from(kinds[row]),
                allowed: u64::from(REFUND),
            });
        }
        if let Some(currencies) = self.currency
            && let Some(first) = currencies.first()
            && let Some(second) = currencies.iter().find(|code| *code != first)
        {
            return Err(AnalyticsError::MixedCurrency {
                first: *first,
                second: *second,
            });
        }
        Ok(())
    }

    fn check_amounts(&self) -> Result<(), AnalyticsError> {
        let (mut least, mut most) = (0_i64, 0_i64);
        for amount in self.amount_minor {
            least = least.min(*amount);
            most = most.max(*amount);
        }
        if least < 0 {
            let row = self
                .amount_minor
                .iter()
                .position(|amount| *amount < 0)
                .unwrap_or(0);
            return Err(AnalyticsError::NegativeAmount {
                row,
                found: self.amount_minor[row],
            });
        }
        if most > AMOUNT_MAX {
            let row = self
                .amount_minor
                .iter()
                .position(|amount| *amount > AMOUNT_MAX)
                .unwrap_or(0);
            return Err(AnalyticsError::Amount {
                row,
                found: self.amount_minor[row],
            });
        }
        Ok(())
    }

    /// One pass over checked columns, block by block while they are in the cache.
    ///
    /// # Errors
    /// As [`Purchases::check`], and a customer number beyond `customers`.
    pub(crate) fn scan(&self, customers: usize, threads: usize) -> Result<Scan, AnalyticsError> {
        let rows = self.customer.len();
        if self.day.len() != rows
            || self.amount_minor.len() != rows
            || self.currency.is_some()
            || self.kind.is_some()
        {
            self.check()?;
        }
        let parts = map_ranges(rows, SCAN_MIN, threads, |range| self.scan_range(range));
        let found = Found::of(&parts);
        let scan = found.scan;
        if !found.allowed() || found.customer_most as usize >= customers.max(1) {
            self.check()?;
            check_customers(self.customer, customers)?;
        }
        // The rare columns keep their own checks.
        if rows > u32::MAX as usize || self.order.is_some() || self.margin_minor.is_some() {
            self.check()?;
        }
        if rows > 0 && customers == 0 {
            check_customers(self.customer, customers)?;
        }
        Ok(scan)
    }

    fn scan_range(&self, range: Range<usize>) -> Found {
        let mut found = scan_range(self.day, self.amount_minor, range.clone());
        let customers = self.customer[range].iter();
        found.customer_most = customers.fold(0, |most, next| most.max(*next));
        found
    }

    /// Whether rows come in ascending day order.
    #[must_use]
    pub fn sorted_by_day(&self) -> bool {
        self.day.windows(2).all(|pair| pair[0] <= pair[1])
    }
}

/// One pass over days and amounts; nothing where a check would find an offence.
pub(crate) fn scan(day: &[i32], amount_minor: &[i64], rows: usize, threads: usize) -> Option<Scan> {
    if day.len() != rows || amount_minor.len() != rows {
        return None;
    }
    let parts = map_ranges(rows, SCAN_MIN, threads, |range| {
        scan_range(day, amount_minor, range)
    });
    let found = Found::of(&parts);
    found.allowed().then_some(found.scan)
}

fn scan_range(day: &[i32], amount_minor: &[i64], range: Range<usize>) -> Found {
    let mut found = Found {
        scan: Scan {
            first: i32::MAX,
            last: i32::MIN,
            most: 0,
            sorted: true,
        },
        least: 0,
        customer_most: 0,
    };
    let scan = &mut found.scan;
    let mut before = range.start.checked_sub(1).map_or(i32::MIN, |row| day[row]);
    const PART: usize = 2_048;
    let columns = day[range.clone()]
        .chunks(PART)
        .zip(amount_minor[range].chunks(PART));
    for (day, amount) in columns {
        for amount in amount {
            found.least = found.least.min(*amount);
            scan.most = scan.most.max(*amount);
        }
        let mut falls = u32::from(before > day[0]);
        for day in day {
            scan.first = scan.first.min(*day);
            scan.last = scan.last.max(*day);
        }
        for (left, right) in day.iter().zip(&day[1..]) {
            falls += u32::from(left > right);
        }
        before = day[day.len() - 1];
        scan.sorted &= falls == 0;
    }
    found
}

pub(crate) fn check_customers(column: &[u32], customers: usize) -> Result<(), AnalyticsError> {
    let most = column.iter().copied().max();
    match most {
        Some(most) if most as usize >= customers => {
            let row = column
                .iter()
                .position(|customer| *customer as usize >= customers)
                .unwrap_or(0);
            Err(AnalyticsError::Customer {
                row,
                found: column[row],
                allowed: customers,
            })
        }
        _ => Ok(()),
    }
}

fn check_days(days: &[i32]) -> Result<(), AnalyticsError> {
    let (mut least, mut most) = (0_i32, 0_i32);
    for day in days {
        least = least.min(*day);
        most = most.max(*day);
    }
    if least >= DAY_MIN && most <= DAY_MAX {
        return Ok(());
    }
    let row = days
        .iter()
        .position(|day| !(DAY_MIN..=DAY_MAX).contains(day))
        .unwrap_or(0);
    Err(AnalyticsError::Day {
        row,
        found: days[row],
    })
}

/// What a member did in the programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ActivityKind {
    /// Points were earned.
    Earn = 0,
    /// Points were redeemed.
    Redeem = 1,
    /// Points expired.
    Expire = 2,
    /// The member visited without points moving.
    Visit = 3,
}

/// Programme activity rows as borrowed columns of equal length.
#[derive(Debug, Clone, Copy, Default)]
pub struct Activities<'a> {
    /// Dense customer numbers.
    pub customer: &'a [u32],
    /// Business days since 1970-01-01.
    pub day: &'a [i32],
    /// Codes of [`ActivityKind`].
    pub kind: &'a [u8],
    /// Milli-points moved, not negative; 0 for visits.
    pub points_milli: &'a [i64],
}

impl Activities<'_> {
    /// Checks lengths, days, kinds and points.
    ///
    /// # Errors
    /// The first offence, with its row.
    pub fn check(&self) -> Result<(), AnalyticsError> {
        let rows = self.customer.len();
        same_length("day", self.day.len(), rows)?;
        same_length("kind", self.kind.len(), rows)?;
        same_length("points_milli", self.points_milli.len(), rows)?;
        check_days(self.day)?;
        let last = ActivityKind::Visit as u8;
        if let Some(row) = self.kind.iter().position(|kind| *kind > last) {
            let found = u64::from(self.kind[row]);
            return Err(AnalyticsError::Code {
                column: "kind",
                row,
                found,
                allowed: u64::from(last),
            });
        }
        if let Some(row) = self.points_milli.iter().position(|points| *points < 0) {
            return Err(AnalyticsError::NegativeAmount {
                row,
                found: self.points_milli[row],
            });
        }
        if let Some(row) = self
            .points_milli
            .iter()
            .position(|points| *points > AMOUNT_MAX)
        {
            return Err(AnalyticsError::Amount {
                row,
                found: self.points_milli[row],
            });
        }
        Ok(())
    }
}

/// A count as a float; exact up to 2⁵³.
#[inline]
#[must_use]
pub fn count_f64(count: u64) -> f64 {
    count as f64
}

/// Minor units as a float; exact up to ±2⁵³.
#[inline]
#[must_use]
pub fn minor_f64(minor: i64) -> f64 {
    minor as f64
}

/// A wide sum as a float, rounded once to nearest.
#[inline]
#[must_use]
pub fn wide_f64(sum: i128) -> f64 {
    sum as f64
}

/// Days as a float; exact.
#[inline]
#[must_use]
pub fn day_f64(days: i64) -> f64 {
    days as f64
}

/// A Gaussian quotient of integers as a float: the nearest to within one rounding of each side.
#[inline]
#[must_use]
pub fn ratio_f64(numerator: i128, denominator: i128) -> f64 {
    numerator as f64 / denominator as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_offence_has_its_code_and_row() {
        let good = Purchases::new(&[0, 1], &[10, 11], &[100, 0]);
        assert_eq!(good.check(), Ok(()));
        let code = |purchases: Purchases<'_>| purchases.check().map_err(|error| error.code());
        assert_eq!(
            code(Purchases::new(&[0, 1], &[10], &[1, 2])),
            Err("analytics.column.length")
        );
        assert_eq!(
            code(Purchases::new(&[0], &[i32::MAX], &[1])),
            Err("analytics.column.day")
        );
        assert_eq!(
            code(Purchases::new(&[0], &[1], &[-1])),
            Err("analytics.column.negative_amount")
        );
        assert_eq!(
            code(Purchases::new(&[0], &[1], &[i64::MAX])),
            Err("analytics.column.amount")
        );
        assert_eq!(
            code(Purchases {
                kind: Some(&[0, 2]),
                ..good
            }),
            Err("analytics.column.code")
        );
        assert_eq!(
            code(Purchases {
                currency: Some(&[1, 2]),
                ..good
            }),
            Err("analytics.column.mixed_currency")
        );
        let activity = Activities {
            customer: &[0],
            day: &[1],
            kind: &[4],
            points_milli: &[0],
        };
        assert_eq!(
            activity.check().map_err(|error| error.code()),
            Err("analytics.column.code")
        );
    }
}
