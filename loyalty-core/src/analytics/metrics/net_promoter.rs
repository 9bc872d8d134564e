//! Net promoter score: 100·(share of 9–10 − share of 0–6), −100 to 100.
//!
//! SE = 100·√((p + d − (p−d)²)/n). The default interval is the adjusted Wald (¾ promoter and ¾
//! detractor added, n + 3), clipped to ±100: it keeps a width where the plain Wald has none (10 of 10
//! promoters). Undefined without an answer. Sources: Rocks (2016); MeasuringU.

use serde::{Deserialize, Serialize};

use crate::analytics::columns::count_f64;
use crate::analytics::error::{Absent, AnalyticsError};
use crate::analytics::models::fit::{Interval, quantile_of_level};

/// Counts of answers to "would you recommend us", 0 to 10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct NetPromoter {
    /// Answers 9 and 10.
    pub promoters: u64,
    /// Answers 7 and 8.
    pub neutrals: u64,
    /// Answers 0 to 6.
    pub detractors: u64,
}

impl NetPromoter {
    /// Counts answers from 0 to 10; give each customer's last answer in the window only.
    ///
    /// # Errors
    /// An answer above 10.
    pub fn of(answers: &[u8]) -> Result<Self, AnalyticsError> {
        let mut score = Self::default();
        for (row, answer) in answers.iter().enumerate() {
            match answer {
                0..=6 => score.detractors += 1,
                7..=8 => score.neutrals += 1,
                9..=10 => score.promoters += 1,
                _ => {
                    let found = u64::from(*answer);
                    return Err(AnalyticsError::Code {
                        column: "answer",
                        row,
                        found,
                        allowed: 10,
                    });
                }
            }
        }
        Ok(score)
    }

    fn parts(&self) -> Result<(f64, f64, f64), Absent> {
        let n = self.promoters + self.neutrals + self.detractors;
        if n == 0 {
            return Err(Absent::EmptyDenominator);
        }
        Ok((
            count_f64(self.promoters),
            count_f64(self.detractors),
            count_f64(n),
        ))
    }

    /// The score, −100 to 100.
    ///
    /// # Errors
    /// [`Absent::EmptyDenominator`] without an answer.
    pub fn value(&self) -> Result<f64, Absent> {
        let (promoters, detractors, n) = self.parts()?;
        Ok(100.0 * (promoters - detractors) / n)
    }

    /// The plain Wald standard error, points; 0 when all answers agree.
    ///
    /// # Errors
    /// [`Absent::EmptyDenominator`] without an answer.
    pub fn standard_error(&self) -> Result<f64, Absent> {
        let (promoters, detractors, n) = self.parts()?;
        Ok(100.0 * wald(promoters, detractors, n))
    }

    /// The score with its adjusted-Wald standard error and interval, clipped to ±100.
    ///
    /// # Errors
    /// [`Absent::EmptyDenominator`] without an answer.
    pub fn interval(&self, level: f64) -> Result<Interval, Absent> {
        let (promoters, detractors, n) = self.parts()?;
        let (p, d, n) = (promoters + 0.75, detractors + 0.75, n + 3.0);
        let standard_error = 100.0 * wald(p, d, n);
        self.around(100.0 * (p - d) / n, standard_error, level)
    }

    /// The score with its plain Wald interval, clipped to ±100.
    ///
    /// # Errors
    /// [`Absent::EmptyDenominator`] without an answer, [`Absent::Degenerate`] when all answers agree.
    pub fn wald_interval(&self, level: f64) -> Result<Interval, Absent> {
        let standard_error = self.standard_error()?;
        if standard_error == 0.0 {
            return Err(Absent::Degenerate);
        }
        self.around(self.value()?, standard_error, level)
    }

    fn around(&self, centre: f64, standard_error: f64, level: f64) -> Result<Interval, Absent> {
        let half = quantile_of_level(level)? * standard_error;
        let (low, high) = ((centre - half).max(-100.0), (centre + half).min(100.0));
        Ok(Interval {
            value: self.value()?,
            standard_error,
            low,
            high,
            level,
        })
    }

    /// The difference to an earlier score, with SE = √(SE₁² + SE₂²) of the adjusted errors.
    ///
    /// # Errors
    /// [`Absent::EmptyDenominator`] without an answer on one side.
    pub fn change_since(&self, earlier: &Self, level: f64) -> Result<Interval, Absent> {
        let (now, then) = (self.interval(level)?, earlier.interval(level)?);
        let value = now.value - then.value;
        let variance =
            now.standard_error * now.standard_error + then.standard_error * then.standard_error;
        let standard_error = variance.sqrt();
        let half = quantile_of_level(level)? * standard_error;
        Ok(Interval {
            value,
            standard_error,
            low: value - half,
            high: value + half,
            level,
        })
    }
}

fn wald(promoters: f64, detractors: f64, n: f64) -> f64 {
    let (p, d) = (promoters / n, detractors / n);
    ((p + d - (p - d) * (p - d)).max(0.0) / n).sqrt()
}
