//! Hyperdrive: a database's address on `env`.

use serde_json::{Value, json};
use tokio::process::Command;

use crate::support::{Project, within};

const ADDRESS: &str = "postgres://user:p%40ss@db.example:6543/my-db?sslmode=require";

const PRINT: &str = "export default {
  fetch(request, { DB }) {
    const { connectionString, host, port, user, password, database } = DB;
    const connect = typeof DB.connect;
    try { DB.host = 'changed'; } catch {}
    return Response.json({ connectionString, host, port, user, password, database, connect, same: DB.host === host,
      keys: Object.keys({ ...DB }).sort(), tag: String(DB) });
  },
};";

fn project(settings: &Value) -> Project {
    let mut hyperdrive = json!({ "binding": "DB", "id": "0123456789abcdef0123456789abcdef" });
    hyperdrive.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    Project::worker(PRINT).config(json!({ "hyperdrive": [hyperdrive] }))
}

#[tokio::test]
async fn a_worker_has_the_databases_address() {
    let project = project(&json!({ "localConnectionString": ADDRESS }));
    let server = project.dev().await;
    let found = server.get("/").await.assert_status(200).json();
    assert_eq!(
        found,
        json!({
            "connectionString": ADDRESS, "host": "db.example", "port": 6543, "user": "user", "password": "p@ss",
            "database": "my-db", "connect": "function", "same": true,
            "keys": ["connectionString", "database", "host", "password", "port", "user"],
            "tag": "[object Hyperdrive]",
        })
    );
}

#[tokio::test]
async fn local_files_may_have_the_address() {
    let project = project(&json!({ "localConnectionString": ADDRESS }))
        .file(".dev.vars", "CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_DB=mysql://u:p@localhost/other\n");
    let server = project.dev().await;
    let found = server.get("/").await.assert_status(200).json();
    assert_eq!((&found["database"], &found["port"]), (&json!("other"), &json!(3306)));
}

#[tokio::test]
async fn a_binding_without_an_address_is_refused_by_name_and_place() {
    let project = project(&json!({}));
    let words = ["wrangler.json:1:", "Hyperdrive binding DB", "localConnectionString"];
    for command in [["dev", "--port", "0"].as_slice(), &["serve", "--port", "0"], &["check"]] {
        let ended = project.run(command).await;
        ended.assert_refused(&words);
        ended.assert_refused(&["CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_DB"]);
    }
    // Unless the environment has it.
    let mut check = Command::new(env!("CARGO_BIN_EXE_selvedge"));
    check.arg("check").current_dir(project.path()).env("WRANGLER_HYPERDRIVE_LOCAL_CONNECTION_STRING_DB", ADDRESS);
    let ended = within("the check's end", check.output()).await.unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_without_its_password() {
    let project = project(&json!({ "localConnectionString": "postgres://user:hunter2@db.example" }));
    let ended = project.run(&["check"]).await;
    ended.assert_refused(&["wrangler.json:1:", "binding DB", "localConnectionString must have a database name"]);
    assert!(!ended.stderr.contains("hunter2"), "{}", ended.stderr);
}
