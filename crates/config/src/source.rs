//! The text of a file and places in it.

use serde::Serialize;

/// A range of bytes in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl From<std::ops::Range<usize>> for Span {
    fn from(range: std::ops::Range<usize>) -> Self {
        Self { start: range.start, end: range.end }
    }
}

/// Where something stands in a file, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Location {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The same place in bytes.
    pub span: Span,
}

/// A file's name and text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) text: String,
}

impl Source {
    /// Takes a file as it was read. Wrangler ignores a UTF-8 byte order mark, and so do we.
    pub(crate) fn new(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), text: text.strip_prefix('\u{feff}').unwrap_or(text).to_owned() }
    }

    /// The line and column of a span. A span outside the text is moved into it.
    pub(crate) fn locate(&self, span: Span) -> Location {
        let span = self.clamp(span);
        let before = &self.text[..span.start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Location { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1, span }
    }

    /// The part of a span that is on its first line: what a code frame points at.
    pub(crate) fn first_line(&self, span: Span) -> Span {
        let span = self.clamp(span);
        let text = &self.text[span.start..span.end];
        let length = text.find(['\n', '\r']).unwrap_or(text.len());
        Span { start: span.start, end: span.start + length }
    }

    /// Moves a span inside the text and onto character boundaries.
    fn clamp(&self, span: Span) -> Span {
        let start = self.text.floor_char_boundary(span.start);
        let end = self.text.floor_char_boundary(span.end.max(start));
        Span { start, end }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_counted_in_lines_and_characters() {
        let source = Source::new("w.toml", "a = 1\né = 2\n");
        let at = source.text.find('2').unwrap();
        let location = source.locate(Span { start: at, end: at + 1 });
        assert_eq!((location.line, location.column), (2, 5));
    }

    #[test]
    fn a_span_that_cuts_a_character_or_passes_the_end_is_moved() {
        let source = Source::new("w.toml", "é");
        assert_eq!(source.locate(Span { start: 1, end: 90 }).span, Span { start: 0, end: 2 });
    }

    #[test]
    fn a_byte_order_mark_is_dropped() {
        assert_eq!(Source::new("w.json", "\u{feff}{}").text, "{}");
    }

    #[test]
    fn a_span_of_many_lines_is_pointed_at_by_its_first() {
        let source = Source::new("w.json", "{\r\n}");
        assert_eq!(source.first_line(Span { start: 0, end: 4 }), Span { start: 0, end: 1 });
    }
}
