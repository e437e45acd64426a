//! The ops behind `fetch()`.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use hyper::ext::ReasonPhrase;
use selvedge_ops::{Buffer, OpError, op};
use selvedge_runtime::Invocation;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::argument::{BodyArgument, TakenBody};
use super::body::Body;
use super::cached::{ResponseCache, Through};
use super::client::{FetchClient, Fetched};
use super::coding::ContentCoding;
use super::connections::{Connection, Connections};
use super::error::FetchError;
use super::request::{headers_to_flat, outgoing};
use super::resource::BodyResource;
use super::websocket::handshake;
use crate::websocket::{Upgrade, asks_for_websocket, connected, protocols_in};

/// What a connection weighs whose response's body has not been read, in bytes.
const CONNECTION_WEIGHT: usize = 32 * 1024;

/// `CDN-Loop` (RFC 8586).
pub const CDN_LOOP: HeaderName = HeaderName::from_static("cdn-loop");

/// What the platform has to say of an invocation's subrequests.
pub trait SubrequestPolicy: Send + Sync {
    /// Counts one subrequest.
    ///
    /// # Errors
    /// Hosted's "Too many subrequests by single Worker invocation." when none is left
    /// (<https://developers.cloudflare.com/workers/platform/limits/#subrequests>).
    fn count(&self) -> Result<(), OpError>;

    /// The connections among which those of this invocation count.
    fn connections(&self) -> Connections;

    /// Hears of a connection that has to wait for another.
    fn queued(&self);

    /// The `CDN-Loop` header (RFC 8586) of subrequests: that of the request being answered, one pass further.
    /// Without it a Worker that fetches its own URL would never be noticed.
    fn cdn_loop(&self) -> Option<HeaderValue>;
}

/// Who counts and marks an invocation's subrequests.
pub struct Subrequests(pub Arc<dyn SubrequestPolicy>);

/// Finds who counts an invocation's subrequests: an extension of the instance, as few invocations have any. Without it they are
/// neither counted nor marked.
#[derive(Clone, Copy, Debug)]
pub struct FindSubrequests(pub fn(&Invocation) -> Option<Subrequests>);

impl Subrequests {
    /// Waits until there may be one more connection.
    pub async fn connect(&self) -> Connection {
        let connections = self.0.connections();
        if let Some(connection) = connections.try_open() {
            return connection;
        }
        self.0.queued();
        connections.open().await
    }
}

/// Waits until the invocation may have one more connection. What is returned is dropped when its answer has begun.
pub async fn connect(subrequests: Option<&Subrequests>) -> Option<Connection> {
    match subrequests {
        Some(subrequests) => Some(subrequests.connect().await),
        None => None,
    }
}

/// A response as JavaScript takes it: status, reason phrase (`null`: the usual one), flat headers, the number of
/// its body (`null`: none; for status 101 that of its WebSocket), the final URL, whether it was redirected.
pub type ResponseParts = (u16, Option<String>, Vec<String>, Option<u32>, String, bool);

/// Turns a response into parts, its body into a resource of the invocation. Every op that
/// `dispatchOutgoing` is given answers with this.
///
/// A body that comes from the network holds its connection, and with it a file descriptor, until it is read or let go
/// of; so it weighs what the connection does.
///
/// # Errors
/// A `RangeError` when the instance holds too much.
///
/// `coding` is what a reader of the body has to undo; `bodiless` where the response cannot have a body.
pub fn response_parts<B: Into<Body>>(
    invocation: &Invocation,
    response: Response<B>,
    coding: ContentCoding,
    bodiless: bool,
    url: String,
    redirected: bool,
) -> Result<ResponseParts, OpError> {
    let (mut head, body) = response.into_parts();
    let socket = head.extensions.remove::<Upgrade>();
    let reason = head.extensions.get::<ReasonPhrase>();
    let reason = reason.map(|reason| String::from_utf8_lossy(reason.as_bytes()).into_owned());
    let bodiless = bodiless || matches!(head.status.as_u16(), 101 | 204 | 205 | 304);
    let body = match socket {
        Some(socket) => Some(invocation.resources().add_shared(socket.endpoint)),
        None if bodiless => None,
        None => {
            let body = body.into();
            let weight = if matches!(body, Body::Incoming(_)) { CONNECTION_WEIGHT } else { 0 };
            Some(invocation.resources().add_weighing(BodyResource::encoded(body, coding), weight)?)
        }
    };
    Ok((head.status.as_u16(), reason, headers_to_flat(&head.headers), body, url, redirected))
}

/// Fetches. `flags`: 1 follows redirects, 2 undoes content codings. `cancel` is the number of what
/// `op_fetch_cancel_open` made, if the request has a signal.
#[op(async)]
#[allow(clippy::too_many_arguments)]
pub(crate) fn op_fetch(
    #[context] invocation: Arc<Invocation>,
    method: String,
    url: String,
    headers: Vec<String>,
    body: TakenBody,
    flags: u32,
    cancel: Option<u32>,
) -> Result<impl Future<Output = Result<ResponseParts, OpError>> + use<>, OpError> {
    let request = FetchCall { method, url, headers, body: body.0, flags, cancel };
    start(invocation, request, None, None)
}

/// Fetches as `op_fetch` does, and heeds what a request asks of its way: `wishes` says what of a cache, as JSON;
/// `resolve` is the host to connect to.
#[op(async)]
#[allow(clippy::too_many_arguments)]
pub(crate) fn op_fetch_with(
    #[context] invocation: Arc<Invocation>,
    method: String,
    url: String,
    headers: Vec<String>,
    body: TakenBody,
    flags: u32,
    cancel: Option<u32>,
    wishes: Option<String>,
    resolve: Option<String>,
) -> Result<impl Future<Output = Result<ResponseParts, OpError>> + use<>, OpError> {
    let through = wishes.and_then(|wishes| {
        let cache = invocation.instance().extension::<ResponseCache>()?;
        Some(Through { cache, wishes })
    });
    let request = FetchCall { method, url, headers, body: body.0, flags, cancel };
    start(invocation, request, through, resolve)
}

/// What JavaScript passes.
struct FetchCall {
    method: String,
    url: String,
    headers: Vec<String>,
    body: BodyArgument,
    flags: u32,
    cancel: Option<u32>,
}

fn start(
    invocation: Arc<Invocation>,
    call: FetchCall,
    through: Option<Through>,
    resolve: Option<String>,
) -> Result<impl Future<Output = Result<ResponseParts, OpError>> + use<>, OpError> {
    let FetchCall { method, url, headers, body, flags, cancel } = call;
    let client = http_client(&invocation)?;
    let cancel = cancel.map(|id| invocation.resources().get::<CancellationToken>(id)).transpose()?;
    let body = body.into_body(invocation.resources())?;
    let mut request = outgoing(&method, &url, &headers, body, flags & 1 != 0, flags & 2 != 0)?;
    let asked = protocols_in(&request.headers);
    request.resolve = resolve;
    if asks_for_websocket(&request.headers) {
        (request.method, request.body) = (Method::GET, Body::Empty);
        request.handshake = Some(handshake(&invocation)?);
    } else {
        request.through = through;
    }
    let handshake = request.handshake.clone();
    let policy = subrequests(&invocation);
    mark(policy.as_ref(), &mut request.headers);
    let head = method == "HEAD";
    Ok(async move {
        let fetching = async {
            let _connection = connect(policy.as_ref()).await;
            client.fetch(request, || policy.as_ref().map_or(Ok(()), |policy| policy.0.count())).await
        };
        let fetched = match cancel {
            None => fetching.await?,
            Some(token) => {
                let fetched = token.run_until_cancelled(fetching).await;
                // The answer may have come as well by the time that this is polled; the guest has aborted before it.
                fetched.filter(|_| !token.is_cancelled()).ok_or(FetchError::Aborted)??
            }
        };
        let Fetched { mut response, coding, mut url, redirects } = fetched;
        if let (Some(handshake), StatusCode::SWITCHING_PROTOCOLS) = (handshake, response.status()) {
            let endpoint = connected(&invocation, &handshake, &asked, &mut response).await?;
            response.extensions_mut().insert(Upgrade { endpoint, compression: true });
        }
        url.set_fragment(None);
        response_parts(&invocation, response, coding, head, url.into(), redirects > 0)
    })
}

/// The client of an invocation's instance.
pub(super) fn http_client(invocation: &Invocation) -> Result<Arc<FetchClient>, OpError> {
    invocation
        .instance()
        .extension::<FetchClient>()
        .ok_or_else(|| OpError::error("fetch() is not available: this server was started without an HTTP client."))
}

/// Who counts an invocation's subrequests.
pub fn subrequests(invocation: &Invocation) -> Option<Subrequests> {
    let FindSubrequests(find) = *invocation.instance().extension::<FindSubrequests>()?;
    find(invocation)
}

/// Marks a request as one more pass through a Worker.
pub(super) fn mark(policy: Option<&Subrequests>, headers: &mut HeaderMap) {
    if let Some(cdn_loop) = policy.and_then(|policy| policy.0.cdn_loop()) {
        headers.insert(CDN_LOOP, cdn_loop);
    }
}

/// Makes a handle by which a fetch can be aborted.
#[op]
pub(crate) fn op_fetch_cancel_open(#[context] invocation: Arc<Invocation>) -> Result<u32, OpError> {
    invocation.resources().add(CancellationToken::new())
}

/// Aborts the fetch.
#[op]
pub(crate) fn op_fetch_cancel(#[context] invocation: Arc<Invocation>, id: u32) {
    if let Ok(token) = invocation.resources().take::<CancellationToken>(id) {
        token.cancel();
    }
}

/// Lets go of the handle of a fetch that is over.
#[op]
pub(crate) fn op_fetch_cancel_close(#[context] invocation: Arc<Invocation>, id: u32) {
    invocation.resources().close(id);
}

/// Parses the URL of a request or a redirect: its serialization, or `null`.
#[op]
pub(crate) fn op_fetch_url(url: String) -> Option<String> {
    Url::parse(&url).ok().map(Into::into)
}

/// Decodes a `data:` URL (<https://fetch.spec.whatwg.org/#data-urls>): `[content type, bytes]`, or `null`.
#[op]
pub(crate) fn op_fetch_data_url(url: String) -> Option<(String, Buffer)> {
    let url = data_url::DataUrl::process(&url).ok()?;
    let (body, _fragment) = url.decode_to_vec().ok()?;
    Some((url.mime_type().to_string(), Buffer(body)))
}
