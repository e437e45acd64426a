//! Substitution in `.env` values as npm's `dotenv-expand` does it: `$NAME`, `${NAME}`, `${NAME:-default}`,
//! `${NAME-default}`, `${NAME:+other}`, `${NAME+other}`, and `\$` for a dollar.
//!
//! A name stands for the value of an earlier line, never for a variable of the process. Substituted text is not looked
//! at again, so a value cannot refer to itself.

use indexmap::IndexMap;

/// The longest value that is believed. Without a bound, `B=$A$A`, `C=$B$B`, ... doubles forty times in forty lines.
const LONGEST: usize = 1 << 20;

/// Every value with its names replaced. The error is the name of a value that grew too long.
pub(super) fn expand(raw: &IndexMap<&str, &str>) -> Result<IndexMap<String, String>, String> {
    let mut done: IndexMap<String, String> = IndexMap::new();
    for (name, value) in raw {
        let mut text = String::new();
        expand_into(value, &done, &mut text);
        if text.len() > LONGEST {
            return Err((*name).to_owned());
        }
        done.insert((*name).to_owned(), text);
    }
    Ok(done)
}

fn expand_into(mut rest: &str, done: &IndexMap<String, String>, out: &mut String) {
    while let Some(at) = rest.find('$') {
        if out.len() > LONGEST {
            return;
        }
        let (before, from) = rest.split_at(at);
        let after = &from[1..];
        if let Some(before) = before.strip_suffix('\\') {
            out.push_str(before);
            out.push('$');
            rest = after;
            continue;
        }
        out.push_str(before);
        rest = match braced(after) {
            Some((expression, after)) => {
                expand_expression(expression, done, out);
                after
            }
            None => {
                let name = plain_name(after);
                if name.is_empty() {
                    out.push('$');
                } else if let Some(value) = done.get(name) {
                    out.push_str(value);
                }
                &after[name.len()..]
            }
        };
    }
    out.push_str(rest);
}

/// The text in `{...}` with no brace in it but those of substitutions inside, and what follows.
fn braced(text: &str) -> Option<(&str, &str)> {
    let body = text.strip_prefix('{')?;
    let mut depth = 0_usize;
    for (at, character) in body.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => return (at > 0).then(|| (&body[..at], &body[at + 1..])),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The name at the start of a text.
fn plain_name(text: &str) -> &str {
    if text.starts_with(|first: char| first.is_ascii_digit()) {
        return "";
    }
    let end = text.find(|character: char| !character.is_ascii_alphanumeric() && character != '_').unwrap_or(text.len());
    &text[..end]
}

fn expand_expression(expression: &str, done: &IndexMap<String, String>, out: &mut String) {
    let operator = expression.find(['+', '-']);
    let Some(at) = operator else {
        if let Some(value) = done.get(expression) {
            out.push_str(value);
        }
        return;
    };
    let name = expression[..at].trim_end_matches(':');
    let value = done.get(name).filter(|value| !value.is_empty());
    let word = &expression[at + 1..];
    match (expression.as_bytes().get(at), value) {
        (Some(b'-'), Some(value)) => out.push_str(value),
        (Some(b'-'), None) | (Some(b'+'), Some(_)) => expand_into(word, done, out),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(lines: &[(&str, &str)]) -> String {
        let raw = lines.iter().copied().collect();
        expand(&raw).unwrap().pop().unwrap().1
    }

    #[test]
    fn names_stand_for_earlier_values() {
        assert_eq!(last(&[("A", "1"), ("B", "x$A-${A}y")]), "x1-1y");
        assert_eq!(last(&[("A", "$B"), ("B", "2"), ("C", "[$A]")]), "[]");
    }

    #[test]
    fn defaults_and_alternatives_are_taken() {
        assert_eq!(last(&[("A", "${X:-d}${X-e}")]), "de");
        assert_eq!(last(&[("A", "1"), ("B", "${A:-d}${A:+set}${X:+set}")]), "1set");
        assert_eq!(last(&[("A", "1"), ("B", "${X:-${A}}")]), "1");
    }

    #[test]
    fn a_dollar_can_be_escaped_or_stand_alone() {
        assert_eq!(last(&[("A", "1"), ("B", "\\$A costs $5 $")]), "$A costs $5 $");
        assert_eq!(last(&[("A", "${")]), "${");
    }

    #[test]
    fn doubling_is_stopped() {
        let names: Vec<String> = (0..40).map(|index| format!("V{index}")).collect();
        let values: Vec<String> = (0..40_usize)
            .map(|index| match index.checked_sub(1) {
                Some(before) => format!("$V{before}$V{before}"),
                None => "xx".to_owned(),
            })
            .collect();
        let raw = names.iter().map(String::as_str).zip(values.iter().map(String::as_str)).collect();
        assert_eq!(expand(&raw), Err("V20".to_owned()));
    }
}
