//! What a Worker's code can cost the process for good.

use std::fmt;

/// Why a thread is lost to a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Loss {
    /// The turn went on after it was told to end: it is in a built-in function that does not heed that.
    Stuck,
    /// V8 gave up in it, and would have ended the process.
    GaveUp,
}

impl Loss {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Stuck, Self::GaveUp];

    /// Its name in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stuck => "stuck",
            Self::GaveUp => "gave_up",
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stuck => {
                "its code called a built-in function of JavaScript that does not end and cannot be ended, such as \
                 `Array.prototype.indexOf` on an object with a huge `length`"
            }
            Self::GaveUp => {
                "its code called a built-in function of JavaScript that V8 gives up in, such as a match with more \
                 results than an array holds"
            }
        })
    }
}

/// How many threads are with turns that do not end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LostThreads {
    /// How many such turns hold a thread that others would have: they still run.
    pub held: usize,
    /// How many threads wait for ever, with an isolate each: another thread took their place.
    pub parked: usize,
}
