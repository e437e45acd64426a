//! What a test file said of itself.

use std::collections::HashMap;

use serde::Deserialize;

/// How a subtest ended: the numbers of `testharness.js`
/// (<https://web-platform-tests.org/writing-tests/testharness-api.html>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It passed.
    Pass,
    /// An assertion failed, it threw, it took too long, it was not run, or its precondition failed.
    Fail,
}

impl Status {
    /// From the number of `testharness.js`.
    pub fn from_number(number: u8) -> Self {
        if number == 0 { Self::Pass } else { Self::Fail }
    }
}

/// One subtest's result, as the runner's JavaScript reports it.
#[derive(Clone, Debug, Deserialize)]
pub struct Subtest {
    /// Its name; a second one of the same name gets ` (2)`.
    pub name: String,
    /// The number of `testharness.js`.
    pub status: u8,
    /// Why it failed.
    pub message: Option<String>,
}

/// The outcome of one file.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The results that came, in their order.
    pub subtests: Vec<Subtest>,
    /// What kept the file from running to its end: an exception, a timeout, a crash.
    pub broken: Option<String>,
    seen: HashMap<String, usize>,
}

impl Outcome {
    /// Of a file that could not be run at all.
    pub fn of_broken(why: String) -> Self {
        Self { broken: Some(why), ..Self::default() }
    }

    /// Takes a result in.
    pub fn push(&mut self, mut subtest: Subtest) {
        let seen = self.seen.entry(subtest.name.clone()).or_default();
        *seen += 1;
        if *seen > 1 {
            subtest.name = format!("{} ({seen})", subtest.name);
        }
        self.subtests.push(subtest);
    }
}
