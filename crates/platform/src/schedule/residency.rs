//! Which instances stay in memory.
//!
//! Thousands of Workers may be deployed, and most of them sleep. An instance costs megabytes while it is there and a
//! start from the code cache, about a millisecond, when it is not. So one that nobody has asked for in a long while goes;
//! and when all together take more than they may, those go first that are cheap to be without: large, long idle, quick to
//! start. That is the least recently used first where the other two are alike, as they mostly are.

use std::time::Duration;

/// How long an instance may be idle while there is room.
pub(crate) const IDLE: Duration = Duration::from_secs(600);

/// How far below the bound is evicted once it is passed, in parts of a hundred, so that it is not done for each start.
const BELOW: usize = 90;

/// An instance that has nothing to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Resident {
    /// For how long.
    pub(crate) idle: Duration,
    /// What it takes in memory.
    pub(crate) bytes: usize,
    /// How long its start took.
    pub(crate) start: Duration,
}

impl Resident {
    /// What its memory is worth to others, by what it costs to be without it.
    fn score(&self) -> f64 {
        let start = self.start.max(Duration::from_micros(100));
        self.idle.as_secs_f64() * self.bytes as f64 / start.as_secs_f64()
    }
}

/// Which of the idle ones go, when all instances, these and the busy ones, take `used` bytes of `budget`.
pub(crate) fn evict(idle: &[Resident], used: usize, budget: usize) -> Vec<usize> {
    let (mut gone, mut rest): (Vec<usize>, Vec<usize>) = (0..idle.len()).partition(|place| idle[*place].idle >= IDLE);
    let freed: usize = gone.iter().map(|place| idle[*place].bytes).sum();
    let mut used = used.saturating_sub(freed);
    if used <= budget {
        return gone;
    }
    rest.sort_by(|a, b| idle[*b].score().total_cmp(&idle[*a].score()));
    for place in rest {
        if used <= budget / 100 * BELOW {
            break;
        }
        used = used.saturating_sub(idle[place].bytes);
        gone.push(place);
    }
    gone
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resident(idle: u64, megabytes: usize, start: u64) -> Resident {
        Resident { idle: Duration::from_secs(idle), bytes: megabytes << 20, start: Duration::from_millis(start) }
    }

    const GIGABYTE: usize = 1 << 30;

    #[test]
    fn with_room_only_the_long_idle_go() {
        assert_eq!(evict(&[resident(10, 3, 1), resident(600, 3, 1), resident(599, 3, 1)], 9 << 20, GIGABYTE), [1]);
    }

    #[test]
    fn under_pressure_the_least_recently_used_go_first() {
        let all: Vec<_> = (0..100).map(|place| resident(if place % 2 == 0 { 5 } else { 50 + place }, 10, 1)).collect();
        let gone = evict(&all, 1000 << 20, 900 << 20);
        assert_eq!(gone, [99, 97, 95, 93, 91, 89, 87, 85, 83, 81, 79, 77, 75, 73, 71, 69, 67, 65, 63]);
    }

    #[test]
    fn large_ones_and_quick_starters_go_before_others() {
        let all = [resident(10, 3, 1), resident(10, 60, 1), resident(10, 60, 300), resident(10, 3, 300)];
        assert_eq!(evict(&all, 126 << 20, 80 << 20), [1]);
        assert_eq!(evict(&all, 126 << 20, 60 << 20)[..2], [1, 0]);
    }

    #[test]
    fn the_busy_ones_are_not_to_be_had() {
        assert_eq!(evict(&[resident(1, 3, 1)], 10 * GIGABYTE, GIGABYTE), [0]);
        assert!(evict(&[], 10 * GIGABYTE, GIGABYTE).is_empty());
    }
}
