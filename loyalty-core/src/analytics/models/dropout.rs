//! Predictions of the beta-geometric dropout family: BG/NBD, MBG/NBD and their CNBD-k forms.
//!
//! All sums have positive terms only. Given a living customer with R = r + kx, A = α + T and
//! b′ = b + x (+1 for MBG), the Poisson events of the next t units follow a negative binomial law
//! with z = t/(A+t), every k-th event is a purchase, and she survives n purchases with chance
//! B(a, b′+n)/B(a, b′). So E[Y(t)] = P(alive) · Σ_m P(M = m) · Σ_{n ≤ m/k} B(a, b′+n−1)/B(a, b′):
//! no pole at a = 1, no cancellation at small t, no overflow at large x.

use super::dropout_likelihood::Shape;
use super::past::Past;
use crate::analytics::special::quadrature::panels;
use crate::analytics::special::{Scalar, exp, ln_rising};

/// A customer's posterior: gamma shape R and rate A, beta parameters, and phase weights.
pub(crate) struct Posterior<S> {
    /// P(alive).
    pub(crate) alive: S,
    total: S,
    rate: S,
    a: S,
    b: S,
    /// Weight of each phase 0..k: events since the last purchase. They sum to 1.
    phases: Vec<S>,
    k: u32,
}

/// The posterior after a history.
pub(crate) fn posterior<S: Scalar>(
    [r, alpha, a, b]: [S; 4],
    shape: Shape,
    past: &Past,
) -> Posterior<S> {
    let k = shape.k;
    let total = r + f64::from(k) * f64::from(past.x);
    let rate = alpha + past.age;
    let share = (rate.recip()) * (past.age - past.recency);
    let mut weights = vec![S::constant(1.0)];
    let mut term = S::constant(1.0);
    let mut sum = term;
    for j in 1..k {
        let j = f64::from(j);
        term = term * (total + (j - 1.0)) * share / j;
        sum = sum + term;
        weights.push(term);
    }
    let inverse = sum.recip();
    let phases = weights.into_iter().map(|weight| weight * inverse).collect();
    let steps = past.x + shape.shift();
    let alive = if steps == 0 {
        S::constant(1.0)
    } else {
        let waited = ((alpha + past.recency).recip() * (past.age - past.recency)).ln_1p();
        let odds = a.ln() - (b + (f64::from(steps) - 1.0)).ln() + total * waited - sum.ln();
        logistic(-odds)
    };
    Posterior {
        alive,
        total,
        rate,
        a,
        b: b + f64::from(steps),
        phases,
        k,
    }
}

/// 1/(1 + e^(−x)) without overflow.
pub(crate) fn logistic<S: Scalar>(x: S) -> S {
    if x.value() > 0.0 {
        ((-x).exp() + 1.0).recip()
    } else {
        x.exp() / (x.exp() + 1.0)
    }
}

impl<S: Scalar> Posterior<S> {
    /// Σ_j weight_j Σ_m P(M = m) · value(purchases), with `value` given the purchases one at a time.
    ///
    /// `advance` moves from n−1 to n purchases and returns the new value; values stay within n.
    fn sum_over_events(&self, t: f64, start: S, advance: impl Fn(u32, &mut S, S) -> S) -> S {
        let z = (self.rate + t).recip() * t;
        let log_rest = -(self.rate.recip() * t).ln_1p();
        let mut result = S::constant(0.0);
        for (phase, weight) in self.phases.iter().enumerate() {
            let shape = self.total + f64::from(phase as u32);
            // Start in the log domain: (1−z)^R may underflow for heavy buyers.
            let log_first = shape * log_rest;
            let mut lift = if log_first.value() < -600.0 {
                -600.0 - log_first.value()
            } else {
                0.0
            };
            let mut chance = (log_first + lift).exp();
            let (mut value, mut carry, mut n) = (start, S::constant(1.0), 0);
            let mut sum = chance * value;
            let mut m = 0_u32;
            let mut factor = z * shape;
            loop {
                chance = chance * factor;
                m += 1;
                let purchases = if self.k == 1 {
                    m
                } else {
                    (m + phase as u32) / self.k
                };
                while n < purchases {
                    n += 1;
                    value = advance(n, &mut carry, value);
                }
                let term = chance * value;
                sum = sum + term;
                if chance.value() > 1e200 {
                    chance = chance * 1e-200;
                    sum = sum * 1e-200;
                    lift -= LOG_RESCALE;
                }
                factor = z * (shape + f64::from(m)) / (f64::from(m) + 1.0);
                let ratio = factor.value();
                let settled = ratio < 1.0 && term.value() <= 1e-18 * (1.0 - ratio) * sum.value();
                if m > EVENTS_MAX || (settled && n > 0) || (ratio < 1.0 && chance.value() == 0.0) {
                    break;
                }
            }
            result = result + *weight * sum * exp(-lift);
        }
        result
    }

    /// E[purchases in (0, t] | alive]. At most one more purchase an event.
    pub(crate) fn expected_if_alive(&self, t: f64) -> S {
        if t <= 0.0 {
            return S::constant(0.0);
        }
        let (a, b) = (self.a, self.b);
        self.sum_over_events(t, S::constant(0.0), |n, survival, value| {
            if n > 1 {
                let i = f64::from(n) - 2.0;
                *survival = *survival * ((b + i) / (a + b + i));
            }
            value + *survival
        })
    }

    /// P(still alive after t more units | alive).
    pub(crate) fn survival_if_alive(&self, t: f64) -> S {
        let (a, b) = (self.a, self.b);
        self.sum_over_events(t.max(0.0), S::constant(1.0), |n, _, value| {
            let i = f64::from(n) - 1.0;
            value * ((b + i) / (a + b + i))
        })
    }

    /// P(a purchase in (0, t] | alive), by the smaller of head and tail of the event law.
    pub(crate) fn purchase_if_alive(&self, t: f64) -> S {
        if self.k == 1 {
            return -(-(self.total * (self.rate.recip() * t).ln_1p())).exp_m1();
        }
        self.at_least(1, t)
    }

    /// P(at least n purchases by events within t, dropout aside).
    fn at_least(&self, n: u32, t: f64) -> S {
        let z = (self.rate + t).recip() * t;
        let log_rest = -(self.rate.recip() * t).ln_1p();
        let mut result = S::constant(0.0);
        for (phase, weight) in self.phases.iter().enumerate() {
            let first = (n * self.k).saturating_sub(phase as u32);
            result = result
                + *weight * events_tail(self.total + f64::from(phase as u32), first, z, log_rest);
        }
        result
    }

    /// P(exactly n purchases in (0, t] | alive).
    pub(crate) fn mass_if_alive(&self, n: u32, t: f64) -> S {
        let survival = |n: u32| {
            let n = S::constant(f64::from(n));
            (self.b.ln_rising(n) - (self.a + self.b).ln_rising(n)).exp()
        };
        let at_least = self.at_least(n, t);
        let exactly = if n == 0 {
            S::constant(1.0) - self.purchase_if_alive(t)
        } else {
            self.exactly(n, t)
        };
        if n == 0 {
            exactly
        } else {
            survival(n) * exactly + (survival(n - 1) - survival(n)) * at_least
        }
    }

    /// P(exactly n purchases by events within t, dropout aside), n ≥ 1.
    fn exactly(&self, n: u32, t: f64) -> S {
        let z = (self.rate + t).recip() * t;
        let log_rest = -(self.rate.recip() * t).ln_1p();
        let mut result = S::constant(0.0);
        for (phase, weight) in self.phases.iter().enumerate() {
            let first = (n * self.k).saturating_sub(phase as u32);
            for m in first..first + self.k {
                result = result
                    + *weight * event_mass(self.total + f64::from(phase as u32), m, z, log_rest);
            }
        }
        result
    }

    /// ∫₀ᵗ e^(−δu) dE[Y(u)] given alive, by parts and Gauss–Legendre in ln(1 + u/A).
    pub(crate) fn discounted_if_alive(&self, delta: f64, horizon: f64) -> S {
        let width = self.rate.value();
        // Beyond δu = 45 nothing is left in double precision.
        let end = if delta > 0.0 {
            horizon.min(45.0 / delta)
        } else {
            horizon
        };
        let edge = crate::analytics::special::ln_1p(end / width);
        let mut sum = self.expected_if_alive(end) * exp(-delta * end);
        if delta > 0.0 {
            for (w, weight) in panels(0.0, edge, 3.0) {
                let u = width * crate::analytics::special::exp_m1(w);
                sum = sum
                    + self.expected_if_alive(u) * (weight * delta * exp(-delta * u) * (width + u));
            }
        }
        sum
    }
}

const EVENTS_MAX: u32 = 20_000_000;
/// ln 10²⁰⁰.
const LOG_RESCALE: f64 = 460.517_018_598_809_1;

/// P(M = m) of the negative binomial law with this shape.
pub(crate) fn event_mass<S: Scalar>(shape: S, m: u32, z: S, log_rest: S) -> S {
    if z.value() <= 0.0 {
        return S::constant(if m == 0 { 1.0 } else { 0.0 });
    }
    let count = f64::from(m);
    (shape.ln_rising(S::constant(count)) - ln_rising(1.0, count)
        + z.ln() * count
        + shape * log_rest)
        .exp()
}

/// P(M ≥ first): the tail as a series of positive terms.
pub(crate) fn events_tail<S: Scalar>(shape: S, first: u32, z: S, log_rest: S) -> S {
    if first == 0 {
        return S::constant(1.0);
    }
    // Below the mean of the law the head is the shorter sum.
    let mean = z.value() * shape.value() / (1.0 - z.value());
    if f64::from(first) < 0.5 * mean {
        let mut head = S::constant(0.0);
        for m in 0..first {
            head = head + event_mass(shape, m, z, log_rest);
        }
        return S::constant(1.0) - head;
    }
    let mut term = event_mass(shape, first, z, log_rest);
    let mut sum = term;
    let mut m = first;
    while m < EVENTS_MAX {
        let factor = z * (shape + f64::from(m)) / (f64::from(m) + 1.0);
        term = term * factor;
        sum = sum + term;
        m += 1;
        let ratio = factor.value();
        if ratio < 1.0 && term.value() <= 1e-18 * (1.0 - ratio) * sum.value() {
            break;
        }
    }
    sum
}
