//! How much CPU time a turn has used.
//!
//! The clock of a thread's CPU time is a system call, a microsecond twice a turn where a whole request takes ten. But
//! a turn runs on one thread, so that the wall time, which costs next to nothing to read, is never less than its CPU
//! time. That bound is good enough while there is plenty left. The thread's clock is read from the beginning where
//! little is left, and else from when the watchdog first sees the turn; what was before that is charged as wall time.
//!
//! What is charged is thus a bound from above: a thread that the system stops in a turn of microseconds, as it must when
//! there is more to run than cores, may be charged milliseconds. Where a turn is to be told from a long one, that will not
//! do: it is the bound from below that counts there ([`Used::least`]), which knows nothing of the time before the first
//! look. (With the other one, a busy machine had every Worker for heavy.)
//!
//! Reading it always was tried: it took more of a small request than the handling of its headers.

use std::time::Duration;

/// From how much is left on the thread's clock is not read at the beginning of a turn. A turn that the watchdog does
/// not see is shorter than its period; the error of many such turns is small beside this.
pub(crate) const PLENTY: Duration = Duration::from_millis(100);

/// The most that is charged for the time that nobody looked. The watchdog looks every 5 ms; if it comes later than this, the
/// machine has more to run than cores, and the turn's thread was kept waiting as the watchdog's was.
const UNSEEN: Duration = Duration::from_millis(10);

/// Two clocks read at one moment of a turn.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    /// Since the turn began.
    wall: Duration,
    /// Of the thread, since it began.
    cpu: Duration,
}

/// The CPU time of a turn, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Used {
    /// It is no more than this, but for what the watchdog came late for.
    pub(crate) most: Duration,
    /// It is no less than this.
    pub(crate) least: Duration,
}

/// Measures one turn.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Meter {
    anchor: Option<Anchor>,
}

impl Meter {
    /// For a turn that begins now, when the clock of its thread shows `cpu`; without one the wall time counts until
    /// the first [`Meter::look`].
    pub(crate) fn begin(cpu: Option<Duration>) -> Self {
        Self { anchor: cpu.map(|cpu| Anchor { wall: Duration::ZERO, cpu }) }
    }

    /// The CPU time used by now, which is `wall` after the beginning, and never more than that. Where the thread's clock
    /// cannot be read, the wall time is taken for it.
    pub(crate) fn look(&mut self, wall: Duration, thread: impl FnOnce() -> Option<Duration>) -> Used {
        let Some(cpu) = thread() else { return Used { most: wall, least: wall } };
        let anchor = *self.anchor.get_or_insert(Anchor { wall: wall.min(UNSEEN), cpu });
        let since = cpu.saturating_sub(anchor.cpu).min(wall);
        Used { most: (anchor.wall + since).min(wall), least: since }
    }

    /// The CPU time of the turn that ends `wall` after its beginning.
    pub(crate) fn finish(mut self, wall: Duration, thread: impl FnOnce() -> Option<Duration>) -> Used {
        match self.anchor {
            Some(_) => self.look(wall, thread),
            None => Used { most: wall.min(UNSEEN), least: Duration::ZERO },
        }
    }
}

/// The clock of a thread's CPU time. Only Linux lets other threads read it; elsewhere the wall time counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ThreadClock(#[cfg(target_os = "linux")] Option<libc::clockid_t>);

#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
impl ThreadClock {
    /// That of the calling thread.
    pub(crate) fn here() -> Self {
        let mut id = 0;
        // SAFETY: the calling thread exists, and `id` is a place for the answer.
        let result = unsafe { libc::pthread_getcpuclockid(libc::pthread_self(), &raw mut id) };
        Self((result == 0).then_some(id))
    }

    /// What it shows; nothing when the thread is gone.
    pub(crate) fn now(self) -> Option<Duration> {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: `time` is a place for the answer; a clock that is gone is an error, not a fault.
        let result = unsafe { libc::clock_gettime(self.0?, &raw mut time) };
        (result == 0).then(|| Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32))
    }
}

#[cfg(not(target_os = "linux"))]
impl ThreadClock {
    pub(crate) fn here() -> Self {
        Self()
    }

    pub(crate) fn now(self) -> Option<Duration> {
        None
    }
}

/// The number that the system gives the calling thread; 0 where it gives none.
#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
pub(crate) fn thread_number() -> i32 {
    // SAFETY: a system call without arguments. The kernel's thread numbers are `pid_t`.
    let number = unsafe { libc::syscall(libc::SYS_gettid) };
    i32::try_from(number).unwrap_or_default()
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn thread_number() -> i32 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    const fn used(most: u64, least: u64) -> Used {
        Used { most: ms(most), least: ms(least) }
    }

    #[test]
    fn a_short_turn_is_charged_its_wall_time_and_may_have_used_nothing() {
        assert_eq!(Meter::begin(None).finish(ms(4), || panic!("not read")), used(4, 0));
    }

    #[test]
    fn an_exact_turn_is_charged_its_cpu_time() {
        assert_eq!(Meter::begin(Some(ms(500))).finish(ms(30), || Some(ms(507))), used(7, 7));
    }

    #[test]
    fn from_the_first_look_on_cpu_time_counts() {
        let mut meter = Meter::begin(None);
        assert_eq!(meter.look(ms(4), || Some(ms(100))), used(4, 0));
        assert_eq!(meter.look(ms(50), || Some(ms(103))), used(7, 3));
        assert_eq!(meter.finish(ms(90), || Some(ms(110))), used(14, 10));
    }

    #[test]
    fn a_turn_is_not_charged_for_a_busy_machine() {
        assert_eq!(Meter::begin(None).finish(ms(300), || panic!("not read")), used(10, 0));
        let mut meter = Meter::begin(None);
        assert_eq!(meter.look(ms(300), || Some(ms(100))), used(10, 0));
        assert_eq!(meter.look(ms(400), || Some(ms(101))), used(11, 1));
    }

    #[test]
    fn a_turn_never_uses_more_than_its_wall_time() {
        let mut meter = Meter::begin(Some(ms(0)));
        assert_eq!(meter.look(ms(5), || Some(ms(9))), used(5, 5));
        assert_eq!(meter.look(ms(6), || None), used(6, 6));
    }

    #[test]
    fn a_thread_that_computes_uses_cpu_time() {
        let clock = ThreadClock::here();
        let Some(begin) = clock.now() else { return };
        while clock.now().unwrap() < begin + ms(1) {}
        let other = std::thread::spawn(ThreadClock::here).join().unwrap();
        assert!(other.now().is_none_or(|time| time < begin + ms(1)));
    }
}
