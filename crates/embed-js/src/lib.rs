//! For build scripts of crates with JavaScript: they bundle it by programs from npm, and list the files that result as
//! Rust source, so that they are compiled into the binary and a new file needs no mention anywhere else.

mod npm;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

pub use npm::{install, run};

/// One of Cargo's variables for build scripts that are paths: `OUT_DIR`, `CARGO_MANIFEST_DIR`.
///
/// # Errors
/// When it is missing.
pub fn variable(name: &str) -> io::Result<PathBuf> {
    env::var_os(name).map(PathBuf::from).ok_or_else(|| io::Error::other(name.to_owned()))
}

/// Writes `$OUT_DIR/js_modules.rs`: an array expression of `InternalModule`s, one for each `.js` file under
/// `root`. The crate takes it in by `include!`.
///
/// # Errors
/// When the folder cannot be read, or Cargo's variables are missing.
pub fn list(root: &Path) -> io::Result<()> {
    let out = variable("OUT_DIR")?;
    let mut files = Vec::new();
    find(root, &mut files)?;
    files.sort();
    let mut source = String::from("&[\n");
    for file in files {
        check_ascii(&file)?;
        let path = file.strip_prefix(root).map_err(io::Error::other)?;
        let path = path.to_string_lossy().replace('\\', "/");
        let _ = writeln!(source, "    InternalModule {{ path: {path:?}, source: include_str!({file:?}) }},");
    }
    source.push_str("]\n");
    fs::write(out.join("js_modules.rs"), source)
}

/// Sources stay outside of V8's heap as one-byte strings.
///
/// # Errors
/// When the file cannot be read, or is not ASCII.
pub fn check_ascii(file: &Path) -> io::Result<()> {
    let text = fs::read_to_string(file)?;
    match text.lines().position(|line| !line.is_ascii()) {
        Some(line) => {
            Err(io::Error::other(format!("{}:{}: write it in ASCII (\\u escapes)", file.display(), line + 1)))
        }
        None => Ok(()),
    }
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "js") {
            files.push(path);
        }
    }
    Ok(())
}
