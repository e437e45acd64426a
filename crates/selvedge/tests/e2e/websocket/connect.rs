//! The client's side: a Worker that connects to a bare socket, sends back what it gets, and reports what it saw.

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::frames::{BINARY, CLOSE, FIN, PING, PONG, Peer, RSV1, TEXT, closing, frame};
use super::vectors::{self, Case};
use crate::support::{Origin, Project, Server, reply, within};

/// Answers with the events of a WebSocket to the URL in `to`, when it has closed. `by=fetch` takes the other way there.
const REPORTER: &str = "export default { async fetch(request: Request) {
    const { searchParams: query } = new URL(request.url);
    const [to, protocols] = [query.get('to')!, query.getAll('protocol')];
    const log: unknown[] = [];
    let socket: WebSocket;
    if (query.get('by') === 'fetch') {
      const response = await fetch(to, { headers: { Upgrade: 'websocket' } });
      if (response.webSocket === null) return Response.json([response.status, await response.text()]);
      log.push([response.status, response.webSocket.readyState]);
      socket = response.webSocket;
      socket.accept();
    } else {
      socket = protocols.length > 0 ? new WebSocket(to, protocols) : new WebSocket(to);
      log.push(['url', socket.url, socket.readyState]);
    }
    socket.binaryType = 'arraybuffer';
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.addEventListener('open', () => log.push(['open', socket.readyState, socket.protocol, socket.extensions]));
    socket.addEventListener('message', ({ data }) => {
      if (data === 'close, please') socket.close(4000, 'as asked');
      else socket.send(data);
    });
    socket.addEventListener('error', (event) => log.push(['error', event.message]));
    socket.addEventListener('close', ({ code, reason, wasClean }) => {
      log.push(['close', code, reason, wasClean, socket.readyState]);
      resolve();
    });
    await promise;
    return Response.json(log);
  } };";

fn reporter() -> Project {
    Project::worker(REPORTER)
}

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/path?query", listener.local_addr().unwrap());
    (listener, url)
}

/// Has the Worker connect; what it reports comes when it is done.
fn report(server: &Server<'_>, query: &str) -> JoinHandle<Value> {
    let request = server.request(http::Method::GET, &format!("/?{query}"));
    tokio::spawn(async move { crate::support::Answer::of(request).await.assert_status(200).json() })
}

async fn reported(report: JoinHandle<Value>) -> Vec<Value> {
    let Value::Array(events) = within("a report", report).await.unwrap() else { panic!("a list") };
    events
}

async fn run(server: &Server<'_>, case: &Case, deflate: bool, by: &str) {
    let name = &case.name;
    let (listener, url) = listen().await;
    let url = if by == "fetch" { url.replace("ws:", "http:") } else { url };
    let report = report(server, &format!("to={url}&by={by}"));
    let headers = if deflate { "Sec-WebSocket-Extensions: permessage-deflate\r\n" } else { "" };
    let mut peer = Peer::accept(&listener, headers).await;
    let bytes: Vec<u8> = case.sends.iter().flat_map(|(first, payload)| frame(*first, payload, None)).collect();
    peer.send(bytes).await;
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
    drop(peer);
    let events = reported(report).await;
    let (error, last) = (&events[events.len() - 2], events.last().unwrap());
    match case.fails {
        None => assert_eq!(*last, json!(["close", 1000, "", true, 3]), "{name}"),
        Some(_) => {
            assert_eq!(error[0], "error", "{name}: {events:?}");
            assert_eq!(*last, json!(["close", 1006, "", false, 3]), "{name}");
        }
    }
}

#[tokio::test]
async fn the_battery() {
    let project = reporter();
    let server = project.dev().await;
    for case in vectors::cases() {
        run(&server, &case, false, "url").await;
    }
    for case in vectors::compressed() {
        run(&server, &case, true, "fetch").await;
    }
}

#[tokio::test]
async fn close_frames_are_reported_and_answered() {
    let project = reporter();
    let server = project.dev().await;
    for (code, reason) in vectors::closes() {
        let (listener, url) = listen().await;
        let report = report(&server, &format!("to={url}"));
        let mut peer = Peer::accept(&listener, "").await;
        peer.frame(FIN | CLOSE, closing(code, &reason)).await;
        assert_eq!(peer.next().await.unwrap().code(), code);
        drop(peer);
        assert_eq!(*reported(report).await.last().unwrap(), json!(["close", code, reason, true, 3]));
    }
}

#[tokio::test]
async fn the_worker_closes_and_the_server_may_take_its_time() {
    let project = reporter();
    let server = project.dev().await;
    let (listener, url) = listen().await;
    let report = report(&server, &format!("to={url}"));
    let mut peer = Peer::accept(&listener, "").await;
    peer.text("close, please").await;
    assert_eq!(peer.next().await.unwrap().payload, closing(4000, "as asked"));
    // What is sent between the two close frames still arrives; it is not answered, as the Worker has closed.
    peer.frame(FIN | PING, "unanswered").await;
    peer.frame(FIN | CLOSE, closing(4001, "the server's own")).await;
    let events = reported(report).await;
    assert_eq!(*events.last().unwrap(), json!(["close", 4001, "the server's own", true, 3]));
}

#[tokio::test]
async fn what_the_server_does_to_the_connection_is_reported() {
    let project = reporter();
    let server = project.dev().await;
    let lost = json!(["close", 1006, "WebSocket disconnected without sending Close frame.", false, 3]);
    // It hangs up: at once, within a frame, within a message.
    for bytes in [&b""[..], b"\x81\x05ab", b"\x01\x01a"] {
        let (listener, url) = listen().await;
        let report = report(&server, &format!("to={url}"));
        let mut peer = Peer::accept(&listener, "").await;
        peer.send(bytes).await;
        drop(peer);
        assert_eq!(*reported(report).await.last().unwrap(), lost);
    }
    // It masks.
    let (listener, url) = listen().await;
    let report = report(&server, &format!("to={url}"));
    let mut peer = Peer::accept(&listener, "").await;
    peer.send(frame(FIN | TEXT, "x", Some([1, 2, 3, 4]))).await;
    assert_eq!(peer.next().await.unwrap().code(), 1002);
    let events = reported(report).await;
    assert_eq!(events[events.len() - 2], json!(["error", "Frame is masked"]));
}

#[tokio::test]
async fn too_long_a_message_is_refused() {
    let project = reporter();
    let server = project.dev().await;
    let (listener, url) = listen().await;
    let report = report(&server, &format!("to={url}"));
    let mut peer = Peer::accept(&listener, "").await;
    peer.send([&[FIN | BINARY, 127][..], &(33_u64 << 20).to_be_bytes()].concat()).await;
    assert_eq!(peer.next().await.unwrap().code(), 1009);
    drop(peer);
    let events = reported(report).await;
    assert_eq!(events[events.len() - 2], json!(["error", "Message is too large"]));
}

#[tokio::test]
async fn the_handshake_says_what_was_asked_for() {
    let project = reporter();
    let server = project.dev().await;
    let (listener, url) = listen().await;
    let http = url.replace("ws://", "HTTP://");
    let report = report(&server, &format!("to={http}&protocol=chat&protocol=other"));
    let headers = "Sec-WebSocket-Protocol: other\r\nSec-WebSocket-Extensions: permessage-deflate\r\n";
    let mut peer = Peer::accept(&listener, headers).await;
    assert!(peer.head.starts_with("GET /path?query HTTP/1.1\r\n"), "{}", peer.head);
    for (name, value) in [
        ("upgrade", "websocket"),
        ("connection", "Upgrade"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-protocol", "chat, other"),
        ("sec-websocket-extensions", "permessage-deflate"),
    ] {
        assert_eq!(peer.header(name), value);
    }
    // What is long enough is compressed.
    peer.text(&"long enough ".repeat(10)).await;
    assert_eq!(peer.next().await.unwrap().first, FIN | RSV1 | TEXT);
    peer.frame(FIN | CLOSE, "").await;
    let events = reported(report).await;
    assert_eq!(events[..2], [json!(["url", url, 0]), json!(["open", 1, "other", "permessage-deflate"])]);
    assert_eq!(events[2], json!(["close", 1005, "", true, 3]));
}

#[tokio::test]
async fn compression_belongs_to_a_flag() {
    let project = reporter().config(json!({ "compatibility_flags": ["no_web_socket_compression"] }));
    let server = project.dev().await;
    let (listener, url) = listen().await;
    let report = report(&server, &format!("to={url}"));
    // A server that answers what was not offered.
    let peer = Peer::accept(&listener, "Sec-WebSocket-Extensions: permessage-deflate\r\n").await;
    assert_eq!(peer.header("sec-websocket-extensions"), "");
    let events = reported(report).await;
    let text = "Failed to establish the WebSocket connection: the response chose an extension that was not offered.";
    assert_eq!(events[1], json!(["error", text]));
}

#[tokio::test]
async fn answers_that_are_no_websocket() {
    let project = reporter();
    let server = project.dev().await;
    let failed = json!(["close", 1006, "Failed to establish websocket connection", false, 3]);
    let switching = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";
    for (answer, says) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".to_owned(), "but received 200 instead"),
        ("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n".to_owned(), "but received 302 instead"),
        (format!("{switching}\r\n"), "Sec-WebSocket-Accept"),
        (format!("{switching}Sec-WebSocket-Accept: AAAA\r\n\r\n"), "Sec-WebSocket-Accept"),
        (String::new(), "Network connection lost"),
        ("garbage\r\n\r\n".to_owned(), "Network connection lost"),
    ] {
        let (listener, url) = listen().await;
        let report = report(&server, &format!("to={url}"));
        let mut peer = Peer::hear(&listener).await;
        peer.send(&answer).await;
        drop(peer);
        let events = reported(report).await;
        assert!(events[1][0] == "error" && events[1][1].as_str().unwrap().contains(says), "{answer:?}: {events:?}");
        assert_eq!(events[2], failed);
    }
    // A protocol that was not asked for.
    let (listener, url) = listen().await;
    let report = report(&server, &format!("to={url}&protocol=chat"));
    drop(Peer::accept(&listener, "Sec-WebSocket-Protocol: other\r\n").await);
    let events = reported(report).await;
    assert!(events[1][1].as_str().unwrap().contains("chose a protocol that was not asked for"), "{events:?}");
}

#[tokio::test]
async fn fetch_gives_a_websocket_or_a_response() {
    let project = reporter();
    let server = project.dev().await;
    let (listener, url) = listen().await;
    let report = report(&server, &format!("by=fetch&to={}", url.replace("ws:", "http:")));
    let mut peer = Peer::accept(&listener, "").await;
    peer.frame(FIN | PING, "p").await;
    assert_eq!(peer.next().await.unwrap().first, FIN | PONG);
    peer.text("back").await;
    assert_eq!(peer.next_text().await, "back");
    peer.frame(FIN | CLOSE, closing(1000, "")).await;
    assert_eq!(reported(report).await, [json!([101, 1]), json!(["close", 1000, "", true, 3])]);
    let origin = Origin::start(|_| async { reply("no sockets here") }).await;
    let answer = server.get(&format!("/?by=fetch&to={}", origin.url())).await;
    assert_eq!(answer.json(), json!([200, "no sockets here"]));
}

#[tokio::test]
async fn private_destinations_are_refused_as_fetch_refuses_them() {
    let project = reporter();
    let config = json!({ "name": "worker", "main": "src/index.ts", "compatibility_date": "2026-11-01",
        "routes": ["worker.test/*"] });
    let project = project.file("wrangler.json", config.to_string());
    let server = project.serve().await;
    let (_listener, url) = listen().await;
    let answer = server.get_from("worker.test", &format!("/?to={url}")).await;
    let events = answer.assert_status(200).json();
    assert!(events[1][1].as_str().unwrap().contains("127.0.0.1 is a loopback"), "{events}");
}
