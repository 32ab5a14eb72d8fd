//! The backends against each other: `flex` gives the same bits however often and beside whatever it
//! runs, and the backends that are compiled in give its numbers within intervals.
//!
//! `tests/run --wgpu` compiles `ndarray` and `wgpu` in and runs this on an adapter, which may be a
//! software one. `--nocapture` shows what was measured.

mod backends {
    pub(super) mod chosen;
    pub(super) mod convolutional;
    pub(super) mod landscape;
    pub(super) mod perceptron;
    pub(super) mod precision;
    pub(super) mod repeatable;
    pub(super) mod trained;

    use experiments::backend::Backend;

    /// The backends that are compared with `flex`.
    ///
    /// # Panics
    /// When one is compiled in and cannot start: a skip would look like a pass.
    pub(super) fn others() -> Vec<Backend> {
        let mut compiled = Vec::new();
        if cfg!(feature = "ndarray") {
            compiled.push("ndarray");
        }
        if cfg!(feature = "wgpu") {
            compiled.push("wgpu");
        }
        compiled
            .into_iter()
            .map(|name| Backend::open(name).unwrap_or_else(|fault| panic!("{fault}")))
            .collect()
    }
}
