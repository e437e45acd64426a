//! Turns that V8 cannot end: what they cost the others, and the Worker whose turn it was.

use std::time::Duration;

use http::Method;
use serde_json::json;
use tokio::task::JoinSet;

use crate::metrics::{Samples, page};
use crate::support::{Answer, Project, Server, eventually, late};

/// Its loop is in V8's builtins.
const BUILTIN: &str = "Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 1)";

/// Its loop is in V8's C++.
const NATIVE: &str = "Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)";

/// V8 gives up in it.
const GIVES_UP: &str = "'x'.repeat(2 ** 28).match(/x/g)";

/// How many requests at once are to take a thread each.
const ATTEMPTS: usize = 100;

/// The most threads that one Worker may take before it is refused: an instance a core, and those that were begun meanwhile.
fn bound() -> f64 {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    (cores + 2) as f64
}

/// Workers, each at a host of its own, with hardly any CPU time: what is asked of it soon shows. The neighbour has what Workers
/// have: on a loaded machine, what others take from a thread may be charged to it.
fn project(workers: &[(&str, &str)]) -> Project {
    project_with(workers, 5)
}

fn project_with(workers: &[(&str, &str)], cpu_ms: u32) -> Project {
    workers.iter().fold(Project::empty(), |project, (name, source)| {
        let calls = (*name == "caller").then(|| json!({ "binding": "STUCK", "service": "stuck" }));
        let services: Vec<_> = calls.into_iter().collect();
        let limits = if *name == "neighbour" { json!({}) } else { json!({ "cpu_ms": cpu_ms }) };
        project.with_worker(name, source, json!({ "limits": limits, "services": services }))
    })
}

const NEIGHBOUR: (&str, &str) = ("neighbour", "export default { fetch: () => new Response('here') };");

const CALLER: (&str, &str) = (
    "caller",
    "export default { async fetch(request, env) {
        const { pathname } = new URL(request.url);
        try { return await env.STUCK.fetch(`http://stuck.test${pathname}`); } catch (error) { return new Response(String(error)); }
    } };",
);

/// A Worker that makes this call at any path but `/`.
fn holding(call: &str) -> String {
    format!(
        "export default {{ fetch: (request) => {{
            if (new URL(request.url).pathname !== '/') {call};
            return new Response('alive');
        }} }};"
    )
}

/// Asks a Worker so many times at once, and does not wait for answers.
fn ask(server: &Server<'_>, name: &str, times: usize) -> JoinSet<()> {
    let host = format!("{name}.test");
    let requests = (0..times).map(|_| server.request(Method::GET, "/stuck").header("Host", &host));
    requests.map(|request| async { drop(request.send().await) }).collect()
}

/// Waits until the log says that a Worker is refused.
async fn is_told(server: &Server<'_>, name: &str) {
    let told = format!("The Worker {name} is refused until");
    late(&told, || async { server.output_text().contains(&told).then_some(()) }).await;
}

async fn neighbour_answers(server: &Server<'_>) {
    for _ in 0..20 {
        assert_eq!(server.get_from("neighbour.test", "/").await.assert_status(200).text(), "here");
    }
}

const LOST: &str = "selvedge_threads_lost_total{worker=\"stuck\",cause=\"stuck\"}";

#[tokio::test]
async fn a_builtin_that_does_not_end_burns_no_core() {
    let project = project(&[NEIGHBOUR, ("stuck", &holding(BUILTIN))]);
    let server = project.serve_with(&["--metrics", "127.0.0.1:0"]).await;
    let url = page(&server).await;
    let _requests = ask(&server, "stuck", ATTEMPTS);
    is_told(&server, "stuck").await;
    neighbour_answers(&server).await;
    // Those that were in a turn are parked, one after the other.
    late("all threads to be parked", || async {
        let samples = Samples::of(&url).await;
        (samples.get("selvedge_threads_parked") >= 1.0 && samples.get("selvedge_threads_held") == 0.0).then_some(())
    })
    .await;
    late("the processor to be idle", || async {
        let begin = Samples::of(&url).await.get("process_cpu_seconds_total");
        tokio::time::sleep(Duration::from_secs(2)).await;
        (Samples::of(&url).await.get("process_cpu_seconds_total") - begin < 0.3).then_some(())
    })
    .await;
    let samples = Samples::of(&url).await;
    let lost = samples.get(LOST);
    assert!(lost <= bound(), "{lost} threads are lost");
    assert_eq!(samples.get("selvedge_threads_in_reserve"), 16.0);
    neighbour_answers(&server).await;
}

#[tokio::test]
async fn who_holds_threads_is_refused() {
    let project = project(&[NEIGHBOUR, CALLER, ("stuck", &holding(NATIVE))]);
    let server = project.serve_with(&["--metrics", "127.0.0.1:0"]).await;
    let url = page(&server).await;
    let _requests = ask(&server, "stuck", ATTEMPTS);
    is_told(&server, "stuck").await;
    neighbour_answers(&server).await;
    // How long it is refused grows with each thread, and there was one a core.
    let answer = server.get_from("stuck.test", "/").await;
    assert_eq!(answer.assert_status(503).text(), "error code: 1102");
    let answer = server.get_from("caller.test", "/").await;
    assert_eq!(answer.assert_status(200).text(), "Error: Worker exceeded resource limits.");
    let samples = Samples::of(&url).await;
    let lost = samples.get(LOST);
    assert!((1.0..=bound()).contains(&lost), "{lost} threads are lost");
    assert!(samples.get("selvedge_requests_total{worker=\"stuck\",outcome=\"refused\"}") >= 2.0);
    assert_eq!(samples.get("selvedge_quarantined{worker=\"stuck\"}"), 1.0);
    assert_eq!(samples.get("selvedge_quarantined{worker=\"neighbour\"}"), 0.0);
    assert!(samples.get("selvedge_threads_in_reserve") < 16.0);
    neighbour_answers(&server).await;
}

#[tokio::test]
async fn who_waits_for_a_turn_that_does_not_end_is_answered() {
    for call in [BUILTIN, NATIVE, GIVES_UP] {
        let project = project(&[NEIGHBOUR, CALLER, ("stuck", &holding(call))]);
        let server = project.serve().await;
        // A built-in function gets what others leave of the processor before it counts as lost.
        let answer = Answer::late(server.request(Method::GET, "/stuck").header("Host", "stuck.test")).await;
        assert_eq!(answer.assert_status(503).text(), "error code: 1102", "{call}");
        neighbour_answers(&server).await;
    }
}

#[tokio::test]
async fn who_waits_for_it_on_its_own_thread_is_answered() {
    for call in [BUILTIN, NATIVE, GIVES_UP] {
        for (host, status, text) in
            [("stuck.test", 503, "error code: 1102"), ("caller.test", 200, "Error: Worker exceeded ")]
        {
            let project = project(&[NEIGHBOUR, CALLER, ("stuck", &holding(call))]);
            let server = project.serve().await;
            // After an event that went well the Worker's turns are in the tasks of those who ask.
            for _ in 0..3 {
                assert_eq!(server.get_from(host, "/").await.assert_status(200).text(), "alive");
            }
            let answer = Answer::late(server.request(Method::GET, "/stuck").header("Host", host)).await;
            let answered = answer.assert_status(status).text();
            assert!(answered.starts_with(text), "{call}: {answered}");
            neighbour_answers(&server).await;
        }
    }
}

#[tokio::test]
async fn a_browser_that_waits_for_it_gets_a_page() {
    let project = project(&[NEIGHBOUR, ("stuck", &holding(BUILTIN))]);
    let server = project.serve().await;
    for _ in 0..3 {
        server.get_from("stuck.test", "/").await.assert_status(200);
    }
    let request = server.request(Method::GET, "/stuck").header("Accept", "text/html").header("Host", "stuck.test");
    let answer = Answer::late(request).await;
    answer.assert_status(503).assert_says(&["Error 1102", "Host: stuck.test"]);
    assert_eq!(answer.header("x-frame-options"), "SAMEORIGIN");
    assert_eq!(answer.header("content-type"), "text/html; charset=UTF-8");
}

#[tokio::test]
async fn a_start_that_does_not_end_keeps_nobody_from_serving() {
    for call in [BUILTIN, NATIVE] {
        let source = format!("{call};\nexport default {{ fetch: () => new Response('alive') }};");
        let project = project(&[NEIGHBOUR, ("stuck", &source)]);
        let server = project.serve().await;
        neighbour_answers(&server).await;
        let answer = server.get_from("stuck.test", "/").await;
        assert_eq!(answer.assert_status(503).text(), "error code: 1102");
        neighbour_answers(&server).await;
    }
}

#[tokio::test]
async fn the_end_of_the_reserve_is_told_before_it_comes() {
    let source = holding(NATIVE);
    let hostile: Vec<_> = (0..9).map(|number| format!("hostile-{number}")).collect();
    let workers: Vec<_> = hostile.iter().map(|name| (name.as_str(), source.as_str())).chain([NEIGHBOUR]).collect();
    let project = project(&workers);
    let server = project.serve_with(&["--metrics", "127.0.0.1:0"]).await;
    let url = page(&server).await;
    // Each loses one thread.
    let _requests: Vec<_> = hostile.iter().map(|name| ask(&server, name, 1)).collect();
    late("the operator to be told", || async { server.output_text().contains("are left in reserve").then_some(()) })
        .await;
    server.event("error", &["are left in reserve", "Restart the server"]).await;
    let left = Samples::of(&url).await.get("selvedge_threads_in_reserve");
    assert!((7.0..=8.0).contains(&left), "{left} are left");
    neighbour_answers(&server).await;
}

#[tokio::test]
async fn a_builtin_within_its_time_holds_no_thread() {
    let source = holding(BUILTIN);
    // More than there are threads, reserve and all.
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let greedy: Vec<_> = (0..20 + cores).map(|number| format!("greedy-{number}")).collect();
    let workers: Vec<_> = greedy.iter().map(|name| (name.as_str(), source.as_str())).chain([NEIGHBOUR]).collect();
    let project = project_with(&workers, 300_000);
    let server = project.serve_with(&["--metrics", "127.0.0.1:0"]).await;
    let url = page(&server).await;
    let _requests: Vec<_> = greedy.iter().map(|name| ask(&server, name, 1)).collect();
    neighbour_answers(&server).await;
    eventually("all of them to run and to hold no thread", || async {
        let samples = Samples::of(&url).await;
        let running = greedy.iter().all(|name| {
            let started = format!("selvedge_instance_starts_total{{worker=\"{name}\"}}");
            samples.get(&started) >= 2.0
        });
        (running && samples.get("selvedge_threads_held") == 0.0).then_some(())
    })
    .await;
    neighbour_answers(&server).await;
}

#[tokio::test]
async fn a_turn_that_does_not_end_keeps_no_server_from_ending() {
    let project = project(&[NEIGHBOUR, ("stuck", &holding(BUILTIN))]);
    let server = project.serve().await;
    let _request = ask(&server, "stuck", ATTEMPTS);
    is_told(&server, "stuck").await;
    server.terminate();
    // Requests under way have half a minute.
    let ended = tokio::time::timeout(Duration::from_secs(80), server.exited()).await.unwrap();
    assert_eq!(ended.code(), Some(0));
}
