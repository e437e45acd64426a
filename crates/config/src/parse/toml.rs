//! TOML through the `toml` crate, which recovers from a syntax error and so reports all of them.

use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::Diagnostic;
use crate::source::{Source, Span};
use crate::value::{Entry, Kind, Table, Value};

/// Parses a TOML document.
pub(super) fn parse(source: &Arc<Source>) -> Result<Table, Vec<Diagnostic>> {
    let (root, errors) = DeTable::parse_recoverable(&source.text);
    let mut diagnostics: Vec<Diagnostic> = errors
        .iter()
        .map(|error| {
            let span = error.span().unwrap_or_default().into();
            Diagnostic::error(source, span, format!("Invalid TOML: {}", error.message().trim()))
        })
        .collect();
    let table = convert_table(root.get_ref(), source, &mut diagnostics);
    if diagnostics.is_empty() {
        Ok(table)
    } else {
        // The crate reports its passes one after the other.
        diagnostics.sort_by_key(|diagnostic| diagnostic.location().span.start);
        Err(diagnostics)
    }
}

fn convert_table(table: &DeTable<'_>, source: &Arc<Source>, diagnostics: &mut Vec<Diagnostic>) -> Table {
    let entries = table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            key_span: key.span().into(),
            value: convert(value, source, diagnostics),
        })
        .collect();
    Table { entries }
}

fn convert(value: &Spanned<DeValue<'_>>, source: &Arc<Source>, diagnostics: &mut Vec<Diagnostic>) -> Value {
    let span: Span = value.span().into();
    let kind = match value.get_ref() {
        DeValue::String(text) => Kind::String(text.to_string()),
        DeValue::Boolean(value) => Kind::Boolean(*value),
        DeValue::Datetime(date) => Kind::Date(date.to_string()),
        DeValue::Array(items) => Kind::Array(items.iter().map(|item| convert(item, source, diagnostics)).collect()),
        DeValue::Table(table) => Kind::Table(convert_table(table, source, diagnostics)),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Kind::Integer(number),
            Err(_) => {
                let message = format!("Invalid TOML: the integer {} is out of range", number.as_str());
                diagnostics.push(Diagnostic::error(source, span, message).label("TOML integers have 64 bits"));
                Kind::Null
            }
        },
        DeValue::Float(number) => match number.as_str().parse() {
            Ok(number) => Kind::Float(number),
            Err(_) => {
                let message = format!("Invalid TOML: {} is not a number", number.as_str());
                diagnostics.push(Diagnostic::error(source, span, message));
                Kind::Null
            }
        },
    };
    Value { kind, span }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Table, Vec<Diagnostic>> {
        parse(&Arc::new(Source::new("wrangler.toml", text)))
    }

    #[test]
    fn values_know_their_place() {
        let table = read("name = \"a\"\n[limits]\ncpu_ms = 0x10\n").unwrap();
        let entry = table.lookup(&["limits", "cpu_ms"]).unwrap();
        assert_eq!(entry.value.kind, Kind::Integer(16));
        assert_eq!(entry.value.span, Span { start: 29, end: 33 });
    }

    #[test]
    fn every_syntax_error_is_reported() {
        let errors = read("a = \nb = [1\nc = tru\n").unwrap_err();
        assert!(errors.len() >= 2, "{errors:?}");
        assert_eq!(errors[0].location().line, 1);
    }

    #[test]
    fn keys_keep_the_order_of_the_file() {
        let table = read("z = 1\na = 2\n").unwrap();
        let keys: Vec<_> = table.entries.iter().map(|entry| entry.key.as_str()).collect();
        assert_eq!(keys, ["z", "a"]);
    }

    #[test]
    fn an_integer_past_64_bits_is_an_error() {
        let errors = read("a = 99999999999999999999\n").unwrap_err();
        assert!(errors[0].message().contains("out of range"), "{errors:?}");
    }
}
