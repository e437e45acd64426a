//! Where connections are served: by one thread, or by many.
//!
//! Threads that share connections wake each other for work that is nearly done when they come. With two of them a small
//! request took a tenth to a sixth more processor time than with one, which is hardly ever woken once it has much to do. But one
//! is not enough for ever, nor for requests that take long. So there are two runtimes, of which one has a single thread,
//! and whoever runs the server says which of them serves connections now ([`Homes::set`]).
//!
//! A connection moves by itself: when its task is next polled, it spawns itself in the other runtime, and its stream has
//! itself registered there ([`HomeStream`](crate::home_stream::HomeStream)). Nothing is lost on the way, as a future that
//! is polled tells whatever it waits for to wake the task that polled it last. One that is idle moves with its next
//! request. A WebSocket lives with the many: it may stay for days.
//!
//! Tried before: a runtime of one thread for each core, among which connections are shared out when they come. That is
//! the most expensive of the three, as no thread has much to do at once; and what a long turn blocks waits for it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};

use tokio::runtime::Handle;

use crate::activity::Activity;
use crate::connection::Serving;
use crate::outbox::Outbox;
use crate::prefetch::prefetch;

/// Which of the two runtimes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Home {
    /// The one that has many threads.
    Many,
    /// The one that has a single one.
    One,
}

/// The runtimes that serve connections.
#[derive(Debug)]
pub struct Homes {
    many: Handle,
    one: Handle,
    now: AtomicU8,
    /// For the short writes of the single thread.
    pub(crate) outbox: Arc<Outbox>,
}

impl Homes {
    /// Connections are served by `one` at first. Both need time and I/O.
    pub fn new(many: Handle, one: Handle) -> Self {
        let outbox = Arc::<Outbox>::default();
        drop(one.spawn(Arc::clone(&outbox).run()));
        Self { many, one, now: AtomicU8::new(Home::One as u8), outbox }
    }

    /// Where connections are served from now on.
    pub fn set(&self, home: Home) {
        self.now.store(home as u8, Ordering::Relaxed);
    }

    fn now(&self) -> Home {
        if self.now.load(Ordering::Relaxed) == Home::One as u8 { Home::One } else { Home::Many }
    }

    fn runtime(&self, home: Home) -> &Handle {
        match home {
            Home::Many => &self.many,
            Home::One => &self.one,
        }
    }

    /// Has a connection served, where connections are.
    pub(crate) fn spawn(self: &Arc<Self>, activity: Arc<Activity>, serving: Serving) {
        self.settle(self.now(), activity, serving);
    }

    fn settle(self: &Arc<Self>, home: Home, activity: Arc<Activity>, serving: Serving) {
        activity.home.move_to(home);
        drop(self.runtime(home).spawn(Resident { serving: Some(serving), home, activity, homes: Arc::clone(self) }));
    }

    /// Has a connection that has been taken over run on, which does not move any more.
    pub(crate) fn spawn_taken(&self, run: impl Future<Output = ()> + Send + 'static) {
        drop(self.many.spawn(run));
    }
}

/// The task of a connection.
struct Resident {
    /// Nothing when it has moved.
    serving: Option<Serving>,
    home: Home,
    activity: Arc<Activity>,
    homes: Arc<Homes>,
}

impl Future for Resident {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        let now = this.homes.now();
        if now != this.home
            && let Some(serving) = this.serving.take()
        {
            this.homes.settle(now, Arc::clone(&this.activity), serving);
        }
        let Some(serving) = &mut this.serving else { return Poll::Ready(()) };
        prefetch(&*this.activity);
        Pin::new(serving).poll(cx)
    }
}

/// Where a connection lives: what its task tells its stream.
#[derive(Debug, Default)]
pub(crate) struct Address(AtomicU8);

impl Address {
    /// With the many, and does not move any more.
    const SETTLED: u8 = 2;

    pub(crate) fn move_to(&self, home: Home) {
        if self.0.load(Ordering::Relaxed) != Self::SETTLED {
            self.0.store(home as u8, Ordering::Relaxed);
        }
    }

    /// The connection has been taken over; see [`Homes::spawn_taken`].
    pub(crate) fn settle(&self) {
        self.0.store(Self::SETTLED, Ordering::Relaxed);
    }

    pub(crate) fn home(&self) -> Home {
        if self.0.load(Ordering::Relaxed) == Home::One as u8 { Home::One } else { Home::Many }
    }
}
