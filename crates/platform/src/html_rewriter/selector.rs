//! Selectors as guests give them.
//!
//! lol_html and the crate that parses selectors for it recurse: as deep as `:not(` is nested, and once for each
//! combinator. A guest writes ten thousand of either in a line, and a thread whose stack overflows takes the process with
//! it. What they take grows with the text as well, within one call that nothing can interrupt. So both are bounded
//! before the text is parsed, far beyond what a page needs.

use lol_html::Selector;

use super::plan::PlanError;

/// The longest selector, in bytes.
const LONGEST: usize = 64 * 1024;

/// How many combinators one complex selector may have, descendants included.
const COMBINATORS: usize = 256;

/// How deep parentheses may be nested.
const DEPTH: usize = 32;

/// Reads a selector.
pub(super) fn parse(text: &str) -> Result<Selector, PlanError> {
    if is_too_complex(text) {
        return Err(PlanError::TooComplex);
    }
    Ok(text.parse()?)
}

/// Counts without parsing: never less than what there is.
fn is_too_complex(text: &str) -> bool {
    if text.len() > LONGEST {
        return true;
    }
    let (mut depth, mut combinators) = (0_usize, 0_usize);
    let mut quote = None;
    let mut escaped = false;
    let mut separated = false;
    for byte in text.bytes() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        let separates = quote.is_none() && (byte.is_ascii_whitespace() || matches!(byte, b'>' | b'+' | b'~'));
        match (byte, quote) {
            (b'\\', _) => escaped = true,
            (_, Some(open)) if byte == open => quote = None,
            (_, Some(_)) => {}
            (b'"' | b'\'', None) => quote = Some(byte),
            (b'(', None) => depth += 1,
            (b')', None) => depth = depth.saturating_sub(1),
            (b',', None) if depth == 0 => combinators = 0,
            // With the spaces around it: one.
            _ if separates && !separated => combinators += 1,
            _ => {}
        }
        if depth > DEPTH || combinators > COMBINATORS {
            return true;
        }
        separated = separates;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pages_need_is_not_too_complex() {
        let list = "main > article p.a:not(.b:first-child), ".repeat(1000) + "a";
        for text in ["", "*", "a[href^=\"((((\"]", &list, &" > a".repeat(200)] {
            assert!(!is_too_complex(text), "{text}");
        }
    }

    #[test]
    fn what_would_recurse_is() {
        let texts = [":not(".repeat(100), " a".repeat(1000), ">a".repeat(1000), "a".repeat(100_000), "a ".repeat(1000)];
        for text in texts {
            assert!(is_too_complex(&text), "{text}");
        }
    }

    #[test]
    fn quotes_and_escapes_hide_nothing() {
        assert!(is_too_complex(&("[a=\"\\\"\"]".to_owned() + &" a".repeat(1000))));
        assert!(is_too_complex(&("\\\"".to_owned() + &":not(".repeat(100))));
        assert!(!is_too_complex(&("[a='".to_owned() + &"( ".repeat(1000) + "']")));
    }
}
