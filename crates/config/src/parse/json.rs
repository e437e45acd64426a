//! JSON with comments and trailing commas, and nothing looser, through `jsonc-parser`.

use std::sync::Arc;

use jsonc_parser::ast::{Object, Value as Node};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::diagnostic::Diagnostic;
use crate::source::{Source, Span};
use crate::value::{Entry, Kind, Table, Value};

/// What wrangler takes: the crate's own default is JSON5-like.
const OPTIONS: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_trailing_commas: true,
    allow_loose_object_property_names: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Parses a JSON document whose root is an object. A key given twice is a warning.
pub(super) fn parse(source: &Arc<Source>) -> Result<(Table, Vec<Diagnostic>), Vec<Diagnostic>> {
    let parsed = parse_to_ast(&source.text, &CollectOptions::default(), &OPTIONS).map_err(|error| {
        let range = error.range();
        let span = Span { start: range.start, end: range.end };
        vec![Diagnostic::error(source, span, format!("Invalid JSON: {}", error.kind()))]
    })?;
    let mut warnings = Vec::new();
    match parsed.value {
        Some(Node::Object(root)) => Ok((convert_object(&root, source, &mut warnings), warnings)),
        Some(other) => {
            let found = convert(&other, source, &mut warnings);
            let message = "The configuration must be one JSON object";
            Err(vec![
                Diagnostic::error(source, found.span, message)
                    .label(format!("this is {}", found.description()))
                    .help("example: { \"name\": \"my-worker\", \"main\": \"src/index.ts\" }"),
            ])
        }
        None => Err(vec![
            Diagnostic::error(source, Span::default(), "The configuration file is empty")
                .help("example: { \"name\": \"my-worker\", \"main\": \"src/index.ts\" }"),
        ]),
    }
}

fn convert_object(object: &Object<'_>, source: &Arc<Source>, warnings: &mut Vec<Diagnostic>) -> Table {
    let mut entries: Vec<Entry> = Vec::new();
    for property in &object.properties {
        let range = property.name.range();
        let entry = Entry {
            key: property.name.as_str().to_owned(),
            key_span: Span { start: range.start, end: range.end },
            value: convert(&property.value, source, warnings),
        };
        if let Some(at) = entries.iter().position(|earlier| earlier.key == entry.key) {
            let earlier = entries.remove(at);
            warnings.push(
                Diagnostic::warning(source, entry.key_span, format!("The key {:?} is given twice", entry.key))
                    .label("this one counts")
                    .related(earlier.key_span, "this one is ignored"),
            );
        }
        entries.push(entry);
    }
    Table { entries }
}

fn convert(node: &Node<'_>, source: &Arc<Source>, warnings: &mut Vec<Diagnostic>) -> Value {
    let range = node.range();
    let kind = match node {
        Node::NullKeyword(_) => Kind::Null,
        Node::BooleanLit(literal) => Kind::Boolean(literal.value),
        Node::StringLit(literal) => Kind::String(literal.value.to_string()),
        Node::NumberLit(literal) => number(literal.value),
        Node::Array(array) => {
            Kind::Array(array.elements.iter().map(|element| convert(element, source, warnings)).collect())
        }
        Node::Object(object) => Kind::Table(convert_object(object, source, warnings)),
    };
    Value { kind, span: Span { start: range.start, end: range.end } }
}

/// A JSON number is a double, so one too large becomes infinity, as in JavaScript.
fn number(text: &str) -> Kind {
    match text.parse() {
        Ok(integer) => Kind::Integer(integer),
        Err(_) => Kind::Float(text.parse().unwrap_or(f64::NAN)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(Table, Vec<Diagnostic>), Vec<Diagnostic>> {
        parse(&Arc::new(Source::new("wrangler.jsonc", text)))
    }

    #[test]
    fn comments_and_trailing_commas_are_taken() {
        let (table, warnings) = read("{ // a\n \"name\": \"x\", /* b */ \"a\": [1, 2,],\n}").unwrap();
        assert_eq!(table.get("name").unwrap().value.kind, Kind::String("x".into()));
        assert!(warnings.is_empty());
    }

    #[test]
    fn nothing_looser_is_taken() {
        for text in ["{a: 1}", "{'a': 1}", "{\"a\": 0x1}", "{\"a\": 1 \"b\": 2}", "{\"a\": .5}"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_key_given_twice_keeps_the_last_and_warns_of_both_places() {
        let (table, warnings) = read("{\"a\": 1, \"a\": 2}").unwrap();
        assert_eq!(table.entries.len(), 1);
        assert_eq!(table.get("a").unwrap().value.kind, Kind::Integer(2));
        assert_eq!(warnings[0].location().column, 10);
        assert_eq!(warnings[0].related_places()[0].location.column, 2);
    }

    #[test]
    fn the_root_must_be_an_object() {
        assert!(read("[]").unwrap_err()[0].message().contains("one JSON object"));
        assert!(read("").unwrap_err()[0].message().contains("empty"));
    }
}
