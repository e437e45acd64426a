//! Cron triggers by the clock, in a server that is confined: a honest one, and two that mean harm.

use std::time::Duration;

use serde_json::json;

use crate::support::Project;

/// A minute begins within a minute; what cannot be ended takes its time until it is said to be: it gets what others leave of
/// the processor.
const MINUTES: Duration = Duration::from_secs(600);

#[tokio::test]
async fn schedules_fire_in_the_sandbox_whatever_their_neighbours_do() {
    let honest = "export default {
        async scheduled({ cron, type, scheduledTime }, env) {
            await env.KV.put('ran', JSON.stringify([cron, type, scheduledTime % 60000]));
            console.log('the honest one ran');
        },
        async fetch(request, env) { return new Response(await env.KV.get('ran')); },
    };";
    let looping = "export default { scheduled() { for (;;); }, fetch: () => new Response('here') };";
    let stuck = "export default {
        scheduled() { Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 1); },
        fetch: () => new Response('here'),
    };";
    let workers = [("honest", honest), ("looping", looping), ("stuck", stuck)];
    let project = workers.into_iter().fold(Project::empty(), |project, (name, source)| {
        let keys = json!({
            "limits": { "cpu_ms": 100 }, "triggers": { "crons": ["* * * * *"] },
            "kv_namespaces": [{ "binding": "KV", "id": name }],
        });
        project.with_worker(name, source, keys)
    });
    let server = project.serve().await;
    server.event("sandbox", &[]).await;
    let fired = async {
        for words in [
            "the honest one ran",
            "The scheduled handler of looping failed (* * * * *): Worker exceeded CPU time limit.",
            "The Worker stuck is refused until",
        ] {
            while !server.output_text().contains(words) {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    };
    tokio::time::timeout(MINUTES, fired).await.unwrap();
    let ran = server.get_from("honest.test", "/").await.assert_status(200).json();
    assert_eq!(ran, json!(["* * * * *", "scheduled", 0]));
    server.get_from("stuck.test", "/").await.assert_status(503);
    server.get_from("looping.test", "/").await.assert_status(200);
}
