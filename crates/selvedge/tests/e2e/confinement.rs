//! The process's own sandbox: what a server cannot do any more, and that all it has to do still works.
//!
//! What is refused within is tried from within by the unit tests of `sandbox`; here is seen from outside that the real
//! server is in it, with all of its threads.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::MetadataExt;

use serde_json::json;

use crate::support::{Origin, Project, Server, reply};

/// Reads a line of each thread's status.
fn of_threads(server: &Server<'_>, name: &str) -> Vec<String> {
    let tasks = fs::read_dir(format!("/proc/{}/task", server.pid())).unwrap();
    let status = tasks.filter_map(|task| fs::read_to_string(task.unwrap().path().join("status")).ok());
    let line = |status: String| status.lines().find_map(|line| Some(line.strip_prefix(name)?.trim().to_owned()));
    status.filter_map(line).collect()
}

fn assert_confined(server: &Server<'_>) {
    for (name, value) in
        [("NoNewPrivs:", "1"), ("Seccomp:", "2"), ("CapEff:", "0000000000000000"), ("CapPrm:", "0000000000000000")]
    {
        let found = of_threads(server, name);
        assert!(found.len() > 3 && found.iter().all(|found| found == value), "{name} {found:?}");
    }
}

const EVERYTHING: &str = r#"
    import { lookup } from "node:dns/promises";
    import { connect } from "cloudflare:sockets";
    const attempts = {
        async kv({ KV }) { await KV.put("a", "x".repeat(100_000)); return (await KV.get("a")).length },
        async d1({ DB }) {
            await DB.exec("CREATE TABLE t (x TEXT)");
            await DB.exec("INSERT INTO t WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c WHERE n<30000) SELECT hex(randomblob(100)) FROM c");
            // More than SQLite sorts in memory: it goes to a file.
            return (await DB.prepare("SELECT count(*) AS n FROM (SELECT x FROM t UNION SELECT x || 'a' FROM t ORDER BY 1)").first()).n;
        },
        async dump({ DB }) { return (await DB.dump()).byteLength > 1000 },
        async r2({ R2 }) {
            await R2.put("o", new Uint8Array(3_000_000));
            return (await (await R2.get("o")).arrayBuffer()).byteLength;
        },
        async cache() {
            const headers = { "cache-control": "max-age=100" };
            await caches.default.put("https://x.test/a", new Response(new Uint8Array(1_000_000), { headers }));
            return (await (await caches.default.match("https://x.test/a")).arrayBuffer()).byteLength;
        },
        async analytics({ EVENTS }) { EVENTS.writeDataPoint({ blobs: ["a"] }); return true },
        async assets({ ASSETS }) { return (await ASSETS.fetch("http://x.test/page.txt")).text() },
        async fetch({ ORIGIN }) { return (await fetch(`http://127.0.0.1:${ORIGIN}/`)).text() },
        async byName({ ORIGIN }) { return (await fetch(`http://localhost:${ORIGIN}/`)).text() },
        async lookup() { return ["127.0.0.1", "::1"].includes((await lookup("localhost")).address) },
        async socket({ ORIGIN }) {
            const socket = connect({ hostname: "127.0.0.1", port: Number(ORIGIN) });
            await socket.opened;
            await socket.close();
            return true;
        },
        async compile() {
            let sum = 0;
            for (let i = 0; i < 3_000_000; i++) sum = (sum + i) % 1_000_003;
            return /^(a|b)+c$/.test("ab".repeat(1000) + "c") && sum > 0;
        },
        async random() { return crypto.getRandomValues(new Uint8Array(8)).length },
        async zone() { return Intl.DateTimeFormat().resolvedOptions().timeZone },
    };
    export default { async fetch(request, env) {
        const results = {};
        for (const [name, attempt] of Object.entries(attempts)) {
            results[name] = await attempt(env).catch((error) => String(error));
        }
        return Response.json(results);
    } };"#;

fn with_everything(origin: &Origin) -> Project {
    Project::worker(EVERYTHING).file("public/page.txt", "an asset").config(json!({
        "compatibility_flags": ["nodejs_compat"],
        "vars": { "ORIGIN": origin.address().rsplit(':').next().unwrap() },
        "kv_namespaces": [{ "binding": "KV", "id": "kv" }],
        "d1_databases": [{ "binding": "DB", "database_name": "db", "database_id": "db" }],
        "r2_buckets": [{ "binding": "R2", "bucket_name": "bucket" }],
        "analytics_engine_datasets": [{ "binding": "EVENTS", "dataset": "events" }],
        "assets": { "directory": "public", "binding": "ASSETS", "run_worker_first": ["/all"] },
    }))
}

#[tokio::test]
async fn all_that_a_server_does_works_within() {
    let origin = Origin::start(async |_| reply("from the origin")).await;
    let project = with_everything(&origin);
    for arguments in
        [&["--allow-private-network"][..], &["--allow-private-network", "--jitless", "--persist-to", "elsewhere"]]
    {
        let server = project.serve_with(arguments).await;
        let expected = json!({
            "kv": 100_000, "d1": 60_000, "dump": true, "r2": 3_000_000, "cache": 1_000_000, "analytics": true,
            "assets": "an asset", "fetch": "from the origin", "byName": "from the origin", "lookup": true,
            "socket": true, "compile": true, "random": 8, "zone": "UTC",
        });
        assert_eq!(server.get("/all").await.assert_status(200).json(), expected, "{arguments:?}");
        assert_eq!(server.get("/page.txt").await.assert_status(200).text(), "an asset");
        // With the threads that work made since.
        assert_confined(&server);
        server.terminate();
        assert!(server.ended().await.success());
    }
}

#[tokio::test]
async fn the_global_scope_runs_within() {
    let project = Project::worker("console.log('begun'); export default { fetch: () => new Response('ok') };");
    let server = project.serve().await;
    server.log(&["begun"]).await;
    let event = server.event("sandbox", &[]).await;
    for layer in ["files", "listening", "system calls", "capabilities"] {
        assert!(event["on"].as_array().unwrap().contains(&json!(layer)), "{event}");
    }
    assert_eq!(event["missing"], json!([]));
    let text = server.output_text();
    assert!(text.find("\"sandbox\"").unwrap() < text.find("begun").unwrap(), "{text}");
}

#[tokio::test]
async fn what_lies_beside_the_assets_is_out_of_reach() {
    // The asset is read when it is asked for. What its folder is by then, another one of the same name, is not covered.
    let project = Project::site().file("public/page.txt", "as it was");
    let server = project.serve().await;
    assert_eq!(server.get("/page.txt").await.assert_status(200).text(), "as it was");
    fs::rename(project.path().join("public"), project.path().join("before")).unwrap();
    project.write("public/page.txt", "of another folder");
    let text = server.get("/page.txt").await.text();
    assert!(!text.contains("of another folder"), "{text}");

    let server = project.serve_with(&["--sandbox=off"]).await;
    assert_eq!(server.get("/page.txt").await.text(), "of another folder");
}

#[tokio::test]
async fn without_it_is_said_what_is_lost() {
    let project = Project::worker("export default { fetch: () => new Response('ok') };");
    let server = project.serve_with(&["--sandbox=off", "--log-level=none"]).await;
    server.prints(&["[WARNING] The sandbox is off (--sandbox=off)"]).await;
    server.prints(&["read and write every file that this user may"]).await;
    assert_eq!(server.event("sandbox", &[]).await["on"], json!([]));
    assert!(of_threads(&server, "Seccomp:").iter().all(|mode| mode == "0"));
    assert_eq!(server.get("/").await.assert_status(200).text(), "ok");
}

#[tokio::test]
async fn development_is_not_confined() {
    let project = Project::worker("export default { fetch: () => new Response('ok') };");
    let server = project.dev().await;
    assert!(of_threads(&server, "Seccomp:").iter().all(|mode| mode == "0"));
}

#[tokio::test]
async fn a_custom_build_may_do_anything_before() {
    let source = "export default { fetch: () => new Response('built') };";
    let project = Project::worker("")
        .file("source.js", source)
        .config(json!({ "build": { "command": "cp source.js built.js && touch /tmp/. && cat /etc/passwd" }, "main": "built.js" }));
    let server = project.serve().await;
    assert_eq!(server.get("/").await.assert_status(200).text(), "built");
    assert_confined(&server);
}

#[tokio::test]
async fn without_compilers_no_memory_is_executable() {
    let project = Project::worker(
        "const add = (a, b) => a + b;
         export default { fetch() {
             let sum = 0;
             for (let i = 0; i < 1_000_000; i++) sum = add(sum, i) % 65_537;
             return Response.json([sum, 'aXb'.replace(/x/i, '-'), typeof WebAssembly]);
         } };",
    );
    let executable = |server: &Server<'_>| {
        let maps = fs::read_to_string(format!("/proc/{}/maps", server.pid())).unwrap();
        // Of files, and what the kernel itself puts there ([vdso]), there always is some.
        let own = |line: &&str| {
            line.split_whitespace().nth(1).is_some_and(|mode| mode.contains('x'))
                && !line.contains('/')
                && !line.contains('[')
        };
        maps.lines().filter(own).count()
    };
    let server = project.serve_with(&["--jitless"]).await;
    assert_eq!(server.get("/").await.assert_status(200).json()[1], "a-b");
    assert_eq!(server.get("/").await.json()[2], "undefined");
    assert_eq!(executable(&server), 0);

    let server = project.serve().await;
    server.get("/").await.assert_status(200);
    assert!(executable(&server) > 0);
}

#[tokio::test]
async fn webassembly_is_refused_without_compilers() {
    let wasm = include_bytes!("../../../../examples/wasm/src/hash.wasm");
    let project = Project::worker(
        "import module from './hash.wasm'; export default { fetch: () => Response.json([typeof module]) };",
    )
    .file("src/hash.wasm", wasm);
    let refused = project.run(&["serve", "--port", "0", "--jitless"]).await;
    refused.assert_refused(&["The Worker worker uses WebAssembly", "hash.wasm", "--jitless"]);
}

/// Only root can make the case, and only root is in it.
#[tokio::test]
async fn what_only_capabilities_reach_is_told_at_the_start() {
    let project = Project::worker("export default { fetch: () => new Response('ok') };").file("state/lock", "");
    let state = project.path().join("state");
    if fs::metadata(&state).unwrap().uid() != 0 || std::os::unix::fs::chown(&state, Some(12_345), None).is_err() {
        return;
    }
    let refused = project.run(&["serve", "--port", "0", "--persist-to", "state"]).await;
    refused.assert_refused(&["state could not be used in the sandbox", "capabilities", "--sandbox=off"]);
    let server = project.serve_with(&["--persist-to", "state", "--sandbox=off"]).await;
    server.get("/").await.assert_status(200);
}
