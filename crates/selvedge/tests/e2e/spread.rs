//! Connections are served by one thread while that is enough, and by many when turns take long.

use http::Method;
use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{Project, late, threads};

/// The processor time that threads of one name have used, in ticks: fields 14 and 15 of their `stat`s.
fn used(pid: u32, name: &str) -> u64 {
    let ticks = |fields: &[String]| fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    threads(pid).iter().filter(|(thread, _)| thread == name).map(|(_, fields)| ticks(fields)).sum()
}

const ONE: &str = "single";
const MANY: &str = "tokio-rt-worker";

#[tokio::test]
async fn one_thread_serves_until_turns_take_long() {
    let mut project = Project::empty();
    // A turn is slow when it takes from one millisecond to five. How far a loop gets in that is the machine's affair.
    let workers = [("w0", 0), ("w1", 500_000), ("w2", 1_000_000), ("w3", 2_000_000), ("w4", 4_000_000)];
    for (name, rounds) in workers {
        let source = format!(
            "export default {{ fetch() {{
                let sum = 0;
                for (let i = 0; i < {rounds}; i++) sum += i % 7;
                return new Response(String(sum >= 0));
            }} }};"
        );
        project = project.with_worker(name, &source, json!({}));
    }
    let server = project.serve().await;
    let pid = server.pid();
    // A Worker that nobody knows starts elsewhere.
    server.get_from("w0.test", "/").await.assert_status(200);
    let before = (used(pid, ONE), used(pid, MANY));
    late("the one thread to serve", || async {
        for _ in 0..200 {
            server.get_from("w0.test", "/").await.assert_status(200);
        }
        (used(pid, ONE) >= before.0 + 30).then_some(())
    })
    .await;
    assert!(used(pid, MANY) < before.1 + 15, "the others had {} ticks", used(pid, MANY) - before.1);

    let before = used(pid, MANY);
    late("many threads to serve", || async {
        let hosts = workers.iter().flat_map(|(name, _)| std::iter::repeat_n(format!("{name}.test"), 20));
        let requests = hosts.map(|host| server.request(Method::GET, "/").header("Host", host));
        let asked: JoinSet<_> = requests.map(|request| async { drop(request.send().await) }).collect();
        asked.join_all().await;
        (used(pid, MANY) >= before + 30).then_some(())
    })
    .await;
}
