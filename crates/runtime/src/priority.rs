//! The priority of threads, as the nice values of Linux, where each thread has its own.
//!
//! A turn that goes on for long should leave the processor to others, and the thread should be as it was when the turn
//! is over. Anybody may lower a priority; to raise it again takes a limit that allows it (`RLIMIT_NICE` of 20 or more) or
//! a privilege. Where neither is given, priorities are left alone.
#![allow(unsafe_code)]

use std::cell::Cell;

/// Of a turn that is long.
pub(crate) const LONG: i32 = 10;

/// Of one that does not end. Not the lowest there is: what else runs on the machine would then starve the thread, and with
/// it whoever waits for a lock that it holds.
pub(crate) const ENDLESS: i32 = 15;

thread_local! {
    /// The nice value that the thread had before it was raised.
    static BEFORE: Cell<Option<i32>> = const { Cell::new(None) };
}

#[cfg(target_os = "linux")]
fn nice() -> i32 {
    // SAFETY: plain numbers. On Linux 0 is the calling thread.
    unsafe { libc::getpriority(libc::PRIO_PROCESS, 0) }
}

#[cfg(target_os = "linux")]
fn set_nice(value: i32) -> bool {
    // SAFETY: as above.
    unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, value) == 0 }
}

/// Whether a thread that lowers its priority may have it back. Tried on a thread made for it.
#[cfg(target_os = "linux")]
pub(crate) fn can_be_restored() -> bool {
    let tried = std::thread::Builder::new().spawn(|| {
        let before = nice();
        before < ENDLESS && set_nice(before + 1) && set_nice(before)
    });
    tried.is_ok_and(|thread| thread.join().unwrap_or(false))
}

/// Lowers the calling thread's priority to this nice value, until [`restore`].
#[cfg(target_os = "linux")]
pub(crate) fn lower(value: i32) {
    let now = nice();
    if now < value && set_nice(value) && BEFORE.get().is_none() {
        BEFORE.set(Some(now));
    }
}

/// Gives the calling thread the priority back that it had.
pub(crate) fn restore() {
    if let Some(before) = BEFORE.take() {
        set_nice(before);
    }
}

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    pub(super) fn set_nice(_: i32) -> bool {
        false
    }

    pub(crate) fn can_be_restored() -> bool {
        false
    }

    pub(crate) fn lower(_: i32) {}
}
#[cfg(not(target_os = "linux"))]
use elsewhere::set_nice;
#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::{can_be_restored, lower};

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    #[test]
    fn a_priority_is_lowered_and_given_back() {
        let tried = std::thread::spawn(|| {
            let before = nice();
            let can_be_restored = can_be_restored();
            lower(LONG);
            lower(ENDLESS);
            lower(LONG);
            let lowered = nice();
            restore();
            (before, lowered, nice(), can_be_restored)
        });
        let (before, lowered, after, can_be_restored) = tried.join().unwrap();
        assert_eq!(lowered, ENDLESS.max(before));
        assert_eq!(after, if can_be_restored { before } else { lowered });
    }
}
