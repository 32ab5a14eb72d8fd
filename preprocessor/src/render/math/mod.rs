//! TeX to HTML with MathML, at build time, by katex-rs (a Rust port of KaTeX 0.18.5).
//!
//! The reader's browser needs KaTeX's css and fonts (`theme/katex.css`) and no script; a screen reader
//! reads the MathML. The result is one line that may stand anywhere in markdown: in a paragraph, a
//! heading, a table cell, a list. It is the same bytes on every call and in every process.

mod braces;
mod limits;
mod markup;

use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;
use std::thread;

use braces::Braced;
use katex::{KatexContext, ParseError, Settings, StrictMode, StrictSetting, TrustSetting};

/// Sizes a formula may ask for, in em: KaTeX cuts what is larger.
const MAX_SIZE: f64 = 50.0;

/// One formula as the author wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Formula<'a> {
    /// The TeX between the dollars.
    pub tex: &'a str,
    /// `$$…$$`, on lines of its own, rather than `$…$`.
    pub display: bool,
}

/// Why a formula cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// What is wrong, in words for the author.
    pub message: String,
    /// Where, in bytes from the start of the TeX; at most its length, always between two characters.
    pub offset: Option<usize>,
}

impl Fault {
    fn at(offset: usize, message: impl Into<String>) -> Self {
        Self { message: message.into(), offset: Some(offset) }
    }

    fn whole(message: impl Into<String>) -> Self {
        Self { message: message.into(), offset: None }
    }
}

/// Renders one formula; [`render_all`] is cheaper for many.
///
/// # Errors
/// See [`render_all`].
pub fn render(tex: &str, display: bool) -> Result<String, Fault> {
    let mut results = render_all(&[Formula { tex, display }]);
    results.pop().unwrap_or_else(|| Err(Fault::whole("the formula was not rendered")))
}

/// Renders formulas on all processors, each to one line of HTML, in the order given.
///
/// # Errors
/// Each formula has its own: TeX that KaTeX does not understand, what would take more
/// memory or stack than a formula may, and commands that print, link, load or set attributes.
pub fn render_all(formulas: &[Formula<'_>]) -> Vec<Result<String, Fault>> {
    /// Fewer formulas than this are not worth a thread.
    const WORTH_A_THREAD: usize = 64;
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = processors.min(formulas.len().div_ceil(WORTH_A_THREAD)).max(1);
    let share = formulas.len().div_ceil(threads).max(1);
    thread::scope(|scope| {
        let spawned = formulas.chunks(share).map(|part| {
            let work = move || part.iter().map(render_here).collect::<Vec<_>>();
            let thread = thread::Builder::new().stack_size(limits::STACK_BYTES);
            (part.len(), thread.spawn_scoped(scope, work))
        });
        // All of them before the first is waited for.
        let workers: Vec<_> = spawned.collect();
        workers.into_iter().flat_map(|(formulas, worker)| finish(formulas, worker)).collect()
    })
}

/// What a worker returned, or as many faults when it could not run.
fn finish(
    formulas: usize,
    worker: std::io::Result<thread::ScopedJoinHandle<'_, Vec<Result<String, Fault>>>>,
) -> Vec<Result<String, Fault>> {
    let fault = match worker.map(thread::ScopedJoinHandle::join) {
        Ok(Ok(results)) => return results,
        Ok(Err(_)) => Fault::whole("the thread that renders formulas failed"),
        Err(error) => Fault::whole(format!("no thread to render formulas on: {error}")),
    };
    vec![Err(fault); formulas]
}

/// Renders on this thread, whose stack must be [`limits::STACK_BYTES`].
fn render_here(formula: &Formula<'_>) -> Result<String, Fault> {
    /// Fonts, symbols and functions: half a millisecond to set up, shared by all threads.
    static CONTEXT: LazyLock<KatexContext> = LazyLock::new(KatexContext::default);
    let expansions = limits::check(formula.tex)?;
    // New for each formula: a `\gdef` writes into it.
    let settings = Settings::builder()
        .display_mode(formula.display)
        .throw_on_error(true)
        .trust(TrustSetting::Bool(false))
        .strict(StrictSetting::Mode(StrictMode::Ignore))
        .max_size(MAX_SIZE)
        .max_expand(expansions)
        .build();
    // katex-rs holds a few `panic!` for states it thinks impossible. A formula must not end the build.
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let braced = Braced::new(formula.tex);
        katex::render_to_string(&CONTEXT, &braced.tex, &settings)
            .map(|markup| markup::settle(&markup, formula.tex))
            .map_err(|error| {
                let fault = explain(&braced.tex, &error);
                let offset = fault.offset.map(|offset| braced.source_offset(offset));
                Fault { offset, ..fault }
            })
    }));
    outcome.unwrap_or_else(|_| {
        Err(Fault::whole("KaTeX failed on this formula (a fault of its port, katex-rs)"))
    })
}

/// KaTeX's error in plain words, with the place if that is a place in `tex`.
fn explain(tex: &str, error: &ParseError) -> Fault {
    /// Bytes before the place that katex-rs shows in the text of an error.
    const SHOWN_BEFORE: usize = 15;
    // An error inside a built-in macro is placed in that macro's body. The full text of the error shows
    // what surrounds the place (underlined and with ellipses): `tex` must have the same there.
    let full = error.to_string();
    let shown = full.strip_prefix(&format!("KaTeX parse error: {}", error.kind));
    let shown = shown
        .and_then(|place| place.split_once(": "))
        .map(|(_, shown)| shown.trim_matches('…').replace('\u{332}', ""));
    let offset = error.position().filter(|&offset| {
        let before = tex.floor_char_boundary(offset.saturating_sub(SHOWN_BEFORE));
        tex.is_char_boundary(offset) && shown.is_some_and(|shown| tex[before..].starts_with(&shown))
    });
    let message = error.kind.to_string().replace("'EOF'", "the end of the formula");
    Fault { message, offset }
}

#[cfg(test)]
mod tests;
