//! What can go wrong with files.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why the storage did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Another process has the state folder.
    #[error(
        "The state folder {} is in use by another process{}. Stop that one, or name another folder with --persist-to.",
        folder.display(),
        holder.as_deref().map(|holder| format!(" ({holder})")).unwrap_or_default()
    )]
    InUse {
        /// The folder.
        folder: PathBuf,
        /// What that process said of itself.
        holder: Option<String>,
    },
    /// The disk is full, or a quota is used up.
    #[error("The disk is full{}. Nothing of this write was kept; what was acknowledged before is safe.", at(path.as_ref()))]
    Full {
        /// The file that was to grow.
        path: Option<PathBuf>,
    },
    /// A file or its folder may not be written to.
    #[error("The state cannot be written{}: it is read-only for this process.", at(path.as_ref()))]
    ReadOnly {
        /// The file.
        path: Option<PathBuf>,
    },
    /// A file is not what was written to it.
    #[error(
        "The database file{} is damaged ({detail}). It was left as it is; others go on. Restore it from a copy, or move it away to begin anew.",
        at(path.as_ref())
    )]
    Corrupt {
        /// The file.
        path: Option<PathBuf>,
        /// SQLite's words.
        detail: String,
    },
    /// A file cannot be opened, read or written; most often as the disk has no room for what SQLite keeps beside it.
    #[error("The database file{} cannot be used: {detail}. Is there room on the disk, and leave to write in its folder?", at(path.as_ref()))]
    Unusable {
        /// The file.
        path: Option<PathBuf>,
        /// SQLite's words.
        detail: String,
    },
    /// The file was written by a later version of Selvedge.
    #[error(
        "{} was written by a later version of Selvedge (schema {found}; this version knows {known}). Use that version, or another state folder.",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The schema that it has.
        found: u32,
        /// The last schema that is known here.
        known: u32,
    },
    /// The operating system refused something.
    #[error("Cannot {what} {}: {error}", path.display())]
    Io {
        /// What was tried: "open", "lock".
        what: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// Its answer.
        error: io::Error,
    },
    /// Any other answer of SQLite's.
    #[error("{0}")]
    Sqlite(rusqlite::Error),
    /// The process ends, or a defect of ours ended the work.
    #[error("The storage was closed before the work was done.")]
    Closed,
}

fn at(path: Option<&PathBuf>) -> String {
    path.map(|path| format!(" ({})", path.display())).unwrap_or_default()
}

impl From<rusqlite::Error> for StorageError {
    fn from(error: rusqlite::Error) -> Self {
        let Some(code) = error.sqlite_error_code() else { return Self::Sqlite(error) };
        match code {
            ErrorCode::DiskFull => Self::Full { path: None },
            ErrorCode::ReadOnly => Self::ReadOnly { path: None },
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
                Self::Corrupt { path: None, detail: error.to_string() }
            }
            ErrorCode::SystemIoFailure | ErrorCode::CannotOpen => {
                Self::Unusable { path: None, detail: error.to_string() }
            }
            _ => Self::Sqlite(error),
        }
    }
}

impl StorageError {
    /// An error of the operating system.
    pub fn io(what: &'static str, path: &Path, error: io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { path: Some(path) },
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path: Some(path) },
            _ => Self::Io { what, path, error },
        }
    }

    /// Whether the read was stopped before its end, by its bound or by an interrupt.
    pub fn is_interrupted(&self) -> bool {
        matches!(self, Self::Sqlite(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted))
    }
}

/// An error that work on a database may end with. A write that ends with one leaves nothing behind.
pub trait Failure: From<StorageError> + Send + 'static {
    /// Names the file, where the error does not yet.
    #[must_use]
    fn at(self, path: &Path) -> Self;

    /// Whether the work was stopped before its end and may be done again from the beginning.
    fn is_interrupted(&self) -> bool;
}

impl Failure for StorageError {
    fn at(mut self, file: &Path) -> Self {
        if let Self::Full { path }
        | Self::ReadOnly { path }
        | Self::Corrupt { path, .. }
        | Self::Unusable { path, .. } = &mut self
        {
            path.get_or_insert_with(|| file.to_owned());
        }
        self
    }

    fn is_interrupted(&self) -> bool {
        Self::is_interrupted(self)
    }
}
