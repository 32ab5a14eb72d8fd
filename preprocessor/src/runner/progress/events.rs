//! Progress as events: a line of JSON each.

use std::io::Write;

use serde_json::Value;
use serde_json::json;

use super::Observer;
use super::Outcome;
use super::Planned;
use super::lines::Lines;
use super::pace::Pace;
use crate::obtain::Counts;

/// Tells by events, and by lines as well.
pub(super) struct Events<W> {
    out: W,
    lines: Lines,
    names: Vec<(usize, String)>,
    pace: Pace,
}

impl<W: Write> Events<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, lines: Lines::default(), names: Vec::new(), pace: Pace::default() }
    }

    fn tell(&mut self, event: &Value) {
        // Whoever listened may be gone; the run goes on.
        let _ = writeln!(self.out, "{event}").and_then(|()| self.out.flush());
    }

    fn name(&self, job: usize) -> &str {
        self.names.iter().find(|(number, _)| *number == job).map_or("", |(_, name)| name)
    }
}

impl<W: Write> Observer for Events<W> {
    fn planned(&mut self, plan: &[Planned<'_>], at_once: usize) {
        self.lines.planned(plan, at_once);
        self.names = plan.iter().map(|planned| (planned.job, planned.name.to_owned())).collect();
        self.pace = Pace::new(plan, at_once);
        let simulations: Vec<Value> = plan
            .iter()
            .map(|planned| {
                json!({
                    "name": planned.name,
                    "experiment": planned.experiment,
                    "shards": planned.shards,
                    "held": planned.held,
                    "shared": planned.shared,
                    "expected_seconds": planned.seconds,
                    "backend": planned.place,
                })
            })
            .collect();
        let event = json!({
            "event": "planned",
            "simulations": simulations,
            "at_once": at_once,
            "seconds_left": self.pace.left(),
        });
        self.tell(&event);
    }

    fn shard(&mut self, job: usize, expected: f64, took: Option<f64>) {
        self.lines.shard(job, expected, took);
        self.pace.shard(expected, took);
        let event = json!({
            "event": "shard",
            "simulation": self.name(job),
            "seconds": took,
            "failed": took.is_none(),
            "ended": self.pace.ended,
            "shards": self.pace.shards,
            "seconds_left": self.pace.left(),
        });
        self.tell(&event);
    }

    fn settled(&mut self, job: usize, outcome: Outcome<'_>) {
        self.lines.settled(job, outcome);
        let name = self.name(job);
        let event = match outcome {
            Outcome::Computed { digest, changed, seconds } => json!({
                "event": "computed",
                "simulation": name,
                "digest": digest,
                "changed": changed,
                "seconds": seconds,
            }),
            Outcome::Failed(message) => {
                json!({"event": "failed", "simulation": name, "message": message})
            }
            Outcome::Stopped => json!({"event": "stopped", "simulation": name}),
        };
        self.tell(&event);
    }

    fn obtained(&mut self, counts: &Counts) {
        let event = json!({
            "event": "obtained",
            "reused": counts.reused,
            "computed": counts.computed,
            "failed": counts.failed,
            "shards": counts.shards,
            "resumed": counts.resumed,
            "seconds_saved": counts.saved,
        });
        self.tell(&event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_a_line_of_json() {
        let mut events = Events::new(Vec::new());
        let planned = Planned {
            job: 7,
            name: "a",
            experiment: "b",
            shards: 3,
            held: 1,
            shared: 0,
            seconds: 4.0,
            place: "host",
        };
        events.planned(&[planned], 2);
        events.shard(7, 2.0, Some(4.0));
        events.shard(7, 2.0, None);
        events.settled(7, Outcome::Failed("a \"quoted\"\nmessage"));
        events.settled(7, Outcome::Computed { digest: "d", changed: false, seconds: 4.0 });
        events.obtained(&Counts::default());
        let text = String::from_utf8(events.out).unwrap();
        let lines: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let names: Vec<_> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
        assert_eq!(names, ["planned", "shard", "shard", "failed", "computed", "obtained"]);
        assert_eq!(lines[0]["seconds_left"], 2.0);
        assert_eq!((lines[1]["seconds_left"].as_f64(), &lines[1]["ended"]), (Some(4.0), &json!(1)));
        assert_eq!((&lines[2]["failed"], &lines[2]["seconds"]), (&json!(true), &Value::Null));
        assert_eq!(lines[3]["message"], "a \"quoted\"\nmessage");
    }
}
