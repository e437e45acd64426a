//! A response on its way in.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::{Bytes, BytesMut};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tempfile::NamedTempFile;

use super::index::RowBody;
use super::local::{Opened, Shared, blocking};
use super::{CacheHead, CacheKey, CacheWriter};
use crate::StorageError;

/// The largest body that goes into the index, in bytes: what a file of its own would cost more than.
const SMALL: usize = 64 * 1024;

/// How much is written to a file at once, in bytes.
const CHUNK: usize = 256 * 1024;

/// A body that is being put.
pub(super) struct Put {
    shared: Arc<Shared>,
    opened: Opened,
    key: CacheKey,
    head: CacheHead,
    /// What is not in the file yet.
    buffer: BytesMut,
    file: Option<NamedTempFile>,
    length: u64,
    /// The length that the body was said to have.
    announced: Option<u64>,
    /// Room on the disk that was set aside.
    reserved: u64,
    /// It is too large, there is no room, or a part of it was lost: it is not kept.
    given_up: bool,
}

impl Put {
    pub(super) fn new(
        shared: Arc<Shared>,
        opened: Opened,
        key: CacheKey,
        head: CacheHead,
        length: Option<u64>,
    ) -> Self {
        let given_up = length.is_some_and(|length| length > shared.limits.body.min(shared.limits.disk));
        let buffer = BytesMut::new();
        Self { shared, opened, key, head, buffer, file: None, length: 0, announced: length, reserved: 0, given_up }
    }

    async fn take(&mut self, chunk: Bytes) -> Result<bool, StorageError> {
        self.length += chunk.len() as u64;
        if self.given_up || self.length > self.shared.limits.body || !self.reserve(chunk.len() as u64) {
            self.give_up();
            return Ok(false);
        }
        self.buffer.extend_from_slice(&chunk);
        let most = if self.file.is_some() { CHUNK } else { SMALL };
        if self.buffer.len() > most {
            self.flush().await?;
        }
        Ok(true)
    }

    fn reserve(&mut self, bytes: u64) -> bool {
        let reserved = self.shared.reserve(bytes);
        self.reserved += if reserved { bytes } else { 0 };
        reserved
    }

    fn give_up(&mut self) {
        self.given_up = true;
        self.file = None;
        self.buffer = BytesMut::new();
        self.shared.writing.fetch_sub(std::mem::take(&mut self.reserved), Ordering::Relaxed);
    }

    /// Writes what is gathered to the file, which is made at the first time.
    async fn flush(&mut self) -> Result<(), StorageError> {
        let file = self.file.take();
        let chunk = std::mem::take(&mut self.buffer).freeze();
        let folder = self.opened.bodies.clone();
        // If this future is dropped meanwhile, the file goes with the closure, and what comes then is no whole body.
        self.given_up = true;
        let written = blocking(move || {
            let write = || {
                let mut file = match file {
                    Some(file) => file,
                    None => tempfile::Builder::new().prefix("").rand_bytes(32).tempfile_in(&folder)?,
                };
                file.write_all(&chunk)?;
                Ok(file)
            };
            write().map_err(|error| StorageError::io("write a body to", &folder, error))
        });
        self.file = Some(written.await?);
        self.given_up = false;
        Ok(())
    }

    async fn finish(mut self) -> Result<bool, StorageError> {
        if self.given_up || self.announced.is_some_and(|announced| announced != self.length) {
            return Ok(false);
        }
        if self.file.is_some() {
            self.flush().await?;
        }
        let Some(file) = self.file.take() else {
            let body = RowBody::Here(std::mem::take(&mut self.buffer).to_vec());
            return self.insert(body).await.map(|()| true);
        };
        let (file, name) = blocking(move || {
            let path = file.path().to_owned();
            // Before the index names it: what it names is whole, also after a loss of power.
            file.as_file().sync_data().map_err(|error| StorageError::io("write", &path, error))?;
            let name = path.file_name().and_then(|name| name.to_str()).ok_or(StorageError::Closed)?.to_owned();
            Ok((file, name))
        })
        .await?;
        self.insert(RowBody::File(name)).await?;
        // It is the entry's from now on.
        let _ = file.keep();
        Ok(true)
    }

    async fn insert(&self, body: RowBody) -> Result<(), StorageError> {
        self.shared.insert(&self.opened, self.key, self.head.clone(), self.length, body).await
    }
}

impl Drop for Put {
    fn drop(&mut self) {
        self.shared.writing.fetch_sub(self.reserved, Ordering::Relaxed);
    }
}

impl CacheWriter for Put {
    fn write(&mut self, chunk: Bytes) -> BoxFuture<'_, Result<bool, StorageError>> {
        self.take(chunk).boxed()
    }

    fn commit(self: Box<Self>) -> BoxFuture<'static, Result<bool, StorageError>> {
        let finishing = tokio::spawn(self.finish());
        async { finishing.await.unwrap_or(Err(StorageError::Closed)) }.boxed()
    }
}
