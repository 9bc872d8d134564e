//! Values that carry their analytic gradient and Hessian (second-order forward derivatives).
//!
//! A formula written once over [`Scalar`] gives the plain value with `f64`, and the value with all
//! first and second derivatives by the chain rule with [`Jet`]. No difference quotient is taken.

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::{digamma, exp, exp_m1, ln, ln_1p, ln_gamma, ln_rising, trigamma};

/// A real number, plain or with derivatives.
pub(crate) trait Scalar:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
    + Div<f64, Output = Self>
{
    /// A constant.
    fn constant(value: f64) -> Self;
    /// The plain value.
    fn value(self) -> f64;
    /// f(self), given f and its first two derivatives as functions of the plain value.
    fn apply(self, f: f64, derivatives: impl Fn(f64) -> (f64, f64)) -> Self;
    /// lnΓ(self + m) − lnΓ(self).
    fn ln_rising(self, m: Self) -> Self;

    fn ln(self) -> Self {
        self.apply(ln(self.value()), |x| (1.0 / x, -1.0 / (x * x)))
    }
    fn exp(self) -> Self {
        let value = exp(self.value());
        self.apply(value, |_| (value, value))
    }
    fn ln_1p(self) -> Self {
        self.apply(ln_1p(self.value()), |x| {
            (1.0 / (1.0 + x), -1.0 / ((1.0 + x) * (1.0 + x)))
        })
    }
    fn exp_m1(self) -> Self {
        let value = exp_m1(self.value());
        self.apply(value, |_| (value + 1.0, value + 1.0))
    }
    fn ln_gamma(self) -> Self {
        self.apply(ln_gamma(self.value()), |x| (digamma(x), trigamma(x)))
    }
    fn recip(self) -> Self {
        let value = 1.0 / self.value();
        self.apply(value, |_| (-value * value, 2.0 * value * value * value))
    }
    /// ln(eᵃ + eᵇ) without overflow.
    fn ln_add_exp(self, other: Self) -> Self {
        let (low, high) = if self.value() < other.value() {
            (self, other)
        } else {
            (other, self)
        };
        if low.value() == f64::NEG_INFINITY {
            high
        } else {
            high + (low - high).exp().ln_1p()
        }
    }
}

impl Scalar for f64 {
    fn constant(value: f64) -> Self {
        value
    }
    fn value(self) -> f64 {
        self
    }
    fn apply(self, f: f64, _: impl Fn(f64) -> (f64, f64)) -> Self {
        f
    }
    fn ln_rising(self, m: Self) -> Self {
        ln_rising(self, m)
    }
}

/// A value with its gradient and Hessian in N variables.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Jet<const N: usize> {
    pub(crate) value: f64,
    pub(crate) gradient: [f64; N],
    pub(crate) hessian: [[f64; N]; N],
}

impl<const N: usize> Jet<N> {
    /// The variables themselves.
    pub(crate) fn variables(values: [f64; N]) -> [Self; N] {
        std::array::from_fn(|i| {
            let mut jet = Self::constant(values[i]);
            jet.gradient[i] = 1.0;
            jet
        })
    }

    /// f(left, right) from its value, first (f₁, f₂) and second (f₁₁, f₁₂, f₂₂) derivatives.
    fn chain(
        left: Self,
        right: Self,
        value: f64,
        first: (f64, f64),
        second: (f64, f64, f64),
    ) -> Self {
        let mut result = Self {
            value,
            gradient: [0.0; N],
            hessian: [[0.0; N]; N],
        };
        for i in 0..N {
            let (li, ri) = (left.gradient[i], right.gradient[i]);
            result.gradient[i] = first.0 * li + first.1 * ri;
            for j in 0..=i {
                let (lj, rj) = (left.gradient[j], right.gradient[j]);
                let bend = second.0 * li * lj + second.1 * (li * rj + lj * ri) + second.2 * ri * rj;
                let entry = first.0 * left.hessian[i][j] + first.1 * right.hessian[i][j] + bend;
                result.hessian[i][j] = entry;
                result.hessian[j][i] = entry;
            }
        }
        result
    }

    fn map(mut self, f: impl Fn(f64) -> f64) -> Self {
        self.value = f(self.value);
        for i in 0..N {
            self.gradient[i] = f(self.gradient[i]);
            for j in 0..N {
                self.hessian[i][j] = f(self.hessian[i][j]);
            }
        }
        self
    }
}

impl<const N: usize> Scalar for Jet<N> {
    fn constant(value: f64) -> Self {
        Self {
            value,
            gradient: [0.0; N],
            hessian: [[0.0; N]; N],
        }
    }
    fn value(self) -> f64 {
        self.value
    }
    fn apply(self, f: f64, derivatives: impl Fn(f64) -> (f64, f64)) -> Self {
        let (first, second) = derivatives(self.value);
        let mut result = Self::constant(f);
        for i in 0..N {
            result.gradient[i] = first * self.gradient[i];
            for j in 0..=i {
                let entry =
                    first * self.hessian[i][j] + second * self.gradient[i] * self.gradient[j];
                result.hessian[i][j] = entry;
                result.hessian[j][i] = entry;
            }
        }
        result
    }
    fn ln_rising(self, m: Self) -> Self {
        let top = self.value + m.value;
        let (psi, psi_top) = (digamma(self.value), digamma(top));
        let (tri, tri_top) = (trigamma(self.value), trigamma(top));
        let value = ln_rising(self.value, m.value);
        Self::chain(
            self,
            m,
            value,
            (psi_top - psi, psi_top),
            (tri_top - tri, tri_top, tri_top),
        )
    }
}

impl<const N: usize> Add for Jet<N> {
    type Output = Self;
    fn add(mut self, other: Self) -> Self {
        self.value += other.value;
        for i in 0..N {
            self.gradient[i] += other.gradient[i];
            for j in 0..N {
                self.hessian[i][j] += other.hessian[i][j];
            }
        }
        self
    }
}

impl<const N: usize> Sub for Jet<N> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl<const N: usize> Mul for Jet<N> {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self::chain(
            self,
            other,
            self.value * other.value,
            (other.value, self.value),
            (0.0, 1.0, 0.0),
        )
    }
}

impl<const N: usize> Div for Jet<N> {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let inverse = 1.0 / other.value;
        let value = self.value / other.value;
        let first = (inverse, -value * inverse);
        Self::chain(
            self,
            other,
            value,
            first,
            (0.0, -inverse * inverse, 2.0 * value * inverse * inverse),
        )
    }
}

impl<const N: usize> Neg for Jet<N> {
    type Output = Self;
    fn neg(self) -> Self {
        self.map(|x| -x)
    }
}

impl<const N: usize> Add<f64> for Jet<N> {
    type Output = Self;
    fn add(mut self, other: f64) -> Self {
        self.value += other;
        self
    }
}

impl<const N: usize> Sub<f64> for Jet<N> {
    type Output = Self;
    fn sub(mut self, other: f64) -> Self {
        self.value -= other;
        self
    }
}

impl<const N: usize> Mul<f64> for Jet<N> {
    type Output = Self;
    fn mul(self, other: f64) -> Self {
        self.map(|x| x * other)
    }
}

impl<const N: usize> Div<f64> for Jet<N> {
    type Output = Self;
    fn div(self, other: f64) -> Self {
        self.map(|x| x / other)
    }
}

#[cfg(test)]
mod tests {
    use super::super::assert_close;
    use super::*;

    fn formula<S: Scalar>([x, y]: [S; 2]) -> S {
        let mixed = (x * y + 0.5).ln() / (y - 0.2) - x.exp() * y.recip();
        mixed
            + x.ln_rising(y) * y.ln_gamma()
            + (-x).exp_m1()
            + x.ln_add_exp(y * 2.0)
            + (x * 0.3).ln_1p()
    }

    #[test]
    fn derivatives_agree_with_difference_quotients() {
        let at = [1.3, 2.1];
        let jet = formula(Jet::variables(at));
        assert_close(jet.value, formula(at), 1e-15);
        let h = 1e-5;
        for i in 0..2 {
            let (mut up, mut down) = (at, at);
            up[i] += h;
            down[i] -= h;
            assert_close(
                jet.gradient[i],
                (formula(up) - formula(down)) / (2.0 * h),
                1e-8,
            );
            let (up, down) = (formula(Jet::variables(up)), formula(Jet::variables(down)));
            for j in 0..2 {
                assert_close(
                    jet.hessian[i][j],
                    (up.gradient[j] - down.gradient[j]) / (2.0 * h),
                    1e-8,
                );
            }
        }
    }
}
