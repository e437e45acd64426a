//! The scheduled event.

use std::time::{Duration, UNIX_EPOCH};

use selvedge_platform::ScheduledEvent;

use crate::harness::{Harness, Test};

pub(crate) const TESTS: &[(&str, Test)] = &[
    ("scheduled::the_handler_gets_cron_and_time", |h| Box::pin(the_handler_gets_cron_and_time(h))),
    ("scheduled::an_exception_is_reported", |h| Box::pin(an_exception_is_reported(h))),
];

fn event() -> ScheduledEvent {
    ScheduledEvent { cron: "*/5 * * * *".into(), scheduled_time: UNIX_EPOCH + Duration::from_secs(1000) }
}

async fn the_handler_gets_cron_and_time(harness: Harness) {
    let worker = harness.worker(
        r#"export default { scheduled(controller, env, ctx) {
        ctx.waitUntil(scheduler.wait(5).then(() => console.log(controller.cron, controller.scheduledTime)));
    } }"#,
    );
    worker.worker.scheduled(event()).await.unwrap();
    assert_eq!(worker.log.lines(), ["log: */5 * * * * 1000000"]);
}

async fn an_exception_is_reported(harness: Harness) {
    let worker = harness.worker("export default { async scheduled() { throw new Error('not now') } }");
    let error = worker.worker.scheduled(event()).await.unwrap_err();
    assert_eq!(error.to_string(), "Uncaught Error: not now");
}
