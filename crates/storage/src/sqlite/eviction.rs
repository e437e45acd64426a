//! Which open files to close: a pure decision.

use std::time::Duration;

/// A file that nobody has used for this long is closed.
pub(super) const IDLE: Duration = Duration::from_secs(30);

/// The most files that stay open, whatever their use. Each holds a few file descriptors, of which a process may have
/// about a thousand unless told otherwise.
pub(super) const MOST: usize = 100;

/// The places in `idle` (for how long each open file has not been used) of those to close: all that are idle for
/// long, and the longest idle of those that are too many.
pub(super) fn victims(idle: &[Duration]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..idle.len()).collect();
    order.sort_by_key(|&place| std::cmp::Reverse(idle[place]));
    let too_many = idle.len().saturating_sub(MOST);
    order
        .into_iter()
        .enumerate()
        .filter(|&(rank, place)| rank < too_many || idle[place] >= IDLE)
        .map(|(_, p)| p)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_idle_for_long_is_closed() {
        let seconds = [0, 31, 5, 30, 29].map(Duration::from_secs);
        assert_eq!(victims(&seconds), [1, 3]);
    }

    #[test]
    fn of_too_many_the_longest_idle_are_closed() {
        let idle: Vec<_> = (0..MOST as u64 + 2).map(Duration::from_millis).collect();
        assert_eq!(victims(&idle), [MOST + 1, MOST]);
    }
}
