//! The experiments of this course, in folders named like the book's parts.
//!
//! To add one: write `catalog/<part>/<name>.rs` with an `impl Experiment` and an `impl Exhibit`, and
//! add its line to [`all`]. A good experiment has claims that would fail if the effect were absent.

pub mod generalisation;
pub mod optimisation;
pub mod risk_minimisation;

use crate::catalog::generalisation::double_descent::DoubleDescent;
use crate::catalog::generalisation::double_descent_theory::DoubleDescentTheory;
use crate::catalog::optimisation::loss_landscape::LossLandscape;
use crate::catalog::risk_minimisation::error_decomposition::ErrorDecomposition;
use crate::catalog::risk_minimisation::hoeffding::Hoeffding;
use crate::entry::Catalog;
use crate::entry::Entry;
use crate::exhibit::Exhibit;
use crate::fingerprint;

/// Every experiment of this course.
#[must_use]
pub fn all() -> Catalog {
    Catalog::new(vec![
        entry::<DoubleDescent>(),
        entry::<DoubleDescentTheory>(),
        entry::<ErrorDecomposition>(),
        entry::<Hoeffding>(),
        entry::<LossLandscape>(),
    ])
}

fn entry<E: Exhibit>() -> Entry {
    Entry::new::<E>(fingerprint::of(E::ID))
}
