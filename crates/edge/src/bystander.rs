//! Who can answer for the task of a connection that never runs again.
//!
//! A handler may not return: it is in a function of JavaScript's that does not end, on the stack of the connection's own
//! task, which so can neither answer nor notice that its client has left. What is left of the connection is its socket. So
//! its number is kept, and while a handler is being asked, somebody on another thread may write an answer there and end
//! the connection. Under TLS only the end is left, as the keys are in the task; HTTP/2 has other requests on the connection,
//! which go on.
//!
//! Nothing of this is on the path of other requests but two stores. To have each request handled by a task of its own, so that
//! that of the connection can answer, would cost each a hop to another thread.
#![allow(unsafe_code)]

use std::net::Shutdown;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::Response;
use socket2::SockRef;
use tokio::net::TcpStream;

use crate::RayId;
use crate::outbox::Outbox;

/// One connection's.
#[derive(Debug, Default)]
pub(crate) struct Bystander {
    socket: OnceLock<Target>,
    /// The request that a handler is being asked by the connection's own task, by its ray; 0: none.
    watched: AtomicU64,
}

/// What is written to.
#[derive(Debug)]
struct Target {
    socket: RawFd,
    is_encrypted: bool,
    /// Where the answer to the request before may still be.
    outbox: Option<Arc<Outbox>>,
}

/// A handler is being asked, until dropped.
pub(crate) struct Watched<'a>(&'a Bystander);

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        self.0.watched.store(0, Ordering::Relaxed);
    }
}

impl Bystander {
    /// Takes note of the connection's socket, and of the box for its short writes.
    pub(crate) fn stand_by(&self, stream: &TcpStream, is_encrypted: bool, outbox: Option<&Arc<Outbox>>) {
        self.socket.get_or_init(|| Target { socket: stream.as_raw_fd(), is_encrypted, outbox: outbox.cloned() });
    }

    /// A handler is asked a request, by the task that has the socket.
    pub(crate) fn watch(&self, ray: RayId) -> Watched<'_> {
        self.watched.store(ray.number(), Ordering::Relaxed);
        Watched(self)
    }

    /// Answers a request instead of a handler that never returns, once.
    pub(crate) fn answer(&self, ray: RayId, response: &Response<Bytes>) {
        let Some(Target { socket, is_encrypted, outbox }) = self.socket.get() else { return };
        // Another request's is none of its: what a request left behind may run on beside the next one.
        if self.watched.compare_exchange(ray.number(), 0, Ordering::Relaxed, Ordering::Relaxed).is_err() {
            return;
        }
        if let Some(outbox) = outbox {
            outbox.flush();
        }
        // SAFETY: the task that owns the socket is within the handler, which never returns: the socket is never closed.
        let socket = unsafe { BorrowedFd::borrow_raw(*socket) };
        let socket = SockRef::from(&socket);
        if !is_encrypted {
            // Whoever does not take so few bytes has no use for them.
            let _ = socket.send(&message(response));
        }
        let _ = socket.shutdown(Shutdown::Both);
    }
}

/// The response as an HTTP/1.1 message (RFC 9112, section 2.1), the last one of its connection.
fn message(response: &Response<Bytes>) -> Vec<u8> {
    let mut message = format!("HTTP/1.1 {}\r\n", response.status()).into_bytes();
    for (name, value) in response.headers() {
        message.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    let length = response.body().len();
    message.extend(format!("content-length: {length}\r\nconnection: close\r\n\r\n").into_bytes());
    message.extend_from_slice(response.body());
    message
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::TcpListener;

    use super::*;

    const ANSWER: &str = "HTTP/1.1 503 Service Unavailable\r\ncf-ray: 1-XXX\r\ncontent-length: 16\r\n\
        connection: close\r\n\r\nerror code: 1102";

    fn response() -> Response<Bytes> {
        let response = Response::builder().status(503).header("cf-ray", "1-XXX");
        response.body(Bytes::from_static(b"error code: 1102")).unwrap()
    }

    /// What a client reads up to the end of its connection, when a bystander is asked in this state.
    async fn read(encrypted: bool, watched: Option<RayId>, ray: RayId) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (stream, _) = listener.accept().unwrap();
        stream.set_nonblocking(true).unwrap();
        let stream = TcpStream::from_std(stream).unwrap();
        let bystander = Bystander::default();
        bystander.stand_by(&stream, encrypted, None);
        let watched = watched.map(|ray| bystander.watch(ray));
        bystander.answer(ray, &response());
        bystander.answer(ray, &response());
        drop((stream, watched));
        let mut text = String::new();
        client.read_to_string(&mut text).unwrap();
        text
    }

    #[tokio::test]
    async fn who_waits_for_a_handler_is_answered_once() {
        let ray = RayId::new();
        assert_eq!(read(false, Some(ray), ray).await, ANSWER);
    }

    #[tokio::test]
    async fn encrypted_connections_only_end() {
        let ray = RayId::new();
        assert_eq!(read(true, Some(ray), ray).await, "");
    }

    #[tokio::test]
    async fn nothing_is_written_for_a_request_that_is_answered() {
        assert_eq!(read(false, None, RayId::new()).await, "");
        assert_eq!(read(false, Some(RayId::new()), RayId::new()).await, "", "the next one has its own answer");
    }

    #[test]
    fn a_handler_that_is_not_asked_any_more_is_not_watched() {
        let bystander = Bystander::default();
        drop(bystander.watch(RayId::new()));
        assert_eq!(bystander.watched.load(Ordering::Relaxed), 0);
    }
}
