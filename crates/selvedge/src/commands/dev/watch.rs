//! Everything that a change of means something.

use std::path::{Path, PathBuf};

use selvedge_bundle::WatchList;
use walkdir::WalkDir;

use super::change::Meaning;

/// The list to watch: of the bundle and of everything else.
pub(super) fn list(meaning: &Meaning, bundle: &WatchList) -> WatchList {
    let mut list = bundle.clone();
    list.files.extend(meaning.configuration.iter().cloned());
    for folder in meaning.assets.iter().chain(&meaning.custom_build) {
        list.directories.extend(folders(folder));
    }
    list
}

/// A folder and all in it, but for packages and version control: watching is by the folder, not by the tree.
fn folders(root: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = WalkDir::new(root).into_iter().filter_entry(|entry| {
        let name = entry.file_name();
        entry.depth() == 0 || (entry.file_type().is_dir() && name != "node_modules" && name != ".git")
    });
    entries.filter_map(Result::ok).filter(|entry| entry.file_type().is_dir()).map(walkdir::DirEntry::into_path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_watched_folder_by_folder() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["a/b", "node_modules/x"] {
            std::fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        std::fs::write(root.path().join("a/file"), "").unwrap();
        let meaning = Meaning { assets: Some(root.path().to_owned()), ..Meaning::default() };
        let mut found = list(&meaning, &WatchList::default()).directories;
        found.sort_unstable();
        assert_eq!(found, [root.path().to_owned(), root.path().join("a"), root.path().join("a/b")]);
    }
}
