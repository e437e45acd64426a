//! The platform, and Workers made of a few lines.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::BodyExt;
use libtest_mimic::Failed;
use selvedge_platform::*;
use selvedge_runtime::*;

/// A test: given the harness, it panics or returns.
pub(crate) type Test = fn(Harness) -> Pin<Box<dyn Future<Output = ()> + Send>>;

#[derive(Clone)]
pub(crate) struct Harness {
    pool: Arc<WarmPool>,
    runtime: Arc<tokio::runtime::Runtime>,
    /// Held to write by a test that measures the process, to read by those that would disturb it.
    pub(crate) quiet: Arc<tokio::sync::RwLock<()>>,
}

#[derive(Default)]
pub(crate) struct Log(pub(crate) Mutex<Vec<LogRecord>>);

impl LogSink for Log {
    fn log(&self, record: LogRecord) {
        self.0.lock().unwrap().push(record);
    }
}

impl Log {
    /// The lines so far, each with its level.
    pub(crate) fn lines(&self) -> Vec<String> {
        let records = self.0.lock().unwrap();
        records.iter().map(|record| format!("{}: {}", record.level.name(), record.message)).collect()
    }
}

pub(crate) struct Context;

impl RequestContext for Context {
    fn add_headers(&self, headers: &mut HeaderMap) {
        headers.insert("cf-ray", HeaderValue::from_static("0123456789abcdef-DFW"));
    }

    fn cf(&self) -> Arc<str> {
        r#"{ "country": "AT", "asn": 1234 }"#.into()
    }

    fn abandon(&self, _: Limit, _: &HeaderMap) {}
}

/// A Worker and its log.
#[derive(Clone)]
pub(crate) struct TestWorker {
    pub(crate) worker: Arc<Worker>,
    pub(crate) log: Arc<Log>,
}

impl Harness {
    pub(crate) fn new() -> Self {
        let token = initialize_v8();
        let engine = match Engine::new(&token, &engine_options()) {
            Ok(engine) => engine,
            Err(error) => panic!("{error}"),
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        Self { pool: Arc::new(WarmPool::new(engine, 128 << 20, 2)), runtime: Arc::new(runtime), quiet: Arc::default() }
    }

    pub(crate) fn run(&self, test: Test) -> Result<(), Failed> {
        self.block_on(test(self.clone()))
    }

    pub(crate) fn block_on(&self, test: impl Future<Output = ()> + Send + 'static) -> Result<(), Failed> {
        self.runtime.block_on(self.runtime.spawn(test)).map_err(|error| error.to_string().into())
    }

    /// A Worker of one ES module, with more options set by `change`.
    pub(crate) fn worker_with(&self, source: &str, change: impl FnOnce(&mut WorkerOptions)) -> TestWorker {
        let module = Module {
            name: "index.js".into(),
            kind: ModuleKind::EsModule,
            source: source.as_bytes().to_vec().into(),
            source_map: None,
        };
        let log = Arc::new(Log::default());
        let mut options = WorkerOptions {
            name: "test".into(),
            script: Arc::new(Script::new("index.js", [module])),
            bindings: Vec::new(),
            compatibility_flags: Vec::new(),
            node: None,
            limits: Limits { cpu: Duration::from_secs(3), ..Limits::default() },
            max_instances: 1,
            log: log.clone(),
            scheduler: Scheduler::single(),
            origin: None,
            extensions: Extensions::new(),
        };
        change(&mut options);
        TestWorker { worker: Worker::new(self.pool.clone(), options), log }
    }

    /// A Worker that has all the time it wants: for tests in which a slow machine proves nothing.
    pub(crate) fn unhurried(&self, source: &str) -> TestWorker {
        self.worker_with(source, |options| options.limits = Limits::default())
    }

    pub(crate) fn worker(&self, source: &str) -> TestWorker {
        self.worker_with(source, |_| {})
    }
}

impl TestWorker {
    pub(crate) async fn send(&self, request: Request<Body>) -> Result<Response<Body>, WorkerError> {
        let url = format!("http://test.example{}", request.uri());
        let event = FetchEvent {
            request: Box::new(request),
            url,
            context: Box::new(Context),
            entrypoint: None,
            props: None,
            depth: 0,
            lineage: None,
        };
        self.worker.fetch(event).await.map(|response| *response)
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Response<Body>, WorkerError> {
        self.send(Request::get(path).body(Body::Empty).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, body: impl Into<Bytes>) -> Result<Response<Body>, WorkerError> {
        self.send(Request::post(path).body(Body::Full(body.into())).unwrap()).await
    }

    /// The text that GET answers with.
    pub(crate) async fn text(&self, path: &str) -> String {
        text(self.get(path).await.unwrap()).await
    }
}

/// A response's body as text.
pub(crate) async fn text(response: Response<Body>) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The process's resident memory, in bytes.
pub(crate) fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}
