//! Customer effort score: the mean of 1–7 agreement with "the company made it easy" (CES 2.0).
//!
//! Interval: Student t; beside it the share of the top three boxes with a Wilson interval. Where the
//! question asks for effort instead of ease, answers are turned round first (8 − answer). Undefined
//! without an answer.

use super::{Mean, Rate};
use crate::analytics::error::AnalyticsError;

/// What a high answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// 7 is easy (CES 2.0).
    Ease,
    /// 7 is a lot of effort.
    Effort,
}

/// Effort from answers 1 to 7, where high is easy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EffortScore {
    /// The mean answer.
    pub mean: Mean,
    /// Answers 5 to 7 over all answers.
    pub top_three: Rate,
}

/// Counts answers from 1 to 7; give each customer's last answer in the window only.
///
/// # Errors
/// An answer outside 1 to 7.
pub fn effort_score(answers: &[u8], direction: Direction) -> Result<EffortScore, AnalyticsError> {
    if let Some(row) = answers.iter().position(|answer| !(1..=7).contains(answer)) {
        return Err(AnalyticsError::Code {
            column: "answer",
            row,
            found: u64::from(answers[row]),
            allowed: 7,
        });
    }
    let ease = |answer: u8| {
        if direction == Direction::Ease {
            answer
        } else {
            8 - answer
        }
    };
    let mean = Mean::of(answers.iter().map(|answer| i64::from(ease(*answer))));
    Ok(EffortScore {
        mean,
        top_three: Rate::count(answers.iter().map(|answer| ease(*answer) >= 5)),
    })
}
