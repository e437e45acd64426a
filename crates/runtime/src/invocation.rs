//! The life of one event.

use std::any::Any;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::task::AtomicWaker;
use selvedge_ops::{AsyncOp, OpError, SharedContext, v8};

use crate::log_budget::LogBudget;
use crate::memory::Charge;
use crate::resources::{ResourceTable, Resources};
use crate::{Extensions, InstanceState, LogRecord};

/// Hosted's refusal of I/O outside of a handler.
pub(crate) const GLOBAL_SCOPE: &str = "Disallowed operation called within global scope. Asynchronous I/O (ex: fetch() \
    or connect()), setting a timeout, and generating random values are not allowed within global scope. To fix this \
    error, perform this operation within a handler. \
    https://developers.cloudflare.com/workers/runtime-apis/handlers/";

/// Asynchronous work that JavaScript started, and the promise that awaits it.
pub(crate) struct PendingOp {
    pub(crate) resolver: v8::Global<v8::PromiseResolver>,
    pub(crate) op: AsyncOp,
    /// Its share of the instance's memory.
    pub(crate) charge: Charge,
}

/// The life of one event delivered to an instance: its resources, its asynchronous work, what holds it alive.
///
/// Its number travels with promises through V8's continuation-preserved data, so that an op knows which
/// invocation called it even after many `await`s.
pub struct Invocation {
    id: u32,
    instance: Arc<InstanceState>,
    resources: ResourceTable,
    extensions: Extensions,
    holds: AtomicUsize,
    /// Nanoseconds.
    cpu: AtomicU64,
    started: Mutex<Vec<PendingOp>>,
    /// Whether there may be some among those: most events start nothing, and need not look.
    has_started: AtomicBool,
    waker: AtomicWaker,
    log_budget: LogBudget,
}

impl std::fmt::Debug for Invocation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Invocation").field("id", &self.id).field("holds", &self.holds()).finish_non_exhaustive()
    }
}

impl Invocation {
    pub(crate) fn new(id: u32, instance: Arc<InstanceState>, extensions: Extensions) -> Self {
        Self {
            id,
            instance,
            resources: ResourceTable::default(),
            extensions,
            holds: AtomicUsize::new(0),
            cpu: AtomicU64::new(0),
            started: Mutex::default(),
            has_started: AtomicBool::new(false),
            waker: AtomicWaker::new(),
            log_budget: LogBudget::default(),
        }
    }

    /// Its number, unique among the instance's live invocations.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The instance that handles it.
    pub fn instance(&self) -> &Arc<InstanceState> {
        &self.instance
    }

    /// The native resources that end with it.
    pub fn resources(&self) -> Resources<'_> {
        Resources::new(&self.resources, self.instance.resource_common())
    }

    /// What an upper layer keeps with it.
    pub fn extension<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        self.extensions.get()
    }

    /// The same for who needs it no longer than the invocation.
    pub fn extension_ref<T: Any + Send + Sync>(&self) -> Option<&T> {
        self.extensions.get_ref()
    }

    /// Keeps the invocation alive past its response until the value is dropped.
    pub fn hold(self: &Arc<Self>) -> Hold {
        self.holds.fetch_add(1, Ordering::AcqRel);
        Hold(self.clone())
    }

    /// How many [`Hold`]s there are.
    pub fn holds(&self) -> usize {
        self.holds.load(Ordering::Acquire)
    }

    /// The CPU time of its turns so far.
    pub fn cpu(&self) -> Duration {
        Duration::from_nanos(self.cpu.load(Ordering::Relaxed))
    }

    /// Counts a turn, of which there is one at a time.
    pub(crate) fn charge(&self, cpu: Duration) {
        let before = self.cpu.load(Ordering::Relaxed);
        let cpu = u64::try_from(cpu.as_nanos()).unwrap_or(u64::MAX);
        self.cpu.store(before.saturating_add(cpu), Ordering::Relaxed);
    }

    /// Wakes the driver, so that it looks at its conditions again.
    pub fn wake(&self) {
        self.waker.wake();
    }

    /// Like [`Invocation::wake`], from within a turn: after its own the driver looks anyway.
    pub fn wake_from_turn(&self) {
        if !self.instance.is_turn_of(self) {
            self.wake();
        }
    }

    /// Logs something that the event prints, as long as it may.
    pub fn log(&self, record: LogRecord) {
        self.instance.log_within(&self.log_budget, record);
    }

    pub(crate) fn waker(&self) -> &AtomicWaker {
        &self.waker
    }

    pub(crate) fn start(&self, op: PendingOp) {
        self.started.lock().unwrap_or_else(PoisonError::into_inner).push(op);
        self.has_started.store(true, Ordering::Release);
        self.wake_from_turn();
    }

    /// The work started since the last call.
    pub(crate) fn take_started(&self) -> Vec<PendingOp> {
        if !self.has_started.load(Ordering::Acquire) || !self.has_started.swap(false, Ordering::AcqRel) {
            return Vec::new();
        }
        std::mem::take(&mut *self.started.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Ends the invocation: frees its resources and forgets it.
    pub(crate) fn end(&self) {
        self.instance.forget_invocation(self.id);
        self.take_started();
        self.resources.clear();
    }
}

/// See [`Invocation::hold`].
#[derive(Debug)]
pub struct Hold(Arc<Invocation>);

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.holds.fetch_sub(1, Ordering::AcqRel);
        self.0.wake();
    }
}

/// The invocation whose code is running.
///
/// # Errors
/// Outside of any invocation: hosted's refusal of I/O at global scope.
impl SharedContext for Invocation {
    fn shared(scope: &mut v8::PinScope<'_, '_>) -> Result<Arc<Self>, OpError> {
        current(scope).ok_or_else(|| OpError::error(GLOBAL_SCOPE))
    }
}

pub(crate) fn current(scope: &mut v8::PinScope<'_, '_>) -> Option<Arc<Invocation>> {
    let data = scope.get_continuation_preserved_embedder_data();
    let id = invocation_id(scope, data)?;
    InstanceState::invocation_in(scope, id)
}

/// The continuation-preserved data is the invocation's number, or an array that begins with it when something
/// more travels along (AsyncLocalStorage).
fn invocation_id(scope: &mut v8::PinScope<'_, '_>, data: v8::Local<'_, v8::Value>) -> Option<u32> {
    if let Ok(id) = data.try_cast::<v8::Uint32>() {
        return Some(id.value());
    }
    let first = data.try_cast::<v8::Array>().ok()?.get_index(scope, 0)?;
    first.try_cast::<v8::Uint32>().ok().map(|id| id.value())
}
