//! Threads that ranked lower during a turn that was long, or that did not heed its end, are afterwards what they were.

use std::fs;
use std::time::Duration;

use serde_json::json;

use crate::support::{Project, late};

/// What a thread of a process is called, its nice value and its policy: fields 2, 19 and 41 of its `stat`.
fn ranks(pid: u32) -> Vec<(String, i32, i32)> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten();
    let stats = threads.filter_map(|thread| fs::read_to_string(thread.path().join("stat")).ok());
    let ranks = stats.filter_map(|stat| {
        let (name, fields) = stat.rsplit_once(") ")?;
        let fields: Vec<_> = fields.split(' ').collect();
        let (_, name) = name.split_once('(')?;
        Some((name.to_owned(), fields[16].parse().ok()?, fields[38].parse().ok()?))
    });
    ranks.collect()
}

/// How low a thread is that waits for long turns.
const LONG: i32 = 10;

#[tokio::test]
async fn a_thread_whose_turn_is_over_ranks_as_before() {
    let source = "export default { fetch(request) {
        if (request.url.endsWith('/loop')) for (;;);
        return new Response('alive');
    } };";
    let project = Project::worker(source).config(json!({ "limits": { "cpu_ms": 300 } }));
    let server = project.serve().await;
    for _ in 0..4 {
        assert_eq!(server.get("/loop").await.assert_status(503).text(), "error code: 1102");
        assert_eq!(server.get("/").await.assert_status(200).text(), "alive");
    }
    late("all threads to rank as before", || async {
        let lowered = |(_, nice, policy): &(String, i32, i32)| *nice > LONG || *policy != 0;
        let mut ranks = ranks(server.pid());
        assert!(ranks.iter().any(|(name, ..)| name == "heavy"), "{ranks:?}");
        ranks.retain(lowered);
        ranks.is_empty().then_some(())
    })
    .await;
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
    let answer = tokio::time::timeout(Duration::from_secs(180), server.get("/late")).await.unwrap();
    assert_eq!(answer.assert_status(503).text(), "error code: 1102");
}
