//! `docs/conformance.md`: what passes, suite by suite and file by file.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::expectations::Expectations;
use crate::suite::Suite;
use crate::verdict::Score;

/// A suite's result.
#[derive(Debug)]
pub struct SuiteResult<'a> {
    /// The suite.
    pub suite: &'a Suite,
    /// What was expected of it.
    pub expectations: &'a Expectations,
    /// Each file with what it counted for, sorted by name.
    pub files: Vec<(String, Score)>,
}

impl SuiteResult<'_> {
    /// The sum over the files.
    pub fn score(&self) -> Score {
        self.files.iter().fold(Score::default(), |mut sum, (_, score)| {
            sum += *score;
            sum
        })
    }
}

/// The share that passes, in percent with one digit; rounded down, so that 100.0 means all.
fn percent(score: Score) -> f64 {
    if score.total == 0 {
        return 100.0;
    }
    #[allow(clippy::cast_precision_loss)]
    let share = score.passed as f64 / score.total as f64;
    (share * 1000.0).floor() / 10.0
}

/// Whether a suite reaches its target.
pub fn reaches_target(result: &SuiteResult<'_>) -> bool {
    percent(result.score()) >= result.suite.target
}

/// The page.
pub fn page(version: &str, results: &[SuiteResult<'_>]) -> String {
    let mut page = String::from(HEAD);
    let _ = writeln!(page, "The tests are those of {version}.\n");
    page.push_str("| suite | passed | of | % | to reach | left out |\n|---|---:|---:|---:|---:|---:|\n");
    for result in results {
        let (name, score) = (&result.suite.name, result.score());
        let anchor = name.to_lowercase().replace('/', "");
        let _ = writeln!(
            page,
            "| [{name}](#{anchor}) | {} | {} | {:.1} | {} | {} |",
            score.passed,
            score.total,
            percent(score),
            result.suite.target,
            score.differing
        );
    }
    for result in results {
        suite(&mut page, result);
    }
    page
}

const HEAD: &str = "# Conformance

What the public [Web Platform Tests](https://web-platform-tests.org) say of Selvedge. This page is written by
`cargo test -p selvedge-wpt --test wpt -- --report`; [tests/wpt](../tests/wpt/README.md) says how it works. Every file that
applies outside of a window is run as a Worker. A file that does not run to its end counts at least the subtests that
its source declares. \"Left out\" is what the hosted platform does differently on purpose, each with its reason below;
it is not in the total.

";

fn suite(page: &mut String, result: &SuiteResult<'_>) {
    let _ = writeln!(page, "\n## {}\n", result.suite.name);
    let whole = |score: &Score| score.passed == score.total && score.differing == 0;
    let passing = result.files.iter().filter(|(_, score)| whole(score)).count();
    let _ = writeln!(page, "{passing} of {} files pass whole.", result.files.len());
    let rest: Vec<_> = result.files.iter().filter(|(_, score)| !whole(score)).collect();
    if !rest.is_empty() {
        page.push_str(" The others:\n\n| file | passed | of | left out |\n|---|---:|---:|---:|\n");
        for (file, score) in rest {
            let _ = writeln!(page, "| {file} | {} | {} | {} |", score.passed, score.total, score.differing);
        }
    }
    let files = || result.expectations.iter();
    let whole = result.suite.except.iter().map(|except| format!("`{}`: {}", except.path, except.reason));
    let skipped = files().filter_map(|(file, all)| all.skipped.as_ref().map(|reason| format!("`{file}`: {reason}")));
    reasons(page, "Not run", whole.chain(skipped));
    let differs = files().flat_map(|(_, all)| &all.differs).map(|group| group.reason.clone());
    reasons(page, "Left out", differs);
    let fails = files()
        .flat_map(|(_, all)| all.fails.iter().chain(&all.varies).map(|group| &group.reason).chain(&all.broken))
        .cloned();
    reasons(page, "Failing", fails);
}

/// Each reason once, sorted.
fn reasons(page: &mut String, title: &str, reasons: impl Iterator<Item = String>) {
    let reasons: BTreeSet<String> = reasons.collect();
    if reasons.is_empty() {
        return;
    }
    let _ = writeln!(page, "\n{title}:\n");
    for reason in reasons {
        let _ = writeln!(page, "- {reason}");
    }
}
