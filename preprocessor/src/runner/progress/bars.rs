//! Progress as bars on a terminal: one for each simulation that runs, and one for all, with rate and time left.

use std::collections::BTreeMap;
use std::time::Duration;
use std::time::Instant;

use indicatif::MultiProgress;
use indicatif::ProgressBar;
use indicatif::ProgressStyle;

use super::Observer;
use super::Outcome;
use super::Planned;
use super::lines::Words;
use super::pace::Pace;
use super::spoken;

/// More bars than this at a time help nobody.
const MOST: usize = 8;

/// Tells by bars on standard error.
#[derive(Default)]
pub(super) struct Bars {
    all: MultiProgress,
    words: Vec<Words>,
    jobs: BTreeMap<usize, Job>,
    total: Option<Total>,
}

struct Job {
    name: String,
    shards: usize,
    held: usize,
    bar: Option<ProgressBar>,
    ended: usize,
}

struct Total {
    bar: ProgressBar,
    pace: Pace,
    started: Instant,
}

impl Bars {
    /// Those drawn to `all`.
    #[cfg(test)]
    fn on(all: MultiProgress) -> Self {
        Self { all, ..Self::default() }
    }

    /// Shows how far a job is, if there is room for one more bar.
    fn show(&mut self, number: usize) {
        let shown = self.jobs.values().filter(|job| job.bar.is_some()).count();
        let Some(job) = self.jobs.get_mut(&number) else { return };
        if job.bar.is_none() && shown < MOST {
            let bar = ProgressBar::new(job.shards as u64)
                .with_style(style("{prefix:>28.28} {bar:24} {pos}/{len}"))
                .with_prefix(job.name.clone());
            job.bar = Some(self.all.insert_from_back(1, bar));
        }
        if let Some(bar) = &job.bar {
            bar.set_position((job.held + job.ended) as u64);
        }
    }
}

impl Total {
    fn show(&self) {
        let Pace { ended, shards, .. } = self.pace;
        let seconds = self.started.elapsed().as_secs_f64();
        let rate = match ended {
            0 => String::new(),
            _ => format!("{:.1} a second, ", ended as f64 / seconds.max(0.001)),
        };
        let left = spoken(self.pace.left());
        self.bar.set_position(ended as u64);
        self.bar.set_message(format!("{ended}/{shards} shards, {rate}about {left} left"));
    }
}

fn style(template: &str) -> ProgressStyle {
    // A template of our own that could not be read would show plain bars.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl Observer for Bars {
    fn planned(&mut self, plan: &[Planned<'_>], at_once: usize) {
        self.words = plan.iter().map(Words::of).collect();
        let job = |planned: &Planned<'_>| Job {
            name: planned.name.to_owned(),
            shards: planned.shards,
            held: planned.held,
            bar: None,
            ended: 0,
        };
        self.jobs = plan.iter().map(|planned| (planned.job, job(planned))).collect();
        let pace = Pace::new(plan, at_once);
        let bar = ProgressBar::new(pace.shards as u64)
            .with_style(style("{prefix:>28} {bar:24} {elapsed} {msg}"))
            .with_prefix("all");
        let bar = self.all.add(bar);
        // Somebody who looks at a long shard sees that something moves.
        bar.enable_steady_tick(Duration::from_secs(1));
        let total = Total { bar, pace, started: Instant::now() };
        total.show();
        self.total = Some(total);
    }

    fn shard(&mut self, job: usize, expected: f64, took: Option<f64>) {
        self.shared(job, took.is_some());
        Words::shard(&mut self.words, job, took);
        if let Some(total) = &mut self.total {
            total.pace.shard(expected, took);
            total.show();
        }
    }

    fn shared(&mut self, job: usize, _: bool) {
        if let Some(job) = self.jobs.get_mut(&job) {
            job.ended += 1;
        }
        self.show(job);
    }

    fn settled(&mut self, job: usize, outcome: Outcome<'_>) {
        if let Some(bar) = self.jobs.remove(&job).and_then(|job| job.bar) {
            bar.finish_and_clear();
            self.all.remove(&bar);
        }
        if let Some(line) = Words::line(&self.words, job, outcome) {
            // A terminal that is gone is told nothing.
            let _ = self.all.println(line);
        }
    }

    fn ended(&mut self) {
        self.jobs.clear();
        if let Some(total) = self.total.take() {
            total.bar.finish_and_clear();
        }
        let _ = self.all.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use indicatif::ProgressDrawTarget;
    use indicatif::TermLike;
    use std::io;
    use std::sync::Arc;
    use std::sync::Mutex;

    /// What was written since somebody looked, without where.
    #[derive(Clone, Debug, Default)]
    struct Screen(Arc<Mutex<String>>);

    impl Screen {
        fn read(&self) -> String {
            std::mem::take(&mut self.0.lock().unwrap())
        }
    }

    impl TermLike for Screen {
        fn width(&self) -> u16 {
            100
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> io::Result<()> {
            self.write_str(text)
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            self.0.lock().unwrap().push_str(text);
            Ok(())
        }
        fn clear_line(&self) -> io::Result<()> {
            Ok(())
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn bars_show_counts_and_what_is_left() {
        let screen = Screen::default();
        // No limit on how often it is drawn.
        let target = ProgressDrawTarget::term_like_with_hz(Box::new(screen.clone()), 255);
        let mut bars = Bars::on(MultiProgress::with_draw_target(target));
        let planned = |job, name| Planned {
            job,
            name,
            experiment: name,
            shards: 6,
            held: 2,
            shared: 0,
            seconds: 40.0,
            place: "host",
        };
        bars.planned(&[planned(0, "first"), planned(1, "second")], 2);
        bars.shard(1, 10.0, Some(10.0));
        bars.total.as_ref().unwrap().bar.tick();
        let shown = screen.read();
        assert!(shown.contains("1/8 shards") && shown.contains("about 35 s left"), "{shown}");
        assert!(shown.contains("second") && shown.contains("3/6"), "{shown}");
        assert!(!shown.contains("first"), "it has not begun: {shown}");
        bars.settled(1, Outcome::Computed { digest: "", changed: true, seconds: 20.0 });
        let shown = screen.read();
        assert!(shown.contains("computed second: 4 of 6 shards on host"), "{shown}");
        bars.ended();
        assert!(bars.total.is_none() && bars.jobs.is_empty());
    }
}
