//! Who runs where, and who stays: what the Workers of one process have to share.
//!
//! The decisions are functions over plain data: [`weight`] (which Workers get threads of their own), [`scale`] (how many
//! instances each has), [`residency`] (which stay in memory). [`simulation`](self) tries them on hundreds of Workers.
//! Here is what does as they say.
//!
//! - **Light** events run in the task of the connection, on the threads of the server.
//! - **Heavy** ones are spawned onto a runtime of their own, whose threads have a lower priority, so that the kernel gives
//!   them what the others leave. As each heavy turn soon has a thread to itself (the engine makes room, see
//!   `selvedge_runtime`), it is the kernel that shares the cores among them, which it is good at.
//! - A caretaker looks at all instances each second, and when many are started, and lets go of those that are not needed;
//!   of those that stay and have nothing to do it has memory given back ([`rest`]).
//!
//! A queue of our own before the heavy threads was weighed: it would have to be preemptive to be fair among Workers that
//! each take seconds, and that the kernel is already.

mod residency;
mod rest;
mod scale;
#[cfg(test)]
mod simulation;
mod weight;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use selvedge_runtime::Loss;
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinHandle};

use residency::Resident;
pub(crate) use scale::{grows, spare};
pub(crate) use weight::Record;

use crate::Worker;
use crate::start::Loaded;

/// How often the caretaker looks.
const PERIOD: Duration = Duration::from_secs(1);

/// After how many starts it looks at once.
const STARTS: usize = 64;

/// What all Workers of a process share.
pub struct Scheduler {
    /// The runtime of the heavy ones; without one all are light.
    heavy: Option<Handle>,
    /// How many bytes all instances may take before idle ones go.
    budget: usize,
    workers: Mutex<Vec<Weak<Worker>>>,
    starts: AtomicUsize,
    look: Notify,
    /// Whether a thread is at putting instances to rest.
    resting: Arc<AtomicBool>,
    begun: Instant,
}

impl std::fmt::Debug for Scheduler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scheduler").field("budget", &self.budget).finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Scheduler {
    /// `heavy` runs the events of Workers whose turns are long; its threads should have a lower priority than those of
    /// the server. `budget` is how many bytes all instances may take before idle ones are let go.
    pub fn new(heavy: Option<Handle>, budget: usize) -> Arc<Self> {
        Arc::new(Self {
            heavy,
            budget,
            workers: Mutex::default(),
            starts: AtomicUsize::new(0),
            look: Notify::new(),
            resting: Arc::default(),
            begun: Instant::now(),
        })
    }

    /// For one Worker alone: everything runs where it is called, and nothing is let go.
    pub fn single() -> Arc<Self> {
        Self::new(None, usize::MAX)
    }

    /// Lets instances go that are not needed, for as long as it is polled.
    pub async fn care(self: Arc<Self>) {
        loop {
            let _ = tokio::time::timeout(PERIOD, self.look.notified()).await;
            self.starts.store(0, Ordering::Relaxed);
            self.sweep();
        }
    }

    pub(crate) fn admit(&self, worker: &Arc<Worker>) {
        let mut workers = lock(&self.workers);
        workers.retain(|worker| worker.strong_count() > 0);
        workers.push(Arc::downgrade(worker));
    }

    pub(crate) fn heavy(&self) -> Option<&Handle> {
        self.heavy.as_ref()
    }

    /// The time that [`Record`]s go by.
    pub(crate) fn now(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Notes that an instance was started.
    pub(crate) fn started(&self) {
        if self.starts.fetch_add(1, Ordering::Relaxed) % STARTS == STARTS - 1 {
            self.look.notify_one();
        }
    }

    /// The Workers that cost threads, each with how many.
    pub fn costly(&self) -> Vec<(String, u64)> {
        let workers: Vec<_> = lock(&self.workers).iter().filter_map(Weak::upgrade).collect();
        let cost = |worker: &Arc<Worker>| Loss::ALL.iter().map(|loss| worker.metrics().losses(*loss)).sum();
        let costs = workers.iter().map(|worker| (worker.name().to_owned(), cost(worker)));
        costs.filter(|(_, cost)| *cost > 0).collect()
    }

    fn sweep(&self) {
        let workers: Vec<_> = lock(&self.workers).iter().filter_map(Weak::upgrade).collect();
        let now = Instant::now();
        let mut used = 0;
        let mut idle = Vec::new();
        for worker in &workers {
            worker.instances().trim(now);
            used += worker.lost_bytes();
            for loaded in worker.instances().all() {
                let bytes = loaded.instance.bytes();
                used += bytes;
                if let Some(time) = loaded.idle(now) {
                    idle.push((Resident { idle: time, bytes, start: loaded.start }, worker, loaded));
                }
            }
        }
        let residents: Vec<_> = idle.iter().map(|(resident, ..)| *resident).collect();
        let gone = residency::evict(&residents, used, self.budget);
        for place in &gone {
            let (_, worker, loaded) = &idle[*place];
            worker.instances().let_go(loaded);
        }
        let stays = idle.into_iter().enumerate().filter(|(place, _)| !gone.contains(place));
        let due = stays.filter(|(_, (resident, _, loaded))| {
            rest::is_due(resident.idle, resident.bytes, loaded.instance.is_restless())
        });
        self.rest(due.map(|(_, (.., loaded))| loaded).collect());
    }

    /// Puts instances to rest, on a thread for what takes its time, unless one is still at it.
    fn rest(&self, due: Vec<Arc<Loaded>>) {
        if due.is_empty() || self.resting.swap(true, Ordering::AcqRel) {
            return;
        }
        let resting = self.resting.clone();
        tokio::task::spawn_blocking(move || {
            rest::rest(&due);
            resting.store(false, Ordering::Release);
        });
    }
}

/// A task that ends when nobody waits for it any more.
pub(crate) struct Awaited<T>(JoinHandle<T>);

impl<T: Send + 'static> Awaited<T> {
    pub(crate) fn spawn(runtime: &Handle, work: impl Future<Output = T> + Send + 'static) -> Self {
        Self(runtime.spawn(work))
    }

    /// What says whether it has ended.
    pub(crate) fn handle(&self) -> AbortHandle {
        self.0.abort_handle()
    }

    /// Its result; nothing if it panicked.
    pub(crate) async fn result(&mut self) -> Option<T> {
        (&mut self.0).await.ok()
    }
}

impl<T> Drop for Awaited<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
