//! Predictions of Pareto/NBD, over plain numbers or with derivatives.

use super::dropout::{event_mass, logistic};
use super::past::Past;
use crate::analytics::special::Scalar;
use crate::analytics::special::quadrature::{half_line_nodes, panels};
use crate::analytics::special::{exp, exp_m1, ln_1p};

/// Posterior gamma laws of purchase rate (R, A) and dropout rate (s, B), and P(alive).
pub(crate) struct Posterior<S> {
    pub(crate) alive: S,
    total: S,
    rate: S,
    s: S,
    beta: S,
}

pub(crate) fn posterior<S: Scalar>([r, alpha, s, beta]: [S; 4], past: &Past) -> Posterior<S> {
    let total = r + f64::from(past.x);
    Posterior {
        alive: alive([total, alpha, s, beta], past),
        total,
        rate: alpha + past.age,
        s,
        beta: beta + past.age,
    }
}

/// P(alive): one over one plus the odds of having died between the last purchase and now.
fn alive<S: Scalar>([total, alpha, s, beta]: [S; 4], past: &Past) -> S {
    if past.recency >= past.age {
        return S::constant(1.0);
    }
    let span = past.age - past.recency;
    let (a, b) = (alpha + past.recency, beta + past.recency);
    let small = a.value().min(b.value());
    let end = ln_1p(span / small);
    // How fast the integrand can fall on the smaller scale; the other's share is largest at the end.
    let share = (small + span) / (a.value().max(b.value()) + span);
    let (own, other) = if a.value() <= b.value() {
        (total.value(), s.value())
    } else {
        (s.value(), total.value())
    };
    let width = (12.0 / (own + other * share + 1.0)).min(3.0);
    let mut sum = S::constant(0.0);
    for (w, weight) in panels(0.0, end, width) {
        let gone = small * exp_m1(w);
        let fall = (a.recip() * gone).ln_1p() * total + (b.recip() * gone).ln_1p() * s;
        sum = sum + (-fall).exp() / (b + gone) * (weight * (small + gone));
        if fall.value() > 60.0 {
            break;
        }
    }
    let odds =
        s.ln() + total * (a.recip() * span).ln_1p() + s * (b.recip() * span).ln_1p() + sum.ln();
    logistic(-odds)
}

/// (1 − e^(−y))/y, smooth at y = 0.
fn fade<S: Scalar>(y: S) -> S {
    if y.value().abs() > 1e-2 {
        return -(-y).exp_m1() / y;
    }
    let mut sum = S::constant(0.0);
    for n in (1..=9).rev() {
        sum = S::constant(1.0) - sum * y / f64::from(n + 1);
    }
    sum
}

impl<S: Scalar> Posterior<S> {
    /// E[purchases in (0, t] | alive]; s = 1 is an ordinary point.
    pub(crate) fn expected_if_alive(&self, t: f64) -> S {
        let log = (self.beta.recip() * t).ln_1p();
        self.total / self.rate * self.beta * log * fade((self.s - 1.0) * log)
    }

    /// P(still alive after t more units | alive).
    pub(crate) fn survival_if_alive(&self, t: f64) -> S {
        (-(self.s * (self.beta.recip() * t).ln_1p())).exp()
    }

    /// P(a purchase in (0, t] | alive).
    pub(crate) fn purchase_if_alive(&self, t: f64) -> S {
        let scale = self.rate.value();
        let end = ln_1p(t / scale).min(45.0 / self.total.value());
        let beta = self.beta.value();
        let far = t.min(scale * exp_m1(end));
        let share = (scale / beta).max((scale + far) / (beta + far));
        let steepest = self.total.value() + self.s.value() * share;
        let mut sum = S::constant(0.0);
        for (w, weight) in panels(0.0, end, (8.0 / steepest).min(1.0)) {
            let u = scale * exp_m1(w);
            let fall = self.total * (self.rate.recip() * u).ln_1p()
                + self.s * (self.beta.recip() * u).ln_1p();
            if fall.value() > 60.0 {
                break;
            }
            sum = sum + (-fall).exp() * self.total / (self.rate + u) * (weight * (scale + u));
        }
        sum
    }

    /// P(exactly n purchases in (0, t] | alive).
    pub(crate) fn mass_if_alive(&self, n: u32, t: f64) -> S {
        let events = |u: f64| {
            let z = (self.rate + u).recip() * u;
            event_mass(self.total, n, z, -(self.rate.recip() * u).ln_1p())
        };
        let small = self.rate.value().min(self.beta.value());
        let mut sum = events(t) * self.survival_if_alive(t);
        for (w, weight) in panels(0.0, ln_1p(t / small), 0.5) {
            let u = small * exp_m1(w);
            let dying = self.survival_if_alive(u) * self.s / (self.beta + u);
            sum = sum + events(u) * dying * (weight * (small + u));
        }
        sum
    }

    /// ∫₀ᵗ e^(−δu) dE[Y(u)] given alive; an infinite horizon needs δ > 0 or s > 1.
    pub(crate) fn discounted_if_alive(&self, delta: f64, horizon: f64) -> S {
        let scale = self.beta.value();
        let mut sum = S::constant(0.0);
        if horizon.is_infinite() {
            if delta == 0.0 {
                return self.total / self.rate * self.beta / (self.s - 1.0);
            }
            let nodes = 1.0 / (self.s.value() / scale + delta);
            for (u, weight) in half_line_nodes(nodes) {
                let fall = self.s * (self.beta.recip() * u).ln_1p() + delta * u;
                if fall.value() < 700.0 {
                    sum = sum + (-fall).exp() * weight;
                }
            }
        } else {
            for (w, weight) in panels(0.0, ln_1p(horizon / scale), 0.5) {
                let u = scale * exp_m1(w);
                sum = sum + self.survival_if_alive(u) * (weight * (scale + u) * exp(-delta * u));
            }
        }
        self.total / self.rate * sum
    }
}
