//! The syntax of npm's `dotenv`: `NAME=value` lines, with `export` before and a comment after; a value may be in
//! single, double or back quotes and then span lines. What that parser skips in silence is an error here.

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SyntaxError {
    /// No name before `=`.
    #[error("the line does not start with a name of letters, digits, _, . or -")]
    Name,
    /// No `=`.
    #[error("there is no = after the name")]
    Equals,
    /// A quote that never ends.
    #[error("the quoted value has no closing quote")]
    OpenQuote,
}

/// Names and values in order, a later one of a name last. The error comes with its line, from 1.
pub(super) fn parse(text: &str) -> Result<Vec<(String, String)>, (usize, SyntaxError)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut entries = Vec::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let line_number = text[..text.len() - rest.len()].matches('\n').count() + 1;
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            rest = after;
            continue;
        }
        let (name, value) = split_name(line).map_err(|error| (line_number, error))?;
        // The value as it goes on past this line, for quotes that span several.
        let onward = &rest[line.len() - value.len()..];
        match quoted(onward) {
            Some((value, after)) => {
                entries.push((name.to_owned(), value));
                rest = after;
            }
            None if unterminated(value) => return Err((line_number, SyntaxError::OpenQuote)),
            None => {
                entries.push((name.to_owned(), value.split('#').next().unwrap_or_default().trim().to_owned()));
                rest = after;
            }
        }
    }
    Ok(entries)
}

/// A line's name, and its value without leading space.
fn split_name(line: &str) -> Result<(&str, &str), SyntaxError> {
    let line = line.trim_start();
    let line = match line.strip_prefix("export") {
        Some(rest) if rest.starts_with([' ', '\t']) && !rest.trim_start().starts_with('=') => rest.trim_start(),
        _ => line,
    };
    let length = line
        .find(|character: char| !character.is_ascii_alphanumeric() && !matches!(character, '_' | '.' | '-'))
        .unwrap_or(line.len());
    let (name, rest) = line.split_at(length);
    if name.is_empty() {
        return Err(SyntaxError::Name);
    }
    // `NAME: value` is taken too, as in YAML.
    let value = match rest.strip_prefix(':') {
        Some(value) if value.starts_with([' ', '\t']) => value,
        _ => rest.trim_start().strip_prefix('=').ok_or(SyntaxError::Equals)?,
    };
    Ok((name, value.trim_start()))
}

/// A quoted value and the text after its line, if nothing but a comment follows the closing quote on that line.
fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\'' | '`'))?;
    let body = &text[1..];
    let end = closing(body, quote)?;
    let (value, after) = (&body[..end], &body[end + 1..]);
    let (tail, after) = after.split_once('\n').unwrap_or((after, ""));
    let tail = tail.trim_start();
    if !tail.is_empty() && !tail.starts_with('#') {
        return None;
    }
    let value = if quote == '"' { value.replace("\\n", "\n").replace("\\r", "\r") } else { value.to_owned() };
    Some((value, after))
}

/// The closing quote; one after a backslash is part of the value.
fn closing(body: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, character) in body.char_indices() {
        if character == quote && !escaped {
            return Some(at);
        }
        escaped = character == '\\' && !escaped;
    }
    None
}

/// Whether a value opens a quote that its own line does not close.
fn unterminated(value: &str) -> bool {
    let first = value.chars().next();
    first.is_some_and(|first| matches!(first, '"' | '\'' | '`') && closing(&value[1..], first).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> String {
        let entries = parse(text).unwrap();
        assert_eq!(entries.len(), 1, "{entries:?}");
        entries.into_iter().next().unwrap().1
    }

    #[test]
    fn unquoted_values_are_trimmed_and_end_at_a_comment() {
        assert_eq!(one("A =  some words # a comment"), "some words");
        assert_eq!(one("A="), "");
        assert_eq!(one("A={\"json\": true}"), "{\"json\": true}");
    }

    #[test]
    fn quotes_keep_spaces_hashes_and_lines() {
        assert_eq!(one("A=\" # x \" # c"), " # x ");
        assert_eq!(one("A='-----BEGIN-----\nabc\n-----END-----'\n"), "-----BEGIN-----\nabc\n-----END-----");
        assert_eq!(one("A=`it's \"it\"`"), "it's \"it\"");
    }

    #[test]
    fn only_double_quotes_unescape_newlines() {
        assert_eq!(one("A=\"a\\nb\""), "a\nb");
        assert_eq!(one("A='a\\nb'"), "a\\nb");
    }

    #[test]
    fn export_and_colons_are_taken() {
        assert_eq!(
            parse("export A=1\nexport=2\nB: 3").unwrap(),
            [("A".to_owned(), "1".to_owned()), ("export".to_owned(), "2".to_owned()), ("B".to_owned(), "3".to_owned()),]
        );
    }

    #[test]
    fn words_after_a_closing_quote_make_the_value_unquoted() {
        assert_eq!(one("A=\"a\" b"), "\"a\" b");
    }

    #[test]
    fn what_npm_skips_is_an_error_with_its_line() {
        assert_eq!(parse("A=1\n\n=x"), Err((3, SyntaxError::Name)));
        assert_eq!(parse("# c\r\nA 1"), Err((2, SyntaxError::Equals)));
        assert_eq!(parse("A=\"x\nB=1"), Err((1, SyntaxError::OpenQuote)));
    }
}
