//! What is done about a turn that was told to end, and goes on.
//!
//! Loops and calls heed a termination at once. A built-in function heeds it when it returns, which may be after a second
//! (`JSON.parse` of much text) or after years (`lastIndexOf` on an object that says it is 2 ** 53 long). By what it goes on
//! to use the two are told apart: CPU time, as a thread that others keep from running cannot help being late.

use std::time::Duration;

/// What a turn may use after it was told to end, before its thread counts as lost.
const LOST: Duration = Duration::from_secs(1);

/// What it may use before it is to stop where it is.
const STOP: Duration = Duration::from_secs(2);

/// How often it is asked to stop: a thread stops where it can, and is not always there.
const TRIES: u32 = 400;

/// One such turn.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Unheeded {
    /// What it had used when it was seen to go on.
    since: Option<Duration>,
    lost: bool,
    tries: u32,
    /// What it had used when it was asked to stop.
    asked: Duration,
}

/// What is to be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    /// Nothing.
    Wait,
    /// Its thread is lost. Said once.
    Lose,
    /// Its thread is to stop where it is.
    Stop,
}

impl Unheeded {
    /// Looks at it, when it has used so much in all.
    pub(crate) fn look(&mut self, used: Duration) -> Measure {
        let further = used.saturating_sub(*self.since.get_or_insert(used));
        if further >= LOST && !self.lost {
            self.lost = true;
            return Measure::Lose;
        }
        // One that has not run since it was asked has the signal before it.
        if further >= STOP && self.tries < TRIES && used > self.asked {
            self.tries += 1;
            self.asked = used;
            return Measure::Stop;
        }
        Measure::Wait
    }

    /// Whether its thread was said to be lost.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost
    }

    /// Whether its thread was asked to stop.
    pub(crate) fn was_asked(&self) -> bool {
        self.tries > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn what_goes_on_for_a_second_is_lost_once() {
        let mut turn = Unheeded::default();
        assert_eq!(turn.look(ms(30_000)), Measure::Wait);
        assert_eq!(turn.look(ms(30_999)), Measure::Wait);
        assert_eq!(turn.look(ms(31_000)), Measure::Lose);
        assert_eq!(turn.look(ms(31_999)), Measure::Wait);
        assert!(!turn.was_asked());
    }

    #[test]
    fn it_is_asked_to_stop_a_bounded_number_of_times() {
        let mut turn = Unheeded::default();
        turn.look(ms(0));
        assert_eq!(turn.look(ms(9000)), Measure::Lose, "also when it was not looked at in between");
        for tried in 0..TRIES {
            let used = ms(9000 + u64::from(tried));
            assert_eq!(turn.look(used), Measure::Stop);
            assert_eq!(turn.look(used), Measure::Wait, "it has not run since");
        }
        assert!(turn.was_asked());
        assert_eq!(turn.look(ms(1_000_000)), Measure::Wait);
    }
}
