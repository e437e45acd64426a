//! A file for its owner only.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use crate::StorageError;

/// What the owner may do: read and write. Nobody else may do anything.
const MODE: u32 = 0o600;

/// Makes a file that is empty, if it is not there, and takes other people's permissions from one that is. SQLite gives
/// its log and its index the permissions of the file, so this has to come before it.
pub(super) fn make(path: &Path) -> Result<(), StorageError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.is_dir()) {
        let made = fs::create_dir_all(folder)
            .and_then(|()| folder.parent().map_or(Ok(()), |parent| File::open(parent)?.sync_all()));
        made.map_err(|error| StorageError::io("make the folder", folder, error))?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(MODE);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => keep_private(path),
        Err(error) => Err(StorageError::io("make", path, error)),
    }
}

fn keep_private(path: &Path) -> Result<(), StorageError> {
    let protect = || -> io::Result<()> {
        let mode = fs::metadata(path)?.permissions().mode();
        if mode & !MODE & 0o777 == 0 { Ok(()) } else { fs::set_permissions(path, Permissions::from_mode(MODE)) }
    };
    protect().map_err(|error| StorageError::io("protect", path, error))
}
