//! Customer satisfaction: the share of answers 4 and 5 on a scale of 1 to 5 (top two boxes).
//!
//! Interval: Wilson. The mean form has a Student-t interval. Undefined without an answer.

use super::{Mean, Rate};
use crate::analytics::error::AnalyticsError;

/// Satisfaction from answers 1 to 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Satisfaction {
    /// Answers 4 and 5 over all answers.
    pub top_two: Rate,
    /// The mean answer.
    pub mean: Mean,
}

/// Counts answers from 1 to 5; give each customer's last answer in the window only.
///
/// # Errors
/// An answer outside 1 to 5.
pub fn satisfaction(answers: &[u8]) -> Result<Satisfaction, AnalyticsError> {
    if let Some(row) = answers.iter().position(|answer| !(1..=5).contains(answer)) {
        return Err(AnalyticsError::Code {
            column: "answer",
            row,
            found: u64::from(answers[row]),
            allowed: 5,
        });
    }
    let top_two = Rate::count(answers.iter().map(|answer| *answer >= 4));
    Ok(Satisfaction {
        top_two,
        mean: Mean::of(answers.iter().map(|answer| i64::from(*answer))),
    })
}
