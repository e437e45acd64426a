//! What an instance may use.

use std::time::Duration;

/// Bounds on one instance and its invocations.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The JavaScript heap, in bytes. Hosted: 128 MB
    /// (<https://developers.cloudflare.com/workers/platform/limits/#memory>).
    pub heap_bytes: usize,
    /// How long one turn may run before it is terminated.
    pub turn: Duration,
    /// How long a Worker's global scope may run. Hosted: 400 ms of CPU; wall time is measured here, so the
    /// default leaves room for a loaded machine.
    pub startup: Duration,
    /// How long `waitUntil` may go on after the response. Hosted: 30 s.
    pub wait_until: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            heap_bytes: 128 << 20,
            turn: Duration::from_secs(30),
            startup: Duration::from_secs(2),
            wait_until: Duration::from_secs(30),
        }
    }
}
