//! Makes the JavaScript of this crate: `js/` and the npm packages of `package-lock.json`, bundled.
//!
//! The packages are installed into Cargo's output folder by `npm ci`, and again only when the lock file changes; so
//! later builds need no network, and first ones none where npm's cache has the packages.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

const INPUTS: [&str; 2] = ["package.json", "package-lock.json"];

fn main() -> io::Result<()> {
    let variable = |name: &str| env::var_os(name).map(PathBuf::from).ok_or_else(|| io::Error::other(name.to_owned()));
    let (root, out) = (variable("CARGO_MANIFEST_DIR")?, variable("OUT_DIR")?);
    for input in ["js", "bundle.mjs"].into_iter().chain(INPUTS) {
        println!("cargo::rerun-if-changed={input}");
    }
    let (packages, modules) = (out.join("packages"), out.join("js"));
    install(&root, &packages)?;
    if modules.exists() {
        fs::remove_dir_all(&modules)?;
    }
    let mut bundle = Command::new("node");
    bundle.arg(root.join("bundle.mjs")).arg(root.join("js")).arg(&packages).arg(&modules);
    run(&mut bundle, "bundle the modules of Node.js")?;
    selvedge_embed_js::list(&modules)
}

/// Installs the packages unless those of this lock file are there.
fn install(root: &Path, packages: &Path) -> io::Result<()> {
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
    run(&mut ci, "install the packages of crates/node/package-lock.json")?;
    fs::write(installed, lock)
}

fn run(command: &mut Command, aim: &str) -> io::Result<()> {
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
