//! Drives a socket that speaks WebSocket, for the endpoint of a pipe.
//!
//! One task has both directions. It answers pings, closes when both ends have said so, fails the connection when the
//! peer breaks the protocol, and finds out about peers that vanished: one that has been silent for a minute is pinged,
//! and one that stays silent for another is lost. It never says by itself that it wants to close.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::Notify;

use super::pipe::{Endpoint, Received};
use super::protocol::{
    Close, DeflateParameters, Event, MAX_MESSAGE, Message, MessageReader, MessageWriter, ProtocolError, Role,
};
use crate::crypto::random;

/// How long a silent peer is believed to be there, and then how long it has to answer a ping.
const SILENCE: Duration = Duration::from_secs(60);

/// How long a peer has to answer a close frame, and to take one.
const CLOSING: Duration = Duration::from_secs(30);

/// How long a peer's part in closing the socket is waited for.
const FAREWELL: Duration = Duration::from_secs(1);

/// How many bytes that arrive after the end are taken out of the socket, lest they reset it.
const MAX_UNREAD: u64 = 1 << 20;

/// How many pings wait for their answer to be sent, before no more is read.
const MAX_PINGS: usize = 32;

/// How much is read at once, in bytes.
const READ: usize = 16 * 1024;

/// "Going Away" (RFC 6455, section 7.4.1).
const GOING_AWAY: u16 = 1001;

/// What the reading half asks of the writing half.
#[derive(Default)]
struct Orders {
    state: Mutex<OrderState>,
    given: Notify,
    taken: Notify,
}

#[derive(Default)]
struct OrderState {
    pings: VecDeque<Bytes>,
    ping: bool,
    failure: Option<ProtocolError>,
}

enum Order {
    Pong(Bytes),
    Ping,
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

    async fn pong(&self, payload: Bytes) {
        while self.lock().pings.len() >= MAX_PINGS {
            self.taken.notified().await;
        }
        self.give(|state| state.pings.push_back(payload));
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

    async fn next(&self) -> Order {
        loop {
            if let Some(order) = self.take() {
                return order;
            }
            self.given.notified().await;
        }
    }
}

/// How the reading half ended.
enum Read {
    /// With a close frame.
    Closed,
    /// The socket ended or failed, or the peer is silent.
    Lost,
    /// The peer broke the protocol.
    Failed(ProtocolError),
}

/// How the writing half ended.
enum Written {
    /// With a close frame.
    Closed,
    /// The endpoint is gone without a close message.
    Abandoned,
    /// The socket takes no more.
    Broken,
}

/// Drives a socket until it is closed. When `going_away` completes, the peer is told so.
pub(crate) async fn drive<I>(
    socket: I,
    endpoint: Arc<Endpoint>,
    role: Role,
    compression: Option<DeflateParameters>,
    going_away: impl Future<Output = ()>,
) where
    I: AsyncRead + AsyncWrite + Unpin,
{
    let (mut from, mut to) = tokio::io::split(socket);
    let orders = Orders::default();
    let orderly = {
        let mut reading = pin!(read(&mut from, &endpoint, &orders, role, compression.is_some()));
        let mut writing = pin!(write(&mut to, &endpoint, &orders, role, compression, going_away));
        let (mut read, mut written) = (None, None);
        let mut patience = pin!(tokio::time::sleep(CLOSING));
        loop {
            tokio::select! {
                end = &mut reading, if read.is_none() => match end {
                    Read::Closed if written.is_some() => break matches!(written, Some(Written::Closed)),
                    Read::Closed => read = Some(()),
                    Read::Lost => break false,
                    Read::Failed(error) => {
                        endpoint.fail(error.to_string());
                        orders.give(|state| state.failure = Some(error));
                        if written.is_some() {
                            break false;
                        }
                        patience.as_mut().reset(tokio::time::Instant::now() + CLOSING);
                        // Only the close frame is left to do, whatever waits before it.
                        let ended = tokio::select! {
                            ended = &mut writing => matches!(ended, Written::Closed),
                            () = &mut patience => false,
                        };
                        break ended;
                    }
                },
                end = &mut writing, if written.is_none() => match end {
                    Written::Abandoned => break false,
                    _ if read.is_some() => break matches!(end, Written::Closed),
                    end => {
                        written = Some(end);
                        patience.as_mut().reset(tokio::time::Instant::now() + CLOSING);
                    }
                },
                () = &mut patience, if written.is_some() && read.is_none() => break false,
            }
        }
    };
    drop(endpoint);
    if orderly {
        part(from, to, role).await;
    }
}

/// The end of the socket itself, which is the server's to begin (RFC 6455, section 7.1.1). What still arrives is taken
/// out, as a socket that is closed with unread bytes in it is reset, and a reset overtakes the close frame.
async fn part<I: AsyncRead + AsyncWrite>(mut from: ReadHalf<I>, mut to: WriteHalf<I>, role: Role) {
    let farewell = async {
        if role == Role::Server {
            to.shutdown().await?;
        }
        tokio::io::copy(&mut (&mut from).take(MAX_UNREAD), &mut tokio::io::sink()).await?;
        to.shutdown().await
    };
    // The peer's part in closing; if it does not play it, nothing is lost.
    let _ = tokio::time::timeout(FAREWELL, farewell).await;
}

async fn read<I: AsyncRead + AsyncWrite>(
    from: &mut ReadHalf<I>,
    endpoint: &Endpoint,
    orders: &Orders,
    role: Role,
    compression: bool,
) -> Read {
    let mut reader = MessageReader::new(role, MAX_MESSAGE, compression);
    loop {
        loop {
            match reader.next() {
                Ok(None) => break,
                Ok(Some(Event::Pong)) => {}
                Ok(Some(Event::Ping(payload))) => orders.pong(payload).await,
                Ok(Some(Event::Message(message))) => {
                    let closes = matches!(message, Message::Close(_));
                    // Nobody may care for messages any more; the close frame still has to be waited for.
                    endpoint.deliver(message).await;
                    if closes {
                        return Read::Closed;
                    }
                }
                Err(error) => return Read::Failed(error),
            }
        }
        if !more(from, &mut reader, orders).await {
            return Read::Lost;
        }
    }
}

/// Reads on; false if there is nothing more to come.
async fn more<I: AsyncRead + AsyncWrite>(from: &mut ReadHalf<I>, reader: &mut MessageReader, orders: &Orders) -> bool {
    reader.input.reserve(READ);
    for _ in 0..2 {
        match tokio::time::timeout(SILENCE, from.read_buf(&mut reader.input)).await {
            Ok(Ok(0) | Err(_)) => return false,
            Ok(Ok(_)) => return true,
            Err(_) => orders.give(|state| state.ping = true),
        }
    }
    false
}

async fn write<I: AsyncRead + AsyncWrite>(
    to: &mut WriteHalf<I>,
    endpoint: &Endpoint,
    orders: &Orders,
    role: Role,
    compression: Option<DeflateParameters>,
    going_away: impl Future<Output = ()>,
) -> Written {
    let mut writer = MessageWriter::new(role, compression);
    let mut going_away = pin!(going_away);
    let mut frames = Vec::new();
    loop {
        let Some(key) = mask_key(role) else { return Written::Broken };
        let mut receipt = None;
        let mut end = None;
        tokio::select! {
            biased;
            order = orders.next() => match order {
                Order::Pong(payload) => writer.pong(&payload, key, &mut frames),
                Order::Ping => writer.ping(key, &mut frames),
                Order::Fail(error) => end = Some(Close { code: error.code, reason: error.text.to_owned() }),
            },
            received = endpoint.receive() => match received {
                Received::Message(Message::Close(close), _) => end = Some(close),
                Received::Message(message, passed_on) => {
                    if writer.message(&message, key, &mut frames).is_err() {
                        return Written::Broken;
                    }
                    receipt = Some(passed_on);
                }
                // What failed is the connection that this one is coupled with.
                Received::Lost | Received::Failed(_) => return Written::Abandoned,
            },
            () = &mut going_away => end = Some(Close { code: GOING_AWAY, reason: String::new() }),
        }
        let closes = end.is_some();
        if let Some(close) = end
            && writer.message(&Message::Close(close), key, &mut frames).is_err()
        {
            return Written::Broken;
        }
        let sent = async {
            to.write_all(&frames).await?;
            to.flush().await
        };
        if sent.await.is_err() {
            return Written::Broken;
        }
        drop(receipt);
        if closes {
            return Written::Closed;
        }
        frames.clear();
        // One large message must not weigh on the connection for the rest of its life.
        frames.shrink_to(READ);
    }
}

/// A key that nobody can guess (RFC 6455, section 10.3). A server needs none.
fn mask_key(role: Role) -> Option<[u8; 4]> {
    let mut key = [0; 4];
    match role {
        Role::Server => Some(key),
        Role::Client => random::fill(&mut key).ok().map(|()| key),
    }
}
