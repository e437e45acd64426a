//! Stops a thread whose turn does not end, so that it takes no more of the processor.
//!
//! A turn that does not heed its termination is in a built-in function of V8's, of which there are two kinds. Most are
//! machine code that V8 brings with it, in which a thread can do anything (see [`crate::builtins`]). What it holds there, it
//! would hold as long if it ran on: the isolate's lock and its permit, for which nobody waits any more as the instance is
//! condemned. So the thread is sent a signal, whose handler looks at the interrupted instruction, and if that is one of the
//! builtins', has the thread go on with [`park`]: it gives what it had to do to another thread, and sleeps for ever.
//!
//! Others are C++, which may hold a lock of the process's at any instruction (that of `malloc`, say). Those are left to run,
//! for what all others leave of the processor (Linux's `SCHED_IDLE`; a lock is held at few of their instructions). Some of
//! them call builtins at times, and are found there later; those that allocate are stopped after V8 has collected garbage,
//! when it calls us, unless their heap is full: what fills it comes to an end by itself, one or the other, and gives the
//! memory back. Should a turn end after all, its thread gets its rank back, or where the system does not give it back, sleeps
//! for ever, too: what came after would wait behind everybody.
//!
//! The watchdog sends a signal while it holds the lock of the turn, and a turn whose thread was asked makes a system call
//! before it is over ([`settle`]): signals that were sent are delivered by then. So a later turn is never stopped in place
//! of an earlier one.
//!
//! It needs Linux, on x86-64 or 64-bit ARM. Elsewhere such a thread goes on burning.
//!
//! Dropped: to stop a thread for parts of the time wherever it is (whoever waits for a lock that it holds waits as long),
//! to jump out of the builtin (V8's own frames and handles would be left in a state that V8 does not foresee).
#![allow(unsafe_code)]

use std::ffi::{c_int, c_void};
use std::panic::catch_unwind;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};

use selvedge_ops::v8;

use crate::builtins::{self, handle, send, were_interrupted};
use crate::redirect::redirect;
use crate::{handover, nudge, slots};

/// Whether the handlers are being installed, once in a process, and whether they are.
static BEGUN: AtomicBool = AtomicBool::new(false);
static INSTALLED: AtomicBool = AtomicBool::new(false);

/// The signals, which nobody else sends. The one before them is [`crate::restrict_every_thread`]'s, the one after them
/// [`nudge`]'s.
fn stop() -> c_int {
    libc::SIGRTMIN() + 10
}

fn step_back() -> c_int {
    libc::SIGRTMIN() + 11
}

/// Lets turns of an isolate be stopped. With the first one the builtins are found, and the handlers installed.
pub(crate) fn install(isolate: &mut v8::Isolate) {
    let collections =
        v8::GCType::kGCTypeScavenge | v8::GCType::kGCTypeMinorMarkSweep | v8::GCType::kGCTypeMarkSweepCompact;
    isolate.add_gc_epilogue_callback(collected, ptr::null_mut(), collections);
    if !BEGUN.swap(true, Ordering::Relaxed) {
        builtins::find(isolate);
        let installed = handle(stop(), stopped) && handle(step_back(), stepped_back) && nudge::install();
        INSTALLED.store(installed, Ordering::Relaxed);
    }
}

/// Asks the thread of this number, whose turn cannot end, to stop.
pub(crate) fn ask_to_stop(thread: i32) {
    if INSTALLED.load(Ordering::Relaxed) {
        send(thread, stop());
    }
}

/// Asks it to let all others come first.
pub(crate) fn ask_to_yield(thread: i32) {
    if INSTALLED.load(Ordering::Relaxed) {
        send(thread, step_back());
    }
}

/// Asks it to make room; see [`nudge`].
pub(crate) fn ask_for_room(thread: i32) {
    if INSTALLED.load(Ordering::Relaxed) {
        nudge::ask(thread);
    }
}

/// A handler: it reads two atomics.
extern "C" fn stopped(_: c_int, _: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: this is such a handler. Where it redirects, the thread is in V8's builtins: see the module's documentation.
    unsafe {
        if were_interrupted(context) {
            redirect(context, park);
        }
    }
}

/// A handler: it makes a system call.
extern "C" fn stepped_back(_: c_int, _: *mut libc::siginfo_t, _: *mut c_void) {
    // SAFETY: the C library's own `errno` of this thread.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: as above.
    let before = unsafe { *errno };
    set_policy(libc::SCHED_IDLE);
    // SAFETY: as above.
    unsafe { *errno = before };
}

/// Sets how the calling thread is scheduled: by the system call, as musl's function of the name does not make it.
fn set_policy(policy: c_int) -> bool {
    // The kernel's `struct sched_param`. Neither of the two policies has priorities.
    let priority: c_int = 0;
    // SAFETY: 0 is the calling thread; the parameter outlives the call.
    unsafe { libc::syscall(libc::SYS_sched_setscheduler, 0, policy, &raw const priority) == 0 }
}

/// Called when a turn ends whose thread was asked to stop. False if the thread cannot be what it was.
pub(crate) fn settle() -> bool {
    // SAFETY: system calls on numbers. The first has signals delivered that were sent.
    let policy = unsafe {
        libc::sched_yield();
        libc::syscall(libc::SYS_sched_getscheduler, 0)
    };
    policy != libc::c_long::from(libc::SCHED_IDLE) || set_policy(libc::SCHED_OTHER)
}

/// Where a thread ends up.
extern "C" fn park() -> ! {
    // A panic has nowhere to go.
    let _ = catch_unwind(slots::abandon_turn);
    handover::leave()
}

/// V8 has collected garbage, and would let us run JavaScript now: no lock of its own is held. So a turn in a C++ function
/// that allocates can stop here.
unsafe extern "C" fn collected(
    isolate: v8::UnsafeRawIsolatePtr,
    _: v8::GCType,
    _: v8::GCCallbackFlags,
    _: *mut c_void,
) {
    let to_stop = catch_unwind(|| {
        let Some(state) = slots::to_stop() else { return false };
        // SAFETY: the isolate that is calling, on its own thread; the statistics neither allocate in its heap nor run code.
        let statistics = unsafe { v8::Isolate::from_raw_isolate_ptr_unchecked(isolate) }.get_heap_statistics();
        statistics.used_heap_size() <= state.memory().limit()
    });
    if to_stop.unwrap_or(false) {
        park();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_was_asked_is_as_before_or_stays() {
        // SAFETY: a system call on a number.
        let policy = || unsafe { libc::syscall(libc::SYS_sched_getscheduler, 0) };
        let (before, settled, after) = std::thread::spawn(move || {
            assert!(settle(), "nothing was changed");
            let before = policy();
            assert!(set_policy(libc::SCHED_IDLE));
            (before, settle(), policy())
        })
        .join()
        .unwrap();
        let idle = libc::c_long::from(libc::SCHED_IDLE);
        assert_eq!(after, if settled { before } else { idle });
    }
}
