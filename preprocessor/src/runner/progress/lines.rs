//! Progress as lines of the log: one before, one for each simulation.

use super::Observer;
use super::Outcome;
use super::Planned;
use super::pace::Pace;
use super::spoken;

/// Tells by lines.
#[derive(Default)]
pub(super) struct Lines {
    words: Vec<Words>,
}

/// What is said of a job.
pub(super) struct Words {
    job: usize,
    name: String,
    what: String,
    /// How many shards are run for it, and how many of them are done.
    run: usize,
    done: usize,
}

impl Words {
    pub(super) fn of(planned: &Planned<'_>) -> Self {
        let Planned { name, experiment, shards, held, shared, place, .. } = planned;
        let same = name == experiment || name.strip_suffix(" (draft)") == Some(experiment);
        let of = if same { String::new() } else { format!(" of {experiment}") };
        let run = planned.run();
        let s = if run == 1 { "" } else { "s" };
        let what = match (held, shared) {
            (0, 0) => format!("{run} shard{s} on {place}"),
            (_, 0) => format!("{run} of {shards} shards on {place}, the others were there"),
            (0, _) => format!("{run} of {shards} shards on {place}, the others with another's"),
            _ => format!(
                "{run} of {shards} shards on {place}, {shared} with another's, the others were there"
            ),
        };
        Self { job: planned.job, name: format!("{name}{of}"), what, run, done: 0 }
    }

    /// Notes that a shard of a job is done, unless it failed.
    pub(super) fn shard(words: &mut [Self], job: usize, took: Option<f64>) {
        if let Some(of) = words.iter_mut().find(|words| words.job == job && took.is_some()) {
            of.done += 1;
        }
    }

    /// One line on what became of a job.
    pub(super) fn line(words: &[Self], job: usize, outcome: Outcome<'_>) -> Option<String> {
        let Self { name, what, run, done, .. } = words.iter().find(|words| words.job == job)?;
        Some(match outcome {
            Outcome::Computed { seconds, changed, .. } => {
                let took = spoken(seconds);
                let same = if changed { "" } else { "; the record is as it was" };
                format!("computed {name}: {what}; {took} on one core{same}")
            }
            // The problem itself is told with its place.
            Outcome::Failed(_) => format!("failed {name}: {what}"),
            Outcome::Stopped => {
                format!("stopped {name}: {done} of {run} shards are done, and kept")
            }
        })
    }
}

/// One line on what is to be done.
pub(super) fn head(plan: &[Planned<'_>], at_once: usize) -> String {
    let pace = Pace::new(plan, at_once);
    let simulations = plan.len();
    let s = if simulations == 1 { "" } else { "s" };
    let (shards, left) = (pace.shards, spoken(pace.left()));
    format!(
        "computing {simulations} simulation{s}: {shards} shards, {at_once} at a time, about {left}"
    )
}

impl Observer for Lines {
    fn planned(&mut self, plan: &[Planned<'_>], at_once: usize) {
        self.words = plan.iter().map(Words::of).collect();
        tracing::info!("{}", head(plan, at_once));
    }

    fn shard(&mut self, job: usize, _: f64, took: Option<f64>) {
        Words::shard(&mut self.words, job, took);
    }

    fn settled(&mut self, job: usize, outcome: Outcome<'_>) {
        if let Some(line) = Words::line(&self.words, job, outcome) {
            tracing::info!("{line}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_was_run() {
        let planned = Planned {
            job: 3,
            name: "noiseless",
            experiment: "double-descent",
            shards: 9,
            held: 0,
            shared: 0,
            seconds: 30.0,
            place: "flex",
        };
        let resumed = Planned { job: 4, name: "double-descent", held: 6, ..planned.clone() };
        let shared = Planned { job: 5, shared: 7, ..planned.clone() };
        let both = Planned { job: 6, shared: 2, ..resumed.clone() };
        let mut words = [&planned, &resumed, &shared, &both].map(Words::of);
        Words::shard(&mut words, 3, Some(1.0));
        Words::shard(&mut words, 3, None);
        let computed = |changed| Outcome::Computed { digest: "", changed, seconds: 31.0 };
        let line = |job, outcome| Words::line(&words, job, outcome).unwrap();
        assert_eq!(
            line(3, computed(true)),
            "computed noiseless of double-descent: 9 shards on flex; 31 s on one core"
        );
        assert_eq!(
            line(4, computed(false)),
            "computed double-descent: 3 of 9 shards on flex, the others were there; 31 s on one core; \
             the record is as it was"
        );
        assert!(line(3, Outcome::Failed("x")).starts_with("failed noiseless"));
        assert_eq!(
            line(3, Outcome::Stopped),
            "stopped noiseless of double-descent: 1 of 9 shards are done, and kept"
        );
        let shared = line(5, computed(true));
        assert!(shared.contains(": 2 of 9 shards on flex, the others with another's;"), "{shared}");
        let both = line(6, computed(true));
        let expected = ": 1 of 9 shards on flex, 2 with another's, the others were there;";
        assert!(both.contains(expected), "{both}");
        assert_eq!(
            head(&[planned, resumed], 2),
            "computing 2 simulations: 12 shards, 2 at a time, about 30 s"
        );
    }
}
