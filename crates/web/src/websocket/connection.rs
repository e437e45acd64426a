//! Drives a socket that speaks WebSocket, for the endpoint of a pipe.
//!
//! One task has both directions. It answers pings, closes when both ends have said so, fails the connection when the
//! peer breaks the protocol, and finds out about peers that vanished: one that has been silent for a minute is pinged,
//! and one that stays silent for another is lost. It never says by itself that it wants to close.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::time::Instant;

use super::orders::{Order, Orders};
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

/// How much is read at once, in bytes.
const READ: usize = 16 * 1024;

/// "Going Away" (RFC 6455, section 7.4.1).
const GOING_AWAY: u16 = 1001;

/// How the reading half ended.
enum Read {
    /// The socket ended or failed, or the peer is silent.
    Ended,
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
        // Whether the peer's close frame has come, nothing more will come, and how the writing ended.
        let (mut closed, mut ended, mut written) = (false, false, None);
        let mut patience = pin!(tokio::time::sleep(CLOSING));
        loop {
            tokio::select! {
                () = orders.closed(), if !closed => {
                    if let Some(written) = written {
                        break matches!(written, Written::Closed);
                    }
                    closed = true;
                }
                end = &mut reading, if !ended => match end {
                    // Who has closed may be gone, and may be waiting for the answer.
                    Read::Ended if orders.is_closed() && written.is_none() => {
                        (closed, ended) = (true, true);
                        patience.as_mut().reset(Instant::now() + CLOSING);
                    }
                    Read::Ended => break orders.is_closed() && matches!(written, Some(Written::Closed)),
                    Read::Failed(error) => {
                        endpoint.fail(error.to_string());
                        orders.fail(error);
                        if written.is_some() {
                            break false;
                        }
                        patience.as_mut().reset(Instant::now() + CLOSING);
                        // Only the close frame is left to do.
                        break tokio::select! {
                            written = &mut writing => matches!(written, Written::Closed),
                            () = &mut patience => false,
                        };
                    }
                },
                end = &mut writing, if written.is_none() => match end {
                    Written::Abandoned => break false,
                    end if orders.is_closed() => break matches!(end, Written::Closed),
                    end => {
                        written = Some(end);
                        patience.as_mut().reset(Instant::now() + CLOSING);
                    }
                },
                () = &mut patience, if ended || written.is_some() => break false,
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
        match reader.next() {
            Ok(None) if more(from, &mut reader, orders).await => {}
            Ok(None) => return Read::Ended,
            Ok(Some(Event::Pong)) => {}
            Ok(Some(Event::Ping(payload))) => orders.pong(payload).await,
            Ok(Some(Event::Message(message))) => {
                let closes = matches!(message, Message::Close(_));
                // Nobody may care for messages any more; the close frame still has to be waited for.
                endpoint.deliver(message).await;
                if closes {
                    orders.close();
                }
            }
            Err(error) => return Read::Failed(error),
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
            Err(_) => orders.ping(),
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

#[cfg(test)]
mod tests {
    use std::future::pending;

    use bytes::Bytes;
    use tokio::io::DuplexStream;
    use tokio::task::JoinHandle;

    use super::super::pipe::pair;
    use super::*;

    /// A driven server: its socket's other end, and the endpoint that JavaScript would have.
    fn driven(buffer: usize) -> (DuplexStream, Endpoint, JoinHandle<()>) {
        let (socket, peer) = tokio::io::duplex(buffer);
        let (near, far) = pair();
        let driving = tokio::spawn(drive(socket, Arc::new(far), Role::Server, None, pending()));
        (peer, near, driving)
    }

    /// Frames of a client whose mask is zero.
    async fn send(peer: &mut DuplexStream, frames: &[u8]) {
        peer.write_all(frames).await.unwrap();
    }

    async fn receive(peer: &mut DuplexStream, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        peer.read_exact(&mut bytes).await.unwrap();
        bytes
    }

    fn close(code: u16) -> Message {
        Message::Close(Close { code, reason: String::new() })
    }

    const CLOSE_1000: [u8; 8] = [0x88, 0x82, 0, 0, 0, 0, 3, 0xe8];

    #[tokio::test(start_paused = true)]
    async fn a_silent_peer_is_pinged_and_then_given_up() {
        let (mut peer, near, driving) = driven(1024);
        let begin = Instant::now();
        assert_eq!(receive(&mut peer, 2).await, [0x89, 0]);
        assert_eq!(begin.elapsed(), SILENCE);
        // A pong is a sign of life.
        send(&mut peer, &[0x8a, 0x80, 0, 0, 0, 0]).await;
        assert_eq!(receive(&mut peer, 2).await, [0x89, 0]);
        assert!(matches!(near.receive().await, Received::Lost));
        assert_eq!(begin.elapsed(), SILENCE * 3);
        driving.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_to_a_close_frame_is_not_waited_for_for_ever() {
        let (mut peer, near, driving) = driven(1024);
        let begin = Instant::now();
        near.send(close(1000), None);
        assert_eq!(receive(&mut peer, 4).await, [0x88, 2, 3, 0xe8]);
        assert!(matches!(near.receive().await, Received::Lost));
        assert_eq!(begin.elapsed(), CLOSING);
        driving.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_closed_and_left_is_given_up_if_nobody_answers() {
        let (mut peer, near, driving) = driven(1024);
        let begin = Instant::now();
        send(&mut peer, &CLOSE_1000).await;
        assert!(matches!(near.receive().await, Received::Message(Message::Close(_), _)));
        // Half open: as long as the peer is there, messages may be sent to it.
        tokio::time::sleep(SILENCE / 2).await;
        near.send(Message::Text("x".into()), None);
        assert_eq!(receive(&mut peer, 3).await, [0x81, 1, b'x']);
        drop(peer);
        driving.await.unwrap();
        assert_eq!(begin.elapsed(), SILENCE / 2 + CLOSING);
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_closes_and_sends_no_more_is_answered() {
        for _ in 0..20 {
            let (mut peer, near, driving) = driven(1024);
            send(&mut peer, &CLOSE_1000).await;
            peer.shutdown().await.unwrap();
            assert!(matches!(near.receive().await, Received::Message(Message::Close(_), _)));
            near.send(close(1000), None);
            assert_eq!(receive(&mut peer, 4).await, [0x88, 2, 3, 0xe8]);
            driving.await.unwrap();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn both_close_frames_end_the_socket() {
        let (mut peer, near, driving) = driven(1024);
        send(&mut peer, &CLOSE_1000).await;
        near.send(close(1005), None);
        assert_eq!(receive(&mut peer, 2).await, [0x88, 0]);
        let mut rest = Vec::new();
        peer.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, b"");
        driving.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_takes_nothing_loses_the_connection() {
        let (_peer, near, driving) = driven(64);
        near.send(Message::Binary(Bytes::from(vec![0; 1000])), None);
        assert!(matches!(near.receive().await, Received::Lost));
        driving.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn an_endpoint_that_is_dropped_cuts_the_connection() {
        let (mut peer, near, driving) = driven(1024);
        near.send(Message::Text("last".into()), None);
        drop(near);
        let mut all = Vec::new();
        peer.read_to_end(&mut all).await.unwrap();
        assert_eq!(all, b"\x81\x04last");
        driving.await.unwrap();
    }
}
