//! The claims of `adl-double-descent` at three seeds, and what takes each of them away.

mod promises;

use std::collections::BTreeMap;

use burn::tensor::Device;
use experiments::catalog::generalisation::double_descent::DoubleDescent;
use experiments::catalog::generalisation::double_descent::setting::Axis;
use experiments::catalog::generalisation::double_descent::setting::Parameters;
use experiments::catalog::generalisation::double_descent::setting::Shard;
use experiments::catalog::generalisation::double_descent::setting::Target;
use experiments::claim::Verdict;
use experiments::exhibit::Exhibit;
use experiments::experiment::Experiment;
use experiments::record::Record;

/// Runs and compares the verdicts of all claims with what is expected, in the order of their names.
#[track_caller]
fn check(parameters: &Parameters, expected: &[(&str, Verdict)]) -> Record {
    let record = promises::simulate::<DoubleDescent>(parameters);
    let found = promises::verdicts::<DoubleDescent>(parameters, &record);
    let expected: BTreeMap<String, Verdict> =
        expected.iter().map(|&(name, verdict)| (name.to_owned(), verdict)).collect();
    assert_eq!(
        found,
        expected,
        "{parameters:?}: {:#?}",
        DoubleDescent::claims(parameters, &record)
    );
    record
}

const ALL: [(&str, Verdict); 10] = [
    ("epoch-wise-lower-minimum", Verdict::Holds),
    ("epoch-wise-peak", Verdict::Holds),
    ("epoch-wise-second-descent", Verdict::Holds),
    ("more-data-hurts", Verdict::Holds),
    ("peak-at-threshold", Verdict::Holds),
    ("peak-height", Verdict::Holds),
    ("ridge-agrees-with-theory", Verdict::Holds),
    ("ridge-has-no-peak", Verdict::Holds),
    ("sample-wise-peak-at-threshold", Verdict::Holds),
    ("second-descent", Verdict::Holds),
];

#[test]
fn all_claims_hold_at_the_published_seed_and_two_others() {
    for seed in [Parameters::default().seed, 2, 3] {
        let record = check(&Parameters { seed, ..Parameters::default() }, &ALL);
        // At the end of training the small features are fitted too, and gradient descent is least
        // squares with 80 Gaussian features, whose risk is known exactly: σ² + σ²p/(n − p − 1)
        // (Breiman and Freedman 1983, *How many variables should be entered in a regression
        // equation?*).
        let end = record.estimate("epoch_end");
        let exact = 0.09 * (1.0 + 80.0 / 19.0);
        // The half-width is 1.99 standard errors at n = 80; this is four.
        assert!((end.value - exact).abs() < 2.0 * (end.high - end.value), "{end:?}, not {exact}");
    }
}

#[test]
#[ignore = "two minutes: the rule for re-seeding, at least 19 of 20 further seeds"]
fn all_claims_hold_at_nineteen_of_twenty_further_seeds() {
    promises::hold_at_nineteen_of_twenty_further_seeds::<DoubleDescent>(|seed| Parameters {
        seed,
        ..Parameters::default()
    });
}

/// The second descent stays: with ridge the curve falls everywhere, so it falls beyond `p = n` too.
#[test]
fn ridge_takes_the_peaks_away() {
    for seed in [1, 2, 3] {
        for (axis, expected) in [
            (
                Axis::Model,
                &[
                    ("peak-at-threshold", Verdict::Fails),
                    ("peak-height", Verdict::Fails),
                    ("ridge-agrees-with-theory", Verdict::Holds),
                    ("ridge-has-no-peak", Verdict::Holds),
                    ("second-descent", Verdict::Holds),
                ][..],
            ),
            (
                Axis::Sample,
                &[
                    ("more-data-hurts", Verdict::Fails),
                    ("sample-wise-peak-at-threshold", Verdict::Fails),
                ][..],
            ),
        ] {
            let lambdas = vec![1e-3];
            let parameters =
                Parameters { ridge: 1e-2, seed, axis, lambdas, ..Parameters::default() };
            check(&parameters, expected);
        }
    }
}

#[test]
fn without_small_features_there_is_no_second_epoch_wise_descent() {
    for seed in [1, 2, 3] {
        let parameters =
            Parameters { block_scale: 1.0, axis: Axis::Epoch, seed, ..Parameters::default() };
        check(
            &parameters,
            &[
                ("epoch-wise-lower-minimum", Verdict::Fails),
                ("epoch-wise-peak", Verdict::Fails),
                ("epoch-wise-second-descent", Verdict::Fails),
            ],
        );
    }
}

/// What the features cannot represent acts as noise.
#[test]
fn without_noise_the_peak_is_still_there() {
    let parameters = Parameters { noise: 0.0, axis: Axis::Model, ..Parameters::default() };
    let record = check(
        &parameters,
        &[
            ("peak-at-threshold", Verdict::Holds),
            ("peak-height", Verdict::Holds),
            ("ridge-agrees-with-theory", Verdict::Holds),
            ("ridge-has-no-peak", Verdict::Holds),
            ("second-descent", Verdict::Holds),
        ],
    );
    // There is no floor to draw where σ = 0.
    let figures = serde_json::to_string(&DoubleDescent::figures(&parameters, &record)).unwrap();
    assert!(!figures.contains("noise $σ²$"));
}

/// Theory that is told of another noise than the data have, or of another target, misses them.
#[test]
fn theory_of_something_else_does_not_agree() {
    let device = Device::default();
    let run = |parameters: &Parameters, moments: bool| -> Vec<_> {
        let shards = DoubleDescent::shards(parameters).into_iter();
        let shards = shards.filter(|shard| matches!(shard, Shard::Moments(_)) == moments);
        shards.map(|shard| DoubleDescent::run(&shard, &device)).collect()
    };
    for seed in [1, 2, 3] {
        let lambdas = vec![1e-3];
        let truth = Parameters { axis: Axis::Model, lambdas, seed, ..Parameters::default() };
        let noisy = Parameters { noise: 0.6, ..truth.clone() };
        let other = Parameters { target: Target::Linear, ..truth.clone() };
        let curves = run(&truth, false);
        let moments = run(&truth, true);
        for (told, moments, expected) in [
            (&truth, &moments, Verdict::Holds),
            (&noisy, &moments, Verdict::Fails),
            (&other, &run(&other, true), Verdict::Fails),
        ] {
            let parts = curves.iter().chain(moments).cloned().collect();
            let verdicts =
                promises::verdicts::<DoubleDescent>(told, &DoubleDescent::merge(told, parts));
            assert_eq!(verdicts["ridge-agrees-with-theory"], expected, "seed {seed}: {told:?}");
        }
    }
}

/// Without noise too, and away from the threshold, theory is what is found in the median replicate.
#[test]
fn theory_is_what_is_found_away_from_the_threshold() {
    for noise in [0.0, 0.3, 1.0] {
        let parameters = Parameters { noise, lambdas: vec![], ..Parameters::default() };
        let record = promises::simulate::<DoubleDescent>(&parameters);
        for (axis, size) in [("model-wise", "features"), ("sample-wise", "points")] {
            let theory = format!("{axis}-theory");
            let of = |table: &str, column| record.column(table, column).to_vec();
            let (sizes, medians) = (of(axis, size), of(axis, "median"));
            let rows = of(&theory, "lambda").into_iter().zip(of(&theory, size));
            for ((lambda, size), expected) in rows.zip(of(&theory, "test")) {
                if lambda != 0.0 {
                    continue;
                }
                let found = medians[sizes.iter().position(|&found| found == size).unwrap()];
                if size == 100.0 {
                    assert_eq!(expected, f64::INFINITY);
                } else if !(60.0..=150.0).contains(&size) {
                    // A median of 20 has a standard error of about 5 %.
                    let off = (found / expected - 1.0).abs();
                    assert!(off < 0.25, "σ = {noise}, {axis} at {size}: {found}, not {expected}");
                }
            }
        }
    }
}

#[test]
fn parameters_agree_with_their_fields() {
    promises::parameters_agree_with_their_fields::<DoubleDescent>();
}

#[test]
fn more_work_leaves_finished_shards_valid() {
    let default = Parameters::default();
    let shards = |parameters: &Parameters| DoubleDescent::shards(parameters);
    let before = shards(&default);
    for more in [
        Parameters { replicates: 21, ..default.clone() },
        Parameters { lambdas: vec![1e-4, 1e-3, 1e-2, 1e-1], ..Parameters::default() },
    ] {
        let after = shards(&more);
        assert!(after.len() > before.len());
        assert!(before.iter().all(|shard| after.contains(shard)));
    }
    let draft = shards(&DoubleDescent::draft(default));
    assert!(draft.iter().all(|shard| before.contains(shard)));
    promises::shards_are_values(&before);
}

#[test]
fn a_shard_gives_the_same_bits_twice_and_its_own_at_another_replicate() {
    let device = Device::default();
    let shards = DoubleDescent::shards(&Parameters::default());
    let epochs = shards.iter().find(|shard| matches!(shard, Shard::Steps(_))).unwrap();
    for shard in [&shards[0], &shards[20], epochs, shards.last().unwrap()] {
        let run = || serde_json::to_string(&DoubleDescent::run(shard, &device)).unwrap();
        assert_eq!(run(), run());
    }
    assert_ne!(DoubleDescent::run(&shards[0], &device), DoubleDescent::run(&shards[1], &device));
}

/// Arms share data and features: at `n = p` the two axes do the same regression.
#[test]
fn the_axes_share_their_data() {
    let small = Parameters { replicates: 3, n: 40, ..Parameters::default() };
    let record = promises::simulate::<DoubleDescent>(&small);
    let same = |a: &str, b: &str| assert_eq!(record.estimate(a).value, record.estimate(b).value);
    same("at_threshold", "sample_at_threshold");
    same("ridge_2_at_threshold", "sample_ridge_2_at_threshold");
}

/// As the preprocessor sees it: JSON in, figures and claims of the axes that were run out.
#[test]
fn any_setting_gives_figures_and_claims() {
    for (given, figures, claims) in [
        (serde_json::json!({ "n": 20, "noise": 0 }), 4, 10),
        (serde_json::json!({ "n": 21, "features": "tanh", "axis": "model" }), 2, 5),
        (serde_json::json!({ "n": 57, "features": "fourier", "axis": "sample" }), 1, 2),
        (serde_json::json!({ "n": 33, "target": "linear", "lambdas": [10, 1e-8] }), 4, 8),
        (serde_json::json!({ "axis": "epoch", "block_scale": 0.001, "noise": 2 }), 1, 3),
        (serde_json::json!({ "n": 30, "ridge": 0.001, "lambdas": [0.001] }), 4, 8),
        (serde_json::json!({ "n": 30, "ridge": 1e-15 }), 4, 10),
    ] {
        let mut given = given;
        given["replicates"] = 3.into();
        let shown = promises::shown::<DoubleDescent>(&given, |_| false);
        assert_eq!(shown.figures.len(), figures, "{given:?}");
        assert_eq!(shown.claims.len(), claims, "{given:?}");
    }
}
