//! Shutdown: requests under way end, idle connections close, nobody waits for ever.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use selvedge_edge::{BindError, Server, ServerConfig, Timeouts};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::{Notify, mpsc};

use crate::support::{Func, Running, config, quick, read_to_end, start, text, within};

/// A server whose handler waits to be released.
fn waiting(config: ServerConfig) -> (Running, mpsc::UnboundedReceiver<()>, Arc<Notify>) {
    let (begun, seen) = mpsc::unbounded_channel();
    let release = Arc::new(Notify::new());
    let released = Arc::clone(&release);
    let handler = Func(move |_: Request<Incoming>, _| {
        begun.send(()).unwrap();
        let released = Arc::clone(&released);
        async move {
            released.notified().await;
            text("done")
        }
    });
    (start(config, handler), seen, release)
}

#[tokio::test]
async fn requests_under_way_end_and_idle_connections_close() {
    let (mut server, mut begun, release) = waiting(config());
    let mut fresh = server.connect().await;
    let mut busy = server.connect().await;
    busy.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    within(begun.recv()).await.unwrap();

    server.stop();
    assert_eq!(read_to_end(&mut fresh).await, "");
    while TcpStream::connect(server.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    release.notify_one();
    let answer = read_to_end(&mut busy).await;
    assert!(answer.contains("connection: close\r\n") && answer.ends_with("done"), "{answer}");
    within(server.served).await.unwrap().unwrap();
}

#[tokio::test]
async fn http2_streams_end_too() {
    let (mut server, mut begun, release) = waiting(config());
    let io = TokioIo::new(server.connect().await);
    let (mut client, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), io).await.unwrap();
    tokio::spawn(connection);
    let request = Request::builder().uri("http://a/").body(http_body_util::Empty::<bytes::Bytes>::new()).unwrap();
    let answer = tokio::spawn(client.send_request(request));
    within(begun.recv()).await.unwrap();
    server.stop();
    release.notify_one();
    assert_eq!(within(answer).await.unwrap().unwrap().status(), 200);
    within(server.served).await.unwrap().unwrap();
}

#[tokio::test]
async fn what_does_not_end_is_cut() {
    let (mut server, mut begun, _release) =
        waiting(quick(Timeouts { drain: Duration::from_millis(50), ..Timeouts::default() }));
    let mut stuck = server.connect().await;
    stuck.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    within(begun.recv()).await.unwrap();
    server.stop();
    within(server.served).await.unwrap().unwrap();
    assert_eq!(read_to_end(&mut stuck).await, "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_that_never_returns_is_not_waited_for() {
    let (begun, mut seen) = mpsc::unbounded_channel();
    let (release, released) = std::sync::mpsc::channel::<()>();
    let released = std::sync::Mutex::new(released);
    let handler = Func(move |_: Request<Incoming>, _| {
        begun.send(()).unwrap();
        // As a turn of JavaScript does that cannot be ended.
        let _ = released.lock().unwrap().recv();
        async { text("done") }
    });
    let mut server = start(quick(Timeouts { drain: Duration::from_millis(50), ..Timeouts::default() }), handler);
    let mut stuck = server.connect().await;
    stuck.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    within(seen.recv()).await.unwrap();
    server.stop();
    within(server.served).await.unwrap().unwrap();
    drop(release);
}

#[tokio::test]
async fn an_address_that_cannot_be_had_is_one_line() {
    let (server, ..) = waiting(config());
    let error = Server::bind(ServerConfig::new(server.address)).unwrap_err();
    assert!(matches!(error, BindError::InUse(address) if address == server.address));
    let line = error.to_string();
    assert!(line.contains(&format!("port {} on 127.0.0.1 is already in use", server.address.port())), "{line}");

    let elsewhere = SocketAddr::from((Ipv4Addr::new(192, 0, 2, 1), 0));
    assert!(matches!(Server::bind(ServerConfig::new(elsewhere)), Err(BindError::NotOurs(_))));
}
