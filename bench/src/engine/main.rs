//! The engine by itself: what an isolate, a start and an event cost, without sockets.
//!
//! `engine` prints a table. It answers the question that ARCHITECTURE.md documents: whether our own JavaScript
//! should come from a startup snapshot or be compiled from a code cache in each isolate.
#![allow(clippy::print_stdout, clippy::expect_used, reason = "a program for people, run by hand")]

mod code_cache;
mod steps;

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{HeaderMap, Request};
use selvedge_platform::{Body, FetchEvent, RequestContext, Scheduler, Worker, WorkerOptions, engine_options};
use selvedge_runtime::{
    Engine, Extensions, Limit, Limits, LogRecord, LogSink, Module, ModuleKind, Script, WarmPool, initialize_v8,
};

const ROUNDS: usize = 100;
const EVENTS: u32 = 200_000;
const IDLE_WORKERS: usize = 200;
const HELLO: &[u8] = b"export default { async fetch() { return new Response('Hello World') } }";

struct Silent;

impl LogSink for Silent {
    fn log(&self, _: LogRecord) {}
}

struct Nothing;

impl RequestContext for Nothing {
    fn add_headers(&self, _: &mut HeaderMap) {}

    fn cf(&self) -> Arc<str> {
        "{}".into()
    }

    fn abandon(&self, _: Limit, _: &HeaderMap) {}
}

/// Runs `work` several times and gives the median.
fn median(mut work: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort();
    times[ROUNDS / 2]
}

fn resident() -> f64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: f64 = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or_default();
    pages * 4096.0 / 1e6
}

fn worker(pool: &Arc<WarmPool>) -> Arc<Worker> {
    let module = Module { name: "index.js".into(), kind: ModuleKind::EsModule, source: HELLO.into(), source_map: None };
    let options = WorkerOptions {
        name: "hello".into(),
        script: Arc::new(Script::new("index.js", [module])),
        bindings: Vec::new(),
        compatibility_flags: Vec::new(),
        node: None,
        limits: Limits::default(),
        max_instances: 1,
        log: Arc::new(Silent),
        scheduler: Scheduler::single(),
        origin: None,
        extensions: Extensions::new(),
    };
    Worker::new(pool.clone(), options)
}

fn event() -> FetchEvent {
    FetchEvent {
        request: Box::new(Request::new(Body::Empty)),
        url: "http://test.example/".into(),
        context: Box::new(Nothing),
        entrypoint: None,
        props: None,
        depth: 0,
        lineage: None,
    }
}

async fn answer(worker: &Arc<Worker>) {
    worker.fetch(event()).await.expect("hello answers");
}

fn main() {
    let steps = steps::Steps::install();
    let token = initialize_v8();
    let start = Instant::now();
    let options = engine_options();
    let engine = Engine::new(&token, &options).expect("the platform's JavaScript runs");
    println!("snapshot made in           {:>8.1?}, {} kB", start.elapsed(), engine.snapshot().size() / 1000);

    let pool = Arc::new(WarmPool::new(engine.clone(), 128 << 20, 1));
    let mut kept = Vec::new();
    let before = resident();
    let from_snapshot = median(|| kept.push(pool.make().expect("an isolate")));
    let memory = (resident() - before) / kept.len() as f64;
    println!("isolate from the snapshot  {from_snapshot:>8.1?}, {memory:.2} MB");
    steps.begin();
    for _ in 0..ROUNDS {
        steps::mark!("begin");
        drop(pool.make().expect("an isolate"));
        steps::mark!("freed");
    }
    steps::print(&steps.end());

    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(runtime.spawn(workers(pool, steps))).expect("the bench ends");
    let cache = code_cache::Cache::new(&options);
    let mut cached = Vec::new();
    let before = resident();
    let from_cache = median(|| cached.push(cache.isolate()));
    let memory = (resident() - before) / cached.len() as f64;
    println!("isolate from a code cache  {from_cache:>8.1?}, {memory:.2} MB");
    // Isolates that are entered when they are made must go in reverse.
    while cached.pop().is_some() {}
    // Not before: what is freed would be used again, and not be seen to grow.
    drop(kept);
}

/// What Workers cost: to start, to keep, and for each event.
async fn workers(pool: Arc<WarmPool>, steps: Arc<steps::Steps>) {
    let hello = worker(&pool);
    answer(&hello).await;
    let before = resident();
    let mut idle = Vec::new();
    for _ in 0..IDLE_WORKERS {
        let worker = worker(&pool);
        answer(&worker).await;
        idle.push(worker);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    println!("idle Worker                {:>8.2} MB", (resident() - before) / IDLE_WORKERS as f64);
    drop(idle);

    let mut starts = Vec::new();
    let mut recorded = Vec::new();
    for _ in 0..ROUNDS {
        hello.unload();
        tokio::time::sleep(Duration::from_millis(10)).await;
        steps.begin();
        let start = Instant::now();
        answer(&hello).await;
        starts.push(start.elapsed());
        steps::mark!("first event");
        recorded.extend(steps.end());
        // An isolate takes the place of the one that was taken.
        while pool.ready() == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    starts.sort();
    println!("first event, warm pool     {:>8.1?} (p99 {:.1?})", starts[ROUNDS / 2], starts[ROUNDS * 99 / 100]);
    steps::print(&recorded);

    let start = Instant::now();
    for _ in 0..EVENTS {
        answer(&hello).await;
    }
    println!("event                      {:>8.2?}", start.elapsed() / EVENTS);
}
