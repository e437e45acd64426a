//! The instances of one Worker: which one takes an event, when there is one more, and when one goes.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use selvedge_runtime::{JsError, LONG_TURN, Reserved, StartError, TurnError};
use tokio::runtime::Handle;

use crate::gate::{Gate, Witness};
use crate::schedule::{self, Awaited, Record, Scheduler};
use crate::start::{self, Loaded};
use crate::worker::Worker;
use crate::{Metrics, WorkerError};

/// How long an event waits for an instance that is busy before it looks for another, the first time and at most: many may
/// wait. A turn that takes as long is a long one.
const PATIENCE: Duration = LONG_TURN;
const MOST_PATIENCE: Duration = Duration::from_millis(160);

/// The instances.
pub(crate) struct Instances {
    scheduler: Arc<Scheduler>,
    metrics: Arc<Metrics>,
    /// How many there may be.
    most: usize,
    loaded: Mutex<Vec<Arc<Loaded>>>,
    starting: tokio::sync::Mutex<()>,
    next: AtomicUsize,
    record: Mutex<Record>,
    /// Whether the record has to be looked at: most Workers never make a long turn after their first event.
    suspect: AtomicBool,
    gate: Arc<Gate>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Instances {
    pub(crate) fn new(scheduler: Arc<Scheduler>, most: usize, metrics: Arc<Metrics>, gate: Arc<Gate>) -> Self {
        Self {
            scheduler,
            metrics,
            most,
            loaded: Mutex::default(),
            starting: tokio::sync::Mutex::default(),
            next: AtomicUsize::new(0),
            record: Mutex::default(),
            suspect: AtomicBool::new(true),
            gate,
        }
    }

    /// All that are loaded.
    pub(crate) fn all(&self) -> Vec<Arc<Loaded>> {
        lock(&self.loaded).clone()
    }

    /// Whether no invocation is under way that can come to its end.
    pub(crate) fn are_idle(&self) -> bool {
        let ended = |loaded: &Arc<Loaded>| {
            let state = loaded.instance.state();
            state.invocations() == 0 || state.is_lost()
        };
        lock(&self.loaded).iter().all(ended)
    }

    /// Whether the Worker may have events.
    pub(crate) fn gate(&self) -> &Arc<Gate> {
        &self.gate
    }

    /// Lets go of all.
    pub(crate) fn clear(&self) {
        self.discard(std::mem::take(&mut *lock(&self.loaded)));
    }

    /// Lets go of one. An event that has just taken it ends on it.
    pub(crate) fn let_go(&self, gone: &Arc<Loaded>) {
        lock(&self.loaded).retain(|loaded| !Arc::ptr_eq(loaded, gone));
        self.discard(vec![gone.clone()]);
    }

    /// Lets go of those beyond the first that have been idle for long at `now`.
    pub(crate) fn trim(&self, now: Instant) {
        let mut loaded = lock(&self.loaded);
        let condemned = take_condemned(&mut loaded);
        let idle: Vec<_> = loaded.iter().map(|loaded| loaded.idle(now)).collect();
        let mut gone: Vec<_> = schedule::spare(&idle).into_iter().rev().map(|place| loaded.remove(place)).collect();
        drop(loaded);
        gone.extend(self.gate.ended(condemned));
        self.discard(gone);
    }

    /// An instance to handle an event, if there is any, and where to handle it, if not where it comes in. An instance that
    /// has to be started is started there. Nothing if the Worker is refused.
    pub(crate) fn place(&self, worker: &Arc<Worker>) -> Option<(Option<Arc<Loaded>>, Option<&Handle>)> {
        // First, as it finds those that have been told to end since.
        let ready = self.ready(worker);
        if self.gate.refuses() {
            return None;
        }
        Some(match ready {
            None => (None, self.scheduler.heavy()),
            ready => (ready, self.heavy()),
        })
    }

    /// Where the Worker's events run, if not where they come in.
    fn heavy(&self) -> Option<&Handle> {
        let runtime = self.scheduler.heavy().filter(|_| self.suspect.load(Ordering::Relaxed))?;
        let heavy = lock(&self.record).is_heavy(self.scheduler.now());
        if !heavy {
            self.suspect.store(false, Ordering::Relaxed);
        }
        heavy.then_some(runtime)
    }

    /// Notes that an event has ended. Only if it ran apart: then it may be what the Worker is judged by.
    pub(crate) fn event_ended(&self) {
        self.note_long_turns(&lock(&self.loaded));
        lock(&self.record).event_ended(self.scheduler.now());
    }

    fn note_long_turns(&self, loaded: &[Arc<Loaded>]) {
        // Each of them: what was not taken would count against a later time.
        if let Some(turn) = loaded.iter().filter_map(|loaded| loaded.instance.take_long_turn()).max() {
            lock(&self.record).long_turn(turn, self.scheduler.now(), self.metrics.events());
            self.suspect.store(true, Ordering::Relaxed);
        }
    }

    /// An instance to handle an event, if there is any: an idle one, else any, while another one is started.
    fn ready(&self, worker: &Arc<Worker>) -> Option<Arc<Loaded>> {
        let (loaded, grows) = self.pick();
        if grows {
            self.add(worker);
        }
        loaded
    }

    /// An instance, and whether there should be one more.
    fn pick(&self) -> (Option<Arc<Loaded>>, bool) {
        let condemned;
        let picked = {
            let mut loaded = lock(&self.loaded);
            condemned = take_condemned(&mut loaded);
            self.note_long_turns(&loaded);
            self.note_long_turns(&condemned);
            self.pick_of(&loaded)
        };
        self.discard(self.gate.ended(condemned));
        picked
    }

    fn pick_of(&self, loaded: &[Arc<Loaded>]) -> (Option<Arc<Loaded>>, bool) {
        let at_home = loaded.iter().find(|loaded| loaded.instance.is_at_home() && loaded.instance.is_idle());
        if let Some(idle) = at_home.or_else(|| loaded.iter().find(|loaded| loaded.instance.is_idle())) {
            return (Some(idle.clone()), false);
        }
        if loaded.is_empty() {
            return (None, false);
        }
        let waiting = loaded.iter().map(|loaded| loaded.instance.waiting()).sum();
        let index = self.next.fetch_add(1, Ordering::Relaxed) % loaded.len();
        (Some(loaded[index].clone()), schedule::grows(loaded.len(), waiting, self.most))
    }

    /// An instance to handle an event, started if there is none, once for all who wait for it.
    pub(crate) async fn acquire(&self, worker: &Arc<Worker>) -> Result<Arc<Loaded>, WorkerError> {
        let _starting = self.starting.lock().await;
        let picked = self.pick();
        // The start before may have been the reason.
        if self.gate.refuses() {
            return Err(WorkerError::Refused);
        }
        if let (Some(loaded), _) = picked {
            return Ok(loaded);
        }
        self.start(worker).await.map_err(|error| WorkerError::Start(Box::new(error)))
    }

    /// Waits until an instance has time for an event: `loaded`, which is busy, or, when that takes long, another one that has
    /// time before it. Meanwhile one more is started when there should be. The event keeps its place until then.
    pub(crate) async fn wait(
        &self,
        worker: &Arc<Worker>,
        mut loaded: Arc<Loaded>,
    ) -> Result<Reserved<Loaded>, WorkerError> {
        loop {
            let mut turn = pin!(Reserved::take(loaded));
            let mut patience = PATIENCE;
            loaded = loop {
                tokio::select! {
                    biased;
                    turn = &mut turn => match turn {
                        Ok(turn) => return Ok(turn),
                        // To let it try others would give a Worker whose turns never end a thread for each attempt.
                        Err(TurnError::Exceeded(limit)) => return Err(WorkerError::Limit(limit)),
                    },
                    () = tokio::time::sleep(patience) => {}
                }
                patience = (patience * 2).min(MOST_PATIENCE);
                let other = self.ready(worker).filter(|other| other.instance.is_idle());
                // Else each instance whose turn does not end would be followed by another one.
                if let Some(other) = other.filter(|_| !self.gate.refuses()) {
                    break other;
                }
            };
        }
    }

    /// Starts one more instance in the background, unless one is being started.
    fn add(&self, worker: &Arc<Worker>) {
        let worker = worker.clone();
        let runtime = self.scheduler.heavy().cloned().unwrap_or_else(Handle::current);
        runtime.spawn(async move {
            let instances = worker.instances();
            let Ok(_starting) = instances.starting.try_lock() else { return };
            if lock(&instances.loaded).len() >= instances.most || instances.gate.refuses() {
                return;
            }
            if let Err(error) = instances.start(&worker).await {
                // The first instance did start; it goes on to serve.
                tracing::warn!(worker = worker.name(), %error, "cannot start another instance");
            }
        });
    }

    /// Starts an instance, in a task of its own: a global scope that does not end keeps its thread, but not who waits
    /// for it.
    async fn start(&self, worker: &Arc<Worker>) -> Result<Arc<Loaded>, StartError> {
        let (witness, ended) = Witness::new(self.gate.clone());
        let starting = worker.clone();
        let start = async move { start::start(&starting, witness).await.map(Arc::new) };
        let mut start = Awaited::spawn(&Handle::current(), start);
        let stopped = || Err(StartError::Script(JsError::text("The start was stopped.")));
        let loaded = tokio::select! {
            biased;
            started = start.result() => started.unwrap_or_else(stopped),
            Ok(limit) = ended => {
                self.gate.ends_late(start.handle());
                Err(StartError::Limit(limit))
            }
        }?;
        self.scheduler.started();
        lock(&self.loaded).push(loaded.clone());
        Ok(loaded)
    }

    /// Takes instances apart, which takes as long as their heaps are large, where nobody waits for it.
    fn discard(&self, gone: Vec<Arc<Loaded>>) {
        if gone.is_empty() {
            return;
        }
        self.metrics.evicted(gone.len());
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(move || drop(gone))),
            Err(_) => drop(gone),
        }
    }
}

/// Takes those out that a limit ended.
fn take_condemned(loaded: &mut Vec<Arc<Loaded>>) -> Vec<Arc<Loaded>> {
    if !loaded.iter().any(|loaded| loaded.instance.state().is_condemned()) {
        return Vec::new();
    }
    let (condemned, rest) =
        std::mem::take(loaded).into_iter().partition(|loaded| loaded.instance.state().is_condemned());
    *loaded = rest;
    condemned
}
