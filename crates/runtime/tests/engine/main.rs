//! The engine, run with a small platform of its own.
// Clippy sees tests by `#[test]`, which a harness of our own has none of.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod harness;
mod kept;
mod limits;
mod modules;
mod pool;
mod turns;

use libtest_mimic::{Arguments, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let harness = harness::Harness::new();
    let mut trials: Vec<Trial> = Vec::new();
    for (name, test) in [modules::TESTS, pool::TESTS, turns::TESTS, limits::TESTS, kept::TESTS].concat() {
        let harness = harness.clone();
        trials.push(Trial::test(name, move || harness.run(test)));
    }
    libtest_mimic::run(&arguments, trials).exit();
}
