//! Workers that want more memory than there is: the ones that take too long for the end-to-end tests, whose hostile
//! Workers are in `tests/hostile`. Each must end in an answer or an error of its own, while its neighbour in the same
//! process answers. What they do is in `hostile/memory.js`: one function a path.

use std::time::Duration;

use http_body_util::BodyExt;
use libtest_mimic::Trial;

use crate::harness::{Harness, TestWorker};

/// What a Worker that was ended by the limit answers with.
const MEMORY: &str = "Worker exceeded memory limit.";

const NO_BUFFER: &str = "Uncaught RangeError: Array buffer allocation failed";

/// How long a Worker may take to end: many times its limit, as tests run at the same time.
const PATIENCE: Duration = Duration::from_secs(30);

/// The CPU time of an event.
const CPU: Duration = Duration::from_secs(5);

/// For each case what the answer begins with.
const CASES: &[(&str, &str)] = &[
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
    ("wasmMemories", "Uncaught RangeError: WebAssembly.Memory(): could not allocate memory"),
    ("garbageWasmMemories", "fine"),
    ("grownWasmMemories", MEMORY),
    ("compressors", "Uncaught RangeError: Worker exceeded its memory limit."),
    ("blobs", MEMORY),
    ("doubledBlob", MEMORY),
    ("cloned", MEMORY),
    ("promises", MEMORY),
    ("timers", "Uncaught QuotaExceededError"),
    ("errors", MEMORY),
];

pub(crate) fn trials(harness: &Harness) -> Vec<Trial> {
    let trial = |(case, expected): &(&'static str, &'static str)| {
        let (harness, case, expected) = (harness.clone(), *case, *expected);
        let run = move || harness.block_on(ends(harness.clone(), case, expected));
        Trial::test(format!("hostile::memory::{case}"), run)
    };
    CASES.iter().map(trial).collect()
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

async fn ends(harness: Harness, case: &'static str, expected: &'static str) {
    let _quiet = harness.quiet.read().await;
    let neighbour = harness.worker("export default { fetch() { return new Response('here') } }");
    assert_eq!(neighbour.text("/").await, "here");
    let worker = harness.worker_with(include_str!("hostile/memory.js"), |options| options.limits.cpu = CPU);
    let hostile = tokio::spawn(async move { answer(&worker, case).await });
    assert_eq!(neighbour.text("/").await, "here");
    let answered = hostile.await.unwrap();
    assert!(answered.starts_with(expected), "{answered}");
    assert_eq!(neighbour.text("/").await, "here");
}
