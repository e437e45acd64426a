//! What a configuration file's reader has to tell a person: errors and warnings that know their place.

use std::fmt;
use std::sync::Arc;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::source::{Location, Source, Span};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Severity {
    /// The configuration cannot be used.
    Error,
    /// The configuration can be used, but probably does not mean what was meant.
    Warning,
}

/// Whether rendered text carries terminal colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Style {
    /// Text only.
    #[default]
    Plain,
    /// ANSI escapes.
    Colour,
}

/// A second place that explains the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub location: Location,
    /// What is there.
    pub label: String,
}

/// One error or warning about one place of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    severity: Severity,
    message: String,
    label: String,
    location: Location,
    related: Vec<Related>,
    help: Vec<String>,
    source: Arc<Source>,
}

impl Diagnostic {
    pub(crate) fn new(severity: Severity, source: &Arc<Source>, span: Span, message: impl Into<String>) -> Self {
        Self {
            severity,
            message: message.into(),
            label: String::new(),
            location: source.locate(span),
            related: Vec::new(),
            help: Vec::new(),
            source: Arc::clone(source),
        }
    }

    pub(crate) fn error(source: &Arc<Source>, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, source, span, message)
    }

    pub(crate) fn warning(source: &Arc<Source>, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, source, span, message)
    }

    /// Says what is at the place.
    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds what to do about it.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Adds a second place.
    pub(crate) fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related.push(Related { location: self.source.locate(span), label: label.into() });
        self
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// What is wrong, in a sentence.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The file's name, as it was given.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.source.name
    }

    /// The place.
    #[must_use]
    pub fn location(&self) -> Location {
        self.location
    }

    /// The places that explain it.
    #[must_use]
    pub fn related_places(&self) -> &[Related] {
        &self.related
    }

    /// What to do about it.
    #[must_use]
    pub fn help_texts(&self) -> &[String] {
        &self.help
    }

    /// The message, the lines of the file it is about, and what to do.
    #[must_use]
    pub fn render(&self, style: Style) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let mut report = Group::with_title(level.primary_title(self.message.as_str()));
        report = if self.source.text.is_empty() {
            report.element(Origin::path(self.source.name.as_str()))
        } else {
            report.element(self.snippet())
        };
        for help in &self.help {
            report = report.element(Level::HELP.message(help.as_str()));
        }
        let renderer = match style {
            Style::Plain => Renderer::plain(),
            Style::Colour => Renderer::styled(),
        };
        renderer.decor_style(DecorStyle::Ascii).render(&[report])
    }

    fn snippet(&self) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
        let range = |span: Span| {
            let span = self.source.first_line(span);
            span.start..span.end
        };
        let label = (!self.label.is_empty()).then_some(self.label.as_str());
        Snippet::source(self.source.text.as_str())
            .path(self.source.name.as_str())
            .annotation(AnnotationKind::Primary.span(range(self.location.span)).label(label))
            .annotations(self.related.iter().map(|related| {
                AnnotationKind::Context.span(range(related.location.span)).label(related.label.as_str())
            }))
    }
}

impl fmt::Display for Diagnostic {
    /// One line: `wrangler.toml:3:8: error: ...`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let Location { line, column, .. } = self.location;
        write!(formatter, "{}:{line}:{column}: {severity}: {}", self.source.name, self.message)
    }
}
