//! Typed reading of the tree: the one place where "expected this, found that" is said.
//!
//! A read that fails reports an error and gives a placeholder, so that reading goes on and finds the other mistakes
//! too. No placeholder escapes: one error anywhere refuses the whole file.

use std::cell::RefCell;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::diagnostic::{Diagnostic, Severity};
use crate::examples;
use crate::parse::Syntax;
use crate::source::{Source, Span};
use crate::suggest;
use crate::value::{Entry, Kind, Table, Value};

/// The file being read and what was said about it so far.
pub(crate) struct Context {
    pub(crate) source: Arc<Source>,
    pub(crate) syntax: Syntax,
    diagnostics: RefCell<Vec<Diagnostic>>,
}

impl Context {
    pub(crate) fn new(source: Arc<Source>, syntax: Syntax, diagnostics: Vec<Diagnostic>) -> Self {
        Self { source, syntax, diagnostics: RefCell::new(diagnostics) }
    }

    pub(crate) fn error(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(&self.source, span, message)
    }

    pub(crate) fn warning(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::warning(&self.source, span, message)
    }

    /// Records a diagnostic.
    pub(crate) fn report(&self, diagnostic: Diagnostic) {
        self.diagnostics.borrow_mut().push(diagnostic);
    }

    /// Everything that was said, in the order of the file, and whether any of it is an error.
    pub(crate) fn into_diagnostics(self) -> (Vec<Diagnostic>, bool) {
        let mut diagnostics = self.diagnostics.into_inner();
        diagnostics.sort_by_key(|diagnostic| diagnostic.location().span.start);
        let failed = diagnostics.iter().any(|diagnostic| diagnostic.severity() == Severity::Error);
        (diagnostics, failed)
    }
}

/// A value on its way to becoming a `T`, with the dotted path that leads to it.
pub(crate) struct Node<'a> {
    pub(crate) cx: &'a Context,
    pub(crate) value: &'a Value,
    pub(crate) path: String,
}

impl<'a> Node<'a> {
    /// An error about this value.
    pub(crate) fn error(&self, message: impl Into<String>) -> Diagnostic {
        self.cx.error(self.value.span, message)
    }

    /// The error that this value is of the wrong type.
    pub(crate) fn wrong_type(&self, expected: &str, example: Json) -> Diagnostic {
        let message = format!("Expected \"{}\" to be of type {expected} but got {}.", self.path, quote(self.value));
        self.error(message)
            .label(format!("expected {}, found {}", article(expected), self.value.description()))
            .help(self.example(&example))
    }

    /// "example: ..." for this value's key, in the file's own syntax.
    pub(crate) fn example(&self, of_type: &Json) -> String {
        examples::line(self.cx.syntax, &self.path, of_type)
    }

    /// This value as a table, or an error.
    pub(crate) fn table(&self) -> Option<TableReader<'a>> {
        match &self.value.kind {
            Kind::Table(table) => Some(TableReader::new(self.cx, table, self.value.span, self.path.clone())),
            _ => {
                self.cx.report(self.wrong_type("object", Json::Object(serde_json::Map::new())));
                None
            }
        }
    }

    /// The elements of this value as an array, or an error and none.
    pub(crate) fn elements(&self, expected: &str, example: Json) -> Vec<Node<'a>> {
        match &self.value.kind {
            Kind::Array(items) => items
                .iter()
                .enumerate()
                .map(|(index, value)| Node { cx: self.cx, value, path: format!("{}[{index}]", self.path) })
                .collect(),
            _ => {
                self.cx.report(self.wrong_type(expected, example));
                Vec::new()
            }
        }
    }
}

/// A type that a value can be read as.
pub(crate) trait FromValue: Default {
    /// What an error calls the type: "string".
    const TYPE: &'static str;
    /// Whether a table without the key is an error.
    const REQUIRED: bool = true;

    /// A value of the type to show when no better example is known for the key.
    fn example() -> Json;

    /// Reads the value, or reports what is wrong with it.
    fn from_value(node: &Node<'_>) -> Option<Self>;
}

/// A record that is read from a table's keys. See the `record!` macro.
pub(crate) trait FromTable: Default {
    /// Reads the keys. Does not finish the table, so that a caller may read more from it.
    fn from_table(table: &mut TableReader<'_>) -> Self;
}

/// A binding with nothing but its name.
impl FromTable for () {
    fn from_table(_: &mut TableReader<'_>) -> Self {}
}

/// Reads a record and warns of the keys it does not have.
pub(crate) fn read_record<T: FromTable>(node: &Node<'_>) -> Option<T> {
    let mut table = node.table()?;
    let record = T::from_table(&mut table);
    table.finish();
    Some(record)
}

/// A table whose keys are read by name; those that nobody asked for are reported at the end.
pub(crate) struct TableReader<'a> {
    pub(crate) cx: &'a Context,
    pub(crate) table: &'a Table,
    pub(crate) span: Span,
    path: String,
    known: Vec<&'static str>,
}

impl<'a> TableReader<'a> {
    pub(crate) fn new(cx: &'a Context, table: &'a Table, span: Span, path: String) -> Self {
        Self { cx, table, span, path, known: Vec::new() }
    }

    /// The dotted path of a key of this table.
    pub(crate) fn path_to(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// The entry of a key, which is known from now on.
    pub(crate) fn entry(&mut self, key: &'static str) -> Option<&'a Entry> {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        self.table.get(key)
    }

    /// The value of a key with its path.
    pub(crate) fn node(&mut self, key: &'static str) -> Option<Node<'a>> {
        let entry = self.entry(key)?;
        Some(Node { cx: self.cx, value: &entry.value, path: self.path_to(key) })
    }

    /// The value of a key as a `T`.
    pub(crate) fn field<T: FromValue>(&mut self, key: &'static str) -> T {
        match self.node(key) {
            Some(node) => T::from_value(&node).unwrap_or_default(),
            None => {
                if T::REQUIRED {
                    self.report_missing::<T>(key);
                }
                T::default()
            }
        }
    }

    fn report_missing<T: FromValue>(&self, key: &str) {
        let path = self.path_to(key);
        let example = examples::line(self.cx.syntax, &path, &T::example());
        self.cx.report(
            self.cx
                .error(self.span, format!("\"{path}\" is a required field."))
                .label(format!("\"{key}\" ({}) is missing here", T::TYPE))
                .help(example),
        );
    }

    /// Warns of every key that was never asked for.
    pub(crate) fn finish(self) {
        self.finish_with(|_| None);
    }

    /// As [`Self::finish`], with a better word for some keys than "did you mean".
    pub(crate) fn finish_with(self, explain: impl Fn(&str) -> Option<String>) {
        for entry in &self.table.entries {
            if self.known.contains(&entry.key.as_str()) {
                continue;
            }
            let place = if self.path.is_empty() { "top-level" } else { &self.path };
            let mut warning = self
                .cx
                .warning(entry.key_span, format!("Unexpected fields found in {place} field: {:?}", entry.key))
                .label("this key is not known and is ignored");
            if let Some(explanation) = explain(&entry.key) {
                warning = warning.help(explanation);
            } else if let Some(nearest) = suggest::nearest(&entry.key, self.known.iter().copied()) {
                warning = warning.help(format!("did you mean \"{nearest}\"?"));
            }
            self.cx.report(warning);
        }
    }
}

/// A value as an error quotes it: JSON, cut to a readable length.
pub(crate) fn quote(value: &Value) -> String {
    const LONGEST: usize = 60;
    let text = value.to_json().to_string();
    if text.chars().count() <= LONGEST {
        return text;
    }
    let cut: String = text.chars().take(LONGEST).collect();
    format!("{cut}...")
}

fn article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}")
}
