//! The files of a history.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::records::Records;
use super::sync_folder;
use super::wal::Wal;
use crate::StorageError;

/// A folder of bases and logs.
#[derive(Debug)]
pub(super) struct Files {
    folder: PathBuf,
}

impl Files {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn io<T>(&self, what: &'static str, result: io::Result<T>) -> Result<T, StorageError> {
        result.map_err(|error| StorageError::io(what, &self.folder, error))
    }

    /// Makes the folder, and removes what a crash left in it.
    pub(super) fn make(&self) -> Result<(), StorageError> {
        self.io("make the folder", fs::create_dir_all(&self.folder))?;
        if let Some(parent) = self.folder.parent() {
            self.io("make the folder", sync_folder(parent))?;
        }
        for entry in self.io("read the folder", fs::read_dir(&self.folder))? {
            let path = self.io("read the folder", entry)?.path();
            if path.to_string_lossy().contains(".new") {
                self.io("clean up the folder", fs::remove_file(path))?;
            }
        }
        Ok(())
    }

    fn path(&self, number: u32, kind: &str) -> PathBuf {
        self.folder.join(format!("{number:08x}.{kind}"))
    }

    /// A path for something that is put together.
    pub(super) fn scratch(&self) -> PathBuf {
        self.folder.join("restored.new")
    }

    pub(super) fn records(&self) -> Result<Records, StorageError> {
        self.io("read the times in", Records::open(&self.folder.join("times")))
    }

    /// The numbers of the files of a kind, sorted.
    fn numbers(&self, kind: &str) -> Result<Vec<u32>, StorageError> {
        let mut numbers = Vec::new();
        for entry in self.io("read the folder", fs::read_dir(&self.folder))? {
            let name = self.io("read the folder", entry)?.file_name();
            let name = name.to_string_lossy();
            let number = name.split_once('.').filter(|(_, end)| *end == kind).map(|(number, _)| number);
            numbers.extend(number.and_then(|number| u32::from_str_radix(number, 16).ok()));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    pub(super) fn newest_log(&self) -> Result<Option<u32>, StorageError> {
        let logs = self.numbers("wal")?;
        // A base stands for the logs before it, which may be gone.
        let before_base = self.newest_base()?.map(|base| base - 1);
        Ok(logs.last().copied().max(before_base))
    }

    pub(super) fn newest_base(&self) -> Result<Option<u32>, StorageError> {
        Ok(self.numbers("base")?.last().copied())
    }

    /// The newest base that is not after a log, and the file itself.
    pub(super) fn base_for(&self, log: u32) -> Result<Option<(u32, PathBuf)>, StorageError> {
        let base = self.numbers("base")?.into_iter().rev().find(|&base| base <= log);
        Ok(base.map(|base| (base, self.path(base, "base"))))
    }

    pub(super) fn log(&self, number: u32) -> Result<Option<Wal>, StorageError> {
        self.io("read a log in", Wal::open(&self.path(number, "wal")))
    }

    /// The bytes of the logs since the newest base.
    pub(super) fn size_since_base(&self) -> Result<u64, StorageError> {
        let base = self.newest_base()?.unwrap_or(0);
        let logs = self.numbers("wal")?.into_iter().filter(|&log| log >= base);
        Ok(logs.map(|log| fs::metadata(self.path(log, "wal")).map_or(0, |metadata| metadata.len())).sum())
    }

    /// Keeps a copy of a log, in place of an earlier one.
    pub(super) fn keep_log(&self, number: u32, wal: &Wal) -> Result<(), StorageError> {
        let (new, path) = (self.path(number, "wal.new"), self.path(number, "wal"));
        let copy = || -> io::Result<()> {
            let mut file = File::create(&new)?;
            wal.copy(wal.frames, &mut file)?;
            file.sync_all()?;
            fs::rename(&new, &path)?;
            sync_folder(&self.folder)
        };
        self.io("keep a log in", copy())
    }

    /// Keeps a copy of the whole file, which `copy` makes.
    pub(super) fn keep_base(
        &self,
        number: u32,
        copy: impl FnOnce(&Path) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        let (new, path) = (self.path(number, "base.new"), self.path(number, "base"));
        copy(&new)?;
        let keep = || -> io::Result<()> {
            File::open(&new)?.sync_all()?;
            fs::rename(&new, &path)?;
            sync_folder(&self.folder)
        };
        self.io("keep a copy in", keep())
    }

    /// Removes what only leads to times before `limit`.
    pub(super) fn prune(&self, records: &mut Records, limit: SystemTime) -> Result<(), StorageError> {
        let made = |base: &u32| fs::metadata(self.path(*base, "base")).and_then(|metadata| metadata.modified());
        let bases = self.numbers("base")?;
        let Some(first) = bases.iter().rev().find(|base| made(base).is_ok_and(|time| time <= limit)) else {
            return Ok(());
        };
        let old = |numbers: Vec<u32>| numbers.into_iter().filter(|number| number < first);
        // The bases first: a log without its base is of no use, but a base without its logs would seem to be.
        for base in old(bases.clone()) {
            self.io("prune", fs::remove_file(self.path(base, "base")))?;
        }
        for log in old(self.numbers("wal")?) {
            self.io("prune", fs::remove_file(self.path(log, "wal")))?;
        }
        self.io("prune", records.prune(*first))
    }
}
