//! How much an event may log.
//!
//! Hosted records 256 KB an invocation, says once that there was more, and drops the rest
//! (<https://developers.cloudflare.com/workers/platform/limits/#log-size>). Here it is also what keeps a Worker that
//! prints in a loop from filling the log of all.

use std::sync::atomic::{AtomicU32, Ordering};

/// What may be logged in an event, in bytes. A text that is longer is never logged.
const LOG_BYTES: usize = 256 * 1024;

/// What each record weighs besides its text, so that empty lines end too.
const RECORD: usize = 64;

/// Hosted's words.
const EXCEEDED: &str = "Log size limit exceeded: More than 256KB of data (across console.log statements, exception, \
    request metadata and headers) was logged during a single request. Subsequent data for this request will not be \
    recorded in logs, appear when tailing this Worker's logs, or in Tail Workers.";

/// Whether a record is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Log,
    /// This is said in its place, and after it nothing.
    Say(&'static str),
    Drop,
}

/// The bytes that have been logged.
#[derive(Debug, Default)]
pub(crate) struct LogBudget(AtomicU32);

impl LogBudget {
    /// Counts a text of so many bytes.
    pub(crate) fn take(&self, bytes: usize) -> Verdict {
        let most = u32::try_from(LOG_BYTES).unwrap_or(u32::MAX);
        let weight = u32::try_from(bytes.saturating_add(RECORD)).unwrap_or(u32::MAX);
        // Once it is exceeded it stays so: what is shorter does not slip through.
        let logged = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
            (used <= most).then(|| used.saturating_add(weight))
        });
        match logged {
            Ok(used) if used.saturating_add(weight) <= most => Verdict::Log,
            Ok(_) => Verdict::Say(EXCEEDED),
            Err(_) => Verdict::Drop,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_once_that_there_was_more() {
        let budget = LogBudget::default();
        assert_eq!(budget.take(LOG_BYTES / 2), Verdict::Log);
        assert_eq!(budget.take(LOG_BYTES / 2 - 2 * RECORD), Verdict::Log);
        assert_eq!(budget.take(1), Verdict::Say(EXCEEDED));
        assert_eq!(budget.take(0), Verdict::Drop);
        assert_eq!(budget.take(usize::MAX), Verdict::Drop);
    }

    #[test]
    fn a_text_that_is_too_long_is_not_logged_and_empty_ones_end_too() {
        assert_eq!(LogBudget::default().take(usize::MAX), Verdict::Say(EXCEEDED));
        let budget = LogBudget::default();
        let lines = (0..).take_while(|_| budget.take(0) == Verdict::Log).count();
        assert_eq!(lines, LOG_BYTES / RECORD);
    }
}
