//! What a warm build costs beside mdBook itself: our process's time, as mdBook runs it, as a share of what
//! mdBook takes for the chapters that come out, for the course, a large book and one ten times that; memory;
//! how time grows; and `check` of the course beside the start of mdBook.
//!
//! `cargo bench --workspace --bench warm` (Linux; some minutes, most of them mdBook's). `-- --quick` leaves the largest book out;
//! `-- --keep FOLDER` leaves the books and what mdBook sends (`input.json`) there, for a profiler.
//! [What came out](warm.md).
//!
//! Every number is a median over rounds in which ours and mdBook take turns (of the largest book one, since mdBook takes
//! minutes for it and gigabytes); each is a process of its own, this
//! program once more in another part. mdBook is its driver, of the version that `Cargo.toml` names, on the
//! expanded chapters as lessons and without preprocessors; the program `mdbook` (`$MDBOOK`, or from the path) is
//! asked for its version only.
#![expect(clippy::print_stdout, reason = "a benchmark prints")]

use std::ffi::OsString;
use std::io::Read;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::ExitCode;
use std::process::Stdio;
use std::time::Instant;

use experiments::catalog;
use mdbook_driver::MDBook;
use mdbook_preprocessor::Preprocessor;
use mdbook_preprocessor::PreprocessorContext;
use mdbook_preprocessor::book::Book;
use tests::Html;
use tests::large;
use tests::large::Size;
use tests::repository;

/// Says which part a process has.
const PART: &str = "WARM_PART";
const LARGE: Size = Size { lessons: 200, formulas: 50 };
const LARGEST: Size = Size { lessons: 2000, formulas: 50 };

fn main() -> ExitCode {
    let part = std::env::var(PART).unwrap_or_default();
    let code = match part.as_str() {
        "ours" => mdbook_simulation::cli::main(catalog::all()),
        "mdbook" => mdbook(),
        _ => {
            measure_all();
            return ExitCode::SUCCESS;
        }
    };
    eprintln!("\n{PART} {} {}", processor(), megabytes());
    code
}

/// mdBook on the book in the current folder.
fn mdbook() -> ExitCode {
    let built = MDBook::load(".").and_then(|book| book.build());
    ExitCode::from(u8::from(built.is_err()))
}

fn measure_all() {
    let arguments: Vec<String> = std::env::args().collect();
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let kept = arguments.iter().skip_while(|argument| *argument != "--keep").nth(1);
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let folder = kept.map_or(temporary.path(), Path::new);
    let course = folder.join("course");
    copy_course(&course);
    println!(
        "| book | ours, s | processor | mdBook, s | processor | share | of processor time | ours, MB | mdBook, MB |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    let cold = check(&course, 7);
    measure("the course", &course, (11, 11));
    let warm = check(&course, 11);
    let start = version(21);
    let large = folder.join("large");
    large::write(&large, LARGE);
    let one = measure(&described(LARGE), &large, (5, 5));
    let ten = (!quick).then(|| {
        let largest = folder.join("largest");
        large::write(&largest, LARGEST);
        measure(&described(LARGEST), &largest, (3, 1))
    });
    if let Some(ten) = ten {
        println!(
            "\nTen times the size: {:.1} times the time of ours, {:.1} times its processor time, {:.1} times its memory.",
            ten.seconds / one.seconds,
            ten.processor / one.processor,
            ten.megabytes / one.megabytes
        );
    }
    println!(
        "\n`check` of the course: {:.0} ms after a build, {:.0} ms without rendered formulas.",
        1e3 * warm,
        1e3 * cold
    );
    match start {
        Some(start) => println!(
            "`mdbook --version`: {:.1} ms; `check` after a build is {:.1} times that.",
            1e3 * start,
            warm / start
        ),
        None => println!("No program `mdbook` to ask for its version: say where it is in $MDBOOK."),
    }
}

fn described(size: Size) -> String {
    let Size { lessons, formulas } = size;
    let directives = lessons * Size::DIRECTIVES;
    format!("{lessons} lessons, {directives} directives, {} formulas", lessons * formulas)
}

/// The course where its builds leave nothing behind.
fn copy_course(to: &Path) {
    let from = repository();
    for part in ["book", "theme", "experiments/records"] {
        large::copy_folder(&from.join(part), &to.join(part));
    }
    let _ = std::fs::remove_dir_all(to.join("book/figures"));
    std::fs::copy(from.join("book.toml"), to.join("book.toml")).expect("its configuration");
}

/// What a process used.
#[derive(Clone, Copy, Debug, Default)]
struct Used {
    seconds: f64,
    processor: f64,
    megabytes: f64,
}

/// Measures one book in so many rounds of ours and of mdBook, and prints its row; what ours used.
fn measure(name: &str, root: &Path, rounds: (usize, usize)) -> Used {
    let input = input(root);
    let (_, expanded) = ours(root, &[], &input);
    let plain = root.with_extension("expanded");
    write_expanded(root, &expanded, &plain);
    drop(expanded);
    let (mut of_ours, mut of_mdbook) = (Vec::new(), Vec::new());
    for round in 0..rounds.0 {
        of_ours.push(ours(root, &[], &input).0);
        if round < rounds.1 {
            let mut mdbook = Command::new(this());
            of_mdbook.push(run(mdbook.env(PART, "mdbook").current_dir(&plain), b"").0);
        }
    }
    let (ours, mdbook) = (median(&of_ours), median(&of_mdbook));
    println!(
        "| {name} | {:.3} | {:.3} | {:.3} | {:.3} | {:.2} | {:.2} | {:.0} | {:.0} |",
        ours.seconds,
        ours.processor,
        mdbook.seconds,
        mdbook.processor,
        ours.seconds / mdbook.seconds,
        ours.processor / mdbook.processor,
        ours.megabytes,
        mdbook.megabytes
    );
    ours
}

/// What mdBook sends to our process.
fn input(root: &Path) -> Vec<u8> {
    let mut book = MDBook::load(root).expect("a book that loads");
    let sent = root.join("input.json");
    book.with_preprocessor(Sent(sent.clone()));
    book.preprocess_book(&Html).expect("a book for the preprocessor");
    std::fs::read(sent).expect("what was sent")
}

/// Stands for our preprocessor and keeps what comes to it.
struct Sent(PathBuf);

impl Preprocessor for Sent {
    #[expect(clippy::unnecessary_literal_bound, reason = "the trait's signature")]
    fn name(&self) -> &str {
        "simulation"
    }

    fn run(&self, context: &PreprocessorContext, book: Book) -> anyhow::Result<Book> {
        std::fs::write(&self.0, serde_json::to_vec(&(context, &book))?)?;
        Ok(book)
    }
}

/// Our program in the folder of a book.
fn ours(root: &Path, arguments: &[&str], input: &[u8]) -> (Used, Vec<u8>) {
    let mut command = Command::new(this());
    run(command.args(arguments).env(PART, "ours").current_dir(root), input)
}

/// A book whose lessons are the chapters that came out of the preprocessor.
fn write_expanded(root: &Path, expanded: &[u8], to: &Path) {
    let book: Book = serde_json::from_slice(expanded).expect("a book came out");
    let config = std::fs::read_to_string(root.join("book.toml")).expect("its configuration");
    let mut kept = true;
    let lines = config.lines().filter(|line| {
        kept = if line.starts_with('[') { !line.starts_with("[preprocessor") } else { kept };
        kept
    });
    let config = lines.collect::<Vec<_>>().join("\n");
    let config = config.replace("[build]", "[build]\nuse-default-preprocessors = false");
    let lessons = MDBook::load(root).expect("a book that loads").source_dir();
    large::copy_folder(&lessons, &to.join(lessons.strip_prefix(root).expect("below it")));
    large::copy_folder(&root.join("theme"), &to.join("theme"));
    std::fs::write(to.join("book.toml"), config).expect("its configuration");
    let lessons = to.join(lessons.strip_prefix(root).expect("below it"));
    for chapter in book.chapters() {
        let path = chapter.path.as_ref().expect("no drafts here");
        std::fs::write(lessons.join(path), &chapter.content).expect("a lesson");
    }
}

/// Median seconds of `check`.
fn check(root: &Path, rounds: usize) -> f64 {
    let rounds: Vec<Used> = (0..rounds).map(|_| ours(root, &["check"], b"").0).collect();
    median(&rounds).seconds
}

/// Median seconds of `mdbook --version`.
fn version(rounds: usize) -> Option<f64> {
    let program = std::env::var_os("MDBOOK").unwrap_or_else(|| OsString::from("mdbook"));
    let mut seconds = Vec::new();
    for _ in 0..rounds {
        let start = Instant::now();
        let output = Command::new(&program).arg("--version").output().ok()?;
        seconds.push(Used { seconds: start.elapsed().as_secs_f64(), ..Used::default() });
        assert!(output.status.success(), "{program:?} --version");
    }
    Some(median(&seconds).seconds)
}

fn this() -> PathBuf {
    std::env::current_exe().expect("a running program has a path")
}

/// Runs a process as mdBook would: input and output through pipes.
fn run(command: &mut Command, input: &[u8]) -> (Used, Vec<u8>) {
    let start = Instant::now();
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().expect("this program runs again");
    let (mut stdin, mut stderr) = (child.stdin.take(), child.stderr.take());
    let (mut output, mut said) = (Vec::new(), String::new());
    std::thread::scope(|scope| {
        scope.spawn(move || stdin.take().map(|mut stdin| stdin.write_all(input)));
        scope.spawn(|| stderr.take().map(|mut stderr| stderr.read_to_string(&mut said)));
        let stdout = child.stdout.take();
        stdout.map(|mut stdout| stdout.read_to_end(&mut output))
    });
    let status = child.wait().expect("it was started");
    let seconds = start.elapsed().as_secs_f64();
    assert!(status.success(), "{said}");
    let used = said.lines().find_map(|line| line.strip_prefix(PART)).unwrap_or_default();
    let mut numbers = used.split_whitespace().filter_map(|number| number.parse().ok());
    let (processor, megabytes) = (numbers.next(), numbers.next());
    let known = "a process says what it used";
    let (processor, megabytes) = (processor.expect(known), megabytes.expect(known));
    (Used { seconds, processor, megabytes }, output)
}

/// Medians, and the mean of processor seconds, which the system counts in hundredths.
fn median(rounds: &[Used]) -> Used {
    let middle = |of: fn(&Used) -> f64| {
        let mut values: Vec<f64> = rounds.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let processor = rounds.iter().map(|used| used.processor).sum::<f64>() / rounds.len() as f64;
    Used {
        seconds: middle(|used| used.seconds),
        processor,
        megabytes: middle(|used| used.megabytes),
    }
}

/// Processor seconds of this process so far, of threads that ended too.
fn processor() -> f64 {
    /// What Linux counts in, whatever its clock.
    const TICKS_A_SECOND: f64 = 100.0;
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name, in brackets, may hold anything; user and system time are fields 14 and 15.
    let fields = text.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    let ticks = fields.skip(11).take(2).filter_map(|field| field.parse::<f64>().ok());
    ticks.sum::<f64>() / TICKS_A_SECOND
}

/// Memory at the largest.
fn megabytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.map_or(f64::NAN, |kilobytes| kilobytes / 1024.0)
}
