//! What an instance may use.

use std::fmt;
use std::time::Duration;

/// Bounds on one instance and its invocations. The heap's is not among them: isolates are made before they know their
/// Worker, so it is the [`WarmPool`](crate::WarmPool)'s.
#[derive(Clone, Debug)]
pub struct Limits {
    /// How much CPU time one invocation may use, over all its turns
    /// (<https://developers.cloudflare.com/workers/platform/limits/#cpu-time>).
    pub cpu: Duration,
    /// How much CPU time a Worker's global scope may use
    /// (<https://developers.cloudflare.com/workers/platform/limits/#worker-startup-time>).
    pub startup: Duration,
    /// How long `waitUntil` may go on after the response. Hosted: 30 s.
    pub wait_until: Duration,
    /// How much one invocation may ask of the world outside: requests, connections, uses of storage. It is counted by
    /// the layers above. Hosted: 50, or 1000 on the paid plan
    /// (<https://developers.cloudflare.com/workers/platform/limits/#subrequests>).
    pub subrequests: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            cpu: Duration::from_secs(30),
            startup: Duration::from_millis(400),
            wait_until: Duration::from_secs(30),
            subrequests: 1000,
        }
    }
}

/// A limit that ended an invocation, and mostly its instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// The CPU time of an invocation, or of the global scope.
    CpuTime,
    /// The memory of an instance.
    Memory,
}

/// Hosted's words: <https://developers.cloudflare.com/workers/observability/errors/#runtime-errors>.
impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CpuTime => "Worker exceeded CPU time limit.",
            Self::Memory => "Worker exceeded memory limit.",
        })
    }
}
