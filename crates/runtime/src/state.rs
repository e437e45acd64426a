//! What belongs to an instance and is reached from ops.

use std::any::Any;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use selvedge_ops::{OpError, SharedContext, v8};
use tokio::sync::Notify;

use crate::alive::Alive;
use crate::linker::ModuleMap;
use crate::log_budget::{LogBudget, Verdict};
use crate::memory::Memory;
use crate::rejections::Rejections;
use crate::resources::{ResourceCommon, ResourceTable, Resources};
use crate::turn_time::TurnTime;
use crate::{Extensions, InstanceObserver, Invocation, Limit, LogLevel, LogRecord, LogSink, Loss};

/// The part of an instance that ops, invocations and upper layers share.
pub struct InstanceState {
    resources: ResourceTable,
    /// Also of its invocations.
    resource_common: ResourceCommon,
    invocations: Mutex<Alive>,
    /// The number of the invocation that had the last turn, or has one now.
    in_turn: AtomicU32,
    time: TurnTime,
    condemned: OnceLock<Limit>,
    lost: AtomicBool,
    /// Told when the instance is condemned.
    ended: Notify,
    setup: OnceLock<Setup>,
    modules: Mutex<ModuleMap>,
    rejections: Mutex<Rejections>,
    /// Whether there were some since the last look.
    rejected: AtomicBool,
    memory: Arc<Memory>,
    /// For what is printed outside of events: by the global scope.
    log_budget: LogBudget,
}

/// What a Worker brings to the isolate it is given.
struct Setup {
    log: Arc<dyn LogSink>,
    extensions: Extensions,
    observer: Arc<dyn InstanceObserver>,
}

/// The isolate slot that holds the state.
struct Slot(Arc<InstanceState>);

impl std::fmt::Debug for InstanceState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InstanceState").field("condemned", &self.is_condemned()).finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl InstanceState {
    pub(crate) fn new(memory: Arc<Memory>) -> Self {
        Self {
            resources: ResourceTable::default(),
            resource_common: ResourceCommon::new(memory.clone()),
            invocations: Mutex::default(),
            in_turn: AtomicU32::new(0),
            time: TurnTime::new(Instant::now()),
            condemned: OnceLock::new(),
            lost: AtomicBool::new(false),
            ended: Notify::new(),
            setup: OnceLock::new(),
            modules: Mutex::default(),
            rejections: Mutex::default(),
            rejected: AtomicBool::new(false),
            memory,
            log_budget: LogBudget::default(),
        }
    }

    pub(crate) fn install(self: &Arc<Self>, isolate: &mut v8::Isolate) {
        isolate.set_slot(Slot(self.clone()));
    }

    /// The state of the isolate that `scope` is in.
    pub(crate) fn of(scope: &v8::Isolate) -> Option<Arc<Self>> {
        scope.get_slot::<Slot>().map(|slot| slot.0.clone())
    }

    /// An invocation of the instance whose isolate `scope` is in.
    pub(crate) fn invocation_in(scope: &v8::Isolate, id: u32) -> Option<Arc<Invocation>> {
        scope.get_slot::<Slot>()?.0.invocation(id)
    }

    pub(crate) fn set_up(&self, log: Arc<dyn LogSink>, extensions: Extensions, observer: Arc<dyn InstanceObserver>) {
        // Only `start` calls this, once per isolate.
        let _ = self.setup.set(Setup { log, extensions, observer });
    }

    /// The native resources that live as long as the instance.
    pub fn resources(&self) -> Resources<'_> {
        Resources::new(&self.resources, &self.resource_common)
    }

    pub(crate) fn resource_common(&self) -> &ResourceCommon {
        &self.resource_common
    }

    /// What the instance holds outside of V8's heap.
    pub fn memory(&self) -> &Arc<Memory> {
        &self.memory
    }

    /// What an upper layer keeps with the instance.
    pub fn extension<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        self.setup.get()?.extensions.get()
    }

    /// The same for who needs it no longer than the instance.
    pub fn extension_ref<T: Any + Send + Sync>(&self) -> Option<&T> {
        self.setup.get()?.extensions.get_ref()
    }

    /// Milliseconds since the Unix epoch, as of the beginning of this turn: guest code cannot measure its own speed. To be
    /// asked within a turn.
    pub fn now(&self) -> f64 {
        self.time.tell(|| (Instant::now(), SystemTime::now()))
    }

    /// How long before `now` the last turn began; longer than anything if there was none.
    pub fn since_turn(&self, now: Instant) -> Duration {
        self.time.since(now)
    }

    /// Logs a record for the Worker.
    pub fn log(&self, record: LogRecord) {
        if let Some(setup) = self.setup.get() {
            setup.log.log(record);
        }
    }

    /// Logs something that is printed outside of any event, as long as it may.
    pub fn log_outside(&self, record: LogRecord) {
        self.log_within(&self.log_budget, record);
    }

    pub(crate) fn log_within(&self, budget: &LogBudget, record: LogRecord) {
        match budget.take(record.message.len()) {
            Verdict::Log => self.log(record),
            Verdict::Say(words) => {
                self.log_text(LogLevel::Warn, words);
                if let Some(setup) = self.setup.get() {
                    setup.log.exceeded();
                }
            }
            Verdict::Drop => {}
        }
    }

    /// Logs text at a level.
    pub fn log_text(&self, level: LogLevel, message: impl Into<String>) {
        self.log(LogRecord::console(level, message.into()));
    }

    /// Whether the instance must not be used for another event: a limit ended it.
    pub fn is_condemned(&self) -> bool {
        self.condemned.get().is_some()
    }

    /// The limit that ended the instance.
    pub fn condemned_by(&self) -> Option<Limit> {
        self.condemned.get().copied()
    }

    /// The first cause counts.
    pub(crate) fn condemn(&self, limit: Limit) {
        if self.condemned.set(limit).is_ok()
            && let Some(setup) = self.setup.get()
        {
            setup.observer.condemned(limit);
        }
        self.ended.notify_waiters();
    }

    /// Whether a turn of the instance, which is condemned, keeps its thread: it may never be idle again.
    pub fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    /// The limit that ended the instance, if a turn goes on nevertheless and keeps its thread.
    pub fn lost_to(&self) -> Option<Limit> {
        self.condemned_by().filter(|_| self.is_lost())
    }

    /// Notes that a thread is lost to the turn that runs.
    pub(crate) fn lose(&self, loss: Loss) {
        if !self.lost.swap(true, Ordering::Relaxed)
            && let Some(setup) = self.setup.get()
        {
            setup.observer.lost(loss, self.invocation(self.in_turn.load(Ordering::Relaxed)).as_deref());
        }
    }

    /// The turn ended after all.
    pub(crate) fn recover(&self) {
        self.lost.store(false, Ordering::Relaxed);
    }

    /// Waits until the instance is condemned.
    pub(crate) async fn until_condemned(&self) -> Limit {
        loop {
            let told = self.ended.notified();
            if let Some(limit) = self.condemned_by() {
                return limit;
            }
            told.await;
        }
    }

    pub(crate) fn begin_invocation(self: &Arc<Self>, extensions: Extensions) -> Arc<Invocation> {
        lock(&self.invocations).insert(|id| Arc::new(Invocation::new(id, self.clone(), extensions)))
    }

    /// Notes whose turn begins, and when.
    pub(crate) fn turn_of(&self, invocation: &Invocation, now: Instant) {
        self.time.begin(now);
        self.in_turn.store(invocation.id(), Ordering::Relaxed);
    }

    /// Whether the turn that runs now is of this invocation. Asked within one.
    pub(crate) fn is_turn_of(&self, invocation: &Invocation) -> bool {
        self.in_turn.load(Ordering::Relaxed) == invocation.id()
    }

    pub(crate) fn invocation(&self, id: u32) -> Option<Arc<Invocation>> {
        lock(&self.invocations).get(id).cloned()
    }

    pub(crate) fn forget_invocation(&self, id: u32) {
        let invocation = lock(&self.invocations).remove(id);
        drop(invocation);
    }

    /// Whether the invocation of this number is alive.
    pub fn has_invocation(&self, id: u32) -> bool {
        lock(&self.invocations).get(id).is_some()
    }

    /// How many invocations are alive.
    pub fn invocations(&self) -> usize {
        lock(&self.invocations).len()
    }

    pub(crate) fn modules(&self) -> MutexGuard<'_, ModuleMap> {
        lock(&self.modules)
    }

    /// Notes that a promise was rejected without a handler.
    pub(crate) fn note_rejection(&self) {
        self.rejected.store(true, Ordering::Relaxed);
    }

    /// Whether one was since the last call.
    pub(crate) fn take_rejected(&self) -> bool {
        self.rejected.load(Ordering::Relaxed) && self.rejected.swap(false, Ordering::Relaxed)
    }

    pub(crate) fn rejections(&self) -> MutexGuard<'_, Rejections> {
        lock(&self.rejections)
    }
}

/// The instance whose code is running.
impl SharedContext for InstanceState {
    fn shared(scope: &mut v8::PinScope<'_, '_>) -> Result<Arc<Self>, OpError> {
        Self::of(scope).ok_or_else(|| OpError::error("internal error: no instance"))
    }
}
