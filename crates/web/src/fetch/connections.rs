//! How many connections a request may have under way at once.
//!
//! Hosted lets six wait for the head of their answer; a further one waits in a queue until one of them has it
//! (<https://developers.cloudflare.com/workers/platform/limits/#simultaneous-open-connections>). Until April 2026 a
//! connection counted until its body had been read, and one that stalled was cancelled in favour of those that waited
//! (`Response closed due to connection limit`). Since then it is let go of when the head is there, so that no body that
//! nobody reads can hold up others, and nothing is cancelled.
//!
//! The queue is tokio's semaphore: first come, first served, and who gives up leaves it.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The connections that may wait for an answer at once.
const CONNECTIONS: usize = 6;

/// The connections of a request and of all that it calls by service bindings.
#[derive(Clone, Debug)]
pub struct Connections(Arc<Semaphore>);

/// One that waits for its answer; it counts until this is dropped.
#[derive(Debug)]
pub struct Connection {
    _permit: Option<OwnedSemaphorePermit>,
}

impl Default for Connections {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(CONNECTIONS)))
    }
}

impl Connections {
    /// One more connection, if there may be one now and nobody waits for it.
    pub fn try_open(&self) -> Option<Connection> {
        let permit = self.0.clone().try_acquire_owned().ok()?;
        Some(Connection { _permit: Some(permit) })
    }

    /// One more connection, when it is its turn.
    pub async fn open(&self) -> Connection {
        // It fails only once the semaphore is closed, which nobody does.
        Connection { _permit: self.0.clone().acquire_owned().await.ok() }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn six_at_once_and_then_in_the_order_in_which_they_came() {
        let connections = Connections::default();
        let mut open: Vec<_> = (0..6).map(|_| connections.try_open().unwrap()).collect();
        assert!(connections.try_open().is_none());
        let mut seventh = Box::pin(connections.open());
        let mut eighth = Box::pin(connections.open());
        let mut ninth = Box::pin(connections.open());
        for waiting in [&mut seventh, &mut eighth, &mut ninth] {
            assert!(waiting.now_or_never().is_none());
        }
        drop(open.pop());
        assert!(connections.try_open().is_none(), "who waits comes first");
        assert!((&mut eighth).now_or_never().is_none());
        let seventh = seventh.now_or_never().unwrap();
        drop(eighth);
        drop(seventh);
        assert!(ninth.now_or_never().is_some(), "who has given up holds nobody up");
    }
}
