//! The claims of `adl-double-descent-theory` at three seeds, and what takes each of them away.

mod promises;

use std::collections::BTreeMap;

use burn::tensor::Device;
use experiments::catalog::generalisation::double_descent_theory::DoubleDescentTheory;
use experiments::catalog::generalisation::double_descent_theory::formulas;
use experiments::catalog::generalisation::double_descent_theory::setting::Parameters;
use experiments::catalog::generalisation::double_descent_theory::setting::Shard;
use experiments::claim::Verdict;
use experiments::exhibit::Exhibit;
use experiments::experiment::Experiment;
use experiments::figure::mark::Mark;
use experiments::figure::mark::Points;
use experiments::record::Record;

const SEEDS: [u64; 3] = [1, 2, 3];
/// Compares the verdicts of all claims about a record with what is expected.
#[track_caller]
fn check(parameters: &Parameters, record: &Record, expected: &[(&str, Verdict)]) {
    let expected: BTreeMap<String, Verdict> =
        expected.iter().map(|&(name, verdict)| (name.to_owned(), verdict)).collect();
    assert_eq!(
        promises::verdicts::<DoubleDescentTheory>(parameters, record),
        expected,
        "{parameters:?}: {:#?}",
        DoubleDescentTheory::claims(parameters, record)
    );
}

const ALL: [(&str, Verdict); 8] = [
    ("expected-risk-is-exact", Verdict::Holds),
    ("finite-n-exceeds-the-limit", Verdict::Holds),
    ("peak-is-high", Verdict::Holds),
    ("peak-is-variance", Verdict::Holds),
    ("penalty-is-optimal", Verdict::Holds),
    ("ridge-agrees-with-its-limit", Verdict::Holds),
    ("ridge-has-no-peak", Verdict::Holds),
    ("risk-is-exact", Verdict::Holds),
];

fn but(changed: &[(&'static str, Verdict)]) -> Vec<(&'static str, Verdict)> {
    ALL.iter()
        .map(|&(name, verdict)| {
            let other = changed.iter().find(|(found, _)| *found == name);
            (name, other.map_or(verdict, |(_, verdict)| *verdict))
        })
        .collect()
}

#[test]
fn all_claims_hold_at_the_published_seed_and_two_others() {
    for seed in SEEDS {
        let parameters = Parameters { seed, ..Parameters::default() };
        check(&parameters, &promises::simulate::<DoubleDescentTheory>(&parameters), &ALL);
    }
}

#[test]
#[ignore = "two minutes: the rule for re-seeding, at least 19 of 20 further seeds"]
fn all_claims_hold_at_nineteen_of_twenty_further_seeds() {
    promises::hold_at_nineteen_of_twenty_further_seeds::<DoubleDescentTheory>(|seed| Parameters {
        seed,
        ..Parameters::default()
    });
}

/// Formulas that are told of another noise or another norm than the data have do not agree, and the
/// variance is told from its limit further away from the threshold too.
#[test]
fn formulas_of_something_else_do_not_agree() {
    for seed in SEEDS {
        let truth = Parameters { seed, ..Parameters::default() };
        let parts = promises::parts::<DoubleDescentTheory>(&truth);
        for told in
            [Parameters { sigma: 0.55, ..truth.clone() }, Parameters { r: 1.1, ..truth.clone() }]
        {
            let found = promises::verdicts::<DoubleDescentTheory>(
                &told,
                &DoubleDescentTheory::merge(&told, parts.clone()),
            );
            for name in ["risk-is-exact", "expected-risk-is-exact", "ridge-agrees-with-its-limit"] {
                assert_eq!(found[name], Verdict::Fails, "{name}, {told:?}");
            }
        }
        // Five percent off at γ = 0.8, where the exact risk is 20/19 of the limit.
        let record = DoubleDescentTheory::merge(&truth, parts);
        let expected = record.estimate("variance_gamma_0_8");
        let [limit, exact] =
            ["limit", "exact"].map(|what| record.estimate(&format!("{what}_gamma_0_8")).value);
        assert!(expected.low > limit, "seed {seed}: {expected:?} against the limit {limit}");
        // Twice the interval: a miss at one of three seeds is no finding.
        let twice = 2.0 * (expected.high - expected.value);
        assert!((expected.value - exact).abs() < twice, "{expected:?}, not {exact}");
    }
}

/// Draws whose variance is the limit's have no excess over it.
#[test]
fn the_excess_over_the_limit_is_that_of_a_finite_sample() {
    let parameters = Parameters { gammas: vec![0.5, 0.9], ..Parameters::default() };
    let mut parts = promises::parts::<DoubleDescentTheory>(&parameters);
    // The limit is 9/10 of what it is here.
    for variance in parts.iter_mut().flat_map(|part| &mut part.variance).flatten() {
        *variance *= 0.9;
    }
    let found = promises::verdicts::<DoubleDescentTheory>(
        &parameters,
        &DoubleDescentTheory::merge(&parameters, parts),
    );
    assert_ne!(found["finite-n-exceeds-the-limit"], Verdict::Holds);
}

/// Without a penalty the ridge estimator is the minimum norm.
#[test]
fn without_its_penalty_ridge_has_the_peak() {
    for seed in SEEDS {
        let parameters = Parameters { penalty: 0.0, seed, ..Parameters::default() };
        let record = promises::simulate::<DoubleDescentTheory>(&parameters);
        let changed =
            [("ridge-has-no-peak", Verdict::Fails), ("penalty-is-optimal", Verdict::Fails)];
        let found = promises::verdicts::<DoubleDescentTheory>(&parameters, &record);
        for (name, verdict) in changed {
            assert_eq!(found[name], verdict, "{name} at seed {seed}");
        }
    }
}

/// Half or twice the best penalty is worse than the best, and so is told from it.
#[test]
fn another_penalty_is_not_optimal() {
    for seed in SEEDS {
        for penalty in [0.5, 2.0] {
            let parameters = Parameters { penalty, seed, ..Parameters::default() };
            let record = promises::simulate::<DoubleDescentTheory>(&parameters);
            check(&parameters, &record, &but(&[("penalty-is-optimal", Verdict::Fails)]));
        }
    }
}

/// The peak is noise: without noise the minimum norm has none, since this model is well specified.
#[test]
fn without_noise_there_is_no_peak() {
    let parameters = Parameters { sigma: 0.0, ..Parameters::default() };
    let record = promises::simulate::<DoubleDescentTheory>(&parameters);
    check(
        &parameters,
        &record,
        &[
            // What is left is the part of β outside a random subspace, which varies more: to be
            // sure of 5 % at γ = 1.2 would take more replicates.
            ("expected-risk-is-exact", Verdict::Inconclusive),
            ("peak-is-high", Verdict::Fails),
            ("peak-is-variance", Verdict::Fails),
            ("risk-is-exact", Verdict::Holds),
        ],
    );
    let below =
        record.column("least-norm", "risk").iter().zip(record.column("least-norm", "gamma"));
    for (risk, gamma) in below {
        assert_eq!(*risk == 0.0, *gamma <= 1.0, "the risk at γ = {gamma} is {risk}");
    }
}

/// What the bound `hastie-ridgeless` fills in, at every place of the grid that has it.
#[test]
fn the_record_has_what_the_bound_needs() {
    let parameters = Parameters { replicates: 25, ..Parameters::default() };
    let record = promises::simulate::<DoubleDescentTheory>(&parameters);
    for gamma in &parameters.gammas {
        let name = format!("gamma_{}", gamma.to_string().replace('.', "_"));
        let of = |what: &str| record.estimate(&format!("{what}_{name}")).clone();
        let p = libm::round(gamma * 100.0) as usize;
        assert_eq!(of("exact").value, formulas::exact(1.0, 0.5, 100, p).total());
        assert_eq!(of("limit").value, formulas::limit(1.0, 0.5, *gamma).total());
        assert_eq!(of("penalty").value, 0.25 * gamma);
        assert!(of("ridge").value < 2.0 * of("ridge_limit").value);
        if p == 100 {
            assert_eq!(of("exact").value, f64::INFINITY);
            assert!(of("median_risk").value > 1.0);
            assert!(!record.estimates.contains_key(&format!("risk_{name}")));
        } else {
            let both = of("bias").value + of("variance").value;
            assert!((of("risk").value / both - 1.0).abs() < 0.5);
        }
    }
    assert_eq!(record.notes.len(), 1);
}

#[test]
fn parameters_agree_with_their_fields() {
    promises::parameters_agree_with_their_fields::<DoubleDescentTheory>();
}

#[test]
fn more_work_leaves_finished_shards_valid() {
    let default = Parameters { replicates: 100, ..Parameters::default() };
    let before = DoubleDescentTheory::shards(&default);
    let gammas = default.gammas.iter().copied().chain([0.95]).collect();
    for more in
        [Parameters { replicates: 125, ..default.clone() }, Parameters { gammas, ..default }]
    {
        let after = DoubleDescentTheory::shards(&more);
        assert!(after.len() > before.len());
        assert!(before.iter().all(|shard| after.contains(shard)));
    }
    let draft = DoubleDescentTheory::shards(&DoubleDescentTheory::draft(default));
    assert!(draft.iter().all(|shard| before.contains(shard)));
    promises::shards_are_values(&before);
}

#[test]
fn a_shard_gives_the_same_bits_twice_and_its_own_at_another_seed() {
    let device = Device::default();
    let shards = DoubleDescentTheory::shards(&Parameters::default());
    for shard in [&shards[0], &shards[shards.len() / 2], shards.last().unwrap()] {
        let run = |shard| serde_json::to_string(&DoubleDescentTheory::run(shard, &device)).unwrap();
        assert_eq!(run(shard), run(shard));
        let other = Shard { seed: 2, ..shard.clone() };
        assert_ne!(run(shard), run(&other));
    }
}

/// As the preprocessor sees it: JSON in, figures and claims out.
#[test]
fn any_setting_gives_figures_and_claims() {
    for (given, figures, claims) in [
        (serde_json::json!({}), 4, 8),
        (serde_json::json!({ "n": 40, "sigma": 0 }), 3, 3),
        (serde_json::json!({ "n": 57, "gammas": [1] }), 4, 2),
        (serde_json::json!({ "n": 57, "gammas": [10], "sigma": 0, "penalty": 3 }), 3, 2),
        (serde_json::json!({ "n": 41, "gammas": [1.02, 1.01, 0.98, 0.3, 0.05], "r": 3 }), 4, 5),
        (serde_json::json!({ "n": 40, "r": 0.2, "sigma": 2, "penalty": 10 }), 4, 7),
        (serde_json::json!({ "n": 40, "penalty": 0, "gammas": [0.5, 0.501, 1, 2] }), 4, 6),
    ] {
        let mut given = given;
        given["replicates"] = 3.into();
        let closed_form = |name: &str| name.starts_with("exact_") || name.contains("limit_");
        let shown = promises::shown::<DoubleDescentTheory>(&given, closed_form);
        assert_eq!(shown.figures.len(), figures, "{given:?}");
        assert_eq!(shown.claims.len(), claims, "{given:?}: {:#?}", shown.claims);
        for mark in shown.marks() {
            if let Mark::Points(Points { x, low, .. }) = mark {
                assert_eq!(x.len(), low.len(), "each point has its interval");
            }
        }
    }
}
