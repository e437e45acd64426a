//! How many instances a Worker has.
//!
//! An instance runs one turn at a time. When turns queue, another one is started, up to the Worker's most; when one has
//! had nothing to do for a while, it goes. The last one is not this decision's but that of [`super::residency`]: without
//! it the next request is a cold start.

use std::time::Duration;

/// How long an instance beside others may be idle.
pub(crate) const SPARE: Duration = Duration::from_secs(30);

/// Whether an event that finds every instance busy has one more started: there are `instances`, and `waiting` turns wait
/// for them, this event's not counted.
pub(crate) fn grows(instances: usize, waiting: usize, most: usize) -> bool {
    instances < most && waiting + 1 >= instances
}

/// Which instances may go, given for how long each has been idle (`None`: it is not): those idle for long, but never
/// the one that was used last.
pub(crate) fn spare(idle: &[Option<Duration>]) -> Vec<usize> {
    let last = idle.iter().enumerate().min_by_key(|(_, idle)| idle.unwrap_or_default()).map(|(place, _)| place);
    let is_spare = |place: usize| Some(place) != last && idle[place].is_some_and(|idle| idle >= SPARE);
    (0..idle.len()).filter(|place| is_spare(*place)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instances_are_added_while_turns_queue() {
        assert!(grows(1, 0, 4), "the event that asks is one that waits");
        assert!(!grows(2, 0, 4), "one waits for two");
        assert!(grows(2, 1, 4));
        assert!(!grows(4, 100, 4));
    }

    #[test]
    fn idle_ones_go_but_for_the_last() {
        let idle = |seconds: u64| Some(Duration::from_secs(seconds));
        assert!(spare(&[]).is_empty());
        assert!(spare(&[idle(1000)]).is_empty());
        assert_eq!(spare(&[idle(1000), idle(40)]), [0]);
        assert_eq!(spare(&[idle(1000), None, idle(29)]), [0]);
        assert!(spare(&[None, None]).is_empty());
    }
}
