//! The socket of a connection, and what is left of a write that was made for it.
//!
//! What a request needs is read and sent by rustix, not by the standard library, whose functions are the C library's. There,
//! `recv` and `send` are points at which a thread can be cancelled, and tell its state so before and after, each time with an
//! instruction that locks: by samples 0.7% of a hello world's processor time, for something that no Rust thread does. Large
//! writes stay tokio's, and so does the readiness of the socket, with the same rule: who has got less than there was room for
//! has emptied the socket, and need not ask again.

#![allow(unsafe_code)]

use std::io;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker, ready};

use rustix::net::{RecvFlags, SendFlags};
use tokio::io::{AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;

/// A connection's socket. While a write of it is in the box of short writes ([`crate::outbox`]), it is shared.
#[derive(Debug)]
pub(crate) struct Socket {
    pub(crate) stream: TcpStream,
    /// Whom to wake when it could not be written whole.
    pub(crate) waker: Waker,
    /// What is left of it then.
    rest: Mutex<Vec<u8>>,
}

impl Socket {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self { stream, waker: Waker::noop().clone(), rest: Mutex::default() }
    }

    /// What the socket did not take of a write from the box.
    pub(crate) fn rest(&mut self) -> &mut Vec<u8> {
        self.rest.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes some of it.
    pub(crate) fn poll_rest(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self { stream, rest, .. } = self;
        let rest = rest.get_mut().unwrap_or_else(PoisonError::into_inner);
        match ready!(Pin::new(stream).poll_write(cx, rest))? {
            0 => Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
            written => {
                rest.drain(..written);
                Poll::Ready(Ok(()))
            }
        }
    }

    /// The same socket, with the runtime that calls.
    pub(crate) fn register_anew(self) -> io::Result<Self> {
        Ok(Self { rest: self.rest, ..Self::new(TcpStream::from_std(self.stream.into_std()?)?) })
    }

    /// Reads what there is.
    pub(crate) fn poll_read(&self, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.stream.poll_read_ready(cx))?;
            let mut read = None;
            let tried = self.stream.try_io(Interest::READABLE, || {
                // SAFETY: nothing is written to it but by `recv`, which initializes what it writes.
                let room = unsafe { buffer.unfilled_mut() };
                let (bytes, left) = rustix::net::recv(&self.stream, room, RecvFlags::empty())?.0;
                read = Some(bytes.len());
                // What comes from now on is a new event. That has to be said before one can have come, so here.
                if bytes.is_empty() || left.is_empty() { Ok(()) } else { Err(io::ErrorKind::WouldBlock.into()) }
            });
            match (read, tried) {
                (Some(length), _) => {
                    // SAFETY: `recv` has initialized so many.
                    unsafe { buffer.assume_init(length) };
                    buffer.advance(length);
                    return Poll::Ready(Ok(()));
                }
                (None, Err(error)) if error.kind() != io::ErrorKind::WouldBlock => return Poll::Ready(Err(error)),
                (None, _) => {}
            }
        }
    }

    /// Writes what it takes now, and says whether there is anything left to write.
    pub(crate) fn write(&self, bytes: &[u8]) -> bool {
        let send = || Ok(rustix::net::send(&self.stream, bytes, SendFlags::NOSIGNAL)?);
        let written = match self.stream.try_io(Interest::WRITABLE, send) {
            Ok(written) => written,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
            // It cannot be written to any more.
            Err(_) => bytes.len(),
        };
        let rest = &bytes[written..];
        if !rest.is_empty() {
            self.rest.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(rest);
        }
        !rest.is_empty()
    }
}
