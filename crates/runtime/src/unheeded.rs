//! What is done about a turn that was told to end, and goes on.
//!
//! Loops and calls heed a termination at once. A built-in function heeds it when it returns, which may be after seconds
//! (`JSON.parse` of a hundred megabytes, a sort of a million texts) or after years (`lastIndexOf` on an object that says it is
//! 2 ** 53 long). By what it goes on to use the two are told apart: CPU time, as a thread that others keep from running
//! cannot help being late. The first kind has to be let end: its memory is free then, and its thread is back.

use std::time::Duration;

/// What a turn may use after it was told to end, before all others come first.
const YIELDS: Duration = Duration::from_secs(1);

/// The same where its thread could not be raised again: so it is not lowered before it is sure to be of the second kind.
const SINKS: Duration = Duration::from_secs(60);

/// What it may use before its thread counts as lost, and is to stop where it is.
const LOST: Duration = Duration::from_secs(5);

/// How long it may take to use that.
const LATEST: Duration = Duration::from_secs(60);

/// How often it is asked to stop: a thread stops where it can, and is not always there.
const TRIES: u32 = 400;

/// One such turn.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Unheeded {
    /// What it had used, and how long it had taken, when it was seen to go on.
    since: Option<(Duration, Duration)>,
    yields: bool,
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
    /// Its thread is to let all others come first. Said once.
    Yield,
    /// Its thread is lost. Said once.
    Lose,
    /// Its thread is to stop where it is.
    Stop,
}

impl Unheeded {
    /// Looks at it, when it has used so much in all and has taken so long. `raised`: whether a thread that was lowered may be
    /// raised again.
    pub(crate) fn look(&mut self, used: Duration, wall: Duration, raised: bool) -> Measure {
        let (used_before, wall_before) = *self.since.get_or_insert((used, wall));
        let further = used.saturating_sub(used_before);
        if !self.yields && further >= if raised { YIELDS } else { SINKS } {
            self.yields = true;
            return Measure::Yield;
        }
        if !self.lost && (further >= LOST || wall.saturating_sub(wall_before) >= LATEST) {
            self.lost = true;
            return Measure::Lose;
        }
        // One that has not run since it was asked has the signal before it.
        if self.lost && self.tries < TRIES && used > self.asked {
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

    /// Whether its thread was asked to yield or to stop.
    pub(crate) fn was_asked(&self) -> bool {
        self.yields || self.tries > 0
    }

    /// Whether it was asked to stop.
    pub(crate) fn is_to_stop(&self) -> bool {
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
    fn what_ends_within_seconds_is_not_lost() {
        let mut turn = Unheeded::default();
        assert_eq!(turn.look(ms(30_000), ms(30_000), true), Measure::Wait);
        assert_eq!(turn.look(ms(30_999), ms(30_999), true), Measure::Wait);
        assert_eq!(turn.look(ms(31_000), ms(31_000), true), Measure::Yield);
        assert_eq!(turn.look(ms(34_999), ms(40_000), true), Measure::Wait);
        assert!(turn.was_asked() && !turn.is_lost() && !turn.is_to_stop());
    }

    #[test]
    fn what_goes_on_is_lost_once_and_asked_to_stop_a_bounded_number_of_times() {
        let mut turn = Unheeded::default();
        turn.look(ms(0), ms(0), true);
        assert_eq!(turn.look(ms(9000), ms(9000), true), Measure::Yield, "also when it was not looked at in between");
        assert_eq!(turn.look(ms(9000), ms(9000), true), Measure::Lose);
        for tried in 0..TRIES {
            let used = ms(9000 + u64::from(tried));
            assert_eq!(turn.look(used, used, true), Measure::Stop);
            assert_eq!(turn.look(used, used, true), Measure::Wait, "it has not run since");
        }
        assert_eq!(turn.look(ms(1_000_000), ms(1_000_000), true), Measure::Wait);
    }

    #[test]
    fn a_thread_that_cannot_be_raised_again_is_not_lowered_soon() {
        let mut turn = Unheeded::default();
        turn.look(ms(0), ms(0), false);
        assert_eq!(turn.look(ms(5000), ms(5000), false), Measure::Lose);
        assert_eq!(turn.look(ms(6000), ms(6000), false), Measure::Stop);
        assert_eq!(turn.look(ms(60_000), ms(60_000), false), Measure::Yield);
    }

    #[test]
    fn one_that_is_kept_from_running_is_lost_in_the_end() {
        let mut turn = Unheeded::default();
        turn.look(ms(0), ms(0), true);
        assert_eq!(turn.look(ms(100), ms(59_999), true), Measure::Wait);
        assert_eq!(turn.look(ms(100), ms(60_000), true), Measure::Lose);
    }
}
