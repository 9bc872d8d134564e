//! Runs of equal units, and discounts shared out over them.
//!
//! A line of 6,000 pieces is one run until a discount does not divide evenly; then it is two. So
//! the cost of a cart does not grow with its units.

use crate::number::{AllocateScratch, allocate_into};

use super::arith::{Checked, index, small};
use super::cart::Cart;
use super::error::ActError;

/// Units of one line that have the same amount left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) line: u32,
    pub(crate) first: u32,
    pub(crate) count: u32,
    /// Minor units left on each unit.
    pub(crate) left: i64,
    /// Whether a reward made the units free.
    pub(crate) free: bool,
    /// Whether the units had a price at all.
    pub(crate) priced: bool,
}

/// The same amount on each unit of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RunShare {
    pub(crate) line: u32,
    pub(crate) first: u32,
    pub(crate) count: u32,
    /// Minor units on each unit.
    pub(crate) each: i64,
}

impl RunShare {
    /// The share's amount on the first `units` units of its line.
    pub(crate) fn on_first(&self, units: u32) -> i64 {
        let count = units.saturating_sub(self.first).min(self.count);
        self.each.saturating_mul(i64::from(count))
    }
}

/// The runs of a cart, in the order of its lines and units, and what is left on every line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Runs {
    runs: Vec<Run>,
    /// Minor units left by line.
    pub(crate) left: Vec<i64>,
    scratch: Scratch,
}

#[derive(Debug, Clone, Default)]
struct Scratch {
    weights: Vec<i64>,
    parts: Vec<i64>,
    allocate: AllocateScratch,
    next: Vec<Run>,
}

impl Runs {
    /// Every line as one run, in `quantities` of the cart's units.
    pub(crate) fn of(cart: &Cart, quantities: Option<&[u32]>) -> Self {
        let mut runs = Vec::with_capacity(cart.lines.len());
        let mut left = Vec::with_capacity(cart.lines.len());
        for (place, line) in cart.lines.iter().enumerate() {
            let count = quantities
                .and_then(|all| all.get(place))
                .copied()
                .unwrap_or(line.quantity);
            left.push(line.price.saturating_mul(i64::from(count)));
            if count > 0 {
                let line_place = small(place);
                runs.push(Run {
                    line: line_place,
                    first: 0,
                    count,
                    left: line.price,
                    free: false,
                    priced: line.price > 0,
                });
            }
        }
        Self {
            runs,
            left,
            scratch: Scratch::default(),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Run> {
        self.runs.iter()
    }

    /// The units of a line that are not free.
    pub(crate) fn paid_units(&self, line: usize) -> u32 {
        let place = small(line);
        self.runs
            .iter()
            .filter(|run| run.line == place && !run.free)
            .fold(0, |sum, run| run.count.saturating_add(sum))
    }

    /// Whether any unit is free.
    pub(crate) fn any_free(&self) -> bool {
        self.runs.iter().any(|run| run.free)
    }

    /// Shares an amount out over lines by what is left on them, largest remainder, ties by line
    /// order, then over their units. The amount is at most what is left on these lines.
    pub(crate) fn apportion(
        &mut self,
        amount: i64,
        eligible: &dyn Fn(usize) -> bool,
        shares: &mut Vec<RunShare>,
    ) -> Result<(), ActError> {
        if amount == 0 {
            return Ok(());
        }
        let mut weights = std::mem::take(&mut self.scratch.weights);
        let mut parts = std::mem::take(&mut self.scratch.parts);
        weights.clear();
        weights.extend(
            self.left
                .iter()
                .enumerate()
                .map(|(place, left)| if eligible(place) { *left } else { 0 }),
        );
        allocate_into(
            amount,
            &weights,
            Some(&weights),
            &mut parts,
            &mut self.scratch.allocate,
        )?;
        let done = self.spread(&parts, shares);
        self.scratch.weights = weights;
        self.scratch.parts = parts;
        done
    }

    /// Takes `parts` (by line) off the units of each line.
    fn spread(&mut self, parts: &[i64], shares: &mut Vec<RunShare>) -> Result<(), ActError> {
        let mut next = std::mem::take(&mut self.scratch.next);
        next.clear();
        let most = self.runs.len().saturating_mul(2);
        next.reserve(most);
        shares.reserve(most);
        let runs = std::mem::take(&mut self.runs);
        let mut from = 0;
        while let Some(run) = runs.get(from) {
            let line = run.line;
            let to = runs
                .iter()
                .enumerate()
                .skip(from)
                .find(|(_, other)| other.line != line)
                .map_or(runs.len(), |(place, _)| place);
            let of_line = runs.get(from..to).unwrap_or(&[]);
            let part = parts.get(index(line)).copied().unwrap_or(0);
            if part == 0 {
                next.extend_from_slice(of_line);
            } else {
                self.spread_line(of_line, part, &mut next, shares)?;
                if let Some(left) = self.left.get_mut(index(line)) {
                    *left = left.minus(part)?;
                }
            }
            from = to;
        }
        self.scratch.next = runs;
        self.runs = next;
        Ok(())
    }

    fn spread_line(
        &mut self,
        runs: &[Run],
        part: i64,
        next: &mut Vec<Run>,
        shares: &mut Vec<RunShare>,
    ) -> Result<(), ActError> {
        if let [run] = runs {
            return take_evenly(*run, part, next, shares);
        }
        let weights: Vec<i64> = runs
            .iter()
            .map(|run| run.left.saturating_mul(i64::from(run.count)))
            .collect();
        let mut parts = Vec::new();
        allocate_into(
            part,
            &weights,
            Some(&weights),
            &mut parts,
            &mut self.scratch.allocate,
        )?;
        for (run, part) in runs.iter().zip(&parts) {
            take_evenly(*run, *part, next, shares)?;
        }
        Ok(())
    }

    /// Makes the last `units` paid units of a line free and gives their share.
    pub(crate) fn free_units(
        &mut self,
        line: u32,
        units: u32,
        shares: &mut Vec<RunShare>,
    ) -> Result<i64, ActError> {
        let mut wanted = units;
        let mut amount = 0_i64;
        let mut next = Vec::with_capacity(self.runs.len().saturating_add(1));
        for run in self.runs.iter().rev() {
            let take = if run.line == line && !run.free && run.left > 0 {
                wanted.min(run.count)
            } else {
                0
            };
            if take == 0 {
                next.push(*run);
                continue;
            }
            wanted = wanted.saturating_sub(take);
            let kept = run.count.minus(take)?;
            let first = run.first.plus(kept)?;
            next.push(Run {
                first,
                count: take,
                left: 0,
                free: true,
                ..*run
            });
            if kept > 0 {
                next.push(Run {
                    count: kept,
                    ..*run
                });
            }
            shares.push(RunShare {
                line,
                first,
                count: take,
                each: run.left,
            });
            amount = amount.plus(run.left.times(i64::from(take))?)?;
        }
        next.reverse();
        self.runs = next;
        if let Some(left) = self.left.get_mut(index(line)) {
            *left = left.minus(amount)?;
        }
        Ok(amount)
    }

    /// Units of which nothing is left are free, as long as they had a price.
    pub(crate) fn mark_free(&mut self) {
        for run in &mut self.runs {
            run.free |= run.left == 0 && run.priced;
        }
    }

    /// Takes shares off that were found before.
    pub(crate) fn take(&mut self, shares: &[RunShare]) -> Result<(), ActError> {
        for share in shares {
            let mut next = Vec::with_capacity(self.runs.len().saturating_add(2));
            let end = share.first.plus(share.count)?;
            for run in &self.runs {
                let run_end = run.first.plus(run.count)?;
                if run.line != share.line || run_end <= share.first || end <= run.first {
                    next.push(*run);
                    continue;
                }
                let (from, to) = (run.first.max(share.first), run_end.min(end));
                let mut push = |first: u32, until: u32, off: i64| -> Result<(), ActError> {
                    if until > first {
                        let count = until.minus(first)?;
                        next.push(Run {
                            first,
                            count,
                            left: run.left.minus(off)?,
                            ..*run
                        });
                    }
                    Ok(())
                };
                push(run.first, from, 0)?;
                push(from, to, share.each)?;
                push(to, run_end, 0)?;
            }
            self.runs = next;
            if let Some(left) = self.left.get_mut(index(share.line)) {
                *left = left.minus(share.each.times(i64::from(share.count))?)?;
            }
        }
        Ok(())
    }

    /// Takes shares off that are in the order of lines and units, in one pass.
    pub(crate) fn take_sorted(&mut self, shares: &[RunShare]) -> Result<(), ActError> {
        if shares.is_empty() {
            return Ok(());
        }
        let mut next = std::mem::take(&mut self.scratch.next);
        next.clear();
        next.reserve(
            self.runs
                .len()
                .saturating_add(shares.len().saturating_mul(2)),
        );
        let mut shares = shares.iter().copied().peekable();
        for run in &self.runs {
            let end = run.first.plus(run.count)?;
            let mut from = run.first;
            while from < end {
                while shares
                    .next_if(|share| {
                        share.line < run.line
                            || (share.line == run.line
                                && share.first.saturating_add(share.count) <= from)
                    })
                    .is_some()
                {}
                let (to, off) = match shares.peek() {
                    Some(share) if share.line == run.line && share.first < end => {
                        if share.first <= from {
                            let share_end = share.first.saturating_add(share.count);
                            (share_end.min(end), share.each)
                        } else {
                            (share.first, 0)
                        }
                    }
                    _ => (end, 0),
                };
                let count = to.minus(from)?;
                next.push(Run {
                    first: from,
                    count,
                    left: run.left.minus(off)?,
                    ..*run
                });
                if off > 0
                    && let Some(left) = self.left.get_mut(index(run.line))
                {
                    *left = left.minus(off.times(i64::from(count))?)?;
                }
                from = to;
            }
        }
        self.scratch.next = std::mem::replace(&mut self.runs, next);
        Ok(())
    }

    /// What is left on units of a line.
    pub(crate) fn left_on(&self, line: u32, first: u32, count: u32) -> i64 {
        let end = first.saturating_add(count);
        self.runs
            .iter()
            .filter(|run| run.line == line)
            .fold(0_i64, |sum, run| {
                let from = run.first.max(first);
                let to = run.first.saturating_add(run.count).min(end);
                let units = i64::from(to.saturating_sub(from));
                sum.saturating_add(run.left.saturating_mul(units))
            })
    }

    /// Takes a rounded part off every unit of the eligible lines.
    pub(crate) fn each_unit(
        &mut self,
        part_of: &dyn Fn(i64) -> i64,
        eligible: &dyn Fn(usize) -> bool,
        shares: &mut Vec<RunShare>,
    ) -> Result<i64, ActError> {
        let mut amount = 0_i64;
        for run in &mut self.runs {
            if !eligible(index(run.line)) {
                continue;
            }
            let each = part_of(run.left).clamp(0, run.left);
            if each == 0 {
                continue;
            }
            run.left = run.left.minus(each)?;
            let taken = each.times(i64::from(run.count))?;
            amount = amount.plus(taken)?;
            if let Some(left) = self.left.get_mut(index(run.line)) {
                *left = left.minus(taken)?;
            }
            shares.push(RunShare {
                line: run.line,
                first: run.first,
                count: run.count,
                each,
            });
        }
        Ok(amount)
    }
}

/// Takes `part` off the units of a run; the first ones bear the odd minor units.
fn take_evenly(
    run: Run,
    part: i64,
    next: &mut Vec<Run>,
    shares: &mut Vec<RunShare>,
) -> Result<(), ActError> {
    let count = i64::from(run.count);
    let each = part.checked_div(count).unwrap_or(0);
    let odd = u32::try_from(part.checked_rem(count).unwrap_or(0)).unwrap_or(0);
    let mut first = run.first;
    for (units, amount) in [(odd, each.saturating_add(1)), (run.count.minus(odd)?, each)] {
        if units == 0 {
            continue;
        }
        next.push(Run {
            first,
            count: units,
            left: run.left.minus(amount)?,
            ..run
        });
        if amount > 0 {
            shares.push(RunShare {
                line: run.line,
                first,
                count: units,
                each: amount,
            });
        }
        first = first.plus(units)?;
    }
    Ok(())
}
