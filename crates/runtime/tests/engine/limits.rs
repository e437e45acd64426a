//! What a guest may not do to the process.

use std::time::Duration;

use selvedge_runtime::{Limit, ModuleKind, StartError};

use crate::harness::{Harness, Outcome, Test};

pub(crate) const TESTS: &[(&str, Test)] = &[
    ("limits::an_endless_turn_is_terminated", |h| Box::pin(an_endless_turn_is_terminated(h))),
    ("limits::endless_microtasks_are_terminated", |h| Box::pin(endless_microtasks_are_terminated(h))),
    ("limits::cpu_time_is_counted_over_all_turns", |h| Box::pin(cpu_time_is_counted_over_all_turns(h))),
    ("limits::waiting_costs_no_cpu_time", |h| Box::pin(waiting_costs_no_cpu_time(h))),
    ("limits::a_long_turn_makes_room", |h| Box::pin(a_long_turn_makes_room(h))),
    ("limits::an_endless_global_scope_is_terminated", |h| Box::pin(an_endless_global_scope_is_terminated(h))),
    ("limits::a_full_heap_ends_the_instance_only", |h| Box::pin(a_full_heap_ends_the_instance_only(h))),
    ("limits::a_deep_recursion_is_a_range_error", |h| Box::pin(a_deep_recursion_is_a_range_error(h))),
    ("limits::an_instance_at_rest_gives_memory_back", |h| Box::pin(an_instance_at_rest_gives_memory_back(h))),
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

/// Each of its turns is short.
async fn cpu_time_is_counted_over_all_turns(harness: Harness) {
    let worker = harness
        .worker(
            r#"
        import { sleep } from "test:platform";
        export default async () => { for (;;) { for (let i = 0; i < 1e6; i++); await sleep(0); } };
    "#,
        )
        .await;
    assert_eq!(worker.dispatch("").await, Outcome::Terminated);
}

async fn waiting_costs_no_cpu_time(harness: Harness) {
    let worker = harness
        .worker(r#"import { sleep } from "test:platform"; export default async () => { await sleep(700); return "awake" };"#)
        .await;
    assert_eq!(worker.dispatch("").await, Outcome::Answer("awake".into()));
}

/// On the only thread of its runtime, which others wait for.
async fn a_long_turn_makes_room(harness: Harness) {
    let worker = harness.worker("export default () => { for (;;); }").await;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let spinning = runtime.spawn(async move { worker.dispatch("").await });
    let others = runtime.spawn(async {
        for _ in 0..10 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    others.await.unwrap();
    assert!(!spinning.is_finished(), "the others had to wait for the end of the turn");
    assert_eq!(spinning.await.unwrap(), Outcome::Terminated);
    runtime.shutdown_background();
}

async fn an_endless_global_scope_is_terminated(harness: Harness) {
    let started = harness.start(&[("index.js", ModuleKind::EsModule, b"for (;;) {}")]).await;
    assert!(matches!(started, Err(StartError::Limit(Limit::CpuTime))));
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

async fn an_instance_at_rest_gives_memory_back(harness: Harness) {
    let source = "let kept = 1; export default () => { let all = []; \
                  for (let n = 0; n < 5000; n++) all.push({ n, text: `text ${n}` }); return all.length + kept++; }";
    let worker = harness.worker(source).await;
    // It is weighed every so many turns.
    for turn in 1..=100 {
        assert_eq!(worker.dispatch("").await, Outcome::Answer(format!("{}", 5000 + turn)));
    }
    let before = worker.instance.bytes();
    assert!(worker.instance.is_restless());
    worker.instance.rest();
    let after = worker.instance.bytes();
    assert!(after + (1 << 20) < before, "{before} bytes before, {after} after");
    assert!(!worker.instance.is_restless());
    assert_eq!(worker.dispatch("").await, Outcome::Answer("5101".into()));
    assert!(worker.instance.is_restless());
}
