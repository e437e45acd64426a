//! `selvedge init`.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use selvedge_config::CivilDate;

use crate::project;

/// Arguments of `selvedge init`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  selvedge init my-worker                   a project in TypeScript, in the new folder my-worker
  selvedge init my-worker --template js     the same in JavaScript
  selvedge init                             in this folder

No file is ever overwritten.")]
pub(crate) struct InitArgs {
    /// The project's folder [default: the current one]
    #[arg(value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// What the Worker is written in
    #[arg(long, value_enum, default_value_t)]
    template: Template,
    /// The Worker's name [default: the folder's]
    #[arg(long)]
    name: Option<String>,
}

/// A template.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Template {
    /// TypeScript
    #[default]
    Ts,
    /// JavaScript, with types in comments
    Js,
}

impl Template {
    /// The template's files: where they go, and what is in them but for the placeholders.
    fn files(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Ts => &[
                ("src/index.ts", include_str!("../../templates/ts/index.ts")),
                ("wrangler.jsonc", include_str!("../../templates/ts/wrangler.jsonc")),
                ("tsconfig.json", include_str!("../../templates/ts/tsconfig.json")),
                ("package.json", include_str!("../../templates/package.json")),
                ("worker-configuration.d.ts", include_str!("../../templates/worker-configuration.d.ts")),
                (".gitignore", include_str!("../../templates/gitignore")),
            ],
            Self::Js => &[
                ("src/index.js", include_str!("../../templates/js/index.js")),
                ("wrangler.jsonc", include_str!("../../templates/js/wrangler.jsonc")),
                ("tsconfig.json", include_str!("../../templates/js/tsconfig.json")),
                ("package.json", include_str!("../../templates/package.json")),
                ("worker-configuration.d.ts", include_str!("../../templates/worker-configuration.d.ts")),
                (".gitignore", include_str!("../../templates/gitignore")),
            ],
        }
    }
}

/// Writes the project.
///
/// # Errors
/// A file is there already, or cannot be written.
pub(crate) fn run(args: &InitArgs) -> anyhow::Result<()> {
    let folder = args.folder.clone().unwrap_or_else(|| PathBuf::from("."));
    fs::create_dir_all(&folder).with_context(|| format!("Cannot make the folder {}.", folder.display()))?;
    let named = folder.canonicalize().unwrap_or_else(|_| folder.clone());
    let name = match &args.name {
        Some(name) if is_name(name) => name.clone(),
        Some(name) => bail!(
            "--name {name} is no name for a Worker: use up to 63 lower case letters, digits, hyphens and underscores."
        ),
        None => project::slug(&named),
    };
    let files = args.template.files();
    let there: Vec<String> = files
        .iter()
        .map(|(path, _)| folder.join(path))
        .filter(|path| path.symlink_metadata().is_ok())
        .map(|path| path.display().to_string())
        .collect();
    if !there.is_empty() {
        bail!(
            "Nothing was written, as these files are there already: {}.\n\n  Choose another folder, or move them away.",
            there.join(", ")
        );
    }
    let date = today().to_string();
    for (path, text) in files {
        write_new(&folder.join(path), &text.replace("{{name}}", &name).replace("{{date}}", &date))?;
    }
    // A closed pipe has nobody to tell.
    let _ = write!(anstream::stdout(), "{}", next_steps(&folder, &name));
    Ok(())
}

/// Writes a file that must not be there, also when it came a moment ago.
fn write_new(path: &Path, text: &str) -> anyhow::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(|| format!("Cannot make the folder {}.", parent.display()))?;
    }
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    match file.and_then(|mut file| file.write_all(text.as_bytes())) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => bail!("{} is there already.", path.display()),
        Err(error) => Err(error).with_context(|| format!("Cannot write {}.", path.display())),
    }
}

fn next_steps(folder: &Path, name: &str) -> String {
    let go = match folder.as_os_str() {
        here if here == "." => String::new(),
        _ => format!("  cd {}\n", folder.display()),
    };
    format!("Made the Worker {name}. Now:\n\n{go}  selvedge dev\n\nFor types in your editor: npm install\n")
}

fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    name.len() <= 63 && name.starts_with(plain) && name.chars().all(|c| plain(c) || c == '-')
}

/// Today in UTC, or a day that every version knows where the clock is of no use.
fn today() -> CivilDate {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_secs()).ok().and_then(CivilDate::from_unix_seconds).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use selvedge_config::LoadOptions;

    use super::*;

    #[test]
    fn every_template_is_a_project_whose_files_are_there() {
        for template in [Template::Ts, Template::Js] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("a project");
            let args = InitArgs { folder: Some(path.clone()), template, name: Some("x".into()) };
            run(&args).unwrap();
            let loaded = selvedge_config::load(&path.join("wrangler.jsonc"), &LoadOptions::new(today())).unwrap();
            assert_eq!((loaded.manifest.name.as_str(), loaded.warnings), ("x", vec![]));
            for (file, _) in template.files() {
                let text = fs::read_to_string(path.join(file)).unwrap();
                assert!(!text.contains("{{"), "{file}: {text}");
            }
            let again = run(&args).unwrap_err().to_string();
            assert!(again.contains("wrangler.jsonc"), "{again}");
        }
    }

    #[test]
    fn names() {
        assert!(is_name("my-worker_2"));
        for name in ["", "-a", "A", "a.b", &"a".repeat(64)] {
            assert!(!is_name(name), "{name}");
        }
    }
}
