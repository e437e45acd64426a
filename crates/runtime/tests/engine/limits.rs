//! What a guest may not do to the process.

use std::sync::Arc;
use std::time::Duration;

use selvedge_runtime::{Limit, Loss, ModuleKind, StartError};

use crate::harness::{Harness, Outcome, Test, Worker};

pub(crate) const TESTS: &[(&str, Test)] = &[
    ("limits::a_thread_that_v8_gave_up_in_is_replaced", |h| Box::pin(a_thread_that_v8_gave_up_in_is_replaced(h))),
    ("limits::a_long_builtin_makes_room", |h| Box::pin(a_long_builtin_makes_room(h))),
    ("limits::what_cannot_be_ended_is_parked", |h| Box::pin(what_cannot_be_ended_is_parked(h))),
    ("limits::what_ends_late_is_not_lost", |h| Box::pin(what_ends_late_is_not_lost(h))),
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

async fn what_cannot_be_ended_is_parked(harness: Harness) {
    let pool = harness.pool();
    // In V8's builtins; in its C++, making garbage.
    for call in ["lastIndexOf.call({ length: 2 ** 53 - 1 }, 1)", "indexOf.call({ length: 2 ** 53 - 1 }, 1, 2 ** 40)"] {
        let parked = pool.lost_threads().parked;
        let worker = Arc::new(harness.worker(&format!("export default () => Array.prototype.{call}")).await);
        let stuck = worker.clone();
        let turn = tokio::spawn(async move { stuck.dispatch("").await });
        while pool.lost_threads().parked == parked {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(*worker.losses.0.lock().unwrap(), [Loss::Stuck]);
        assert!(worker.instance.state().is_lost() && worker.instance.state().is_condemned());
        assert!(!turn.is_finished());
        // Who comes after is not kept waiting.
        assert_eq!(worker.dispatch("").await, Outcome::Terminated);
    }
}

async fn what_ends_late_is_not_lost(harness: Harness) {
    // Seconds in one call of C++'s that makes no garbage.
    let source = "export default () => 'a'.repeat(2 ** 29 - 24).localeCompare('a'.repeat(2 ** 29 - 24) + '')";
    let worker = harness.worker(source).await;
    assert_eq!(worker.dispatch("").await, Outcome::Terminated);
    let state = worker.instance.state();
    assert!(state.is_condemned() && !state.is_lost() && worker.instance.is_idle());
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
    assert_eq!(beside_others(&harness, worker).await, Outcome::Terminated);
}

async fn a_long_builtin_makes_room(harness: Harness) {
    // Some hundred milliseconds, with the limit among them or not.
    let call = "Array.prototype.lastIndexOf.call({ length: 2 ** 26 }, 1)";
    let worker = harness.worker(&format!("export default () => {call}")).await;
    let outcome = beside_others(&harness, worker).await;
    assert!(matches!(outcome, Outcome::Terminated | Outcome::Answer(_)), "{outcome:?}");
}

async fn a_thread_that_v8_gave_up_in_is_replaced(harness: Harness) {
    // By its handler of fatal errors; by a trap.
    for call in ["Array.prototype.sort.call({ length: 2 ** 53 - 1 })", "'x'.repeat(2 ** 29 - 24).split('')"] {
        let worker = Arc::new(harness.worker(&format!("export default () => {call}")).await);
        let honest = harness.worker("export default () => 'here'").await;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let lost = worker.clone();
        runtime.spawn(async move { lost.dispatch("").await });
        while !worker.losses.0.lock().unwrap().contains(&Loss::GaveUp) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        // On a thread that was made there.
        let answer = runtime.spawn(async move { honest.dispatch("").await });
        assert_eq!(answer.await.unwrap(), Outcome::Answer("here".into()));
        runtime.shutdown_background();
    }
}

/// Runs a Worker's turn on a runtime with one thread, and others, which must not have to wait for it.
async fn beside_others(harness: &Harness, worker: Worker) -> Outcome {
    let honest = harness.worker("export default () => 'here'").await;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let spinning = runtime.spawn(async move { worker.dispatch("").await });
    let others = runtime.spawn(async move {
        for _ in 0..10 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        // On a thread that was made within the turn, whatever that was in.
        honest.dispatch("").await
    });
    assert_eq!(others.await.unwrap(), Outcome::Answer("here".into()));
    assert!(!spinning.is_finished(), "the others had to wait for the end of the turn");
    let outcome = spinning.await.unwrap();
    runtime.shutdown_background();
    outcome
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
