//! What bad input gets: the exception that the standard names, and never a panic, an abort, a hang or a leak.
//!
//! Each file of `fuzz/` is a Worker that makes inputs from a seed, one seed an iteration, and looks for properties that
//! do not hold: round trips, a simple model beside the real thing, and which exceptions come out. A second of each runs
//! with the other tests. `SELVEDGE_FUZZ_SECONDS` sets how many seconds each target runs (a night's worth, in a nightly
//! run), `SELVEDGE_FUZZ_SEED` the first seed. A failure names its seed, which fails again when it is the first; if the
//! process itself ends, the seed is in `fuzz-TARGET.seed` in cargo's folder for the temporary files of tests.
//!
//! The generators are JavaScript and not `cargo-fuzz`, because what is tested is the whole way from a guest's value
//! through our classes and the ops to the exception; a harness in Rust would begin behind most of it.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use selvedge_runtime::{Module, ModuleKind, Script};

use crate::harness::{Harness, TestWorker, resident};

/// The targets, and how many seeds one request tries.
const TARGETS: &[(&str, &str, u32)] = &[
    ("clone", include_str!("fuzz/clone.js"), 50),
    ("crypto", include_str!("fuzz/crypto.js"), 5),
    ("encodings", include_str!("fuzz/encodings.js"), 20),
    ("headers", include_str!("fuzz/headers.js"), 50),
    ("multipart", include_str!("fuzz/multipart.js"), 20),
    ("url", include_str!("fuzz/url.js"), 50),
];

/// What the targets import.
const SHARED: &[(&str, &str)] = &[("lib.js", include_str!("fuzz/lib.js")), ("keys.js", include_str!("fuzz/keys.js"))];

/// How long one turn may take: an iteration takes milliseconds, so that one which takes this long hangs.
const TURN: Duration = Duration::from_secs(20);

/// How long one batch may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// A number that the environment may set.
pub(crate) fn setting(name: &str, default: u32) -> u32 {
    std::env::var(name).ok().map_or(default, |text| text.parse().unwrap())
}

pub(crate) fn trials(harness: &Harness) -> Vec<Trial> {
    let mut trials = Vec::new();
    for (name, source, batch) in TARGETS {
        let harness = harness.clone();
        let run = move || harness.block_on(fuzz(harness.clone(), name, source, *batch));
        trials.push(Trial::test(format!("fuzz::{name}"), run));
    }
    let harness = harness.clone();
    trials.push(Trial::test("fuzz::memory_stays", move || harness.block_on(memory_stays(harness.clone()))));
    trials
}

fn worker(harness: &Harness, source: &str) -> TestWorker {
    let module = |name: &str, source: &str| Module {
        name: name.into(),
        kind: ModuleKind::EsModule,
        source: source.as_bytes().to_vec().into(),
        source_map: None,
    };
    let shared = SHARED.iter().map(|(name, source)| module(name, source));
    let modules: Vec<_> = shared.chain([module("index.js", source)]).collect();
    harness.worker_with("", |options| {
        options.script = Arc::new(Script::new("index.js", modules));
        options.limits.cpu = TURN;
    })
}

/// Tries `count` seeds from `seed` on: what is wrong, if anything is.
async fn batch(worker: &TestWorker, seed: u32, count: u32) -> Result<(), String> {
    let answered = async {
        match worker.get(&format!("/?seed={seed}&count={count}")).await {
            Ok(response) => crate::harness::text(response).await,
            Err(error) => error.to_string(),
        }
    };
    let answer = tokio::time::timeout(PATIENCE, answered).await.unwrap_or_else(|_| "it does not end".into());
    let log = worker.log.lines();
    match (answer.as_str(), log.as_slice()) {
        ("fine", []) => Ok(()),
        ("fine", log) => Err(format!("the log says {log:?}")),
        _ => Err(answer),
    }
}

async fn fuzz(harness: Harness, name: &'static str, source: &'static str, count: u32) {
    let _quiet = harness.quiet.read().await;
    let lasts = Duration::from_secs(setting("SELVEDGE_FUZZ_SECONDS", 1).into());
    let mut seed = setting("SELVEDGE_FUZZ_SEED", 1);
    let note = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{name}.seed"));
    let under_test = worker(&harness, source);
    let begun = Instant::now();
    loop {
        std::fs::write(&note, seed.to_string()).unwrap();
        if let Err(wrong) = batch(&under_test, seed, count).await {
            let (seed, wrong) = first_wrong(&harness, source, seed, count).await.unwrap_or((seed, wrong));
            panic!("{name}: {wrong}\n\nTo see it again: SELVEDGE_FUZZ_SEED={seed}");
        }
        seed = seed.wrapping_add(count);
        if begun.elapsed() >= lasts {
            return;
        }
    }
}

/// The seed of a batch that fails by itself, in a new instance.
async fn first_wrong(harness: &Harness, source: &str, seed: u32, count: u32) -> Option<(u32, String)> {
    let alone = worker(harness, source);
    for seed in (0..count).map(|offset| seed.wrapping_add(offset)) {
        if let Err(wrong) = batch(&alone, seed, 1).await {
            return Some((seed, wrong));
        }
    }
    None
}

/// What an iteration allocates outside of the heap is given back: the process grows no more once it has warmed up.
async fn memory_stays(harness: Harness) {
    let _quiet = harness.quiet.write().await;
    let lasts = Duration::from_secs(setting("SELVEDGE_FUZZ_SECONDS", 1).into()) / 4;
    for (name, source, count) in TARGETS {
        let under_test = worker(&harness, source);
        for _ in 0..3 {
            batch(&under_test, 1, *count).await.unwrap();
        }
        let before = resident();
        let begun = Instant::now();
        while begun.elapsed() < lasts {
            batch(&under_test, 1, *count).await.unwrap();
        }
        // V8's heap may grow by as much before it collects; what leaks grows without a bound.
        let grown = resident().saturating_sub(before);
        assert!(grown < 128 << 20, "{name}: {} MB more", grown >> 20);
    }
}
