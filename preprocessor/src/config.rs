//! The table `[preprocessor.simulation]` of `book.toml`, and what the rest of the configuration
//! means for us.

use std::collections::BTreeMap;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

use mdbook_preprocessor::PreprocessorContext;
use serde::Deserialize;

use crate::diagnostics::Problem;
use crate::diagnostics::Problems;
use crate::diagnostics::suggest;

/// Keys of the table that mdBook reads and we do not.
const HOST_KEYS: [&str; 5] = ["after", "before", "command", "optional", "renderers"];
/// Keys of the table that we read.
const OWN_KEYS: [&str; 10] = [
    "backend",
    "bibliography",
    "data",
    "frozen",
    "math",
    "max-seconds",
    "records",
    "shard-megabytes",
    "shard-seconds",
    "url",
];

/// Preprocessors that render math themselves, so that we keep out of it.
const MATH_PREPROCESSORS: [&str; 3] = ["katex", "mathpunc", "typst-math"];

/// The table as written.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Table {
    backend: Option<String>,
    bibliography: Option<PathBuf>,
    data: BTreeMap<String, PathBuf>,
    frozen: Option<bool>,
    math: Option<bool>,
    max_seconds: Option<f64>,
    records: Option<PathBuf>,
    shard_megabytes: Option<f64>,
    shard_seconds: Option<f64>,
    url: Option<String>,
}

/// What the configuration asks for.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Config {
    /// The backend that runs experiments: `flex`, `ndarray`, `wgpu` or `auto`.
    pub backend: String,
    /// The BibTeX file, relative to the book's root, as written.
    pub bibliography: Option<PathBuf>,
    /// Names of data sets, each with its file relative to the book's root, as written.
    pub data: BTreeMap<String, PathBuf>,
    /// Fail rather than compute.
    pub frozen: bool,
    /// Render `$…$` and `$$…$$`.
    pub math: bool,
    /// A simulation whose estimated cost is higher is an error.
    pub max_seconds: f64,
    /// Resident memory of a shard's process in megabytes; none for several times what its experiment expects.
    pub shard_megabytes: Option<f64>,
    /// Seconds that a shard may take; none for as many as a simulation.
    pub shard_seconds: Option<f64>,
    /// The folder of records.
    pub records: PathBuf,
    /// Where the book is published, as `https://…/`; none where the configuration does not say.
    pub url: Option<String>,
    /// The folder of lessons.
    pub lessons: PathBuf,
    /// Paths of `additional-css` and `additional-js`.
    pub additional: Vec<PathBuf>,
}

impl Config {
    /// Reads the configuration of a book. What cannot be read is a problem, and the default stands.
    pub fn read(context: &PreprocessorContext, problems: &mut Problems) -> Self {
        let table = read_table(context, problems);
        let html = context.config.html_config().unwrap_or_default();
        let lessons = context.root.join(&context.config.book.src);
        if normal(&context.root).starts_with(normal(&lessons)) {
            problems.push(Problem::warning(
                None,
                "book.toml lies in the folder of lessons, all of which mdBook copies into the site: records and scratch \
                 too",
                "move the lessons into a folder of their own, and name it by `src` under [book]",
            ));
        }
        Self {
            backend: table.backend.unwrap_or_else(|| "flex".into()),
            bibliography: table.bibliography,
            data: table.data,
            frozen: table.frozen.unwrap_or(false),
            math: table.math.unwrap_or_else(|| {
                !html.mathjax_support
                    && !MATH_PREPROCESSORS
                        .iter()
                        .any(|name| context.config.contains_key(&format!("preprocessor.{name}")))
            }),
            max_seconds: table.max_seconds.unwrap_or(600.0),
            shard_megabytes: table.shard_megabytes,
            shard_seconds: table.shard_seconds,
            records: context.root.join(table.records.unwrap_or_else(|| "records".into())),
            url: address(table.url.as_deref()).or_else(|| address(html.site_url.as_deref())),
            lessons,
            additional: html
                .additional_css
                .iter()
                .chain(&html.additional_js)
                .map(|path| context.root.join(path))
                .collect(),
        }
    }

    /// Whether the book lists a theme file of ours, under whatever folder. A file of the same name
    /// that is somebody else's does not count: ours name this project.
    #[must_use]
    pub fn installs(&self, file: &str) -> bool {
        self.additional.iter().filter(|path| path.file_name().is_some_and(|name| name == file)).any(
            |path| {
                std::fs::read_to_string(path).is_ok_and(|text| text.contains("mdbook-simulation"))
            },
        )
    }
}

/// A whole address of the web with a slash at its end. mdBook's `site-url` is often a path alone.
fn address(url: Option<&str>) -> Option<String> {
    let url = url.map(str::trim)?;
    let whole = url.starts_with("https://") || url.starts_with("http://");
    let clean =
        !url.contains(|c: char| c.is_whitespace() || c.is_control() || "{}\\\"<>".contains(c));
    (whole && clean).then(|| format!("{}/", url.trim_end_matches('/')))
}

fn read_table(context: &PreprocessorContext, problems: &mut Problems) -> Table {
    let keys = context.config.get::<BTreeMap<String, serde_json::Value>>("preprocessor.simulation");
    for key in keys.ok().flatten().unwrap_or_default().keys() {
        if !HOST_KEYS.contains(&key.as_str()) && !OWN_KEYS.contains(&key.as_str()) {
            problems.push(Problem::warning(
                None,
                format!("book.toml: `{key}` in [preprocessor.simulation] is not known"),
                suggest(key, OWN_KEYS),
            ));
        }
    }
    match context.config.get::<Table>("preprocessor.simulation") {
        Ok(table) => table.unwrap_or_default(),
        Err(error) => {
            // One wrong value leaves the others as they are.
            let keys = keys_that_fit(context);
            problems.push(Problem::error(
                None,
                format!("book.toml: [preprocessor.simulation] cannot be read: {error:#}"),
                "the keys are backend = \"flex\", bibliography = \"references.bib\", frozen = false, \
                 math = true, max-seconds = 600, shard-seconds = 600, \
                 shard-megabytes = 2048, records = \"records\", url = \"https://…\", and \
                 [preprocessor.simulation.data] with a file for each name",
            ));
            keys
        }
    }
}

/// The table without the keys whose values are not what they should be.
fn keys_that_fit(context: &PreprocessorContext) -> Table {
    let keys =
        context.config.get::<serde_json::Map<String, serde_json::Value>>("preprocessor.simulation");
    let fits = |key: &String, value: &serde_json::Value| {
        let alone = serde_json::json!({ key: value });
        serde_json::from_value::<Table>(alone).is_ok()
    };
    let fitting = keys.ok().flatten().unwrap_or_default().into_iter();
    let fitting = fitting.filter(|(key, value)| fits(key, value)).collect();
    serde_json::from_value(serde_json::Value::Object(fitting)).unwrap_or_default()
}

/// Refuses a build directory that mdBook would empty although it is or holds, or lies in, what must
/// not be lost: lessons, records, theme, scratch, figures. Says whether it may be built.
pub fn guard_build_directory(
    context: &PreprocessorContext,
    config: &Config,
    problems: &mut Problems,
) -> bool {
    let build = normal(&context.root.join(&context.config.build.build_dir));
    let theme = context.config.html_config().unwrap_or_default().theme_dir(&context.root);
    let held = [
        ("the lessons", &config.lessons, false),
        ("the records", &config.records, true),
        ("the theme", &theme, true),
        ("the figures", &config.lessons.join("figures"), true),
        ("the scratch folder", &context.root.join(".simulation"), true),
    ];
    let data: Vec<PathBuf> = config.data.values().map(|file| context.root.join(file)).collect();
    let data = data.iter().map(|file| ("the data", file, false));
    for (what, path, whole) in held.into_iter().chain(data) {
        let path = normal(path);
        if path.starts_with(&build) || (whole && build.starts_with(&path)) {
            problems.push(Problem::error(
                None,
                format!(
                    "the build directory `{}` would take {what} in `{}` along: mdBook empties it",
                    build.display(),
                    path.display()
                ),
                "set `build-dir = \"site\"` under [build] in book.toml, or give another `-d`",
            ));
            // One is enough: the others follow from it.
            return false;
        }
    }
    true
}

/// A path without `.`, `..` and links, as far as it exists.
fn normal(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut known = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                known.pop();
            }
            Component::CurDir => {}
            other => known.push(other),
        }
        known = known.canonicalize().unwrap_or(known);
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(toml: &str) -> (tempfile::TempDir, PreprocessorContext) {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("book")).unwrap();
        let config = toml.parse().unwrap();
        let context = PreprocessorContext::new(root.path().to_owned(), config, "html".into());
        (root, context)
    }

    #[test]
    fn a_wrong_value_leaves_the_others() {
        let (_root, context) = context(
            "[preprocessor.simulation]\nmax-seconds = \"x\"\nrecords = \"mine\"\nfrozen = true\n\
             data = { a = \"b\" }\n",
        );
        let mut problems = Problems::default();
        let config = Config::read(&context, &mut problems);
        assert_eq!(problems.errors(), 1);
        assert!(config.records.ends_with("mine") && config.frozen && config.data.len() == 1);
        assert_eq!(config.max_seconds, 600.0);
    }

    #[test]
    fn lessons_beside_scratch_are_warned_of() {
        let warnings = |toml: &str| {
            let (_root, context) = context(toml);
            let mut problems = Problems::default();
            Config::read(&context, &mut problems);
            assert_eq!(problems.errors(), 0);
            problems.sorted().len()
        };
        assert_eq!(warnings("[book]\nsrc = \".\""), 1);
        assert_eq!(warnings("[book]\nsrc = \"book/..\""), 1);
        assert_eq!(warnings("[book]\nsrc = \"book\""), 0);
    }

    #[track_caller]
    fn guard(toml: &str) -> usize {
        let (_root, context) = context(toml);
        let mut problems = Problems::default();
        let config = Config::read(&context, &mut problems);
        guard_build_directory(&context, &config, &mut problems);
        problems.errors().min(1)
    }

    #[test]
    fn a_build_directory_that_holds_the_lessons_is_refused() {
        assert_eq!(guard("[book]\nsrc = \"book\"\n"), 1, "mdBook's default build directory");
        assert_eq!(guard("[book]\nsrc = \"book\"\n[build]\nbuild-dir = \".\"\n"), 1);
        assert_eq!(guard("[book]\nsrc = \"book\"\n[build]\nbuild-dir = \"x/../book\"\n"), 1);
        for held in ["records", "theme", "book/figures", ".simulation"] {
            let toml = format!("[book]\nsrc = \"book\"\n[build]\nbuild-dir = \"{held}\"\n");
            assert_eq!(guard(&toml), 1, "{held}");
        }
        let data = "[preprocessor.simulation.data]\nsmall = \"site/data/small\"\n";
        let toml =
            |folder| format!("[book]\nsrc = \"book\"\n[build]\nbuild-dir = \"{folder}\"\n{data}");
        assert_eq!((guard(&toml("site")), guard(&toml("page"))), (1, 0));
        assert_eq!(guard("[book]\nsrc = \"book\"\n[build]\nbuild-dir = \"site\"\n"), 0);
        assert_eq!(guard("[book]\nsrc = \"book\"\n[build]\nbuild-dir = \"books\"\n"), 0);
    }

    #[test]
    fn math_is_left_to_whoever_else_does_it() {
        let math = |toml: &str| {
            let (_root, context) = context(toml);
            Config::read(&context, &mut Problems::default()).math
        };
        assert!(math(""));
        assert!(!math("[output.html]\nmathjax-support = true\n"));
        assert!(!math("[preprocessor.katex]\n"));
        assert!(!math("[preprocessor.simulation]\nmath = false\n"));
        assert!(math("[preprocessor.katex]\n[preprocessor.simulation]\nmath = true\n"));
    }

    #[test]
    fn a_mistyped_key_is_named() {
        let (_root, context) =
            context("[preprocessor.simulation]\nrecord = \"r\"\ncommand = \"x\"\n");
        let mut problems = Problems::default();
        Config::read(&context, &mut problems);
        let text: Vec<String> = problems.sorted().iter().map(ToString::to_string).collect();
        assert_eq!(text.len(), 1);
        assert!(
            text[0].contains("`record`") && text[0].contains("did you mean `records`?"),
            "{text:?}"
        );
    }
}
