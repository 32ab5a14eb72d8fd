//! Whole figures: any figure gives one line of well-formed, bounded SVG, and the same one.

use super::*;
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
use experiments::figure::mark;
use experiments::figure::mark::Area;
use experiments::figure::mark::Arrows;
use experiments::figure::mark::Band;
use experiments::figure::mark::Bars;
use experiments::figure::mark::Contours;
use experiments::figure::mark::HeatMap;
use experiments::figure::mark::Histogram;
use experiments::figure::mark::Line;
use experiments::figure::mark::Mark;
use experiments::figure::mark::Marker;
use experiments::figure::mark::Note;
use experiments::figure::mark::Points;
use experiments::figure::mark::Regions;
use experiments::figure::mark::Rule;
use experiments::figure::mark::Side;
use experiments::figure::mark::Stack;
use experiments::figure::mark::Symbol;

mod any;

pub(super) fn panel(marks: Vec<Mark>) -> Panel {
    Panel::plane(Axis::linear(""), Axis::linear(""), marks)
}

pub(super) fn figure(panels: Vec<Panel>) -> Figure {
    Figure::new("sample", "A sample", "", panels).columns(2)
}

/// Reads the SVG as XML: one element that ends where the text ends, on one line, within a size.
#[track_caller]
fn check(figure: &Figure, most: usize) {
    let svg = draw(figure);
    assert!(!svg.contains(['\n', '\r']), "more than one line");
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
    assert!(svg.len() <= most, "{} bytes", svg.len());
    for id in [" id=", "url(", "href=\"#", "NaN", "inf"] {
        assert!(!svg.contains(id), "{id} in {svg}");
    }
    let document =
        roxmltree::Document::parse(&svg).unwrap_or_else(|error| panic!("{error}: {svg}"));
    for node in document.descendants().filter(|node| node.is_element()) {
        let name = node.tag_name().name();
        assert!(["svg", "path", "text", "tspan", "image"].contains(&name), "{name}");
        if ["path", "text"].contains(&name) {
            let class = node.attribute("class").unwrap_or_default();
            let fill = node.attribute("fill").unwrap_or_default();
            // A shade of a colour map is the same on every page.
            assert!(class.starts_with("sim-") || class.is_empty(), "{class}");
            assert!(fill.is_empty() || fill == "none" || fill.len() == 7, "{fill}");
        }
    }
    assert!(!describe(figure).contains("NaN"));
    for table in data(figure) {
        assert!(table.rows.iter().all(|row| row.len() == table.columns.len()), "{table:?}");
    }
    assert!(csv(figure).starts_with("panel,mark,label,x,y,low,high,value,dx,dy\n"));
}

const LABEL: &str = "a <label> & \"more\"\n\u{1}";

fn grid(x: &[f64], y: &[f64]) -> Grid {
    let few = |values: &[f64]| -> Vec<f64> { values.iter().copied().take(300).collect() };
    Grid { x: few(x), y: few(y), values: vec![few(y); 5] }
}

/// All marks with these numbers in every place; those that fill the plane first.
fn all_marks(x: &[f64], y: &[f64]) -> Vec<Mark> {
    let mut marks = filling(x, y);
    marks.extend(open(x, y));
    marks
}

/// The marks that fill the plane.
fn filling(x: &[f64], y: &[f64]) -> Vec<Mark> {
    let grid = grid(x, y);
    let colours = Colours::Diverging { middle: x.first().copied().unwrap_or(0.0) };
    let contours = |filled, levels: &[f64]| {
        let (quantity, levels, grid) = (LABEL.into(), levels.to_vec(), grid.clone());
        Mark::Contours(Contours { quantity, scale: Scale::Linear, colours, levels, filled, grid })
    };
    let regions = |names: &[&str]| {
        Mark::Regions(Regions {
            x: grid.x.clone(),
            y: grid.y.clone(),
            regions: vec![y.iter().take(300).map(|value| *value as u32).collect(); 5],
            names: names.iter().map(|name| (*name).into()).collect(),
        })
    };
    vec![
        mark::heat_map(LABEL, Scale::Log, grid.clone()),
        Mark::HeatMap(HeatMap {
            quantity: LABEL.into(),
            scale: Scale::Symlog { linear: 0.1 },
            colours,
            grid: grid.clone(),
        }),
        contours(true, &[]),
        regions(&[]),
        regions(&["one", LABEL, ""]),
        contours(false, y.get(..y.len().min(9)).unwrap_or_default()),
    ]
}

/// The other marks.
fn open(x: &[f64], y: &[f64]) -> Vec<Mark> {
    let role = Role::Arm(3);
    let (x, y) = (x.to_vec(), y.to_vec());
    let at = x.first().copied().unwrap_or(f64::NAN);
    let to = y.last().copied().unwrap_or(f64::NAN);
    let bars = |role| {
        let (x, y, low, high) = (x.clone(), y.clone(), x.clone(), y.clone());
        Mark::Bars(Bars { label: LABEL.into(), role, x, y, low, high, base: to })
    };
    let area = |role, y: &[f64]| Area { label: LABEL.into(), role, y: y.to_vec() };
    vec![
        mark::band(LABEL, role, x.clone(), x.clone(), y.clone()),
        Mark::Stack(Stack {
            x: x.clone(),
            areas: vec![area(Role::Train, &y), area(Role::Test, &x), area(role, &y)],
            total: LABEL.into(),
        }),
        bars(Role::Train),
        bars(Role::Arm(7)),
        Mark::Histogram(Histogram {
            label: LABEL.into(),
            role,
            edges: x.clone(),
            heights: y.clone(),
        }),
        Mark::Arrows(Arrows {
            label: LABEL.into(),
            role,
            x: x.clone(),
            y: y.clone(),
            u: y.clone(),
            v: x.clone(),
        }),
        mark::steps(LABEL, role, x.clone(), y.clone()),
        mark::trajectory(LABEL, role, x.clone(), y.clone()),
        mark::line(LABEL, role, x.clone(), y.clone()),
        mark::whiskers(LABEL, role, x.clone(), y.clone(), x.clone(), y.clone()),
        mark::vertical(LABEL, role, at),
        mark::horizontal(LABEL, role, to),
        mark::marker(LABEL, role, Symbol::Star, at, to),
        mark::marker(LABEL, role, Symbol::Ring, to, at),
        Mark::Note(Note { text: LABEL.into(), at: (at, to), side: Side::AboveRight, distance: to }),
        mark::note(LABEL, (to, at), Side::Left),
    ]
}

/// What is no plane, of these numbers.
fn other_panels(x: &[f64], y: &[f64]) -> Vec<Panel> {
    let at = x.first().copied().unwrap_or(f64::NAN);
    let space = |z| {
        Panel::new(Content::Space(Space {
            x: Axis::linear(LABEL),
            y: Axis::log("y"),
            z,
            surface: grid(x, y),
            marks: all_marks(x, y),
            azimuth: at,
            elevation: 30.0,
            shadow: true,
        }))
    };
    let picture = |values| Picture { title: LABEL.into(), label: LABEL.into(), values };
    let pictures = |quantity: &str, colours| {
        Panel::new(Content::Pictures(Pictures {
            pictures: vec![picture(vec![y.to_vec(); 3]), picture(vec![]), picture(vec![vec![]])],
            columns: 2,
            quantity: quantity.into(),
            colours,
            range: Some((at, 1.0)),
        }))
    };
    let layer = |units| Layer { label: LABEL.into(), units };
    vec![
        space(Axis::linear("z")),
        space(Axis::log(LABEL)).title("title"),
        pictures("", Colours::Grey),
        pictures(LABEL, Colours::Diverging { middle: at }),
        Panel::new(Content::Network(Network {
            layers: vec![layer(3), layer(1000), layer(0), layer(1)],
            weights: vec![vec![x.to_vec(), y.to_vec()], vec![]],
        })),
        Panel::new(Content::Network(Network { layers: vec![], weights: vec![] })),
    ]
}

/// Every mark alone and all together, on every pair of axes and with ranges good and bad.
#[track_caller]
fn check_numbers(x: &[f64], y: &[f64], most: usize) {
    let ranges = [
        None,
        Some((0.5, 2.0)),
        Some((2.0, 0.5)),
        Some((f64::NAN, 1.0)),
        Some((0.0, f64::INFINITY)),
        Some((1.0, 1.0)),
        Some((-f64::MAX, f64::MAX)),
        Some((5e-324, 1e-323)),
    ];
    let marks = all_marks(x, y);
    if x.len() < 1000 {
        other_panels(x, y).into_iter().for_each(|panel| check(&figure(vec![panel]), most));
    }
    let symlog = Scale::Symlog { linear: 0.5 };
    for (scale_x, scale_y) in [
        (Scale::Linear, Scale::Linear),
        (Scale::Log, Scale::Linear),
        (Scale::Log, Scale::Log),
        (symlog, symlog),
    ] {
        for range in ranges {
            let axis = |scale| Axis { range, ..Axis::new("axis", scale) };
            let panel = |marks| Panel::plane(axis(scale_x), axis(scale_y), marks).title("title");
            if x.len() < 1000 {
                for mark in &marks {
                    check(&figure(vec![panel(vec![mark.clone()])]), most);
                }
            }
            check(&figure(vec![panel(marks.clone()), panel(open(x, y))]), most);
        }
    }
}

#[test]
fn odd_numbers_are_drawn() {
    let (nan, inf) = (f64::NAN, f64::INFINITY);
    let lists: [&[f64]; 12] = [
        &[],
        &[1.0],
        &[0.0],
        &[2.0, 2.0, 2.0],
        &[-1.0, -2.0, 0.0],
        &[1e300, 2e300, 3e300],
        &[1e-300, 2e-300, 5e-324],
        &[nan, nan],
        &[inf, -inf, 1.0],
        &[1.0, nan, 2.0, 3.0, inf, 4.0],
        &[f64::MAX, -f64::MAX, 1e-300, 1.0],
        &[3.0, 1.0, 2.0, 1.0 + 1e-15],
    ];
    for x in lists {
        for y in lists {
            check_numbers(x, y, 120_000);
        }
    }
}

#[test]
fn many_numbers_are_drawn_in_bounded_size() {
    let count = 100_000;
    let rising: Vec<f64> = (1..=count).map(f64::from).collect();
    let scattered: Vec<f64> =
        (0..count).map(|i| f64::from(i * 7919 % 100_003) / 1e4 + 0.1).collect();
    let torn: Vec<f64> =
        (0..count).map(|i| if i % 3 == 0 { f64::NAN } else { f64::from(i % 17) }).collect();
    for (x, y) in [(&rising, &scattered), (&scattered, &rising), (&rising, &torn)] {
        let figure = figure(vec![panel(open(x, y))]);
        check(&figure, 2_000_000);
    }
}

#[test]
fn figures_without_panels_or_with_many_are_drawn() {
    check(&figure(vec![]), 1000);
    let one = panel(all_marks(&[1.0, 2.0], &[3.0, 5.0]));
    for columns in [0, 1, 3, usize::MAX] {
        check(&Figure { columns, ..figure(vec![one.clone(); 7]) }, 200_000);
    }
}

#[test]
fn a_heat_map_of_41_by_41_is_small() {
    let axis: Vec<f64> = (0..41).map(|i| f64::from(i) / 20.0 - 1.0).collect();
    let values = axis.iter().map(|y| axis.iter().map(|x| x * x + y * y * 3.0).collect()).collect();
    let (x, y) = (axis.clone(), axis);
    let map = mark::heat_map("loss", Scale::Linear, Grid { x, y, values });
    check(&figure(vec![panel(vec![map])]), 16_000);
}

#[test]
fn parts_out_of_range_are_cut_not_pushed_to_the_frame() {
    let (x, y) = (vec![0.0, 1.0, 2.0, 3.0, 4.0], vec![0.5, 9.0, 9.0, 9.0, 0.5]);
    let line = mark::line("", Role::Test, x, y);
    let panel = Panel::plane(Axis::linear(""), Axis::linear("").range(0.0, 1.0), vec![line]);
    let svg = draw(&figure(vec![panel]));
    let (_, path) = svg.split_once("sim-stroke sim-test").unwrap();
    let (_, data) = path.split_once(" d=\"").unwrap();
    let data = data.split_once('"').unwrap().0;
    assert_eq!(data.matches('M').count(), 2, "{data}");
    assert_eq!(data.matches('l').count(), 2, "{data}");
}

/// One figure with everything in it, of numbers that arithmetic alone gives.
fn everything() -> Figure {
    let x: Vec<f64> = (1..=60).map(|i| f64::from(i) * 1.37).collect();
    let y: Vec<f64> = x.iter().map(|x| 3.0 / x + x * x / 700.0).collect();
    let mut panels: Vec<Panel> =
        [(Scale::Linear, Scale::Linear), (Scale::Log, Scale::Log), (Scale::Log, Scale::Linear)]
            .map(|(across, up)| {
                let (across, up) = (Axis::new("width $p$", across), Axis::new("risk (nats²)", up));
                Panel::plane(across, up, spread(&x, &y)).title("A panel")
            })
            .into();
    panels.extend(filling(&x[..5], &y[..5]).into_iter().map(|mark| panel(vec![mark])));
    panels.extend(other_panels(&x[..5], &y[..5]));
    figure(panels)
}

/// Left, top, right and bottom of every text, by our own measure of it.
fn text_boxes(svg: &str) -> Vec<([f64; 4], String)> {
    let document = roxmltree::Document::parse(svg).unwrap();
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    let number = |node: roxmltree::Node, name| -> f64 {
        node.attribute(name).and_then(|value| value.parse().ok()).unwrap()
    };
    texts
        .map(|node| {
            let (x, y, size) = (number(node, "x"), number(node, "y"), number(node, "font-size"));
            let runs = node.descendants().filter(|child| child.is_text()).map(|run| {
                let own = run.parent().and_then(|span| span.attribute("font-size"));
                let own = own.and_then(|own| own.parse().ok()).unwrap_or(size);
                text::width(run.text().unwrap(), own)
            });
            let width: f64 = runs.sum();
            let before = match node.attribute("text-anchor") {
                Some("middle") => width / 2.0,
                Some(_) => width,
                None => 0.0,
            };
            let content = node.descendants().filter_map(|child| child.text()).collect();
            let (up, down) = (0.6 * size, 0.1 * size);
            if node.attribute("transform").is_some() {
                return ([x - up, y - width + before, x + down, y + before], content);
            }
            ([x - before, y - up, x - before + width, y + down], content)
        })
        .collect()
}

/// The marks without words on the plane, which may lie on each other.
fn spread(x: &[f64], y: &[f64]) -> Vec<Mark> {
    open(x, y).into_iter().filter(|mark| !matches!(mark, Mark::Note(_))).collect()
}

#[track_caller]
fn check_texts(figure: &Figure) {
    let (layout, boxes) = (layout::layout(figure, &Look::default()), text_boxes(&draw(figure)));
    assert!(boxes.len() > 10);
    for (at, (one, name)) in boxes.iter().enumerate() {
        let inside = one[0] >= 0.0 && one[1] >= 0.0;
        let inside = inside && one[2] <= layout.width && one[3] <= layout.height;
        assert!(inside, "{name} at {one:?} leaves {} × {}", layout.width, layout.height);
        for (other, other_name) in &boxes[at + 1..] {
            let across = one[0] < other[2] && other[0] < one[2];
            let along = one[1] < other[3] && other[1] < one[3];
            assert!(!(across && along), "{name} {one:?} covers {other_name} {other:?}");
        }
    }
}

#[test]
fn texts_neither_overlap_nor_leave_the_figure() {
    for columns in 1..=3 {
        check_texts(&Figure { columns, ..everything() });
        for exponent in [-12, -5, -2, 0, 3, 6, 12] {
            let factor = libm::pow(10.0, f64::from(exponent));
            let x: Vec<f64> = (1..=30).map(|i| f64::from(i * i) * factor).collect();
            let y: Vec<f64> = x.iter().map(|x| 1.0 / x - x).collect();
            let axes = || {
                (
                    Axis::linear("a quantity with a long name").unit("in units of its own"),
                    Axis::linear("another quantity with a long name (in other units)"),
                )
            };
            let title = "A panel with a title of a few words";
            let plane = |marks| Panel::plane(axes().0, axes().1, marks).title(title);
            let (panel, surface) = (plane(spread(&x, &y)), plane(filling(&x, &x)));
            check_texts(&Figure { columns, ..figure(vec![panel, surface]) });
        }
    }
}

/// The same bytes in every process and on every machine; and the render key must notice a change.
#[test]
fn bytes_change_only_with_the_version() {
    let drawn = (RENDERER, blake3::hash(draw(&everything()).as_bytes()).to_hex().to_string());
    let known = ("2", "77fcfc6fa566c62a");
    assert_eq!((drawn.0, &drawn.1[..16]), known, "the drawing changed: count RENDERER up");
}
