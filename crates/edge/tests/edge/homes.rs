//! Connections move between the runtimes that serve them, and nobody notices.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use selvedge_edge::{ClientInfo, Home, Homes, ServerConfig, Takeover};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use crate::support::{Body, Func, Running, config, start, text, within};

const LARGE: usize = 600_000;

/// The two runtimes, whose threads are called after them.
struct Both {
    homes: Arc<Homes>,
    runtimes: [Runtime; 2],
}

impl Both {
    fn new() -> Self {
        let runtimes = [("many", 2), ("one", 1)].map(|(name, threads)| {
            Builder::new_multi_thread().thread_name(name).worker_threads(threads).enable_all().build().unwrap()
        });
        let [many, one] = &runtimes;
        Self { homes: Arc::new(Homes::new(many.handle().clone(), one.handle().clone())), runtimes }
    }

    fn serve(&self) -> Running {
        start(ServerConfig { homes: Some(self.homes.clone()), ..config() }, Func(where_and_what))
    }

    /// Nothing can be waited for where tests run.
    fn end(self) {
        self.runtimes.into_iter().for_each(Runtime::shutdown_background);
    }
}

fn here() -> String {
    std::thread::current().name().unwrap_or_default().to_owned()
}

/// Answers with what it was sent, a little later if asked to, and with where that was.
async fn where_and_what(request: Request<Incoming>, _: ClientInfo) -> Response<Body> {
    let home = here();
    if request.uri().path() == "/takeover" {
        let mut response = text("");
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        response.headers_mut().insert("upgrade", HeaderValue::from_static("echo"));
        response.extensions_mut().insert(Takeover::new(|taken, _| async {
            let mut stream = TokioIo::new(taken.into_inner());
            stream.write_all(format!("{:4}", here()).as_bytes()).await.unwrap();
            let (mut from, mut to) = tokio::io::split(stream);
            let _ = tokio::io::copy(&mut from, &mut to).await;
        }));
        return response;
    }
    let waits = request.uri().path() == "/later";
    let body = request.into_body().collect().await.unwrap().to_bytes();
    if waits {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let mut response = text(body);
    response.headers_mut().insert("x-home", HeaderValue::from_str(&home).unwrap());
    response
}

fn request(path: &str, body: Bytes) -> Request<Full<Bytes>> {
    Request::post(path).header("host", "a.test").body(Full::new(body)).unwrap()
}

async fn checked(response: Response<Incoming>, expected: &Bytes) -> String {
    assert_eq!(response.status(), StatusCode::OK);
    let home = response.headers()["x-home"].to_str().unwrap().to_owned();
    assert!(response.into_body().collect().await.unwrap().to_bytes() == *expected);
    home
}

/// What the rounds of one connection send.
fn rounds() -> impl Iterator<Item = (&'static str, Bytes)> {
    (0..60).flat_map(|round| {
        let small = Bytes::from(format!("round {round}"));
        [("/", small.clone()), ("/later", small), ("/", vec![b'x'; LARGE].into()), ("/", Bytes::new())]
    })
}

async fn over_http1(stream: tokio::net::TcpStream) -> BTreeSet<String> {
    let (mut client, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let mut homes = BTreeSet::new();
    for (path, body) in rounds() {
        let response = client.send_request(request(path, body.clone())).await.unwrap();
        homes.insert(checked(response, &body).await);
    }
    homes
}

async fn over_http2(stream: tokio::net::TcpStream) -> BTreeSet<String> {
    let executor = TokioExecutor::new();
    let (client, connection) = hyper::client::conn::http2::handshake(executor, TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let mut homes = BTreeSet::new();
    let mut under_way = JoinSet::new();
    for (path, body) in rounds() {
        let mut client = client.clone();
        under_way.spawn(async move {
            let sent = client.send_request(request(path, body.clone())).await.unwrap();
            checked(sent, &body).await
        });
        if under_way.len() == 4 {
            homes.extend(under_way.join_next().await.unwrap().ok());
        }
    }
    homes.extend(under_way.join_all().await);
    homes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_move_while_they_are_used() {
    let both = Both::new();
    let server = both.serve();
    let mut clients = JoinSet::new();
    for _ in 0..6 {
        clients.spawn(over_http1(server.connect().await));
        clients.spawn(over_http2(server.connect().await));
    }
    let over = Arc::new(AtomicBool::new(false));
    let (homes, until) = (both.homes.clone(), over.clone());
    let mover = std::thread::spawn(move || {
        for home in [Home::Many, Home::One].into_iter().cycle().take_while(|_| !until.load(Ordering::Relaxed)) {
            homes.set(home);
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    let mut seen = BTreeSet::new();
    while let Some(homes) = within(clients.join_next()).await {
        seen.extend(homes.unwrap());
    }
    over.store(true, Ordering::Relaxed);
    mover.join().unwrap();
    assert_eq!(seen, BTreeSet::from(["many".to_owned(), "one".to_owned()]));
    both.end();
}

#[tokio::test]
async fn one_that_is_used_now_and_then_moves() {
    let both = Both::new();
    let server = both.serve();
    let stream = server.connect().await;
    let (mut client, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    for (home, name) in [(Home::One, "one"), (Home::Many, "many"), (Home::Many, "many"), (Home::One, "one")] {
        both.homes.set(home);
        let body = Bytes::from_static(b"hello");
        // Who has answered may find the next request before its task ends the poll that it is in.
        within(async {
            while checked(client.send_request(request("/", body.clone())).await.unwrap(), &body).await != name {}
        })
        .await;
    }
    both.end();
}

#[tokio::test]
async fn one_that_was_taken_over_lives_with_the_many() {
    let both = Both::new();
    let server = both.serve();
    let mut stream = server.connect().await;
    let head = "GET /takeover HTTP/1.1\r\nhost: a.test\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(within(stream.read_u8()).await.unwrap());
    }
    assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
    let mut name = [0; 4];
    within(stream.read_exact(&mut name)).await.unwrap();
    assert_eq!(&name, b"many");
    // More than the system keeps between them, so that who writes has to wait.
    let sent = vec![b'x'; 20_000_000];
    let (mut from, mut to) = stream.into_split();
    let expected = sent.clone();
    tokio::spawn(async move { to.write_all(&sent).await });
    let mut received = vec![0; expected.len()];
    within(from.read_exact(&mut received)).await.unwrap();
    assert!(received == expected);
    both.end();
}
