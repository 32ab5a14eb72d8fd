//! Samples, and the errors of rules on them.

use nalgebra::DMatrix;
use nalgebra::DVector;

use super::setting::Fit;
use super::setting::Fits;
use super::setting::RULES;
use super::setting::Rules;
use super::setting::tilt;
use super::theory;
use crate::lab::linear_algebra::LeastSquares;
use crate::lab::random;

/// The errors of the ten rules on each sample. The experiment's id is part of its random streams.
pub(super) fn rules(experiment: &str, shard: &Rules) -> Vec<[usize; RULES]> {
    let purpose = format!("sample of {}", shard.n);
    let tilts: [f64; RULES] = std::array::from_fn(tilt);
    (shard.first..shard.first + shard.count)
        .map(|draw| {
            let mut stream = random::stream(shard.seed, experiment, draw as u64, &purpose);
            let mut errors = [0; RULES];
            for point in random::normals(&mut stream, shard.n * RULES).chunks_exact(RULES) {
                // The first coordinate of `Z = YX`; the other nine are noise.
                let signal = shard.mu + point[0];
                for (rule, errors) in errors.iter_mut().enumerate() {
                    *errors += usize::from(signal + tilts[rule] * point[rule] <= 0.0);
                }
            }
            errors
        })
        .collect()
}

/// The fitted rule of each sample. The id is as in [`rules`].
pub(super) fn fits(experiment: &str, shard: &Fits) -> Vec<Fit> {
    let &Fits { seed, n, d, mu, first, count } = shard;
    let stream = |replicate: usize, purpose: &str| {
        random::stream(seed, experiment, replicate as u64, &format!("{purpose} sample of {n}"))
    };
    (first..first + count)
        .map(|replicate| {
            // `Z = YX`, one point a row: with labels ±1 least squares of `Y` on `X` is that of 1 on
            // `Z`.
            let normals = random::normals(&mut stream(replicate, "training"), n * d);
            let mut z = DMatrix::from_row_slice(n, d, &normals);
            z.column_mut(0).add_scalar_mut(mu);
            let w = LeastSquares::new(&z, &DVector::from_element(n, 1.0)).minimum_norm();
            let margin = mu * w[0] / w.norm();
            let fresh = random::normals(&mut stream(replicate, "fresh"), n);
            Fit {
                risk: theory::normal(-margin),
                errors: (z * w).iter().filter(|&&wz| wz <= 0.0).count(),
                fresh: fresh.iter().filter(|&&noise| margin + noise <= 0.0).count(),
            }
        })
        .collect()
}
