//! All namespaces of a state folder.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::{fs, io};

use percent_encoding::percent_decode_str;

use super::cache::KvCache;
use super::namespace::KvNamespace;
use super::sqlite::{KIND, SqliteNamespace};
use super::sweep;
use crate::{LocalStorage, StorageError};

/// The namespaces of one state folder, with the cache that they share. Making it, or a namespace, touches nothing.
pub struct KvNamespaces {
    storage: Arc<LocalStorage>,
    cache: Arc<KvCache>,
    known: Arc<Known>,
    numbers: AtomicU32,
    sweeping: OnceLock<()>,
}

/// The namespaces that have been asked for, by identifier.
#[derive(Default)]
pub(super) struct Known(Mutex<HashMap<String, Arc<SqliteNamespace>>>);

impl Known {
    pub(super) fn all(&self) -> Vec<Arc<SqliteNamespace>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }
}

impl std::fmt::Debug for KvNamespaces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KvNamespaces").field("storage", &self.storage).finish_non_exhaustive()
    }
}

/// A namespace that has a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredNamespace {
    /// Its identifier.
    pub id: String,
    /// Its name for people, if it was given one.
    pub title: Option<String>,
    /// How many keys there are, those that are over but not yet swept among them.
    pub keys: u64,
    /// The length of its file in bytes.
    pub bytes: u64,
}

impl KvNamespaces {
    /// The namespaces of a state folder.
    pub fn new(storage: Arc<LocalStorage>) -> Self {
        Self {
            storage,
            cache: Arc::new(KvCache::new()),
            known: Arc::default(),
            numbers: AtomicU32::new(0),
            sweeping: OnceLock::new(),
        }
    }

    /// The namespace of an identifier; it is empty if there is none yet.
    pub fn get(&self, id: &str) -> Arc<dyn KvNamespace> {
        self.known(id)
    }

    fn known(&self, id: &str) -> Arc<SqliteNamespace> {
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            self.sweeping.get_or_init(|| drop(runtime.spawn(sweep::run(Arc::downgrade(&self.known)))));
        }
        let mut known = self.known.0.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let number = self.numbers.fetch_add(1, Ordering::Relaxed);
            Arc::new(SqliteNamespace::new(id, number, self.storage.clone(), self.cache.clone()))
        };
        known.entry(id.to_owned()).or_insert_with(make).clone()
    }

    /// Deletes what is over at `now`, and what nobody needs any more, as the background does from time to time.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub async fn sweep(&self, id: &str, now: u64) -> Result<(), StorageError> {
        self.known(id).sweep(now).await
    }

    /// The namespaces that have files, in the order of their identifiers.
    ///
    /// # Errors
    /// A file cannot be read.
    pub async fn stored(&self) -> Result<Vec<StoredNamespace>, StorageError> {
        let folder = self.storage.path().join(KIND);
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(StorageError::io("read", &folder, error)),
        };
        let mut stored = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| StorageError::io("read", &folder, error))?.path();
            if path.extension() == Some(OsStr::new("sqlite"))
                && let Some(id) = path.file_stem().and_then(OsStr::to_str).and_then(id_of)
            {
                stored.push(self.describe(&id).await?);
            }
        }
        stored.sort_by(|a: &StoredNamespace, b| a.id.cmp(&b.id));
        Ok(stored)
    }

    async fn describe(&self, id: &str) -> Result<StoredNamespace, StorageError> {
        let database = self.known(id).database()?;
        let counted = database.read_long(|connection| {
            let title = connection.query_row("SELECT max(value) FROM about WHERE name = 'title'", (), |row| row.get(0));
            let keys: i64 = connection.query_row("SELECT count(*) FROM keys", (), |row| row.get(0))?;
            Ok::<_, StorageError>((title?, keys))
        });
        let (title, keys) = counted.await?;
        let bytes = self.files(id).iter().filter_map(|file| fs::metadata(file).ok()).map(|file| file.len()).sum();
        Ok(StoredNamespace { id: id.to_owned(), title, keys: keys.unsigned_abs(), bytes })
    }

    /// Gives a namespace a name for people; makes its file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn rename(&self, id: &str, title: &str) -> Result<(), StorageError> {
        let title = title.to_owned();
        let database = self.known(id).database()?;
        let write = database.write(move |connection| {
            let sql = "INSERT INTO about VALUES ('title', ?1) ON CONFLICT DO UPDATE SET value = ?1";
            connection.execute(sql, [&title])?;
            Ok::<_, StorageError>(())
        });
        write.await
    }

    /// Deletes a namespace with its file. Whether there was one. Nobody else may be using it.
    ///
    /// # Errors
    /// The file cannot be deleted.
    pub fn delete(&self, id: &str) -> Result<bool, StorageError> {
        self.storage.open()?;
        self.known.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        self.storage.databases().retire(&self.storage.path_of(KIND, id, ".sqlite"));
        let mut found = false;
        // The log goes first: without its file it could be taken for that of a later one.
        for file in self.files(id).into_iter().rev() {
            match fs::remove_file(&file) {
                Ok(()) => found = true,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(StorageError::io("delete", &file, error)),
            }
        }
        Ok(found)
    }

    fn files(&self, id: &str) -> Vec<PathBuf> {
        [".sqlite", ".sqlite-shm", ".sqlite-wal"].map(|suffix| self.storage.path_of(KIND, id, suffix)).into()
    }
}

/// The identifier of which a file has its name; nothing where the name does not say.
fn id_of(name: &str) -> Option<String> {
    let id = percent_decode_str(name).decode_utf8().ok()?.into_owned();
    (crate::file_name(&id) == name).then_some(id)
}
