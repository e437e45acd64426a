//! What a cache can do.

use bytes::Bytes;
use futures_util::future::BoxFuture;

use super::{CacheEntry, CacheHead, CacheKey};
use crate::StorageError;

/// Keeps HTTP responses, and may lose them. What it gives is what was put.
pub trait HttpCache: Send + Sync {
    /// The response that is kept under a key, fresh or not.
    fn get(&self, key: CacheKey) -> BoxFuture<'static, Result<Option<CacheEntry>, StorageError>>;

    /// Begins to keep a response. `length` is that of the body, where it is known. The entry appears, and replaces
    /// the one before it, when the writer commits.
    fn put(
        &self,
        key: CacheKey,
        head: CacheHead,
        length: Option<u64>,
    ) -> BoxFuture<'static, Result<Box<dyn CacheWriter>, StorageError>>;

    /// Gives a kept response a new head, if it is still the one of `before`: its origin said that it is still good.
    fn refresh(
        &self,
        key: CacheKey,
        before: CacheHead,
        after: CacheHead,
    ) -> BoxFuture<'static, Result<(), StorageError>>;

    /// Drops a response. Whether there was a fresh one.
    fn delete(&self, key: CacheKey, now: u64) -> BoxFuture<'static, Result<bool, StorageError>>;
}

/// The body of a response that is being put. Dropped before it commits, it leaves nothing.
pub trait CacheWriter: Send {
    /// Writes a part of the body. False if it will not be kept, as it is too large or there is no room: then the rest
    /// is of no use.
    fn write(&mut self, chunk: Bytes) -> BoxFuture<'_, Result<bool, StorageError>>;

    /// The body is complete. Whether it is kept now. It goes on when the future is dropped.
    fn commit(self: Box<Self>) -> BoxFuture<'static, Result<bool, StorageError>>;
}
