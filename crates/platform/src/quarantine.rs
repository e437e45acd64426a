//! Which Workers are refused, as they cost the process threads that it does not get back.
//!
//! Some of JavaScript's built-in functions cannot be ended, and in some V8 gives up. Each such turn costs a thread and an
//! isolate until the process ends, and a Worker could have as many of them as it is asked. So it is refused afterwards:
//! for ten seconds the first time, which is what an honest Worker deserves that met such a function once, and six times as
//! long each time that it does it again, up to a day. A day after a term without another is a clean record, and so is a new
//! deployment, as its code is another. So one deployment costs six threads on its first day, and then one a day; one that
//! waits for its clean record, one a day.
//!
//! That a thread is lost takes seconds to be seen, and a Worker is fast. So meanwhile, too, it is refused if more than one of
//! its instances is not at its end yet after it was told to end.

use std::time::Duration;

/// How long the first term is.
const FIRST: Duration = Duration::from_secs(10);

/// By how much the next is longer.
const FACTOR: u32 = 6;

/// How long the longest is, and how long a term is remembered after its end.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How many instances may be at their ends before no further one is started.
const ENDING: usize = 2;

/// What is remembered of one Worker. Times are those of any one clock.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Quarantine {
    until: Duration,
    /// How long the last term is.
    term: Duration,
}

impl Quarantine {
    /// Notes that it cost a thread. Its new term is the result.
    pub(crate) fn lose(&mut self, now: Duration) -> Duration {
        let clean = self.term.is_zero() || now >= self.until + DAY;
        self.term = if clean { FIRST } else { (self.term * FACTOR).min(DAY) };
        self.until = now + self.term;
        self.term
    }

    /// Whether it is refused for what it cost.
    pub(crate) fn is_on(&self, now: Duration) -> bool {
        now < self.until
    }

    /// Whether an event is refused, while so many instances are told to end and have not.
    pub(crate) fn refuses(&self, now: Duration, ending: usize) -> bool {
        self.is_on(now) || ending >= ENDING
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// How many threads a Worker costs in so many days that does it again as soon as `ready`.
    fn cost(days: u32, mut ready: impl FnMut(&Quarantine, Duration) -> bool) -> u32 {
        let mut quarantine = Quarantine::default();
        let mut lost = 0;
        let mut now = s(0);
        while now < DAY * days {
            if !quarantine.refuses(now, 0) && ready(&quarantine, now) {
                quarantine.lose(now);
                lost += 1;
            }
            now += s(1);
        }
        lost
    }

    #[test]
    fn an_accident_costs_seconds() {
        let mut quarantine = Quarantine::default();
        assert!(!quarantine.refuses(s(0), 0));
        assert_eq!(quarantine.lose(s(100)), s(10));
        assert!(quarantine.refuses(s(109), 0) && !quarantine.refuses(s(110), 0));
    }

    #[test]
    fn each_further_one_costs_more() {
        let mut quarantine = Quarantine::default();
        let mut now = s(0);
        let terms: Vec<_> = (0..7)
            .map(|_| {
                let term = quarantine.lose(now);
                now += term;
                term.as_secs()
            })
            .collect();
        assert_eq!(terms, [10, 60, 360, 2160, 12_960, 77_760, 86_400]);
    }

    #[test]
    fn several_at_once_count_each() {
        let mut quarantine = Quarantine::default();
        for _ in 0..3 {
            quarantine.lose(s(0));
        }
        assert!(quarantine.refuses(s(359), 0) && !quarantine.refuses(s(360), 0));
    }

    #[test]
    fn a_few_a_day_whatever_it_does() {
        assert_eq!(cost(1, |_, _| true), 6);
        assert!(cost(10, |_, _| true) <= 6 + 9);
        // One that waits until it is forgiven.
        assert!(cost(10, |quarantine, now| quarantine.term.is_zero() || now >= quarantine.until + DAY) <= 10);
    }

    #[test]
    fn who_has_several_at_their_ends_gets_no_more() {
        let quarantine = Quarantine::default();
        assert!(!quarantine.refuses(s(0), 1));
        assert!(quarantine.refuses(s(0), 2));
    }
}
