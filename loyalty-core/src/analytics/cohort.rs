//! Cohort tables: rows are acquisition periods, columns the periods since.
//!
//! Rows are calendar periods of the first occasion. Columns are calendar periods since, or rolling
//! spans of days since each customer's own first occasion. A cell that is not observed to its end is
//! absent, not zero; a rolling cell counts the exposed customers only.

use serde::{Deserialize, Serialize};

use super::civil::Calendar;
use super::columns::{Purchases, count_f64};
use super::error::{Absent, AnalyticsError};
use super::occasions::{History, Occasions, Rules, ZeroOrders};
use super::population::Population;

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Customers with an occasion in the cell's period.
    Customers,
    /// Orders.
    Orders,
    /// Net amount, minor units.
    NetMinor,
    /// Net margin, minor units; needs a margin column.
    MarginMinor,
}

/// How columns count time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Since {
    /// Calendar periods after the one of the first occasion.
    Calendar,
    /// Spans of so many days after the customer's own first occasion.
    RollingDays(u32),
}

/// One observed cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CohortCell {
    /// The measure's sum over the exposed customers.
    pub value: i64,
    /// Customers whose period is observed to its end.
    pub exposed: u64,
}

/// One cohort.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CohortRow {
    /// Index of the acquisition period, see [`Calendar::period`].
    pub period: i32,
    /// Customers acquired in it.
    pub size: u64,
    /// The observed cells, from period 0 without a hole; everything after is unobserved.
    pub cells: Vec<CohortCell>,
}

/// A cohort table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CohortTable {
    /// The calendar of the rows.
    pub calendar: Calendar,
    /// How columns count.
    pub since: Since,
    /// What cells hold.
    pub measure: Measure,
    /// The last day of the data.
    pub as_of: i32,
    /// Cohorts in period order; periods without a new customer have no row.
    pub rows: Vec<CohortRow>,
}

impl CohortRow {
    /// The value of a period since acquisition.
    ///
    /// # Errors
    /// [`Absent::Unobserved`] for a period that is not over.
    pub fn value(&self, since: u32) -> Result<i64, Absent> {
        self.cells
            .get(since as usize)
            .map(|cell| cell.value)
            .ok_or(Absent::Unobserved)
    }

    /// The value an exposed customer: for [`Measure::Customers`] the retention rate.
    ///
    /// # Errors
    /// [`Absent::Unobserved`], or [`Absent::EmptyDenominator`] when nobody is exposed.
    pub fn per_customer(&self, since: u32) -> Result<f64, Absent> {
        let cell = self.cells.get(since as usize).ok_or(Absent::Unobserved)?;
        if cell.exposed == 0 {
            return Err(Absent::EmptyDenominator);
        }
        Ok(super::columns::minor_f64(cell.value) / count_f64(cell.exposed))
    }
}

/// Columns of a table at most.
pub const PERIODS_MAX: u32 = 20_000;

/// The cohort table of a population.
///
/// # Errors
/// A missing margin column, a rolling length of 0, a table wider than [`PERIODS_MAX`], or a sum
/// beyond 64 bits.
pub fn cohort_table(
    population: &Population<'_>,
    calendar: Calendar,
    since: Since,
    measure: Measure,
) -> Result<CohortTable, AnalyticsError> {
    if measure == Measure::MarginMinor && population.occasions().margin_minor.is_none() {
        return Err(AnalyticsError::MissingColumn {
            column: "margin_minor",
        });
    }
    if since == Since::RollingDays(0) {
        let (option, allowed) = ("since", "1 day or more");
        return Err(AnalyticsError::Option {
            option,
            found: "0".to_owned(),
            allowed,
        });
    }
    let as_of = population.as_of();
    let mut table = CohortTable {
        calendar,
        since,
        measure,
        as_of,
        rows: Vec::new(),
    };
    let Some(earliest) = population
        .histories()
        .filter_map(|history| history.first())
        .min()
    else {
        return Ok(table);
    };
    let base = calendar.period(earliest);
    let mut rows: Vec<Option<CohortRow>> = Vec::new();
    for history in population.histories() {
        let Some(first) = history.first() else {
            continue;
        };
        let position = calendar.period(first).abs_diff(base) as usize;
        if rows.len() <= position {
            rows.resize(position + 1, None);
        }
        let row = rows[position].get_or_insert_with(|| CohortRow {
            period: calendar.period(first),
            size: 0,
            cells: Vec::new(),
        });
        row.size += 1;
        table.add(row, &history, first)?;
    }
    table.rows = rows.into_iter().flatten().collect();
    Ok(table)
}

impl CohortTable {
    /// How many periods a customer has been observed to their end.
    fn observed(&self, first: i32) -> u32 {
        match self.since {
            Since::RollingDays(length) => (first.abs_diff(self.as_of) + 1) / length,
            Since::Calendar => {
                let current = self.calendar.period(self.as_of);
                let complete = self.calendar.last_day(current) == self.as_of;
                current.abs_diff(self.calendar.period(first)) + u32::from(complete)
            }
        }
    }

    fn add(
        &self,
        row: &mut CohortRow,
        history: &History<'_>,
        first: i32,
    ) -> Result<(), AnalyticsError> {
        let observed = self.observed(first);
        if observed > PERIODS_MAX {
            let (option, allowed) = ("since", "periods so long that a table has at most 20,000");
            return Err(AnalyticsError::Option {
                option,
                found: observed.to_string(),
                allowed,
            });
        }
        let length = observed as usize;
        if row.cells.len() < length {
            row.cells.resize(
                length,
                CohortCell {
                    value: 0,
                    exposed: 0,
                },
            );
        }
        row.cells[..length]
            .iter_mut()
            .for_each(|cell| cell.exposed += 1);
        let start = self.calendar.period(first);
        let mut last = None;
        for (at, day) in history.day.iter().enumerate() {
            let period = match self.since {
                Since::RollingDays(length) => first.abs_diff(*day) / length,
                Since::Calendar => self.calendar.period(*day).abs_diff(start),
            };
            let Some(cell) = row.cells[..length].get_mut(period as usize) else {
                break;
            };
            let amount = match self.measure {
                Measure::Customers => i64::from(last != Some(period)),
                Measure::Orders => i64::from(history.orders[at]),
                Measure::NetMinor => history.net_minor[at],
                Measure::MarginMinor => history.margin_minor.map_or(0, |margins| margins[at]),
            };
            last = Some(period);
            cell.value = cell
                .value
                .checked_add(amount)
                .ok_or(AnalyticsError::Overflow {
                    what: "cohort cell",
                })?;
        }
        Ok(())
    }
}

/// The calendar cohort table of active customers straight from rows: one pass, one bitset a customer.
///
/// The result equals [`cohort_table`] over [`Occasions::build`]. Rows with orders or refunds, and
/// spans of more than 64 periods, take that way.
///
/// # Errors
/// A column error or an unknown customer.
pub fn cohort_counts(
    purchases: &Purchases<'_>,
    customers: usize,
    rules: Rules,
    calendar: Calendar,
) -> Result<CohortTable, AnalyticsError> {
    let scan = purchases.scan(customers, 1)?;
    let general = || {
        let occasions = Occasions::build(purchases, customers, rules, 1)?;
        cohort_table(
            &Population::all(&occasions),
            calendar,
            Since::Calendar,
            Measure::Customers,
        )
    };
    let (least, most) = (scan.first, scan.last.min(rules.as_of));
    if purchases.has_orders() || most < least {
        return general();
    }
    let base = calendar.period(least);
    let span = base.abs_diff(calendar.period(most)) as usize + 1;
    let days = least.abs_diff(most) as usize + 1;
    if span > 64 || days > 1 << 22 {
        return general();
    }
    let bit_of_day = day_bits(calendar, least, days, base);
    let mut active = vec![0_u64; customers];
    let drop_zero = rules.zero_orders == ZeroOrders::Drop;
    // Days after `as_of` have no bit.
    let bit = |day: i32| {
        bit_of_day
            .get(least.abs_diff(day) as usize)
            .copied()
            .unwrap_or(0)
    };
    if drop_zero {
        for row in 0..purchases.len() {
            let exists = purchases.amount_minor[row] != 0;
            active[purchases.customer[row] as usize] |=
                if exists { bit(purchases.day[row]) } else { 0 };
        }
    } else if scan.sorted {
        // Days come in runs: one look-up a run.
        let mut start = 0;
        for run in purchases.day.chunk_by(|left, right| left == right) {
            let bit = bit(run[0]);
            for customer in &purchases.customer[start..start + run.len()] {
                active[*customer as usize] |= bit;
            }
            start += run.len();
        }
    } else {
        for (customer, day) in purchases.customer.iter().zip(purchases.day) {
            active[*customer as usize] |= bit(*day);
        }
    }
    Ok(table_of_bits(&active, calendar, rules.as_of, base, span))
}

/// One bit for the period of each day.
fn day_bits(calendar: Calendar, least: i32, days: usize, base: i32) -> Vec<u64> {
    let mut bits = Vec::with_capacity(days);
    let mut period = base;
    let mut last = calendar.last_day(period);
    for offset in 0..days {
        let day = least + offset as i32;
        if day > last {
            period += 1;
            last = calendar.last_day(period);
        }
        bits.push(1_u64 << period.abs_diff(base));
    }
    bits
}

fn table_of_bits(
    active: &[u64],
    calendar: Calendar,
    as_of: i32,
    base: i32,
    span: usize,
) -> CohortTable {
    let mut counts = vec![0_u64; span * span];
    for bits in active {
        if *bits != 0 {
            let first = bits.trailing_zeros() as usize;
            let mut rest = *bits >> first;
            let row = &mut counts[first * span..(first + 1) * span];
            while rest != 0 {
                row[rest.trailing_zeros() as usize] += 1;
                rest &= rest - 1;
            }
        }
    }
    let mut table = CohortTable {
        calendar,
        since: Since::Calendar,
        measure: Measure::Customers,
        as_of,
        rows: Vec::new(),
    };
    for first in 0..span {
        let size = counts[first * span];
        if size == 0 {
            continue;
        }
        let period = base + first as i32;
        let observed = table.observed(calendar.first_day(period)) as usize;
        let value = |since: usize| {
            if first + since < span {
                counts[first * span + since]
            } else {
                0
            }
        };
        let cells = (0..observed).map(|since| CohortCell {
            value: value(since) as i64,
            exposed: size,
        });
        let cells = cells.collect();
        table.rows.push(CohortRow {
            period,
            size,
            cells,
        });
    }
    table
}
