//! The engine on one machine: SQLite files beneath one folder.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::blob::{Buckets, LocalBucket};
use crate::sqlite::{Database, DatabaseOptions, Databases, Keeper};
use crate::{StateFolder, StorageError, file_name};

/// What an acknowledged write survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// A loss of power: a write is acknowledged when the disk has it.
    #[default]
    Full,
    /// The end of the process, however sudden; a loss of power may take the last writes, and never corrupts.
    Process,
}

/// The state of one server. Making it touches nothing: the folder is made and locked at the first use.
#[derive(Debug)]
pub struct LocalStorage {
    path: PathBuf,
    durability: Durability,
    folder: Mutex<Option<Arc<StateFolder>>>,
    databases: Databases,
    buckets: Buckets,
}

impl LocalStorage {
    /// The state in a folder.
    pub fn new(path: impl Into<PathBuf>, durability: Durability) -> Self {
        Self {
            path: path.into(),
            durability,
            folder: Mutex::default(),
            databases: Databases::default(),
            buckets: Buckets::default(),
        }
    }

    /// Where the state is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What an acknowledged write survives.
    pub fn durability(&self) -> Durability {
        self.durability
    }

    /// Makes the folder and locks it, unless that has been done.
    ///
    /// # Errors
    /// As [`StateFolder::open`].
    pub fn open(&self) -> Result<Arc<StateFolder>, StorageError> {
        let mut folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(folder) = &*folder {
            return Ok(folder.clone());
        }
        let opened = Arc::new(StateFolder::open(&self.path)?);
        *folder = Some(opened.clone());
        Ok(opened)
    }

    /// The path of something of a kind (`kv`, `d1`, `r2`): a file or folder beneath the state folder.
    pub fn path_of(&self, kind: &str, id: &str, suffix: &str) -> PathBuf {
        self.path.join(kind).join(file_name(id) + suffix)
    }

    /// The database of an identifier. The file is made and opened when it is first used; the same one is given to
    /// all who ask meanwhile.
    ///
    /// # Errors
    /// As [`LocalStorage::open`].
    pub fn database(
        &self,
        kind: &str,
        id: &str,
        options: impl FnOnce() -> DatabaseOptions,
    ) -> Result<Arc<Database>, StorageError> {
        self.kept_database(kind, id, || (options(), None))
    }

    /// As [`LocalStorage::database`], for a file that a product watches over.
    ///
    /// # Errors
    /// As [`LocalStorage::open`].
    pub fn kept_database(
        &self,
        kind: &str,
        id: &str,
        make: impl FnOnce() -> (DatabaseOptions, Option<Arc<dyn Keeper>>),
    ) -> Result<Arc<Database>, StorageError> {
        let folder = self.open()?;
        let path = self.path_of(kind, id, ".sqlite");
        Ok(self.databases.get(&path, || {
            let (options, keeper) = make();
            Database::new(path.clone(), self.durability, folder, options, keeper)
        }))
    }

    /// The bucket of a name. Nothing is touched before it is first used; all that are given for one name share what
    /// they know of their files.
    pub fn bucket(self: &Arc<Self>, name: &str) -> LocalBucket {
        LocalBucket::new(self.clone(), name, self.buckets.get(name))
    }

    /// Forgets what is known of a bucket that is removed.
    pub(crate) fn forget_bucket(&self, name: &str) {
        self.buckets.forget(name);
    }

    /// The databases that were asked for.
    pub fn databases(&self) -> &Databases {
        &self.databases
    }
}
