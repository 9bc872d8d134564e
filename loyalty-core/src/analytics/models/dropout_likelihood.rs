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
    /// Sorted as the groups are: runs of one x and recency.
    rows: Vec<Row>,
    /// Distinct days in model units.
    times: Vec<f64>,
    /// Customers by x.
    by_count: Vec<f64>,
    /// Customers, and their x added up, by age (a position in `times`).
    by_age: Vec<(f64, f64)>,
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
    /// a/(b+x−1+μ) and its logarithm.
    odds_ratio: f64,
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
        let of = Self::of(&histories.groups, shape, unit_days, threads);
        Ok(Self { constant, ..of })
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
        let times = days.iter().map(|day| f64::from(*day) / unit_days);
        Self::of_rows(rows, times.collect(), shape, threads)
    }

    fn of_rows(rows: Vec<Row>, times: Vec<f64>, shape: Shape, threads: usize) -> Self {
        let x_max = rows.iter().map(|row| row.x).max().unwrap_or(0);
        let mut by_count = vec![0.0; x_max as usize + 1];
        let mut by_age = vec![(0.0, 0.0); times.len()];
        for row in &rows {
            by_count[row.x as usize] += row.weight;
            let age = &mut by_age[row.age as usize];
            age.0 += row.weight;
            age.1 += row.weight * f64::from(row.x);
        }
        Self {
            shape,
            customers: by_count.iter().sum(),
            rows,
            times,
            by_count,
            by_age,
            constant: 0.0,
            threads,
        }
    }

    /// A thinned copy of about `size` groups that is cheap to climb first.
    pub(crate) fn thinned(&self, size: u32) -> Self {
        let picked = thin(self.rows.iter().map(|row| row.weight), size);
        let thinned = |(at, weight): (usize, f64)| Row {
            weight,
            ..self.rows[at]
        };
        let rows = picked.into_iter().map(thinned).collect();
        Self::of_rows(rows, self.times.clone(), self.shape, self.threads)
    }

    /// Tables over x by recurrence: no difference of large log-gammas is ever taken.
    fn counts(&self, [r, _, a, b]: [f64; 4]) -> Vec<ByCount> {
        let shift = self.shape.shift();
        let k = self.shape.k;
        let log_k = ln_gamma(f64::from(k));
        let c = a + b;
        let mut table = Vec::with_capacity(self.by_count.len());
        // Sums over i of ln, 1/· and 1/·² of r+i (k steps an occasion), and of the beta ratio.
        let (mut rise, mut rise1, mut rise2) = (0.0, 0.0, 0.0);
        let (mut beta, mut b1, mut b2, mut c1, mut c2) = (0.0, 0.0, 0.0, 0.0, 0.0);
        let mut beta_steps = 0;
        for x in 0..self.by_count.len() as u32 {
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
                odds_ratio: a * inverse,
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
    let (mut passed, mut next, mut picked) = (0.0, each, Vec::new());
    for (at, weight) in weights.enumerate() {
        passed += weight;
        let mut picks = 0.0;
        while passed >= next {
            picks += 1.0;
            next += each;
        }
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
        let powers = self.powers(&counts, &times);
        let blocks = self.rows.len().div_ceil(BLOCK);
        let partial = map_blocks(blocks, self.threads, |block| {
            let end = self.rows.len().min((block + 1) * BLOCK);
            let rows = &self.rows[block * BLOCK..end];
            if self.shape.k == 1 {
                dropped_out(rows, &counts, &times, &powers, 1.0 / a)
            } else {
                self.with_phases(rows, &counts, &times, 1.0 / a, alpha)
            }
        });
        let mut sums = self.certain(&counts, &times);
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
    /// What a customer who is certainly alive contributes: sums over x and over ages, not over groups.
    fn certain(&self, counts: &[ByCount], times: &[ByTime]) -> Sums {
        let mut sums = Sums::default();
        for (count, w) in counts.iter().zip(&self.by_count) {
            sums.value += w * count.value;
            sums.gradient[0] += w * count.r;
            sums.gradient[2] += w * count.a;
            sums.gradient[3] += w * count.b;
            sums.hessian[0] += w * count.rr;
            sums.hessian[7] += w * count.aa;
            sums.hessian[8] += w * count.ab;
            sums.hessian[9] += w * count.bb;
        }
        let (r, k) = (counts[0].total, f64::from(self.shape.k));
        for (time, (w, x)) in times.iter().zip(&self.by_age) {
            let total = r * w + k * x;
            sums.value -= total * time.log;
            sums.gradient[0] -= w * time.log;
            sums.gradient[1] -= total * time.inverse;
            sums.hessian[1] -= w * time.inverse;
            sums.hessian[4] += total * time.inverse * time.inverse;
        }
        sums
    }

    /// For each x that many groups share: ((α+t)/(α+t_last))^R at every time. Empty for the others, and
    /// where it could underflow.
    fn powers(&self, counts: &[ByCount], times: &[ByTime]) -> Vec<Vec<f64>> {
        let (Some(first), Some(last)) = (times.first(), times.last()) else {
            return Vec::new();
        };
        let mut powers = vec![Vec::new(); counts.len()];
        let shared = |run: &&[Row]| self.shape.k == 1 && run.len() >= times.len();
        let runs = self.rows.chunk_by(|left, right| left.x == right.x);
        for run in runs.filter(shared) {
            let x = run[0].x as usize;
            let total = counts[x].total;
            if counts[x].mortal && total * (last.log - first.log) < 300.0 {
                let power = |time: &ByTime| exp(total * (time.log - last.log));
                powers[x] = times.iter().map(power).collect();
            }
        }
        powers
    }

    /// What ln(S + exp d) adds, group by group.
    fn with_phases(
        &self,
        rows: &[Row],
        counts: &[ByCount],
        times: &[ByTime],
        inverse_a: f64,
        alpha: f64,
    ) -> Sums {
        let mut sums = Sums::default();
        for row in rows {
            let count = &counts[row.x as usize];
            let age = times[row.age as usize];
            let recency = times[row.recency as usize];
            let total = count.total;
            let u = if row.age == row.recency {
                Tail::default()
            } else {
                let end = self.times[row.age as usize];
                let share = (end - self.times[row.recency as usize]) / (alpha + end);
                tail(total, share, age.inverse, self.shape.k)
            };
            let mut value = u.value;
            let mut g = [u.r, u.alpha, 0.0, 0.0];
            let mut h = [
                u.rr,
                u.r_alpha,
                0.0,
                0.0,
                u.alpha_alpha,
                0.0,
                0.0,
                0.0,
                0.0,
                0.0,
            ];
            if count.mortal {
                // d and its derivatives, then ln(S + exp d) by the weight q of having dropped out.
                let dr = age.log - recency.log;
                let gap = age.inverse - recency.inverse;
                let dalpha = total * gap;
                let d = count.odds + total * dr - u.value;
                let (da, db) = (inverse_a, -count.inverse);
                let Weight { small, q, p } = Weight::of(d);
                value += d.max(0.0) + ln_1p(small);
                let spread = p * q;
                let (er, ealpha) = (dr - u.r, dalpha - u.alpha);
                g = [p * u.r + q * dr, p * u.alpha + q * dalpha, q * da, q * db];
                let bend = -gap * (age.inverse + recency.inverse);
                h = [
                    p * u.rr + spread * er * er,
                    p * u.r_alpha + q * gap + spread * er * ealpha,
                    spread * er * da,
                    spread * er * db,
                    p * u.alpha_alpha + q * total * bend + spread * ealpha * ealpha,
                    spread * ealpha * da,
                    spread * ealpha * db,
                    (spread - q) * da * da,
                    spread * da * db,
                    (spread + q) * db * db,
                ];
            }
            sums.value += row.weight * value;
            for (sum, term) in sums.gradient.iter_mut().zip(g) {
                *sum += row.weight * term;
            }
            for (sum, term) in sums.hessian.iter_mut().zip(h) {
                *sum += row.weight * term;
            }
        }
        sums
    }
}

/// The weights of having dropped out (q) and of being alive (p), and e^(−|d|).
struct Weight {
    small: f64,
    q: f64,
    p: f64,
}

impl Weight {
    #[inline]
    fn of(d: f64) -> Self {
        let small = exp(-d.abs());
        let large = 1.0 / (1.0 + small);
        let rest = small * large;
        let (q, p) = if d > 0.0 {
            (large, rest)
        } else {
            (rest, large)
        };
        Self { small, q, p }
    }
}

/// Sums over the ages of one x and recency, where d = odds + R·rise and ∂d/∂α = R·gap.
#[derive(Default)]
struct Run {
    q: f64,
    q_rise: f64,
    q_gap: f64,
    q_gap2: f64,
    s: f64,
    s_rise: f64,
    s_rise2: f64,
    s_gap: f64,
    s_gap_rise: f64,
    s_gap2: f64,
}

/// What ln(1 + exp d) adds (k = 1). Everything but `rise` and `gap` is the same within a run.
fn dropped_out(
    rows: &[Row],
    counts: &[ByCount],
    times: &[ByTime],
    powers: &[Vec<f64>],
    inverse_a: f64,
) -> Sums {
    let mut sums = Sums::default();
    let mut product = Product::default();
    for run in rows.chunk_by(|left, right| left.recency == right.recency && left.x == right.x) {
        let count = &counts[run[0].x as usize];
        if !count.mortal {
            continue;
        }
        let recency = times[run[0].recency as usize];
        let powers = &powers[run[0].x as usize];
        let (total, mut of) = (count.total, Run::default());
        let odds = powers
            .get(run[0].recency as usize)
            .map(|power| count.odds_ratio / power);
        for row in run {
            let age = times[row.age as usize];
            let (rise, gap) = (age.log - recency.log, age.inverse - recency.inverse);
            let w = row.weight;
            let (q, p) = if let Some(odds) = odds {
                // e^d is a product of what x, recency and age have.
                let ratio = odds * powers[row.age as usize];
                let p = 1.0 / (1.0 + ratio);
                product.raise(1.0 + ratio, ratio, w);
                (ratio * p, p)
            } else {
                let d = count.odds + total * rise;
                let Weight { small, q, p } = Weight::of(d);
                product.log += w * d.max(0.0);
                product.raise(1.0 + small, small, w);
                (q, p)
            };
            let q = w * q;
            let s = q * p;
            of.q += q;
            of.q_rise += q * rise;
            of.q_gap += q * gap;
            of.q_gap2 += q * gap * gap;
            of.s += s;
            of.s_rise += s * rise;
            of.s_rise2 += s * rise * rise;
            of.s_gap += s * gap;
            of.s_gap_rise += s * gap * rise;
            of.s_gap2 += s * gap * gap;
        }
        let (da, db) = (inverse_a, -count.inverse);
        let g = &mut sums.gradient;
        g[0] += of.q_rise;
        g[1] += total * of.q_gap;
        g[2] += of.q * da;
        g[3] += of.q * db;
        let h = &mut sums.hessian;
        h[0] += of.s_rise2;
        h[1] += of.q_gap + total * of.s_gap_rise;
        h[2] += of.s_rise * da;
        h[3] += of.s_rise * db;
        h[4] += total * (total * of.s_gap2 - of.q_gap2 - 2.0 * recency.inverse * of.q_gap);
        h[5] += total * of.s_gap * da;
        h[6] += total * of.s_gap * db;
        h[7] += (of.s - of.q) * da * da;
        h[8] += of.s * da * db;
        h[9] += (of.s + of.q) * db * db;
    }
    sums.value += product.log + ln(product.factor);
    sums
}

/// Σ w·ln(1+e) = ln Π(1+e)^w: few customers share one logarithm.
struct Product {
    log: f64,
    factor: f64,
}

impl Default for Product {
    fn default() -> Self {
        Self {
            log: 0.0,
            factor: 1.0,
        }
    }
}

impl Product {
    #[inline]
    fn raise(&mut self, one_more: f64, ratio: f64, w: f64) {
        if w == 1.0 {
            self.factor *= one_more;
        } else if w == 2.0 && ratio < 1e50 {
            self.factor *= one_more * one_more;
        } else {
            self.log += w * ln_1p(ratio);
        }
        if self.factor > 1e100 {
            self.log += ln(self.factor);
            self.factor = 1.0;
        }
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
