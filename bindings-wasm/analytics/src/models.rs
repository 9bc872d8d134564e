//! Fits, what they predict, and survival.

use std::iter::once;

use loyalty_core::analytics::AnalyticsError;
use loyalty_core::analytics::columns::minor_f64;
use loyalty_core::analytics::metrics::survival::{Scale, Times};
use loyalty_core::analytics::models::gamma_gamma::{self, GammaGamma, Spends};
use loyalty_core::analytics::models::lifetime_value::{
    Discounting, LifetimeValueOptions, lifetime_value,
};
use loyalty_core::analytics::models::predict::{Batch, ask_many};
use loyalty_core::analytics::models::{
    Fit, FitOptions, Histories, PurchaseModel, Question, bg_nbd, mbg_nbd, nbd, pareto_nbd,
};
use serde_json::Value;

use crate::failure::Failure;
use crate::orders::{checked_level, small};
use crate::table::Table;

/// Customers as the models see them, in whole days.
#[derive(Debug, Clone, Copy)]
pub struct Pasts<'a> {
    /// Repeat occasions.
    pub frequency: &'a [u32],
    /// Days from the first to the last occasion.
    pub recency_days: &'a [u32],
    /// Days from the first occasion to the end of observation.
    pub age_days: &'a [u32],
}

impl Pasts<'_> {
    fn batch(&self, unit_days: f64) -> Batch<'_> {
        Batch {
            x: self.frequency,
            recency_days: self.recency_days,
            age_days: self.age_days,
            unit_days,
            threads: 1,
        }
    }
}

/// A fit with its numbers, and as the text that reads back to the same bits.
fn told(fit: &Fit) -> Result<Table, Failure> {
    let json = serde_json::to_string(fit).map_err(|error| {
        Failure::input("internal.state", "", error, "a fit that can be written")
    })?;
    let errors = (0..fit.names.len()).map(|at| fit.standard_error(at));
    let scores = [fit.unit_days, fit.log_likelihood, fit.aic(), fit.bic()];
    Ok(Table::default()
        .say("json", json)
        .say("model", fit.model.name())
        .say("status", fit.convergence.status.to_string())
        .say("customers", fit.customers)
        .say(
            "names",
            fit.names.iter().map(String::as_str).collect::<Value>(),
        )
        .column("values", fit.values.iter().copied())
        .answers("errors", errors)
        .column("covariance", fit.covariance.iter().flatten().copied())
        .column("scores", scores))
}

/// A fit of the text that a fit was written to.
///
/// # Errors
/// A text that is none.
pub fn fit_read(json: &str) -> Result<Table, Failure> {
    told(&read(json)?)
}

fn read(json: &str) -> Result<Fit, Failure> {
    let fit: Fit = serde_json::from_str(json)
        .map_err(|error| Failure::input("input.fit", "/fit", error, "what toJSON gave"))?;
    fit.expect(fit.model)?;
    Ok(fit)
}

/// Fits a model of purchases.
///
/// # Errors
/// An unknown model, or what the core refuses of the columns and the options.
pub fn fit_purchases(
    model: &str,
    pasts: &Pasts<'_>,
    unit_days: f64,
    iterations_max: u32,
) -> Result<Table, Failure> {
    let histories = Histories::from_columns(pasts.frequency, pasts.recency_days, pasts.age_days)?;
    let options = FitOptions {
        unit_days,
        iterations_max,
        ..FitOptions::default()
    };
    let fit = match model {
        "bg_nbd" => bg_nbd::fit(&histories, &options),
        "mbg_nbd" => mbg_nbd::fit(&histories, &options),
        "pareto_nbd" => pareto_nbd::fit(&histories, &options),
        "nbd" => nbd::fit(&histories, &options),
        _ => {
            let allowed = "bg_nbd, mbg_nbd, pareto_nbd or nbd";
            let code = "analytics.option";
            return Err(Failure::input(code, "/model", model, allowed));
        }
    };
    told(&fit?)
}

/// What a fit says of every customer: P(alive), and of the next `t` units the expected purchases, the chance
/// of one or more, and the chance to be alive at their end.
///
/// # Errors
/// A fit of another kind, or what the core refuses of the columns and the time.
pub fn predict(fit: &str, pasts: &Pasts<'_>, t: f64) -> Result<Table, Failure> {
    let fit = read(fit)?;
    let (model, batch) = (PurchaseModel::of(&fit)?, pasts.batch(fit.unit_days));
    let ask = |question| Ok::<_, Failure>(ask_many(&model, question, &batch)?);
    Ok(Table::default()
        .answers("p_alive", ask(Question::Alive)?)
        .answers("expected_purchases", ask(Question::Expected(t))?)
        .answers("p_purchase", ask(Question::PurchaseWithin(t))?)
        .answers("p_alive_at", ask(Question::AliveAt(t))?))
}

/// Fits Gamma–Gamma to repeat spend; so many minor units are one unit of its γ.
///
/// # Errors
/// What the core refuses of the columns and the options.
pub fn fit_spend(
    frequency: &[u32],
    repeat_minor: &[i64],
    unit_minor: u32,
    iterations_max: u32,
) -> Result<Table, Failure> {
    same_length(frequency, repeat_minor)?;
    let rows = frequency.iter().copied().zip(repeat_minor.iter().copied());
    let options = FitOptions {
        iterations_max,
        ..FitOptions::default()
    };
    let fit = gamma_gamma::fit(&Spends::from_rows(rows), unit_minor, &options)?;
    told(&fit)
}

fn same_length(frequency: &[u32], repeat_minor: &[i64]) -> Result<(), Failure> {
    if frequency.len() == repeat_minor.len() {
        return Ok(());
    }
    let (found, allowed) = (repeat_minor.len(), frequency.len());
    let column = "repeat_minor";
    let error = AnalyticsError::ColumnLength {
        column,
        found,
        allowed,
    };
    Err(error.into())
}

/// Expected spend an occasion of every customer, in minor units.
///
/// # Errors
/// A fit of another kind, or columns of unequal length.
pub fn expected_spend(
    spend: &str,
    frequency: &[u32],
    repeat_minor: &[i64],
    unit_minor: u32,
) -> Result<Table, Failure> {
    same_length(frequency, repeat_minor)?;
    let (model, unit) = (GammaGamma::of(&read(spend)?)?, f64::from(unit_minor.max(1)));
    let one = |(x, total): (&u32, &i64)| {
        // A net repeat spend below zero says nothing about the customer's own level.
        let (x, total) = if *total < 0 { (0, 0) } else { (*x, *total) };
        let mean = if x == 0 {
            0.0
        } else {
            minor_f64(total) / f64::from(x) / unit
        };
        model.expected_spend(x, mean).map(|spend| spend * unit)
    };
    let found = frequency.iter().zip(repeat_minor).map(one);
    Ok(Table::default().answers("expected_spend_minor", found))
}

/// What lifetime values count.
#[derive(Debug, Clone, Copy)]
pub struct ValueTerms {
    /// Days ahead; none is for ever.
    pub days: Option<u32>,
    /// Yearly discount rate.
    pub annual_rate: f64,
    /// Margin as a share of spend.
    pub margin_rate: f64,
    /// Cost of rewards as a share of spend.
    pub reward_rate: f64,
    /// Discounting at the end of periods of so many days; continuous without.
    pub period_days: Option<u32>,
}

/// Expected spend an occasion, and the lifetime value of every customer, in minor units.
///
/// # Errors
/// Fits of other kinds, or what the core refuses of the columns and the options.
pub fn values(
    fit: &str,
    spend: &str,
    pasts: &Pasts<'_>,
    repeat_minor: &[i64],
    unit_minor: u32,
    terms: ValueTerms,
) -> Result<Table, Failure> {
    same_length(pasts.frequency, repeat_minor)?;
    let (fit, spend) = (read(fit)?, GammaGamma::of(&read(spend)?)?);
    let options = LifetimeValueOptions {
        margin_rate: terms.margin_rate,
        reward_rate: terms.reward_rate,
        discounting: match terms.period_days {
            None => Discounting::Continuous,
            Some(days) => Discounting::PeriodEnd { days },
        },
        ..LifetimeValueOptions::new(terms.days, terms.annual_rate)
    };
    let (model, batch) = (PurchaseModel::of(&fit)?, pasts.batch(fit.unit_days));
    let found = lifetime_value(&model, &spend, &batch, repeat_minor, unit_minor, &options)?;
    Ok(Table::default().answers("clv_minor", found))
}

/// The Kaplan–Meier curve of subjects: the days of each, and 1 where the event was seen.
///
/// # Errors
/// What the core refuses of the columns, or a level that is none.
pub fn survival(days: &[u32], seen: &[u8], level: f64) -> Result<Table, Failure> {
    let level = checked_level(level)?;
    let seen: Vec<bool> = seen.iter().map(|seen| *seen != 0).collect();
    let curve = Times::of(days, &seen)?.survival();
    let steps = || curve.steps.iter();
    let limits = || steps().map(|step| step.interval(level, Scale::LogLog));
    // Everybody is there at the start.
    Ok(Table::default()
        .column("days", once(0).chain(steps().map(|step| step.days)))
        .column(
            "at_risk",
            once(small(curve.subjects)).chain(steps().map(|step| small(step.at_risk))),
        )
        .column(
            "events",
            once(0).chain(steps().map(|step| small(step.events))),
        )
        .column(
            "survival",
            once(1.0).chain(steps().map(|step| step.survival)),
        )
        .answers(
            "low",
            once(Ok(1.0)).chain(limits().map(|found| found.map(|at| at.low))),
        )
        .answers(
            "high",
            once(Ok(1.0)).chain(limits().map(|found| found.map(|at| at.high))),
        )
        .column("hazard", once(0.0).chain(steps().map(|step| step.hazard))))
}
