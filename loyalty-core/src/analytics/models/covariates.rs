//! Covariates that do not change with time, as segment dummies, for BG/NBD and Pareto/NBD.
//!
//! A customer with dummies z has, in BG/NBD, α·e^(−γ₁z), a·e^(γ₂z), b·e^(γ₃z); in Pareto/NBD
//! α·e^(−γ₁z), β·e^(−γ₂z) (Fader, Hardie, note 019). One level is the named base, without a dummy; the
//! order of levels does not change the likelihood. Against the model without covariates:
//! [`Fit::likelihood_ratio`]. Undefined for a level without a repeat occasion.

use super::dropout_likelihood::{DropoutLikelihood, Shape};
use super::fit::{Fit, FitOptions, ModelKind};
use super::histories::Histories;
use super::optimize::{Evaluation, Objective};
use super::pareto_likelihood::ParetoLikelihood;
use super::purchase_model::PurchaseModel;
use super::timing::{Plan, check_size, climb};
use super::{bg_nbd, pareto_nbd};
use crate::analytics::error::AnalyticsError;
use crate::analytics::special::exp;

/// The customers of one level.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// The level's name.
    pub name: String,
    /// Its customers.
    pub histories: Histories,
}

/// How each effect enters: the parameter it multiplies and the sign of its exponent.
fn effects(kind: ModelKind) -> &'static [(&'static str, usize, f64)] {
    match kind {
        ModelKind::ParetoNbd => &[("purchase", 1, -1.0), ("dropout", 3, -1.0)],
        _ => &[
            ("purchase", 1, -1.0),
            ("dropout_a", 2, 1.0),
            ("dropout_b", 3, 1.0),
        ],
    }
}

struct Levels {
    kind: ModelKind,
    parts: Vec<Box<dyn Objective>>,
    base: usize,
}

impl Levels {
    /// Position of a level's effects, nothing for the base.
    fn dummy(&self, level: usize) -> Option<usize> {
        dummy(level, self.base)
    }
}

fn dummy(level: usize, base: usize) -> Option<usize> {
    match level.cmp(&base) {
        std::cmp::Ordering::Less => Some(level),
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Greater => Some(level - 1),
    }
}

/// A level's own four parameters.
fn own(kind: ModelKind, values: &[f64], dummy: Option<usize>) -> [f64; 4] {
    let mut own = [values[0], values[1], values[2], values[3]];
    let effects = effects(kind);
    if let Some(dummy) = dummy {
        for (i, (_, parameter, sign)) in effects.iter().enumerate() {
            own[*parameter] *= exp(sign * values[4 + dummy * effects.len() + i]);
        }
    }
    own
}

impl Objective for Levels {
    fn evaluate(&self, values: &[f64]) -> Evaluation {
        let n = values.len();
        let effects = effects(self.kind);
        // In (ln θ, γ) every level is linear in the coordinates of its own four log-parameters.
        let mut total = Evaluation::zero(n);
        for (level, part) in self.parts.iter().enumerate() {
            let dummy = self.dummy(level);
            let own = own(self.kind, values, dummy);
            let logs = part.evaluate(&own).in_logs(&own, &[true; 4]);
            let mut map: Vec<(usize, usize, f64)> = (0..4).map(|i| (i, i, 1.0)).collect();
            if let Some(dummy) = dummy {
                for (i, (_, parameter, sign)) in effects.iter().enumerate() {
                    map.push((*parameter, 4 + dummy * effects.len() + i, *sign));
                }
            }
            total.value += logs.value;
            for (from, to, weight) in &map {
                total.gradient[*to] += weight * logs.gradient[*from];
                for (other, column, scale) in &map {
                    total.hessian[to * n + column] +=
                        weight * scale * logs.hessian[from * 4 + other];
                }
            }
        }
        // Back to natural parameters, where the optimiser starts from.
        for i in 0..4 {
            total.hessian[i * n + i] -= total.gradient[i];
        }
        let slope = |i: usize| if i < 4 { values[i] } else { 1.0 };
        for i in 0..n {
            total.gradient[i] /= slope(i);
            for j in 0..n {
                total.hessian[i * n + j] /= slope(i) * slope(j);
            }
        }
        total
    }
}

/// Fits BG/NBD or Pareto/NBD with one factor; `base` names the level without effects.
///
/// # Errors
/// Another model, an unknown base, fewer than two levels or two of one name, a level without a repeat
/// occasion, or a bad option.
pub fn fit(
    kind: ModelKind,
    levels: &[Level],
    base: &str,
    options: &FitOptions,
) -> Result<Fit, AnalyticsError> {
    if !matches!(kind, ModelKind::BgNbd | ModelKind::ParetoNbd) {
        let allowed = "bg_nbd or pareto_nbd";
        return Err(AnalyticsError::WrongModel {
            found: kind.name().to_owned(),
            allowed,
        });
    }
    // By name, so that the order of levels has no say in the sums.
    let mut sorted: Vec<&Level> = levels.iter().collect();
    sorted.sort_by(|left, right| left.name.cmp(&right.name));
    let position = sorted.iter().position(|level| level.name == base);
    let unique = sorted.windows(2).all(|pair| pair[0].name != pair[1].name);
    let (Some(position), true, true) = (position, levels.len() > 1, unique) else {
        let allowed = "one of at least two differently named levels";
        return Err(AnalyticsError::Option {
            option: "base",
            found: base.to_owned(),
            allowed,
        });
    };
    for level in &sorted {
        check_size(kind, &level.histories)?;
    }
    let (unit, threads) = (options.unit_days, options.threads);
    let pooled = pooled(&sorted);
    let plain_options = FitOptions {
        start: None,
        priors: Vec::new(),
        ..options.clone()
    };
    let plain = match kind {
        ModelKind::ParetoNbd => pareto_nbd::fit(&pooled, &plain_options)?,
        _ => bg_nbd::fit(&pooled, &plain_options)?,
    };
    let mut names = plain.names.clone();
    for level in sorted.iter().filter(|level| level.name != base) {
        names.extend(
            effects(kind)
                .iter()
                .map(|(effect, ..)| format!("gamma_{effect}[{}]", level.name)),
        );
    }
    options.check(names.len())?;
    let mut parts: Vec<Box<dyn Objective>> = Vec::new();
    for level in &sorted {
        if kind == ModelKind::ParetoNbd {
            parts.push(Box::new(ParetoLikelihood::new(
                &level.histories,
                unit,
                threads,
            )));
        } else {
            let shape = Shape {
                modified: false,
                k: 1,
            };
            parts.push(Box::new(DropoutLikelihood::try_new(
                &level.histories,
                shape,
                unit,
                threads,
            )?));
        }
    }
    let objective = Levels {
        kind,
        parts,
        base: position,
    };
    let mut start = plain.values.clone();
    start.resize(names.len(), 0.0);
    let starts = vec![options.start.clone().unwrap_or(start)];
    let age = pooled.mean_age(unit);
    let mut scale = if kind == ModelKind::ParetoNbd {
        vec![1.0, age, 1.0, age]
    } else {
        vec![1.0, age, 1.0, 1.0]
    };
    scale.resize(names.len(), 1.0);
    let positive: Vec<bool> = (0..names.len()).map(|i| i < 4).collect();
    let plan = Plan {
        names: &names,
        scale: &scale,
        positive: &positive,
        options,
    };
    let optimum = climb(&objective, &[], &starts, &plan);
    let groups = sorted
        .iter()
        .map(|level| level.histories.groups.len() as u64)
        .sum();
    Ok(Fit::of(
        kind,
        &names,
        options,
        optimum,
        pooled.customers,
        groups,
    ))
}

fn pooled(levels: &[&Level]) -> Histories {
    let mut groups: Vec<_> = levels
        .iter()
        .flat_map(|level| level.histories.groups.iter().copied())
        .collect();
    groups.sort_unstable();
    let customers = levels.iter().map(|level| level.histories.customers).sum();
    let occasions = levels.iter().map(|level| level.histories.occasions).sum();
    Histories {
        groups,
        customers,
        occasions,
        gaps: None,
    }
}

/// The purchase model of one level of a covariate fit; an unknown level is an error.
///
/// # Errors
/// A fit without covariates for the level, unless it is the base named here.
pub fn level_model(fit: &Fit, level: &str, base: &str) -> Result<PurchaseModel, AnalyticsError> {
    fit.expect(fit.model)?;
    let count = effects(fit.model).len();
    let mut names = fit.names.iter().skip(4).step_by(count);
    let suffix = format!("[{level}]");
    let dummy = if level == base {
        None
    } else {
        names.position(|name| name.ends_with(&suffix))
    };
    if fit.values.len() < 4 || (dummy.is_none() && level != base) {
        let (option, allowed) = ("level", "a level of the fit");
        return Err(AnalyticsError::Option {
            option,
            found: level.to_owned(),
            allowed,
        });
    }
    PurchaseModel::try_new(fit.model, 1, &own(fit.model, &fit.values, dummy))
}
