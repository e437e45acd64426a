//! From the paths of the command line to the projects that they mean.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::failure::{self, LaidOut};
use crate::project::{Place, Project};
use crate::project_args::ProjectArgs;

const NAMES: [&str; 3] = ["wrangler.json", "wrangler.jsonc", "wrangler.toml"];

/// The projects at the paths, in order.
///
/// # Errors
/// A path leads to none, a configuration is not valid, or two Workers have one name.
pub(super) fn load(paths: &[PathBuf], env: Option<&str>) -> anyhow::Result<Vec<Project>> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { here.as_slice() } else { paths };
    let mut projects: Vec<Project> = Vec::new();
    let mut mistakes = Vec::new();
    for config in paths.iter().map(|path| configs(path)).collect::<anyhow::Result<Vec<_>>>()?.concat() {
        let args = ProjectArgs { env: env.map(str::to_owned), ..ProjectArgs::default() };
        match Place::of_config(&config).and_then(|place| Project::load(&place, &args)) {
            Ok(project) => projects.push(project),
            Err(error) => mistakes.push(failure::block(&error)),
        }
    }
    if !mistakes.is_empty() {
        bail!(LaidOut(mistakes.join("\n\n")));
    }
    let mut named: HashMap<&str, &Project> = HashMap::new();
    for project in &projects {
        let name = project.manifest.name.as_str();
        if let Some(other) = named.insert(name, project) {
            bail!(
                "Two Workers are called {name}: {} and {}. Give one of them another \"name\".",
                other.place.shown().display(),
                project.place.shown().display()
            );
        }
    }
    Ok(projects)
}

/// The wrangler files that a path means: itself, the one in it, or those of the folders in it.
fn configs(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    if let Some(config) = config_in(path) {
        return Ok(vec![config]);
    }
    let entries = path.read_dir().and_then(Iterator::collect::<std::io::Result<Vec<_>>>);
    let entries = entries.with_context(|| format!("Cannot read the folder {}.", path.display()))?;
    let mut found: Vec<_> = entries.iter().filter_map(|entry| config_in(&entry.path())).collect();
    if found.is_empty() {
        bail!(
            "There is no wrangler.json, wrangler.jsonc or wrangler.toml in {}, nor in a folder directly in it. Give the path of a project, or of a folder of projects.",
            path.display()
        );
    }
    found.sort_unstable();
    Ok(found)
}

fn config_in(folder: &Path) -> Option<PathBuf> {
    NAMES.iter().map(|name| folder.join(name)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    const A: &str = r#"{"name":"a","main":"i.js","compatibility_date":"2025-01-01"}"#;

    #[test]
    fn a_folder_of_projects_is_all_of_them() {
        let folder = folder(&[("x/wrangler.json", ""), ("y/wrangler.toml", ""), ("z/other.json", "")]);
        let found = configs(folder.path()).unwrap();
        let names: Vec<_> = found.iter().map(|path| path.strip_prefix(folder.path()).unwrap()).collect();
        assert_eq!(names, [Path::new("x/wrangler.json"), Path::new("y/wrangler.toml")]);
    }

    #[test]
    fn a_project_is_itself_only() {
        let folder = folder(&[("wrangler.toml", ""), ("x/wrangler.json", "")]);
        assert_eq!(configs(folder.path()).unwrap(), [folder.path().join("wrangler.toml")]);
    }

    #[test]
    fn two_workers_of_one_name_are_refused() {
        let folder = folder(&[("x/wrangler.json", A), ("x/i.js", ""), ("y/wrangler.json", A), ("y/i.js", "")]);
        let error = load(&[folder.path().to_owned()], None).unwrap_err().to_string();
        assert!(error.contains("Two Workers are called a") && error.contains("y/wrangler.json"), "{error}");
    }

    #[test]
    fn the_mistakes_of_all_are_told() {
        let folder = folder(&[("x/wrangler.json", "{"), ("y/wrangler.json", "{}")]);
        let error = load(&[folder.path().to_owned()], None).unwrap_err().to_string();
        assert!(error.contains("x/wrangler.json") && error.contains("y/wrangler.json"), "{error}");
    }
}
