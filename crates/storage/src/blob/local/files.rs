//! The files of a bucket's bodies.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::blob::BlobError;
use crate::blob::hash::hex;
use crate::{Durability, StateFolder, StorageError};

/// The digits of a body's name that tell which opening of the bucket made it.
const SESSION: usize = 8;

/// Digits that stand for themselves, to name folders: bodies are spread over 256 of them.
const SHARD: usize = 2;

/// The folder of a bucket.
#[derive(Debug)]
pub(super) struct Files {
    root: PathBuf,
    durability: Durability,
    session: String,
    leases: Mutex<HashMap<String, Lease>>,
    /// The lock is held for as long as a file beneath it may be written.
    _folder: Arc<StateFolder>,
}

/// How many read a version of an object, and what is to be removed when none does any more.
#[derive(Debug, Default)]
struct Lease {
    readers: usize,
    doomed: Vec<String>,
}

/// Bodies that no index mentions any more: those of a version of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Discarded {
    /// The version.
    pub(super) version: String,
    /// Its bodies.
    pub(super) blobs: Vec<String>,
}

/// Random digits that nobody can guess.
pub(super) fn random_id(bytes: usize) -> Result<String, BlobError> {
    let mut random = vec![0; bytes];
    getrandom::fill(&mut random).map_err(|error| StorageError::Io {
        what: "get random bytes for",
        path: PathBuf::from("an object"),
        error: io::Error::other(error),
    })?;
    Ok(hex(&random))
}

impl Files {
    /// Makes the folder, and removes what uploads left that never ended. Blocks.
    pub(super) fn open(root: PathBuf, durability: Durability, folder: Arc<StateFolder>) -> Result<Self, BlobError> {
        let session = random_id(SESSION / 2)?;
        let files = Self { root, durability, session, leases: Mutex::default(), _folder: folder };
        let incoming = files.root.join("incoming");
        files.make_folder(&incoming)?;
        files.make_folder(&files.root.join("blobs"))?;
        for file in read_dir(&incoming)? {
            remove(&incoming.join(file));
        }
        Ok(files)
    }

    /// What acknowledged writes survive.
    fn is_durable(&self) -> bool {
        self.durability == Durability::Full
    }

    /// A name for a new body.
    pub(super) fn new_blob(&self) -> Result<String, BlobError> {
        Ok(random_id(12)? + &self.session)
    }

    /// Where a body is.
    pub(super) fn path(&self, blob: &str) -> PathBuf {
        self.root.join("blobs").join(blob.get(..SHARD).unwrap_or_default()).join(blob)
    }

    /// Where a body is while it is written.
    pub(super) fn incoming(&self, blob: &str) -> PathBuf {
        self.root.join("incoming").join(blob)
    }

    /// Moves a body that is written to its place, durably. Blocks.
    pub(super) fn settle(&self, blob: &str, file: &File) -> Result<(), StorageError> {
        let (from, to) = (self.incoming(blob), self.path(blob));
        if self.is_durable() {
            file.sync_all().map_err(|error| StorageError::io("make durable", &from, error))?;
        }
        let shard = to.parent().unwrap_or(&self.root);
        if !shard.is_dir() {
            self.make_folder(shard)?;
        }
        fs::rename(&from, &to).map_err(|error| StorageError::io("move to its place", &from, error))?;
        self.sync(shard)
    }

    fn make_folder(&self, folder: &Path) -> Result<(), StorageError> {
        fs::create_dir_all(folder).map_err(|error| StorageError::io("make the folder", folder, error))?;
        folder.parent().map_or(Ok(()), |parent| self.sync(parent))
    }

    /// Makes the names in a folder durable.
    fn sync(&self, folder: &Path) -> Result<(), StorageError> {
        if !self.is_durable() {
            return Ok(());
        }
        let sync = File::open(folder).and_then(|folder| folder.sync_all());
        sync.map_err(|error| StorageError::io("make durable", folder, error))
    }

    fn leases(&self) -> MutexGuard<'_, HashMap<String, Lease>> {
        self.leases.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the bodies of a version for as long as the value lives, if they are there now.
    pub(super) fn lease(self: &Arc<Self>, version: &str) -> LeaseGuard {
        self.leases().entry(version.to_owned()).or_default().readers += 1;
        LeaseGuard { files: self.clone(), version: version.to_owned() }
    }

    /// Removes bodies that no index mentions any more, once nobody reads them.
    pub(super) fn discard(self: &Arc<Self>, discarded: impl IntoIterator<Item = Discarded>) {
        let mut gone = Vec::new();
        let mut leases = self.leases();
        for Discarded { version, blobs } in discarded {
            match leases.get_mut(&version) {
                Some(lease) => lease.doomed.extend(blobs),
                None => gone.extend(blobs),
            }
        }
        drop(leases);
        self.remove(gone);
    }

    /// Removes bodies, on a blocking thread where there is one. What is left is found when the bucket is opened again.
    pub(super) fn remove(&self, blobs: Vec<String>) {
        if blobs.is_empty() {
            return;
        }
        let paths: Vec<_> = blobs.iter().map(|blob| self.path(blob)).collect();
        in_background(move || paths.iter().for_each(|path| remove(path)));
    }

    /// Removes the bodies of earlier openings that `is_known` has nothing of. `is_known` is asked for one folder at a
    /// time: for the names that begin with two digits. Blocks.
    pub(super) fn sweep(
        &self,
        known: impl Fn(&str) -> Result<std::collections::HashSet<String>, BlobError>,
    ) -> Result<(), BlobError> {
        let blobs = self.root.join("blobs");
        for shard in read_dir(&blobs)? {
            let folder = blobs.join(&shard);
            let mut earlier: Vec<String> = read_dir(&folder)?;
            // What this opening makes may not be in the index yet.
            earlier.retain(|name| !name.ends_with(&self.session));
            if earlier.is_empty() {
                continue;
            }
            let known = known(&shard)?;
            earlier.iter().filter(|name| !known.contains(*name)).for_each(|name| remove(&folder.join(name)));
        }
        Ok(())
    }
}

/// See [`Files::lease`].
#[derive(Debug)]
pub(super) struct LeaseGuard {
    files: Arc<Files>,
    version: String,
}

impl Drop for LeaseGuard {
    fn drop(&mut self) {
        let mut leases = self.files.leases();
        let Some(lease) = leases.get_mut(&self.version) else { return };
        lease.readers -= 1;
        if lease.readers > 0 {
            return;
        }
        let doomed = leases.remove(&self.version).map(|lease| lease.doomed).unwrap_or_default();
        drop(leases);
        self.files.remove(doomed);
    }
}

/// Runs work that blocks without waiting for it.
pub(super) fn in_background(work: impl FnOnce() + Send + 'static) {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => drop(runtime.spawn_blocking(work)),
        Err(_) => work(),
    }
}

/// Removes a file. That it cannot be removed harms nobody, and is worth a word.
pub(super) fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, path = %path.display(), "a file that is not needed any more cannot be removed");
    }
}

/// The names in a folder.
fn read_dir(folder: &Path) -> Result<Vec<String>, StorageError> {
    let entries = fs::read_dir(folder).map_err(|error| StorageError::io("read the folder", folder, error))?;
    Ok(entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect())
}
