//! Whether a thread is in V8's own machine code: its *embedded builtins*, a part of the program.
//!
//! Where a thread is found in there, it is between two instructions of JavaScript's, as it were: no code of C++'s, of Rust's or
//! of the C library's is under way in the innermost frame, so that none of their locks is held by it, and anything may be done
//! that a function may do which a builtin calls. Outer frames are where they would be if that function were called.
#![allow(unsafe_code)]

use std::ffi::{c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

use selvedge_ops::v8;

use crate::redirect::interrupted_at;

// A handler can be told things by statics alone; these are the same for all of the process.
static START: AtomicUsize = AtomicUsize::new(0);
static END: AtomicUsize = AtomicUsize::new(0);

unsafe extern "C" {
    /// `v8::Isolate::GetEmbeddedCodeRange`, of V8's public interface (v8-isolate.h), which the crate `v8` leaves out.
    #[link_name = "_ZN2v87Isolate20GetEmbeddedCodeRangeEPPKvPm"]
    fn get_embedded_code_range(isolate: v8::UnsafeRawIsolatePtr, start: *mut *const c_void, length: *mut usize);
}

/// Finds the builtins, by any isolate: all share them.
pub(crate) fn find(isolate: &v8::Isolate) {
    let (mut start, mut length) = (ptr::null(), 0);
    // SAFETY: an isolate that is alive, and places for the answer.
    unsafe { get_embedded_code_range(isolate.as_raw_isolate_ptr(), &raw mut start, &raw mut length) };
    START.store(start.addr(), Ordering::Relaxed);
    END.store(start.addr() + length, Ordering::Relaxed);
}

/// Whether a signal found its thread there.
///
/// # Safety
/// Called by the signal's handler, with its third argument.
pub(crate) unsafe fn were_interrupted(context: *mut c_void) -> bool {
    let builtins = START.load(Ordering::Relaxed)..END.load(Ordering::Relaxed);
    // SAFETY: as above.
    unsafe { interrupted_at(context) }.is_some_and(|at| builtins.contains(&at))
}

/// A handler of a signal.
pub(crate) type Handler = extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void);

/// Has a signal handled, on the stack of the thread that it finds, with no other signal held back: a thread that is made there
/// would hold it back for good. Says whether it is.
pub(crate) fn handle(signal: c_int, handler: Handler) -> bool {
    // SAFETY: the structure is plain data, for which all zeros is a value: an empty mask.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = handler as usize;
    action.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART | libc::SA_NODEFER;
    // SAFETY: the signal and the function are what the call expects.
    unsafe { libc::sigaction(signal, &raw const action, ptr::null_mut()) == 0 }
}

/// Sends a thread of this process a signal. Its handler is installed: else it would end the process.
pub(crate) fn send(thread: i32, signal: c_int) {
    // SAFETY: a system call on numbers.
    unsafe { libc::syscall(libc::SYS_tgkill, libc::c_long::from(std::process::id()), thread, signal) };
}
