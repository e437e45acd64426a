//! How large the state is.
//!
//! A folder is added up file by file, which takes its time where there are many; so it is done on a thread for that, and
//! not more often than the number can matter.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use walkdir::WalkDir;

/// How old a sum may be.
const FRESH: Duration = Duration::from_secs(15);

/// The size of the state folder.
#[derive(Debug)]
pub(super) struct StateSize {
    folder: PathBuf,
    known: Mutex<Option<(Instant, u64)>>,
}

impl StateSize {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), known: Mutex::default() }
    }

    /// What was added up last, in bytes.
    pub(super) fn bytes(&self) -> Option<u64> {
        self.known().map(|(_, bytes)| bytes)
    }

    fn known(&self) -> Option<(Instant, u64)> {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds up anew, if what is known is old.
    pub(super) async fn refresh(&self) {
        if self.known().is_some_and(|(when, _)| when.elapsed() < FRESH) {
            return;
        }
        let folder = self.folder.clone();
        let Ok(bytes) = tokio::task::spawn_blocking(move || sum(&folder)).await else { return };
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), bytes));
    }
}

/// The bytes of all files beneath a folder; none where there is no such folder. What goes away meanwhile is left out.
fn sum(folder: &Path) -> u64 {
    let files = WalkDir::new(folder).into_iter().flatten().filter(|entry| entry.file_type().is_file());
    files.filter_map(|file| file.metadata().ok()).map(|metadata| metadata.len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn all_files_count_and_a_folder_need_not_be_there() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("kv")).unwrap();
        std::fs::write(folder.path().join("kv/a"), "123").unwrap();
        std::fs::write(folder.path().join("b"), "4567").unwrap();
        for (folder, bytes) in [(folder.path().to_owned(), 7), (folder.path().join("missing"), 0)] {
            let size = StateSize::new(&folder);
            assert_eq!(size.bytes(), None);
            size.refresh().await;
            assert_eq!(size.bytes(), Some(bytes));
        }
    }
}
