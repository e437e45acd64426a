//! The clock behind an invocation's timers.
//!
//! JavaScript keeps the timers in order; this is the one thing that sleeps, until the first of them is due.
//! A timer that is nearer moves the alarm instead of starting another. The alarm belongs to the invocation, so
//! that nothing fires once it has ended, and it rings at most once a turn: each callback gets a turn of its
//! own, with the microtasks that follow it.

use std::sync::Arc;
use std::time::Duration;

use selvedge_ops::{OpError, op};
use selvedge_runtime::Invocation;
use tokio::sync::watch;
use tokio::time::Instant;

/// When to ring. Dropped by [`op_alarm_close`], it ends the wait.
struct Alarm {
    deadline: watch::Sender<Option<Instant>>,
}

impl Alarm {
    fn new() -> Self {
        Self { deadline: watch::Sender::new(None) }
    }

    /// Rings `delay` from now, and no more at the time set before.
    fn set(&self, delay: Duration) {
        self.deadline.send_replace(Instant::now().checked_add(delay));
    }
}

/// Resolves with true when the time has come, with false when the alarm has gone.
async fn ring(mut deadline: watch::Receiver<Option<Instant>>) -> bool {
    // A deadline that has passed already must not ring within the turn that set it.
    tokio::task::yield_now().await;
    loop {
        let next = *deadline.borrow_and_update();
        let Some(next) = next else {
            if deadline.changed().await.is_err() {
                return false;
            }
            continue;
        };
        tokio::select! {
            biased;
            changed = deadline.changed() => if changed.is_err() { return false },
            () = tokio::time::sleep_until(next) => return true,
        }
    }
}

/// Makes an alarm; gives its number.
#[op]
pub(crate) fn op_alarm_new(#[context] invocation: Arc<Invocation>) -> Result<u32, OpError> {
    invocation.resources().add(Alarm::new())
}

/// Sets an alarm to ring in `milliseconds`.
#[op]
pub(crate) fn op_alarm_set(#[context] invocation: Arc<Invocation>, id: u32, milliseconds: f64) -> Result<(), OpError> {
    let delay = Duration::try_from_secs_f64(milliseconds / 1000.0)
        .map_err(|_| OpError::range_error("the delay is out of range"))?;
    invocation.resources().get::<Alarm>(id)?.set(delay);
    Ok(())
}

/// A promise of the alarm's next ring: true, or false once it is closed.
#[op(async)]
pub(crate) fn op_alarm_wait(
    #[context] invocation: Arc<Invocation>,
    id: u32,
) -> Result<impl Future<Output = bool> + use<>, OpError> {
    Ok(ring(invocation.resources().get::<Alarm>(id)?.deadline.subscribe()))
}

/// Gives an alarm up.
#[op]
pub(crate) fn op_alarm_close(#[context] invocation: Arc<Invocation>, id: u32) {
    invocation.resources().close(id);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_nearer_deadline_moves_the_alarm() {
        let alarm = Alarm::new();
        let begin = Instant::now();
        alarm.set(Duration::from_secs(60));
        let rings = tokio::spawn(ring(alarm.deadline.subscribe()));
        tokio::time::sleep(Duration::from_secs(1)).await;
        alarm.set(Duration::from_secs(2));
        assert!(rings.await.unwrap());
        assert_eq!(begin.elapsed().as_secs(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_closed_alarm_does_not_ring() {
        let alarm = Alarm::new();
        alarm.set(Duration::from_secs(60));
        let rings = tokio::spawn(ring(alarm.deadline.subscribe()));
        tokio::task::yield_now().await;
        drop(alarm);
        assert!(!rings.await.unwrap());
    }
}
