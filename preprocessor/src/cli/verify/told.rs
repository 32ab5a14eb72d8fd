//! What `verify` prints: a few lines for each record, or an event.

use std::io;
use std::io::Write;

use serde_json::Value;
use serde_json::json;

use crate::agreement::Agreement;
use crate::agreement::Difference;
use crate::key;
use crate::number::number;
use crate::store::records::Stored;

/// So many differences say what is wrong.
const MOST: usize = 5;

/// What became of a record.
pub(super) enum Outcome<'o> {
    /// It was computed again.
    Compared {
        /// The record that lies there.
        was: &'o Stored,
        /// What was computed.
        is: &'o Stored,
        /// How they agree.
        agreement: &'o Agreement,
    },
    /// It could not be computed; why is told as a problem.
    NotComputed,
    /// What lies there is no fresh record, and what it is.
    NotFresh(&'o str),
}

/// Somewhere to tell it.
pub(super) struct Told<'t> {
    json: bool,
    out: &'t mut dyn Write,
    same: usize,
    within: usize,
    differing: usize,
    unverified: usize,
}

impl<'t> Told<'t> {
    pub(super) fn new(json: bool, out: &'t mut dyn Write) -> Self {
        Self { json, out, same: 0, within: 0, differing: 0, unverified: 0 }
    }

    /// Tells which records were drawn.
    pub(super) fn drawn<'n>(
        &mut self,
        date: &str,
        all: usize,
        names: impl Iterator<Item = &'n String>,
    ) -> io::Result<()> {
        let names: Vec<&str> = names.map(String::as_str).collect();
        if self.json {
            let event = json!({"event": "drawn", "date": date, "of": all, "simulations": names});
            return writeln!(self.out, "{event}");
        }
        let count = names.len();
        writeln!(self.out, "drawn on {date}, {count} of {all}: {}", names.join(", "))
    }

    /// Tells what became of one.
    pub(super) fn one(&mut self, name: &str, outcome: &Outcome<'_>) -> io::Result<()> {
        *match outcome {
            Outcome::Compared { agreement: Agreement::Same, .. } => &mut self.same,
            Outcome::Compared { agreement: Agreement::Within { .. }, .. } => &mut self.within,
            Outcome::Compared { agreement: Agreement::Differs(_), .. } => &mut self.differing,
            Outcome::NotComputed | Outcome::NotFresh(_) => &mut self.unverified,
        } += 1;
        match self.json {
            true => writeln!(self.out, "{}", event(name, outcome)),
            false => write!(self.out, "{name}: {}", words(outcome)),
        }
    }

    /// Tells what became of all. Says whether they agree.
    pub(super) fn all(self, since: Option<&str>) -> io::Result<bool> {
        let Self { json, out, same, within, differing, unverified } = self;
        let agree = differing + unverified == 0;
        if json {
            let event = json!({
                "event": "all", "same": same, "within_tolerance": within, "differing": differing,
                "not_verified": unverified, "agree": agree,
            });
            writeln!(out, "{event}")?;
            return Ok(agree);
        }
        let count = same + within + differing + unverified;
        match (count, since) {
            (0, Some(since)) => writeln!(out, "nothing to verify: no record differs from {since}")?,
            (0, None) => writeln!(out, "nothing to verify: the book refers to no record")?,
            _ => {
                let s = if count == 1 { "" } else { "s" };
                writeln!(
                    out,
                    "{count} record{s}: {same} the same, {within} within tolerance, \
                     {differing} differing, {unverified} not verified"
                )?;
                if differing > 0 {
                    writeln!(
                        out,
                        "where the code is right, `mdbook-simulation run NAME --fresh` stores what it gives"
                    )?;
                }
            }
        }
        Ok(agree)
    }
}

fn words(outcome: &Outcome<'_>) -> String {
    let (was, is, agreement) = match outcome {
        Outcome::NotComputed => return "not verified: it failed, see the errors above\n".into(),
        Outcome::NotFresh(why) => return format!("not verified: {why}\n"),
        Outcome::Compared { was, is, agreement } => (was, is, agreement),
    };
    let devices = match was.provenance.device == is.provenance.device {
        true => String::new(),
        false => format!(
            "    recorded: {}\n    now:      {}\n",
            was.provenance.device, is.provenance.device
        ),
    };
    match agreement {
        Agreement::Same => format!("same digest, {}\n", key::short(&is.digest)),
        Agreement::Within { largest: None } => {
            format!("within tolerance (every estimate is the same)\n{devices}")
        }
        Agreement::Within { largest: Some((what, part)) } => {
            let part = number(*part);
            format!("within tolerance (largest: {part} of its tolerance, {what})\n{devices}")
        }
        Agreement::Differs(differences) => {
            let [was, is] = [was, is].map(|stored| key::short(&stored.digest));
            let how = if devices.is_empty() { " on the same device" } else { "" };
            let lines: String = differences.iter().take(MOST).map(line).collect();
            let more = match differences.len().saturating_sub(MOST) {
                0 => String::new(),
                more => format!("    and {more} more\n"),
            };
            format!("DIFFERS{how}: the digest was {was}, is {is}\n{devices}{lines}{more}")
        }
    }
}

fn line(Difference { what, was, is, .. }: &Difference) -> String {
    format!("    {what}: was {was}, is {is}\n")
}

fn event(name: &str, outcome: &Outcome<'_>) -> Value {
    let (was, is, agreement) = match outcome {
        Outcome::NotComputed => {
            return json!({"event": "verified", "simulation": name, "outcome": "not computed"});
        }
        Outcome::NotFresh(why) => {
            return json!({
                "event": "verified", "simulation": name, "outcome": "not fresh", "why": why,
            });
        }
        Outcome::Compared { was, is, agreement } => (was, is, agreement),
    };
    let (word, largest, differences) = match agreement {
        Agreement::Same => ("same", None, None),
        Agreement::Within { largest } => {
            let largest = largest.as_ref();
            let largest = largest.map(|(what, part)| json!({"what": what, "part": part}));
            ("within tolerance", largest, None)
        }
        Agreement::Differs(differences) => ("differs", None, Some(differences)),
    };
    let differences = differences.into_iter().flatten().map(|Difference { what, was, is, size }| {
        json!({"what": what, "was": was, "is": is, "size": size})
    });
    json!({
        "event": "verified",
        "simulation": name,
        "outcome": word,
        "largest": largest,
        "differences": differences.collect::<Vec<_>>(),
        "recorded": {"digest": was.digest, "provenance": was.provenance},
        "computed": {"digest": is.digest, "provenance": is.provenance},
    })
}
