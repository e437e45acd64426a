//! Where a process keeps the data of its bindings.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use selvedge_storage::{Durability, LocalStorage};

use crate::failure;
use crate::project::Project;

/// The state folder, beside the wrangler file.
const FOLDER: &str = ".selvedge/state";

/// The arguments that say where data is kept: wrangler's names.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct StateArgs {
    /// The folder that keeps the data of KV, D1, R2 and the cache [default: .selvedge/state beside the wrangler file]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) persist_to: Option<PathBuf>,
    /// What an acknowledged write survives
    #[arg(long, value_enum, default_value_t)]
    pub(crate) durability: Named,
}

/// The names of [`Durability`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Named {
    /// A loss of power: a write is acknowledged when the disk has it
    #[default]
    Full,
    /// The end of the process, however sudden; faster, but a loss of power may take the last writes
    Process,
}

impl StateArgs {
    /// The storage of projects in a folder. Nothing is touched yet.
    pub(crate) fn storage(&self, root: &Path) -> Arc<LocalStorage> {
        let path = self.persist_to.clone().unwrap_or_else(|| root.join(FOLDER));
        let durability = match self.durability {
            Named::Full => Durability::Full,
            Named::Process => Durability::Process,
        };
        Arc::new(LocalStorage::new(path, durability))
    }
}

/// Warnings of projects that have a state folder of their own, which a server with another one does not use: data that
/// was there alone would seem to be gone.
pub(crate) fn unused(projects: &[Project], storage: &LocalStorage) -> Vec<String> {
    let used = storage.path().canonicalize().unwrap_or_else(|_| storage.path().to_owned());
    let own = projects.iter().map(|project| project.place.root.join(FOLDER));
    own.filter(|folder| folder.is_dir() && *folder != used)
        .map(|folder| {
            failure::warning(format!(
                "The data in {} is not used: this server's state is {}.\n\n  Name the folder to use with --persist-to.",
                folder.display(),
                used.display()
            ))
        })
        .collect()
}
