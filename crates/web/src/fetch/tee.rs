//! One body read twice.
//!
//! What one branch has read and the other has not is kept, up to the bound of an isolate's memory, towards which it
//! counts; the chunks are shared, so that nothing is copied. Whoever polls pulls for both, with a waker that wakes both: a branch that nobody
//! polls any more must not be the only one to hear that there is more.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use selvedge_runtime::Memory;

use super::body::{Body, BoxError};
use super::error::BodyError;
use crate::meter::Meter;

/// How many bytes the slower branch may be behind.
const LAG_LIMIT: usize = 128 * 1024 * 1024;

/// Makes two bodies of one.
pub(super) fn tee(body: Body, memory: &Arc<Memory>) -> (Body, Body) {
    tee_within(body, LAG_LIMIT, Some(memory.clone()))
}

fn tee_within(body: Body, limit: usize, memory: Option<Arc<Memory>>) -> (Body, Body) {
    match body {
        Body::Empty => (Body::Empty, Body::Empty),
        Body::Full(bytes) => (Body::Full(bytes.clone()), Body::Full(bytes)),
        body => {
            let shared = Arc::new(Shared {
                state: Mutex::new(State {
                    body,
                    limit,
                    meter: Meter::new(memory),
                    end: None,
                    branches: [Some(Branch::default()), Some(Branch::default())],
                }),
                wakers: Arc::default(),
            });
            (Body::boxed(TeeBody { shared: shared.clone(), index: 0 }), Body::boxed(TeeBody { shared, index: 1 }))
        }
    }
}

#[derive(Default)]
struct Branch {
    queue: VecDeque<Bytes>,
    bytes: usize,
}

#[derive(Clone)]
enum End {
    Complete,
    Failed(Arc<BoxError>),
}

struct State {
    body: Body,
    limit: usize,
    meter: Meter,
    end: Option<End>,
    /// `None` for one that was dropped.
    branches: [Option<Branch>; 2],
}

struct Shared {
    state: Mutex<State>,
    wakers: Arc<Wakers>,
}

/// Wakes whoever waits for either branch.
#[derive(Default)]
struct Wakers(Mutex<[Option<Waker>; 2]>);

impl Wakers {
    fn register(&self, index: usize, waker: &Waker) {
        let mut wakers = lock(&self.0);
        match &mut wakers[index] {
            Some(known) => known.clone_from(waker),
            empty => *empty = Some(waker.clone()),
        }
    }
}

impl Wake for Wakers {
    fn wake(self: Arc<Self>) {
        let wakers = std::mem::take(&mut *lock(&self.0));
        wakers.into_iter().flatten().for_each(Waker::wake);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One of the two.
struct TeeBody {
    shared: Arc<Shared>,
    index: usize,
}

impl State {
    /// Gives a chunk to both branches.
    fn push(&mut self, chunk: &Bytes) {
        for branch in self.branches.iter_mut().flatten() {
            branch.bytes += chunk.len();
            branch.queue.push_back(chunk.clone());
        }
        let lag = self.lag();
        if lag > self.limit || self.meter.hold(lag).is_err() {
            self.fail(BodyError::TeeLag.into());
        }
    }

    /// How many bytes are kept.
    fn lag(&self) -> usize {
        self.branches.iter().flatten().map(|branch| branch.bytes).max().unwrap_or(0)
    }

    fn fail(&mut self, error: BoxError) {
        self.body = Body::Empty;
        self.end = Some(End::Failed(Arc::new(error)));
    }
}

impl HttpBody for TeeBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Shared { state, wakers } = &*self.shared;
        let mut state = lock(state);
        loop {
            let Some(branch) = &mut state.branches[self.index] else { return Poll::Ready(None) };
            if let Some(chunk) = branch.queue.pop_front() {
                branch.bytes -= chunk.len();
                let lag = state.lag();
                // Less than before, which there was room for.
                let _ = state.meter.hold(lag);
                return Poll::Ready(Some(Ok(Frame::data(chunk))));
            }
            match &state.end {
                Some(End::Complete) => return Poll::Ready(None),
                Some(End::Failed(error)) => return Poll::Ready(Some(Err(repeat(error)))),
                None => {}
            }
            wakers.register(self.index, cx.waker());
            let waker = Waker::from(wakers.clone());
            let frame = match Pin::new(&mut state.body).poll_frame(&mut Context::from_waker(&waker)) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(frame) => frame,
            };
            match frame {
                // Trailers have no place in the Fetch API.
                Some(Ok(frame)) => {
                    if let Ok(chunk) = frame.into_data() {
                        state.push(&chunk);
                    }
                }
                Some(Err(error)) => state.fail(error),
                None => {
                    state.body = Body::Empty;
                    state.end = Some(End::Complete);
                }
            }
            // The other branch may wait for what has come.
            if let Some(other) = lock(&wakers.0)[1 - self.index].take() {
                other.wake();
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        let state = lock(&self.shared.state);
        let drained = state.branches[self.index].as_ref().is_none_or(|branch| branch.queue.is_empty());
        drained && (matches!(state.end, Some(End::Complete)) || (state.end.is_none() && state.body.is_end_stream()))
    }

    fn size_hint(&self) -> SizeHint {
        let state = lock(&self.shared.state);
        let queued = state.branches[self.index].as_ref().map_or(0, |branch| branch.bytes as u64);
        match (state.body.size_hint().exact(), &state.end) {
            (Some(left), None | Some(End::Complete)) => SizeHint::with_exact(left + queued),
            _ => SizeHint::default(),
        }
    }
}

impl Drop for TeeBody {
    fn drop(&mut self) {
        let mut state = lock(&self.shared.state);
        state.branches[self.index] = None;
        let lag = state.lag();
        // As above.
        let _ = state.meter.hold(lag);
    }
}

/// The same error for the other branch.
fn repeat(error: &Arc<BoxError>) -> BoxError {
    match error.downcast_ref::<BodyError>() {
        Some(BodyError::TeeLag) => BodyError::TeeLag.into(),
        Some(BodyError::Aborted) => BodyError::Aborted.into(),
        Some(BodyError::Overrun) => BodyError::Overrun.into(),
        Some(BodyError::Cancelled) => BodyError::Cancelled.into(),
        _ => BodyError::Transport(error.to_string().into()).into(),
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use http_body_util::BodyExt;

    use super::super::channel::channel;
    use super::*;

    async fn next(body: &mut Body) -> Bytes {
        body.frame().await.unwrap().unwrap().into_data().unwrap()
    }

    #[tokio::test]
    async fn both_branches_give_the_same_memory() {
        let (writer, body) = channel(None);
        let (mut first, mut second) = tee_within(Body::Channel(body), LAG_LIMIT, None);
        let chunk = Bytes::from(b"chunk".to_vec());
        writer.write(chunk.clone()).await.unwrap();
        writer.close();
        drop(writer);
        for branch in [&mut first, &mut second] {
            assert_eq!(next(branch).await.as_ptr(), chunk.as_ptr());
            assert!(branch.frame().await.is_none());
        }
    }

    #[tokio::test]
    async fn a_branch_hears_of_what_the_other_has_pulled() {
        let (writer, body) = channel(None);
        let (mut first, mut second) = tee_within(Body::Channel(body), LAG_LIMIT, None);
        let waiting = tokio::spawn(async move { next(&mut first).await });
        tokio::task::yield_now().await;
        // The second polls last, and goes: the first must be woken all the same.
        assert!(second.frame().now_or_never().is_none());
        drop(second);
        writer.write(Bytes::from_static(b"late")).await.unwrap();
        assert_eq!(waiting.await.unwrap(), "late");
    }

    #[tokio::test]
    async fn the_slower_branch_is_behind_within_bounds() {
        let (writer, body) = channel(None);
        let (mut first, mut second) = tee_within(Body::Channel(body), 8, None);
        for _ in 0..2 {
            writer.write(Bytes::from_static(b"12345")).await.unwrap();
            assert_eq!(next(&mut first).await, "12345");
        }
        assert!(first.frame().await.unwrap().unwrap_err().to_string().starts_with("ReadableStream.tee() buffer limit"));
        assert_eq!(next(&mut second).await, "12345");
        assert_eq!(next(&mut second).await, "12345");
        assert!(second.frame().await.unwrap().is_err());
        assert!(writer.write(Bytes::from_static(b"x")).await.is_err());
    }

    #[tokio::test]
    async fn a_dropped_branch_keeps_nothing_and_the_last_one_drops_the_body() {
        let (writer, body) = channel(Some(6));
        let (mut first, second) = tee_within(Body::Channel(body), 4, None);
        assert_eq!(second.length(), Some(6));
        drop(second);
        for _ in 0..2 {
            writer.write(Bytes::from_static(b"123")).await.unwrap();
            assert_eq!(next(&mut first).await, "123");
        }
        drop(first);
        assert!(writer.write(Bytes::from_static(b"x")).await.is_err());
    }

    #[tokio::test]
    async fn both_branches_fail_alike() {
        let (writer, body) = channel(None);
        let (first, second) = tee_within(Body::Channel(body), LAG_LIMIT, None);
        drop(writer);
        assert!(first.collect().await.is_err());
        assert!(second.collect().await.is_err());
    }
}
