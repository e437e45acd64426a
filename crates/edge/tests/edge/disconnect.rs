//! A client that goes away cancels what it asked for.

use std::future::pending;
use std::net::Shutdown;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Empty, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper_util::rt::{TokioExecutor, TokioIo};
use selvedge_edge::ServerConfig;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};

use crate::support::{Body, Func, Running, config, read_to_end, start, text, within};
use crate::tls::Pair;

#[derive(Debug, PartialEq)]
enum Seen {
    Begun,
    Dropped,
}

struct Guard(mpsc::UnboundedSender<Seen>);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.send(Seen::Dropped);
    }
}

/// A server that never answers, and what becomes of its futures.
fn silent(config: ServerConfig) -> (Running, mpsc::UnboundedReceiver<Seen>) {
    let (sender, seen) = mpsc::unbounded_channel();
    let sender = Arc::new(sender);
    let handler = Func(move |request: Request<Incoming>, _| {
        let sender = sender.as_ref().clone();
        async move {
            let guard = Guard(sender);
            let _request = request;
            guard.0.send(Seen::Begun).unwrap();
            pending::<Response<Body>>().await
        }
    });
    (start(config, handler), seen)
}

#[tokio::test]
async fn http1() {
    let (server, mut seen) = silent(config());
    for head in ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"] {
        let mut stream = server.connect().await;
        stream.write_all(head.as_bytes()).await.unwrap();
        assert_eq!(within(seen.recv()).await, Some(Seen::Begun));
        drop(stream);
        assert_eq!(within(seen.recv()).await, Some(Seen::Dropped), "{head:?}");
    }
}

#[tokio::test]
async fn over_tls() {
    let pair = Pair::new();
    let (server, mut seen) = silent(pair.server());
    let mut stream = pair.connect(&server, "http/1.1").await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    assert_eq!(within(seen.recv()).await, Some(Seen::Begun));
    stream.shutdown().await.unwrap();
    assert_eq!(within(seen.recv()).await, Some(Seen::Dropped));
}

#[tokio::test]
async fn while_an_answer_waits_for_the_client_to_read_it() {
    let (sender, mut seen) = mpsc::unbounded_channel();
    let handler = Func(move |_: Request<Incoming>, _| {
        let guard = Guard(sender.clone());
        async move {
            guard.0.send(Seen::Begun).unwrap();
            let chunks = futures_util::stream::repeat_with(move || {
                let _kept = &guard;
                Ok(Frame::data(Bytes::from_static(&[b'x'; 65_536])))
            });
            Response::new(StreamBody::new(chunks).boxed_unsync())
        }
    });
    let server = start(config(), handler);
    let mut stream = server.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    assert_eq!(within(seen.recv()).await, Some(Seen::Begun));
    // Until what the system keeps between the two is full.
    tokio::time::sleep(Duration::from_millis(300)).await;
    stream.shutdown().await.unwrap();
    assert_eq!(within(seen.recv()).await, Some(Seen::Dropped));
}

#[tokio::test]
async fn what_comes_before_an_answer_waits_for_it() {
    let (answer, answered) = watch::channel(false);
    let handler = Func(move |request: Request<Incoming>, _| {
        let mut answered = answered.clone();
        async move {
            if request.uri() == "/slow" {
                answered.wait_for(|answered| *answered).await.unwrap();
            }
            let body = request.into_body().collect().await.unwrap().to_bytes();
            text(format!("[{}]", body.escape_ascii()))
        }
    });
    let server = start(config(), handler);
    let mut stream = server.connect().await;
    stream.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    // In several pieces, of which the first comes alone: it is read while the first request waits.
    let long = "x".repeat(100_000);
    let next = format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\nConnection: close\r\n\r\n{long}");
    for piece in [&next[..5], &next[5..300], &next[300..]] {
        tokio::time::sleep(Duration::from_millis(30)).await;
        stream.write_all(piece.as_bytes()).await.unwrap();
    }
    answer.send(true).unwrap();
    let answers = read_to_end(&mut stream).await;
    assert!(answers.contains("\r\n\r\n[]HTTP/1.1 200 OK\r\n") && answers.ends_with(&format!("[{long}]")));
}

#[tokio::test]
async fn http2_one_stream_and_the_whole_connection() {
    let (server, mut seen) = silent(config());
    let socket = server.connect().await.into_std().unwrap();
    let wire = socket.try_clone().unwrap();
    let io = TokioIo::new(TcpStream::from_std(socket).unwrap());
    let (mut client, connection) =
        hyper::client::conn::http2::handshake::<_, _, Empty<bytes::Bytes>>(TokioExecutor::new(), io).await.unwrap();
    tokio::spawn(connection);
    let request = || Request::builder().uri("http://a/").body(Empty::new()).unwrap();

    let answer = tokio::spawn(client.send_request(request()));
    assert_eq!(within(seen.recv()).await, Some(Seen::Begun));
    answer.abort();
    assert_eq!(within(seen.recv()).await, Some(Seen::Dropped), "the stream was reset");

    let answer = tokio::spawn(client.send_request(request()));
    assert_eq!(within(seen.recv()).await, Some(Seen::Begun));
    wire.shutdown(Shutdown::Both).unwrap();
    assert_eq!(within(seen.recv()).await, Some(Seen::Dropped), "the connection was closed");
    assert!(within(answer).await.unwrap().is_err());
}
