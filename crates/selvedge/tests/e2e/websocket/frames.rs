//! WebSocket by hand: frames as bytes, over a bare socket, for what no well-behaved peer would send.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::within;

/// The key of RFC 6455's own example, and what must be answered to it.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

pub(super) const CONTINUATION: u8 = 0;
pub(super) const TEXT: u8 = 1;
pub(super) const BINARY: u8 = 2;
pub(super) const CLOSE: u8 = 8;
pub(super) const PING: u8 = 9;
pub(super) const PONG: u8 = 10;

/// The last frame of a message.
pub(super) const FIN: u8 = 0x80;
/// The message is compressed.
pub(super) const RSV1: u8 = 0x40;

/// A frame as it came.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Frame {
    pub(super) first: u8,
    pub(super) payload: Vec<u8>,
}

impl Frame {
    pub(super) fn new(first: u8, payload: impl AsRef<[u8]>) -> Self {
        Self { first, payload: payload.as_ref().to_vec() }
    }

    /// The code of a close frame; 1005 for none.
    pub(super) fn code(&self) -> u16 {
        assert_eq!(self.first, FIN | CLOSE, "a close frame, not {self:?}");
        self.payload.first_chunk().map_or(1005, |code| u16::from_be_bytes(*code))
    }
}

/// A close frame's payload.
pub(super) fn closing(code: u16, reason: &str) -> Vec<u8> {
    [&code.to_be_bytes()[..], reason.as_bytes()].concat()
}

/// A frame's bytes; a client masks its payload.
pub(super) fn frame(first: u8, payload: impl AsRef<[u8]>, mask: Option<[u8; 4]>) -> Vec<u8> {
    let payload = payload.as_ref();
    let masked = if mask.is_some() { 0x80 } else { 0 };
    let mut bytes = vec![first];
    match payload.len() {
        short @ 0..=125 => bytes.push(masked | short as u8),
        medium @ 126..=0xffff => {
            bytes.push(masked | 126);
            bytes.extend((medium as u16).to_be_bytes());
        }
        long => {
            bytes.push(masked | 127);
            bytes.extend((long as u64).to_be_bytes());
        }
    }
    let key = mask.unwrap_or_default();
    bytes.extend(mask.iter().flatten());
    bytes.extend(payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key));
    bytes
}

/// One end of a connection, after the handshake.
pub(super) struct Peer {
    stream: TcpStream,
    unread: Vec<u8>,
    /// What it masks with, being a client.
    mask: Option<[u8; 4]>,
    /// The other end's head: the response to a client, the request to a server.
    pub(super) head: String,
}

impl Peer {
    /// A client's handshake that succeeds, with more headers.
    pub(super) async fn connect(address: SocketAddr, target: &str, headers: &str) -> Self {
        let peer = Self::ask(address, target, &format!("Sec-WebSocket-Key: {KEY}\r\n{headers}")).await;
        assert!(peer.head.starts_with("HTTP/1.1 101 "), "{}", peer.head);
        assert!(peer.head.contains(ACCEPT), "{}", peer.head);
        peer
    }

    /// A client's handshake, whatever is answered.
    pub(super) async fn ask(address: SocketAddr, target: &str, headers: &str) -> Self {
        let mut stream = within("a connection", TcpStream::connect(address)).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let request = format!(
            "GET {target} HTTP/1.1\r\nHost: worker.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\n{headers}\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut peer = Self { stream, unread: Vec::new(), mask: Some([0x11, 0x22, 0x33, 0x44]), head: String::new() };
        peer.head = peer.read_head().await;
        peer
    }

    /// The next client of a server, its handshake answered, with more headers.
    pub(super) async fn accept(listener: &TcpListener, headers: &str) -> Self {
        let mut peer = Self::hear(listener).await;
        let key = peer.header("sec-websocket-key");
        let digest =
            aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, format!("{key}{GUID}").as_bytes());
        let accept = base64(digest.as_ref());
        peer.send(format!(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Accept: {accept}\r\n{headers}\r\n"
        ))
        .await;
        peer
    }

    /// The next client of a server, its request read and not answered.
    pub(super) async fn hear(listener: &TcpListener) -> Self {
        let (stream, _) = within("a client", listener.accept()).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let mut peer = Self { stream, unread: Vec::new(), mask: None, head: String::new() };
        peer.head = peer.read_head().await;
        peer
    }

    /// A header of the other end's head.
    pub(super) fn header(&self, name: &str) -> String {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        let found = lines.into_iter().find(|(given, _)| given.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    }

    async fn read_head(&mut self) -> String {
        loop {
            if let Some(end) = self.unread.windows(4).position(|window| window == b"\r\n\r\n") {
                let head = self.unread.drain(..end + 4).collect();
                return String::from_utf8(head).unwrap();
            }
            assert!(self.read_more().await, "the connection closed within the head");
        }
    }

    /// Sends bytes as they are. The peer may be gone already: that is seen when reading.
    pub(super) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _gone = within("sending", self.stream.write_all(bytes.as_ref())).await;
    }

    /// Sends a frame.
    pub(super) async fn frame(&mut self, first: u8, payload: impl AsRef<[u8]>) {
        self.send(frame(first, payload, self.mask)).await;
    }

    /// Sends a frame, if the peer takes it in time.
    pub(super) async fn takes(&mut self, first: u8, payload: &[u8], time: Duration) -> bool {
        let bytes = frame(first, payload, self.mask);
        match tokio::time::timeout(time, self.stream.write_all(&bytes)).await {
            Ok(sent) => sent.map(|()| true).unwrap(),
            Err(_) => false,
        }
    }

    /// Sends no more, and still reads.
    pub(super) async fn finish_sending(&mut self) {
        let _gone = self.stream.shutdown().await;
    }

    /// Sends a whole text message.
    pub(super) async fn text(&mut self, text: &str) {
        self.frame(FIN | TEXT, text).await;
    }

    /// The next frame; nothing when the connection has ended.
    pub(super) async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some((frame, length)) = self.parse() {
                self.unread.drain(..length);
                return Some(frame);
            }
            if !self.read_more().await {
                return None;
            }
        }
    }

    /// The next frame, which is a text message.
    pub(super) async fn next_text(&mut self) -> String {
        let frame = self.next().await.expect("a frame");
        assert_eq!(frame.first, FIN | TEXT, "{frame:?}");
        String::from_utf8(frame.payload).unwrap()
    }

    /// Expects nothing but the end of the connection.
    pub(super) async fn ended(&mut self) {
        assert_eq!(self.next().await, None);
        assert_eq!(self.unread, b"", "bytes after the last frame");
    }

    fn parse(&self) -> Option<(Frame, usize)> {
        let [first, second, rest @ ..] = &self.unread[..] else { return None };
        assert_eq!(second & 0x80 != 0, self.mask.is_none(), "who masks");
        let (length, rest) = match second & 0x7f {
            126 => (usize::from(u16::from_be_bytes(*rest.first_chunk()?)), &rest[2..]),
            127 => (usize::try_from(u64::from_be_bytes(*rest.first_chunk()?)).unwrap(), &rest[8..]),
            short => (usize::from(short), rest),
        };
        let (key, rest) = match self.mask {
            None => (*rest.first_chunk::<4>()?, &rest[4..]),
            Some(_) => ([0; 4], rest),
        };
        let payload = rest.get(..length)?;
        let payload = payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key).collect();
        Some((Frame { first: *first, payload }, self.unread.len() - rest.len() + length))
    }

    /// Reads some bytes; false at the end. A reset is an end, too.
    async fn read_more(&mut self) -> bool {
        let mut buffer = vec![0; 64 * 1024];
        match within("bytes", self.stream.read(&mut buffer)).await {
            Ok(0) | Err(_) => false,
            Ok(length) => {
                self.unread.extend_from_slice(&buffer[..length]);
                true
            }
        }
    }
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = ALPHABET[(word >> (18 - 6 * place)) as usize & 63];
            text.push(if place <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    text
}
