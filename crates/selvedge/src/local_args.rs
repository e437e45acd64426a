//! What the commands on local state share: which project, which state folder, how results are printed.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::bail;
use clap::Args;
use selvedge_storage::LocalStorage;

use crate::failure;
use crate::project::{Place, Project};
use crate::project_args::ProjectArgs;
use crate::state::StateArgs;

/// Which state a command works on.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct LocalArgs {
    /// The wrangler file [default: that of the current folder]
    #[arg(long, short, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The environment of the wrangler file
    #[arg(long, short, value_name = "NAME")]
    pub(crate) env: Option<String>,
    /// The folder that keeps the data [default: .selvedge/state beside the wrangler file]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) persist_to: Option<PathBuf>,
    /// Work on local state, which is all there is: wrangler's flag, accepted so that its commands can be pasted
    #[arg(long, hide = true)]
    pub(crate) local: bool,
    /// Work on Cloudflare's copy: wrangler's flag, refused in words of its own
    #[arg(long, hide = true)]
    pub(crate) remote: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// The project and the storage of a command; this process has the state until it ends.
pub(crate) struct Local {
    /// What the wrangler file says.
    pub(crate) project: Project,
    /// The data.
    pub(crate) storage: Arc<LocalStorage>,
}

impl LocalArgs {
    /// Reads the project and takes its state folder.
    ///
    /// # Errors
    /// There is no valid wrangler file, or another process has the state.
    pub(crate) fn open(&self) -> anyhow::Result<Local> {
        if self.remote {
            bail!(
                "There is no remote here: --remote would work on Cloudflare's copy of the data, and Selvedge has its own. Leave it out to work on the local state."
            );
        }
        let args = ProjectArgs { config: self.config.clone(), env: self.env.clone(), ..ProjectArgs::default() };
        let place = Place::find(&args)?;
        let project = Project::load(&place, &args)?;
        project.warnings.iter().for_each(|warning| failure::print_warning(warning));
        let state = StateArgs { persist_to: self.persist_to.clone(), ..StateArgs::default() };
        let storage = state.storage(&project.place.root);
        storage.open()?;
        Ok(Local { project, storage })
    }

    /// Where the state is, for a command that looks at it whoever has it: the folder is not taken.
    ///
    /// # Errors
    /// There is no wrangler file.
    pub(crate) fn place(&self) -> anyhow::Result<PathBuf> {
        if let Some(folder) = &self.persist_to {
            return Ok(folder.clone());
        }
        let args = ProjectArgs { config: self.config.clone(), ..ProjectArgs::default() };
        let root = Place::find(&args)?.root;
        Ok(StateArgs::default().storage(&root).path().to_owned())
    }
}
