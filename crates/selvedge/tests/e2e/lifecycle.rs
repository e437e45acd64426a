//! The end of a server.

use std::sync::Arc;

use serde_json::json;
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::support::{Origin, Project, eventually, reply};

const PROXY: &str = "export default { fetch: (request, env) => fetch(env.ORIGIN) };";

#[tokio::test]
async fn sigterm_lets_requests_in_flight_finish() {
    let release = Arc::new(Notify::new());
    let gate = release.clone();
    let origin = Origin::start(move |_| {
        let gate = gate.clone();
        async move {
            gate.notified().await;
            reply("finished")
        }
    })
    .await;
    let project = Project::worker(PROXY).config(json!({ "vars": { "ORIGIN": origin.url() } }));
    let server = project.serve_with(&["--allow-private-network"]).await;
    let mut connection = server.connect().await;
    connection.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    origin.asked_for("/").await;

    server.terminate();
    let address = server.address();
    eventually("a refused connection", || async { TcpStream::connect(address).await.is_err().then_some(()) }).await;

    release.notify_one();
    let answer = connection.answer().await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "finished"));
    assert_eq!(server.ended().await.code(), Some(0));
}

#[tokio::test]
async fn sigterm_ends_an_idle_server_at_once() {
    let project = Project::worker("export default { fetch: () => new Response('hello') };");
    for command in ["dev", "serve"] {
        let server = if command == "dev" { project.dev().await } else { project.serve().await };
        let mut idle = server.connect().await;
        idle.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
        assert_eq!(idle.answer().await.body, "hello");
        server.terminate();
        assert_eq!(server.ended().await.code(), Some(0), "{command}");
    }
}
