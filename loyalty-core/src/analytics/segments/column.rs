//! Segments of a column of purchase rows: a metric for every channel, source or product, for bands of
//! quantity, margin or amount, in one call.
//!
//! Either customers are segmented, each by the label of one of her sales ([`Scope::Customers`]), or rows are,
//! and each segment is a shop that sells nothing else ([`Scope::Rows`]). Counts reconcile: rows add up to
//! the rows given in both, customers add up to the customers given in the first.

use std::borrow::Cow;

use crate::analytics::columns::{Purchases, REFUND, check_customers};
use crate::analytics::error::AnalyticsError;
use crate::analytics::metrics::{Population, by_segment};
use crate::analytics::occasions::{Occasions, Rules, ZeroOrders};

/// What segments are made of. Bands are numbered from 0: a value's band is how many cuts are at or below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column<'a> {
    /// The channel numbers.
    Channel,
    /// The source numbers.
    Source,
    /// The product numbers.
    Product,
    /// Bands of the quantity, cut at these thousandths of a unit.
    QuantityMilli(&'a [i64]),
    /// Bands of the margin, cut at these minor units.
    MarginMinor(&'a [i64]),
    /// Bands of the amount, cut at these minor units.
    AmountMinor(&'a [i64]),
}

/// Which of her sales gives a customer her label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pick {
    /// The first: of labels on that day, the least.
    First,
    /// The last: of labels on that day, the least.
    Last,
    /// The label that most of her sale rows have: of several, the least.
    Most,
}

/// What is segmented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Customers, each with all her rows in one segment.
    Customers(Pick),
    /// Rows, sales and refunds each by their own label. A customer is in every segment of which she has a
    /// row, and an order in every segment of which it has a line. The customers of a segment are numbered
    /// anew, in ascending order.
    Rows,
}

/// The label of customers without a sale that exists at `as_of`.
pub const NO_SEGMENT: u32 = u32::MAX;

/// One segment and its metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment<R> {
    /// The label: the column's number, or that of the band. [`NO_SEGMENT`] for customers without one.
    pub label: u32,
    /// Customers in the segment.
    pub customers: u64,
    /// Rows in the segment.
    pub rows: u64,
    /// The metric.
    pub value: R,
}

/// A metric for every segment of a column, in ascending label order.
///
/// # Errors
/// A column error, a column that was not given, cuts that do not rise, a label of [`NO_SEGMENT`], or a total
/// beyond 64 bits.
pub fn by_column<R>(
    purchases: &Purchases<'_>,
    customers: usize,
    rules: Rules,
    column: Column<'_>,
    scope: Scope,
    metric: impl Fn(&Population<'_>) -> R,
) -> Result<Vec<Segment<R>>, AnalyticsError> {
    purchases.check()?;
    check_customers(purchases.customer, customers)?;
    let labels = labels(purchases, column)?;
    match scope {
        Scope::Rows => by_rows(purchases, &labels, rules, metric),
        Scope::Customers(pick) => {
            let of = customer_labels(purchases, customers, rules, &labels, pick);
            let occasions = Occasions::build(purchases, customers, rules, 1)?;
            let mut rows = vec![0_u64; customers];
            for customer in purchases.customer {
                rows[*customer as usize] += 1;
            }
            let count = |population: &Population<'_>| {
                let rows = population
                    .histories()
                    .map(|history| rows[history.customer as usize]);
                (population.len() as u64, rows.sum(), metric(population))
            };
            let segments = by_segment(&occasions, &of, count)?.into_iter();
            Ok(segments
                .map(|(label, (customers, rows, value))| Segment {
                    label,
                    customers,
                    rows,
                    value,
                })
                .collect())
        }
    }
}

/// The label of each customer, for [`by_segment`] or any other use; [`NO_SEGMENT`] without one.
///
/// # Errors
/// As [`by_column`].
pub fn labels_of_customers(
    purchases: &Purchases<'_>,
    customers: usize,
    rules: Rules,
    column: Column<'_>,
    pick: Pick,
) -> Result<Vec<u32>, AnalyticsError> {
    purchases.check()?;
    check_customers(purchases.customer, customers)?;
    let labels = labels(purchases, column)?;
    Ok(customer_labels(purchases, customers, rules, &labels, pick))
}

/// The label of every row.
fn labels<'a>(
    purchases: &Purchases<'a>,
    column: Column<'_>,
) -> Result<Cow<'a, [u32]>, AnalyticsError> {
    let codes = |name: &'static str, column: Option<&'a [u32]>| {
        let column = column.ok_or(AnalyticsError::MissingColumn { column: name })?;
        match column.iter().position(|code| *code == NO_SEGMENT) {
            None => Ok(Cow::Borrowed(column)),
            Some(row) => Err(AnalyticsError::Code {
                column: name,
                row,
                found: u64::from(NO_SEGMENT),
                allowed: u64::from(NO_SEGMENT) - 1,
            }),
        }
    };
    let bands = |name: &'static str, column: Option<&[i64]>, cuts: &[i64]| {
        let column = column.ok_or(AnalyticsError::MissingColumn { column: name })?;
        if cuts.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(AnalyticsError::Option {
                option: "cuts",
                found: format!("{cuts:?}"),
                allowed: "cuts that rise",
            });
        }
        let band = |value: &i64| cuts.partition_point(|cut| cut <= value) as u32;
        Ok(Cow::Owned(column.iter().map(band).collect()))
    };
    match column {
        Column::Channel => codes("channel", purchases.channel),
        Column::Source => codes("source", purchases.source),
        Column::Product => codes("product", purchases.product),
        Column::QuantityMilli(cuts) => bands("quantity_milli", purchases.quantity_milli, cuts),
        Column::MarginMinor(cuts) => bands("margin_minor", purchases.margin_minor, cuts),
        Column::AmountMinor(cuts) => bands("amount_minor", Some(purchases.amount_minor), cuts),
    }
}

fn customer_labels(
    purchases: &Purchases<'_>,
    customers: usize,
    rules: Rules,
    labels: &[u32],
    pick: Pick,
) -> Vec<u32> {
    let sale = |row: &usize| {
        let kind = purchases.kind.map_or(0, |kinds| kinds[*row]);
        let dropped = rules.zero_orders == ZeroOrders::Drop && purchases.amount_minor[*row] == 0;
        kind != REFUND && purchases.day[*row] <= rules.as_of && !dropped
    };
    let mut of = vec![NO_SEGMENT; customers];
    if pick == Pick::Most {
        let mut seen: Vec<(u32, u32)> = (0..labels.len())
            .filter(sale)
            .map(|row| (purchases.customer[row], labels[row]))
            .collect();
        seen.sort_unstable();
        let mut most = vec![0; customers];
        for run in seen.chunk_by(|left, right| left == right) {
            let (customer, label) = (run[0].0 as usize, run[0].1);
            if run.len() > most[customer] {
                most[customer] = run.len();
                of[customer] = label;
            }
        }
        return of;
    }
    let mut day = vec![0; customers];
    for row in (0..labels.len()).filter(sale) {
        let customer = purchases.customer[row] as usize;
        let (at, label) = (purchases.day[row], labels[row]);
        let better = match pick {
            Pick::Last => at > day[customer],
            _ => at < day[customer],
        };
        let tie = at == day[customer] && label < of[customer];
        if of[customer] == NO_SEGMENT || better || tie {
            day[customer] = at;
            of[customer] = label;
        }
    }
    of
}

fn by_rows<R>(
    purchases: &Purchases<'_>,
    labels: &[u32],
    rules: Rules,
    metric: impl Fn(&Population<'_>) -> R,
) -> Result<Vec<Segment<R>>, AnalyticsError> {
    let mut rows: Vec<u32> = (0..labels.len() as u32).collect();
    rows.sort_by_key(|row| labels[*row as usize]);
    rows.chunk_by(|left, right| labels[*left as usize] == labels[*right as usize])
        .map(|run| {
            let part = Part::of(purchases, run);
            let occasions = Occasions::build(&part.purchases(), part.customers, rules, 1)?;
            Ok(Segment {
                label: labels[run[0] as usize],
                customers: part.customers as u64,
                rows: run.len() as u64,
                value: metric(&Population::all(&occasions)),
            })
        })
        .collect()
}

/// Some rows, with their customers numbered anew.
struct Part {
    customers: usize,
    customer: Vec<u32>,
    day: Vec<i32>,
    amount_minor: Vec<i64>,
    order: Option<Vec<u64>>,
    kind: Option<Vec<u8>>,
    original_order: Option<Vec<u64>>,
    margin_minor: Option<Vec<i64>>,
}

impl Part {
    fn of(purchases: &Purchases<'_>, rows: &[u32]) -> Self {
        fn pick<T: Copy>(column: &[T], rows: &[u32]) -> Vec<T> {
            rows.iter().map(|row| column[*row as usize]).collect()
        }
        let mut customer = pick(purchases.customer, rows);
        let mut known = customer.clone();
        known.sort_unstable();
        known.dedup();
        for number in &mut customer {
            *number = known.partition_point(|other| other < number) as u32;
        }
        Self {
            customers: known.len(),
            customer,
            day: pick(purchases.day, rows),
            amount_minor: pick(purchases.amount_minor, rows),
            order: purchases.order.map(|column| pick(column, rows)),
            kind: purchases.kind.map(|column| pick(column, rows)),
            original_order: purchases.original_order.map(|column| pick(column, rows)),
            margin_minor: purchases.margin_minor.map(|column| pick(column, rows)),
        }
    }

    fn purchases(&self) -> Purchases<'_> {
        Purchases {
            order: self.order.as_deref(),
            kind: self.kind.as_deref(),
            original_order: self.original_order.as_deref(),
            margin_minor: self.margin_minor.as_deref(),
            ..Purchases::new(&self.customer, &self.day, &self.amount_minor)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::columns::{NO_ORDER, SALE};

    /// Customer 0 buys in channels 7, 5 and 5, customer 1 in 5, customer 2 gives something back only.
    fn rows() -> Purchases<'static> {
        Purchases {
            kind: Some(&[SALE, SALE, SALE, SALE, REFUND]),
            original_order: Some(&[NO_ORDER; 5]),
            channel: Some(&[7, 5, 5, 5, 7]),
            quantity_milli: Some(&[1_000, 2_000, 999, 5_000, 1_000]),
            ..Purchases::new(&[0, 0, 0, 1, 2], &[1, 2, 3, 4, 4], &[10, 20, 30, 40, 5])
        }
    }

    fn counts(column: Column<'_>, scope: Scope) -> Vec<(u32, u64, u64, usize)> {
        let metric = |population: &Population<'_>| population.occasions().len();
        by_column(&rows(), 4, Rules::at(9), column, scope, metric)
            .unwrap()
            .into_iter()
            .map(|segment| {
                (
                    segment.label,
                    segment.customers,
                    segment.rows,
                    segment.value,
                )
            })
            .collect()
    }

    #[test]
    fn customers_have_the_label_of_one_of_their_sales() {
        let of = |pick| labels_of_customers(&rows(), 4, Rules::at(9), Column::Channel, pick);
        assert_eq!(of(Pick::First).unwrap(), [7, 5, NO_SEGMENT, NO_SEGMENT]);
        assert_eq!(of(Pick::Last).unwrap(), [5, 5, NO_SEGMENT, NO_SEGMENT]);
        assert_eq!(of(Pick::Most).unwrap(), [5, 5, NO_SEGMENT, NO_SEGMENT]);
        let found = counts(Column::Channel, Scope::Customers(Pick::First));
        // All occasions are in sight of each population, its customers are not.
        assert_eq!(found, [(5, 1, 1, 4), (7, 1, 3, 4), (NO_SEGMENT, 2, 1, 4)]);
    }

    #[test]
    fn rows_are_shops_of_their_own() {
        let found = counts(Column::Channel, Scope::Rows);
        assert_eq!(found, [(5, 2, 3, 3), (7, 2, 2, 1)]);
        let found = counts(Column::QuantityMilli(&[1_000, 2_000]), Scope::Rows);
        assert_eq!(found, [(0, 1, 1, 1), (1, 2, 2, 1), (2, 2, 2, 2)]);
    }

    #[test]
    fn a_missing_column_and_bad_cuts_are_named() {
        let ask = |column| {
            let metric = |population: &Population<'_>| population.len();
            by_column(&rows(), 4, Rules::at(9), column, Scope::Rows, metric)
                .map_err(|error| error.code())
        };
        assert_eq!(ask(Column::Product), Err("analytics.column.missing"));
        assert_eq!(ask(Column::AmountMinor(&[5, 5])), Err("analytics.option"));
    }
}
