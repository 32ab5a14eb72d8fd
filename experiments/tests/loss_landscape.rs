//! `adl-loss-landscape` as a whole: its claims at three seeds, its ablation, its closed forms, and
//! what every experiment promises.

mod promises;

use burn::tensor::Device;
use experiments::catalog::optimisation::loss_landscape::Axes;
use experiments::catalog::optimisation::loss_landscape::LossLandscape;
use experiments::catalog::optimisation::loss_landscape::Planes;
use experiments::catalog::optimisation::loss_landscape::Settings;
use experiments::claim::Claim;
use experiments::claim::Verdict;
use experiments::entry::Catalog;
use experiments::entry::Entry;
use experiments::exhibit::Exhibit;
use experiments::experiment::Experiment;
use experiments::figure::Content;
use experiments::figure::Grid;
use experiments::figure::mark::Mark;
use experiments::fingerprint::Fingerprint;
use experiments::lab::landscape::Normalise;
use experiments::lab::network::Activation;
use experiments::parameters;
use experiments::record::Record;
use serde_json::json;

/// The names of the claims that do not hold.
fn broken(settings: &Settings) -> Vec<(String, Verdict)> {
    LossLandscape::claims(settings, &promises::simulate::<LossLandscape>(settings))
        .into_iter()
        .filter(|claim: &Claim| claim.verdict != Verdict::Holds)
        .map(|claim| (claim.name, claim.verdict))
        .collect()
}

#[test]
fn every_claim_holds_at_three_seeds() {
    for seed in [1, 2, 3] {
        assert_eq!(broken(&Settings { seed, ..Settings::default() }), [], "seed {seed}");
    }
}

#[test]
fn random_axes_break_the_claim_about_the_eigen_plane() {
    for seed in [1, 2, 3] {
        let settings = Settings { axes: Axes::Random, seed, ..Settings::default() };
        let expected = [("eigen-plane-shows-the-top".to_owned(), Verdict::Fails)];
        assert_eq!(broken(&settings), expected, "seed {seed}");
    }
}

#[test]
fn the_record_is_small_and_complete() {
    let settings = Settings::default();
    let record = promises::simulate::<LossLandscape>(&settings);
    let bytes = serde_json::to_string(&record).unwrap();
    assert!(bytes.len() < 150_000, "{} bytes", bytes.len());
    assert_eq!(serde_json::from_str::<Record>(&bytes).unwrap(), record);
    for (name, grid) in &record.grids {
        let zero = |axis: &[f64]| axis.iter().position(|&place| place == 0.0).unwrap();
        let centre = grid.values[zero(&grid.y)][zero(&grid.x)];
        let trained = record.column("replicates", "trained-loss")[0];
        assert!((centre / trained - 1.0).abs() < 1e-5, "{name}: {centre} is not {trained}");
    }
    // An even grid has no node at the network and cannot show its loss.
    assert!(record.estimate("even-grid-excess").low > 1.0);
    let epochs = record.column("path", "epoch");
    assert_eq!(epochs.len(), 101);
    let losses = record.column("path", "loss");
    assert!(losses[100] < 0.2 * losses[0]);
}

#[test]
fn figures_follow_the_planes_that_are_kept() {
    let names = |directions| {
        let settings =
            Settings { directions, resolution: 11, replicates: 3, ..Settings::default() };
        let record = promises::simulate::<LossLandscape>(&settings);
        let figures = LossLandscape::figures(&settings, &record);
        for claim in LossLandscape::claims(&settings, &record) {
            assert!(figures.iter().any(|figure| figure.name == claim.figure), "{}", claim.name);
        }
        for figure in &figures {
            assert!(!figure.label.is_empty() && !figure.caption.is_empty());
            let mut surfaces = 0;
            for panel in &figure.panels {
                let contours = panel.marks().iter().filter_map(|mark| match mark {
                    Mark::Contours(contours) => Some(&contours.grid),
                    _ => None,
                });
                let space = match &panel.content {
                    Content::Space(space) => Some(&space.surface),
                    _ => None,
                };
                for Grid { x, y, values } in contours.chain(space) {
                    surfaces += 1;
                    assert_eq!((values.len(), values[0].len()), (y.len(), x.len()));
                    assert!(values.iter().flatten().all(|&value| value > 0.0));
                }
            }
            // From the side and from above.
            let planes = ["slice", "eigen", "trajectory"].contains(&&figure.name[..]);
            assert_eq!(surfaces, if planes { 2 } else { 0 }, "{}", figure.name);
        }
        figures.into_iter().map(|figure| figure.name).collect::<Vec<_>>()
    };
    assert_eq!(names(Planes::All), ["slice", "eigen", "trajectory", "cuts", "curvatures"]);
    assert_eq!(names(Planes::Random), ["slice", "cuts", "curvatures"]);
    assert_eq!(names(Planes::Eigen), ["eigen", "cuts", "curvatures"]);
    assert_eq!(names(Planes::Pca), ["trajectory", "cuts", "curvatures"]);
}

#[test]
fn a_shard_gives_the_same_bits_twice_and_knows_no_other() {
    static FINGERPRINT: Fingerprint =
        Fingerprint { experiment: LossLandscape::ID, digest: "", sources: &[] };
    let catalog = Catalog::new(vec![Entry::new::<LossLandscape>(&FINGERPRINT)]);
    let entry = catalog.get("adl-loss-landscape").unwrap();
    let complete = |given: serde_json::Value| entry.complete(given.as_object().unwrap()).unwrap();
    let five = entry.shards(&complete(json!({}))).unwrap();
    let nine = entry.shards(&complete(json!({"replicates": 9}))).unwrap();
    assert_eq!(five, nine[..5]);
    for shard in &five[..2] {
        let run = || entry.run(shard, &Device::flex()).unwrap().to_string();
        assert_eq!(run(), run());
    }
}

#[test]
fn a_draft_is_smaller_and_has_figures() {
    let draft = LossLandscape::draft(Settings::default());
    assert_eq!((draft.replicates, draft.resolution), (3, 11));
    let record = promises::simulate::<LossLandscape>(&draft);
    assert!(!LossLandscape::figures(&draft, &record).is_empty());
}

#[test]
fn every_override_works() {
    let small = || Settings { replicates: 3, resolution: 11, ..Settings::default() };
    let overrides = [
        Settings { activation: Activation::Tanh, ..small() },
        Settings { normalise: Normalise::Layer, ..small() },
        Settings { normalise: Normalise::None, range: 0.05, ..small() },
        Settings { width: 5, range: 2.0, ..small() },
        Settings { width: 40, ..small() },
    ];
    for settings in overrides {
        let given = parameters::object(&settings);
        assert_eq!(parameters::apply::<Settings>(&given).as_ref(), Ok(&settings));
        let record = promises::simulate::<LossLandscape>(&settings);
        assert!(record.estimates.values().all(|estimate| estimate.value.is_finite()));
        // The closed forms hold whatever the directions are rescaled to.
        for name in ["isotropic-agreement", "normalised-agreement"] {
            let estimate = record.estimate(name);
            assert!((estimate.value - 1.0).abs() < 0.1, "{name} {} {settings:?}", estimate.value);
        }
        let count = record.estimate("centre-is-trained-loss").value;
        assert_eq!(count, 3.0, "{settings:?}");
    }
}
