//! `selvedge serve` with a folder of Workers, routed by host and path.

use serde_json::json;

use crate::support::Project;

fn fleet(workers: &[(&str, &[&str])]) -> Project {
    workers.iter().fold(Project::empty(), |project, (name, routes)| {
        let source = format!("export default {{ fetch: () => new Response('{name}') }};");
        project.with_worker(name, &source, json!({ "routes": routes }))
    })
}

#[tokio::test]
async fn workers_are_routed_by_host_and_path() {
    let project = fleet(&[
        ("shop", &["shop.test/*"]),
        ("shop-api", &["shop.test/api/*"]),
        ("wild", &["*.wild.test/*"]),
        ("exact", &["exact.test/only"]),
    ]);
    let server = project.serve().await;
    for (host, path, worker) in [
        ("shop.test", "/", "shop"),
        ("shop.test", "/api/items", "shop-api"),
        ("SHOP.test", "/API/items", "shop"),
        ("shop.test:8080", "/api/", "shop-api"),
        ("a.wild.test", "/x", "wild"),
        ("a.b.wild.test", "/x", "wild"),
        ("exact.test", "/only", "exact"),
    ] {
        assert_eq!(server.get_from(host, path).await.assert_status(200).text(), worker, "{host}{path}");
    }
    for (host, path) in [("nobody.test", "/"), ("exact.test", "/other"), ("wild.test.evil", "/")] {
        server.get_from(host, path).await.assert_status(404);
    }
}

#[tokio::test]
async fn one_worker_that_fails_leaves_the_others_alone() {
    let project = fleet(&[("good", &["good.test/*"]), ("bad", &["bad.test/*"])])
        .file("bad/index.js", "throw new Error('at startup'); export default {};");
    let server = project.serve().await;
    server.get_from("bad.test", "/").await.assert_status(500).assert_says(&["1101"]);
    assert_eq!(server.get_from("good.test", "/").await.assert_status(200).text(), "good");
}

#[tokio::test]
async fn data_that_another_server_wrote_is_not_passed_over_in_silence() {
    let kv = json!({ "kv_namespaces": [{ "binding": "KV", "id": "kv" }] });
    let source = "export default { fetch: async (request, env) => new Response(await env.KV.get('k')) };";
    let project = fleet(&[("b", &["b.test/*"])]).with_worker("a", source, kv);
    let put = ["kv", "key", "put", "--config", "a/wrangler.json", "--binding", "KV", "k", "kept"];
    project.run(&put).await.assert_succeeded();
    let server = project.serve().await;
    server.prints(&["The data in", "a/.selvedge/state", "is not used"]).await;
    drop(server);
    let server = project.serve_with(&["--persist-to", "a/.selvedge/state"]).await;
    assert_eq!(server.get_from("a.test", "/").await.assert_status(200).text(), "kept");
    server.terminate();
    assert_eq!(server.ended().await.code(), Some(0));
    // A clean end leaves each file whole by itself.
    assert!(!project.path().join("a/.selvedge/state/kv/kv.sqlite-wal").exists());
}

#[tokio::test]
async fn one_worker_alone_answers_every_host() {
    let project = Project::worker("export default { fetch: (request) => new Response(new URL(request.url).host) };");
    let server = project.serve().await;
    assert_eq!(server.get_from("any.test", "/").await.assert_status(200).text(), "any.test");
}

#[tokio::test]
async fn workers_share_no_globals() {
    let project = fleet(&[("a", &["a.test/*"]), ("b", &["b.test/*"])]);
    for name in ["a", "b"] {
        let source = "globalThis.seen = (globalThis.seen ?? 0) + 1; export default { fetch: () => new Response(String(globalThis.seen)) };";
        project.write(&format!("{name}/index.js"), source);
    }
    let server = project.serve().await;
    for host in ["a.test", "b.test"] {
        assert_eq!(server.get_from(host, "/").await.assert_status(200).text(), "1");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn memory_comes_in_small_pages() {
    let project = fleet(&[("only", &["only.test/*"])]);
    let server = project.serve().await;
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let is_enabled = status.lines().find_map(|line| line.strip_prefix("THP_enabled:"));
    assert!(is_enabled.is_none_or(|value| value.trim() == "0"), "{is_enabled:?}");
}
