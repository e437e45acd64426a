//! One dataset: points that wait, and the file that they go to.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use tokio::runtime::Handle;
use tokio::sync::Notify;

use super::point::DataPoint;
use super::{KIND, MIGRATIONS};
use crate::sqlite::DatabaseOptions;
use crate::{LocalStorage, StorageError};

/// How long a point waits for others.
const PERIOD: Duration = Duration::from_secs(1);

/// So many that they wait no longer.
const MANY: usize = 4096;

/// The most bytes that points of all datasets may take while they wait.
const MOST_BYTES: usize = 32 << 20;

/// A dataset that points are written to.
#[derive(Debug)]
pub struct Dataset {
    name: String,
    storage: Arc<LocalStorage>,
    held: Arc<AtomicUsize>,
    waiting: Mutex<Waiting>,
    /// There are many.
    many: Notify,
    /// Held while points are written, so that who asks for all to be written waits for those under way, too.
    writing: tokio::sync::Mutex<()>,
}

/// The points that wait.
#[derive(Debug, Default)]
struct Waiting {
    points: Vec<DataPoint>,
    bytes: usize,
    /// How many there was no room for.
    dropped: u64,
    /// Whether somebody is going to write them.
    expected: bool,
}

impl Dataset {
    pub(super) fn new(name: String, storage: Arc<LocalStorage>, held: Arc<AtomicUsize>) -> Self {
        Self {
            name,
            storage,
            held,
            waiting: Mutex::default(),
            many: Notify::new(),
            writing: tokio::sync::Mutex::default(),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a point. It is written soon; nobody waits for that, and there is no promise.
    pub fn write(self: &Arc<Self>, point: DataPoint) {
        let weight = point.weight();
        let mut waiting = self.waiting();
        if self.held.fetch_add(weight, Ordering::Relaxed) + weight > MOST_BYTES {
            self.held.fetch_sub(weight, Ordering::Relaxed);
            waiting.dropped += 1;
            return;
        }
        waiting.points.push(point);
        waiting.bytes += weight;
        if waiting.points.len() == MANY {
            self.many.notify_one();
        }
        if !waiting.expected
            && let Ok(runtime) = Handle::try_current()
        {
            waiting.expected = true;
            let dataset = self.clone();
            runtime.spawn(async move {
                let _ = tokio::time::timeout(PERIOD, dataset.many.notified()).await;
                dataset.flush().await;
            });
        }
    }

    /// Writes all points that wait.
    pub(super) async fn flush(&self) {
        let _writing = self.writing.lock().await;
        let Waiting { points, bytes, dropped, .. } = std::mem::take(&mut *self.waiting());
        if dropped > 0 {
            tracing::warn!(dataset = self.name, "{dropped} data points were dropped: they came faster than the disk");
        }
        if points.is_empty() {
            return;
        }
        let count = points.len();
        let kept = self.keep(points).await;
        self.held.fetch_sub(bytes, Ordering::Relaxed);
        if let Err(error) = kept {
            tracing::error!(dataset = self.name, "{count} data points are lost: {error}");
        }
    }

    async fn keep(&self, points: Vec<DataPoint>) -> Result<(), StorageError> {
        let options = || DatabaseOptions { migrations: MIGRATIONS, configure: None };
        let database = self.storage.database(KIND, &self.name, options)?;
        let name = self.name.clone();
        let work = move |connection: &Connection| -> Result<(), StorageError> {
            for point in &points {
                point.insert(connection, &name)?;
            }
            // As hosted: data is kept for three months.
            let forget = "DELETE FROM data_points WHERE timestamp < datetime('now', '-3 months')";
            Ok(connection.prepare_cached(forget)?.execute(()).map(drop)?)
        };
        database.write(work).await
    }
}
