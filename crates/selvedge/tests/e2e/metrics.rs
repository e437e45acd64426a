//! `serve --metrics`: each of them after it has been provoked.

use std::time::Duration;

use serde_json::json;

use crate::support::{Answer, Origin, Project, Server, eventually, reply};

/// The samples of a page: each line's name with its labels, and its value.
pub(crate) struct Samples(Vec<(String, f64)>);

impl Samples {
    /// Those of the page at this address.
    pub(crate) async fn of(url: &str) -> Self {
        let answer = Answer::of(reqwest::Client::builder().no_proxy().build().unwrap().get(url)).await;
        let text = answer.assert_status(200).text();
        assert_eq!(answer.header("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
        assert!(text.ends_with("# EOF\n"), "{text}");
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        Self(
            lines
                .map(|line| {
                    let (name, value) = line.rsplit_once(' ').unwrap();
                    (name.to_owned(), value.parse().unwrap())
                })
                .collect(),
        )
    }

    /// The value of one.
    #[track_caller]
    pub(crate) fn get(&self, name: &str) -> f64 {
        let found = self.0.iter().find(|(sample, _)| sample == name);
        found.unwrap_or_else(|| panic!("{name} is not among {:#?}", self.0)).1
    }
}

const SOURCE: &str = "
    let kept = [];
    export default { async fetch(request, env, ctx) {
      const url = new URL(request.url);
      switch (url.pathname) {
        case '/throws': throw new Error('mine');
        case '/hangs': return new Promise(() => {});
        case '/waits': await scheduler.wait(1e6); break;
        case '/spins': for (;;);
        case '/bomb': for (;;) kept.push(new Array(1e6).fill({}));
        case '/logs': for (let at = 0; at < 1000; at++) console.log('x'.repeat(1000)); break;
        case '/fetches': await Promise.all(Array.from({ length: 8 }, () => fetch(env.ORIGIN))); break;
        case '/many': for (;;) await env.SELF.fetch('http://any.test/');
        case '/too-many': for (;;) await env.KV.get('a');
        case '/upload': await request.arrayBuffer(); break;
      }
      return new Response('fine');
    } };";

/// The address of a server's page.
pub(crate) async fn page(server: &Server<'_>) -> String {
    server.event("metrics", &[]).await["url"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn each_metric_shows_what_provoked_it() {
    let origin = Origin::start(|_| async {
        tokio::time::sleep(Duration::from_millis(30)).await;
        reply("slow")
    })
    .await;
    let project = Project::worker(SOURCE).config(json!({
        "vars": { "ORIGIN": origin.url() },
        "limits": { "cpu_ms": 300, "subrequests": 40 },
        "services": [{ "binding": "SELF", "service": "worker" }],
        "kv_namespaces": [{ "binding": "KV", "id": "abc" }],
    }));
    let arguments =
        ["--metrics", "localhost:0", "--allow-private-network", "--max-body-size", "1KB", "--instances", "1"];
    let server = project.serve_with(&arguments).await;
    let url = page(&server).await;
    assert!(url.starts_with("http://127.0.0.1:") && url.ends_with("/metrics"), "{url}");

    for (path, status) in [("/", 200), ("/throws", 500), ("/hangs", 500), ("/spins", 503), ("/", 200)] {
        server.get(path).await.assert_status(status);
    }
    for (path, status) in [("/logs", 200), ("/fetches", 200), ("/many", 500), ("/too-many", 500), ("/bomb", 503)] {
        server.get(path).await.assert_status(status);
    }
    server.post("/upload", vec![0; 2000]).await.assert_status(413);
    let impatient = server.request(http::Method::GET, "/waits").timeout(Duration::from_millis(300)).send().await;
    assert!(impatient.is_err());

    let labelled = |name: &str, label: &str, value: &str| format!("{name}{{worker=\"worker\",{label}=\"{value}\"}}");
    let outcome = |outcome: &str| labelled("selvedge_requests_total", "outcome", outcome);
    let limit = |limit: &str| labelled("selvedge_limits_met_total", "limit", limit);
    let of_worker = |name: &str| format!("{name}{{worker=\"worker\"}}");
    let samples = eventually("the end of the cancelled request", || async {
        let samples = Samples::of(&url).await;
        (samples.get(&outcome("canceled")) > 0.0).then_some(samples)
    })
    .await;
    // Two of `/`, the log, the fetches, and what `/many` led to.
    assert!(samples.get(&outcome("ok")) >= 35.0, "{:#?}", samples.0);
    assert_eq!(samples.get(&outcome("exception")), 3.0);
    assert_eq!(samples.get(&outcome("hung")), 1.0);
    assert_eq!(samples.get(&outcome("exceededCpu")) + samples.get(&outcome("exceededMemory")), 2.0);
    assert_eq!(samples.get(&outcome("startFailure")), 0.0);
    assert!(samples.get(&limit("cpu_time")) >= 1.0);
    assert_eq!(samples.get(&limit("cpu_time")) + samples.get(&limit("memory")), 2.0);
    assert_eq!(samples.get(&limit("subrequests")), 1.0);
    assert_eq!(samples.get(&limit("connections")), 2.0);
    assert_eq!(samples.get(&limit("invocations")), 1.0);
    assert_eq!(samples.get(&limit("log_size")), 1.0);
    assert_eq!(samples.get(&limit("body_size")), 1.0);
    assert_eq!(samples.get(&limit("startup")), 0.0);
    assert_eq!(samples.get(&limit("wait_until")), 0.0);
    let total: f64 = ["ok", "exception", "hung", "exceededCpu", "exceededMemory", "canceled", "startFailure"]
        .map(|name| samples.get(&outcome(name)))
        .iter()
        .sum();
    assert_eq!(samples.get(&of_worker("selvedge_request_duration_seconds_count")), total);
    let infinite = labelled("selvedge_request_duration_seconds_bucket", "le", "+Inf");
    let swapped = "selvedge_request_duration_seconds_bucket{le=\"+Inf\",worker=\"worker\"}";
    assert!(samples.0.iter().any(|(name, value)| (*name == infinite || name == swapped) && *value == total));
    assert!(samples.get(&of_worker("selvedge_request_duration_seconds_sum")) > 0.3);
    assert!(samples.get(&of_worker("selvedge_instances")) <= 1.0);
    // One at the start, which was let go; one that was ended by `/spins`, one by `/bomb`, one for `/waits`.
    assert!(samples.get(&of_worker("selvedge_instance_starts_total")) >= 4.0);
    assert!(samples.get(&of_worker("selvedge_instance_evictions_total")) >= 2.0);
    assert!(samples.get("selvedge_warm_isolates") <= samples.get("selvedge_warm_isolates_wanted"));
    assert!(samples.get("selvedge_warm_isolates_wanted") >= 1.0);
    assert!(samples.get("selvedge_state_bytes") > 0.0);
    assert!(samples.get("process_cpu_seconds_total") > 0.0);
    assert!(samples.get("process_resident_memory_bytes") > 1e6);
    assert!(samples.get("process_virtual_memory_bytes") > 1e6);
    assert!(samples.get("process_threads") > 1.0);
    assert!(samples.get("process_open_fds") > 3.0);
    assert!(samples.get("process_max_fds") > 3.0);

    let other = url.replace("/metrics", "/other");
    Answer::of(reqwest::Client::builder().no_proxy().build().unwrap().get(other)).await.assert_status(404);
}

#[tokio::test]
async fn starts_that_fail_are_counted() {
    let project = Project::worker("throw new Error('at the start');");
    let server = project.serve_with(&["--metrics", "127.0.0.1:0"]).await;
    server.get("/").await.assert_status(500);
    let samples = Samples::of(&page(&server).await).await;
    assert_eq!(samples.get("selvedge_requests_total{worker=\"worker\",outcome=\"startFailure\"}"), 1.0);
    let slow = Project::worker("for (;;);");
    let server = slow.serve_with(&["--metrics", "127.0.0.1:0"]).await;
    server.get("/").await.assert_status(503);
    let samples = Samples::of(&page(&server).await).await;
    assert_eq!(samples.get("selvedge_limits_met_total{worker=\"worker\",limit=\"startup\"}"), 1.0);
}

#[tokio::test]
async fn there_are_none_unless_they_are_asked_for() {
    let project = Project::worker("export default { fetch: () => new Response('fine') };");
    let server = project.serve().await;
    assert!(!server.output_text().contains("metrics"), "{}", server.output_text());
    let taken = format!("127.0.0.1:{}", server.address().port());
    let ended = project.run(&["serve", "--port", "0", "--metrics", &taken]).await;
    ended.assert_refused(&["is already in use"]);
    let ended = project.run(&["serve", "--metrics", "9100"]).await;
    assert!(ended.code == Some(2) && ended.stderr.contains("expected an IP address and a port"), "{}", ended.stderr);
}
