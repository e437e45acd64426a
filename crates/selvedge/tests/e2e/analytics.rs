//! Analytics Engine: data points from a Worker, and SQL over them.

use serde_json::{Value, json};

use crate::support::{Project, eventually};

/// Writes the data points of the request's body, and answers with what each call did.
const WRITE: &str = "
let early;
try { (await import('cloudflare:workers')).env.WEATHER.writeDataPoint(); } catch (error) { early = String(error); }
export default {
  async fetch(request, env) {
    if (request.method === 'GET') return Response.json([early, String(env.WEATHER)]);
    const bytes = (point) => ({ ...point, blobs: point.blobs?.map((blob) => blob?.bytes ? new Uint8Array(blob.bytes) : blob) });
    const done = (await request.json()).map((point) => {
      try { return String(env.WEATHER.writeDataPoint(Array.isArray(point?.blobs) ? bytes(point) : point)); }
      catch (error) { return String(error); }
    });
    return Response.json(done);
  },
};";

fn project() -> Project {
    let datasets = json!([{ "binding": "WEATHER", "dataset": "weather" }]);
    Project::worker(WRITE).config(json!({ "analytics_engine_datasets": datasets }))
}

async fn query(project: &Project, sql: &str) -> Value {
    let ended = project.run(&["analytics", "query", sql, "--json"]).await;
    ended.assert_succeeded();
    serde_json::from_str(&ended.stdout).unwrap()
}

#[tokio::test]
async fn points_are_there_when_the_server_has_ended() {
    let project = project();
    for command in ["dev", "serve"] {
        let server = if command == "dev" { project.dev().await } else { project.serve().await };
        let points = json!([
            { "indexes": [command], "blobs": ["Graz", null, { "bytes": [98, 121] }, 7], "doubles": [21.5, "2"] },
            {},
        ]);
        assert_eq!(server.post("/", points.to_string()).await.json(), json!(["undefined", "undefined"]));
        server.terminate();
        assert!(server.ended().await.success());
        let sql = format!(
            "SELECT dataset, _sample_interval, index1, blob1, blob2, blob3, blob4, blob20, double1, double2, double20
             FROM weather WHERE index1 = '{command}' AND timestamp > datetime('now', '-1 hour')"
        );
        let row = json!({
            "dataset": "weather", "_sample_interval": 1, "index1": command, "blob1": "Graz", "blob2": "", "blob3": "by",
            "blob4": "7", "blob20": "", "double1": 21.5, "double2": 2.0, "double20": 0.0,
        });
        assert_eq!(query(&project, &sql).await, json!({ "data": [row], "rows": 1 }));
    }
    assert_eq!(query(&project, "SELECT count(*) AS n FROM weather").await["data"], json!([{ "n": 4 }]));
    let ended = project.run(&["analytics", "query", "SHOW TABLES"]).await;
    ended.assert_succeeded();
    assert!(ended.stdout.contains(" weather ") && ended.stdout.contains("1 row"), "{}", ended.stdout);
}

#[tokio::test]
async fn points_can_be_queried_while_the_server_runs() {
    let project = project();
    let server = project.dev().await;
    server.post("/", r#"[{ "doubles": [42] }]"#).await.assert_status(200);
    eventually("the data point", || async {
        let ended = project.run(&["analytics", "query", "SELECT double1 FROM weather", "--json"]).await;
        ended.stdout.contains("42").then_some(())
    })
    .await;
    server.post("/", r#"[{ "doubles": [43] }]"#).await.assert_status(200);
}

#[tokio::test]
async fn limits_and_their_texts_are_hosteds() {
    let project = project();
    let server = project.dev().await;
    let said = server.get("/").await.assert_status(200).json();
    assert!(said[0].as_str().unwrap().starts_with("Error: Disallowed operation called within global scope."), "{said}");
    assert_eq!(said[1], "[object AnalyticsEngine]");
    let long = |length: usize| "x".repeat(length);
    let cases = [
        (json!({ "indexes": ["a", "b"] }), "TypeError: writeDataPoint(): Maximum of 1 indexes supported."),
        (json!({ "indexes": [long(97)] }), "TypeError: writeDataPoint(): Size of indexes[0] exceeds 96 bytes)."),
        (json!({ "indexes": [long(96)] }), "undefined"),
        (json!({ "blobs": vec!["b"; 21] }), "TypeError: writeDataPoint(): Maximum of 20 blobs supported."),
        (json!({ "blobs": vec!["b"; 20], "doubles": vec![1; 20] }), "undefined"),
        (json!({ "doubles": vec![1; 21] }), "TypeError: writeDataPoint(): Maximum of 20 doubles supported."),
        (
            json!({ "blobs": [long(8192), "\u{e4}".repeat(4096), "x"] }),
            "TypeError: writeDataPoint(): Cumulative size of blobs exceeds 16384 bytes).",
        ),
        (json!({ "blobs": [long(8192), "\u{e4}".repeat(4096)] }), "undefined"),
        (
            json!({ "blobs": "b" }),
            "TypeError: Incorrect type for the 'blobs' field on 'AnalyticsEngineEvent': the provided value is not of type 'Array'.",
        ),
        (
            json!(null),
            "TypeError: Failed to execute 'writeDataPoint' on 'AnalyticsEngine': parameter 1 is not of type 'AnalyticsEngineEvent'.",
        ),
    ];
    let points: Vec<_> = cases.iter().map(|(point, _)| point).collect();
    let said = server.post("/", json!(points).to_string()).await.json();
    for ((point, expected), said) in cases.iter().zip(said.as_array().unwrap()) {
        assert_eq!(said, expected, "{point}");
    }
    let said = server.post("/", json!(vec![json!({}); 251]).to_string()).await.json();
    assert_eq!(
        (&said[249], &said[250]),
        (&json!("undefined"), &json!("Error: Analytics Engine write limit exceeded."))
    );
}

#[tokio::test]
async fn a_query_that_has_no_answer_says_why() {
    let project = project();
    let run = async |sql: &str| project.run(&["analytics", "query", sql]).await;
    run("SELECT * FROM weather").await.assert_refused(&["There is no dataset called weather"]);
    run("DELETE FROM weather").await.assert_refused(&["There is no dataset called weather"]);
    run("CREATE TABLE t (x)").await.assert_refused(&["Only queries"]);
    run("SELEC 1").await.assert_refused(&["syntax error"]);
    project.run(&["analytics", "query", "SELECT 1", "--remote"]).await.assert_refused(&["no remote"]);
    assert!(!project.path().join(".selvedge").exists());
}
