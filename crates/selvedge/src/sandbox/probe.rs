//! Whether what is served can be reached without capabilities.
//!
//! Root passes by the owners and modes of files with its capabilities. A server that was started by root on a user's
//! folder would lose sight of it when these are dropped, at its first write or with an asset's first visitor. So it is
//! tried before, by a thread that drops its own.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use caps::CapSet;
use walkdir::WalkDir;

use super::Needs;

/// How deep the state folder is looked into: its own files, and the databases of each kind.
const STATE_DEPTH: usize = 2;

/// Tries what the server will do, without capabilities.
///
/// # Errors
/// Something would be out of reach.
pub(super) fn try_without_capabilities(needs: &Needs) -> anyhow::Result<()> {
    if caps::read(None, CapSet::Effective).map_or(true, |held| held.is_empty()) {
        return Ok(());
    }
    let needs = needs.clone();
    let tried = std::thread::Builder::new().name("probe".into()).spawn(move || {
        caps::clear(None, CapSet::Effective).map_err(|error| anyhow!("cannot do without capabilities: {error}"))?;
        try_all(&needs)
    });
    let tried = tried.context("cannot start a thread; is a limit on threads (ulimit -u) too low?")?;
    tried.join().map_err(|_| anyhow!("the thread that tries the sandbox panicked"))?
}

fn try_all(needs: &Needs) -> anyhow::Result<()> {
    if let Some(state) = &needs.state {
        out_of_reach(state, tempfile::tempfile_in(state).map(drop))?;
        walk(state, STATE_DEPTH, &|path| OpenOptions::new().read(true).write(true).open(path))?;
    }
    needs.assets.iter().try_for_each(|folder| walk(folder, usize::MAX, &|path| File::open(path)))
}

fn walk(folder: &Path, depth: usize, open: &dyn Fn(&Path) -> io::Result<File>) -> anyhow::Result<()> {
    for entry in WalkDir::new(folder).max_depth(depth) {
        match entry {
            Ok(entry) if entry.file_type().is_file() => out_of_reach(entry.path(), open(entry.path()).map(drop))?,
            Ok(_) => {}
            Err(error) => {
                let path = error.path().map_or_else(|| PathBuf::from(folder), Path::to_owned);
                out_of_reach(&path, Err(error.into()))?;
            }
        }
    }
    Ok(())
}

/// Other errors than this one are no matter of capabilities: they are told when the file is used.
fn out_of_reach(path: &Path, tried: io::Result<()>) -> anyhow::Result<()> {
    match tried {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => bail!(
            "{} could not be used in the sandbox: this process reaches it only with root's capabilities, which the sandbox drops.\n\n  \
             Run selvedge as the user that the files belong to (a port below 1024 then needs CAP_NET_BIND_SERVICE), or \
             give the files to the user that it runs as, or use --sandbox=off.",
            path.display()
        ),
        _ => Ok(()),
    }
}
