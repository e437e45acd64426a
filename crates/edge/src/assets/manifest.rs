//! Which files a directory serves.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use walkdir::{DirEntry, WalkDir};

use super::config::{AssetsError, RuleWarning};
use super::file::AssetFile;

/// <https://developers.cloudflare.com/workers/platform/limits/#static-assets>
const MAX_FILES: usize = 20_000;
const MAX_BYTES: u64 = 25 << 20;

const IGNORE_FILE: &str = ".assetsignore";
/// Files that are about the assets and not of them, when they lie at the top.
const OWN_FILES: [&str; 3] = [IGNORE_FILE, "_headers", "_redirects"];

/// Assets by the decoded path that each would have without any HTML handling.
pub(super) type Manifest = HashMap<String, Arc<AssetFile>>;

/// Walks a directory whose path has no symbolic links in it. Files known from `before` keep their
/// hashes.
pub(super) fn walk(root: &Path, before: &Manifest, warnings: &mut Vec<RuleWarning>) -> Result<Manifest, AssetsError> {
    let ignored = ignore_rules(root)?;
    let is_ignored = |entry: &DirEntry| {
        let is_dir = entry.file_type().is_dir();
        let is_own = entry.depth() == 1 && OWN_FILES.iter().any(|name| entry.file_name() == *name);
        entry.depth() > 0 && (is_own || ignored.matched_path_or_any_parents(entry.path(), is_dir).is_ignore())
    };
    let mut manifest = Manifest::new();
    for entry in WalkDir::new(root).into_iter().filter_entry(|entry| !is_ignored(entry)) {
        let entry = entry.map_err(|error| AssetsError::Unreadable {
            path: error.path().unwrap_or(root).to_owned(),
            cause: error.into(),
        })?;
        let mut left_out = |message: &str| {
            warnings.push(RuleWarning {
                file: entry.path().display().to_string(),
                line: None,
                message: message.to_owned(),
            });
        };
        let Some(path) = servable(root, &entry, &mut left_out)? else {
            continue;
        };
        let Some(name) = url_path(root, entry.path()) else {
            left_out("the name is not valid UTF-8, so no URL can name it. Skipping.");
            continue;
        };
        if name == "/_worker.js" {
            return Err(AssetsError::WorkerScript(entry.path().to_owned()));
        }
        let bytes = fs::metadata(&path).map_err(|cause| AssetsError::Unreadable { path: path.clone(), cause })?.len();
        if bytes > MAX_BYTES {
            return Err(AssetsError::TooLarge { path: entry.path().to_owned(), bytes });
        }
        if manifest.len() == MAX_FILES {
            return Err(AssetsError::TooMany { directory: root.to_owned(), max: MAX_FILES });
        }
        let known = before.get(&name).filter(|file| file.path() == path);
        manifest.insert(name, known.cloned().unwrap_or_else(|| Arc::new(AssetFile::new(path))));
    }
    Ok(manifest)
}

/// The real path of a file to serve; none for what is not one. A symbolic link is followed to a
/// file within the directory only.
fn servable(root: &Path, entry: &DirEntry, left_out: &mut impl FnMut(&str)) -> Result<Option<PathBuf>, AssetsError> {
    if entry.file_type().is_file() {
        return Ok(Some(entry.path().to_owned()));
    }
    if !entry.file_type().is_symlink() {
        return Ok(None);
    }
    match fs::canonicalize(entry.path()) {
        Ok(target) if !target.starts_with(root) => {
            left_out("the symbolic link leads out of the assets directory. Skipping.")
        }
        Ok(target) if target.is_file() => return Ok(Some(target)),
        Ok(_) => left_out("the symbolic link does not lead to a file. Skipping."),
        Err(error) if error.kind() == io::ErrorKind::NotFound => left_out("the symbolic link leads nowhere. Skipping."),
        Err(cause) => {
            return Err(AssetsError::Unreadable { path: entry.path().to_owned(), cause });
        }
    }
    Ok(None)
}

fn url_path(root: &Path, path: &Path) -> Option<String> {
    let mut name = String::new();
    for part in path.strip_prefix(root).ok()?.components() {
        name.push('/');
        name.push_str(part.as_os_str().to_str()?);
    }
    Some(name)
}

fn ignore_rules(root: &Path) -> Result<Gitignore, AssetsError> {
    let path = root.join(IGNORE_FILE);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Gitignore::empty()),
        Err(cause) => return Err(AssetsError::Unreadable { path, cause }),
    };
    let mut rules = GitignoreBuilder::new(root);
    for (index, line) in text.lines().enumerate() {
        rules.add_line(None, line).map_err(|error| AssetsError::Ignore {
            path: path.clone(),
            cause: format!("line {}: {error}", index + 1),
        })?;
    }
    rules.build().map_err(|error| AssetsError::Ignore { path, cause: error.to_string() })
}
