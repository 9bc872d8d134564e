//! Runs of equal units, and discounts shared out over them.
//!
//! A line of 6,000 pieces is one run until a discount does not divide evenly; then it is two. So
//! the cost of a cart does not grow with its units.

use crate::number::allocate_within;

use super::arith::{Checked, index, small};
use super::cart::Cart;
use super::error::ActError;
use super::line_set::PerLine;

/// Units of one line that have the same amount left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
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

impl Run {
    /// A share of `each` on its units.
    fn share(&self, each: i64) -> RunShare {
        RunShare {
            line: self.line,
            first: self.first,
            count: self.count,
            each,
        }
    }
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

/// What a discount takes off single units, and off whole lines.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shares {
    units: Vec<RunShare>,
    /// By line: the first discount on lines of equal units. The odd minor units of a line are borne
    /// by its first units.
    lines: PerLine<i64>,
}

impl Shares {
    pub(crate) fn of_units(units: Vec<RunShare>) -> Self {
        Self {
            units,
            lines: PerLine::new(),
        }
    }

    /// The amounts on lines; a line can have several.
    pub(crate) fn amounts(&self) -> impl Iterator<Item = (usize, i64)> {
        let units = self.units.iter();
        let units = units.map(|share| (index(share.line), share.amount()));
        self.lines.iter().copied().enumerate().chain(units)
    }

    /// The amount of every line, where nothing is off single units.
    pub(crate) fn of_lines_alone(&self) -> Option<&[i64]> {
        let alone = self.units.is_empty() && !self.lines.is_empty();
        alone.then_some(&*self.lines)
    }

    /// The shares on the units of a cart's lines.
    pub(crate) fn on_units(&self, cart_units: &[u32]) -> Vec<RunShare> {
        let mut shares = Vec::new();
        for ((part, count), line) in self.lines.iter().zip(cart_units).zip(0_u32..) {
            let whole = Run {
                line,
                count: *count,
                ..Run::default()
            };
            for (run, each) in evenly(whole, *part).into_iter().flatten() {
                if each > 0 {
                    shares.push(run.share(each));
                }
            }
        }
        shares.extend_from_slice(&self.units);
        shares
    }
}

/// The runs of a cart, in the order of its lines and units, and what is left on every line.
///
/// The runs are made when something asks for single units: a discount on the lines as a whole only
/// lowers what is left on them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Runs {
    /// Empty until they are made.
    runs: Vec<Run>,
    made: bool,
    /// What the one discount so far took off the lines, while the runs are not made.
    off: PerLine<i64>,
    /// Units by line.
    units: PerLine<u32>,
    /// Minor units left by line.
    pub(crate) left: PerLine<i64>,
}

impl Runs {
    /// Takes every line as one run, in `quantities` of the cart's units.
    pub(crate) fn fill(&mut self, cart: &Cart, quantities: Option<&[u32]>) {
        self.runs.clear();
        self.made = false;
        self.off = PerLine::new();
        match quantities {
            None => {
                self.units = cart.quantities.clone();
                self.left = cart.lists.clone();
            }
            Some(units) => {
                self.units = PerLine::from_slice(units);
                let lines = cart.lines.iter().zip(units);
                let left = lines.map(|(line, units)| line.price.saturating_mul(i64::from(*units)));
                self.left = left.collect();
            }
        }
    }

    /// Makes the runs, unless they are.
    pub(crate) fn make(&mut self) {
        if std::mem::replace(&mut self.made, true) {
            return;
        }
        let lines = self.units.iter().zip(&self.left).zip(0_u32..);
        for ((count, left), line) in lines.filter(|((count, _), _)| **count > 0) {
            let off = self.off.get(index(line)).copied().unwrap_or(0);
            let list = left.saturating_add(off);
            let price = list.checked_div(i64::from(*count)).unwrap_or(0);
            let whole = Run {
                line,
                first: 0,
                count: *count,
                left: price,
                free: false,
                priced: price > 0,
            };
            for (run, each) in evenly(whole, off).into_iter().flatten() {
                self.runs.push(Run {
                    left: run.left.saturating_sub(each),
                    ..run
                });
            }
        }
        self.off = PerLine::new();
    }

    /// Units by line.
    pub(crate) fn units(&self) -> &[u32] {
        &self.units
    }

    /// The runs, which must be made.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Run> {
        debug_assert!(self.made, "the runs are made");
        self.runs.iter()
    }

    /// How many of at most `units` units of a line still cost something, the last ones first, and how
    /// much.
    pub(crate) fn still_cost(&mut self, line: usize, units: u32) -> (u32, i64) {
        self.make();
        let place = small(line);
        let runs = self
            .runs
            .iter()
            .rev()
            .filter(|run| run.line == place && !run.free && run.left > 0);
        runs.fold((0, 0), |(found, worth), run| {
            let take = units.saturating_sub(found).min(run.count);
            let cost = run.left.saturating_mul(i64::from(take));
            (found.saturating_add(take), cost.saturating_add(worth))
        })
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
        shares: &mut Shares,
    ) -> Result<(), ActError> {
        if amount == 0 {
            return Ok(());
        }
        let mut weights = self.left.clone();
        for (place, weight) in weights.iter_mut().enumerate() {
            if !eligible(place) {
                *weight = 0;
            }
        }
        self.apportion_by(amount, weights, shares)
    }

    /// The same by weights, which are what is left on the lines that bear it.
    pub(crate) fn apportion_by(
        &mut self,
        amount: i64,
        mut weights: PerLine<i64>,
        shares: &mut Shares,
    ) -> Result<(), ActError> {
        if amount == 0 {
            return Ok(());
        }
        allocate_within(amount, &mut weights)?;
        let as_a_whole = !self.made && self.off.is_empty();
        if !as_a_whole {
            self.make();
        }
        for (left, part) in self.left.iter_mut().zip(&weights) {
            *left = left.minus(*part)?;
        }
        if as_a_whole {
            self.off = weights.clone();
            shares.lines = weights;
            return Ok(());
        }
        self.spread(&weights, &mut shares.units)
    }

    /// Takes `parts` (by line) off the units of each line.
    fn spread(&mut self, parts: &[i64], shares: &mut Vec<RunShare>) -> Result<(), ActError> {
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
        shares: &mut Shares,
    ) -> Result<i64, ActError> {
        self.make();
        let mut wanted = units;
        let mut amount = 0_i64;
        let mut next = Vec::new();
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
            shares.units.push(RunShare {
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
        if !self.made {
            // Less than a minor unit a piece: on some unit nothing is left.
            let mut lines = self.units.iter().zip(&self.left);
            if lines.all(|(count, left)| *left >= i64::from(*count)) {
                return;
            }
            self.make();
        }
        for run in &mut self.runs {
            run.free |= run.left == 0 && run.priced;
        }
    }

    /// Takes shares off that were found before.
    pub(crate) fn take(&mut self, shares: &[RunShare]) -> Result<(), ActError> {
        self.make();
        for share in shares {
            let mut next = Vec::new();
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
        self.make();
        let most = self
            .runs
            .len()
            .saturating_add(shares.len().saturating_mul(2));
        let mut next = Vec::with_capacity(most);
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
        shares: &mut Shares,
    ) -> Result<i64, ActError> {
        let mut amount = 0_i64;
        self.make();
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
            shares.units.push(run.share(each));
        }
        Ok(amount)
    }
}

/// A run in parts that bear a whole number each: the first units bear the odd minor units.
fn evenly(run: Run, part: i64) -> [Option<(Run, i64)>; 2] {
    if run.count == 1 {
        return [Some((run, part)), None];
    }
    let each = part.checked_div(i64::from(run.count)).unwrap_or(0);
    let odd = part.checked_rem(i64::from(run.count)).unwrap_or(0);
    let odd = u32::try_from(odd).unwrap_or(0);
    let rest = Run {
        first: run.first.saturating_add(odd),
        count: run.count.saturating_sub(odd),
        ..run
    };
    if odd == 0 {
        return [Some((rest, each)), None];
    }
    let first = Run { count: odd, ..run };
    [Some((first, each.saturating_add(1))), Some((rest, each))]
}

/// Takes `part` off the units of a run.
fn take_evenly(run: Run, part: i64, next: &mut Vec<Run>, shares: &mut Vec<RunShare>) {
    for (run, each) in evenly(run, part).into_iter().flatten() {
        next.push(Run {
            left: run.left.saturating_sub(each),
            ..run
        });
        if each > 0 {
            shares.push(run.share(each));
        }
    }
}
