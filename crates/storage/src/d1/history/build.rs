//! An old state put together, and written over the present one.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::backup::Backup;
use rusqlite::config::DbConfig;

use super::HistoryError;
use super::files::Files;
use crate::StorageError;
use crate::d1::Bookmark;
use crate::d1::database::copy_all;

/// Writes the state at a position over a database. One commit.
pub(super) fn restore(files: &Files, database: &Path, bookmark: Bookmark) -> Result<(), HistoryError> {
    let scratch = files.scratch();
    let result = build(files, &scratch, bookmark).and_then(|()| write(&scratch, database));
    clear(&scratch);
    result
}

fn clear(scratch: &Path) {
    for path in [scratch.to_owned(), beside(scratch, "-wal"), beside(scratch, "-shm")] {
        // What is not there need not be removed; what cannot be is found and removed at the next start.
        let _ = fs::remove_file(path);
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.to_owned().into_os_string();
    path.push(suffix);
    path.into()
}

fn build(files: &Files, scratch: &Path, bookmark: Bookmark) -> Result<(), HistoryError> {
    clear(scratch);
    let (first, base) = files.base_for(bookmark.log)?.ok_or(HistoryError::Unknown(bookmark))?;
    fs::copy(&base, scratch).map_err(|error| StorageError::io("copy", &base, error))?;
    // An empty file would make SQLite drop the log beside it; in this mode it has a page.
    Connection::open(scratch)?.pragma_update(None, "journal_mode", "WAL")?;
    for number in first..=bookmark.log {
        let last = number == bookmark.log;
        let frames = if last { bookmark.frame } else { u32::MAX };
        if frames == 0 {
            break;
        }
        // Numbers are only given to logs with commits, and to logs that a base took the place of.
        let Some(mut wal) = files.log(number)? else {
            if last { return Err(HistoryError::Unknown(bookmark)) } else { continue }
        };
        let path = beside(scratch, "-wal");
        let mut copy = || -> std::io::Result<()> {
            wal.advance()?;
            let mut file = File::create(&path)?;
            wal.copy(frames.min(wal.frames), &mut file)
        };
        copy().map_err(|error| StorageError::io("copy a log to", &path, error))?;
        // Opening reads the log, and checks it; the last connection moves it into the file.
        let connection = Connection::open(scratch)?;
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(()))?;
        connection.close().map_err(|(_, error)| error)?;
    }
    Ok(())
}

fn write(scratch: &Path, database: &Path) -> Result<(), HistoryError> {
    let from = Connection::open(scratch)?;
    let mut to = Connection::open(database)?;
    to.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    to.pragma_update(None, "wal_autocheckpoint", 0)?;
    to.pragma_update(None, "synchronous", "FULL")?;
    Ok(copy_all(&Backup::new(&from, &mut to)?)?)
}
