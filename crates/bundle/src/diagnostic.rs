//! Errors and warnings as a person reads them, in the layout that esbuild made familiar.

use std::fmt;

use crate::{frame, output::WatchList};

/// A build that failed: every error that was found, and what to watch for a repair.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", render(.diagnostics))]
pub struct BundleError {
    /// The errors (and the warnings that came with them), in the order found.
    pub diagnostics: Vec<Diagnostic>,
    /// The files read until then, and where a missing one may appear.
    pub watch: WatchList,
}

impl BundleError {
    /// A failure of one diagnostic that no change of a source file repairs.
    pub(crate) fn from_one(diagnostic: Diagnostic) -> Self {
        Self { diagnostics: vec![diagnostic], watch: WatchList::default() }
    }
}

/// One thing to tell about a source file.
///
/// `Display` prints it whole: the headline, the place, the line with the culprit underlined, the
/// notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// One sentence.
    pub message: String,
    /// Where, when it is somewhere.
    pub location: Option<Box<Location>>,
    /// What it means and what to do about it, a paragraph each.
    pub notes: Vec<String>,
}

/// The weight of a [`Diagnostic`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// There is no bundle.
    Error,
    /// There is one, but look.
    Warning,
}

/// A place in a source file, counted as esbuild counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The file, relative to the project's root.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in bytes, from 0.
    pub column: usize,
    /// The length of the marked text in bytes, within the line.
    pub length: usize,
    /// The line's text.
    pub line_text: String,
}

impl Diagnostic {
    /// An error without a place or notes.
    pub(crate) fn error(message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, message: message.into(), location: None, notes: Vec::new() }
    }

    /// A warning without a place or notes.
    pub(crate) fn warning(message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(message) }
    }

    /// Adds a note.
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Sets the place.
    pub(crate) fn at(mut self, location: Option<Location>) -> Self {
        self.location = location.map(Box::new);
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let label = match self.severity {
            Severity::Error => "✘ [ERROR]",
            Severity::Warning => "▲ [WARNING]",
        };
        writeln!(f, "{label} {}", self.message)?;
        if let Some(location) = &self.location {
            writeln!(f)?;
            frame::write(f, location)?;
        }
        for note in &self.notes {
            writeln!(f)?;
            for line in note.lines() {
                writeln!(f, "  {line}")?;
            }
        }
        Ok(())
    }
}

fn render(diagnostics: &[Diagnostic]) -> String {
    let blocks: Vec<_> = diagnostics.iter().map(ToString::to_string).collect();
    blocks.join("\n").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_esbuild_prints_it() {
        let diagnostic = Diagnostic::error("Could not resolve \"./gone\"")
            .at(Some(Location {
                file: "src/index.ts".into(),
                line: 12,
                column: 14,
                length: 8,
                line_text: "import a from \"./gone\";".into(),
            }))
            .note("First.\nSecond.");
        assert_eq!(
            diagnostic.to_string(),
            "✘ [ERROR] Could not resolve \"./gone\"\n\n    src/index.ts:12:14:\n      12 │ import a from \"./gone\";\n         ╵               ~~~~~~~~\n\n  First.\n  Second.\n"
        );
    }

    #[test]
    fn an_error_of_many_separates_them() {
        let error = BundleError {
            diagnostics: vec![Diagnostic::error("One"), Diagnostic::warning("Two")],
            watch: WatchList::default(),
        };
        assert_eq!(error.to_string(), "✘ [ERROR] One\n\n▲ [WARNING] Two");
    }
}
