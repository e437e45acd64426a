//! An isolate's lock, kept from one turn to the next.
//!
//! When a thread takes an isolate's lock V8 makes up the thread's state anew, and throws it away when the lock is let go of:
//! blocks for handles, the list of contexts, the stack's limits. That is a twelfth of the instructions of a hello world, and
//! in vain where the same thread has the next turn too, as it has while one thread serves all connections.
//!
//! So a thread that is told to ([`keep_locks`]) keeps the lock after a turn, with the isolate entered, until it has a turn in
//! another isolate, or nothing to do ([`release_lock`]), or is asked for it. What it keeps is V8's lock and not the instance's
//! permit, which says whose turn it is: for others the instance is idle. Who has the permit and finds the lock kept has a task
//! run that lets go of it, by the runtime of the thread that keeps it. That one comes to it soon: it keeps no lock while it is
//! in a turn of another isolate, and none after a turn that was long, for which it may have lost its place in the runtime.
//!
//! V8 has a way of its own for that, an `Unlocker` within a lock, after which the thread's state is still there. But nobody can
//! free it when the isolate goes; see [`crate::optimized_code`].
#![allow(unsafe_code)]

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use selvedge_ops::v8;
use tokio::runtime::Handle;
use tokio::sync::Notify;

use crate::instance::HeapGuard;

/// How long the task that lets go of a lock is waited for before there is another one: where a runtime has several threads,
/// it may be run by one that does not keep the lock.
const PATIENCE: Duration = Duration::from_millis(1);

thread_local! {
    /// Whether the thread keeps locks.
    static KEEPS: Cell<bool> = const { Cell::new(false) };
    /// The one that it keeps.
    static KEPT: RefCell<Option<Held>> = const { RefCell::new(None) };
}

/// Has the calling thread keep the lock of the isolate in which it had its last turn. For threads of a tokio runtime that
/// call [`release_lock`] when they have nothing to do (`on_thread_park`).
pub fn keep_locks() {
    KEEPS.set(true);
}

/// Lets go of the lock that the calling thread keeps, if any.
pub fn release_lock() {
    // Dropped when nothing is borrowed any more. A thread that ends has let go of it before.
    drop(KEPT.try_with(|kept| kept.borrow_mut().take()));
}

/// The lock of an isolate, with the isolate entered.
pub(crate) struct Held {
    locker: ManuallyDrop<v8::Locker<'static>>,
    /// Once it was kept. This may be the last owner of the isolate, and V8 then calls what this is for.
    guard: Option<Arc<HeapGuard>>,
}

impl Held {
    /// Takes the lock: the one that the calling thread has kept, if it is of this isolate.
    pub(crate) fn take(isolate: &v8::SharedIsolate, guard: &Arc<HeapGuard>) -> Self {
        let kept = KEPT.take();
        if let Some(kept) = kept.filter(|kept| kept.guard.as_ref().is_some_and(|other| Arc::ptr_eq(other, guard))) {
            return kept;
        }
        let locker = isolate.lock();
        // SAFETY: a locker owns its share of the isolate, and refers to nothing else.
        let locker = unsafe { std::mem::transmute::<v8::Locker<'_>, v8::Locker<'static>>(locker) };
        Self { locker: ManuallyDrop::new(locker), guard: None }
    }

    /// Keeps the lock, if the calling thread keeps locks. Called by who has the instance's permit.
    pub(crate) fn keep(mut self, guard: &Arc<HeapGuard>) {
        if !KEEPS.get() {
            return;
        }
        if self.guard.is_none() {
            let Ok(runtime) = Handle::try_current() else { return };
            guard.keeper.keep(runtime);
            self.guard = Some(guard.clone());
        }
        KEPT.set(Some(self));
    }
}

impl Deref for Held {
    type Target = v8::Isolate;

    fn deref(&self) -> &v8::Isolate {
        &self.locker
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut v8::Isolate {
        &mut self.locker
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // SAFETY: it is not used again.
        unsafe { ManuallyDrop::drop(&mut self.locker) };
        if let Some(guard) = &self.guard {
            guard.keeper.let_go();
        }
    }
}

/// Whether an isolate's lock is kept, as others see it.
#[derive(Default)]
pub(crate) struct Keeper {
    is_kept: AtomicBool,
    /// Where the thread works that kept it last.
    runtime: Mutex<Option<Handle>>,
    released: Notify,
}

impl Keeper {
    fn runtime(&self) -> MutexGuard<'_, Option<Handle>> {
        self.runtime.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, runtime: Handle) {
        *self.runtime() = Some(runtime);
        self.is_kept.store(true, Ordering::Release);
    }

    fn let_go(&self) {
        self.is_kept.store(false, Ordering::Release);
        self.released.notify_waiters();
    }

    /// Whether some thread keeps the lock.
    pub(crate) fn is_kept(&self) -> bool {
        self.is_kept.load(Ordering::Acquire)
    }

    /// Waits until no thread keeps the lock. Who calls it has the instance's permit, so that none keeps it again.
    pub(crate) async fn until_released(&self) {
        loop {
            let released = self.released.notified();
            if !self.is_kept() {
                return;
            }
            if let Some(runtime) = &*self.runtime() {
                drop(runtime.spawn(async { release_lock() }));
            }
            // In vain: it is asked again.
            let _ = tokio::time::timeout(PATIENCE, released).await;
        }
    }
}
