//! The commands that serve nothing.

use serde_json::{Value, json};

use crate::support::Project;

const HELLO: &str = "export default { fetch: () => new Response('hello') };";

#[tokio::test]
async fn check_accepts_a_good_project() {
    let project = Project::worker(HELLO);
    project.run(&["check"]).await.assert_succeeded();
    let ended = project.run(&["check", "--json"]).await;
    ended.assert_succeeded();
    assert!(!ended.stdout.is_empty());
    for line in ended.stdout.lines() {
        serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    }
}

#[tokio::test]
async fn check_counts_assets() {
    let project = Project::site().file("public/index.html", "home");
    let ended = project.run(&["check"]).await;
    ended.assert_succeeded();
    assert!(ended.stdout.lines().any(|line| line == "Assets: 1 file"), "{}", ended.stdout);
}

#[tokio::test]
async fn check_warns_of_an_unknown_key() {
    let project = Project::worker(HELLO).config(json!({ "compatability_flags": [] }));
    let ended = project.run(&["check"]).await;
    ended.assert_succeeded();
    assert!(ended.stderr.contains("compatability_flags"), "{}", ended.stderr);
    assert!(ended.stderr.contains("compatibility_flags"), "{}", ended.stderr);
}

#[tokio::test]
async fn init_makes_a_project_that_works() {
    let folder = Project::empty();
    folder.run(&["init", "my-worker"]).await.assert_succeeded();
    assert!(folder.path().join("my-worker/src/index.ts").exists());
    let config = ["jsonc", "json", "toml"]
        .map(|extension| format!("my-worker/wrangler.{extension}"))
        .into_iter()
        .find(|path| folder.path().join(path).exists())
        .expect("a wrangler file");
    folder.run(&["check", "--config", &config]).await.assert_succeeded();
    let server = folder.dev_with(&["--config", &config]).await;
    server.get("/").await.assert_status(200).assert_says(&["Hello"]);
}

#[tokio::test]
async fn init_overwrites_nothing() {
    let project = Project::empty().file("my-worker/src/index.ts", "mine");
    project.run(&["init", "my-worker"]).await.assert_refused(&["my-worker"]);
    assert_eq!(project.read("my-worker/src/index.ts"), "mine");
}

#[tokio::test]
async fn completions_and_version() {
    let project = Project::empty();
    for shell in ["bash", "zsh", "fish"] {
        let ended = project.run(&["completions", shell]).await;
        ended.assert_succeeded();
        assert!(ended.stdout.contains("selvedge"), "{shell}");
    }
    let version = project.run(&["--version"]).await;
    version.assert_succeeded();
    assert!(version.stdout.contains(env!("CARGO_PKG_VERSION")), "{}", version.stdout);
}
