//! Partial summaries that merge: any split of the rows, in any order, gives the same state.
//!
//! The state holds integers and external keys only, sorted by key: per (customer, order, day, kind)
//! the sums of amount and margin and the number of rows. Merging adds; nothing is decided before
//! [`Partial::finish`], where `as_of` is given.

use serde::{Deserialize, Serialize};

use super::columns::{Purchases, REFUND, check_customers};
use super::error::AnalyticsError;
use super::index::{Index, Key};
use super::occasions::{Cell, Occasions, Rules, add, cells_of, compact};

/// The version of [`PartialState`].
pub const PARTIAL_SCHEMA: u32 = 1;

/// A mergeable partial summary. Equal inputs give equal states, however they were split.
#[derive(Debug, Clone, Default)]
pub struct Partial {
    /// Sorted runs, each roughly twice the size of the next.
    runs: Vec<Run>,
    margins: Option<bool>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Run {
    keys: Vec<Key>,
    cells: Vec<Cell>,
}

/// The canonical state of a [`Partial`] as plain columns of equal length, sorted by key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartialState {
    /// [`PARTIAL_SCHEMA`].
    pub schema: u32,
    /// Whether a margin column was given; nothing before the first rows.
    pub margins: Option<bool>,
    /// Customer keys, ascending.
    pub keys: Vec<Key>,
    /// Position in `keys`, ascending.
    pub customer: Vec<u32>,
    /// Order number, or [`super::columns::NO_ORDER`].
    pub order: Vec<u64>,
    /// Business day.
    pub day: Vec<i32>,
    /// [`super::columns::SALE`] or [`super::columns::REFUND`].
    pub kind: Vec<u8>,
    /// Whether the rows have amount zero.
    pub zero: Vec<bool>,
    /// Sum of amounts, minor units.
    pub amount_minor: Vec<i64>,
    /// Sum of margins, minor units.
    pub margin_minor: Vec<i64>,
    /// Number of rows.
    pub rows: Vec<u64>,
}

impl Partial {
    /// A state without rows, the neutral element of [`Partial::merge`].
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds rows whose customer numbers are those of `index`.
    ///
    /// # Errors
    /// A column error, an unknown customer, an overflow, or a margin column where earlier rows had
    /// none (and the reverse). The state is unchanged after an error.
    pub fn update(
        &mut self,
        purchases: &Purchases<'_>,
        index: &Index,
    ) -> Result<(), AnalyticsError> {
        purchases.check()?;
        check_customers(purchases.customer, index.len())?;
        if purchases.is_empty() {
            return Ok(());
        }
        let margins = agree(self.margins, Some(purchases.margin_minor.is_some()))?;
        let run = Run::of(cells_of(purchases)?, index.keys())?;
        self.push(run)?;
        self.margins = margins;
        Ok(())
    }

    /// Adds another partial state; the order of merges does not matter.
    ///
    /// # Errors
    /// An overflow, or states of which only one has margins.
    pub fn merge(&mut self, other: Self) -> Result<(), AnalyticsError> {
        let margins = agree(self.margins, other.margins)?;
        let mut merged = self.clone();
        for run in other.runs {
            merged.push(run)?;
        }
        merged.margins = margins;
        *self = merged;
        Ok(())
    }

    /// Appends a run and merges from the end until sizes fall geometrically again.
    fn push(&mut self, run: Run) -> Result<(), AnalyticsError> {
        let mut last = run;
        let mut keep = self.runs.len();
        while keep > 0 && self.runs[keep - 1].cells.len() < 2 * last.cells.len() {
            last = last.merge(&self.runs[keep - 1])?;
            keep -= 1;
        }
        self.runs.truncate(keep);
        self.runs.push(last);
        Ok(())
    }

    fn canonical(&self) -> Result<Run, AnalyticsError> {
        let mut result = Run::default();
        for run in self.runs.iter().rev() {
            result = result.merge(run)?;
        }
        Ok(result)
    }

    /// The canonical state, ready to be stored.
    ///
    /// # Errors
    /// A sum beyond 64 bits.
    pub fn state(&self) -> Result<PartialState, AnalyticsError> {
        let run = self.canonical()?;
        let cells = &run.cells;
        Ok(PartialState {
            schema: PARTIAL_SCHEMA,
            margins: self.margins,
            customer: cells.iter().map(|cell| cell.customer).collect(),
            order: cells.iter().map(|cell| cell.order).collect(),
            day: cells.iter().map(|cell| cell.day).collect(),
            kind: cells.iter().map(|cell| cell.kind).collect(),
            zero: cells.iter().map(|cell| cell.zero).collect(),
            amount_minor: cells.iter().map(|cell| cell.amount).collect(),
            margin_minor: cells.iter().map(|cell| cell.margin).collect(),
            rows: cells.iter().map(|cell| cell.rows).collect(),
            keys: run.keys,
        })
    }

    /// Reads a stored state.
    ///
    /// # Errors
    /// Another schema version, columns of unequal length, or a state that is not canonical.
    pub fn from_state(state: &PartialState) -> Result<Self, AnalyticsError> {
        state.hold_schema()?;
        let run = Run {
            keys: state.keys.clone(),
            cells: state.cells()?,
        };
        run.check()?;
        let runs = if run.cells.is_empty() {
            Vec::new()
        } else {
            vec![run]
        };
        Ok(Self {
            runs,
            margins: state.margins,
        })
    }

    /// Reads rows of one or several states in any order; rows of one key add up.
    ///
    /// A key may stand in `keys` more than once, so that states can be laid end to end.
    ///
    /// # Errors
    /// Another schema version, columns of unequal length, a row that contradicts itself, or a sum
    /// beyond 64 bits.
    pub fn from_rows(rows: &PartialState) -> Result<Self, AnalyticsError> {
        rows.hold_schema()?;
        let mut cells = rows.cells()?;
        for cell in &cells {
            cell_fits(cell, rows.keys.len())?;
        }
        cells.sort_unstable_by_key(Cell::key);
        let mut partial = Self {
            runs: Vec::new(),
            margins: rows.margins,
        };
        if !cells.is_empty() {
            partial.push(Run::of(cells, &rows.keys)?)?;
        }
        Ok(partial)
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Occasions at an explicit last day, with customers numbered in key order, and their keys.
    ///
    /// # Errors
    /// A total beyond 64 bits.
    pub fn finish(&self, rules: Rules) -> Result<(Vec<Key>, Occasions), AnalyticsError> {
        let run = self.canonical()?;
        let margins = self.margins.unwrap_or(false);
        let occasions = Occasions::assemble(&run.cells, run.keys.len(), rules, margins)?;
        Ok((run.keys, occasions))
    }
}

fn agree(left: Option<bool>, right: Option<bool>) -> Result<Option<bool>, AnalyticsError> {
    match (left, right) {
        (Some(left), Some(right)) if left != right => {
            Err(AnalyticsError::Incompatible { what: "margins" })
        }
        _ => Ok(left.or(right)),
    }
}

/// Holds that a row says nothing impossible.
fn cell_fits(cell: &Cell, keys: usize) -> Result<(), AnalyticsError> {
    let detail = if cell.customer as usize >= keys {
        "a customer has no key"
    } else if cell.rows == 0
        || cell.amount < 0
        || cell.zero != (cell.amount == 0)
        || cell.kind > REFUND
    {
        "a row contradicts itself"
    } else {
        return Ok(());
    };
    Err(AnalyticsError::State { detail })
}

impl PartialState {
    fn hold_schema(&self) -> Result<(), AnalyticsError> {
        if self.schema == PARTIAL_SCHEMA {
            return Ok(());
        }
        Err(AnalyticsError::Schema {
            what: "partial summary",
            found: self.schema,
            allowed: PARTIAL_SCHEMA,
        })
    }

    fn cells(&self) -> Result<Vec<Cell>, AnalyticsError> {
        let length = self.customer.len();
        let lengths = [
            self.order.len(),
            self.day.len(),
            self.kind.len(),
            self.zero.len(),
            self.amount_minor.len(),
            self.margin_minor.len(),
            self.rows.len(),
        ];
        if lengths.iter().any(|found| *found != length) {
            return Err(AnalyticsError::State {
                detail: "columns differ in length",
            });
        }
        Ok((0..length)
            .map(|row| Cell {
                customer: self.customer[row],
                order: self.order[row],
                day: self.day[row],
                kind: self.kind[row],
                zero: self.zero[row],
                amount: self.amount_minor[row],
                margin: self.margin_minor[row],
                rows: self.rows[row],
            })
            .collect())
    }
}

impl Run {
    /// A run from cells that are sorted by the caller's numbers, renumbered in key order. Numbers of
    /// one key become one.
    fn of(mut cells: Vec<Cell>, keys: &[Key]) -> Result<Self, AnalyticsError> {
        let key_of = |number: u32| &keys[number as usize];
        let mut numbers: Vec<u32> = cells.iter().map(|cell| cell.customer).collect();
        numbers.dedup();
        numbers.sort_unstable_by(|left, right| key_of(*left).cmp(key_of(*right)));
        let mut ranks = vec![0_u32; keys.len()];
        let mut found: Vec<Key> = Vec::new();
        for number in numbers {
            let key = key_of(number);
            if found.last() != Some(key) {
                found.push(key.clone());
            }
            ranks[number as usize] = found.len() as u32 - 1;
        }
        for cell in &mut cells {
            cell.customer = ranks[cell.customer as usize];
        }
        cells.sort_unstable_by_key(Cell::key);
        Ok(Self {
            keys: found,
            cells: compact(cells)?,
        })
    }

    fn merge(&self, other: &Self) -> Result<Self, AnalyticsError> {
        let (keys, left, right) = merge_keys(&self.keys, &other.keys);
        let moved = |cell: &Cell, ranks: &[u32]| Cell {
            customer: ranks[cell.customer as usize],
            ..*cell
        };
        let mut cells = Vec::with_capacity(self.cells.len() + other.cells.len());
        let (mut i, mut j) = (0, 0);
        while i < self.cells.len() || j < other.cells.len() {
            let a = self.cells.get(i).map(|cell| moved(cell, &left));
            let b = other.cells.get(j).map(|cell| moved(cell, &right));
            match (a, b) {
                (Some(a), Some(b)) if a.key() == b.key() => {
                    cells.push(add(&a, &b)?);
                    i += 1;
                    j += 1;
                }
                (Some(a), Some(b)) if a.key() > b.key() => {
                    cells.push(b);
                    j += 1;
                }
                (Some(a), _) => {
                    cells.push(a);
                    i += 1;
                }
                (None, Some(b)) => {
                    cells.push(b);
                    j += 1;
                }
                (None, None) => {}
            }
        }
        Ok(Self { keys, cells })
    }

    fn check(&self) -> Result<(), AnalyticsError> {
        let state = |detail| Err(AnalyticsError::State { detail });
        if self.keys.windows(2).any(|pair| pair[0] >= pair[1]) {
            return state("keys are not ascending");
        }
        if self
            .cells
            .windows(2)
            .any(|pair| pair[0].key() >= pair[1].key())
        {
            return state("rows are not ascending");
        }
        let mut seen = vec![false; self.keys.len()];
        for cell in &self.cells {
            cell_fits(cell, seen.len())?;
            if let Some(slot) = seen.get_mut(cell.customer as usize) {
                *slot = true;
            }
        }
        if seen.contains(&false) {
            state("a key has no row")
        } else {
            Ok(())
        }
    }
}

/// The union of two ascending key lists, and where each old position went.
fn merge_keys(left: &[Key], right: &[Key]) -> (Vec<Key>, Vec<u32>, Vec<u32>) {
    let mut keys = Vec::with_capacity(left.len() + right.len());
    let (mut from_left, mut from_right) = (
        Vec::with_capacity(left.len()),
        Vec::with_capacity(right.len()),
    );
    let (mut i, mut j) = (0, 0);
    while i < left.len() || j < right.len() {
        let take_left = i < left.len() && (j >= right.len() || left[i] <= right[j]);
        let take_right = j < right.len() && (i >= left.len() || right[j] <= left[i]);
        let rank = keys.len() as u32;
        keys.push(if take_left {
            left[i].clone()
        } else {
            right[j].clone()
        });
        if take_left {
            from_left.push(rank);
            i += 1;
        }
        if take_right {
            from_right.push(rank);
            j += 1;
        }
    }
    (keys, from_left, from_right)
}
