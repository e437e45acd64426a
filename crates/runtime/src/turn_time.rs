//! The time that a guest is told: when its turn began, so that it cannot measure its own speed
//! (<https://developers.cloudflare.com/workers/reference/security-model/#step-1-disallow-timers-and-multi-threading>).
//!
//! When a turn begins is known from the clock that its CPU time is reckoned by. What time of day that was is found when the
//! guest asks, as most turns never do: it is the time of day less how long the turn has been going on.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// By how many milliseconds time does not go back: the two clocks are not read at once, so that what is found may come out too
/// late if the thread was kept waiting between them. A clock that is set back by more is followed.
const HELD: f64 = 1000.0;

/// The time of one instance. It is zero until the first turn that has one: a global scope has none
/// (<https://developers.cloudflare.com/workers/runtime-apis/performance/>).
#[derive(Debug)]
pub(crate) struct TurnTime {
    base: Instant,
    /// When the last turn began, in nanoseconds since `base`; 0: there was none.
    began: AtomicU64,
    /// What was told last, in milliseconds since the Unix epoch: the bits of a float.
    told: AtomicU64,
    /// Whether that was in this turn.
    is_told: AtomicBool,
}

impl TurnTime {
    pub(crate) fn new(base: Instant) -> Self {
        Self { base, began: AtomicU64::new(0), told: AtomicU64::new(0), is_told: AtomicBool::new(true) }
    }

    /// A turn begins.
    pub(crate) fn begin(&self, now: Instant) {
        let nanoseconds = now.saturating_duration_since(self.base).as_nanos();
        self.began.store(u64::try_from(nanoseconds).unwrap_or(u64::MAX).max(1), Ordering::Relaxed);
        self.is_told.store(false, Ordering::Relaxed);
    }

    /// How long ago the last turn began; longer than anything if there was none.
    pub(crate) fn since(&self, now: Instant) -> Duration {
        match self.began.load(Ordering::Relaxed) {
            0 => Duration::MAX,
            began => now.saturating_duration_since(self.base).saturating_sub(Duration::from_nanos(began)),
        }
    }

    /// The time of the turn, in milliseconds since the Unix epoch. Within one. `clocks` reads both.
    pub(crate) fn tell(&self, clocks: impl FnOnce() -> (Instant, SystemTime)) -> f64 {
        let before = f64::from_bits(self.told.load(Ordering::Relaxed));
        if self.is_told.load(Ordering::Relaxed) {
            return before;
        }
        let (now, time) = clocks();
        let time = time.duration_since(UNIX_EPOCH).unwrap_or_default().saturating_sub(self.since(now));
        let millis = (time.as_secs() * 1000 + u64::from(time.subsec_millis())) as f64;
        let millis = if (0.0..HELD).contains(&(before - millis)) { before } else { millis };
        self.told.store(millis.to_bits(), Ordering::Relaxed);
        self.is_told.store(true, Ordering::Relaxed);
        millis
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// Clocks that went on by so much since the instance was made, when it was this time of day.
    fn clocks(base: Instant, day: u64, passed: Duration) -> impl FnOnce() -> (Instant, SystemTime) {
        move || (base + passed, UNIX_EPOCH + ms(day) + passed)
    }

    #[test]
    fn the_time_is_that_of_the_turn_s_beginning_however_late_it_is_asked_for() {
        let base = Instant::now();
        let time = TurnTime::new(base);
        assert_eq!(time.tell(|| panic!("a global scope has no time")), 0.0);
        assert_eq!(time.since(base + ms(1)), Duration::MAX);
        time.begin(base + ms(10));
        assert_eq!(time.tell(clocks(base, 500, ms(13))), 510.0);
        assert_eq!(time.tell(|| panic!("it stands still")), 510.0);
        time.begin(base + ms(40));
        time.begin(base + ms(50));
        assert_eq!(time.tell(clocks(base, 500, ms(50))), 550.0);
        assert_eq!(time.since(base + ms(57)), ms(7));
    }

    #[test]
    fn it_goes_back_only_with_a_clock_that_is_set_back() {
        let base = Instant::now();
        let time = TurnTime::new(base);
        time.begin(base);
        assert_eq!(time.tell(|| (base, UNIX_EPOCH + ms(9_000))), 9_000.0);
        time.begin(base + ms(1));
        assert_eq!(time.tell(|| (base + ms(1), UNIX_EPOCH + ms(8_990))), 9_000.0);
        time.begin(base + ms(2));
        assert_eq!(time.tell(|| (base + ms(2), UNIX_EPOCH + ms(7_000))), 7_000.0);
    }
}
