//! Bytes that no well-behaved client sends: each gets the right status and a closed connection, and the server goes on.

use crate::support::{Project, Server};

const ECHO: &str = "export default { fetch: async (request) => new Response(`read: ${await request.text()}`) };";

/// Sends bytes and expects one answer with this status and nothing after it.
async fn assert_refused(server: &Server<'_>, bytes: impl AsRef<[u8]>, status: u16) {
    let bytes = bytes.as_ref();
    let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
    let mut connection = server.connect().await;
    connection.send(bytes).await;
    let answer = connection.read_to_close().await;
    assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{shown:?} got {answer:?}");
    assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{shown:?} got {answer:?}");
    assert_alive(server).await;
}

async fn assert_alive(server: &Server<'_>) {
    assert_eq!(server.post("/", "ok").await.assert_status(200).text(), "read: ok");
}

#[tokio::test]
async fn garbage() {
    let project = Project::worker(ECHO);
    let server = project.serve().await;
    assert_refused(&server, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03garbage\r\n\r\n", 400).await;
    assert_refused(&server, "this is no request\r\n\r\n", 400).await;
    assert_refused(&server, "GET / HTTP/9.9\r\nHost: a\r\n\r\n", 400).await;
    assert_refused(&server, "GET / HTTP/1.1\r\nno colon here\r\n\r\n", 400).await;
    assert_refused(&server, "GET / HTTP/1.1\r\nHost: a\r\nBad Name: x\r\n\r\n", 400).await;
    assert_refused(&server, "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", 400).await;
    assert_refused(&server, "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n folded\r\n\r\n", 400).await;
}

#[tokio::test]
async fn a_host_is_needed_and_only_one() {
    let project = Project::worker(ECHO);
    let server = project.serve().await;
    assert_refused(&server, "GET / HTTP/1.1\r\n\r\n", 400).await;
    assert_refused(&server, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400).await;
    assert_refused(&server, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400).await;
}

#[tokio::test]
async fn oversized_headers() {
    let project = Project::worker(ECHO);
    let server = project.serve().await;
    let one = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(1 << 20));
    assert_refused(&server, one, 431).await;
    let many: String = (0..5000).map(|index| format!("X-{index}: y\r\n")).collect();
    assert_refused(&server, format!("GET / HTTP/1.1\r\nHost: a\r\n{many}\r\n"), 431).await;
    let path = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "p".repeat(1 << 20));
    let mut connection = server.connect().await;
    connection.send(path).await;
    let answer = connection.read_to_close().await;
    assert!(answer.starts_with("HTTP/1.1 414 ") || answer.starts_with("HTTP/1.1 431 "), "{answer:?}");
}

#[tokio::test]
async fn bad_chunking() {
    let project = Project::worker(ECHO);
    let server = project.serve().await;
    let post = |body: &str| format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{body}");
    assert_refused(&server, post("zz\r\nhello\r\n0\r\n\r\n"), 400).await;
    assert_refused(&server, post("5\r\nhelloXX0\r\n\r\n"), 400).await;
    assert_refused(&server, post("ffffffffffffffffff\r\nhello"), 400).await;
    assert_refused(&server, post("-1\r\nhello\r\n"), 400).await;
}

#[tokio::test]
async fn smuggling_by_two_lengths() {
    let project = Project::worker(ECHO);
    let server = project.serve().await;
    let smuggled = "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    let headers = [
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Content-Length: 4\r\nContent-Length: 5\r\n",
        "Content-Length: 4, 5\r\n",
        "Content-Length: -4\r\n",
        "Content-Length: +4\r\n",
        "Content-Length: 99999999999999999999999\r\n",
        "Content-Length : 4\r\n",
    ];
    for headers in headers {
        assert_refused(&server, format!("POST / HTTP/1.1\r\nHost: a\r\n{headers}\r\n{smuggled}"), 400).await;
    }
}

#[tokio::test]
async fn half_a_request_and_then_nothing() {
    let project = Project::worker(ECHO);
    let server = project.serve().await;
    for half in [
        "",
        "GET / HT",
        "GET / HTTP/1.1\r\nHost: a\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ] {
        let mut connection = server.connect().await;
        connection.send(half).await;
        connection.finish_sending().await;
        let answer = connection.read_to_close().await;
        let expected = if half.is_empty() { "" } else { "HTTP/1.1 400 " };
        assert!(answer.starts_with(expected), "{half:?} got {answer:?}");
    }
    assert_alive(&server).await;
}

/// A client that sends no more cannot be told from one that has gone away, which cancels what it asked for. So an answer
/// may come if it was ready, and need not; but the connection is closed, and nothing else on it is an answer.
#[tokio::test]
async fn a_whole_request_and_then_nothing_closes_the_connection() {
    let project = Project::worker(ECHO);
    let server = project.serve().await;
    for _ in 0..5 {
        let mut connection = server.connect().await;
        connection.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nfull").await;
        connection.finish_sending().await;
        let answer = connection.read_to_close().await;
        let whole = answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("read: full");
        assert!(whole || answer.is_empty(), "{answer:?}");
    }
    assert_alive(&server).await;
}

#[tokio::test]
async fn a_connection_that_vanishes_harms_nobody() {
    let project = Project::worker(ECHO);
    let server = project.serve().await;
    for half in
        ["POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nhalf", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GE"]
    {
        for _ in 0..20 {
            server.connect().await.send(half).await;
        }
    }
    assert_alive(&server).await;
}

/// A Worker that fetches its own address, with headers of its own choice: `CDN-Loop` goes along all the same.
#[tokio::test]
async fn a_loop_is_refused_after_sixteen_passes() {
    let project = Project::worker(
        "export default {
           async fetch(request) {
             const { status, headers } = await fetch(request.url, { headers: { 'X-Mine': 'yes' } });
             return new Response(null, { status, headers: { Passes: Number(headers.get('Passes')) + 1 } });
           },
         };",
    );
    let server = project.serve_with(&["--allow-private-network"]).await;
    let answer = server.get("/").await;
    assert_eq!(answer.assert_status(508).header("passes"), "16");
    assert_eq!(server.get("/").await.status, 508);
}
