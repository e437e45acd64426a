//! How an outcome is judged against what was expected.

use crate::expectations::{Expected, FileExpectations, matches};
use crate::outcome::{Outcome, Status};

/// What is not as expected of a file, and how it counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Each thing that is not as expected, as a line.
    pub surprises: Vec<String>,
    /// The subtests that failed and were expected to pass.
    pub regressions: Vec<String>,
    /// Patterns that no failing subtest matches any more.
    pub stale: Vec<String>,
    /// What it counts for.
    pub score: Score,
}

/// Passes and totals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Subtests that passed.
    pub passed: usize,
    /// Subtests that count. When a file did not run to its end, at least what its source declares.
    pub total: usize,
    /// Subtests left out of the total.
    pub differing: usize,
}

impl std::ops::AddAssign for Score {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.total += other.total;
        self.differing += other.differing;
    }
}

/// Judges a file's outcome. `declared` is what its source declares at least.
pub fn judge(outcome: &Outcome, expected: &FileExpectations, declared: usize) -> Verdict {
    let mut verdict = Verdict::default();
    for subtest in &outcome.subtests {
        let name = &subtest.name;
        let passed = Status::from_number(subtest.status) == Status::Pass;
        let expectation = expected.of(name);
        verdict.score.passed += usize::from(passed && expectation != Expected::Vary);
        match (expectation, passed) {
            (Expected::Pass, false) => {
                let why = subtest.message.as_deref().unwrap_or("it did not end");
                verdict.surprises.push(format!("fails: {name}: {why}"));
                verdict.regressions.push(name.clone());
            }
            (Expected::Fail | Expected::Differ, true) => {
                verdict.surprises.push(format!("passes, but is expected to fail: {name}"));
            }
            (Expected::Differ, false) => verdict.score.differing += 1,
            (Expected::Pass, true) | (Expected::Fail, false) | (Expected::Vary, _) => {}
        }
    }
    for pattern in expected.patterns() {
        let failing = |subtest: &crate::outcome::Subtest| {
            matches(pattern, &subtest.name) && Status::from_number(subtest.status) == Status::Fail
        };
        if !outcome.subtests.iter().any(failing) {
            verdict.surprises.push(format!("no failing subtest matches \"{pattern}\""));
            verdict.stale.push(pattern.clone());
        }
    }
    match (&outcome.broken, &expected.broken) {
        (Some(why), None) => verdict.surprises.push(format!("does not run to its end: {why}")),
        (None, Some(_)) => verdict.surprises.push("runs to its end, but is expected not to".to_owned()),
        _ => {}
    }
    if expected.reasons().any(|reason| reason.trim().is_empty() || reason == TO_WRITE) {
        verdict.surprises.push("an expectation has no reason".to_owned());
    }
    let seen = outcome.subtests.len();
    let total = if outcome.broken.is_some() { seen.max(declared) } else { seen };
    verdict.score.total = total - verdict.score.differing;
    verdict
}

/// What stands for a reason until somebody writes it.
pub const TO_WRITE: &str = "TO WRITE";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expectations::Group;
    use crate::outcome::Subtest;

    fn outcome(results: &[(&str, u8)]) -> Outcome {
        let mut outcome = Outcome::default();
        for (name, status) in results {
            outcome.push(Subtest { name: (*name).into(), status: *status, message: None });
        }
        outcome
    }

    fn fails(pattern: &str) -> FileExpectations {
        let group = Group { reason: "known".into(), subtests: vec![pattern.into()] };
        FileExpectations { fails: vec![group], ..Default::default() }
    }

    #[test]
    fn what_is_expected_is_no_surprise() {
        let verdict = judge(&outcome(&[("a", 0), ("b", 1)]), &fails("b"), 0);
        assert!(verdict.surprises.is_empty());
        assert_eq!(verdict.score, Score { passed: 1, total: 2, differing: 0 });
    }

    #[test]
    fn a_regression_a_new_pass_and_a_stale_pattern_are_surprises() {
        assert_eq!(judge(&outcome(&[("a", 1)]), &fails("b"), 0).surprises.len(), 2);
        assert_eq!(judge(&outcome(&[("b", 0)]), &fails("b"), 0).surprises.len(), 2);
    }

    #[test]
    fn a_file_that_breaks_counts_what_its_source_declares() {
        let mut broken = outcome(&[("a", 0)]);
        broken.broken = Some("crash".into());
        let verdict = judge(&broken, &FileExpectations::default(), 5);
        assert_eq!(verdict.score, Score { passed: 1, total: 5, differing: 0 });
        assert_eq!(verdict.surprises.len(), 1);
    }

    #[test]
    fn a_difference_is_left_out_of_the_total() {
        let group = Group { reason: "as hosted".into(), subtests: vec!["b*".into()] };
        let expected = FileExpectations { differs: vec![group], ..Default::default() };
        let verdict = judge(&outcome(&[("a", 0), ("b1", 1), ("b2", 3)]), &expected, 0);
        assert_eq!(verdict.score, Score { passed: 1, total: 1, differing: 2 });
    }

    #[test]
    fn what_varies_is_no_surprise_and_no_pass() {
        let group = Group { reason: "a race".into(), subtests: vec!["a".into()] };
        let expected = FileExpectations { varies: vec![group], ..Default::default() };
        for status in [0, 1] {
            let verdict = judge(&outcome(&[("a", status)]), &expected, 0);
            assert!(verdict.surprises.is_empty());
            assert_eq!(verdict.score, Score { passed: 0, total: 1, differing: 0 });
        }
    }

    #[test]
    fn names_that_come_twice_are_told_apart() {
        let outcome = outcome(&[("a", 0), ("a", 1)]);
        assert_eq!(outcome.subtests[1].name, "a (2)");
    }
}
