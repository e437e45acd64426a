//! Threads in reserve.
//!
//! The server has a thread for each core. A turn that goes on for long makes room for others, but one within a built-in
//! function that V8 cannot interrupt holds its thread: for seconds (`JSON.parse` of much text), or for ever (`indexOf` on
//! an object that says it is 2 ** 53 long). tokio cannot be given another thread. So it is given more from the beginning,
//! and each of those in reserve is blocked by a task that waits in it, until the engine says that a thread is held.
//!
//! To have them work always was tried: two threads more than cores took a third more processor time for hello world, as
//! they wake each other up for work that is done when they come.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::Notify;

/// How many threads there are in reserve.
pub(crate) const SIZE: usize = 16;

#[derive(Debug, Default)]
struct State {
    /// How many should be working.
    wanted: usize,
    /// How many are.
    working: usize,
    closed: bool,
}

/// The threads in reserve.
#[derive(Debug, Default)]
pub(crate) struct Reserve {
    state: Mutex<State>,
    more: Condvar,
    fewer: Notify,
}

impl Reserve {
    /// Blocks [`SIZE`] of the runtime's threads. It should have as many more than it needs.
    pub(crate) fn new(runtime: &Handle) -> Arc<Self> {
        let reserve = Arc::<Self>::default();
        for _ in 0..SIZE {
            runtime.spawn(reserve.clone().hold_a_thread());
        }
        reserve
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has so many of them work. Called by the engine's watchdog, as there may be no other thread left that could.
    pub(crate) fn work(&self, wanted: usize) {
        let mut state = self.state();
        state.wanted = wanted.min(SIZE);
        drop(state);
        self.more.notify_all();
        self.fewer.notify_waiters();
    }

    /// Gives all threads back, for the end.
    pub(crate) fn close(&self) {
        self.state().closed = true;
        self.more.notify_all();
        self.fewer.notify_waiters();
    }

    /// Blocks the thread that polls it while it is not wanted.
    async fn hold_a_thread(self: Arc<Self>) {
        while self.wait_until_wanted() {
            loop {
                let changed = self.fewer.notified();
                if self.has_retired() {
                    break;
                }
                changed.await;
            }
        }
    }

    /// False: there is no more to wait for.
    fn wait_until_wanted(&self) -> bool {
        let mut state = self.state();
        while state.working >= state.wanted && !state.closed {
            state = self.more.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.working += 1;
        !state.closed
    }

    fn has_retired(&self) -> bool {
        let mut state = self.state();
        let retires = state.working > state.wanted || state.closed;
        state.working -= usize::from(retires);
        retires
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn they_work_while_others_are_held() {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1 + SIZE).enable_all().build().unwrap();
        let reserve = Reserve::new(runtime.handle());
        // The one thread that works is held.
        let (release, held) = std::sync::mpsc::channel::<()>();
        let (begun, wait) = std::sync::mpsc::channel();
        runtime.spawn(async move {
            begun.send(()).unwrap();
            held.recv().unwrap();
        });
        wait.recv().unwrap();
        let (done, answer) = std::sync::mpsc::channel();
        runtime.spawn(async move { done.send(()).unwrap() });
        assert!(answer.recv_timeout(Duration::from_millis(50)).is_err(), "a thread too many works");
        reserve.work(1);
        answer.recv().unwrap();
        reserve.work(0);
        release.send(()).unwrap();
        reserve.close();
        runtime.shutdown_timeout(Duration::from_secs(10));
    }
}
