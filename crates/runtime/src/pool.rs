//! Isolates kept ready.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::{Handle, RuntimeFlavor};

use crate::cores::{self, Apart};
use crate::instance::Shell;
use crate::warmth::Demand;
use crate::{Engine, JsError, LostThreads};

/// How long after the taking of an isolate another one is made: a start takes about as long, and should not have to share
/// processors and the system's locks with it.
const PAUSE: Duration = Duration::from_millis(2);

/// No core.
const NOWHERE: usize = usize::MAX;

/// How often those that are ready are looked at while there are more than usual.
const PERIOD: Duration = Duration::from_secs(1);

/// A few isolates from the snapshot with no Worker in them, so that a Worker's first request need not wait for
/// one. What is taken is made anew in the background, and more than that while many are taken ([`Demand`]).
///
/// Who finds none makes one, beside what is made in the background. To have it wait for the next that is ready was tried:
/// when Workers start faster than isolates are made, the slowest starts took a quarter less, but nothing was ever ready, and
/// the median of a thousand starts rose from 0.7 ms to more than 2. To have it take the one that is there first, its own or
/// the next from the background, made of 3 to 5 ms 1 to 4, but the slowest slower, as more were made at once. To begin none
/// in the background meanwhile left fewer ready: the 99th percentile of a thousand starts was 6.5 to 8.4 ms, and 4.7 to 7.2
/// without that. What helped is to make it on the thread that is there, and not on the core of the background (see
/// [`Apart`]): 3.8 to 5.9 ms in ten runs beside as many at 3.7 to 7.3. Longer slices for the background were of no use.
pub struct WarmPool {
    engine: Arc<Engine>,
    heap_bytes: usize,
    ready: Arc<Ready>,
}

/// The isolates that are ready.
struct Ready {
    /// How many there are at least.
    least: usize,
    shells: Mutex<VecDeque<Shell>>,
    demand: Mutex<Demand>,
    /// Whether somebody is making some.
    filling: AtomicBool,
    /// The core where that was last seen; [`NOWHERE`] if nobody is making any.
    filling_on: AtomicUsize,
    /// Whether somebody will let go of those that are not needed any more.
    shrinking: AtomicBool,
    begun: Instant,
}

impl Ready {
    fn count(&self) -> usize {
        lock(&self.shells).len()
    }

    fn target(&self) -> usize {
        lock(&self.demand).target(self.begun.elapsed(), self.least)
    }

    /// Takes those out that are not needed any more.
    fn surplus(&self) -> VecDeque<Shell> {
        let demand = *lock(&self.demand);
        let mut shells = lock(&self.shells);
        let kept = shells.len() - demand.surplus(self.begun.elapsed(), self.least, shells.len());
        shells.split_off(kept)
    }
}

impl std::fmt::Debug for WarmPool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WarmPool").field("least", &self.ready.least).finish_non_exhaustive()
    }
}

impl WarmPool {
    /// A pool of up to `size` isolates with a heap of `heap_bytes` each, and apart from it as much for ArrayBuffers.
    /// Hosted: 128 MB in all (<https://developers.cloudflare.com/workers/platform/limits/#memory>). It fills when it is
    /// first used, or by [`WarmPool::fill`].
    pub fn new(engine: Arc<Engine>, heap_bytes: usize, size: usize) -> Self {
        let ready = Ready {
            least: size,
            shells: Mutex::default(),
            demand: Mutex::default(),
            filling: AtomicBool::new(false),
            filling_on: AtomicUsize::new(NOWHERE),
            shrinking: AtomicBool::new(false),
            begun: Instant::now(),
        };
        Self { engine, heap_bytes, ready: Arc::new(ready) }
    }

    /// Makes what is missing, on the calling thread.
    ///
    /// # Errors
    /// When V8 makes no isolate.
    pub fn fill(&self) -> Result<(), JsError> {
        fill(&self.engine, self.heap_bytes, &self.ready)
    }

    /// Has a function called when the number of threads changes that turns hold without making room for others, and every few
    /// milliseconds while there are any: which ones may change meanwhile. It is called on the watchdog's thread and must
    /// not wait. Only the first function counts.
    pub fn on_held_threads(&self, changed: impl Fn(usize) + Send + Sync + 'static) {
        self.engine.on_held_threads(Box::new(changed));
    }

    /// How many threads are with turns that do not end.
    pub fn lost_threads(&self) -> LostThreads {
        self.engine.lost_threads()
    }

    /// How long all turns together took so far that took a millisecond or more, by the clock, on threads that are for short
    /// ones.
    pub fn slow_turns(&self) -> Duration {
        self.engine.slow_turns()
    }

    /// How many are ready.
    pub fn ready(&self) -> usize {
        self.ready.count()
    }

    /// How many isolates are kept ready.
    pub fn size(&self) -> usize {
        self.ready.target()
    }

    /// Makes an isolate that belongs to no Worker and is thrown away with the value: what benches measure.
    ///
    /// # Errors
    /// When V8 makes none.
    pub fn make(&self) -> Result<impl Sized + use<>, JsError> {
        self.engine.shell(self.heap_bytes)
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Takes an isolate, or makes one if none is ready.
    ///
    /// # Errors
    /// When V8 makes no isolate.
    pub(crate) async fn take(&self) -> Result<Shell, JsError> {
        lock(&self.ready.demand).take(self.ready.begun.elapsed());
        let taken = lock(&self.ready.shells).pop_front();
        match taken {
            Some(shell) => {
                self.refill();
                Ok(shell)
            }
            None => {
                let made = self.make_now().await;
                self.refill();
                made
            }
        }
    }

    /// Makes an isolate for who waits for it: where it runs, if it may block there, and not on the core where one is made in
    /// the background.
    async fn make_now(&self) -> Result<Shell, JsError> {
        if Handle::current().runtime_flavor() == RuntimeFlavor::MultiThread {
            return tokio::task::block_in_place(|| {
                let _apart = Apart::from(self.ready.filling_on.load(Ordering::Relaxed));
                self.engine.shell(self.heap_bytes)
            });
        }
        let (engine, heap_bytes) = (self.engine.clone(), self.heap_bytes);
        let made = tokio::task::spawn_blocking(move || engine.shell(heap_bytes)).await;
        made.map_err(|error| JsError::text(format!("the making of an isolate failed: {error}")))?
    }

    /// Makes what is missing in the background, unless somebody is at it.
    fn refill(&self) {
        if self.ready.filling.swap(true, Ordering::AcqRel) {
            return;
        }
        let (engine, heap_bytes, ready) = (self.engine.clone(), self.heap_bytes, self.ready.clone());
        tokio::spawn(async move {
            tokio::time::sleep(PAUSE).await;
            let filled = ready.clone();
            let filled = tokio::task::spawn_blocking(move || fill(&engine, heap_bytes, &filled)).await;
            ready.filling.store(false, Ordering::Release);
            if let Ok(Err(error)) = filled {
                tracing::error!(%error, "cannot make an isolate for the warm pool");
            }
            shrink(&ready).await;
        });
    }
}

/// Lets go of what many starts called for, as the call for it fades.
async fn shrink(ready: &Ready) {
    if ready.shrinking.swap(true, Ordering::AcqRel) {
        return;
    }
    while ready.count() > ready.least {
        tokio::time::sleep(PERIOD).await;
        let surplus = ready.surplus();
        if !surplus.is_empty() {
            // The taking apart of isolates takes a while.
            drop(tokio::task::spawn_blocking(move || drop(surplus)).await);
        }
    }
    ready.shrinking.store(false, Ordering::Release);
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn fill(engine: &Engine, heap_bytes: usize, ready: &Ready) -> Result<(), JsError> {
    while ready.count() < ready.target() {
        ready.filling_on.store(cores::here(), Ordering::Relaxed);
        let shell = engine.shell(heap_bytes);
        ready.filling_on.store(NOWHERE, Ordering::Relaxed);
        lock(&ready.shells).push_back(shell?);
    }
    Ok(())
}
