//! The claims of `adl-error-decomposition` at three seeds, and what takes each of them away.

mod promises;

use std::collections::BTreeMap;

use burn::tensor::Device;
use experiments::catalog::risk_minimisation::error_decomposition::ErrorDecomposition;
use experiments::catalog::risk_minimisation::error_decomposition::setting::Losses;
use experiments::catalog::risk_minimisation::error_decomposition::setting::Parameters;
use experiments::catalog::risk_minimisation::error_decomposition::setting::Part;
use experiments::catalog::risk_minimisation::error_decomposition::setting::Samples;
use experiments::catalog::risk_minimisation::error_decomposition::setting::Setting;
use experiments::catalog::risk_minimisation::error_decomposition::setting::Shard;
use experiments::catalog::risk_minimisation::error_decomposition::setting::Target;
use experiments::claim::Verdict;
use experiments::exhibit::Exhibit;
use experiments::experiment::Experiment;
use experiments::lab::random;
use experiments::lab::random_features::Kind as Activation;
use experiments::lab::random_features::Layer;
use experiments::record::Record;
use nalgebra::DMatrix;
use nalgebra::DVector;
const NAMES: [&str; 7] = [
    "approximation-falls",
    "generalisation-falls-with-data",
    "generalisation-grows-with-training",
    "identity",
    "optimisation-falls",
    "optimisation-turns-negative",
    "statistical-variance",
];

/// Compares the verdicts: what is not listed holds. With a fifth of the replicates the statistical term
/// is not decided at every size; its claim is compared where it is listed, or all replicates are run.
#[track_caller]
fn check(parameters: &Parameters, record: &Record, others: &[(&str, Verdict)]) {
    let mut expected: BTreeMap<String, Verdict> =
        NAMES.iter().map(|&name| (name.to_owned(), Verdict::Holds)).collect();
    expected.extend(others.iter().map(|&(name, verdict)| (name.to_owned(), verdict)));
    let mut found = promises::verdicts::<ErrorDecomposition>(parameters, record);
    let statistical = NAMES[6];
    if parameters.replicates < 50 && !others.iter().any(|&(name, _)| name == statistical) {
        assert_ne!(found.insert(statistical.into(), Verdict::Holds), Some(Verdict::Fails));
    }
    let claims = ErrorDecomposition::claims(parameters, record);
    assert_eq!(found, expected, "{parameters:?}: {claims:#?}");
}

#[test]
fn all_claims_hold_at_the_published_seed_and_two_others() {
    for seed in [Parameters::default().seed, 2, 3] {
        let parameters = Parameters { seed, ..Parameters::default() };
        let record = promises::simulate::<ErrorDecomposition>(&parameters);
        check(&parameters, &record, &[]);
        for name in ["gen", "opt", "stat", "approx", "total", "residual"] {
            for suffix in ["", "_p_5", "_p_400", "_n_50", "_n_8000", "_t_1", "_t_10000"] {
                let estimate = record.estimate(&format!("{name}{suffix}"));
                assert_eq!(estimate.n, parameters.replicates);
            }
        }
        // The statistical term has mean zero: four standard errors, where the half-width is 2.01.
        let stat = record.estimate("stat");
        assert!(stat.value.abs() < 2.0 * (stat.high - stat.value), "{stat:?}");
    }
}

#[test]
#[ignore = "nine minutes of one core: the rule for re-seeding, at least 19 of 20 further seeds"]
fn all_claims_hold_at_nineteen_of_twenty_further_seeds() {
    promises::hold_at_nineteen_of_twenty_further_seeds::<ErrorDecomposition>(|seed| Parameters {
        seed,
        ..Parameters::default()
    });
}

/// After one step nothing is fitted, whatever the sample; and five features on many points cannot be
/// overfitted however long one trains.
#[test]
fn without_training_or_with_few_features_there_is_no_overfitting() {
    for seed in [1, 2, 3] {
        let base = Parameters { seed, replicates: 10, ..Parameters::default() };
        let untrained = Parameters { t: 1, p: 5, ..base.clone() };
        let record = promises::simulate::<ErrorDecomposition>(&untrained);
        let found = promises::verdicts::<ErrorDecomposition>(&untrained, &record);
        assert_eq!(found["optimisation-turns-negative"], Verdict::Fails);
        assert_ne!(found["generalisation-falls-with-data"], Verdict::Holds);
        let plenty = Parameters { n: 8000, p: 5, ..base };
        let found = promises::verdicts::<ErrorDecomposition>(
            &plenty,
            &promises::simulate::<ErrorDecomposition>(&plenty),
        );
        assert_ne!(found["generalisation-grows-with-training"], Verdict::Holds, "seed {seed}");
        assert_eq!(found["optimisation-falls"], Verdict::Holds);
    }
}

/// Long training on few points, with one ingredient after another replaced by a wrong one.
#[test]
fn a_wrong_ingredient_is_seen() {
    for seed in [1, 2, 3] {
        let parameters =
            Parameters { n: 50, t: 10_000, seed, replicates: 10, ..Parameters::default() };
        let parts = promises::parts::<ErrorDecomposition>(&parameters);
        // With ten replicates the growth of the generalisation term is still beyond doubt on 50 points.
        check(&parameters, &ErrorDecomposition::merge(&parameters, parts.clone()), &[]);
        let with = |change: &dyn Fn(&mut Part), others: &[(&str, Verdict)]| {
            let mut changed = parts.clone();
            changed.iter_mut().for_each(change);
            check(&parameters, &ErrorDecomposition::merge(&parameters, changed), others);
        };
        let each =
            |change: fn(&mut Losses)| move |part: &mut Part| part.fits.iter_mut().for_each(change);
        // The trained parameters are taken for the best ones: with more features they overfit. The
        // optimisation term is zero then.
        with(
            &each(|losses| {
                losses.best_on_pool = losses.trained_on_pool;
                losses.best_on_sample = losses.trained_on_sample;
            }),
            &[
                ("approximation-falls", Verdict::Fails),
                ("optimisation-falls", Verdict::Fails),
                ("optimisation-turns-negative", Verdict::Fails),
            ],
        );
        // The loss is read on the distribution in place of the sample: no generalisation term is left,
        // and the optimisation term rises where the sample is overfitted.
        with(
            &each(|losses| losses.trained_on_sample = losses.trained_on_pool),
            &[
                ("generalisation-falls-with-data", Verdict::Fails),
                ("generalisation-grows-with-training", Verdict::Fails),
                ("optimisation-falls", Verdict::Fails),
                ("optimisation-turns-negative", Verdict::Fails),
            ],
        );
        // A total that is off by a millionth of a millionth is rounding; by a millionth it is not.
        with(&each(|losses| losses.total += 1e-12), &[]);
        with(&each(|losses| losses.total += 1e-6), &[("identity", Verdict::Fails)]);
        // Samples whose points are not independent: in pairs, they are worth half as many.
        with(
            &|part| part.squares.iter_mut().for_each(|square| *square *= 2.0),
            &[("statistical-variance", Verdict::Fails)],
        );
    }
}

/// The variance of the loss under more noise is not that of the samples.
#[test]
fn the_statistical_term_knows_its_variance() {
    let parameters = Parameters { replicates: 5, ..Parameters::default() };
    let noisy = Parameters { noise: 0.6, ..parameters };
    let mut found = promises::parts::<ErrorDecomposition>(&parameters);
    for (part, other) in found.iter_mut().zip(promises::parts::<ErrorDecomposition>(&noisy)) {
        part.variance = other.variance;
    }
    let record = ErrorDecomposition::merge(&parameters, found);
    assert_eq!(
        promises::verdicts::<ErrorDecomposition>(&parameters, &record)["statistical-variance"],
        Verdict::Fails
    );
}

/// All losses by brute force: gradient descent step by step, and the best parameters by a singular
/// value decomposition.
#[test]
fn losses_are_those_of_iterated_gradient_descent() {
    let settings = [(7, 40, 25), (7, 40, 60), (12, 40, 25), (12, 9, 25), (12, 9, 1)];
    let fits: Vec<Setting> = settings.map(|(p, n, t)| Setting { p, n, t }).to_vec();
    let shard = Shard {
        seed: 4,
        replicate: 2,
        target: Target::Seed,
        noise: 0.5,
        pool: 1300,
        fits,
        samples: Samples { p: 12, sizes: vec![3, 30], repeats: 4000 },
    };
    let part = ErrorDecomposition::run(&shard, &Device::default());

    let stream = |purpose| random::stream(4, ErrorDecomposition::ID, 2, purpose);
    let x = DMatrix::from_row_slice(1300, 10, &random::normals(&mut stream("data"), 13_000));
    let noise = random::normals(&mut stream("noise"), 1300);
    let y =
        DVector::from_fn(1300, |i, _| libm::sin(x[(i, 0)]) + libm::cos(x[(i, 1)]) + 0.5 * noise[i]);
    let (mut weights, mut biases) = (stream("weights"), stream("biases"));
    let layer = Layer::draw_normal(Activation::Relu, 10, 12, &mut weights, &mut biases);
    let sample = random::indices(&mut stream("sample"), 40, 1300);
    let loss = |phi: &DMatrix<f64>, theta: &DVector<f64>, y: &DVector<f64>| {
        (phi * theta - y).norm_squared() / y.len() as f64
    };
    let near = |found: f64, expected: f64| {
        assert!((found - expected).abs() < 1e-11, "{found}, not {expected}");
    };
    for (setting, found) in shard.fits.iter().zip(&part.fits) {
        let &Setting { p, n, t } = setting;
        let pool = layer.apply(&x).columns(0, p) / (p as f64).sqrt();
        let pool = pool.insert_column(0, 1.0);
        let (phi, target) = (pool.select_rows(&sample[..n]), y.select_rows(&sample[..n]));
        let hessian = phi.tr_mul(&phi) / n as f64;
        let step = 1.0 / hessian.clone().symmetric_eigenvalues().max();
        let mut theta = DVector::zeros(p + 1);
        for _ in 0..t {
            theta -= step * (&hessian * &theta - phi.tr_mul(&target) / n as f64);
        }
        let best = pool.clone().pseudo_inverse(1e-10).unwrap() * &y;
        near(found.trained_on_pool, loss(&pool, &theta, &y));
        near(found.total, loss(&pool, &theta, &y));
        near(found.trained_on_sample, loss(&phi, &theta, &target));
        near(found.best_on_sample, loss(&phi, &best, &target));
        near(found.best_on_pool, loss(&pool, &best, &y));
        if p == 12 {
            let losses = (&pool * &best - &y).map(|off| off * off);
            near(part.variance, losses.variance());
        }
    }
    for (size, square) in shard.samples.sizes.iter().zip(&part.squares) {
        // Squares of means of points with heavy tails; the relative error of 4000 of them is below
        // √((κ/3 + 2)/4000) with their kurtosis κ, here below 20: five standard errors are 0.2.
        let ratio = *size as f64 * square / part.variance;
        assert!((ratio - 1.0).abs() < 0.2, "{ratio}");
    }
}

#[test]
fn parameters_agree_with_their_fields() {
    promises::parameters_agree_with_their_fields::<ErrorDecomposition>();
}

#[test]
fn more_work_leaves_finished_shards_valid() {
    let default = Parameters::default();
    let before = ErrorDecomposition::shards(&default);
    let more = Parameters { replicates: default.replicates + 1, ..default };
    let after = ErrorDecomposition::shards(&more);
    assert_eq!(after.len(), before.len() + 1);
    assert!(before.iter().all(|shard| after.contains(shard)));
    let draft = ErrorDecomposition::shards(&ErrorDecomposition::draft(default));
    assert!(draft.len() >= 3 && draft.iter().all(|shard| before.contains(shard)));
    promises::shards_are_values(&before);
    for shard in &before {
        for (j, fit) in shard.fits.iter().enumerate() {
            assert!(!shard.fits[..j].contains(fit), "{fit:?} is there twice");
        }
    }
}

#[test]
fn a_shard_gives_the_same_bits_twice_and_its_own_at_another_replicate() {
    let device = Device::default();
    let shards = ErrorDecomposition::shards(&Parameters::default());
    let run = |shard| serde_json::to_string(&ErrorDecomposition::run(shard, &device)).unwrap();
    assert_eq!(run(&shards[0]), run(&shards[0]));
    assert_ne!(run(&shards[0]), run(&shards[1]));
}

/// As the preprocessor sees it: JSON in, figures and claims out.
#[test]
fn any_setting_gives_figures_and_claims() {
    for given in [
        serde_json::json!({ "p": 5, "n": 50, "t": 1, "noise": 0 }),
        serde_json::json!({ "p": 400, "n": 8000, "t": 10_000, "noise": 1, "target": "step" }),
        serde_json::json!({ "p": 33, "n": 51, "t": 7, "noise": 0, "target": "linear" }),
    ] {
        let mut given = given;
        given["replicates"] = 3.into();
        let shown = promises::shown::<ErrorDecomposition>(&given, |_| false);
        let names: Vec<&str> = shown.figures.iter().map(|figure| &figure.name[..]).collect();
        assert_eq!(names, ["terms", "sweeps", "statistical"]);
        assert_eq!(shown.claims.len(), NAMES.len());
        for claim in &shown.claims {
            let exact = ["identity", "approximation-falls", "optimisation-falls"];
            let holds = claim.verdict == Verdict::Holds;
            assert!(holds || !exact.contains(&&claim.name[..]), "{given:?}: {claim:?}");
        }
    }
}
