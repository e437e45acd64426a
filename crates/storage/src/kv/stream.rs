//! Values that are too large to be held whole: read and written piece by piece.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};

use super::limits::check_length;
use super::namespace::{KvError, KvStream};
use super::pieces::{self, PIECE_BYTES, Pin, Values};
use crate::StorageError;
use crate::sqlite::Database;

/// The pieces of a value, which stays pinned until the stream is dropped.
pub(super) fn read(database: Arc<Database>, pin: Pin, length: u64) -> KvStream {
    let count = length.div_ceil(PIECE_BYTES as u64) as usize;
    let pin = Arc::new(pin);
    let pieces = stream::iter(0..count).then(move |place| {
        let (database, pin) = (database.clone(), pin.clone());
        async move {
            let piece = pin.id.piece(place);
            let bytes = database.read_long(move |connection| pieces::read(connection, piece)).await?;
            let bytes = bytes.ok_or_else(|| StorageError::Corrupt {
                path: Some(database.path().to_owned()),
                detail: "a piece of a value is missing".into(),
            })?;
            Ok(Bytes::from(bytes))
        }
    });
    KvStream { length: Some(length), pieces: pieces.boxed() }
}

/// A stream cut into pieces of the right length, and measured.
pub(super) struct Pieces {
    source: BoxStream<'static, Result<Bytes, Box<dyn std::error::Error + Send + Sync>>>,
    buffer: BytesMut,
    length: u64,
}

impl Pieces {
    pub(super) fn of(stream: KvStream) -> Self {
        Self { source: stream.pieces, buffer: BytesMut::new(), length: 0 }
    }

    /// The bytes so far.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// The next piece: shorter than [`PIECE_BYTES`], and perhaps empty, only at the end.
    ///
    /// # Errors
    /// The stream's, and that the value becomes too long.
    pub(super) async fn next(&mut self) -> Result<Bytes, KvError> {
        while self.buffer.len() < PIECE_BYTES {
            let Some(bytes) = self.source.next().await else { break };
            let bytes = bytes.map_err(KvError::Source)?;
            self.length += bytes.len() as u64;
            check_length(self.length)?;
            self.buffer.extend_from_slice(&bytes);
        }
        Ok(self.buffer.split_to(self.buffer.len().min(PIECE_BYTES)).freeze())
    }
}

/// A value that is being written: loose, and pinned until this is dropped.
pub(super) struct Draft {
    pin: Pin,
    pieces: usize,
}

impl Draft {
    /// Begins with the first piece.
    pub(super) async fn begin(database: &Arc<Database>, values: &Arc<Values>, piece: Bytes) -> Result<Self, KvError> {
        let values = values.clone();
        let pin = database.write(move |connection| {
            let pin = values.pin(values.new_id(connection)?);
            pieces::loosen(connection, pin.id)?;
            pieces::insert(connection, pin.id.piece(0), &piece)?;
            Ok::<_, StorageError>(pin)
        });
        Ok(Self { pin: pin.await?, pieces: 1 })
    }

    /// Writes the next piece.
    pub(super) async fn push(&mut self, database: &Arc<Database>, piece: Bytes) -> Result<(), KvError> {
        let number = self.pin.id.piece(self.pieces);
        self.pieces += 1;
        let write = database.write(move |connection| pieces::insert(connection, number, &piece));
        Ok(write.await?)
    }

    /// The value whose pieces these are.
    pub(super) fn pin(&self) -> &Pin {
        &self.pin
    }
}
