//! The connections that read.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::connection::{DatabaseOptions, open_reader};
use super::keeper::Keeper;
use crate::{Failure, StorageError};

/// How many may read one file at once.
const READERS: usize = 8;

/// The bound on a read that runs where it is asked, in steps of SQLite's virtual machine. A point query takes some
/// dozens of steps; this many take about a tenth of a millisecond.
const STEPS: std::ffi::c_int = 4000;

/// Idle connections, and leave to use or open one.
#[derive(Debug)]
pub(super) struct Readers {
    idle: Mutex<Vec<Connection>>,
    pub(super) permits: Semaphore,
}

impl Readers {
    pub(super) fn new() -> Self {
        Self { idle: Mutex::default(), permits: Semaphore::new(READERS) }
    }

    fn take(&self) -> Option<Connection> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn put(&self, connection: Connection) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }

    /// Reads right here, within the bound. Nothing if there is no idle connection, or the bound was met.
    pub(super) fn read_here<T, E: Failure>(&self, work: &impl Fn(&Connection) -> Result<T, E>) -> Option<Result<T, E>> {
        let _permit = self.permits.try_acquire().ok()?;
        let mut connection = self.take()?;
        // SQLite counts the steps of a prepared statement over all its runs, so that every few hundred runs of a short
        // one pass a multiple of the bound: only the second time is the bound met.
        let mut passed = false;
        connection.progress_handler(STEPS, Some(move || std::mem::replace(&mut passed, true))).ok()?;
        let result = work(&connection);
        connection.progress_handler(0, None::<fn() -> bool>).ok()?;
        self.put(connection);
        match result {
            Err(error) if error.is_interrupted() => None,
            result => Some(result),
        }
    }

    /// Reads on this thread, however long it takes. The caller holds a permit.
    pub(super) fn read<T, E: Failure>(
        &self,
        path: &Path,
        options: &DatabaseOptions,
        keeper: Option<&dyn Keeper>,
        work: &impl Fn(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = match self.take() {
            Some(connection) => connection,
            None => open_reader(path, options, keeper)?,
        };
        if let Some(limit) = keeper.and_then(Keeper::read_limit) {
            let end = Instant::now() + limit;
            connection.progress_handler(STEPS, Some(move || Instant::now() > end)).map_err(StorageError::from)?;
        }
        let result = work(&connection);
        connection.progress_handler(0, None::<fn() -> bool>).map_err(StorageError::from)?;
        self.put(connection);
        result
    }
}

impl From<tokio::sync::AcquireError> for StorageError {
    fn from(_: tokio::sync::AcquireError) -> Self {
        Self::Closed
    }
}
