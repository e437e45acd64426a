//! A client that goes away cancels what it asked for.

use std::future::pending;
use std::net::Shutdown;
use std::sync::Arc;

use http::{Request, Response};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use crate::support::{Body, Func, Running, config, start, within};

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
fn silent() -> (Running, mpsc::UnboundedReceiver<Seen>) {
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
    (start(config(), handler), seen)
}

#[tokio::test]
async fn http1() {
    let (server, mut seen) = silent();
    for head in ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"] {
        let mut stream = server.connect().await;
        stream.write_all(head.as_bytes()).await.unwrap();
        assert_eq!(within(seen.recv()).await, Some(Seen::Begun));
        drop(stream);
        assert_eq!(within(seen.recv()).await, Some(Seen::Dropped), "{head:?}");
    }
}

#[tokio::test]
async fn http2_one_stream_and_the_whole_connection() {
    let (server, mut seen) = silent();
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
