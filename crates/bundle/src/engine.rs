//! Running rolldown so that nothing it does ends the process.
//!
//! rolldown is an application's code more than a library's: where it is surprised, it panics, on
//! the thread that builds or in one of the tasks it starts. The first kind is caught where it
//! happens. The second leaves the build waiting for a task that is gone, for good. So every build
//! has a thread and a runtime of its own, and while it waits, a clock looks whether any task is
//! left that it could be waiting for. Both end as [`Crash`], which the caller sees as an error with
//! rolldown's version.
//!
//! The threads' stacks are large because a parser recurses as deep as the source is nested, and a
//! stack that overflows is not a panic: it would end the process.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use tokio::{runtime, sync::oneshot, time};

/// The version in use, as errors name it.
pub(crate) const NAME: &str = "rolldown 1.2.5";

/// Address space for a stack; memory is only taken as deep as it is used.
const STACK: usize = 64 << 20;

/// How often a waiting build is looked at, and how often in a row it must be found without tasks.
const LOOK: Duration = Duration::from_millis(100);
const LOOKS: u32 = 10;

/// A build that ended by a panic. The text is the panic's own.
#[derive(Debug)]
pub(crate) struct Crash(pub(crate) String);

/// Runs a piece of work on a thread of its own and waits for it, without holding up the caller's
/// runtime.
///
/// # Errors
/// It panicked, or waits for a task that did.
pub(crate) async fn run<T, F>(work: F) -> Result<T, Crash>
where
    T: Send + 'static,
    F: AsyncFnOnce() -> T + Send + 'static,
{
    let (sender, receiver) = oneshot::channel();
    let thread = std::thread::Builder::new().name("bundle".into()).stack_size(STACK);
    let body = move || {
        let result = catch_unwind(AssertUnwindSafe(|| block_on(work)));
        // The receiver is gone when the caller stopped waiting: then nobody wants the result.
        let _ = sender.send(result.unwrap_or_else(|panic| Err(Crash(message(&*panic)))));
    };
    thread.spawn(body).map_err(|error| Crash(format!("could not start a thread: {error}")))?;
    receiver.await.unwrap_or_else(|_| Err(Crash("the build's thread ended".into())))
}

fn block_on<T>(work: impl AsyncFnOnce() -> T) -> Result<T, Crash> {
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(std::thread::available_parallelism().map_or(2, |count| count.get().clamp(2, 8)))
        .thread_name("bundle")
        .thread_stack_size(STACK)
        .enable_all()
        .build()
        .map_err(|error| Crash(format!("could not start a runtime: {error}")))?;
    let result = runtime.block_on(async {
        tokio::select! {
            biased;
            result = work() => Ok(result),
            () = stalled() => Err(Crash("a task of the build panicked (its message is in the log above)".into())),
        }
    });
    runtime.shutdown_background();
    result
}

/// Ends when the build has waited long without any task to wait for.
async fn stalled() {
    let metrics = runtime::Handle::current().metrics();
    let mut idle = 0;
    while idle < LOOKS {
        time::sleep(LOOK).await;
        idle = if metrics.num_alive_tasks() == 0 { idle + 1 } else { 0 };
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "unknown panic".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_has_the_version_that_is_pinned() {
        let version = NAME.rsplit(' ').next().unwrap();
        let pin = format!("rolldown = {{ version = \"={version}\"");
        assert!(include_str!("../Cargo.toml").contains(&pin), "{pin}");
    }

    #[tokio::test]
    async fn a_panic_is_an_error() {
        let crash = run(async || -> () { panic!("surprise {}", 7) }).await.unwrap_err();
        assert_eq!(crash.0, "surprise 7");
    }

    #[tokio::test]
    async fn a_lost_task_is_an_error() {
        let work = async || {
            // As in rolldown: the waiting side holds a sender too, so the channel never closes.
            let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel::<()>();
            let clone = sender.clone();
            tokio::spawn(async move {
                let _clone = clone;
                panic!("lost");
            });
            let received = receiver.recv().await;
            drop(sender);
            received
        };
        assert!(run(work).await.unwrap_err().0.contains("a task of the build panicked"));
    }

    #[tokio::test]
    async fn a_result_comes_back() {
        assert_eq!(run(async || tokio::spawn(async { 42 }).await.ok()).await.unwrap(), Some(42));
    }
}
