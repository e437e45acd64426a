//! A server on a free port, and clients that can say anything.

use std::convert::Infallible;
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use selvedge_edge::{ClientInfo, Handler, Server, ServerConfig, Timeouts};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(crate) type Body = UnsyncBoxBody<Bytes, Infallible>;

/// A handler made of a function.
pub(crate) struct Func<F>(pub(crate) F);

impl<F, R> Handler for Func<F>
where
    F: Fn(Request<Incoming>, ClientInfo) -> R + Send + Sync + 'static,
    R: Future<Output = Response<Body>> + Send,
{
    type RequestBody = Incoming;
    type Body = Body;

    fn handle(
        &self,
        request: Box<Request<Incoming>>,
        client: ClientInfo,
    ) -> impl Future<Output = Box<Response<Body>>> + Send {
        let answer = (self.0)(*request, client);
        async { Box::new(answer.await) }
    }
}

pub(crate) fn text(body: impl Into<Bytes>) -> Response<Body> {
    Response::new(Full::new(body.into()).boxed_unsync())
}

/// Answers with what it was asked: method, host, target and body.
pub(crate) async fn echo(request: Request<Incoming>, _: ClientInfo) -> Response<Body> {
    let (head, body) = request.into_parts();
    let host = head.headers["host"].to_str().unwrap().to_owned();
    match body.collect().await {
        Ok(body) => {
            let body = String::from_utf8_lossy(&body.to_bytes()).into_owned();
            text(format!("{} {host} {} [{body}]", head.method, head.uri))
        }
        Err(_) => text("the body broke"),
    }
}

pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    pub(crate) served: JoinHandle<std::io::Result<()>>,
}

impl Running {
    /// Begins the drain.
    pub(crate) fn stop(&mut self) {
        self.stop.take();
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends bytes and reads until the server closes.
    pub(crate) async fn send(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect().await;
        // The server may refuse and close before it has read everything.
        let _ = stream.write_all(bytes.as_ref()).await;
        read_to_end(&mut stream).await
    }
}

pub(crate) async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    within(stream.read_to_end(&mut answer)).await.unwrap();
    String::from_utf8(answer).unwrap()
}

/// A failing test must not hang.
pub(crate) async fn within<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(20), future).await.expect("still waiting after 20 s")
}

pub(crate) fn config() -> ServerConfig {
    ServerConfig::new((Ipv4Addr::LOCALHOST, 0).into())
}

pub(crate) fn quick(timeouts: Timeouts) -> ServerConfig {
    ServerConfig { timeouts, ..config() }
}

pub(crate) fn start<H: Handler>(config: ServerConfig, handler: H) -> Running {
    let server = Server::bind(config).unwrap();
    let address = server.local_addr();
    let (stop, stopped) = oneshot::channel();
    let served = tokio::spawn(server.serve(handler, async {
        let _ = stopped.await;
    }));
    Running { address, stop: Some(stop), served }
}

pub(crate) fn start_echo() -> Running {
    start(config(), Func(echo))
}
