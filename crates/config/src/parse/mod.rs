//! Text to the tree of values, one file a syntax.

mod json;
mod toml;

use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::source::Source;
use crate::value::Table;

/// The syntax of a configuration file, told by its extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    Toml,
    /// `.json` and `.jsonc` alike: wrangler takes comments and trailing commas in both.
    Json,
}

impl Syntax {
    /// The syntax that a file's name announces.
    pub(crate) fn of(name: &Path) -> Option<Self> {
        match name.extension()?.to_str()? {
            "toml" => Some(Self::Toml),
            "json" | "jsonc" => Some(Self::Json),
            _ => None,
        }
    }
}

/// Parses a file. The `Ok` diagnostics are warnings, the `Err` ones contain at least one error.
pub(crate) fn parse(source: &Arc<Source>, syntax: Syntax) -> Result<(Table, Vec<Diagnostic>), Vec<Diagnostic>> {
    match syntax {
        Syntax::Toml => toml::parse(source).map(|table| (table, Vec::new())),
        Syntax::Json => json::parse(source),
    }
}
