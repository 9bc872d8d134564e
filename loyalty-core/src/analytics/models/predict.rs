//! Predictions for many customers at once, from columns of whole days.
//!
//! What depends on (x, T) alone is computed once; each answer is the one that
//! [`PurchaseModel::ask`] gives for the customer alone, whatever else is in the batch.

use super::dropout::posterior;
use super::past::Past;
use super::purchase_model::{PurchaseModel, Question};
use crate::analytics::error::{Absent, AnalyticsError};
use crate::analytics::index::FixedHashMap;
use crate::analytics::parallel::map_blocks;
use crate::analytics::special::{exp, ln, ln_1p};

/// Columns of customers: repeat occasions, recency and age in whole days.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// Repeat occasions.
    pub x: &'a [u32],
    /// Days from the first to the last occasion.
    pub recency_days: &'a [u32],
    /// Days from the first occasion to the end of observation.
    pub age_days: &'a [u32],
    /// Days in one model unit, as in the fit.
    pub unit_days: f64,
    /// Threads; the bits do not depend on them.
    pub threads: usize,
}

impl Batch<'_> {
    fn check(&self) -> Result<(), AnalyticsError> {
        let allowed = self.x.len();
        for (column, found) in [
            ("recency_days", self.recency_days.len()),
            ("age_days", self.age_days.len()),
        ] {
            if found != allowed {
                return Err(AnalyticsError::ColumnLength {
                    column,
                    found,
                    allowed,
                });
            }
        }
        if !(self.unit_days > 0.0 && self.unit_days.is_finite()) {
            let (option, allowed) = ("unit_days", "a positive number");
            return Err(AnalyticsError::Option {
                option,
                found: self.unit_days.to_string(),
                allowed,
            });
        }
        for i in 0..allowed {
            let (x, recency, age) = (self.x[i], self.recency_days[i], self.age_days[i]);
            if recency > age || (x == 0) != (recency == 0) {
                self.past(i)?;
            }
        }
        Ok(())
    }

    fn past(&self, i: usize) -> Result<Past, AnalyticsError> {
        let time = |days: u32| f64::from(days) / self.unit_days;
        Past::try_new(
            self.x[i],
            time(self.recency_days[i]),
            time(self.age_days[i]),
        )
    }
}

/// Answers one question for all customers of a batch, in order.
///
/// # Errors
/// Columns of unequal length, an impossible history, or a question out of range.
pub fn ask_many(
    model: &PurchaseModel,
    question: Question,
    batch: &Batch<'_>,
) -> Result<Vec<Result<f64, Absent>>, AnalyticsError> {
    batch.check()?;
    // One call checks the question and whether its answer is finite.
    let finite = model.ask(question, &Past::new_customer())?.is_ok();
    let family = !matches!(
        model.kind(),
        super::fit::ModelKind::ParetoNbd | super::fit::ModelKind::Nbd
    );
    let factor = !matches!(question, Question::Mass(0, _));
    if family && model.k() == 1 && factor && finite {
        return Ok(by_factors(model, question, batch));
    }
    let mut known: FixedHashMap<(u32, u32, u32), Result<f64, Absent>> = FixedHashMap::default();
    let mut answers = Vec::with_capacity(batch.x.len());
    for i in 0..batch.x.len() {
        let key = (batch.x[i], batch.recency_days[i], batch.age_days[i]);
        let answer = match known.get(&key) {
            Some(answer) => *answer,
            None => {
                let answer = model.answer(question, &batch.past(i)?);
                known.insert(key, answer);
                answer
            }
        };
        answers.push(answer);
    }
    Ok(answers)
}

/// P(alive) times what a living customer with (x, T) expects; the latter once for each (x, T).
fn by_factors(
    model: &PurchaseModel,
    question: Question,
    batch: &Batch<'_>,
) -> Vec<Result<f64, Absent>> {
    let n = batch.x.len();
    let shape = model.shape();
    let parameters = model.parameters();
    let [r, alpha, a, b] = [parameters[0], parameters[1], parameters[2], parameters[3]];
    let cells = Cells::of(batch.x, batch.age_days);
    let keys = &cells.keys;
    let factors: Vec<f64> = map_blocks(keys.len().div_ceil(64), batch.threads, |block| {
        let keys = &keys[block * 64..keys.len().min((block + 1) * 64)];
        let one = |(x, age): &(u32, u32)| {
            // A customer seen buying on the last day is alive: only the factor remains.
            let age = f64::from(*age) / batch.unit_days;
            let living = Past {
                x: *x,
                recency: age,
                age,
            };
            let posterior = posterior([r, alpha, a, b], shape, &living);
            match question {
                Question::Alive => 1.0,
                Question::AliveAt(t) => posterior.survival_if_alive(t),
                Question::Expected(t) => posterior.expected_if_alive(t),
                Question::PurchaseWithin(t) => posterior.purchase_if_alive(t),
                Question::Mass(n, t) => posterior.mass_if_alive(n, t),
                Question::Discounted { rate, horizon } => {
                    posterior.discounted_if_alive(rate, horizon)
                }
            }
        };
        keys.iter().map(one).collect::<Vec<f64>>()
    })
    .concat();
    // What hangs on x alone or on a day alone, once for each where they are not sparse.
    let most = |column: &[u32]| column.iter().copied().max().unwrap_or(0);
    let steps = |x: u32| x + shape.shift();
    let odds = Table::of(most(batch.x), n, |x| {
        ln(a) - ln(b + (f64::from(steps(x)) - 1.0))
    });
    let days = Table::of(most(batch.age_days), n, |day| {
        let time = f64::from(day) / batch.unit_days;
        (time, 1.0 / (alpha + time))
    });
    let share = n.div_ceil(batch.threads.max(1)).max(1);
    let mut answers = map_blocks(n.div_ceil(share), batch.threads, |block| {
        let end = n.min((block + 1) * share);
        let mut part = Vec::with_capacity(end - block * share);
        for i in block * share..end {
            let (x, recency, age) = (batch.x[i], batch.recency_days[i], batch.age_days[i]);
            let factor = factors[cells.position(x, age)];
            let alive = if steps(x) == 0 {
                1.0
            } else {
                let (recency, inverse) = days.at(recency);
                let waited = ln_1p(inverse * (days.at(age).0 - recency));
                let log = -(odds.at(x) + (r + f64::from(x)) * waited);
                if log > 0.0 {
                    1.0 / (exp(-log) + 1.0)
                } else {
                    let small = exp(log);
                    small / (small + 1.0)
                }
            };
            let value = alive * factor;
            part.push(if value.is_finite() {
                Ok(value)
            } else {
                Err(Absent::OutOfRange)
            });
        }
        part
    });
    if answers.len() == 1 {
        answers.swap_remove(0)
    } else {
        answers.concat()
    }
}

/// A function of a small number: its values in a table, or itself where the table would be larger than what
/// is asked.
struct Table<T, F> {
    values: Vec<T>,
    function: F,
}

impl<T: Copy, F: Fn(u32) -> T> Table<T, F> {
    fn of(most: u32, asked: usize, function: F) -> Self {
        let dense = (most as usize) < 4 * asked + 1_024;
        let values = if dense {
            (0..=most).map(&function).collect()
        } else {
            Vec::new()
        };
        Self { values, function }
    }

    #[inline]
    fn at(&self, number: u32) -> T {
        match self.values.get(number as usize) {
            Some(value) => *value,
            None => (self.function)(number),
        }
    }
}

/// The distinct (x, age) of a batch, numbered.
struct Cells {
    keys: Vec<(u32, u32)>,
    width: usize,
    dense: Vec<u32>,
    sparse: FixedHashMap<(u32, u32), u32>,
}

impl Cells {
    fn of(x: &[u32], age: &[u32]) -> Self {
        let most = |column: &[u32]| column.iter().copied().max().unwrap_or(0) as usize;
        let width = most(age) + 1;
        let size = (most(x) + 1)
            .checked_mul(width)
            .filter(|size| *size <= 8 * x.len() + (1 << 20));
        let mut cells = Self {
            keys: Vec::new(),
            width,
            dense: vec![u32::MAX; size.unwrap_or(0)],
            sparse: FixedHashMap::default(),
        };
        for (x, age) in x.iter().copied().zip(age.iter().copied()) {
            let next = cells.keys.len() as u32;
            let slot = if size.is_some() {
                &mut cells.dense[x as usize * width + age as usize]
            } else {
                cells.sparse.entry((x, age)).or_insert(u32::MAX)
            };
            if *slot == u32::MAX {
                *slot = next;
                cells.keys.push((x, age));
            }
        }
        cells
    }

    #[inline]
    fn position(&self, x: u32, age: u32) -> usize {
        if self.dense.is_empty() {
            self.sparse[&(x, age)] as usize
        } else {
            self.dense[x as usize * self.width + age as usize] as usize
        }
    }
}
