//! The likelihood of the beta-geometric dropout family, with analytic gradient and Hessian.
//!
//! One evaluation serves BG/NBD, MBG/NBD and their CNBD-k forms. With R = r + kx, c = a + b:
//!
//! ```text
//! ln L = ln Γ(R)/Γ(r) + r ln α + ln B(a, b+x+μ)/B(a, b) − R ln(α+T) − x ln Γ(k)
//!        + (k−1) Σ ln gap + ln( S + exp d )
//! S = Σ_{j<k} Γ(R+j)/Γ(R)/j! · ((T−t_x)/(α+T))^j          d = ln a/(b+x−1+μ) + R ln (α+T)/(α+t_x)
//! ```
//!
//! μ is 1 for the MBG forms; for the others the exp d term needs x > 0. The weight σ(d − ln S) is
//! the probability of having dropped out, so gradient and P(alive) share their one exponential.

use super::histories::{Group, Histories};
use super::optimize::{Evaluation, Objective};
use crate::analytics::columns::count_f64;
use crate::analytics::error::AnalyticsError;
use crate::analytics::parallel::{BLOCK, map_blocks};
use crate::analytics::special::{exp, ln, ln_1p, ln_gamma};

/// Which member of the family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Whether a customer may drop out right after the first occasion (MBG).
    pub(crate) modified: bool,
    /// Regularity: purchases are every k-th event of a Poisson process.
    pub(crate) k: u32,
}

impl Shape {
    pub(crate) fn shift(self) -> u32 {
        u32::from(self.modified)
    }
}

/// A group with its days replaced by positions in the table of distinct days.
#[derive(Debug, Clone, Copy)]
struct Row {
    x: u32,
    recency: u32,
    age: u32,
    weight: f64,
}

pub(crate) struct DropoutLikelihood {
    shape: Shape,
    rows: Vec<Row>,
    /// Distinct days in model units.
    times: Vec<f64>,
    x_max: u32,
    customers: f64,
    /// (k−1)·Σ ln gap.
    constant: f64,
    threads: usize,
}

/// Upper triangle of a symmetric 4×4 matrix, then gradient and value.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    value: f64,
    gradient: [f64; 4],
    hessian: [f64; 10],
}

/// Everything that depends on x alone: value, gradient and Hessian parts, and d's parts.
#[derive(Debug, Clone, Copy, Default)]
struct ByCount {
    /// R = r + kx.
    total: f64,
    value: f64,
    r: f64,
    a: f64,
    b: f64,
    rr: f64,
    aa: f64,
    ab: f64,
    bb: f64,
    /// ln a/(b+x−1+μ).
    odds: f64,
    /// 1/(b+x−1+μ).
    inverse: f64,
    /// Whether the customer can have dropped out.
    mortal: bool,
}

#[derive(Debug, Clone, Copy)]
struct ByTime {
    log: f64,
    inverse: f64,
}

impl DropoutLikelihood {
    pub(crate) fn try_new(
        histories: &Histories,
        shape: Shape,
        unit_days: f64,
        threads: usize,
    ) -> Result<Self, AnalyticsError> {
        let constant = if shape.k > 1 {
            f64::from(shape.k - 1) * histories.sum_log_gaps(unit_days)?
        } else {
            0.0
        };
        Ok(Self {
            constant,
            ..Self::of(&histories.groups, shape, unit_days, threads)
        })
    }

    fn of(groups: &[Group], shape: Shape, unit_days: f64, threads: usize) -> Self {
        let most = groups.iter().map(|group| group.age_days).max().unwrap_or(0) as usize;
        let mut days: Vec<u32> = Vec::new();
        let rows = if most <= 16 * groups.len() + 65_536 {
            let mut position = vec![u32::MAX; most + 1];
            for group in groups {
                position[group.recency_days as usize] = 0;
                position[group.age_days as usize] = 0;
            }
            for (day, slot) in position.iter_mut().enumerate() {
                if *slot == 0 {
                    *slot = days.len() as u32;
                    days.push(day as u32);
                }
            }
            groups
                .iter()
                .map(|group| row(group, |day| position[day as usize]))
                .collect()
        } else {
            days = groups
                .iter()
                .flat_map(|group| [group.recency_days, group.age_days])
                .collect();
            days.sort_unstable();
            days.dedup();
            let find = |day: u32| days.partition_point(|known| *known < day) as u32;
            groups.iter().map(|group| row(group, find)).collect()
        };
        Self {
            shape,
            rows,
            times: days.iter().map(|day| f64::from(*day) / unit_days).collect(),
            x_max: groups.iter().map(|group| group.x).max().unwrap_or(0),
            customers: groups.iter().map(|group| count_f64(group.customers)).sum(),
            constant: 0.0,
            threads,
        }
    }

    /// A thinned copy of about `size` groups that is cheap to climb first.
    pub(crate) fn thinned(&self, size: u32) -> Self {
        let picked = thin(self.rows.iter().map(|row| row.weight), size);
        let rows: Vec<Row> = picked
            .into_iter()
            .map(|(at, weight)| Row {
                weight,
                ..self.rows[at]
            })
            .collect();
        Self {
            x_max: rows.iter().map(|row| row.x).max().unwrap_or(0),
            customers: rows.iter().map(|row| row.weight).sum(),
            rows,
            times: self.times.clone(),
            constant: 0.0,
            ..*self
        }
    }

    /// Tables over x by recurrence: no difference of large log-gammas is ever taken.
    fn counts(&self, [r, _, a, b]: [f64; 4]) -> Vec<ByCount> {
        let shift = self.shape.shift();
        let k = self.shape.k;
        let log_k = ln_gamma(f64::from(k));
        let c = a + b;
        let mut table = Vec::with_capacity(self.x_max as usize + 1);
        // Sums over i of ln, 1/· and 1/·² of r+i (k steps an occasion), and of the beta ratio.
        let (mut rise, mut rise1, mut rise2) = (0.0, 0.0, 0.0);
        let (mut beta, mut b1, mut b2, mut c1, mut c2) = (0.0, 0.0, 0.0, 0.0, 0.0);
        let mut beta_steps = 0;
        for x in 0..=self.x_max {
            while beta_steps < x + shift {
                let i = f64::from(beta_steps);
                beta -= ln_1p(a / (b + i));
                let (ib, ic) = (1.0 / (b + i), 1.0 / (c + i));
                b1 += ib;
                b2 += ib * ib;
                c1 += ic;
                c2 += ic * ic;
                beta_steps += 1;
            }
            let mortal = x + shift > 0;
            let inverse = if mortal {
                1.0 / (b + f64::from(x + shift) - 1.0)
            } else {
                0.0
            };
            table.push(ByCount {
                total: r + f64::from(k) * f64::from(x),
                value: rise + beta - f64::from(x) * log_k,
                r: rise1,
                rr: -rise2,
                a: -c1,
                b: b1 - c1,
                aa: c2,
                ab: c2,
                bb: c2 - b2,
                odds: if mortal {
                    ln(a * inverse)
                } else {
                    f64::NEG_INFINITY
                },
                inverse,
                mortal,
            });
            for step in 0..k {
                let i = r + f64::from(k) * f64::from(x) + f64::from(step);
                rise += ln(i);
                rise1 += 1.0 / i;
                rise2 += 1.0 / (i * i);
            }
        }
        table
    }
}

/// Systematic sampling by weight: positions and their new weights, which add up to about the same.
pub(crate) fn thin(weights: impl Iterator<Item = f64> + Clone, size: u32) -> Vec<(usize, f64)> {
    let each = weights.clone().sum::<f64>() / f64::from(size.max(1));
    let (mut passed, mut picked) = (0.0, Vec::new());
    for (at, weight) in weights.enumerate() {
        let before = (passed / each).floor();
        passed += weight;
        let picks = (passed / each).floor() - before;
        if picks > 0.0 {
            picked.push((at, picks * each));
        }
    }
    picked
}

fn row(group: &Group, find: impl Fn(u32) -> u32) -> Row {
    let weight = count_f64(group.customers);
    Row {
        x: group.x,
        recency: find(group.recency_days),
        age: find(group.age_days),
        weight,
    }
}

impl Objective for DropoutLikelihood {
    fn evaluate(&self, parameters: &[f64]) -> Evaluation {
        let [r, alpha, a, b] = [parameters[0], parameters[1], parameters[2], parameters[3]];
        let counts = self.counts([r, alpha, a, b]);
        let times: Vec<ByTime> = self
            .times
            .iter()
            .map(|t| ByTime {
                log: ln(alpha + t),
                inverse: 1.0 / (alpha + t),
            })
            .collect();
        let blocks = self.rows.len().div_ceil(BLOCK);
        let partial = map_blocks(blocks, self.threads, |block| {
            let end = self.rows.len().min((block + 1) * BLOCK);
            self.block(&self.rows[block * BLOCK..end], &counts, &times, a, alpha)
        });
        let mut sums = Sums::default();
        for part in &partial {
            sums.value += part.value;
            for i in 0..4 {
                sums.gradient[i] += part.gradient[i];
            }
            for i in 0..10 {
                sums.hessian[i] += part.hessian[i];
            }
        }
        // r ln α, once a customer.
        let n = self.customers;
        sums.value += n * r * ln(alpha) + self.constant;
        sums.gradient[0] += n * ln(alpha);
        sums.gradient[1] += n * r / alpha;
        sums.hessian[1] += n / alpha;
        sums.hessian[4] -= n * r / (alpha * alpha);
        let h = sums.hessian;
        let full = [
            h[0], h[1], h[2], h[3], h[1], h[4], h[5], h[6], h[2], h[5], h[7], h[8], h[3], h[6],
            h[8], h[9],
        ];
        Evaluation {
            value: sums.value,
            gradient: sums.gradient.to_vec(),
            hessian: full.to_vec(),
        }
    }
}

impl DropoutLikelihood {
    fn block(
        &self,
        rows: &[Row],
        counts: &[ByCount],
        times: &[ByTime],
        a: f64,
        alpha: f64,
    ) -> Sums {
        let mut sums = Sums::default();
        let inverse_a = 1.0 / a;
        let mut product = 1.0;
        for row in rows {
            let count = &counts[row.x as usize];
            let age = times[row.age as usize];
            let recency = times[row.recency as usize];
            let w = row.weight;
            let total = count.total;
            // The part of a customer who is certainly alive.
            let mut value = count.value - total * age.log;
            let mut g = [count.r - age.log, -total * age.inverse, count.a, count.b];
            let mut h = [
                count.rr,
                -age.inverse,
                0.0,
                0.0,
                total * age.inverse * age.inverse,
                0.0,
                0.0,
                count.aa,
                count.ab,
                count.bb,
            ];
            let u = if self.shape.k > 1 && row.age != row.recency {
                let elapsed = self.times[row.age as usize] - self.times[row.recency as usize];
                tail(
                    total,
                    elapsed / (alpha + self.times[row.age as usize]),
                    age.inverse,
                    self.shape.k,
                )
            } else {
                Tail::default()
            };
            if count.mortal {
                // d and its derivatives, then ln(S + exp d) by the weight q of having dropped out.
                let d = count.odds + total * (age.log - recency.log) - u.value;
                let (dr, dalpha) = (
                    age.log - recency.log,
                    total * (age.inverse - recency.inverse),
                );
                let (da, db) = (inverse_a, -count.inverse);
                let small = exp(-d.abs());
                let q = if d > 0.0 {
                    1.0 / (1.0 + small)
                } else {
                    small / (1.0 + small)
                };
                value += u.value + if d > 0.0 { d } else { 0.0 };
                // Single customers share one logarithm: Σ ln(1+e) = ln Π(1+e), each factor at most 2.
                if w == 1.0 {
                    product *= 1.0 + small;
                } else {
                    value += ln_1p(small);
                }
                let p = 1.0 - q;
                let spread = p * q;
                let (er, ealpha) = (dr - u.r, dalpha - u.alpha);
                g[0] += p * u.r + q * dr;
                g[1] += p * u.alpha + q * dalpha;
                g[2] += q * da;
                g[3] += q * db;
                h[0] += p * u.rr + spread * er * er;
                h[1] += p * u.r_alpha + q * (age.inverse - recency.inverse) + spread * er * ealpha;
                h[2] += spread * er * da;
                h[3] += spread * er * db;
                let bend = recency.inverse * recency.inverse - age.inverse * age.inverse;
                h[4] += p * u.alpha_alpha + q * total * bend + spread * ealpha * ealpha;
                h[5] += spread * ealpha * da;
                h[6] += spread * ealpha * db;
                h[7] += (spread - q) * da * da;
                h[8] += spread * da * db;
                h[9] += (spread + q) * db * db;
            } else {
                value += u.value;
                g[0] += u.r;
                g[1] += u.alpha;
                h[0] += u.rr;
                h[1] += u.r_alpha;
                h[4] += u.alpha_alpha;
            }
            if product > 1e200 {
                sums.value += ln(product);
                product = 1.0;
            }
            sums.value += w * value;
            for (sum, term) in sums.gradient.iter_mut().zip(g) {
                *sum += w * term;
            }
            for (sum, term) in sums.hessian.iter_mut().zip(h) {
                *sum += w * term;
            }
        }
        sums.value += ln(product);
        sums
    }
}

/// ln S and its derivatives in r and α.
#[derive(Debug, Clone, Copy, Default)]
struct Tail {
    value: f64,
    r: f64,
    alpha: f64,
    rr: f64,
    r_alpha: f64,
    alpha_alpha: f64,
}

fn tail(total: f64, share: f64, inverse: f64, k: u32) -> Tail {
    let (mut term, mut h1, mut h2) = (1.0, 0.0, 0.0);
    let mut sum = Tail {
        value: 1.0,
        ..Tail::default()
    };
    for j in 1..k {
        let j0 = f64::from(j - 1);
        let j = f64::from(j);
        term *= (total + j0) / j * share;
        let step = 1.0 / (total + j0);
        h1 += step;
        h2 += step * step;
        sum.value += term;
        sum.r += term * h1;
        sum.rr += term * (h1 * h1 - h2);
        sum.alpha -= term * j * inverse;
        sum.alpha_alpha += term * j * (j + 1.0) * inverse * inverse;
        sum.r_alpha -= term * j * inverse * h1;
    }
    let (r, alpha) = (sum.r / sum.value, sum.alpha / sum.value);
    Tail {
        value: ln(sum.value),
        r,
        alpha,
        rr: sum.rr / sum.value - r * r,
        r_alpha: sum.r_alpha / sum.value - r * alpha,
        alpha_alpha: sum.alpha_alpha / sum.value - alpha * alpha,
    }
}
