//! Runs what an invocation started, outside of the isolate, and goes back in to settle promises.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use futures_util::stream::{FuturesUnordered, Stream};
use selvedge_ops::{AsyncOp, Completion, v8};

use crate::invocation::PendingOp;
use crate::memory::Charge;
use crate::{Extensions, Instance, Invocation, Reserved, TurnError, host};

/// An async op under way.
struct Running {
    resolver: Option<v8::Global<v8::PromiseResolver>>,
    op: AsyncOp,
    _charge: Charge,
}

impl Future for Running {
    type Output = (v8::Global<v8::PromiseResolver>, Completion);

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match (self.op.as_mut().poll(cx), self.resolver.take()) {
            (Poll::Ready(completion), Some(resolver)) => Poll::Ready((resolver, completion)),
            (_, resolver) => {
                self.resolver = resolver;
                Poll::Pending
            }
        }
    }
}

/// How [`Driver::until`] came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The condition holds.
    Done,
    /// The condition does not hold and never will: nothing that the invocation started is under way any more.
    Stalled,
}

/// Drives one invocation. Dropping it ends the invocation: its work is cancelled, its resources are freed.
pub struct Driver<T: AsRef<Instance> = Instance> {
    invocation: Arc<Invocation>,
    /// Made when the first work is started: most events start none.
    running: Option<FuturesUnordered<Running>>,
    finished: Vec<(v8::Global<v8::PromiseResolver>, Completion)>,
    turned: Option<Instant>,
    /// The instance, and the first turn until it begins. Last, as what the others have of V8's goes before the isolate.
    reserved: Reserved<T>,
}

impl<T: AsRef<Instance>> std::fmt::Debug for Driver<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Driver").field("invocation", &self.invocation).finish_non_exhaustive()
    }
}

impl<T: AsRef<Instance>> Drop for Driver<T> {
    fn drop(&mut self) {
        self.invocation.end();
    }
}

impl<T: AsRef<Instance>> Driver<T> {
    /// Begins the life of an event, whose first turn is kept for it.
    pub fn begin(reserved: Reserved<T>, extensions: Extensions) -> Self {
        let invocation = reserved.instance().begin(extensions);
        Self { invocation, running: None, finished: Vec::new(), turned: None, reserved }
    }

    /// The invocation.
    pub fn invocation(&self) -> &Arc<Invocation> {
        &self.invocation
    }

    /// The instance.
    pub fn instance(&self) -> &Instance {
        self.reserved.instance()
    }

    /// When its last turn ended.
    pub fn turned(&self) -> Option<Instant> {
        self.turned
    }

    /// A turn of this invocation: what `body` calls and starts belongs to it.
    ///
    /// # Errors
    /// When a limit ended the turn, or the instance while the turn was waited for, or the invocation has used up its CPU time
    /// before.
    pub async fn turn<R>(
        &mut self,
        body: impl for<'s, 'i> FnOnce(&mut v8::PinScope<'s, 'i>, &T) -> R,
    ) -> Result<R, TurnError> {
        let turn = self.reserved.turn().await?;
        let (result, ended) = turn.run(&self.invocation, body);
        self.turned = Some(ended);
        result
    }

    /// Runs the invocation's work until `done`, which is asked after each turn and whenever the invocation is
    /// woken. May be dropped while it waits, and called again: nothing is lost.
    ///
    /// # Errors
    /// As [`Driver::turn`].
    pub async fn until(&mut self, done: impl Fn(&Invocation) -> bool) -> Result<Ended, TurnError> {
        loop {
            if !self.finished.is_empty() {
                self.settle().await?;
            }
            if done(&self.invocation) {
                return Ok(Ended::Done);
            }
            self.adopt();
            if !self.is_running() {
                return Ok(Ended::Stalled);
            }
            std::future::poll_fn(|cx| self.poll_work(cx, &done)).await;
        }
    }

    fn poll_work(&mut self, cx: &mut Context<'_>, done: &impl Fn(&Invocation) -> bool) -> Poll<()> {
        self.invocation.waker().register(cx.waker());
        self.adopt();
        if let Some(running) = &mut self.running {
            while let Poll::Ready(Some(finished)) = Pin::new(&mut *running).poll_next(cx) {
                self.finished.push(finished);
            }
        }
        if self.finished.is_empty() && self.is_running() && !done(&self.invocation) {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    }

    fn is_running(&self) -> bool {
        self.running.as_ref().is_some_and(|running| !running.is_empty())
    }

    /// Takes over what turns have started.
    fn adopt(&mut self) {
        for PendingOp { resolver, op, charge } in self.invocation.take_started() {
            self.running.get_or_insert_default().push(Running { resolver: Some(resolver), op, _charge: charge });
        }
    }

    /// One turn for all the work that has finished.
    async fn settle(&mut self) -> Result<(), TurnError> {
        let turn = self.reserved.turn().await?;
        // Taken only now: it must survive a drop while the turn is waited for.
        let mut finished = std::mem::take(&mut self.finished);
        let (result, ended) = turn.run(&self.invocation, |scope, _| {
            for (resolver, completion) in finished.drain(..) {
                let resolver = v8::Local::new(scope, resolver);
                host::settle(scope, resolver, completion);
            }
        });
        self.finished = finished;
        self.turned = Some(ended);
        result
    }
}
