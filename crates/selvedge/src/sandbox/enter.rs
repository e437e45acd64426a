//! The sandbox, entered.

use std::fs::File;
use std::path::Path;

use anyhow::Context;
use rusqlite::Connection;
use rustix::process::{Resource, Rlimit, setrlimit};
use selvedge_runtime::{ThreadRestrictions, restrict_every_thread};

use super::files::{FilePolicy, Rules, Support};
use super::{Layers, Needs, filter, probe};

/// What the sandbox needs for as long as it is to hold what it allows.
#[derive(Debug)]
pub(crate) struct Held(#[allow(dead_code, reason = "held open, never read")] Vec<File>);

/// Restricts all threads of this process for good.
///
/// # Errors
/// What is served would be out of reach, or the kernel refuses what it should be able to do.
pub(super) fn enter(needs: &Needs) -> anyhow::Result<(Held, Layers)> {
    if let Some(state) = &needs.state {
        // Landlock's rules are for what is there. Where the folder cannot be made, nothing could be kept either way.
        let _ = std::fs::create_dir_all(state);
        move_temporary_files(state)?;
    }
    probe::try_without_capabilities(needs)?;
    // Threads set their own attributes of scheduling, and with this limit at hand a real-time policy would be among them.
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    setrlimit(Resource::Rtprio, none).context("The sandbox cannot be entered.")?;

    let mut layers = Layers::default();
    let support = Support::here();
    let rules = if support.files {
        let rules = Rules::new(&FilePolicy::here(needs.state.as_deref(), &needs.assets));
        rules.context("The sandbox cannot be set up: Landlock refuses its rules.")?
    } else {
        layers.missing.push(
            "files, as this kernel has no Landlock, not enabled it, or one from before Linux 5.19 (see /sys/kernel/security/lsm)."
                .to_owned(),
        );
        Rules { ruleset: None, held: Vec::new() }
    };
    let Rules { ruleset, held } = rules;
    let restrictions = ThreadRestrictions { landlock: ruleset, drop_capabilities: true };
    restrict_every_thread(&restrictions).context("The sandbox cannot be entered.")?;
    if support.files {
        layers.on.push("files");
    }
    layers.on.push("capabilities");

    let filtered = filter::apply(needs.executable_memory).context("The sandbox cannot be entered.")?;
    if filtered {
        layers.on.push("system calls");
    } else {
        layers
            .missing
            .push("system calls, as this kernel or processor has no seccomp filters that are known here.".to_owned());
    }
    match (support.ports, filtered) {
        (false, false) => {
            layers.missing.push("listening, as this kernel's Landlock is from before Linux 6.7.".to_owned())
        }
        _ => layers.on.push("listening"),
    }
    Ok((Held(held), layers))
}

/// SQLite puts what a query cannot keep in memory (a large sort) into a file without a name, in a folder that is by
/// default one of everybody's. The pragma is for all connections of the process, and must come before they are made.
fn move_temporary_files(state: &Path) -> anyhow::Result<()> {
    let state = state.canonicalize();
    let Ok(state) = &state else { return Ok(()) };
    let text = state.to_str().with_context(|| format!("{} is not UTF-8, as SQLite needs it.", state.display()))?;
    let set = Connection::open_in_memory().and_then(|any| any.pragma_update(None, "temp_store_directory", text));
    set.with_context(|| format!("SQLite cannot keep temporary files in {text}."))
}
