//! All files that are in use.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use super::database::Database;
use super::eviction;

/// How often idle files are looked for.
const SWEEP: Duration = Duration::from_secs(5);

type Known = Mutex<HashMap<PathBuf, Arc<Database>>>;

/// The databases that have been asked for, by path. Closed ones cost a few hundred bytes each.
#[derive(Debug, Default)]
pub struct Databases {
    known: Arc<Known>,
    sweeping: OnceLock<()>,
}

fn lock(known: &Known) -> MutexGuard<'_, HashMap<PathBuf, Arc<Database>>> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Databases {
    /// The database at a path; made if it is not known.
    pub(crate) fn get(&self, path: &Path, make: impl FnOnce() -> Database) -> Arc<Database> {
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            self.sweeping.get_or_init(|| drop(runtime.spawn(sweep(Arc::downgrade(&self.known)))));
        }
        lock(&self.known).entry(path.to_owned()).or_insert_with(|| Arc::new(make())).clone()
    }

    /// How many files are open.
    pub fn open(&self) -> usize {
        lock(&self.known).values().filter(|database| database.idle_for().is_some()).count()
    }

    /// Closes a file for good, before it is removed. Who asks for its path afterwards gets a new one. Blocks.
    pub(crate) fn retire(&self, path: &Path) {
        let known = lock(&self.known).get(path).cloned();
        if let Some(database) = known {
            database.retire();
            lock(&self.known).remove(path);
        }
    }

    /// Closes all files that nobody uses just now. Blocks.
    pub fn close(&self) {
        let all: Vec<_> = lock(&self.known).values().cloned().collect();
        all.iter().for_each(|database| database.close());
    }
}

/// Closes what is idle, for as long as somebody has the databases.
async fn sweep(known: Weak<Known>) {
    loop {
        tokio::time::sleep(SWEEP).await;
        let Some(known) = known.upgrade() else { return };
        let open: Vec<_> =
            lock(&known).values().filter_map(|database| Some((database.clone(), database.idle_for()?))).collect();
        let idle: Vec<_> = open.iter().map(|(_, idle)| *idle).collect();
        let victims = eviction::victims(&idle);
        // On a blocking thread: closing writes.
        let _ = tokio::task::spawn_blocking(move || victims.into_iter().for_each(|place| open[place].0.close())).await;
    }
}
