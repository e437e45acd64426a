//! When a server ends: SIGINT and SIGTERM, once politely and twice at once.

use std::sync::Arc;

use anyhow::Context;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Notify;

/// The conventional exit code of a process that was interrupted.
const INTERRUPTED: i32 = 130;

/// A wish to end, from a signal or from within.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shutdown(Arc<Notify>);

impl Shutdown {
    /// Listens for the signals from now on. The second one ends the process whatever it does.
    ///
    /// # Errors
    /// The system takes no handlers.
    pub(crate) fn on_signals() -> anyhow::Result<Self> {
        let handler = |kind| signal(kind).context("cannot handle signals");
        let mut signals = (handler(SignalKind::interrupt())?, handler(SignalKind::terminate())?);
        let shutdown = Self::default();
        let wish = shutdown.clone();
        tokio::spawn(async move {
            either(&mut signals).await;
            wish.begin();
            either(&mut signals).await;
            std::process::exit(INTERRUPTED);
        });
        Ok(shutdown)
    }

    /// Asks for the end.
    pub(crate) fn begin(&self) {
        // Kept for one that comes to wait later; there is only one that waits.
        self.0.notify_one();
    }

    /// Waits until the end is asked for.
    pub(crate) async fn begun(&self) {
        self.0.notified().await;
    }
}

async fn either((interrupt, terminate): &mut (Signal, Signal)) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
