//! The code frame: from a position in a text to the line, the column and the underline.

use std::fmt;

use crate::diagnostic::Location;

/// The longest line shown whole; of a longer one (minified code) the part around the mark is.
const WIDTH: usize = 120;

/// Writes the place, the line and the underline, as esbuild does.
pub(crate) fn write(f: &mut fmt::Formatter<'_>, location: &Location) -> fmt::Result {
    let Location { file, line, column, length, line_text } = location;
    writeln!(f, "    {file}:{line}:{column}:")?;
    let (before, marked, after) = cut(line_text, *column, *length);
    let shown = |text: &str| text.replace('\t', "  ");
    let digits = line.to_string();
    writeln!(f, "      {digits} │ {}{}{}", shown(before), shown(marked), shown(after))?;
    let indent = " ".repeat(shown(before).chars().count());
    let mark = match shown(marked).chars().count() {
        0 | 1 => "^".to_owned(),
        count => "~".repeat(count),
    };
    writeln!(f, "      {} ╵ {indent}{mark}", " ".repeat(digits.len()))
}

/// Splits a line around the mark and shortens both sides to what fits.
fn cut(text: &str, column: usize, length: usize) -> (&str, &str, &str) {
    let start = text.floor_char_boundary(column);
    let end = text.ceil_char_boundary(start.saturating_add(length)).max(start);
    let from = if text.len() <= WIDTH { 0 } else { text.floor_char_boundary(start.saturating_sub(WIDTH / 2)) };
    let to = if text.len() <= WIDTH { text.len() } else { text.ceil_char_boundary((from + WIDTH).max(end)) };
    (&text[from..start], &text[start..end], &text[end..to])
}

/// The place of a byte offset.
pub(crate) fn at_offset(file: String, source: &str, offset: usize, length: usize) -> Location {
    let offset = source.floor_char_boundary(offset);
    let line_start = source[..offset].rfind('\n').map_or(0, |newline| newline + 1);
    let line = source[..line_start].matches('\n').count() + 1;
    let line_text = first_line(&source[line_start..]);
    let column = offset - line_start;
    let length = length.min(line_text.len().saturating_sub(column));
    Location { file, line, column, length, line_text: line_text.to_owned() }
}

/// The place of a line (from 1) and a UTF-16 column (from 0), with the token there as its length.
pub(crate) fn at_line(file: String, source: &str, line: usize, utf16_column: usize) -> Option<Location> {
    let line_text = source.split('\n').nth(line.checked_sub(1)?).map(first_line)?;
    let mut units = 0;
    let column = line_text
        .char_indices()
        .find(|(_, c)| {
            let here = units >= utf16_column;
            units += c.len_utf16();
            here
        })
        .map_or(line_text.len(), |(index, _)| index);
    let length = token_length(&line_text[column..]);
    Some(Location { file, line, column, length, line_text: line_text.to_owned() })
}

fn first_line(text: &str) -> &str {
    let line = text.split('\n').next().unwrap_or_default();
    line.strip_suffix('\r').unwrap_or(line)
}

/// The length of what starts a text: a string literal, a word, or one character.
fn token_length(text: &str) -> usize {
    let Some(first) = text.chars().next() else {
        return 0;
    };
    if matches!(first, '"' | '\'' | '`') {
        return text[1..].find(first).map_or(1, |end| end + 2);
    }
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    if is_word(first) { text.find(|c| !is_word(c)).unwrap_or(text.len()) } else { first.len_utf8() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_token_behind_wide_characters() {
        let source = "first\nconst é = \"😀\"; import \"./x\";\r\nlast";
        let location = at_line("a.js".into(), source, 2, 23);
        let location = location.unwrap();
        assert_eq!(&location.line_text[location.column..][..location.length], "\"./x\"");
        assert_eq!(location.line_text, "const é = \"😀\"; import \"./x\";");
    }

    #[test]
    fn offsets_and_lines_outside_the_text_do_no_harm() {
        let location = at_offset("a.js".into(), "ab\ncd", 99, 99);
        assert_eq!((location.line, location.column, location.length), (2, 2, 0));
        assert_eq!(at_line("a.js".into(), "ab", 7, 0), None);
        assert_eq!(at_line("a.js".into(), "ab", 1, 70).unwrap().column, 2);
    }

    #[test]
    fn a_long_line_is_shown_around_the_mark() {
        let line_text = format!("{}import \"gone\";{}", "x;".repeat(500), "y;".repeat(500));
        let column = line_text.find("\"gone\"").unwrap();
        let (before, marked, after) = cut(&line_text, column, 6);
        assert_eq!(marked, "\"gone\"");
        assert!(before.len() <= WIDTH && after.len() <= WIDTH);
    }
}
