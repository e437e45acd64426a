//! The HTTP client behind `fetch`, one for the whole process.
//!
//! hyper's pooled client: connections are kept by origin, HTTP/2 is used where TLS negotiates it. What this
//! adds is what the Fetch Standard and a multi-tenant server ask for: redirects, content codings, and the
//! refusal of private destinations.

use std::error::Error as StdError;
use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use hyper_util::client::legacy::{Client, Error as ClientError};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::pki_types::CertificateDer;
use url::{Position, Url};

use super::address::is_private;
use super::body::Body;
use super::cached::Through;
use super::coding::ContentCoding;
use super::connector::{Connector, PrivateAddress, tls_config};
use super::error::{BodyError, FetchError};
use super::redirect::{self, MAX_REDIRECTS};
use super::request::prepare;
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
    /// The handshake that it is, if it asks for a WebSocket.
    pub(crate) handshake: Option<ClientHandshake>,
}

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
        let tls = tls_config(&options.extra_roots)?;
        let client = Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(60))
            .http2_adaptive_window(true)
            .http2_keep_alive_interval(Duration::from_secs(30))
            .build(Connector::new(options.allow_private, tls.clone(), false));
        let upgrades = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(Connector::new(
            options.allow_private,
            tls,
            true,
        ));
        Ok(Self { client, upgrades, allow_private: options.allow_private })
    }

    /// Sends one request, as it is: no redirect, no decoding.
    ///
    /// # Errors
    /// When no response came.
    pub async fn send(&self, request: Request<Body>) -> Result<Response<Body>, FetchError> {
        self.send_by(&self.client, request).await
    }

    async fn send_by(
        &self,
        client: &Client<Connector, Body>,
        request: Request<Body>,
    ) -> Result<Response<Body>, FetchError> {
        let uri = request.uri().clone();
        self.check_literal(&uri)?;
        match client.request(request).await {
            Ok(response) => Ok(response.map(Body::from)),
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
        let Outgoing { mut method, mut url, mut headers, mut body, follow, decode, through, handshake } = outgoing;
        prepare(&mut headers);
        if let Some(handshake) = &handshake {
            handshake.ask(&mut headers);
        }
        let mut redirects = 0;
        loop {
            count()?;
            let replay = replay(&body);
            let request = request(&method, &url, headers.clone(), body)?;
            let response = match &through {
                None if handshake.is_some() => self.send_by(&self.upgrades, request).await?,
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
            Ok(address) if !self.allow_private && is_private(address) => {
                Err(FetchError::Private { url: uri.to_string(), address })
            }
            _ => Ok(()),
        }
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
