//! Where the time of a start goes: the engine's steps, by the clock.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use selvedge_runtime::STEPS;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// When a step ended.
pub(crate) type Mark = (&'static str, Instant);

/// Notes the steps of one thread while it is asked to: another one makes isolates for the warm pool meanwhile.
#[derive(Default)]
pub(crate) struct Steps {
    marks: Mutex<Option<(ThreadId, Vec<Mark>)>>,
}

/// Notes the end of a step of the bench's own.
macro_rules! mark {
    ($name:literal) => {
        tracing::trace!(name: $name, target: selvedge_runtime::STEPS, "")
    };
}

pub(crate) use mark;

impl Steps {
    /// Has the engine's steps come here.
    pub(crate) fn install() -> Arc<Self> {
        let steps = Arc::new(Self::default());
        tracing::subscriber::set_global_default(Collector(steps.clone())).expect("there is no other subscriber");
        steps
    }

    pub(crate) fn begin(&self) {
        *self.marks() = Some((thread::current().id(), Vec::new()));
    }

    pub(crate) fn end(&self) -> Vec<Mark> {
        self.marks().take().map(|(_, marks)| marks).unwrap_or_default()
    }

    fn marks(&self) -> MutexGuard<'_, Option<(ThreadId, Vec<Mark>)>> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Collector(Arc<Steps>);

impl Subscriber for Collector {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == STEPS
    }

    fn event(&self, event: &Event<'_>) {
        let now = Instant::now();
        match &mut *self.0.marks() {
            Some((thread, marks)) if *thread == thread::current().id() => marks.push((event.metadata().name(), now)),
            _ => {}
        }
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// The medians of the steps between each `begin` and the next, in the order in which they first come.
pub(crate) fn medians(marks: &[Mark]) -> Vec<(&'static str, Duration)> {
    let mut steps: Vec<(&'static str, Vec<Duration>)> = Vec::new();
    for pair in marks.windows(2) {
        let ((_, before), (name, at)) = (pair[0], pair[1]);
        if name == "begin" {
            continue;
        }
        let took = at - before;
        match steps.iter_mut().find(|(known, _)| *known == name) {
            Some((_, all)) => all.push(took),
            None => steps.push((name, vec![took])),
        }
    }
    let median = |(name, mut all): (&'static str, Vec<Duration>)| {
        all.sort();
        (name, all[all.len() / 2])
    };
    steps.into_iter().map(median).collect()
}

/// Prints them below the sum that they belong to.
pub(crate) fn print(marks: &[Mark]) {
    let mut text = String::new();
    for (name, took) in medians(marks) {
        let _ = writeln!(text, "    {name:<22} {took:>8.1?}");
    }
    print!("{text}");
}
