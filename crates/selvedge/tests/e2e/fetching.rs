//! `fetch` from a Worker to an origin.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use http::Response;
use http_body_util::{BodyExt, Full};
use serde_json::json;

use crate::support::{Origin, OriginBody, Project, reply};

/// A Worker whose `fetch` handler runs this code; `origin` is the origin's URL.
fn fetching(origin: &Origin, code: &str) -> Project {
    Project::worker(&format!(
        "export default {{
           async fetch(request: Request, {{ ORIGIN: origin }}: {{ ORIGIN: string }}) {{
             {code}
           }},
         }};"
    ))
    .config(json!({ "vars": { "ORIGIN": origin.url() } }))
}

#[tokio::test]
async fn method_headers_and_body_reach_the_origin() {
    let origin = Origin::echo().await;
    let project = fetching(
        &origin,
        "return fetch(`${origin}/to?a=b`, { method: 'PUT', headers: { 'X-Mine': 'yes' }, body: await request.text() });",
    );
    let server = project.dev().await;
    let answer = server.post("/", "sent on").await;
    answer.assert_status(200).assert_says(&["PUT /to?a=b", "x-mine: yes", "content-length: 7", "\n\nsent on"]);
}

fn redirect(status: u16, to: &str) -> Response<OriginBody> {
    let body = Full::default().boxed();
    Response::builder().status(status).header("location", to).body(body).unwrap()
}

async fn redirecting() -> Origin {
    Origin::start(|request| async move {
        let method = request.method().clone();
        match request.uri().path() {
            "/301" => redirect(301, "/end"),
            "/303" => redirect(303, "/end"),
            "/307" => redirect(307, "/end"),
            "/loop" => redirect(302, "/loop"),
            _ => {
                let body = request.into_body().collect().await.unwrap().to_bytes();
                reply(format!("{method} {}", String::from_utf8_lossy(&body)))
            }
        }
    })
    .await
}

#[tokio::test]
async fn redirects_are_followed_as_the_standard_says() {
    let origin = redirecting().await;
    let project = fetching(
        &origin,
        "const { pathname } = new URL(request.url);
         const response = await fetch(origin + pathname, { method: 'POST', body: 'body' });
         return new Response(`${await response.text()} ${response.redirected} ${new URL(response.url).pathname}`);",
    );
    let server = project.dev().await;
    assert_eq!(server.get("/301").await.text(), "GET  true /end");
    assert_eq!(server.get("/303").await.text(), "GET  true /end");
    assert_eq!(server.get("/307").await.text(), "POST body true /end");
    assert_eq!(server.get("/end").await.text(), "POST body false /end");
    server.get("/loop").await.assert_status(500).assert_says(&["Too many redirects"]);
}

#[tokio::test]
async fn redirects_can_be_left_to_the_worker() {
    let origin = redirecting().await;
    let project = fetching(&origin, "return fetch(`${origin}/301`, { redirect: 'manual' });");
    let server = project.dev().await;
    let answer = server.get("/").await;
    assert_eq!(answer.assert_status(301).header("location"), "/end");
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

async fn compressing() -> Origin {
    Origin::start(|_| async {
        let mut response = reply(gzip("squeezed"));
        response.headers_mut().insert("content-encoding", "gzip".parse().unwrap());
        response
    })
    .await
}

#[tokio::test]
async fn compressed_answers_are_decoded_when_read() {
    let origin = compressing().await;
    let project = fetching(&origin, "return new Response(await (await fetch(origin)).text());");
    let server = project.dev().await;
    assert_eq!(server.get("/").await.assert_status(200).text(), "squeezed");
}

#[tokio::test]
async fn compressed_answers_pass_through_as_they_are() {
    let origin = compressing().await;
    let project = fetching(&origin, "return fetch(origin);");
    let server = project.dev().await;
    let request = server.request(http::Method::GET, "/").header("accept-encoding", "gzip");
    let answer = crate::support::Answer::of(request).await;
    assert_eq!(answer.assert_status(200).header("content-encoding"), "gzip");
    assert_eq!(answer.body, gzip("squeezed"));
}

/// An origin that never answers.
async fn silent() -> Origin {
    Origin::start(|_| std::future::pending()).await
}

#[tokio::test]
async fn a_fetch_can_be_aborted() {
    let origin = silent().await;
    let project = fetching(
        &origin,
        "const controller = new AbortController();
         setTimeout(() => controller.abort(), 10);
         const byHand = await fetch(origin, { signal: controller.signal }).catch((error) => error);
         const byTime = await fetch(origin, { signal: AbortSignal.timeout(10) }).catch((error) => error);
         const before = await fetch(origin, { signal: AbortSignal.abort(new Error('mine')) }).catch((error) => error);
         return Response.json([byHand.name, byTime.name, before.message]);",
    );
    let server = project.dev().await;
    assert_eq!(server.get("/").await.assert_status(200).json(), json!(["AbortError", "TimeoutError", "mine"]));
}

#[tokio::test]
async fn an_origin_that_is_not_there_is_an_error_that_can_be_caught() {
    let origin = silent().await;
    let project = fetching(
        &origin,
        "const refused = await fetch('http://127.0.0.1:1/').catch((error) => error);
         const unknown = await fetch('http://nowhere.invalid/').catch((error) => error);
         const scheme = await fetch('ftp://localhost/').catch((error) => error);
         return Response.json([refused, unknown, scheme].map((error) => error instanceof Error && error.message !== ''));",
    );
    let server = project.dev().await;
    assert_eq!(server.get("/").await.assert_status(200).json(), json!([true, true, true]));
}

#[tokio::test]
async fn many_fetches_run_at_once() {
    let origin = Origin::start(|request| async move {
        tokio::time::sleep(Duration::from_millis(5)).await;
        reply(request.uri().path().to_owned())
    })
    .await;
    let project = fetching(
        &origin,
        "const paths = Array.from({ length: 40 }, (_, index) => `/${index}`);
         const texts = await Promise.all(paths.map(async (path) => (await fetch(origin + path)).text()));
         return new Response(String(texts.join() === paths.join()));",
    );
    let server = project.dev().await;
    assert_eq!(server.get("/").await.assert_status(200).text(), "true");
}

#[tokio::test]
async fn json_and_forms_are_read() {
    let origin = Origin::echo().await;
    let project = fetching(
        &origin,
        "const form = new FormData();
         form.set('field', 'value');
         form.set('file', new Blob(['content'], { type: 'text/plain' }), 'name.txt');
         const multipart = await (await fetch(origin, { method: 'POST', body: form })).text();
         const encoded = await (await fetch(origin, { method: 'POST', body: new URLSearchParams({ a: '1 2' }) })).text();
         const back = await new Response(form).formData();
         return Response.json({
           multipart: /multipart\\/form-data; ?boundary=/.test(multipart) && multipart.includes('filename=\"name.txt\"'),
           encoded: encoded.endsWith('a=1+2'),
           back: [back.get('field'), await back.get('file').text()],
         });",
    );
    let server = project.dev().await;
    let expected = json!({ "multipart": true, "encoded": true, "back": ["value", "content"] });
    assert_eq!(server.get("/").await.assert_status(200).json(), expected);
}
