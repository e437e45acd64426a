//! Threads that ranked lower during a turn that was long, or that did not heed its end, are afterwards what they were.

use std::collections::BTreeSet;

use http::Method;
use serde_json::json;

use crate::support::{Answer, Project, late, threads};

/// What the threads of a process are called, with their nice values and policies: fields 2, 19 and 41 of their `stat`s.
fn ranks(pid: u32) -> BTreeSet<(String, i32, i32)> {
    let rank = |(name, fields): (String, Vec<String>)| (name, fields[16].parse().unwrap(), fields[38].parse().unwrap());
    threads(pid).into_iter().map(rank).collect()
}

#[tokio::test]
async fn a_thread_whose_turn_is_over_ranks_as_before() {
    let source = "export default { fetch(request) {
        if (request.url.endsWith('/loop')) for (;;);
        return new Response('alive');
    } };";
    let project = Project::worker(source).config(json!({ "limits": { "cpu_ms": 300 } }));
    let server = project.serve().await;
    let before = ranks(server.pid());
    let heavy: Vec<_> = before.iter().filter(|(name, ..)| name == "heavy").map(|(_, nice, _)| *nice).collect();
    assert!(matches!(heavy[..], [nice] if nice >= 10), "{before:?}");
    for _ in 0..4 {
        assert_eq!(server.get("/loop").await.assert_status(503).text(), "error code: 1102");
        assert_eq!(server.get("/").await.assert_status(200).text(), "alive");
    }
    late("all threads to rank as before", || async { ranks(server.pid()).is_subset(&before).then_some(()) }).await;
}

#[tokio::test]
async fn who_waits_for_a_turn_that_ends_late_is_answered() {
    // One call of a built-in function, which ends after some two seconds.
    let source = "export default { fetch(request) {
        if (request.url.endsWith('/late')) Array.prototype.lastIndexOf.call({ length: 2.4e8 }, 1);
        return new Response('alive');
    } };";
    let project = Project::worker(source).config(json!({ "limits": { "cpu_ms": 10 } }));
    let server = project.serve().await;
    let answer = Answer::late(server.request(Method::GET, "/late")).await;
    assert_eq!(answer.assert_status(503).text(), "error code: 1102");
}
