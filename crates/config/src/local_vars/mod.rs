//! Variables and secrets of local files, for development: `.dev.vars` and `.env`
//! (<https://developers.cloudflare.com/workers/local-development/environment-variables/>).
//!
//! `.dev.vars` wins: when it is there, no `.env` file is read. `.dev.vars.NAME` takes its whole place in the
//! environment `NAME`. The `.env` files add up, a later one over an earlier one: `.env`, `.env.local`, `.env.NAME`,
//! `.env.NAME.local`; and in them `$NAME` stands for a value that came before.
//!
//! The syntax is that of npm's `dotenv`, which wrangler uses. The `dotenvy` crate was tried and dropped: it reads the
//! process environment when it substitutes, substitutes in `.dev.vars` too (where wrangler does not, so that a secret
//! with a `$` would change), and refuses unquoted values with spaces, which are common.

mod dotenv;
mod expand;

use std::io;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use crate::manifest::Manifest;
pub use dotenv::SyntaxError;

/// What a folder's local files say.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct LocalVars {
    /// The values by name.
    pub entries: IndexMap<String, LocalVar>,
    /// The files that were read, in order.
    pub files: Vec<PathBuf>,
}

/// One value and the file it came from.
#[derive(Clone, PartialEq, Eq)]
pub struct LocalVar {
    /// The value: a secret, so it is not shown by `Debug`.
    pub value: String,
    /// The file.
    pub file: PathBuf,
}

impl std::fmt::Debug for LocalVar {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "<hidden> from {}", self.file.display())
    }
}

impl std::fmt::Debug for LocalVars {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_map().entries(&self.entries).finish()
    }
}

/// The secrets that a Worker gets.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct LocalSecrets {
    /// The values by name. They take the place of variables of the same name.
    pub values: IndexMap<String, String>,
    /// The names that `secrets.required` lists and no file has.
    pub missing: Vec<String>,
}

impl LocalVars {
    /// The values that a Worker gets: all of them, or those that its `secrets.required` lists.
    #[must_use]
    pub fn secrets_for(&self, manifest: &Manifest) -> LocalSecrets {
        let value = |name: &String| Some((name.clone(), self.entries.get(name)?.value.clone()));
        match &manifest.secrets {
            Some(secrets) => LocalSecrets {
                values: secrets.required.iter().filter_map(value).collect(),
                missing: secrets.required.iter().filter(|name| !self.entries.contains_key(*name)).cloned().collect(),
            },
            None => LocalSecrets { values: self.entries.keys().filter_map(value).collect(), missing: Vec::new() },
        }
    }
}

/// Why local files cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LocalVarsError {
    /// A file is there but cannot be read.
    #[error("cannot read {path}: {source}; check its permissions", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is not text.
    #[error("{path} is not UTF-8 text; save it as UTF-8", path = path.display())]
    NotUtf8 {
        /// The file.
        path: PathBuf,
    },
    /// A line is not `NAME=value`.
    #[error("{path}:{line}: {error}; expected NAME=value, for example API_KEY=\"secret\"", path = path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        error: SyntaxError,
    },
    /// Substitutions make a value too long to be meant.
    #[error("the value of {name} grows past 1 MiB by substitution; check its $NAMEs for repetition")]
    TooLong {
        /// The variable.
        name: String,
    },
}

/// Reads the local files of a folder for an environment.
///
/// # Errors
/// When a file that is there cannot be read or understood.
pub fn load_local_vars(dir: &Path, env: Option<&str>) -> Result<LocalVars, LocalVarsError> {
    let env = env.filter(|name| !name.is_empty());
    let dev_vars = env.map(|name| format!(".dev.vars.{name}"));
    for name in dev_vars.iter().map(String::as_str).chain([".dev.vars"]) {
        let mut vars = LocalVars::default();
        if add_file(&mut vars, dir.join(name))? {
            return Ok(vars);
        }
    }

    let mut names = vec![".env".to_owned(), ".env.local".to_owned()];
    if let Some(env) = env {
        names.extend([format!(".env.{env}"), format!(".env.{env}.local")]);
    }
    let mut vars = LocalVars::default();
    for name in names {
        add_file(&mut vars, dir.join(name))?;
    }
    let raw: IndexMap<&str, &str> =
        vars.entries.iter().map(|(name, var)| (name.as_str(), var.value.as_str())).collect();
    let expanded = expand::expand(&raw).map_err(|name| LocalVarsError::TooLong { name })?;
    for (name, value) in expanded {
        if let Some(var) = vars.entries.get_mut(&name) {
            var.value = value;
        }
    }
    Ok(vars)
}

/// Adds a file's values over those there are. Says whether the file is there.
fn add_file(vars: &mut LocalVars, path: PathBuf) -> Result<bool, LocalVarsError> {
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::IsADirectory) => {
            return Ok(false);
        }
        Err(source) => return Err(LocalVarsError::Read { path, source }),
    };
    let Ok(text) = String::from_utf8(bytes) else {
        return Err(LocalVarsError::NotUtf8 { path });
    };
    let entries =
        dotenv::parse(&text).map_err(|(line, error)| LocalVarsError::Syntax { path: path.clone(), line, error })?;
    for (name, value) in entries {
        vars.entries.insert(name, LocalVar { value, file: path.clone() });
    }
    vars.files.push(path);
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(dir.path().join(name), text).unwrap();
        }
        dir
    }

    fn value<'a>(vars: &'a LocalVars, name: &str) -> Option<&'a str> {
        vars.entries.get(name).map(|var| var.value.as_str())
    }

    #[test]
    fn dev_vars_shut_out_env_files() {
        let dir = folder(&[(".dev.vars", "A=1"), (".env", "A=2\nB=2")]);
        let vars = load_local_vars(dir.path(), None).unwrap();
        assert_eq!((value(&vars, "A"), value(&vars, "B")), (Some("1"), None));
        assert_eq!(vars.files, [dir.path().join(".dev.vars")]);
    }

    #[test]
    fn an_environments_dev_vars_take_the_place_of_the_others() {
        let dir = folder(&[(".dev.vars", "A=1\nB=1"), (".dev.vars.staging", "A=2")]);
        let staging = load_local_vars(dir.path(), Some("staging")).unwrap();
        assert_eq!((value(&staging, "A"), value(&staging, "B")), (Some("2"), None));
        let other = load_local_vars(dir.path(), Some("other")).unwrap();
        assert_eq!(value(&other, "A"), Some("1"));
    }

    #[test]
    fn env_files_add_up_and_the_nearest_wins() {
        let dir = folder(&[
            (".env", "A=1\nB=1\nC=1\nD=1"),
            (".env.local", "B=2\nC=2\nD=2"),
            (".env.staging", "C=3\nD=3"),
            (".env.staging.local", "D=4"),
        ]);
        let vars = load_local_vars(dir.path(), Some("staging")).unwrap();
        let values: Vec<_> = ["A", "B", "C", "D"].iter().filter_map(|name| value(&vars, name)).collect();
        assert_eq!(values, ["1", "2", "3", "4"]);
        assert_eq!(vars.entries["B"].file, dir.path().join(".env.local"));
        assert_eq!(vars.files.len(), 4);
    }

    #[test]
    fn only_env_files_substitute() {
        let env = folder(&[(".env", "A=1\nB=$A")]);
        assert_eq!(value(&load_local_vars(env.path(), None).unwrap(), "B"), Some("1"));
        let dev = folder(&[(".dev.vars", "A=1\nB=$A")]);
        assert_eq!(value(&load_local_vars(dev.path(), None).unwrap(), "B"), Some("$A"));
    }

    #[test]
    fn a_bad_line_is_named_with_its_file() {
        let dir = folder(&[(".dev.vars", "A=1\n\nnonsense\n")]);
        let error = load_local_vars(dir.path(), None).unwrap_err().to_string();
        assert!(error.contains(".dev.vars:3: "), "{error}");
    }

    #[test]
    fn a_folder_without_files_has_no_values() {
        assert_eq!(load_local_vars(folder(&[]).path(), Some("x")).unwrap(), LocalVars::default());
    }

    #[test]
    fn debug_hides_values() {
        let dir = folder(&[(".dev.vars", "A=hunter2")]);
        let vars = load_local_vars(dir.path(), None).unwrap();
        assert!(!format!("{vars:?}").contains("hunter2"));
    }
}
