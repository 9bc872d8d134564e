//! Random numbers from the caller's seed: SplitMix64 streams, the same on every platform.
//!
//! A stream is (seed, number); streams of different numbers do not depend on each other, so customers
//! can be simulated in any order or thread. Uniforms have 53 bits in (0, 1); normals by inversion;
//! gammas by Marsaglia and Tsang (2000), in the log domain for small shapes.

use crate::analytics::columns::count_f64;
use crate::analytics::special::{exp, ln, normal_quantile};

/// One stream of random numbers.
#[derive(Debug, Clone)]
pub struct Random {
    state: u64,
}

/// SplitMix64's finaliser.
fn mix(mut z: u64) -> u64 {
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

impl Random {
    /// The stream with this number of this seed.
    #[must_use]
    pub fn new(seed: u64, stream: u64) -> Self {
        Self {
            state: mix(mix(seed)
                .wrapping_add(GOLDEN)
                .wrapping_add(mix(stream ^ GOLDEN))),
        }
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }

    /// A uniform number in (0, 1), never an end.
    pub fn uniform(&mut self) -> f64 {
        (count_f64(self.bits() >> 12) + 0.5) / 4_503_599_627_370_496.0
    }

    /// An exponential waiting time at a rate.
    pub fn exponential(&mut self, rate: f64) -> f64 {
        -ln(self.uniform()) / rate
    }

    /// A standard normal number.
    pub fn normal(&mut self) -> f64 {
        normal_quantile(self.uniform())
    }

    /// The logarithm of a gamma number with this shape and rate 1.
    pub fn ln_gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            return self.ln_gamma(shape + 1.0) + ln(self.uniform()) / shape;
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = 1.0 + c * x;
            if v <= 0.0 {
                continue;
            }
            let v = v * v * v;
            if ln(self.uniform()) < 0.5 * x * x + d - d * v + d * ln(v) {
                return ln(d * v);
            }
        }
    }

    /// A gamma number with this shape and rate.
    pub fn gamma(&mut self, shape: f64, rate: f64) -> f64 {
        exp(self.ln_gamma(shape)) / rate
    }

    /// A beta number.
    pub fn beta(&mut self, a: f64, b: f64) -> f64 {
        let (left, right) = (self.ln_gamma(a), self.ln_gamma(b));
        1.0 / (1.0 + exp(right - left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(draws: impl Iterator<Item = f64>) -> (f64, f64) {
        let (n, sum, squares) =
            draws.fold((0.0, 0.0, 0.0), |(n, s, q), x| (n + 1.0, s + x, q + x * x));
        (sum / n, squares / n - (sum / n) * (sum / n))
    }

    #[test]
    fn draws_have_the_right_moments() {
        let mut random = Random::new(7, 1);
        for (shape, rate) in [(0.2, 2.0), (1.0, 1.0), (7.5, 0.5)] {
            let (mean, variance) = moments((0..40_000).map(|_| random.gamma(shape, rate)));
            assert!((mean * rate / shape - 1.0).abs() < 0.05, "{mean}");
            assert!(
                (variance * rate * rate / shape - 1.0).abs() < 0.1,
                "{variance}"
            );
        }
        let (mean, _) = moments((0..40_000).map(|_| random.beta(0.5, 1.5)));
        assert!((mean - 0.25).abs() < 0.01);
        let (mean, variance) = moments((0..40_000).map(|_| random.normal()));
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.03);
    }

    #[test]
    fn streams_are_fixed() {
        let first: Vec<u64> = (0..2).map(|stream| Random::new(1, stream).bits()).collect();
        assert_eq!(first, [Random::new(1, 0).bits(), Random::new(1, 1).bits()]);
        assert_ne!(first[0], first[1]);
    }
}
