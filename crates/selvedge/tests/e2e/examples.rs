//! Every example of the repository answers as its README says. `auth` has its own file.

use http::Method;
use serde_json::json;

use crate::support::{Answer, Origin, Project, TcpPeer};

#[tokio::test]
async fn hello() {
    let project = Project::example("hello");
    let server = project.dev().await;
    assert_eq!(server.get("/").await.assert_status(200).text(), "Hello World!\n");
    assert_eq!(server.get("/?name=Ada").await.text(), "Hello Ada!\n");
}

#[tokio::test]
async fn ab_test_draws_a_group_and_keeps_it() {
    let project = Project::example("ab-test");
    let server = project.dev().await;
    let mut drawn = [0, 0];
    for _ in 0..64 {
        let first = server.get("/").await;
        let group = first.header("x-group").to_owned();
        drawn[usize::from(group == "variant")] += 1;
        let cookie = first.header("set-cookie").split(';').next().unwrap().to_owned();
        assert_eq!(cookie, format!("ab-group={group}"));
        let again = Answer::of(server.request(Method::GET, "/").header("cookie", format!("a=b; {cookie}"))).await;
        assert_eq!(again.header("x-group"), group);
        assert_eq!(again.header("set-cookie"), "", "the cookie is set once");
    }
    // A fair coin shows one side 64 times in a row once in 2^63 runs.
    assert!(drawn.iter().all(|&times| times > 0), "{drawn:?}");
}

#[tokio::test]
async fn geo_sends_visitors_to_the_origin_of_their_region() {
    let (eu, world) = (Origin::echo().await, Origin::echo().await);
    let project = Project::example("geo").replace("wrangler.jsonc", "http://localhost:9001", &eu.url()).replace(
        "wrangler.jsonc",
        "http://localhost:9002",
        &world.url(),
    );
    let server = project.dev().await;
    // Without a geo database every visitor is where wrangler says that developers are: in Texas.
    server.get("/shop?x=1").await.assert_status(200).assert_says(&["GET /shop?x=1", "x-visitor-country: US"]);
    world.asked_for("/shop?x=1").await;
}

#[tokio::test]
async fn geo_finds_visitors_by_a_database_and_behind_a_proxy() {
    let (eu, world) = (Origin::echo().await, Origin::echo().await);
    let project = Project::example("geo").replace("wrangler.jsonc", "http://localhost:9001", &eu.url()).replace(
        "wrangler.jsonc",
        "http://localhost:9002",
        &world.url(),
    );
    let database = concat!(env!("CARGO_MANIFEST_DIR"), "/../edge/tests/fixtures/city.mmdb");
    let server = project.dev_with(&["--geo-db", database, "--trusted-proxy", "127.0.0.1"]).await;
    // The database has these two: in Berlin, and in Japan.
    for (visitor, country, origin) in [("203.0.113.7", "DE", &eu), ("2001:db8::7", "JP", &world)] {
        let path = format!("/from/{country}");
        let request = server.request(Method::GET, &path).header("x-forwarded-for", visitor);
        Answer::of(request).await.assert_status(200).assert_says(&[&format!("x-visitor-country: {country}")]);
        origin.asked_for(&path).await;
    }
}

#[tokio::test]
async fn streaming_proxy_numbers_the_lines_of_text_only() {
    let origin = Origin::start(|request| async move {
        let mut response = crate::support::reply("one\ntwo\n\u{fc}ber");
        if request.uri().path() == "/data" {
            response.headers_mut().insert("content-type", "application/octet-stream".parse().unwrap());
        }
        response
    })
    .await;
    let project = Project::example("streaming-proxy").replace("wrangler.toml", "http://localhost:9000", &origin.url());
    let server = project.dev().await;
    assert_eq!(server.get("/text").await.text(), "1: one\n2: two\n3: \u{fc}ber\n");
    assert_eq!(server.get("/data").await.text(), "one\ntwo\n\u{fc}ber");
}

#[tokio::test]
async fn cached_origin_asks_the_origin_once() {
    let origin = Origin::start(|request| async move {
        let mut response = crate::support::reply(format!("the page {}", request.uri().path()));
        response.headers_mut().insert("etag", "\"v1\"".parse().unwrap());
        if request.uri().path() == "/private" {
            response.headers_mut().insert("cache-control", "private".parse().unwrap());
        }
        response
    })
    .await;
    let project = Project::example("cached-origin").replace("wrangler.jsonc", "http://localhost:9000", &origin.url());
    let server = project.dev().await;
    let first = server.get("/a").await;
    assert_eq!((first.header("cf-cache-status"), first.text()), ("MISS", "the page /a".into()));
    // It is put after the response.
    crate::support::eventually("an answer from the cache", || async {
        let again = server.get("/a").await;
        assert_eq!(again.text(), "the page /a");
        (again.header("cf-cache-status") == "HIT").then_some(())
    })
    .await;
    let asked = origin.times_asked_for("/a");
    let part = Answer::of(server.request(Method::GET, "/a").header("range", "bytes=4-7")).await;
    assert_eq!(part.assert_status(206).text(), "page");
    let same = Answer::of(server.request(Method::GET, "/a").header("if-none-match", "\"v1\"")).await;
    same.assert_status(304);
    assert_eq!(origin.times_asked_for("/a"), asked);

    let purge = || Answer::of(server.request(Method::from_bytes(b"PURGE").unwrap(), "/a"));
    purge().await.assert_status(200);
    purge().await.assert_status(404);
    server.get("/a").await.assert_status(200);
    assert_eq!(origin.times_asked_for("/a"), asked + 1);

    for _ in 0..2 {
        assert_eq!(server.get("/private").await.header("cf-cache-status"), "MISS");
    }
    assert_eq!(origin.times_asked_for("/private"), 2);
}

#[tokio::test]
async fn wasm_hashes_the_body() {
    let project = Project::example("wasm");
    let server = project.dev().await;
    assert_eq!(server.post("/", "hello").await.assert_status(200).text(), "4f9f2cab\n");
    // More than the module's memory holds at once.
    assert_eq!(server.post("/", vec![b'a'; 200_000]).await.assert_status(200).text(), fnv1a(&[b'a'; 200_000]));
    server.get("/").await.assert_status(400);
}

fn fnv1a(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0x811c_9dc5_u32, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    format!("{hash:08x}\n")
}

#[tokio::test]
async fn hono() {
    let project = Project::example("hono");
    let server = project.dev().await;

    let home = server.get("/").await;
    home.assert_status(200).assert_says(&["<h1>Books</h1>", r#"<a href="/books">/books</a>"#]);
    assert!(home.header("content-type").starts_with("text/html"), "{:?}", home.headers);
    assert_eq!(home.header("x-content-type-options"), "nosniff");
    assert_eq!(home.header("x-request-id").len(), 36);

    let invisible = json!([{ "id": "2", "title": "Invisible Cities", "author": "Italo Calvino" }]);
    assert_eq!(server.get("/books?author=Italo%20Calvino").await.json(), invisible);
    assert_eq!(server.get("/books/2").await.json(), invisible[0]);
    assert_eq!(server.get("/books/9").await.assert_status(404).json(), json!({ "error": "no such book" }));
    server.get("/nowhere").await.assert_status(404).assert_says(&["not found", "/nowhere"]);

    let post = |body| {
        let request = server.request(Method::POST, "/books").header("content-type", "application/json");
        Answer::of(request.body(body))
    };
    let kindred = r#"{"title":"Kindred","author":"Octavia E. Butler"}"#;
    let added = json!({ "id": "3", "title": "Kindred", "author": "Octavia E. Butler" });
    assert_eq!(post(kindred).await.assert_status(201).json(), added);
    post(r#"{"title":"Kindred"}"#).await.assert_status(422).assert_says(&["a book has a title and an author"]);
}

#[tokio::test]
async fn itty_router() {
    let project = Project::example("itty-router");
    let server = project.dev().await;
    let call_ada = json!({ "id": "2", "text": "call Ada", "done": false });
    assert_eq!(server.get("/todos?done=false").await.assert_status(200).json(), json!([call_ada]));
    assert_eq!(server.get("/todos/2").await.json(), call_ada);
    server.get("/todos/9").await.assert_status(404).assert_says(&["no such todo"]);
    server.post("/todos", r#"{"text":"water the plants"}"#).await.assert_status(200).assert_says(&["water the plants"]);
    server.post("/todos", "{}").await.assert_status(422);

    let preflight = server.request(Method::OPTIONS, "/todos").header("origin", "https://app.example");
    let preflight = Answer::of(preflight).await;
    preflight.assert_status(204);
    assert_eq!(preflight.header("access-control-allow-origin"), "https://app.example");
}

#[tokio::test]
async fn users_api_keeps_users_and_lets_the_rest_through() {
    let origin = Origin::echo().await;
    let project = Project::example("users-api");
    project.run(&["d1", "migrations", "apply", "users"]).await.assert_succeeded();
    let upstream = origin.url().replace("http://", "");
    let server = project.dev_with(&["--local-upstream", &upstream, "--upstream-protocol", "http"]).await;
    assert_eq!(server.get("/api/users").await.assert_status(200).json(), json!([]));
    let ada = json!({ "id": 1, "name": "Ada", "email": "ada@example.com" });
    let added = server.post("/api/users", r#"{"name":"Ada","email":"ada@example.com"}"#).await;
    assert_eq!(added.assert_status(201).json(), ada);
    server.post("/api/users", r#"{"name":"A","email":"ada@example.com"}"#).await.assert_status(409);
    server.post("/api/users", "{}").await.assert_status(400);
    assert_eq!(server.get("/api/users").await.json(), json!([ada]));
    let deleted = Answer::of(server.request(Method::DELETE, "/api/users")).await;
    assert_eq!(deleted.assert_status(405).header("allow"), "GET, POST");
    server.get("/api/nothing").await.assert_status(404);
    server.get("/index.html?x=1").await.assert_status(200).assert_says(&["GET /index.html?x=1"]);
    origin.asked_for("/index.html?x=1").await;
}

#[tokio::test]
async fn hono_drizzle() {
    let project = Project::example("hono-drizzle");
    project.run(&["d1", "migrations", "apply", "library"]).await.assert_succeeded();
    let server = project.dev().await;
    let post = |body: &'static str| {
        let request = server.request(Method::POST, "/books").header("content-type", "application/json");
        Answer::of(request.body(body))
    };
    let kindred = post(r#"{"title":"Kindred","author":"Octavia E. Butler"}"#).await;
    let expected = json!({ "id": 1, "title": "Kindred", "authorId": 1, "read": false });
    assert_eq!(kindred.assert_status(201).json(), expected);
    post(r#"{"title":"Fledgling","author":"Octavia E. Butler"}"#).await.assert_status(201);
    post("{}").await.assert_status(422);
    Answer::of(server.request(Method::PUT, "/books/2/read")).await.assert_status(200);
    Answer::of(server.request(Method::PUT, "/books/9/read")).await.assert_status(404);
    let expected = json!([
        { "id": 1, "title": "Kindred", "read": false, "author": "Octavia E. Butler" },
        { "id": 2, "title": "Fledgling", "read": true, "author": "Octavia E. Butler" },
    ]);
    assert_eq!(server.get("/books").await.assert_status(200).json(), expected);
}

#[tokio::test]
async fn html_rewriter_changes_pages_while_they_stream_by() {
    let origin = Origin::start(|request| async move {
        let (kind, text) = match request.uri().path() {
            "/page" => (
                "text/html; charset=utf-8",
                "<!doctype html><!-- internal --><body><a href=\"ORIGIN/a\">a</a><a href=/b>b</a><img src=c>\
                 <p>Hello <user-name>?</user-name></p><script>1</script></body>",
            ),
            "/footer.html" => ("text/html", "<footer>made by hand</footer>"),
            _ => ("text/plain", "<a href=\"ORIGIN/a\">"),
        };
        let host = request.headers()["host"].to_str().unwrap();
        let text = text.replace("ORIGIN", &format!("http://{host}"));
        let mut response = crate::support::reply(text);
        response.headers_mut().insert("content-type", kind.parse().unwrap());
        response
    })
    .await;
    let project = Project::example("html-rewriter").replace("wrangler.jsonc", "http://localhost:9000", &origin.url());
    let server = project.dev().await;
    let page = server.get("/page?user=Ada%20%3CL%3E").await;
    let policy = page.assert_status(200).header("content-security-policy");
    let nonce = policy.strip_prefix("script-src 'nonce-").unwrap().strip_suffix('\'').unwrap();
    assert_eq!(page.header("content-length"), "");
    assert_eq!(
        page.text(),
        format!(
            "<!doctype html><body><a href=\"{}\">a</a><a href=/b>b</a><img src=c loading=\"lazy\"><p>Hello Ada \
             &lt;L&gt;</p><script nonce=\"{nonce}\">1</script><footer>made by hand</footer></body>",
            server.url("/a")
        )
    );
    assert_eq!(server.get("/text").await.text(), format!("<a href=\"{}/a\">", origin.url()));
}

#[tokio::test]
async fn tcp_socket_streams_what_a_server_answers() {
    let peer = TcpPeer::start(|mut stream| async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};

        let mut question = vec![0; 13];
        stream.read_exact(&mut question).await.unwrap();
        let answer = [b"domain: ", question.as_slice()].concat();
        stream.write_all(&answer).await.unwrap();
    })
    .await;
    let project = Project::example("tcp-socket").replace("wrangler.jsonc", "whois.iana.org:43", &peer.address());
    let server = project.dev().await;
    assert_eq!(server.get("/example.com").await.assert_status(200).text(), "domain: example.com\r\n");
    server.get("/").await.assert_status(400);
    peer.stop().await;
    server.get("/example.com").await.assert_status(502).assert_says(&["cannot be reached"]);
}
