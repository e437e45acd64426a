//! When an instance that has nothing to do gives memory back.
//!
//! A Worker that has served a thousand small requests holds a megabyte of garbage and of room for new objects, beside the
//! two that it needs: V8 collects when a heap fills, which that of an idle one never does. A collection takes some
//! milliseconds; so it is made once for each time that an instance falls idle, of heaps for which it is short, and little
//! is done at a time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::start::Loaded;

/// How long an instance has had nothing to do by then. Most that are asked for again are so within seconds.
const IDLE: Duration = Duration::from_secs(10);

/// What an instance takes in memory at most, in bytes. An event that comes meanwhile waits for the collection, and one of
/// a larger heap takes long.
const LARGEST: usize = 32 << 20;

/// For how long instances are put to rest each time that the caretaker looks. A twentieth of one processor.
const MOST: Duration = Duration::from_millis(50);

/// Whether an instance is to be put to rest that has been idle for so long, takes so many bytes, and may have had a turn
/// since it last was.
pub(super) fn is_due(idle: Duration, bytes: usize, is_restless: bool) -> bool {
    is_restless && idle >= IDLE && bytes <= LARGEST
}

/// Puts instances to rest, on the calling thread, as many as there is time for.
pub(super) fn rest(due: &[Arc<Loaded>]) {
    let begun = Instant::now();
    for loaded in due {
        if begun.elapsed() >= MOST {
            return;
        }
        loaded.instance.rest();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_rests_once_it_is_idle_and_small() {
        let seconds = Duration::from_secs;
        assert!(is_due(seconds(10), 3 << 20, true));
        assert!(!is_due(seconds(9), 3 << 20, true));
        assert!(!is_due(seconds(99), 3 << 20, false), "it has rested");
        assert!(!is_due(seconds(99), 64 << 20, true));
    }
}
