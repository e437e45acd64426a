//! The fetch event.

use http::header::CONTENT_TYPE;
use http_body_util::BodyExt;
use selvedge_platform::{Binding, WorkerError};

use crate::harness::{Harness, Test, text};

pub(crate) const TESTS: &[(&str, Test)] = &[
    ("fetch::a_string_is_answered", |h| Box::pin(a_string_is_answered(h))),
    ("fetch::the_request_is_seen", |h| Box::pin(the_request_is_seen(h))),
    ("fetch::bodies_are_read_and_passed_on", |h| Box::pin(bodies_are_read_and_passed_on(h))),
    ("fetch::streams_are_written", |h| Box::pin(streams_are_written(h))),
    ("fetch::a_stream_that_fails_is_logged", |h| Box::pin(a_stream_that_fails_is_logged(h))),
    ("fetch::exceptions_are_reported", |h| Box::pin(exceptions_are_reported(h))),
    ("fetch::what_is_no_response_is_refused", |h| Box::pin(what_is_no_response_is_refused(h))),
    ("fetch::a_hung_handler_is_noticed", |h| Box::pin(a_hung_handler_is_noticed(h))),
    ("fetch::an_endless_handler_is_ended_and_the_worker_lives", |h| Box::pin(an_endless_handler_is_ended(h))),
    ("fetch::bindings_are_on_env", |h| Box::pin(bindings_are_on_env(h))),
    ("fetch::entrypoint_classes_are_instantiated", |h| Box::pin(entrypoint_classes_are_instantiated(h))),
];

async fn a_string_is_answered(harness: Harness) {
    let worker = harness.worker("export default { fetch() { return new Response('Hello World') } }");
    for _ in 0..100 {
        let response = worker.get("/").await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[CONTENT_TYPE], "text/plain;charset=UTF-8");
        assert_eq!(text(response).await, "Hello World");
    }
    assert_eq!(worker.worker.start().await.unwrap().default, ["fetch"]);
}

async fn the_request_is_seen(harness: Harness) {
    let worker = harness.worker(r#"export default { async fetch(request) {
        const { pathname, searchParams } = new URL(request.url);
        return Response.json([request.method, pathname, searchParams.get("q"), request.headers.get("cf-ray"), request.cf.country]);
    } }"#);
    assert_eq!(worker.text("/a/b?q=1").await, r#"["GET","/a/b","1","0123456789abcdef-DFW","AT"]"#);
}

async fn bodies_are_read_and_passed_on(harness: Harness) {
    let worker = harness.worker(
        r#"export default { async fetch(request) {
        if (request.url.endsWith("/text")) return new Response((await request.text()).toUpperCase());
        if (request.url.endsWith("/json")) return Response.json(await request.json());
        return new Response(request.body, { status: 201, headers: { "x-kept": "yes" } });
    } }"#,
    );
    assert_eq!(text(worker.post("/text", "abc").await.unwrap()).await, "ABC");
    let json = worker.post("/json", r#"{ "a": 1 }"#).await.unwrap();
    assert_eq!(json.headers()[CONTENT_TYPE], "application/json");
    assert_eq!(text(json).await, r#"{"a":1}"#);
    let passed = worker.post("/", "as it is").await.unwrap();
    assert_eq!((passed.status().as_u16(), passed.headers()["x-kept"].to_str().unwrap()), (201, "yes"));
    assert_eq!(text(passed).await, "as it is");
}

async fn streams_are_written(harness: Harness) {
    let worker = harness.worker(r#"export default { async fetch() {
        const { readable, writable } = new TransformStream();
        const writer = writable.getWriter();
        (async () => {
            for (let i = 0; i < 5; i++) { await writer.write(new TextEncoder().encode(`chunk ${i}\n`)); await scheduler.wait(1); }
            await writer.close();
        })();
        return new Response(readable);
    } }"#);
    assert_eq!(worker.text("/").await, "chunk 0\nchunk 1\nchunk 2\nchunk 3\nchunk 4\n");
}

async fn a_stream_that_fails_is_logged(harness: Harness) {
    let worker = harness.worker(
        r#"export default { fetch() {
        let n = 0;
        return new Response(new ReadableStream({ pull(controller) {
            if (n++ > 0) throw new Error("mid stream");
            controller.enqueue(new Uint8Array(3));
        } }));
    } }"#,
    );
    let response = worker.get("/").await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.into_body().collect().await.is_err());
    worker.worker.drain().await;
    let lines = worker.log.lines();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("error: Uncaught Error: mid stream\n    at "), "{lines:?}");
}

async fn exceptions_are_reported(harness: Harness) {
    let worker = harness.worker(
        r#"export default { async fetch(request) {
        if (request.url.endsWith("/throw")) throw new RangeError("too far");
        if (request.url.endsWith("/cause")) throw new Error("outer", { cause: new TypeError("inner", { cause: "root" }) });
        if (request.url.endsWith("/object")) throw { code: 1 };
        if (request.url.endsWith("/reject")) return Promise.reject("a string");
        return new Response("fine");
    } }"#,
    );
    let error = worker.get("/throw").await.unwrap_err();
    assert!(
        error.report().starts_with("Uncaught RangeError: too far\n    at Object.fetch (index.js:2:"),
        "{}",
        error.report()
    );
    assert_eq!(error.code(), 1101);
    assert_eq!(worker.get("/reject").await.unwrap_err().to_string(), "Uncaught a string");
    assert_eq!(worker.get("/object").await.unwrap_err().to_string(), "Uncaught [object Object]");
    let report = worker.get("/cause").await.unwrap_err().report();
    let starts: Vec<_> = report.lines().filter(|line| !line.starts_with("    at ")).collect();
    assert_eq!(starts, ["Uncaught Error: outer", "Caused by: TypeError: inner", "Caused by: root"]);
    assert_eq!(worker.text("/").await, "fine");
}

async fn what_is_no_response_is_refused(harness: Harness) {
    for source in ["export default { fetch() { return 'text' } }", "export default { async fetch() {} }"] {
        let error = harness.worker(source).get("/").await.unwrap_err();
        assert!(error.to_string().contains("the Promise did not resolve to 'Response'"), "{error}");
    }
    let error = harness.worker("export default {}").get("/").await.unwrap_err();
    assert!(error.to_string().contains("Handler does not export a fetch() function."), "{error}");
}

async fn a_hung_handler_is_noticed(harness: Harness) {
    let worker = harness.worker("export default { fetch() { return new Promise(() => {}) } }");
    assert!(matches!(worker.get("/").await.unwrap_err(), WorkerError::Hung));
}

async fn an_endless_handler_is_ended(harness: Harness) {
    let worker = harness.worker(
        "export default { fetch(request) { if (request.url.endsWith('/loop')) for (;;); return new Response('ok') } }",
    );
    assert_eq!(worker.text("/").await, "ok");
    let error = worker.get("/loop").await.unwrap_err();
    assert_eq!(error.code(), 1102);
    assert_eq!(worker.text("/").await, "ok");
}

async fn bindings_are_on_env(harness: Harness) {
    let source = r#"import { env as imported } from "cloudflare:workers";
        export default { fetch(request, env) { return Response.json([env.TEXT, env.JSON.deep[0], env.DATA.byteLength, imported === env, Object.keys(env)]) } }"#;
    let worker = harness.worker_with(source, |options| {
        options.bindings = vec![
            ("TEXT".into(), Binding::Text("text".into())),
            ("JSON".into(), Binding::Json(serde_json::json!({ "deep": [7] }))),
            ("DATA".into(), Binding::Data(vec![1, 2, 3].into())),
        ];
    });
    assert_eq!(worker.text("/").await, r#"["text",7,3,true,["TEXT","JSON","DATA"]]"#);
}

async fn entrypoint_classes_are_instantiated(harness: Harness) {
    let worker = harness.worker_with(
        r#"import { WorkerEntrypoint } from "cloudflare:workers";
        export class Other extends WorkerEntrypoint {}
        export default class extends WorkerEntrypoint {
            async fetch(request) { this.ctx.waitUntil(Promise.resolve()); return new Response(this.env.NAME + " " + request.method) }
        }"#,
        |options| options.bindings = vec![("NAME".into(), Binding::Text("class".into()))],
    );
    assert_eq!(worker.text("/").await, "class GET");
    let handlers = worker.worker.start().await.unwrap();
    assert_eq!((handlers.default, handlers.entrypoints), (vec!["fetch".to_owned()], vec!["Other".to_owned()]));
}
