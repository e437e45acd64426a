//! What is D1's at the turns of a file's life.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::changes::Changes;
use super::history::History;
use super::{authorizer, execute, limits};
use crate::StorageError;
use crate::sqlite::{Access, Keeper};

/// How often a write looks at the clock, in steps of SQLite's virtual machine.
const STEPS: std::ffi::c_int = 100_000;

/// The end of the write that is under way, as a hook of SQLite's can look at it.
#[derive(Clone, Debug)]
struct Deadline {
    made: Instant,
    /// Milliseconds from `made`; none is `u64::MAX`.
    end: Arc<AtomicU64>,
}

impl Deadline {
    fn set(&self, end: Option<Instant>) {
        let end = end.map_or(u64::MAX, |end| (end - self.made).as_millis() as u64);
        self.end.store(end, Ordering::Relaxed);
    }

    fn is_over(&self) -> bool {
        self.made.elapsed().as_millis() as u64 > self.end.load(Ordering::Relaxed)
    }
}

/// Watches over the file of one database.
#[derive(Debug)]
pub(super) struct D1Keeper {
    pub(super) history: History,
    pub(super) changes: Changes,
    deadline: Deadline,
    last_row_id: AtomicI64,
    size: AtomicU64,
}

impl D1Keeper {
    pub(super) fn new(history: History) -> Self {
        Self {
            history,
            changes: Changes::default(),
            deadline: Deadline { made: Instant::now(), end: Arc::new(AtomicU64::new(u64::MAX)) },
            last_row_id: AtomicI64::new(0),
            size: AtomicU64::new(0),
        }
    }

    /// Does work on the connection that writes, within a query's time.
    pub(super) fn within_limit<T>(&self, work: impl FnOnce() -> T) -> T {
        self.deadline.set(Some(Instant::now() + limits::QUERY));
        let result = work();
        self.deadline.set(None);
        result
    }

    /// The ID of the row that was inserted last.
    pub(super) fn last_row_id(&self) -> i64 {
        self.last_row_id.load(Ordering::Relaxed)
    }

    /// The size of the database, in bytes.
    pub(super) fn size(&self) -> u64 {
        self.size.load(Ordering::Relaxed)
    }

    fn measure(&self, writer: &Connection) -> rusqlite::Result<()> {
        self.last_row_id.store(writer.last_insert_rowid(), Ordering::Relaxed);
        self.size.store(execute::size(writer)?, Ordering::Relaxed);
        Ok(())
    }
}

impl Keeper for D1Keeper {
    fn connect(&self, connection: &mut Connection, access: Access) -> rusqlite::Result<()> {
        // The log is kept before it is moved into the file (`history/`), and nobody else moves it.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.pragma_update(None, "wal_autocheckpoint", 0)?;
        if access == Access::Write {
            let deadline = self.deadline.clone();
            connection.progress_handler(STEPS, Some(move || deadline.is_over()))?;
            self.changes.watch(connection)?;
        }
        limits::set(connection)?;
        connection.authorizer(Some(authorizer::authorize))
    }

    fn opened(&self, writer: &Connection) -> Result<(), StorageError> {
        self.history.opened(writer)?;
        Ok(self.measure(writer)?)
    }

    fn committed(&self, writer: &Connection) {
        if let Err(error) =
            self.measure(writer).map_err(StorageError::from).and_then(|()| self.history.committed(writer))
        {
            // The write itself is safe; the log grows on, and is kept at the next commit.
            tracing::warn!("the history of a D1 database could not be kept: {error}");
        }
    }

    fn closing(&self, writer: &Connection) {
        if let Err(error) = self.history.closing(writer) {
            tracing::warn!("the history of a D1 database could not be kept: {error}");
        }
    }

    fn read_limit(&self) -> Option<Duration> {
        Some(limits::QUERY)
    }
}
