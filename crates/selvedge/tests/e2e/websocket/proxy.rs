//! WebSockets that pass through Workers.

use serde_json::json;

use super::echo;
use super::frames::{CLOSE, FIN, Frame, PING, PONG, Peer, TEXT, closing};
use crate::support::Project;

async fn converse(peer: &mut Peer) {
    peer.text("there and back").await;
    assert_eq!(peer.next_text().await, "there and back");
    peer.frame(FIN | PING, "p").await;
    assert_eq!(peer.next().await, Some(Frame::new(FIN | PONG, "p")));
    let long = "x".repeat(3 << 20);
    peer.text(&long).await;
    assert_eq!(peer.next_text().await, long);
    peer.frame(FIN | CLOSE, closing(4000, "done")).await;
    assert_eq!(peer.next().await.unwrap().code(), 4000);
    peer.ended().await;
}

#[tokio::test]
async fn fetch_returned_is_a_proxy() {
    let behind = echo();
    let behind = behind.dev().await;
    let project =
        Project::worker("export default { fetch: (request: Request, env: { TO: string }) => fetch(env.TO, request) };")
            .config(json!({ "vars": { "TO": behind.url("/") } }));
    let server = project.dev().await;
    let mut peer = Peer::connect(server.address(), "/", "Sec-WebSocket-Extensions: permessage-deflate\r\n").await;
    // Each leg agrees on its own.
    assert_eq!(peer.header("sec-websocket-extensions"), "permessage-deflate");
    peer.text("short").await;
    assert_eq!(peer.next_text().await, "short");
    drop(peer);
    converse(&mut Peer::connect(server.address(), "/", "").await).await;
    // What is behind goes away.
    let mut peer = Peer::connect(server.address(), "/", "").await;
    peer.text("still there").await;
    assert_eq!(peer.next_text().await, "still there");
    behind.kill().await;
    peer.ended().await;
}

#[tokio::test]
async fn a_proxy_in_javascript_coordinates_the_closing() {
    let behind = echo();
    let behind = behind.dev().await;
    let project = Project::worker(
        "export default { async fetch(request: Request, env: { TO: string }) {
            const { webSocket: back } = await fetch(env.TO, { headers: { Upgrade: 'websocket' } });
            const { 0: client, 1: front } = new WebSocketPair();
            for (const [from, to] of [[front, back], [back, front]]) {
              from.binaryType = 'arraybuffer';
              from.addEventListener('message', ({ data }) => to.send(typeof data === 'string' ? data.toUpperCase() : data));
              from.addEventListener('close', ({ code, reason }) => to.close(code, reason));
              from.accept({ allowHalfOpen: true });
            }
            return new Response(null, { status: 101, webSocket: client });
        } };",
    )
    .config(json!({ "vars": { "TO": behind.url("/") } }));
    let server = project.dev().await;
    let mut peer = Peer::connect(server.address(), "/", "").await;
    peer.frame(FIN | TEXT, "louder").await;
    assert_eq!(peer.next_text().await, "LOUDER");
    peer.frame(FIN | CLOSE, closing(4000, "done")).await;
    assert_eq!(peer.next().await.unwrap().payload, closing(4000, "done"));
    peer.ended().await;
}

#[tokio::test]
async fn service_bindings_pass_websockets() {
    let front = "export default { async fetch(request, env) {
        const url = new URL(request.url);
        if (url.pathname === '/inside') {
          const { webSocket } = await env.BACK.fetch(request.url, { headers: { Upgrade: 'websocket' } });
          webSocket.accept();
          webSocket.send('from Worker to Worker');
          const { data } = await new Promise((resolve) => webSocket.addEventListener('message', resolve));
          webSocket.close(1000);
          return new Response(data);
        }
        return env.BACK.fetch(request);
      } };";
    let back = "export default { async fetch(request) {
        const { 0: client, 1: server } = new WebSocketPair();
        server.addEventListener('message', ({ data }) => server.send(data));
        server.accept();
        return new Response(null, { status: 101, webSocket: client });
      } };";
    let services = json!([{ "binding": "BACK", "service": "back" }]);
    // `Peer` asks for worker.test.
    let project = Project::empty()
        .with_worker("front", front, json!({ "services": services, "routes": ["worker.test/*"] }))
        .with_worker("back", back, json!({}));
    let server = project.serve().await;
    assert_eq!(server.get_from("worker.test", "/inside").await.assert_status(200).text(), "from Worker to Worker");
    converse(&mut Peer::connect(server.address(), "/", "").await).await;
}
