//! The connection beneath hyper: what is read is shown to the tap, and who waits for an answer is watched.
//!
//! hyper itself would notice a client that goes away while its request is being answered: it reads on as soon as it has a
//! request, before anybody answers that. For what might come then it wants a fresh buffer of 8 KB, as the request still holds
//! the one before, and both are taken and given back for each request, though most are answered at once and nobody ever has to
//! wait. (Not to, and one lock less elsewhere, was 5% less processor time for a hello world.) So hyper is told that clients may
//! close their half, and does without, and this reads on in its place when hyper is about to wait: when it flushes, and when
//! what it writes has to wait.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::head_tap::HeadTap;
use crate::prefetch::prefetch_at;

/// How much is read of what comes while a request is being answered.
const AHEAD: usize = 512;

/// What the heads of small messages take, in bytes.
const SMALL_REQUEST: usize = 128;
const SMALL_RESPONSE: usize = 256;

/// A connection some of whose bytes may have been read already, tapped when it speaks HTTP/1.
pub(crate) struct TapIo<I> {
    io: I,
    prefix: Bytes,
    tap: Option<Arc<HeadTap>>,
    /// The address that the last write was from: hyper keeps its buffer for the next one.
    written: usize,
}

impl<I> TapIo<I> {
    pub(crate) fn new(io: I, prefix: Bytes, tap: Option<Arc<HeadTap>>) -> Self {
        Self { io, prefix, tap, written: 0 }
    }
}

impl<I: AsyncRead + Unpin> TapIo<I> {
    /// While a request is being answered, notices that its client is gone, which is an error, and has the task woken when it
    /// goes. What it sends instead is kept.
    fn watch_client(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if !self.prefix.is_empty() || !self.tap.as_ref().is_some_and(|tap| tap.awaits_answer()) {
            return Ok(());
        }
        let mut ahead = [0; AHEAD];
        let mut ahead = ReadBuf::new(&mut ahead);
        match Pin::new(&mut self.io).poll_read(cx, &mut ahead)? {
            Poll::Pending => Ok(()),
            Poll::Ready(()) if ahead.filled().is_empty() => Err(io::ErrorKind::UnexpectedEof.into()),
            Poll::Ready(()) => {
                self.prefix = Bytes::copy_from_slice(ahead.filled());
                Ok(())
            }
        }
    }

    /// Watches the client while what is written has to wait for it.
    fn watch_while<T>(&mut self, written: Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        if written.is_pending() {
            self.watch_client(cx)?;
        }
        written
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for TapIo<I> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let (before, room) = (buf.filled().len(), buf.remaining());
        let mut read = Ok(());
        if self.prefix.is_empty() {
            // What the system, and then hyper, are about to write to.
            prefetch_at(buf.filled().as_ptr_range().end.addr(), SMALL_REQUEST);
            prefetch_at(self.written, SMALL_RESPONSE);
            read = ready!(Pin::new(&mut self.io).poll_read(cx, buf));
        } else {
            let step = self.prefix.len().min(buf.remaining());
            buf.put_slice(&self.prefix[..step]);
            self.prefix.advance(step);
            if self.prefix.is_empty() {
                // An empty rest would still hold the memory of the whole.
                self.prefix = Bytes::new();
            }
        }
        if let Some(tap) = &self.tap {
            match &buf.filled()[before..] {
                [] if read.is_err() || room > 0 => tap.end(),
                new => tap.feed(new),
            }
        }
        Poll::Ready(read)
    }
}

impl<I: AsyncRead + AsyncWrite + Unpin> AsyncWrite for TapIo<I> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.written = buf.as_ptr().addr();
        let written = Pin::new(&mut self.io).poll_write(cx, buf);
        self.watch_while(written, cx)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.watch_client(cx)?;
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.written = bufs.first().map_or(0, |buf| buf.as_ptr().addr());
        let written = Pin::new(&mut self.io).poll_write_vectored(cx, bufs);
        self.watch_while(written, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }
}
