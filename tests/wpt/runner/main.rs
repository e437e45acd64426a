//! Runs the Web Platform Tests in Selvedge's own runtime: see `../README.md`.
// Clippy sees tests by `#[test]`, which a harness of our own has none of.
#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used)]

mod arguments;
mod engine;
mod ops;
mod server;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::{env, fs};

use selvedge_runtime::initialize_v8;
use selvedge_wpt::expectations::{self, Expectations, FileExpectations};
use selvedge_wpt::outcome::Outcome;
use selvedge_wpt::report::{self, SuiteResult};
use selvedge_wpt::source::{Meta, declared};
use selvedge_wpt::suite::Suite;
use selvedge_wpt::verdict::{TO_WRITE, Verdict, judge};
use tokio::sync::Semaphore;

use crate::arguments::Arguments;
use crate::engine::Runner;
use crate::server::Server;

/// A file with one of its variants.
#[derive(Clone)]
struct Case {
    suite: usize,
    file: String,
    variant: String,
    meta: Arc<Meta>,
    declared: usize,
}

impl Case {
    fn name(&self) -> String {
        format!("{}{}", self.file, self.variant)
    }
}

fn main() -> ExitCode {
    let token = initialize_v8();
    let arguments = Arguments::read();
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let suites: Vec<Suite> = serde_json::from_str(include_str!("../suites.json")).expect("suites.json");
    let expected: Vec<Expectations> =
        suites.iter().map(|suite| expectations::read(&expectations_file(here, suite)).unwrap()).collect();
    let (root, version) = match sources(here) {
        Ok(found) => found,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let cases = cases(&root, &suites, &expected, &arguments);
    if arguments.list {
        cases.iter().for_each(|case| println!("{}", case.name()));
        return ExitCode::SUCCESS;
    }
    let scratch = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("wpt");
    let server = Server::start(&root, &scratch).unwrap_or_else(|error| panic!("{error}"));
    let runner = Arc::new(Runner::new(&token, &root, server, arguments.sources));
    // As much stack as the binary gives its threads.
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(4 << 20).build().expect("a runtime");
    println!("\nrunning {} tests", cases.len());
    let outcomes = runtime.block_on(run_all(&runner, &cases, &expected, &arguments));

    let mut failed = outcomes.iter().filter(|(_, _, verdict)| !verdict.surprises.is_empty()).count();
    if arguments.update {
        update(here, &suites, &expected, &outcomes);
    }
    let results = results(&suites, &expected, &outcomes);
    for result in &results {
        let score = result.score();
        println!("{:24} {:6} of {:6}  to reach {}%", result.suite.name, score.passed, score.total, result.suite.target);
    }
    if arguments.filters.is_empty() {
        failed += check_report(here, &report::page(&version, &results), arguments.report);
        for result in results.iter().filter(|result| !report::reaches_target(result)) {
            println!("{} does not reach {}%", result.suite.name, result.suite.target);
            failed += 1;
        }
    }
    let word = if failed == 0 { "ok" } else { "FAILED" };
    let passed = outcomes.len().saturating_sub(failed);
    println!("\ntest result: {word}. {passed} passed; {failed} failed; 0 ignored; 0 measured; 0 filtered out\n");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn expectations_file(here: &Path, suite: &Suite) -> PathBuf {
    here.join("expectations").join(format!("{}.json", suite.name.replace('/', "-")))
}

/// Where `fetch` put the tests, and which they are.
fn sources(here: &Path) -> Result<(PathBuf, String), String> {
    let missing = "The Web Platform Tests are not here. Fetch them with: bash tests/wpt/fetch";
    let folder = match env::var_os("WPT_SOURCES") {
        Some(folder) => PathBuf::from(folder),
        None => here.join("../../target/wpt"),
    };
    let version = fs::read_to_string(folder.join("version")).map_err(|_| missing.to_owned())?;
    Ok((folder.join("tests"), version.trim().to_owned()))
}

fn cases(root: &Path, suites: &[Suite], expected: &[Expectations], arguments: &Arguments) -> Vec<Case> {
    let mut cases = Vec::new();
    for (index, suite) in suites.iter().enumerate() {
        let files = suite.files(root).unwrap_or_else(|error| panic!("{}: {error}", suite.name));
        for file in files {
            let source = fs::read_to_string(root.join(&file)).unwrap_or_default();
            let meta = Arc::new(Meta::of(&source));
            let skipped = |name: &str| expected[index].get(name).is_some_and(|file| file.skipped.is_some());
            if !meta.applies() || skipped(&file) {
                continue;
            }
            let left_out = |variant: &String| {
                suite.except_variants.iter().any(|except| except.path == *variant)
                    || skipped(&format!("{file}{variant}"))
            };
            for variant in meta.variants.iter().filter(|variant| !left_out(variant)) {
                let case = Case {
                    suite: index,
                    file: file.clone(),
                    variant: variant.clone(),
                    meta: meta.clone(),
                    declared: declared(&source),
                };
                if arguments.selects(&format!("{}:{}", suite.name, case.name())) {
                    cases.push(case);
                }
            }
        }
    }
    cases
}

/// How many files run at once: most of their time is waiting for timers and sockets.
const AT_ONCE: usize = 6;

type Ran = (Case, Outcome, Verdict);

async fn run_all(runner: &Arc<Runner>, cases: &[Case], expected: &[Expectations], arguments: &Arguments) -> Vec<Ran> {
    let slots = Arc::new(Semaphore::new(AT_ONCE));
    let none = FileExpectations::default();
    let mut running = Vec::new();
    for case in cases {
        let (runner, slots, case) = (runner.clone(), slots.clone(), case.clone());
        let expected = expected[case.suite].get(&case.name()).unwrap_or(&none).clone();
        let (verbose, update) = (arguments.verbose, arguments.update);
        running.push(tokio::spawn(async move {
            let _slot = slots.acquire().await;
            let mut outcome = runner.run(&case.file, &case.meta, &case.variant).await;
            let mut verdict = judge(&outcome, &expected, case.declared);
            if !verdict.surprises.is_empty() && !update {
                // Tests of timers and sockets may fail when the machine is busy: what counts is whether they can pass.
                let again = runner.run(&case.file, &case.meta, &case.variant).await;
                let second = judge(&again, &expected, case.declared);
                if second.surprises.len() < verdict.surprises.len() {
                    (outcome, verdict) = (again, second);
                }
            }
            tell(&case, &outcome, &verdict, verbose);
            (case, outcome, verdict)
        }));
    }
    let mut outcomes = Vec::new();
    for task in running {
        outcomes.push(task.await.expect("a panic"));
    }
    outcomes
}

fn tell(case: &Case, outcome: &Outcome, verdict: &Verdict, verbose: bool) {
    let word = if verdict.surprises.is_empty() { "ok" } else { "FAILED" };
    let mut text = format!("test {} ... {word} ({} of {})", case.name(), verdict.score.passed, verdict.score.total);
    for surprise in &verdict.surprises {
        text.push_str("\n    ");
        text.push_str(&surprise.chars().take(600).collect::<String>().replace('\n', "\n    "));
    }
    if verbose {
        for subtest in outcome.subtests.iter().filter(|subtest| subtest.status != 0) {
            let message = subtest.message.as_deref().unwrap_or("it did not end");
            text.push_str(&format!("\n    - {}: {message}", subtest.name));
        }
    }
    println!("{text}");
}

/// Expectations that are what was seen. New failures have no reason yet.
fn update(here: &Path, suites: &[Suite], expected: &[Expectations], outcomes: &[Ran]) {
    let mut new = expected.to_vec();
    for (case, outcome, verdict) in outcomes {
        let mut file = new[case.suite].remove(&case.name()).unwrap_or_default();
        let passing: Vec<&str> =
            outcome.subtests.iter().filter(|test| test.status == 0).map(|test| test.name.as_str()).collect();
        file.retain(|pattern| {
            !verdict.stale.iter().any(|stale| stale == pattern)
                && !passing.iter().any(|name| expectations::matches(pattern, name))
        });
        for name in &verdict.regressions {
            file.add_failure(name, TO_WRITE);
        }
        // What a pattern that is gone had stood for.
        for subtest in outcome.subtests.iter().filter(|subtest| subtest.status != 0) {
            if file.of(&subtest.name) == expectations::Expected::Pass {
                file.add_failure(&subtest.name, TO_WRITE);
            }
        }
        file.broken = outcome.broken.as_ref().map(|_| file.broken.unwrap_or_else(|| TO_WRITE.to_owned()));
        if file != FileExpectations::default() {
            new[case.suite].insert(case.name(), file);
        }
    }
    for (suite, expectations) in suites.iter().zip(&new) {
        let file = expectations_file(here, suite);
        if !expectations.is_empty() {
            expectations::write(&file, expectations).unwrap();
        } else if file.exists() {
            fs::remove_file(file).unwrap();
        }
    }
}

fn results<'a>(suites: &'a [Suite], expected: &'a [Expectations], outcomes: &[Ran]) -> Vec<SuiteResult<'a>> {
    let mut files: Vec<BTreeMap<String, _>> = vec![BTreeMap::new(); suites.len()];
    for (case, _, verdict) in outcomes {
        *files[case.suite].entry(case.file.clone()).or_default() += verdict.score;
    }
    let parts = suites.iter().zip(expected).zip(files);
    let results = parts.map(|((suite, expectations), files)| SuiteResult {
        suite,
        expectations,
        files: files.into_iter().collect(),
    });
    results.filter(|result| !result.files.is_empty()).collect()
}

/// Writes the page, or says that it is not what a run gives now.
fn check_report(here: &Path, page: &str, write: bool) -> usize {
    let file = here.join("../../docs/conformance.md");
    if write {
        fs::write(file, page).unwrap();
        return 0;
    }
    if fs::read_to_string(file).is_ok_and(|text| text == page) {
        return 0;
    }
    println!("docs/conformance.md is not what this run gives: write it again with --report");
    1
}
