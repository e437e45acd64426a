//! `selvedge import`: what `wrangler dev` left, in a Worker's hands.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::Project;

const WORKER: &str = r#"
export default {
  async fetch(request, env) {
    const { value, metadata } = await env.KV.getWithMetadata("plain");
    const bytes = [...new Uint8Array(await env.KV.get("bytes", "arrayBuffer"))];
    const { keys } = await env.KV.list();
    const users = await env.DB.prepare("SELECT name FROM users ORDER BY id").all();
    const tables = await env.DB.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE type = 'table'").first("n");
    const one = await env.BUCKET.get("folder/one.txt");
    const parts = await env.BUCKET.get("parts");
    return Response.json({
      kv: { value, metadata, bytes, keys },
      d1: { users: users.results.map((user) => user.name), tables },
      r2: {
        one: [await one.text(), one.httpMetadata, one.customMetadata, one.etag],
        parts: [await parts.text(), parts.httpMetadata.contentType],
      },
    });
  },
};
"#;

fn project() -> Project {
    let project = Project::worker(WORKER).config(json!({
        "kv_namespaces": [{ "binding": "KV", "id": "0123456789abcdef0123456789abcdef" }],
        "d1_databases": [
            { "binding": "DB", "database_name": "mydb", "database_id": "11111111-2222-3333-4444-555555555555" },
        ],
        "r2_buckets": [{ "binding": "BUCKET", "bucket_name": "my-bucket" }],
    }));
    let left = Path::new(env!("CARGO_MANIFEST_DIR")).join("../storage/tests/storage/fixtures/wrangler-state");
    copy(&left, &project.path().join(".wrangler/state"));
    project
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in from.read_dir().unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

#[tokio::test]
async fn what_wrangler_left_is_there() {
    let project = project();
    let imported = project.run(&["import", "--json"]).await;
    imported.assert_succeeded();
    let report: Value = serde_json::from_str(&imported.stdout).unwrap();
    let counts = report["imported"].as_array().unwrap();
    let counts: Vec<_> = counts.iter().map(|row| (&row["product"], &row["status"], &row["entries"])).collect();
    let (came, product) = (json!("imported"), |name: &str| json!(name));
    let expected = [(product("KV"), json!(2)), (product("D1"), json!(1)), (product("R2"), json!(2))];
    for (product, entries) in &expected {
        assert!(counts.contains(&(product, &came, entries)), "{report}");
    }

    let server = project.dev().await;
    let answer = server.get("/").await.assert_status(200).json();
    assert_eq!(
        answer["kv"],
        json!({
            "value": "a value",
            "metadata": { "note": "kept" },
            "bytes": [0, 1, 255],
            "keys": [
                { "name": "bytes", "expiration": 2_000_000_000 },
                { "name": "plain", "metadata": { "note": "kept" } },
            ],
        })
    );
    assert_eq!(answer["d1"], json!({ "users": ["Ann", "Bob"], "tables": 1 }));
    assert_eq!(
        answer["r2"]["one"],
        json!([
            "hello",
            { "contentType": "text/plain", "cacheControl": "max-age=5" },
            { "k": "v" },
            "5d41402abc4b2a76b9719d911017c592",
        ])
    );
    assert_eq!(answer["r2"]["parts"], json!(["the only part", "text/csv"]));
}

#[tokio::test]
async fn a_database_that_is_there_is_replaced_only_on_demand() {
    let project = project();
    project.run(&["import"]).await.assert_succeeded();
    let insert = ["d1", "execute", "mydb", "--command", "INSERT INTO users (name) VALUES ('Cid')"];
    project.run(&insert).await.assert_succeeded();
    let again = project.run(&["import"]).await;
    again.assert_succeeded();
    assert!(again.stdout.contains("--overwrite"), "{}", again.stdout);
    let count = ["d1", "execute", "mydb", "--json", "--command", "SELECT count(*) AS n FROM users"];
    assert!(project.run(&count).await.stdout.contains("3"));
    project.run(&["import", "--overwrite"]).await.assert_succeeded();
    assert!(!project.run(&count).await.stdout.contains("\"n\": 3"));
}

#[tokio::test]
async fn a_folder_that_is_none_of_wranglers_is_refused() {
    let project = Project::worker("export default {};");
    project.run(&["import"]).await.assert_refused(&["no state folder of wrangler's", ".wrangler/state"]);
    project.run(&["import", "/nowhere"]).await.assert_refused(&["/nowhere"]);
}
