//! Whose turn it is: a semaphore of one permit.
//!
//! Most take the permit when it is free, and give it back before anybody else wants it. That is two steps here. tokio's
//! semaphore, which was here before, takes a lock to give a permit back, as it hands that to who has waited longest. Here the
//! permit is free again, but nobody has it at once while others wait, so that these have it in the order in which they came.

use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::Notify;

/// Where the permit is to be had.
#[derive(Debug, Default)]
pub(crate) struct Semaphore {
    is_taken: AtomicBool,
    /// How many wait for it.
    waiting: AtomicUsize,
    /// Told when it is given back and somebody waits.
    given_back: Notify,
}

/// The permit, until it is dropped.
#[derive(Debug)]
pub(crate) struct Permit<'a>(&'a Semaphore);

/// One who waits, counted.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Semaphore {
    /// Whether the permit is to be had at once. Only a hint: the next moment may differ.
    pub(crate) fn is_free(&self) -> bool {
        !self.is_taken.load(Ordering::Relaxed) && self.waiting() == 0
    }

    /// How many wait for it.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::SeqCst)
    }

    /// The permit, if it is free and nobody waits for it.
    pub(crate) fn try_take(&self) -> Option<Permit<'_>> {
        (self.waiting() == 0).then(|| self.seize()).flatten()
    }

    fn seize(&self) -> Option<Permit<'_>> {
        let seized = self.is_taken.compare_exchange(false, true, Ordering::SeqCst, Ordering::Relaxed);
        seized.is_ok().then(|| Permit(self))
    }

    /// The permit, for who has kept it ([`Permit::keep`]): once.
    pub(crate) fn resume(&self) -> Permit<'_> {
        debug_assert!(self.is_taken.load(Ordering::Relaxed), "nobody has kept it");
        Permit(self)
    }

    /// Waits for the permit.
    pub(crate) async fn take(&self) -> Permit<'_> {
        // Counted before it looks: who gives the permit back looks at the count after it. So one of the two sees the other.
        let is_first = self.waiting.fetch_add(1, Ordering::SeqCst) == 0;
        let _waiting = Waiting(&self.waiting);
        if is_first && let Some(permit) = self.seize() {
            return permit;
        }
        loop {
            self.given_back.notified().await;
            if let Some(permit) = self.seize() {
                return permit;
            }
        }
    }
}

impl Permit<'_> {
    /// Keeps it past the borrow. It is taken until somebody has it again by [`Semaphore::resume`].
    pub(crate) fn keep(self) {
        let _kept = ManuallyDrop::new(self);
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.0.is_taken.store(false, Ordering::SeqCst);
        // One notification is kept for who is counted but does not listen yet, and one that its receiver does not live to
        // see is the next one's.
        if self.0.waiting() > 0 {
            self.0.given_back.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::sync::Arc;
    use std::task::{Context, Poll, Waker};
    use std::time::Duration;

    use super::*;

    fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn it_is_one_permit_and_had_in_the_order_of_those_who_wait() {
        let semaphore = Semaphore::default();
        let first = semaphore.try_take().unwrap();
        assert!(!semaphore.is_free() && semaphore.try_take().is_none());
        let (mut second, mut third) = (pin!(semaphore.take()), pin!(semaphore.take()));
        assert!(poll(second.as_mut()).is_pending() && poll(third.as_mut()).is_pending());
        drop(first);
        assert_eq!(semaphore.waiting(), 2);
        assert!(semaphore.try_take().is_none() && !semaphore.is_free(), "others come first");
        let mut late = pin!(semaphore.take());
        assert!(poll(late.as_mut()).is_pending() && poll(third.as_mut()).is_pending());
        let Poll::Ready(permit) = poll(second.as_mut()) else { panic!("it was the second's turn") };
        drop(permit);
        assert!(poll(late.as_mut()).is_pending());
        let Poll::Ready(permit) = poll(third.as_mut()) else { panic!("it was the third's turn") };
        drop(permit);
        assert!(poll(late.as_mut()).is_ready());
        assert!(semaphore.is_free());
    }

    #[test]
    fn who_gives_up_leaves_the_permit_to_the_next() {
        let semaphore = Semaphore::default();
        let held = semaphore.try_take().unwrap();
        let mut next = Box::pin(semaphore.take());
        let mut last = pin!(semaphore.take());
        assert!(poll(next.as_mut()).is_pending() && poll(last.as_mut()).is_pending());
        drop(held);
        drop(next);
        assert!(poll(last.as_mut()).is_ready());
        assert!(semaphore.is_free() && semaphore.try_take().is_some());
    }

    #[test]
    fn what_is_kept_is_taken_until_it_is_given_back() {
        let semaphore = Semaphore::default();
        semaphore.try_take().unwrap().keep();
        assert!(!semaphore.is_free() && semaphore.try_take().is_none());
        drop(semaphore.resume());
        assert!(semaphore.is_free() && semaphore.try_take().is_some());
    }

    /// Tasks on several threads, some of which give up, take the permit often enough for each pair of steps to meet.
    #[test]
    fn nobody_is_forgotten_and_no_two_have_it() {
        const TASKS: usize = 8;
        const TIMES: usize = 2_000;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_time().build().unwrap();
        let (semaphore, inside, had) = <(Arc<Semaphore>, Arc<AtomicBool>, Arc<AtomicUsize>)>::default();
        runtime.block_on(async {
            let tasks: Vec<_> = (0..TASKS)
                .map(|task| {
                    let (semaphore, inside, had) = (semaphore.clone(), inside.clone(), had.clone());
                    tokio::spawn(async move {
                        for time in 0..TIMES {
                            let permit = match (task + time) % 3 {
                                0 => semaphore.try_take(),
                                1 => tokio::time::timeout(Duration::ZERO, semaphore.take()).await.ok(),
                                _ => Some(semaphore.take().await),
                            };
                            let Some(_permit) = permit else { continue };
                            assert!(!inside.swap(true, Ordering::SeqCst), "two have it");
                            had.fetch_add(1, Ordering::SeqCst);
                            if time % 5 == 0 {
                                tokio::task::yield_now().await;
                            }
                            inside.store(false, Ordering::SeqCst);
                        }
                    })
                })
                .collect();
            for task in tasks {
                tokio::time::timeout(Duration::from_secs(60), task).await.expect("all come to their end").unwrap();
            }
        });
        assert!(had.load(Ordering::SeqCst) >= TASKS * TIMES / 3);
        assert!(semaphore.is_free());
    }
}
