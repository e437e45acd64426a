//! Optimized code, taken in.
//!
//! V8's optimizing compilers work on a thread of their own. What they have finished waits in a queue of the isolate, and
//! a request to take it in is put beside the stack limits of the thread that is in the isolate, to be met at its next
//! check for interrupts. Those limits go when the thread lets go of the isolate's lock, and a thread that takes the lock is
//! a new one each time. With turns of microseconds, nearly every such request comes between two turns, and is lost. V8
//! does not make it again. A function that waits for its code is not compiled a second time either: it stays with what it
//! has, be that the interpreter, for as long as the isolate lives.
//!
//! So turns begin with the request, made in the compiler's place: each of an isolate's first ones, as most functions come
//! to their code then and a Worker may have few turns, and from then on one in [`EVERY`]. Where nothing waits it costs two
//! looks at empty queues.
//!
//! Two other ways were taken before. V8 keeps the state of a thread, and the requests in it, when the lock is let go of for
//! others with a `v8::Unlocker`; but what it keeps of a thread, 8 KB, is forgotten when the isolate goes, as only that
//! thread could free it. So that was for isolates of a thousand turns, whose functions had often lost their code by then.
//! Compiling on the turn's own thread (`--no-concurrent-recompilation`) takes guests' CPU time and other requests'
//! patience.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::ptr::NonNull;

use selvedge_ops::v8;

/// How many turns an isolate begins with the request.
const FIRST: u32 = 64;

/// How often after that, in turns.
const EVERY: u32 = 16;

/// Where an isolate has its stack guard, in words: `kIsolateStackGuardOffset` of the layout that V8 guarantees
/// (`v8-internal.h`).
const STACK_GUARD: usize = 1;

/// What has been compiled by Turbofan, and by Maglev: `INSTALL_CODE` and `INSTALL_MAGLEV_CODE` of `StackGuard::InterruptFlag`
/// (`src/execution/stack-guard.h`).
const INSTALL: u32 = 1 << 2 | 1 << 9;

unsafe extern "C" {
    /// `v8::internal::StackGuard::RequestInterrupt`, for which there is no public function. The crate is pinned to one
    /// version of V8, and a test sees functions get their code.
    #[link_name = "_ZN2v88internal10StackGuard16RequestInterruptENS1_13InterruptFlagE"]
    fn request_interrupt(guard: NonNull<c_void>, flags: u32);
}

/// Whether a turn is to begin with the request, by how many there were before it.
fn is_due(turns: u32) -> bool {
    turns < FIRST || turns.is_multiple_of(EVERY)
}

/// Has an isolate take in what waits, at its next check for interrupts, if that is due after so many turns.
pub(crate) fn take_in(isolate: &v8::Isolate, turns: u32) {
    if !is_due(turns) {
        return;
    }
    // SAFETY: the type is a pointer to the isolate, transparently.
    let isolate: *mut *mut c_void = unsafe { std::mem::transmute(isolate.as_raw_isolate_ptr()) };
    // SAFETY: the isolate is alive, and many words long.
    let guard = unsafe { isolate.add(STACK_GUARD) };
    // A stack guard begins with the isolate that it is of. So should another V8 have another layout, it shows.
    // SAFETY: as above.
    let is_one = unsafe { guard.read() } == isolate.cast();
    debug_assert!(is_one, "V8 has its stack guard elsewhere");
    if let Some(guard) = NonNull::new(guard.cast()).filter(|_| is_one) {
        // SAFETY: it is the stack guard of an isolate, which is alive.
        unsafe { request_interrupt(guard, INSTALL) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_due_often_at_first() {
        assert!((0..=FIRST).all(is_due));
        assert_eq!((FIRST..2 * FIRST).filter(|turns| is_due(*turns)).count(), (FIRST / EVERY) as usize);
    }
}
