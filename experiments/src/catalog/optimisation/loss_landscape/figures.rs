//! The figures of `adl-loss-landscape`.

use super::Axes;
use super::Settings;
use crate::figure::Axis;
use crate::figure::Figure;
use crate::figure::Grid;
use crate::figure::Panel;
use crate::figure::Role;
use crate::figure::Scale;
use crate::figure::Shared;
use crate::figure::mark;
use crate::figure::mark::Mark;
use crate::figure::mark::Symbol;
use crate::lab::landscape::Normalise;
use crate::record::Record;

/// The surfaces that the record holds, the cuts through them, and the curvatures of all replicates.
pub(super) fn all(parameters: &Settings, record: &Record) -> Vec<Figure> {
    let surfaces =
        [slice(parameters, record), eigen(parameters, record), trajectory(parameters, record)];
    let mut figures: Vec<Figure> = surfaces.into_iter().flatten().collect();
    figures.extend([cuts(parameters, record), curvatures(parameters, record)]);
    figures
}

/// The random plane.
fn slice(parameters: &Settings, record: &Record) -> Option<Figure> {
    let (directions, unit) = match parameters.normalise {
        Normalise::Filter => ("filter-normalised random directions", "‖θ‖"),
        Normalise::Layer => ("random directions, normalised tensor by tensor", "‖θ‖"),
        Normalise::None => ("random directions, not normalised", "‖d‖"),
    };
    let [x, y] = ["d₁", "d₂"].map(|name| Axis::linear(&format!("step along {name} (in {unit})")));
    let lowest = |column: &str| record.column("replicates", column)[0];
    let (a, b) = (lowest("lowest-at-1"), lowest("lowest-at-2"));
    let mut marks = vec![heat(record, "random")?, trained()];
    if (a, b) != (0.0, 0.0) {
        marks.push(mark::marker("lowest node", Role::Reference, Symbol::Diamond, a, b));
    }
    Some(Figure {
        name: "slice".into(),
        label: format!(
            "Training loss on a plane through the trained network along two {directions}"
        ),
        caption: format!(
            "Training loss on the plane through the trained network (star) along two {directions}; \
             colour is logarithmic.{} Along such directions the curvature is on average a mean over the \
             spectrum of the Hessian; the figure of the curvatures compares it with the largest \
             eigenvalue. Replicate 1 of {}.",
            if (a, b) == (0.0, 0.0) { "" } else { " The diamond is the lowest node." },
            parameters.replicates
        ),
        panels: vec![Panel::plane(x, y, marks)],
        columns: 1,
        shared: Shared::default(),
    })
}

/// The eigen plane, or what the ablation puts in its place.
fn eigen(parameters: &Settings, record: &Record) -> Option<Figure> {
    let (directions, names, see) = match parameters.axes {
        Axes::Eigen => (
            "the eigenvectors of the two largest Hessian eigenvalues",
            ["e₁", "e₂"],
            "The same network in the same measure of length as in the random plane, many times as \
             steep: compare the colour bars.",
        ),
        Axes::Random => (
            "two isotropic random directions, in place of the top eigenvectors",
            ["u₁", "u₂"],
            "The ablation: no axis of this plane shows the largest curvature.",
        ),
    };
    let [x, y] = names.map(|name| Axis::linear(&format!("step along {name} (in ‖θ‖)")));
    Some(Figure {
        name: "eigen".into(),
        label: format!("Training loss on a plane through the trained network along {directions}"),
        caption: format!(
            "Training loss on the plane through the trained network (star) along {directions}; colour \
             is logarithmic. {see} Replicate 1 of {}.",
            parameters.replicates
        ),
        panels: vec![Panel::plane(x, y, vec![heat(record, "eigen")?, trained()])],
        columns: 1,
        shared: Shared::default(),
    })
}

/// The plane of the path of training.
fn trajectory(parameters: &Settings, record: &Record) -> Option<Figure> {
    let heat = heat(record, "trajectory")?;
    let [first, second] = ["first", "second"].map(|name| record.column("path", name).to_vec());
    let start =
        mark::marker("initialisation", Role::Reference, Symbol::Circle, first[0], second[0]);
    let path = mark::line("path of training", Role::Train, first, second);
    Some(Figure {
        name: "trajectory".into(),
        label: "Training loss on the plane of the path of training, with the path from the \
                initialisation to the trained network"
            .into(),
        caption: format!(
            "Training loss on the plane through the trained network (star) along the first two \
             principal components of its path of training from the initialisation (circle), one point \
             an epoch; colour is logarithmic. The path is projected: it leaves the plane, and the colour \
             under it is the loss in the plane. A random walk in high dimension, too, has most of its \
             variance in two principal components. Replicate 1 of {}.",
            parameters.replicates
        ),
        panels: vec![Panel::plane(
            Axis::linear("first principal component").unit("distance"),
            Axis::linear("second principal component").unit("distance"),
            vec![heat, path, start, trained()],
        )],
        columns: 1,
        shared: Shared::default(),
    })
}

/// The loss along single directions.
fn cuts(parameters: &Settings, record: &Record) -> Figure {
    let distance = record.column("cuts", "distance");
    let steep = match parameters.axes {
        Axes::Eigen => ["eigenvector e₁", "eigenvector e₂"],
        Axes::Random => ["random u₁", "random u₂"],
    };
    let lines = [
        ("random-1", "random d₁"),
        ("random-2", "random d₂"),
        ("eigen-1", steep[0]),
        ("eigen-2", steep[1]),
    ];
    let mut marks: Vec<Mark> = lines
        .into_iter()
        .zip(1..)
        .map(|((column, label), arm)| {
            let y = record.column("cuts", column).to_vec();
            mark::line(label, Role::Arm(arm), distance.to_vec(), y)
        })
        .collect();
    let of_first = |column: &str| record.column("replicates", column)[0];
    let loss = of_first("trained-loss");
    let parabolas = [
        ("L(θ) + ½ λ₁ t²", Role::Theory, of_first("top-eigenvalue")),
        ("L(θ) + ½ E[κ] t²", Role::Reference, of_first("normalised-curvature")),
    ];
    marks.extend(parabolas.map(|(label, role, curvature)| {
        let y = distance.iter().map(|t| loss + 0.5 * curvature * t * t).collect();
        mark::line(label, role, distance.to_vec(), y)
    }));
    Figure {
        name: "cuts".into(),
        label: "Training loss against the distance from the trained network along two random \
                directions and the two top eigenvectors"
            .into(),
        caption: format!(
            "Training loss against Euclidean distance along the axes of the random and of the {} plane. \
             The two parabolas have the curvature $\\lambda_1$ (upper) and the curvature expected of a \
             random direction of the kind plotted (lower). Replicate 1 of {}.",
            match parameters.axes {
                Axes::Eigen => "eigen",
                Axes::Random => "ablated eigen",
            },
            parameters.replicates
        ),
        panels: vec![Panel::plane(
            Axis::linear("distance $t$ from the trained network"),
            Axis::log("training loss"),
            marks,
        )],
        columns: 1,
        shared: Shared::default(),
    }
}

/// The curvatures of every replicate.
fn curvatures(parameters: &Settings, record: &Record) -> Figure {
    let column = |name: &str| record.column("replicates", name).to_vec();
    let points = |label: &str, role, name: &str, ends: Option<[&str; 2]>| {
        let low = ends.map_or_else(Vec::new, |[low, _]| column(low));
        let high = ends.map_or_else(Vec::new, |[_, high]| column(high));
        mark::whiskers(label, role, column("replicate"), column(name), low, high)
    };
    Figure {
        name: "curvatures".into(),
        label: "Largest two Hessian eigenvalues and the curvature along random directions, for each \
                replicate"
            .into(),
        caption: "Curvature at the trained network in each replicate: the two largest eigenvalues of the \
                  Hessian; the curvature along 2000 random directions of the kind plotted (median, bar \
                  from the first to the last decile); its expectation; and $\\operatorname{tr}H/P$, the \
                  expectation for isotropic directions."
            .into(),
        panels: vec![Panel::plane(
            Axis::linear("replicate").range(0.5, parameters.replicates as f64 + 0.5),
            Axis::log("curvature"),
            vec![
                points("λ₁", Role::Arm(1), "top-eigenvalue", None),
                points("λ₂", Role::Arm(2), "second-eigenvalue", None),
                points("random directions", Role::Arm(3), "median", Some(["first-decile", "last-decile"])),
                points("their expectation", Role::Theory, "normalised-curvature", None),
                points("$tr H / P$", Role::Reference, "isotropic-curvature", None),
            ],
        )],
        columns: 1,
        shared: Shared::default(),
    }
}

fn heat(record: &Record, name: &str) -> Option<Mark> {
    let grid = record.grids.get(name)?;
    let (x, y, values) = (grid.x.clone(), grid.y.clone(), grid.values.clone());
    Some(mark::heat_map("training loss", Scale::Log, Grid { x, y, values }))
}

/// Every surface has the trained network at its origin.
fn trained() -> Mark {
    mark::marker("trained network", Role::Train, Symbol::Star, 0.0, 0.0)
}
