//! The figures and the claims. Nothing here enters a run key.

use super::setting::Axis;
use super::setting::Parameters;
use super::summary::Extrema;
use super::summary::WINDOW;
use crate::claim::Claim;
use crate::claim::Threshold;
use crate::figure::Axis as Scale;
use crate::figure::Figure;

use crate::figure::Panel;
use crate::figure::Role;
use crate::figure::Shared;
use crate::figure::mark;
use crate::figure::mark::Mark;
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
    Figure {
        name: "model-wise".into(),
        label: format!(
            "Test error of {estimator} on random features against the number of features, from a \
             twentieth to twenty times the number of training points, with ridge regression beside it."
        ),
        caption: sentences([
            format!(
                "Test error of {estimator} on $p$ random features and $n={}$ training points. The line \
                 is the median over {} replicates and the band holds 10–90 % of them. Within a replicate \
                 all widths share the data and the features are nested, so that neighbouring points are \
                 not independent; the band is not an error of the line. The vertical line is the \
                 interpolation threshold $p=n$.",
                parameters.n, parameters.replicates
            ),
            noise_sentence(parameters),
            ridge_sentence(parameters),
        ]),
        panels: vec![sizes_panel(parameters, record, "model-wise", "features", "$p = n$")],
        columns: 1,
        shared: Shared::default(),
    }
}

fn sample_wise(parameters: &Parameters, record: &Record) -> Figure {
    let estimator = estimator(parameters);
    Figure {
        name: "sample-wise".into(),
        label: format!(
            "Test error of {estimator} on a fixed number of random features against the number of \
             training points, with ridge regression beside it."
        ),
        caption: sentences([
            format!(
                "Test error of {estimator} on $p={}$ random features as training points are added. The \
                 line is the median over {} replicates and the band holds 10–90 % of them; within a \
                 replicate a larger training set contains the smaller one. As $n$ approaches the vertical \
                 line $n=p$ from below, more data makes the test error worse.",
                parameters.n, parameters.replicates
            ),
            noise_sentence(parameters),
            ridge_sentence(parameters),
        ]),
        panels: vec![sizes_panel(parameters, record, "sample-wise", "points", "$n = p$")],
        columns: 1,
        shared: Shared::default(),
    }
}

fn epoch_wise(parameters: &Parameters, record: &Record) -> Figure {
    let of = |column: &str| record.column("epoch-wise", column).to_vec();
    let (steps, mean) = (of("step"), of("mean"));
    let Extrema { first, peak, second } = Extrema::of(&mean);
    let marker = |label: &str, symbol, place: usize| {
        mark::marker(label, Role::Test, symbol, steps[place], mean[place])
    };
    let mut marks = vec![
        band(Role::Test, steps.clone(), of("q10"), of("q90")),
        mark::line("training error", Role::Train, steps.clone(), of("train")),
        mark::line("test error", Role::Test, steps.clone(), mean.clone()),
        marker("first minimum", Symbol::Circle, first),
        marker("peak", Symbol::Triangle, peak),
        marker("second minimum", Symbol::Star, second),
    ];
    marks.extend(floor(record));
    Figure {
        name: "epoch-wise".into(),
        label:
            "Test and training error of gradient descent on a linear model with features of two \
                scales against the number of steps."
                .into(),
        caption: sentences([
            format!(
                "Gradient descent on a linear model with many large features and a few small ones. Lines \
                 are means over {} replicates, the band holds 10–90 % of the test errors; within a \
                 replicate every step sees the same data. The test error is the exact expectation over \
                 fresh data.",
                record.estimate("epoch_rise").n
            ),
            noise_sentence(parameters),
            String::new(),
        ]),
        panels: vec![Panel::plane(
            Scale::log("gradient steps $t$"),
            Scale::linear("error (MSE)"),
            marks,
        )],
        columns: 1,
        shared: Shared::default(),
    }
}

fn norm(parameters: &Parameters, record: &Record) -> Figure {
    let of = |column: &str| record.column("model-wise", column).to_vec();
    let threshold = || mark::vertical("$p = n$", Role::Reference, parameters.n as f64);
    let panel = |title: &str, y, marks: Vec<Mark>| {
        let marks = marks.into_iter().chain([threshold()]).collect();
        Panel::plane(Scale::log("features $p$"), y, marks).title(title)
    };
    let role = Role::Train;
    Figure {
        name: "norm".into(),
        label: format!(
            "Norm of the coefficients and training error of {} against the number of features.",
            estimator(parameters)
        ),
        caption: sentences([
            format!(
                "Norm of the coefficients and training error behind the model-wise curve: medians over \
                 the same {} replicates, the band holds 10–90 % of them.",
                parameters.replicates
            ),
            if parameters.ridge == 0.0 {
                "From $p=n$ on the training error is zero up to rounding. At $p=n$ just one solution \
                 interpolates; with more features there are more to choose from."
                    .into()
            } else {
                String::new()
            },
            String::new(),
        ]),
        panels: vec![
            panel(
                "Norm",
                Scale::log("norm of the coefficients"),
                vec![
                    band(role, of("features"), of("norm_q10"), of("norm_q90")),
                    mark::line("norm", role, of("features"), of("norm")),
                ],
            ),
            panel(
                "Training error",
                Scale::linear("training error (MSE)"),
                vec![mark::line("training error", role, of("features"), of("train"))],
            ),
        ],
        columns: 2,
        shared: Shared::default(),
    }
}

/// Sentences with a space between them; empty ones are left out.
fn sentences(sentences: [String; 3]) -> String {
    let said: Vec<String> = sentences.into_iter().filter(|sentence| !sentence.is_empty()).collect();
    said.join(" ")
}

fn noise_sentence(parameters: &Parameters) -> String {
    if parameters.noise > 0.0 {
        "The horizontal line is the noise $\\sigma^2$, below which no test error is expected."
            .into()
    } else {
        String::new()
    }
}

fn ridge_sentence(parameters: &Parameters) -> String {
    if parameters.lambdas.iter().any(|lambda| *lambda != parameters.ridge) {
        "The ridge curves are means over the same replicates.".into()
    } else {
        String::new()
    }
}

/// Test error over one of the two sizes, with the ridge arms.
fn sizes_panel(
    parameters: &Parameters,
    record: &Record,
    table: &str,
    column: &str,
    threshold: &str,
) -> Panel {
    let of = |name: &str| record.column(table, name).to_vec();
    let axis = if column == "features" { "features $p$" } else { "training points $n$" };
    let mut marks = vec![mark::vertical(threshold, Role::Reference, parameters.n as f64)];
    marks.extend(floor(record));
    marks.push(band(Role::Test, of(column), of("q10"), of("q90")));
    let ridge = format!("{table}-ridge");
    let of_ridge = |name: &str| record.column(&ridge, name);
    for (i, lambda) in parameters.lambdas.iter().enumerate() {
        let rows = |name: &str| -> Vec<f64> {
            let pairs = of_ridge("lambda").iter().zip(of_ridge(name));
            pairs.filter(|(found, _)| *found == lambda).map(|(_, value)| *value).collect()
        };
        let (x, y) = (rows(column), rows("mean"));
        // The penalty that the claims are about is the main line already.
        if !x.is_empty() {
            marks.push(mark::line(
                &format!("ridge, $λ = {}$", power(*lambda)),
                Role::Arm(i as u8 + 1),
                x,
                y,
            ));
        }
    }
    marks.push(mark::line(&estimator(parameters), Role::Test, of(column), of("median")));
    Panel::plane(Scale::log(axis), Scale::log("test error (MSE)"), marks)
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

fn estimator(parameters: &Parameters) -> String {
    if parameters.ridge == 0.0 {
        "minimum-norm least squares".into()
    } else {
        format!("ridge regression with λ = {}", parameters.ridge)
    }
}

/// The penalty that must remove the peak.
const OPTIMAL: f64 = 1e-3;

/// The claims about the axes that were run.
///
/// Each is decided as its words say: counts of these very replicates; ratios of medians from the
/// unfavourable to the favourable ends of both; medians of ratios within replicates; ratios of means
/// by Student's t on paired residuals.
pub(super) fn claims(parameters: &Parameters, record: &Record) -> Vec<Claim> {
    let mut claims = Vec::new();
    if parameters.runs(Axis::Model) {
        claims.extend(model_claims(parameters, record));
    }
    if parameters.runs(Axis::Sample) {
        claims.extend(sample_claims(parameters, record));
    }
    if parameters.runs(Axis::Epoch) {
        claims.extend(epoch_claims(record));
    }
    claims
}

fn model_claims(parameters: &Parameters, record: &Record) -> Vec<Claim> {
    let estimator = estimator(parameters);
    let mut claims = vec![
        all_in_window(
            record,
            "peak-at-threshold",
            "peak_in_window",
            format!(
                "In every replicate the test error of {estimator} is largest at a width between \
                 $n/{WINDOW}$ and ${WINDOW}n$"
            ),
        ),
        Claim::on(
            "peak-height",
            format!(
                "The median test error of {estimator} at $p=n$ is at least 3 times that at $p=10n$"
            ),
            record.estimate("threshold_over_10n"),
            Threshold::AtLeast(3.0),
        ),
        Claim::on(
            "second-descent",
            format!(
                "In the median replicate the test error of {estimator} at $p=20n$ is below the lowest \
                 that any width $p<n$ reaches in that replicate"
            ),
            record.estimate("second_descent"),
            Threshold::AtMost(1.0),
        ),
    ];
    let optimal = parameters.lambdas.iter().position(|lambda| *lambda == OPTIMAL);
    let rise = optimal.and_then(|i| record.estimates.get(&format!("ridge_{}_rise", i + 1)));
    claims.extend(rise.map(|rise| {
        Claim::on(
            "ridge-has-no-peak",
            format!(
                "With a ridge penalty of $\\lambda={OPTIMAL}$ the mean test error rises by at most \
                 5 % from any width to any larger one"
            ),
            rise,
            Threshold::AtMost(1.05),
        )
    }));
    claims.into_iter().map(|claim| claim.with_figure("model-wise")).collect()
}

fn sample_claims(parameters: &Parameters, record: &Record) -> Vec<Claim> {
    let estimator = estimator(parameters);
    let claims = vec![
        all_in_window(
            record,
            "sample-wise-peak-at-threshold",
            "sample_peak_in_window",
            format!(
                "In every replicate the test error of {estimator} is largest at a sample size between \
                 $p/{WINDOW}$ and ${WINDOW}p$"
            ),
        ),
        Claim::on(
            "more-data-hurts",
            format!(
                "The median test error of {estimator} with $n=0.9p$ points is at least 1.5 times that \
                 with $n=0.5p$"
            ),
            record.estimate("more_data_hurts"),
            Threshold::AtLeast(1.5),
        ),
    ];
    claims.into_iter().map(|claim| claim.with_figure("sample-wise")).collect()
}

fn epoch_claims(record: &Record) -> Vec<Claim> {
    let claims = vec![
        Claim::on(
            "epoch-wise-peak",
            "During gradient descent the mean test error rises from its first minimum to a peak at \
             least 1.3 times as high",
            record.estimate("epoch_rise"),
            Threshold::AtLeast(1.3),
        ),
        Claim::on(
            "epoch-wise-second-descent",
            "After its peak the mean test error falls to at most half the peak",
            record.estimate("epoch_fall"),
            Threshold::AtMost(0.5),
        ),
        Claim::on(
            "epoch-wise-lower-minimum",
            "The second minimum of the mean test error is lower than the first",
            record.estimate("epoch_second_over_first"),
            Threshold::AtMost(1.0),
        ),
    ];
    claims.into_iter().map(|claim| claim.with_figure("epoch-wise")).collect()
}

fn all_in_window(record: &Record, name: &str, estimate: &str, text: String) -> Claim {
    let count = record.estimate(estimate);
    Claim::count(name, text, count.value as usize, count.n, count.n)
}
