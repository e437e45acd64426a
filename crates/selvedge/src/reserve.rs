//! Threads in reserve.
//!
//! The server has a thread for each core. A turn that goes on for long makes room for others, but one within a built-in
//! function that V8 cannot interrupt holds its thread: for seconds (`JSON.parse` of much text), or for ever (`indexOf` on
//! an object that says it is 2 ** 53 long). tokio cannot be given another thread. So it is given more from the beginning,
//! and each of those in reserve is blocked by a task that waits in it, until the engine says that a thread is held. One
//! that has begun to work goes on for good: a task that blocked it again could do so before others in its queue.
//!
//! And one of those that work is woken up: tokio has a single thread wait for sockets and timers, and if that one comes to be
//! held by what it waited for, the others sleep on, and nobody hears of either.
//!
//! To have them work always was tried: two threads more than cores took two fifths more processor time for hello world, as
//! they wake each other up for work that is done when they come.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use selvedge_platform::Scheduler;
use selvedge_runtime::{LostThreads, WarmPool};
use tokio::runtime::Handle;

use crate::failure;
use crate::output::Output;

/// How many threads there are in reserve, in each runtime.
pub(crate) const SIZE: usize = 16;

/// How many may be held before the operator is told.
const MANY: usize = SIZE / 2;

/// How many may be parked before the operator is told: each has its stack and an isolate, and a process has so many threads.
const PARKED: usize = 100;

/// How often that is looked at.
const PERIOD: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
struct State {
    /// How many should be working.
    wanted: usize,
    /// How many are.
    working: usize,
}

/// The threads in reserve.
#[derive(Debug)]
pub(crate) struct Reserve {
    runtime: Handle,
    state: Mutex<State>,
    more: Condvar,
}

impl Reserve {
    /// Blocks [`SIZE`] of the runtime's threads, which should have as many more than it needs. Called outside of it.
    pub(crate) fn new(runtime: &Handle) -> Arc<Self> {
        let reserve = Arc::new(Self { runtime: runtime.clone(), state: Mutex::default(), more: Condvar::new() });
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

    /// Has at least so many of them work, and somebody wait for sockets and timers. Called by the engine's watchdog, as there
    /// may be no other thread left that could, again and again while threads are held.
    pub(crate) fn work(&self, wanted: usize) {
        let mut state = self.state();
        if wanted > state.wanted {
            state.wanted = wanted;
            self.more.notify_all();
        }
        drop(state);
        // Wakes a thread up that sleeps, which then takes the place of the one that waited, if that is free.
        drop(self.runtime.spawn(async {}));
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

/// Those of all runtimes. Where a turn holds its thread is not asked: each has one more work for it.
#[derive(Clone, Debug)]
pub(crate) struct Reserves(Arc<[Arc<Reserve>]>);

impl Reserves {
    /// Blocks [`SIZE`] threads of each runtime; see [`Reserve::new`].
    pub(crate) fn new(runtimes: &[&Handle]) -> Self {
        Self(runtimes.iter().map(|runtime| Reserve::new(runtime)).collect())
    }

    /// See [`Reserve::work`].
    pub(crate) fn work(&self, wanted: usize) {
        self.0.iter().for_each(|reserve| reserve.work(wanted));
    }
}

/// How many are left when so many are held.
pub(crate) fn left(held: usize) -> usize {
    SIZE.saturating_sub(held)
}

/// Whether to tell that many are lost: once, until few are.
fn is_due(lost: LostThreads, told: &mut bool) -> bool {
    let LostThreads { held, parked } = lost;
    if held < MANY / 2 && parked < PARKED {
        *told = false;
    }
    (held >= MANY || parked >= PARKED) && !std::mem::replace(told, true)
}

/// Tells the operator when the reserve comes to its end, while there is still a thread that can. Never ends.
pub(crate) async fn watch(pool: Arc<WarmPool>, scheduler: Arc<Scheduler>, output: Output) {
    let mut told = false;
    loop {
        tokio::time::sleep(PERIOD).await;
        let costly = scheduler.costly();
        let lost = pool.lost_threads();
        // What is held by Workers that never cost a thread comes back.
        if !costly.is_empty() && is_due(lost, &mut told) {
            output.error(&failure::headline(words(lost, &costly)));
        }
    }
}

fn words(lost: LostThreads, costly: &[(String, u64)]) -> String {
    let LostThreads { held, parked } = lost;
    let workers: Vec<_> = costly.iter().map(|(name, threads)| format!("{name} ({threads})")).collect();
    format!(
        "{held} threads of this server are held by turns that cannot be ended, and {left} are left in reserve; {parked} are \
         parked for good.\n\n  When none is left, requests wait for ever. Restart the server, without the Workers that \
         cost threads, or with their code changed:\n  {}",
        workers.join(", "),
        left = left(held),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn that_many_are_held_is_told_once() {
        let mut told = false;
        let mut due = |held, parked| is_due(LostThreads { held, parked }, &mut told);
        let seen = [0, 7, 8, 9, 16, 5, 8, 3, 8].map(|held| due(held, 1));
        assert_eq!(seen, [false, false, true, false, false, false, false, false, true]);
        assert_eq!([0, 0, 0].map(|held| due(held, 100)), [false; 3], "it is told already");
        assert_eq!([99, 100, 101].map(|parked| due(0, parked)), [false, true, false]);
    }

    #[test]
    fn the_operator_reads_who_and_what_to_do() {
        let text = words(LostThreads { held: 9, parked: 4 }, &[("shop".into(), 7), ("blog".into(), 2)]);
        assert!(text.starts_with("9 threads") && text.contains("7 are left in reserve"), "{text}");
        assert!(text.contains("Restart the server") && text.ends_with("\n  shop (7), blog (2)"), "{text}");
    }

    #[test]
    fn who_waits_for_timers_is_replaced_each_time() {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2 + SIZE).enable_all().build().unwrap();
        let reserve = Reserve::new(runtime.handle());
        let (release, held) = mpsc::channel::<()>();
        let held = Arc::new(Mutex::new(held));
        let mut heard = Vec::new();
        for _ in 0..2 {
            let (begun, wait) = mpsc::channel();
            let held = held.clone();
            // The thread that waited for the timer is held by what the timer woke up.
            runtime.spawn(async move {
                tokio::time::sleep(Duration::from_millis(20)).await;
                begun.send(()).unwrap();
                let _ = held.lock().unwrap().recv();
            });
            let (done, answer) = mpsc::channel();
            runtime.spawn(async move {
                tokio::time::sleep(Duration::from_millis(60)).await;
                done.send(()).unwrap();
            });
            wait.recv().unwrap();
            // One at a time, so that no more threads work than before.
            reserve.work(1);
            heard.push(answer.recv_timeout(Duration::from_secs(10)).is_ok());
            release.send(()).unwrap();
        }
        reserve.work(usize::MAX);
        runtime.shutdown_timeout(Duration::from_secs(10));
        assert_eq!(heard, [true, true]);
    }

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
