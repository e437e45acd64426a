//! What outlives a response, and what does not.

use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use selvedge_platform::{Body, BoxFuture, Fetcher, FetcherError};

use crate::harness::{Harness, Test, TestWorker, resident, text};

pub(crate) const TESTS: &[(&str, Test)] = &[
    ("lifecycle::wait_until_goes_on_after_the_response", |h| Box::pin(wait_until_goes_on_after_the_response(h))),
    ("lifecycle::work_that_nothing_holds_is_cancelled", |h| Box::pin(work_that_nothing_holds_is_cancelled(h))),
    ("lifecycle::a_client_that_leaves_cancels", |h| Box::pin(a_client_that_leaves_cancels(h))),
    ("lifecycle::pass_through_on_exception", |h| Box::pin(pass_through_on_exception(h))),
    ("lifecycle::bodies_of_other_requests_are_refused", |h| Box::pin(bodies_of_other_requests_are_refused(h))),
    ("lifecycle::instances_come_and_go", |h| Box::pin(instances_come_and_go(h))),
    ("lifecycle::an_unloaded_instance_leaves_no_memory", |h| Box::pin(an_unloaded_instance_leaves_no_memory(h))),
];

/// Waits until the log has `count` lines.
async fn logged(worker: &TestWorker, count: usize) -> Vec<String> {
    for _ in 0..2000 {
        let lines = worker.log.lines();
        if lines.len() >= count {
            return lines;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the log has only {:?}", worker.log.lines());
}

async fn wait_until_goes_on_after_the_response(harness: Harness) {
    let worker = harness.worker(
        r#"export default { fetch(request, env, ctx) {
        ctx.waitUntil((async () => { await scheduler.wait(20); console.log("later"); throw new Error("in vain") })());
        return new Response("now");
    } }"#,
    );
    assert_eq!(worker.text("/").await, "now");
    let lines = logged(&worker, 2).await;
    assert_eq!(lines[0], "log: later");
    assert!(lines[1].starts_with("error: Uncaught") && lines[1].contains("Error: in vain"), "{lines:?}");
    worker.worker.drain().await;
}

async fn work_that_nothing_holds_is_cancelled(harness: Harness) {
    let worker = harness.worker(
        r#"export default { fetch() {
        setTimeout(() => console.log("never"), 10);
        return new Response("now");
    } }"#,
    );
    assert_eq!(worker.text("/").await, "now");
    worker.worker.drain().await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(worker.text("/").await, "now");
    assert_eq!(worker.log.lines(), Vec::<String>::new());
}

async fn a_client_that_leaves_cancels(harness: Harness) {
    let worker = harness.worker(
        r#"export default { async fetch(request, env, ctx) {
        if (request.url.endsWith("/held")) ctx.waitUntil(scheduler.wait(30).then(() => console.log("held")));
        await scheduler.wait(100000);
        return new Response("never");
    } }"#,
    );
    for path in ["/", "/held"] {
        let waiting = tokio::time::timeout(Duration::from_millis(300), worker.get(path));
        assert!(waiting.await.is_err());
    }
    assert_eq!(logged(&worker, 1).await, ["log: held"]);
    worker.worker.drain().await;
}

struct Origin;

impl Fetcher for Origin {
    fn fetch(&self, request: Request<Body>) -> BoxFuture<Result<Response<Body>, FetcherError>> {
        Box::pin(async move {
            let answer = format!("origin saw {} {}", request.method(), request.uri());
            Ok(Response::new(Body::Full(answer.into())))
        })
    }
}

async fn pass_through_on_exception(harness: Harness) {
    let source = r#"export default { async fetch(request, env, ctx) {
        ctx.passThroughOnException(); throw new Error("broken");
    } }"#;
    let worker = harness.worker_with(source, |options| options.origin = Some(Arc::new(Origin)));
    assert_eq!(text(worker.post("/a?b", "x").await.unwrap()).await, "origin saw POST http://test.example/a?b");
    assert_eq!(harness.worker(source).get("/").await.unwrap_err().to_string(), "Uncaught Error: broken");
}

async fn bodies_of_other_requests_are_refused(harness: Harness) {
    let worker = harness.worker(
        r#"let kept; export default { async fetch(request) {
        if (!kept) { kept = request; await scheduler.wait(200); return new Response("first") }
        try { return new Response(await kept.text()) } catch (error) { return new Response(error.message) }
    } }"#,
    );
    let first = tokio::spawn({
        let worker = worker.clone();
        async move { worker.post("/", "secret").await }
    });
    tokio::time::sleep(Duration::from_millis(60)).await;
    let second = text(worker.post("/", "other").await.unwrap()).await;
    assert!(second.starts_with("Cannot perform I/O on behalf of a different request."), "{second}");
    assert_eq!(text(first.await.unwrap().unwrap()).await, "first");
}

async fn instances_come_and_go(harness: Harness) {
    let worker = harness.worker("let n = 0; export default { fetch() { return new Response(String(++n)) } }");
    assert_eq!(worker.text("/").await, "1");
    assert_eq!(worker.text("/").await, "2");
    worker.worker.unload();
    assert_eq!(worker.text("/").await, "1");
}

async fn an_unloaded_instance_leaves_no_memory(harness: Harness) {
    let worker = harness.worker(
        r#"const ballast = new Array(300000).fill(1.5).map((n, i) => n * i), bytes = new Uint8Array(2e6).fill(1);
        export default { fetch(request, env, ctx) {
            ctx.waitUntil(scheduler.wait(1)); globalThis.kept = request;
            return new Response(String(ballast.length + bytes.length));
        } }"#,
    );
    let once = async || {
        assert_eq!(text(worker.post("/", "body").await.unwrap()).await, "2300000");
        worker.worker.drain().await;
        worker.worker.unload();
    };
    let _quiet = harness.quiet.write().await;
    for _ in 0..5 {
        once().await;
    }
    let before = resident();
    for _ in 0..40 {
        once().await;
    }
    // Each instance holds more than 6 MB: forty that leaked would be 240 MB.
    let grown = resident().saturating_sub(before);
    assert!(grown < 80 << 20, "{} MB more", grown >> 20);
}
