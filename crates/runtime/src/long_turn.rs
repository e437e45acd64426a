//! Word that a turn is a long one, from the watchdog to whoever judges a Worker by it.

use std::sync::atomic::{AtomicU8, Ordering};

/// A turn that has certainly used [`LONG_TURN`](crate::LONG_TURN) of CPU time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum LongTurn {
    /// One that was told before: it goes on, or has ended.
    Same = 1,
    /// One that was not.
    New = 2,
}

/// What has been noted and not been taken; of several the one that says more.
#[derive(Debug, Default)]
pub(crate) struct Mark(AtomicU8);

impl Mark {
    pub(crate) fn note(&self, turn: LongTurn) {
        self.0.fetch_max(turn as u8, Ordering::Relaxed);
    }

    pub(crate) fn take(&self) -> Option<LongTurn> {
        // Most find nothing, and need not write.
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            _ => match self.0.swap(0, Ordering::Relaxed) {
                0 => None,
                1 => Some(LongTurn::Same),
                _ => Some(LongTurn::New),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_noted_is_taken_once() {
        let mark = Mark::default();
        assert_eq!(mark.take(), None);
        mark.note(LongTurn::New);
        mark.note(LongTurn::Same);
        assert_eq!((mark.take(), mark.take()), (Some(LongTurn::New), None));
        mark.note(LongTurn::Same);
        assert_eq!(mark.take(), Some(LongTurn::Same));
    }
}
