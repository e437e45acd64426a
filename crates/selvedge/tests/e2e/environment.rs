//! What a Worker finds on `env`, and where it comes from.

use serde_json::json;

use crate::support::Project;

const PRINT_ENV: &str = "export default { fetch: (request, env) => Response.json(env) };";

#[tokio::test]
async fn vars_are_strings_or_json() {
    let vars = json!({ "TEXT": "words", "NUMBER": 1.5, "FLAG": true, "NESTED": { "list": [1, "two", null] } });
    let project = Project::worker(PRINT_ENV).config(json!({ "vars": vars }));
    let server = project.dev().await;
    assert_eq!(server.get("/").await.assert_status(200).json(), vars);
}

#[tokio::test]
async fn dev_vars_and_arguments_override_vars() {
    let project = Project::worker(PRINT_ENV)
        .config(json!({ "vars": { "A": "file", "B": "file", "C": "file" } }))
        .file(".dev.vars", "# secrets\nB=dev-vars\nC=dev-vars\nMULTI=\"two\\nlines\"\nSINGLE='kept $AS #is'\n");
    let server = project.dev_with(&["--var", "C:argument", "--var", "D:with:colon"]).await;
    let expected = json!({
        "A": "file", "B": "dev-vars", "C": "argument", "D": "with:colon",
        "MULTI": "two\nlines", "SINGLE": "kept $AS #is",
    });
    assert_eq!(server.get("/").await.assert_status(200).json(), expected);
}

#[tokio::test]
async fn an_environment_has_its_own_vars_and_secrets() {
    let project = Project::worker(PRINT_ENV)
        .config(json!({
            "vars": { "WHERE": "top", "ONLY_TOP": "1" },
            "env": { "staging": { "vars": { "WHERE": "staging" } } },
        }))
        .file(".dev.vars", "SECRET=top\n")
        .file(".dev.vars.staging", "SECRET=staging\n");
    let server = project.dev_with(&["--env", "staging"]).await;
    // `vars` are not inherited.
    let expected = json!({ "WHERE": "staging", "SECRET": "staging" });
    assert_eq!(server.get("/").await.assert_status(200).json(), expected);
}

#[tokio::test]
async fn a_dot_env_file_serves_where_there_is_no_dev_vars() {
    let project = Project::worker(PRINT_ENV).file(".env", "SECRET=from-dot-env\n");
    let server = project.dev().await;
    assert_eq!(server.get("/").await.assert_status(200).json(), json!({ "SECRET": "from-dot-env" }));
}

#[tokio::test]
async fn a_binding_without_its_service_is_refused_by_name() {
    let project =
        Project::worker(PRINT_ENV).config(json!({ "vectorize": [{ "binding": "VECTORS", "index_name": "words" }] }));
    project.run(&["dev", "--port", "0"]).await.assert_refused(&["VECTORS", "Vectorize"]);
    project.run(&["check"]).await.assert_refused(&["VECTORS", "Vectorize"]);
}
