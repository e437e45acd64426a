//! Service bindings: one Worker asks another
//! (<https://developers.cloudflare.com/workers/runtime-apis/bindings/service-bindings/http/>).
//!
//! The request goes from instance to instance in the caller's own task: no socket, no serialization, and a body that
//! neither side reads does not enter V8. Who answers is found at each call, so that Workers may call each other, and
//! themselves, whatever the order in which they are deployed.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::header::HeaderMap;
use http::{HeaderValue, Request, Response};
use selvedge_ops::{OpDecl, OpError, op};
use selvedge_runtime::{Invocation, JsError};
use selvedge_web::fetch::{
    Body, BodyArgument, CDN_LOOP, ContentCoding, ResponseParts, SubrequestPolicy, Subrequests, headers_from_flat,
    response_parts,
};

use crate::binding::{Binding, Bindings, BoxFuture};
use crate::exchange::Exchange;
use crate::{RequestContext, WorkerError};

pub(crate) const OPS: &[OpDecl] = &[op_service_fetch];

/// How many Workers may call each other in a row, as on hosted
/// (<https://developers.cloudflare.com/workers/platform/limits/#worker-limits>: 32 invocations a request).
const DEPTH: u32 = 32;

/// A request from a Worker to a Worker.
pub struct ServiceCall {
    /// The request.
    pub request: Request<Body>,
    /// Its URL as the caller gave it.
    pub url: String,
    /// What it says of itself besides.
    pub context: Arc<dyn RequestContext>,
    /// How many Workers have called each other before this one.
    pub depth: u32,
}

/// Why a Worker that was called has no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ServiceError {
    /// It failed.
    #[error(transparent)]
    Worker(#[from] WorkerError),
    /// There is no such Worker.
    #[error("{0}")]
    Absent(String),
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
}

/// The exception that the caller gets: the callee's own, where that threw.
fn exception(error: ServiceError) -> OpError {
    let ServiceError::Worker(WorkerError::Exception(JsError { name, message, .. })) = error else {
        return OpError::error(error.to_string());
    };
    match name.as_deref() {
        Some("TypeError") => OpError::type_error(message),
        Some("RangeError") => OpError::range_error(message),
        _ => OpError::error(message),
    }
}

/// Pending once. The first poll of an op is made within the caller's turn, where no other turn may begin.
struct NextPoll(bool);

impl Future for NextPoll {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
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
    body: BodyArgument,
    cf: Option<String>,
) -> Result<impl Future<Output = Result<ResponseParts, OpError>> + use<>, OpError> {
    let service = Bindings::find(&invocation, &binding, |binding| match binding {
        Binding::Service(service) => Some(service.clone()),
        _ => None,
    })?;
    if let Some(subrequests) = invocation.extension::<Subrequests>() {
        subrequests.0.count()?;
    }
    let exchange = invocation.extension::<Exchange>();
    let depth = exchange.as_ref().map_or(0, |exchange| exchange.depth()) + 1;
    if depth >= DEPTH {
        return Err(OpError::error(
            "Subrequest depth limit exceeded. This request recursed through Workers too many times. This can happen \
             e.g. if you have a Worker that recursively fetches itself.",
        ));
    }
    let body = body.into_body(invocation.resources())?;
    let mut request = Request::builder()
        .method(method.as_str())
        .body(body)
        .map_err(|error| OpError::type_error(format!("Invalid request to the binding {binding}: {error}")))?;
    *request.headers_mut() = headers_from_flat(&headers)?;
    let cdn_loop = exchange.and_then(|exchange| exchange.cdn_loop());
    let context = Arc::new(Caller { cf: cf.as_deref().unwrap_or("{}").into(), cdn_loop });
    let call = ServiceCall { request, url: url.clone(), context, depth };
    let bodiless = method == "HEAD";
    Ok(async move {
        NextPoll(false).await;
        let response = service.fetch(call).await.map_err(exception)?;
        let coding = ContentCoding::of(response.headers());
        Ok(response_parts(&invocation, response, coding, bodiless, url, false))
    })
}
