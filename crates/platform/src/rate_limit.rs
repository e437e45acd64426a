//! The rate limit binding (<https://developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit/>).
//!
//! As on hosted a count belongs to one location and is kept in memory: it costs no more than a table look-up, is
//! approximate by design, and begins anew with the process. Windows are fixed, aligned to the clock. Keys are kept as
//! their hashes, so that a Worker cannot fill the memory with long ones, and there is a bound on their number; beyond
//! it further keys of the same window pass uncounted, as hosted too errs on the side of letting pass.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, PoisonError};

use selvedge_ops::{OpDecl, OpError, op};
use selvedge_runtime::Invocation;

use crate::binding::{Binding, Bindings};

pub(crate) const OPS: &[OpDecl] = &[op_rate_limit];

/// The most keys that are counted in one window.
const KEYS: usize = 200_000;

/// How often keys were seen in the current window of each period: plain data.
#[derive(Debug, Default)]
struct Counts {
    /// By period in seconds: which window it is, and the counts in it.
    windows: HashMap<u32, (u64, HashMap<u64, u32>)>,
}

impl Counts {
    /// Counts a key. Whether it is within the limit.
    fn take(&mut self, key: u64, limit: f64, period: u32, now_ms: u64) -> bool {
        let number = now_ms / (u64::from(period) * 1000);
        let (current, counts) = self.windows.entry(period).or_default();
        if *current != number {
            *current = number;
            counts.clear();
        }
        let seen = counts.get(&key).copied().unwrap_or(0);
        if f64::from(seen) >= limit {
            return false;
        }
        if seen > 0 || counts.len() < KEYS {
            counts.insert(key, seen + 1);
        }
        true
    }
}

/// The counts of one `namespace_id`, which all Workers of a node that name it share.
#[derive(Debug, Default)]
pub struct RateLimiter {
    hasher: RandomState,
    counts: Mutex<Counts>,
}

impl RateLimiter {
    fn take(&self, key: &str, limit: f64, period: u32, now_ms: u64) -> bool {
        let key = self.hasher.hash_one(key);
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).take(key, limit, period, now_ms)
    }
}

/// A binding to a limiter.
#[derive(Clone, Debug)]
pub struct RateLimit {
    /// The counts.
    pub limiter: Arc<RateLimiter>,
    /// How often a key may be seen in a period.
    pub limit: u64,
    /// The period in seconds: 10 or 60.
    pub period: u32,
}

/// Counts a key. Whether it is within the limit; `limit` and `period` default to the binding's.
#[op]
fn op_rate_limit(
    #[context] invocation: Arc<Invocation>,
    binding: String,
    key: String,
    limit: Option<f64>,
    period: Option<u32>,
) -> Result<bool, OpError> {
    let RateLimit { limiter, limit: most, period: usual } =
        Bindings::find(&invocation, &binding, |binding| match binding {
            Binding::RateLimit(limit) => Some(limit.clone()),
            _ => None,
        })?;
    let now_ms = invocation.instance().now() as u64;
    Ok(limiter.take(&key, limit.unwrap_or(most as f64), period.unwrap_or(usual).max(1), now_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_passes_as_often_as_the_limit_says_in_each_window() {
        let mut counts = Counts::default();
        let mut passed = |key, at| counts.take(key, 2.0, 10, at);
        assert_eq!([passed(1, 0), passed(1, 9_999), passed(1, 9_999)], [true, true, false]);
        assert!(passed(2, 9_999), "another key");
        assert!(passed(1, 10_000), "the next window");
    }

    #[test]
    fn periods_are_counted_apart() {
        let mut counts = Counts::default();
        assert!(counts.take(1, 1.0, 10, 0) && !counts.take(1, 1.0, 10, 0) && counts.take(1, 1.0, 60, 0));
    }

    #[test]
    fn there_is_a_bound_on_what_is_remembered() {
        let mut counts = Counts::default();
        for key in 0..KEYS as u64 + 100 {
            assert!(counts.take(key, 1.0, 60, 0));
        }
        assert_eq!(counts.windows[&60].1.len(), KEYS);
        assert!(!counts.take(0, 1.0, 60, 0), "what was counted stays counted");
    }
}
