//! KV namespaces: the interface on `env`, the data behind it, and the commands on it.

use http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Project, eventually};

const MIB: usize = 1 << 20;

/// Keeps what is posted under its path, streaming both ways.
const STORE: &str = "export default {
    async fetch(request, env) {
        const key = new URL(request.url).pathname.slice(1);
        const kv = env[new URL(request.url).searchParams.get('binding') ?? 'KV'];
        try {
            if (request.method === 'POST') {
                await kv.put(key, request.body ?? '');
                return new Response('kept');
            }
            const value = await kv.get(key, 'stream');
            return value === null ? new Response('none', { status: 404 }) : new Response(value);
        } catch (error) {
            return new Response(String(error), { status: 500 });
        }
    }
};";

fn with_kv(source: &str, namespaces: Value) -> Project {
    Project::worker(source).config(json!({ "kv_namespaces": namespaces }))
}

fn store() -> Project {
    with_kv(STORE, json!([{ "binding": "KV", "id": "0123456789abcdef0123456789abcdef" }, { "binding": "BARE" }]))
}

/// What a command printed, as JSON.
async fn printed(project: &Project, arguments: &[&str]) -> Value {
    let ended = project.run(arguments).await;
    ended.assert_succeeded();
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {}", ended.stdout))
}

#[tokio::test]
async fn the_interface_is_hosteds() {
    let hosted: Value = serde_json::from_str(include_str!("kv/hosted.json")).unwrap();
    let project = with_kv(include_str!("kv/api.js"), json!([{ "binding": "KV", "id": "abc" }]));
    let server = project.dev().await;
    let ours = server.get("/").await.assert_status(200).json();
    let hosted = hosted.as_object().unwrap();
    let differences: Vec<_> = hosted.iter().filter(|(name, answer)| ours[*name] != **answer).collect();
    let shown = differences.iter().map(|(name, answer)| format!("{name}: {}\nhosted: {answer}", ours[*name]));
    assert!(differences.is_empty(), "{}", shown.collect::<Vec<_>>().join("\n"));
    assert_eq!(ours.as_object().unwrap().len(), hosted.len());
}

#[tokio::test]
async fn many_keys_are_listed_page_by_page() {
    let source = "export default {
        async fetch(request, env) {
            for (let n = 0; n < 250; n++) await env.KV.put(`k${String(n).padStart(4, '0')}`, 'v');
            const names = [];
            const pages = [];
            let cursor;
            do {
                const page = await env.KV.list({ limit: 100, cursor });
                names.push(...page.keys.map((key) => key.name));
                pages.push([page.keys.length, page.list_complete, typeof page.cursor]);
                cursor = page.cursor;
            } while (cursor);
            const sorted = names.every((name, at) => at === 0 || names[at - 1] < name);
            const bad = await env.KV.list({ cursor: '!!!' }).catch((error) => error.message);
            return Response.json({ pages, sorted, distinct: new Set(names).size, bad });
        }
    };";
    let project = with_kv(source, json!([{ "binding": "KV", "id": "abc" }]));
    let server = project.dev_with(&["--durability", "process"]).await;
    let pages = json!([[100, false, "string"], [100, false, "string"], [50, true, "undefined"]]);
    let answer = server.get("/").await.assert_status(200).json();
    assert_eq!((&answer["pages"], &answer["sorted"], &answer["distinct"]), (&pages, &json!(true), &json!(250)));
    assert!(answer["bad"].as_str().unwrap().starts_with("KV GET failed: 400 Invalid cursor"), "{answer}");
}

#[tokio::test]
async fn what_was_acknowledged_survives_the_end_of_the_server() {
    let project = store();
    let server = project.dev().await;
    server.post("/a", "first").await.assert_status(200);
    server.terminate();
    server.ended().await;
    for round in 0..5 {
        let server = project.serve().await;
        let before = if round == 0 { "first".to_owned() } else { format!("round {}", round - 1) };
        assert_eq!(server.get("/a").await.text(), before);
        server.post("/a", format!("round {round}")).await.assert_status(200);
        // SIGKILL, right after the answer.
        server.kill().await;
    }
    let server = project.dev().await;
    assert_eq!(server.get("/a").await.text(), "round 4");
}

#[tokio::test]
async fn large_values_stream_and_are_whole_or_not_there() {
    let project = store();
    let server = project.dev().await;
    let value: Vec<u8> = (0..20 * MIB).map(|n| (n / 7) as u8).collect();
    server.post("/large", value.clone()).await.assert_status(200);
    let answer = server.get("/large").await;
    assert_eq!(answer.header("content-length"), value.len().to_string());
    assert!(answer.body == value, "{} bytes", answer.body.len());

    // The length is announced, and enough: the answer comes before the body is sent.
    let mut connection = server.connect().await;
    let length = 25 * MIB + 1;
    connection.send(format!("POST /large HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n")).await;
    let too_long = connection.answer().await;
    assert_eq!(too_long.status, 500);
    let words = "KV PUT failed: 413 Value length of 26214401 exceeds limit of 26214400.";
    assert!(too_long.body.contains(words), "{}", too_long.body);
    assert_eq!(server.get("/large").await.body.len(), value.len());

    // A client that goes away halfway.
    let mut connection = server.connect().await;
    connection.send("POST /half HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\r\n").await;
    connection.send(vec![1; 4 * MIB]).await;
    drop(connection);
    server.get("/half").await.assert_status(404);
    server.post("/half", "whole").await.assert_status(200);
    assert_eq!(server.get("/half").await.text(), "whole");
}

#[tokio::test]
async fn namespaces_are_found_by_identifier() {
    let project = with_kv(
        STORE,
        json!([
            { "binding": "KV", "id": "one", "preview_id": "two" },
            { "binding": "SAME", "id": "two" },
            { "binding": "OTHER", "id": "one" },
            { "binding": "BARE" },
        ]),
    );
    let server = project.dev().await;
    server.post("/a?binding=KV", "for previews").await.assert_status(200);
    server.post("/a?binding=BARE", "bare").await.assert_status(200);
    assert_eq!(server.get("/a?binding=SAME").await.text(), "for previews");
    server.get("/a?binding=OTHER").await.assert_status(404);
    drop(server);
    let get = |arguments: &'static [&'static str]| {
        let project = &project;
        async move {
            // The server may be about to end.
            eventually("the state to be free", || async {
                let ended = project.run(&[&["kv", "key", "get", "a"], arguments].concat()).await;
                (!ended.stderr.contains("in use")).then_some((ended.code, ended.stdout))
            })
            .await
        }
    };
    assert_eq!(get(&["--binding", "KV"]).await.1, "for previews");
    assert_eq!(get(&["--binding", "KV", "--preview"]).await.1, "for previews");
    assert_eq!(get(&["--binding", "KV", "--preview=false"]).await.0, Some(1));
    assert_eq!(get(&["--namespace-id", "two"]).await.1, "for previews");
    assert_eq!(get(&["--binding", "BARE"]).await.1, "bare");
}

#[tokio::test]
async fn a_damaged_namespace_is_named_and_others_go_on() {
    let project = store();
    project.write(".selvedge/state/kv/0123456789abcdef0123456789abcdef.sqlite", "no database at all".repeat(100));
    let server = project.dev().await;
    for answer in [server.get("/a").await, server.post("/a", "x").await] {
        answer.assert_status(500).assert_says(&["KV ", "failed: 500", "abcdef.sqlite", "damaged"]);
    }
    server.post("/a?binding=BARE", "x").await.assert_status(200);
    assert_eq!(server.get("/a?binding=BARE").await.text(), "x");
}

#[tokio::test]
async fn operations_count_as_subrequests() {
    let source = "export default {
        async fetch(request, env) {
            let done = 0;
            try {
                for (;; done++) await env.KV.get('a');
            } catch (error) {
                return new Response(`${done} ${error.message}`);
            }
        }
    };";
    let project = with_kv(source, json!([{ "binding": "KV", "id": "abc" }]));
    let server = project.dev().await;
    server
        .get("/")
        .await
        .assert_says(&["10000 Too many subrequests by single Worker invocation. To configure this limit"]);
}

#[tokio::test]
async fn commands_and_workers_see_the_same_data() {
    let project = store().file("logo.bin", [0, 159, 146, 150]);
    let put = ["kv", "key", "put", "--binding", "KV"];
    let with = |arguments: &[&'static str]| [&put, arguments].concat();
    project.run(&with(&["greeting", "hello", "--ttl", "3600", "--metadata", r#"{"a": [1]}"#])).await.assert_succeeded();
    project.run(&with(&["logo", "--path", "logo.bin"])).await.assert_succeeded();
    let get = ["kv", "key", "get", "--binding", "KV"];
    let text = project.run(&[&get[..], &["greeting", "--text"]].concat()).await;
    assert_eq!(text.stdout, "hello\n");
    let logo = printed(&project, &[&get[..], &["logo", "--json"]].concat()).await;
    assert_eq!((&logo["value"], &logo["base64"]), (&json!("AJ+Slg=="), &json!(true)));

    let server = project.dev().await;
    assert_eq!(server.get("/greeting").await.text(), "hello");
    assert_eq!(server.get("/logo").await.body, [0, 159, 146, 150]);
    server.post("/from/worker", "w").await.assert_status(200);
    project.run(&with(&["x", "y"])).await.assert_refused(&["in use by another process"]);
    server.terminate();
    server.ended().await;

    // Not a terminal: JSON, as wrangler prints it.
    let keys = printed(&project, &["kv", "key", "list", "--binding", "KV"]).await;
    assert!(keys[1]["expiration"].is_u64(), "{keys}");
    assert_eq!(keys[1]["metadata"], json!({ "a": [1] }));
    let names = |keys: &Value| keys.as_array().unwrap().iter().map(|key| key["name"].clone()).collect::<Vec<_>>();
    assert_eq!(names(&keys), ["from/worker", "greeting", "logo"]);
    let keys = printed(&project, &["kv", "key", "list", "--binding", "KV", "--prefix", "gr"]).await;
    assert_eq!(names(&keys), ["greeting"]);

    project.run(&["kv", "key", "delete", "--binding", "KV", "greeting"]).await.assert_succeeded();
    project.run(&[&get[..], &["greeting"]].concat()).await.assert_refused(&["Value not found"]);
}

#[tokio::test]
async fn many_keys_are_written_read_and_deleted_by_files() {
    let pairs: Vec<_> = (0..1500).map(|n| json!({ "key": format!("k{n:04}"), "value": format!("{n}") })).collect();
    let project = store()
        .file("pairs.json", Value::Array(pairs).to_string())
        .file("more.json", r#"[{"key":"b","value":"//8=","base64":true,"metadata":1},{"key":"b","value":"last"}]"#)
        .file("bad.json", r#"[{"key":"a","value":"x"},{"key":"","value":"x"},{"value":1}]"#)
        .file("keys.json", r#"["k0007", {"name": "k1499"}, "nowhere"]"#);
    let bulk = |command: &'static str, file: &'static str| ["kv", "bulk", command, file, "--namespace-id", "other"];
    let put = printed(&project, &[&bulk("put", "pairs.json")[..], &["--json"]].concat()).await;
    assert_eq!(put, json!({ "namespaceId": "other", "keys": 1500 }));
    project.run(&bulk("put", "more.json")).await.assert_succeeded();
    project.run(&bulk("put", "bad.json")).await.assert_refused(&["index 1", "must not be empty", "index 2"]);
    let found = printed(&project, &bulk("get", "keys.json")).await;
    assert_eq!(found, json!({ "k0007": { "value": "7" }, "k1499": { "value": "1499" }, "nowhere": { "value": null } }));
    let last = project.run(&["kv", "key", "get", "b", "--namespace-id", "other"]).await;
    assert_eq!(last.stdout, "last");
    project.run(&[&bulk("delete", "keys.json")[..], &["--force"]].concat()).await.assert_succeeded();
    let keys = printed(&project, &["kv", "key", "list", "--namespace-id", "other"]).await;
    assert_eq!(keys.as_array().unwrap().len(), 1499);
}

#[tokio::test]
async fn namespaces_are_made_named_listed_and_deleted() {
    let project = store();
    let made = project.run(&["kv", "namespace", "create", "my sessions"]).await;
    made.assert_succeeded();
    assert!(
        made.stdout.contains("\"binding\": \"my_sessions\"") && made.stdout.contains("\"id\": \""),
        "{}",
        made.stdout
    );
    project.run(&["kv", "namespace", "create", "my sessions"]).await.assert_refused(&["already exists"]);
    let rename = ["kv", "namespace", "rename", "my sessions", "--new-name", "logins"];
    project.run(&rename).await.assert_succeeded();
    project.run(&rename).await.assert_refused(&["No namespace found with the name \"my sessions\""]);
    project.run(&["kv", "key", "put", "--binding", "BARE", "a", "b"]).await.assert_succeeded();

    let listed = printed(&project, &["kv", "namespace", "list"]).await;
    let shown: Vec<_> =
        listed.as_array().unwrap().iter().map(|one| (&one["binding"], &one["title"], &one["keys"])).collect();
    let (null, kv, bare, logins) = (json!(null), json!("KV"), json!("BARE"), json!("logins"));
    assert_eq!(shown, [(&kv, &null, &json!(0)), (&bare, &null, &json!(1)), (&null, &logins, &json!(0))]);

    project.run(&["kv", "namespace", "delete", "logins", "-y"]).await.assert_succeeded();
    project.run(&["kv", "namespace", "delete", "--binding", "BARE", "-y"]).await.assert_succeeded();
    let listed = printed(&project, &["kv", "namespace", "list"]).await;
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert_eq!(listed[1]["keys"], 0);
}

#[tokio::test]
async fn commands_refuse_what_cannot_be_done() {
    let project = store();
    for (arguments, words) in [
        (&["put", "k", "v"][..], "--binding NAME or --namespace-id ID"),
        (&["put", "k", "v", "--binding", "NOPE"], "A namespace with binding name \"NOPE\" was not found"),
        (&["put", "k", "v", "--binding", "KV", "--preview"], "No preview ID found for KV"),
        (&["put", "k", "v", "--binding", "KV", "--remote"], "There is no remote here"),
        (&["put", "k", "v", "--binding", "KV", "--ttl", "59"], "Expiration TTL must be at least 60"),
        (&["put", "k", "v", "--binding", "KV", "--metadata", "{"], "The metadata is not JSON"),
        (&["put", "..", "v", "--binding", "KV"], "Illegal key name"),
        (&["put", "k", "--path", "nowhere", "--binding", "KV"], "Cannot read nowhere"),
        (&["get", "", "--binding", "KV"], "Key names must not be empty"),
    ] {
        project.run(&[&["kv", "key"], arguments].concat()).await.assert_refused(&[words]);
    }
    // Whatever wrangler takes besides is taken.
    project.run(&["kv", "key", "put", "k", "v", "--binding", "KV", "--local"]).await.assert_succeeded();
}

#[tokio::test]
async fn rate_limiter_refuses_the_101st_request_of_a_client() {
    let project = Project::example("rate-limiter");
    let server = project.dev_with(&["--trusted-proxy", "127.0.0.1"]).await;
    let from = |client: &'static str| Answer::of(server.request(Method::GET, "/").header("x-forwarded-for", client));
    for left in (0..100).rev() {
        let answer = from("203.0.113.7").await;
        assert_eq!(answer.assert_status(200).header("ratelimit-remaining"), left.to_string());
    }
    let refused = from("203.0.113.7").await;
    let wait: u64 = refused.assert_status(429).header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    from("2001:db8::7").await.assert_status(200);
}

#[tokio::test]
async fn feature_flags_are_set_and_asked_for() {
    let project = Project::example("feature-flags").file(".dev.vars", "ADMIN_TOKEN=secret\n");
    project
        .run(&["kv", "key", "put", "--binding", "FLAGS", "flag/dark-mode", r#"{"enabled":true}"#])
        .await
        .assert_succeeded();
    let server = project.dev().await;
    let put = |name: &str, flag: Value| {
        let request = server.request(Method::PUT, &format!("/flags/{name}")).header("authorization", "Bearer secret");
        Answer::of(request.body(flag.to_string()))
    };
    put("checkout", json!({ "enabled": true, "percentage": 50, "users": ["ada"] })).await.assert_status(200);
    put("off", json!({ "enabled": false, "users": ["ada"] })).await.assert_status(200);
    put("broken", json!({ "enabled": "yes" })).await.assert_status(422);
    let ada = server.get("/flags?user=ada").await.assert_status(200).json();
    assert_eq!(ada, json!({ "checkout": true, "dark-mode": true, "off": false }));
    assert_eq!(server.get("/flags/nowhere").await.json()["on"], false);

    let mut on = 0;
    for user in 0..100 {
        let path = format!("/flags/checkout?user=user-{user}");
        let first = server.get(&path).await.json()["on"].clone();
        assert_eq!(server.get(&path).await.json()["on"], first, "a user's share is the same each time");
        on += u32::from(first == true);
    }
    assert!((20..=80).contains(&on), "{on} of 100 are half");

    server.post("/flags/checkout", "").await.assert_status(405);
    let delete = |token: &'static str| {
        Answer::of(server.request(Method::DELETE, "/flags/checkout").header("authorization", token))
    };
    delete("Bearer wrong!").await.assert_status(401);
    delete("Bearer secret").await.assert_status(204);
    assert_eq!(server.get("/flags/checkout?user=ada").await.json()["on"], false);
}
