//! Whether a classifier is as sure as it is right: proper scores, calibration errors and temperature
//! scaling, in f64 from logits.

use rand_chacha::ChaCha8Rng;

use crate::lab::random;

/// Temperatures that are looked for: from its reciprocal to this.
const LARGEST_TEMPERATURE: f64 = 1e4;

/// Halvings of the logarithm of the temperature: more than f64 can tell apart.
const HALVINGS: usize = 100;

/// What a classifier says of samples, and what they are.
#[derive(Clone, Debug, PartialEq)]
pub struct Predictions {
    /// Logarithms of the probabilities, one row of `classes` numbers for each sample.
    logarithms: Vec<f64>,
    /// Number of classes.
    classes: usize,
    /// The class of each sample.
    labels: Vec<usize>,
}

/// A classifier's confidence in the class it finds likeliest, and whether that is the sample's.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a pair with names")]
pub struct Answer {
    /// The probability of the likeliest class.
    pub confidence: f64,
    /// Whether it is right.
    pub right: bool,
}

/// How samples are put into bins by the confidence of the classifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the two of the literature")]
pub enum Binning {
    /// Bins of equal width on `[0, 1]`, of which the last contains 1 (Guo, Pleiss, Sun and Weinberger
    /// 2017, *On calibration of modern neural networks*, whose bins contain their upper ends instead).
    EqualWidth(usize),
    /// Bins of as equal numbers of samples as go without parting equal confidences (Nguyen and O'Connor
    /// 2015, *Posterior calibration and exploratory analysis for natural language processing models*).
    EqualMass(usize),
}

/// The samples of one bin.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "what there is to say of a bin")]
pub struct Bin {
    /// Number of samples, at least 1.
    pub count: usize,
    /// Their mean confidence.
    pub confidence: f64,
    /// The share of them that is classified right.
    pub accuracy: f64,
}

/// The Brier score of the statement "the likeliest class is right", taken apart over bins:
/// `reliability − resolution + uncertainty + within` (Murphy 1973, *A new vector partition of the
/// probability score*; `within` by Stephenson, Coelho and Jolliffe 2008, *Two extra components in the
/// Brier score decomposition*).
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the terms of a published decomposition")]
pub struct BrierParts {
    /// Squared distance between confidence and accuracy of bins: 0 when calibrated.
    pub reliability: f64,
    /// How far the accuracies of bins lie from the accuracy: what confidence tells.
    pub resolution: f64,
    /// `a (1 − a)` for the accuracy `a`: the score of one who always says `a`.
    pub uncertainty: f64,
    /// What the spread of confidence within bins adds: its variance less twice its covariance with
    /// being right. 0 when the samples of each bin have one confidence.
    pub within: f64,
}

impl Predictions {
    /// From logits, shape `[samples][classes]` row by row: unnormalised logarithms of probabilities.
    ///
    /// # Panics
    /// Without classes, with another number of logits than samples × classes, or with a label that is
    /// no class.
    #[must_use]
    pub fn from_logits(logits: &[f64], classes: usize, labels: &[usize]) -> Self {
        assert!(classes > 0 && logits.len() == labels.len() * classes, "one row for each label");
        assert!(labels.iter().all(|&label| label < classes), "a label is a class");
        let logarithms = logits
            .chunks(classes)
            .flat_map(|row| {
                let total = log_sum_exp(row);
                row.iter().map(move |logit| logit - total)
            })
            .collect();
        Self { logarithms, classes, labels: labels.to_vec() }
    }

    /// From probabilities, shape `[samples][classes]` row by row, scaled to a sum of 1.
    ///
    /// # Panics
    /// Like [`Predictions::from_logits`].
    #[must_use]
    pub fn from_probabilities(probabilities: &[f64], classes: usize, labels: &[usize]) -> Self {
        let logits: Vec<f64> = probabilities.iter().map(|&p| libm::log(p)).collect();
        Self::from_logits(&logits, classes, labels)
    }

    /// Rows of logarithms of probabilities with their labels.
    fn samples(&self) -> impl Iterator<Item = (&[f64], usize)> {
        self.logarithms.chunks(self.classes).zip(self.labels.iter().copied())
    }

    fn mean(&self, of: impl Fn(&[f64], usize) -> f64) -> f64 {
        self.samples().map(|(row, label)| of(row, label)).sum::<f64>() / self.labels.len() as f64
    }

    /// Negative log-likelihood: the mean of `−ln p(label)`, nats a sample. Not a number without
    /// samples, like all means here.
    #[must_use]
    pub fn nll(&self) -> f64 {
        self.mean(|row, label| -row[label])
    }

    /// The Brier score: the mean of `Σ_c (p_c − 1[c is the label])²`, from 0 to 2 (Brier 1950,
    /// *Verification of forecasts expressed in terms of probability*).
    #[must_use]
    pub fn brier(&self) -> f64 {
        self.mean(|row, label| {
            let error = |(class, &log)| libm::exp(log) - f64::from(u8::from(class == label));
            row.iter().enumerate().map(|pair| error(pair).powi(2)).sum()
        })
    }

    /// The share of samples whose likeliest class is their own. Of equally likely ones, the first
    /// counts.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        self.mean(|row, label| f64::from(u8::from(likeliest(row) == label)))
    }

    /// Confidence and correctness of each sample.
    #[must_use]
    pub fn answers(&self) -> Vec<Answer> {
        self.samples()
            .map(|(row, label)| {
                let class = likeliest(row);
                Answer { confidence: libm::exp(row[class]), right: class == label }
            })
            .collect()
    }

    /// The same with logits divided by the temperature: `p^(1/T)`, normalised.
    #[must_use]
    pub fn tempered(&self, temperature: f64) -> Self {
        let logits: Vec<f64> = self.logarithms.iter().map(|log| log / temperature).collect();
        Self::from_logits(&logits, self.classes, &self.labels)
    }

    /// The temperature whose predictions have the least negative log-likelihood (temperature scaling,
    /// Guo, Pleiss, Sun and Weinberger 2017). Fit it on samples that neither train nor test.
    ///
    /// The likelihood is concave in the inverse temperature `β`, so its slope
    /// `E[z(label)] − E[Σ_c p_c(β) z_c]` falls, and is halved in on. None where it has no zero between
    /// 10⁻⁴ and 10⁴, such as when every sample is classified right, and for logits that are not finite.
    #[must_use]
    pub fn temperature(&self) -> Option<f64> {
        if !self.logarithms.iter().all(|log| log.is_finite()) {
            return None;
        }
        let slope = |temperature: f64| {
            self.mean(|row, label| {
                let scaled: Vec<f64> = row.iter().map(|log| log / temperature).collect();
                let total = log_sum_exp(&scaled);
                let mean = scaled.iter().zip(row).map(|(s, log)| libm::exp(s - total) * log);
                row[label] - mean.sum::<f64>()
            })
        };
        let end = libm::log(LARGEST_TEMPERATURE);
        let (mut low, mut high) = (-end, end);
        // Too cold where the likelihood falls with β.
        let cold = |log: f64| slope(libm::exp(log)) < 0.0;
        if !cold(low) || slope(libm::exp(high)) <= 0.0 {
            return None;
        }
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(low, high);
            if cold(middle) { low = middle } else { high = middle }
        }
        Some(libm::exp(high))
    }

    /// The same samples with classes drawn from the predicted probabilities: what a perfectly
    /// calibrated classifier would meet. Its calibration error is the floor of the measured one, which
    /// is above 0 for finitely many samples.
    #[must_use]
    pub fn calibrated(&self, stream: &mut ChaCha8Rng) -> Self {
        let draws = random::uniforms(stream, self.labels.len(), 0.0, 1.0);
        let labels = self.samples().zip(draws).map(|((row, _), draw)| drawn(row, draw)).collect();
        Self { labels, ..self.clone() }
    }
}

/// Expected calibration error: the mean over samples of `|accuracy − confidence|` of their bin
/// (Naeini, Cooper and Hauskrecht 2015, *Obtaining well calibrated probabilities using Bayesian
/// binning*; for the likeliest class, Guo, Pleiss, Sun and Weinberger 2017). Biased upwards for few
/// samples: see [`Predictions::calibrated`].
#[must_use]
pub fn expected_calibration_error(answers: &[Answer], binning: Binning) -> f64 {
    over(&bins(answers, binning), answers.len(), |bin| (bin.accuracy - bin.confidence).abs())
}

/// The Brier score of "the likeliest class is right" and its parts, which sum to it.
#[must_use]
pub fn brier_parts(answers: &[Answer], binning: Binning) -> BrierParts {
    let (bins, n) = (bins(answers, binning), answers.len());
    let accuracy = over(&bins, n, |bin| bin.accuracy);
    // Variance and covariance within bins: the whole of each less what is between bins.
    let mean = |of: fn(&Answer) -> f64| answers.iter().map(of).sum::<f64>() / n as f64;
    let squares = mean(|a| a.confidence * a.confidence);
    let products = mean(|a| if a.right { a.confidence } else { 0.0 });
    let variance = squares - over(&bins, n, |bin| bin.confidence * bin.confidence);
    let covariance = products - over(&bins, n, |bin| bin.confidence * bin.accuracy);
    BrierParts {
        reliability: over(&bins, n, |bin| (bin.confidence - bin.accuracy).powi(2)),
        resolution: over(&bins, n, |bin| (bin.accuracy - accuracy).powi(2)),
        uncertainty: accuracy * (1.0 - accuracy),
        within: variance - 2.0 * covariance,
    }
}

/// The bins that hold samples, in the order of confidence. Confidences outside `[0, 1]` and those that
/// are not numbers are in the first or last bin of equal width.
#[must_use]
pub fn bins(answers: &[Answer], binning: Binning) -> Vec<Bin> {
    let mut sorted = answers.to_vec();
    sorted.sort_by(|a, b| a.confidence.total_cmp(&b.confidence));
    // The number of each sample's bin, which does not fall.
    let places: Vec<usize> = match binning {
        Binning::EqualWidth(count) => {
            let count = count.max(1);
            let place = |a: &Answer| ((a.confidence * count as f64) as usize).min(count - 1);
            sorted.iter().map(place).collect()
        }
        Binning::EqualMass(count) => equal_mass(&sorted, count.max(1)),
    };
    let pairs: Vec<(usize, Answer)> = places.into_iter().zip(sorted).collect();
    pairs
        .chunk_by(|a, b| a.0 == b.0)
        .map(|members| {
            let count = members.len();
            let sum: f64 = members.iter().map(|(_, a)| a.confidence).sum();
            let right = members.iter().filter(|(_, a)| a.right).count();
            let share = |sum: f64| sum / count as f64;
            Bin { count, confidence: share(sum), accuracy: share(right as f64) }
        })
        .collect()
}

/// Bin of each of these sorted samples. Equal ones are together, where the middle of them belongs, so
/// that the order in which samples come does not matter.
fn equal_mass(sorted: &[Answer], count: usize) -> Vec<usize> {
    let mut places = Vec::with_capacity(sorted.len());
    for equal in sorted.chunk_by(|a, b| a.confidence.total_cmp(&b.confidence).is_eq()) {
        let middle = places.len() + (equal.len() - 1) / 2;
        places.resize(places.len() + equal.len(), middle * count / sorted.len());
    }
    places
}

/// The mean over all `n` samples of what is said of their bin.
fn over(bins: &[Bin], n: usize, of: impl Fn(&Bin) -> f64) -> f64 {
    bins.iter().map(|bin| bin.count as f64 * of(bin)).sum::<f64>() / n as f64
}

fn likeliest(row: &[f64]) -> usize {
    (1..row.len()).fold(0, |best, class| if row[class] > row[best] { class } else { best })
}

/// The class where the cumulated probabilities pass `draw`.
fn drawn(row: &[f64], draw: f64) -> usize {
    let mut sum = 0.0;
    let passes = |&log: &f64| {
        sum += libm::exp(log);
        draw < sum
    };
    // Rounding may leave the sum below 1.
    row.iter().position(passes).unwrap_or_else(|| likeliest(row))
}

/// `ln Σ exp(x)` without overflow.
fn log_sum_exp(row: &[f64]) -> f64 {
    let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if largest.is_infinite() {
        return largest;
    }
    largest + libm::log(row.iter().map(|x| libm::exp(x - largest)).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::compose::Reliability;

    const LABELS: [usize; 6] = [0, 1, 1, 1, 2, 2];

    fn six() -> Predictions {
        let logits = [
            [2.0, 0.5, -1.0],
            [0.1, 0.2, 0.3],
            [-1.0, 3.0, 0.0],
            [1.5, 1.0, 0.0],
            [0.0, 0.0, 4.0],
            [2.5, -0.5, 0.5],
        ];
        Predictions::from_logits(logits.as_flattened(), 3, &LABELS)
    }

    #[track_caller]
    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-13, "{found} is not {expected}");
    }

    fn answers(pairs: &[(f64, bool)]) -> Vec<Answer> {
        pairs.iter().map(|&(confidence, right)| Answer { confidence, right }).collect()
    }

    #[test]
    fn scores_are_those_of_scipy() {
        let found = six();
        // −scipy.special.log_softmax(z, axis=1)[range(6), y].mean()
        near(found.nll(), 0.786_515_162_214_173);
        // ((scipy.special.softmax(z, axis=1) − numpy.eye(3)[y])**2).sum(1).mean()
        near(found.brier(), 0.502_769_502_166_788_5);
        assert_eq!(found.accuracy(), 0.5);
    }

    #[test]
    fn probabilities_and_large_logits_are_the_same_thing() {
        let thirds = Predictions::from_probabilities(&[1.0, 1.0, 1.0, 0.0, 2.0, 2.0], 3, &[2, 1]);
        near(thirds.nll(), f64::midpoint(libm::log(3.0), libm::log(2.0)));
        assert_eq!(thirds.accuracy(), 0.5, "of equally likely classes the first counts");
        let large = Predictions::from_logits(&[1000.0, 999.0, -1000.0, -999.0], 2, &[0, 1]);
        near(large.nll(), libm::log1p(libm::exp(-1.0)));
        let wrong = Predictions::from_probabilities(&[1.0, 0.0], 2, &[1]);
        assert_eq!((wrong.nll(), wrong.brier()), (f64::INFINITY, 2.0));
        assert!(Predictions::from_logits(&[], 3, &[]).nll().is_nan());
        assert!(Predictions::from_logits(&[f64::NAN, 0.0], 2, &[1]).nll().is_nan());
    }

    #[test]
    fn errors_are_those_of_numpy() {
        let answers = six().answers();
        // b = numpy.minimum((c * 5).astype(int), 4); sum over bins of abs((r − c)[b == k].sum()) / 6
        near(
            expected_calibration_error(&answers, Binning::EqualWidth(5)),
            0.312_135_866_019_596_36,
        );
        // The same over numpy.array_split(numpy.argsort(c), 3).
        near(expected_calibration_error(&answers, Binning::EqualMass(3)), 0.273_700_641_599_885_16);
        // What the figure of reliability says of them.
        let (confidence, right): (Vec<f64>, Vec<bool>) =
            answers.iter().map(|answer| (answer.confidence, answer.right)).unzip();
        let drawn = Reliability::of(&confidence, &right, 5).calibration_error();
        // A figure keeps nine digits.
        assert!((drawn - 0.312_135_866).abs() < 1e-8, "{drawn}");
    }

    #[test]
    fn bins_by_hand() {
        let found = bins(
            &answers(&[(1.0, true), (0.5, false), (0.25, true), (0.375, false)]),
            Binning::EqualWidth(2),
        );
        let bin = |count, confidence, accuracy| Bin { count, confidence, accuracy };
        assert_eq!(found, [bin(2, 0.3125, 0.5), bin(2, 0.75, 0.5)]);
        // Equal confidences stay together, whatever their order.
        let mut tied = answers(&[
            (0.9, true),
            (0.9, false),
            (0.9, true),
            (0.6, true),
            (0.3, true),
            (0.7, false),
        ]);
        let forth = bins(&tied, Binning::EqualMass(2));
        tied.reverse();
        let counts = |bins: &[Bin]| bins.iter().map(|bin| bin.count).collect::<Vec<_>>();
        assert_eq!(
            (counts(&forth), counts(&bins(&tied, Binning::EqualMass(2)))),
            (vec![3, 3], vec![3, 3])
        );
        assert_eq!(counts(&bins(&tied, Binning::EqualMass(3))), [2, 1, 3]);
        let same = answers(&[(0.5, true); 7]);
        assert_eq!(bins(&same, Binning::EqualMass(3)), [bin(7, 0.5, 1.0)]);
        for binning in [Binning::EqualWidth(0), Binning::EqualMass(0), Binning::EqualMass(9)] {
            assert_eq!(bins(&same, binning).iter().map(|bin| bin.count).sum::<usize>(), 7);
            assert!(bins(&[], binning).is_empty());
            assert!(expected_calibration_error(&[], binning).is_nan());
            assert_eq!(
                bins(&answers(&[(f64::NAN, true), (7.0, true)]), binning)
                    .iter()
                    .map(|bin| bin.count)
                    .sum::<usize>(),
                2
            );
        }
    }

    #[test]
    fn the_parts_of_the_brier_score_sum_to_it() {
        let (mut stream, n) = (random::stream(1, "test", 0, "brier"), 500);
        let confidence = random::uniforms(&mut stream, n, 0.4, 1.0);
        let coins = random::uniforms(&mut stream, n, 0.0, 1.0);
        let right = |(&sure, &coin): (&f64, &f64)| (sure, coin < sure * sure);
        let drawn = answers(&confidence.iter().zip(&coins).map(right).collect::<Vec<_>>());
        let score = |answers: &[Answer]| {
            let error = |a: &Answer| (a.confidence - f64::from(u8::from(a.right))).powi(2);
            answers.iter().map(error).sum::<f64>() / answers.len() as f64
        };
        for binning in [Binning::EqualWidth(10), Binning::EqualMass(7), Binning::EqualMass(1)] {
            let parts = brier_parts(&drawn, binning);
            let sum = parts.reliability - parts.resolution + parts.uncertainty + parts.within;
            near(sum, score(&drawn));
        }
        // Two forecasts, by hand: .8 is right 3 times of 4, .6 once of 2.
        let few = answers(&[
            (0.8, true),
            (0.8, true),
            (0.8, true),
            (0.8, false),
            (0.6, true),
            (0.6, false),
        ]);
        let parts = brier_parts(&few, Binning::EqualMass(2));
        near(parts.reliability, (4.0 * 0.05_f64.powi(2) + 2.0 * 0.1_f64.powi(2)) / 6.0);
        let accuracy: f64 = 4.0 / 6.0;
        near(
            parts.resolution,
            (4.0 * (accuracy - 0.75).powi(2) + 2.0 * (accuracy - 0.5).powi(2)) / 6.0,
        );
        near(parts.uncertainty, 2.0 / 9.0);
        near(parts.within, 0.0);
    }

    #[test]
    fn the_temperature_has_the_least_likelihood_loss() {
        let temperature = six().temperature().expect("some are wrong");
        // The root of the slope by mpmath with 40 digits.
        near(temperature, 1.388_359_142_402_471_5);
        near(six().tempered(temperature).nll(), 0.758_887_929_405_279_2);
        assert_eq!(six().tempered(temperature).accuracy(), six().accuracy());
        // Tempering first takes it out again.
        near(six().tempered(2.0).temperature().expect("the same samples"), temperature / 2.0);
        near(six().tempered(temperature).temperature().expect("the same samples"), 1.0);
    }

    #[test]
    fn some_predictions_have_no_temperature() {
        let none = |logits: &[f64], labels: &[usize]| {
            assert_eq!(Predictions::from_logits(logits, 2, labels).temperature(), None);
        };
        // All right: the colder the better. All wrong: the hotter the better. Nothing to scale.
        none(&[1.0, 0.0, 0.0, 2.0], &[0, 1]);
        none(&[1.0, 0.0, 0.0, 2.0], &[1, 0]);
        none(&[0.0; 4], &[0, 1]);
        none(&[], &[]);
        none(&[f64::NEG_INFINITY, 0.0, 0.0, 1.0], &[1, 0]);
        none(&[f64::NAN, 0.0], &[1]);
    }

    #[test]
    fn a_calibrated_classifier_has_a_small_error() {
        let (mut stream, n) = (random::stream(2, "test", 0, "calibration"), 20_000);
        let logits: Vec<f64> =
            random::normals(&mut stream, 3 * n).iter().map(|z| 2.0 * z).collect();
        let sure = Predictions::from_logits(&logits, 3, &vec![0; n]);
        let found = sure.calibrated(&mut stream);
        let error = |binning| expected_calibration_error(&found.answers(), binning);
        // Ten bins of 2000: |noise| is on average 0.8 · 0.4/√2000 = 0.007 in each.
        assert!(error(Binning::EqualWidth(10)) < 0.015 && error(Binning::EqualMass(10)) < 0.015);
        let temperature = found.temperature().expect("some are wrong");
        assert!((temperature - 1.0).abs() < 0.05, "{temperature}");
        // Twice as sure as it should be.
        let cold = found.tempered(0.5);
        assert!(expected_calibration_error(&cold.answers(), Binning::EqualWidth(10)) > 0.05);
        near(cold.temperature().expect("some are wrong"), 2.0 * temperature);
    }
}
