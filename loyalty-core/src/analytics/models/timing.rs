//! Fitting the purchase-timing models: starts, thinning, restarts.

use super::dropout_likelihood::{DropoutLikelihood, Shape};
use super::fit::{Fit, FitOptions, ModelKind};
use super::histories::Histories;
use super::optimize::{Domain, Objective, Optimum, Status, maximize};
use super::pareto_likelihood::ParetoLikelihood;
use super::purchase_model::parameter_names;
use crate::analytics::columns::count_f64;
use crate::analytics::error::AnalyticsError;

/// Sizes of thinned copies, each made of the one before, where the whole is at least eight times as
/// large. They are climbed first, the smallest one first.
const THIN_TO: [u32; 2] = [16_384, 1_024];

pub(crate) fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

pub(crate) fn check_size(model: ModelKind, histories: &Histories) -> Result<(), AnalyticsError> {
    let model = model.name();
    if histories.customers == 0 {
        return Err(AnalyticsError::TooFew {
            model,
            needed: "at least one customer",
            found: 0,
        });
    }
    if histories.occasions == 0 {
        let needed = "at least one repeat occasion";
        return Err(AnalyticsError::TooFew {
            model,
            needed,
            found: 0,
        });
    }
    Ok(())
}

/// Moment-like starts: rates around the mean rate, time scales around the mean age.
fn starts(histories: &Histories, unit_days: f64, k: u32, pareto: bool) -> Vec<Vec<f64>> {
    let age = histories.mean_age(unit_days);
    let mean = count_f64(histories.occasions) / count_f64(histories.customers);
    let rate = (mean / age).max(1e-12) * f64::from(k);
    let spread = |r: f64, boost: f64, last: [f64; 2]| vec![r, r / (rate * boost), last[0], last[1]];
    if pareto {
        vec![
            spread(0.5, 1.5, [0.6, 0.4 * age]),
            spread(2.0, 2.0, [1.0, age]),
            spread(0.3, 1.0, [0.2, age]),
            spread(8.0, 3.0, [3.0, 3.0 * age]),
        ]
    } else {
        vec![
            spread(0.4, 3.0, [0.8, 2.4]),
            spread(2.0, 1.5, [1.0, 8.0]),
            spread(0.3, 6.0, [2.0, 2.0]),
            spread(8.0, 1.5, [0.3, 6.0]),
        ]
    }
}

pub(crate) struct Plan<'a> {
    pub(crate) names: &'a [String],
    pub(crate) scale: &'a [f64],
    pub(crate) positive: &'a [bool],
    pub(crate) options: &'a FitOptions,
}

/// Climbs from each start until one ends in an interior maximum; keeps the best.
pub(crate) fn climb(
    full: &dyn Objective,
    thinned: &[&dyn Objective],
    starts: &[Vec<f64>],
    plan: &Plan<'_>,
) -> Optimum {
    let priors = plan.options.priors(plan.names.len());
    let run = |objective: &dyn Objective, start: &[f64]| {
        let domain = Domain {
            names: plan.names,
            start,
            scale: plan.scale,
            positive: plan.positive,
            priors: &priors,
            iterations_max: plan.options.iterations_max,
        };
        maximize(objective, &domain)
    };
    let mut best: Option<Optimum> = None;
    for start in starts {
        let mut start = start.clone();
        for objective in thinned {
            let found = run(*objective, &start);
            if found.convergence.converged() {
                start = found.parameters;
            }
        }
        let found = run(full, &start);
        let done = found.convergence.status == Status::Converged;
        let better = best.as_ref().is_none_or(|best| {
            let gain = found.natural.value + found.log_prior - best.natural.value - best.log_prior;
            // A flat ridge and an interior maximum may tie: prefer the maximum.
            gain > 1e-7 || (done && gain > -1e-7) || best.natural.value.is_nan()
        });
        if better {
            best = Some(found);
        }
        if done {
            break;
        }
    }
    match best {
        Some(best) => best,
        None => run(full, plan.scale),
    }
}

/// Fits any purchase-timing model but NBD, which has its own file.
pub(crate) fn fit(
    kind: ModelKind,
    k: u32,
    histories: &Histories,
    options: &FitOptions,
) -> Result<Fit, AnalyticsError> {
    let names = owned(parameter_names(kind)?);
    options.check(names.len())?;
    check_size(kind, histories)?;
    let pareto = kind == ModelKind::ParetoNbd;
    let age = histories.mean_age(options.unit_days);
    let scale = if pareto {
        vec![1.0, age, 1.0, age]
    } else {
        vec![1.0, age, 1.0, 1.0]
    };
    let starts = match &options.start {
        Some(start) => vec![start.clone()],
        None => starts(histories, options.unit_days, k, pareto),
    };
    let plan = Plan {
        names: &names,
        scale: &scale,
        positive: &[true; 4],
        options,
    };
    let groups = histories.groups.len();
    let cold = options.start.is_none();
    let sizes = THIN_TO
        .into_iter()
        .filter(|size| cold && groups >= 8 * *size as usize);
    let optimum = if pareto {
        let full = ParetoLikelihood::new(histories, options.unit_days, options.threads);
        let thinned = thinnings(sizes, |last, size| last.unwrap_or(&full).thinned(size));
        let thinned: Vec<&dyn Objective> =
            thinned.iter().map(|part| part as &dyn Objective).collect();
        climb(&full, &thinned, &starts, &plan)
    } else {
        let modified = matches!(kind, ModelKind::MbgNbd | ModelKind::MbgCnbdK);
        let shape = Shape { modified, k };
        let full =
            DropoutLikelihood::try_new(histories, shape, options.unit_days, options.threads)?;
        let thinned = thinnings(sizes, |last, size| last.unwrap_or(&full).thinned(size));
        let thinned: Vec<&dyn Objective> =
            thinned.iter().map(|part| part as &dyn Objective).collect();
        climb(&full, &thinned, &starts, &plan)
    };
    let fit = Fit::of(
        kind,
        &names,
        options,
        optimum,
        histories.customers,
        groups as u64,
    );
    Ok(Fit { k, ..fit })
}

/// Thinned copies, the smallest first.
fn thinnings<L>(sizes: impl Iterator<Item = u32>, thin: impl Fn(Option<&L>, u32) -> L) -> Vec<L> {
    let mut thinned: Vec<L> = Vec::new();
    for size in sizes {
        thinned.push(thin(thinned.last(), size));
    }
    thinned.reverse();
    thinned
}

/// The log-likelihood of histories at given parameters, in the time unit of `unit_days`.
///
/// # Errors
/// A model without purchase timing, or CNBD-k without gaps.
pub fn log_likelihood(
    model: &super::purchase_model::PurchaseModel,
    histories: &Histories,
    unit_days: f64,
) -> Result<f64, AnalyticsError> {
    let value = match model.kind() {
        ModelKind::ParetoNbd => {
            ParetoLikelihood::new(histories, unit_days, 1)
                .evaluate(model.parameters())
                .value
        }
        ModelKind::Nbd => super::nbd::evaluate(histories, unit_days, model.parameters()).value,
        _ => {
            DropoutLikelihood::try_new(histories, model.shape(), unit_days, 1)?
                .evaluate(model.parameters())
                .value
        }
    };
    Ok(value)
}
