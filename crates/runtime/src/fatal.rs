//! What is left to do when V8 gives up.
//!
//! V8 ends the process where it cannot go on: its heap is full within a built-in function, or an array that a built-in
//! function makes for itself would be longer than any may be. A guest needs one line for that:
//! `"x".repeat(2 ** 28).match(/x/g)`. It cannot be told not to, but before it ends the process it calls us, or traps (of
//! what V8 thinks harmless it does not tell), and we need not return. So the thread stays where it is, for ever, with the
//! isolate, which nobody enters again; the instance is condemned, and what else the thread had to do is given to another
//! one. V8 gives up in the midst of one isolate's work, with no lock of the process's in its hands.
//!
//! A thread and an isolate are a price. So it is paid [`MOST`] times only; then V8 may end the process, which has become
//! too large by then, and whoever started it starts it again.
//!
//! Dropped: to unwind (there are no tables for V8's own code), to jump back over V8's frames (the lock of the isolate and
//! the handles would be left in a state that V8 does not foresee).
#![allow(unsafe_code)]

use std::ffi::{c_char, c_int, c_void};
use std::sync::atomic::{AtomicUsize, Ordering};

use selvedge_ops::v8;

use crate::redirect::redirect;
use crate::{Loss, handover, slots};

/// How many threads may stay with what V8 gave up.
const MOST: usize = 16;

/// How many do. V8 gives up for the whole process, and takes a function with no data: this cannot be anybody's own.
static GIVEN_UP: AtomicUsize = AtomicUsize::new(0);

/// Has V8 call us before it ends the process.
pub(crate) fn install() {
    v8::V8::set_fatal_error_handler(|_: &str, _: i32, message: &str| stay(message));
    // SAFETY: the structure is plain data, for which all zeros is a value: no flags, an empty mask.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = trapped as extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) as usize;
    action.sa_flags = libc::SA_NODEFER | libc::SA_SIGINFO;
    // SAFETY: the signal and the function are what the call expects. Should it fail, V8 ends the process as before.
    unsafe { libc::sigaction(libc::SIGTRAP, &raw const action, std::ptr::null_mut()) };
}

/// V8's way to end the process is an instruction that traps. So this runs at a known place of V8's, between two
/// instructions of its own and in the midst of nothing of the C library's: what a signal's handler must not do
/// elsewhere can be done here, and is done after it where that is possible (see [`redirect`]).
extern "C" fn trapped(_: c_int, _: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: this is the handler of a signal, and V8 expects nothing to come after the instruction.
    if !unsafe { redirect(context, after_trap) } {
        after_trap();
    }
}

extern "C" fn after_trap() -> ! {
    stay("it has printed why");
    // SAFETY: plain calls: what the signal does by itself, and the signal once more.
    unsafe {
        libc::signal(libc::SIGTRAP, libc::SIG_DFL);
        libc::raise(libc::SIGTRAP);
    }
    std::process::abort()
}

/// The same for a heap that is full, which V8 tells each isolate by itself.
pub(crate) fn install_in(isolate: &mut v8::Isolate) {
    isolate.set_oom_error_handler(out_of_memory);
}

unsafe extern "C" fn out_of_memory(_: *const c_char, details: &v8::OomDetails) {
    let detail = details.detail;
    if detail.is_null() {
        return stay("out of memory");
    }
    // SAFETY: V8's own text, which ends with a zero.
    let detail = unsafe { std::ffi::CStr::from_ptr(detail) };
    stay(&format!("out of memory: {}", detail.to_string_lossy()));
}

/// Does not return, unless no turn runs on this thread or too many threads have stayed.
fn stay(message: &str) {
    let number = GIVEN_UP.fetch_add(1, Ordering::Relaxed) + 1;
    if number > MOST {
        tracing::error!(%message, most = MOST, "V8 gave up another isolate, which is one too many");
        return;
    }
    let Some(state) = slots::abandon_turn() else { return };
    tracing::error!(%message, number, most = MOST, "V8 gave up an isolate");
    state.lose(Loss::GaveUp);
    handover::leave();
}
