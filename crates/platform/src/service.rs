//! Service bindings: one Worker asks another
//! (<https://developers.cloudflare.com/workers/runtime-apis/bindings/service-bindings/http/>).
//!
//! The request goes from instance to instance: no socket, no serialization, and a body that neither side reads does not
//! enter V8. Who answers is found at each call, so that Workers may call each other, and
//! themselves, whatever the order in which they are deployed.

use std::sync::Arc;

use http::header::HeaderMap;
use http::{HeaderValue, Request, Response};
use selvedge_ops::{OpDecl, OpError, op};
use selvedge_runtime::{Invocation, JsError, Limit};
use selvedge_web::fetch::{Body, CDN_LOOP, ContentCoding, ResponseParts, TakenBody, headers_from_flat, response_parts};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::binding::{Binding, Bindings, BoxFuture};
use crate::exchange::{Exchange, count_subrequest, meet};
use crate::tells::Tells;
use crate::{Bound, Lineage, RequestContext, WorkerError};

pub(crate) const OPS: &[OpDecl] = &[op_service_fetch];

/// How many Workers may call each other in a row, as on hosted.
const DEPTH: u32 = 16;

/// A request from a Worker to a Worker.
pub struct ServiceCall {
    /// The request.
    pub request: Request<Body>,
    /// Its URL as the caller gave it.
    pub url: String,
    /// What it says of itself besides.
    pub context: Box<dyn RequestContext>,
    /// How many Workers have called each other before this one.
    pub depth: u32,
    /// What it has in common with the request that led to it.
    pub lineage: Arc<Lineage>,
}

/// Why a Worker that was called has no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ServiceError {
    /// It failed.
    #[error(transparent)]
    Worker(Box<WorkerError>),
    /// There is no such Worker.
    #[error("{0}")]
    Absent(String),
}

impl From<WorkerError> for ServiceError {
    fn from(error: WorkerError) -> Self {
        Self::Worker(Box::new(error))
    }
}

/// A Worker that another one may call.
pub trait Service: Send + Sync {
    /// Answers a request.
    fn fetch(&self, call: ServiceCall) -> BoxFuture<Result<Response<Body>, ServiceError>>;
}

/// What the caller says of its request.
struct Caller {
    cf: Arc<str>,
    /// The loop detection of the request that the caller handles.
    cdn_loop: Option<HeaderValue>,
    /// What tells it that the called Worker's turn never ends.
    abandons: Tells,
}

impl RequestContext for Caller {
    fn add_headers(&self, headers: &mut HeaderMap) {
        if let Some(value) = &self.cdn_loop {
            headers.entry(CDN_LOOP).or_insert_with(|| value.clone());
        }
    }

    fn cf(&self) -> Arc<str> {
        self.cf.clone()
    }

    fn abandon(&self, limit: Limit, _: &HeaderMap) {
        self.abandons.tell(limit);
    }
}

/// The exception that the caller gets: the callee's own, where that threw.
fn exception(error: ServiceError) -> OpError {
    let thrown = match &error {
        ServiceError::Worker(error) => error.exception(),
        ServiceError::Absent(_) => None,
    };
    let Some(JsError { name, message, .. }) = thrown.cloned() else { return OpError::error(error.to_string()) };
    match name.as_deref() {
        Some("TypeError") => OpError::type_error(message),
        Some("RangeError") => OpError::range_error(message),
        _ => OpError::error(message),
    }
}

/// A Worker at work in a task of its own, which ends with this. Were it polled by the caller's driver, the two could
/// wait for each other for ever: a Worker that calls itself has one instance, and who has its turn granted must be
/// polled to take it, while the driver that should poll waits for the next turn itself.
struct Called {
    task: JoinHandle<Result<Response<Body>, ServiceError>>,
    abandoned: oneshot::Receiver<Limit>,
}

impl Called {
    async fn answer(&mut self) -> Result<Response<Body>, ServiceError> {
        tokio::select! {
            biased;
            ended = &mut self.task => {
                ended.unwrap_or_else(|_| Err(ServiceError::Absent("The called Worker was stopped.".into())))
            }
            Ok(limit) = &mut self.abandoned => Err(WorkerError::Limit(limit).into()),
        }
    }
}

impl Drop for Called {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Sends a request to the Worker behind the binding of this name. `cf` is JSON.
#[op(async)]
fn op_service_fetch(
    #[context] invocation: Arc<Invocation>,
    binding: String,
    method: String,
    url: String,
    headers: Vec<String>,
    body: TakenBody,
    cf: Option<String>,
) -> Result<impl Future<Output = Result<ResponseParts, OpError>> + use<>, OpError> {
    let service = Bindings::find(&invocation, &binding, |binding| match binding {
        Binding::Service(service) => Some(service.clone()),
        _ => None,
    })?;
    count_subrequest(&invocation)?;
    let exchange = invocation.extension::<Exchange>();
    let depth = exchange.as_ref().map_or(0, |exchange| exchange.depth()) + 1;
    if depth > DEPTH {
        return Err(OpError::error(
            "Subrequest depth limit exceeded. This request recursed through Workers too many times. This can happen \
             e.g. if you have a Worker that recursively fetches itself.",
        ));
    }
    let lineage = exchange.as_ref().map_or_else(Arc::default, |exchange| exchange.lineage().clone());
    if let Err(error) = lineage.begin_invocation() {
        meet(&invocation, Bound::Invocations);
        return Err(error);
    }
    let body = body.0.into_body(invocation.resources())?;
    let mut request = Request::builder()
        .method(method.as_str())
        .body(body)
        .map_err(|error| OpError::type_error(format!("Invalid request to the binding {binding}: {error}")))?;
    *request.headers_mut() = headers_from_flat(&headers)?;
    let cdn_loop = exchange.and_then(|exchange| exchange.cdn_loop());
    let (abandons, abandoned) = Tells::new();
    let context = Box::new(Caller { cf: cf.as_deref().unwrap_or("{}").into(), cdn_loop, abandons });
    let call = ServiceCall { request, url: url.clone(), context, depth, lineage };
    let bodiless = method == "HEAD";
    Ok(async move {
        let mut called = Called { task: tokio::spawn(service.fetch(call)), abandoned };
        let response = called.answer().await.map_err(exception)?;
        let coding = ContentCoding::of(response.headers());
        response_parts(&invocation, response, coding, bodiless, url, false)
    })
}
