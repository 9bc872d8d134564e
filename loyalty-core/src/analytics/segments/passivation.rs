//! Passivating customers: who is falling silent against the own habit, and who moved since last time.
//!
//! States by the open gap (as_of − last occasion). Repeat customers: against the quantiles of their own
//! predictive gap, g_q = (α+t_x)·[(1−q)^(−1/(r+x)) − 1]: active below g.8, passivating from g.8 to
//! g.95, lapsed above. One-timers: against the Kaplan–Meier curve of the second order, at the same
//! shares of those who ever come back; they are *new* instead of active. Lost when P(an order in the
//! next 365 days) < 0.05. Reactivated: was lapsed or lost at the earlier date and has bought since.
//! All thresholds are parameters. Customers without an occasion have no state.

use serde::{Deserialize, Serialize};

use crate::analytics::error::AnalyticsError;
use crate::analytics::metrics::Population;
use crate::analytics::metrics::churn::{own_gap, past_of};
use crate::analytics::metrics::order_conversion::order_conversion;
use crate::analytics::models::{PurchaseModel, Question};

/// The state of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// One occasion, and the second is not due yet.
    New,
    /// Within the own habit.
    Active,
    /// Silent for longer than usual.
    Passivating,
    /// Silent for so long that the customer has lapsed (churned).
    Lapsed,
    /// Hardly anything is expected any more.
    Lost,
    /// Back after having lapsed or been lost.
    Reactivated,
}

/// How many states there are.
pub const STATES: usize = 6;

/// The thresholds of the states.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// Share of the own gaps above which silence is passivating.
    pub passivating: f64,
    /// Share of the own gaps above which the customer has lapsed.
    pub lapsed: f64,
    /// P(order within `horizon_days`) below which the customer is lost.
    pub lost: f64,
    /// The horizon of `lost`, days.
    pub horizon_days: u32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            passivating: 0.8,
            lapsed: 0.95,
            lost: 0.05,
            horizon_days: 365,
        }
    }
}

impl Thresholds {
    fn check(&self) -> Result<(), AnalyticsError> {
        let inside = |share: f64| share > 0.0 && share < 1.0;
        if inside(self.passivating)
            && inside(self.lapsed)
            && self.passivating < self.lapsed
            && inside(self.lost)
        {
            return Ok(());
        }
        let allowed = "shares between 0 and 1 with passivating below lapsed";
        Err(AnalyticsError::Option {
            option: "thresholds",
            found: format!("{self:?}"),
            allowed,
        })
    }
}

/// The state of every customer with an occasion, by customer number.
///
/// # Errors
/// Thresholds out of range.
pub fn states(
    population: &Population<'_>,
    model: &PurchaseModel,
    unit_days: f64,
    thresholds: &Thresholds,
) -> Result<Vec<(u32, State)>, AnalyticsError> {
    thresholds.check()?;
    let second = order_conversion(population, 1).waiting;
    let ever = 1.0 - second.steps.last().map_or(1.0, |step| step.survival);
    let due = |share: f64| second.quantile(share * ever).unwrap_or(u32::MAX);
    let one_timer = [due(thresholds.passivating), due(thresholds.lapsed)];
    let horizon = f64::from(thresholds.horizon_days) / unit_days;
    let mut result = Vec::new();
    for history in population.histories() {
        let Some(past) = past_of(&history, population.as_of(), unit_days) else {
            continue;
        };
        let hope = model
            .ask(Question::PurchaseWithin(horizon), &past)?
            .unwrap_or(1.0);
        let state = if hope < thresholds.lost {
            State::Lost
        } else if past.x() == 0 {
            let silent = history
                .last()
                .map_or(0, |last| last.abs_diff(population.as_of()));
            by_gap(silent > one_timer[0], silent > one_timer[1], State::New)
        } else {
            let silent = past.age() - past.recency();
            let above = |share| own_gap(model, &past, share).map(|gap| silent > gap);
            by_gap(
                above(thresholds.passivating)?,
                above(thresholds.lapsed)?,
                State::Active,
            )
        };
        result.push((history.customer, state));
    }
    Ok(result)
}

fn by_gap(passivating: bool, lapsed: bool, otherwise: State) -> State {
    match (passivating, lapsed) {
        (_, true) => State::Lapsed,
        (true, false) => State::Passivating,
        (false, false) => otherwise,
    }
}

/// One customer's move between two dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transition {
    /// The customer's number.
    pub customer: u32,
    /// The state at the earlier date; nothing for customers who came later.
    pub from: Option<State>,
    /// The state at the later date.
    pub to: State,
}

/// Moves between two dates of the same customers, given the states at both.
///
/// A customer who was lapsed or lost and is not any more has bought since: she is reactivated.
#[must_use]
pub fn transitions(before: &[(u32, State)], after: &[(u32, State)]) -> Vec<Transition> {
    let earlier: std::collections::BTreeMap<u32, State> = before.iter().copied().collect();
    after
        .iter()
        .map(|(customer, state)| {
            let from = earlier.get(customer).copied();
            let gone = matches!(from, Some(State::Lapsed | State::Lost));
            let back = matches!(state, State::Active | State::New | State::Passivating);
            Transition {
                customer: *customer,
                from,
                to: if gone && back {
                    State::Reactivated
                } else {
                    *state
                },
            }
        })
        .collect()
}

/// How many customers moved from each state (row; the last row is "not there before") to each state.
#[must_use]
pub fn transition_counts(transitions: &[Transition]) -> [[u64; STATES]; STATES + 1] {
    let mut counts = [[0; STATES]; STATES + 1];
    for step in transitions {
        let from = step.from.map_or(STATES, |state| state as usize);
        counts[from][step.to as usize] += 1;
    }
    counts
}
