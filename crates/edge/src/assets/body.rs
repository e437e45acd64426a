//! The body of an asset: in memory if it is small, else read from disk in pieces as the client
//! takes them.

use std::io::{self, SeekFrom};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::Stream;
use http_body::{Body, Frame, SizeHint};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt, Take};
use tokio_util::io::ReaderStream;

const PIECE: usize = 64 << 10;

/// The body of an asset's response. Its size is always known.
#[derive(Debug)]
pub struct AssetBody {
    source: Source,
    left: u64,
}

#[derive(Debug)]
enum Source {
    Memory(Bytes),
    Disk(Box<ReaderStream<Take<File>>>),
}

impl AssetBody {
    pub(super) fn empty() -> Self {
        Self::memory(Bytes::new())
    }

    pub(super) fn memory(bytes: Bytes) -> Self {
        Self { left: bytes.len() as u64, source: Source::Memory(bytes) }
    }

    pub(super) async fn disk(mut file: File, start: u64, length: u64) -> io::Result<Self> {
        if start > 0 {
            file.seek(SeekFrom::Start(start)).await?;
        }
        let stream = ReaderStream::with_capacity(file.take(length), PIECE);
        Ok(Self { source: Source::Disk(Box::new(stream)), left: length })
    }
}

impl Body for AssetBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = &mut *self;
        let piece = match &mut this.source {
            Source::Memory(bytes) => Some(std::mem::take(bytes)).filter(|bytes| !bytes.is_empty()),
            Source::Disk(stream) => ready!(Pin::new(stream).poll_next(cx)?),
        };
        Poll::Ready(match piece {
            Some(piece) => {
                this.left = this.left.saturating_sub(piece.len() as u64);
                Some(Ok(Frame::data(piece)))
            }
            None if this.left > 0 => {
                this.left = 0;
                Some(Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file became shorter while it was sent")))
            }
            None => None,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
