//! Isolates, and turns in them.

use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use selvedge_ops::v8;

use crate::kept::{Held, Keeper, release_lock};
use crate::lazy::LazySources;
use crate::linker::LazyModules;
use crate::memory::Memory;
use crate::permit::{Permit, Semaphore};
use crate::watchdog::{Finished, LONG_TURN, TurnClock, Watchdog};
use crate::{
    Builtins, Extensions, InstanceState, Invocation, JsError, Limit, Limits, LongTurn, Snapshot, empty_caches, fatal,
    host, linker, optimized_code, rejections, stuck, weight,
};

/// After how many turns V8's own tasks (finalization registries, collection steps) get their turn.
const TURNS_PER_PUMP: u32 = 64;

/// What the heap may grow by after it met its limit, so that execution can be terminated in order. V8 ends the
/// process when the heap is past its limit after a collection, and a termination is not heeded within a built-in
/// function; so this is more than any one object may take (a string: 1 GB).
const HEADROOM: usize = 1 << 30;

/// Where raising the limit ends: a built-in function that takes more in one go (JSON.parse of half a gigabyte) would
/// take all the machine has.
const UTMOST: usize = 5 << 30;

/// An isolate from the snapshot with no Worker in it yet: what the warm pool keeps.
pub(crate) struct Shell {
    isolate: v8::SharedIsolate,
    context: v8::Global<v8::Context>,
    exports: v8::Global<v8::Object>,
    /// The function that gives what modules outside of the snapshot may import of those in it, by specifier.
    shared: v8::Global<v8::Object>,
    /// How many bytes it has, by V8's count, that are outside of its heap and shared with all isolates: our script.
    outside: usize,
    state: Arc<InstanceState>,
    clock: Arc<TurnClock>,
    platform: v8::SharedRef<v8::Platform>,
    /// After `isolate`, hence dropped after it: V8 collects once more when an isolate goes, and calls back.
    guard: Arc<HeapGuard>,
}

/// What V8's callbacks about memory need, and who keeps the isolate's lock: it outlives the isolate and never moves.
pub(crate) struct HeapGuard {
    state: Arc<InstanceState>,
    clock: Arc<TurnClock>,
    pub(crate) keeper: Keeper,
}

impl HeapGuard {
    /// The instance uses more memory than it may: it ends with this turn.
    fn condemn(&self) {
        self.state.condemn(Limit::Memory);
        self.clock.terminate();
    }
}

impl Shell {
    pub(crate) fn new(
        isolate: v8::OwnedIsolate,
        watchdog: &Watchdog,
        platform: v8::SharedRef<v8::Platform>,
        memory: Arc<Memory>,
    ) -> Result<Self, JsError> {
        let state = Arc::new(InstanceState::new(memory));
        let clock = watchdog.clock(isolate.thread_safe_handle(), state.clone());
        let guard = Arc::new(HeapGuard { state: state.clone(), clock: clock.clone(), keeper: Keeper::default() });
        let data = Arc::as_ptr(&guard).cast_mut().cast();
        // Declared after the guard, so that it goes first when what follows fails.
        let mut isolate = isolate;
        state.install(&mut isolate);
        host::install(&mut isolate);
        fatal::install_in(&mut isolate);
        stuck::install(&mut isolate);
        rejections::install(&mut isolate);
        linker::install(&mut isolate);
        isolate.set_microtasks_policy(v8::MicrotasksPolicy::Explicit);
        isolate.set_allow_wasm_code_generation_callback(refuse_wasm_code_generation);
        isolate.add_near_heap_limit_callback(near_heap_limit, data);
        isolate.add_gc_epilogue_callback(after_collection, data, v8::GCType::kGCTypeMarkSweepCompact);
        let (context, exports, shared) = {
            v8::scope!(let scope, &mut isolate);
            let context = v8::Context::new(scope, v8::ContextOptions::default());
            context.set_allow_generation_from_strings(false);
            step!("context");
            let scope = &mut v8::ContextScope::new(scope, context);
            let [exports, shared] = Snapshot::exports(scope)?;
            (v8::Global::new(scope, context), v8::Global::new(scope, exports), v8::Global::new(scope, shared))
        };
        empty_caches::release(&mut isolate);
        let outside = isolate.get_heap_statistics().external_memory();
        #[allow(unsafe_code)]
        // SAFETY: all that was put into the isolate is `Send`: the slots hold `Arc`s of `Send + Sync` types,
        // and so does everything that is put in later, as ops reach the isolate only through this crate.
        let isolate = unsafe { isolate.try_into_shared() }
            .map_err(|error| JsError::text(format!("the isolate cannot be shared: {error}")))?;
        step!("rest of the isolate");
        Ok(Self { isolate, context, exports, shared, outside, state, clock, platform, guard })
    }

    pub(crate) fn state(&self) -> &Arc<InstanceState> {
        &self.state
    }

    pub(crate) fn into_instance(self, limits: Limits) -> Instance {
        Instance {
            shell: self,
            limits,
            permits: Semaphore::default(),
            turns: AtomicU32::new(0),
            rested: AtomicU32::new(0),
            bytes: AtomicUsize::new(0),
            home: AtomicUsize::new(0),
        }
    }
}

impl Drop for Shell {
    /// V8 takes the isolate apart, and no other one should be entered then.
    fn drop(&mut self) {
        release_lock();
    }
}

extern "C" fn refuse_wasm_code_generation(_: v8::Local<'_, v8::Context>, _: v8::Local<'_, v8::String>) -> bool {
    false
}

/// V8 aborts the process when the heap is full. So the limit is raised, the instance condemned and its
/// execution terminated: the guest's turn ends and the isolate is thrown away.
#[allow(unsafe_code)]
extern "C" fn near_heap_limit(data: *mut c_void, current: usize, _initial: usize) -> usize {
    // SAFETY: `data` is this isolate's `HeapGuard`, which outlives it and is never moved nor changed.
    let guard = unsafe { &*data.cast::<HeapGuard>() };
    guard.condemn();
    if current < UTMOST { current + HEADROOM } else { current }
}

/// V8 starts a collection when buffers pile up, but never refuses one: what they still hold afterwards is weighed here.
#[allow(unsafe_code)]
unsafe extern "C" fn after_collection(
    isolate: v8::UnsafeRawIsolatePtr,
    _: v8::GCType,
    _: v8::GCCallbackFlags,
    data: *mut c_void,
) {
    // SAFETY: `data` is this isolate's `HeapGuard`, which outlives it and is never moved nor changed.
    let guard = unsafe { &*data.cast::<HeapGuard>() };
    // SAFETY: the isolate that is calling, on its own thread; the statistics neither allocate in its heap nor run code.
    let statistics = unsafe { v8::Isolate::from_raw_isolate_ptr_unchecked(isolate) }.get_heap_statistics();
    if weight::is_too_much(&statistics, guard.state.memory()) {
        guard.condemn();
    }
}

/// Why a turn gave no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TurnError {
    /// A limit ended the turn, or its invocation had nothing left for it. If the guest's code was ended in the midst, the
    /// instance is condemned.
    #[error("{0}")]
    Exceeded(Limit),
}

/// An isolate with a Worker's modules evaluated in it.
pub struct Instance {
    shell: Shell,
    limits: Limits,
    /// Its holder may take the isolate's lock.
    permits: Semaphore,
    turns: AtomicU32,
    /// How many turns there had been when it was last put to rest.
    rested: AtomicU32,
    /// What it takes in memory, as of a while ago.
    bytes: AtomicUsize,
    /// Which thread ran the last turn, by [`this_thread`].
    home: AtomicUsize,
}

/// A number that no other living thread has: the address of a variable of its own.
fn this_thread() -> usize {
    thread_local!(static MARK: u8 = const { 0 });
    MARK.with(|mark| std::ptr::from_ref(mark).addr())
}

impl std::fmt::Debug for Instance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Instance").field("state", &self.shell.state).finish_non_exhaustive()
    }
}

impl AsRef<Instance> for Instance {
    fn as_ref(&self) -> &Instance {
        self
    }
}

impl Instance {
    /// What ops see of the instance.
    pub fn state(&self) -> &Arc<InstanceState> {
        &self.shell.state
    }

    /// What the instance may use.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Whether no turn runs now. Only a hint: the next moment may differ.
    pub fn is_idle(&self) -> bool {
        self.permits.is_free()
    }

    /// How many turns wait for the one that runs.
    pub fn waiting(&self) -> usize {
        self.permits.waiting()
    }

    /// What the isolate takes in memory, in bytes. It is measured after the start and every so many turns.
    pub fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Whether there was a turn since the instance was last put to rest.
    pub fn is_restless(&self) -> bool {
        self.turns.load(Ordering::Relaxed) != self.rested.load(Ordering::Relaxed)
    }

    /// Has V8 give back what an instance that has nothing to do does not need: garbage, caches, and room for new objects.
    /// Once between two turns, and not while there is one. It runs no code of the guest's. A turn that comes meanwhile
    /// waits: some milliseconds for a heap of a few megabytes.
    pub fn rest(&self) {
        let Some(_permit) = self.permits.try_take() else { return };
        release_lock();
        if self.shell.guard.keeper.is_kept() || self.shell.state.condemned_by().is_some() {
            return;
        }
        let turns = self.turns.load(Ordering::Relaxed);
        if self.rested.swap(turns, Ordering::Relaxed) == turns {
            return;
        }
        let mut locker = self.shell.isolate.lock();
        // Half the work of a notification that memory is low, which collects until nothing more is found.
        locker.memory_pressure_notification(v8::MemoryPressureLevel::Critical);
        let released = empty_caches::release(&mut locker);
        let bytes = weight::weigh(&mut locker, self.shell.outside).saturating_sub(released);
        self.bytes.store(bytes, Ordering::Relaxed);
    }

    /// The turn since the last call that held its thread for long, or holds it now: 5 ms of CPU time.
    pub fn take_long_turn(&self) -> Option<LongTurn> {
        self.shell.clock.take_long()
    }

    /// Whether the calling thread ran the last turn. The processor's caches are then most likely as that turn left them.
    pub fn is_at_home(&self) -> bool {
        self.home.load(Ordering::Relaxed) == this_thread()
    }

    /// Lets the Worker import these modules of ours outside of the snapshot. Within a turn.
    pub(crate) fn admit(&self, sources: &Arc<LazySources>, builtins: &Arc<Builtins>) {
        let shared = self.shell.shared.clone();
        self.shell.state.modules().lazy = Some(LazyModules::new(sources.clone(), shared, builtins.clone()));
    }

    /// Begins the life of an event in this instance.
    pub(crate) fn begin(&self, extensions: Extensions) -> Arc<Invocation> {
        self.shell.state.begin_invocation(extensions)
    }

    pub(crate) fn permits(&self) -> &Semaphore {
        &self.permits
    }

    /// The permit of the next turn, if the instance has nothing else to do.
    pub(crate) fn try_permit(&self) -> Option<Permit<'_>> {
        self.permits.try_take().filter(|_| !self.is_kept_elsewhere())
    }

    /// Waits for the permit of the next turn, which it has since the time that is given.
    pub(crate) async fn permit(&self) -> Result<(Permit<'_>, Instant), TurnError> {
        let permit = match self.try_permit() {
            Some(permit) => permit,
            None => tokio::select! {
                permit = self.permit_and_lock() => permit,
                limit = self.shell.state.until_condemned() => return Err(TurnError::Exceeded(limit)),
            },
        };
        Ok((permit, Instant::now()))
    }

    /// Waits for the permit, and for the lock, if it is kept where this may not go on.
    async fn permit_and_lock(&self) -> Permit<'_> {
        let permit = self.permits.take().await;
        self.shell.guard.keeper.until_released().await;
        permit
    }

    /// Whether another thread keeps the isolate's lock.
    fn is_kept_elsewhere(&self) -> bool {
        self.shell.guard.keeper.is_kept() && !self.is_at_home()
    }

    /// Runs `body` and the microtasks that follow it, on the invocation's CPU time, which counts from `since`. What came of it,
    /// and when the turn ended.
    ///
    /// # Errors
    /// When a limit ended the turn, or the invocation has used up its CPU time before.
    pub(crate) fn turn_in<R>(
        &self,
        _permit: Permit<'_>,
        since: Instant,
        invocation: &Invocation,
        body: impl for<'s, 'i> FnOnce(&mut v8::PinScope<'s, 'i>) -> R,
    ) -> (Result<R, TurnError>, Instant) {
        let budget = self.limits.cpu.saturating_sub(invocation.cpu());
        if budget.is_zero() {
            // It ran out between turns, which leaves the instance as sound as it was.
            return (Err(TurnError::Exceeded(Limit::CpuTime)), since);
        }
        self.shell.state.turn_of(invocation, since);
        let (result, Finished { cpu, ended, .. }) = self.run(budget, since, |scope, _| body(scope));
        invocation.charge(cpu);
        (result, ended)
    }

    /// Like [`Instance::turn_in`], with the exports of the engine's entry module. The clock stands at zero: a global
    /// scope has no time (<https://developers.cloudflare.com/workers/runtime-apis/performance/>).
    pub(crate) async fn startup_turn<R>(
        &self,
        body: impl for<'s, 'i> FnOnce(&mut v8::PinScope<'s, 'i>, v8::Local<'s, v8::Object>) -> R,
    ) -> Result<R, TurnError> {
        let (_permit, since) = self.permit().await?;
        self.run(self.limits.startup, since, body).0
    }

    /// Runs a turn. The result, and how it ended.
    fn run<R>(
        &self,
        budget: Duration,
        since: Instant,
        body: impl for<'s, 'i> FnOnce(&mut v8::PinScope<'s, 'i>, v8::Local<'s, v8::Object>) -> R,
    ) -> (Result<R, TurnError>, Finished) {
        let Shell { isolate, context, exports, shared: _, outside, state, clock, platform, guard } = &self.shell;
        if let Some(limit) = state.condemned_by() {
            return (Err(TurnError::Exceeded(limit)), Finished::nothing(since));
        }
        let mut held = Held::take(isolate, guard);
        self.home.store(this_thread(), Ordering::Relaxed);
        optimized_code::take_in(&held, self.turns.load(Ordering::Relaxed));
        clock.begin(budget, since);
        let result = {
            v8::scope!(let scope, &mut *held);
            let context = v8::Local::new(scope, context);
            let scope = &mut v8::ContextScope::new(scope, context);
            let exports = v8::Local::new(scope, exports);
            let result = body(scope, exports);
            // After a termination the guest's code must not be entered again: its microtasks, its listeners.
            if !clock.is_terminated() {
                scope.perform_microtask_checkpoint();
            }
            if !clock.is_terminated() {
                rejections::report(scope, state, exports);
            }
            let change = state.memory().take_unreported();
            if change != 0 {
                let _ = scope.adjust_amount_of_external_allocated_memory(change);
            }
            // Only who has the permit counts.
            let turns = self.turns.load(Ordering::Relaxed);
            self.turns.store(turns.wrapping_add(1), Ordering::Relaxed);
            let turn = turns % TURNS_PER_PUMP;
            if turn == 0 {
                self.bytes.store(weight::weigh(scope, *outside), Ordering::Relaxed);
            }
            if turn == TURNS_PER_PUMP - 1 || state.memory().is_pressed() {
                // Finalization registries call the guest's functions, so this is a part of the turn.
                while !clock.is_terminated() && v8::Platform::pump_message_loop(platform, scope, false) {}
            }
            weight::weigh_wasm(scope, state);
            let nothing = v8::undefined(scope).into();
            scope.set_continuation_preserved_embedder_data(nothing);
            result
        };
        let finished = clock.finish();
        // One call of a built-in function can take more than the heap's limit without V8 telling us.
        if finished.cpu >= LONG_TURN && weight::heap_is_too_much(&held.get_heap_statistics(), state.memory()) {
            state.condemn(Limit::Memory);
        }
        if finished.terminated || held.is_execution_terminating() {
            held.cancel_terminate_execution();
            state.condemn(Limit::CpuTime);
        }
        let condemned = state.condemned_by();
        if condemned.is_none() && !finished.was_moved && self.waiting() == 0 {
            held.keep(guard);
        }
        (condemned.map_or(Ok(result), |limit| Err(TurnError::Exceeded(limit))), finished)
    }
}

#[cfg(test)]
mod tests {
    use super::this_thread;

    #[test]
    fn threads_are_told_apart() {
        let here = this_thread();
        assert_eq!(this_thread(), here);
        std::thread::scope(|scope| {
            let other = scope.spawn(this_thread).join().unwrap();
            assert_ne!(other, here);
        });
    }
}
