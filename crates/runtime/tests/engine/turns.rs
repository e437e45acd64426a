//! Invocations, asynchronous ops, and what may be done where.

use std::sync::Arc;
use std::time::Duration;

use selvedge_runtime::LogLevel;

use crate::harness::{Harness, Outcome, Test};

pub(crate) const TESTS: &[(&str, Test)] = &[
    ("turns::async_ops_settle_promises", |h| Box::pin(async_ops_settle_promises(h))),
    ("turns::an_invocation_is_known_across_await", |h| Box::pin(an_invocation_is_known_across_await(h))),
    ("turns::a_handler_that_cannot_answer_is_noticed", |h| Box::pin(a_handler_that_cannot_answer_is_noticed(h))),
    ("turns::global_scope_does_no_io", |h| Box::pin(global_scope_does_no_io(h))),
    ("turns::eval_is_refused", |h| Box::pin(eval_is_refused(h))),
    ("turns::unhandled_rejections_are_logged", |h| Box::pin(unhandled_rejections_are_logged(h))),
    ("turns::a_panic_in_an_op_is_an_exception", |h| Box::pin(a_panic_in_an_op_is_an_exception(h))),
    ("turns::functions_of_short_turns_are_optimized", |h| Box::pin(functions_of_short_turns_are_optimized(h))),
    ("turns::threads_come_and_go", |h| Box::pin(threads_come_and_go(h))),
    ("turns::invocations_leave_nothing_behind", |h| Box::pin(invocations_leave_nothing_behind(h))),
];

async fn async_ops_settle_promises(harness: Harness) {
    let worker = harness
        .worker(
            r#"
        import { sleep } from "test:platform";
        export default async () => { const all = await Promise.all([sleep(3), sleep(0), sleep(1)]); return all.join() };
    "#,
        )
        .await;
    assert_eq!(worker.dispatch("").await, Outcome::Answer("3,0,1".into()));
}

async fn an_invocation_is_known_across_await(harness: Harness) {
    let worker = Arc::new(
        harness
            .worker(
                r#"
        import { sleep, invocation } from "test:platform";
        export default async () => {
            const before = invocation(); await sleep(2); await null; await sleep(1);
            if (before !== invocation()) throw new Error("lost");
            return before;
        };
    "#,
            )
            .await,
    );
    let mut tasks = Vec::new();
    for _ in 0..50 {
        let worker = worker.clone();
        tasks.push(tokio::spawn(async move { worker.dispatch("").await }));
    }
    let mut seen = std::collections::HashSet::new();
    for task in tasks {
        let Outcome::Answer(id) = task.await.unwrap() else { panic!("no answer") };
        assert!(seen.insert(id));
    }
}

async fn a_handler_that_cannot_answer_is_noticed(harness: Harness) {
    let worker = harness.worker("export default () => new Promise(() => {})").await;
    assert_eq!(worker.dispatch("").await, Outcome::Stalled);
}

async fn global_scope_does_no_io(harness: Harness) {
    let worker = harness
        .worker(
            r#"
        import { sleep } from "test:platform";
        let text; try { sleep(1) } catch (error) { text = error.message }
        export default () => text;
    "#,
        )
        .await;
    let Outcome::Answer(text) = worker.dispatch("").await else { panic!("no answer") };
    assert!(text.starts_with("Disallowed operation called within global scope. Asynchronous I/O"), "{text}");
}

async fn eval_is_refused(harness: Harness) {
    let worker = harness
        .worker(
            r#"
        export default () => ["eval('1')", "new Function('1')", "wasm"].map((road) => {
            try {
                if (road === "wasm") new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
                else if (road.startsWith("eval")) (0, eval)("1"); else new Function("1");
                return "open";
            } catch (error) { return error.name + ": " + error.message }
        }).join("; ");
    "#,
        )
        .await;
    assert_eq!(
        worker.dispatch("").await,
        Outcome::Answer(
            "EvalError: Code generation from strings disallowed for this context; \
         EvalError: Code generation from strings disallowed for this context; \
         CompileError: WebAssembly.Module(): Wasm code generation disallowed by embedder"
                .into()
        )
    );
}

async fn unhandled_rejections_are_logged(harness: Harness) {
    let worker = harness
        .worker(
            r#"
        export default () => {
            Promise.reject(new Error("nobody listens"));
            const late = Promise.reject(new Error("somebody listens")); queueMicro(() => late.catch(() => {}));
            return "done";
        };
        const queueMicro = (f) => Promise.resolve().then(f);
    "#,
        )
        .await;
    assert_eq!(worker.dispatch("").await, Outcome::Answer("done".into()));
    let log = worker.log.0.lock().unwrap();
    assert_eq!(log.len(), 1, "{log:?}");
    assert_eq!(log[0].level, LogLevel::Error);
    assert!(log[0].message.starts_with("Uncaught (in promise) Error: nobody listens\n    at"), "{}", log[0].message);
}

async fn a_panic_in_an_op_is_an_exception(harness: Harness) {
    let worker = harness.worker(r#"import { panic } from "test:platform"; export default () => panic()"#).await;
    assert_eq!(worker.dispatch("").await, Outcome::Threw("Error: internal error".into()));
}

async fn invocations_leave_nothing_behind(harness: Harness) {
    let worker = harness
        .worker(
            r#"
        import { sleep } from "test:platform";
        export default async (mode) => { if (mode === "leak") { sleep(60000); sleep(60000) } return "x" };
    "#,
        )
        .await;
    for _ in 0..20 {
        assert_eq!(worker.dispatch("leak").await, Outcome::Answer("x".into()));
    }
    assert_eq!(worker.instance.state().invocations(), 0);
}

/// The compiler's thread mostly finishes between two turns, when nobody is there to take what it made.
async fn functions_of_short_turns_are_optimized(harness: Harness) {
    let source = r#"
        const work = (text) => { let sum = 0; for (let n = 0; n < 1000; n++) sum += text.length ^ n; return sum; };
        export default (text) => String(text === "status" ? %GetOptimizationStatus(work) : work(text));
    "#;
    // Of `OptimizationStatus` in V8's runtime.h: the last compiler's code.
    const TURBOFAN: u32 = 1 << 5;
    // Far more than it takes.
    const TURNS: usize = 5000;
    for instance in 0..6 {
        let worker = harness.worker(source).await;
        let mut status = 0;
        for turn in 1..=TURNS {
            worker.dispatch("x").await;
            // Time for the compiler.
            tokio::time::sleep(Duration::from_millis(1)).await;
            if turn % 100 == 0 {
                let Outcome::Answer(answer) = worker.dispatch("status").await else { panic!("no answer") };
                status = answer.parse().unwrap();
                if status & TURBOFAN != 0 {
                    break;
                }
            }
        }
        assert_ne!(status & TURBOFAN, 0, "instance {instance} has status {status}");
    }
}

/// An isolate has many turns on one thread, and then some on a hundred, each gone by the next.
async fn threads_come_and_go(harness: Harness) {
    let source = "let calls = 0; export default (text) => { calls += JSON.parse(`[${text}]`).length; return calls; };";
    let worker = Arc::new(harness.worker(source).await);
    for call in 1..=1100 {
        assert_eq!(worker.dispatch("1").await, Outcome::Answer(call.to_string()));
    }
    for call in 551..=650 {
        let own = worker.clone();
        let answer = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(own.dispatch("1"))
        });
        assert_eq!(answer.join().unwrap(), Outcome::Answer((call * 2 - 1).to_string()));
        // And between them the thread that was there first.
        assert_eq!(worker.dispatch("1").await, Outcome::Answer((call * 2).to_string()));
    }
    // The isolate goes on a thread that it never ran on.
    std::thread::spawn(move || drop(worker)).join().unwrap();
}
