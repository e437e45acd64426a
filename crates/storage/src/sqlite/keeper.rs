//! What a product may do at the turns of a file's life.

use std::any::Any;
use std::fmt::Debug;
use std::time::Duration;

use rusqlite::Connection;

use super::connection::Access;
use crate::StorageError;

/// Watches over one file: its connections, its commits, its end. All of it runs on blocking threads.
pub trait Keeper: Any + Debug + Send + Sync {
    /// Prepares a connection: hooks, limits, functions. After `DatabaseOptions::configure`.
    ///
    /// # Errors
    /// What keeps the connection from being used.
    fn connect(&self, connection: &mut Connection, access: Access) -> rusqlite::Result<()>;

    /// The file was opened; nothing was asked of it yet.
    ///
    /// # Errors
    /// What keeps the file from being used.
    fn opened(&self, writer: &Connection) -> Result<(), StorageError>;

    /// Writes were committed, or the connection was used alone. Nobody has been told yet, and no other write runs.
    fn committed(&self, writer: &Connection);

    /// The file is about to be closed.
    fn closing(&self, writer: &Connection);

    /// How long a read on a blocking thread may take.
    fn read_limit(&self) -> Option<Duration>;
}
