//! The two ends of a WebSocket, as the rest of the platform passes them around.
//!
//! Everything that JavaScript holds is an [`Endpoint`], and the other endpoint of its pipe is held by whoever is at the
//! other end: JavaScript too (both ends of a `WebSocketPair`), a task that drives a socket
//! ([`drive`](super::connection::drive)), or another Worker. So a WebSocket is handed on (from a `fetch` into a
//! response, from Worker to Worker) by handing on its endpoint, and no message enters JavaScript on its way.
//!
//! What waits in a pipe is bounded. A task that reads a socket waits for room. JavaScript's `send()` cannot wait, so each
//! of its messages is charged to the memory of its instance until the other end is done with it.
//!
//! An endpoint that is dropped before it has sent a close message leaves its peer a lost connection, and that is how
//! the end of an invocation, or of a socket, shows at the other end.

use std::any::Any;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use selvedge_runtime::Charge;

use super::protocol::Message;

/// From how many queued bytes on a sender that can wait does.
const HIGH_WATER: usize = 1 << 20;

/// What a message costs besides its payload, in bytes.
const OVERHEAD: usize = 64;

/// Something that lasts as long as it is kept.
type Hold = Box<dyn Any + Send + Sync>;

/// What comes out of a pipe.
#[derive(Debug)]
pub(crate) enum Received {
    /// A message, and what to drop when it has been passed on.
    Message(Message, Receipt),
    /// The other end is gone, without a close message.
    Lost,
    /// The other end found that its peer breaks the protocol.
    Failed(String),
}

struct Queued {
    message: Message,
    charge: Option<Charge>,
}

fn cost(message: &Message) -> usize {
    message.length() + OVERHEAD
}

#[derive(Default)]
struct State {
    queue: VecDeque<Queued>,
    /// The cost of the queue.
    queued: usize,
    /// How many bytes of messages were sent.
    sent: u64,
    /// How many of them have been passed on.
    flushed: u64,
    /// There will be no more messages: a close message was sent, or the sender is gone.
    ended: bool,
    /// What the reader finds at the end of the queue if there was no close message.
    failure: Option<String>,
    /// A close message has been taken out.
    closed: bool,
    /// Somebody reads.
    is_read: bool,
    reader_gone: bool,
    /// Kept until the end has been read, or the sender is gone and nobody reads.
    holds: Vec<Hold>,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

/// One direction.
#[derive(Default)]
struct Channel(Mutex<State>);

impl std::fmt::Debug for Channel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Channel").field("queued", &self.lock().queued).finish_non_exhaustive()
    }
}

impl Channel {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state; those who wait for the change, and what is no longer held, are seen to without the lock.
    fn change<R>(&self, change: impl FnOnce(&mut State, &mut Aftermath) -> R) -> R {
        let mut after = Aftermath::default();
        let result = change(&mut self.lock(), &mut after);
        for waker in [after.reader, after.writer].into_iter().flatten() {
            waker.wake();
        }
        drop(after.holds);
        drop(after.queue);
        result
    }

    fn push(&self, message: Message, charge: Option<Charge>) -> bool {
        self.change(|state, after| {
            if state.reader_gone || state.ended {
                return false;
            }
            state.queued += cost(&message);
            state.sent += message.length() as u64;
            state.ended = matches!(message, Message::Close(_));
            state.queue.push_back(Queued { message, charge });
            after.reader = state.reader.take();
            true
        })
    }

    fn poll_room(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.lock();
        if state.queued < HIGH_WATER || state.reader_gone || state.ended {
            return Poll::Ready(());
        }
        state.writer = Some(cx.waker().clone());
        Poll::Pending
    }

    fn poll_receive(self: &Arc<Self>, cx: &mut Context<'_>) -> Poll<Received> {
        self.change(|state, after| {
            if let Some(Queued { message, charge }) = state.queue.pop_front() {
                state.queued -= cost(&message);
                state.closed |= matches!(message, Message::Close(_));
                if state.closed {
                    after.holds = std::mem::take(&mut state.holds);
                }
                after.writer = state.writer.take();
                let bytes = message.length() as u64;
                return Poll::Ready(Received::Message(message, Receipt { channel: self.clone(), bytes, charge }));
            }
            if state.ended && !state.closed {
                after.holds = std::mem::take(&mut state.holds);
                return Poll::Ready(match state.failure.take() {
                    Some(text) => Received::Failed(text),
                    None => Received::Lost,
                });
            }
            state.reader = Some(cx.waker().clone());
            Poll::Pending
        })
    }

    /// The sender is gone.
    fn end(&self, failure: Option<String>) {
        self.change(|state, after| {
            state.ended = true;
            state.failure = failure;
            if !state.is_read {
                after.holds = std::mem::take(&mut state.holds);
            }
            after.reader = state.reader.take();
        });
    }

    /// The reader is gone: what waits for it is dropped.
    fn abandon(&self) {
        self.change(|state, after| {
            state.reader_gone = true;
            state.queued = 0;
            after.queue = std::mem::take(&mut state.queue);
            after.holds = std::mem::take(&mut state.holds);
            after.writer = state.writer.take();
        });
    }
}

/// What is left to do when a lock has been released.
#[derive(Default)]
struct Aftermath {
    reader: Option<Waker>,
    writer: Option<Waker>,
    holds: Vec<Hold>,
    queue: VecDeque<Queued>,
}

/// A message that has been taken out, until it has been passed on.
#[derive(Debug)]
pub(crate) struct Receipt {
    channel: Arc<Channel>,
    bytes: u64,
    charge: Option<Charge>,
}

impl Drop for Receipt {
    fn drop(&mut self) {
        self.channel.lock().flushed += self.bytes;
        self.charge = None;
    }
}

/// One end of a WebSocket.
#[derive(Debug)]
pub struct Endpoint {
    outgoing: Arc<Channel>,
    incoming: Arc<Channel>,
    /// The other end is in the hands of the same invocation.
    is_local: AtomicBool,
}

/// Makes a pipe. Both ends begin in one hand.
pub fn pair() -> (Endpoint, Endpoint) {
    let (there, back) = (Arc::<Channel>::default(), Arc::<Channel>::default());
    let far = Endpoint { outgoing: back.clone(), incoming: there.clone(), is_local: AtomicBool::new(true) };
    (Endpoint { outgoing: there, incoming: back, is_local: AtomicBool::new(true) }, far)
}

impl Endpoint {
    /// Sends at once, however much waits already. False if nobody will ever receive it.
    pub(crate) fn send(&self, message: Message, charge: Option<Charge>) -> bool {
        self.outgoing.push(message, charge)
    }

    /// Sends when there is room.
    pub(crate) async fn deliver(&self, message: Message) -> bool {
        poll_fn(|cx| self.outgoing.poll_room(cx)).await;
        self.outgoing.push(message, None)
    }

    /// The next message. After a close message there is none, ever. May be dropped while it waits: nothing is lost.
    pub(crate) async fn receive(&self) -> Received {
        poll_fn(|cx| self.incoming.poll_receive(cx)).await
    }

    /// Ends the outgoing direction, telling the peer what went wrong.
    pub(crate) fn fail(&self, text: String) {
        if !self.outgoing.lock().ended {
            self.outgoing.end(Some(text));
        }
    }

    /// How many bytes of the messages sent here have been passed on.
    pub(crate) fn flushed(&self) -> u64 {
        self.outgoing.lock().flushed
    }

    /// How many bytes of messages were sent here.
    pub(crate) fn sent(&self) -> u64 {
        self.outgoing.lock().sent
    }

    /// What a message costs its sender, in bytes.
    pub(crate) fn cost(bytes: usize) -> usize {
        bytes + OVERHEAD
    }

    /// Whether the other end is in the hands of the same invocation.
    pub(crate) fn is_local(&self) -> bool {
        self.is_local.load(Ordering::Relaxed)
    }

    /// This end goes elsewhere. Whether it was in the same hands as the other one.
    pub fn hand_on(&self) -> bool {
        self.is_local.swap(false, Ordering::Relaxed)
    }

    /// Somebody will read here to the end.
    pub(crate) fn begin_reading(&self) {
        self.incoming.lock().is_read = true;
    }

    /// Keeps something until all that comes here has been read, or this end is gone.
    pub(crate) fn hold(&self, hold: Hold) {
        keep(&self.incoming, hold);
    }

    /// Keeps something until this end is gone and its peer, if it reads, has read all that this end sent.
    pub fn hold_for_peer(&self, hold: Hold) {
        keep(&self.outgoing, hold);
    }
}

fn keep(channel: &Channel, hold: Hold) {
    channel.change(|state, after| {
        let over = state.reader_gone || (state.ended && (state.closed || !state.is_read));
        if over { &mut after.holds } else { &mut state.holds }.push(hold);
    });
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        let failure = self.outgoing.lock().failure.take();
        self.outgoing.end(failure);
        self.incoming.abandon();
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use futures_util::FutureExt;

    use super::super::protocol::Close;
    use super::*;

    fn text(text: &str) -> Message {
        Message::Text(text.to_owned())
    }

    fn close() -> Message {
        Message::Close(Close { code: 1000, reason: String::new() })
    }

    fn now(endpoint: &Endpoint) -> Option<Received> {
        endpoint.receive().now_or_never()
    }

    #[test]
    fn messages_come_in_order_and_then_the_end() {
        let (near, far) = pair();
        assert!(near.send(text("a"), None) && near.send(close(), None));
        assert!(!near.send(text("after the end"), None));
        drop(near);
        assert!(matches!(now(&far), Some(Received::Message(Message::Text(a), _)) if a == "a"));
        assert!(matches!(now(&far), Some(Received::Message(Message::Close(_), _))));
        assert!(now(&far).is_none());
        assert!(!far.send(text("to nobody"), None));
    }

    #[test]
    fn an_end_without_a_close_message_is_lost_or_failed() {
        let (near, far) = pair();
        near.send(text("a"), None);
        drop(near);
        assert!(matches!(now(&far), Some(Received::Message(..))));
        assert!(matches!(now(&far), Some(Received::Lost)));
        let (near, far) = pair();
        near.fail("broken".into());
        drop(near);
        assert!(matches!(now(&far), Some(Received::Failed(text)) if text == "broken"));
    }

    #[test]
    fn who_can_wait_does_and_what_was_passed_on_is_counted() {
        let (near, far) = pair();
        let large = Message::Binary(Bytes::from(vec![0; HIGH_WATER]));
        assert_eq!(near.deliver(large.clone()).now_or_never(), Some(true));
        let mut waiting = Box::pin(near.deliver(large));
        assert!(waiting.as_mut().now_or_never().is_none());
        let received = now(&far);
        assert_eq!(near.flushed(), 0);
        drop(received);
        assert_eq!(near.flushed(), HIGH_WATER as u64);
        assert_eq!(waiting.now_or_never(), Some(true));
        drop(far);
        assert_eq!(near.deliver(text("a")).now_or_never(), Some(false));
    }

    #[test]
    fn a_hold_lasts_until_the_reader_has_seen_the_end() {
        let held = Arc::new(());
        let count = || Arc::strong_count(&held) - 1;
        // The peer reads: until it has read the loss.
        let (near, far) = pair();
        far.begin_reading();
        near.hold_for_peer(Box::new(held.clone()));
        near.send(text("a"), None);
        drop(near);
        assert_eq!(count(), 1);
        drop(now(&far));
        assert_eq!(count(), 1);
        drop(now(&far));
        assert_eq!(count(), 0);
        // The peer does not read: until this end is gone.
        let (near, far) = pair();
        near.hold_for_peer(Box::new(held.clone()));
        assert_eq!(count(), 1);
        drop(near);
        assert_eq!(count(), 0);
        far.hold(Box::new(held.clone()));
        assert_eq!(count(), 0, "it is over already");
        // The peer is gone.
        let (near, far) = pair();
        far.begin_reading();
        near.hold_for_peer(Box::new(held.clone()));
        drop(far);
        assert_eq!(count(), 0);
    }
}
