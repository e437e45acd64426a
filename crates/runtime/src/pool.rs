//! Isolates kept ready.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::instance::Shell;
use crate::{Engine, JsError};

/// A few isolates from the snapshot with no Worker in them, so that a Worker's first request need not wait for
/// one. What is taken is made anew in the background.
pub struct WarmPool {
    engine: Arc<Engine>,
    heap_bytes: usize,
    size: usize,
    ready: Arc<Mutex<VecDeque<Shell>>>,
}

impl std::fmt::Debug for WarmPool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WarmPool").field("size", &self.size).finish_non_exhaustive()
    }
}

impl WarmPool {
    /// A pool of up to `size` isolates with a heap of `heap_bytes` each, and apart from it as much for ArrayBuffers.
    /// Hosted: 128 MB in all (<https://developers.cloudflare.com/workers/platform/limits/#memory>). It fills when it is
    /// first used, or by [`WarmPool::fill`].
    pub fn new(engine: Arc<Engine>, heap_bytes: usize, size: usize) -> Self {
        Self { engine, heap_bytes, size, ready: Arc::default() }
    }

    /// Makes what is missing, on the calling thread.
    ///
    /// # Errors
    /// When V8 makes no isolate.
    pub fn fill(&self) -> Result<(), JsError> {
        fill(&self.engine, self.heap_bytes, self.size, &self.ready)
    }

    /// How many isolates are ready.
    pub fn ready(&self) -> usize {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// How many isolates are kept ready.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Makes an isolate that belongs to no Worker and is thrown away with the value: what benches measure.
    ///
    /// # Errors
    /// When V8 makes none.
    pub fn make(&self) -> Result<impl Sized + use<>, JsError> {
        self.engine.shell(self.heap_bytes)
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Takes an isolate, or makes one if none is ready.
    ///
    /// # Errors
    /// When V8 makes no isolate.
    pub(crate) async fn take(&self) -> Result<Shell, JsError> {
        let ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let (engine, heap_bytes, size, pool) = (self.engine.clone(), self.heap_bytes, self.size, self.ready.clone());
        let refill = move || {
            if let Err(error) = fill(&engine, heap_bytes, size, &pool) {
                tracing::error!(%error, "cannot make an isolate for the warm pool");
            }
        };
        match ready {
            Some(shell) => {
                tokio::task::spawn_blocking(refill);
                Ok(shell)
            }
            None => {
                let (engine, heap_bytes) = (self.engine.clone(), self.heap_bytes);
                let made = tokio::task::spawn_blocking(move || engine.shell(heap_bytes)).await;
                tokio::task::spawn_blocking(refill);
                made.map_err(|error| JsError::text(format!("the making of an isolate failed: {error}")))?
            }
        }
    }
}

fn fill(engine: &Engine, heap_bytes: usize, size: usize, ready: &Mutex<VecDeque<Shell>>) -> Result<(), JsError> {
    while ready.lock().unwrap_or_else(PoisonError::into_inner).len() < size {
        let shell = engine.shell(heap_bytes)?;
        ready.lock().unwrap_or_else(PoisonError::into_inner).push_back(shell);
    }
    Ok(())
}
