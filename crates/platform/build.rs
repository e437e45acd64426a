//! Makes the script of the startup snapshot, of the JavaScript of this crate and of `web`.

use std::io;
use std::process::Command;

use selvedge_embed_js::{check_ascii, install, list, run, variable};

fn main() -> io::Result<()> {
    let (root, out) = (variable("CARGO_MANIFEST_DIR")?, variable("OUT_DIR")?);
    // Of node's, only what it imports is looked at.
    for input in [
        "js",
        "../web/js",
        "../node/js",
        "bundle.mjs",
        "deferred.mjs",
        "evaluated.mjs",
        "once.mjs",
        "package.json",
        "package-lock.json",
    ] {
        println!("cargo::rerun-if-changed={input}");
    }
    let packages = out.join("packages");
    install(&root, &packages)?;
    let mut bundle = Command::new("node");
    bundle.arg(root.join("bundle.mjs")).arg(&packages).arg(&out);
    run(&mut bundle, "bundle the platform's JavaScript")?;
    check_ascii(&out.join("platform.js"))?;
    list(&out.join("groups"))
}
