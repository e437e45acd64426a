//! One Worker that is asked for more than one core can do has all of them.

use std::collections::BTreeSet;
use std::thread;

use http::Method;
use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{Project, late, threads};

/// The processors on which threads for long turns run or are about to, one each: fields 3 and 39 of a thread's `stat`.
fn processors(pid: u32) -> BTreeSet<String> {
    let running = threads(pid).into_iter().filter(|(name, fields)| name == "heavy" && fields[0] == "R");
    running.map(|(_, fields)| fields[36].clone()).collect()
}

#[tokio::test]
async fn a_hot_worker_reaches_all_cores() {
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let project =
        Project::worker("export default { fetch() { for (;;); } };").config(json!({ "limits": { "cpu_ms": 300_000 } }));
    let server = project.serve().await;
    let requests = (0..2 * cores).map(|_| server.request(Method::GET, "/"));
    let _requests: JoinSet<_> = requests.map(|request| async { drop(request.send().await) }).collect();
    // Threads whose turns are long come after all others, so that a busy machine keeps them waiting.
    late("all cores to be reached", || async { (processors(server.pid()).len() >= cores).then_some(()) }).await;
}

/// How many cores each thread for long turns may use that runs, as its `status` says.
fn allowed(pid: u32) -> Vec<u32> {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten();
    let masks = threads.filter_map(|thread| {
        let status = std::fs::read_to_string(thread.path().join("status")).ok()?;
        (status.starts_with("Name:\theavy\n") && status.contains("State:\tR")).then_some(())?;
        let mask = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed:"))?;
        Some(mask.chars().filter_map(|digit| digit.to_digit(16)).map(u32::count_ones).sum())
    });
    masks.collect()
}

#[tokio::test]
async fn turns_that_do_not_end_leave_a_core_to_others_while_there_are_any() {
    let cores = u32::try_from(thread::available_parallelism().map_or(1, std::num::NonZero::get)).unwrap();
    let limits = json!({ "limits": { "cpu_ms": 300_000 } });
    let project = Project::empty()
        .with_worker("short", "export default { fetch: () => new Response('alive') };", limits.clone())
        .with_worker("endless", "export default { fetch() { for (;;); } };", limits);
    let server = project.serve().await;
    let requests = (0..2 * cores).map(|_| server.request(Method::GET, "/").header("Host", "endless.test"));
    let _requests: JoinSet<_> = requests.map(|request| async { drop(request.send().await) }).collect();
    let pid = server.pid();
    let runs_on = |wanted: u32| async move { allowed(pid).contains(&wanted).then_some(()) };
    late("a core to be left", || async {
        assert_eq!(server.get_from("short.test", "/").await.assert_status(200).text(), "alive");
        runs_on((cores - 1).max(1)).await
    })
    .await;
    late("all cores to be had again", || runs_on(cores)).await;
}
