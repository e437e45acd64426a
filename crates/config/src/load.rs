//! The way in: find a configuration file, read it, and give its manifest or everything that is wrong with it.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::assemble::assemble;
use crate::date::CivilDate;
use crate::diagnostic::{Diagnostic, Severity, Style};
use crate::manifest::Manifest;
use crate::parse::{self, Syntax};
use crate::reader::Context;
use crate::source::Source;

/// What to read a configuration for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadOptions {
    /// The environment (`--env`); `None` is the top level.
    pub env: Option<String>,
    /// Today in UTC. A compatibility date may not be later, and is this when there is none.
    pub today: CivilDate,
    /// A name that takes the place of the file's (`--name`).
    pub name: Option<String>,
    /// An entry point that takes the place of the file's, relative to the file's folder.
    pub main: Option<String>,
}

impl LoadOptions {
    /// The top level, today, and nothing replaced.
    #[must_use]
    pub fn new(today: CivilDate) -> Self {
        Self { env: None, today, name: None, main: None }
    }
}

/// A configuration that can be used.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// What it says.
    pub manifest: Manifest,
    /// What to tell its author.
    pub warnings: Vec<Diagnostic>,
    /// The file.
    pub path: PathBuf,
}

impl Loaded {
    /// The folder that the manifest's paths are relative to.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.path.parent().unwrap_or_else(|| Path::new(""))
    }

    /// A path of the manifest, from where the program stands.
    #[must_use]
    pub fn resolve(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root().join(path)
    }
}

/// Why there is no manifest.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {}: {source}; check the path given by --config", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is not text.
    #[error("the configuration file {} is not UTF-8 text (first bad byte at {at}); save it as UTF-8", path.display())]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// The first byte that is not UTF-8.
        at: usize,
    },
    /// The file's name does not say what it is.
    #[error("the configuration file {path} must be called .toml, .json or .jsonc", path = path.display())]
    UnknownSyntax {
        /// The file.
        path: PathBuf,
    },
    /// The file has mistakes. See [`ConfigError::render`].
    #[error("{}", list(diagnostics))]
    Invalid {
        /// Everything there is to say, warnings included, in the order of the file.
        diagnostics: Vec<Diagnostic>,
    },
}

fn list(diagnostics: &[Diagnostic]) -> String {
    let mut text = String::from("the configuration is not valid");
    let errors = diagnostics.iter().filter(|one| one.severity() == Severity::Error);
    for error in errors {
        let _ = write!(text, "\n{error}");
    }
    text
}

impl ConfigError {
    /// The error for a terminal: of an invalid file, every diagnostic with its lines.
    #[must_use]
    pub fn render(&self, style: Style) -> String {
        match self {
            Self::Invalid { diagnostics } => {
                let frames: Vec<String> = diagnostics.iter().map(|one| one.render(style)).collect();
                frames.join("\n\n")
            }
            other => format!("error: {other}"),
        }
    }

    /// The diagnostics of an invalid file; none for the other errors.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        match self {
            Self::Invalid { diagnostics } => diagnostics,
            _ => &[],
        }
    }
}

/// The configuration file of a folder, as wrangler finds it: `wrangler.json` in the folder or the nearest one above,
/// else `wrangler.jsonc`, else `wrangler.toml`.
#[must_use]
pub fn find(dir: &Path) -> Option<PathBuf> {
    ["wrangler.json", "wrangler.jsonc", "wrangler.toml"]
        .iter()
        .find_map(|name| dir.ancestors().map(|dir| dir.join(name)).find(|path| path.is_file()))
}

/// Reads a configuration file. The files it names must be there.
///
/// # Errors
/// When the file cannot be read, or says something that cannot be used. Every mistake is in the error.
pub fn load(path: &Path, options: &LoadOptions) -> Result<Loaded, ConfigError> {
    let bytes = std::fs::read(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
    let text = String::from_utf8(bytes)
        .map_err(|error| ConfigError::NotUtf8 { path: path.to_owned(), at: error.utf8_error().valid_up_to() })?;
    let root = path.parent().unwrap_or_else(|| Path::new(""));
    read(&text, path, options, &|relative| root.join(relative).exists())
}

/// Reads a configuration's text, as if from a file of that name. No file is touched.
///
/// # Errors
/// As [`load`].
pub fn parse(text: &str, filename: &str, options: &LoadOptions) -> Result<Loaded, ConfigError> {
    read(text, Path::new(filename), options, &|_| true)
}

fn read(text: &str, path: &Path, options: &LoadOptions, exists: &dyn Fn(&str) -> bool) -> Result<Loaded, ConfigError> {
    let syntax = Syntax::of(path).ok_or_else(|| ConfigError::UnknownSyntax { path: path.to_owned() })?;
    let source = Arc::new(Source::new(&path.to_string_lossy(), text));
    let (root, warnings) = parse::parse(&source, syntax).map_err(|diagnostics| ConfigError::Invalid { diagnostics })?;
    let cx = Context::new(source, syntax, warnings);
    let manifest = assemble(&cx, &root, options, exists);
    let (diagnostics, failed) = cx.into_diagnostics();
    if failed {
        return Err(ConfigError::Invalid { diagnostics });
    }
    Ok(Loaded { manifest, warnings: diagnostics, path: path.to_owned() })
}
