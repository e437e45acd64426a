//! A project in a temporary folder.

use std::{fs, path::PathBuf};

use selvedge_bundle::{Bundle, BundleError, BundleOptions, bundle};

pub(crate) struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    /// A project of files, given as path and contents.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let project = Self { folder: tempfile::tempdir().unwrap() };
        for (path, contents) in files {
            project.write(path, contents);
        }
        project
    }

    /// The root as the bundler names it.
    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub(crate) fn write(&self, path: &str, contents: impl AsRef<[u8]>) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }

    /// Options with the first of the usual entry points that is there.
    pub(crate) fn options(&self) -> BundleOptions {
        let find = |extension| format!("src/index.{extension}");
        let extensions = ["ts", "tsx", "js", "mjs", "cjs", "jsx", "mts"];
        let mut entries = extensions.map(find).into_iter();
        let entry = entries.find(|entry| self.path(entry).exists()).unwrap_or_else(|| find("ts"));
        BundleOptions::new(self.folder.path(), entry)
    }

    pub(crate) async fn build(&self) -> Bundle {
        self.build_with(|_| {}).await
    }

    pub(crate) async fn build_with(&self, change: impl FnOnce(&mut BundleOptions)) -> Bundle {
        self.try_with(change).await.unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) async fn fail(&self) -> BundleError {
        self.fail_with(|_| {}).await
    }

    pub(crate) async fn fail_with(&self, change: impl FnOnce(&mut BundleOptions)) -> BundleError {
        match self.try_with(change).await {
            Ok(bundle) => panic!("no error, but:\n{}", code(&bundle)),
            Err(error) => error,
        }
    }

    async fn try_with(&self, change: impl FnOnce(&mut BundleOptions)) -> Result<Bundle, BundleError> {
        let mut options = self.options();
        change(&mut options);
        bundle(options).await
    }
}

/// The main module's text.
pub(crate) fn code(bundle: &Bundle) -> String {
    String::from_utf8(bundle.main_module().unwrap().contents.to_vec()).unwrap()
}

/// The names of all modules.
pub(crate) fn names(bundle: &Bundle) -> Vec<&str> {
    bundle.modules.iter().map(|module| module.name.as_str()).collect()
}
