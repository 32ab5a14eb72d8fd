//! Every family of marks with every hostile set of data.

use experiments::figure::Axis;
use experiments::figure::Figure;
use experiments::figure::Mark;
use experiments::figure::Panel;
use experiments::figure::Role;
use experiments::figure::Scale;
use experiments::figure::Symbol;

use super::figure;

/// The figures: a panel for each set of data.
pub(super) fn figures() -> Vec<Figure> {
    [lines, bands, points, rules, markers, surfaces]
        .into_iter()
        .flat_map(|family| family())
        .collect()
}

/// Numbers that may go wrong, all lists of one length.
struct Data {
    name: &'static str,
    x: Vec<f64>,
    y: Vec<f64>,
    low: Vec<f64>,
    high: Vec<f64>,
}

impl Data {
    /// `count` points of `f` over 0 to 1, each known within a tenth of `size`.
    fn new(name: &'static str, count: u32, size: f64, f: impl Fn(f64) -> f64) -> Self {
        let last = f64::from(count.saturating_sub(1).max(1));
        let x: Vec<f64> = (0..count).map(|i| f64::from(i) / last).collect();
        let y: Vec<f64> = x.iter().map(|&x| f(x)).collect();
        let low = y.iter().map(|y| y - 0.1 * size).collect();
        let high = y.iter().map(|y| y + 0.1 * size).collect();
        Self { name, x, y, low, high }
    }
}

/// The sets of data.
fn sets() -> Vec<Data> {
    let wave = |x: f64| 1.5 + libm::sin(9.0 * x);
    let every = |n: u32, x: f64| ((x * 24.0).round() as u32).is_multiple_of(n);
    vec![
        Data::new("ordinary", 25, 1.0, wave),
        Data::new("empty", 0, 1.0, wave),
        Data::new("single point", 1, 1.0, wave),
        Data::new("constant", 25, 0.0, |_| 3.0),
        Data::new("huge", 25, 1e300, |x| 1e300 * wave(x)),
        Data::new("tiny", 25, 1e-300, |x| 1e-300 * wave(x)),
        Data::new("NaN", 25, 1.0, |x| if every(5, x) { f64::NAN } else { wave(x) }),
        Data::new("infinite", 25, 1.0, |x| match (every(7, x), every(5, x)) {
            (true, _) => f64::INFINITY,
            (_, true) => f64::NEG_INFINITY,
            _ => wave(x),
        }),
        Data::new("100,000 points", 100_000, 1.0, |x| {
            // With one point out of line, which no thinning may lose.
            let alone = (x * 99_999.0).round() == 50_000.0;
            wave(x) + 0.4 * libm::sin(3e4 * x) + if alone { 4.0 } else { 0.0 }
        }),
    ]
}

/// A figure with a panel for each set.
fn family(name: &str, y: &Axis, marks: impl Fn(&Data) -> Vec<Mark>) -> Figure {
    let panels = sets()
        .iter()
        .map(|data| Panel {
            title: data.name.into(),
            x: Axis::linear("x"),
            y: y.clone(),
            marks: marks(data),
        })
        .collect();
    figure(name, &format!("{name}, with every set of data"), 3, panels)
}

fn lines() -> Vec<Figure> {
    let marks = |data: &Data| {
        let (x, y) = (data.x.clone(), data.y.clone());
        vec![Mark::Line { label: "line".into(), role: Role::Test, x, y }]
    };
    vec![
        family("hostile-lines", &Axis::linear("y"), marks),
        family("hostile-lines-log", &Axis::log("y"), marks),
    ]
}

fn bands() -> Vec<Figure> {
    vec![family("hostile-bands", &Axis::linear("y"), |data| {
        let Data { x, low, high, .. } = data;
        let (x, low, high) = (x.clone(), low.clone(), high.clone());
        vec![Mark::Band { label: "band".into(), role: Role::Train, x, low, high }]
    })]
}

fn points() -> Vec<Figure> {
    vec![family("hostile-points", &Axis::linear("y"), |data| {
        let Data { x, y, low, high, .. } = data;
        let (x, y, low, high) = (x.clone(), y.clone(), low.clone(), high.clone());
        vec![Mark::Points { label: "points".into(), role: Role::Arm(1), x, y, low, high }]
    })]
}

fn rules() -> Vec<Figure> {
    vec![family("hostile-rules", &Axis::linear("y"), |data| {
        let label = String::new;
        let across = data.y.iter().take(12);
        let upright = data.x.iter().take(12);
        let across =
            across.map(|&at| Mark::Horizontal { label: label(), role: Role::Reference, at });
        let upright = upright.map(|&at| Mark::Vertical { label: label(), role: Role::Bound, at });
        across.chain(upright).collect()
    })]
}

fn markers() -> Vec<Figure> {
    const SYMBOLS: [Symbol; 5] =
        [Symbol::Circle, Symbol::Star, Symbol::Diamond, Symbol::Triangle, Symbol::Cross];
    vec![family("hostile-markers", &Axis::linear("y"), |data| {
        let places = data.x.iter().zip(&data.y).zip(SYMBOLS.into_iter().cycle());
        places
            .take(25)
            .map(|((&x, &y), symbol)| Mark::Marker {
                label: String::new(),
                role: Role::Theory,
                symbol,
                x,
                y,
            })
            .collect()
    })]
}

fn surfaces() -> Vec<Figure> {
    let surface = |scale: Scale| {
        move |data: &Data| {
            // The largest square that the numbers fill.
            let side = libm::sqrt(data.y.len() as f64) as usize;
            let values: Vec<Vec<f64>> =
                data.y.chunks(side.max(1)).take(side).map(<[f64]>::to_vec).collect();
            let axis: Vec<f64> = (0..side).map(|i| i as f64).collect();
            let (x, y) = (axis.clone(), axis);
            vec![Mark::HeatMap { quantity: "loss".into(), scale, x, y, values }]
        }
    };
    vec![
        family("hostile-surfaces", &Axis::linear("y"), surface(Scale::Linear)),
        family("hostile-surfaces-log", &Axis::linear("y"), surface(Scale::Log)),
    ]
}
