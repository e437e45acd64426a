//! A turn that runs, as the watchdog knows it.

use std::time::{Duration, Instant};

use crate::cpu::{Meter, ThreadClock, Used};
use crate::long_turn::LongTurn;
use crate::priority::Rank;
use crate::stuck;
use crate::unheeded::Unheeded;

/// The CPU time after which a turn seems not to end.
pub(crate) const ENDLESS_TURN: Duration = Duration::from_millis(100);

/// How often its thread is sent a signal when it does not heed V8's interruptions.
const NUDGES: u32 = 400;

/// The turn.
pub(crate) struct Running {
    pub(crate) begun: Instant,
    pub(crate) budget: Duration,
    pub(crate) thread: ThreadClock,
    pub(crate) meter: Meter,
    pub(crate) moves: u32,
    /// Whether it made room.
    pub(crate) made_room: bool,
    /// Whether it was told to be a long one.
    pub(crate) was_told: bool,
    /// How often its thread was sent a signal.
    pub(crate) nudges: u32,
    /// What it had used then.
    pub(crate) nudged: Duration,
    /// What it is to do when the signal finds it.
    pub(crate) due: Due,
    /// How its thread ranks since then.
    pub(crate) rank: Rank,
    /// Whether it was told to leave a core to others, once it seemed not to end.
    pub(crate) leaves_core: bool,
    /// The number that the system gives its thread.
    pub(crate) number: i32,
    /// Once it was told to end.
    pub(crate) unheeded: Unheeded,
}

/// What counts of a turn once it has ended: less than is to be known while it runs, so that less is copied.
#[derive(Clone, Copy)]
pub(crate) struct Past {
    pub(crate) begun: Instant,
    pub(crate) thread: ThreadClock,
    pub(crate) meter: Meter,
    /// Whether it was told to be a long one.
    pub(crate) was_told: bool,
    /// Whether its thread was asked to yield or to stop.
    pub(crate) was_asked: bool,
    /// Whether its thread was said to be lost.
    pub(crate) is_lost: bool,
    /// Whether its thread may have lost its place in its runtime, to make room for others.
    pub(crate) was_moved: bool,
}

impl Running {
    /// One that begins now, or began at `begun`, just before.
    pub(crate) fn begin(budget: Duration, begun: Instant, thread: ThreadClock, meter: Meter, number: i32) -> Self {
        Self {
            begun,
            budget,
            thread,
            meter,
            moves: 0,
            made_room: false,
            was_told: false,
            nudges: 0,
            nudged: Duration::ZERO,
            due: Due::default(),
            rank: Rank::Usual,
            leaves_core: false,
            number,
            unheeded: Unheeded::default(),
        }
    }

    /// What counts of it when it ends.
    pub(crate) fn past(&self) -> Past {
        Past {
            begun: self.begun,
            thread: self.thread,
            meter: self.meter,
            was_told: self.was_told,
            was_asked: self.unheeded.was_asked(),
            is_lost: self.unheeded.is_lost(),
            was_moved: self.moves > 0 || self.nudges > 0,
        }
    }

    /// The CPU time that it has used.
    pub(crate) fn used(&mut self, now: Instant) -> Used {
        self.meter.look(now.saturating_duration_since(self.begun), || self.thread.now())
    }

    /// Has it make room, and rank lower, where V8 does not have it do so. Under the lock of the turn, so that it is this
    /// one.
    pub(crate) fn nudge(&mut self, used: Duration) {
        let rank = if used >= ENDLESS_TURN { Rank::Endless } else { Rank::Long };
        self.due = Due { room: !self.made_room, rank: (self.rank < rank).then_some(rank) };
        // One that has not run since then has the signal before it.
        if self.due != Due::default() && self.nudges < NUDGES && used > self.nudged {
            self.nudges += 1;
            self.nudged = used;
            stuck::ask_for_room(self.number);
        }
    }

    /// That it is a long turn, which is told for the first time or again.
    pub(crate) fn tell(&mut self) -> LongTurn {
        if std::mem::replace(&mut self.was_told, true) { LongTurn::Same } else { LongTurn::New }
    }

    /// What it is to do; it does it then.
    pub(crate) fn take_due(&mut self) -> Due {
        let due = std::mem::take(&mut self.due);
        self.rank = due.rank.unwrap_or(self.rank);
        due
    }
}

/// What a turn is to do that does not heed V8's interruptions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Due {
    /// Make room.
    pub(crate) room: bool,
    /// Lower its thread to this rank.
    pub(crate) rank: Option<Rank>,
}
