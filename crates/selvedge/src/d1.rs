//! Which D1 database a binding or a name means: as wrangler's local development does, for `dev`, `serve` and the
//! commands alike.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, bail};
use selvedge_config::{Binding as Configured, BindingKind, D1Database};
use selvedge_storage::LocalStorage;
use selvedge_storage::d1::KIND;

use crate::project::Project;

/// The identifier of a binding's database: its file is named after it.
pub(crate) fn id<'a>(binding: &'a str, database: &'a D1Database) -> &'a str {
    database.preview_database_id.as_deref().or(database.database_id.as_deref()).unwrap_or(binding)
}

/// A database of the wrangler file.
#[derive(Clone, Debug)]
pub(crate) struct Configuration {
    /// The binding's name.
    pub(crate) binding: String,
    /// What its file is named after.
    pub(crate) id: String,
    /// All that the wrangler file says.
    pub(crate) database: D1Database,
}

impl Configuration {
    /// Its name for people.
    pub(crate) fn name(&self) -> &str {
        self.database.database_name.as_deref().unwrap_or(&self.binding)
    }
}

/// Removes a database's files, with its history; nothing happens where there are none.
///
/// # Errors
/// What the operating system refuses.
pub(crate) fn remove(storage: &LocalStorage, id: &str) -> anyhow::Result<()> {
    let remove = |path: PathBuf| -> anyhow::Result<()> {
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        match removed {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("Cannot remove {}.", path.display()))
            }
            _ => Ok(()),
        }
    };
    // The file before its log: a log without its file is nothing, a file without its log would be an old state.
    let suffixes = [".history", ".sqlite", ".sqlite-wal", ".sqlite-shm"];
    suffixes.into_iter().map(|suffix| storage.path_of(KIND, id, suffix)).try_for_each(remove)
}

/// All databases of a project.
pub(crate) fn all(project: &Project) -> Vec<Configuration> {
    let of = |Configured { name, kind, .. }: &Configured| match kind {
        BindingKind::D1Database(database) => {
            Some(Configuration { binding: name.clone(), id: id(name, database).to_owned(), database: database.clone() })
        }
        _ => None,
    };
    project.manifest.bindings().filter_map(of).collect()
}

/// The database that a command names, by its name, its binding or its identifier.
///
/// # Errors
/// The wrangler file has no such database.
pub(crate) fn find(project: &Project, named: &str) -> anyhow::Result<Configuration> {
    let all = all(project);
    let is = |of: fn(&Configuration) -> Option<&str>| all.iter().find(|database| of(database) == Some(named));
    let found = is(|database| database.database.database_name.as_deref())
        .or_else(|| is(|database| Some(&database.binding)))
        .or_else(|| is(|database| Some(&database.id)));
    if let Some(found) = found {
        return Ok(found.clone());
    }
    let known: Vec<&str> = all.iter().map(Configuration::name).collect();
    if known.is_empty() {
        bail!(
            "Couldn't find a D1 DB with the name or binding '{named}' in {}: it has no d1_databases. `selvedge d1 create {named}` prints what to add.",
            project.place.shown().display()
        );
    }
    bail!(
        "Couldn't find a D1 DB with the name or binding '{named}' in {}. It has: {}.",
        project.place.shown().display(),
        known.join(", ")
    )
}
