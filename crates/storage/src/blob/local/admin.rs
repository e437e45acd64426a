//! Buckets as a whole: which there are, how they come and go, and what earlier uses left in them.

use super::bucket::{KIND, LocalBucket, blocking};
use super::index::{self, BucketInfo};
use super::shared::Open;
use super::uploads;
use crate::blob::{BlobError, StorageClass};
use crate::{LocalStorage, StorageError};

impl LocalBucket {
    /// Whether it has been made.
    pub fn exists(&self) -> bool {
        self.storage.path_of(KIND, &self.name, ".sqlite").exists()
    }

    /// The names of the buckets that a storage has. Blocks.
    ///
    /// # Errors
    /// What the operating system says of the folder.
    pub fn names(storage: &LocalStorage) -> Result<Vec<String>, StorageError> {
        let folder = storage.path().join(KIND);
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(StorageError::io("read the folder", &folder, error)),
        };
        let name = |file: String| {
            let name = file.strip_suffix(".sqlite")?;
            Some(percent_encoding::percent_decode_str(name).decode_utf8().ok()?.into_owned())
        };
        let mut names: Vec<_> = entries.filter_map(|entry| name(entry.ok()?.file_name().into_string().ok()?)).collect();
        names.sort();
        Ok(names)
    }

    /// Makes the bucket, if it is not there yet.
    ///
    /// # Errors
    /// What keeps its files from being made.
    pub async fn create(&self, storage_class: StorageClass) -> Result<(), BlobError> {
        let index = &self.open().await?.index;
        index.write(move |connection| index::set_storage_class(connection, storage_class)).await
    }

    /// What is known of the bucket as a whole.
    ///
    /// # Errors
    /// What keeps it from being read.
    pub async fn info(&self) -> Result<BucketInfo, BlobError> {
        self.open().await?.index.read_long(index::info).await
    }

    /// Removes the bucket with all that is in it. Nobody may be using it.
    ///
    /// # Errors
    /// What keeps its files from being removed.
    pub async fn destroy(self) -> Result<(), BlobError> {
        let root = self.storage.path_of(KIND, &self.name, "");
        self.storage.forget_bucket(&self.name);
        let storage = self.storage.clone();
        let name = self.name.clone();
        drop(self);
        blocking(move || {
            storage.databases().close();
            for suffix in [".sqlite", ".sqlite-wal", ".sqlite-shm"] {
                let path = storage.path_of(KIND, &name, suffix);
                ignore_missing(std::fs::remove_file(&path))
                    .map_err(|error| StorageError::io("remove", &path, error))?;
            }
            ignore_missing(std::fs::remove_dir_all(&root)).map_err(|error| StorageError::io("remove", &root, error))?;
            Ok(())
        })
        .await
    }
}

/// Removes what earlier uses of the bucket left behind.
pub(super) async fn tidy(open: Open) {
    match open.index.write(uploads::expire).await {
        Ok(discarded) => open.files.discard(discarded),
        Err(error) => tracing::warn!(%error, "uploads that have expired could not be removed"),
    }
    let runtime = tokio::runtime::Handle::current();
    let swept = blocking(move || {
        open.files.sweep(|shard| {
            let shard = shard.to_owned();
            runtime.block_on(open.index.read_long(move |connection| index::known_blobs(connection, &shard)))
        })
    });
    if let Err(error) = swept.await {
        tracing::warn!(%error, "a bucket could not be searched for files that nothing refers to");
    }
}

fn ignore_missing(result: std::io::Result<()>) -> std::io::Result<()> {
    match result {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}
