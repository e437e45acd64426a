//! Workers on the real platform, without a network: events in, responses out.

mod fetch;
mod harness;
mod lifecycle;
mod scheduled;
mod web;

use libtest_mimic::{Arguments, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let harness = harness::Harness::new();
    let mut trials: Vec<Trial> = Vec::new();
    for (name, test) in [fetch::TESTS, lifecycle::TESTS, scheduled::TESTS, web::TESTS].concat() {
        let harness = harness.clone();
        trials.push(Trial::test(name, move || harness.run(test)));
    }
    libtest_mimic::run(&arguments, trials).exit();
}
