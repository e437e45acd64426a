//! The cache on the disk of this machine.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::OnceCell;

use super::index::{self, Removed, Row, RowBody};
use super::memory::{self, Memory};
use super::put::Put;
use super::{CacheBody, CacheEntry, CacheHead, CacheKey, CacheWriter, HttpCache};
use crate::sqlite::Database;
use crate::{LocalStorage, StorageError};

/// How much a cache may take, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct CacheLimits {
    /// In memory.
    pub memory: u64,
    /// On the disk, with what is being written.
    pub disk: u64,
    /// By one body.
    pub body: u64,
}

impl Default for CacheLimits {
    /// 64 MiB in memory and 1 GiB on the disk; a body has 512 MB at most, as on hosted
    /// (<https://developers.cloudflare.com/cache/concepts/default-cache-behavior/#cacheable-size-limits>).
    fn default() -> Self {
        Self { memory: 64 << 20, disk: 1 << 30, body: 512_000_000 }
    }
}

/// A cache beneath the state folder, which is neither made nor locked before the cache is first used.
#[derive(Clone, Debug)]
pub struct LocalCache(Arc<Shared>);

#[derive(Debug)]
pub(super) struct Shared {
    storage: Arc<LocalStorage>,
    pub(super) limits: CacheLimits,
    memory: Memory,
    /// Bytes of bodies that are being written.
    pub(super) writing: AtomicU64,
    opened: OnceCell<Opened>,
}

/// The cache's place on the disk.
#[derive(Clone, Debug)]
pub(super) struct Opened {
    index: Arc<Database>,
    pub(super) bodies: PathBuf,
}

/// Milliseconds since the Unix epoch.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

impl LocalCache {
    /// The cache in a storage's folder. Nothing is touched yet.
    pub fn new(storage: Arc<LocalStorage>, limits: CacheLimits) -> Self {
        Self(Arc::new(Shared {
            storage,
            limits,
            memory: Memory::new(limits.memory),
            writing: AtomicU64::new(0),
            opened: OnceCell::new(),
        }))
    }
}

impl HttpCache for LocalCache {
    fn get(&self, key: CacheKey) -> BoxFuture<'static, Result<Option<CacheEntry>, StorageError>> {
        let shared = self.0.clone();
        async move { shared.get(key).await }.boxed()
    }

    fn put(
        &self,
        key: CacheKey,
        head: CacheHead,
        length: Option<u64>,
    ) -> BoxFuture<'static, Result<Box<dyn CacheWriter>, StorageError>> {
        let shared = self.0.clone();
        async move {
            let opened = shared.open().await?.clone();
            Ok(Box::new(Put::new(shared, opened, key, head, length)) as Box<dyn CacheWriter>)
        }
        .boxed()
    }

    fn refresh(
        &self,
        key: CacheKey,
        before: CacheHead,
        after: CacheHead,
    ) -> BoxFuture<'static, Result<(), StorageError>> {
        let shared = self.0.clone();
        async move {
            let opened = shared.open().await?;
            shared.memory.forget(&key);
            let refreshed = opened.index.write(move |index| index::refresh(index, &key, &before, &after)).await;
            shared.memory.forget(&key);
            refreshed
        }
        .boxed()
    }

    fn delete(&self, key: CacheKey, now: u64) -> BoxFuture<'static, Result<bool, StorageError>> {
        let shared = self.0.clone();
        async move {
            let removed = shared.remove(key).await?;
            Ok(removed.is_some_and(|removed| now < removed.expires))
        }
        .boxed()
    }
}

impl Shared {
    async fn open(&self) -> Result<&Opened, StorageError> {
        self.opened.get_or_try_init(|| open(self.storage.clone())).await
    }

    async fn get(self: Arc<Self>, key: CacheKey) -> Result<Option<CacheEntry>, StorageError> {
        let now = now();
        if let Some(entry) = self.memory.get(&key, now) {
            return Ok(Some(entry));
        }
        let opened = self.open().await?;
        let changes = self.memory.changes(&key);
        let Some(row) = opened.index.read(move |index| index::find(index, &key)).await? else { return Ok(None) };
        self.memory.used(key, row.used, now);
        let Row { head, length, body, .. } = row;
        let body = match body {
            RowBody::Here(body) => CacheBody::Bytes(body.into()),
            RowBody::File(name) => {
                let path = opened.bodies.join(name);
                match blocking(move || read(&path, length)).await? {
                    Some(body) => body,
                    // Lost, or not what it was: never a body of another length.
                    None => return self.remove(key).await.map(|_| None),
                }
            }
        };
        if let CacheBody::Bytes(body) = &body {
            self.memory.found(key, changes, &head, body, now);
        }
        Ok(Some(CacheEntry { head, length, body }))
    }

    /// Drops an entry and its file.
    async fn remove(&self, key: CacheKey) -> Result<Option<Removed>, StorageError> {
        let opened = self.open().await?;
        self.memory.forget(&key);
        let removed = opened.index.write(move |index| index::remove(index, &key)).await;
        self.memory.forget(&key);
        let removed = removed?;
        opened.clean(removed.as_slice()).await;
        Ok(removed)
    }

    /// Makes an entry visible, its body being complete and durable, and drops what it takes the room of.
    pub(super) async fn insert(
        &self,
        opened: &Opened,
        key: CacheKey,
        head: CacheHead,
        length: u64,
        body: RowBody,
    ) -> Result<(), StorageError> {
        let used = self.memory.take_used();
        let limit = self.limits.disk;
        let row = Row { head, length, used: now(), body };
        self.memory.forget(&key);
        let removed = opened.index.write(move |index| index::insert(index, &key, &row, limit, &used)).await;
        self.memory.forget(&key);
        let removed = removed?;
        removed.iter().for_each(|removed| self.memory.forget(&removed.key));
        opened.clean(&removed).await;
        Ok(())
    }

    /// Sets room on the disk aside for a body that is being written; false if there is none.
    pub(super) fn reserve(&self, bytes: u64) -> bool {
        let before = self.writing.fetch_add(bytes, Ordering::Relaxed);
        if before + bytes <= self.limits.disk {
            return true;
        }
        self.writing.fetch_sub(bytes, Ordering::Relaxed);
        false
    }
}

impl Opened {
    /// Removes files that nothing names any more. One that cannot be removed is rubbish until the next start.
    async fn clean(&self, removed: &[Removed]) {
        let files: Vec<_> =
            removed.iter().filter_map(|removed| Some(self.bodies.join(removed.file.as_ref()?))).collect();
        if !files.is_empty() {
            let remove = move || files.iter().for_each(|file| drop(fs::remove_file(file)));
            let _ = tokio::task::spawn_blocking(remove).await;
        }
    }
}

/// Runs work on a blocking thread.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StorageError> + Send + 'static,
) -> Result<T, StorageError> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(StorageError::Closed))
}

/// Takes the state folder, and removes the bodies that no entry names: those of puts that a crash broke off.
async fn open(storage: Arc<LocalStorage>) -> Result<Opened, StorageError> {
    let bodies = storage.path_of("cache", "bodies", "");
    let folder = bodies.clone();
    let index = blocking(move || {
        let index = storage.database("cache", "index", index::options)?;
        fs::create_dir_all(&folder).map_err(|error| StorageError::io("make the folder", &folder, error))?;
        Ok(index)
    })
    .await?;
    let named = index.read_long(index::files).await?;
    let folder = bodies.clone();
    blocking(move || {
        let entries = fs::read_dir(&folder).map_err(|error| StorageError::io("read the folder", &folder, error))?;
        let rubbish =
            entries.flatten().filter(|entry| !entry.file_name().to_str().is_some_and(|name| named.contains(name)));
        rubbish.for_each(|entry| drop(fs::remove_file(entry.path())));
        Ok(())
    })
    .await?;
    Ok(Opened { index, bodies })
}

/// Opens a body's file, and reads it if it is small. Nothing if it is not there, or not of this length.
fn read(path: &Path, length: u64) -> Result<Option<CacheBody>, StorageError> {
    let opened = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.and_then(|file| Ok((file.metadata()?.len(), file))),
    };
    let (found, mut file) = opened.map_err(|error| StorageError::io("open", path, error))?;
    if found != length {
        return Ok(None);
    }
    if length > memory::LARGEST {
        return Ok(Some(CacheBody::File(file)));
    }
    let mut body = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    io::Read::read_to_end(&mut file, &mut body).map_err(|error| StorageError::io("read", path, error))?;
    Ok((body.len() as u64 == length).then(|| CacheBody::Bytes(Bytes::from(body))))
}
