//! Bodies that stream, both ways, and what a slow or vanished client means for them.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{Method, Response};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use serde_json::json;
use tokio::sync::mpsc;

use crate::support::{Origin, Project, within};

const ECHO: &str = "export default { fetch: (request) => new Response(request.body) };";

const UPPERCASE: &str = "export default {
  fetch(request) {
    const decoder = new TextDecoder();
    const encoder = new TextEncoder();
    return new Response(request.body.pipeThrough(new TransformStream({
      transform: (chunk, controller) => controller.enqueue(encoder.encode(decoder.decode(chunk).toUpperCase())),
    })));
  },
};";

/// Sends a part only when the part before has come back: nothing on the way waits for the whole.
async fn talk(source: &str, expected: fn(&str) -> String) {
    let project = Project::worker(source);
    let server = project.dev().await;
    let mut connection = server.connect().await;
    connection.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n").await;
    for part in ["first", "second", "third"] {
        connection.send(format!("{:x}\r\n{part}\r\n", part.len())).await;
        connection.read_until(&expected(part)).await;
    }
    connection.send("0\r\n\r\n").await;
    connection.read_until("0\r\n\r\n").await;
}

#[tokio::test]
async fn a_body_echoes_part_by_part() {
    talk(ECHO, str::to_owned).await;
}

#[tokio::test]
async fn a_body_is_transformed_part_by_part() {
    talk(UPPERCASE, str::to_uppercase).await;
}

#[tokio::test]
async fn large_bodies_arrive_whole() {
    let project = Project::worker(ECHO);
    let server = project.dev().await;
    let body: Vec<u8> = (0..8_000_000_u32).map(|index| (index % 251) as u8).collect();
    let answer = server.post("/", body.clone()).await;
    assert!(answer.assert_status(200).body == body);
}

const CHUNK: usize = 64 * 1024;
const CHUNKS: usize = 16 * 1024;

/// An origin whose answer is a gibibyte long, and how many chunks of it were taken.
async fn endless() -> (Origin, Arc<AtomicUsize>) {
    let taken = Arc::new(AtomicUsize::new(0));
    let counter = taken.clone();
    let origin = Origin::start(move |_| {
        let counter = counter.clone();
        let chunks = stream::iter(0..CHUNKS).map(move |_| {
            counter.fetch_add(1, Ordering::SeqCst);
            Ok::<_, Infallible>(Frame::data(Bytes::from_static(&[b'x'; CHUNK])))
        });
        async { Response::new(BodyExt::boxed(StreamBody::new(chunks))) }
    })
    .await;
    (origin, taken)
}

/// Waits until a counter stands still.
async fn settled(counter: &AtomicUsize) -> usize {
    within("a standstill", async {
        loop {
            let before = counter.load(Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(400)).await;
            if before > 0 && counter.load(Ordering::SeqCst) == before {
                return before;
            }
        }
    })
    .await
}

#[tokio::test]
async fn a_client_that_does_not_read_holds_the_origin_back() {
    for body in ["response.body", "response.body.pipeThrough(new TransformStream())"] {
        let (origin, taken) = endless().await;
        let project = Project::worker(&format!(
            "export default {{
               async fetch(request, env) {{
                 const response = await fetch(env.ORIGIN);
                 return new Response({body});
               }},
             }};"
        ))
        .config(json!({ "vars": { "ORIGIN": origin.url() } }));
        let server = project.dev().await;
        let mut connection = server.connect().await;
        connection.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
        connection.read_until("\r\n\r\n").await;
        let chunks = settled(&taken).await;
        assert!(chunks < CHUNKS / 4, "{body}: {chunks} chunks were taken for a client that reads nothing");
    }
}

#[tokio::test]
async fn a_worker_that_does_not_read_holds_the_client_back() {
    let origin = Origin::start(|_| std::future::pending()).await;
    let project = Project::worker(
        "export default { async fetch(request, env) { await fetch(env.ORIGIN); return new Response(request.body); } };",
    )
    .config(json!({ "vars": { "ORIGIN": origin.url() } }));
    let server = project.dev().await;
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = sent.clone();
    let chunks = stream::iter(0..CHUNKS).map(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        Ok::<_, Infallible>(Bytes::from_static(&[b'x'; CHUNK]))
    });
    let request = server.request(Method::POST, "/").body(reqwest::Body::wrap_stream(chunks)).send();
    let uploading = tokio::spawn(request);
    let chunks = settled(&sent).await;
    assert!(chunks < CHUNKS / 4, "{chunks} chunks were sent to a Worker that reads nothing");
    uploading.abort();
}

/// An origin that streams until its client is gone, and the news of that.
async fn watching_origin() -> (Origin, mpsc::UnboundedReceiver<()>) {
    let (gone, news) = mpsc::unbounded_channel();
    let origin = Origin::start(move |_| {
        let gone = gone.clone();
        let (chunks, receiver) = mpsc::channel::<Result<Frame<Bytes>, Infallible>>(1);
        tokio::spawn(async move {
            while chunks.send(Ok(Frame::data(Bytes::from_static(b"tick\n")))).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            let _test_ended = gone.send(());
        });
        let ticks =
            stream::unfold(receiver, |mut receiver| async { receiver.recv().await.map(|frame| (frame, receiver)) });
        async { Response::new(BodyExt::boxed(StreamBody::new(ticks))) }
    })
    .await;
    (origin, news)
}

#[tokio::test]
async fn a_client_that_leaves_cancels_the_invocation() {
    let (origin, mut gone) = watching_origin().await;
    let project = Project::worker(
        "export default {
           async fetch(request, env) {
             const { pathname } = new URL(request.url);
             const response = await fetch(env.ORIGIN + pathname);
             if (pathname === '/stream') return response;
             for await (const chunk of response.body);
             return new Response('unreachable');
           },
         };",
    )
    .config(json!({ "vars": { "ORIGIN": origin.url() } }));
    let server = project.dev().await;

    let mut streaming = server.connect().await;
    streaming.send("GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    streaming.read_until("tick").await;
    drop(streaming);
    within("the end of the stream from the origin", gone.recv()).await;

    let mut waiting = server.connect().await;
    waiting.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    origin.asked_for("/wait").await;
    drop(waiting);
    within("the end of the fetch from the origin", gone.recv()).await;
}

#[tokio::test]
async fn wait_until_outlives_the_client() {
    let release = Arc::new(tokio::sync::Notify::new());
    let gate = release.clone();
    let origin = Origin::start(move |request| {
        let gate = gate.clone();
        async move {
            if request.uri().path() == "/slow" {
                gate.notified().await;
            }
            crate::support::reply("ok")
        }
    })
    .await;
    let project = Project::worker(
        "export default {
           fetch(request, env, ctx) {
             ctx.waitUntil((async () => {
               await fetch(`${env.ORIGIN}/slow`);
               await fetch(`${env.ORIGIN}/after`);
             })());
             return new Promise((resolve) => setTimeout(resolve, 60_000));
           },
         };",
    )
    .config(json!({ "vars": { "ORIGIN": origin.url() } }));
    let server = project.dev().await;
    let mut connection = server.connect().await;
    connection.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    origin.asked_for("/slow").await;
    drop(connection);
    release.notify_one();
    origin.asked_for("/after").await;
}
