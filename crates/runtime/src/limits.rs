//! What an instance may use.

use std::time::Duration;

/// Bounds on one instance and its invocations. The heap's is not among them: isolates are made before they know their
/// Worker, so it is the [`WarmPool`](crate::WarmPool)'s.
#[derive(Clone, Debug)]
pub struct Limits {
    /// How long one turn may run before it is terminated.
    pub turn: Duration,
    /// How long a Worker's global scope may run. Hosted: 400 ms of CPU; wall time is measured here, so the
    /// default leaves room for a loaded machine.
    pub startup: Duration,
    /// How long `waitUntil` may go on after the response. Hosted: 30 s.
    pub wait_until: Duration,
    /// How much one invocation may ask of the world outside: requests, connections, uses of storage. It is counted by
    /// the layers above. Hosted: 50, or 10,000 on the paid plan
    /// (<https://developers.cloudflare.com/workers/platform/limits/#subrequests>).
    pub subrequests: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            turn: Duration::from_secs(30),
            startup: Duration::from_secs(2),
            wait_until: Duration::from_secs(30),
            subrequests: 10_000,
        }
    }
}
