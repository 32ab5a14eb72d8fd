//! Whole figures: any figure gives one line of well-formed, bounded SVG, and the same one.

use experiments::figure::Axis;
use experiments::figure::Figure;
use experiments::figure::Mark;
use experiments::figure::Panel;
use experiments::figure::Role;
use experiments::figure::Scale;
use experiments::figure::Symbol;
use proptest::prelude::*;

use super::*;

pub(super) fn panel(marks: Vec<Mark>) -> Panel {
    Panel { title: String::new(), x: Axis::linear(""), y: Axis::linear(""), marks }
}

pub(super) fn figure(panels: Vec<Panel>) -> Figure {
    Figure {
        name: "sample".into(),
        label: "A sample".into(),
        caption: String::new(),
        panels,
        columns: 2,
    }
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
            assert!(class.starts_with("sim-"), "{class}");
            assert!(node.attribute("fill").is_some_and(|fill| fill == "none" || fill.len() == 7));
        }
    }
    assert!(!describe(figure).contains("NaN"));
    for table in data(figure) {
        assert!(table.rows.iter().all(|row| row.len() == table.columns.len()), "{table:?}");
    }
    assert!(csv(figure).starts_with("panel,mark,label,x,y,low,high,value\n"));
}

/// All marks with these numbers in every place.
fn all_marks(x: &[f64], y: &[f64]) -> Vec<Mark> {
    let label = "a <label> & \"more\"\n\u{1}";
    let role = Role::Arm(3);
    let (x, y) = (x.to_vec(), y.to_vec());
    let at = x.first().copied().unwrap_or(f64::NAN);
    let to = y.last().copied().unwrap_or(f64::NAN);
    vec![
        Mark::HeatMap {
            quantity: label.into(),
            scale: Scale::Log,
            x: x.iter().copied().take(300).collect(),
            y: y.iter().copied().take(300).collect(),
            values: vec![y.iter().copied().take(300).collect(); 5],
        },
        Mark::Band { label: label.into(), role, x: x.clone(), low: x.clone(), high: y.clone() },
        Mark::Line { label: label.into(), role, x: x.clone(), y: y.clone() },
        Mark::Points { label: label.into(), role, x: x.clone(), y: y.clone(), low: x, high: y },
        Mark::Vertical { label: label.into(), role, at },
        Mark::Horizontal { label: label.into(), role, at: to },
        Mark::Marker { label: label.into(), role, symbol: Symbol::Star, x: at, y: to },
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
    for (scale_x, scale_y) in
        [(Scale::Linear, Scale::Linear), (Scale::Log, Scale::Linear), (Scale::Log, Scale::Log)]
    {
        for range in ranges {
            let axis = |scale| Axis { label: "axis".into(), scale, range };
            let panel =
                |marks| Panel { title: "title".into(), x: axis(scale_x), y: axis(scale_y), marks };
            if x.len() < 1000 {
                for mark in &marks {
                    check(&figure(vec![panel(vec![mark.clone()])]), most);
                }
            }
            check(&figure(vec![panel(marks.clone()), panel(marks[1..].to_vec())]), most);
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
        let figure = figure(vec![panel(all_marks(x, y)[1..].to_vec())]);
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
    let map = Mark::HeatMap { quantity: "loss".into(), scale: Scale::Linear, x, y, values };
    check(&figure(vec![panel(vec![map])]), 16_000);
}

#[test]
fn parts_out_of_range_are_cut_not_pushed_to_the_frame() {
    let line = Mark::Line {
        label: String::new(),
        role: Role::Test,
        x: vec![0.0, 1.0, 2.0, 3.0, 4.0],
        y: vec![0.5, 9.0, 9.0, 9.0, 0.5],
    };
    let mut panel = panel(vec![line]);
    panel.y = panel.y.range(0.0, 1.0);
    let svg = draw(&figure(vec![panel]));
    let (_, path) = svg.split_once("sim-stroke sim-test").unwrap();
    let (_, data) = path.split_once(" d=\"").unwrap();
    let data = data.split_once('"').unwrap().0;
    assert_eq!(data.matches('M').count(), 2, "{data}");
    assert_eq!(data.matches('l').count(), 2, "{data}");
}

fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec(any::<char>(), 0..40).prop_map(|chars| chars.into_iter().collect())
}

fn numbers() -> impl Strategy<Value = Vec<f64>> {
    let one = prop_oneof![
        4 => -10.0..10.0,
        1 => any::<f64>(),
        1 => Just(f64::NAN),
        1 => Just(f64::INFINITY),
        1 => (-300.0..300.0).prop_map(|exponent| libm::pow(10.0, exponent)),
    ];
    proptest::collection::vec(one, 0..12)
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![
        Just(Role::Train),
        Just(Role::Test),
        Just(Role::Theory),
        Just(Role::Bound),
        Just(Role::Reference),
        any::<u8>().prop_map(Role::Arm),
    ]
}

fn scale() -> impl Strategy<Value = Scale> {
    prop_oneof![Just(Scale::Linear), Just(Scale::Log)]
}

fn mark() -> impl Strategy<Value = Mark> {
    (0..7, text(), role(), scale(), numbers(), numbers(), numbers(), numbers()).prop_map(
        |(kind, label, role, scale, x, y, low, high)| match kind {
            0 => Mark::Line { label, role, x, y },
            1 => Mark::Band { label, role, x, low, high },
            2 => Mark::Points { label, role, x, y, low, high },
            3 => Mark::Vertical { label, role, at: x.first().copied().unwrap_or(0.0) },
            4 => Mark::Horizontal { label, role, at: x.first().copied().unwrap_or(0.0) },
            5 => Mark::HeatMap { quantity: label, scale, x, y, values: vec![low, high] },
            _ => {
                let at = |values: &[f64]| values.first().copied().unwrap_or(0.0);
                Mark::Marker { label, role, symbol: Symbol::Cross, x: at(&x), y: at(&y) }
            }
        },
    )
}

fn axis() -> impl Strategy<Value = Axis> {
    (text(), scale(), proptest::option::of((any::<f64>(), any::<f64>())))
        .prop_map(|(label, scale, range)| Axis { label, scale, range })
}

fn any_panel() -> impl Strategy<Value = Panel> {
    (text(), axis(), axis(), proptest::collection::vec(mark(), 0..6))
        .prop_map(|(title, x, y, marks)| Panel { title, x, y, marks })
}

proptest! {
    #[test]
    fn any_figure_is_drawn_the_same_twice(
        label in text(),
        panels in proptest::collection::vec(any_panel(), 0..5),
        columns in 0_usize..6,
    ) {
        let figure = Figure { label, columns, ..figure(panels) };
        check(&figure, 400_000);
        prop_assert_eq!(draw(&figure), draw(&figure));
    }
}

/// One figure with everything in it, of numbers that arithmetic alone gives.
fn everything() -> Figure {
    let x: Vec<f64> = (1..=60).map(|i| f64::from(i) * 1.37).collect();
    let y: Vec<f64> = x.iter().map(|x| 3.0 / x + x * x / 700.0).collect();
    let mut panels: Vec<Panel> =
        [(Scale::Linear, Scale::Linear), (Scale::Log, Scale::Log), (Scale::Log, Scale::Linear)]
            .map(|(across, up)| Panel {
                title: "A panel".into(),
                x: Axis { label: "width p".into(), scale: across, range: None },
                y: Axis { label: "risk (nats²)".into(), scale: up, range: None },
                marks: all_marks(&x, &y)[1..].to_vec(),
            })
            .into();
    panels.push(panel(all_marks(&x[..5], &y[..5])));
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

#[track_caller]
fn check_texts(figure: &Figure) {
    let (layout, boxes) = (layout::layout(figure), text_boxes(&draw(figure)));
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
            let mut panel = panel(all_marks(&x, &y)[1..].to_vec());
            panel.title = "A panel with a title of a few words".into();
            panel.x.label = "a quantity with a long name (in units of its own)".into();
            panel.y.label = "another quantity with a long name (in other units)".into();
            let surface = Panel { marks: all_marks(&x, &x), ..panel.clone() };
            check_texts(&Figure { columns, ..figure(vec![panel, surface]) });
        }
    }
}

/// The same bytes in every process and on every machine; and the render key must notice a change.
#[test]
fn bytes_change_only_with_the_version() {
    let drawn = (RENDERER, blake3::hash(draw(&everything()).as_bytes()).to_hex().to_string());
    let known = ("1", "b956acda6135883a");
    assert_eq!((drawn.0, &drawn.1[..16]), known, "the drawing changed: count RENDERER up");
}
