//! Threads in reserve.
//!
//! The server has a thread for each core. A turn that goes on for long makes room for others, but one within a built-in
//! function that V8 cannot interrupt holds its thread: for seconds (`JSON.parse` of much text), or for ever (`indexOf` on
//! an object that says it is 2 ** 53 long). tokio cannot be given another thread. So it is given more from the beginning,
//! and each of those in reserve is blocked by a task that waits in it, until the engine says that a thread is held. One
//! that has begun to work goes on for good: a task that blocked it again could do so before others in its queue.
//!
//! To have them work always was tried: two threads more than cores took two fifths more processor time for hello world, as
//! they wake each other up for work that is done when they come.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};

use tokio::runtime::Handle;

/// How many threads there are in reserve.
pub(crate) const SIZE: usize = 16;

#[derive(Debug, Default)]
struct State {
    /// How many should be working.
    wanted: usize,
    /// How many are.
    working: usize,
}

/// The threads in reserve.
#[derive(Debug, Default)]
pub(crate) struct Reserve {
    state: Mutex<State>,
    more: Condvar,
}

impl Reserve {
    /// Blocks [`SIZE`] of the runtime's threads, which should have as many more than it needs. Called outside of it.
    pub(crate) fn new(runtime: &Handle) -> Arc<Self> {
        let reserve = Arc::<Self>::default();
        for _ in 0..SIZE {
            // One after the other, so that none waits in the queue of a thread that another blocks.
            let (blocks, blocked) = mpsc::channel();
            let own = reserve.clone();
            runtime.spawn(async move {
                // Fails if nobody waits for it any more.
                let _ = blocks.send(());
                own.wait();
            });
            // Fails if the runtime is at its end.
            let _ = blocked.recv();
        }
        reserve
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has at least so many of them work. Called by the engine's watchdog, as there may be no other thread left that could.
    pub(crate) fn work(&self, wanted: usize) {
        let mut state = self.state();
        if wanted > state.wanted {
            state.wanted = wanted;
            self.more.notify_all();
        }
    }

    /// Blocks the calling thread until it is wanted.
    fn wait(&self) {
        let mut state = self.state();
        while state.working >= state.wanted {
            state = self.more.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.working += 1;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn they_work_when_others_are_held() {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1 + SIZE).enable_all().build().unwrap();
        let reserve = Reserve::new(runtime.handle());
        // The one thread that works is held.
        let (release, held) = mpsc::channel::<()>();
        let (begun, wait) = mpsc::channel();
        runtime.spawn(async move {
            begun.send(()).unwrap();
            held.recv().unwrap();
        });
        wait.recv().unwrap();
        let (done, answer) = mpsc::channel();
        runtime.spawn(async move { done.send(()).unwrap() });
        assert!(answer.recv_timeout(Duration::from_millis(50)).is_err(), "a thread too many works");
        reserve.work(1);
        answer.recv().unwrap();
        release.send(()).unwrap();
        reserve.work(usize::MAX);
        runtime.shutdown_timeout(Duration::from_secs(10));
    }
}
