//! How many threads serve connections: one, or one a core.
//!
//! One takes less processor time for a request, as threads that share connections keep waking each other up (see
//! [`selvedge_edge::Homes`]). It is enough while it is not always busy, and also when it is, but no core is free for another:
//! where the machine has others to run, more threads of ours would take turns with them and do less. It is not
//! enough for turns of milliseconds, which would keep all other requests waiting.
//!
//! So this looks, ten times a second, at what the process used, at what nobody used, and at how long turns took, and decides
//! ([`Spread::decide`]). A change back and forth costs each connection two moves, so that the many are kept for longer each
//! time that one thread proves not to be enough.
//!
//! More threads by and by, as the load rises, were not tried: one runtime cannot be given more, and blocking some of its
//! threads with tasks would leave what is in their queues where others only look for it when they have nothing to do.

use std::fs::File;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use selvedge_edge::{Home, Homes};
use selvedge_runtime::WarmPool;

use crate::metrics::process::{TICKS, read};

/// How often it is looked.
const PERIOD: Duration = Duration::from_millis(100);

/// How much of a core one thread may use for this process before others are of use, if they have cores.
const BUSY: f64 = 0.8;

/// How little of a core the many use when one thread would be enough.
const QUIET: f64 = 0.6;

/// The same where no core is free. They use more for the same requests than one thread would.
const CROWDED: f64 = 1.2;

/// How much of a core has to be free for a thread more.
const ROOM: f64 = 0.5;

/// The part of the time that turns of a millisecond or more may take on one thread: so many requests wait for them.
const SLOW: f64 = 0.02;

/// After how many periods that ask for it in a row there are many.
const PRESSED: u32 = 3;

/// And one again.
const CALM: u32 = 10;

/// For how many periods the many are kept at least, and at most when one was not enough again and again.
const FIRST_STAY: u32 = 10;
const LONGEST_STAY: u32 = 600;

/// What was seen in one period. Processor time is in cores: 1 is a core that was always busy.
#[derive(Clone, Copy, Debug)]
struct Load {
    /// What this process used.
    used: f64,
    /// What the machine did not use, or for what steps back.
    free: f64,
    /// The part of the time that turns of a millisecond or more took.
    slow: f64,
}

/// The decision.
#[derive(Debug)]
struct Spread {
    home: Home,
    /// How many periods in a row asked for the other.
    asked: u32,
    /// For how many periods it has been as it is.
    since: u32,
    /// For how many the many are kept.
    stay: u32,
}

impl Spread {
    fn new() -> Self {
        Self { home: Home::One, asked: 0, since: LONGEST_STAY, stay: FIRST_STAY }
    }

    /// Where connections are served, after a period with such a load.
    fn decide(&mut self, load: Load) -> Home {
        let is_roomy = load.free >= ROOM;
        let (asks, needed) = match self.home {
            Home::One => (load.slow >= SLOW || (load.used >= BUSY && is_roomy), PRESSED),
            Home::Many => {
                let enough = if is_roomy { QUIET } else { CROWDED };
                (load.slow < SLOW / 2.0 && load.used <= enough, CALM)
            }
        };
        self.asked = if asks { self.asked + 1 } else { 0 };
        self.since = self.since.saturating_add(1);
        let stays = self.home == Home::Many && self.since < self.stay;
        if self.asked >= needed && !stays {
            if self.home == Home::One {
                let relapsed = self.since < self.stay * 2;
                self.stay = if relapsed { (self.stay * 2).min(LONGEST_STAY) } else { FIRST_STAY };
            }
            self.home = if self.home == Home::One { Home::Many } else { Home::One };
            (self.asked, self.since) = (0, 0);
        }
        self.home
    }
}

/// Where the machine's processor time is told. Opened once: a sandbox may not let it be opened later.
#[derive(Debug)]
pub(crate) struct Machine(Option<File>);

impl Machine {
    pub(crate) fn open() -> Self {
        Self(File::open("/proc/stat").ok())
    }

    /// The time so far that all cores together were idle, or at work for what steps back. Nothing where it is not told.
    fn free(&self) -> Option<Duration> {
        parse(&read(self.0.as_ref()?)?)
    }
}

/// Reads the first line of `/proc/stat` (<https://man7.org/linux/man-pages/man5/proc_stat.5.html>): `cpu`, and the times of
/// all cores together.
fn parse(stat: &str) -> Option<Duration> {
    let times: Vec<u64> = stat.lines().next()?.split_ascii_whitespace().skip(1).flat_map(str::parse).collect();
    let [_user, nice, _system, idle, waiting, ..] = times[..] else { return None };
    Some(Duration::from_secs_f64((nice + idle + waiting) as f64 / TICKS))
}

/// The processor time of this process so far.
fn used() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).unwrap_or_default()
}

/// What was seen at one moment: times so far.
#[derive(Clone, Copy, Debug)]
struct Look {
    at: Instant,
    used: Duration,
    /// Not looked at while this process does little: a machine with many cores takes a while to tell.
    free: Option<Duration>,
    slow: Duration,
}

/// Looks, and has connections served accordingly. Never ends. Where it is not told what the machine does, a busy thread
/// is taken to have room for others beside it.
pub(crate) async fn watch(homes: Arc<Homes>, pool: Arc<WarmPool>, machine: Machine) {
    let mut spread = Spread::new();
    let mut before = Look { at: Instant::now(), used: used(), free: None, slow: pool.slow_turns() };
    loop {
        tokio::time::sleep(PERIOD).await;
        let at = Instant::now();
        let elapsed = (at - before.at).as_secs_f64();
        let part = |now: Duration, before: Duration| now.saturating_sub(before).as_secs_f64() / elapsed;
        let mut now = Look { at, used: used(), free: None, slow: pool.slow_turns() };
        let (used, slow) = (part(now.used, before.used), part(now.slow, before.slow));
        if used >= QUIET {
            now.free = machine.free();
        }
        let free = now.free.zip(before.free).map_or(f64::INFINITY, |(now, before)| part(now, before));
        homes.set(spread.decide(Load { used, free, slow }));
        before = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDLE: Load = Load { used: 0.0, free: 2.0, slow: 0.0 };
    const BUSY_ALONE: Load = Load { used: 0.95, free: 1.0, slow: 0.0 };

    /// What is decided in so many periods of one load.
    fn periods(spread: &mut Spread, load: Load, count: u32) -> Vec<Home> {
        (0..count).map(|_| spread.decide(load)).collect()
    }

    /// After how many such periods it is another.
    fn change(spread: &mut Spread, load: Load) -> Option<u32> {
        let before = spread.home;
        (1..=10_000).find(|_| spread.decide(load) != before)
    }

    #[test]
    fn one_is_enough_until_it_is_busy_and_a_core_is_free() {
        let mut spread = Spread::new();
        assert_eq!(change(&mut spread, Load { used: 0.7, free: 1.3, slow: 0.0 }), None);
        assert_eq!(change(&mut spread, Load { used: 1.0, free: 0.1, slow: 0.0 }), None, "others have the other cores");
        assert_eq!(change(&mut spread, BUSY_ALONE), Some(PRESSED));
        assert_eq!(change(&mut spread, Load { used: 1.5, free: 0.3, slow: 0.0 }), None, "one could not do that");
        assert_eq!(change(&mut spread, Load { used: 0.7, free: 3.0, slow: 0.0 }), None, "it would soon be too little");
        assert_eq!(change(&mut spread, IDLE), Some(CALM));
    }

    #[test]
    fn many_that_have_no_core_to_themselves_do_less_than_one() {
        let mut spread = Spread::new();
        change(&mut spread, BUSY_ALONE);
        assert_eq!(change(&mut spread, Load { used: 1.1, free: 0.2, slow: 0.0 }), Some(CALM));
    }

    #[test]
    fn a_moment_is_no_reason() {
        let mut spread = Spread::new();
        for _ in 0..100 {
            assert!(periods(&mut spread, BUSY_ALONE, PRESSED - 1).iter().all(|home| *home == Home::One));
            spread.decide(IDLE);
        }
        change(&mut spread, BUSY_ALONE);
        for _ in 0..100 {
            assert!(periods(&mut spread, IDLE, CALM - 1).iter().all(|home| *home == Home::Many));
            spread.decide(BUSY_ALONE);
        }
    }

    #[test]
    fn nobody_waits_for_slow_turns_on_one_thread() {
        let slow = Load { used: 0.1, free: 1.9, slow: 0.05 };
        let mut spread = Spread::new();
        assert_eq!(change(&mut spread, slow), Some(PRESSED));
        assert_eq!(change(&mut spread, slow), None);
        assert_eq!(change(&mut spread, IDLE), Some(CALM));
    }

    #[test]
    fn many_stay_longer_each_time_that_one_is_not_enough() {
        let mut spread = Spread::new();
        let stays: Vec<_> = (0..9)
            .map(|_| {
                change(&mut spread, BUSY_ALONE);
                change(&mut spread, IDLE).unwrap()
            })
            .collect();
        assert_eq!(stays, [10, 20, 40, 80, 160, 320, 600, 600, 600]);
        periods(&mut spread, IDLE, LONGEST_STAY * 2);
        change(&mut spread, BUSY_ALONE);
        assert_eq!(change(&mut spread, IDLE), Some(FIRST_STAY), "that was long ago");
    }

    #[test]
    fn what_is_free_is_idle_or_steps_back() {
        let stat = "cpu  1000 20 300 4000 50 6 7 8 0 0\ncpu0 1 2 3 4 5 6 7 8 0 0\n";
        assert_eq!(parse(stat), Some(Duration::from_millis(40_700)));
        assert_eq!(parse("cpu 1 2\n"), None);
        assert_eq!(parse(""), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_machine_tells() {
        assert!(Machine::open().free().is_some() && used() > Duration::ZERO);
    }
}
