//! The secrets store: values from the command line to a Worker, and nowhere else.

use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use crate::support::{Project, within};

const STORE: &str = "8f7a1cdced6342c18d223ece462fd88d";

const READ: &str = "export default {
  async fetch(request, env) {
    try { return new Response(await env.KEY.get()); }
    catch (error) { return new Response(String(error), { status: 500 }); }
  },
};";

fn project() -> Project {
    let secrets = json!([{ "binding": "KEY", "store_id": STORE, "secret_name": "api-key" }]);
    Project::worker(READ).config(json!({ "secrets_store_secrets": secrets }))
}

/// Runs `selvedge secrets-store` with a text on stdin: exit code, stdout, stderr.
async fn run_with(project: &Project, arguments: &[&str], input: &str) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_selvedge"));
    command.arg("secrets-store").args(arguments).current_dir(project.path()).env("NO_COLOR", "1");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A command that reads nothing may have ended already.
    let _closed = stdin.write_all(input.as_bytes()).await;
    drop(stdin);
    let ended = within("the command's end", child.wait_with_output()).await.unwrap();
    (ended.status.code(), String::from_utf8(ended.stdout).unwrap(), String::from_utf8(ended.stderr).unwrap())
}

/// Runs a command that must succeed, and must not show the value. Its JSON.
async fn done(project: &Project, arguments: &[&str], input: &str) -> Value {
    let (code, stdout, stderr) = run_with(project, &[arguments, &["--json"]].concat(), input).await;
    assert_eq!(code, Some(0), "{stdout}\n{stderr}");
    assert!(!stdout.contains("hunter") && !stderr.contains("hunter"), "{stdout}\n{stderr}");
    serde_json::from_str(&stdout).unwrap()
}

async fn create(project: &Project, name: &str, value: &str) -> Value {
    done(project, &["secret", "create", STORE, "--name", name, "--scopes", "workers"], value).await
}

#[tokio::test]
async fn a_worker_reads_a_secret_by_its_name() {
    let project = project();
    {
        let server = project.dev().await;
        let missing = server.get("/").await;
        assert_eq!(missing.assert_status(500).text(), "Error: Secret \"api-key\" not found");
        server.terminate();
        server.ended().await;
    }
    let made = create(&project, "api-key", "hunter2\n").await;
    assert_eq!(
        (&made["name"], &made["store_id"], &made["scopes"]),
        (&json!("api-key"), &json!(STORE), &json!(["workers"]))
    );
    let file = project.path().join(".selvedge/state/secrets/stores.sqlite");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);

    let server = project.serve().await;
    assert_eq!(server.get("/").await.assert_status(200).text(), "hunter2");
    let (code, _, stderr) = run_with(&project, &["secret", "list", STORE], "").await;
    assert!(code == Some(1) && stderr.contains("in use by another process"), "{stderr}");
}

#[tokio::test]
async fn a_secret_is_changed_copied_and_deleted() {
    let project = project();
    let made = create(&project, "first", "hunter1").await;
    let id = made["id"].as_str().unwrap();
    let changed = done(&project, &["secret", "update", STORE, "--secret-id", id, "--comment", "a word"], "").await;
    assert_eq!((&changed["id"], &changed["comment"]), (&made["id"], &json!("a word")));
    done(&project, &["secret", "update", STORE, "--secret-id", id], "hunter2").await;
    let duplicate = ["secret", "duplicate", STORE, "--secret-id", id, "--name", "api-key", "--scopes", "workers"];
    let copy = done(&project, &duplicate, "").await;
    let names = |list: &Value| list.as_array().unwrap().iter().map(|secret| secret["name"].clone()).collect::<Vec<_>>();
    let list = done(&project, &["secret", "list", STORE], "").await;
    assert_eq!(names(&list), ["api-key", "first"]);
    let list = done(&project, &["secret", "list", STORE, "--per-page", "1", "--page", "2"], "").await;
    assert_eq!(names(&list), ["first"]);
    done(&project, &["secret", "delete", STORE, "--secret-id", id], "").await;
    let got = done(&project, &["secret", "get", STORE, "--secret-id", copy["id"].as_str().unwrap()], "").await;
    assert_eq!(got["name"], "api-key");
    let server = project.dev().await;
    assert_eq!(server.get("/").await.assert_status(200).text(), "hunter2");
}

#[tokio::test]
async fn a_terminal_does_not_show_what_is_typed() {
    let project = project();
    let binary = env!("CARGO_BIN_EXE_selvedge");
    // util-linux's: runs a command on a terminal of its own.
    let mut command = Command::new("script");
    let create = format!("'{binary}' secrets-store secret create {STORE} --name api-key --scopes workers");
    command.args(["--quiet", "--return", "--command", &create, "/dev/null"]).current_dir(project.path());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut shown = String::new();
    while !shown.contains("Enter a secret value: ") {
        let mut bytes = [0; 256];
        let length = within("the question", stdout.read(&mut bytes)).await.unwrap();
        assert!(length > 0, "{shown}");
        shown.push_str(&String::from_utf8_lossy(&bytes[..length]));
    }
    stdin.write_all(b"hunter2\n").await.unwrap();
    let mut rest = Vec::new();
    within("the command's end", stdout.read_to_end(&mut rest)).await.unwrap();
    shown.push_str(&String::from_utf8_lossy(&rest));
    assert!(child.wait().await.unwrap().success() && !shown.contains("hunter"), "{shown}");

    let server = project.dev().await;
    assert_eq!(server.get("/").await.assert_status(200).text(), "hunter2");
}

#[tokio::test]
async fn stores_are_made_listed_and_deleted() {
    let project = project();
    create(&project, "api-key", "hunter2").await;
    let store = done(&project, &["store", "create", "mine"], "").await;
    assert_eq!(store["id"].as_str().unwrap().len(), 32);
    let list = done(&project, &["store", "list"], "").await;
    assert_eq!((&list[0]["id"], &list[1]["name"]), (&json!(STORE), &json!("mine")));
    done(&project, &["store", "delete", STORE], "").await;
    let server = project.dev().await;
    server.get("/").await.assert_status(500).assert_says(&["not found"]);
}

#[tokio::test]
async fn tables_have_no_values() {
    let project = project();
    let create = ["secret", "create", STORE, "--name", "api-key", "--scopes", "workers", "--value", "hunter2"];
    let (code, made, _) = run_with(&project, &create, "").await;
    assert!(code == Some(0) && made.contains("Created secret! (ID: ") && made.contains("api-key"), "{made}");
    let (_, listed, _) = run_with(&project, &["secret", "list", STORE], "").await;
    assert!(listed.contains("api-key") && listed.contains("workers"), "{listed}");
    assert!(!made.contains("hunter2") && !listed.contains("hunter2"), "{made}{listed}");
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let project = project();
    let create = ["secret", "create", STORE, "--name", "api-key", "--scopes", "workers"];
    let refused = async |arguments: &[&str], input: &str, words: &str| {
        let (code, stdout, stderr) = run_with(&project, arguments, input).await;
        assert!(code != Some(0) && stderr.contains(words), "{arguments:?}: {stdout}{stderr}");
        assert!(!stderr.contains("hunter"), "{stderr}");
    };
    refused(&create, " \n", "Need to pass in a value when creating a secret.").await;
    refused(&create, &"hunter".repeat(200), "must not exceed 1024 bytes").await;
    let bad = ["secret", "create", STORE, "--name", "a key", "--scopes", "workers"];
    refused(&bad, "hunter2", "Secret name may only contain alphanumeric characters, underscores, or dashes.").await;
    refused(&[create.as_slice(), &["--remote"]].concat(), "hunter2", "There is no remote here").await;
    refused(&["secret", "list", STORE], "", "List request returned no secrets.").await;
    refused(&["store", "list"], "", "List request returned no stores.").await;
    refused(&["store", "delete", STORE], "", "There is no secrets store").await;
    refused(&["secret", "update", STORE, "--secret-id", "1"], "hunter2", "Secret not found").await;
    assert_eq!(run_with(&project, &create, "hunter2").await.0, Some(0));
    refused(&create, "hunter2", "There is a secret called api-key").await;
    refused(&["secret", "get", "other", "--secret-id", "1"], "", "Secret not found").await;
}
