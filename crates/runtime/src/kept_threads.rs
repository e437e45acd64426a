//! What V8 knows of a thread, kept from one turn to the next.
//!
//! A thread that takes an isolate's lock, with no more than a `v8::Locker`, is new to the isolate each time: V8 sets its
//! state up when the lock is taken and throws it away when the lock is let go. What is thrown away besides the work are
//! the requests that came between two turns. Most of all that of the compiler's thread, which has finished optimized
//! code and asks for it to be installed: with turns of microseconds that is nearly always between two, and functions
//! stayed with the code of the first compiler for ever, as V8 does not ask again.
//!
//! V8 keeps the state of a thread that lets go of the lock for others, by a `v8::Unlocker`, as it expects it back. So
//! each thread that comes to an isolate takes the lock once and then lets go of it as if for others, without end. From
//! then on, V8 finds its state when it comes again, and does not even copy it if no other thread was there meanwhile.
//!
//! It has a price. By V8's code, the state of a thread that is not there has a block of handles of 8 KB, which is forgotten
//! when the isolate goes: only that thread could free it. Under a load that made isolates without end, memory grew by
//! 2 MB a second with this done for all, and not when it was done for few. So it is done for isolates that have had many
//! turns ([`WARM`]), which are those with code worth optimizing, and for few threads ([`MOST`]), as those of blocked tasks
//! come and go; any other is new each time.
//!
//! Another way out would be to compile on the turn's own thread (`--no-concurrent-recompilation`), which takes guests'
//! CPU time and other requests' patience.
#![allow(unsafe_code)]

use std::sync::{Mutex, PoisonError};

use selvedge_ops::v8;

/// Of how many threads the state is kept.
const MOST: usize = 8;

/// From how many turns on.
const WARM: u32 = 1000;

/// How often a thread is looked at that has not changed, in turns.
const EVERY: u32 = 64;

/// Whether the state of a thread is worth keeping, of an isolate that has had so many turns. `moved`: whether the last one
/// was on another thread.
pub(crate) fn is_due(turns: u32, moved: bool) -> bool {
    turns >= WARM && (moved || turns.is_multiple_of(EVERY))
}

/// Room for a `v8::Locker`: two words, by an assertion in the crate's `binding.cc`.
#[repr(C)]
struct RawLocker([usize; 2]);

/// Room for a `v8::Unlocker`: one word, by the same.
#[repr(C)]
struct RawUnlocker([usize; 1]);

// The crate's own bindings, which it has no Rust API for: its `Locker::unlock` ends where it began. The crate is pinned
// to one version.
unsafe extern "C" {
    fn v8__Locker__CONSTRUCT(at: *mut RawLocker, isolate: v8::UnsafeRawIsolatePtr);
    fn v8__Unlocker__CONSTRUCT(at: *mut RawUnlocker, isolate: v8::UnsafeRawIsolatePtr);
}

/// The threads whose state an isolate keeps.
pub(crate) struct KeptThreads {
    isolate: v8::UnsafeRawIsolatePtr,
    threads: Mutex<Vec<usize>>,
}

// SAFETY: the pointer is used only by `keep`, whose caller answers for it.
unsafe impl Send for KeptThreads {}
// SAFETY: as above.
unsafe impl Sync for KeptThreads {}

impl KeptThreads {
    /// None yet.
    pub(crate) fn of(isolate: &v8::Isolate) -> Self {
        // SAFETY: the pointer is only passed on to V8, by `keep`.
        let isolate = unsafe { isolate.as_raw_isolate_ptr() };
        Self { isolate, threads: Mutex::default() }
    }

    /// Has V8 keep the state of the calling thread, whose number is `thread`. A number that a thread of the past had is
    /// no harm: V8 has numbers of its own, and the thread is just new to it each time.
    ///
    /// # Safety
    /// The isolate is alive, and no thread has its lock or waits for it. The calling thread is in no isolate.
    pub(crate) unsafe fn keep(&self, thread: usize) {
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        if threads.len() >= MOST || threads.contains(&thread) {
            return;
        }
        threads.push(thread);
        let (mut locker, mut unlocker) = (RawLocker([0; 2]), RawUnlocker([0; 1]));
        // SAFETY: there is room for both, and neither is destroyed: they have no resources but the lock, which the second
        // lets go of, and the thread's state, which the isolate has.
        unsafe {
            v8__Locker__CONSTRUCT(&raw mut locker, self.isolate);
            v8__Unlocker__CONSTRUCT(&raw mut unlocker, self.isolate);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_isolate_of_few_turns_keeps_nothing() {
        assert!((0..WARM).all(|turns| !is_due(turns, true)));
        assert!(is_due(WARM, true));
        assert_eq!((WARM..WARM + 2 * EVERY).filter(|turns| is_due(*turns, false)).count(), 2);
    }
}
