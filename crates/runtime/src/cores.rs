//! A core for those whose turns are short.
//!
//! The kernel lets a thread that wakes up go before one of a lower rank (see [`crate::priority`]), but not for nothing: where
//! each core has several that loop, ten Workers that do made the 99th percentile of another one's answers two to four
//! times what it was alone, on two cores, and one Worker that loops did not change it. So turns that do not end leave one
//! core of the process's to all others, which wake up there at once, and share the rest.
//!
//! Only while there are as many of them as cores, and somebody to use the one, that is, short turns were begun lately: else they
//! have all cores. (To have a single one leave a core was tried. A Worker that fills its memory is held against others not by
//! the core that it runs on: the 99th percentile beside it was half as much again.) Where there is only one core, it is
//! shared.
//!
//! A queue of such turns with so many at a time was weighed: a turn that waits in an interruption of V8's, and the kernel
//! preempts better.
//!
//! And a core for who waits for an isolate ([`Apart`]): a thread that is woken is put on the core that it was on before when
//! no other is idle at that moment, and if that is where the next isolate is being made, the two share it for several
//! milliseconds, though another becomes idle at once: the kernel looks seldom.

#[cfg(target_os = "linux")]
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};

#[cfg(target_os = "linux")]
use rustix::thread::CpuSet;

#[cfg(target_os = "linux")]
thread_local! {
    /// The cores that the calling thread had before it left one.
    static BEFORE: Cell<Option<CpuSet>> = const { Cell::new(None) };
}

/// Whether turns were begun lately on threads that are not for long ones.
#[derive(Debug, Default)]
pub(crate) struct ShortTurns {
    seen: AtomicBool,
    recent: AtomicBool,
}

impl ShortTurns {
    pub(crate) fn note(&self) {
        // Most turns find it noted, and need not write what other threads read.
        if !self.seen.load(Ordering::Relaxed) {
            self.seen.store(true, Ordering::Relaxed);
        }
    }

    /// What is noted until the next call is recent until the one after it.
    pub(crate) fn turn_over(&self) {
        self.recent.store(self.seen.swap(false, Ordering::Relaxed), Ordering::Relaxed);
    }

    pub(crate) fn are_recent(&self) -> bool {
        self.seen.load(Ordering::Relaxed) || self.recent.load(Ordering::Relaxed)
    }
}

/// Whether turns that do not end, of which there are so many, are to leave one of the process's cores to others.
pub(crate) fn is_to_be_left(short_turns: bool, endless: usize, cores: usize) -> bool {
    short_turns && cores > 1 && endless >= cores
}

/// All of these but the first; `None` if there would be none left.
#[cfg(target_os = "linux")]
fn all_but_one(cores: &CpuSet) -> Option<CpuSet> {
    let first = (0..CpuSet::MAX_CPU).find(|core| cores.is_set(*core))?;
    all_but(first, cores)
}

/// All of these but a certain one; `None` if there would be none left.
#[cfg(target_os = "linux")]
fn all_but(core: usize, cores: &CpuSet) -> Option<CpuSet> {
    let mut rest = *cores;
    rest.unset(core);
    (rest.count() > 0).then_some(rest)
}

/// Has the calling thread leave one core to others, or, if not, have all that it had again. Calls nothing but the system,
/// so that a signal's handler can.
#[cfg(target_os = "linux")]
pub(crate) fn leave_one(leaves: bool) {
    use rustix::thread::{sched_getaffinity, sched_setaffinity};

    let before = BEFORE.take();
    let left = match before {
        Some(all) if leaves => Some(all),
        // Should it fail, there is nothing that could be done.
        Some(all) => {
            let _ = sched_setaffinity(None, &all);
            None
        }
        None if leaves => sched_getaffinity(None)
            .ok()
            .filter(|all| all_but_one(all).is_some_and(|rest| sched_setaffinity(None, &rest).is_ok())),
        None => None,
    };
    BEFORE.set(left);
}

/// For threads that begin: has the calling one use all cores that the process has, also if the thread that made it leaves
/// one to others.
#[cfg(target_os = "linux")]
pub fn use_all_cores() {
    use rustix::process::getpid;
    use rustix::thread::{sched_getaffinity, sched_setaffinity};

    // The process's first thread has its number, and runs no turns. Should it fail, the thread has one core less.
    let _ = sched_getaffinity(Some(getpid())).and_then(|all| sched_setaffinity(None, &all));
}

/// The core that the calling thread runs on now.
#[cfg(target_os = "linux")]
pub(crate) fn here() -> usize {
    rustix::thread::sched_getcpu()
}

/// While this lives, the calling thread is not on a certain core.
#[cfg(target_os = "linux")]
pub(crate) struct Apart {
    /// What it had before; nothing if it was not there.
    before: Option<CpuSet>,
}

#[cfg(target_os = "linux")]
impl Apart {
    /// Leaves that core, if the thread is on it and may use another.
    pub(crate) fn from(core: usize) -> Self {
        use rustix::thread::{sched_getaffinity, sched_setaffinity};

        let leave = || {
            let before = sched_getaffinity(None).ok()?;
            let rest = all_but(core, &before)?;
            sched_setaffinity(None, &rest).ok().map(|()| before)
        };
        Self { before: if core == here() && core < CpuSet::MAX_CPU { leave() } else { None } }
    }
}

#[cfg(target_os = "linux")]
impl Drop for Apart {
    fn drop(&mut self) {
        if let Some(before) = self.before {
            // Should it fail, there is nothing that could be done.
            let _ = rustix::thread::sched_setaffinity(None, &before);
        }
    }
}

/// Nothing is known of cores here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn here() -> usize {
    usize::MAX
}

/// Nothing is done here: it is the kernel that says who runs where.
#[cfg(not(target_os = "linux"))]
pub(crate) struct Apart;

#[cfg(not(target_os = "linux"))]
impl Apart {
    pub(crate) fn from(_: usize) -> Self {
        Self
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn leave_one(_: bool) {}

/// For threads that begin. Nothing has to be done here: only on Linux do threads leave cores to others.
#[cfg(not(target_os = "linux"))]
pub fn use_all_cores() {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::thread::sched_getaffinity;

    use super::*;

    fn set(cores: &[usize]) -> CpuSet {
        let mut set = CpuSet::new();
        cores.iter().for_each(|core| set.set(*core));
        set
    }

    #[test]
    fn it_is_left_when_they_would_have_all_cores_and_somebody_else_needs_one() {
        let left = [(true, 1, 2), (true, 2, 2), (true, 10, 4), (false, 10, 2), (true, 10, 1)];
        assert_eq!(
            left.map(|(short, endless, cores)| is_to_be_left(short, endless, cores)),
            [false, true, true, false, false]
        );
    }

    #[test]
    fn the_first_is_left_if_there_is_another() {
        assert_eq!(all_but_one(&set(&[0, 1, 2])), Some(set(&[1, 2])));
        assert_eq!(all_but_one(&set(&[5, 900])), Some(set(&[900])));
        assert_eq!(all_but_one(&set(&[3])), None);
        assert_eq!(all_but_one(&set(&[])), None);
    }

    #[test]
    fn a_core_is_left_and_taken_back() {
        let seen = std::thread::spawn(|| {
            let here = || sched_getaffinity(None).unwrap();
            let before = here();
            let seen = [true, true, false, false].map(|leaves| {
                leave_one(leaves);
                here()
            });
            (before, seen)
        });
        let (before, seen) = seen.join().unwrap();
        let rest = all_but_one(&before).unwrap_or(before);
        assert_eq!(seen, [rest, rest, before, before]);
    }

    #[test]
    fn one_that_is_elsewhere_stays_and_one_that_is_there_leaves_for_a_while() {
        let thread = std::thread::spawn(|| {
            let before = sched_getaffinity(None).unwrap();
            let elsewhere = CpuSet::MAX_CPU - 1;
            let stays = Apart::from(elsewhere);
            assert_eq!(sched_getaffinity(None).unwrap(), before);
            drop(stays);
            // It may be moved between the two looks.
            let left = (0..1000).find_map(|_| {
                let (core, apart) = (here(), Apart::from(here()));
                apart.before.is_some().then_some((core, apart))
            });
            assert!(left.is_some() || before.count() == 1);
            if let Some((core, apart)) = left {
                assert_eq!(sched_getaffinity(None).ok(), all_but(core, &before));
                assert_ne!(here(), core);
                drop(apart);
            }
            assert_eq!(sched_getaffinity(None).unwrap(), before);
        });
        thread.join().unwrap();
    }

    #[test]
    fn a_thread_made_by_one_that_leaves_a_core_uses_all() {
        let seen = std::thread::spawn(|| {
            let before = sched_getaffinity(None).unwrap();
            leave_one(true);
            let made = std::thread::spawn(|| {
                use_all_cores();
                sched_getaffinity(None).unwrap()
            });
            (before, made.join().unwrap())
        });
        let (before, made) = seen.join().unwrap();
        assert_eq!(made, before);
    }
}
