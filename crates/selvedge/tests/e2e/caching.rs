//! The Cache API, and `fetch` through the cache.

use http::Method;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::support::{Answer, Origin, Project, Server, eventually, reply};

/// A Worker whose `fetch` handler runs this code, with an origin's URL if it has one.
fn caching(origin: &str, code: &str) -> Project {
    Project::worker(&format!(
        "export default {{
           async fetch(request: any, {{ ORIGIN: origin }}: any, ctx: any) {{
             const {{ pathname, searchParams }} = new URL(request.url);
             const cache = caches.default;
             {code}
           }},
         }};"
    ))
    .config(json!({ "vars": { "ORIGIN": origin } }))
}

/// What promises of a Worker come to: its `show` gives a response as an array, an error as its text.
const SHOW: &str = r##"
  const show = async (attempt: () => any) => {
    try {
      const value = await attempt();
      if (!(value instanceof Response)) return value === undefined ? "undefined" : value;
      const shown: Record<string, string> = {};
      for (const name of ["content-range", "content-length", "cf-cache-status", "set-cookie", "age", "content-type"]) {
        if (value.headers.has(name)) shown[name] = value.headers.get(name)!;
      }
      return [value.status, shown, await value.text()];
    } catch (error: any) {
      return `${error.name}: ${error.message}`;
    }
  };"##;

async fn results(code: &str) -> Value {
    let project = caching("", &format!("{SHOW} const U = 'https://a.test/x'; return Response.json({code});"));
    let server = project.dev().await;
    let answer = server.get("/").await;
    answer.assert_status(200).json()
}

#[tokio::test]
async fn what_cannot_be_cached_is_an_error_in_hosteds_words() {
    let found = results(
        r##"[
          await show(() => cache.put(new Request(U, { method: "POST" }), new Response("x"))),
          await show(() => cache.put(U, new Response("x", { status: 206 }))),
          await show(() => cache.put(U, new Response("x", { headers: { vary: "accept, *" } }))),
          await show(() => cache.put(U, Response.error())),
          await show(() => cache.put(U, {})),
          await show(() => cache.match()),
          await show(() => cache.match("/relative")),
          await show(() => cache.match("ftp://a.test/")),
          await show(() => cache.match(U, { ignoreSearch: true })),
          await show(() => cache.keys()),
          await show(() => cache.addAll([U])),
          await show(() => caches.has("x")),
          await show(() => caches.open("x".repeat(1024))),
          await show(() => new Cache()),
          await show(async () => { const r = new Response("x"); await r.text(); return cache.put(U, r); }),
          await show(() => cache.put(U, new Response(null, { status: 304 }))),
          await show(() => (cache.match as any).call({}, U).then(String, (error: any) => error instanceof TypeError)),
        ]"##,
    )
    .await;
    let used = "TypeError: Body has already been used. It can only be used once. Use tee() first if you need to read it twice.";
    assert_eq!(
        found,
        json!([
            "TypeError: Cannot cache response to non-GET request.",
            "TypeError: Cannot cache response to a range request (206 Partial Content).",
            "TypeError: Cannot cache response with 'Vary: *' header.",
            "TypeError: Cache is unable to store an error response",
            "TypeError: Failed to execute 'put' on 'Cache': parameter 2 is not of type 'Response'.",
            "TypeError: Failed to execute 'match' on 'Cache': parameter 1 is not of type 'Request or string'.",
            "TypeError: Invalid URL: /relative",
            "TypeError: Fetch API cannot load: ftp://a.test/",
            "Error: The 'ignoreSearch' field on 'CacheQueryOptions' is not implemented.",
            "Error: Failed to execute 'keys' on 'Cache': the method is not implemented.",
            "Error: Failed to execute 'addAll' on 'Cache': the method is not implemented.",
            "Error: Failed to execute 'has' on 'CacheStorage': the method is not implemented.",
            "TypeError: Cache name is too long.",
            "TypeError: Illegal constructor",
            used,
            "undefined",
            true,
        ])
    );
}

#[tokio::test]
async fn what_is_kept_and_what_is_not() {
    let found = results(
        r##"await (async () => {
          const tried = async (name: string, headers: Record<string, string>, status = 200) => {
            await cache.put(U + name, new Response("x", { status, headers }));
            return (await cache.match(U + name)) !== undefined;
          };
          return [
            await tried("1", {}),
            await tried("2", { "cache-control": "max-age=9" }),
            await tried("3", { "cache-control": "no-store" }),
            await tried("4", { "cache-control": "private, max-age=9" }),
            await tried("5", { "cache-control": "max-age=9", "set-cookie": "a=b" }),
            await tried("6", { "cache-control": "max-age=9, private=Set-Cookie", "set-cookie": "a=b" }),
            await tried("7", {}, 500),
            await tried("8", { "cache-control": "max-age=9" }, 404),
            (await cache.match(U + "6"))!.headers.has("set-cookie"),
          ];
        })()"##,
    )
    .await;
    assert_eq!(found, json!([true, true, false, false, false, true, false, true, false]));
}

#[tokio::test]
async fn a_kept_response_answers_conditions_and_ranges() {
    let found = results(
        r##"await (async () => {
          const response = new Response("hello world", {
            headers: { "cache-control": "max-age=100", etag: '"a"', "last-modified": "Tue, 01 Jan 2030 00:00:00 GMT" },
          });
          const put = cache.put(U + "#fragment", response);
          const used = response.bodyUsed;
          await put;
          const ask = (headers: Record<string, string>) => show(() => cache.match(new Request(U, { headers })));
          return [
            used,
            await show(() => cache.match(U)),
            await ask({ range: "bytes=0-3" }),
            await ask({ range: "bytes=-4" }),
            await ask({ range: "bytes=50-60" }),
            await ask({ "if-none-match": '"a"' }),
            await ask({ "if-modified-since": "Tue, 01 Jan 2030 00:00:00 GMT" }),
            await show(() => cache.match(new Request(U, { method: "HEAD" }))),
            (await show(() => cache.match(new Request(U, { method: "POST" }), { ignoreMethod: true })))[0],
            await show(() => cache.match(U + "?q")),
            await show(async () => (await caches.open("other")).match(U)),
            await show(() => cache.delete(new Request(U, { method: "POST" }))),
            await show(() => cache.delete(U)),
            await show(() => cache.delete(U)),
            await show(() => cache.match(U)),
          ];
        })()"##,
    )
    .await;
    let headers = |more: Value| {
        let mut all = json!({ "age": "0", "cf-cache-status": "HIT", "content-type": "text/plain;charset=UTF-8" });
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    let partial =
        |range, length, text| json!([206, headers(json!({ "content-range": range, "content-length": length })), text]);
    let mut unsatisfied = headers(json!({ "content-range": "bytes */11", "content-length": "0" }));
    unsatisfied.as_object_mut().unwrap().remove("content-type");
    assert_eq!(
        found,
        json!([
            true,
            [200, headers(json!({ "content-length": "11" })), "hello world"],
            partial("bytes 0-3/11", "4", "hell"),
            partial("bytes 7-10/11", "4", "orld"),
            [416, unsatisfied, ""],
            [304, headers(json!({})), ""],
            [304, headers(json!({})), ""],
            "undefined",
            200,
            "undefined",
            "undefined",
            false,
            true,
            false,
            "undefined",
        ])
    );
}

#[tokio::test]
async fn a_body_that_fails_leaves_nothing() {
    let found = results(
        r##"await (async () => {
          const failing = new ReadableStream({
            start(controller) { controller.enqueue(new TextEncoder().encode("a")); },
            pull(controller) { controller.error(new Error("mine")); },
          });
          return [
            await show(() => cache.put(U, new Response(failing, { headers: { "cache-control": "max-age=9" } }))),
            await show(() => cache.match(U)),
          ];
        })()"##,
    )
    .await;
    assert_eq!(found, json!(["Error: mine", "undefined"]));
}

/// Keeps what the origin says under the request's path, or answers from the cache.
const THROUGH: &str = "
    const cached = await cache.match(request);
    if (cached) return cached;
    const answer = await fetch(origin + pathname);
    const response = new Response(answer.body, { headers: { 'cache-control': 'max-age=100' } });
    await Promise.all([cache.put(request, response.clone()), response.body.pipeTo(new WritableStream())]);
    return new Response('kept');";

fn large() -> Vec<u8> {
    (0..3_000_000_u32).map(|at| (at % 251) as u8).collect()
}

#[tokio::test]
async fn large_bodies_are_kept_and_outlive_the_server() {
    let origin = Origin::start(|_| async { reply(large()) }).await;
    let project = caching(&origin.url(), THROUGH);
    let server = project.serve_with(&["--allow-private-network"]).await;
    assert_eq!(server.get_from("a.test", "/x").await.assert_status(200).text(), "kept");
    assert!(server.get_from("a.test", "/x").await.body == large());
    server.terminate();
    server.ended().await;

    let server = project.serve_with(&["--allow-private-network"]).await;
    let again = server.get_from("a.test", "/x").await;
    assert_eq!(again.assert_status(200).header("cf-cache-status"), "HIT");
    assert_eq!(again.header("content-length"), "3000000");
    assert!(again.body == large());
    let part = server.request(Method::GET, "/x").header("host", "a.test").header("range", "bytes=2000000-2999999");
    let part = Answer::of(part).await;
    assert!(part.assert_status(206).body == large()[2_000_000..]);
    assert_eq!(origin.times_asked_for("/x"), 1);
}

#[tokio::test]
async fn workers_of_one_server_do_not_see_each_others_entries() {
    let source = "export default { async fetch(request) {
        const cached = await caches.default.match('https://shared.test/');
        if (cached) return cached;
        await caches.default.put('https://shared.test/', new Response(new URL(request.url).host));
        return new Response('put');
    } };";
    let project = Project::empty().with_worker("one", source, json!({})).with_worker("two", source, json!({}));
    let server = project.serve().await;
    for name in ["one.test", "two.test"] {
        assert_eq!(server.get_from(name, "/").await.text(), "put");
        assert_eq!(server.get_from(name, "/").await.text(), name);
    }
}

#[tokio::test]
async fn a_state_folder_of_another_process_is_told_at_the_first_use() {
    let project = caching(
        "",
        "if (pathname === '/idle') return new Response('idle');
         return new Response(await cache.match('https://a.test/').then(String, (error) => error.message));",
    );
    let first = project.dev().await;
    let second = project.dev().await;
    assert_eq!(first.get("/").await.text(), "undefined");
    assert_eq!(second.get("/idle").await.text(), "idle");
    second.get("/").await.assert_says(&["The cache cannot be used.", "is in use by another process"]);
}

/// An origin that counts: the body of each answer is the path and how often that was asked for.
async fn counting() -> Origin {
    let asked: std::sync::Mutex<std::collections::HashMap<String, u32>> = std::sync::Mutex::default();
    Origin::start(move |request| {
        let path = request.uri().path().to_owned();
        let count = *asked.lock().unwrap().entry(path.clone()).and_modify(|count| *count += 1).or_insert(1);
        let mut response = reply(format!("{path} {count}"));
        let mut set =
            |name: &'static str, value: &str| drop(response.headers_mut().insert(name, value.parse().unwrap()));
        match path.as_str() {
            "/private" => set("cache-control", "private"),
            "/cookie" => set("set-cookie", "a=b"),
            "/lasting" => set("cache-control", "max-age=100"),
            "/tagged" => {
                set("cache-control", "max-age=100");
                set("etag", "\"v1\"");
                if request.headers().get("if-none-match").is_some_and(|tag| tag == "\"v1\"") {
                    *response.status_mut() = http::StatusCode::NOT_MODIFIED;
                    *response.body_mut() = http_body_util::Full::default().boxed();
                }
            }
            "/missing" => *response.status_mut() = http::StatusCode::NOT_FOUND,
            "/redirect" => {
                *response.status_mut() = http::StatusCode::FOUND;
                response.headers_mut().insert("location", "/lasting".parse().unwrap());
            }
            _ => {}
        }
        async { response }
    })
    .await
}

/// Fetches the request's path from the origin, with the request init in `?init=`.
const FETCH: &str = "return fetch(origin + pathname, JSON.parse(searchParams.get('init') ?? '{}'));";

async fn ask(server: &Server<'_>, path: &str, init: Value) -> (String, String) {
    let query: String = init.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect();
    let answer = server.get(&format!("{path}?init={query}")).await;
    (answer.header("cf-cache-status").to_owned(), answer.text())
}

#[tokio::test]
async fn fetch_goes_through_the_cache_where_it_is_asked_to() {
    let origin = counting().await;
    let project = caching(&origin.url(), FETCH);
    let server = project.dev().await;
    let everything = json!({ "cf": { "cacheEverything": true } });
    let minute = json!({ "cf": { "cacheTtl": 60 } });
    let no_cache = json!({ "cf": { "cacheEverything": true }, "cache": "no-cache" });
    let no_store = json!({ "cf": { "cacheEverything": true }, "cache": "no-store" });
    let by_status = json!({ "cf": { "cacheEverything": true, "cacheTtlByStatus": { "404": -1 } } });
    let mine = json!({ "cf": { "cacheTtl": 60, "cacheKey": "mine" } });
    let post = json!({ "cf": { "cacheTtl": 60 }, "method": "POST" });
    for (path, init, status, text) in [
        // A fetch that asks for nothing is not touched.
        ("/a", json!({}), "", "/a 1"),
        ("/a", everything.clone(), "MISS", "/a 2"),
        ("/a", everything.clone(), "HIT", "/a 2"),
        ("/a", json!({}), "", "/a 3"),
        ("/a", no_store, "BYPASS", "/a 4"),
        ("/a", no_cache.clone(), "MISS", "/a 5"),
        ("/a", everything.clone(), "HIT", "/a 5"),
        ("/private", everything.clone(), "BYPASS", "/private 1"),
        ("/private", everything.clone(), "BYPASS", "/private 2"),
        ("/private", minute.clone(), "MISS", "/private 3"),
        ("/private", minute.clone(), "HIT", "/private 3"),
        ("/cookie", everything.clone(), "BYPASS", "/cookie 1"),
        ("/missing", by_status.clone(), "BYPASS", "/missing 1"),
        ("/missing", everything.clone(), "MISS", "/missing 2"),
        ("/missing", everything.clone(), "HIT", "/missing 2"),
        ("/b", post, "DYNAMIC", "/b 1"),
        ("/b", mine.clone(), "MISS", "/b 2"),
        ("/c", mine.clone(), "HIT", "/b 2"),
        ("/page", json!({ "cf": { "cacheKey": "k" } }), "DYNAMIC", "/page 1"),
        ("/style.css", json!({ "cf": { "cacheKey": "css" } }), "MISS", "/style.css 1"),
        ("/style.css", json!({ "cf": { "cacheKey": "css" } }), "HIT", "/style.css 1"),
        ("/tagged", everything.clone(), "MISS", "/tagged 1"),
        ("/tagged", no_cache, "REVALIDATED", "/tagged 1"),
        ("/redirect", everything.clone(), "MISS", "/lasting 1"),
        ("/never", json!({ "cf": { "cacheTtl": -1 } }), "BYPASS", "/never 1"),
    ] {
        assert_eq!(ask(&server, path, init.clone()).await, (status.to_owned(), text.to_owned()), "{path} {init}");
    }
    assert_eq!((origin.times_asked_for("/lasting"), origin.times_asked_for("/tagged")), (1, 2));
    // Nobody reads the body of a redirect that is followed: it is kept a little later.
    eventually("a redirect from the cache", || async {
        let asked = origin.times_asked_for("/redirect");
        ask(&server, "/redirect", everything.clone()).await;
        (origin.times_asked_for("/redirect") == asked).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_cookie_of_one_visitor_is_not_given_to_the_next() {
    let origin = counting().await;
    let project = caching(&origin.url(), FETCH);
    let server = project.dev().await;
    for status in ["MISS", "HIT"] {
        let answer = server.get("/cookie?init=%7B%22cf%22%3A%7B%22cacheTtl%22%3A60%7D%7D").await;
        assert_eq!(answer.header("cf-cache-status"), status);
        assert!(!answer.headers.contains_key("set-cookie"));
    }
}

#[tokio::test]
async fn what_was_fetched_can_be_replaced_in_the_default_cache() {
    let origin = counting().await;
    let project = caching(
        &origin.url(),
        "const url = origin + '/a';
         const read = async () => (await fetch(url, { cf: { cacheTtl: 60 } })).text();
         const texts = [await read(), await (await cache.match(url))!.text()];
         await cache.put(url, new Response('mine'));
         texts.push(await read());
         await cache.delete(url);
         return Response.json([...texts, await read()]);",
    );
    let server = project.dev().await;
    assert_eq!(server.get("/").await.assert_status(200).json(), json!(["/a 1", "/a 1", "mine", "/a 2"]));
}
