//! What every engine of buckets can do.

use std::pin::Pin;

use bytes::Bytes;
use futures_util::{Stream, stream};

use super::{BlobError, BoxError, GetOptions, ListOptions, Listing, Metadata, Object, PutOptions, UploadedPart};

/// A future that may be sent between threads, boxed.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Content as it comes or goes, in pieces.
pub type BlobStream = Pin<Box<dyn Stream<Item = Result<Bytes, BoxError>> + Send>>;

/// What is to be stored.
pub struct Content {
    /// The bytes.
    pub stream: BlobStream,
    /// How many there are, where that is known before.
    pub length: Option<u64>,
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Content").field("length", &self.length).finish_non_exhaustive()
    }
}

/// Content that is in memory.
pub fn from_bytes(bytes: impl Into<Bytes>) -> Content {
    let bytes = bytes.into();
    Content { length: Some(bytes.len() as u64), stream: Box::pin(stream::iter([Ok(bytes)])) }
}

/// An object that was asked for.
pub struct Found {
    /// The object.
    pub object: Object,
    /// The first byte that is given, and how many.
    pub range: (u64, u64),
    /// The bytes; nothing when the condition does not hold.
    pub body: Option<BlobStream>,
}

impl std::fmt::Debug for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Found").field("object", &self.object).field("range", &self.range).finish_non_exhaustive()
    }
}

/// A bucket. What it acknowledges is durable as the engine is set to make it; what fails leaves nothing.
pub trait BlobBucket: Send + Sync {
    /// An object without its content.
    fn head<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Object>, BlobError>>;

    /// An object with its content. What has begun to be read is read to its end, whatever becomes of the key.
    fn get<'a>(&'a self, key: &'a str, options: GetOptions) -> BoxFuture<'a, Result<Option<Found>, BlobError>>;

    /// Stores an object in place of what the key had. Nothing when the condition does not hold.
    fn put<'a>(
        &'a self,
        key: &'a str,
        content: Content,
        options: PutOptions,
    ) -> BoxFuture<'a, Result<Option<Object>, BlobError>>;

    /// Deletes objects, all at once. Keys that have none are no error.
    fn delete(&self, keys: Vec<String>) -> BoxFuture<'_, Result<(), BlobError>>;

    /// Lists objects.
    fn list(&self, options: ListOptions) -> BoxFuture<'_, Result<Listing, BlobError>>;

    /// Begins an upload in parts: its identifier.
    fn create_upload<'a>(&'a self, key: &'a str, metadata: Metadata) -> BoxFuture<'a, Result<String, BlobError>>;

    /// Stores a part, in place of one that had its number.
    fn upload_part<'a>(
        &'a self,
        key: &'a str,
        upload: &'a str,
        number: u32,
        content: Content,
    ) -> BoxFuture<'a, Result<UploadedPart, BlobError>>;

    /// Makes an object of parts.
    fn complete_upload<'a>(
        &'a self,
        key: &'a str,
        upload: &'a str,
        parts: Vec<UploadedPart>,
    ) -> BoxFuture<'a, Result<Object, BlobError>>;

    /// Gives an upload up.
    fn abort_upload<'a>(&'a self, key: &'a str, upload: &'a str) -> BoxFuture<'a, Result<(), BlobError>>;
}
