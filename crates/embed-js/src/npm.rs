//! Programs from npm, for build scripts.

use std::path::Path;
use std::process::Command;
use std::{fs, io};

/// What says which packages a crate's build needs.
const INPUTS: [&str; 2] = ["package.json", "package-lock.json"];

/// Installs the packages of the crate at `root` into the folder `packages`, unless those of its lock file are there. So
/// later builds need no network, and first ones none where npm's cache has the packages.
///
/// # Errors
/// When npm cannot be run, or fails.
pub fn install(root: &Path, packages: &Path) -> io::Result<()> {
    let installed = packages.join("installed");
    let lock = fs::read(root.join("package-lock.json"))?;
    if fs::read(&installed).is_ok_and(|last| last == lock) {
        return Ok(());
    }
    fs::create_dir_all(packages)?;
    for input in INPUTS {
        fs::copy(root.join(input), packages.join(input))?;
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let mut ci = Command::new(npm);
    ci.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]).current_dir(packages);
    run(&mut ci, &format!("install the packages of {}", root.join("package-lock.json").display()))?;
    fs::write(installed, lock)
}

/// Runs a program of Node.js. `aim` says what for, after "cannot".
///
/// # Errors
/// When it cannot be run, or fails.
pub fn run(command: &mut Command, aim: &str) -> io::Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| {
        io::Error::other(format!("cannot {aim}: {program}: {error}; install Node.js 20.19 or later with npm"))
    })?;
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    Err(io::Error::other(format!("cannot {aim}: {program} failed ({})\n{text}", output.status)))
}
