//! Static assets: a directory on disk, asked as a client would.

use std::fs;
use std::path::Path;

use http::header::{HeaderMap, HeaderName};
use http::{Method, Response, Uri};
use http_body_util::BodyExt;
use selvedge_edge::assets::{
    AssetBody, AssetOutcome, Assets, AssetsConfig, AssetsError, HtmlHandling, NotFoundHandling,
};
use tempfile::TempDir;

use crate::support::{Func, config, start};

struct Site {
    folder: TempDir,
    assets: Assets,
}

fn write(folder: &Path, name: &str, contents: impl AsRef<[u8]>) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, contents).unwrap();
}

fn site(files: &[(&str, &str)], config: AssetsConfig) -> Site {
    let folder = tempfile::tempdir().unwrap();
    for (name, contents) in files {
        write(folder.path(), name, contents);
    }
    let assets = Assets::open(folder.path(), config).unwrap();
    Site { folder, assets }
}

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("host", "example.com".parse().unwrap());
    for (name, value) in pairs {
        headers.insert(HeaderName::from_static(name), value.parse().unwrap());
    }
    headers
}

impl Site {
    async fn ask(&self, method: Method, uri: &str, pairs: &[(&'static str, &str)]) -> AssetOutcome {
        self.assets.serve(&method, &uri.parse::<Uri>().unwrap(), &headers(pairs)).await
    }

    /// Status, the interesting header, and the body.
    async fn get(&self, uri: &str, pairs: &[(&'static str, &str)]) -> (u16, String, String) {
        read(self.ask(Method::GET, uri, pairs).await.into_response()).await
    }
}

async fn read(response: Response<AssetBody>) -> (u16, String, String) {
    let (head, body) = response.into_parts();
    let header = ["location", "content-range", "content-type"].iter().find_map(|name| head.headers.get(*name));
    let header = header.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    let body = body.collect().await.unwrap().to_bytes();
    (head.status.as_u16(), header, String::from_utf8(body.to_vec()).unwrap())
}

fn answer(status: u16, header: &str, body: &str) -> (u16, String, String) {
    (status, header.to_owned(), body.to_owned())
}

#[tokio::test]
async fn pages_redirects_and_other_spellings() {
    let site = site(
        &[("index.html", "home"), ("a b.html", "spaced"), ("x/y.js", "code"), ("plain.unknown-kind", "?")],
        AssetsConfig::default(),
    );
    const HTML: &str = "text/html; charset=utf-8";
    assert_eq!(site.get("/", &[]).await, answer(200, HTML, "home"));
    assert_eq!(site.get("/index.html?q=1", &[]).await, answer(307, "/?q=1", ""));
    assert_eq!(site.get("/a%20b", &[]).await, answer(200, HTML, "spaced"));
    assert_eq!(site.get("/%61%20b", &[]).await, answer(307, "/a%20b", ""));
    assert_eq!(site.get("//x///y.js", &[]).await, answer(307, "/x/y.js", ""));
    assert_eq!(site.get("/x/y.js", &[]).await, answer(200, "text/javascript; charset=utf-8", "code"));
    assert_eq!(site.get("/plain.unknown-kind", &[]).await, answer(200, "", "?"));
    assert_eq!(site.get("/nothing", &[]).await, answer(404, "", ""));
}

#[tokio::test]
async fn validators_ranges_and_methods() {
    let site = site(&[("data.txt", "0123456789")], AssetsConfig::default());
    let AssetOutcome::Response(response) = site.ask(Method::GET, "/data.txt", &[]).await else { panic!("no asset") };
    assert_eq!(response.headers()["cache-control"], "public, max-age=0, must-revalidate");
    let etag = response.headers()["etag"].to_str().unwrap().to_owned();
    for tag in [etag.clone(), format!("W/{etag}"), format!("\"x\", {etag}"), "*".to_owned()] {
        assert_eq!(site.get("/data.txt", &[("if-none-match", &tag)]).await.0, 304, "{tag}");
    }
    assert_eq!(site.get("/data.txt", &[("if-none-match", "\"other\"")]).await.0, 200);

    const TEXT: &str = "text/plain; charset=utf-8";
    assert_eq!(site.get("/data.txt", &[("range", "bytes=2-4")]).await, answer(206, "bytes 2-4/10", "234"));
    assert_eq!(site.get("/data.txt", &[("range", "bytes=-3")]).await, answer(206, "bytes 7-9/10", "789"));
    assert_eq!(site.get("/data.txt", &[("range", "bytes=10-")]).await, answer(416, "bytes */10", ""));
    assert_eq!(site.get("/data.txt", &[("range", "bytes=2-4"), ("if-range", &etag)]).await.0, 206);
    assert_eq!(
        site.get("/data.txt", &[("range", "bytes=2-4"), ("if-range", "\"old\"")]).await,
        answer(200, TEXT, "0123456789")
    );

    let head = site.ask(Method::HEAD, "/data.txt", &[]).await.into_response();
    assert_eq!(head.headers()["content-length"], "10");
    assert_eq!(read(head).await, answer(200, TEXT, ""));

    assert_eq!(site.ask(Method::POST, "/data.txt", &[]).await.into_response().status(), 405);
    assert!(matches!(site.ask(Method::POST, "/nothing", &[]).await, AssetOutcome::NotFound));
}

#[tokio::test]
async fn not_found_pages_and_what_goes_before_the_worker() {
    let spa = AssetsConfig {
        not_found_handling: NotFoundHandling::SinglePageApplication,
        navigation_prefers_assets: true,
        has_static_routing: false,
        ..AssetsConfig::default()
    };
    let site_spa = site(&[("index.html", "app"), ("_redirects", "/moved /new 301")], spa);
    assert_eq!(site_spa.get("/deep/route", &[]).await.2, "app");
    let can = |site: &Site, uri: &str, pairs: &[(&'static str, &str)]| {
        site.assets.can_serve(&uri.parse().unwrap(), &headers(pairs))
    };
    assert!(can(&site_spa, "/", &[]) && can(&site_spa, "/moved", &[]) && can(&site_spa, "/index.html", &[]));
    assert!(!can(&site_spa, "/api", &[]));
    assert!(can(&site_spa, "/api", &[("sec-fetch-mode", "navigate")]));
    assert!(!can(&site_spa, "/api", &[("sec-fetch-mode", "cors")]));

    let pages = AssetsConfig { not_found_handling: NotFoundHandling::Page404, ..AssetsConfig::default() };
    let site_pages = site(&[("404.html", "top"), ("docs/404.html", "docs")], pages);
    assert_eq!(site_pages.get("/x", &[]).await, answer(404, "text/html; charset=utf-8", "top"));
    assert_eq!(site_pages.get("/docs/x/y", &[("range", "bytes=0-1")]).await.2, "docs");
    assert!(!can(&site_pages, "/x", &[("sec-fetch-mode", "navigate")]));
}

#[tokio::test]
async fn headers_and_redirects_files() {
    let site = site(
        &[
            ("a.html", "a"),
            ("m.mjs", "export {}"),
            ("_headers", "/a\n  X-Robots-Tag: noindex\n  Cache-Control: no-store\n/a.html\n  X-Html: redirected\n"),
            ("_redirects", "/old/* /a 301\n/proxy /a 200\n/broken\n"),
        ],
        AssetsConfig::default(),
    );
    let response = site.ask(Method::GET, "/a", &[]).await.into_response();
    assert_eq!(response.headers()["x-robots-tag"], "noindex");
    assert_eq!(response.headers()["cache-control"], "no-store");
    let response = site.ask(Method::GET, "/a.html", &[]).await.into_response();
    assert_eq!((response.status().as_u16(), &response.headers()["x-html"]), (307, &"redirected".parse().unwrap()));
    assert_eq!(site.get("/old/x?q", &[]).await, answer(301, "/a?q", ""));
    assert_eq!(site.get("/m.mjs", &[]).await.1, "text/javascript; charset=utf-8");
    assert_eq!(site.get("/proxy", &[]).await.2, "a");
    assert_eq!(site.get("/_headers", &[]).await.0, 404);
    let warnings: Vec<_> = site.assets.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(warnings, ["_redirects:3: Expected exactly 2 or 3 whitespace-separated tokens. Got 1."]);
}

#[tokio::test]
async fn changes_on_disk_are_seen() {
    let site = site(&[("a.txt", "one"), ("b.txt", "b")], AssetsConfig::default());
    let etag = |response: Response<AssetBody>| response.headers()["etag"].clone();
    let before = etag(site.ask(Method::GET, "/a.txt", &[]).await.into_response());
    write(site.folder.path(), "a.txt", "three");
    fs::remove_file(site.folder.path().join("b.txt")).unwrap();
    assert_eq!(site.get("/a.txt", &[]).await.2, "three");
    assert_ne!(etag(site.ask(Method::GET, "/a.txt", &[]).await.into_response()), before);
    assert!(matches!(site.ask(Method::GET, "/b.txt", &[]).await, AssetOutcome::NotFound));

    write(site.folder.path(), "c.txt", "c");
    assert_eq!(site.get("/c.txt", &[]).await.0, 404);
    site.assets.refresh().unwrap();
    assert_eq!(site.get("/c.txt", &[]).await.2, "c");
}

#[tokio::test]
async fn nothing_outside_the_directory_is_served() {
    let outer = tempfile::tempdir().unwrap();
    write(outer.path(), "secret.txt", "secret");
    write(outer.path(), "public/ok.txt", "ok");
    write(outer.path(), "public/sub/.keep", "");
    let public = outer.path().join("public");
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        symlink(outer.path().join("secret.txt"), public.join("link.txt")).unwrap();
        symlink(outer.path(), public.join("up")).unwrap();
        symlink("ok.txt", public.join("inside.txt")).unwrap();
    }
    let assets =
        Assets::open(&public, AssetsConfig { html_handling: HtmlHandling::None, ..AssetsConfig::default() }).unwrap();
    let get = async |uri: &str| {
        read(assets.serve(&Method::GET, &uri.parse().unwrap(), &headers(&[])).await.into_response()).await
    };
    for uri in [
        "/../secret.txt",
        "/sub/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/sub%5c..%5c..%5csecret.txt",
        "/link.txt",
        "/up/secret.txt",
        "/ok.txt%00",
    ] {
        let (status, _, body) = get(uri).await;
        assert_eq!((status, body.as_str()), (404, ""), "{uri}");
    }
    #[cfg(unix)]
    {
        assert_eq!(get("/inside.txt").await.2, "ok");
        assert_eq!(assets.warnings().len(), 2);
        // A file that becomes a link after the walk.
        fs::remove_file(public.join("ok.txt")).unwrap();
        std::os::unix::fs::symlink(outer.path().join("secret.txt"), public.join("ok.txt")).unwrap();
        assert_eq!(get("/ok.txt").await.0, 404);
    }
}

#[test]
fn what_cannot_be_served_is_said_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Assets::open(folder.path(), AssetsConfig::default());
    write(folder.path(), "_worker.js", "");
    assert!(matches!(open(), Err(AssetsError::WorkerScript(_))));
    write(folder.path(), ".assetsignore", "_worker.js\n*.map\n/private/\n!keep.map\n");
    write(folder.path(), "a.map", "");
    write(folder.path(), "keep.map", "");
    write(folder.path(), "private/x", "");
    assert_eq!(open().unwrap().len(), 1);

    fs::File::create(folder.path().join("big.bin")).unwrap().set_len((25 << 20) + 1).unwrap();
    let error = open().unwrap_err();
    assert!(matches!(&error, AssetsError::TooLarge { .. }) && !error.to_string().contains('\n'), "{error}");

    let missing = folder.path().join("nowhere");
    assert!(matches!(Assets::open(&missing, AssetsConfig::default()), Err(AssetsError::Unreadable { .. })));
    assert!(matches!(
        Assets::open(&folder.path().join("a.map"), AssetsConfig::default()),
        Err(AssetsError::NotADirectory(_))
    ));
}

#[tokio::test]
async fn a_large_file_streams_through_the_server() {
    let contents: String = (0..40_000).map(|n| format!("{n:06}\n")).collect();
    let site = std::sync::Arc::new(site(&[("large.txt", contents.as_str())], AssetsConfig::default()));
    let served = std::sync::Arc::clone(&site);
    let server = start(
        config(),
        Func(move |request: http::Request<hyper::body::Incoming>, _| {
            let site = std::sync::Arc::clone(&served);
            async move {
                let outcome = site.assets.serve(request.method(), request.uri(), request.headers()).await;
                outcome.into_response().map(|body| body.map_err(|error| panic!("{error}")).boxed_unsync())
            }
        }),
    );
    let get =
        |extra: &str| server.send(format!("GET /large.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{extra}\r\n"));
    let whole = get("").await;
    assert!(whole.contains(&format!("content-length: {}\r\n", contents.len())));
    assert!(whole.ends_with(&contents));
    let part = get("Range: bytes=70000-210006\r\n").await;
    assert!(part.starts_with("HTTP/1.1 206") && part.ends_with(&format!("\r\n\r\n{}", &contents[70_000..=210_006])));
}
