//! What a namespace does, whoever keeps its data.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;

use super::limits::KvRefusal;
use crate::StorageError;

/// Whatever a stream may end with.
type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why a namespace did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum KvError {
    /// The request breaks a limit.
    #[error(transparent)]
    Refused(#[from] KvRefusal),
    /// The stream that was to become the value failed.
    #[error("{0}")]
    Source(BoxError),
    /// The data could not be read or kept.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Bytes that come piece by piece.
pub struct KvStream {
    /// How many there will be in all, where that is known.
    pub length: Option<u64>,
    /// The pieces.
    pub pieces: BoxStream<'static, Result<Bytes, BoxError>>,
}

impl std::fmt::Debug for KvStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KvStream").field("length", &self.length).finish_non_exhaustive()
    }
}

/// A value.
#[derive(Debug)]
pub enum KvValue {
    /// All of it.
    Whole(Bytes),
    /// One too large to be held whole, or of which it is not known.
    Stream(KvStream),
}

impl KvValue {
    /// All of the value, in memory.
    ///
    /// # Errors
    /// The stream's.
    pub async fn collect(self) -> Result<Bytes, KvError> {
        use futures_util::TryStreamExt;
        match self {
            Self::Whole(bytes) => Ok(bytes),
            Self::Stream(stream) => {
                let length = usize::try_from(stream.length.unwrap_or(0)).unwrap_or(0);
                let all = Vec::with_capacity(length.min(super::limits::VALUE_BYTES as usize));
                let join = |mut all: Vec<u8>, piece: Bytes| async move {
                    all.extend_from_slice(&piece);
                    Ok(all)
                };
                stream.pieces.try_fold(all, join).await.map(Bytes::from).map_err(KvError::Source)
            }
        }
    }
}

/// What a key has.
#[derive(Debug)]
pub struct KvEntry {
    /// The value.
    pub value: KvValue,
    /// The metadata as JSON.
    pub metadata: Option<Arc<str>>,
    /// When it expires, in seconds since the Unix epoch.
    pub expiration: Option<u64>,
}

/// What is written besides key and value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KvPut {
    /// When the key expires, in seconds since the Unix epoch.
    pub expiration: Option<u64>,
    /// The metadata as JSON.
    pub metadata: Option<String>,
}

/// What to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KvQuery {
    /// Only keys that begin with this.
    pub prefix: String,
    /// The most keys of the page.
    pub limit: usize,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// A listed key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KvKey {
    /// The key.
    pub name: String,
    /// When it expires, in seconds since the Unix epoch.
    pub expiration: Option<u64>,
    /// Its metadata as JSON.
    pub metadata: Option<String>,
}

/// Keys in the order of their bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KvPage {
    /// The keys.
    pub keys: Vec<KvKey>,
    /// Where the next page begins; nothing when this is the last one.
    pub cursor: Option<String>,
}

/// A namespace. A write that was acknowledged is seen by every later read on this node. What is asked is within the
/// limits already (`check_key` and its like), save the length of a value, which is known only when it is there.
pub trait KvNamespace: Send + Sync {
    /// What is known of a key without asking anybody: nothing, or that there is no such key, or all of its entry.
    fn peek(&self, key: &str) -> Option<Option<KvEntry>>;

    /// Reads a key.
    fn get(self: Arc<Self>, key: String) -> BoxFuture<'static, Result<Option<KvEntry>, KvError>>;

    /// Writes a key: wholly, or not at all.
    fn put(self: Arc<Self>, key: String, value: KvValue, options: KvPut) -> BoxFuture<'static, Result<(), KvError>>;

    /// Deletes keys, those that are there, in one commit.
    fn delete(self: Arc<Self>, keys: Vec<String>) -> BoxFuture<'static, Result<(), KvError>>;

    /// Lists keys.
    fn list(self: Arc<Self>, query: KvQuery) -> BoxFuture<'static, Result<KvPage, KvError>>;
}
