//! How long an invocation lasts, what limits hold in it, and what a peer that does nothing can cost.

use std::time::Duration;

use serde_json::json;

use super::echo;
use super::frames::{BINARY, CLOSE, FIN, Peer, closing};
use crate::support::{Project, eventually, within};

/// Counts connections in a global variable, so `dev`'s one instance must outlive them all.
const COUNTING: &str = "let open = 0; const log: unknown[] = [];
  export default { async fetch(request: Request, env: unknown, ctx: ExecutionContext) {
    if (request.headers.get('upgrade') === null) return Response.json({ open, log });
    const { 0: client, 1: server } = new WebSocketPair();
    server.accept();
    open++;
    server.addEventListener('message', async ({ data }) => {
      if (data === 'spin') for (;;);
      if (data === 'later') { await new Promise((resolve) => setTimeout(resolve, 50)); server.send('late'); return; }
      if (data === 'close') { server.close(4000, 'by the Worker'); return; }
      if (data === 'flood') { try { for (;;) server.send('x'.repeat(1 << 20)); } catch (error) { log.push(String(error)); } return; }
      server.send(data);
    });
    server.addEventListener('close', ({ code, reason, wasClean }) => { open--; log.push([code, reason, wasClean]); });
    return new Response(null, { status: 101, webSocket: client });
  } };";

#[tokio::test]
async fn an_open_connection_keeps_its_invocation() {
    let project = Project::worker(COUNTING);
    let server = project.dev().await;
    let mut peer = Peer::connect(server.address(), "/", "").await;
    // Timers of the invocation go on, long after its response.
    for _ in 0..3 {
        peer.text("later").await;
        assert_eq!(peer.next_text().await, "late");
    }
    assert_eq!(server.get("/").await.json(), json!({ "open": 1, "log": [] }));
    peer.text("close").await;
    assert_eq!(peer.next().await.unwrap().payload, closing(4000, "by the Worker"));
    peer.frame(FIN | CLOSE, closing(4000, "seen")).await;
    peer.ended().await;
    let state = json!({ "open": 0, "log": [[4000, "seen", true]] });
    eventually("the close event", || async { (server.get("/").await.json() == state).then_some(()) }).await;
}

#[tokio::test]
async fn a_client_that_vanishes_is_a_close_event() {
    let project = Project::worker(COUNTING);
    let server = project.dev().await;
    let mut peer = Peer::connect(server.address(), "/", "").await;
    peer.text("hello").await;
    assert_eq!(peer.next_text().await, "hello");
    drop(peer);
    let state = json!({ "open": 0, "log": [[1006, "WebSocket disconnected without sending Close frame.", false]] });
    eventually("the close event", || async { (server.get("/").await.json() == state).then_some(()) }).await;
}

#[tokio::test]
async fn a_message_handler_has_the_time_of_a_turn() {
    let project = Project::worker(COUNTING);
    let manifest = json!({ "name": "worker", "main": "src/index.ts", "compatibility_date": "2026-11-01",
        "routes": ["worker.test/*"], "limits": { "cpu_ms": 2000 } });
    let project = project.file("wrangler.json", manifest.to_string());
    let server = project.serve().await;
    let mut peer = Peer::connect(server.address(), "/", "").await;
    // Any number of messages at once: each is a turn of its own.
    for index in 0..2000 {
        peer.text(&index.to_string()).await;
    }
    for index in 0..2000 {
        assert_eq!(peer.next_text().await, index.to_string());
    }
    peer.text("spin").await;
    // The instance is gone, and the connection with it.
    peer.ended().await;
    server.get_from("worker.test", "/").await.assert_status(200);
}

#[tokio::test]
async fn what_a_peer_does_not_take_is_bounded() {
    let project = Project::worker(COUNTING);
    let server = project.dev().await;
    let mut peer = Peer::connect(server.address(), "/", "").await;
    peer.text("flood").await;
    // It never reads; the Worker meets its memory limit and goes on.
    let told = || async {
        let state = server.get("/").await.json();
        (state["log"][0] == "RangeError: Worker exceeded its memory limit.").then_some(())
    };
    eventually("the limit", told).await;
    drop(peer);
    eventually("the close event", || async { (server.get("/").await.json()["open"] == 0).then_some(()) }).await;
}

#[tokio::test]
async fn a_peer_is_slowed_where_nobody_reads() {
    let project = Project::worker(
        "export default { fetch(request: Request, env: unknown, ctx: ExecutionContext) {
            if (request.headers.get('upgrade') === null) return new Response('up');
            const { 0: client, 1: server } = new WebSocketPair();
            ctx.waitUntil(new Promise<void>((resolve) => setTimeout(() => { server.accept(); resolve(); }, 25_000)));
            return new Response(null, { status: 101, webSocket: client });
        } };",
    );
    let server = project.dev().await;
    let mut peer = Peer::connect(server.address(), "/", "").await;
    let megabyte = vec![1; 1 << 20];
    let mut sent = 0;
    // The pipe and the buffers of the two sockets take some; then sending stops.
    while peer.takes(FIN | BINARY, &megabyte, Duration::from_secs(1)).await {
        sent += 1;
        assert!(sent < 64, "64 MiB that nobody reads were taken");
    }
    server.get("/").await.assert_status(200);
}

#[tokio::test]
async fn a_connection_that_nobody_can_accept_any_more_ends() {
    let project = Project::worker(
        "export default { fetch: (request: Request) => request.headers.get('upgrade') === null ? new Response('up') :
            new Response(null, { status: 101, webSocket: new WebSocketPair()[0] }) };",
    );
    let server = project.dev().await;
    Peer::connect(server.address(), "/", "").await.ended().await;
    server.get("/").await.assert_status(200);
}

#[tokio::test]
async fn an_outgoing_websocket_lasts_as_long_as_wait_until() {
    let project = Project::worker(
        "const log: unknown[] = [];
         export default { async fetch(request: Request) {
            const to = new URL(request.url).searchParams.get('to');
            if (to === null) return Response.json(log);
            const socket = new WebSocket(to);
            socket.onopen = () => socket.send('after the response');
            socket.onmessage = ({ data }) => { log.push(data); socket.close(1000); };
            socket.onclose = ({ code }) => log.push(code);
            await new Promise((resolve) => socket.addEventListener('open', resolve));
            return new Response('answered');
         } };",
    );
    let origin = echo();
    let origin = origin.dev().await;
    let server = project.dev().await;
    let answer = server.get(&format!("/?to=ws://{}/", origin.address())).await;
    assert_eq!(answer.text(), "answered");
    let log = json!(["after the response", 1000]);
    eventually("the close event", || async { (server.get("/").await.json() == log).then_some(()) }).await;
}

#[tokio::test]
async fn a_shutdown_says_goodbye() {
    let project = echo();
    let server = project.dev().await;
    let mut peer = Peer::connect(server.address(), "/", "").await;
    peer.text("hello").await;
    assert_eq!(peer.next_text().await, "hello");
    server.terminate();
    assert_eq!(peer.next().await.unwrap().code(), 1001);
    peer.frame(FIN | CLOSE, closing(1001, "")).await;
    peer.ended().await;
    assert!(within("the end", server.ended()).await.success());
}
