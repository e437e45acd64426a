//! When keys end: decisions about times, in seconds since the Unix epoch.

use std::time::{SystemTime, UNIX_EPOCH};

use super::limits::KvRefusal;

/// The shortest life of a key in seconds.
const SHORTEST_SECONDS: i64 = 60;

/// The least time between two sweeps of a namespace in seconds, so that what ends one by one is swept together.
const SWEEP_SECONDS: u64 = 60;

/// The time.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Whether a key is over.
pub(super) fn is_expired(expiration: Option<u64>, now: u64) -> bool {
    expiration.is_some_and(|expiration| expiration <= now)
}

/// The expiration of a key that is written with `expiration` or `expirationTtl`, of which the latter counts.
///
/// # Errors
/// Hosted's refusal of a life that is over or too short.
pub fn resolve_expiration(now: u64, expiration: Option<i64>, ttl: Option<i64>) -> Result<Option<u64>, KvRefusal> {
    let refuse = |message: String| Err(KvRefusal::new(400, message));
    let now = i64::try_from(now).unwrap_or(i64::MAX);
    let at = match (ttl, expiration) {
        (Some(ttl), _) if ttl <= 0 => {
            return refuse(format!("Invalid expiration_ttl of {ttl}. Please specify integer greater than 0."));
        }
        (Some(ttl), _) if ttl < SHORTEST_SECONDS => {
            return refuse(format!(
                "Invalid expiration_ttl of {ttl}. Expiration TTL must be at least {SHORTEST_SECONDS}."
            ));
        }
        (Some(ttl), _) => now.saturating_add(ttl),
        (None, Some(at)) if at <= now => {
            return refuse(format!(
                "Invalid expiration of {at}. Please specify integer greater than the current number of seconds since the UNIX epoch."
            ));
        }
        (None, Some(at)) if at < now.saturating_add(SHORTEST_SECONDS) => {
            return refuse(format!(
                "Invalid expiration of {at}. Expiration times must be at least {SHORTEST_SECONDS} seconds in the future."
            ));
        }
        (None, Some(at)) => at,
        (None, None) => return Ok(None),
    };
    Ok(u64::try_from(at).ok())
}

/// What is known of a namespace's need to be swept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SweepNeed {
    /// When it was swept last; never as long as the process runs.
    pub(super) swept: Option<u64>,
    /// The first expiration of a key.
    pub(super) earliest: Option<u64>,
    /// Whether there are pieces of values that no key has.
    pub(super) loose: bool,
}

impl SweepNeed {
    /// Whether to sweep now. A namespace that has just come into use is swept: the last process may have left things.
    pub(super) fn is_due(&self, now: u64) -> bool {
        match self.swept {
            None => true,
            Some(swept) => now >= swept.saturating_add(SWEEP_SECONDS) && (self.loose || is_expired(self.earliest, now)),
        }
    }

    /// Takes note of a key that will expire.
    pub(super) fn note(&mut self, expiration: Option<u64>) {
        self.earliest = self.earliest.into_iter().chain(expiration).min();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_ends_at_its_second() {
        assert!(!is_expired(None, 100));
        assert!(!is_expired(Some(101), 100));
        assert!(is_expired(Some(100), 100));
    }

    #[test]
    fn a_life_lasts_a_minute_at_least_and_the_ttl_counts() {
        assert_eq!(resolve_expiration(1000, None, None), Ok(None));
        assert_eq!(resolve_expiration(1000, None, Some(60)), Ok(Some(1060)));
        assert_eq!(resolve_expiration(1000, Some(1060), None), Ok(Some(1060)));
        assert_eq!(resolve_expiration(1000, Some(1), Some(60)), Ok(Some(1060)));
        for (expiration, ttl, words) in [
            (None, Some(59), "expiration_ttl of 59. Expiration TTL must be at least 60."),
            (None, Some(0), "expiration_ttl of 0. Please specify integer greater than 0."),
            (Some(1000), None, "expiration of 1000. Please specify integer greater than the current"),
            (Some(1059), None, "expiration of 1059. Expiration times must be at least 60 seconds in the future."),
        ] {
            let refusal = resolve_expiration(1000, expiration, ttl).unwrap_err();
            assert!(refusal.status == 400 && refusal.message.contains(words), "{refusal}");
        }
    }

    #[test]
    fn a_sweep_is_due_when_something_is_to_be_had_and_not_too_often() {
        let mut need = SweepNeed::default();
        assert!(need.is_due(0));
        need.swept = Some(1000);
        assert!(!need.is_due(5000));
        need.note(Some(2000));
        need.note(None);
        need.note(Some(3000));
        assert_eq!(need.earliest, Some(2000));
        assert!(!need.is_due(1999) && need.is_due(2000));
        need.swept = Some(1990);
        assert!(!need.is_due(2000) && need.is_due(2050));
        let loose = SweepNeed { swept: Some(1000), earliest: None, loose: true };
        assert!(!loose.is_due(1059) && loose.is_due(1060));
    }
}
