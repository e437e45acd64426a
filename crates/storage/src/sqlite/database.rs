//! One file.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::connection::{DatabaseOptions, open_writer};
use super::keeper::Keeper;
use super::readers::Readers;
use super::writer::{Job, Queue, Tried, Write, commit};
use crate::{Durability, Failure, StateFolder, StorageError};

/// How often one who closes a file for good looks whether it is still in use.
const RETIRING: Duration = Duration::from_millis(2);

/// A SQLite file: closed, or open with its connections.
#[derive(Debug)]
pub struct Database {
    path: PathBuf,
    durability: Durability,
    options: DatabaseOptions,
    keeper: Option<Arc<dyn Keeper>>,
    /// The lock is held for as long as a file beneath it may be open.
    _folder: Arc<StateFolder>,
    made: Instant,
    /// Milliseconds from `made` to the last use.
    used: AtomicU64,
    open: Mutex<Option<Arc<Open>>>,
    /// The file is to be removed: whoever still has this may not make it anew.
    retired: AtomicBool,
    queue: Mutex<Queue>,
}

/// An open file's connections.
#[derive(Debug)]
struct Open {
    // Closed in this order: the last connection moves the log into the file, which one that only reads cannot.
    readers: Readers,
    writer: Mutex<Connection>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Database {
    /// A file that is not opened yet.
    pub(crate) fn new(
        path: PathBuf,
        durability: Durability,
        folder: Arc<StateFolder>,
        options: DatabaseOptions,
        keeper: Option<Arc<dyn Keeper>>,
    ) -> Self {
        Self {
            path,
            durability,
            options,
            keeper,
            _folder: folder,
            made: Instant::now(),
            used: AtomicU64::new(0),
            open: Mutex::default(),
            retired: AtomicBool::new(false),
            queue: Mutex::default(),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Who watches over the file.
    pub(crate) fn keeper(&self) -> Option<Arc<dyn Keeper>> {
        self.keeper.clone()
    }

    /// Reads. A short read runs right here, a longer one on a blocking thread; `work` may be called twice, and sees
    /// one state of the file only within one statement or one transaction of its own.
    ///
    /// # Errors
    /// What `work` ends with, and what keeps the file from being opened.
    pub async fn read<T, E, F>(self: &Arc<Self>, work: F) -> Result<T, E>
    where
        F: Fn(&Connection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: Failure,
    {
        self.touch();
        let here = self.if_open().and_then(|open| open.readers.read_here(&work));
        match here {
            Some(result) => result.map_err(|error| error.at(&self.path)),
            None => self.read_long(work).await,
        }
    }

    /// Reads on a blocking thread: for what is known to take its time.
    ///
    /// # Errors
    /// As [`Database::read`].
    pub async fn read_long<T, E, F>(self: &Arc<Self>, work: F) -> Result<T, E>
    where
        F: Fn(&Connection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: Failure,
    {
        self.touch();
        let database = self.clone();
        let open = match self.if_open() {
            Some(open) => open,
            None => blocking(move || database.opened()).await?,
        };
        let database = self.clone();
        // The permit travels: who asked may go away while the thread reads on.
        let readers = open.clone();
        let permit = readers.readers.permits.acquire().await.map_err(StorageError::from)?;
        permit.forget();
        let result = blocking(move || {
            let _permit = Permit(&open);
            open.readers.read(&database.path, &database.options, database.keeper.as_deref(), &work)
        });
        result.await.map_err(|error: E| error.at(&self.path))
    }

    /// Writes: `work` runs in a transaction, which may be shared with other writes. When this returns, the changes are
    /// as durable as the storage is set to make them; after an error there are none. `work` may be called again after
    /// its changes were undone. It goes on when the future is dropped.
    ///
    /// # Errors
    /// What `work` ends with, and what keeps the file from being opened or the changes from being kept.
    pub async fn write<T, E, F>(self: &Arc<Self>, work: F) -> Result<T, E>
    where
        F: FnMut(&Connection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: Failure,
    {
        self.enqueue(work, false).await
    }

    /// Uses the connection that writes outside of any transaction, while no other write runs: for `VACUUM`, copies,
    /// or transactions of one's own.
    ///
    /// # Errors
    /// As [`Database::write`].
    pub async fn exclusive<T, E, F>(self: &Arc<Self>, work: F) -> Result<T, E>
    where
        F: FnMut(&Connection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: Failure,
    {
        self.enqueue(work, true).await
    }

    async fn enqueue<T, E, F>(self: &Arc<Self>, work: F, alone: bool) -> Result<T, E>
    where
        F: FnMut(&Connection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: Failure,
    {
        self.touch();
        let (job, answer) = Write::new(work, alone);
        if lock(&self.queue).push(Box::new(job)) {
            let database = self.clone();
            tokio::task::spawn_blocking(move || database.write_all());
        }
        answer.await.unwrap_or_else(|_| Err(StorageError::Closed.into()))
    }

    /// Does what waits to be written, until nothing does.
    fn write_all(&self) {
        loop {
            let jobs = lock(&self.queue).next_group();
            if jobs.is_empty() {
                return;
            }
            // The file is let go of before anybody is told: who closes it after a write finds nobody at it.
            for (job, committed) in self.try_all(jobs) {
                job.finish(&self.path, committed);
            }
        }
    }

    fn try_all(&self, jobs: Vec<Box<dyn Job>>) -> Vec<Tried> {
        match self.opened::<StorageError>() {
            Ok(open) => {
                let writer = lock(&open.writer);
                let committed = || self.keeper.iter().for_each(|keeper| keeper.committed(&writer));
                commit(&writer, jobs, &committed)
            }
            Err(error) => {
                // Each of them gets the reason, made anew by another try to open the file.
                let mut error = Some(error);
                let mut reason = || error.take().or_else(|| self.opened::<StorageError>().err());
                jobs.into_iter().map(|job| (job, Err(reason().unwrap_or(StorageError::Closed)))).collect()
            }
        }
    }

    /// The connections, if the file is open. Does not wait for one that is being opened or closed just now.
    fn if_open(&self) -> Option<Arc<Open>> {
        match self.open.try_lock() {
            Ok(open) => open.clone(),
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner().clone(),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Opens the file, if it is not open. Blocks.
    fn opened<E: Failure>(&self) -> Result<Arc<Open>, E> {
        let mut slot = lock(&self.open);
        if let Some(open) = &*slot {
            return Ok(open.clone());
        }
        if self.retired.load(Ordering::Acquire) {
            return Err(StorageError::Closed.into());
        }
        let writer = open_writer(&self.path, self.durability, &self.options, self.keeper.as_deref())?;
        if let Some(keeper) = &self.keeper {
            keeper.opened(&writer).map_err(|error| error.at(&self.path))?;
        }
        let open = Arc::new(Open { writer: Mutex::new(writer), readers: Readers::new() });
        *slot = Some(open.clone());
        Ok(open)
    }

    fn touch(&self) {
        self.used.store(self.made.elapsed().as_millis() as u64, Ordering::Relaxed);
    }

    /// Since when nobody has used it; nothing if it is not open.
    pub(super) fn idle_for(&self) -> Option<Duration> {
        let open = self.if_open()?;
        drop(open);
        Some(self.made.elapsed().saturating_sub(Duration::from_millis(self.used.load(Ordering::Relaxed))))
    }

    /// Closes the file, unless it is in use just now. Blocks: the last connection moves the log into the file.
    pub(super) fn close(&self) {
        let mut slot = lock(&self.open);
        if let Some(open) = slot.take_if(|open| Arc::strong_count(open) == 1) {
            if let Some(keeper) = &self.keeper {
                keeper.closing(&lock(&open.writer));
            }
            // While the slot is held: nobody opens the file again before it is closed.
            drop(open);
        }
    }

    /// Closes the file for good, when those who use it just now are done. Blocks.
    pub(super) fn retire(&self) {
        self.retired.store(true, Ordering::Release);
        loop {
            self.close();
            if lock(&self.open).is_none() {
                return;
            }
            std::thread::sleep(RETIRING);
        }
    }
}

/// Gives a permit back.
struct Permit<'a>(&'a Open);

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.0.readers.permits.add_permits(1);
    }
}

/// Runs work on a blocking thread.
async fn blocking<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: Failure,
{
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(StorageError::Closed.into()))
}
