//! What a guest may not do to the process.

use selvedge_runtime::{ModuleKind, StartError};

use crate::harness::{Harness, Outcome, Test};

pub(crate) const TESTS: &[(&str, Test)] = &[
    ("limits::an_endless_turn_is_terminated", |h| Box::pin(an_endless_turn_is_terminated(h))),
    ("limits::endless_microtasks_are_terminated", |h| Box::pin(endless_microtasks_are_terminated(h))),
    ("limits::an_endless_global_scope_is_terminated", |h| Box::pin(an_endless_global_scope_is_terminated(h))),
    ("limits::a_full_heap_ends_the_instance_only", |h| Box::pin(a_full_heap_ends_the_instance_only(h))),
    ("limits::a_deep_recursion_is_a_range_error", |h| Box::pin(a_deep_recursion_is_a_range_error(h))),
];

async fn an_endless_turn_is_terminated(harness: Harness) {
    let worker = harness.worker("export default () => { for (;;) {} }").await;
    assert_eq!(worker.dispatch("").await, Outcome::Terminated);
    assert!(worker.instance.state().is_condemned());
    assert_eq!(worker.dispatch("").await, Outcome::Terminated);
}

async fn endless_microtasks_are_terminated(harness: Harness) {
    let worker = harness.worker("export default async () => { for (;;) await null }").await;
    assert_eq!(worker.dispatch("").await, Outcome::Terminated);
}

async fn an_endless_global_scope_is_terminated(harness: Harness) {
    let started = harness.start(&[("index.js", ModuleKind::EsModule, b"for (;;) {}")]).await;
    assert!(matches!(started, Err(StartError::Limit)));
}

async fn a_full_heap_ends_the_instance_only(harness: Harness) {
    let bomb =
        harness.worker("const all = []; export default () => { for (;;) all.push(new Array(1000).fill({})) }").await;
    let honest = harness.worker("export default () => 'here'").await;
    assert_eq!(bomb.dispatch("").await, Outcome::Terminated);
    assert_eq!(honest.dispatch("").await, Outcome::Answer("here".into()));
}

async fn a_deep_recursion_is_a_range_error(harness: Harness) {
    let worker = harness.worker("export default () => { const f = () => f() + 1; return f() }").await;
    assert_eq!(worker.dispatch("").await, Outcome::Threw("RangeError: Maximum call stack size exceeded".into()));
}
