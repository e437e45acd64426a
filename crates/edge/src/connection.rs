//! One connection, from its first byte to its last.
//!
//! Which protocol it speaks is settled before hyper gets it: by ALPN under TLS, else by its first
//! bytes, since only HTTP/2 with prior knowledge begins with `PRI *`. So HTTP/1 runs on hyper's own
//! HTTP/1 connection with nothing between but the tap, and not on `hyper_util`'s `auto`, whose
//! extra enum is polled for each request.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{CONNECTION, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use ipnet::IpNet;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use crate::activity::{Activity, Command, Connections, Membership};
use crate::admission::{self, BROKEN_BODY, Refusal};
use crate::client::{Clients, Link};
use crate::geo::Locator;
use crate::handler::Handler;
use crate::head_tap::HeadTap;
use crate::home_stream::HomeStream;
use crate::homes::Homes;
use crate::prefetch::prefetch;
use crate::response::{self, Asked, LastResponse, ResponseBody};
use crate::tap_io::TapIo;
use crate::tls::TlsFacts;
use crate::upgrade::{self, Takeover};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// What all connections of a server have in common.
pub(crate) struct Shared<H> {
    pub(crate) handler: H,
    pub(crate) http1: http1::Builder,
    pub(crate) http2: http2::Builder<TokioExecutor>,
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) locator: Arc<Locator>,
    pub(crate) trusted_proxies: Arc<[IpNet]>,
    pub(crate) max_uri: usize,
    pub(crate) homes: Option<Arc<Homes>>,
}

/// What one protocol needs of a connection until it closes.
type Served = Pin<Box<dyn Future<Output = io::Result<()>> + Send>>;

/// What settles which protocol that is; nothing if the connection is to close before.
type Settling = Pin<Box<dyn Future<Output = io::Result<Option<Served>>> + Send>>;

/// A connection from its first byte to its last.
///
/// Each of its two parts is in a box of its own. So the longer one takes no more memory than its protocol needs (2 KB for
/// HTTP/1; one future of all that may come would take six times as much), and of that each request finds all it needs close
/// together.
pub(crate) struct Serving {
    stage: Stage,
    peer: SocketAddr,
}

enum Stage {
    Settling(Settling),
    Served(Served),
}

/// Serves a connection until it closes.
pub(crate) fn serve<H: Handler>(
    shared: Arc<Shared<H>>,
    member: Membership,
    stream: TcpStream,
    peer: SocketAddr,
) -> Serving {
    let outbox = shared.homes.as_ref().map(|homes| &homes.outbox);
    member.activity.bystander.stand_by(&stream, shared.tls.is_some(), outbox);
    let stream = HomeStream::new(stream, Arc::clone(&member.activity), shared.homes.as_deref());
    let settling: Settling = match shared.tls.clone() {
        Some(acceptor) => Box::pin(shake_hands(shared, member, acceptor, stream, peer)),
        None => Box::pin(read_first(shared, member, stream, peer)),
    };
    Serving { stage: Stage::Settling(settling), peer }
}

impl Future for Serving {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let end = loop {
            match &mut self.stage {
                Stage::Settling(settling) => match ready!(settling.as_mut().poll(cx)) {
                    Ok(Some(served)) => self.stage = Stage::Served(served),
                    Ok(None) => break Ok(()),
                    Err(error) => break Err(error),
                },
                Stage::Served(served) => {
                    prefetch(&**served);
                    break ready!(served.as_mut().poll(cx));
                }
            }
        };
        if let Err(error) = end {
            tracing::debug!(peer = %self.peer, %error, "connection ended");
        }
        Poll::Ready(())
    }
}

/// Settles it by ALPN.
async fn shake_hands<H: Handler>(
    shared: Arc<Shared<H>>,
    member: Membership,
    acceptor: TlsAcceptor,
    stream: HomeStream,
    peer: SocketAddr,
) -> io::Result<Option<Served>> {
    let activity = &member.activity;
    // A handshake has as long as a head.
    activity.set_reading_head(true);
    let Some(stream) = unless_told(activity, acceptor.accept(stream)).await.transpose()? else {
        return Ok(None);
    };
    activity.set_reading_head(false);
    let tls = Some(TlsFacts::of(stream.get_ref().1));
    Ok(Some(if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
        let session = Session::new(shared, &member, peer, tls, Protocol::Http2);
        Box::pin(serve_http2(session, member, stream, Bytes::new()))
    } else {
        let session = Session::new(shared, &member, peer, tls, Protocol::Http1);
        Box::pin(serve_http1(session, member, stream, Bytes::new()))
    }))
}

/// Settles it by the first bytes.
async fn read_first<H: Handler>(
    shared: Arc<Shared<H>>,
    member: Membership,
    mut stream: HomeStream,
    peer: SocketAddr,
) -> io::Result<Option<Served>> {
    let activity = &member.activity;
    let mut first = BytesMut::with_capacity(4096);
    loop {
        let Some(read) = unless_told(activity, stream.read_buf(&mut first)).await.transpose()? else {
            return Ok(None);
        };
        let seen = &first[..first.len().min(PREFACE.len())];
        if read == 0 || !PREFACE.starts_with(seen) {
            let session = Session::new(shared, &member, peer, None, Protocol::Http1);
            return Ok(Some(Box::pin(serve_http1(session, member, stream, first.freeze()))));
        }
        if seen.len() == PREFACE.len() {
            let session = Session::new(shared, &member, peer, None, Protocol::Http2);
            return Ok(Some(Box::pin(serve_http2(session, member, stream, first.freeze()))));
        }
        activity.set_reading_head(true);
    }
}

/// Runs a future unless a command comes first: before a request has begun, each of them means to
/// close.
async fn unless_told<F: Future>(activity: &Activity, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut listens = None;
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => activity.poll_command(cx, &mut listens).map(|_| None),
    })
    .await
}

#[derive(Clone, Copy, PartialEq)]
enum Protocol {
    Http1,
    Http2,
}

/// What the requests of one connection have in common.
struct Session<H> {
    shared: Arc<Shared<H>>,
    clients: Clients,
    activity: Arc<Activity>,
    connections: Arc<Connections>,
    /// HTTP/1 only.
    tap: Option<Arc<HeadTap>>,
    refused: AtomicBool,
}

impl<H: Handler> Session<H> {
    fn new(
        shared: Arc<Shared<H>>,
        member: &Membership,
        peer: SocketAddr,
        tls: Option<TlsFacts>,
        protocol: Protocol,
    ) -> Self {
        let (activity, connections) = (Arc::clone(&member.activity), Arc::clone(&member.connections));
        let http1 = protocol == Protocol::Http1;
        let clients = Clients::new(Link {
            peer,
            http_protocol: if http1 { "HTTP/1.1" } else { "HTTP/2" },
            tls,
            activity: Arc::clone(&activity),
            locator: Arc::clone(&shared.locator),
            trusted_proxies: Arc::clone(&shared.trusted_proxies),
        });
        let tap = http1.then(|| Arc::new(HeadTap::new(Arc::clone(&activity))));
        Self { shared, clients, activity, connections, tap, refused: AtomicBool::new(false) }
    }

    /// Asks for what the next request needs.
    fn prefetch(&self) {
        if let Some(tap) = &self.tap {
            prefetch(&**tap);
        }
        self.clients.prefetch();
    }

    /// Answers a request. No `async fn`: that would have a copy of the request in it, and make another one. In a box, as hyper
    /// keeps room for it with the connection: for ever, and out of the processor's caches when there are many. The boxes are
    /// there before what is put in them, which so is made in its place: else it were two thousand bytes to move.
    fn answer(
        &self,
        request: Request<Incoming>,
    ) -> impl Future<Output = Result<Response<ResponseBody<H::Body>>, Infallible>> {
        let request = Box::write(Box::new_uninit(), request.map(H::RequestBody::from));
        Box::into_pin(Box::write(Box::new_uninit(), self.answer_boxed(request)))
    }

    async fn answer_boxed(
        &self,
        mut request: Box<Request<H::RequestBody>>,
    ) -> Result<Response<ResponseBody<H::Body>>, Infallible> {
        let in_flight = self.activity.begin();
        let tap = self.tap.as_deref();
        let admitted = match admission::admit(&mut request, self.shared.max_uri, tap) {
            Ok(admitted) => admitted,
            Err(refusal) => return Ok(self.refuse(refusal, in_flight)),
        };
        let asked =
            Asked { is_head: *request.method() == Method::HEAD, wants_upgrade: tap.is_some() && admitted.has_upgrade };
        let upgrade = asked.wants_upgrade.then(|| hyper::upgrade::on(&mut *request));
        let client = self.clients.of(request.headers());
        let watched = tap.map(|_| self.activity.bystander.watch(client.ray()));
        let response = self.shared.handler.handle(request, client).await;
        drop(watched);
        if tap.is_some_and(HeadTap::body_is_broken) {
            return Ok(self.refuse(BROKEN_BODY, in_flight));
        }
        let mut response = response::finish(response, asked, in_flight);
        if self.tap.is_some() && response.extensions().get::<LastResponse>().is_some() {
            self.refused.store(true, Ordering::Relaxed);
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if let Some(tap) = tap.filter(|_| response.status() == StatusCode::SWITCHING_PROTOCOLS) {
            tap.stop();
            if let (Some(upgrade), Some(takeover)) = (upgrade, response.extensions().get::<Takeover>()) {
                self.activity.home.settle();
                upgrade::start(takeover, upgrade, self.connections.join(), self.shared.homes.as_deref());
            }
        }
        Ok(response)
    }

    fn refuse(&self, refusal: Refusal, in_flight: crate::activity::InFlight) -> Response<ResponseBody<H::Body>> {
        self.refused.store(true, Ordering::Relaxed);
        response::refused(refusal, self.tap.is_some(), in_flight)
    }
}

async fn serve_http1<H: Handler, I>(session: Session<H>, _member: Membership, io: I, prefix: Bytes) -> io::Result<()>
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let io = TokioIo::new(TapIo::new(io, prefix, session.tap.clone()));
    let service = service_fn(|request| session.answer(request));
    let mut connection = session.shared.http1.serve_connection(io, service).with_upgrades();

    let (mut closing, mut listens) = (false, None);
    let end = poll_fn(|cx| {
        loop {
            session.prefetch();
            if let Poll::Ready(end) = Pin::new(&mut connection).poll(cx) {
                return Poll::Ready(Ok(end));
            }
            match session.activity.poll_command(cx, &mut listens) {
                Poll::Ready(Command::Close) if !closing => {
                    closing = true;
                    Pin::new(&mut connection).graceful_shutdown();
                }
                Poll::Pending | Poll::Ready(Command::Close) => return Poll::Pending,
                Poll::Ready(command) => return Poll::Ready(Err(command)),
            }
        }
    })
    .await;

    let partial_head = session.tap.as_ref().is_some_and(|tap| tap.has_partial_head());
    let (last_words, linger) = match &end {
        Ok(Ok(())) => (None, session.refused.load(Ordering::Relaxed)),
        Ok(Err(error)) if error.is_incomplete_message() && partial_head => (Some(&b"400 Bad Request"[..]), true),
        Ok(Err(error)) => (None, error.is_parse()),
        Err(Command::HeadTimeout) if partial_head => (Some(&b"408 Request Timeout"[..]), true),
        Err(_) => return Ok(()),
    };
    if linger && let Some(parts) = connection.into_parts() {
        close_politely(parts.io.into_inner(), last_words).await;
    }
    match end {
        Ok(Err(error)) => Err(io::Error::other(error)),
        _ => Ok(()),
    }
}

/// Says why, and closes so that the client can hear it: a socket closed with unread bytes in it is
/// reset, and a reset overtakes the answer.
async fn close_politely<I: AsyncRead + AsyncWrite + Unpin>(mut io: I, last_words: Option<&[u8]>) {
    const PATIENCE: Duration = Duration::from_secs(1);
    const MAX_UNREAD: u64 = 1 << 20;
    let farewell = async {
        if let Some(status) = last_words {
            let head = [b"HTTP/1.1 ", status, b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"].concat();
            io.write_all(&head).await?;
        }
        io.shutdown().await?;
        tokio::io::copy(&mut io.take(MAX_UNREAD), &mut tokio::io::sink()).await
    };
    // The client's part in closing; if it does not play it, nothing is lost.
    let _ = tokio::time::timeout(PATIENCE, farewell).await;
}

async fn serve_http2<H: Handler, I>(session: Session<H>, _member: Membership, io: I, prefix: Bytes) -> io::Result<()>
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let session = Arc::new(session);
    let io = TokioIo::new(TapIo::new(io, prefix, None));
    session.activity.set_reading_head(false);
    let service = service_fn(|request| {
        let session = Arc::clone(&session);
        async move { session.answer(request).await }
    });
    let mut connection = pin!(session.shared.http2.serve_connection(io, service));
    let (mut closing, mut listens) = (false, None);
    poll_fn(|cx| {
        loop {
            if let Poll::Ready(end) = connection.as_mut().poll(cx) {
                return Poll::Ready(end.map_err(io::Error::other));
            }
            match session.activity.poll_command(cx, &mut listens) {
                Poll::Ready(Command::Close) if !closing => {
                    closing = true;
                    connection.as_mut().graceful_shutdown();
                }
                Poll::Pending | Poll::Ready(Command::Close) => return Poll::Pending,
                Poll::Ready(_) => return Poll::Ready(Ok(())),
            }
        }
    })
    .await
}
