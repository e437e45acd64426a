//! How a connection is made.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::keeper::Keeper;
use crate::{Durability, Failure, StorageError};

/// Statements that a connection keeps prepared.
const STATEMENTS: usize = 64;

/// How long to wait for a lock. Only a checkpoint, or the recovery after a crash, holds one.
const BUSY: Duration = Duration::from_secs(10);

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading only.
    Read,
    /// Reading and writing; there is one such connection to a file.
    Write,
}

/// Prepares a connection: its functions, its authorizer, its limits.
pub type Configure = Arc<dyn Fn(&Connection, Access) -> rusqlite::Result<()> + Send + Sync>;

/// What a file is for.
#[derive(Clone, Default)]
pub struct DatabaseOptions {
    /// SQL that brings the file from one version of its schema to the next, from an empty file on. The version is
    /// kept in `PRAGMA user_version`. Empty for a file whose schema is not ours.
    pub migrations: &'static [&'static str],
    /// Runs on each connection when it is opened, after the migrations.
    pub configure: Option<Configure>,
}

impl std::fmt::Debug for DatabaseOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DatabaseOptions").field("migrations", &self.migrations.len()).finish_non_exhaustive()
    }
}

/// Opens the connection that writes; makes the file, and brings it to the newest schema.
pub(super) fn open_writer(
    path: &Path,
    durability: Durability,
    options: &DatabaseOptions,
    keeper: Option<&dyn Keeper>,
) -> Result<Connection, StorageError> {
    if let Some(folder) = path.parent() {
        make_folder(folder).map_err(|error| StorageError::io("make the folder", folder, error))?;
    }
    let open = || -> Result<Connection, StorageError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        let synchronous = match durability {
            Durability::Full => "FULL",
            Durability::Process => "NORMAL",
        };
        connection.pragma_update(None, "synchronous", synchronous)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        migrate(&mut connection, path, options.migrations)?;
        prepare(&mut connection, options, keeper, Access::Write)?;
        Ok(connection)
    };
    open().map_err(|error| error.at(path))
}

/// Opens a connection that reads. The file is there: its writer made it.
pub(super) fn open_reader(
    path: &Path,
    options: &DatabaseOptions,
    keeper: Option<&dyn Keeper>,
) -> Result<Connection, StorageError> {
    let open = || -> Result<Connection, StorageError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY)?;
        prepare(&mut connection, options, keeper, Access::Read)?;
        Ok(connection)
    };
    open().map_err(|error| error.at(path))
}

/// Makes a folder that a loss of power does not take away. Of the files in it SQLite takes care.
fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    folder.parent().map_or(Ok(()), |parent| File::open(parent)?.sync_all())
}

fn prepare(
    connection: &mut Connection,
    options: &DatabaseOptions,
    keeper: Option<&dyn Keeper>,
    access: Access,
) -> Result<(), StorageError> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    if let Some(configure) = &options.configure {
        configure(connection, access)?;
    }
    if let Some(keeper) = keeper {
        keeper.connect(connection, access)?;
    }
    Ok(())
}

fn migrate(connection: &mut Connection, path: &Path, migrations: &[&str]) -> Result<(), StorageError> {
    if migrations.is_empty() {
        return Ok(());
    }
    let found: u32 = connection.query_row("PRAGMA user_version", (), |row| row.get(0))?;
    let mut known = 0;
    for migration in migrations {
        known += 1;
        if known <= found {
            continue;
        }
        let transaction = connection.transaction()?;
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", known)?;
        transaction.commit()?;
    }
    if found > known { Err(StorageError::Newer { path: path.to_owned(), found, known }) } else { Ok(()) }
}
