//! One event, between the native side and JavaScript: what the handler may ask, and what it answers.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use http::{HeaderMap, HeaderValue};
use selvedge_ops::{OpError, v8};
use selvedge_runtime::{Hold, Invocation, JsError, Limit};
use selvedge_web::fetch::{Body, CDN_LOOP, Connection, Connections, SubrequestPolicy, Subrequests, connect};

use crate::{Bound, Lineage, Metrics, RequestContext, spare_headers};

/// Data points an event may write to Analytics Engine
/// (<https://developers.cloudflare.com/analytics/analytics-engine/limits/>).
const DATA_POINTS: u32 = 250;

/// Hosted's words (<https://developers.cloudflare.com/workers/platform/limits/#subrequests>).
const TOO_MANY_SUBREQUESTS: &str = "Too many subrequests by single Worker invocation. To configure this limit, refer to \
    https://developers.cloudflare.com/workers/wrangler/configuration/#limits";

/// The headers of a request; what the front end adds is added when they are first looked at.
struct Headers {
    map: HeaderMap,
    complete: bool,
}

/// The request of a fetch event.
pub(crate) struct Inbound {
    headers: Mutex<Headers>,
    context: Box<dyn RequestContext>,
    /// Whether the event runs in the task of who waits for the answer.
    is_here: bool,
}

impl Inbound {
    pub(crate) fn new(map: HeaderMap, context: Box<dyn RequestContext>, is_here: bool) -> Self {
        Self { headers: Mutex::new(Headers { map, complete: false }), context, is_here }
    }

    /// Gives the complete headers to `f`.
    pub(crate) fn with_headers<R>(&self, f: impl FnOnce(&HeaderMap) -> R) -> R {
        let mut headers = lock(&self.headers);
        if !headers.complete {
            headers.complete = true;
            self.context.add_headers(&mut headers.map);
        }
        f(&headers.map)
    }

    pub(crate) fn cf(&self) -> Arc<str> {
        self.context.cf()
    }

    /// Not at any price with the headers: the turn that does not end may have them.
    fn abandon(&self, limit: Limit) {
        match self.headers.try_lock() {
            Ok(headers) => self.context.abandon(limit, &headers.map),
            Err(_) => self.context.abandon(limit, &HeaderMap::new()),
        }
    }
}

impl Drop for Inbound {
    fn drop(&mut self) {
        let headers = self.headers.get_mut().unwrap_or_else(PoisonError::into_inner);
        spare_headers::give_back(std::mem::take(&mut headers.map));
    }
}

/// How a handler ended.
pub(crate) enum Outcome {
    /// In a box, as it is passed on through many hands.
    Response(Box<http::Response<Body>>),
    /// An event without an answer was handled.
    Finished,
    Exception(Box<JsError>),
}

/// The state of one event: an extension of its invocation.
pub(crate) struct Exchange {
    inbound: Option<Inbound>,
    outcome: Mutex<Option<Outcome>>,
    pass_through: AtomicBool,
    streams: AtomicUsize,
    subrequests: AtomicU32,
    subrequest_limit: u32,
    depth: u32,
    /// Made when it is first needed: most events open no connection.
    lineage: OnceLock<Arc<Lineage>>,
    data_points: AtomicU32,
    /// Called when the client goes away before it has a response.
    on_client_gone: Mutex<Option<v8::Global<v8::Function>>>,
    /// Whether there ever was such a function: most events have none, and need not look.
    is_client_watched: AtomicBool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Exchange {
    pub(crate) fn new(
        inbound: Option<Inbound>,
        depth: u32,
        lineage: Option<Arc<Lineage>>,
        subrequest_limit: u32,
    ) -> Self {
        Self {
            inbound,
            outcome: Mutex::default(),
            pass_through: AtomicBool::new(false),
            streams: AtomicUsize::new(0),
            subrequests: AtomicU32::new(0),
            subrequest_limit,
            depth,
            lineage: lineage.map(OnceLock::from).unwrap_or_default(),
            data_points: AtomicU32::new(0),
            on_client_gone: Mutex::default(),
            is_client_watched: AtomicBool::new(false),
        }
    }

    /// Has the client answered without the event, whose turn never ends. Only where nobody else can: who waits in another
    /// task answers by itself.
    pub(crate) fn abandon(&self, limit: Limit) {
        if let Some(inbound) = self.inbound.as_ref().filter(|inbound| inbound.is_here) {
            inbound.abandon(limit);
        }
    }

    /// How many Workers have called each other before this event's.
    pub(crate) fn depth(&self) -> u32 {
        self.depth
    }

    /// What this event has in common with those that it leads to.
    pub(crate) fn lineage(&self) -> &Arc<Lineage> {
        self.lineage.get_or_init(Arc::default)
    }

    pub(crate) fn inbound(&self) -> Option<&Inbound> {
        self.inbound.as_ref()
    }

    /// Takes the first outcome; JavaScript has no way to give a second one.
    pub(crate) fn end(&self, outcome: Outcome) {
        lock(&self.outcome).get_or_insert(outcome);
    }

    pub(crate) fn has_ended(&self) -> bool {
        lock(&self.outcome).is_some()
    }

    pub(crate) fn take_outcome(&self) -> Option<Outcome> {
        lock(&self.outcome).take()
    }

    pub(crate) fn pass_through(&self) {
        self.pass_through.store(true, Ordering::Relaxed);
    }

    pub(crate) fn passes_through(&self) -> bool {
        self.pass_through.load(Ordering::Relaxed)
    }

    /// Has a function called if the client goes away before it has a response.
    pub(crate) fn watch_client(&self, callback: v8::Global<v8::Function>) {
        *lock(&self.on_client_gone) = Some(callback);
        self.is_client_watched.store(true, Ordering::Release);
    }

    /// The function to call, once.
    pub(crate) fn take_client_watch(&self) -> Option<v8::Global<v8::Function>> {
        if self.is_client_watched.load(Ordering::Acquire) { lock(&self.on_client_gone).take() } else { None }
    }

    /// Counts a data point.
    pub(crate) fn count_data_point(&self) -> Result<(), OpError> {
        if self.data_points.fetch_add(1, Ordering::Relaxed) < DATA_POINTS {
            Ok(())
        } else {
            Err(OpError::error("Analytics Engine write limit exceeded."))
        }
    }

    /// Counts something that it asks of the outside world; the error when that was one too many.
    fn count_subrequest(&self) -> Result<(), OpError> {
        if self.subrequests.fetch_add(1, Ordering::Relaxed) < self.subrequest_limit {
            Ok(())
        } else {
            Err(OpError::error(TOO_MANY_SUBREQUESTS))
        }
    }

    /// The loop detection of its request.
    pub(crate) fn cdn_loop(&self) -> Option<HeaderValue> {
        self.inbound()?.with_headers(|headers| headers.get(CDN_LOOP).cloned())
    }

    /// Whether JavaScript is still writing the response's body.
    pub(crate) fn is_streaming(&self) -> bool {
        self.streams.load(Ordering::Acquire) > 0
    }
}

/// An event's subrequests, and the counters of its Worker.
struct Policy {
    exchange: Arc<Exchange>,
    metrics: Arc<Metrics>,
}

impl SubrequestPolicy for Policy {
    fn count(&self) -> Result<(), OpError> {
        self.exchange.count_subrequest().inspect_err(|_| self.metrics.meet(Bound::Subrequests))
    }

    fn connections(&self) -> Connections {
        self.exchange.lineage().connections()
    }

    fn queued(&self) {
        self.metrics.meet(Bound::Connections);
    }

    fn cdn_loop(&self) -> Option<HeaderValue> {
        self.exchange.cdn_loop()
    }
}

/// Keeps an invocation alive for a `waitUntil` promise, or for a response's body that JavaScript writes.
pub(crate) struct Held {
    /// Dropped after the stream has been counted out, as it wakes the driver.
    _hold: Hold,
    stream: Option<Arc<Exchange>>,
}

impl Held {
    pub(crate) fn task(hold: Hold) -> Self {
        Self { _hold: hold, stream: None }
    }

    pub(crate) fn stream(hold: Hold, exchange: Arc<Exchange>) -> Self {
        exchange.streams.fetch_add(1, Ordering::AcqRel);
        Self { _hold: hold, stream: Some(exchange) }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(exchange) = &self.stream {
            exchange.streams.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

/// Who counts an invocation's subrequests.
pub(crate) fn subrequests(invocation: &Invocation) -> Option<Subrequests> {
    let (exchange, metrics) = (invocation.extension()?, invocation.instance().extension()?);
    Some(Subrequests(Arc::new(Policy { exchange, metrics })))
}

/// Counts something that an event asks of the outside world; the error when that was one too many.
pub(crate) fn count_subrequest(invocation: &Invocation) -> Result<(), OpError> {
    let counted = invocation.extension_ref().map_or(Ok(()), Exchange::count_subrequest);
    counted.inspect_err(|_| meet(invocation, Bound::Subrequests))
}

/// Counts a bound that an event of the Worker met.
pub(crate) fn meet(invocation: &Invocation, bound: Bound) {
    if let Some(metrics) = invocation.instance().extension_ref::<Metrics>() {
        metrics.meet(bound);
    }
}

/// Waits until an event may have one more connection. What is returned is dropped when it has its answer.
pub(crate) async fn connection(invocation: &Invocation) -> Option<Connection> {
    connect(subrequests(invocation).as_ref()).await
}
