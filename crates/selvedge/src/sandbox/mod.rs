//! What `selvedge serve` takes from itself before it runs the first line of a Worker.
//!
//! The isolate is the wall between Workers, and V8 has had holes. This is the wall behind it: code that has broken out
//! of V8 is in a process that reads the files it serves, reads and writes the state folder, connects to others, and
//! can do nothing else. What is in the process's own memory it has: that of all its Workers. `docs/security.md` says
//! what that means.
//!
//! Four layers, of which the kernel may lack some. What is lacking is told, and the server goes on:
//!
//! - files, by Landlock: [`files`] says which ([`FilePolicy`]), and makes the ruleset;
//! - listening, by Landlock (TCP) and by seccomp: all listeners are bound by then;
//! - system calls, by seccomp: [`calls`] is the list, [`filter`] makes programs of it;
//! - capabilities: none is kept. [`probe`] finds out first whether what is served needs one.
//!
//! It is entered when all projects are read, built and bundled, and the listeners bound, but before a Worker's global
//! scope runs. Threads are there by then, and Landlock and capabilities belong to threads: `selvedge_runtime` has each
//! thread restrict itself. Seccomp covers all threads by its own means.
//!
//! Weighed and dropped: a second process for the Workers (every request would cross it), a list of what is forbidden in
//! place of one of what is allowed (the kernel gets new system calls each year), and ending the process at a forbidden
//! call (a library that tries something newer and can do without would end the server).

#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod enter;
#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
mod filter;
#[cfg(not(target_os = "linux"))]
mod other;
#[cfg(target_os = "linux")]
mod probe;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;

use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::json;

#[cfg(target_os = "linux")]
use self::enter::{Held, enter};
#[cfg(not(target_os = "linux"))]
use self::other::{Held, enter};
use crate::failure;
use crate::output::Output;

/// What `--sandbox=off` loses.
const OFF: &str = "The sandbox is off (--sandbox=off).\n\n  \
    Code that breaks out of V8 can then read and write every file that this user may, run programs, and listen on ports.\n  \
    Leave it off only to find out whether it is in the way, or where something else confines this process.";

/// `--sandbox`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sandbox {
    /// The process can reach the state folder, the assets and the network, and nothing else (Linux)
    #[default]
    On,
    /// A hole in V8 is a hole in this machine
    Off,
}

/// What must go on working.
#[derive(Clone, Debug)]
pub(crate) struct Needs {
    /// The state folder, read and written; none where no Worker keeps anything. It is made if it is not there.
    pub(crate) state: Option<PathBuf>,
    /// Folders that are read.
    pub(crate) assets: Vec<PathBuf>,
    /// Whether memory is made executable: V8's compilers do.
    pub(crate) executable_memory: bool,
}

/// What the kernel enforces, and what it does not.
#[derive(Debug, Default)]
pub(crate) struct Layers {
    /// In a word or two each.
    on: Vec<&'static str>,
    /// What is not enforced, and why: a sentence each.
    missing: Vec<String>,
}

impl Sandbox {
    /// Enters the sandbox, for good, and tells what there is of it. What is returned must live as long as the process
    /// serves.
    ///
    /// # Errors
    /// The state folder or the assets could not be used afterwards, or the kernel refuses what it should be able to do.
    pub(crate) fn enter(self, needs: &Needs, output: &Output) -> anyhow::Result<Option<Held>> {
        if self == Self::Off {
            // To stderr whatever the format and the log level are.
            failure::print_warning(&failure::warning(OFF));
            output.event_for_programs(json!({ "event": "sandbox", "on": [], "missing": [OFF] }));
            return Ok(None);
        }
        let (held, Layers { on, missing }) = enter(needs)?;
        for what in &missing {
            output.warning(&failure::warning(format!("Not in the sandbox: {what}")));
        }
        if !on.is_empty() {
            output.note(&format!("Sandbox: {}", on.join(", ")));
        }
        output.event_for_programs(json!({ "event": "sandbox", "on": on, "missing": missing }));
        Ok(Some(held))
    }
}
