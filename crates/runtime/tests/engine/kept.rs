//! Threads that keep an isolate's lock from one turn to the next, and what others notice of that: nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use selvedge_runtime::{keep_locks, release_lock};
use tokio::runtime::{Builder, Runtime};
use tokio::task::{JoinHandle, yield_now};
use tokio::time::timeout;

use crate::harness::{Harness, Outcome, Test, Worker};

pub(crate) const TESTS: &[(&str, Test)] = &[
    ("kept::others_have_their_turn_while_the_thread_is_busy", |harness| Box::pin(while_busy(harness))),
    ("kept::others_have_their_turn_after_a_long_one", |harness| Box::pin(after_a_long_one(harness))),
    ("kept::a_thread_has_turns_in_many_isolates", |harness| Box::pin(many_isolates(harness))),
    ("kept::an_isolate_ends_while_its_lock_is_kept", |harness| Box::pin(ended(harness))),
];

const ECHO: &str = "export default (text) => text";

/// A runtime with one thread, which keeps locks.
fn keeping() -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(1).enable_all().on_thread_start(keep_locks).on_thread_park(release_lock);
    builder.build().unwrap()
}

/// Keeps a runtime's thread busy, so that it never rests, until told.
struct Busy {
    stop: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Busy {
    /// The thread first has a turn, which is answered so.
    async fn after_a_turn(
        runtime: &Runtime,
        worker: &Arc<Worker>,
        argument: &'static str,
        answer: &'static str,
    ) -> Self {
        let (stop, worker) = (Arc::<AtomicBool>::default(), worker.clone());
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let stopped = stop.clone();
        let task = runtime.spawn(async move {
            assert_eq!(worker.dispatch(argument).await, Outcome::Answer(answer.into()));
            drop(worker);
            begun.send(()).unwrap();
            while !stopped.load(Ordering::Relaxed) {
                yield_now().await;
            }
        });
        has_begun.await.unwrap();
        Self { stop, task }
    }

    async fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.task.await.unwrap();
    }
}

/// Less than the ten seconds after which tokio ends a thread that has lost its place, and with it what it keeps.
const PATIENCE: Duration = Duration::from_secs(7);

async fn answers(worker: &Worker) {
    let answer = timeout(PATIENCE, worker.dispatch("there")).await;
    assert_eq!(answer.expect("it has its turn"), Outcome::Answer("there".into()));
}

async fn while_busy(harness: Harness) {
    let runtime = keeping();
    let worker = Arc::new(harness.worker(ECHO).await);
    let busy = Busy::after_a_turn(&runtime, &worker, "here", "here").await;
    answers(&worker).await;
    busy.stop().await;
    answers(&worker).await;
    runtime.shutdown_background();
}

async fn after_a_long_one(harness: Harness) {
    let runtime = keeping();
    let source = "export default (text) => { let i = 0; while (text === 'long' && i < 1e8) i++; return text; }";
    let worker = Arc::new(harness.worker(source).await);
    let busy = Busy::after_a_turn(&runtime, &worker, "long", "long").await;
    answers(&worker).await;
    busy.stop().await;
    runtime.shutdown_background();
}

async fn many_isolates(harness: Harness) {
    let runtime = keeping();
    let here = harness.clone();
    let turns = runtime.spawn(async move {
        let mut workers = vec![here.worker(ECHO).await, here.worker(ECHO).await];
        for round in 0..30 {
            for worker in workers.iter().chain(&workers) {
                for text in ["a", "b"] {
                    assert_eq!(worker.dispatch(text).await, Outcome::Answer(text.into()));
                }
            }
            // One whose lock is kept ends, one whose lock is not, and another one begins.
            workers.swap_remove(round % 2);
            workers.push(here.worker(ECHO).await);
        }
    });
    turns.await.unwrap();
    runtime.shutdown_background();
}

async fn ended(harness: Harness) {
    let runtime = keeping();
    let worker = Arc::new(harness.worker(ECHO).await);
    let busy = Busy::after_a_turn(&runtime, &worker, "here", "here").await;
    drop(worker);
    busy.stop().await;
    let worker = Arc::new(harness.worker(ECHO).await);
    let busy = Busy::after_a_turn(&runtime, &worker, "here", "here").await;
    answers(&worker).await;
    busy.stop().await;
    runtime.shutdown_background();
}
