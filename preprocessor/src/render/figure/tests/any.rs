//! Random figures: each is drawn, and twice the same.

use proptest::prelude::*;

use super::*;

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
    let symlog = any::<f64>().prop_map(|linear| Scale::Symlog { linear });
    prop_oneof![Just(Scale::Linear), Just(Scale::Log), symlog]
}

/// Any mark of [`all_marks`] with other labels and roles where it has them.
fn any_mark() -> impl Strategy<Value = Mark> {
    (any::<prop::sample::Index>(), text(), role(), numbers(), numbers()).prop_map(
        |(index, text, own, x, y)| {
            let mut marks = all_marks(&x, &y);
            let mut mark = marks.swap_remove(index.index(marks.len()));
            match &mut mark {
                Mark::Line(Line { label, role, .. })
                | Mark::Band(Band { label, role, .. })
                | Mark::Points(Points { label, role, .. })
                | Mark::Bars(Bars { label, role, .. })
                | Mark::Histogram(Histogram { label, role, .. })
                | Mark::Arrows(Arrows { label, role, .. })
                | Mark::Rule(Rule { label, role, .. })
                | Mark::Marker(Marker { label, role, .. }) => (*label, *role) = (text, own),
                Mark::HeatMap(HeatMap { quantity, .. })
                | Mark::Contours(Contours { quantity, .. }) => *quantity = text,
                Mark::Note(note) => note.text = text,
                Mark::Stack(_) | Mark::Regions(_) => {}
            }
            mark
        },
    )
}

fn axis() -> impl Strategy<Value = Axis> {
    let range = prop::option::of((any::<f64>(), any::<f64>()));
    let names = prop_oneof![4 => Just(Vec::new()), 1 => prop::collection::vec(text(), 0..5)];
    (text(), text(), scale(), range, names).prop_map(|(label, unit, scale, range, names)| Axis {
        label,
        unit,
        scale,
        range,
        names,
    })
}

fn any_panel() -> impl Strategy<Value = Panel> {
    let aspect = prop_oneof![Just(Aspect::Free), Just(Aspect::Square), Just(Aspect::Equal)];
    let marks = prop::collection::vec(any_mark(), 0..6);
    let inset = prop::option::of((any::<f64>(), any::<f64>(), any::<f64>(), any::<f64>()));
    let plane = (text(), axis(), axis(), marks, aspect, any::<bool>(), inset).prop_map(
        |(title, x, y, marks, aspect, ends, inset)| {
            let mut panel = Panel::plane(x, y, marks).title(&title).aspect(aspect);
            if ends {
                panel = panel.labels_at_ends();
            }
            let corner = Corner::TopRight;
            inset.map_or(panel.clone(), |(a, b, c, d)| {
                panel.inset(Inset { corner, x: (a, b), y: (c, d) })
            })
        },
    );
    let other = (any::<prop::sample::Index>(), numbers(), numbers()).prop_map(|(index, x, y)| {
        let mut panels = other_panels(&x, &y);
        panels.swap_remove(index.index(panels.len()))
    });
    prop_oneof![3 => plane, 1 => other]
}

proptest! {
    #[test]
    fn any_figure_is_drawn_the_same_twice(
        label in text(),
        panels in proptest::collection::vec(any_panel(), 0..5),
        columns in 0_usize..6,
        shared in (any::<bool>(), any::<bool>()),
    ) {
        let shared = Shared { x: shared.0, y: shared.1 };
        let figure = Figure { label, columns, shared, ..figure(panels) };
        check(&figure, 400_000);
        prop_assert_eq!(draw(&figure), draw(&figure));
    }
}
