//! The rank of threads: how much of the processor they get, and how soon.
//!
//! A turn that goes on for long should leave the processor to others, and the thread should be as it was when the turn
//! is over. How much a thread gets is its nice value, of which each thread of Linux has its own. How soon another one gets
//! to run that was woken is said by something else: unless its slice is shorter than that of the thread which runs, the
//! kernel lets that one have its slice first, whatever the nice values are (EEVDF's "run to parity", since Linux 6.12, which
//! is also the first with slices of one's own; `sched_setattr(2)`, `sched_runtime`). With ten Workers that loop on two
//! cores, that was 3 ms and more for one request in a hundred. So long turns take long slices: less often, and all others
//! come at once.
//!
//! Anybody may take a higher nice value; to have the lower one back takes a limit that allows it (`RLIMIT_NICE` of 20 or
//! more) or a capability (`CAP_SYS_NICE`), which a server gives up with all others. So where the limit does not allow it,
//! nice values are not changed for a turn, and slices are all there is; but threads that are there for long turns have the
//! value of those that do not end, always. (With that of long turns, 10, ten Workers that loop made the p99 of another one
//! five to eight times what it was alone on two cores; with 15, 1.4 to 2.1 times; with 19, in one run, six times, and nearly
//! ten beside Workers that fill their memory.)
//!
//! Dropped: `SCHED_IDLE` for turns that do not end. What else runs on the machine would then starve the thread, and with it
//! whoever waits for a lock that it holds; and it served others less well than slices.
#![allow(unsafe_code)]

use std::cell::Cell;

/// What a thread's turn is, and so how it ranks, lowest last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// As the thread was made.
    #[default]
    Usual,
    /// It is long.
    Long,
    /// It does not end.
    Endless,
}

impl Rank {
    /// The nice value. Of those that do not end it is not the lowest there is, for the sake of who waits for their locks.
    fn nice(self) -> i32 {
        match self {
            Self::Usual => 0,
            Self::Long => 10,
            Self::Endless => 15,
        }
    }

    /// The slice in nanoseconds. Longer than the kernel's own, which is 2.8 ms at most; 0 stands for that.
    fn slice(self) -> u64 {
        match self {
            Self::Usual => 0,
            Self::Long => 10_000_000,
            Self::Endless => 50_000_000,
        }
    }
}

thread_local! {
    /// How the calling thread ranks.
    static NOW: Cell<Rank> = const { Cell::new(Rank::Usual) };
    /// The nice value and the rank that it had before it was lowered.
    static BEFORE: Cell<Option<(i32, Rank)>> = const { Cell::new(None) };
}

#[cfg(target_os = "linux")]
fn nice() -> i32 {
    // SAFETY: plain numbers. On Linux 0 is the calling thread.
    unsafe { libc::getpriority(libc::PRIO_PROCESS, 0) }
}

/// Sets both for the calling thread, or where the kernel knows nothing of the call, the nice value. Whether it could.
#[cfg(target_os = "linux")]
fn set(nice: i32, slice: u64) -> bool {
    /// The kernel's `SCHED_ATTR_SIZE_VER0`.
    const SIZE: u32 = 48;
    const _: () = assert!(size_of::<libc::sched_attr>() == SIZE as usize);
    let attributes = libc::sched_attr {
        size: SIZE,
        sched_policy: 0,
        // One that runs after all others goes on doing so.
        sched_flags: libc::SCHED_FLAG_KEEP_POLICY.unsigned_abs().into(),
        sched_nice: nice,
        sched_priority: 0,
        sched_runtime: slice,
        sched_deadline: 0,
        sched_period: 0,
    };
    // SAFETY: 0 is the calling thread; the attributes outlive the call, and their size is the one that they say.
    unsafe {
        libc::syscall(libc::SYS_sched_setattr, 0, &raw const attributes, 0) == 0
            || libc::setpriority(libc::PRIO_PROCESS, 0, nice) == 0
    }
}

/// Whether the limit alone allows a thread to have this nice value back: 20 is its word for 0, 1 for 19 (`getrlimit(2)`).
#[cfg(target_os = "linux")]
fn is_within_limit(nice: i32) -> bool {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: there is room for the limit.
    let known = unsafe { libc::getrlimit(libc::RLIMIT_NICE, &raw mut limit) } == 0;
    known && u64::try_from(20 - nice).is_ok_and(|needed| limit.rlim_cur >= needed)
}

/// Whether a thread whose nice value was changed may have it back, also when the process has given up its capabilities,
/// as a server does once it has started. Tried on a thread made for it.
#[cfg(target_os = "linux")]
pub(crate) fn can_be_restored() -> bool {
    let tried = std::thread::Builder::new().spawn(|| {
        let before = nice();
        before < Rank::Endless.nice() && is_within_limit(before) && set(before + 1, 0) && set(before, 0)
    });
    tried.is_ok_and(|thread| thread.join().unwrap_or(false))
}

/// Lowers the calling thread to this rank, until [`restore`]. Its nice value only if that can be restored.
pub(crate) fn lower(rank: Rank, restorable: bool) {
    let before = (nice(), NOW.get());
    let nice = if restorable { rank.nice().max(before.0) } else { before.0 };
    if before.1 < rank && set(nice, rank.slice()) {
        NOW.set(rank);
        if BEFORE.get().is_none() {
            BEFORE.set(Some(before));
        }
    }
}

/// Gives the calling thread the rank back that it had.
pub(crate) fn restore() {
    if let Some((nice, rank)) = BEFORE.take() {
        set(nice, rank.slice());
        NOW.set(rank);
    }
}

/// Lowers the calling thread's rank to that of long turns, for good: for threads that are there for them. One that could
/// not be raised again after a turn that does not end has the nice value of such turns from the beginning.
pub fn expect_long_turns() {
    let rank = if is_within_limit(Rank::Long.nice()) { Rank::Long } else { Rank::Endless };
    if set(rank.nice().max(nice()), Rank::Long.slice()) {
        NOW.set(Rank::Long);
    }
}

/// Whether the calling thread is there for long turns, and in none that does not end.
pub(crate) fn is_for_long_turns() -> bool {
    NOW.get() == Rank::Long
}

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    pub(super) fn nice() -> i32 {
        0
    }

    pub(super) fn set(_: i32, _: u64) -> bool {
        false
    }

    pub(super) fn is_within_limit(_: i32) -> bool {
        false
    }

    pub(crate) fn can_be_restored() -> bool {
        false
    }
}
#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::can_be_restored;
#[cfg(not(target_os = "linux"))]
use elsewhere::{is_within_limit, nice, set};

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    /// The calling thread's slice in nanoseconds; 0 where the kernel has none.
    fn slice() -> u64 {
        // SAFETY: all zeros are attributes.
        let mut attributes = unsafe { std::mem::zeroed::<libc::sched_attr>() };
        let size = size_of_val(&attributes);
        // SAFETY: 0 is the calling thread; there is room for as much as the size says.
        let result = unsafe { libc::syscall(libc::SYS_sched_getattr, 0, &raw mut attributes, size, 0) };
        if result == 0 { attributes.sched_runtime } else { 0 }
    }

    /// Both.
    fn here() -> (i32, u64) {
        (nice(), slice())
    }

    #[test]
    fn a_rank_is_lowered_and_given_back() {
        let tried = std::thread::spawn(|| {
            let before = here();
            lower(Rank::Long, true);
            lower(Rank::Endless, true);
            lower(Rank::Long, true);
            let lowered = here();
            restore();
            (before, lowered, here())
        });
        let (before, lowered, after) = tried.join().unwrap();
        assert_eq!(lowered.0, Rank::Endless.nice().max(before.0));
        if before.1 > 0 {
            assert_eq!(lowered.1, Rank::Endless.slice());
        }
        if can_be_restored() {
            assert_eq!(after, before);
        }
    }

    #[test]
    fn a_nice_value_that_would_be_for_good_is_left_alone() {
        let tried = std::thread::spawn(|| {
            let before = here();
            lower(Rank::Endless, false);
            let lowered = here();
            restore();
            (before, lowered, here())
        });
        let (before, lowered, after) = tried.join().unwrap();
        assert_eq!(lowered, (before.0, if before.1 > 0 { Rank::Endless.slice() } else { 0 }));
        assert_eq!(after, before);
    }

    #[test]
    fn a_thread_for_long_turns_gets_its_own_rank_back() {
        let tried = std::thread::spawn(|| {
            expect_long_turns();
            let before = here();
            lower(Rank::Long, true);
            assert_eq!(here(), before, "it is that already");
            lower(Rank::Endless, true);
            restore();
            (before, here())
        });
        let (before, after) = tried.join().unwrap();
        assert!(before.0 >= Rank::Long.nice());
        if can_be_restored() {
            assert_eq!(after, before);
        }
    }
}
