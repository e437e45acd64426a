//! The state folder, and the lock that makes it one process's.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};

use crate::StorageError;

/// The file whose lock is the folder's.
const LOCK: &str = "lock";

/// What stands for itself in a file's name. Not the dot: a name cannot lead elsewhere or hide.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// The longest name; file systems take 255 bytes, and suffixes are added.
const LONGEST: usize = 200;

/// A state folder that belongs to this process. The lock ends with the process, however that ends.
#[derive(Debug)]
pub struct StateFolder {
    path: PathBuf,
    _lock: File,
}

impl StateFolder {
    /// Makes the folder, if it is not there, and takes it.
    ///
    /// # Errors
    /// [`StorageError::InUse`] when another process has it, and what the operating system refuses.
    pub fn open(path: &Path) -> Result<Self, StorageError> {
        fs::create_dir_all(path).map_err(|error| StorageError::io("make the state folder", path, error))?;
        let file = path.join(LOCK);
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&file)
            .map_err(|error| StorageError::io("open", &file, error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let holder = lock.read_to_string(&mut holder).ok().filter(|length| *length > 0).map(|_| holder);
                return Err(StorageError::InUse { folder: path.to_owned(), holder });
            }
            Err(TryLockError::Error(error)) => return Err(StorageError::io("lock", &file, error)),
        }
        // For people only: the lock is what counts, and a full disk is told by what needs room.
        let _ = lock.set_len(0).and_then(|()| lock.rewind());
        let _ = write!(lock, "process {}", std::process::id());
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// A file's name for any identifier: readable where that is safe, and different for different identifiers.
pub fn file_name(id: &str) -> String {
    let name = utf8_percent_encode(id, ESCAPED).to_string();
    if !name.is_empty() && name.len() <= LONGEST {
        return name;
    }
    let digest = Sha256::digest(id.as_bytes());
    digest.iter().fold(String::from("%"), |name, byte| name + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_one_owners() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        let first = StateFolder::open(&path).unwrap();
        let error = StateFolder::open(&path).unwrap_err().to_string();
        assert!(error.contains("in use") && error.contains(&format!("process {}", std::process::id())), "{error}");
        drop(first);
        StateFolder::open(&path).unwrap();
    }

    #[test]
    fn names_of_files_cannot_lead_elsewhere_and_do_not_collide() {
        assert_eq!(file_name("0123abcd-EF_"), "0123abcd-EF_");
        assert_eq!(file_name("../x"), "%2E%2E%2Fx");
        assert_eq!(file_name("a%2Fb"), "a%252Fb");
        let long = file_name(&"x".repeat(300));
        assert!(long.len() < 100 && long != file_name(&"x".repeat(301)) && !file_name("").is_empty());
    }
}
