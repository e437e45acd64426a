//! Telling when the files of a bundle change.
//!
//! Folders are watched, not files: an editor that saves by writing a new file and renaming it over
//! the old one would otherwise leave the watch on a file that is gone. Events are kept back for
//! [`QUIET`] after the last of a burst, since one save is many events and one `git checkout` is
//! many saves.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self as events, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use notify::{
    Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _,
    event::{MetadataKind, ModifyKind},
};
use tokio::sync::mpsc;

use crate::output::WatchList;

/// How long nothing must happen before a burst of changes is told.
const QUIET: Duration = Duration::from_millis(50);
/// How long a burst may go on before it is told all the same.
const PATIENCE: Duration = Duration::from_millis(500);

/// Watches the files of one project.
pub struct Watcher {
    watcher: RecommendedWatcher,
    folders: BTreeSet<PathBuf>,
    interest: Arc<Mutex<Interest>>,
    changes: mpsc::UnboundedReceiver<Vec<PathBuf>>,
}

/// Watching is not possible.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The operating system gives no notifications at all.
    #[error("could not start watching files: {0}")]
    Start(#[source] notify::Error),
    /// A folder cannot be watched.
    #[error("could not watch the folder {}: {source}{}", folder.display(), advice(source))]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the operating system says.
        source: notify::Error,
    },
}

fn advice(error: &notify::Error) -> &'static str {
    match error.kind {
        notify::ErrorKind::MaxFilesWatch => {
            "; raise the limit with `sysctl fs.inotify.max_user_watches=524288`, or close other programs that watch files"
        }
        _ => "",
    }
}

impl Watcher {
    /// A watcher that watches nothing yet.
    ///
    /// # Errors
    /// The operating system gives no notifications.
    pub fn new() -> Result<Self, WatchError> {
        let (event_sender, event_receiver) = events::channel();
        let (sender, changes) = mpsc::unbounded_channel();
        let interest = Arc::<Mutex<Interest>>::default();
        let watcher = notify::recommended_watcher(move |event| {
            // The other end is gone when the watcher is being dropped.
            let _ = event_sender.send(event);
        })
        .map_err(WatchError::Start)?;
        let seen = interest.clone();
        // Ends when the watcher is dropped, and with it the sender of events.
        std::thread::Builder::new()
            .name("watch".into())
            .spawn(move || debounce(&event_receiver, &seen, &sender))
            .map_err(|error| WatchError::Start(notify::Error::io(error)))?;
        Ok(Self { watcher, folders: BTreeSet::new(), interest, changes })
    }

    /// Watches this list from now on, instead of the one before. To be called after every build: it
    /// also renews the watch on folders that were deleted and made again.
    ///
    /// # Errors
    /// A folder cannot be watched; the others are.
    pub fn watch(&mut self, list: &WatchList) -> Result<(), WatchError> {
        let interest = Interest {
            files: list.files.iter().cloned().collect(),
            directories: list.directories.iter().cloned().collect(),
        };
        let wanted =
            list.files.iter().filter_map(|file| file.parent()).chain(list.directories.iter().map(PathBuf::as_path));
        // Of a folder that is not there, the nearest that is will tell when it comes.
        let wanted: BTreeSet<PathBuf> = wanted
            .filter_map(|folder| folder.ancestors().find(|folder| folder.is_dir()))
            .map(Path::to_path_buf)
            .collect();
        *self.interest.lock().unwrap_or_else(PoisonError::into_inner) = interest;
        for folder in self.folders.difference(&wanted) {
            // It may be gone, and the watch with it.
            let _ = self.watcher.unwatch(folder);
        }
        let mut result = Ok(());
        for folder in &wanted {
            if let Err(source) = self.watcher.watch(folder, RecursiveMode::NonRecursive) {
                result = Err(WatchError::Folder { folder: folder.clone(), source });
            }
        }
        self.folders = wanted;
        result
    }

    /// Waits for the next changes: paths of the list that were written, made or removed. `None`
    /// when watching ended.
    ///
    /// Cancel safe.
    pub async fn changed(&mut self) -> Option<Vec<PathBuf>> {
        self.changes.recv().await
    }
}

/// What counts as a change.
#[derive(Debug, Default)]
struct Interest {
    files: BTreeSet<PathBuf>,
    directories: BTreeSet<PathBuf>,
}

impl Interest {
    /// Whether the path is watched, lies directly in a watched folder, or is a folder above either.
    fn covers(&self, path: &Path) -> bool {
        let above =
            |set: &BTreeSet<PathBuf>| set.range(path.to_path_buf()..).next().is_some_and(|next| next.starts_with(path));
        above(&self.files)
            || above(&self.directories)
            || path.parent().is_some_and(|parent| self.directories.contains(parent))
    }
}

/// The paths that an event changed, by what kind of event it is.
fn changed_paths(event: Event, interest: &Interest) -> Vec<PathBuf> {
    if event.need_rescan() {
        // Events were lost: anything may have changed.
        return interest.files.iter().cloned().collect();
    }
    match event.kind {
        EventKind::Access(_) | EventKind::Modify(ModifyKind::Metadata(MetadataKind::AccessTime)) => Vec::new(),
        _ => event.paths.into_iter().filter(|path| interest.covers(path)).collect(),
    }
}

fn debounce(
    events: &events::Receiver<notify::Result<Event>>,
    interest: &Mutex<Interest>,
    changes: &mpsc::UnboundedSender<Vec<PathBuf>>,
) {
    let mut burst = BTreeSet::new();
    let mut deadline = Instant::now();
    loop {
        let event = if burst.is_empty() {
            let event = events.recv().map_err(|_| RecvTimeoutError::Disconnected);
            deadline = Instant::now() + PATIENCE;
            event
        } else {
            events.recv_timeout(QUIET.min(deadline.saturating_duration_since(Instant::now())))
        };
        match event {
            Ok(Ok(event)) => {
                let interest = interest.lock().unwrap_or_else(PoisonError::into_inner);
                burst.extend(changed_paths(event, &interest));
            }
            Ok(Err(error)) => tracing::warn!(%error, "watching files"),
            Err(RecvTimeoutError::Timeout) => {
                if changes.send(std::mem::take(&mut burst).into_iter().collect()).is_err() {
                    return;
                }
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interest() -> Interest {
        Interest {
            files: ["/p/src/index.ts", "/p/package.json"].iter().map(PathBuf::from).collect(),
            directories: ["/p/assets"].iter().map(PathBuf::from).collect(),
        }
    }

    #[test]
    fn covers_files_entries_of_folders_and_what_holds_them() {
        let interest = interest();
        for path in ["/p/src/index.ts", "/p/package.json", "/p/assets/new.txt", "/p/src", "/p/assets"] {
            assert!(interest.covers(Path::new(path)), "{path}");
        }
        for path in ["/p/src/index.ts.swp", "/p/src/other.ts", "/p/assets/deep/new.txt", "/p/sr", "/q"] {
            assert!(!interest.covers(Path::new(path)), "{path}");
        }
    }

    #[test]
    fn reading_is_no_change_and_lost_events_are_all() {
        let path = PathBuf::from("/p/src/index.ts");
        let read = Event::new(EventKind::Access(notify::event::AccessKind::Read)).add_path(path.clone());
        assert!(changed_paths(read, &interest()).is_empty());
        let write = Event::new(EventKind::Modify(ModifyKind::Any)).add_path(path.clone());
        assert_eq!(changed_paths(write, &interest()), [path]);
        let lost = Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan);
        assert_eq!(changed_paths(lost, &interest()).len(), 2);
    }
}
