//! Runs of equal units, and discounts shared out over them.
//!
//! A line of 6,000 pieces is one run until a discount does not divide evenly; then it is two. So
//! the cost of a cart does not grow with its units.

use smallvec::SmallVec;

use crate::number::allocate_within;

use super::arith::{Checked, index, small};
use super::cart::Cart;
use super::error::ActError;
use super::line_set::PerLine;

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
    /// The share's amount on all of its units.
    pub(crate) fn amount(&self) -> i64 {
        self.each.saturating_mul(i64::from(self.count))
    }

    /// The share's amount on the first `units` units of its line.
    pub(crate) fn on_first(&self, units: u32) -> i64 {
        let count = units.saturating_sub(self.first).min(self.count);
        self.each.saturating_mul(i64::from(count))
    }
}

/// A list of runs: a line that a discount does not divide evenly has two.
type RunList = SmallVec<[Run; 12]>;

/// The runs of a cart, in the order of its lines and units, and what is left on every line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Runs {
    runs: RunList,
    /// Minor units left by line.
    pub(crate) left: PerLine<i64>,
}

impl Runs {
    /// Takes every line as one run, in `quantities` of the cart's units.
    pub(crate) fn fill(&mut self, cart: &Cart, quantities: Option<&[u32]>) {
        self.runs.clear();
        self.left.clear();
        match quantities {
            None => self.left.extend_from_slice(&cart.lists),
            Some(units) => {
                let lines = cart.lines.iter().zip(units);
                let left = lines.map(|(line, units)| line.price.saturating_mul(i64::from(*units)));
                self.left.extend(left);
            }
        }
        let units = quantities.unwrap_or(&cart.quantities);
        for ((line, count), place) in cart.lines.iter().zip(units).zip(0_u32..) {
            if *count > 0 {
                self.runs.push(Run {
                    line: place,
                    first: 0,
                    count: *count,
                    left: line.price,
                    free: false,
                    priced: line.price > 0,
                });
            }
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
        eligible: impl Fn(usize) -> bool,
        shares: &mut Vec<RunShare>,
    ) -> Result<(), ActError> {
        if amount == 0 {
            return Ok(());
        }
        let mut weights = PerLine::from_slice(&self.left);
        for (place, weight) in weights.iter_mut().enumerate() {
            if !eligible(place) {
                *weight = 0;
            }
        }
        allocate_within(amount, &mut weights)?;
        self.spread(&weights, shares)
    }

    /// Takes `parts` (by line) off the units of each line.
    fn spread(&mut self, parts: &[i64], shares: &mut Vec<RunShare>) -> Result<(), ActError> {
        for (left, part) in self.left.iter_mut().zip(parts) {
            *left = left.minus(*part)?;
        }
        if shares.is_empty() {
            *shares = Vec::with_capacity(self.runs.len().saturating_mul(2));
        }
        let runs = std::mem::take(&mut self.runs);
        let mut rest = runs.as_slice();
        while let Some((run, behind)) = rest.split_first() {
            let part = parts.get(index(run.line)).copied().unwrap_or(0);
            if part == 0 {
                self.runs.push(*run);
                rest = behind;
            } else if behind.first().is_none_or(|next| next.line != run.line) {
                take_evenly(*run, part, &mut self.runs, shares);
                rest = behind;
            } else {
                let count = rest.iter().take_while(|next| next.line == run.line).count();
                let (of_line, behind) = rest.split_at_checked(count).unwrap_or((rest, &[]));
                let mut parts: PerLine<i64> = of_line
                    .iter()
                    .map(|run| run.left.saturating_mul(i64::from(run.count)))
                    .collect();
                allocate_within(part, &mut parts)?;
                for (run, part) in of_line.iter().zip(&parts) {
                    take_evenly(*run, *part, &mut self.runs, shares);
                }
                rest = behind;
            }
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
        let mut next = RunList::new();
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
            let mut next = RunList::new();
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
        let most = self
            .runs
            .len()
            .saturating_add(shares.len().saturating_mul(2));
        let mut next = RunList::with_capacity(most);
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
        self.runs = next;
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
        part_of: impl Fn(i64) -> i64,
        eligible: impl Fn(usize) -> bool,
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
#[inline]
fn take_evenly(run: Run, part: i64, next: &mut RunList, shares: &mut Vec<RunShare>) {
    if run.count == 1 {
        return take(run, part, next, shares);
    }
    let each = part.checked_div(i64::from(run.count)).unwrap_or(0);
    let odd = part.checked_rem(i64::from(run.count)).unwrap_or(0);
    let odd = u32::try_from(odd).unwrap_or(0);
    let mut rest = run;
    if odd > 0 {
        take(
            Run { count: odd, ..run },
            each.saturating_add(1),
            next,
            shares,
        );
        rest.first = run.first.saturating_add(odd);
        rest.count = run.count.saturating_sub(odd);
    }
    take(rest, each, next, shares);
}

/// Takes `each` off every unit of a run.
#[inline]
fn take(run: Run, each: i64, next: &mut RunList, shares: &mut Vec<RunShare>) {
    next.push(Run {
        left: run.left.saturating_sub(each),
        ..run
    });
    if each > 0 {
        shares.push(RunShare {
            line: run.line,
            first: run.first,
            count: run.count,
            each,
        });
    }
}
