//! Which Workers are light, and which are heavy.
//!
//! A light Worker's turns run in the tasks of the connections: no hop to another thread, and the next request waits for
//! as long as the turn takes. That is right for turns of microseconds. One whose turns take milliseconds is heavy: its
//! events run on threads of their own, which yield to all others. A Worker is judged by what it did: one long turn makes
//! it heavy for a while, and for a longer while each time it relapses, so that one that pretends gains little.
//!
//! One that has done nothing yet is not trusted either: its first event, with the start of the instance before it, goes
//! where those of heavy ones go. A hop more is nothing beside a start, and strangers that all come at once and never end
//! would else each hold a thread of the others until found out.

use std::time::Duration;

/// For how long the first long turn makes a Worker heavy.
pub(crate) const FIRST: Duration = Duration::from_secs(5);

/// For how long the worst are.
pub(crate) const MOST: Duration = Duration::from_secs(320);

/// What is remembered of one Worker. Times are those of any one clock.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Record {
    /// Until when it is heavy.
    until: Duration,
    /// How long it was made heavy for the last time.
    term: Duration,
    /// Whether an event ended without a long turn.
    tried: bool,
}

impl Record {
    /// Notes a long turn.
    pub(crate) fn long_turn(&mut self, now: Duration) {
        if now >= self.until {
            // Good conduct for twice the last term is a clean record.
            let relapsed = !self.term.is_zero() && now < self.until + self.term * 2;
            self.term = if relapsed { (self.term * 2).min(MOST) } else { FIRST };
        }
        self.until = now + self.term;
    }

    /// Notes an event that has ended, after its long turns were noted.
    pub(crate) fn event_ended(&mut self, now: Duration) {
        self.tried |= !self.was_long(now);
    }

    fn was_long(&self, now: Duration) -> bool {
        now < self.until
    }

    /// Whether it is heavy.
    pub(crate) fn is_heavy(&self, now: Duration) -> bool {
        !self.tried || self.was_long(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn tried() -> Record {
        let mut record = Record::default();
        record.event_ended(s(0));
        record
    }

    #[test]
    fn a_stranger_is_heavy_until_an_event_went_well() {
        let mut record = Record::default();
        assert!(record.is_heavy(s(0)));
        record.long_turn(s(1));
        record.event_ended(s(1));
        assert!(record.is_heavy(s(100)), "that one did not");
        record.event_ended(s(101));
        assert!(!record.is_heavy(s(101)));
    }

    #[test]
    fn a_worker_is_light_until_a_long_turn() {
        let mut record = tried();
        assert!(!record.is_heavy(s(0)));
        record.long_turn(s(100));
        assert!(record.is_heavy(s(100)) && record.is_heavy(s(104)) && !record.is_heavy(s(105)));
    }

    #[test]
    fn it_stays_heavy_while_its_turns_are_long() {
        let mut record = tried();
        for second in 0..100 {
            record.long_turn(s(second));
            assert!(record.is_heavy(s(second + 4)));
        }
        assert!(!record.is_heavy(s(99 + 5)), "the term is the first one still");
    }

    #[test]
    fn relapses_cost_more_and_good_conduct_is_remembered() {
        let mut record = tried();
        let mut now = s(0);
        let mut terms = Vec::new();
        for _ in 0..8 {
            record.long_turn(now);
            let end = (0..1000).map(|second| now + s(second)).find(|time| !record.is_heavy(*time)).unwrap();
            terms.push((end - now).as_secs());
            now = end + s(1);
        }
        assert_eq!(terms, [5, 10, 20, 40, 80, 160, 320, 320]);
        record.long_turn(now + s(2000));
        assert!(!record.is_heavy(now + s(2005)));
    }
}
