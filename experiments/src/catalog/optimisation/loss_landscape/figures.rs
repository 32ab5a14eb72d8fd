//! The figures of `adl-loss-landscape`.

use super::Axes;
use super::Settings;
use crate::figure::Aspect;
use crate::figure::Axis;
use crate::figure::Content;
use crate::figure::Corner;
use crate::figure::Figure;
use crate::figure::Grid;
use crate::figure::Inset;
use crate::figure::Panel;
use crate::figure::Role;
use crate::figure::Scale;
use crate::figure::Space;
use crate::figure::compose;
use crate::figure::mark;
use crate::figure::mark::Mark;
use crate::figure::mark::Symbol;
use crate::lab::landscape::Normalise;
use crate::record::Record;

/// What every surface shows.
const LOSS: &str = "training loss";
/// Surfaces are turned so far that neither axis is seen end-on.
const AZIMUTH: f64 = 30.0;

/// How the height of a surface is drawn, and from how high it is seen, in degrees.
#[derive(Clone, Copy)]
enum Height {
    /// The loss itself: a bowl is a bowl, with the network at its bottom.
    Loss,
    /// Its logarithm, for a path through levels; from higher, since such walls are steep.
    Logarithm,
}

impl Height {
    fn axis(self) -> Axis {
        match self {
            Self::Loss => Axis::linear(LOSS),
            Self::Logarithm => Axis::log(LOSS),
        }
    }

    fn elevation(self) -> f64 {
        match self {
            Self::Loss => 42.0,
            Self::Logarithm => 62.0,
        }
    }
}

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
    let axes = ["$d_1$", "$d_2$"]
        .map(|name| (Axis::linear(&format!("step along {name}")).unit(unit), name));
    let surface = surface(record, "random")?;
    let lowest = lowest(&surface);
    let elsewhere = (lowest != (0.0, 0.0))
        .then(|| mark::marker("lowest node", Role::Reference, Symbol::Diamond, lowest.0, lowest.1));
    let marks: Vec<Mark> = std::iter::once(trained()).chain(elsewhere).collect();
    let caption = format!(
        "Training loss on the plane through the trained network (star) along two {directions}, from the \
         side, where height is the loss, and from above, where colour is logarithmic.{} Along such directions the curvature is \
         on average a mean over the spectrum of the Hessian; the figure of the curvatures compares it \
         with the largest eigenvalue. Replicate 1 of {}.",
        if lowest == (0.0, 0.0) { "" } else { " The diamond is the lowest node." },
        parameters.replicates
    );
    let label = format!(
        "Training loss on a plane through the trained network along two {directions}: a bowl seen from \
         the side, and its contours seen from above"
    );
    Some(twice("slice", &label, &caption, axes, surface, Height::Loss, [marks.clone(), marks]))
}

/// The eigen plane, or what the ablation puts in its place.
fn eigen(parameters: &Settings, record: &Record) -> Option<Figure> {
    let (directions, names, see) = match parameters.axes {
        Axes::Eigen => (
            "the eigenvectors of the two largest Hessian eigenvalues",
            ["$e_1$", "$e_2$"],
            "The same network in the same measure of length as in the random plane, many times as \
             steep: compare the colour bars.",
        ),
        Axes::Random => (
            "two isotropic random directions, in place of the top eigenvectors",
            ["$u_1$", "$u_2$"],
            "The ablation: no axis of this plane shows the largest curvature.",
        ),
    };
    let axes = names.map(|name| (Axis::linear(&format!("step along {name}")).unit("‖θ‖"), name));
    let caption = format!(
        "Training loss on the plane through the trained network (star) along {directions}, from the side, \
         where height is the loss, and from above, where colour is logarithmic. {see} Replicate 1 of {}.",
        parameters.replicates
    );
    let label = format!(
        "Training loss on a plane through the trained network along {directions}: a bowl seen from the \
         side, and its contours seen from above"
    );
    let marks = vec![trained()];
    Some(twice(
        "eigen",
        &label,
        &caption,
        axes,
        surface(record, "eigen")?,
        Height::Loss,
        [marks.clone(), marks],
    ))
}

/// The plane of the path of training.
fn trajectory(parameters: &Settings, record: &Record) -> Option<Figure> {
    let surface = surface(record, "trajectory")?;
    let [first, second] = ["first", "second"].map(|name| record.column("path", name).to_vec());
    let lowest = lowest(&surface);
    let inset = around_the_end(&surface, [&first, &second]);
    let start =
        mark::marker("initialisation", Role::Reference, Symbol::Circle, first[0], second[0]);
    let node = mark::marker("lowest node", Role::Reference, Symbol::Diamond, lowest.0, lowest.1);
    // Arrow heads lie in the plane; on a surface seen from the side they would be hard to read.
    let aside = mark::line("path of training", Role::Train, first.clone(), second.clone());
    let above = mark::trajectory("path of training", Role::Train, first, second);
    let caption = format!(
        "Training loss on the plane through the trained network (star) along the first two principal \
         components of its path of training from the initialisation (circle), one point an epoch; height \
         and colour are logarithmic. The diamond is the lowest node, and the inset magnifies the end of \
         the path. The path is projected: it leaves the plane, and the colour under it is the loss in the \
         plane. A random walk in high dimension, too, has most of its variance in two principal \
         components. Replicate 1 of {}.",
        parameters.replicates
    );
    let axes = [("first", "PC 1"), ("second", "PC 2")].map(|(name, short)| {
        (Axis::linear(&format!("{name} principal component")).unit("distance"), short)
    });
    let marks = [vec![aside, start.clone(), trained()], vec![above, start, node, trained()]];
    let mut figure = twice(
        "trajectory",
        "Training loss on the plane of the path of training, from the side and from above, with the \
         path from the initialisation to the trained network",
        &caption,
        axes,
        surface,
        Height::Logarithm,
        marks,
    );
    figure.panels = figure.panels.into_iter().map(|panel| panel.inset(inset)).collect();
    Some(figure)
}

/// One surface from the side and from above, with what lies on each.
fn twice(
    name: &str,
    label: &str,
    caption: &str,
    [(x, first), (y, second)]: [(Axis, &str); 2],
    surface: Grid,
    height: Height,
    [aside, above]: [Vec<Mark>; 2],
) -> Figure {
    let contours = mark::filled_contours(LOSS, Scale::Log, surface.clone());
    // The axes beside it are named in full.
    let space = Space {
        x: Axis::linear(first).unit(&x.unit),
        y: Axis::linear(second).unit(&y.unit),
        z: height.axis(),
        surface,
        marks: aside,
        azimuth: AZIMUTH,
        elevation: height.elevation(),
        shadow: false,
    };
    let above = std::iter::once(contours).chain(above).collect();
    let panels = vec![
        Panel::new(Content::Space(space)).title("From the side"),
        Panel::plane(x, y, above).aspect(Aspect::Square).title("From above"),
    ];
    Figure::new(name, label, caption, panels).columns(2)
}

/// A tenth of the plane around the trained network, shown in the corner that is farthest from the
/// path.
fn around_the_end(surface: &Grid, path: [&[f64]; 2]) -> Inset {
    let span = |places: &[f64]| match places {
        [low, .., high] => (*low, *high),
        _ => (0.0, 1.0),
    };
    let (x, y) = (span(&surface.x), span(&surface.y));
    // From 0 to 1 across the plane.
    let share = |(low, high): (f64, f64), value: f64| (value - low) / (high - low);
    let nearest = |(_, corner): &(Corner, [f64; 2])| {
        let places = path[0].iter().zip(path[1]).map(|(&a, &b)| [share(x, a), share(y, b)]);
        let squares = places.map(|[a, b]| (a - corner[0]).powi(2) + (b - corner[1]).powi(2));
        squares.fold(f64::INFINITY, f64::min)
    };
    let corners = [
        (Corner::TopLeft, [0.0, 1.0]),
        (Corner::TopRight, [1.0, 1.0]),
        (Corner::BottomLeft, [0.0, 0.0]),
        (Corner::BottomRight, [1.0, 0.0]),
    ];
    let free = corners.into_iter().max_by(|a, b| nearest(a).total_cmp(&nearest(b)));
    let around = |(low, high): (f64, f64)| (-0.05 * (high - low), 0.05 * (high - low));
    Inset { corner: free.map_or(Corner::TopLeft, |(corner, _)| corner), x: around(x), y: around(y) }
}

/// The loss along single directions.
fn cuts(parameters: &Settings, record: &Record) -> Figure {
    let distance = record.column("cuts", "distance");
    let steep = match parameters.axes {
        Axes::Eigen => ["eigenvector $e_1$", "eigenvector $e_2$"],
        Axes::Random => ["random $u_1$", "random $u_2$"],
    };
    let lines = [
        ("random-1", "random $d_1$"),
        ("random-2", "random $d_2$"),
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
        ("$L(θ) + ½ λ_1 t²$", of_first("top-eigenvalue")),
        ("$L(θ) + ½ E[κ] t²$", of_first("normalised-curvature")),
    ];
    let ends = (distance[0], distance[distance.len() - 1]);
    marks.extend(parabolas.map(|(label, curvature)| {
        compose::curve(label, Role::Theory, ends, Scale::Linear, distance.len(), |t| {
            loss + 0.5 * curvature * t * t
        })
    }));
    Figure::new(
        "cuts",
        "Training loss against the distance from the trained network along two random directions and \
         the two top eigenvectors, with two parabolas",
        &format!(
            "Training loss against Euclidean distance along the axes of the random and of the {} plane, \
             each named at its end. The two parabolas of theory have the curvature $\\lambda_1$ (upper) \
             and the curvature expected of a random direction of the kind plotted (lower). The axis is \
             logarithmic, so that a parabola has a sharp foot and steep walls that flatten. Replicate 1 \
             of {}.",
            match parameters.axes {
                Axes::Eigen => "eigen",
                Axes::Random => "ablated eigen",
            },
            parameters.replicates
        ),
        vec![
            Panel::plane(
                Axis::linear("distance $t$ from the trained network"),
                Axis::log(LOSS),
                marks,
            )
            .labels_at_ends(),
        ],
    )
}

/// The curvatures of every replicate.
fn curvatures(parameters: &Settings, record: &Record) -> Figure {
    let column = |name: &str| record.column("replicates", name).to_vec();
    let points = |label: &str, role, name: &str, ends: Option<[&str; 2]>| {
        let low = ends.map_or_else(Vec::new, |[low, _]| column(low));
        let high = ends.map_or_else(Vec::new, |[_, high]| column(high));
        mark::whiskers(label, role, column("replicate"), column(name), low, high)
    };
    Figure::new(
        "curvatures",
        "Largest two Hessian eigenvalues and the curvature along random directions, for each replicate",
        "Curvature at the trained network in each replicate: the two largest eigenvalues of the \
         Hessian; the curvature along 2000 random directions of the kind plotted (median, bar from the \
         first to the last decile); its expectation; and $\\operatorname{tr}H/P$, the expectation for \
         isotropic directions.",
        vec![Panel::plane(
            Axis::linear("replicate").range(0.5, parameters.replicates as f64 + 0.5),
            Axis::log("curvature"),
            vec![
                points("$λ_1$", Role::Arm(1), "top-eigenvalue", None),
                points("$λ_2$", Role::Arm(2), "second-eigenvalue", None),
                points(
                    "random directions",
                    Role::Arm(3),
                    "median",
                    Some(["first-decile", "last-decile"]),
                ),
                points("their expectation", Role::Theory, "normalised-curvature", None),
                points("$\\mathrm{tr} H/P$", Role::Reference, "isotropic-curvature", None),
            ],
        )],
    )
}

fn surface(record: &Record, name: &str) -> Option<Grid> {
    let grid = record.grids.get(name)?;
    let (x, y, values) = (grid.x.clone(), grid.y.clone(), grid.values.clone());
    Some(Grid { x, y, values })
}

/// Where a surface is lowest.
fn lowest(surface: &Grid) -> (f64, f64) {
    let nodes =
        surface.y.iter().zip(&surface.values).flat_map(|(&y, row)| {
            surface.x.iter().zip(row).map(move |(&x, &value)| (value, (x, y)))
        });
    nodes.min_by(|a, b| a.0.total_cmp(&b.0)).map_or((0.0, 0.0), |(_, place)| place)
}

/// Every surface has the trained network at its origin.
fn trained() -> Mark {
    mark::marker("trained network", Role::Train, Symbol::Star, 0.0, 0.0)
}
