//! What a Worker finds out about its version.

use serde_json::json;

use crate::support::Project;

#[tokio::test]
async fn a_version_is_new_with_each_reload() {
    let source = "export default { fetch: (request, env) => Response.json(env.VERSION) };";
    let project = Project::worker(source).config(json!({ "version_metadata": { "binding": "VERSION" } }));
    let server = project.dev().await;
    let first = server.get("/").await.json();
    assert_eq!((first["id"].as_str().unwrap().len(), &first["tag"]), (36, &json!("")));
    assert_eq!(server.get("/").await.json(), first);
    project.write("src/index.ts", format!("{source}\n// changed"));
    server.event("reloaded", &[]).await;
    assert_ne!(server.get("/").await.json()["id"], first["id"]);
}
