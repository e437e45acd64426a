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
