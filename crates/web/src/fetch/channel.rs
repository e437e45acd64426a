//! A body that JavaScript writes.
//!
//! A channel of one chunk: a write waits until the chunk before it has been taken by the socket, which is all
//! the backpressure that a WritableStream needs. The end of the channel is not by itself the end of the body:
//! a writer that is dropped before [`BodyWriter::close`] aborts it, so that a Worker that dies halfway
//! is seen by the other side as a broken transfer and never as a short one.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use selvedge_runtime::Charge;
use tokio::sync::mpsc;

use super::body::BoxError;
use super::error::BodyError;

/// Makes a writer and the body that it feeds. `length`, if given, is announced as the body's exact length.
pub fn channel(length: Option<u64>) -> (BodyWriter, ChannelBody) {
    let (sender, receiver) = mpsc::channel(1);
    let complete = Arc::new(AtomicBool::new(false));
    let writer = BodyWriter { sender, complete: complete.clone() };
    (writer, ChannelBody { receiver, complete, remaining: length, ended: false })
}

/// A chunk that waits for its reader, and its share of an instance's memory.
#[derive(Debug)]
struct Chunk {
    bytes: Bytes,
    _charge: Option<Charge>,
}

/// The end that writes.
#[derive(Debug)]
pub struct BodyWriter {
    sender: mpsc::Sender<Chunk>,
    complete: Arc<AtomicBool>,
}

impl BodyWriter {
    /// Writes a chunk, when the reader has room for it.
    ///
    /// # Errors
    /// [`BodyError::Disconnected`] when nobody reads any more.
    pub async fn write(&self, chunk: Bytes) -> Result<(), BodyError> {
        self.write_counted(chunk, None).await
    }

    /// Writes a chunk that counts towards an instance's memory until it is read.
    ///
    /// # Errors
    /// As [`BodyWriter::write`].
    pub async fn write_counted(&self, bytes: Bytes, charge: Option<Charge>) -> Result<(), BodyError> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.sender.send(Chunk { bytes, _charge: charge }).await.map_err(|_| BodyError::Disconnected)
    }

    /// Marks the body as complete: it ends, well, when the writer is dropped.
    pub fn close(&self) {
        self.complete.store(true, Ordering::Release);
    }
}

/// The end that is read.
#[derive(Debug)]
pub struct ChannelBody {
    receiver: mpsc::Receiver<Chunk>,
    complete: Arc<AtomicBool>,
    remaining: Option<u64>,
    ended: bool,
}

impl HttpBody for ChannelBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let chunk = std::task::ready!(self.receiver.poll_recv(cx));
        let Some(Chunk { bytes: chunk, .. }) = chunk else {
            self.ended = true;
            let complete = self.complete.load(Ordering::Acquire) && self.remaining.unwrap_or(0) == 0;
            return Poll::Ready((!complete).then(|| Err(BodyError::Aborted.into())));
        };
        if let Some(remaining) = &mut self.remaining {
            match remaining.checked_sub(chunk.len() as u64) {
                Some(left) => *remaining = left,
                None => {
                    self.ended = true;
                    return Poll::Ready(Some(Err(BodyError::Overrun.into())));
                }
            }
        }
        Poll::Ready(Some(Ok(Frame::data(chunk))))
    }

    fn is_end_stream(&self) -> bool {
        self.ended
    }

    fn size_hint(&self) -> SizeHint {
        self.remaining.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test]
    async fn a_write_waits_for_the_reader() {
        let (writer, mut body) = channel(None);
        writer.write(Bytes::from_static(b"a")).await.unwrap();
        let mut second = Box::pin(writer.write(Bytes::from_static(b"b")));
        assert!(second.as_mut().now_or_never().is_none());
        assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "a");
        second.await.unwrap();
        writer.close();
        drop(writer);
        assert_eq!(body.collect().await.unwrap().to_bytes(), "b");
    }

    #[tokio::test]
    async fn dropping_the_writer_breaks_the_body() {
        let (writer, body) = channel(None);
        writer.write(Bytes::from_static(b"a")).await.unwrap();
        drop(writer);
        assert!(body.collect().await.is_err());
    }

    #[tokio::test]
    async fn a_body_shorter_or_longer_than_announced_is_broken() {
        let (writer, body) = channel(Some(2));
        writer.write(Bytes::from_static(b"a")).await.unwrap();
        writer.close();
        drop(writer);
        assert!(body.collect().await.is_err());

        let (writer, body) = channel(Some(2));
        writer.write(Bytes::from_static(b"abc")).await.unwrap();
        writer.close();
        drop(writer);
        assert!(body.collect().await.is_err());
    }

    #[tokio::test]
    async fn writing_to_nobody_fails() {
        let (writer, body) = channel(None);
        drop(body);
        assert!(matches!(writer.write(Bytes::from_static(b"a")).await, Err(BodyError::Disconnected)));
    }
}
