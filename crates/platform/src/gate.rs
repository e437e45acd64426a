//! Whether a Worker takes an event: the record behind [`crate::quarantine`], and those who have to hear of it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use selvedge_runtime::{InstanceObserver, Invocation, Limit, LogLevel, LogRecord, LogSink, Loss};
use tokio::sync::{Notify, oneshot};
use tokio::task::AbortHandle;

use crate::Metrics;
use crate::exchange::Exchange;
use crate::quarantine::Quarantine;
use crate::schedule::Scheduler;
use crate::start::Loaded;
use crate::tells::Tells;

/// One Worker's.
pub(crate) struct Gate {
    name: String,
    log: Arc<dyn LogSink>,
    metrics: Arc<Metrics>,
    scheduler: Arc<Scheduler>,
    /// Whether there is something to look at: most Workers never end an instance.
    suspect: AtomicBool,
    record: Mutex<Record>,
    /// Told of each thread that is lost to one of the Worker's turns.
    losses: Notify,
}

#[derive(Default)]
struct Record {
    quarantine: Quarantine,
    /// Those that were told to end, and are in a turn: some never leave it.
    ending: Vec<Arc<Loaded>>,
    /// Starts that were told to end.
    starts: Vec<AbortHandle>,
}

impl Gate {
    pub(crate) fn new(
        name: String,
        log: Arc<dyn LogSink>,
        metrics: Arc<Metrics>,
        scheduler: Arc<Scheduler>,
    ) -> Arc<Self> {
        Arc::new(Self {
            name,
            log,
            metrics,
            scheduler,
            suspect: AtomicBool::new(false),
            record: Mutex::default(),
            losses: Notify::new(),
        })
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an event is refused.
    pub(crate) fn refuses(&self) -> bool {
        if !self.suspect.load(Ordering::Relaxed) {
            return false;
        }
        let now = self.scheduler.now();
        let mut record = self.record();
        // A start that never ends counts for good: the next one would be no better.
        record.starts.retain(|start| !start.is_finished());
        let in_turn = |loaded: &&Arc<Loaded>| !loaded.instance.is_idle() && !loaded.instance.state().is_lost();
        let ending = record.starts.len() + record.ending.iter().filter(in_turn).count();
        let refuses = record.quarantine.refuses(now, ending);
        if !refuses && record.ending.is_empty() && record.starts.is_empty() {
            self.suspect.store(false, Ordering::Relaxed);
        }
        refuses
    }

    /// Whether the Worker is refused for what it cost.
    pub(crate) fn is_in_quarantine(&self) -> bool {
        self.record().quarantine.is_on(self.scheduler.now())
    }

    /// Takes instances that were told to end, and gives back those that can be taken apart.
    pub(crate) fn ended(&self, condemned: Vec<Arc<Loaded>>) -> Vec<Arc<Loaded>> {
        if condemned.is_empty() && !self.suspect.load(Ordering::Relaxed) {
            return condemned;
        }
        let mut record = self.record();
        let mut gone = Vec::new();
        for loaded in std::mem::take(&mut record.ending).into_iter().chain(condemned) {
            if loaded.instance.is_idle() {
                gone.push(loaded);
            } else {
                record.ending.push(loaded);
                self.suspect.store(true, Ordering::Relaxed);
            }
        }
        gone
    }

    /// What tells of each thread that is lost to one of the Worker's turns.
    pub(crate) fn losses(&self) -> &Notify {
        &self.losses
    }

    /// What the lost instances had in memory when it was last measured, in bytes.
    pub(crate) fn lost_bytes(&self) -> usize {
        let bytes = |loaded: &Arc<Loaded>| loaded.instance.bytes().max(loaded.instance.state().memory().used());
        self.record().ending.iter().filter(|loaded| loaded.instance.state().is_lost()).map(bytes).sum()
    }

    /// Notes that a thread is lost to one of the Worker's turns. Called where nothing may wait.
    pub(crate) fn lose(&self, loss: Loss) {
        let term = self.record().quarantine.lose(self.scheduler.now());
        self.suspect.store(true, Ordering::Relaxed);
        self.metrics.lose(loss);
        self.losses.notify_waiters();
        let message = told(&self.name, loss, SystemTime::now() + term);
        self.log.log(LogRecord::console(LogLevel::Error, message));
    }

    /// Takes note of a start that a limit ended, and that goes on.
    pub(crate) fn ends_late(&self, start: AbortHandle) {
        self.record().starts.push(start);
        self.suspect.store(true, Ordering::Relaxed);
    }
}

/// Hears what becomes of one instance.
pub(crate) struct Witness {
    gate: Arc<Gate>,
    ended: Tells,
}

impl Witness {
    /// One, and what hears of the limit that ends the instance.
    pub(crate) fn new(gate: Arc<Gate>) -> (Self, oneshot::Receiver<Limit>) {
        let (ended, hears) = Tells::new();
        (Self { gate, ended }, hears)
    }
}

impl InstanceObserver for Witness {
    fn condemned(&self, limit: Limit) {
        // Nobody listens any more once it has started.
        self.ended.tell(limit);
    }

    fn lost(&self, loss: Loss, during: Option<&Invocation>) {
        self.gate.lose(loss);
        if let Some(invocation) = during
            && let Some(limit) = invocation.instance().condemned_by()
            && let Some(exchange) = invocation.extension_ref::<Exchange>()
        {
            exchange.abandon(limit);
        }
    }
}

/// What the operator reads.
fn told(name: &str, loss: Loss, until: SystemTime) -> String {
    format!(
        "The Worker {name} is refused until {}: {loss}. That takes a thread of this server and the memory of an \
         instance, mostly until it is restarted. Requests to the Worker get error 1102 meanwhile. Each time that it happens \
         again it is refused for longer, up to a day. Have its code changed, or do not serve it.",
        httpdate::fmt_http_date(until)
    )
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn the_operator_reads_what_until_when_and_what_to_do() {
        let text = told("shop", Loss::Stuck, UNIX_EPOCH + Duration::from_secs(86_410));
        assert!(
            text.starts_with("The Worker shop is refused until Fri, 02 Jan 1970 00:00:10 GMT: its code "),
            "{text}"
        );
        assert!(text.contains("`length`. That takes") && text.ends_with("do not serve it."), "{text}");
    }
}
