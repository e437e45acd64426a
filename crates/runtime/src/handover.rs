//! A turn that goes on for long makes room for the work behind it.
//!
//! A turn runs in the task of a connection, on one of tokio's worker threads, and a worker thread that does not return
//! leaves its queue to the others, until none is left. tokio can give a worker's queue to a fresh thread
//! (`block_in_place`), but only the thread itself can ask for it. So V8 is asked to interrupt the turn, and the
//! interruption, which runs on the turn's thread between two of the guest's instructions, does that. The turn then goes
//! on where it was, on a thread that nobody waits for.
//!
//! The thread's rank is lowered for as long as the turn goes on, and once more when it seems not to end, where it may
//! be raised again (see [`crate::priority`]).
//!
//! Loops and calls heed interruptions; a long run of one built-in function (a sort without a comparator,
//! `JSON.parse`) does not, and holds its thread. Some can be made to all the same (see [`crate::nudge`]); where not, whoever
//! made the threads is told, and may have others in reserve.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::panic::catch_unwind;
use std::sync::mpsc;
use std::time::Duration;

use selvedge_ops::v8;
use tokio::runtime::{Handle, RuntimeFlavor};

use crate::priority::Rank;
use crate::slots;

/// How long the new thread is waited for.
const PATIENCE: Duration = Duration::from_millis(20);

/// How long a thread that is there takes to take the queue over, generously.
const SETTLE: Duration = Duration::from_micros(500);

/// What a turn is interrupted for.
#[derive(Clone, Copy, Debug)]
#[repr(usize)]
pub(crate) enum Step {
    /// It is long: others get its thread's queue, and come first.
    MakeRoom = 1,
    /// It does not end: all others come first.
    YieldToAll = 2,
}

/// Interrupts the running turn.
pub(crate) fn request(isolate: &v8::IsolateHandle, step: Step) {
    isolate.request_interrupt(interrupted, step as usize as *mut c_void);
}

unsafe extern "C" fn interrupted(_: v8::UnsafeRawIsolatePtr, data: *mut c_void) {
    // A panic must not unwind into V8.
    let _ = catch_unwind(|| {
        if !slots::was_asked() {
            return;
        }
        if data.addr() == Step::MakeRoom as usize {
            make_room();
            slots::lower_thread(Rank::Long);
        } else {
            slots::lower_thread(Rank::Endless);
        }
    });
}

/// Gives the work of the calling thread, in whose turn this is, to another one.
pub(crate) fn make_room() {
    slots::note_room();
    let Ok(runtime) = Handle::try_current() else { return };
    if runtime.runtime_flavor() != RuntimeFlavor::MultiThread {
        return;
    }
    tokio::task::block_in_place(|| {
        // When this returns, tokio takes the queue back if nobody has taken it yet. Whatever takes it was queued before
        // the job below, so it has begun when that runs.
        let (begun, wait) = mpsc::channel();
        runtime.spawn_blocking(move || begun.send(()));
        let _ = wait.recv_timeout(PATIENCE);
        std::thread::sleep(SETTLE);
    });
}

/// Gives what the calling thread had to do to another one, for good: the thread sleeps for ever.
pub(crate) fn leave() -> ! {
    let _ = catch_unwind(|| match Handle::try_current() {
        Ok(runtime) if runtime.runtime_flavor() == RuntimeFlavor::MultiThread => {
            tokio::task::block_in_place(wait_for_ever)
        }
        _ => wait_for_ever(),
    });
    // It could not: whoever waits for this thread waits in vain.
    wait_for_ever()
}

fn wait_for_ever() -> ! {
    loop {
        std::thread::park();
    }
}
