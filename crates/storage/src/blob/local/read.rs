//! Content on its way out of a bucket.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::Stream;
use tokio::task::JoinHandle;

use super::files::LeaseGuard;
use crate::StorageError;
use crate::blob::BoxError;

/// How much is read at once, in bytes; as much again is read ahead.
const CHUNK: u64 = 256 << 10;

/// A stretch of a file.
#[derive(Debug)]
pub(super) struct Piece {
    /// Where the file is.
    pub(super) path: PathBuf,
    /// The file, if it is open already.
    pub(super) file: Option<File>,
    /// The first byte.
    pub(super) offset: u64,
    /// How many.
    pub(super) length: u64,
}

impl Piece {
    fn read(&mut self) -> Result<Bytes, StorageError> {
        let mut read = || -> io::Result<Bytes> {
            let file = match &mut self.file {
                Some(file) => file,
                None => {
                    let mut file = File::open(&self.path)?;
                    file.seek(SeekFrom::Start(self.offset))?;
                    self.file.insert(file)
                }
            };
            let wanted = self.length.min(CHUNK);
            let mut bytes = Vec::with_capacity(usize::try_from(wanted).unwrap_or(0));
            file.by_ref().take(wanted).read_to_end(&mut bytes)?;
            if (bytes.len() as u64) < wanted {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.length -= wanted;
            Ok(bytes.into())
        };
        read().map_err(|error| StorageError::io("read", &self.path, error))
    }
}

/// The part of an object that is asked for, of its bodies in their order: `(path, length)`.
pub(super) fn cut(bodies: impl IntoIterator<Item = (PathBuf, u64)>, range: (u64, u64)) -> VecDeque<Piece> {
    let (mut skip, mut left) = range;
    let mut pieces = VecDeque::new();
    for (path, size) in bodies {
        let offset = skip.min(size);
        skip -= offset;
        let length = (size - offset).min(left);
        left -= length;
        if length > 0 {
            pieces.push_back(Piece { path, file: None, offset, length });
        }
    }
    pieces
}

type Step = (VecDeque<Piece>, Result<Bytes, StorageError>);

/// The content as a stream.
pub(super) struct Reading {
    pieces: VecDeque<Piece>,
    step: Option<JoinHandle<Step>>,
    _lease: Option<LeaseGuard>,
}

impl Reading {
    pub(super) fn new(pieces: VecDeque<Piece>, lease: Option<LeaseGuard>) -> Self {
        Self { pieces, step: None, _lease: lease }
    }

    /// Reads on, if there is more.
    fn read_on(&mut self) -> Option<JoinHandle<Step>> {
        if self.pieces.is_empty() {
            return None;
        }
        let mut pieces = std::mem::take(&mut self.pieces);
        Some(tokio::task::spawn_blocking(move || {
            let bytes = match pieces.front_mut() {
                Some(piece) => piece.read(),
                None => Ok(Bytes::new()),
            };
            pieces.pop_front_if(|piece| piece.length == 0);
            (pieces, bytes)
        }))
    }
}

impl Stream for Reading {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.step.is_none() {
            this.step = this.read_on();
        }
        let Some(step) = &mut this.step else { return Poll::Ready(None) };
        let step = ready!(Pin::new(step).poll(cx));
        this.step = None;
        let (pieces, bytes) = step.map_err(|_| StorageError::Closed)?;
        match bytes {
            Ok(bytes) => {
                this.pieces = pieces;
                this.step = this.read_on();
                Poll::Ready(Some(Ok(bytes)))
            }
            // Nothing comes after an error.
            Err(error) => Poll::Ready(Some(Err(error.into()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_cut_out_of_many_bodies() {
        let bodies = || [("a", 5), ("b", 5), ("c", 2)].map(|(path, size)| (PathBuf::from(path), size));
        let cut = |range| {
            let pieces = cut(bodies(), range);
            pieces.iter().map(|p| format!("{}{}+{}", p.path.display(), p.offset, p.length)).collect::<Vec<_>>()
        };
        assert_eq!(cut((0, 12)), ["a0+5", "b0+5", "c0+2"]);
        assert_eq!(cut((4, 2)), ["a4+1", "b0+1"]);
        assert_eq!(cut((5, 5)), ["b0+5"]);
        assert_eq!(cut((11, 1)), ["c1+1"]);
    }
}
