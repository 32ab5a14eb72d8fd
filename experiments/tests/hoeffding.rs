//! The claims of `adl-hoeffding` at three seeds, what takes each of them away, and closed forms.

mod promises;

use std::collections::BTreeSet;

use burn::tensor::Device;
use experiments::catalog::risk_minimisation::hoeffding::Hoeffding;
use experiments::catalog::risk_minimisation::hoeffding::setting::Fit;
use experiments::catalog::risk_minimisation::hoeffding::setting::ONE;
use experiments::catalog::risk_minimisation::hoeffding::setting::Parameters;
use experiments::catalog::risk_minimisation::hoeffding::setting::Part;
use experiments::catalog::risk_minimisation::hoeffding::setting::RULES;
use experiments::catalog::risk_minimisation::hoeffding::setting::Shard;
use experiments::claim::Verdict;
use experiments::exhibit::Exhibit;
use experiments::experiment::Experiment;
use experiments::figure::mark::Line;
use experiments::figure::mark::Mark;
use experiments::record::Record;

const ALL: [&str; 7] = [
    "fitted-rule-escapes",
    "one-rule-loose",
    "one-rule-sharp",
    "peak-at-dimension",
    "root-n",
    "second-sample-restores-it",
    "ten-rules-at-once",
];

/// Compares the claims that do not hold with what is expected, and says which of them fail.
#[track_caller]
fn check(parameters: &Parameters, record: &Record, broken: &[&str]) -> Vec<String> {
    let found = promises::verdicts::<Hoeffding>(parameters, record);
    assert!(found.keys().eq(ALL));
    let open = found.iter().filter(|(_, verdict)| **verdict != Verdict::Holds);
    let open: Vec<&str> = open.map(|(name, _)| name.as_str()).collect();
    let claims = Hoeffding::claims(parameters, record);
    assert_eq!(open, broken, "{parameters:?}: {claims:#?}");
    let fails = found.iter().filter(|(_, verdict)| **verdict == Verdict::Fails);
    fails.map(|(name, _)| name.clone()).collect()
}

#[test]
fn all_claims_hold_at_the_published_seed_and_two_others() {
    for seed in [Parameters::default().seed, 2, 3] {
        let parameters = Parameters { seed, ..Parameters::default() };
        let record = promises::simulate::<Hoeffding>(&parameters);
        check(&parameters, &record, &[]);
    }
}

#[test]
#[ignore = "a minute: the rule for re-seeding, at least 19 of 20 further seeds"]
fn all_claims_hold_at_nineteen_of_twenty_further_seeds() {
    promises::hold_at_nineteen_of_twenty_further_seeds::<Hoeffding>(|seed| Parameters {
        seed,
        ..Parameters::default()
    });
}

/// The same sample sizes, and with them the same shards, in every test that takes something away.
fn full() -> Vec<(Parameters, Vec<Part>)> {
    [1, 2, 3]
        .map(|seed| {
            let parameters = Parameters { seed, ..Parameters::default() };
            let parts = promises::parts::<Hoeffding>(&parameters);
            (parameters, parts)
        })
        .to_vec()
}

/// What is taken away, and the claims that fail without it.
#[test]
fn every_claim_fails_when_its_effect_is_taken_away() {
    for (parameters, parts) in full() {
        let mut failed = BTreeSet::new();
        let mut without = |parts: Vec<Part>, broken: &[&str]| {
            failed.extend(check(&parameters, &Hoeffding::merge(&parameters, parts), broken));
        };
        let of = |n: usize| {
            let shards = Hoeffding::shards(&parameters);
            let size = |shard: &Shard| match shard {
                Shard::Rules(rules) => rules.n,
                Shard::Fits(fits) => fits.n,
            };
            let pairs = parts.iter().zip(shards);
            pairs.filter(|(_, shard)| size(shard) == n).map(|(part, _)| part).collect::<Vec<_>>()
        };
        // A fitted rule that does not depend on the sample: what it does on a second one. The
        // ratio of two gaps that are noise is anything, with an interval as wide.
        without(
            changed(&parts, |_, part| {
                if let Part::Fits(fits) = part {
                    fits.iter_mut().for_each(|fit| fit.errors = fit.fresh);
                }
            }),
            &["fitted-rule-escapes", "peak-at-dimension"],
        );
        // A second sample that is the first.
        without(
            changed(&parts, |_, part| {
                if let Part::Fits(fits) = part {
                    fits.iter_mut().for_each(|fit| fit.fresh = fit.errors);
                }
            }),
            &["second-sample-restores-it"],
        );
        // A fitted rule for which twice as many points change nothing.
        let half: Vec<&Part> =
            of(100).into_iter().filter(|part| matches!(part, Part::Fits(_))).collect();
        without(
            changed(&parts, |shard, part| {
                if let Shard::Fits(fits) = shard
                    && fits.n == 200
                    && let Part::Fits(half) = half[fits.first / 10]
                {
                    let double = |fit: &Fit| Fit {
                        errors: 2 * fit.errors,
                        fresh: 2 * fit.fresh,
                        ..fit.clone()
                    };
                    *part = Part::Fits(half.iter().map(double).collect());
                }
            }),
            &["peak-at-dimension"],
        );
        // Points that are not independent: twenty of them, again and again.
        let twenty: Vec<&Part> =
            of(20).into_iter().filter(|part| matches!(part, Part::Rules(_))).collect();
        without(
            changed(&parts, |shard, part| {
                if let Shard::Rules(rules) = shard
                    && let Part::Rules(few) = twenty[rules.first / 500]
                {
                    let again = |errors: &[usize; RULES]| errors.map(|e| e * rules.n / 20);
                    *part = Part::Rules(few.iter().map(again).collect());
                }
            }),
            &["one-rule-loose", "one-rule-sharp", "root-n", "ten-rules-at-once"],
        );
        assert!(failed.iter().eq(&BTreeSet::from(ALL.map(str::to_owned))), "{failed:?}");
    }
}

/// The parts, each changed with its shard at hand.
fn changed(parts: &[Part], mut change: impl FnMut(&Shard, &mut Part)) -> Vec<Part> {
    let mut parts = parts.to_vec();
    for (part, shard) in parts.iter_mut().zip(Hoeffding::shards(&Parameters::default())) {
        change(&shard, part);
    }
    parts
}

/// A bound without its logarithm of `1/δ`, that is for `δ = 1`, fails more often than in a share of
/// 0.05.
#[test]
fn a_bound_with_a_wrong_constant_is_found_out() {
    for (parameters, parts) in full() {
        let record = Hoeffding::merge(&Parameters { delta: 1.0, ..parameters.clone() }, parts);
        let found = promises::verdicts::<Hoeffding>(&parameters, &record);
        assert_eq!(found["one-rule-sharp"], Verdict::Fails);
        // The loose bound is loose by two: it holds with less than it claims to need.
        assert_eq!(found["one-rule-loose"], Verdict::Holds);
    }
}

/// Observed shares against exact probabilities, where these are not small.
#[test]
fn samples_have_their_exact_distribution() {
    for (parameters, parts) in full() {
        let record = Hoeffding::merge(&parameters, parts.clone());
        let draws = parameters.draws as f64;
        let of = |column| record.column("distribution", column);
        for ((gap, seen), exact) in of("gap").iter().zip(of("share")).zip(of("exact")) {
            let error = (exact * (1.0 - exact) / draws).sqrt();
            // Five standard errors, and a count of two where hardly any is expected.
            let off = (seen - exact).abs();
            assert!(off <= 5.0 * error + 2.0 / draws, "beyond {gap}: {seen}, not {exact}");
        }
        for (part, shard) in parts.iter().zip(Hoeffding::shards(&parameters)) {
            let (Part::Rules(samples), Shard::Rules(rules)) = (part, shard) else { continue };
            let risk = record.estimate("risk").value;
            let errors: usize = samples.iter().map(|errors| errors[ONE]).sum();
            let points = (samples.len() * rules.n) as f64;
            // 28 blocks at three seeds: 4.5 standard errors is one false alarm in 1700.
            let error = (risk * (1.0 - risk) / points).sqrt();
            assert!((errors as f64 / points - risk).abs() < 4.5 * error, "{rules:?}");
        }
        for n in &parameters.n {
            let of = |name: &str| record.estimate(&format!("{name}_n{n}")).clone();
            let (found, exact) = (of("gap_q95"), of("gap_q95_exact").value);
            // The interval is at 95 %; twice as wide is enough for 21 of them.
            let half = found.high - found.low;
            assert!((found.low - half / 2.0..=found.high + half / 2.0).contains(&exact), "{n}");
            // Hoeffding's inequality, and that what was observed can be.
            for bound in ["sharp", "loose"] {
                let exact = of(&format!("viol_{bound}_exact")).value;
                assert!(exact <= parameters.delta);
                // A count of three where hardly any is expected.
                let (seen, expected) = (draws * of(&format!("viol_{bound}")).value, draws * exact);
                assert!(seen <= expected + 5.0 * expected.sqrt() + 3.0, "{bound} at {n}: {seen}");
            }
        }
    }
}

/// The risk of a fitted rule against its errors on second samples.
#[test]
fn the_risk_of_a_fitted_rule_is_what_it_does_on_fresh_points() {
    for (parameters, parts) in full() {
        let (mut z, mut fits) = (0.0, 0.0);
        for (part, shard) in parts.iter().zip(Hoeffding::shards(&parameters)) {
            let (Part::Fits(found), Shard::Fits(shard)) = (part, shard) else { continue };
            for fit in found {
                let n = shard.n as f64;
                let error = (fit.risk * (1.0 - fit.risk) / n).sqrt();
                z += (fit.fresh as f64 / n - fit.risk) / error;
                fits += 1.0;
                // Interpolation: no error up to as many points as weights, and some at five times
                // as many.
                assert!(if shard.n <= shard.d {
                    fit.errors == 0
                } else {
                    fit.errors > 0 || shard.n < 1000
                });
            }
        }
        assert_eq!(fits, 240.0);
        assert!(z.abs() < 4.5 * f64::sqrt(fits), "{z}");
    }
}

#[test]
fn parameters_agree_with_their_fields() {
    promises::parameters_agree_with_their_fields::<Hoeffding>();
}

#[test]
fn more_work_leaves_finished_shards_valid() {
    let default = Parameters::default();
    let before = Hoeffding::shards(&default);
    for (more, new) in [
        (Parameters { replicates: 41, ..default.clone() }, 6),
        (Parameters { draws: 2001, ..default.clone() }, 7),
        (Parameters { n: [&default.n[..], &[800]].concat(), ..default.clone() }, 8),
        (Parameters { delta: 0.01, ..default.clone() }, 0),
    ] {
        let after = Hoeffding::shards(&more);
        assert_eq!(after.len(), before.len() + new, "{more:?}");
        assert!(before.iter().all(|shard| after.contains(shard)));
    }
    // The dimension is nothing to rules that see ten coordinates.
    let other = Hoeffding::shards(&Parameters { d: 100, ..default.clone() });
    assert_eq!(other.iter().filter(|shard| before.contains(shard)).count(), 28);
    let draft = Hoeffding::shards(&Hoeffding::draft(default));
    assert!(draft.iter().all(|shard| before.contains(shard)));
    promises::shards_are_values(&before);
}

#[test]
fn a_shard_gives_the_same_bits_twice_and_its_own_at_other_samples() {
    let device = Device::default();
    let shards = Hoeffding::shards(&Parameters::default());
    for pair in [&shards[..2], &shards[shards.len() - 2..]] {
        let run = |shard| Hoeffding::run(shard, &device);
        let first = run(&pair[0]);
        assert_eq!(first, run(&pair[0]));
        assert_ne!(first, run(&pair[1]));
        let json = serde_json::to_string(&first).unwrap();
        assert_eq!(serde_json::from_str::<Part>(&json).unwrap(), first);
    }
}

/// As the preprocessor sees it: JSON in, figures and claims of what was run out.
#[test]
fn any_setting_gives_figures_and_claims() {
    for (given, figures, claims) in [
        (serde_json::json!({ "d": 10, "mu": 3, "delta": 0.001 }), 4, 6),
        (serde_json::json!({ "d": 100, "mu": 0.2, "delta": 0.2, "n": [200, 50, 100] }), 4, 7),
        (serde_json::json!({ "n": [1001] }), 3, 3),
        (serde_json::json!({ "n": [5], "d": 10 }), 4, 5),
        (serde_json::json!({ "n": [10, 5], "d": 10 }), 4, 7),
        (serde_json::json!({ "n": [1000, 30], "d": 400 }), 4, 5),
    ] {
        let mut given = given;
        given["replicates"] = 3.into();
        given["draws"] = 110.into();
        let shown = promises::shown::<Hoeffding>(&given, |_| false);
        assert_eq!(shown.figures.len(), figures, "{given:?}");
        assert_eq!(shown.claims.len(), claims, "{given:?}: {:?}", shown.claims);
        for mark in shown.marks() {
            if let Mark::Line(Line { x, .. }) = mark {
                assert!(x.is_sorted());
            }
        }
    }
}
