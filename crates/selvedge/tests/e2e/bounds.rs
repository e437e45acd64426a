//! What hosted bounds, through the binary: connections, bodies, sizes, variables.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Origin, Project, eventually, reply};

/// An origin that tells how many requests it had at once at the most, and answers each after a while.
async fn slow_origin() -> (Origin, Arc<AtomicUsize>) {
    let most = Arc::<AtomicUsize>::default();
    let (now, seen) = (Arc::<AtomicUsize>::default(), most.clone());
    let origin = Origin::start(move |_| {
        let (now, seen) = (now.clone(), seen.clone());
        async move {
            seen.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(50)).await;
            now.fetch_sub(1, Ordering::SeqCst);
            reply("x".repeat(100_000))
        }
    })
    .await;
    (origin, most)
}

#[tokio::test]
async fn six_connections_wait_for_an_answer_and_others_for_them() {
    let (origin, most) = slow_origin().await;
    let project = Project::worker(
        "export default { async fetch(request, env) {
           const fetches = Array.from({ length: 20 }, (_, at) => fetch(env.ORIGIN + '/' + at));
           const responses = await Promise.all(fetches);
           // Bodies that nobody reads hold nobody up.
           return new Response(responses.map((response) => response.status).join(' '));
         } };",
    )
    .config(json!({ "vars": { "ORIGIN": origin.url() } }));
    let server = project.dev().await;
    assert_eq!(server.get("/").await.assert_status(200).text(), vec!["200"; 20].join(" "));
    assert_eq!(most.load(Ordering::SeqCst), 6);
}

#[tokio::test]
async fn one_that_is_aborted_leaves_the_queue() {
    let (origin, most) = slow_origin().await;
    let project = Project::worker(
        "export default { async fetch(request, env) {
           const controller = new AbortController();
           const first = Array.from({ length: 6 }, () => fetch(env.ORIGIN));
           const aborted = Array.from({ length: 10 }, () => fetch(env.ORIGIN, { signal: controller.signal }));
           const last = fetch(env.ORIGIN);
           controller.abort();
           const ends = await Promise.allSettled([...first, ...aborted, last]);
           return Response.json(ends.map(({ status }) => status[0]).join(''));
         } };",
    )
    .config(json!({ "vars": { "ORIGIN": origin.url() } }));
    let server = project.dev().await;
    assert_eq!(server.get("/").await.json(), json!(format!("{}{}f", "f".repeat(6), "r".repeat(10))));
    assert_eq!(most.load(Ordering::SeqCst), 6);
    assert_eq!(origin.times_asked_for("/"), 7);
}

#[tokio::test]
async fn workers_that_call_each_other_share_connections_but_not_subrequests() {
    let (origin, most) = slow_origin().await;
    let vars = json!({ "ORIGIN": origin.url() });
    let front = "export default { async fetch(request, env) {
        const back = Array.from({ length: 4 }, () => env.BACK.fetch(request.url).then((response) => response.text()));
        const own = Array.from({ length: 4 }, () => fetch(env.ORIGIN).then((response) => response.status));
        return Response.json([await Promise.all(back), await Promise.all(own)]);
      } };";
    let back = "export default { async fetch(request, env) {
        let count = 0, error;
        const one = () => fetch(env.ORIGIN).then(() => count++, (thrown) => { error = thrown.message.slice(0, 20); });
        await Promise.all(Array.from({ length: 6 }, one));
        return new Response(`${count} ${error}`);
      } };";
    let services = json!([{ "binding": "BACK", "service": "back" }]);
    let project = Project::empty()
        .with_worker("front", front, json!({ "vars": vars, "services": services, "limits": { "subrequests": 8 } }))
        .with_worker("back", back, json!({ "vars": vars, "limits": { "subrequests": 5 } }));
    let server = project.serve_with(&["--allow-private-network"]).await;
    let answer = server.get_from("front.test", "/").await.assert_status(200).json();
    assert_eq!(answer, json!([vec!["5 Too many subrequests"; 4], vec![200; 4]]));
    assert!(most.load(Ordering::SeqCst) <= 6, "{most:?}");
}

#[tokio::test]
async fn a_request_leads_to_thirty_two_invocations() {
    let source = "export default { async fetch(request, env) {
        if (new URL(request.url).pathname === '/leaf') return new Response('leaf');
        let count = 0;
        try { for (;; count++) await (await env.SELF.fetch('http://any.test/leaf')).text(); }
        catch (error) { return new Response(`${count} ${error.message}`); }
      } };";
    let project = Project::worker(source).config(json!({ "services": [{ "binding": "SELF", "service": "worker" }] }));
    let server = project.dev().await;
    server.get("/").await.assert_says(&["31 Too many Worker invocations"]);
    server.get("/").await.assert_says(&["31 Too many Worker invocations"]);
}

const UPLOADS: &str = "export default { async fetch(request) {
    if (new URL(request.url).pathname === '/unread') return new Response('unread');
    let bytes = 0;
    try { for await (const chunk of request.body) bytes += chunk.length; }
    catch (error) { console.log('broke after', bytes, error.message); throw error; }
    return new Response(String(bytes));
  } };";

#[tokio::test]
async fn bodies_are_bounded_with_and_without_a_length() {
    let project = Project::worker(UPLOADS);
    for arguments in [vec!["dev"], vec!["serve"]] {
        let server = match arguments[0] {
            "dev" => project.dev_with(&["--max-body-size", "1MB"]).await,
            _ => project.serve_with(&["--max-body-size", "1MB"]).await,
        };
        let chunks = |count: usize| {
            let chunks = std::iter::repeat_with(|| Ok::<_, std::io::Error>(vec![b'x'; 64 * 1024])).take(count);
            reqwest::Body::wrap_stream(futures_util::stream::iter(chunks))
        };
        assert_eq!(server.post("/", vec![b'x'; 1 << 20]).await.text(), "1048576");
        assert_eq!(server.post("/", chunks(16)).await.text(), "1048576");
        let refused = server.post("/", chunks(17)).await;
        refused.assert_status(413).assert_says(&["error code: 413"]);
        server.log(&["broke after"]).await;
        // The head is enough to be refused.
        let mut connection = server.connect().await;
        connection
            .send("POST /unread HTTP/1.1\r\nhost: a\r\naccept: text/html\r\ncontent-length: 1048577\r\n\r\n")
            .await;
        let answer = connection.read_to_close().await;
        assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("connection: close"), "{answer}");
        assert!(answer.contains("<h2>Request Entity Too Large</h2>"), "{answer}");
        // Whoever comes next is served.
        assert_eq!(server.post("/", "abc").await.text(), "3");
    }
}

#[tokio::test]
async fn the_largest_body_is_hosteds() {
    let project = Project::worker(UPLOADS);
    let server = project.serve().await;
    let mut connection = server.connect().await;
    connection.send("POST /unread HTTP/1.1\r\nhost: a\r\ncontent-length: 104857601\r\n\r\n").await;
    assert!(connection.read_to_close().await.starts_with("HTTP/1.1 413 "));
    let mut connection = server.connect().await;
    connection.send("POST /unread HTTP/1.1\r\nhost: a\r\ncontent-length: 104857600\r\n\r\n").await;
    assert!(connection.read_until("\r\n").await.starts_with("HTTP/1.1 200 "));
}

/// Text that does not compress.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    })
    .flatten()
    .take(bytes)
    .collect()
}

#[tokio::test]
async fn a_worker_that_is_too_large_is_not_served() {
    let source = "import data from './data.bin'; import more from './more.bin';
        export default { fetch: () => new Response(String(data.byteLength + more.byteLength)) };";
    let project = |large: usize| {
        Project::worker(source).file("src/data.bin", vec![0; large]).file("src/more.bin", noise(100_000))
    };
    let much = project(65 << 20);
    for command in [vec!["serve"], vec!["check"]] {
        let ended = much.run(&command).await;
        ended.assert_refused(&[
            "The Worker worker exceeded the size limit of 64.00 MiB: its modules have 65.",
            "data.bin - 66560.00 KiB",
            "more.bin - 97.66 KiB",
        ]);
    }
    let server = much.dev().await;
    server.event("warning", &["exceeded the size limit of 64.00 MiB"]).await;
    assert_eq!(server.get("/").await.text(), (65 * 1024 * 1024 + 100_000).to_string());
    drop(server);
    let enough = project(11 << 20).file("src/more.bin", noise(11 << 20));
    let ended = enough.run(&["check"]).await;
    ended.assert_succeeded();
    assert!(ended.stderr.contains("The Worker worker is large"), "{}", ended.stderr);
}

#[tokio::test]
async fn variables_are_bounded() {
    let source = "export default { fetch: (request, env) => new Response(String(env.LARGE?.length)) };";
    let large = Project::worker(source).config(json!({ "vars": { "LARGE": "x".repeat(5121) } }));
    let many: serde_json::Map<String, Value> = (0..129).map(|at| (format!("V{at}"), json!(at))).collect();
    let many = Project::worker(source).config(json!({ "vars": many }));
    for (project, words) in [
        (&large, "the variable LARGE has 5.00 KB, more than the 5 KB that a variable may have"),
        (&many, "there are 129 variables and secrets, more than 128"),
    ] {
        for command in ["serve", "check"] {
            project.run(&[command]).await.assert_refused(&[words]);
        }
    }
    let server = large.dev().await;
    server.event("warning", &["the variable LARGE"]).await;
    assert_eq!(server.get("/").await.text(), "5121");
    let fits = Project::worker(source).config(json!({ "vars": { "LARGE": "x".repeat(5120) } }));
    assert_eq!(fits.serve().await.get("/").await.text(), "5120");
}

#[tokio::test]
async fn one_who_uploads_too_much_and_never_ends_is_cut_off() {
    let project = Project::worker(UPLOADS);
    let server = project.serve_with(&["--max-body-size", "64KB"]).await;
    let mut connection = server.connect().await;
    connection.send("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n").await;
    let chunk = format!("8000\r\n{}\r\n", "x".repeat(0x8000));
    for _ in 0..3 {
        connection.send(&chunk).await;
    }
    let answer = connection.read_to_close().await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    eventually("an answer to the next", || async { (server.post("/", "abc").await.text() == "3").then_some(()) }).await;
}
