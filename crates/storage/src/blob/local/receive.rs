//! Content on its way into a bucket.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt;
use tokio::task::JoinHandle;

use super::files::{Files, in_background, remove};
use crate::StorageError;
use crate::blob::hash::{Digests, Hasher};
use crate::blob::limits::check_size;
use crate::blob::{BlobError, Checksum, Content};

/// How much is gathered before it is written, in bytes. While it is written, as much again is gathered.
const BATCH: usize = 256 << 10;

/// A body being written. Dropped before it is in its place, it leaves nothing.
struct Incoming {
    files: Arc<Files>,
    hasher: Hasher,
    file: Option<(String, File)>,
}

impl Incoming {
    /// Writes what has come. Blocks.
    fn write(mut self, batch: &[Bytes]) -> Result<Self, BlobError> {
        if self.file.is_none() && !batch.is_empty() {
            let blob = self.files.new_blob()?;
            let path = self.files.incoming(&blob);
            let file = File::create_new(&path).map_err(|error| StorageError::io("make", &path, error))?;
            self.file = Some((blob, file));
        }
        for bytes in batch {
            self.hasher.update(bytes);
            if let Some((blob, file)) = &mut self.file {
                let written = file.write_all(bytes);
                written.map_err(|error| StorageError::io("write", &self.files.incoming(blob), error))?;
            }
        }
        Ok(self)
    }

    /// Moves the body to its place, if it is what was expected. Blocks.
    fn finish(mut self, size: u64, expected: Option<&Checksum>) -> Result<Stored, BlobError> {
        let hasher = std::mem::replace(&mut self.hasher, Hasher::new(None));
        let digests = hasher.finish();
        digests.verify(expected)?;
        let files = self.files.clone();
        let Some((blob, file)) = &self.file else { return Ok(Stored { files, blob: None, size, digests }) };
        files.settle(blob, file)?;
        let blob = self.file.take().map(|(blob, _)| blob);
        Ok(Stored { files, blob, size, digests })
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if let Some((blob, _)) = self.file.take() {
            // It may have been moved already when making that durable failed.
            let paths: [PathBuf; 2] = [self.files.incoming(&blob), self.files.path(&blob)];
            in_background(move || paths.iter().for_each(|path| remove(path)));
        }
    }
}

/// A body in its place, that no index mentions yet. Dropped before [`Stored::take`], it is removed.
pub(super) struct Stored {
    files: Arc<Files>,
    blob: Option<String>,
    /// Its length.
    pub(super) size: u64,
    /// Its checksums.
    pub(super) digests: Digests,
}

impl Stored {
    /// The body's name, if it has any bytes. From now on it is the caller's to remove it.
    pub(super) fn take(&mut self) -> Option<String> {
        self.blob.take()
    }
}

impl Drop for Stored {
    fn drop(&mut self) {
        self.files.remove(self.blob.take().into_iter().collect());
    }
}

/// Takes content in, to its end.
pub(super) async fn receive(
    files: &Arc<Files>,
    content: Content,
    expected: Option<Checksum>,
) -> Result<Stored, BlobError> {
    let Content { mut stream, length } = content;
    length.map_or(Ok(()), check_size)?;
    let hasher = Hasher::new(expected.as_ref().map(|checksum| checksum.algorithm));
    let mut writing = Writing::Idle(Incoming { files: files.clone(), hasher, file: None });
    let (mut batch, mut gathered, mut size) = (Vec::new(), 0, 0);
    while let Some(bytes) = stream.next().await {
        let bytes = bytes.map_err(BlobError::Body)?;
        size += bytes.len() as u64;
        if length.is_some_and(|length| size > length) {
            return Err(BlobError::IncompleteBody);
        }
        check_size(size)?;
        gathered += bytes.len();
        batch.push(bytes);
        if gathered >= BATCH {
            let incoming = writing.ended().await?;
            let full = std::mem::take(&mut batch);
            gathered = 0;
            writing = Writing::Busy(tokio::task::spawn_blocking(move || incoming.write(&full)));
        }
    }
    if length.is_some_and(|length| size < length) {
        return Err(BlobError::IncompleteBody);
    }
    batch.retain(|bytes| !bytes.is_empty());
    let incoming = writing.ended().await?;
    let finish = move || incoming.write(&batch)?.finish(size, expected.as_ref());
    tokio::task::spawn_blocking(finish).await.map_err(|_| StorageError::Closed)?
}

/// Who has the body: this task, or a blocking thread.
#[allow(clippy::large_enum_variant, reason = "there is one in an upload, and boxing it would cost one more allocation")]
enum Writing {
    Idle(Incoming),
    Busy(JoinHandle<Result<Incoming, BlobError>>),
}

impl Writing {
    async fn ended(self) -> Result<Incoming, BlobError> {
        match self {
            Self::Idle(incoming) => Ok(incoming),
            Self::Busy(writing) => writing.await.map_err(|_| StorageError::Closed)?,
        }
    }
}
