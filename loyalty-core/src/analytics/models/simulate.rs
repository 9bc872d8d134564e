//! Customers drawn from a model with the caller's seed.
//!
//! Customer i uses stream i of the seed, so the first n customers are the same whatever n is, and
//! each customer's observation may end at an own age (published generators get this wrong).

use super::fit::ModelKind;
use super::gamma_gamma::GammaGamma;
use super::histories::Histories;
use super::purchase_model::PurchaseModel;
use super::random::Random;
use crate::analytics::error::AnalyticsError;

/// Purchases of a simulated customer at most.
pub const PURCHASES_MAX: usize = 1_000_000;

/// A simulated customer; times in model units since the first purchase.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulated {
    /// Times of the repeat purchases up to `age`, ascending.
    pub times: Vec<f64>,
    /// How long the customer was observed.
    pub age: f64,
    /// Whether the customer was alive at `age`.
    pub alive: bool,
}

impl PurchaseModel {
    /// Simulates one customer a given age: customer i is observed for `ages[i]` units.
    ///
    /// # Errors
    /// An age that is negative or not finite.
    pub fn simulate(&self, ages: &[f64], seed: u64) -> Result<Vec<Simulated>, AnalyticsError> {
        if let Some(age) = ages.iter().find(|age| !(age.is_finite() && **age >= 0.0)) {
            let (option, allowed) = ("ages", "finite times of 0 or more");
            return Err(AnalyticsError::Option {
                option,
                found: age.to_string(),
                allowed,
            });
        }
        let draw =
            |(i, age): (usize, &f64)| self.simulate_one(*age, &mut Random::new(seed, i as u64));
        Ok(ages.iter().enumerate().map(draw).collect())
    }

    fn simulate_one(&self, age: f64, random: &mut Random) -> Simulated {
        let p = self.parameters();
        let rate = random.gamma(p[0], p[1]);
        let (mut death, mut chance) = (f64::INFINITY, 0.0);
        match self.kind() {
            ModelKind::Nbd => {}
            ModelKind::ParetoNbd => {
                let hazard = random.gamma(p[2], p[3]);
                death = random.exponential(hazard);
            }
            _ => chance = random.beta(p[2], p[3]),
        }
        let mut time = 0.0;
        let mut times = Vec::new();
        if self.shape().modified && random.uniform() < chance {
            return Simulated {
                times,
                age,
                alive: false,
            };
        }
        while times.len() < PURCHASES_MAX {
            for _ in 0..self.k() {
                time += random.exponential(rate);
            }
            if time.is_nan() || time > age || time > death {
                break;
            }
            times.push(time);
            if chance > 0.0 && random.uniform() < chance {
                return Simulated {
                    times,
                    age,
                    alive: false,
                };
            }
        }
        Simulated {
            times,
            age,
            alive: death > age,
        }
    }
}

impl GammaGamma {
    /// Simulates each customer's spends: customer i makes `counts[i]` purchases.
    #[must_use]
    pub fn simulate(&self, counts: &[u32], seed: u64) -> Vec<Vec<f64>> {
        let [p, q, gamma] = self.parameters();
        let draw = |(i, count): (usize, &u32)| {
            let mut random = Random::new(seed, i as u64);
            let rate = random.gamma(q, gamma);
            (0..*count).map(|_| random.gamma(p, rate)).collect()
        };
        counts.iter().enumerate().map(draw).collect()
    }
}

/// Groups simulated customers for a fit, with times cut to whole days of a unit of `unit_days`.
///
/// Purchases of one day are one occasion, so choose many days a unit to keep the model exact.
///
/// # Errors
/// A unit that is not positive.
pub fn histories_of(customers: &[Simulated], unit_days: f64) -> Result<Histories, AnalyticsError> {
    if !(unit_days >= 1.0 && unit_days.is_finite()) {
        let (option, allowed) = ("unit_days", "1 or more");
        return Err(AnalyticsError::Option {
            option,
            found: unit_days.to_string(),
            allowed,
        });
    }
    let day = |time: f64| (time * unit_days) as u32;
    let mut columns = (Vec::new(), Vec::new(), Vec::new());
    let mut gaps = std::collections::BTreeMap::new();
    for customer in customers {
        let (mut last, mut x) = (0, 0);
        for time in &customer.times {
            let today = day(*time);
            if today > last {
                *gaps.entry(today - last).or_insert(0) += 1;
                last = today;
                x += 1;
            }
        }
        columns.0.push(x);
        columns.1.push(last);
        columns.2.push(day(customer.age).max(last));
    }
    let histories = Histories::from_columns(&columns.0, &columns.1, &columns.2)?;
    Ok(histories.with_gaps(gaps.into_iter().collect()))
}
