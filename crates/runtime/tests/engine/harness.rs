//! A platform of two ops and one JavaScript file, and a runtime to test it in.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use libtest_mimic::Failed;
use selvedge_ops::{OpDecl, OpError, op, v8};
use selvedge_runtime::*;

/// A test: given the harness, it panics or returns.
pub(crate) type Test = fn(Harness) -> Pin<Box<dyn Future<Output = ()> + Send>>;

#[op]
async fn op_sleep(milliseconds: u32) -> u32 {
    tokio::time::sleep(Duration::from_millis(milliseconds.into())).await;
    milliseconds
}

#[op]
fn op_invocation(#[context] invocation: Arc<Invocation>) -> u32 {
    invocation.id()
}

#[op]
fn op_panic() -> Result<(), OpError> {
    panic!("a panic in an op")
}

/// What the Worker answered.
#[derive(Default)]
pub(crate) struct Answer(Mutex<Option<Result<String, String>>>);

#[op]
fn op_answer(#[context] invocation: Arc<Invocation>, ok: bool, text: String) {
    let answer = invocation.extension::<Answer>().unwrap();
    *answer.0.lock().unwrap() = Some(if ok { Ok(text) } else { Err(text) });
    invocation.wake();
}

#[op]
fn op_group<'s>(scope: &mut v8::PinScope<'s, '_>, place: u32) -> Result<v8::Local<'s, v8::Value>, OpError> {
    load_group(scope, place)
}

const OPS: &[OpDecl] = &[op_sleep, op_invocation, op_panic, op_answer, op_group];

const SCRIPT: &str = r#"((ops) => {
"use strict";
const builtins = { "test:platform": {
  sleep: ops.op_sleep, invocation: ops.op_invocation, panic: ops.op_panic, group: ops.op_group,
} };
async function answer(handler, argument) {
  try { ops.op_answer(true, String(await handler(argument))); } catch (error) { ops.op_answer(false, String(error)); }
}
function dispatch(handler, argument) { return answer(handler, argument); }
return [{ builtins, dispatch }, () => ({})];
})"#;

/// Parts of the script: one that is fine, and one that throws.
const GROUPS: &[InternalModule] = &[
    InternalModule {
        path: "fine.js",
        source: "((ops) => (step) => { let count = 0; return () => `${count += step} ${ops.op_invocation()}`; })",
    },
    InternalModule { path: "throws.js", source: "(() => { throw new RangeError('a group that throws'); })" },
];

#[derive(Default)]
pub(crate) struct Log(pub(crate) Mutex<Vec<LogRecord>>);

impl LogSink for Log {
    fn log(&self, record: LogRecord) {
        self.0.lock().unwrap().push(record);
    }
}

/// The threads that were lost to an instance.
#[derive(Default)]
pub(crate) struct Losses(pub(crate) Mutex<Vec<Loss>>);

impl InstanceObserver for Losses {
    fn condemned(&self, _: Limit) {}

    fn lost(&self, loss: Loss, _: Option<&Invocation>) {
        self.0.lock().unwrap().push(loss);
    }
}

#[derive(Clone)]
pub(crate) struct Harness {
    pub(crate) engine: Arc<Engine>,
    runtime: Arc<tokio::runtime::Runtime>,
}

/// A started Worker.
pub(crate) struct Worker {
    pub(crate) instance: Arc<Instance>,
    pub(crate) log: Arc<Log>,
    pub(crate) losses: Arc<Losses>,
    dispatch: v8::Global<v8::Function>,
    handler: v8::Global<v8::Function>,
}

impl Harness {
    pub(crate) fn new() -> Self {
        // For tests that ask V8 what it has made of a function.
        v8::V8::set_flags_from_string("--allow-natives-syntax");
        let token = initialize_v8();
        let script = InternalScript { name: "selvedge:test", ops: OPS.to_vec(), source: SCRIPT, groups: GROUPS };
        let options = EngineOptions { scripts: vec![script], extensions: Vec::new() };
        let engine = Engine::new(&token, &options).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        Self { engine, runtime: Arc::new(runtime) }
    }

    pub(crate) fn run(&self, test: Test) -> Result<(), Failed> {
        self.runtime.block_on(self.runtime.spawn(test(self.clone()))).map_err(|error| error.to_string().into())
    }

    pub(crate) fn pool(&self) -> WarmPool {
        WarmPool::new(self.engine.clone(), 64 << 20, 1)
    }

    /// Starts a Worker of these modules; the first is the main one.
    pub(crate) async fn start(&self, modules: &[(&str, ModuleKind, &[u8])]) -> Result<Worker, StartError> {
        let modules: Vec<_> = modules
            .iter()
            .map(|(name, kind, source)| Module {
                name: (*name).into(),
                kind: *kind,
                source: source.to_vec().into(),
                source_map: None,
            })
            .collect();
        let main = modules[0].name.clone();
        self.start_script(&Arc::new(Script::new(&main, modules))).await
    }

    /// A Worker of one ES module.
    pub(crate) async fn worker(&self, source: &str) -> Worker {
        self.start(&[("index.js", ModuleKind::EsModule, source.as_bytes())]).await.unwrap()
    }

    pub(crate) async fn start_script(&self, script: &Arc<Script>) -> Result<Worker, StartError> {
        self.start_in(&self.pool(), script).await
    }

    /// Starts a Worker in an isolate of this pool.
    pub(crate) async fn start_in(&self, pool: &WarmPool, script: &Arc<Script>) -> Result<Worker, StartError> {
        let log = Arc::new(Log::default());
        let limits =
            Limits { cpu: Duration::from_millis(300), startup: Duration::from_millis(300), ..Limits::default() };
        let losses = Arc::<Losses>::default();
        let options = StartOptions {
            log: log.clone(),
            extensions: Extensions::new(),
            limits,
            builtins: None,
            observer: losses.clone(),
        };
        let (instance, (dispatch, handler)) = pool
            .start(
                script,
                options,
                |scope, exports| {
                    let key = v8::String::new(scope, "builtins").unwrap();
                    Ok(Some(exports.get(scope, key.into()).unwrap().try_cast::<v8::Object>().unwrap()))
                },
                |scope, exports, namespace| {
                    let dispatch = function(scope, exports, "dispatch");
                    let handler = function(scope, namespace, "default");
                    Ok((dispatch, handler))
                },
            )
            .await?;
        Ok(Worker { instance, log, losses, dispatch, handler })
    }
}

fn function(
    scope: &mut v8::PinScope<'_, '_>,
    object: v8::Local<'_, v8::Object>,
    key: &str,
) -> v8::Global<v8::Function> {
    let key = v8::String::new(scope, key).unwrap();
    let function = object.get(scope, key.into()).unwrap().try_cast::<v8::Function>().unwrap();
    v8::Global::new(scope, function)
}

/// How an event ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Answer(String),
    Threw(String),
    Stalled,
    Terminated,
}

impl Worker {
    /// Delivers one event.
    pub(crate) async fn dispatch(&self, argument: &str) -> Outcome {
        let answer = Arc::new(Answer::default());
        let mut extensions = Extensions::new();
        extensions.insert(answer.clone());
        let Ok(reserved) = Reserved::take(self.instance.clone()).await else { return Outcome::Terminated };
        let mut driver = Driver::begin(reserved, extensions);
        let called = driver
            .turn(|scope, _| {
                let dispatch = v8::Local::new(scope, &self.dispatch);
                let handler = v8::Local::new(scope, &self.handler);
                let argument = v8::String::new(scope, argument).unwrap();
                call_function(scope, dispatch, &[handler.into(), argument.into()]).map(|_| ())
            })
            .await;
        if called.is_err() {
            return Outcome::Terminated;
        }
        let ended = driver.until(|_| answer.0.lock().unwrap().is_some()).await;
        match (ended, answer.0.lock().unwrap().take()) {
            (Err(TurnError::Exceeded(_)), _) => Outcome::Terminated,
            (_, Some(Ok(text))) => Outcome::Answer(text),
            (_, Some(Err(text))) => Outcome::Threw(text),
            (Ok(_), None) => Outcome::Stalled,
        }
    }
}
