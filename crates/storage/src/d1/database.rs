//! One database of a state folder.

use std::any::Any;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use futures_util::future::BoxFuture;
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::history::{History, HistoryError, Moment};
use super::keeper::D1Keeper;
use super::{Answer, BatchError, Bookmark, Meta, Query, SqlDatabase, SqlError, execute};
use crate::sqlite::{Database, DatabaseOptions};
use crate::{LocalStorage, StorageError};

/// The folder of D1 databases in a state folder.
pub const KIND: &str = "d1";

/// A database. Making it touches nothing: the file is made and opened at the first query.
#[derive(Debug)]
pub struct D1Database {
    storage: Arc<LocalStorage>,
    id: String,
    opened: OnceLock<Opened>,
}

#[derive(Clone, Debug)]
struct Opened {
    database: Arc<Database>,
    keeper: Arc<D1Keeper>,
}

impl D1Database {
    /// The database of an identifier.
    pub fn new(storage: Arc<LocalStorage>, id: impl Into<String>) -> Self {
        Self { storage, id: id.into(), opened: OnceLock::new() }
    }

    /// The database's file.
    pub fn path(&self) -> PathBuf {
        self.storage.path_of(KIND, &self.id, ".sqlite")
    }

    /// Whether the database has been made.
    pub fn exists(&self) -> bool {
        self.path().exists()
    }

    fn opened(&self) -> Result<Opened, StorageError> {
        if let Some(opened) = self.opened.get() {
            return Ok(opened.clone());
        }
        let database = self.storage.kept_database(KIND, &self.id, || {
            let folder = self.storage.path_of(KIND, &self.id, ".history");
            let history = History::new(self.path(), folder);
            (DatabaseOptions::default(), Some(Arc::new(D1Keeper::new(history))))
        })?;
        let keeper = database.keeper().ok_or(StorageError::Closed)? as Arc<dyn Any + Send + Sync>;
        let keeper = keeper.downcast().map_err(|_| StorageError::Closed)?;
        Ok(self.opened.get_or_init(|| Opened { database, keeper }).clone())
    }

    /// The position at a time, in milliseconds since 1970: the last commit that was not after it.
    ///
    /// # Errors
    /// The time is not in what is kept.
    pub async fn at(&self, time: u64) -> Result<Moment, HistoryError> {
        self.with_history(move |history, writer| history.at(writer, time)).await
    }

    /// The first and the last position that can be gone back to.
    ///
    /// # Errors
    /// The history cannot be read.
    pub async fn kept(&self) -> Result<(Moment, Moment), HistoryError> {
        self.with_history(|history, writer| history.kept(writer)).await
    }

    /// Makes the database what it was at a position. That is one more commit, whose position is returned: what was
    /// there before can be gone back to as well.
    ///
    /// # Errors
    /// The position is not in what is kept, or the disk refuses.
    pub async fn restore(&self, bookmark: Bookmark) -> Result<Bookmark, HistoryError> {
        self.with_history(move |history, writer| history.restore(writer, bookmark)).await?;
        self.with_history(|history, _| Ok(history.position())).await
    }

    async fn with_history<T: Send + 'static>(
        &self,
        work: impl Fn(&History, &Connection) -> Result<T, HistoryError> + Send + 'static,
    ) -> Result<T, HistoryError> {
        let Opened { database, keeper } = self.opened()?;
        database.exclusive(move |writer| work(&keeper.history, writer)).await
    }
}

impl SqlDatabase for D1Database {
    fn query(&self, query: Query) -> BoxFuture<'static, Result<Answer, SqlError>> {
        let opened = self.opened();
        Box::pin(async move { opened?.query(query).await })
    }

    fn batch(&self, queries: Vec<Query>) -> BoxFuture<'static, Result<Vec<Answer>, BatchError>> {
        let opened = self.opened();
        Box::pin(async move { opened?.write(Arc::new(queries)).await })
    }

    fn dump(&self) -> BoxFuture<'static, Result<Vec<u8>, SqlError>> {
        let opened = self.opened();
        Box::pin(async move { opened?.dump().await })
    }

    fn bookmark(&self) -> BoxFuture<'static, Result<Bookmark, SqlError>> {
        let opened = self.opened();
        Box::pin(async move {
            let Opened { database, keeper } = opened?;
            // The file has to be open: its log says where it is.
            database.read(|_| Ok::<_, SqlError>(())).await?;
            Ok(keeper.history.position())
        })
    }
}

impl Opened {
    async fn query(self, query: Query) -> Result<Answer, SqlError> {
        let queries = Arc::new(vec![query]);
        if !execute::surely_writes(&queries[0].sql) {
            let begun = Instant::now();
            let query = queries.clone();
            if let Some((rows, rows_read)) = self.database.read(move |reader| execute::read(reader, &query[0])).await? {
                let meta = Meta {
                    duration: begun.elapsed(),
                    last_row_id: self.keeper.last_row_id(),
                    size_after: self.keeper.size(),
                    rows_read,
                    ..Meta::default()
                };
                return Ok(Answer { rows, meta });
            }
        }
        let answers = self.write(queries).await.map_err(|failure| failure.error)?;
        answers.into_iter().next().ok_or(SqlError::Storage(StorageError::Closed))
    }

    async fn write(self, queries: Arc<Vec<Query>>) -> Result<Vec<Answer>, BatchError> {
        let Self { database, keeper } = self;
        database.write(move |writer| keeper.within_limit(|| execute::write(writer, &queries, &keeper.changes))).await
    }

    async fn dump(self) -> Result<Vec<u8>, SqlError> {
        /// So that two at once do not write to one file.
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        // In the history's folder, which is cleaned when the file is opened: a crash may leave it.
        let copy = self.database.path().with_extension("history").join(format!("dump-{number}.new"));
        let read = move |reader: &Connection| -> Result<Vec<u8>, SqlError> {
            let copied = back_up(reader, &copy)
                .map_err(SqlError::from)
                .and_then(|()| std::fs::read(&copy).map_err(|error| StorageError::io("read", &copy, error).into()));
            // Left behind only if the disk refuses even that.
            let _ = std::fs::remove_file(&copy);
            copied
        };
        self.database.read_long(read).await
    }
}

/// Copies a database as it is at one moment into a new file.
pub(super) fn back_up(from: &Connection, to: &std::path::Path) -> rusqlite::Result<()> {
    let mut copy = Connection::open(to)?;
    copy_all(&Backup::new(from, &mut copy)?)?;
    copy.close().map_err(|(_, error)| error)
}

/// Takes all steps of a backup.
pub(super) fn copy_all(backup: &Backup<'_, '_>) -> rusqlite::Result<()> {
    match backup.step(-1)? {
        StepResult::Done => Ok(()),
        // Who has the lock was waited for.
        _ => Err(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY), None)),
    }
}
