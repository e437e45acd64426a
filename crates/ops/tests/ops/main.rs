//! Ops, called from JavaScript.
// Clippy sees tests by `#[test]`, which a harness of our own has none of.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod arguments;
mod asynchronous;
mod buffers;
mod errors;
mod harness;
mod results;

use libtest_mimic::{Arguments, Trial};
use selvedge_ops::v8;

fn main() {
    let arguments = Arguments::from_args();
    v8::V8::set_flags_from_string("--allow-natives-syntax");
    v8::V8::initialize_platform(v8::new_default_platform(1, false).make_shared());
    v8::V8::initialize();
    let tests: [&[harness::Test]; 5] =
        [arguments::TESTS, asynchronous::TESTS, buffers::TESTS, errors::TESTS, results::TESTS];
    let trials = tests.concat().into_iter().map(|(name, test)| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}
