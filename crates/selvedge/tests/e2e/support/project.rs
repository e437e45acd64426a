//! A Workers project in a temporary folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Ended, Server};

/// A compatibility date that is recent enough for every default of today.
const COMPATIBILITY_DATE: &str = "2026-11-01";

/// The folder of a Workers project; it is removed when dropped.
pub(crate) struct Project {
    folder: TempDir,
    env: Vec<(String, String)>,
}

impl Project {
    /// A folder without any file.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::Builder::new().prefix("selvedge-e2e-").tempdir().unwrap();
        Self { folder, env: Vec::new() }
    }

    /// A Worker in TypeScript: its entry is `src/index.ts`, its configuration `wrangler.json`.
    pub(crate) fn worker(source: &str) -> Self {
        let manifest = json!({
            "name": "worker",
            "main": "src/index.ts",
            "compatibility_date": COMPATIBILITY_DATE,
        });
        Self::empty().file("src/index.ts", source).file("wrangler.json", manifest.to_string())
    }

    /// With one more Worker, in a folder of its own: its entry is `NAME/index.js`, its host NAME.test, unless these keys of its
    /// `wrangler.json` say something else.
    pub(crate) fn with_worker(self, name: &str, source: &str, keys: Value) -> Self {
        let manifest = json!({
            "name": name,
            "main": "index.js",
            "compatibility_date": COMPATIBILITY_DATE,
            "routes": [format!("{name}.test/*")],
        });
        self.file(&format!("{name}/wrangler.json"), with_keys(manifest, keys).to_string())
            .file(&format!("{name}/index.js"), source)
    }

    /// A folder of static files without a Worker: the files are in `public`.
    pub(crate) fn site() -> Self {
        let manifest = json!({
            "name": "site",
            "compatibility_date": COMPATIBILITY_DATE,
            "assets": { "directory": "./public" },
        });
        Self::empty().file("wrangler.json", manifest.to_string())
    }

    /// A copy of one of the repository's examples, its npm packages installed.
    pub(crate) fn example(name: &str) -> Self {
        let project = Self::empty();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name);
        copy(&source, project.path());
        if project.path().join("package.json").exists() { project.installed() } else { project }
    }

    /// With the npm packages of its `package.json`.
    pub(crate) fn installed(self) -> Self {
        let install = ["install", "--no-audit", "--no-fund", "--no-package-lock"];
        let installed = Command::new("npm").args(install).current_dir(self.path()).output().unwrap();
        assert!(installed.status.success(), "{}", String::from_utf8_lossy(&installed.stderr));
        self
    }

    /// Where the project is.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// With this file in it.
    pub(crate) fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.write(path, content);
        self
    }

    /// With an environment variable for the servers that run in it.
    pub(crate) fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.env.push((name.to_owned(), value.into()));
        self
    }

    /// The environment variables of its servers.
    pub(super) fn envs(&self) -> Vec<(String, String)> {
        self.env.clone()
    }

    /// With these keys in `wrangler.json`, over those that are there.
    pub(crate) fn config(self, keys: Value) -> Self {
        let manifest = serde_json::from_str(&self.read("wrangler.json")).unwrap();
        self.file("wrangler.json", with_keys(manifest, keys).to_string())
    }

    /// With every occurrence of a text in a file replaced.
    pub(crate) fn replace(self, path: &str, from: &str, to: &str) -> Self {
        let before = self.read(path);
        assert!(before.contains(from), "{path} does not contain {from}:\n{before}");
        self.file(path, before.replace(from, to))
    }

    /// Writes a file while the project is in use. It appears whole: a watcher never sees half of it.
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        let folder = path.parent().unwrap();
        fs::create_dir_all(folder).unwrap();
        let mut file = tempfile::NamedTempFile::new_in(self.path()).unwrap();
        std::io::Write::write_all(&mut file, content.as_ref()).unwrap();
        file.persist(&path).unwrap();
    }

    /// A file's text.
    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap()
    }

    /// Starts `selvedge dev` in the folder and waits until it answers.
    pub(crate) async fn dev(&self) -> Server<'_> {
        self.dev_with(&[]).await
    }

    /// `selvedge dev` with more arguments.
    pub(crate) async fn dev_with(&self, arguments: &[&str]) -> Server<'_> {
        Server::start(self, &[&["dev"], arguments].concat()).await
    }

    /// Starts `selvedge serve` in the folder and waits until it answers.
    pub(crate) async fn serve(&self) -> Server<'_> {
        self.serve_with(&[]).await
    }

    /// `selvedge serve` with more arguments.
    pub(crate) async fn serve_with(&self, arguments: &[&str]) -> Server<'_> {
        Server::start(self, &[&["serve"], arguments].concat()).await
    }

    /// Runs a command of `selvedge` that ends by itself.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Ended {
        Ended::of(self.path(), arguments).await
    }
}

/// A configuration with these keys, over those that are there.
pub(crate) fn with_keys(mut manifest: Value, keys: Value) -> Value {
    let (Some(own), Value::Object(keys)) = (manifest.as_object_mut(), keys) else {
        panic!("a configuration is an object");
    };
    own.extend(keys);
    manifest
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target: PathBuf = to.join(entry.file_name());
        if entry.file_name() == "node_modules" || entry.file_name() == ".dev.vars" {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
