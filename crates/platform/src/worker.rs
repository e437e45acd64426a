//! A deployed script, its instances, and the delivery of events.

use std::sync::Arc;
use std::time::{Duration, Instant, UNIX_EPOCH};

use http::{HeaderMap, Method, Response};
use selvedge_node::NodeCompat;
use selvedge_ops::v8;
use selvedge_runtime::{
    Builtins, Ended, Extensions, JsError, Limit, Limits, LogSink, Reserved, Script, StartError, TurnError, WarmPool,
    call_function,
};
use selvedge_web::fetch::{Body, BodyResource};
use tokio::runtime::Handle;

use crate::exchange::{Exchange, Inbound, Outcome};
use crate::gate::Gate;
use crate::instances::Instances;
use crate::log::map_error;
use crate::run::Run;
use crate::schedule::{Awaited, Scheduler};
use crate::start::{Handlers, Loaded};
use crate::taken::Taken;
use crate::{Binding, FetchEvent, Fetcher, FetcherError, Metrics, ScheduledEvent, WorkerError};

/// How often [`Worker::drain`] looks.
const DRAIN_PERIOD: Duration = Duration::from_millis(20);

/// What a [`Worker`] is made of.
pub struct WorkerOptions {
    /// The Worker's name.
    pub name: String,
    /// Its modules.
    pub script: Arc<Script>,
    /// What is on `env`.
    pub bindings: Vec<(String, Binding)>,
    /// The compatibility flags.
    pub compatibility_flags: Vec<String>,
    /// What it has of Node.js, by its compatibility flags and date.
    pub node: Option<NodeCompat>,
    /// What each instance may use.
    pub limits: Limits,
    /// How many instances there may be at once. With one, global variables are the same for all requests.
    pub max_instances: usize,
    /// Where its log goes.
    pub log: Arc<dyn LogSink>,
    /// Where requests go after an exception that was to be passed through.
    pub origin: Option<Arc<dyn Fetcher>>,
    /// What it shares with the other Workers of the process.
    pub scheduler: Arc<Scheduler>,
    /// What the platform keeps with each instance: the HTTP client.
    pub extensions: Extensions,
}

impl std::fmt::Debug for WorkerOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WorkerOptions")
            .field("name", &self.name)
            .field("bindings", &self.bindings)
            .finish_non_exhaustive()
    }
}

/// A deployed script with its bindings.
pub struct Worker {
    pub(crate) pool: Arc<WarmPool>,
    pub(crate) options: WorkerOptions,
    /// The modules of Node.js that it may import.
    pub(crate) builtins: Option<Arc<Builtins>>,
    instances: Instances,
    metrics: Arc<Metrics>,
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Worker").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Worker {
    /// A Worker whose instances come from `pool`. Nothing runs yet.
    pub fn new(pool: Arc<WarmPool>, options: WorkerOptions) -> Arc<Self> {
        let builtins = options.node.map(|node| Arc::new(node.builtins()));
        let scheduler = options.scheduler.clone();
        let metrics = Arc::<Metrics>::default();
        let gate = Gate::new(options.name.clone(), options.log.clone(), metrics.clone(), scheduler.clone());
        let instances = Instances::new(scheduler.clone(), options.max_instances, metrics.clone(), gate);
        let worker = Arc::new(Self { pool, builtins, options, instances, metrics });
        scheduler.admit(&worker);
        worker
    }

    /// The Worker's name.
    pub fn name(&self) -> &str {
        &self.options.name
    }

    /// Its counters.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// How many instances there are.
    pub fn instance_count(&self) -> usize {
        self.instances.all().len()
    }

    /// Whether it is refused for threads that it cost the process.
    pub fn is_in_quarantine(&self) -> bool {
        self.instances.gate().is_in_quarantine()
    }

    /// The bytes of instances that never leave their turn, as they were last measured.
    pub fn lost_bytes(&self) -> usize {
        self.instances.gate().lost_bytes()
    }

    pub(crate) fn instances(&self) -> &Instances {
        &self.instances
    }

    /// Starts an instance if there is none: runs the global scope.
    ///
    /// # Errors
    /// When the Worker does not start.
    pub async fn start(self: &Arc<Self>) -> Result<Handlers, StartError> {
        match self.instances.acquire(self).await {
            Ok(loaded) => Ok(loaded.handlers.clone()),
            Err(WorkerError::Start(error)) => Err(*error),
            // It was started before, or its start does not end.
            Err(_) => Err(StartError::Limit(Limit::CpuTime)),
        }
    }

    /// Lets go of all instances. Those that handle events end with them.
    pub fn unload(&self) {
        self.instances.clear();
    }

    /// Whether no invocation is under way.
    pub fn is_idle(&self) -> bool {
        self.instances.are_idle()
    }

    /// Waits until no invocation is left: responses that stream, and `waitUntil`.
    pub async fn drain(&self) {
        while !self.is_idle() {
            tokio::time::sleep(DRAIN_PERIOD).await;
        }
    }

    /// Has the Worker answer a request. If the future is dropped, the invocation is cancelled, but for what
    /// `waitUntil` holds.
    ///
    /// # Errors
    /// When it gives no response.
    pub async fn fetch(
        self: &Arc<Self>,
        event: impl Into<Box<FetchEvent>>,
    ) -> Result<Box<Response<Body>>, WorkerError> {
        let counted = self.metrics.event();
        // In a box, as whoever passes an event on would else copy it, once to call and once to await.
        let answered = self.deliver_fetch(event.into(), counted.begun()).await;
        counted.answered(answered)
    }

    /// The answer to an event that came at `now`, and when it was there.
    async fn deliver_fetch(
        self: &Arc<Self>,
        event: Box<FetchEvent>,
        now: Instant,
    ) -> Result<(Box<Response<Body>>, Instant), WorkerError> {
        let (ready, runtime) = self.instances.place(self).ok_or(WorkerError::Refused)?;
        match runtime {
            None => {
                let reserved = self.reserve(ready, now).await?;
                self.answer(reserved, event, true).await
            }
            Some(runtime) => {
                let worker = self.clone();
                let (taken, takes) = Taken::new();
                let answer = async move {
                    let reserved = worker.reserve(ready, Instant::now()).await?;
                    takes.note(reserved.owner());
                    worker.answer(reserved, event, false).await
                };
                self.apart(runtime, taken, answer).await
            }
        }
    }

    /// The turn for an event that comes at `now`, of the instance that is ready, or of one that is started.
    async fn reserve(
        self: &Arc<Self>,
        ready: Option<Arc<Loaded>>,
        now: Instant,
    ) -> Result<Reserved<Loaded>, WorkerError> {
        let (loaded, now) = match ready {
            Some(loaded) => (loaded, now),
            None => (self.instances.acquire(self).await?, Instant::now()),
        };
        match Reserved::try_take(loaded, now) {
            Ok(reserved) => Ok(reserved),
            Err(loaded) => self.instances.wait(self, loaded).await,
        }
    }

    /// Runs an event on another runtime than the caller's, for as long as the caller waits. An event whose turn never ends
    /// has ended for the caller when that is known.
    async fn apart<T: Send + 'static>(
        &self,
        runtime: &Handle,
        taken: Taken,
        event: impl Future<Output = Result<T, WorkerError>> + Send + 'static,
    ) -> Result<T, WorkerError> {
        let mut event = Awaited::spawn(runtime, event);
        let result = tokio::select! {
            biased;
            result = event.result() => result.unwrap_or(Err(WorkerError::Hung)),
            limit = taken.until_lost(self.instances.gate().losses()) => Err(WorkerError::Limit(limit)),
        };
        self.instances.event_ended();
        result
    }

    /// Has an instance answer a request, in this task. `is_here`: which is also that of who waits for the answer. The answer,
    /// and when it was there: when the turn ended that gave it.
    async fn answer(
        &self,
        reserved: Reserved<Loaded>,
        mut event: Box<FetchEvent>,
        is_here: bool,
    ) -> Result<(Box<Response<Body>>, Instant), WorkerError> {
        // The rest of the event stays in its box.
        let headers = std::mem::take(event.request.headers_mut());
        let body = std::mem::take(event.request.body_mut());
        let inbound = Inbound::new(headers, event.context, is_here);
        let exchange = Exchange::new(Some(inbound), event.depth, event.lineage, self.options.limits.subrequests);
        let mut run = Run::begin(reserved, exchange);
        let resources = run.driver().invocation().resources();
        let body = match body {
            Body::Empty => None,
            body => Some(Arc::new(BodyResource::new(body))),
        };
        let body_id = body.as_ref().map(|body| resources.add_shared(body.clone()));
        let (method, url) = (event.request.method(), &event.url);
        let turn = run.driver().turn(|scope, loaded| {
            let dispatch = v8::Local::new(scope, &loaded.dispatch_fetch);
            let entrypoint = match &event.entrypoint {
                Some(entrypoint) => string(scope, entrypoint).into(),
                None => v8::undefined(scope).into(),
            };
            let common = loaded.methods.get(scope, method);
            let method = common.unwrap_or_else(|| string(scope, method.as_str()));
            let url = string(scope, url);
            let body = match body_id {
                Some(id) => v8::Integer::new_from_unsigned(scope, id).into(),
                None => v8::null(scope).into(),
            };
            let props = match &event.props {
                Some(props) => string(scope, props).into(),
                None => v8::undefined(scope).into(),
            };
            call_function(scope, dispatch, &[entrypoint, method.into(), url.into(), body, props]).err()
        });
        let called = turn.await;
        match self.outcome(&mut run, called).await? {
            Outcome::Response(response) => Ok((response, run.driver().turned().unwrap_or_else(Instant::now))),
            Outcome::Finished => Err(WorkerError::Hung),
            Outcome::Exception(exception) => {
                let response = self.fall_through(run.exchange(), exception, method, url, body).await?;
                Ok((response, Instant::now()))
            }
        }
    }

    /// Delivers a scheduled event and waits for its end, `waitUntil` included.
    ///
    /// # Errors
    /// When the handler throws or there is none.
    pub async fn scheduled(self: &Arc<Self>, event: ScheduledEvent) -> Result<(), WorkerError> {
        let counted = self.metrics.event();
        counted.ended(self.deliver_scheduled(event).await)
    }

    async fn deliver_scheduled(self: &Arc<Self>, event: ScheduledEvent) -> Result<(), WorkerError> {
        let (ready, runtime) = self.instances.place(self).ok_or(WorkerError::Refused)?;
        match runtime {
            None => {
                let reserved = self.reserve(ready, Instant::now()).await?;
                self.run_scheduled(reserved, event).await
            }
            Some(runtime) => {
                let worker = self.clone();
                let (taken, takes) = Taken::new();
                let run = async move {
                    let reserved = worker.reserve(ready, Instant::now()).await?;
                    takes.note(reserved.owner());
                    worker.run_scheduled(reserved, event).await
                };
                self.apart(runtime, taken, run).await
            }
        }
    }

    async fn run_scheduled(&self, reserved: Reserved<Loaded>, event: ScheduledEvent) -> Result<(), WorkerError> {
        let exchange = Exchange::new(None, 0, None, self.options.limits.subrequests);
        let mut run = Run::begin(reserved, exchange);
        let time = event.scheduled_time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let turn = run.driver().turn(|scope, loaded| {
            let dispatch = v8::Local::new(scope, &loaded.dispatch_scheduled);
            let cron = string(scope, &event.cron);
            let time = v8::Number::new(scope, time.as_millis() as f64);
            call_function(scope, dispatch, &[cron.into(), time.into()]).err()
        });
        let called = turn.await;
        let outcome = self.outcome(&mut run, called).await?;
        run.finish().await;
        match outcome {
            Outcome::Exception(exception) => Err(WorkerError::Exception(exception)),
            Outcome::Response(_) | Outcome::Finished => Ok(()),
        }
    }

    /// Runs the invocation until its handler has ended.
    async fn outcome(&self, run: &mut Run, called: Result<Option<JsError>, TurnError>) -> Result<Outcome, WorkerError> {
        let limit = |TurnError::Exceeded(limit)| WorkerError::Limit(limit);
        if let Some(error) = called.map_err(limit)? {
            return Err(WorkerError::Exception(Box::new(map_error(&self.options.script, error))));
        }
        let (driver, exchange) = run.parts();
        let mut outcome = exchange.take_outcome();
        if outcome.is_none() {
            let ended = driver.until(|_| exchange.has_ended()).await.map_err(limit)?;
            if ended == Ended::Stalled {
                return Err(WorkerError::Hung);
            }
            outcome = exchange.take_outcome();
        }
        exchange.take_client_watch();
        match outcome {
            Some(Outcome::Exception(error)) => {
                Ok(Outcome::Exception(Box::new(map_error(&self.options.script, *error))))
            }
            Some(outcome) => Ok(outcome),
            None => Err(WorkerError::Hung),
        }
    }

    /// After an exception: the origin's answer, if the Worker asked for that.
    async fn fall_through(
        &self,
        exchange: &Exchange,
        exception: Box<JsError>,
        method: &Method,
        url: &str,
        body: Option<Arc<BodyResource>>,
    ) -> Result<Box<Response<Body>>, WorkerError> {
        let (true, Some(origin)) = (exchange.passes_through(), &self.options.origin) else {
            return Err(WorkerError::Exception(exception));
        };
        let headers = exchange.inbound().map(|inbound| inbound.with_headers(HeaderMap::clone));
        let body = match body {
            None => Some(Body::Empty),
            Some(body) => body.take_encoded().map(|(body, _)| body),
        };
        let forwarded = match body {
            None => Err(FetcherError("the Worker had begun to read the request's body".into())),
            Some(body) => {
                let request = http::Request::builder().method(method).uri(url).body(body);
                match request {
                    Err(error) => Err(FetcherError(error.to_string())),
                    Ok(mut request) => {
                        *request.headers_mut() = headers.unwrap_or_default();
                        origin.fetch(request).await
                    }
                }
            }
        };
        forwarded.map(Box::new).map_err(|origin| WorkerError::Origin { exception, origin })
    }
}

/// A string for JavaScript; the empty one in place of one that V8 cannot hold (half a gigabyte).
fn string<'s>(scope: &mut v8::PinScope<'s, '_>, text: &str) -> v8::Local<'s, v8::String> {
    v8::String::new(scope, text).unwrap_or_else(|| v8::String::empty(scope))
}
