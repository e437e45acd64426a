//! What a request and all that it leads to have in common.
//!
//! A Worker that calls another one by a service binding begins an invocation of that Worker, with a budget of
//! subrequests of its own. Two bounds are the whole request's: its open connections
//! (<https://developers.cloudflare.com/workers/platform/limits/#simultaneous-open-connections>), and how many
//! invocations there may be
//! (<https://developers.cloudflare.com/workers/runtime-apis/bindings/service-bindings/#limits>). Without the latter a
//! Worker that calls itself twice, sixteen deep, would be sixty thousand invocations.

use std::sync::atomic::{AtomicU32, Ordering};

use selvedge_ops::OpError;
use selvedge_web::fetch::Connections;

/// The invocations of one request, the first included.
const INVOCATIONS: u32 = 32;

/// What a request and all that it leads to have in common.
#[derive(Debug)]
pub struct Lineage {
    connections: Connections,
    invocations: AtomicU32,
}

impl Default for Lineage {
    /// That of a request from outside, which has led to one invocation.
    fn default() -> Self {
        Self { connections: Connections::default(), invocations: AtomicU32::new(1) }
    }
}

impl Lineage {
    pub(crate) fn connections(&self) -> Connections {
        self.connections.clone()
    }

    /// Counts one more invocation; the error when that was one too many.
    pub(crate) fn begin_invocation(&self) -> Result<(), OpError> {
        if self.invocations.fetch_add(1, Ordering::Relaxed) < INVOCATIONS {
            Ok(())
        } else {
            self.invocations.store(INVOCATIONS, Ordering::Relaxed);
            Err(OpError::error(
                "Too many Worker invocations: a request may lead to 32, calls by service bindings included.",
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_two_invocations_with_the_first() {
        let lineage = Lineage::default();
        for _ in 1..INVOCATIONS {
            lineage.begin_invocation().unwrap();
        }
        assert!(lineage.begin_invocation().is_err());
        assert!(lineage.begin_invocation().is_err());
    }
}
