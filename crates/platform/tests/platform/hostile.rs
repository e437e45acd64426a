//! Workers that mean harm. Each must end in an answer or an error of its own, while its neighbour in the same
//! process answers. What they do is in `hostile/*.js`: one function a path.

use std::time::Duration;

use http_body_util::BodyExt;
use libtest_mimic::Trial;
use selvedge_platform::WorkerError;

use crate::harness::{Harness, TestWorker};

/// What a Worker that was ended by a limit answers with.
const CPU: &str = "Worker exceeded CPU time limit.";
const MEMORY: &str = "Worker exceeded memory limit.";

const NO_BUFFER: &str = "Uncaught RangeError: Array buffer allocation failed";

const BROKEN: &str = "broken: The body was aborted before its end.";

/// No code from text, by any road; no module but the Worker's own.
const EVALUATED: &str = "EvalError,EvalError,EvalError,EvalError,EvalError,EvalError,EvalError,EvalError,EvalError,\
    Error,Error,Error,Error,Error,Error,Error,Error,CompileError,CompileError,CompileError,TypeError,\
    ReferenceError,TypeError undefined";

/// No constructor of the platform's takes a key that a guest made: five classes, four keys each.
const FORGED: &str = "TypeError,TypeError,TypeError,TypeError,TypeError,TypeError,TypeError,TypeError,TypeError,\
    TypeError,TypeError,TypeError,TypeError,TypeError,TypeError,TypeError,TypeError,TypeError,TypeError,TypeError";

/// What becomes of buffers that are detached or resized while they are being used.
const DETACHED: &str = "object,string,object,DataError,TypeError,TypeError,number,TypeError,TypeError,TypeError,number,\
    object,DataCloneError,TypeError,TypeError,string,TypeError,DataCloneError";

/// How long a Worker may take to end: many times its turn's limit, as tests run at the same time.
const PATIENCE: Duration = Duration::from_secs(30);

/// A file of cases, how long a turn may take in milliseconds, and for each case what the answer begins with.
type Cases = (&'static str, u64, &'static str, &'static [(&'static str, &'static str)]);

const CASES: &[Cases] = &[
    (
        "memory",
        5000,
        include_str!("hostile/memory.js"),
        &[
            ("arrays", MEMORY),
            ("oneArray", MEMORY),
            ("hugeArray", MEMORY),
            ("doubledString", MEMORY),
            ("flattened", MEMORY),
            ("conses", MEMORY),
            ("mapped", MEMORY),
            ("setted", MEMORY),
            ("closures", MEMORY),
            ("spread", MEMORY),
            ("buffers", MEMORY),
            ("oneBuffer", MEMORY),
            ("resized", NO_BUFFER),
            ("manyResized", MEMORY),
            ("reserved", NO_BUFFER),
            ("encoded", MEMORY),
            ("garbageBuffers", "fine"),
            ("garbageEncoded", "fine"),
            ("wasmGrown", "Uncaught RangeError: WebAssembly.Memory.grow()"),
            ("wasmTables", MEMORY),
            ("compressors", "Uncaught RangeError: Worker exceeded its memory limit."),
            ("blobs", MEMORY),
            ("doubledBlob", MEMORY),
            ("cloned", MEMORY),
            ("promises", MEMORY),
            ("timers", "Uncaught QuotaExceededError"),
            ("errors", MEMORY),
        ],
    ),
    (
        "time",
        100,
        include_str!("hostile/time.js"),
        &[
            ("loop", CPU),
            ("inFinally", CPU),
            ("inCatch", CPU),
            ("microtaskAfterLoop", CPU),
            ("manyMicrotasksAfterLoop", CPU),
            ("rejectionListenerLoop", CPU),
            ("rejectionListenerRejects", "fine"),
            ("rejectionListenerSpins", CPU),
            ("microtasks", CPU),
            ("promiseChain", CPU),
            ("thenable", CPU),
            ("regexp", CPU),
            ("sorting", CPU),
            ("builtins", CPU),
            ("proxied", CPU),
            ("getter", CPU),
            ("loggedGetter", CPU),
            ("toStringLoop", CPU),
            ("generator", CPU),
            ("atomics", "Uncaught TypeError: Atomics.wait cannot be called in this context"),
            ("prepareStackTrace", CPU),
            ("endlessPull", CPU),
            ("never", "The Workers runtime canceled this request because it detected that your Worker's code had hung"),
        ],
    ),
    (
        "api",
        3000,
        include_str!("hostile/api.js"),
        &[
            ("evaluated", EVALUATED),
            ("forged", FORGED),
            ("patched", "Uncaught Error: patched"),
            ("nulled", "nulled"),
            ("setters", "Uncaught Error: setter"),
            ("detached", DETACHED),
            ("weirdErrors", "fine true"),
            ("throwsRevoked", "Uncaught an object that has no text"),
            ("throwsSymbol", "Uncaught a value that has no text"),
            ("throwsNull", "Uncaught null"),
            ("throwsError", "Uncaught "),
            // Fast or slow: that it ends is all.
            ("deep", ""),
            ("headers", "TypeError,TypeError,TypeError,object,TypeError,RangeError"),
            ("manyHeaders", "Uncaught TypeError: Too many headers"),
            ("bigHeader", "big"),
            ("manyCookies", "Uncaught TypeError: Too many headers"),
            ("waits", "waiting"),
            ("floodedBody", MEMORY),
            ("silentBody", BROKEN),
            ("brokenBody", BROKEN),
            ("wrongChunks", BROKEN),
        ],
    ),
];

pub(crate) fn trials(harness: &Harness) -> Vec<Trial> {
    let mut trials = Vec::new();
    for (file, turn, source, cases) in CASES {
        for (case, expected) in *cases {
            let harness = harness.clone();
            let turn = Duration::from_millis(*turn);
            let run = move || harness.block_on(ends(harness.clone(), turn, source, case, expected));
            trials.push(Trial::test(format!("hostile::{file}::{case}"), run));
        }
    }
    let harness = harness.clone();
    trials.push(Trial::test("hostile::finalizers_end", move || harness.block_on(finalizers_end(harness.clone()))));
    trials
}

/// The answer as text, or the error.
async fn answer(worker: &TestWorker, case: &str) -> String {
    let answered = async {
        match worker.get(&format!("/{case}")).await {
            Ok(response) => match response.into_body().collect().await {
                Ok(body) => String::from_utf8_lossy(&body.to_bytes()).into_owned(),
                Err(error) => format!("broken: {error}"),
            },
            Err(error) => error.to_string(),
        }
    };
    tokio::time::timeout(PATIENCE, answered).await.expect("it ends")
}

async fn ends(harness: Harness, turn: Duration, source: &'static str, case: &'static str, expected: &'static str) {
    let _quiet = harness.quiet.read().await;
    let neighbour = harness.worker("export default { fetch() { return new Response('here') } }");
    assert_eq!(neighbour.text("/").await, "here");
    let worker = harness.worker_with(source, |options| options.limits.cpu = turn);
    let hostile = tokio::spawn(async move { answer(&worker, case).await });
    assert_eq!(neighbour.text("/").await, "here");
    let answered = hostile.await.unwrap();
    assert!(answered.starts_with(expected), "{answered}");
    assert_eq!(neighbour.text("/").await, "here");
}

/// The callbacks of a finalization registry run when V8 gets its turn: they are limited as all else.
async fn finalizers_end(harness: Harness) {
    let _quiet = harness.quiet.read().await;
    let worker = harness.worker(include_str!("hostile/time.js"));
    for _ in 0..1000 {
        let ended = tokio::time::timeout(PATIENCE, worker.get("/finalization")).await.expect("it ends");
        if matches!(ended, Err(WorkerError::Limit(_))) {
            return;
        }
    }
    panic!("no finalizer was called");
}
