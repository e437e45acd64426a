//! Cron triggers by the clock.
//!
//! One task wakes at each minute and asks which schedules it belongs to. Minutes that a sleeping machine missed are
//! not made up for: hosted does not either.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use selvedge_config::Cron;

use crate::deployment::Deployment;
use crate::failure;
use crate::output::Output;

const MINUTE: u64 = 60;

/// How long until the next minute begins.
fn until_next_minute(since_epoch: Duration) -> Duration {
    let next = (since_epoch.as_secs() / MINUTE + 1) * MINUTE;
    Duration::from_secs(next).saturating_sub(since_epoch)
}

/// The schedules that fire in the minute that begins then.
fn due(crons: &[Cron], since_epoch: Duration) -> impl Iterator<Item = &Cron> {
    let seconds = i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX);
    crons.iter().filter(move |cron| cron.matches(seconds))
}

/// Fires the schedules of the deployments that there are at each minute. Never ends.
pub(crate) async fn fire<D: IntoIterator<Item = Arc<Deployment>>>(deployments: impl Fn() -> D, output: Output) {
    loop {
        let now = since_epoch();
        let wait = until_next_minute(now);
        let minute = now + wait;
        tokio::time::sleep(wait).await;
        if since_epoch() < minute {
            // The clock was set back: the minute comes again.
            continue;
        }
        for deployment in deployments() {
            for cron in due(&deployment.crons, minute) {
                let cron = cron.as_str().to_owned();
                tokio::spawn(run(deployment.clone(), cron, UNIX_EPOCH + minute, output.clone()));
            }
        }
    }
}

async fn run(deployment: Arc<Deployment>, cron: String, time: SystemTime, output: Output) {
    if let Err(error) = deployment.scheduled(cron.clone(), time).await {
        let name = &deployment.name;
        let headline = format!("The scheduled handler of {name} failed ({cron}): {}", error.report());
        output.error(&failure::headline(headline));
    }
}

fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_minute_is_never_now() {
        for (now, wait) in [(0, 60_000), (1, 59_999), (59_999, 1), (60_000, 60_000), (90_500, 29_500)] {
            assert_eq!(until_next_minute(Duration::from_millis(now)), Duration::from_millis(wait), "{now}");
        }
    }

    #[test]
    fn a_minute_fires_the_schedules_it_belongs_to() {
        let crons: Vec<_> =
            ["* * * * *", "*/5 * * * *", "0 0 1 1 *"].iter().map(|text| Cron::parse(text).unwrap()).collect();
        let due =
            |minutes: u64| due(&crons, Duration::from_secs(minutes * MINUTE)).map(Cron::as_str).collect::<Vec<_>>();
        assert_eq!(due(0), ["* * * * *", "*/5 * * * *", "0 0 1 1 *"]);
        assert_eq!(due(5), ["* * * * *", "*/5 * * * *"]);
        assert_eq!(due(6), ["* * * * *"]);
    }
}
