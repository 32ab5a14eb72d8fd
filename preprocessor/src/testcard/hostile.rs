//! Every family of marks with every hostile set of data.

use experiments::figure::Axis;
use experiments::figure::Colours;
use experiments::figure::Content;
use experiments::figure::Figure;
use experiments::figure::Grid;
use experiments::figure::Layer;
use experiments::figure::Network;
use experiments::figure::Panel;
use experiments::figure::Picture;
use experiments::figure::Pictures;
use experiments::figure::Role;
use experiments::figure::Scale;
use experiments::figure::Space;
use experiments::figure::mark;
use experiments::figure::mark::Area;
use experiments::figure::mark::Arrows;
use experiments::figure::mark::Bars;
use experiments::figure::mark::Contours;
use experiments::figure::mark::HeatMap;
use experiments::figure::mark::Histogram;
use experiments::figure::mark::Mark;
use experiments::figure::mark::Note;
use experiments::figure::mark::Regions;
use experiments::figure::mark::Side;
use experiments::figure::mark::Stack;
use experiments::figure::mark::Symbol;

use super::figure;

/// The figures: a panel for each set of data.
pub(super) fn figures() -> Vec<Figure> {
    let families: [fn() -> Vec<Figure>; 12] = [
        lines, bands, points, bars, histograms, stacks, rules, markers, surfaces, arrows, pictures,
        networks,
    ];
    families.into_iter().flat_map(|family| family()).collect()
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

/// A set of more values is drawn whole or not at all.
const MANY: usize = 1000;

/// The first values of a set; all of them if there are many, to see that these are drawn.
fn first(values: &[f64], few: usize) -> &[f64] {
    match values.len() {
        count if count > MANY => values,
        count => &values[..few.min(count)],
    }
}

/// A figure with a panel for each set.
fn family(name: &str, panel: impl Fn(&Data) -> Panel) -> Figure {
    let panels = sets().iter().map(|data| panel(data).title(data.name)).collect();
    figure(name, &format!("{name}, with every set of data"), 3, panels)
}

/// The same with marks on linear axes.
fn plane(name: &str, marks: impl Fn(&Data) -> Vec<Mark>) -> Figure {
    family(name, |data| Panel::plane(Axis::linear("$x$"), Axis::linear("$y$"), marks(data)))
}

/// The same without the sets of many values, for marks that stand at single places.
fn sparse_plane(name: &str, marks: impl Fn(&Data) -> Vec<Mark>) -> Figure {
    let panel = |data: &Data| {
        let panel = Panel::plane(Axis::linear("$x$"), Axis::linear("$y$"), marks(data));
        panel.title(data.name)
    };
    let panels = sets().iter().filter(|data| data.x.len() <= MANY).map(panel).collect();
    figure(name, &format!("{name}, with every small set of data"), 3, panels)
}

fn lines() -> Vec<Figure> {
    let marks = |data: &Data| {
        let (x, y) = (data.x.clone(), data.y.clone());
        vec![mark::line("line", Role::Test, x, y)]
    };
    let on = |y: fn(&str) -> Axis| {
        move |data: &Data| Panel::plane(Axis::linear("$x$"), y("$y$"), marks(data))
    };
    vec![
        plane("hostile-lines", marks),
        family("hostile-lines-log", on(Axis::log)),
        family("hostile-lines-symlog", on(|label| Axis::symlog(label, 0.1))),
        family("hostile-lines-named-at-ends", |data: &Data| {
            let panel = Panel::plane(Axis::linear("$x$"), Axis::linear("$y$"), marks(data));
            panel.labels_at_ends()
        }),
        plane("hostile-steps", |data: &Data| {
            let (x, y) = (data.x.clone(), data.y.clone());
            vec![mark::steps("steps", Role::Train, x, y)]
        }),
        plane("hostile-trajectories", |data: &Data| {
            vec![mark::trajectory("path", Role::Arm(1), data.y.clone(), data.low.clone())]
        }),
    ]
}

fn bands() -> Vec<Figure> {
    vec![plane("hostile-bands", |data| {
        let Data { x, low, high, .. } = data;
        vec![mark::band("band", Role::Train, x.clone(), low.clone(), high.clone())]
    })]
}

fn points() -> Vec<Figure> {
    vec![plane("hostile-points", |data| {
        let Data { x, y, low, high, .. } = data;
        let (x, y, low, high) = (x.clone(), y.clone(), low.clone(), high.clone());
        vec![mark::whiskers("points", Role::Arm(1), x, y, low, high)]
    })]
}

fn bars() -> Vec<Figure> {
    let bars = |label: &str, role, data: &Data, shift: f64| {
        let few = |values| first(values, 7).iter().map(|v| v - shift).collect::<Vec<f64>>();
        Mark::Bars(Bars {
            label: label.into(),
            role,
            x: first(&data.x, 7).to_vec(),
            y: few(&data.y),
            low: few(&data.low),
            high: few(&data.high),
            base: 0.0,
        })
    };
    vec![plane("hostile-bars", |data| {
        vec![bars("one", Role::Train, data, 0.0), bars("two", Role::Test, data, 1.0)]
    })]
}

fn histograms() -> Vec<Figure> {
    vec![plane("hostile-histograms", |data| {
        let heights = data.y.iter().skip(1).copied().collect();
        let (label, role, edges) = ("counts".into(), Role::Arm(2), data.x.clone());
        vec![Mark::Histogram(Histogram { label, role, edges, heights })]
    })]
}

fn stacks() -> Vec<Figure> {
    let area = |label: &str, role, y: &[f64], sign: f64| {
        let y = y.iter().map(|y| sign * y).collect();
        Area { label: label.into(), role, y }
    };
    vec![plane("hostile-stacks", |data| {
        let areas = vec![
            area("approximation", Role::Arm(1), &data.y, 1.0),
            area("estimation", Role::Arm(2), &data.high, 0.5),
            area("optimisation", Role::Arm(3), &data.low, -0.7),
        ];
        vec![Mark::Stack(Stack { x: data.x.clone(), areas, total: "total".into() })]
    })]
}

fn rules() -> Vec<Figure> {
    vec![sparse_plane("hostile-rules", |data| {
        let across = first(&data.y, 12).iter().map(|&at| mark::horizontal("", Role::Reference, at));
        let upright = first(&data.x, 12).iter().map(|&at| mark::vertical("", Role::Bound, at));
        across.chain(upright).collect()
    })]
}

fn markers() -> Vec<Figure> {
    const SYMBOLS: [Symbol; 6] = [
        Symbol::Circle,
        Symbol::Ring,
        Symbol::Star,
        Symbol::Diamond,
        Symbol::Triangle,
        Symbol::Cross,
    ];
    let places = |data: &Data| data.x.iter().copied().zip(data.y.clone()).collect::<Vec<_>>();
    vec![
        sparse_plane("hostile-markers", |data| {
            let places = places(data).into_iter().zip(SYMBOLS.into_iter().cycle());
            places.map(|((x, y), symbol)| mark::marker("", Role::Theory, symbol, x, y)).collect()
        }),
        sparse_plane("hostile-notes", |data| {
            let sides = [Side::Above, Side::Right, Side::BelowLeft, Side::AboveRight];
            // Every fifth value may be none.
            let places = places(data).into_iter().step_by(4).zip(sides.into_iter().cycle());
            let mut marks: Vec<Mark> = places
                .zip(0..)
                .map(|((at, side), count)| {
                    let (text, distance) = (format!("note {count}"), f64::from(count % 3));
                    Mark::Note(Note { text, at, side, distance })
                })
                .collect();
            marks.push(mark::points("", Role::Test, data.x.clone(), data.y.clone()));
            marks
        }),
    ]
}

/// The largest square that the numbers fill.
fn square(data: &Data) -> Grid {
    let side = libm::sqrt(data.y.len() as f64) as usize;
    let values = data.y.chunks(side.max(1)).take(side).map(<[f64]>::to_vec).collect();
    let axis: Vec<f64> = (0..side).map(|i| i as f64).collect();
    Grid { x: axis.clone(), y: axis, values }
}

fn surfaces() -> Vec<Figure> {
    let map = |name: &str, scale: Scale, colours: Colours| {
        plane(name, move |data| {
            let quantity = "loss".into();
            vec![Mark::HeatMap(HeatMap { quantity, scale, colours, grid: square(data) })]
        })
    };
    let contours = |name: &str, filled: bool| {
        plane(name, move |data| {
            let (quantity, scale, levels) = ("loss".into(), Scale::Linear, Vec::new());
            let (colours, grid) = (Colours::Sequential, square(data));
            vec![Mark::Contours(Contours { quantity, scale, colours, levels, filled, grid })]
        })
    };
    vec![
        map("hostile-surfaces", Scale::Linear, Colours::Sequential),
        map("hostile-surfaces-log", Scale::Log, Colours::Sequential),
        map("hostile-surfaces-diverging", Scale::Linear, Colours::Diverging { middle: 1.5 }),
        contours("hostile-contours", false),
        contours("hostile-contours-filled", true),
        plane("hostile-regions", |data| {
            let grid = square(data);
            let regions = grid
                .values
                .iter()
                .map(|row| row.iter().map(|v| (v * 2.0) as u32).collect())
                .collect();
            vec![Mark::Regions(Regions { x: grid.x, y: grid.y, regions, names: Vec::new() })]
        }),
        family("hostile-spaces", |data| {
            let marks = vec![
                mark::line("path", Role::Train, vec![0.0, 2.0, 3.5], vec![0.0, 1.0, 3.5]),
                mark::marker("end", Role::Test, Symbol::Star, 3.5, 3.5),
            ];
            Panel::new(Content::Space(Space {
                x: Axis::linear("$x$"),
                y: Axis::linear("$y$"),
                z: Axis::linear("loss"),
                surface: square(data),
                marks,
                azimuth: 30.0,
                elevation: 35.0,
                shadow: true,
            }))
        }),
    ]
}

fn arrows() -> Vec<Figure> {
    vec![plane("hostile-arrows", |data| {
        vec![Mark::Arrows(Arrows {
            label: "field".into(),
            role: Role::Reference,
            x: data.x.clone(),
            y: data.y.clone(),
            u: data.low.clone(),
            v: data.high.iter().rev().copied().collect(),
        })]
    })]
}

fn pictures() -> Vec<Figure> {
    vec![family("hostile-pictures", |data| {
        let picture = |title: &str| Picture {
            title: title.into(),
            label: String::new(),
            values: square(data).values,
        };
        Panel::new(Content::Pictures(Pictures {
            pictures: vec![picture("one"), picture("two")],
            columns: 2,
            quantity: "weight".into(),
            colours: Colours::Grey,
            range: None,
        }))
    })]
}

fn networks() -> Vec<Figure> {
    vec![family("hostile-networks", |data| {
        let few = |from: usize| data.y.iter().skip(from).take(4).copied().collect::<Vec<f64>>();
        let layer = |label: &str, units| Layer { label: label.into(), units };
        Panel::new(Content::Network(Network {
            layers: vec![layer("input", 4), layer("ReLU", data.y.len()), layer("output", 1)],
            weights: vec![vec![few(0), few(4), few(8)]],
        }))
    })]
}
