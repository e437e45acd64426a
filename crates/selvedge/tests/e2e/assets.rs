//! Static assets: <https://developers.cloudflare.com/workers/static-assets/>.

use http::Method;
use serde_json::json;

use crate::support::{Answer, Project, Server};

fn site() -> Project {
    Project::site()
        .file("public/index.html", "<p>home</p>")
        .file("public/about.html", "<p>about</p>")
        .file("public/docs/index.html", "<p>docs</p>")
        .file("public/404.html", "<p>lost</p>")
        .file("public/app.js", "console.log('app');")
        .file("public/data.bin", "0123456789")
}

#[track_caller]
fn assert_redirect(answer: &Answer, to: &str) {
    answer.assert_status(307);
    assert_eq!(answer.header("location"), to);
}

async fn assert_page(server: &Server<'_>, path: &str, text: &str) {
    let answer = server.get(path).await;
    assert_eq!((answer.status.as_u16(), answer.text().as_str()), (200, text), "{path}");
}

#[tokio::test]
async fn files_have_their_content_type() {
    let project = site();
    let server = project.dev().await;
    for (path, content_type) in
        [("/", "text/html"), ("/app.js", "text/javascript"), ("/data.bin", "application/octet-stream")]
    {
        let answer = server.get(path).await;
        assert!(answer.assert_status(200).header("content-type").starts_with(content_type), "{path}: {answer:?}");
    }
    let head = Answer::of(server.request(Method::HEAD, "/app.js")).await;
    assert_eq!((head.assert_status(200).header("content-length"), head.body.len()), ("19", 0));
    Answer::of(server.request(Method::POST, "/app.js")).await.assert_status(405);
}

#[tokio::test]
async fn html_handling_is_auto_trailing_slash_by_default() {
    let project = site();
    let server = project.dev().await;
    assert_page(&server, "/about", "<p>about</p>").await;
    assert_page(&server, "/docs/", "<p>docs</p>").await;
    assert_redirect(&server.get("/about.html").await, "/about");
    assert_redirect(&server.get("/about/").await, "/about");
    assert_redirect(&server.get("/docs").await, "/docs/");
    assert_redirect(&server.get("/docs/index.html").await, "/docs/");
    assert_redirect(&server.get("/index.html").await, "/");
}

#[tokio::test]
async fn html_handling_force_trailing_slash() {
    let project =
        site().config(json!({ "assets": { "directory": "./public", "html_handling": "force-trailing-slash" } }));
    let server = project.dev().await;
    assert_page(&server, "/about/", "<p>about</p>").await;
    assert_redirect(&server.get("/about").await, "/about/");
    assert_redirect(&server.get("/about.html").await, "/about/");
}

#[tokio::test]
async fn html_handling_drop_trailing_slash() {
    let project =
        site().config(json!({ "assets": { "directory": "./public", "html_handling": "drop-trailing-slash" } }));
    let server = project.dev().await;
    assert_page(&server, "/docs", "<p>docs</p>").await;
    assert_redirect(&server.get("/docs/").await, "/docs");
    assert_redirect(&server.get("/docs/index.html").await, "/docs");
}

#[tokio::test]
async fn html_handling_none() {
    let project = site().config(json!({ "assets": { "directory": "./public", "html_handling": "none" } }));
    let server = project.dev().await;
    assert_page(&server, "/about.html", "<p>about</p>").await;
    server.get("/about").await.assert_status(404);
}

#[tokio::test]
async fn not_found_handling() {
    for (handling, status, text) in
        [("none", 404, ""), ("404-page", 404, "<p>lost</p>"), ("single-page-application", 200, "<p>home</p>")]
    {
        let project = site().config(json!({ "assets": { "directory": "./public", "not_found_handling": handling } }));
        let server = project.dev().await;
        let request = server.request(Method::GET, "/no/such/page").header("sec-fetch-mode", "navigate");
        let answer = Answer::of(request).await;
        assert_eq!((answer.status.as_u16(), answer.text().as_str()), (status, text), "{handling}");
    }
}

#[tokio::test]
async fn etags_make_answers_conditional() {
    let project = site();
    let server = project.dev().await;
    let first = server.get("/app.js").await;
    let etag = first.header("etag");
    assert!(etag.contains('"'), "{:?}", first.headers);
    let again = Answer::of(server.request(Method::GET, "/app.js").header("if-none-match", etag)).await;
    assert!(again.assert_status(304).body.is_empty());
    let other = Answer::of(server.request(Method::GET, "/app.js").header("if-none-match", "\"other\"")).await;
    other.assert_status(200);
}

#[tokio::test]
async fn ranges() {
    let project = site();
    let server = project.dev().await;
    for (range, content_range, body) in [
        ("bytes=2-4", "bytes 2-4/10", "234"),
        ("bytes=7-", "bytes 7-9/10", "789"),
        ("bytes=-2", "bytes 8-9/10", "89"),
        ("bytes=5-99", "bytes 5-9/10", "56789"),
    ] {
        let answer = Answer::of(server.request(Method::GET, "/data.bin").header("range", range)).await;
        assert_eq!(answer.assert_status(206).header("content-range"), content_range);
        assert_eq!(answer.text(), body);
    }
    let outside = Answer::of(server.request(Method::GET, "/data.bin").header("range", "bytes=10-")).await;
    assert_eq!(outside.assert_status(416).header("content-range"), "bytes */10");
}

#[tokio::test]
async fn headers_file() {
    let project = site().file(
        "public/_headers",
        "/*\n  X-Frame-Options: DENY\n  X-Dropped: soon\n/app.js\n  Cache-Control: max-age=9\n  ! X-Dropped\n/docs/:page\n  X-Page: :page\n",
    );
    let server = project.dev().await;
    let script = server.get("/app.js").await;
    assert_eq!(script.header("x-frame-options"), "DENY");
    assert_eq!(script.header("cache-control"), "max-age=9");
    assert_eq!(script.header("x-dropped"), "");
    assert_eq!(server.get("/about").await.header("x-dropped"), "soon");
    server.get("/_headers").await.assert_status(404);
}

#[tokio::test]
async fn redirects_file() {
    let project = site().file(
        "public/_redirects",
        "# moved\n/old /about 301\n/found /about\n/blog/:slug /docs/:slug 302\n/wiki/* https://wiki.example/:splat 308\n/inside /about 200\n",
    );
    let server = project.dev().await;
    for (path, status, location) in [
        ("/old", 301, "/about"),
        ("/found", 302, "/about"),
        ("/blog/one", 302, "/docs/one"),
        ("/wiki/a/b", 308, "https://wiki.example/a/b"),
    ] {
        let answer = server.get(path).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (status, location), "{path}");
    }
    assert_page(&server, "/inside", "<p>about</p>").await;
    server.get("/_redirects").await.assert_status(404);
}

const WORKER: &str = "export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === '/asset') return env.ASSETS.fetch(new Request(new URL('/app.js', request.url)));
    if (pathname === '/missing') return env.ASSETS.fetch('https://assets.local/nowhere');
    return new Response(`worker ${pathname}`);
  },
};";

fn with_worker(assets: serde_json::Value) -> Project {
    let mut settings = json!({ "directory": "./public", "binding": "ASSETS" });
    settings.as_object_mut().unwrap().extend(assets.as_object().unwrap().clone());
    site().file("src/index.ts", WORKER).config(json!({ "main": "src/index.ts", "assets": settings }))
}

#[tokio::test]
async fn assets_come_before_the_worker() {
    let project = with_worker(json!({}));
    let server = project.dev().await;
    assert_page(&server, "/about", "<p>about</p>").await;
    assert_page(&server, "/api", "worker /api").await;
    assert_page(&server, "/asset", "console.log('app');").await;
    server.get("/missing").await.assert_status(404);
}

#[tokio::test]
async fn the_worker_can_come_first() {
    let project = with_worker(json!({ "run_worker_first": true }));
    let server = project.dev().await;
    assert_page(&server, "/about", "worker /about").await;
    assert_page(&server, "/asset", "console.log('app');").await;
}

#[tokio::test]
async fn the_worker_can_come_first_for_some_paths() {
    let project = with_worker(json!({ "run_worker_first": ["/docs/*", "!/docs/"] }));
    let server = project.dev().await;
    assert_page(&server, "/about", "<p>about</p>").await;
    assert_page(&server, "/docs/anything", "worker /docs/anything").await;
    assert_page(&server, "/docs/", "<p>docs</p>").await;
}

#[tokio::test]
async fn with_paths_for_the_worker_all_others_are_the_assets() {
    let settings = json!({ "run_worker_first": ["/api/*"], "not_found_handling": "404-page" });
    let project = with_worker(settings);
    let server = project.dev().await;
    assert_page(&server, "/api/x", "worker /api/x").await;
    assert_eq!(server.get("/no/such/page").await.assert_status(404).text(), "<p>lost</p>");
}

#[tokio::test]
async fn nothing_outside_the_folder_is_served() {
    let project = site()
        .file("secret.txt", "secret")
        .file("public/.assetsignore", "private.txt\n")
        .file("public/private.txt", "private");
    let server = project.dev().await;
    for path in [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/docs/..%5c..%5csecret.txt",
        "/private.txt",
        "/.assetsignore",
    ] {
        let mut connection = server.connect().await;
        connection.send(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")).await;
        let answer = connection.read_to_close().await;
        assert!(!answer.contains("secret") && !answer.contains("private\n"), "{path}: {answer}");
        assert!(!answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
    }
}
