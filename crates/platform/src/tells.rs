//! A word to one listener, said once by whoever comes first.

use std::sync::{Mutex, PoisonError};

use selvedge_runtime::Limit;
use tokio::sync::oneshot;

/// For those who may have to say which limit was met. Does not wait.
pub(crate) struct Tells(Mutex<Option<oneshot::Sender<Limit>>>);

impl Tells {
    /// One, and what hears of the limit.
    pub(crate) fn new() -> (Self, oneshot::Receiver<Limit>) {
        let (tells, hears) = oneshot::channel();
        (Self(Mutex::new(Some(tells))), hears)
    }

    /// Tells of the limit, unless that was done, or nobody listens any more.
    pub(crate) fn tell(&self, limit: Limit) {
        let tells = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let _ = tells.map(|tells| tells.send(limit));
    }
}
