//! The suites: which folders of the tests they take in, and what is to be reached (`suites.json`).

use std::path::Path;
use std::{fs, io};

use serde::Deserialize;

/// One row of the report.
#[derive(Clone, Debug, Deserialize)]
pub struct Suite {
    /// Its name, and that of its expectations file.
    pub name: String,
    /// The folders and files that it is made of.
    pub paths: Vec<String>,
    /// Folders, or files, below them that are left out, each with its reason.
    #[serde(default)]
    pub except: Vec<Exception>,
    /// Variants (query strings) that are left out.
    #[serde(default)]
    pub except_variants: Vec<Exception>,
    /// Tests written for windows that need nothing of one.
    #[serde(default)]
    pub windows: Vec<String>,
    /// The share of subtests that is to pass, in percent.
    pub target: f64,
}

/// What is left out of a suite.
#[derive(Clone, Debug, Deserialize)]
pub struct Exception {
    /// A folder, a file, or a variant.
    pub path: String,
    /// Why.
    pub reason: String,
}

impl Suite {
    /// Why a file is left out, if it is.
    pub fn exception(&self, file: &str) -> Option<&Exception> {
        self.except.iter().find(|exception| is_within(file, &exception.path))
    }

    /// The suite's test files below `root`, sorted.
    ///
    /// # Errors
    /// A folder cannot be read.
    pub fn files(&self, root: &Path) -> io::Result<Vec<String>> {
        let mut files = Vec::new();
        for path in &self.paths {
            find(root, path, &mut files)?;
        }
        files.retain(|file| {
            let is_test = file.ends_with(".any.js") || file.ends_with(".worker.js");
            is_test && self.exception(file).is_none()
        });
        files.extend(self.windows.iter().cloned());
        files.sort();
        Ok(files)
    }
}

fn is_within(file: &str, path: &str) -> bool {
    file.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn find(root: &Path, path: &str, files: &mut Vec<String>) -> io::Result<()> {
    if root.join(path).is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(root.join(path))? {
        let entry = entry?;
        let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
        let path = format!("{path}/{name}");
        if entry.file_type()?.is_dir() {
            if name != "resources" {
                find(root, &path, files)?;
            }
        } else if name.ends_with(".js") {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::is_within;

    #[test]
    fn a_path_takes_in_what_is_below_it() {
        assert!(is_within("fetch/api/cors/a.any.js", "fetch/api/cors"));
        assert!(is_within("a.any.js", "a.any.js"));
        assert!(!is_within("fetch/api/cors-more/a.any.js", "fetch/api/cors"));
    }
}
