//! The platform with the runner's own part in it, and the running of one file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use selvedge_platform::{Body, FetchEvent, RequestContext, Scheduler, Worker, WorkerOptions};
use selvedge_runtime::{
    Engine, Extensions, InternalModule, InternalScript, Limit, Limits, LogRecord, LogSink, Module, ModuleKind, Script,
    V8Token, WarmPool,
};
use selvedge_web::fetch::{FetchClient, FetchOptions};
use selvedge_wpt::outcome::Outcome;
use selvedge_wpt::source::{Meta, script_path};

use crate::ops::{FETCH_URL, Job, OPS, WEBSOCKET_URL};
use crate::server::{self, Server};

/// The runner's own part of the snapshot.
const SCRIPT: &str = include_str!("../js/run.js");

/// What WPT gives a test file, in milliseconds, and what it gives one that asks for more.
const TIMEOUT: u64 = 10_000;
const LONG_TIMEOUT: u64 = 60_000;

/// A Worker that runs whatever hangs on it.
const MAIN: &str = r#"
export default {
  async fetch() {
    await globalThis.__runTestFile();
    return new Response();
  },
};
"#;

pub(crate) struct Runner {
    pool: Arc<WarmPool>,
    client: Arc<FetchClient>,
    server: Server,
    root: PathBuf,
}

impl Runner {
    /// `sources`: whether our JavaScript is read from the checkout now.
    pub(crate) fn new(token: &V8Token, root: &Path, server: Server, sources: bool) -> Self {
        let mut options = selvedge_platform::engine_options();
        for script in &mut options.scripts {
            for own in [FETCH_URL, WEBSOCKET_URL] {
                script.ops.iter_mut().filter(|op| op.name == own.name).for_each(|op| *op = own);
            }
            if sources {
                let now = bundle();
                let read = |path: &Path| -> &'static str { fs::read_to_string(path).unwrap().leak() };
                script.source = read(&now.join("platform.js"));
                let of = |group: &InternalModule| InternalModule {
                    source: read(&now.join("groups").join(group.path)),
                    ..*group
                };
                script.groups = script.groups.iter().map(of).collect::<Vec<_>>().leak();
            }
        }
        options.scripts.push(InternalScript { name: "selvedge:wpt", ops: OPS.to_vec(), source: SCRIPT, groups: &[] });
        let engine = Engine::new(token, &options).unwrap_or_else(|error| panic!("{error}"));
        let client =
            FetchClient::new(FetchOptions { allow_private: true, extra_roots: vec![server.certificate.clone()] });
        let client = Arc::new(client.unwrap_or_else(|error| panic!("{error}")));
        // Some tests make buffers of hundreds of megabytes.
        Self { pool: Arc::new(WarmPool::new(engine, 1 << 30, 2)), client, server, root: root.to_owned() }
    }

    /// Runs a file with one of its variants.
    pub(crate) async fn run(&self, file: &str, meta: &Meta, variant: &str) -> Outcome {
        let job = match self.job(file, meta, variant) {
            Ok(job) => Arc::new(job),
            Err(error) => return Outcome::of_broken(error),
        };
        let limit = Duration::from_millis(job.timeout) + Duration::from_secs(30);
        let answer = tokio::time::timeout(limit, self.answer(job.clone())).await;
        let mut outcome = job.outcome.lock().unwrap().clone();
        match answer {
            Ok(Ok(())) => {}
            Ok(Err(error)) => outcome.broken = Some(error),
            Err(_) => outcome.broken = Some("the file hangs".to_owned()),
        }
        outcome
    }

    fn job(&self, file: &str, meta: &Meta, variant: &str) -> Result<Job, String> {
        let url = self.server.url(file, variant);
        let mut scripts = Vec::new();
        let named = meta.scripts.iter().map(|script| script_path(file, script));
        for path in ["resources/testharness.js".to_owned()].into_iter().chain(named).chain([file.to_owned()]) {
            let source = server::script(&self.root, &path, &url).map_err(|error| format!("{path}: {error}"))?;
            scripts.push((path, source));
        }
        // A worker's file takes the harness in by itself.
        if file.ends_with(".worker.js") {
            let main = scripts.last_mut().expect("the file itself");
            main.1 = without_harness(&main.1);
        }
        let timeout = if meta.long { LONG_TIMEOUT } else { TIMEOUT };
        Ok(Job { url, root: self.root.clone(), scripts, timeout, outcome: Mutex::default() })
    }

    async fn answer(&self, job: Arc<Job>) -> Result<(), String> {
        let module = Module {
            name: "index.js".into(),
            kind: ModuleKind::EsModule,
            source: MAIN.as_bytes().to_vec().into(),
            source_map: None,
        };
        let mut extensions = Extensions::new();
        extensions.insert(self.client.clone());
        extensions.insert(job.clone());
        let cpu = Duration::from_millis(job.timeout) + Duration::from_secs(20);
        let options = WorkerOptions {
            name: "wpt".into(),
            script: Arc::new(Script::new("index.js", [module])),
            bindings: Vec::new(),
            compatibility_flags: Vec::new(),
            node: None,
            limits: Limits { cpu, ..Limits::default() },
            max_instances: 1,
            log: Arc::new(NoLog),
            scheduler: Scheduler::single(),
            origin: None,
            extensions,
        };
        let worker = Worker::new(self.pool.clone(), options);
        let event = FetchEvent {
            request: Box::new(http::Request::new(Body::Empty)),
            url: job.url.to_string(),
            context: Box::new(NoContext),
            entrypoint: None,
            props: None,
            depth: 0,
            lineage: None,
        };
        worker.fetch(event).await.map(|_| ()).map_err(|error| error.to_string())
    }
}

/// A worker's own `importScripts` of the harness, taken out.
fn without_harness(source: &str) -> String {
    let mut text = String::new();
    for line in source.lines() {
        if !(line.contains("importScripts") && line.contains("testharness.js")) {
            text.push_str(line);
        }
        text.push('\n');
    }
    text
}

struct NoLog;

impl LogSink for NoLog {
    fn log(&self, _record: LogRecord) {}
}

struct NoContext;

impl RequestContext for NoContext {
    fn add_headers(&self, _headers: &mut http::HeaderMap) {}

    fn cf(&self) -> Arc<str> {
        "{}".into()
    }

    fn abandon(&self, _: Limit, _: &http::HeaderMap) {}
}

/// The folder of the platform's script, made of the JavaScript of the checkout as it is now by the bundler of the last
/// build. It has to have as many groups as that.
fn bundle() -> PathBuf {
    let here = std::env::current_dir().unwrap();
    let bundler = |folder: &Path| folder.join("crates/platform/bundle.mjs");
    let bundler = here.ancestors().map(bundler).find(|bundler| bundler.exists());
    let program = std::env::current_exe().unwrap();
    let build = program.ancestors().nth(2).expect("target/PROFILE").join("build");
    let outputs = fs::read_dir(build).unwrap().map(|entry| entry.unwrap().path().join("out"));
    let output = outputs.filter(|out| out.join("platform.js").exists()).find(|out| out.join("packages").exists());
    let output = output.expect("the platform has been built");
    let now = output.join("now");
    fs::create_dir_all(&now).unwrap();
    let mut command = Command::new("node");
    command.arg(bundler.expect("--sources is for use in a checkout")).arg(output.join("packages")).arg(&now);
    assert!(command.status().unwrap().success(), "the JavaScript cannot be bundled");
    now
}
