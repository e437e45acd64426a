//! For build scripts: lists a crate's JavaScript files as Rust source, so that they are compiled into the binary
//! and a new file needs no mention anywhere else.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Writes `$OUT_DIR/js_modules.rs`: an array expression of `InternalModule`s, one for each `.js` file under
/// `folder`. The crate takes it in by `include!`.
///
/// # Errors
/// When the folder cannot be read, or Cargo's variables are missing.
pub fn embed(folder: &str) -> io::Result<()> {
    let variable = |name: &str| env::var_os(name).map(PathBuf::from).ok_or_else(|| io::Error::other(name.to_owned()));
    let root = variable("CARGO_MANIFEST_DIR")?.join(folder);
    // Cargo looks at everything below a folder that it is told to watch.
    let mut directives = io::stdout().lock();
    io::Write::write_all(&mut directives, format!("cargo::rerun-if-changed={folder}\n").as_bytes())?;
    list(&root)
}

/// Writes `$OUT_DIR/js_modules.rs` for the files under `root`, which the build script has made itself.
///
/// # Errors
/// When the folder cannot be read, or Cargo's variables are missing.
pub fn list(root: &Path) -> io::Result<()> {
    let out = env::var_os("OUT_DIR").map(PathBuf::from).ok_or_else(|| io::Error::other("OUT_DIR"))?;
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
fn check_ascii(file: &Path) -> io::Result<()> {
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
