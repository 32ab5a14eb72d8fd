//! Figures as experiments draw them, each with something that is easily got wrong.

use experiments::figure::Axis;
use experiments::figure::Figure;
use experiments::figure::Grid;
use experiments::figure::Panel;
use experiments::figure::Role;
use experiments::figure::Scale;
use experiments::figure::mark;
use experiments::figure::mark::Mark;
use experiments::figure::mark::Symbol;

use super::figure;
use super::grid;
use super::map;

/// The figures.
pub(super) fn figures() -> Vec<Figure> {
    vec![descent(), cuts(), panels(), surfaces(), arms(), short(), uneven(), gaps()]
}

/// Risk of least-norm least squares with n = 40, with a peak at p = n.
fn risk(p: f64) -> f64 {
    let (n, noise) = (40.0, 0.3);
    if p < n {
        (1.0 + 12.0 / p) * noise * (1.0 + p / (n - p + 0.28))
    } else {
        noise + 0.25 * (1.0 - n / p) + noise * n / (p - n + 0.28)
    }
}

fn descent() -> Figure {
    let p = grid(80, |t| libm::round(libm::pow(10.0, 0.6 + 2.4 * t)));
    let line = |label: &str, role, y| mark::line(label, role, p.clone(), y);
    let marks = vec![
        mark::band(
            "test risk, mean and 95 % interval",
            Role::Test,
            p.clone(),
            map(&p, |p| 0.72 * risk(p)),
            map(&p, |p| 1.35 * risk(p)),
        ),
        line(
            "test risk, mean and 95 % interval",
            Role::Test,
            map(&p, |p| risk(p) * (1.0 + 0.1 * libm::sin(3.0 * p))),
        ),
        line(
            "training risk",
            Role::Train,
            map(&p, |p| if p < 40.0 { 0.3 * (1.0 - p / 40.0) } else { 1e-9 }),
        ),
        line("theory (n → ∞)", Role::Theory, map(&p, risk)),
        line("upper bound", Role::Bound, map(&p, |p| 2.2 * risk(p) + 1.0)),
        mark::vertical("$p = n$", Role::Reference, 40.0),
        mark::horizontal("noise floor", Role::Reference, 0.3),
    ];
    let panel = Panel::plane(
        Axis::log("number of parameters p"),
        Axis::log("risk (squared error)").range(0.1, 200.0),
        marks,
    );
    figure("descent", "Double descent on two logarithmic axes.", 1, vec![panel])
}

fn cuts() -> Figure {
    let x = grid(41, |t| 2.0 * t - 1.0);
    let points = mark::whiskers(
        "loss along the direction",
        Role::Train,
        x.clone(),
        map(&x, |x| 1.0 + 4.0 * x * x + 0.1 * libm::sin(20.0 * x)),
        map(&x, |x| 0.8 + 4.0 * x * x),
        map(&x, |x| 1.3 + 4.0 * x * x),
    );
    let parabola = mark::line(
        "second-order expansion",
        Role::Theory,
        x.clone(),
        map(&x, |x| 1.0 + 5.0 * x * x),
    );
    let panel = Panel::plane(
        Axis::linear("distance along the top eigenvector"),
        Axis::linear("loss (nats)").range(0.0, 4.5),
        vec![points, parabola],
    )
    .title("A cut through the loss");
    figure("cuts", "A cut, clipped at the top, with whiskers.", 1, vec![panel])
}

fn panels() -> Figure {
    let steps = grid(400, |t| 1.0 + 9999.0 * t);
    let panel = |title: &str, x: Axis, y: Axis, rate: f64| {
        let decay = |s: f64| 2.3 * libm::exp(-s * rate) + 0.02;
        let line = |label: &str, role, y| mark::line(label, role, steps.clone(), y);
        Panel::plane(
            x,
            y,
            vec![
                line("training", Role::Train, map(&steps, decay)),
                line("test", Role::Test, map(&steps, |s| decay(s) + 0.1 + 1e-5 * s)),
            ],
        )
        .title(title)
    };
    let axes = |up: Axis| (Axis::linear("step"), up);
    let (x, y) = axes(Axis::linear("loss (nats)"));
    let list = vec![
        panel("Small step", x.clone(), y.clone(), 3e-4),
        panel("Large step", x.clone(), y, 3e-3),
        panel("Small step", x, Axis::log("loss (nats)"), 3e-4),
        panel("Large step", Axis::log("step"), Axis::log("loss (nats)"), 3e-3),
    ];
    figure("panels", "Four panels that share a legend.", 2, list)
}

fn surfaces() -> Figure {
    let axis = grid(41, |t| 2.0 * t - 1.0);
    let map = |curvature: f64, scale| {
        let value = |x: &f64, y: &f64| 0.01 + x * x + curvature * (y - 0.3 * x) * (y - 0.3 * x);
        let values = axis.iter().map(|y| axis.iter().map(|x| value(x, y)).collect()).collect();
        mark::heat_map("loss (nats)", scale, Grid { x: axis.clone(), y: axis.clone(), values })
    };
    let t = grid(30, |t| t);
    let path = mark::line(
        "gradient descent",
        Role::Arm(1),
        t.iter().map(|t| 0.9 * libm::exp(-3.0 * t)).collect(),
        t.iter().map(|t| 0.8 * libm::exp(-4.0 * t) * libm::cos(14.0 * t)).collect(),
    );
    let star = mark::marker("minimum", Role::Test, Symbol::Star, 0.0, 0.0);
    let panel = |title: &str, curvature, scale| {
        Panel::plane(
            Axis::linear("direction 1"),
            Axis::linear("direction 2"),
            vec![map(curvature, scale), path.clone(), star.clone()],
        )
        .title(title)
    };
    let list = vec![panel("Flat", 1.0, Scale::Linear), panel("Sharp", 20.0, Scale::Log)];
    figure("surfaces", "Two surfaces with a path and the minimum.", 2, list)
}

fn arms() -> Figure {
    let x = grid(12, |t| libm::pow(10.0, 1.0 + 3.0 * t));
    let marks = (1..=8)
        .flat_map(|arm| {
            let y: Vec<f64> =
                x.iter().map(|x| 10.0 * libm::pow(*x, -0.1 * f64::from(arm))).collect();
            let (label, role) = (format!("β = 0.{arm}"), Role::Arm(arm));
            [
                mark::line(&label, role, x.clone(), y.clone()),
                mark::points(&label, role, x.clone(), y),
            ]
        })
        .collect();
    let panel = Panel::plane(Axis::log("number of examples n"), Axis::log("excess risk"), marks);
    figure("arms", "Eight arms.", 1, vec![panel])
}

fn short() -> Figure {
    let x = grid(20, |t| 64.0 * (1.0 + t));
    let line =
        |label: &str, role, f: fn(f64) -> f64| mark::line(label, role, x.clone(), map(&x, f));
    let panel = |title: &str, y: Axis, mark: Mark| {
        Panel::plane(Axis::linear("width"), y, vec![mark]).title(title)
    };
    let list = vec![
        panel(
            "Tiny numbers, and a title that is too long for one line",
            Axis::linear("variance of the estimate over replicates"),
            line("variance", Role::Arm(1), |x| 1e-5 * x),
        ),
        panel(
            "A short logarithmic axis",
            Axis::log("norm"),
            line("norm", Role::Arm(1), |x| x / 10.0),
        ),
        panel(
            "Large numbers",
            Axis::linear("count"),
            line("count", Role::Arm(1), |x| 1e6 * x - 3e7),
        ),
    ];
    figure("short", "Three panels whose looks mean different things.", 3, list)
}

fn uneven() -> Figure {
    let x: Vec<f64> = [1.0, 2.0, 4.0, 8.0, 64.0, 512.0].into();
    let y = grid(9, |t| libm::pow(10.0, -4.0 + 3.0 * t));
    let mut values: Vec<Vec<f64>> =
        y.iter().map(|y| x.iter().map(|x| 100.0 / (1.0 + x * y * 50.0)).collect()).collect();
    values[2][3] = f64::NAN;
    let bound = mark::line(
        "edge of stability, which is where the step times the curvature is two",
        Role::Bound,
        x.clone(),
        map(&x, |x| 0.02 / x),
    );
    let surface = mark::heat_map("median test error (%)", Scale::Log, Grid { x, y, values });
    let panel =
        Panel::plane(Axis::log("batch size"), Axis::log("learning rate η"), vec![surface, bound]);
    figure("uneven", "Uneven cells, one unknown.", 1, vec![panel])
}

fn gaps() -> Figure {
    let x = grid(50_000, |t| t);
    let noisy = |i: f64| {
        libm::sin(i * 9000.0) * (1.0 - i) + if i > 0.2 && i < 0.3 { f64::NAN } else { 0.0 }
    };
    let line = mark::line("50,000 points", Role::Train, x.clone(), map(&x, noisy));
    let panel = |title: &str, marks| {
        Panel::plane(Axis::linear("time"), Axis::linear("value"), marks).title(title)
    };
    let lone =
        mark::whiskers("one point", Role::Test, vec![3.0], vec![-7e-9], vec![-8e-9], vec![-6e-9]);
    let list = vec![
        panel("Dense, with a gap", vec![line]),
        panel("One", vec![lone]),
        panel("None", vec![]),
    ];
    figure("gaps", "Gaps, one point and no data.", 2, list)
}
