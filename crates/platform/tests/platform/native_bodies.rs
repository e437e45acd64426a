//! Bodies that nobody reads pass without a copy: what comes out is the very memory that went in. A chunk that had been
//! through JavaScript would lie elsewhere.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use http_body::Frame;
use http_body_util::BodyExt;
use selvedge_platform::*;
use selvedge_runtime::Limits;

use crate::harness::{Harness, Test, TestWorker};

pub(crate) const TESTS: &[(&str, Test)] = &[
    ("native_bodies::a_body_passes_uncopied", |h| Box::pin(a_body_passes_uncopied(h))),
    ("native_bodies::pipes_into_identity_transforms_pass_uncopied", |h| {
        Box::pin(pipes_into_identity_transforms_pass_uncopied(h))
    }),
    ("native_bodies::tees_share_their_chunks", |h| Box::pin(tees_share_their_chunks(h))),
    ("native_bodies::what_is_read_is_right_all_the_same", |h| Box::pin(what_is_read_is_right_all_the_same(h))),
    ("native_bodies::bytes_are_those_of_the_moment_they_were_given", |h| {
        Box::pin(bytes_are_those_of_the_moment_they_were_given(h))
    }),
    ("native_bodies::a_pipe_that_nobody_reads_is_a_hang", |h| Box::pin(a_pipe_that_nobody_reads_is_a_hang(h))),
    ("native_bodies::lengths_are_announced_and_kept", |h| Box::pin(lengths_are_announced_and_kept(h))),
];

/// Chunks at known addresses.
struct Chunks(VecDeque<Bytes>);

impl http_body::Body for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(|chunk| Ok(Frame::data(chunk))))
    }
}

/// Where chunks lie, and how long they are.
type Places = Vec<(usize, usize)>;

fn chunks(count: u8) -> (Places, Body) {
    let chunks: VecDeque<Bytes> = (0..count).map(|index| Bytes::from(vec![index; 1000])).collect();
    (chunks.iter().map(place).collect(), Body::boxed(Chunks(chunks)))
}

fn place(chunk: &Bytes) -> (usize, usize) {
    (chunk.as_ptr() as usize, chunk.len())
}

async fn places(mut body: Body) -> Places {
    let mut places = Vec::new();
    let mut kept = Vec::new();
    while let Some(frame) = body.frame().await {
        if let Ok(chunk) = frame.unwrap().into_data() {
            places.push(place(&chunk));
            // Memory that is given back could be the next chunk's.
            kept.push(chunk);
        }
    }
    places
}

async fn pass(worker: &TestWorker, path: &str) -> (Places, Places) {
    let (sent, body) = chunks(5);
    let response = worker.send(Request::post(path).body(body).unwrap()).await.unwrap();
    (sent, places(response.into_body()).await)
}

async fn a_body_passes_uncopied(harness: Harness) {
    let worker = harness.unhurried(
        r#"export default { async fetch(request) {
        switch (new URL(request.url).pathname) {
            case "/body": return new Response(request.body);
            case "/request": return new Response(new Request(request).body);
            default: return new Response(request.body.pipeThrough(new TransformStream({ transform(chunk, c) { c.enqueue(chunk) } })));
        }
    } }"#,
    );
    for path in ["/body", "/request"] {
        let (sent, received) = pass(&worker, path).await;
        assert_eq!(sent, received, "{path}");
    }
    // The test can tell.
    let (sent, received) = pass(&worker, "/read").await;
    assert_eq!(sent.len(), received.len());
    assert!(sent.iter().zip(&received).all(|(sent, received)| sent.0 != received.0));
}

async fn pipes_into_identity_transforms_pass_uncopied(harness: Harness) {
    let worker = harness.unhurried(
        r#"export default { async fetch(request, env, ctx) {
        const make = { identity: () => new IdentityTransformStream(), transform: () => new TransformStream(), fixed: () => new FixedLengthStream(5000) };
        const [, how, kind] = new URL(request.url).pathname.split("/");
        const { readable, writable } = make[kind]();
        if (how === "through") return new Response(request.body.pipeThrough({ readable, writable }));
        if (how === "twice") return new Response(request.body.pipeThrough({ readable, writable }).pipeThrough(make[kind]()));
        const response = new Response(readable);
        ctx.waitUntil(request.body.pipeTo(writable).then(async () => {
            const closed = await writable.getWriter().closed.then(() => "closed");
            console.log("piped", closed, request.body.locked, request.bodyUsed);
        }));
        return response;
    } }"#,
    );
    for kind in ["identity", "transform", "fixed"] {
        for how in ["to", "through", "twice"] {
            let (sent, received) = pass(&worker, &format!("/{how}/{kind}")).await;
            assert_eq!(sent, received, "{how} {kind}");
        }
    }
    worker.worker.drain().await;
    assert_eq!(worker.log.lines(), ["log: piped closed false true"; 3]);
}

/// A binding that keeps what it is sent.
#[derive(Clone, Default)]
struct Keeper(Arc<Mutex<HashMap<String, Places>>>);

impl Fetcher for Keeper {
    fn fetch(&self, request: Request<Body>) -> BoxFuture<'static, Result<Response<Body>, FetcherError>> {
        let keeper = self.clone();
        Box::pin(async move {
            let path = request.uri().path().to_owned();
            let received = places(request.into_body()).await;
            keeper.0.lock().unwrap().insert(path, received);
            Ok(Response::new(Body::Empty))
        })
    }
}

async fn tees_share_their_chunks(harness: Harness) {
    let keeper = Keeper::default();
    let worker = harness.worker_with(
        r#"export default { async fetch(request, env, ctx) {
        const { pathname } = new URL(request.url);
        let first, second;
        if (pathname === "/tee") [first, second] = request.body.tee();
        if (pathname === "/clone") { second = request.clone().body; first = request.body; }
        if (pathname === "/response") { const r = new Response(request.body); second = r.clone().body; first = r.body; }
        ctx.waitUntil(env.KEEPER.fetch(request.url, { method: "POST", body: second }));
        return new Response(first);
    } }"#,
        |options| {
            options.limits = Limits::default();
            options.bindings.push(("KEEPER".into(), Binding::Fetcher(Arc::new(keeper.clone()))));
        },
    );
    for path in ["/tee", "/clone", "/response"] {
        let (sent, received) = pass(&worker, path).await;
        assert_eq!(sent, received, "{path}");
        worker.worker.drain().await;
        assert_eq!(keeper.0.lock().unwrap().remove(path), Some(sent), "{path}");
    }
}

/// Bytes that JavaScript made are sent from where a Response keeps them, which is where no guest can write.
async fn bytes_are_those_of_the_moment_they_were_given(harness: Harness) {
    let worker = harness.unhurried(
        "const many = () => new Uint8Array(100_000).fill(7);
        const scribble = (bytes) => { bytes.fill(9); bytes.buffer.transfer(0); };
        const respond = {
          async '/given'() { const bytes = many(); const response = new Response(bytes); scribble(bytes); return response; },
          async '/cloned'() {
            const response = new Response(many()); const clone = response.clone();
            scribble(await clone.bytes());
            return response;
          },
          async '/streamed'() {
            const response = new Response(many()); const clone = response.clone();
            for await (const chunk of clone.body) scribble(chunk);
            return response;
          },
          async '/blob'() {
            const bytes = many(); const blob = new Blob([bytes]); scribble(bytes);
            scribble(await blob.bytes());
            return new Response(blob);
          },
        };
        export default { fetch: (request) => respond[new URL(request.url).pathname]() };",
    );
    for path in ["/given", "/cloned", "/streamed", "/blob"] {
        let response = worker.get(path).await.unwrap();
        // What is sent is there for as long as it takes, whatever becomes of the instance.
        worker.worker.unload();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(bytes.len(), 100_000, "{path}");
        assert!(bytes.iter().all(|byte| *byte == 7), "{path}");
    }
}

async fn what_is_read_is_right_all_the_same(harness: Harness) {
    let worker = harness.unhurried(
        r#"export default { async fetch(request, env, ctx) {
        switch (new URL(request.url).pathname) {
            case "/tee": {
                const [first, second] = request.body.tee();
                const one = await new Response(first).text();
                const two = await second.getReader({ mode: "byob" }).read(new Uint8Array(3));
                return Response.json([one, new TextDecoder().decode(two.value), request.body.locked, request.bodyUsed]);
            }
            case "/pipe": {
                const { readable, writable } = new IdentityTransformStream();
                const piped = request.body.pipeTo(writable);
                const locked = [readable.locked, writable.locked];
                return Response.json([await new Response(readable).text(), await piped, ...locked, writable.locked]);
            }
            case "/cancel": {
                const { readable, writable } = new IdentityTransformStream();
                const piped = request.body.pipeTo(writable).catch((e) => e.message);
                await readable.cancel(new Error("enough"));
                return Response.json([await piped, await writable.getWriter().closed.catch((e) => e.message)]);
            }
            case "/used": {
                const { readable, writable } = new TransformStream();
                const writer = writable.getWriter();
                const reader = readable.getReader();
                writer.write(new TextEncoder().encode("before "));
                const { value } = await reader.read();
                writer.releaseLock(); reader.releaseLock();
                ctx.waitUntil(request.body.pipeTo(writable));
                let text = new TextDecoder().decode(value);
                for await (const chunk of readable) text += new TextDecoder().decode(chunk);
                return new Response(text);
            }
            case "/prevent": {
                const { readable, writable } = new IdentityTransformStream();
                const all = new Response(readable).text();
                await request.body.pipeTo(writable, { preventClose: true });
                const writer = writable.getWriter();
                await writer.write(new TextEncoder().encode(" and more")); await writer.close();
                return new Response(await all);
            }
        }
    } }"#,
    );
    for (path, expected) in [
        ("/tee", r#"["hello","hel",true,true]"#),
        ("/pipe", r#"["hello",null,false,true,false]"#),
        ("/cancel", r#"["enough","enough"]"#),
        ("/used", "before hello"),
        ("/prevent", "hello and more"),
    ] {
        let answer = crate::harness::text(worker.post(path, "hello").await.unwrap()).await;
        assert_eq!(answer, expected, "{path}");
    }
}

async fn a_pipe_that_nobody_reads_is_a_hang(harness: Harness) {
    let worker = harness.unhurried(
        r#"export default { async fetch(request) {
        const { readable, writable } = new IdentityTransformStream();
        await request.body.pipeTo(writable);
        return new Response(readable);
    } }"#,
    );
    assert!(matches!(worker.post("/", "hello").await, Err(WorkerError::Hung)));
}

async fn lengths_are_announced_and_kept(harness: Harness) {
    let worker = harness.unhurried(
        r#"export default { async fetch(request, env, ctx) {
        const length = Number(new URL(request.url).pathname.slice(1));
        const { readable, writable } = new FixedLengthStream(length);
        ctx.waitUntil(request.body.pipeTo(writable).catch((e) => console.log(e.message)));
        return new Response(readable);
    } }"#,
    );
    let response = worker.post("/5", "hello").await.unwrap();
    assert_eq!(response.body().length(), Some(5));
    assert_eq!(crate::harness::text(response).await, "hello");
    for (path, expected) in [
        ("/4", "log: Attempt to write too many bytes through a FixedLengthStream."),
        ("/6", "log: FixedLengthStream did not see all expected bytes before close()."),
    ] {
        let response = worker.post(path, "hello").await.unwrap();
        assert!(response.into_body().collect().await.is_err(), "{path}");
        worker.worker.drain().await;
        assert_eq!(worker.log.lines().pop().as_deref(), Some(expected));
    }
}
