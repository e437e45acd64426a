//! The server's side of the protocol: bare sockets against a Worker that sends everything back.

use std::io::Write;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Decompress, FlushDecompress};

use super::echo;
use super::frames::{BINARY, CLOSE, CONTINUATION, FIN, Frame, PING, PONG, Peer, RSV1, TEXT, closing, frame};
use super::vectors::{self, Case};
use crate::support::{Project, Server};

const DEFLATE: &str = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

async fn run(server: &Server<'_>, case: &Case, headers: &str, in_pieces: bool) {
    let name = &case.name;
    let mut peer = Peer::connect(server.address(), "/", headers).await;
    let bytes: Vec<u8> = case.sends.iter().flat_map(|(first, payload)| frame(*first, payload, Some(MASK))).collect();
    if in_pieces && bytes.len() < 200 {
        for byte in bytes {
            peer.send([byte]).await;
        }
    } else {
        peer.send(bytes).await;
    }
    let mut answers = case.answers.iter();
    if case.fails.is_none() {
        for answer in answers.by_ref() {
            assert_eq!(peer.next().await.as_ref(), Some(answer), "{name}");
        }
        peer.frame(FIN | CLOSE, closing(1000, "")).await;
    }
    let mut close = peer.next().await.unwrap_or_else(|| panic!("{name}: no close frame"));
    // A connection that fails may do so before or after the Worker has answered.
    while answers.next().is_some_and(|answer| *answer == close) {
        close = peer.next().await.unwrap_or_else(|| panic!("{name}: no close frame"));
    }
    assert_eq!(close.code(), case.fails.unwrap_or(1000), "{name}");
    peer.ended().await;
}

#[tokio::test]
async fn the_battery() {
    let project = echo();
    let server = project.dev().await;
    for case in vectors::cases() {
        run(&server, &case, "", false).await;
        run(&server, &case, "", true).await;
    }
    for case in vectors::compressed() {
        run(&server, &case, DEFLATE, false).await;
        run(&server, &case, DEFLATE, true).await;
    }
    server.get("/").await.assert_status(200);
}

#[tokio::test]
async fn close_frames_are_answered_with_their_code() {
    let project = echo();
    let server = project.dev().await;
    for (code, reason) in vectors::closes() {
        let mut peer = Peer::connect(server.address(), "/", "").await;
        peer.text("before").await;
        peer.frame(FIN | CLOSE, closing(code, &reason)).await;
        // 7.1: nothing after it counts.
        peer.text("after").await;
        peer.send([0xff; 4]).await;
        assert_eq!(peer.next_text().await, "before");
        assert_eq!(peer.next().await.unwrap().code(), code);
        peer.ended().await;
    }
    let mut peer = Peer::connect(server.address(), "/", "").await;
    peer.frame(FIN | CLOSE, "").await;
    assert_eq!(peer.next().await, Some(Frame::new(FIN | CLOSE, "")));
    peer.ended().await;
}

#[tokio::test]
async fn a_client_masks() {
    let project = echo();
    let server = project.dev().await;
    for bytes in [frame(FIN | TEXT, "plain", None), frame(FIN | CLOSE, "", None)] {
        let mut peer = Peer::connect(server.address(), "/", "").await;
        peer.send(bytes).await;
        assert_eq!(peer.next().await.unwrap().code(), 1002);
        peer.ended().await;
    }
}

#[tokio::test]
async fn messages_have_32_mebibytes_at_most() {
    const LIMIT: usize = 32 << 20;
    let project = echo();
    let server = project.dev().await;
    let mut peer = Peer::connect(server.address(), "/", "").await;
    let large: Vec<u8> = (0..LIMIT).map(|index| (index * 7) as u8).collect();
    peer.frame(FIN | BINARY, &large).await;
    let back = peer.next().await.unwrap();
    assert!(back.first == FIN | BINARY && back.payload == large);
    // Known from the header, before any of it has come.
    let mut peer = Peer::connect(server.address(), "/", "").await;
    peer.send([&[0x82, 0xff][..], &(LIMIT as u64 + 1).to_be_bytes(), &MASK].concat()).await;
    assert_eq!(peer.next().await.unwrap().code(), 1009);
    // The sum of fragments.
    let mut peer = Peer::connect(server.address(), "/", "").await;
    peer.frame(BINARY, &large[..LIMIT / 2]).await;
    peer.frame(CONTINUATION, &large[..LIMIT / 2]).await;
    peer.frame(FIN | CONTINUATION, "x").await;
    assert_eq!(peer.next().await.unwrap().code(), 1009);
    // What a compressed message becomes.
    let mut bomb = DeflateEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(&vec![0; LIMIT + 1]).unwrap();
    let bomb = bomb.finish().unwrap();
    assert!(bomb.len() < 100_000);
    let mut peer = Peer::connect(server.address(), "/", DEFLATE).await;
    peer.frame(FIN | RSV1 | BINARY, &bomb).await;
    assert_eq!(peer.next().await.unwrap().code(), 1009);
    peer.ended().await;
}

/// Undoes the compression of a server's messages.
fn inflated(inflater: &mut Decompress, frame: &Frame) -> String {
    assert_eq!(frame.first, FIN | RSV1 | TEXT);
    let mut output = Vec::with_capacity(1 << 20);
    let input = [&frame.payload[..], &[0, 0, 0xff, 0xff]].concat();
    inflater.decompress_vec(&input, &mut output, FlushDecompress::Sync).unwrap();
    String::from_utf8(output).unwrap()
}

#[tokio::test]
async fn compression_is_agreed_on() {
    let project = echo();
    let server = project.dev().await;
    let offered = |offer: &str| format!("Sec-WebSocket-Extensions: {offer}\r\n");
    for (offer, answer) in [
        ("permessage-deflate", "permessage-deflate"),
        ("permessage-deflate; client_max_window_bits", "permessage-deflate"),
        ("x-unknown, permessage-deflate", "permessage-deflate"),
        (
            "permessage-deflate; server_no_context_takeover; server_max_window_bits=9",
            "permessage-deflate; server_no_context_takeover; server_max_window_bits=9",
        ),
        ("permessage-deflate; server_max_window_bits=8", ""),
        ("permessage-deflate; nonsense, x", ""),
    ] {
        let mut peer = Peer::connect(server.address(), "/", &offered(offer)).await;
        assert_eq!(peer.header("sec-websocket-extensions"), answer, "{offer}");
        let text = "compressible ".repeat(100);
        peer.text(&text).await;
        peer.text(&text).await;
        if answer.is_empty() {
            assert_eq!(peer.next_text().await, text);
            continue;
        }
        let mut inflater = Decompress::new(false);
        let (first, second) = (peer.next().await.unwrap(), peer.next().await.unwrap());
        assert_eq!(inflated(&mut inflater, &first), text);
        let forgets = answer.contains("server_no_context_takeover");
        if forgets {
            inflater = Decompress::new(false);
        }
        assert_eq!(inflated(&mut inflater, &second), text);
        assert_eq!(second.payload.len() < first.payload.len(), !forgets, "{offer}");
    }
}

#[tokio::test]
async fn compression_belongs_to_a_date() {
    let project = echo().config(serde_json::json!({ "compatibility_date": "2023-08-14" }));
    let server = project.dev().await;
    let peer = Peer::connect(server.address(), "/", DEFLATE).await;
    assert_eq!(peer.header("sec-websocket-extensions"), "");
    drop((peer, server));
    let project = echo().config(serde_json::json!({ "compatibility_flags": ["no_web_socket_compression"] }));
    let server = project.dev().await;
    let peer = Peer::connect(server.address(), "/", DEFLATE).await;
    assert_eq!(peer.header("sec-websocket-extensions"), "");
}

#[tokio::test]
async fn handshakes_that_are_none_are_refused() {
    let project = echo();
    let server = project.dev().await;
    let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    for headers in ["", "Sec-WebSocket-Key: short\r\n", &format!("{key}{key}")] {
        let peer = Peer::ask(server.address(), "/", headers).await;
        assert!(peer.head.starts_with("HTTP/1.1 400 "), "{headers}: {}", peer.head);
    }
    let other =
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\n";
    let mut raw = crate::support::RawConnection::open(server.address()).await;
    raw.send(format!("{other}{key}\r\n")).await;
    let head = raw.read_until("\r\n\r\n").await;
    assert!(head.starts_with("HTTP/1.1 426 ") && head.contains("sec-websocket-version: 13"), "{head}");
    // A Worker that answers another request with a WebSocket.
    let project = Project::worker(
        "export default { fetch: () => new Response(null, { status: 101, webSocket: new WebSocketPair()[0] }) };",
    );
    let server = project.dev().await;
    server.get("/").await.assert_status(500).assert_says(&[
        "Worker tried to return a WebSocket in a response to a request which did not contain the header",
        "Upgrade: websocket",
    ]);
}

#[tokio::test]
async fn the_worker_chooses_the_protocol_and_sees_the_handshake() {
    let project = Project::worker(
        "export default { async fetch(request: Request) {
            const { 0: client, 1: server } = new WebSocketPair();
            server.accept();
            const seen = ['upgrade', 'connection', 'sec-websocket-version', 'sec-websocket-protocol'];
            server.send(JSON.stringify(seen.map((name) => request.headers.get(name))));
            return new Response(null, { status: 101, webSocket: client, headers: {
              'Sec-WebSocket-Protocol': 'chat', 'X-Own': 'yes', 'Sec-WebSocket-Accept': 'wrong' } });
        } };",
    );
    let server = project.dev().await;
    let mut peer = Peer::connect(server.address(), "/", "Sec-WebSocket-Protocol: chat, other\r\n").await;
    assert_eq!((peer.header("sec-websocket-protocol"), peer.header("x-own")), ("chat".into(), "yes".into()));
    assert_eq!(peer.next_text().await, r#"["websocket","Upgrade","13","chat, other"]"#);
}

#[tokio::test]
async fn pings_are_answered_while_the_worker_is_busy() {
    let project = Project::worker(
        "export default { async fetch(request: Request) {
            const { 0: client, 1: server } = new WebSocketPair();
            server.accept();
            server.addEventListener('message', () => { const end = new Array(3e6).fill(1); while (end.pop()); server.send('done'); });
            return new Response(null, { status: 101, webSocket: client });
        } };",
    );
    let server = project.dev().await;
    let mut peer = Peer::connect(server.address(), "/", "").await;
    peer.text("work").await;
    peer.frame(FIN | PING, "still there?").await;
    let mut came = [peer.next().await.unwrap(), peer.next().await.unwrap()];
    came.sort_by_key(|frame| frame.first);
    assert_eq!(came, [Frame::new(FIN | TEXT, "done"), Frame::new(FIN | PONG, "still there?")]);
}
