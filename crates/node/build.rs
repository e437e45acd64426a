//! Makes the JavaScript of this crate: `js/` and the npm packages of `package-lock.json`, bundled.

use std::process::Command;
use std::{fs, io};

use selvedge_embed_js::{install, list, run, variable};

fn main() -> io::Result<()> {
    let (root, out) = (variable("CARGO_MANIFEST_DIR")?, variable("OUT_DIR")?);
    for input in ["js", "bundle.mjs", "package.json", "package-lock.json"] {
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
    list(&modules)
}
