//! What bad input gets: the right status, a closed connection, and a server that goes on.

use std::time::Duration;

use selvedge_edge::{Limits, ServerConfig, Timeouts};
use tokio::io::AsyncWriteExt;

use crate::support::{Func, config, echo, quick, read_to_end, start, start_echo};

/// `send` returns only once the server has closed, so each of these also shows that it does.
async fn expect(status: &str, cases: &[&str]) {
    let server = start_echo();
    for case in cases {
        let answer = server.send(case).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{case:?}\n{answer:?}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{case:?}\n{answer:?}");
    }
    let alive = server.send("GET /alive HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert!(alive.contains("GET a /alive []"), "{alive}");
}

#[tokio::test]
async fn garbage() {
    expect(
        "400",
        &[
            "\x16\x03\x01\x02\0\x01\0\x01\u{7c}\x03\x03 a TLS hello\r\n\r\n",
            "\0\0\0\0\0\0\0\0\r\n\r\n",
            "hello\r\n\r\n",
            "GET\r\n\r\n",
            "GET / HTTP/9.9\r\n\r\n",
            "GET / HTTP/1.1\r\nno colon\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n folded\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n",
            "G\u{e9}T / HTTP/1.1\r\nHost: a\r\n\r\n",
        ],
    )
    .await;
}

#[tokio::test]
async fn smuggling() {
    const NEXT: &str = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    let with_next = |head: &str| format!("{head}{NEXT}");
    let cases = [
        with_next("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        with_next("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"),
        with_next(
            "POST / HTTP/1.1\r\nHost: a\r\ntransfer-ENCODING: chunked\r\nX: y\r\nCONTENT-length: 5\r\n\r\n0\r\n\r\n",
        ),
        with_next("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc"),
        with_next("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc"),
        with_next("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc"),
        with_next("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc"),
        with_next("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -3\r\n\r\nabc"),
        with_next("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\nabc"),
        with_next("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"),
        with_next("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        with_next(
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ),
        with_next("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
        with_next("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ];
    expect("400", &cases.iter().map(String::as_str).collect::<Vec<_>>()).await;
}

#[tokio::test]
async fn smuggling_after_a_good_request() {
    let server = start_echo();
    let answer = server
        .send(
            "POST /good HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;x=y\r\nA\r\n0\r\nT: x\r\n\r\n\
             POST /bad HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n",
        )
        .await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(answer.contains("POST a /good [A]HTTP/1.1 400 Bad Request"), "{answer}");
    assert_eq!(answer.matches("HTTP/1.1").count(), 2, "{answer}");
}

#[tokio::test]
async fn a_transfer_coding_that_is_not_understood() {
    expect("501", &["POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"]).await;
}

#[tokio::test]
async fn bad_chunking() {
    expect(
        "400",
        &[
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabc\r\n0\r\n\r\n",
        ],
    )
    .await;
}

#[tokio::test]
async fn hosts_and_methods() {
    expect(
        "400",
        &[
            "GET / HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: user@a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost:\r\n\r\n",
            "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
        ],
    )
    .await;
    expect("405", &["CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n"]).await;
}

#[tokio::test]
async fn too_much() {
    let long_uri = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(20_000));
    let longer_uri = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(70_000));
    expect("414", &[&long_uri, &longer_uri]).await;
    let big = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "a".repeat(200_000));
    let huge = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}", "a".repeat(2_000_000));
    let many = format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: y\r\n".repeat(200));
    expect("431", &[&big, &huge, &many]).await;
}

#[tokio::test]
async fn limits_can_be_chosen() {
    let limits = Limits { header_bytes: 300_000, header_count: 300, uri_bytes: 10 };
    let server = start(ServerConfig { limits, ..config() }, Func(echo));
    let fits = format!(
        "GET /123456789 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nY: {}\r\n{}\r\n",
        "a".repeat(200_000),
        "X: y\r\n".repeat(200)
    );
    assert!(server.send(fits).await.starts_with("HTTP/1.1 200"));
    assert!(server.send("GET /1234567890 HTTP/1.1\r\nHost: a\r\n\r\n").await.starts_with("HTTP/1.1 414"));
}

#[tokio::test]
async fn a_half_closed_socket() {
    let server = start_echo();
    for (sent, expected) in [
        ("GET / HT", "HTTP/1.1 400 Bad Request\r\n"),
        ("GET / HTTP/1.1\r\nHost: a\r\n", "HTTP/1.1 400 Bad Request\r\n"),
        ("", ""),
    ] {
        let mut stream = server.connect().await;
        stream.write_all(sent.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let answer = read_to_end(&mut stream).await;
        assert!(answer.starts_with(expected) && answer.is_empty() == expected.is_empty(), "{sent:?}\n{answer:?}");
    }
}

#[tokio::test]
async fn a_slow_head_and_an_idle_connection() {
    let timeouts =
        Timeouts { head: Duration::from_millis(100), idle: Duration::from_millis(400), ..Timeouts::default() };
    let server = start(quick(timeouts), Func(echo));
    assert!(server.send("GET / HTTP/1.1\r\nHost").await.starts_with("HTTP/1.1 408 Request Timeout\r\n"));
    assert_eq!(server.send("").await, "");
    assert_eq!(server.send("PRI * HT").await, "");
    let answer = server.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert!(answer.ends_with("GET a / []"), "kept alive, then closed without a word: {answer}");
}
