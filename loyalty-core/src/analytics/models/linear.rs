//! Small dense symmetric matrices, row-major: Cholesky, inverse, eigenvalues.

/// The lower Cholesky factor of a symmetric matrix, or nothing when it is not positive definite.
pub(crate) fn cholesky(matrix: &[f64], n: usize) -> Option<Vec<f64>> {
    let mut lower = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..=i {
            let mut sum = matrix[i * n + j];
            for k in 0..j {
                sum -= lower[i * n + k] * lower[j * n + k];
            }
            if i == j {
                if sum <= 0.0 || !sum.is_finite() {
                    return None;
                }
                lower[i * n + i] = sum.sqrt();
            } else {
                lower[i * n + j] = sum / lower[j * n + j];
            }
        }
    }
    Some(lower)
}

/// Solves L·Lᵀ·x = right for the lower factor L.
pub(crate) fn solve(lower: &[f64], right: &[f64]) -> Vec<f64> {
    let n = right.len();
    let mut x = right.to_vec();
    for i in 0..n {
        for k in 0..i {
            x[i] -= lower[i * n + k] * x[k];
        }
        x[i] /= lower[i * n + i];
    }
    for i in (0..n).rev() {
        for k in i + 1..n {
            x[i] -= lower[k * n + i] * x[k];
        }
        x[i] /= lower[i * n + i];
    }
    x
}

/// The inverse of a symmetric positive definite matrix, symmetric to the last bit.
pub(crate) fn inverse(matrix: &[f64], n: usize) -> Option<Vec<f64>> {
    // Scaling to a unit diagonal first keeps parameters of different size apart.
    let scale: Vec<f64> = (0..n).map(|i| matrix[i * n + i].abs().sqrt()).collect();
    if scale
        .iter()
        .any(|value| *value == 0.0 || !value.is_finite())
    {
        return None;
    }
    let scaled: Vec<f64> = (0..n * n)
        .map(|at| matrix[at] / scale[at / n] / scale[at % n])
        .collect();
    let lower = cholesky(&scaled, n)?;
    let mut result = vec![0.0; n * n];
    for column in 0..n {
        let mut unit = vec![0.0; n];
        unit[column] = 1.0;
        let solution = solve(&lower, &unit);
        for row in column..n {
            let value = solution[row] / scale[row] / scale[column];
            result[row * n + column] = value;
            result[column * n + row] = value;
        }
    }
    Some(result)
}

/// The ratio of the largest to the smallest eigenvalue after scaling to a unit diagonal.
///
/// Infinite when the matrix is not positive definite.
pub(crate) fn condition(matrix: &[f64], n: usize) -> f64 {
    let scale: Vec<f64> = (0..n)
        .map(|i| matrix[i * n + i].abs().sqrt().max(f64::MIN_POSITIVE))
        .collect();
    let mut work: Vec<f64> = (0..n * n)
        .map(|at| matrix[at] / scale[at / n] / scale[at % n])
        .collect();
    // Cyclic Jacobi rotations.
    for _ in 0..60 {
        let mut off = 0.0;
        for p in 0..n {
            for q in p + 1..n {
                let apq = work[p * n + q];
                off += apq * apq;
                if apq == 0.0 {
                    continue;
                }
                let theta = (work[q * n + q] - work[p * n + p]) / (2.0 * apq);
                let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
                let c = 1.0 / (t * t + 1.0).sqrt();
                let s = t * c;
                for k in 0..n {
                    let (kp, kq) = (work[k * n + p], work[k * n + q]);
                    work[k * n + p] = c * kp - s * kq;
                    work[k * n + q] = s * kp + c * kq;
                }
                for k in 0..n {
                    let (pk, qk) = (work[p * n + k], work[q * n + k]);
                    work[p * n + k] = c * pk - s * qk;
                    work[q * n + k] = s * pk + c * qk;
                }
            }
        }
        if off < 1e-30 {
            break;
        }
    }
    let diagonal = (0..n).map(|i| work[i * n + i]);
    let least = diagonal.clone().fold(f64::INFINITY, f64::min);
    let most = diagonal.fold(0.0, f64::max);
    if least > 0.0 {
        most / least
    } else {
        f64::INFINITY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inverse_and_condition_of_known_matrices() {
        let matrix = [4.0, 2.0, 2.0, 3.0];
        let inverse = inverse(&matrix, 2).unwrap();
        for (found, expected) in inverse.iter().zip([0.375, -0.25, -0.25, 0.5]) {
            assert!((found - expected).abs() < 1e-15);
        }
        let correlation = 1.0 / 3.0_f64.sqrt();
        assert!((condition(&matrix, 2) - (1.0 + correlation) / (1.0 - correlation)).abs() < 1e-12);
        assert_eq!(condition(&[1.0, 2.0, 2.0, 1.0], 2), f64::INFINITY);
        assert!(cholesky(&[1.0, 2.0, 2.0, 1.0], 2).is_none());
    }
}
