//! Has a turn make room that does not heed V8's interruptions.
//!
//! [`crate::handover`] lets V8 interrupt a turn, so that it gives its thread's work to another one. V8 does so between two of
//! the guest's instructions, and a built-in function may be a single one for minutes: for as long as its CPU time lasts. The
//! thread is then sent a signal, again and again until it finds it in V8's builtins, where the handler can do what the
//! interruption would have done (see [`crate::builtins`]). Those that are C++ are never found there, and hold their threads:
//! the reserve is for them.
#![allow(unsafe_code)]

use std::ffi::{c_int, c_void};
use std::panic::catch_unwind;

use crate::builtins::{handle, send, were_interrupted};
use crate::running::Due;
use crate::{handover, protection, slots};

/// The signal, which nobody else sends.
fn signal() -> c_int {
    libc::SIGRTMIN() + 12
}

/// Installs the handler.
pub(crate) fn install() -> bool {
    protection::note();
    handle(signal(), nudged)
}

/// Asks the thread of this number, whose turn holds it, to make room.
pub(crate) fn ask(thread: i32) {
    send(thread, signal());
}

/// The handler.
extern "C" fn nudged(_: c_int, _: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: this is such a handler.
    if !unsafe { were_interrupted(context) } {
        return;
    }
    // SAFETY: the C library's own `errno` of this thread.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: as above.
    let before = unsafe { *errno };
    protection::take();
    // It is as if the builtin had called this. A panic must not unwind into it.
    let _ = catch_unwind(|| {
        let Due { room, rank } = slots::take_due();
        if room {
            handover::make_room();
        }
        rank.into_iter().for_each(slots::lower_thread);
    });
    // SAFETY: as above.
    unsafe { *errno = before };
}
