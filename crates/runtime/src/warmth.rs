//! How many isolates are kept ready.
//!
//! Few while Workers rarely start, as each costs megabytes; more when many start at once, as a start that finds none
//! waits for milliseconds. What counts is how many were taken in the last second: a quarter of them is what is made
//! anew in the time that the others last. Those that no one needs any more go, by halves, so that a change of the demand
//! does not undo what was just done.

use std::time::Duration;

/// The most that are kept ready, however many start.
pub(crate) const MOST: usize = 16;

/// Over what time takings are counted.
const WINDOW: Duration = Duration::from_secs(1);

/// What is remembered of takings: how many there were lately, fading by half each [`WINDOW`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Demand {
    taken: f64,
    at: Duration,
}

impl Demand {
    /// Notes that one was taken. Times are those of any one clock.
    pub(crate) fn take(&mut self, now: Duration) {
        self.taken = self.faded(now) + 1.0;
        self.at = now;
    }

    /// How many should be ready, and `least` at any time.
    pub(crate) fn target(&self, now: Duration, least: usize) -> usize {
        let wanted = (self.faded(now) / 4.0).ceil();
        (wanted as usize).clamp(least, MOST.max(least))
    }

    /// How many of `ready` are not needed any more.
    pub(crate) fn surplus(&self, now: Duration, least: usize, ready: usize) -> usize {
        let target = self.target(now, least);
        if target == least || target <= ready / 2 { ready.saturating_sub(target) } else { 0 }
    }

    fn faded(&self, now: Duration) -> f64 {
        let windows = now.saturating_sub(self.at).as_secs_f64() / WINDOW.as_secs_f64();
        self.taken * (-windows).exp2()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_lone_start_changes_nothing() {
        let mut demand = Demand::default();
        assert_eq!(demand.target(ms(0), 4), 4);
        demand.take(ms(1000));
        assert_eq!(demand.target(ms(1000), 4), 4);
    }

    #[test]
    fn many_starts_call_for_more_and_the_call_fades() {
        let mut demand = Demand::default();
        (0..50).for_each(|start| demand.take(ms(start * 10)));
        let at_once = demand.target(ms(500), 4);
        assert!((9..=12).contains(&at_once), "{at_once}");
        assert_eq!(demand.target(ms(10_000), 4), 4);
    }

    #[test]
    fn what_many_starts_called_for_goes_when_the_call_has_faded() {
        let mut demand = Demand::default();
        (0..50).for_each(|start| demand.take(ms(start * 10)));
        assert_eq!(demand.surplus(ms(500), 4, 11), 0);
        assert_eq!(demand.surplus(ms(1000), 4, 11), 0, "the demand fell, but not by half");
        assert_eq!(demand.surplus(ms(1700), 4, 11), 11 - demand.target(ms(1700), 4));
        assert_eq!(demand.surplus(ms(10_000), 4, 11), 7);
        assert_eq!(demand.surplus(ms(10_000), 4, 3), 0);
    }

    #[test]
    fn there_is_a_most() {
        let mut demand = Demand::default();
        (0..5000).for_each(|start| demand.take(ms(start)));
        assert_eq!(demand.target(ms(5000), 4), MOST);
        assert_eq!(demand.target(ms(5000), 100), 100);
    }
}
