//! Workers on the real platform, without a network: events in, responses out.
// Clippy sees tests by `#[test]`, which a harness of our own has none of.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod bounds;
mod cache;
mod dns;
mod fetch;
mod fuzz;
mod harness;
mod hostile;
mod html_rewriter;
mod lifecycle;
mod messaging;
mod native_bodies;
mod scheduled;
mod side_channels;
mod web;

use libtest_mimic::{Arguments, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let harness = harness::Harness::new();
    let mut trials: Vec<Trial> = Vec::new();
    for (name, test) in [
        bounds::TESTS,
        cache::TESTS,
        dns::TESTS,
        fetch::TESTS,
        html_rewriter::TESTS,
        lifecycle::TESTS,
        messaging::TESTS,
        native_bodies::TESTS,
        scheduled::TESTS,
        side_channels::TESTS,
        web::TESTS,
    ]
    .concat()
    {
        let harness = harness.clone();
        trials.push(Trial::test(name, move || harness.run(test)));
    }
    trials.extend(hostile::trials(&harness));
    trials.extend(fuzz::trials(&harness));
    libtest_mimic::run(&arguments, trials).exit();
}
