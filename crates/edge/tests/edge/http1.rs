//! HTTP/1.1 as it should be.

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, Response};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use selvedge_edge::Takeover;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{Func, config, read_to_end, start, start_echo, text, within};

#[tokio::test]
async fn keep_alive_and_pipelining() {
    let server = start_echo();
    let answer = server
        .send(
            "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n\
             POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc\
             POST /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nxyz\r\n0\r\n\r\n\
             GET /4 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        )
        .await;
    let at = |part: &str| answer.find(part).unwrap_or_else(|| panic!("no {part} in {answer}"));
    let places = [at("GET a /1 []"), at("POST a /2 [abc]"), at("POST a /3 [xyz]"), at("GET a /4 []")];
    assert!(places.is_sorted());
    assert_eq!(answer.matches("HTTP/1.1 200 OK\r\n").count(), 4);
}

#[tokio::test]
async fn head_has_the_length_and_no_body() {
    let server = start_echo();
    let answer = server.send("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("content-length: 11\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n"), "{answer}");
}

#[tokio::test]
async fn options_passes() {
    let server = start_echo();
    let answer = server.send("OPTIONS /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert!(answer.contains("OPTIONS a /x []"), "{answer}");
    let answer = server.send("OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert!(answer.contains("OPTIONS a / []"), "{answer}");
}

#[tokio::test]
async fn absolute_form_and_http_1_0() {
    let server = start_echo();
    let answer = server.send("GET http://real/x?y HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n").await;
    assert!(answer.contains("GET real /x?y []"), "{answer}");
    let answer = server.send("GET /old HTTP/1.0\r\n\r\n").await;
    assert!(answer.contains("GET localhost /old []"), "{answer}");
}

#[tokio::test]
async fn expect_100_continue() {
    let server = start_echo();
    let mut stream = server.connect().await;
    stream
        .write_all(
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
        )
        .await
        .unwrap();
    let mut interim = [0; 25];
    within(stream.read_exact(&mut interim)).await.unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"hi").await.unwrap();
    assert!(read_to_end(&mut stream).await.contains("POST a / [hi]"));
}

#[tokio::test]
async fn request_and_response_stream() {
    let server = start(
        config(),
        Func(|request: http::Request<hyper::body::Incoming>, _| async move {
            Response::new(request.into_body().map_err(|_| unreachable!()).boxed_unsync())
        }),
    );
    let mut stream = server.connect().await;
    stream.write_all(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n").await.unwrap();
    let mut seen = String::new();
    while !seen.ends_with("5\r\nfirst\r\n") {
        seen.push(char::from(within(stream.read_u8()).await.unwrap()));
    }
    stream.write_all(b"6\r\nsecond\r\n0\r\n\r\n").await.unwrap();
    while !seen.ends_with("6\r\nsecond\r\n0\r\n\r\n") {
        seen.push(char::from(within(stream.read_u8()).await.unwrap()));
    }
}

#[tokio::test]
async fn framing_headers_of_a_handler_do_no_harm() {
    let server = start(
        config(),
        Func(|request: http::Request<hyper::body::Incoming>, _| async move {
            let mut response = match request.uri().path() {
                "/stream" => {
                    let frames = ["ab", "cd"].map(|part| Ok(Frame::data(Bytes::from_static(part.as_bytes()))));
                    Response::new(StreamBody::new(stream::iter(frames)).boxed_unsync())
                }
                _ => text("hello"),
            };
            if request.uri().path() == "/204" {
                *response.status_mut() = http::StatusCode::NO_CONTENT;
            }
            for (name, value) in
                [("content-length", "999"), ("transfer-encoding", "gzip"), ("connection", "upgrade"), ("upgrade", "x")]
            {
                if name != "content-length" || request.uri().path() != "/stream" {
                    response.headers_mut().append(name, HeaderValue::from_static(value));
                }
            }
            response
        }),
    );
    let answer = server
        .send(
            "GET /known HTTP/1.1\r\nHost: a\r\n\r\nGET /204 HTTP/1.1\r\nHost: a\r\n\r\n\
             GET /stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        )
        .await;
    assert_eq!(answer.matches("HTTP/1.1 20").count(), 3, "{answer}");
    assert!(answer.contains("content-length: 5\r\n") && answer.contains("\r\n\r\nhelloHTTP/1.1 204"), "{answer}");
    assert!(answer.ends_with("2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n"), "{answer}");
    assert!(!answer.contains("999") && !answer.contains("gzip") && !answer.contains("upgrade"), "{answer}");
}

#[tokio::test]
async fn an_upgrade_takes_the_connection_over() {
    let server = start(
        config(),
        Func(|_: http::Request<hyper::body::Incoming>, _| async move {
            let mut response = text("");
            *response.status_mut() = http::StatusCode::SWITCHING_PROTOCOLS;
            response.headers_mut().insert("connection", HeaderValue::from_static("upgrade"));
            response.headers_mut().insert("upgrade", HeaderValue::from_static("test"));
            response.extensions_mut().insert(Takeover::new(|mut io, _| async move {
                let mut word = [0; 4];
                io.read_exact(&mut word).await.unwrap();
                io.write_all(&word).await.unwrap();
            }));
            response
        }),
    );
    let mut stream = server.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: test\r\n\r\nping").await.unwrap();
    let answer = read_to_end(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 101 Switching Protocols\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nping"), "{answer}");
}

#[tokio::test]
async fn a_connection_that_was_taken_over_is_told_of_the_shutdown() {
    let mut server = start(
        config(),
        Func(|_: http::Request<hyper::body::Incoming>, _| async move {
            let mut response = text("");
            *response.status_mut() = http::StatusCode::SWITCHING_PROTOCOLS;
            response.headers_mut().insert("connection", HeaderValue::from_static("upgrade"));
            response.headers_mut().insert("upgrade", HeaderValue::from_static("test"));
            response.extensions_mut().insert(Takeover::new(|mut io, going_away| async move {
                io.write_all(b"hello").await.unwrap();
                going_away.told().await;
                io.write_all(b"bye").await.unwrap();
            }));
            response
        }),
    );
    let mut stream = server.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: test\r\n\r\n").await.unwrap();
    let mut seen = Vec::new();
    while !seen.ends_with(b"hello") {
        assert_ne!(within(stream.read_buf(&mut seen)).await.unwrap(), 0);
    }
    server.stop();
    assert_eq!(read_to_end(&mut stream).await, "bye");
    within(server.served).await.unwrap().unwrap();
}
