//! Why a query was not done, in hosted's words.

use std::path::Path;

use rusqlite::ErrorCode;

use crate::{Failure, StorageError};

/// Why SQL was not run. The text is what hosted puts after `D1_ERROR: `.
#[derive(Debug, thiserror::Error)]
pub enum SqlError {
    /// SQLite's words, and the names of its code.
    #[error("{message}{}: {name}{}", at(*offset), extended.map(|name| format!(" (extended: {name})")).unwrap_or_default())]
    Sqlite {
        /// SQLite's message.
        message: String,
        /// The byte of the SQL that it is about.
        offset: Option<usize>,
        /// `SQLITE_ERROR`, `SQLITE_CONSTRAINT`, ...
        name: &'static str,
        /// `SQLITE_CONSTRAINT_UNIQUE`, ...
        extended: Option<&'static str>,
    },
    /// What is refused before SQLite sees it, or in other words than SQLite's.
    #[error("{0}")]
    Refused(String),
    /// It took longer than it may.
    #[error("D1 DB storage operation exceeded timeout which caused object to be reset.")]
    TimedOut,
    /// The file cannot be used.
    #[error(transparent)]
    Storage(StorageError),
}

fn at(offset: Option<usize>) -> String {
    offset.map(|offset| format!(" at offset {offset}")).unwrap_or_default()
}

/// The error that a transaction in SQL gets, hosted's own.
pub(super) const TRANSACTION: &str = "To execute a transaction, please use the state.storage.transaction() or \
     state.storage.transactionSync() APIs instead of the SQL BEGIN TRANSACTION or SAVEPOINT statements. The JavaScript \
     API is safer because it will automatically roll back on exceptions, and because it interacts correctly with \
     Durable Objects' automatic atomic write coalescing.";

impl SqlError {
    /// The error of SQL whose first `skipped` bytes SQLite has not seen.
    pub(super) fn within(mut self, skipped: usize) -> Self {
        if let Self::Sqlite { offset: Some(offset), .. } = &mut self {
            *offset += skipped;
        }
        self
    }
}

/// Whether an error is the file's, and not the SQL's.
fn is_the_files(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::DiskFull
            | ErrorCode::ReadOnly
            | ErrorCode::DatabaseCorrupt
            | ErrorCode::NotADatabase
            | ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
    )
}

impl From<rusqlite::Error> for SqlError {
    fn from(error: rusqlite::Error) -> Self {
        let (code, message, offset) = match error {
            rusqlite::Error::SqlInputError { error, msg, offset, .. } => {
                (error, Some(msg), usize::try_from(offset).ok())
            }
            rusqlite::Error::SqliteFailure(error, message) => (error, message, None),
            other => return Self::Storage(other.into()),
        };
        if code.code == ErrorCode::OperationInterrupted {
            return Self::TimedOut;
        }
        if is_the_files(code.code) {
            return Self::Storage(rusqlite::Error::SqliteFailure(code, message).into());
        }
        Self::Sqlite {
            message: message.unwrap_or_else(|| code.to_string()),
            offset,
            name: primary(code.extended_code & 0xff),
            extended: extended(code.extended_code),
        }
    }
}

/// The name of a primary result code (<https://www.sqlite.org/rescode.html>).
fn primary(code: i32) -> &'static str {
    match code {
        2 => "SQLITE_INTERNAL",
        3 => "SQLITE_PERM",
        4 => "SQLITE_ABORT",
        5 => "SQLITE_BUSY",
        6 => "SQLITE_LOCKED",
        7 => "SQLITE_NOMEM",
        17 => "SQLITE_SCHEMA",
        18 => "SQLITE_TOOBIG",
        19 => "SQLITE_CONSTRAINT",
        20 => "SQLITE_MISMATCH",
        21 => "SQLITE_MISUSE",
        23 => "SQLITE_AUTH",
        25 => "SQLITE_RANGE",
        _ => "SQLITE_ERROR",
    }
}

/// The name of an extended result code that hosted tells.
fn extended(code: i32) -> Option<&'static str> {
    Some(match code {
        275 => "SQLITE_CONSTRAINT_CHECK",
        531 => "SQLITE_CONSTRAINT_COMMITHOOK",
        787 => "SQLITE_CONSTRAINT_FOREIGNKEY",
        1043 => "SQLITE_CONSTRAINT_FUNCTION",
        1299 => "SQLITE_CONSTRAINT_NOTNULL",
        1555 => "SQLITE_CONSTRAINT_PRIMARYKEY",
        1811 => "SQLITE_CONSTRAINT_TRIGGER",
        2067 => "SQLITE_CONSTRAINT_UNIQUE",
        2323 => "SQLITE_CONSTRAINT_VTAB",
        2579 => "SQLITE_CONSTRAINT_ROWID",
        2835 => "SQLITE_CONSTRAINT_PINNED",
        3091 => "SQLITE_CONSTRAINT_DATATYPE",
        _ => return None,
    })
}

impl From<StorageError> for SqlError {
    fn from(error: StorageError) -> Self {
        match error {
            // Such as a constraint that is checked when the transaction ends.
            StorageError::Sqlite(error) if error.sqlite_error_code().is_some_and(|code| !is_the_files(code)) => {
                error.into()
            }
            error => Self::Storage(error),
        }
    }
}

impl Failure for SqlError {
    fn at(self, path: &Path) -> Self {
        match self {
            Self::Storage(error) => Self::Storage(error.at(path)),
            other => other,
        }
    }

    fn is_interrupted(&self) -> bool {
        matches!(self, Self::TimedOut)
    }
}

/// Why a batch was not done.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct BatchError {
    /// Which query failed; none if none did, but the transaction.
    pub place: Option<usize>,
    /// What it failed with.
    pub error: SqlError,
}

impl From<StorageError> for BatchError {
    fn from(error: StorageError) -> Self {
        Self { place: None, error: error.into() }
    }
}

impl Failure for BatchError {
    fn at(self, path: &Path) -> Self {
        Self { place: self.place, error: self.error.at(path) }
    }

    fn is_interrupted(&self) -> bool {
        self.error.is_interrupted()
    }
}
