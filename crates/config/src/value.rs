//! The tree both parsers produce: JSON's values plus TOML's dates, each with the bytes it stands in.

use crate::source::Span;

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Value {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Null,
    Boolean(bool),
    Integer(i64),
    Float(f64),
    String(String),
    /// A TOML date or time, which JSON has no word for. Kept as text so that an error can quote it.
    Date(String),
    Array(Vec<Value>),
    Table(Table),
}

/// A table's entries in the order of the file.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Table {
    pub(crate) entries: Vec<Entry>,
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_span: Span,
    pub(crate) value: Value,
}

impl Table {
    /// The entry of a key. Of a key given twice (JSON allows it) the last wins, as in JavaScript.
    pub(crate) fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().rev().find(|entry| entry.key == key)
    }

    /// Follows keys through nested tables.
    pub(crate) fn lookup(&self, path: &[&str]) -> Option<&Entry> {
        let (first, rest) = path.split_first()?;
        let entry = self.get(first)?;
        match (&entry.value.kind, rest) {
            (_, []) => Some(entry),
            (Kind::Table(table), rest) => table.lookup(rest),
            _ => None,
        }
    }
}

impl Value {
    /// The table, if the value is one.
    pub(crate) fn as_table(&self) -> Option<&Table> {
        match &self.kind {
            Kind::Table(table) => Some(table),
            _ => None,
        }
    }

    /// What the value is, as an error says it: "a string".
    pub(crate) fn description(&self) -> &'static str {
        match self.kind {
            Kind::Null => "null",
            Kind::Boolean(_) => "a boolean",
            Kind::Integer(_) | Kind::Float(_) => "a number",
            Kind::String(_) => "a string",
            Kind::Date(_) => "a TOML date",
            Kind::Array(_) => "an array",
            Kind::Table(_) => "an object",
        }
    }

    /// The value as JSON, with dates and non-finite numbers as their text: for quoting in an error.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.kind {
            Kind::Null => Json::Null,
            Kind::Boolean(value) => Json::Bool(*value),
            Kind::Integer(value) => Json::from(*value),
            Kind::Float(value) => {
                serde_json::Number::from_f64(*value).map_or_else(|| Json::String(value.to_string()), Json::Number)
            }
            Kind::String(text) | Kind::Date(text) => Json::String(text.clone()),
            Kind::Array(items) => items.iter().map(Self::to_json).collect(),
            Kind::Table(table) => {
                table.entries.iter().map(|entry| (entry.key.clone(), entry.value.to_json())).collect()
            }
        }
    }

    /// The first value in the tree that JSON cannot say (a TOML date, `inf`, `nan`).
    pub(crate) fn first_beyond_json(&self) -> Option<&Self> {
        match &self.kind {
            Kind::Date(_) => Some(self),
            Kind::Float(value) if !value.is_finite() => Some(self),
            Kind::Array(items) => items.iter().find_map(Self::first_beyond_json),
            Kind::Table(table) => table.entries.iter().find_map(|entry| entry.value.first_beyond_json()),
            _ => None,
        }
    }
}
