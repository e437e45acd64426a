//! HTTP/1.1 by hand, for what no well-behaved client would send.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::within;

/// A TCP connection to the server.
pub(crate) struct RawConnection {
    stream: TcpStream,
    unread: Vec<u8>,
}

/// An answer's status, and the body that its `Content-Length` announces.
#[derive(Debug)]
pub(crate) struct RawAnswer {
    /// The status code.
    pub(crate) status: u16,
    /// The body; empty for an answer without a length.
    pub(crate) body: String,
}

impl RawConnection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let stream = within("a connection", TcpStream::connect(address)).await.unwrap();
        Self { stream, unread: Vec::new() }
    }

    /// Sends bytes as they are. The server may have closed the connection already: that is seen when reading.
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _closed = within("sending", self.stream.write_all(bytes.as_ref())).await;
    }

    /// Sends no more, and still reads.
    pub(crate) async fn finish_sending(&mut self) {
        let _closed = self.stream.shutdown().await;
    }

    /// Reads until these words have come.
    pub(crate) async fn read_until(&mut self, words: &str) -> String {
        loop {
            let text = String::from_utf8_lossy(&self.unread).into_owned();
            if let Some(at) = text.find(words) {
                let end = at + words.len();
                self.unread.drain(..end);
                return text[..end].to_owned();
            }
            assert!(self.read_more().await, "the connection closed before {words:?}; it said: {text:?}");
        }
    }

    /// Reads one answer, whose body has a length or none.
    pub(crate) async fn answer(&mut self) -> RawAnswer {
        let head = self.read_until("\r\n\r\n").await;
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let length = head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .map_or(0, |(_, value)| value.trim().parse().unwrap());
        while self.unread.len() < length {
            assert!(self.read_more().await, "the connection closed within the body");
        }
        let body = self.unread.drain(..length).collect();
        RawAnswer { status, body: String::from_utf8(body).unwrap() }
    }

    /// Reads until the server closes the connection; what came is the result.
    pub(crate) async fn read_to_close(&mut self) -> String {
        while self.read_more().await {}
        String::from_utf8_lossy(&std::mem::take(&mut self.unread)).into_owned()
    }

    /// Reads some bytes; false at the end. A reset is an end, too.
    async fn read_more(&mut self) -> bool {
        let mut buffer = [0; 16 * 1024];
        match within("bytes from the server", self.stream.read(&mut buffer)).await {
            Ok(0) | Err(_) => false,
            Ok(length) => {
                self.unread.extend_from_slice(&buffer[..length]);
                true
            }
        }
    }
}
