//! What the half of a connection that reads asks of the half that writes.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;

use super::protocol::ProtocolError;

/// How many pings wait for their answer to be sent, before no more is read.
const MAX_PINGS: usize = 32;

/// What the reading half asks of the writing half.
#[derive(Default)]
pub(crate) struct Orders {
    state: Mutex<OrderState>,
    given: Notify,
    taken: Notify,
    closed: Notify,
}

#[derive(Default)]
struct OrderState {
    pings: VecDeque<Bytes>,
    ping: bool,
    failure: Option<ProtocolError>,
    closed: bool,
}

/// One of them.
pub(crate) enum Order {
    /// Answer a ping.
    Pong(Bytes),
    /// Ask whether the peer is there.
    Ping,
    /// The connection failed: say why, and no more.
    Fail(ProtocolError),
}

impl Orders {
    fn lock(&self) -> MutexGuard<'_, OrderState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn give(&self, change: impl FnOnce(&mut OrderState)) {
        change(&mut self.lock());
        self.given.notify_one();
    }

    /// Has a ping answered, when there is room for the answer.
    pub(crate) async fn pong(&self, payload: Bytes) {
        while self.lock().pings.len() >= MAX_PINGS {
            self.taken.notified().await;
        }
        self.give(|state| state.pings.push_back(payload));
    }

    pub(crate) fn ping(&self) {
        self.give(|state| state.ping = true);
    }

    pub(crate) fn fail(&self, error: ProtocolError) {
        self.give(|state| state.failure = Some(error));
    }

    /// The peer's close frame has come.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.closed.notify_one();
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// Waits for the peer's close frame.
    pub(crate) async fn closed(&self) {
        while !self.is_closed() {
            self.closed.notified().await;
        }
    }

    fn take(&self) -> Option<Order> {
        let mut state = self.lock();
        if let Some(failure) = state.failure.take() {
            return Some(Order::Fail(failure));
        }
        if let Some(payload) = state.pings.pop_front() {
            drop(state);
            self.taken.notify_one();
            return Some(Order::Pong(payload));
        }
        std::mem::take(&mut state.ping).then_some(Order::Ping)
    }

    /// The next order, the most urgent first.
    pub(crate) async fn next(&self) -> Order {
        loop {
            if let Some(order) = self.take() {
                return order;
            }
            self.given.notified().await;
        }
    }
}
