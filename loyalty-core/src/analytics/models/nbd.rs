//! NBD: everybody buys at an own constant rate for ever. The baseline that dropout models must beat.
//!
//! Rates are gamma distributed with shape r and rate α (time in model units). For a customer with x
//! repeat occasions in T: ln L = ln Γ(r+x)/Γ(r) + r ln α − (r+x) ln(α+T), without the terms that
//! hold no parameter. Expected purchases in t: (r+x)/(α+T)·t. Source: Ehrenberg (1959), Applied
//! Statistics 8(1). Undefined without a repeat occasion (α runs away).

use super::fit::{Fit, FitOptions, ModelKind};
use super::histories::Histories;
use super::optimize::{Evaluation, Objective};
use super::timing::{Plan, check_size, climb, owned};
use crate::analytics::columns::count_f64;
use crate::analytics::error::AnalyticsError;
use crate::analytics::parallel::BLOCK;
use crate::analytics::special::ln;

struct Likelihood<'a> {
    histories: &'a Histories,
    unit_days: f64,
}

impl Objective for Likelihood<'_> {
    fn evaluate(&self, parameters: &[f64]) -> Evaluation {
        evaluate(self.histories, self.unit_days, parameters)
    }
}

pub(crate) fn evaluate(histories: &Histories, unit_days: f64, parameters: &[f64]) -> Evaluation {
    let (r, alpha) = (parameters[0], parameters[1]);
    let x_max = histories
        .groups
        .iter()
        .map(|group| group.x)
        .max()
        .unwrap_or(0);
    let mut rises = Vec::with_capacity(x_max as usize + 1);
    let mut sums = [0.0; 3];
    for x in 0..=x_max {
        rises.push(sums);
        let at = r + f64::from(x);
        sums = [
            sums[0] + ln(at),
            sums[1] + 1.0 / at,
            sums[2] - 1.0 / (at * at),
        ];
    }
    let mut total = Evaluation::zero(2);
    for block in histories.groups.chunks(BLOCK) {
        let mut part = Evaluation::zero(2);
        for group in block {
            let n = count_f64(group.customers);
            let rise = rises[group.x as usize];
            let events = r + f64::from(group.x);
            let at = alpha + f64::from(group.age_days) / unit_days;
            let fall = ln(alpha) - ln(at);
            part.value += n * (rise[0] + r * fall - f64::from(group.x) * ln(at));
            part.gradient[0] += n * (rise[1] + fall);
            part.gradient[1] += n * (r / alpha - events / at);
            part.hessian[0] += n * rise[2];
            part.hessian[1] += n * (1.0 / alpha - 1.0 / at);
            part.hessian[3] += n * (events / (at * at) - r / (alpha * alpha));
        }
        part.hessian[2] = part.hessian[1];
        total.add(&part);
    }
    total
}

/// Fits NBD by maximum likelihood.
///
/// # Errors
/// No customer, no repeat occasion, or a bad option.
pub fn fit(histories: &Histories, options: &FitOptions) -> Result<Fit, AnalyticsError> {
    let names = owned(&["r", "alpha"]);
    options.check(2)?;
    check_size(ModelKind::Nbd, histories)?;
    let age = histories.mean_age(options.unit_days);
    let rate = count_f64(histories.occasions) / count_f64(histories.customers) / age;
    let starts = match &options.start {
        Some(start) => vec![start.clone()],
        None => vec![vec![0.5, 0.5 / rate], vec![3.0, 3.0 / rate]],
    };
    let plan = Plan {
        names: &names,
        scale: &[1.0, age],
        positive: &[true, true],
        options,
    };
    let objective = Likelihood {
        histories,
        unit_days: options.unit_days,
    };
    let optimum = climb(&objective, &[], &starts, &plan);
    Ok(Fit::of(
        ModelKind::Nbd,
        &names,
        options,
        optimum,
        histories.customers,
        histories.groups.len() as u64,
    ))
}
