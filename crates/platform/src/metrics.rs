//! What a Worker's counters say.
//!
//! Plain atomics that belong to the Worker: an event adds to them without a lock, a map or an allocation, and who wants
//! to know reads them. How they are shown, and to whom, is the embedder's affair.

use std::sync::atomic::{AtomicU64, Ordering, fence};
use std::time::{Duration, Instant};

use selvedge_runtime::{Limit, Loss, StartError};

use crate::WorkerError;

/// How an event ended. The names are those that hosted gives outcomes
/// (<https://developers.cloudflare.com/workers/observability/logs/workers-logs/>), where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventOutcome {
    /// It was handled.
    Ok,
    /// The handler threw.
    Exception,
    /// It used too much CPU time.
    ExceededCpu,
    /// Its instance used too much memory.
    ExceededMemory,
    /// The handler waited for what could never come.
    Hung,
    /// Nobody waited for the answer any more.
    Canceled,
    /// The Worker did not start.
    StartFailure,
    /// The Worker was not asked, for the threads that it cost.
    Refused,
}

impl EventOutcome {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Ok,
        Self::Exception,
        Self::ExceededCpu,
        Self::ExceededMemory,
        Self::Hung,
        Self::Canceled,
        Self::StartFailure,
        Self::Refused,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Exception => "exception",
            Self::ExceededCpu => "exceededCpu",
            Self::ExceededMemory => "exceededMemory",
            Self::Hung => "hung",
            Self::Canceled => "canceled",
            Self::StartFailure => "startFailure",
            Self::Refused => "refused",
        }
    }

    fn of(error: &WorkerError) -> Self {
        match error {
            WorkerError::Start(_) => Self::StartFailure,
            WorkerError::Exception(_) | WorkerError::Origin { .. } => Self::Exception,
            WorkerError::Hung => Self::Hung,
            WorkerError::Refused => Self::Refused,
            WorkerError::Limit(Limit::CpuTime) => Self::ExceededCpu,
            WorkerError::Limit(Limit::Memory) => Self::ExceededMemory,
        }
    }
}

/// A bound that a Worker met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// The CPU time of an event.
    CpuTime,
    /// The memory of an instance.
    Memory,
    /// CPU time or memory of the global scope.
    Startup,
    /// The subrequests of an event.
    Subrequests,
    /// The connections that may wait for an answer at once: one had to wait for another.
    Connections,
    /// The invocations that a request may lead to.
    Invocations,
    /// What an event may log.
    LogSize,
    /// The body of a request.
    BodySize,
    /// How long `waitUntil` may go on.
    WaitUntil,
}

impl Bound {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::CpuTime,
        Self::Memory,
        Self::Startup,
        Self::Subrequests,
        Self::Connections,
        Self::Invocations,
        Self::LogSize,
        Self::BodySize,
        Self::WaitUntil,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::CpuTime => "cpu_time",
            Self::Memory => "memory",
            Self::Startup => "startup",
            Self::Subrequests => "subrequests",
            Self::Connections => "connections",
            Self::Invocations => "invocations",
            Self::LogSize => "log_size",
            Self::BodySize => "body_size",
            Self::WaitUntil => "wait_until",
        }
    }
}

impl From<Limit> for Bound {
    fn from(limit: Limit) -> Self {
        match limit {
            Limit::CpuTime => Self::CpuTime,
            Limit::Memory => Self::Memory,
        }
    }
}

/// The upper ends of the classes of durations, in microseconds. What is longer is in a class of its own.
const CLASSES: [u64; 14] =
    [100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000, 30_000_000];

/// How long events took until they were answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Durations {
    /// For each class its upper end in seconds, and how many there were in it and not below.
    pub classes: Vec<(f64, u64)>,
    /// All of them together, in seconds.
    pub sum: f64,
}

/// The counters of a Worker.
#[derive(Debug, Default)]
pub struct Metrics {
    /// But for those that were handled: these are what is left of all that have a duration.
    outcomes: [AtomicU64; EventOutcome::ALL.len()],
    bounds: [AtomicU64; Bound::ALL.len()],
    durations: [AtomicU64; CLASSES.len() + 1],
    microseconds: AtomicU64,
    starts: AtomicU64,
    evictions: AtomicU64,
    losses: [AtomicU64; Loss::ALL.len()],
}

fn sum(counts: &[AtomicU64]) -> u64 {
    counts.iter().map(|count| count.load(Ordering::Relaxed)).sum()
}

impl Metrics {
    /// How many events ended so.
    pub fn outcomes(&self, outcome: EventOutcome) -> u64 {
        if outcome != EventOutcome::Ok {
            return self.outcomes[outcome as usize].load(Ordering::Relaxed);
        }
        // In this order, and the other one when they are counted: an event that did not end well is never taken for one that
        // did.
        let all = self.events();
        fence(Ordering::Acquire);
        all.saturating_sub(sum(&self.outcomes))
    }

    /// How often this bound was met.
    pub fn met(&self, bound: Bound) -> u64 {
        self.bounds[bound as usize].load(Ordering::Relaxed)
    }

    /// How many events have ended.
    pub(crate) fn events(&self) -> u64 {
        sum(&self.durations)
    }

    /// How long events took.
    pub fn durations(&self) -> Durations {
        let ends = CLASSES.iter().map(|end| *end as f64 / 1e6).chain([f64::INFINITY]);
        let counts = self.durations.iter().map(|count| count.load(Ordering::Relaxed));
        Durations { classes: ends.zip(counts).collect(), sum: self.microseconds.load(Ordering::Relaxed) as f64 / 1e6 }
    }

    /// How many instances have started.
    pub fn starts(&self) -> u64 {
        self.starts.load(Ordering::Relaxed)
    }

    /// How many instances have been let go: idle ones, those that a limit ended.
    pub fn evictions(&self) -> u64 {
        self.evictions.load(Ordering::Relaxed)
    }

    /// How many threads were lost to its turns.
    pub fn losses(&self, loss: Loss) -> u64 {
        self.losses[loss as usize].load(Ordering::Relaxed)
    }

    pub(crate) fn lose(&self, loss: Loss) {
        self.losses[loss as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a bound that was met.
    pub fn meet(&self, bound: Bound) {
        self.bounds[bound as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn started(&self) {
        self.starts.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn evicted(&self, instances: usize) {
        if instances > 0 {
            self.evictions.fetch_add(instances as u64, Ordering::Relaxed);
        }
    }

    /// Counts an event that begins now; unless it is told how it ended, it was cancelled.
    pub(crate) fn event(&self) -> Event<'_> {
        Event { metrics: self, begun: Instant::now(), ended: None, outcome: EventOutcome::Canceled }
    }

    fn end(&self, outcome: EventOutcome, took: Duration) {
        if outcome != EventOutcome::Ok {
            self.outcomes[outcome as usize].fetch_add(1, Ordering::Relaxed);
        }
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let class = CLASSES.iter().take_while(|end| micros > **end).count();
        self.durations[class].fetch_add(1, Ordering::Release);
        self.microseconds.fetch_add(micros, Ordering::Relaxed);
    }
}

/// An event under way.
pub(crate) struct Event<'m> {
    metrics: &'m Metrics,
    begun: Instant,
    ended: Option<Instant>,
    outcome: EventOutcome,
}

impl Event<'_> {
    /// When it began.
    pub(crate) fn begun(&self) -> Instant {
        self.begun
    }

    /// Says how it ended, and when it was answered.
    pub(crate) fn answered<T>(mut self, result: Result<(T, Instant), WorkerError>) -> Result<T, WorkerError> {
        self.ended = result.as_ref().ok().map(|(_, at)| *at);
        self.ended(result.map(|(answer, _)| answer))
    }

    /// Says how it ended.
    pub(crate) fn ended<T>(mut self, result: Result<T, WorkerError>) -> Result<T, WorkerError> {
        self.outcome = result.as_ref().map_or_else(EventOutcome::of, |_| EventOutcome::Ok);
        match &result {
            Err(WorkerError::Limit(limit)) => self.metrics.meet((*limit).into()),
            Err(WorkerError::Start(error)) if matches!(**error, StartError::Limit(_)) => {
                self.metrics.meet(Bound::Startup)
            }
            _ => {}
        }
        result
    }
}

impl Drop for Event<'_> {
    fn drop(&mut self) {
        let ended = self.ended.unwrap_or_else(Instant::now);
        self.metrics.end(self.outcome, ended.saturating_duration_since(self.begun));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_numbered_as_they_are_listed() {
        assert!(EventOutcome::ALL.iter().enumerate().all(|(place, outcome)| *outcome as usize == place));
        assert!(Loss::ALL.iter().enumerate().all(|(place, loss)| *loss as usize == place));
        assert!(Bound::ALL.iter().enumerate().all(|(place, bound)| *bound as usize == place));
    }

    #[test]
    fn an_event_has_its_outcome_and_its_class() {
        let metrics = Metrics::default();
        metrics.end(EventOutcome::Ok, Duration::from_micros(100));
        metrics.end(EventOutcome::Ok, Duration::from_micros(101));
        metrics.end(EventOutcome::Hung, Duration::from_secs(60));
        assert_eq!(metrics.outcomes(EventOutcome::Ok), 2);
        assert_eq!(metrics.outcomes(EventOutcome::Hung), 1);
        let Durations { classes, sum } = metrics.durations();
        assert_eq!(classes[..2], [(0.0001, 1), (0.00025, 1)]);
        assert_eq!(classes.last(), Some(&(f64::INFINITY, 1)));
        assert!((sum - 60.000_201).abs() < 1e-9, "{sum}");
    }

    #[test]
    fn who_goes_away_cancels() {
        let metrics = Metrics::default();
        drop(metrics.event());
        let _ = metrics.event().ended::<()>(Err(WorkerError::Limit(Limit::Memory)));
        assert_eq!(metrics.outcomes(EventOutcome::Canceled), 1);
        assert_eq!(metrics.outcomes(EventOutcome::ExceededMemory), 1);
        assert_eq!(metrics.met(Bound::Memory), 1);
    }
}
