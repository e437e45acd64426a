//! The listener: it binds, accepts, and on shutdown drains.

use std::future::{Future, poll_fn};
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use ipnet::IpNet;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::time::MissedTickBehavior;

use crate::activity::Connections;
use crate::connection::{self, Shared};
use crate::geo::Locator;
use crate::handler::Handler;
use crate::homes::Homes;
use crate::tls::TlsConfig;

/// How much of a request's head is accepted. Defaults as hosted:
/// <https://developers.cloudflare.com/workers/platform/limits/#request-limits>
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of all headers together, and of the request line on HTTP/1. More is `431`. 128 KiB; at
    /// least 8 KiB.
    pub header_bytes: usize,
    /// Headers of an HTTP/1 request. More is `431`. 100, which is also what hyper parses fastest.
    pub header_count: usize,
    /// Bytes of path and query. More is `414`. 16 KiB.
    pub uri_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { header_bytes: 128 << 10, header_count: 100, uri_bytes: 16 << 10 }
    }
}

/// How long the server waits for others. Each may take up to a quarter longer.
#[derive(Clone, Debug)]
pub struct Timeouts {
    /// For a head that has begun, and for a TLS handshake. 15 seconds.
    pub head: Duration,
    /// For the next request on a connection. 400 seconds, as hosted.
    pub idle: Duration,
    /// On shutdown, for requests under way. 30 seconds.
    pub drain: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { head: Duration::from_secs(15), idle: Duration::from_secs(400), drain: Duration::from_secs(30) }
    }
}

/// What a [`Server`] listens on, and how.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Where. Port 0 takes any free one; see [`Server::local_addr`].
    pub address: SocketAddr,
    /// A second address, on the same port, where this machine has it: `::1` beside `127.0.0.1` for
    /// `localhost`, since nobody knows which of the two a client tries first.
    pub also: Option<IpAddr>,
    /// Serve `https`, not `http`.
    pub tls: Option<TlsConfig>,
    /// Peers whose forwarding headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Where clients are.
    pub locator: Arc<Locator>,
    /// How much is accepted.
    pub limits: Limits,
    /// How long is waited.
    pub timeouts: Timeouts,
    /// The runtimes that serve connections; without them, the one that [`Server::serve`] is called in.
    pub homes: Option<Arc<Homes>>,
}

impl ServerConfig {
    /// `http` on an address, trusting nobody, everything else at its default.
    pub fn new(address: SocketAddr) -> Self {
        Self {
            address,
            also: None,
            tls: None,
            trusted_proxies: Vec::new(),
            locator: Arc::default(),
            limits: Limits::default(),
            timeouts: Timeouts::default(),
            homes: None,
        }
    }
}

/// Why a server cannot listen. One line each, with the address and what to do.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Something else listens there.
    #[error("port {} on {} is already in use; stop the process that listens on it, or choose another port (0 takes any free one)", .0.port(), .0.ip())]
    InUse(SocketAddr),
    /// The port is privileged.
    #[error(
        "this user may not listen on {0}; ports below 1024 need a privilege (on Linux, CAP_NET_BIND_SERVICE), so choose a higher one or grant it"
    )]
    Denied(SocketAddr),
    /// The address is not this machine's.
    #[error("{} is not an address of this machine; use one that is, 127.0.0.1 for this machine only, or 0.0.0.0 for all its addresses", .0.ip())]
    NotOurs(SocketAddr),
    /// Anything else.
    #[error("cannot listen on {address}: {cause}")]
    Other {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        cause: io::Error,
    },
}

impl BindError {
    fn new(address: SocketAddr, cause: io::Error) -> Self {
        match cause.kind() {
            io::ErrorKind::AddrInUse => Self::InUse(address),
            io::ErrorKind::PermissionDenied => Self::Denied(address),
            io::ErrorKind::AddrNotAvailable => Self::NotOurs(address),
            _ => Self::Other { address, cause },
        }
    }
}

/// How long connections that are cut may take.
const CUT: Duration = Duration::from_secs(1);

/// Bound, but not serving yet. Connections queue from the moment it exists; they are served by
/// [`Server::serve`].
#[derive(Debug)]
pub struct Server {
    listeners: Vec<TcpListener>,
    local_addr: SocketAddr,
    config: ServerConfig,
}

impl Server {
    /// Takes the address.
    ///
    /// # Errors
    /// The address is in use, not allowed, or not this machine's.
    pub fn bind(config: ServerConfig) -> Result<Self, BindError> {
        // A port that is free on the one address need not be on the other.
        const ATTEMPTS: usize = 8;
        let mut attempts = if config.address.port() == 0 { ATTEMPTS } else { 1 };
        loop {
            attempts -= 1;
            match listen_all(&config) {
                Err(BindError::InUse(_)) if attempts > 0 => {}
                bound => {
                    let (listeners, local_addr) = bound?;
                    return Ok(Self { listeners, local_addr, config });
                }
            }
        }
    }

    /// The address taken, with the port that port 0 became.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Serves until `shutdown` completes. Then nothing new is accepted, idle connections close, and
    /// requests under way have [`Timeouts::drain`] to end before they are cut. Returns when no
    /// connection is left. Needs a tokio runtime with time and I/O.
    ///
    /// # Errors
    /// The runtime cannot take the listener.
    pub async fn serve<H: Handler>(self, handler: H, shutdown: impl Future<Output = ()>) -> io::Result<()> {
        let listeners =
            self.listeners.into_iter().map(tokio::net::TcpListener::from_std).collect::<io::Result<Vec<_>>>()?;
        let timeouts = self.config.timeouts.clone();
        let connections = Arc::new(Connections::new());
        let shared = Arc::new(shared(self.config, handler));
        let mut sweep = tokio::time::interval((timeouts.head.min(timeouts.idle) / 4).max(Duration::from_millis(10)));
        sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut shutdown = pin!(shutdown);
        loop {
            tokio::select! {
                accepted = accept(&listeners) => match accepted {
                    Ok((stream, peer)) => {
                        // Without it small responses wait for acknowledgements; failing to set it
                        // only costs that.
                        let _ = stream.set_nodelay(true);
                        let member = connections.join();
                        let activity = Arc::clone(&member.activity);
                        let serving = connection::serve(Arc::clone(&shared), member, stream, peer);
                        match &shared.homes {
                            Some(homes) => homes.spawn(activity, serving),
                            None => drop(tokio::spawn(serving)),
                        }
                    }
                    Err(error) if is_of_one_connection(&error) => {}
                    Err(error) => {
                        // Out of file descriptors or memory: accepting again at once would spin and
                        // change nothing.
                        tracing::error!(%error, open = connections.len(), "cannot accept connections for now");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                },
                _ = sweep.tick() => connections.sweep(Instant::now(), timeouts.head, timeouts.idle),
                () = &mut shutdown => break,
            }
        }
        drop(listeners);
        connections.close_all();
        if tokio::time::timeout(timeouts.drain, connections.emptied()).await.is_err() {
            tracing::warn!(open = connections.len(), "requests still under way at the end of the drain are cut");
            connections.abort_all();
            // Not for ever: a handler that never returns cannot be cut.
            let _ = tokio::time::timeout(CUT, connections.emptied()).await;
        }
        Ok(())
    }
}

/// Takes every address, all with one port.
fn listen_all(config: &ServerConfig) -> Result<(Vec<TcpListener>, SocketAddr), BindError> {
    let (listener, local) = listen(config.address).map_err(|cause| BindError::new(config.address, cause))?;
    let mut listeners = vec![listener];
    if let Some(ip) = config.also {
        let address = SocketAddr::new(ip, local.port());
        match listen(address) {
            Ok((listener, _)) => listeners.push(listener),
            // Whoever has the port there would get a part of the requests.
            Err(cause) if cause.kind() == io::ErrorKind::AddrInUse => return Err(BindError::new(address, cause)),
            Err(cause) => tracing::debug!(%address, %cause, "not listening there, too"),
        }
    }
    Ok((listeners, local))
}

/// The next connection to any of the listeners.
async fn accept(listeners: &[tokio::net::TcpListener]) -> io::Result<(tokio::net::TcpStream, SocketAddr)> {
    poll_fn(|cx| {
        let mut accepted = listeners.iter().map(|listener| listener.poll_accept(cx));
        accepted.find(Poll::is_ready).unwrap_or(Poll::Pending)
    })
    .await
}

fn listen(address: SocketAddr) -> io::Result<(TcpListener, SocketAddr)> {
    const BACKLOG: i32 = 4096;
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // Else a restart would wait out the connections of the server before it.
    socket.set_reuse_address(true)?;
    if address.is_ipv6() && address.ip().is_unspecified() {
        socket.set_only_v6(false)?;
    }
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    let listener = TcpListener::from(socket);
    let local = listener.local_addr()?;
    Ok((listener, local))
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

fn shared<H>(config: ServerConfig, handler: H) -> Shared<H> {
    let limits = config.limits;
    let header_bytes = limits.header_bytes.max(8 << 10);
    let mut http1 = http1::Builder::new();
    // The sweep times heads; hyper's timer would cost each request one. That clients go is noticed below hyper (`TapIo`).
    http1
        .header_read_timeout(None)
        .half_close(true)
        .max_header_size(header_bytes)
        .max_buf_size(header_bytes.max(400 << 10));
    if limits.header_count != Limits::default().header_count {
        http1.max_headers(limits.header_count);
    }
    let mut http2 = http2::Builder::new(TokioExecutor::new());
    http2
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(header_bytes).unwrap_or(u32::MAX))
        .keep_alive_interval(Duration::from_secs(30));
    Shared {
        handler,
        http1,
        http2,
        tls: config.tls.map(|tls| tls.acceptor()),
        locator: config.locator,
        trusted_proxies: config.trusted_proxies.into(),
        max_uri: limits.uri_bytes,
        homes: config.homes,
    }
}
