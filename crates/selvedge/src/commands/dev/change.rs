//! What changed files mean.

use std::path::{Path, PathBuf};

/// What must be done because of changed files, from least to most.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// The folder of assets is walked again.
    Assets,
    /// The Worker is bundled again from these files.
    Sources(Vec<PathBuf>),
    /// The custom build runs, and everything is bundled again.
    CustomBuild,
    /// The configuration is read again, and all that follows from it is done.
    Configuration,
}

/// Where files lie that mean something.
#[derive(Debug, Default)]
pub(super) struct Meaning {
    /// The wrangler file, the local variables, the files of bindings.
    pub(super) configuration: Vec<PathBuf>,
    /// The folder of assets.
    pub(super) assets: Option<PathBuf>,
    /// The folders that the custom build reads.
    pub(super) custom_build: Vec<PathBuf>,
    /// The files that the bundle came from.
    pub(super) sources: Vec<PathBuf>,
}

impl Meaning {
    /// What to do about changed files: the most that one of them asks for.
    pub(super) fn of(&self, changed: Vec<PathBuf>) -> Change {
        let is = |files: &[PathBuf], path: &Path| files.iter().any(|file| file == path);
        let within = |folders: &[PathBuf], path: &Path| folders.iter().any(|folder| path.starts_with(folder));
        if changed.iter().any(|path| is(&self.configuration, path)) {
            return Change::Configuration;
        }
        if changed.iter().any(|path| within(&self.custom_build, path)) {
            return Change::CustomBuild;
        }
        let in_assets = |path: &PathBuf| {
            self.assets.as_ref().is_some_and(|folder| path.starts_with(folder)) && !is(&self.sources, path)
        };
        let sources: Vec<_> = changed.into_iter().filter(|path| !in_assets(path)).collect();
        if sources.is_empty() { Change::Assets } else { Change::Sources(sources) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(paths: &[&str]) -> Vec<PathBuf> {
        paths.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn the_most_that_is_asked_for_is_done() {
        let meaning = Meaning {
            configuration: paths(&["/p/wrangler.json"]),
            assets: Some("/p/public".into()),
            custom_build: paths(&["/p/gen"]),
            sources: paths(&["/p/src/a.ts", "/p/public/worker.js"]),
        };
        for (changed, expected) in [
            (&["/p/public/a.html"][..], Change::Assets),
            (&["/p/public/worker.js", "/p/public/a.html"], Change::Sources(paths(&["/p/public/worker.js"]))),
            (&["/p/src/a.ts", "/p/public/a.html"], Change::Sources(paths(&["/p/src/a.ts"]))),
            (&["/p/gen/x/y", "/p/src/a.ts"], Change::CustomBuild),
            (&["/p/src/a.ts", "/p/wrangler.json", "/p/gen/x"], Change::Configuration),
        ] {
            assert_eq!(meaning.of(paths(changed)), expected, "{changed:?}");
        }
    }
}
