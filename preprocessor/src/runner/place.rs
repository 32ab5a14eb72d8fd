//! Where the shards of a simulation run: on the host's processors or on the one adapter.

use experiments::backend::Backend;
use experiments::experiment::Place;

/// Where the shards of a simulation run.
#[derive(Clone)]
pub(super) struct Where {
    /// The backend as a short name, `host` where burn takes no part.
    pub(super) label: &'static str,
    /// What does the work, in words.
    pub(super) words: String,
    /// The backend itself.
    pub(super) backend: Backend,
}

impl Where {
    /// Where an experiment at that place runs when that backend is asked for.
    pub(super) fn new(place: Place, asked: &Backend) -> Self {
        let backend = match place {
            Place::Host => Backend::flex(),
            Place::Double => asked.double(),
            _ => asked.clone(),
        };
        let host = format!("host CPU ({})", instruction_set());
        let on = |backend: &Backend| {
            let device = backend.adapter().map_or_else(|| host.clone(), ToString::to_string);
            format!("{} on {device}", backend.name())
        };
        let words = match place {
            Place::Host => host.clone(),
            Place::Double if backend.name() != asked.name() => {
                let adapter = asked.adapter().map_or_else(String::new, |on| format!(" on {on}"));
                let lacking = format!("double precision, which {} lacks{adapter}", asked.name());
                format!("{} for {lacking}", on(&backend))
            }
            Place::Device | Place::Double => on(&backend),
            // The adapter last: its name and its driver's may hold anything.
            _ => format!("linear algebra on the host CPU, networks with {}", on(&backend)),
        };
        let label = if place == Place::Host { "host" } else { backend.name() };
        Self { label, words, backend }
    }

    /// Whether shards wait for each other: an adapter is one for all, and busy with one.
    pub(super) fn is_adapter(&self) -> bool {
        self.backend.adapter().is_some()
    }
}

/// The widest vector instructions, on which the last bits of sums depend.
fn instruction_set() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    {
        if std::is_x86_feature_detected!("avx512f") {
            return "x86-64 with AVX-512";
        }
        if std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma") {
            return "x86-64 with AVX2 and FMA";
        }
    }
    std::env::consts::ARCH
}

/// The backends, as shards are addressed, where an experiment at that place may do its work.
#[must_use]
pub fn labels(place: Place, backend: &str) -> Vec<&str> {
    let mut labels = match (place, backend) {
        (Place::Host, _) => vec!["host"],
        (_, "auto") => vec!["wgpu", "flex"],
        (_, backend) => vec![backend],
    };
    // An adapter has no double precision.
    if place == Place::Double && labels.contains(&"wgpu") {
        labels = vec!["flex"];
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_looked_for_where_they_would_be_run() {
        assert_eq!(labels(Place::Host, "wgpu"), ["host"]);
        assert_eq!(labels(Place::Device, "ndarray"), ["ndarray"]);
        assert_eq!(labels(Place::Both, "auto"), ["wgpu", "flex"]);
        assert_eq!(labels(Place::Double, "auto"), ["flex"]);
        assert_eq!(labels(Place::Double, "ndarray"), ["ndarray"]);
    }
}
