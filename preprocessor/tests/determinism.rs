//! The same figures and formulas in different processes and folders: the same bytes, as SVG, PNG and PDF.
//!
//! Hash maps have another seed in every process, so what depends on their order differs between two
//! processes and not between two calls.

use std::process::Command;

use experiments::figure::Axis;
use experiments::figure::Figure;
use experiments::figure::Grid;
use experiments::figure::Panel;
use experiments::figure::Role;
use experiments::figure::Scale;
use experiments::figure::mark;
use experiments::figure::mark::Symbol;
use experiments::lab::random;
use mdbook_simulation::render::figure;
use mdbook_simulation::render::math;

/// Set in the processes that this test starts.
const CHILD: &str = "MDBOOK_SIMULATION_DETERMINISM_CHILD";

/// A figure with every kind of mark, from the numbers of a named stream.
fn drawn(i: u64) -> Figure {
    let mut stream = random::stream(i, "test", 0, "figure");
    let mut numbers = |n: usize| random::normals(&mut stream, n);
    let x: Vec<f64> = (1..=40).map(f64::from).collect();
    let positive =
        |values: Vec<f64>| values.iter().map(|value| 0.01 + value * value).collect::<Vec<_>>();
    let label = |text: &str| format!("{text} {i}");
    let (low, high) = (positive(numbers(40)), positive(numbers(40)));
    let reference = Role::Reference;
    let marks = vec![
        mark::band(&label("band"), Role::Test, x.clone(), low, high),
        mark::line(
            &label("line"),
            Role::Arm(u8::try_from(i % 8).unwrap_or(0) + 1),
            x.clone(),
            positive(numbers(40)),
        ),
        mark::points(&label("points"), Role::Train, x.clone(), positive(numbers(40))),
        mark::vertical(&label("at"), reference, 20.0),
        mark::marker(&label("here"), Role::Theory, Symbol::Star, 7.0, 1.0),
    ];
    let scale = if i.is_multiple_of(2) { Scale::Log } else { Scale::Linear };
    let values = (0..25).map(|_| positive(numbers(25))).collect();
    let grid = Grid { x: x[..25].to_vec(), y: x[..25].to_vec(), values };
    let panel = |marks| {
        let y = if i.is_multiple_of(3) { Axis::log("y") } else { Axis::linear("y") };
        Panel::plane(Axis::log("x"), y, marks).title(&label("panel"))
    };
    let panels = vec![panel(marks), panel(vec![mark::heat_map("loss", scale, grid)])];
    Figure::new("a", &label("figure"), "", panels).columns(2)
}

fn formula(i: u64) -> String {
    format!(
        "\\sqrt{{x_{i}^2 + \\frac{{{i}}}{{\\lVert w\\rVert_2}}}} \\le \
         \\begin{{pmatrix}} a & {i} \\\\ \\hat\\theta & \\sum_{{k={i}}}^n k \\end{{pmatrix}}"
    )
}

/// Adds the drawing as PNG and PDF, which hold text of two fonts, opacities and a picture.
#[cfg(feature = "export")]
fn files(drawn: &Figure, hasher: &mut blake3::Hasher) {
    use mdbook_simulation::export::fonts::Fonts;
    use mdbook_simulation::export::pdf::pdf;
    use mdbook_simulation::export::png::png;
    let theme = figure::Theme::Dark;
    let look = figure::Look { theme, width: Some(900.0), ..figure::Look::default() };
    let svg = figure::draw_with(drawn, &look);
    let fonts = Fonts::shipped();
    hasher.update(svg.as_bytes());
    hasher.update(&png(&svg, &fonts, 1.5).expect("a PNG"));
    hasher.update(&pdf(&svg, &drawn.label, &fonts).expect("a PDF"));
}

#[cfg(not(feature = "export"))]
fn files(_: &Figure, _: &mut blake3::Hasher) {}

/// One digest over 100 figures, with their words and numbers, and 100 formulas, each in both styles.
fn digest() -> String {
    let mut hasher = blake3::Hasher::new();
    for i in 0..100 {
        let drawn = drawn(i);
        let svg = figure::draw(&drawn);
        hasher.update(svg.as_bytes());
        hasher.update(figure::describe(&drawn).as_bytes());
        hasher.update(figure::csv(&drawn).as_bytes());
        if i.is_multiple_of(10) {
            files(&drawn, &mut hasher);
        }
        for display in [false, true] {
            let html = math::render(&formula(i), display).expect("a formula");
            hasher.update(html.as_bytes());
        }
    }
    // Every mark, with data of every kind.
    for figure in mdbook_simulation::testcard::figures() {
        hasher.update(figure::draw(&figure).as_bytes());
        hasher.update(figure::describe(&figure).as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

#[test]
fn the_same_bytes_in_every_process() {
    let own = digest();
    if std::env::var_os(CHILD).is_some() {
        // The parent reads this line.
        eprintln!("digest {own}");
        return;
    }
    for _ in 0..2 {
        // Another process, in another folder.
        let folder = tempfile::tempdir().expect("a folder");
        let child = Command::new(std::env::current_exe().expect("this test"))
            .args(["the_same_bytes_in_every_process", "--exact", "--nocapture"])
            .env(CHILD, "1")
            .current_dir(folder.path())
            .output()
            .expect("a process");
        let text = String::from_utf8_lossy(&child.stderr);
        let theirs = text.lines().find_map(|line| line.strip_prefix("digest "));
        assert_eq!(theirs, Some(own.as_str()), "{text}");
    }
}
