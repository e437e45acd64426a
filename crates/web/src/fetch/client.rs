//! The HTTP client behind `fetch`, one for the whole process.
//!
//! hyper's pooled client: connections are kept by origin, HTTP/2 is used where TLS negotiates it. What this
//! adds is what the Fetch Standard and a multi-tenant server ask for: redirects, content codings, and the
//! refusal of private destinations.

use std::error::Error as StdError;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_LOCATION, CONTENT_TYPE, LOCATION,
    TRANSFER_ENCODING,
};
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use hyper_util::client::legacy::connect::capture_connection;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::client::legacy::{Client, Error as ClientError};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use url::{Position, Url};

use super::address::Guard;
use super::body::Body;
use super::cached::Through;
use super::coding::ContentCoding;
use super::connector::{Connector, GuardedResolver, Lookup, PrivateAddress, system_lookup, tls_config};
use super::error::{BodyError, FetchError};
use super::redirect::{self, MAX_REDIRECTS};
use super::request::prepare;
use crate::sockets::Dialer;
use crate::websocket::ClientHandshake;

/// How the client is set up.
#[derive(Clone, Debug, Default)]
pub struct FetchOptions {
    /// Whether Workers may reach loopback, link-local and private addresses.
    pub allow_private: bool,
    /// Certificates trusted besides the system's.
    pub extra_roots: Vec<CertificateDer<'static>>,
}

/// Why the client could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum FetchSetupError {
    /// A certificate of [`FetchOptions::extra_roots`] is bad.
    #[error("an extra root certificate cannot be used: {0}; give it as a DER or PEM encoded X.509 CA certificate")]
    Root(#[source] rustls::Error),
    /// TLS itself.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[source] rustls::Error),
}

/// What JavaScript asks `fetch` for.
#[derive(Debug)]
pub struct Outgoing {
    /// The method.
    pub method: Method,
    /// An `http` or `https` URL.
    pub url: Url,
    /// The headers, already without those that a Worker may not set.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
    /// Whether redirects are followed; else the redirecting response itself is the answer.
    pub follow: bool,
    /// Whether reads of the response's body undo its content coding.
    pub decode: bool,
    /// The cache that it goes through, if it asks for one.
    pub through: Option<Through>,
    /// The host that is connected to in place of the URL's, whose name is still the one that is sent and that TLS checks.
    pub resolve: Option<String>,
    /// The handshake that it is, if it asks for a WebSocket.
    pub handshake: Option<ClientHandshake>,
}

/// An extension of a request: see [`Outgoing::resolve`].
#[derive(Clone)]
struct ResolveOverride(Name);

/// What `fetch` answers.
#[derive(Debug)]
pub struct Fetched {
    /// The response; its body as it came, in `coding`.
    pub response: Response<Body>,
    /// The coding that a reader of the body has to undo.
    pub coding: ContentCoding,
    /// The URL that answered.
    pub url: Url,
    /// How many redirects were followed.
    pub redirects: usize,
}

/// The client.
#[derive(Clone)]
pub struct FetchClient {
    client: Client<Connector, Body>,
    /// For handshakes, each on a connection of its own.
    upgrades: Client<Connector, Body>,
    allow_private: bool,
    lookup: Lookup,
    guard: Guard,
    tls: Arc<ClientConfig>,
}

impl std::fmt::Debug for FetchClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FetchClient").field("allow_private", &self.allow_private).finish_non_exhaustive()
    }
}

impl FetchClient {
    /// Sets the client up. It makes connections within tokio, but this may be called outside.
    ///
    /// # Errors
    /// When a root certificate is bad.
    pub fn new(options: FetchOptions) -> Result<Self, FetchSetupError> {
        let guard = Guard::new(options.allow_private);
        Self::with(options, system_lookup(), guard)
    }

    /// One that looks names up and judges addresses in a way of its own.
    pub(super) fn with(options: FetchOptions, lookup: Lookup, guard: Guard) -> Result<Self, FetchSetupError> {
        let tls = tls_config(&options.extra_roots)?;
        let resolver = GuardedResolver::new(lookup.clone(), guard, None);
        let client = Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(60))
            .http2_adaptive_window(true)
            .http2_keep_alive_interval(Duration::from_secs(30))
            .build(Connector::new(resolver.clone(), tls.clone(), false));
        let upgrades = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(Connector::new(
            resolver,
            tls.clone(),
            true,
        ));
        Ok(Self { client, upgrades, allow_private: options.allow_private, lookup, guard, tls: Arc::new(tls) })
    }

    /// What makes plain connections under the same rules: the same destinations are refused, the same certificates
    /// trusted.
    pub fn dialer(&self) -> Dialer {
        Dialer::new(self.allow_private, self.tls.clone())
    }

    /// A client that connects to another host than the URL's. Its connections are not kept: the pool knows them by the
    /// URL's host alone.
    fn resolving(&self, name: Name, upgrades: bool) -> Client<Connector, Body> {
        let resolver = GuardedResolver::new(self.lookup.clone(), self.guard, Some(name));
        Client::builder(TokioExecutor::new()).timer(TokioTimer::new()).pool_max_idle_per_host(0).build(Connector::new(
            resolver,
            ClientConfig::clone(&self.tls),
            upgrades,
        ))
    }

    /// Sends one request, as it is: no redirect, no decoding.
    ///
    /// # Errors
    /// When no response came.
    pub async fn send(&self, request: Request<Body>) -> Result<Response<Body>, FetchError> {
        self.send_by(request, false).await
    }

    /// `upgrades`: on a connection of its own, which may become a WebSocket's.
    async fn send_by(&self, mut request: Request<Body>, upgrades: bool) -> Result<Response<Body>, FetchError> {
        let uri = request.uri().clone();
        self.check_literal(&uri)?;
        let connection = capture_connection(&mut request);
        let sending = match request.extensions().get::<ResolveOverride>().cloned() {
            None if upgrades => self.upgrades.request(request),
            None => self.client.request(request),
            Some(ResolveOverride(name)) => self.resolving(name, upgrades).request(request),
        };
        match sending.await {
            Ok(response) => {
                if announces_forbidden_body(response.status(), response.headers())
                    && let Some(connection) = connection.connection_metadata().as_ref()
                {
                    connection.poison();
                }
                Ok(response.map(Body::from))
            }
            Err(error) => Err(explain(error, &uri)),
        }
    }

    /// Does all that `fetch` does.
    ///
    /// `count` is asked before each request, redirects included, and may refuse.
    ///
    /// # Errors
    /// When no response came, or a redirect could not be followed.
    pub async fn fetch<E: From<FetchError>>(
        &self,
        outgoing: Outgoing,
        count: impl Fn() -> Result<(), E>,
    ) -> Result<Fetched, E> {
        let Outgoing { mut method, mut url, mut headers, mut body, follow, decode, through, resolve, handshake } =
            outgoing;
        prepare(&mut headers);
        if let Some(handshake) = &handshake {
            handshake.ask(&mut headers);
        }
        let resolve = resolve.map(|host| resolve_override(&url, &host)).transpose()?;
        let first_host = url.host_str().map(str::to_owned);
        let mut redirects = 0;
        loop {
            count()?;
            let replay = replay(&body);
            let mut request = request(&method, &url, headers.clone(), body)?;
            if let Some(resolve) = resolve.clone().filter(|_| url.host_str() == first_host.as_deref()) {
                request.extensions_mut().insert(resolve);
            }
            let response = match &through {
                None if handshake.is_some() => self.send_by(request, true).await?,
                None => self.send(request).await?,
                Some(Through { cache, wishes }) => cache.0.fetch(request, wishes, self.clone()).await?,
            };
            let location = match response.headers().get(LOCATION) {
                Some(location) if follow && redirect::is_redirect(response.status()) => location,
                _ => return Ok(fetched(response, &method, url, redirects, decode)),
            };
            if redirects == MAX_REDIRECTS {
                return Err(FetchError::TooManyRedirects.into());
            }
            let location = String::from_utf8_lossy(location.as_bytes());
            let next = redirect::follow(response.status(), &location, &url, &method, replay.is_some())?;
            redirects += 1;
            (method, url) = (next.method, next.url);
            body = if next.drop_body { Body::Empty } else { replay.unwrap_or_default() };
            if next.drop_body {
                for name in [CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION, CONTENT_TYPE] {
                    headers.remove(name);
                }
            }
            if next.drop_authorization {
                headers.remove(AUTHORIZATION);
            }
        }
    }

    fn check_literal(&self, uri: &Uri) -> Result<(), FetchError> {
        let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        match host.parse::<IpAddr>() {
            Ok(address) if self.guard.refuses(address) => Err(FetchError::Private { url: uri.to_string(), address }),
            _ => Ok(()),
        }
    }
}

/// Whether a response that has no body by its status says that one follows. If it does, it is in the way of the next
/// response, or is taken for one: such a connection is not used again (RFC 9112, section 6.3).
fn announces_forbidden_body(status: StatusCode, headers: &HeaderMap) -> bool {
    matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
        && (headers.contains_key(TRANSFER_ENCODING)
            || headers.get(CONTENT_LENGTH).is_some_and(|length| length.as_bytes() != b"0"))
}

/// The host to connect to, where that can be heeded: an address in the URL needs no resolution.
fn resolve_override(url: &Url, host: &str) -> Result<ResolveOverride, FetchError> {
    let refuse = || FetchError::ResolveOverride(host.to_owned());
    let is_host = !host.is_empty() && url::Host::parse(host).is_ok();
    match url.host() {
        Some(url::Host::Domain(_)) if is_host => {
            let host = host.trim_start_matches('[').trim_end_matches(']');
            Name::from_str(host).map(ResolveOverride).map_err(|_| refuse())
        }
        _ => Err(refuse()),
    }
}

/// The body once more, if it can be sent again.
fn replay(body: &Body) -> Option<Body> {
    match body {
        Body::Empty => Some(Body::Empty),
        Body::Full(bytes) => Some(Body::Full(Bytes::clone(bytes))),
        _ => None,
    }
}

fn request(method: &Method, url: &Url, headers: HeaderMap, body: Body) -> Result<Request<Body>, FetchError> {
    let bad = || FetchError::Url(url.to_string());
    // Credentials and the fragment never leave the Worker.
    let target = format!("{}://{}", url.scheme(), &url[Position::BeforeHost..Position::AfterQuery]);
    let uri = Uri::try_from(target).map_err(|_| bad())?;
    let mut request = Request::new(body);
    *request.method_mut() = method.clone();
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    Ok(request)
}

fn fetched(response: Response<Body>, method: &Method, url: Url, redirects: usize, decode: bool) -> Fetched {
    let bodiless = *method == Method::HEAD
        || matches!(response.status(), StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED);
    let coding = if decode && !bodiless { ContentCoding::of(response.headers()) } else { ContentCoding::Identity };
    Fetched { response, coding, url, redirects }
}

/// Finds out of hyper's nested errors what went wrong.
fn explain(error: ClientError, uri: &Uri) -> FetchError {
    let authority = uri.authority().map(ToString::to_string).unwrap_or_default();
    let connect = error.is_connect();
    let mut cause: &(dyn StdError + 'static) = &error;
    loop {
        if let Some(PrivateAddress(address)) = cause.downcast_ref() {
            return FetchError::Private { url: uri.to_string(), address: *address };
        }
        // The request's own body failed: hyper only passes the error on.
        if let Some(error) = cause.downcast_ref::<BodyError>() {
            return match error {
                BodyError::Overrun => BodyError::Overrun.into(),
                BodyError::Cancelled => BodyError::Cancelled.into(),
                BodyError::Aborted => BodyError::Aborted.into(),
                _ => BodyError::Disconnected.into(),
            };
        }
        match cause.source() {
            Some(source) => cause = source,
            None => break,
        }
    }
    let cause = cause.to_string();
    if connect { FetchError::Connect { authority, cause } } else { FetchError::Lost { authority, cause } }
}
