//! One figure for each kind of diagram, with numbers like those of an experiment.

use std::f64::consts::PI;

use experiments::figure::Aspect;
use experiments::figure::Axis;
use experiments::figure::Colours;
use experiments::figure::Content;
use experiments::figure::Corner;
use experiments::figure::Figure;
use experiments::figure::Grid;
use experiments::figure::Inset;
use experiments::figure::Layer;
use experiments::figure::Network;
use experiments::figure::Panel;
use experiments::figure::Picture;
use experiments::figure::Pictures;
use experiments::figure::Role;
use experiments::figure::Scale;
use experiments::figure::Shared;
use experiments::figure::Space;
use experiments::figure::compose;
use experiments::figure::compose::Reliability;
use experiments::figure::mark;
use experiments::figure::mark::Area;
use experiments::figure::mark::Arrows;
use experiments::figure::mark::Bars;
use experiments::figure::mark::Contours;
use experiments::figure::mark::Histogram;
use experiments::figure::mark::Mark;
use experiments::figure::mark::Regions;
use experiments::figure::mark::Stack;
use experiments::figure::mark::Symbol;
use experiments::lab::random;

use super::figure;
use super::grid;
use super::map;

/// The figures.
pub(super) fn figures() -> Vec<Figure> {
    vec![
        reliability(),
        qq(),
        grouped(),
        shared(),
        inset(),
        regions(),
        portrait(),
        stack(),
        histograms(),
        ends(),
        contours(),
        space(),
        pictures(),
        network(),
    ]
}

/// `f` over the square of an axis.
fn square(axis: &[f64], f: impl Fn(f64, f64) -> f64) -> Grid {
    let values = axis.iter().map(|&y| map(axis, |x| f(x, y))).collect();
    Grid { x: axis.to_vec(), y: axis.to_vec(), values }
}

fn reliability() -> Figure {
    let count = 1500;
    let mut stream = random::stream(1, "test card", 0, "data");
    // No bin below a quarter has samples.
    let chance = map(&random::uniforms(&mut stream, count, 0.0, 1.0), |u| 1.0 - 0.75 * u * u);
    let luck = random::uniforms(&mut stream, count, 0.0, 1.0);
    let right: Vec<bool> = luck.iter().zip(&chance).map(|(luck, chance)| luck < chance).collect();
    let raw = map(&chance, |p| 1.0 - (1.0 - p) * (1.0 - p));
    let before = Reliability::of(&raw, &right, 10);
    let after = Reliability::of(&chance, &right, 10);
    let panel = compose::reliability(&[
        ("before scaling", Role::Arm(1), &before),
        ("after scaling", Role::Arm(2), &after),
    ]);
    figure("reliability", "Two models, and bins without samples.", 1, vec![panel])
}

fn qq() -> Figure {
    let count = 400;
    let mut stream = random::stream(1, "test card", 0, "noise");
    let mut squares = vec![0.0; count];
    for _ in 0..3 {
        let normals = random::normals(&mut stream, count);
        squares.iter_mut().zip(normals).for_each(|(sum, z)| *sum += z * z);
    }
    let normals = random::normals(&mut stream, count);
    let sample: Vec<f64> =
        normals.iter().zip(&squares).map(|(z, sum)| z / libm::sqrt(sum / 3.0)).collect();
    let label = "Student, 3 degrees of freedom";
    let normal = compose::normal_quantile;
    let panel = compose::qq(label, Role::Test, &sample, "standard normal", normal);
    figure("qq", "A sample with heavy tails.", 1, vec![panel])
}

fn grouped() -> Figure {
    let names = [
        "multilayer perceptron",
        "convolutional network",
        "residual network with batch normalisation",
        "transformer",
        "k nearest neighbours",
    ];
    let x = [0.0, 1.0, 2.0, 3.0, 4.0];
    let bars = |label: &str, role, y: [f64; 5], spread: f64| {
        Mark::Bars(Bars {
            label: label.into(),
            role,
            x: x.to_vec(),
            y: y.to_vec(),
            low: map(&y, |y| y - spread),
            high: map(&y, |y| y + spread),
            base: 0.0,
        })
    };
    let marks = vec![
        bars("flips", Role::Arm(1), [1.2, 3.4, 2.9, 4.1, 0.4], 0.5),
        bars("crops", Role::Arm(2), [0.8, 2.2, 3.1, 2.6, -1.3], 0.4),
        bars("flips and crops", Role::Arm(3), [1.5, 4.6, 4.9, 4.4, 0.2], 0.7),
    ];
    let gain = Axis::linear("gain in accuracy").unit("percentage points");
    let panel = Panel::plane(Axis::names("model", names), gain, marks);
    figure("grouped-bars", "Three arms, long names, and a bar below zero.", 1, vec![panel])
}

fn shared() -> Figure {
    let panel = |title: &str, last: f64, rate: f64, floor: f64| {
        let x = grid(60, |t| last * t);
        let norm = |x: f64| 3.0 * libm::exp(-rate * x) + floor;
        let theory = map(&x, norm);
        let test = map(&x, |x| norm(x) * (1.0 + 0.2 * libm::sin(5.0 * x)));
        let marks = vec![
            mark::line("measured", Role::Test, x.clone(), test),
            mark::line("$C e^{-\\lambda_1 t}$", Role::Theory, x, theory),
        ];
        let up = Axis::log("$\\|\\nabla L\\|_2$").unit("nats");
        Panel::plane(Axis::linear("time $t$").unit("s"), up, marks).title(title)
    };
    let panels = vec![
        panel("$\\lambda_1 = 1$", 6.0, 1.0, 1e-3),
        panel("$\\lambda_1 = 2$", 4.0, 2.0, 1e-3),
        panel("$\\lambda_1 = 1/2$", 8.0, 0.5, 1e-2),
    ];
    figure("shared-axes", "Axes in common, and a last row with one panel.", 2, panels)
        .share(Shared { x: true, y: true })
}

fn inset() -> Figure {
    let x = grid(300, |t| 100.0 * t);
    let loss = |x: f64| 2.0 * libm::exp(-x / 8.0) + 0.06;
    let line = |label: &str, role, y| mark::line(label, role, x.clone(), y);
    let marks = vec![
        line("training", Role::Train, map(&x, loss)),
        line("test", Role::Test, map(&x, |x| loss(x) + 0.02 + 0.01 * libm::sin(x / 2.0))),
    ];
    let part = Inset { corner: Corner::TopRight, x: (70.0, 100.0), y: (0.05, 0.1) };
    let panel = Panel::plane(Axis::linear("epoch"), Axis::linear("loss").unit("nats"), marks);
    figure("inset", "Two curves that differ in the inset.", 1, vec![panel.inset(part)])
}

fn regions() -> Figure {
    let axis = grid(60, |t| 4.0 * t - 2.0);
    let class = |x: f64, y: f64| {
        let wave = 0.4 * libm::sin(4.0 * y);
        let scores = [x + wave, y - 0.5 * x, 0.2 - y - 0.5 * x];
        let best = (0..3_u32).zip(scores).max_by(|one, other| one.1.total_cmp(&other.1));
        best.map_or(0, |(class, _)| class)
    };
    let regions = axis.iter().map(|&y| axis.iter().map(|&x| class(x, y)).collect()).collect();
    let names = ["setosa", "versicolor", "virginica"].map(String::from).to_vec();
    let mut marks = vec![Mark::Regions(Regions { x: axis.clone(), y: axis, regions, names })];
    let mut stream = random::stream(1, "test card", 0, "points");
    for (x, y) in [(1.2, 0.0), (-0.6, 1.0), (-0.6, -1.0)] {
        let mut around = |middle: f64| map(&random::normals(&mut stream, 15), |z| middle + 0.3 * z);
        marks.push(mark::points("flowers", Role::Train, around(x), around(y)));
    }
    let panel = Panel::plane(Axis::linear("$x_1$"), Axis::linear("$x_2$"), marks);
    figure("regions", "Three regions with names, and points.", 1, vec![panel])
}

/// How a damped pendulum at this angle and velocity moves.
fn pendulum((angle, velocity): (f64, f64)) -> (f64, f64) {
    (velocity, -libm::sin(angle) - 0.3 * velocity)
}

/// The path of a pendulum, by the midpoint rule.
fn swing(label: &str, role: Role, start: (f64, f64)) -> Mark {
    let step = 0.05;
    let (mut x, mut y) = (vec![start.0], vec![start.1]);
    let (mut angle, mut velocity) = start;
    for _ in 0..400 {
        let (u, v) = pendulum((angle, velocity));
        let (u, v) = pendulum((angle + 0.5 * step * u, velocity + 0.5 * step * v));
        angle += step * u;
        velocity += step * v;
        x.push(angle);
        y.push(velocity);
    }
    mark::trajectory(label, role, x, y)
}

fn portrait() -> Figure {
    let (across, up) = (grid(17, |t| 8.0 * t - 4.0), grid(13, |t| 6.0 * t - 3.0));
    let places: Vec<(f64, f64)> =
        up.iter().flat_map(|&y| across.iter().map(move |&x| (x, y))).collect();
    let (x, y) = places.iter().copied().unzip();
    let (u, v) = places.iter().copied().map(pendulum).unzip();
    let field = Arrows { label: "velocity field".into(), role: Role::Reference, x, y, u, v };
    let marks = vec![
        Mark::Arrows(field),
        swing("from the left", Role::Arm(1), (-3.9, 2.2)),
        swing("from the right", Role::Arm(2), (3.0, 0.1)),
        mark::marker("attracting", Role::Test, Symbol::Circle, 0.0, 0.0),
        mark::marker("saddle", Role::Test, Symbol::Ring, -PI, 0.0),
        mark::marker("saddle", Role::Test, Symbol::Ring, PI, 0.0),
    ];
    let panel = Panel::plane(
        Axis::linear("angle $\\theta$").unit("rad").range(-4.2, 4.2),
        Axis::linear("velocity $\\omega$").unit("rad/s").range(-3.2, 3.2),
        marks,
    );
    let caption = "A damped pendulum, with one unit as long across as upwards.";
    figure("phase-portrait", caption, 1, vec![panel.aspect(Aspect::Equal)])
}

fn stack() -> Figure {
    let x = grid(40, |t| 1.0 + 29.0 * t);
    let area = |label: &str, arm, y: fn(f64) -> f64| {
        let (role, y) = (Role::Arm(arm), map(&x, y));
        Area { label: label.into(), role, y }
    };
    let areas = vec![
        area("bias", 1, |x| 3.0 / x),
        area("variance", 2, |x| 0.03 * x),
        // Of both signs.
        area("interaction", 3, |x| 0.5 * libm::cos(x / 6.0) - 0.2),
    ];
    let total = "excess risk".into();
    let marks = vec![Mark::Stack(Stack { x, areas, total })];
    let panel = Panel::plane(Axis::linear("degree"), Axis::linear("risk"), marks);
    figure("stack", "A decomposition with negative parts.", 1, vec![panel])
}

fn histograms() -> Figure {
    let count = 2000;
    let mut stream = random::stream(1, "test card", 0, "weights");
    let start = random::normals(&mut stream, count);
    let end = map(&random::normals(&mut stream, count), |z| 1.2 + 0.5 * z);
    let edges = grid(41, |t| 8.0 * t - 4.0);
    let histogram = |label: &str, role, values: &[f64]| {
        let height = |bin: &[f64]| {
            let inside = values.iter().filter(|value| (bin[0]..bin[1]).contains(*value)).count();
            inside as f64 / (count as f64 * (bin[1] - bin[0]))
        };
        let heights = edges.windows(2).map(height).collect();
        Mark::Histogram(Histogram { label: label.into(), role, edges: edges.clone(), heights })
    };
    let normal = |z: f64| libm::exp(-0.5 * z * z) / libm::sqrt(2.0 * PI);
    let theory = Role::Theory;
    let marks = vec![
        histogram("at the start", Role::Train, &start),
        histogram("at the end", Role::Test, &end),
        compose::curve("$N(0, 1)$", theory, (-4.0, 4.0), Scale::Linear, 200, normal),
    ];
    let panel = Panel::plane(Axis::linear("weight $w$"), Axis::linear("density"), marks);
    figure("histograms", "Two histograms that overlap, and a density.", 1, vec![panel])
}

fn ends() -> Figure {
    let x = grid(80, |t| 50.0 * t);
    let line = |label: &str, arm, rate: f64, last: f64| {
        let y = map(&x, |x| last + (2.3 - last) * libm::exp(-rate * x));
        mark::line(label, Role::Arm(arm), x.clone(), y)
    };
    let marks = vec![
        line("gradient descent", 1, 0.03, 0.4),
        line("momentum", 2, 0.1, 0.31),
        line("Adam", 3, 0.2, 0.3),
        line("$\\beta_2 = 0.999$, no correction", 4, 0.3, 1.1),
    ];
    let panel = Panel::plane(Axis::linear("epoch"), Axis::linear("loss").unit("nats"), marks);
    let caption = "Lines named at their ends, two of which are close.";
    figure("labels-at-ends", caption, 1, vec![panel.labels_at_ends()])
}

fn contours() -> Figure {
    let axis = grid(61, |t| 4.0 * t - 2.0);
    let banana = |x: f64, y: f64| {
        let (along, off) = (1.0 - x, y - x * x);
        0.1 + along * along + 10.0 * off * off
    };
    let surface = square(&axis, banana);
    let lines = Mark::Contours(Contours {
        quantity: "loss (nats)".into(),
        scale: Scale::Log,
        colours: Colours::Sequential,
        levels: vec![0.3, 1.0, 3.0, 10.0, 30.0, 100.0],
        filled: false,
        grid: surface.clone(),
    });
    let marks = vec![
        mark::heat_map("loss (nats)", Scale::Log, surface),
        lines,
        mark::marker("minimum", Role::Test, Symbol::Star, 1.0, 1.0),
    ];
    let panel = Panel::plane(Axis::linear("$w_1$"), Axis::linear("$w_2$"), marks);
    figure("contours", "Lines with their values over a heat map.", 1, vec![panel])
}

fn space() -> Figure {
    let axis = grid(41, |t| 4.0 * t - 2.0);
    let surface = square(&axis, |x, y| 0.5 * (x * x + 0.4 * y * y) + 0.4 * libm::cos(2.5 * x + y));
    let t = grid(60, |t| t);
    let marks = vec![
        mark::line(
            "gradient descent",
            Role::Arm(2),
            map(&t, |t| -1.8 * libm::exp(-2.0 * t) * libm::cos(6.0 * t) + 0.7 * t),
            map(&t, |t| 1.8 * libm::exp(-1.5 * t)),
        ),
        mark::marker("start", Role::Arm(2), Symbol::Circle, -1.8, 1.8),
    ];
    let mut flat = vec![mark::filled_contours("loss (nats)", Scale::Linear, surface.clone())];
    flat.extend(marks.iter().cloned());
    let (x, y) = (Axis::linear("$w_1$"), Axis::linear("$w_2$"));
    let plane = Panel::plane(x.clone(), y.clone(), flat).title("From above");
    let space = Panel::new(Content::Space(Space {
        x,
        y,
        z: Axis::linear("loss").unit("nats"),
        surface,
        marks,
        azimuth: 30.0,
        elevation: 35.0,
        shadow: true,
    }));
    figure("space", "One path on one surface, twice.", 2, vec![space.title("In space"), plane])
}

/// The strokes of digits: the upper one, then clockwise, then the middle one.
const STROKES: [[(f64, f64); 2]; 7] = [
    [(9.0, 5.0), (19.0, 5.0)],
    [(19.0, 5.0), (19.0, 14.0)],
    [(19.0, 14.0), (19.0, 23.0)],
    [(9.0, 23.0), (19.0, 23.0)],
    [(9.0, 14.0), (9.0, 23.0)],
    [(9.0, 5.0), (9.0, 14.0)],
    [(9.0, 14.0), (19.0, 14.0)],
];

/// Which strokes make 0, 1, …
const DIGITS: [&[usize]; 6] = [
    &[0, 1, 2, 3, 4, 5],
    &[1, 2],
    &[0, 1, 6, 4, 3],
    &[0, 1, 6, 2, 3],
    &[5, 6, 1, 2],
    &[0, 5, 6, 2, 3],
];

/// How bright a digit is at a place.
fn brightness(digit: &[usize], (x, y): (f64, f64)) -> f64 {
    let away = |&stroke: &usize| {
        // Strokes go rightwards or down, and a little slanted.
        let [from, to] = STROKES[stroke];
        let x = x + 0.2 * (y - 14.0);
        let (across, down) = (x - x.clamp(from.0, to.0), y - y.clamp(from.1, to.1));
        libm::sqrt(across * across + down * down)
    };
    let nearest = digit.iter().map(away).fold(f64::INFINITY, f64::min);
    (2.0 - 0.8 * nearest).clamp(0.0, 1.0)
}

fn pictures() -> Figure {
    let pixels = grid(28, |t| 27.0 * t);
    let image = |f: &dyn Fn(f64, f64) -> f64| square(&pixels, f).values;
    let digits = DIGITS.into_iter().zip(0..).map(|(digit, number)| Picture {
        title: format!("{number}"),
        label: format!("the digit {number}"),
        values: image(&|x, y| brightness(digit, (x, y))),
    });
    let weights = (0..6).map(f64::from).map(|number| {
        let wave = |x: f64, y: f64| {
            let (x, y, angle) = (x - 13.5, y - 13.5, number * PI / 6.0);
            let along = libm::cos(angle) * x + libm::sin(angle) * y;
            0.2 * libm::exp(-(x * x + y * y) / 60.0) * libm::cos(0.7 * along + number)
        };
        Picture {
            title: format!("unit {number}"),
            label: format!("waves at {} degrees", 30.0 * number),
            values: image(&wave),
        }
    });
    let grey = Pictures {
        pictures: digits.collect(),
        columns: 3,
        quantity: String::new(),
        colours: Colours::Grey,
        range: Some((0.0, 1.0)),
    };
    let diverging = Pictures {
        pictures: weights.collect(),
        columns: 3,
        quantity: "weight $w$".into(),
        colours: Colours::Diverging { middle: 0.0 },
        range: None,
    };
    let panels = vec![
        Panel::new(Content::Pictures(grey)).title("Digits"),
        Panel::new(Content::Pictures(diverging)).title("Weights of the first layer"),
    ];
    figure("pictures", "Plain pictures, and pictures of weights.", 2, panels)
}

fn network() -> Figure {
    let layer = |label: &str, units| Layer { label: label.into(), units };
    let weights = |to: u32, from: u32| -> Vec<Vec<f64>> {
        let weight =
            |to: u32, from: u32| libm::sin(1.7 * f64::from(to) + 2.9 * f64::from(from) + 0.5);
        (0..to).map(|to| (0..from).map(|from| weight(to, from)).collect()).collect()
    };
    let network = Network {
        layers: vec![layer("input $x$", 3), layer("5 ReLU", 5), layer("softmax", 2)],
        weights: vec![weights(5, 3), weights(2, 5)],
    };
    let panel = Panel::new(Content::Network(network));
    figure("network", "A small network with its weights.", 1, vec![panel])
}
