//! Which Workers are light, and which are heavy.
//!
//! A light Worker's turns run in the tasks of the connections: no hop to another thread, and the next request waits for
//! as long as the turn takes. That is right for turns of microseconds. One whose turns take milliseconds is heavy: its
//! events run on threads of their own, which yield to all others. A Worker is judged by what it did: one long turn makes
//! it heavy for a while, and for a longer while each time it relapses, so that one that pretends gains little.
//!
//! A long turn now and then says nothing: V8 collects garbage in turns and the allocator gives memory back in them, for
//! milliseconds among thousands of turns of microseconds. A Worker of which that was held against it was heavy for most of the
//! time that it had much to do, and a body of 64 KB took three quarters more processor time. So a long turn is forgiven if it
//! ends soon, and time has passed and many events were handled since the ones before: so much that what others may have to
//! wait for such turns stays far below a hundredth of the time.
//!
//! One that has done nothing yet is not trusted either: its first event, with the start of the instance before it, goes
//! where those of heavy ones go. A hop more is nothing beside a start, and strangers that all come at once and never end
//! would else each hold a thread of the others until found out.

use std::time::Duration;

use selvedge_runtime::LongTurn;

/// One long turn is forgiven for each time that so long has passed, and so many events have been handled.
const SELDOM: Duration = Duration::from_secs(2);
const MANY: u64 = 1000;

/// How many may be forgiven one after the other.
const CREDIT: f64 = 3.0;

/// How long one may go on that is forgiven.
const SPELL: Duration = Duration::from_millis(50);

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
    /// When the last long turn was first told, and how many events there had been.
    last: (Duration, u64),
    /// Whether it is forgiven.
    is_forgiven: bool,
    /// How many more may be forgiven.
    credit: f64,
}

impl Record {
    /// Notes a long turn, when so many events have been handled in all.
    pub(crate) fn long_turn(&mut self, turn: LongTurn, now: Duration, events: u64) {
        let since = now.saturating_sub(self.last.0);
        if turn == LongTurn::New {
            let handled = events.saturating_sub(self.last.1);
            let earned = since.div_duration_f64(SELDOM).min(handled as f64 / MANY as f64);
            self.credit = (self.credit + earned).min(CREDIT);
            self.is_forgiven = self.credit >= 1.0;
            self.credit -= f64::from(self.is_forgiven);
            self.last = (now, events);
        } else if since > SPELL {
            self.is_forgiven = false;
        }
        if self.is_forgiven {
            return;
        }
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
        record.long_turn(LongTurn::New, s(1), 0);
        record.event_ended(s(1));
        assert!(record.is_heavy(s(100)), "that one did not");
        record.event_ended(s(101));
        assert!(!record.is_heavy(s(101)));
    }

    #[test]
    fn a_worker_is_light_until_a_long_turn() {
        let mut record = tried();
        assert!(!record.is_heavy(s(0)));
        record.long_turn(LongTurn::New, s(100), 0);
        assert!(record.is_heavy(s(100)) && record.is_heavy(s(104)) && !record.is_heavy(s(105)));
    }

    #[test]
    fn it_stays_heavy_while_its_turns_are_long() {
        let mut record = tried();
        for second in 0..100 {
            record.long_turn(LongTurn::New, s(second), 0);
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
            record.long_turn(LongTurn::New, now, 0);
            let end = (0..1000).map(|second| now + s(second)).find(|time| !record.is_heavy(*time)).unwrap();
            terms.push((end - now).as_secs());
            now = end + s(1);
        }
        assert_eq!(terms, [5, 10, 20, 40, 80, 160, 320, 320]);
        record.long_turn(LongTurn::New, now + s(2000), 0);
        assert!(!record.is_heavy(now + s(2005)));
    }

    #[test]
    fn one_now_and_then_among_many_turns_is_forgiven() {
        let mut record = tried();
        for round in 1..100 {
            record.long_turn(LongTurn::New, s(2 * round), MANY * round);
            record.long_turn(LongTurn::Same, s(2 * round) + SPELL, MANY * round + 1);
            assert!(!record.is_heavy(s(2 * round) + SPELL));
        }
        record.long_turn(LongTurn::New, s(199), MANY * 200);
        assert!(record.is_heavy(s(199)), "it came too soon");
        record.long_turn(LongTurn::New, s(202), MANY * 201);
        assert!(record.is_heavy(s(203)) && !record.is_heavy(s(204)), "what is forgiven makes a term no longer");
        record.long_turn(LongTurn::New, s(300), MANY * 201 + 10);
        assert!(record.is_heavy(s(300)), "too few were handled");
    }

    #[test]
    fn some_are_forgiven_one_after_the_other_and_no_more() {
        let mut record = tried();
        let mut heavy = Vec::new();
        for _ in 0..5 {
            record.long_turn(LongTurn::New, s(1000), MANY * 1000);
            heavy.push(record.is_heavy(s(1000)));
        }
        assert_eq!(heavy, [false, false, false, true, true]);
    }

    #[test]
    fn one_that_goes_on_is_not_forgiven() {
        let mut record = tried();
        record.long_turn(LongTurn::New, s(100), MANY);
        assert!(!record.is_heavy(s(100)));
        record.long_turn(LongTurn::Same, s(101), MANY);
        assert!(record.is_heavy(s(101)));
    }
}
