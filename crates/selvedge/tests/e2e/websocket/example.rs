//! The example `websocket-chat`.

use super::frames::{BINARY, CLOSE, FIN, Peer, closing};
use crate::support::Project;

#[tokio::test]
async fn the_bot_answers() {
    let project = Project::example("websocket-chat");
    let server = project.dev().await;
    server.get("/").await.assert_status(200).assert_says(&["new WebSocket("]);
    server.get("/chat").await.assert_status(426);
    let mut peer = Peer::connect(server.address(), "/chat?name=Ada", "").await;
    assert_eq!(peer.next_text().await, "Hello, Ada!");
    peer.text("one two three").await;
    assert_eq!(peer.next_text().await, "3 words, 3 in all");
    peer.frame(FIN | BINARY, "abc").await;
    let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(peer.next_text().await, format!("3 bytes: {digest}"));
    peer.text("bye").await;
    assert_eq!(peer.next_text().await, "Goodbye, Ada. You said 3 words.");
    assert_eq!(peer.next().await.unwrap().payload, closing(1000, "bye"));
    peer.frame(FIN | CLOSE, closing(1000, "")).await;
    peer.ended().await;
    server.log(&["Ada left: 1000"]).await;
}
