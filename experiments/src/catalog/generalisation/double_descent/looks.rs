//! The figures. Nothing here enters a run key.

use super::claims::OPTIMAL;
use super::setting::Axis;
use super::setting::Parameters;
use super::setting::blocks;
use super::summary::Extrema;
use crate::figure::Axis as Scale;
use crate::figure::Figure;
use crate::figure::Panel;
use crate::figure::Role;
use crate::figure::Shared;
use crate::figure::mark;
use crate::figure::mark::Mark;
use crate::figure::mark::Note;
use crate::figure::mark::Side;
use crate::figure::mark::Symbol;
use crate::record::Record;

/// The figures of the axes that were run.
pub(super) fn figures(parameters: &Parameters, record: &Record) -> Vec<Figure> {
    let mut figures = Vec::new();
    if parameters.runs(Axis::Model) {
        figures.push(model_wise(parameters, record));
    }
    if parameters.runs(Axis::Sample) {
        figures.push(sample_wise(parameters, record));
    }
    if parameters.runs(Axis::Epoch) {
        figures.push(epoch_wise(parameters, record));
    }
    if parameters.runs(Axis::Model) {
        figures.push(norm(parameters, record));
    }
    figures
}

fn model_wise(parameters: &Parameters, record: &Record) -> Figure {
    let estimator = estimator(parameters);
    let curve = Curve::model(parameters, record);
    let notes = curve.notes("second descent", |ratio| ratio > 3.5);
    Figure::new(
        "model-wise",
        &format!(
            "Test error of {estimator} on random features against the number of features, from a \
             twentieth to twenty times the number of training points, with ridge regression and theory \
             beside it."
        ),
        &sentences([
            format!(
                "Test error of {estimator} on $p$ random features and $n={}$ training points: median over \
                 {} replicates and a band that holds 10–90 % of them. Within a replicate all widths share \
                 data and nested features, so the band is no error of the line.",
                parameters.n, parameters.replicates
            ),
            noise_sentence(parameters, "what the features cannot represent acts as noise"),
            ridge_sentence(parameters),
            theory_sentence(parameters, record, "model-wise-theory"),
        ]),
        curve.panels("features $p$", "$p = n$", notes),
    )
    .share(ACROSS)
}

fn sample_wise(parameters: &Parameters, record: &Record) -> Figure {
    let estimator = estimator(parameters);
    let curve = Curve::sample(parameters, record);
    let notes = curve.notes("more data hurts", |ratio| (0.5..1.0).contains(&ratio));
    Figure::new(
        "sample-wise",
        &format!(
            "Test error of {estimator} on a fixed number of random features against the number of \
             training points, with ridge regression and theory beside it."
        ),
        &sentences([
            format!(
                "Test error of {estimator} on $p={}$ random features as training points are added: median \
                 over {} replicates and a band that holds 10–90 % of them; within a replicate a larger \
                 training set contains the smaller one.",
                parameters.n, parameters.replicates
            ),
            noise_sentence(parameters, "what the features cannot represent acts as noise"),
            ridge_sentence(parameters),
            theory_sentence(parameters, record, "sample-wise-theory"),
        ]),
        curve.panels("training points $n$", "$n = p$", notes),
    )
    .share(ACROSS)
}

fn epoch_wise(parameters: &Parameters, record: &Record) -> Figure {
    let of = |column: &str| record.column("epoch-wise", column).to_vec();
    let (steps, mean) = (of("step"), of("mean"));
    let Extrema { first, peak, second } = Extrema::of(&mean);
    let marker = |label: &str, symbol, place: usize| {
        mark::marker(label, Role::Test, symbol, steps[place], mean[place])
    };
    let end = least_squares_error(parameters);
    let mut marks = vec![
        band(Role::Test, steps.clone(), of("q10"), of("q90")),
        mark::line("training error", Role::Train, steps.clone(), of("train")),
        mark::horizontal("least squares, $σ²(1 + p/(n − p − 1))$", Role::Theory, end),
        mark::line("test error", Role::Test, steps.clone(), mean.clone()),
        marker("first minimum", Symbol::Circle, first),
        marker("peak", Symbol::Triangle, peak),
        marker("second minimum", Symbol::Star, second),
    ];
    marks.extend(floor(record));
    // Without a rise there is nothing to point at.
    if mean[peak] > 1.1 * mean[first] {
        let between = |a: usize, b: usize| {
            let middle = f64::midpoint(mean[a], mean[b]);
            let falls = mean[a] > mean[b];
            (a..=b).find(|&place| (mean[place] < middle) == falls).unwrap_or(a)
        };
        for (text, place, side) in [
            ("noise is fitted", between(first, peak), Side::BelowRight),
            ("small features are learned", between(peak, second), Side::BelowLeft),
        ] {
            let at = (steps[place], mean[place]);
            marks.push(Mark::Note(Note { text: text.into(), at, side, distance: 1.2 }));
        }
    }
    Figure::new(
        "epoch-wise",
        "Test and training error of gradient descent on a linear model with features of two scales \
         against the number of steps, and the level at which theory says that the test error ends.",
        &sentences([
            format!(
                "Gradient descent on a linear model with many large features and a few small ones. Lines \
                 are means over {} replicates, the band holds 10–90 % of the test errors; within a \
                 replicate every step sees the same data. The test error is the exact expectation over \
                 fresh data. Its limit is that of least squares, whose mean is known exactly.",
                record.estimate("epoch_rise").n
            ),
            noise_sentence(
                parameters,
                "until the small features are learned, what they explain acts as noise",
            ),
        ]),
        vec![Panel::plane(Scale::log("gradient steps $t$"), Scale::linear("error (MSE)"), marks)],
    )
}

/// Mean test error of least squares on the features of the epoch-wise axis, which are Gaussian, with
/// fewer of them than points: `σ²(1 + p/(n − p − 1))` (Breiman and Freedman 1983, *How many variables
/// should be entered in a regression equation?*).
fn least_squares_error(parameters: &Parameters) -> f64 {
    let (n, p) = (parameters.n as f64, blocks(parameters.n).iter().sum::<usize>() as f64);
    parameters.noise * parameters.noise * (1.0 + p / (n - p - 1.0))
}

fn norm(parameters: &Parameters, record: &Record) -> Figure {
    let curve = Curve::model(parameters, record);
    let panel = |title: &str, y, column: &str| {
        let mut marks = vec![mark::vertical("$p = n$", Role::Reference, parameters.n as f64)];
        if column == "norm" {
            let [low, high] = ["norm_q10", "norm_q90"].map(|end| curve.of(end));
            marks.push(band(Role::Train, curve.of("features"), low, high));
        }
        marks.extend(curve.penalties().map(|arm| curve.ridge(arm, column)));
        let name = estimator(parameters);
        marks.push(mark::line(&name, Role::Train, curve.of("features"), curve.of(column)));
        Panel::plane(Scale::log("features $p$"), y, marks).title(title)
    };
    let beside = curve.has_ridges();
    Figure::new(
        "norm",
        &format!(
            "Norm of the coefficients and training error of {}{} against the number of features.",
            estimator(parameters),
            if beside { " and of ridge regression" } else { "" }
        ),
        &sentences([
            format!(
                "Norm of the coefficients and training error behind the model-wise curves: medians over \
                 the same {} replicates, the band holds 10–90 % of those of {}.",
                parameters.replicates,
                estimator(parameters)
            ),
            if parameters.ridge == 0.0 {
                "From $p=n$ on the minimum-norm solution has no training error, up to rounding. At $p=n$ \
                 just one solution interpolates; with more features there are more to choose from."
                    .into()
            } else {
                String::new()
            },
            if beside {
                "Ridge regression does not interpolate, and its penalty bounds the norm."
                    .into()
            } else {
                String::new()
            },
        ]),
        vec![
            panel("Norm", Scale::log("norm $‖θ‖$ of the coefficients"), "norm"),
            panel("Training error", Scale::linear("training error (MSE)"), "train"),
        ],
    )
    .columns(2)
}

/// Sentences with a space between them; empty ones are left out.
fn sentences<const N: usize>(sentences: [String; N]) -> String {
    let said: Vec<String> = sentences.into_iter().filter(|sentence| !sentence.is_empty()).collect();
    said.join(" ")
}

/// What the noise is; without any, what takes its place.
fn noise_sentence(parameters: &Parameters, instead: &str) -> String {
    if parameters.noise > 0.0 {
        format!(
            "The noise has $\\sigma={}$; the horizontal line is $\\sigma^2$, below which no test error \
             is expected.",
            parameters.noise
        )
    } else {
        format!("The targets have no noise ($\\sigma=0$): {instead}.")
    }
}

fn ridge_sentence(parameters: &Parameters) -> String {
    if parameters.lambdas.iter().any(|lambda| *lambda != parameters.ridge) {
        "The ridge curves are means over the same replicates; below they are shown on an axis of their \
         own."
        .into()
    } else {
        String::new()
    }
}

/// What the lines of theory are, and where they end.
fn theory_sentence(parameters: &Parameters, record: &Record, table: &str) -> String {
    let widest = record.tables[table].columns[1].values.iter().copied().fold(0.0, f64::max);
    let end = if table == "model-wise-theory" && widest < 20.0 * parameters.n as f64 {
        format!(", is computed up to $p={widest}$")
    } else {
        String::new()
    };
    let infinite = if parameters.ridge == 0.0 {
        ", and is infinite at the threshold for the minimum norm"
    } else {
        ""
    };
    format!(
        "Theory (deterministic equivalents for large $n$ and $p$) knows only the second moments of \
         features and target{end}{infinite}."
    )
}

/// Panels below each other have their sizes in common.
const ACROSS: Shared = Shared { x: true, y: false };

/// A curve over one of the two sizes, with what stands beside it.
struct Curve<'a> {
    parameters: &'a Parameters,
    record: &'a Record,
    table: &'static str,
    column: &'static str,
}

impl<'a> Curve<'a> {
    fn model(parameters: &'a Parameters, record: &'a Record) -> Self {
        Self { parameters, record, table: "model-wise", column: "features" }
    }

    fn sample(parameters: &'a Parameters, record: &'a Record) -> Self {
        Self { parameters, record, table: "sample-wise", column: "points" }
    }

    fn of(&self, column: &str) -> Vec<f64> {
        self.record.column(self.table, column).to_vec()
    }

    /// Sizes and values in the table beside, for one penalty; empty where it was not run.
    fn beside(&self, kind: &str, lambda: f64, column: &str) -> [Vec<f64>; 2] {
        let table = format!("{}-{kind}", self.table);
        let lambdas = self.record.column(&table, "lambda");
        [self.column, column].map(|column| {
            let rows = lambdas.iter().zip(self.record.column(&table, column));
            rows.filter(|(found, _)| **found == lambda).map(|(_, value)| *value).collect()
        })
    }

    /// The penalties with a curve of their own, and the roles of these.
    fn penalties(&self) -> impl Iterator<Item = (f64, Role)> + '_ {
        // The penalty that the claims are about is the main line already.
        let others = self.parameters.lambdas.iter().zip(1..);
        others
            .filter(|(lambda, _)| **lambda != self.parameters.ridge)
            .map(|(lambda, arm)| (*lambda, Role::Arm(arm)))
    }

    fn has_ridges(&self) -> bool {
        self.penalties().next().is_some()
    }

    fn ridge(&self, (lambda, role): (f64, Role), column: &str) -> Mark {
        let [x, y] = self.beside("ridge", lambda, column);
        mark::line(&format!("ridge, $λ = {}$", power(lambda)), role, x, y)
    }

    /// The estimator with its theory and one ridge arm, and below it all ridge arms, magnified.
    fn panels(&self, axis: &str, threshold: &str, notes: Vec<Mark>) -> Vec<Panel> {
        let plane = |marks| Panel::plane(Scale::log(axis), Scale::log("test error (MSE)"), marks);
        let name = estimator(self.parameters);
        let mut marks = self.lines_across(threshold);
        marks.push(band(Role::Test, self.of(self.column), self.of("q10"), self.of("q90")));
        // One of them shows how much ridge does; all of them would hide each other here.
        let shown = self.penalties().find(|(lambda, _)| *lambda == OPTIMAL);
        marks.extend(shown.or_else(|| self.penalties().next()).map(|arm| self.ridge(arm, "mean")));
        marks.push(mark::line(&name, Role::Test, self.of(self.column), self.of("median")));
        marks.push(self.theory(self.parameters.ridge));
        marks.extend(notes);
        let main = plane(marks);
        if !self.has_ridges() {
            return vec![main];
        }
        let mut marks = self.lines_across(threshold);
        marks.extend(self.penalties().map(|arm| self.ridge(arm, "mean")));
        marks.extend(self.penalties().map(|(lambda, _)| self.theory(lambda)));
        vec![
            main.title(&format!("{}{}", name[..1].to_uppercase(), &name[1..])),
            plane(marks).title("Ridge regression, magnified"),
        ]
    }

    /// The threshold and the noise.
    fn lines_across(&self, threshold: &str) -> Vec<Mark> {
        let threshold = mark::vertical(threshold, Role::Reference, self.parameters.n as f64);
        std::iter::once(threshold).chain(floor(self.record)).collect()
    }

    fn theory(&self, lambda: f64) -> Mark {
        let [x, y] = self.beside("theory", lambda, "test");
        let of =
            if lambda == 0.0 { "minimum norm".into() } else { format!("$λ = {}$", power(lambda)) };
        mark::line("theory", Role::Theory, x, y).about(&of)
    }

    /// Names of the threshold and of one more place, where the estimator has a peak to be named.
    fn notes(&self, text: &str, there: impl Fn(f64) -> bool) -> Vec<Mark> {
        let (x, y) = (self.of(self.column), self.of("median"));
        let n = self.parameters.n as f64;
        let at = |place: usize| (x[place], y[place]);
        let Some(peak) = x.iter().position(|&size| size == n) else { return Vec::new() };
        let Some(other) = x.iter().position(|&size| there(size / n)) else { return Vec::new() };
        // The minimum norm has its peak there; a ridge penalty takes it away.
        if y[peak] < 2.0 * y[other] {
            return Vec::new();
        }
        let (text, at_other) = (text.into(), at(other));
        let second = Note { text, at: at_other, side: Side::Above, distance: 1.2 };
        vec![mark::note("interpolation threshold", at(peak), Side::Right), Mark::Note(second)]
    }
}

/// A number as a power of ten where it is one: 10⁻³.
fn power(value: f64) -> String {
    let exponent = libm::log10(value).round();
    if (value / libm::pow(10.0, exponent) - 1.0).abs() > 1e-9 || exponent.abs() < 2.0 {
        return value.to_string();
    }
    let digits = exponent.abs().to_string();
    let raised = |digit: char| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(digit as usize - '0' as usize);
    let sign = if exponent < 0.0 { "⁻" } else { "" };
    format!("10{sign}{}", digits.chars().filter_map(raised).collect::<String>())
}

fn band(role: Role, x: Vec<f64>, low: Vec<f64>, high: Vec<f64>) -> Mark {
    mark::band("10–90 % of replicates", role, x, low, high)
}

/// The noise floor, where there is noise.
fn floor(record: &Record) -> Option<Mark> {
    let at = record.estimate("noise_floor").value;
    (at > 0.0).then(|| mark::horizontal("noise $σ²$", Role::Reference, at))
}

/// What the claims are about.
pub(super) fn estimator(parameters: &Parameters) -> String {
    if parameters.ridge == 0.0 {
        "minimum-norm least squares".into()
    } else {
        format!("ridge regression with λ = {}", parameters.ridge)
    }
}
