//! Which entries have to go: a pure decision.

/// An entry that may be evicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    /// How many bytes it takes.
    pub(super) size: u64,
    /// When it ceases, or ceased, to be fresh.
    pub(super) expires: u64,
    /// When it was last asked for, about.
    pub(super) used: u64,
}

/// The places in `candidates` of those to evict, of entries that take `total` bytes where `limit` may be taken: none
/// within the limit; else first those that are not fresh any more, then those that were not asked for the longest,
/// until a tenth of the limit is free again. The slack keeps a full cache from evicting at each put.
pub(super) fn victims(total: u64, limit: u64, now: u64, candidates: &[Candidate]) -> Vec<usize> {
    if total <= limit {
        return Vec::new();
    }
    let wanted = limit - limit / 10;
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by_key(|&place| (candidates[place].expires > now, candidates[place].used));
    let mut left = total;
    order
        .into_iter()
        .take_while(|&place| {
            let needed = left > wanted;
            left = left.saturating_sub(candidates[place].size);
            needed
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1000;

    fn fresh(size: u64, used: u64) -> Candidate {
        Candidate { size, expires: NOW + 1, used }
    }

    #[test]
    fn within_the_limit_nothing_goes() {
        assert!(victims(100, 100, NOW, &[fresh(100, 1)]).is_empty());
        assert!(victims(0, 0, NOW, &[]).is_empty());
    }

    #[test]
    fn the_longest_unused_go_until_there_is_slack() {
        let candidates = [fresh(40, 3), fresh(40, 1), fresh(40, 2)];
        // 120 of 100: one brings it to 80, and 90 are wanted.
        assert_eq!(victims(120, 100, NOW, &candidates), [1]);
        assert_eq!(victims(140, 100, NOW, &candidates), [1, 2]);
    }

    #[test]
    fn what_is_not_fresh_goes_before_what_is() {
        let stale = Candidate { size: 40, expires: NOW, used: 999 };
        assert_eq!(victims(101, 100, NOW, &[fresh(40, 1), stale]), [1]);
    }

    #[test]
    fn all_go_if_they_must() {
        assert_eq!(victims(1000, 10, NOW, &[fresh(1, 2), fresh(1, 1)]), [1, 0]);
    }
}
