//! What each connection is doing, and the word from above to stop doing it.
//!
//! Idle and slow connections must be closed, and a shutdown must reach every connection at once. A
//! timer and a cancellation future in every connection would do both, but each would be polled on
//! every wake of the connection's task, and tokio's notification takes a lock that all connections
//! share. So a connection only keeps a few atomics: it counts requests, and the server's one sweep,
//! now and then, looks at which counts have stood still. The way back is one byte and a waker.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use futures_util::task::AtomicWaker;
use slab::Slab;
use tokio::sync::Notify;

use crate::bystander::Bystander;
use crate::homes::Address;
use crate::prefetch::prefetch_shared;

/// What the server tells a connection. Each outranks the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Command {
    /// Finish what has begun, accept nothing new, close.
    Close = 1,
    /// The request's head took too long: say so and close.
    HeadTimeout = 2,
    /// Close now.
    Abort = 3,
}

/// The connection's side.
#[derive(Debug, Default)]
pub(crate) struct Activity {
    /// Requests so far; less when two have begun at the same moment, which HTTP/2's may.
    requests: AtomicU64,
    /// Each request under way has a reference to it: that is one step to count it in, and one to count it out.
    under_way: Arc<()>,
    reading_head: AtomicBool,
    command: AtomicU8,
    waker: AtomicWaker,
    pub(crate) bystander: Bystander,
    pub(crate) home: Address,
}

/// One request under way: from its head until its response body has been sent or dropped.
#[derive(Debug)]
pub(crate) struct InFlight {
    _counted: Arc<()>,
}

impl Activity {
    /// Counts a request in.
    pub(crate) fn begin(&self) -> InFlight {
        // That it changes is all that matters.
        self.requests.store(self.requests.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        InFlight { _counted: Arc::clone(&self.under_way) }
    }

    /// Asks for what the next request needs.
    pub(crate) fn prefetch(&self) {
        prefetch_shared(&self.under_way);
    }

    /// Whether part of a head is here and the rest awaited.
    pub(crate) fn set_reading_head(&self, reading: bool) {
        self.reading_head.store(reading, Ordering::Relaxed);
    }

    /// Whether a request is under way.
    pub(crate) fn is_answering(&self) -> bool {
        Arc::strong_count(&self.under_way) > 1
    }

    /// The command that stands, if any; else wakes the task when one comes. `listens` is the caller's to keep for its next
    /// call: who is woken already is not told again, which would cost each request some locked instructions.
    pub(crate) fn poll_command(&self, cx: &mut Context<'_>, listens: &mut Option<Waker>) -> Poll<Command> {
        // Whoever gives a command takes the waker out after it; so while there is none it is in.
        if self.command.load(Ordering::Acquire) == 0 && listens.as_ref().is_some_and(|who| who.will_wake(cx.waker())) {
            return Poll::Pending;
        }
        *listens = Some(cx.waker().clone());
        self.waker.register(cx.waker());
        match self.command.load(Ordering::Acquire) {
            0 => Poll::Pending,
            1 => Poll::Ready(Command::Close),
            2 => Poll::Ready(Command::HeadTimeout),
            _ => Poll::Ready(Command::Abort),
        }
    }

    fn tell(&self, command: Command) {
        self.command.fetch_max(command as u8, Ordering::AcqRel);
        self.waker.wake();
    }

    fn stamp(&self) -> Stamp {
        let phase = if self.is_answering() {
            Phase::Busy
        } else if self.reading_head.load(Ordering::Relaxed) {
            Phase::ReadingHead
        } else {
            Phase::Idle
        };
        Stamp { phase, requests: self.requests.load(Ordering::Relaxed) }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    Idle,
    ReadingHead,
    Busy,
}

/// As long as this does not change, the connection has made no progress.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stamp {
    phase: Phase,
    requests: u64,
}

struct Entry {
    activity: Arc<Activity>,
    stamp: Stamp,
    since: Instant,
    closing: Option<Instant>,
}

/// The server's side: every open connection.
pub(crate) struct Connections {
    entries: Mutex<Slab<Entry>>,
    emptied: Notify,
    closing: AtomicBool,
}

/// A connection's place among [`Connections`], until dropped.
pub(crate) struct Membership {
    pub(crate) connections: Arc<Connections>,
    key: usize,
    pub(crate) activity: Arc<Activity>,
}

impl Connections {
    pub(crate) fn new() -> Self {
        Self { entries: Mutex::new(Slab::new()), emptied: Notify::new(), closing: AtomicBool::new(false) }
    }

    fn lock(&self) -> MutexGuard<'_, Slab<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn join(self: &Arc<Self>) -> Membership {
        let activity = Arc::new(Activity::default());
        let entry =
            Entry { stamp: activity.stamp(), activity: Arc::clone(&activity), since: Instant::now(), closing: None };
        let key = self.lock().insert(entry);
        if self.closing.load(Ordering::Acquire) {
            activity.tell(Command::Close);
        }
        Membership { connections: Arc::clone(self), key, activity }
    }

    /// Closes connections that have stood still for too long.
    pub(crate) fn sweep(&self, now: Instant, head: Duration, idle: Duration) {
        for (_, entry) in self.lock().iter_mut() {
            let stamp = entry.activity.stamp();
            if stamp != entry.stamp {
                entry.stamp = stamp;
                entry.since = now;
                continue;
            }
            let stood = now.saturating_duration_since(entry.since);
            if let Some(closing) = entry.closing {
                // A peer that does not close its side of an idle connection has had as long as a
                // slow head gets.
                if stamp.phase != Phase::Busy && now.saturating_duration_since(closing) >= head {
                    entry.activity.tell(Command::Abort);
                }
            } else if stamp.phase == Phase::ReadingHead && stood >= head {
                entry.activity.tell(Command::HeadTimeout);
            } else if stamp.phase == Phase::Idle && stood >= idle {
                entry.closing = Some(now);
                entry.activity.tell(Command::Close);
            }
        }
    }

    /// Tells every connection, and every one that still joins, to close.
    pub(crate) fn close_all(&self) {
        self.closing.store(true, Ordering::Release);
        self.tell_all(Command::Close);
    }

    /// Cuts every connection.
    pub(crate) fn abort_all(&self) {
        self.tell_all(Command::Abort);
    }

    fn tell_all(&self, command: Command) {
        for (_, entry) in self.lock().iter() {
            entry.activity.tell(command);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.lock().len()
    }

    /// Until no connection is open.
    pub(crate) async fn emptied(&self) {
        loop {
            let emptied = self.emptied.notified();
            if self.len() == 0 {
                return;
            }
            emptied.await;
        }
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        let mut entries = self.connections.lock();
        entries.remove(self.key);
        if entries.is_empty() {
            drop(entries);
            self.connections.emptied.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::task::Wake;

    use super::*;

    const HEAD: Duration = Duration::from_secs(10);
    const IDLE: Duration = Duration::from_secs(60);

    fn command(activity: &Activity) -> Option<Command> {
        match activity.poll_command(&mut Context::from_waker(Waker::noop()), &mut None) {
            Poll::Ready(command) => Some(command),
            Poll::Pending => None,
        }
    }

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn each_command_wakes_who_listens_however_often_it_asked() {
        let activity = Activity::default();
        let (first, second) = (Arc::<Woken>::default(), Arc::<Woken>::default());
        let mut listens = None;
        let mut ask = |woken: &Arc<Woken>| {
            activity.poll_command(&mut Context::from_waker(&Waker::from(woken.clone())), &mut listens)
        };
        assert!(ask(&first).is_pending() && ask(&first).is_pending());
        assert!(ask(&second).is_pending(), "the task moved");
        assert!(ask(&second).is_pending());
        activity.tell(Command::Close);
        assert_eq!((first.0.load(Ordering::Relaxed), second.0.load(Ordering::Relaxed)), (0, 1));
        assert_eq!(ask(&second), Poll::Ready(Command::Close));
        activity.tell(Command::Abort);
        assert_eq!(second.0.load(Ordering::Relaxed), 2);
        assert_eq!(ask(&second), Poll::Ready(Command::Abort));
    }

    #[test]
    fn an_idle_connection_is_closed_then_cut() {
        let connections = Arc::new(Connections::new());
        let member = connections.join();
        let start = Instant::now();
        connections.sweep(start + HEAD, HEAD, IDLE);
        assert_eq!(command(&member.activity), None);
        connections.sweep(start + IDLE, HEAD, IDLE);
        assert_eq!(command(&member.activity), Some(Command::Close));
        connections.sweep(start + IDLE + HEAD, HEAD, IDLE);
        assert_eq!(command(&member.activity), Some(Command::Abort));
    }

    #[test]
    fn progress_and_work_count_as_life() {
        let connections = Arc::new(Connections::new());
        let member = connections.join();
        let start = Instant::now();
        drop(member.activity.begin());
        connections.sweep(start + IDLE, HEAD, IDLE);
        assert_eq!(command(&member.activity), None, "a request came since the last sweep");
        let busy = member.activity.begin();
        connections.sweep(start + IDLE, HEAD, IDLE);
        connections.sweep(start + IDLE * 9, HEAD, IDLE);
        assert_eq!(command(&member.activity), None, "a request is under way");
        drop(busy);
    }

    #[test]
    fn a_slow_head_times_out() {
        let connections = Arc::new(Connections::new());
        let member = connections.join();
        let start = Instant::now();
        member.activity.set_reading_head(true);
        connections.sweep(start, HEAD, IDLE);
        connections.sweep(start + HEAD, HEAD, IDLE);
        assert_eq!(command(&member.activity), Some(Command::HeadTimeout));
    }

    #[test]
    fn whoever_joins_while_closing_is_told() {
        let connections = Arc::new(Connections::new());
        connections.close_all();
        let member = connections.join();
        assert_eq!(command(&member.activity), Some(Command::Close));
        drop(member);
        assert_eq!(connections.len(), 0);
    }
}
