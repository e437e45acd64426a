//! What stops a start: one line with the cause and what to do, and a failing exit code.

use std::net::TcpListener;

use serde_json::json;

use crate::support::Project;

const HELLO: &str = "export default { fetch: () => new Response('hello') };";

#[tokio::test]
async fn a_port_in_use() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let project = Project::worker(HELLO);
    for command in ["dev", "serve"] {
        let ended = project.run(&[command, "--ip", "127.0.0.1", "--port", &port]).await;
        ended.assert_refused(&[&port, "in use"]);
    }
}

#[tokio::test]
async fn no_configuration() {
    let project = Project::empty();
    for command in ["dev", "check", "serve"] {
        project.run(&[command]).await.assert_refused(&["wrangler."]);
    }
    project.run(&["dev", "--config", "nowhere.toml"]).await.assert_refused(&["nowhere.toml"]);
}

#[tokio::test]
async fn a_configuration_that_cannot_be_read() {
    let project = Project::empty().file("wrangler.jsonc", "{\n  \"name\": \"a\",\n  \"main\" \"b\"\n}\n");
    project.run(&["check"]).await.assert_refused(&["wrangler.jsonc:3:"]);
    let project = Project::empty().file("wrangler.toml", "name = \"a\"\nmain = = \"b\"\n");
    project.run(&["check"]).await.assert_refused(&["wrangler.toml:2:"]);
}

#[tokio::test]
async fn a_key_of_the_wrong_type() {
    let project = Project::empty().file(
        "wrangler.jsonc",
        "{\n  \"name\": \"a\",\n  \"main\": 12,\n  \"compatibility_date\": \"2026-11-01\"\n}\n",
    );
    project.run(&["check"]).await.assert_refused(&["wrangler.jsonc:3:", "main", "string"]);
}

#[tokio::test]
async fn a_missing_entry() {
    let project = Project::worker(HELLO).config(json!({ "main": "src/nowhere.ts" }));
    project.run(&["check"]).await.assert_refused(&["src/nowhere.ts"]);
}

#[tokio::test]
async fn an_unresolved_import() {
    let project = Project::worker("import x from 'not-installed';\nexport default { fetch: () => new Response(x) };");
    project.run(&["check"]).await.assert_refused(&["not-installed", "src/index.ts:1:"]);
}

#[tokio::test]
async fn a_syntax_error() {
    let project = Project::worker("export default {\n  fetch: () => new Response('oops'\n};\n");
    project.run(&["check"]).await.assert_refused(&["src/index.ts:3:"]);
}

#[tokio::test]
async fn a_bad_certificate() {
    let project = Project::worker(HELLO).file("cert.pem", "no certificate").file("key.pem", "no key");
    let arguments = ["--local-protocol", "https", "--https-cert-path", "cert.pem", "--https-key-path", "key.pem"];
    let ended = project.run(&[&["dev", "--port", "0"], arguments.as_slice()].concat()).await;
    ended.assert_refused(&["cert.pem"]);
    let arguments = ["--local-protocol", "https", "--https-cert-path", "none.pem", "--https-key-path", "key.pem"];
    let ended = project.run(&[&["dev", "--port", "0"], arguments.as_slice()].concat()).await;
    ended.assert_refused(&["none.pem"]);
}

#[tokio::test]
async fn an_unreadable_geo_database() {
    let project = Project::worker(HELLO).file("geo.mmdb", "no database");
    project.run(&["dev", "--port", "0", "--geo-db", "geo.mmdb"]).await.assert_refused(&["geo.mmdb"]);
    project.run(&["dev", "--port", "0", "--geo-db", "none.mmdb"]).await.assert_refused(&["none.mmdb"]);
}

#[tokio::test]
async fn an_unknown_command_or_argument() {
    let project = Project::empty();
    for arguments in [["sevre"].as_slice(), &["dev", "--prot", "1"]] {
        let ended = project.run(arguments).await;
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
        assert!(ended.stderr.contains("similar"), "{}", ended.stderr);
    }
}
